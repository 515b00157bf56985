"""A loan from the committee to its last repayment: sentences about borrowers, officers and money, to the leg."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.core.management import call_command

from applicants.models import Application
from audit.models import Event
from audit.refusals import Blocked, Invalid, KeyReused, NotAllowed, Stale
from config.proof import faults
from ledger.models import Account, Entry
from loans.models import Loan
from loans.services import (
    cancel_loan,
    order_disbursement,
    record_repayment,
    reverse_repayment,
    set_terms,
    sign_loan,
)
from payments.services import cancel_payment, return_payment, settle_payment
from programmes.clock import standing_at
from programmes.models import Commitment
from programmes.services import available_on
from selection.letters import draft_of_decision, page_of
from selection.minutes import body_of
from selection.models import Decision
from selection.services import cast_vote, close_session, decide_all, reopen_session, take_back_vote
from selection.wording import outcome_sentence
from tests.office import DAY, grant_office
from tests.steps_applicants import eligible_application
from tests.steps_loans import (
    FIRST_DUE,
    account_of,
    active_loan,
    approved_loan,
    disbursement_order,
    loan_product,
    repay,
    sent_order,
    signed_loan,
)
from tests.steps_selection import approved_application, members_of, sitting_session


def legs(entry):
    return sorted(entry.legs.values_list("account__code", "account__subject", "amount"))


def balance(code, subject=""):
    found = Account.objects.filter(code=code, subject=subject).first()
    return found.balance_amount if found else 0


def assert_sound():
    assert list(faults()) == []


# From the decision to the contract ------------------------------------------------------------------------------------


def test_an_approved_application_becomes_a_loan_by_its_product(lending):
    loan = approved_loan(lending, amount=100_000, months=12, terms={"fee_pct": Decimal("1.5")})
    assert (loan.state, loan.amount, loan.currency, loan.instalments_number) == ("approved", 100_000, "USD", 12)
    assert (loan.ref, loan.cycle, loan.fee_amount) == ("L-2026-0001", 1, 1500)
    assert loan.decision_ref == loan.application.decision_ref == "S-2026-01/1"
    assert Event.objects.about(loan.ref).get().kind == "loan.create"


def test_the_months_choose_among_the_products_of_the_window(lending):
    loan_product(lending, name="Short", most_months=6)
    long = loan_product(lending, name="Long", least_months=7, most_months=24)
    assert approved_loan(lending, months=12).product == long


def test_the_committee_decides_the_months_and_loan_minutes_letter_and_proof_say_so(lending):
    loan_product(lending, most_months=18)
    session = sitting_session(lending, eligible_application(lending, amount=100_000, own=0, term_months=12))
    case = session.cases.get()
    member1, member2, member3 = members_of(lending)
    with pytest.raises(Invalid, match="Say why you vote for other months"):
        cast_vote(case=case, choice="for", months=10, on=DAY, by=member1)
    with pytest.raises(Invalid, match="No loan of the window Micro has 19 months: its products allow 3 to 18"):
        cast_vote(case=case, choice="for", months=19, reason="Slow cows.", on=DAY, by=member1)
    cast_vote(case=case, choice="for", months=18, reason="Slow cows.", on=DAY, by=member1)
    cast_vote(case=case, choice="conditions", months=15, reason="The barn is insured.", on=DAY, by=member2)
    cast_vote(case=case, choice="for", on=DAY, by=member3)
    decide_all(session=session, on=DAY, by=lending.people.secretary)
    session = close_session(session=session, on=DAY, by=lending.people.secretary)
    decision = Decision.objects.get()
    assert (decision.amount, decision.months) == (100_000, 15)
    assert Loan.objects.get().instalments_number == 15
    told = outcome_sentence(body_of(session, closed_on=DAY)["cases"][0])
    assert told == "Approved: USD 1,000.00, as asked. To be repaid in 15 months; asked were 12."
    letter = page_of(draft_of_decision(decision, DAY), language="en", on=DAY)
    assert "Months to repay: 15" in letter.paragraphs
    assert_sound()
    Decision.objects.update(months=12)
    assert any("the votes say 15 months, the decision 12" in fault for fault in faults())


def test_without_a_product_the_session_does_not_close_and_says_why(lending):
    with pytest.raises(Blocked, match="has no loan product in USD"):
        approved_application(lending, amount=100_000, term_months=12)
    assert not Loan.objects.exists()


def test_terms_are_set_within_the_product_before_signing_only(lending):
    loan = approved_loan(lending, terms={"grace_months": 2})
    officer = lending.people.loan_officer
    loan = set_terms(loan=loan, instalments_number=24, grace_months=2, on=DAY, by=officer, version=loan.version)
    assert (loan.instalments_number, loan.grace_months) == (24, 2)
    with pytest.raises(Invalid, match="25 instalments are outside the product's 3 to 24"):
        set_terms(loan=loan, instalments_number=25, on=DAY, by=officer)
    with pytest.raises(Invalid, match="allows 2 months without principal"):
        set_terms(loan=loan, grace_months=3, on=DAY, by=officer)
    with pytest.raises(Stale):
        set_terms(loan=loan, instalments_number=6, on=DAY, by=officer, version=loan.version - 1)
    with pytest.raises(NotAllowed):
        set_terms(loan=loan, instalments_number=6, on=DAY, by=lending.people.adviser)
    loan.refresh_from_db()
    loan = sign_loan(loan=loan, first_due_on=FIRST_DUE, on=DAY, by=officer)
    with pytest.raises(Blocked):
        set_terms(loan=loan, instalments_number=12, on=DAY, by=officer)


def test_signing_commits_the_money_and_makes_the_schedule(lending):
    loan = signed_loan(lending)
    assert (loan.state, loan.signed_by, loan.matures_on) == ("signed", lending.people.loan_officer, date(2027, 3, 12))
    rows = list(loan.instalments.values_list("number", "due_on", "principal_amount", "interest_amount"))
    assert rows[0] == (1, date(2026, 4, 12), 7885, 1000)
    assert rows[-1] == (12, date(2027, 3, 12), 8796, 88)
    assert sum(row[2] for row in rows) == 100_000
    assert Commitment.objects.get(case_ref=loan.application.ref).state == "committed"
    assert_sound()


def test_who_signs_and_when(lending):
    loan = approved_loan(lending)
    officer = lending.people.loan_officer
    for stranger in (lending.people.adviser, lending.people.maker, lending.people.member1, None):
        with pytest.raises(NotAllowed):
            sign_loan(loan=loan, first_due_on=FIRST_DUE, on=DAY, by=stranger)
    with pytest.raises(Invalid, match="after the day of signing"):
        sign_loan(loan=loan, first_due_on=DAY, on=DAY, by=officer)
    with pytest.raises(Invalid, match="lies in the future"):
        sign_loan(loan=loan, first_due_on=FIRST_DUE, on=DAY + timedelta(days=1), by=officer)
    with pytest.raises(Invalid, match="within a year"):
        sign_loan(loan=loan, first_due_on=date(2027, 3, 13), on=DAY, by=officer)
    sign_loan(loan=loan, first_due_on=FIRST_DUE, on=DAY, by=officer)
    with pytest.raises(Blocked):
        sign_loan(loan=loan, first_due_on=FIRST_DUE, on=DAY, by=officer)
    assert Event.objects.filter(kind="loan.sign").count() == 1


def test_a_reopened_session_takes_the_approval_back_and_a_new_one_brings_the_new_amount(lending):
    loan = approved_loan(lending, amount=100_000)
    session = loan.application.cases.get().session
    secretary = lending.people.secretary
    reopen_session(session=session, reason="Two votes were swapped.", on=DAY, by=secretary)
    with pytest.raises(Blocked, match="not possible yet"):
        sign_loan(loan=loan, first_due_on=FIRST_DUE, on=DAY, by=lending.people.loan_officer)
    decide_all(session=session, on=DAY, by=secretary)
    close_session(session=session, on=DAY, by=secretary)
    again = Loan.objects.get()
    assert (again.pk, again.state, again.decision_ref) == (loan.pk, "approved", again.application.decision_ref)
    assert sign_loan(loan=again, first_due_on=FIRST_DUE, on=DAY, by=lending.people.loan_officer).state == "signed"
    assert_sound()


def test_a_session_that_decides_otherwise_takes_the_loan_away(lending):
    loan = approved_loan(lending)
    session = loan.application.cases.get().session
    people = lending.people
    reopen_session(session=session, reason="Two votes were swapped.", on=DAY, by=people.secretary)
    case = session.cases.get()
    for member in members_of(lending):
        take_back_vote(case=case, on=DAY, by=member)
        cast_vote(case=case, choice="against", reason="No market.", on=DAY, by=member)
    decide_all(session=session, on=DAY, by=people.secretary)
    close_session(session=session, on=DAY, by=people.secretary)
    loan.refresh_from_db()
    assert (loan.state, Application.objects.get().state) == ("cancelled", "rejected")
    assert available_on(lending.line) == 1_000_000
    assert_sound()


def test_cancelling_gives_the_money_back_to_the_line(lending):
    loan = signed_loan(lending)
    assert available_on(lending.line) == 900_000
    with pytest.raises(Invalid, match="Say why"):
        cancel_loan(loan=loan, reason=" ", on=DAY, by=lending.people.loan_officer)
    with pytest.raises(NotAllowed):
        cancel_loan(loan=loan, reason="Moved abroad.", on=DAY, by=lending.people.maker)
    loan = cancel_loan(loan=loan, reason="Moved abroad.", on=DAY, by=lending.people.loan_officer)
    assert (loan.state, available_on(lending.line)) == ("cancelled", 1_000_000)
    assert_sound()


# The money leaves -----------------------------------------------------------------------------------------------------


def test_the_loan_is_owed_from_the_value_date_and_the_fee_is_withheld(lending):
    loan = active_loan(lending, terms={"fee_pct": Decimal("2")})
    assert (loan.state, loan.principal_amount, loan.disbursed_on) == ("active", 100_000, DAY)
    entry = Entry.objects.get(kind="loan_disbursed")
    assert legs(entry) == [("1000", "", -98_000), ("1100", loan.ref, 100_000), ("4010", loan.ref, -2000)]
    assert Commitment.objects.get(case_ref=loan.application.ref).state == "used"
    assert available_on(lending.line) == 902_000
    assert_sound()


def test_a_later_pay_out_makes_the_schedule_anew_from_the_real_day(lending):
    loan = signed_loan(lending, first_due_on=date(2026, 3, 20))
    with standing_at(date(2026, 3, 25)):
        loan = active_loan(lending, loan=loan)
    version = loan.versions.get()
    assert (version.number, version.starts_on, loan.first_due_on) == (1, date(2026, 3, 25), date(2026, 4, 20))
    first = loan.instalments.get(number=1)
    # 26 of 31 days of a month's 10.00.
    assert (first.due_on, first.interest_amount, first.principal_amount) == (date(2026, 4, 20), 839, 7885)
    assert loan.instalments.count() == 12
    assert_sound()


def test_the_payment_is_the_makers_and_prepared_once(lending):
    loan = signed_loan(lending)
    account = account_of(lending, loan.borrower, "USD")
    for stranger in (lending.people.loan_officer, lending.people.manager):
        with pytest.raises(NotAllowed):
            order_disbursement(loan=loan, account=account, on=DAY, by=stranger)
    order_disbursement(loan=loan, account=account, on=DAY, by=lending.people.maker)
    with pytest.raises(Blocked, match="prepared already"):
        order_disbursement(loan=loan, account=account, on=DAY, by=lending.people.maker)
    with pytest.raises(Blocked, match="not possible yet"):
        cancel_loan(loan=loan, reason="Changed mind.", on=DAY, by=lending.people.loan_officer)


def test_a_cancelled_payment_can_be_prepared_anew(lending):
    loan = signed_loan(lending)
    order = disbursement_order(lending, loan)
    cancel_payment(order=order, reason="Wrong account.", on=DAY, by=lending.people.maker)
    again = order_disbursement(loan=loan, account=order.account, on=DAY, by=lending.people.maker)
    assert again.ref != order.ref
    cancel_payment(order=again, reason="Not wanted.", on=DAY, by=lending.people.maker)
    assert cancel_loan(loan=loan, reason="Not wanted.", on=DAY, by=lending.people.loan_officer).state == "cancelled"


def test_money_goes_to_the_borrowers_own_account(lending):
    loan = signed_loan(lending)
    neighbour = signed_loan(lending).borrower
    account = account_of(lending, neighbour, "USD")
    with pytest.raises(Invalid, match="not the borrower's"):
        order_disbursement(loan=loan, account=account, on=DAY, by=lending.people.maker)


def test_a_returned_disbursement_leaves_nothing_owed_and_can_be_paid_again(lending):
    loan = signed_loan(lending)
    order = sent_order(lending, disbursement_order(lending, loan))
    settle_payment(order=order, bank_reference="BANK-1", on=DAY, by=lending.people.maker)
    return_payment(order=order, reason="Account closed.", on=DAY, by=lending.people.maker)
    loan.refresh_from_db()
    assert (loan.state, loan.principal_amount, loan.disbursed_on) == ("signed", 0, None)
    assert (balance("1000"), balance("1100", loan.ref)) == (1_000_000, 0)
    assert_sound()
    again = order_disbursement(loan=loan, account=order.account, on=DAY, by=lending.people.maker)
    settle_payment(order=sent_order(lending, again), bank_reference="BANK-2", on=DAY, by=lending.people.maker)
    loan.refresh_from_db()
    assert (loan.state, loan.principal_amount) == ("active", 100_000)
    assert_sound()


def test_a_disbursement_cannot_bounce_once_repayments_are_recorded(lending):
    loan = active_loan(lending)
    repay(lending, loan, 500)
    order = loan.application.payment_orders.get()
    with pytest.raises(Blocked, match="Reverse them before"):
        return_payment(order=order, reason="Account closed.", on=DAY, by=lending.people.maker)


# Repayments -----------------------------------------------------------------------------------------------------------


def test_an_instalment_pays_interest_and_principal(lending):
    loan = active_loan(lending)
    repayment = repay(lending, loan, 8885, date(2026, 4, 12), reference="line 88")
    assert (repayment.interest_amount, repayment.principal_amount) == (1000, 7885)
    assert legs(repayment.entry) == [("1000", "", 8885), ("1100", loan.ref, -7885), ("4000", loan.ref, -1000)]
    assert loan.principal_amount == 92_115
    first = loan.instalments.get(number=1)
    assert (first.settled_on, first.open_amount) == (date(2026, 4, 12), 0)
    with standing_at(date(2026, 4, 12)):
        assert_sound()


@pytest.mark.parametrize("amount", [0, -1, 10.5, True])
def test_a_repayment_is_a_whole_number_above_zero(lending, amount):
    loan = active_loan(lending)
    with pytest.raises(Invalid, match="more than zero"):
        record_repayment(loan=loan, amount=amount, on=DAY, by=lending.people.loan_officer)
    assert not loan.repayments.exists()


def test_a_repayment_is_not_of_tomorrow_nor_from_before_the_loan(lending):
    loan = active_loan(lending)
    officer = lending.people.loan_officer
    with pytest.raises(Invalid, match="lies in the future"):
        record_repayment(loan=loan, amount=100, on=DAY + timedelta(days=1), by=officer)
    with pytest.raises(Invalid, match="no repayment comes before"):
        record_repayment(loan=loan, amount=100, on=DAY - timedelta(days=1), by=officer)


def test_more_than_is_owed_is_kept_for_the_borrower(lending):
    loan = active_loan(lending)
    owed = sum(row.due_amount for row in loan.instalments.all())
    repayment = repay(lending, loan, owed + 250, date(2026, 4, 12))
    assert (repayment.principal_amount, repayment.overpaid_amount) == (100_000, 250)
    assert (loan.state, loan.overpaid_amount, loan.closed_on) == ("overpaid", 250, date(2026, 4, 12))
    assert balance("2000", loan.ref) == -250
    with standing_at(date(2026, 4, 12)):
        assert_sound()


def test_the_last_unit_closes_the_loan_and_one_less_does_not(lending):
    loan = active_loan(lending)
    owed = sum(row.due_amount for row in loan.instalments.all())
    repay(lending, loan, owed - 1, DAY)
    assert loan.state == "active"
    repay(lending, loan, 1, DAY)
    assert (loan.state, loan.principal_amount) == ("closed", 0)
    with pytest.raises(Blocked, match=r"repaid on 12\.03\.2026"):
        repay(lending, loan, 1, date(2026, 3, 13))
    assert_sound()


def test_strangers_take_no_money(lending):
    loan = active_loan(lending)
    people = lending.people
    superuser = people.adviser
    superuser.is_superuser = True
    superuser.save()
    for stranger in (superuser, people.manager, people.member1, people.donor, people.administrator, None):
        with pytest.raises(NotAllowed):
            record_repayment(loan=loan, amount=100, on=DAY, by=stranger)


def test_a_loan_that_is_not_paid_out_takes_no_money(lending):
    for loan in (approved_loan(lending), signed_loan(lending)):
        with pytest.raises(Blocked):
            record_repayment(loan=loan, amount=100, on=DAY, by=lending.people.loan_officer)


def test_the_same_key_takes_the_money_once(lending):
    loan = active_loan(lending)
    same = {"loan": loan, "amount": 500, "on": DAY, "by": lending.people.loan_officer, "key": "form-1"}
    assert record_repayment(**same) == record_repayment(**same)
    assert loan.repayments.count() == 1
    with pytest.raises(KeyReused):
        record_repayment(**{**same, "amount": 600})


# Late entries and reversals -------------------------------------------------------------------------------------------


def state_of(loan):
    """All that a loan's money has made, except who wrote it and when."""
    loan.refresh_from_db()
    rows = loan.instalments.order_by("version", "number").values_list(
        "principal_paid_amount",
        "interest_paid_amount",
        "fee_paid_amount",
        "penalty_paid_amount",
        "penalty_amount",
        "settled_on",
    )
    accounts = Account.objects.exclude(balance_amount=0).order_by("code", "subject")
    return (
        loan.state,
        loan.principal_amount,
        loan.overpaid_amount,
        loan.closed_on,
        list(rows),
        list(accounts.values_list("code", "subject", "balance_amount")),
    )


