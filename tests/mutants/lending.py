"""Guards of loans: early money, payoff, waivers, other rates."""

from tests.mutants.list import Mutant

EARLY = ("tests/test_loans_early.py",)

LENDING: list[Mutant] = [
    Mutant(
        "loans: what was taken back after a decision is owed by nobody",
        "loans/services/recalls.py",
        "setattr(recall, column, getattr(repayment, column) + used[name])",
        "setattr(recall, column, used[name])",
        ("tests/test_loan_recalls.py",),
    ),
    Mutant(
        "loans: principal taken back after a write-off stays on the books",
        "loans/services/recalls.py",
        "        loan.written_off_amount += amount\n",
        "",
        ("tests/test_loan_recalls.py",),
    ),
    Mutant(
        "loans: interest goes on after everything was repaid",
        "loans/standing.py",
        "        row.row = replace(row.row, interest=row.paid["
        '"interest"] + interest)\n        row.closed_on = day\n        interest = 0',
        "        row.closed_on = day",
        EARLY,
    ),
    Mutant(
        "loans: more interest is waived than fell due",
        "loans/services/relief.py",
        "    if not 0 < amount <= unpaid:",
        "    if not 0 < amount:",
        EARLY,
    ),
    Mutant(
        "loans: a waiver takes what was paid",
        "loans/standing.py",
        "part = min(left, row.open_part(waiver.component))",
        "part = left",
        EARLY,
    ),
    Mutant(
        "loans: what a new schedule begins with is a tranche to come",
        "loans/early.py",
        "for tranche in self.request.tranches[1:] if tranche.date > day",
        "for tranche in self.request.tranches if tranche.date > day",
        ("tests/test_loans_model.py::test_every_balance_and_account_is_that_of_the_second_reckoning",),
    ),
    Mutant(
        "loans: who pays what the quote says has money held and a loan that runs",
        "loans/standing.py",
        "    if left and not reshaped:\n",
        "    if left and terms.prepay not in RESHAPING:\n",
        ("tests/test_loans_early.py::test_who_pays_what_the_quote_says_on_the_first_due_date_has_repaid_the_loan",),
    ),
    Mutant(
        "loans: money held never repays a loan with all its interest at once",
        "loans/standing.py",
        "(terms.holds or terms.early",
        "(terms.prepay in RESHAPING or terms.early",
        ("tests/test_loans_early.py::test_who_pays_what_the_quote_says_on_the_first_due_date_has_repaid_the_loan",),
    ),
    Mutant(
        "loans: a loan runs on with nothing owed where interest was paid ahead",
        "loans/standing.py",
        "        if not row.outstanding:\n            # Its interest",
        "        if False:\n            # Its interest",
        ("tests/test_loans_early.py::test_who_paid_interest_ahead_and_then_repays_everything_has_repaid_the_loan",),
    ),
    Mutant(
        "loans: a new schedule bears the rate of today for the days before it",
        "loans/services/relief.py",
        "    rate, changes = rates_since(before, starts_on)\n",
        "    rate, changes = None, ()\n",
        (
            "tests/test_loans_early.py::test_a_new_schedule_asks_for_the_days_before_another_rate_at_the_rate_of_those_days",
        ),
    ),
    Mutant(
        "loans: interest that is paid ahead is asked for again by a new schedule",
        "loans/services/relief.py",
        '    if not free_months and starts_on >= facts["first_due"]:',
        "    if False:",
        ("tests/test_loans_early.py::test_a_new_schedule_falls_due_after_the_day_to_which_interest_is_paid",),
    ),
    Mutant(
        "loans: a waiver goes on after it was taken back",
        "loans/facts.py",
        '("waivers", Waiver.objects.live().filter(**on_schedule)',
        '("waivers", Waiver.objects.filter(**on_schedule)',
        EARLY,
    ),
    Mutant(
        "loans: a waiver is taken back twice, or after a new schedule",
        "loans/services/relief.py",
        "    if waiver.reversed_on:\n",
        "    if False:\n",
        EARLY,
    ),
    Mutant(
        "loans: a penalty knows no cap",
        "loans/standing.py",
        "            if terms.penalty_cap_pct is not None:",
        "            if False:",
        EARLY,
    ),
    Mutant(
        "loans: the rate is changed by the officer who signed",
        "loans/rules.py",
        '"loans.relieve", (is_officer | is_manager) & is_not_theirs',
        '"loans.relieve", is_officer | is_manager',
        (
            "tests/test_loans_early.py"
            "::test_another_rate_counts_from_its_day_on_the_same_due_dates_and_is_no_rescheduling",
        ),
    ),
    Mutant(
        "loans: early money lowers the balance a second time",
        "loans/early.py",
        "        self.closed[no] = payment\n",
        "",
        ("tests/test_loans_model.py::test_the_standing_is_that_of_a_second_reckoning_day_by_day",),
    ),
    Mutant(
        "loans: one day late is not at risk",
        "loans/arrears.py",
        "    return 0 if bound == 1 else bound",
        "    return bound",
        (
            "tests/test_fund.py::test_what_is_at_risk_is_the_buckets_after_the_bound",
            "tests/test_reports.py::test_one_day_late_is_at_risk_and_says_so_in_report_and_portfolio_alike",
        ),
    ),
    Mutant(
        "fund: what came by conversion is no capital of its line",
        "loans/fund.py",
        "return self.given + self.transferred + self.converted",
        "return self.given + self.transferred",
        ("tests/test_fund.py::test_what_came_by_conversion_is_the_capital_of_its_line_and_no_loss_of_the_other",),
    ),
    Mutant(
        "fund: what came from another line is no capital of its line",
        "loans/fund.py",
        "return self.given + self.transferred + self.converted",
        "return self.given + self.converted",
        ("tests/test_fund.py::test_transfers_and_unclaimed_receipts_are_named_and_nothing_is_other",),
    ),
    Mutant(
        "loans: a repayment is worth more than was paid",
        "loans/standing.py",
        "    standing.overpaid += came - sum(amount for _no, _component, amount in pieces)",
        "    standing.overpaid += came - sum(amount for _no, component, amount in pieces if component != 'penalty')",
        ("tests/test_loans_fold.py::test_each_repayment_is_conserved_in_its_parts_and_no_part_is_negative",),
    ),
    Mutant(
        "schedule: the instalment is moved though the last row ends further off",
        "loans/schedule/plain.py",
        "            if abs(other_off) < abs(off):",
        "            if True:",
        ("tests/test_schedule_properties.py::test_the_quick_run_gives_the_lines_of_the_run_that_knows_events",),
    ),
    Mutant(
        "loans: a recovery may pass what is still claimed by a cent",
        "loans/services/repayments.py",
        "        if amount > claimed:",
        "        if amount > claimed + 1:",
        ("tests/test_loans_ends.py::test_a_recovery_is_not_more_than_what_is_still_claimed",),
    ),
    Mutant(
        "loans: the number of a loan tells of a confidential programme",
        "loans/cycles.py",
        "lent_to(party).filter(known)",
        "lent_to(party)",
        ("tests/test_loan_people.py::test_the_number_of_a_loan_says_nothing_of_a_programme_that_is_confidential",),
    ),
    Mutant(
        "loans: a loan that was forgiven lifts the borrower a step",
        "loans/models/loans.py",
        "state__in=states, forgiven_on=None)",
        "state__in=states)",
        ("tests/test_loan_people.py::test_a_step_up_is_earned_by_a_loan_that_was_paid_out_and_not_lost",),
    ),
    Mutant(
        "loans: the contract keeps quiet of the days late that cost nothing",
        "loans/contract.py",
        "    if loan.penalty_grace_days:\n",
        "    if False:\n",
        (
            "tests/test_loan_papers.py"
            "::test_the_contract_says_how_many_days_late_cost_nothing_and_the_most_of_a_penalty",
        ),
    ),
    Mutant(
        "loans: a guarantor may pass the ceiling in another currency",
        "loans/exposure.py",
        "standing = exposure_of(party, loan) + elsewhere",
        "standing = exposure_of(party, loan)",
        ("tests/test_loan_people.py::test_what_a_person_guarantees_in_another_currency_counts_at_the_rate_of_the_day",),
    ),
    Mutant(
        "loans: a multiple makes a loan of instalments one that is repaid at once",
        "loans/services/agreement.py",
        "    need_spread(loan)\n",
        "",
        ("tests/test_loans_early.py::test_a_multiple_does_not_leave_the_whole_loan_to_one_instalment",),
    ),
    Mutant(
        "loans: a product is offered whose multiple no instalment reaches",
        "loans/products.py",
        "if _repaid_at_once(self.instance, most, number):",
        "if False:",
        ("tests/test_loans_early.py::test_a_product_whose_multiple_no_instalment_reaches_is_refused",),
    ),
]
