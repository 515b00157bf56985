"""Guards of money that comes for many loans: bank lines, the cash box, confirmations, an old portfolio."""

from tests.mutants.list import Mutant

CLAIMS, CASH, RACE = ("tests/test_loan_claims.py",), ("tests/test_loan_cashier.py",), ("tests/test_race_claims.py",)
BALANCES, LEGACY = ("tests/test_loan_balances.py",), ("tests/test_loan_legacy.py",)

BULK_MONEY: list[Mutant] = [
    Mutant(
        "loans: a line is claimed without a lock",
        "loans/services/claims.py",
        '    list(rows.select_for_update().order_by("pk").values_list("pk"))\n',
        "",
        RACE,
        postgresql=True,
    ),
    Mutant(
        "loans: a line that is claimed is claimed again",
        "loans/services/claims.py",
        "    if claimed is not None:",
        "    if False:",
        CLAIMS,
    ),
    Mutant(
        "loans: what was proposed is taken as it is by now",
        "loans/services/claims.py",
        "    if seal_of(sure) != seal:",
        "    if False:",
        CLAIMS,
    ),
    Mutant(
        "loans: a line that fits two loans is sure",
        "loans/proposals.py",
        "        return len(self.refs) == 1 and self.rank > BY_AMOUNT and not self.against",
        "        return self.rank > BY_AMOUNT",
        CLAIMS,
    ),
    Mutant(
        "loans: a sheet need not add up to the cash",
        "loans/services/cashier.py",
        "    if total != counted_amount:",
        "    if False:",
        CASH,
    ),
    Mutant(
        "loans: cash is taken on a day that is counted",
        "loans/services/cashier.py",
        "    if day.state != CashDay.State.OPEN:",
        "    if False:",
        CASH,
    ),
    Mutant(
        "loans: who counted closes the day",
        "loans/rules.py",
        '    return getattr(day, "counted_by_id", None) != user.pk',
        "    return True",
        CASH,
    ),
    Mutant(
        "loans: more is deposited than lies in the box",
        "loans/services/cashier.py",
        "    if left:",
        "    if False:",
        CASH,
    ),
    Mutant(
        "loans: the loan team confirms its own balances",
        "loans/rules.py",
        "    has_role(Role.MONITORING, Role.MANAGER) & ~has_role(Role.LOAN_OFFICER, Role.ADVISER),",
        "    has_role(Role.MONITORING, Role.MANAGER),",
        BALANCES,
    ),
    Mutant(
        "loans: anybody explains a difference",
        "loans/rules.py",
        'rules.add_rule("loans.settle_balance", is_manager & did_not_ask)',
        'rules.add_rule("loans.settle_balance", did_not_ask)',
        BALANCES,
    ),
    Mutant(
        "loans: who asked explains the difference",
        "loans/rules.py",
        'rules.add_rule("loans.settle_balance", is_manager & did_not_ask)',
        'rules.add_rule("loans.settle_balance", is_manager)',
        BALANCES,
    ),
    Mutant(
        "loans: an older portfolio need not reconcile",
        "loans/legacy.py",
        "                if stated is not None and stated != made[name]:",
        "                if False:",
        LEGACY,
    ),
    Mutant(
        "cash: a difference is booked by nobody",
        "loans/services/cashier.py",
        "        if day.difference_amount:\n            need_text",
        "        if False:\n            need_text",
        CASH,
    ),
    Mutant(
        "cash: the day is closed though a receipt was voided since the count",
        "loans/services/cashier.py",
        "        if expected != day.expected_amount:",
        "        if False:",
        CASH,
    ),
    Mutant(
        "cash: money leaves the box between the count and the closing",
        "loans/services/cashier.py",
        "    if counted is not None:",
        "    if False:",
        CASH,
    ),
    Mutant(
        "cash: who counted finds the difference",
        "loans/services/cashier.py",
        '    demand("loans.close_day", by, day)\n',
        "",
        CASH,
    ),
    Mutant(
        "loans: an older portfolio lends what nobody gave",
        "loans/services/legacy.py",
        "        if cash_on(line) < 0:",
        "        if False:",
        LEGACY,
    ),
]