def test_money_entered_late_is_booked_as_if_it_had_been_entered_in_time(lending):
    loan = active_loan(lending, terms={"penalty_pct": Decimal("36.5")})
    late = repay(lending, loan, 8885, date(2026, 4, 22))
    assert (late.penalty_amount, late.interest_amount, late.principal_amount) == (79, 1000, 7806)
    with standing_at(date(2026, 4, 22)):
        record_repayment(
            loan=loan, amount=8885, on=date(2026, 4, 12), by=lending.people.loan_officer, reason="The bank was late."
        )
        late.refresh_from_db()
        assert (late.penalty_amount, late.interest_amount, late.principal_amount) == (0, 921, 7964)
        assert late.entry.attempt == 1
        reversed_entry = Entry.objects.get(event_key=late.entry.event_key, attempt=0)
        assert reversed_entry.reversed_by.value_on == date(2026, 4, 22)
        assert late.entry.value_on == date(2026, 4, 22)
        assert_sound()


def test_reversing_the_last_repayment_restores_everything(lending):
    loan = active_loan(lending, terms={"penalty_pct": Decimal("36.5")})
    repay(lending, loan, 3000, date(2026, 4, 22))
    before = state_of(loan)
    repayment = repay(lending, loan, 200_000, date(2026, 4, 22))
    assert state_of(loan) != before
    with standing_at(date(2026, 4, 22)):
        reverse_repayment(
            repayment=repayment, reason="Another borrower's.", on=date(2026, 4, 22), by=lending.people.loan_officer
        )
        assert state_of(loan) == before
        assert_sound()
    repayment.refresh_from_db()
    assert (repayment.reversed_on, repayment.reversal_reason) == (date(2026, 4, 22), "Another borrower's.")


