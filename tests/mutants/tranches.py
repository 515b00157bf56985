"""Guards of loans that are paid out in tranches."""

from tests.mutants.list import Mutant

TRANCHES = "tests/test_loan_tranches.py"

TRANCHE_GUARDS: list[Mutant] = [
    Mutant(
        "loans in tranches: who says that it was shown confirms it",
        "loans/rules.py",
        '"loans.confirm_tranche", (is_officer | is_manager) & did_not_ask',
        '"loans.confirm_tranche", is_officer | is_manager',
        (f"{TRANCHES}::test_a_tranche_waits_for_what_it_asks_for_and_for_a_second_person",),
    ),
    Mutant(
        "loans in tranches: who asks to give it up gives it up",
        "loans/rules.py",
        '"loans.give_up_tranche", (is_officer | is_manager) & did_not_ask_end',
        '"loans.give_up_tranche", is_officer | is_manager',
        (f"{TRANCHES}::test_two_people_give_a_tranche_up_and_its_money_goes_back_to_the_line",),
    ),
    Mutant(
        "loans in tranches: it is paid out before anything was shown",
        "loans/conditions_tranches.py",
        "ORDERABLE = (loan_runs, earlier_are_over, shown_and_confirmed, nothing_late, time_left, schedule_begun)",
        "ORDERABLE = (loan_runs, earlier_are_over, nothing_late, time_left, schedule_begun)",
        (f"{TRANCHES}::test_a_tranche_waits_for_what_it_asks_for_and_for_a_second_person",),
    ),
    Mutant(
        "loans in tranches: money leaves that cannot be booked, before the schedule begins",
        "loans/conditions_tranches.py",
        "ORDERABLE = (loan_runs, earlier_are_over, shown_and_confirmed, nothing_late, time_left, schedule_begun)",
        "ORDERABLE = (loan_runs, earlier_are_over, shown_and_confirmed, nothing_late, time_left)",
        (f"{TRANCHES}::test_a_tranche_waits_for_a_schedule_that_begins_when_what_was_paid_ahead_ends",),
    ),
    Mutant(
        "loans in tranches: more is lent to somebody who is late",
        "loans/conditions_tranches.py",
        "ORDERABLE = (loan_runs, earlier_are_over, shown_and_confirmed, nothing_late, time_left, schedule_begun)",
        "ORDERABLE = (loan_runs, earlier_are_over, shown_and_confirmed, time_left, schedule_begun)",
        (f"{TRANCHES}::test_tranches_are_paid_in_their_order_and_not_to_somebody_who_is_late",),
    ),
    Mutant(
        "loans in tranches: the money of one that is given up stays promised",
        "loans/services/tranches.py",
        "    release(case_ref=loan.application.ref, by=by, on=on, amount=tranche.amount)\n"
        "    if loan.state == Loan.State.SIGNED:",
        "    if loan.state == Loan.State.SIGNED:",
        (f"{TRANCHES}::test_two_people_give_a_tranche_up_and_its_money_goes_back_to_the_line",),
    ),
    Mutant(
        "loans in tranches: a loan is repaid while a part is promised",
        "loans/services/restating.py",
        '    if missing:\n        raise Blocked(_("This would repay the whole loan."), [missing])\n',
        "",
        (f"{TRANCHES}::test_a_loan_is_not_over_while_a_tranche_is_open",),
    ),
    Mutant(
        "loans in tranches: interest runs on all of it from the first day",
        "loans/services/relief.py",
        "            disbursements=pay_outs_since(loan, before, starts_on, principal),\n",
        "",
        (f"{TRANCHES}::test_a_new_schedule_in_the_month_of_a_tranche_charges_each_amount_from_its_own_day",),
    ),
    Mutant(
        "loans in tranches: money of the old schedule is forgotten on the new",
        "loans/services/versions.py",
        "    for money in (loan.instalments, loan.repayments, loan.waivers, loan.refunds, loan.recalls):",
        "    for money in (loan.instalments, loan.waivers, loan.refunds, loan.recalls):",
        (f"{TRANCHES}::test_what_is_repaid_between_the_tranches_stays_as_it_is",),
    ),
    Mutant(
        "loans: early money leaves a coin without an instalment",
        "loans/early.py",
        "known if sum(principal for principal, _interest in known.values()) == self.principal else None",
        "known",
        ("tests/test_loans_standing.py::test_early_money_never_leaves_a_coin_without_an_instalment",),
    ),
    Mutant(
        "loans in tranches: what is held repays all of it later, while a part is promised",
        "loans/services/restating.py",
        "    if done is None and standing.overpaid:\n",
        "    if False:\n",
        ("tests/test_loans_model.py::test_a_loan_paid_out_in_tranches_is_that_of_the_second_reckoning",),
    ),
]
