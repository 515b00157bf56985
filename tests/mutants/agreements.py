"""Guards of agreements: budget, costs, final account, amendments."""

from tests.mutants.list import Mutant

BUDGET = ("tests/test_grants_budget.py",)

AGREEMENTS: list[Mutant] = [
    Mutant(
        "grants: who entered a cost accepts it",
        "grants/services/budget.py",
        "    if expense.entered_by_id == by.pk:",
        "    if False:",
        BUDGET,
    ),
    Mutant(
        "grants: an invoice counts as a cost and as an own part",
        "grants/services/papers.py",
        "        if row.invoice_key and others.filter(invoice_key=row.invoice_key).exists():",
        "        if False:",
        BUDGET,
    ),
    Mutant(
        "grants: a budget line has no end",
        "grants/services/budget.py",
        "    if amount > left:",
        "    if False:",
        BUDGET,
    ),
    Mutant(
        "grants: the next tranche does not wait for papers",
        "grants/conditions.py",
        "    need, have = to_be_accounted(tranche), tranche.award.expenses.total_accepted_amount()",
        "    need, have = 0, 0",
        BUDGET,
    ),
    Mutant(
        "grants: an amendment that was overtaken is put in force",
        "grants/conditions.py",
        "    if standing(amendment.award, amendment.before) != amendment.before:",
        "    if False:",
        BUDGET,
    ),
    Mutant(
        "grants: who proposed an amendment puts it in force",
        "grants/rules.py",
        "amendment is None or amendment.proposed_by_id != user.pk",
        "True",
        BUDGET,
    ),
    Mutant(
        "grants: what was paid beyond the share of the cost is forgotten",
        "grants/services/awards.py",
        '        ask_back(award, excess, f"recovery:{award.ref}", on=on, by=by, reason=reason)',
        "        pass",
        (*BUDGET, "tests/test_grants_properties.py"),
    ),
]