def test_reversing_an_earlier_repayment_is_as_if_it_had_never_been(lending):
    loan = active_loan(lending, terms={"penalty_pct": Decimal("36.5")})
    first = repay(lending, loan, 8885, date(2026, 4, 12))
    repay(lending, loan, 8885, date(2026, 5, 22))
    with standing_at(date(2026, 5, 22)):
        reverse_repayment(repayment=first, reason="Not hers.", on=date(2026, 5, 22), by=lending.people.maker)
        after = state_of(loan)
        assert_sound()
    only = list(loan.repayments.live())
    # Forty days on 78.85 at 0.1% a day make 3.15; ten days on 79.64 make 0.80.
    assert [(row.penalty_amount, row.interest_amount, row.principal_amount) for row in only] == [(315, 1000, 7570)]
    assert after[1] == 100_000 - 7570
    assert [row.penalty_amount for row in loan.instalments.order_by("number")[:2]] == [315, 80]


def test_a_repayment_is_reversed_once_with_a_reason_and_by_those_who_may(lending):
    loan = active_loan(lending)
    repayment = repay(lending, loan, 8885)
    people = lending.people
    with pytest.raises(Invalid, match="Say why"):
        reverse_repayment(repayment=repayment, reason="", on=DAY, by=people.loan_officer)
    with pytest.raises(NotAllowed):
        reverse_repayment(repayment=repayment, reason="Wrong.", on=DAY, by=people.adviser)
    reverse_repayment(repayment=repayment, reason="Wrong.", on=DAY, by=people.loan_officer)
    with pytest.raises(Blocked, match="reversed already"):
        reverse_repayment(repayment=repayment, reason="Wrong.", on=DAY, by=people.loan_officer)
    assert Entry.objects.filter(kind="repayment").count() == 2


