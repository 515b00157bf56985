"""Guards of purchases: quotes, second persons, the match, who is paid."""

from tests.mutants.list import Mutant

BUYING = ("tests/test_purchases.py",)
AFTER = ("tests/test_purchases_assets.py",)

PURCHASES: list[Mutant] = [
    Mutant(
        "warnings: whoever has a part in the case answers",
        "reports/warnings/services.py",
        "    if by.pk in involved(finding):",
        "    if False:",
        ("tests/test_warnings.py",),
    ),
    Mutant(
        "purchases: fewer quotes than the amount asks for",
        "grants/conditions_purchases.py",
        "    if have < need and not purchase.waived_by_id:",
        "    if False:",
        BUYING,
    ),
    Mutant(
        "purchases: who ordered receives",
        "grants/rules.py",
        "    return user.pk not in before",
        "    return True",
        BUYING,
    ),
    Mutant(
        "purchases: an invoice of another amount matches",
        "grants/conditions_purchases.py",
        "    if purchase.invoice_amount is None or purchase.invoice_amount == purchase.amount:",
        "    if True:",
        BUYING,
    ),
    Mutant(
        "purchases: a supplier is paid before anything is matched",
        "grants/conditions_purchases.py",
        "    if not tranche.award.window.purchases_required or tranche.modality not in BOUGHT:",
        "    if True:",
        AFTER,
    ),
    Mutant(
        "purchases: a finding needs no answer",
        "grants/conditions_purchases.py",
        "    count = len(open_flags(purchase))",
        "    count = 0",
        ("tests/test_purchases_flags.py",),
    ),
    Mutant(
        "tranches: a retention is requested before its days are over",
        "grants/conditions.py",
        "    if day_of_move(tranche) < due_on:",
        "    if False:",
        ("tests/test_grants_budget.py",),
    ),
    Mutant(
        "papers: one invoice counts as a cost and as an own part at the same moment",
        "grants/services/papers.py",
        "            take_papers(row)",
        "            pass",
        ("tests/test_race_papers.py",),
        postgresql=True,
    ),
    Mutant(
        "attendance: two sites take one worker's day at the same moment",
        "monitoring/attendance.py",
        "    _take_days(made)\n",
        "",
        ("tests/test_race_papers.py",),
        postgresql=True,
    ),
    Mutant(
        "statements: two lines name the same advance",
        "payments/services/cash_lines.py",
        "    if entry is None or StatementLine.objects.filter(entry=entry).exists():",
        "    if False:",
        ("tests/test_paymaster.py",),
    ),
    Mutant(
        "assets: who let an asset go decides what is asked back",
        "grants/services/assets.py",
        "    if asset.disposed_by_id == by.pk:",
        "    if False:",
        AFTER,
    ),
    Mutant(
        "payments: who proposed a rule of payments confirms it",
        "payments/rules.py",
        "    return rule is None or rule.proposed_by_id != user.pk",
        "    return True",
        ("tests/test_paymaster.py",),
    ),
    Mutant(
        "screening: a list of any age will do",
        "payments/clearance.py",
        "    if not days:\n        return []",
        "    return []",
        ("tests/test_screening.py",),
    ),
    Mutant(
        "screening: who is looked at decides",
        "payments/rules.py",
        "user.pk not in (match.screened_by_id, match.screening.staff_id)",
        "match.screened_by_id != user.pk",
        ("tests/test_screening.py",),
    ),
]