def test_a_closed_loan_opens_again_when_its_money_is_reversed(lending):
    loan = active_loan(lending)
    owed = sum(row.due_amount for row in loan.instalments.all())
    repayment = repay(lending, loan, owed)
    assert loan.state == "closed"
    reverse_repayment(repayment=repayment, reason="Bounced cheque.", on=DAY, by=lending.people.loan_officer)
    loan.refresh_from_db()
    assert (loan.state, loan.principal_amount, loan.closed_on) == ("active", 100_000, None)
    kinds = Event.objects.about(loan.ref).moves().order_by("seq").values_list("kind", flat=True)
    assert list(kinds)[-2:] == ["loan.finish", "loan.reopen"]
    assert_sound()


def test_old_money_needs_a_person_who_may_backdate_and_a_reason(lending):
    loan = active_loan(lending)
    with standing_at(DAY + timedelta(days=20)):
        with pytest.raises(Invalid, match="entered so late"):
            record_repayment(loan=loan, amount=100, on=DAY, by=lending.people.loan_officer)
        record_repayment(loan=loan, amount=100, on=DAY, by=lending.people.loan_officer, reason="Found in the drawer.")


# Every day ------------------------------------------------------------------------------------------------------------


def test_the_daily_work_reckons_penalties_once_and_catches_up(lending):
    loan = active_loan(lending, terms={"penalty_pct": Decimal("36.5")})
    for day in (date(2026, 4, 13), date(2026, 4, 13), date(2026, 4, 15), date(2026, 4, 22)):
        with standing_at(day):
            call_command("run_daily")
    loan.refresh_from_db()
    assert (loan.instalments.get(number=1).penalty_amount, loan.reckoned_on) == (79, date(2026, 4, 22))
    assert Event.objects.filter(kind="loan.reckon").count() == 3
    assert not Entry.objects.filter(kind="repayment").exists()
    with standing_at(date(2026, 4, 22)):
        assert_sound()


def test_money_held_pays_each_instalment_on_its_day(lending):
    loan = active_loan(lending, terms={"prepay": "hold"})
    repay(lending, loan, 10_000, date(2026, 3, 20))
    assert (loan.overpaid_amount, loan.principal_amount) == (10_000, 100_000)
    with standing_at(date(2026, 4, 20)):
        call_command("run_daily")
        loan.refresh_from_db()
        assert (loan.overpaid_amount, loan.principal_amount) == (1115, 92_115)
        held = loan.repayments.get(means="held")
        assert legs(held.entry) == [("1100", loan.ref, -7885), ("2000", loan.ref, 8885), ("4000", loan.ref, -1000)]
        assert held.value_on == date(2026, 4, 12)
        call_command("run_daily")
        assert loan.repayments.count() == 2
        assert_sound()


# Seeing ---------------------------------------------------------------------------------------------------------------


def test_loans_are_seen_by_those_who_work_on_them(lending):
    loan = active_loan(lending)
    people = lending.people
    for user in (people.adviser, people.manager, people.loan_officer, people.maker, people.monitor):
        assert list(Loan.objects.visible_to(user)) == [loan]
    other = grant_office().people
    for user in (people.donor, people.administrator, people.member1, other.manager, other.loan_officer):
        assert not Loan.objects.visible_to(user).exists()


def test_lateness_is_counted_from_the_day_after_the_due_date(lending):
    loan = active_loan(lending)
    assert not Loan.objects.at_risk(date(2026, 4, 12)).exists()
    assert list(Loan.objects.at_risk(date(2026, 4, 13))) == [loan]
    assert not Loan.objects.at_risk(date(2026, 5, 12), 30).exists()
    assert list(Loan.objects.at_risk(date(2026, 5, 13), 30)) == [loan]
    repay(lending, loan, 8885, date(2026, 5, 12))
    # What was late on a day stays late on that day, whatever was paid afterwards.
    assert list(Loan.objects.at_risk(date(2026, 5, 11))) == [loan]
    assert not Loan.objects.at_risk(date(2026, 5, 12)).exists()
