"""How loans end otherwise than as agreed: refunds, new schedules, write-offs, forgiveness, recoveries; and sheets."""

from datetime import date
from decimal import Decimal

import pytest

from audit.models import Event, Once
from audit.refusals import Blocked, Invalid, NotAllowed
from ledger.models import Entry
from loans.ahead import finished
from loans.checks import end_faults
from loans.models import Loan, Repayment
from loans.payoff import payoff_quote
from loans.services import (
    forgive_loan,
    record_collections,
    record_repayment,
    refund_overpayment,
    reschedule_loan,
    reverse_repayment,
    write_off_loan,
)
from loans.services.repayments import proposed_parts
from loans.services.restating import still_claimed
from payments.services import return_payment, settle_payment
from programmes.clock import standing_at
from tests.office import DAY
from tests.steps_loans import account_of, active_loan, approved_loan, loan_product, repay, sent_order, signed_loan
from tests.test_loans import assert_sound, balance, legs

LATE = date(2026, 6, 20)


def owed(loan):
    return sum(row.due_amount for row in loan.instalments.all())


def refund_order(office, loan):
    account = loan.borrower.payee_accounts.first() or account_of(office, loan.borrower, loan.currency)
    return refund_overpayment(loan=loan, account=account, on=DAY, by=office.people.maker)


# Refunds --------------------------------------------------------------------------------------------------------------


def test_an_overpayment_goes_back_through_maker_and_checker(lending):
    loan = active_loan(lending)
    repay(lending, loan, owed(loan) + 250)
    assert loan.state == "overpaid"
    order = sent_order(lending, refund_order(lending, loan))
    assert (order.amount, order.kind, order.source_ref) == (250, "refund", f"{loan.ref}:refund-1")
    settle_payment(order=order, bank_reference="BANK-9", on=DAY, by=lending.people.maker)
    loan.refresh_from_db()
    assert (loan.state, loan.overpaid_amount, loan.closed_on) == ("closed", 0, DAY)
    assert legs(Entry.objects.get(kind="overpayment_refunded")) == [("1000", "", -250), ("2000", loan.ref, 250)]
    assert_sound()


def test_a_refund_is_the_makers_once_and_of_something(lending):
    loan = active_loan(lending)
    account = loan.borrower.payee_accounts.get()
    with pytest.raises(Blocked, match="Nothing is held"):
        refund_overpayment(loan=loan, account=account, on=DAY, by=lending.people.maker)
    repay(lending, loan, owed(loan) + 250)
    with pytest.raises(NotAllowed):
        refund_overpayment(loan=loan, account=account, on=DAY, by=lending.people.loan_officer)
    refund_order(lending, loan)
    with pytest.raises(Blocked, match="on its way"):
        refund_order(lending, loan)


def test_a_returned_refund_is_held_again(lending):
    loan = active_loan(lending)
    repay(lending, loan, owed(loan) + 250)
    order = sent_order(lending, refund_order(lending, loan))
    settle_payment(order=order, bank_reference="BANK-9", on=DAY, by=lending.people.maker)
    return_payment(order=order, reason="Account closed.", on=DAY, by=lending.people.maker)
    loan.refresh_from_db()
    assert (loan.state, loan.overpaid_amount, balance("2000", loan.ref)) == ("overpaid", 250, -250)
    assert_sound()
    again = sent_order(lending, refund_order(lending, loan))
    assert again.source_ref == f"{loan.ref}:refund-2"
    settle_payment(order=again, bank_reference="BANK-10", on=DAY, by=lending.people.maker)
    loan.refresh_from_db()
    assert loan.state == "closed"
    assert_sound()


# New schedules --------------------------------------------------------------------------------------------------------


def reschedule(office, loan, **facts):
    given = {
        "instalments_number": 18,
        "first_due_on": date(2026, 8, 12),
        "decision_ref": "S-2026-04/2",
        "reason": "Hail took the harvest.",
        "on": LATE,
        "by": office.people.manager,
        **facts,
    }
    with standing_at(LATE):
        return reschedule_loan(loan=loan, **given)


def test_a_new_schedule_carries_the_principal_and_the_old_one_stays(lending):
    loan = active_loan(lending)
    repay(lending, loan, 8885, date(2026, 4, 12))
    loan = reschedule(lending, loan)
    assert (loan.current_version, loan.ever_rescheduled, loan.state) == (2, True, "active")
    old, new = loan.instalments.filter(version=1), loan.instalments.filter(version=2).order_by("number")
    assert (old.count(), old.get(number=1).settled_on) == (12, date(2026, 4, 12))
    assert sum(row.principal_amount for row in new) == 92_115 == loan.principal_amount
    # Two unpaid months of 9.21 and 8.42 come first; from 12 June to 12 August are 61 days of a month of 31 at 9.21.
    assert new[0].interest_amount == 921 + 842 + 1812
    assert (new[0].due_on, loan.matures_on) == (date(2026, 8, 12), date(2028, 1, 12))
    with standing_at(LATE):
        assert not Loan.objects.at_risk(LATE).exists()
        assert Loan.objects.at_risk(date(2026, 6, 19)).exists()
        assert_sound()


def test_no_interest_is_charged_for_the_days_between_the_last_due_date_and_the_new_schedule(lending):
    """1,000.00 in three months, nothing paid: 20.07 of interest by 12 June, none to 20 June, 10.00 of a new month."""
    loan = active_loan(lending, months=3)
    loan = reschedule(lending, loan, instalments_number=3, first_due_on=date(2026, 7, 20))
    first = loan.instalments.filter(version=2).order_by("number")[0]
    assert loan.versions.get(number=2).starts_on == LATE
    assert first.interest_amount == 2007 + 1000


def test_interest_may_become_principal_by_an_entry_of_its_own(lending):
    loan = active_loan(lending)
    repay(lending, loan, 8885, date(2026, 4, 12))
    loan = reschedule(lending, loan, capitalise=True)
    entry = Entry.objects.get(kind="interest_capitalised")
    assert legs(entry) == [("1100", loan.ref, 1763), ("4005", loan.ref, -1763)]
    assert (loan.principal_amount, loan.capitalised_amount) == (93_878, 1763)
    with standing_at(LATE):
        assert_sound()


def test_repayments_go_to_the_new_schedule_and_old_ones_stay_where_they_were(lending):
    loan = active_loan(lending)
    first = repay(lending, loan, 8885, date(2026, 4, 12))
    reschedule(lending, loan)
    loan.refresh_from_db()
    later = repay(lending, loan, 10_000, date(2026, 8, 12))
    assert later.version == 2
    assert set(first.allocations.values_list("instalment__version", flat=True)) == {1}
    with standing_at(date(2026, 8, 12)):
        reverse_repayment(repayment=later, reason="No.", on=date(2026, 8, 12), by=lending.people.maker)
        assert_sound()


def test_another_person_than_officer_and_adviser_reschedules_by_a_decision(lending):
    loan = active_loan(lending)
    for stranger in (lending.people.loan_officer, lending.people.adviser, lending.people.maker):
        with pytest.raises(NotAllowed, match=r"Another person|not yours"):
            reschedule(lending, loan, by=stranger)
    with pytest.raises(Invalid, match="Name the decision"):
        reschedule(lending, loan, decision_ref=" ")
    with pytest.raises(Invalid, match="after the day of rescheduling"):
        reschedule(lending, loan, first_due_on=LATE)
    with pytest.raises(Invalid):
        reschedule(lending, loan, instalments_number=0)
    repay(lending, loan, 100, LATE)
    with pytest.raises(Blocked, match=rf"Money of {loan.ref} is dated 20\.06\.2026"), standing_at(LATE):
        reschedule_loan(
            loan=loan,
            instalments_number=12,
            first_due_on=date(2026, 8, 12),
            decision_ref="S-1",
            reason="Late.",
            on=date(2026, 6, 19),
            by=lending.people.manager,
        )


# Write-off and forgiveness --------------------------------------------------------------------------------------------


def end(service, office, loan, **facts):
    given = {
        "decision_ref": "S-2026-05/1",
        "reason": "The shop is gone.",
        "on": LATE,
        "by": office.people.manager,
        **facts,
    }
    with standing_at(LATE):
        return service(loan=loan, **given)


def test_a_write_off_takes_the_principal_off_the_books(lending):
    loan = active_loan(lending)
    repay(lending, loan, 8885, date(2026, 4, 12))
    loan = end(write_off_loan, lending, loan)
    assert (loan.state, loan.principal_amount, loan.written_off_amount) == ("written_off", 0, 92_115)
    assert legs(Entry.objects.get(kind="loan_written_off")) == [("1100", loan.ref, -92_115), ("5200", loan.ref, 92_115)]
    assert not Loan.objects.outstanding(LATE).exists()
    assert Loan.objects.outstanding(date(2026, 6, 19)).exists()
    with standing_at(LATE):
        assert_sound()


def test_what_came_in_the_morning_of_a_write_off_is_not_claimed_again(lending):
    """60.00 ahead of its day pays interest of months to come: that is no part of what would have repaid it."""
    loan = active_loan(lending, terms={"early_interest": "date"})
    day = date(2026, 3, 20)
    repay(lending, loan, 6000, day)
    quote = payoff_quote(loan, day).total
    with standing_at(day):
        facts = {"decision_ref": "S-2026-05/1", "reason": "The shop is gone.", "by": lending.people.manager}
        loan = write_off_loan(loan=loan, on=day, **facts)
    assert still_claimed(loan) == (quote, 0)
    recovery = repay(lending, loan, quote, date(2026, 7, 1))
    assert (recovery.recovered_amount, still_claimed(loan)) == (quote, (0, quote))
    assert_sound()


def test_what_comes_after_a_write_off_is_a_recovery(lending):
    loan = active_loan(lending)
    loan = end(write_off_loan, lending, loan)
    recovery = repay(lending, loan, 5000, date(2026, 7, 1))
    assert (recovery.recovered_amount, recovery.principal_amount) == (5000, 0)
    assert legs(recovery.entry) == [("1000", "", 5000), ("4100", loan.ref, -5000)]
    assert (loan.state, loan.written_off_amount) == ("written_off", 100_000)
    with standing_at(date(2026, 7, 1)):
        reverse_repayment(repayment=recovery, reason="Wrong.", on=date(2026, 7, 1), by=lending.people.loan_officer)
        assert balance("4100", loan.ref) == 0
        assert_sound()


def test_a_recovery_is_not_more_than_what_is_still_claimed(lending):
    loan = active_loan(lending, months=3, terms={"early_interest": "date", "first_period": "actual_days_in_annuity"})
    repay(lending, loan, 10_000, date(2026, 4, 12))
    loan = end(write_off_loan, lending, loan)
    # Principal of 910.00, and interest of 6.70 and 3.37 that fell due and was not paid.
    assert (loan.written_off_amount, still_claimed(loan)) == (91_000, (92_007, 0))
    repay(lending, loan, 90_000, LATE)
    said = r"^USD\s20.07 is still claimed. Keep the rest as a receipt that is not claimed, or send it back.$"
    for refused in (proposed_parts, record_repayment):
        by = {} if refused is proposed_parts else {"by": lending.people.loan_officer}
        with pytest.raises(Invalid, match=said), standing_at(LATE):
            refused(loan=loan, amount=2_008, on=LATE, **by)
    last = repay(lending, loan, 2_007, LATE)
    assert (still_claimed(loan), balance("4100", loan.ref)) == ((0, 92_007), -92_007)
    with standing_at(LATE):
        assert_sound()
        Repayment.objects.filter(pk=last.pk).update(amount=2_010, recovered_amount=2_010)
        assert f"loans_loan {loan.ref} recovered 92010, 3 more than was claimed" in list(end_faults())


def test_forgiveness_closes_the_loan_and_takes_no_more_money(lending):
    loan = active_loan(lending)
    loan = end(forgive_loan, lending, loan)
    assert (loan.state, loan.forgiven_amount, loan.forgiven_on) == ("closed", 100_000, LATE)
    assert legs(Entry.objects.get(kind="loan_forgiven")) == [("1100", loan.ref, -100_000), ("5210", loan.ref, 100_000)]
    with standing_at(LATE):
        with pytest.raises(Blocked, match="forgiven"):
            record_repayment(loan=loan, amount=1, on=LATE, by=lending.people.loan_officer)
        assert_sound()


@pytest.mark.parametrize("service", [write_off_loan, forgive_loan])
def test_an_end_is_decided_and_done_by_another_person_once(lending, service):
    loan = active_loan(lending)
    officer = lending.people.loan_officer
    officer.is_superuser = True
    officer.save()
    for stranger in (officer, lending.people.adviser, lending.people.checker):
        with pytest.raises(NotAllowed):
            end(service, lending, loan, by=stranger)
    with pytest.raises(Invalid, match="Name the decision"):
        end(service, lending, loan, decision_ref="")
    with pytest.raises(Invalid, match="Say why"):
        end(service, lending, loan, reason="")
    end(service, lending, loan)
    with pytest.raises(Blocked):
        end(service, lending, loan)


def test_money_held_is_dealt_with_before_a_loan_is_given_up(lending):
    loan = active_loan(lending, terms={"prepay": "hold"})
    repay(lending, loan, 100, DAY)
    with pytest.raises(Blocked, match="Refund it first"), standing_at(date(2026, 3, 20)):
        write_off_loan(loan=loan, decision_ref="S-1", reason="Gone.", on=date(2026, 3, 20), by=lending.people.manager)


def test_penalties_are_reckoned_to_the_day_of_the_new_schedule_and_brought_into_it(lending):
    loan = active_loan(lending, terms={"penalty_pct": Decimal("36.5")})
    loan = reschedule(lending, loan)
    first = loan.instalments.get(version=2, number=1)
    # 69 days on 78.85, 39 on 79.64, 8 on 80.43, at 0.1% a day.
    assert first.penalty_amount == first.penalty_brought_amount == 544 + 311 + 64
    with standing_at(LATE):
        assert_sound()


# Sheets ---------------------------------------------------------------------------------------------------------------


@pytest.fixture
def three(lending):
    loan_product(lending)
    loans = [active_loan(lending, loan=signed_loan(lending), bank_reference=f"BANK-{n}") for n in (1, 2, 3)]
    return lending, loans


def test_a_sheet_of_collections_is_one_act_for_all(three):
    lending, loans = three
    events = Event.objects.count()
    rows = [(loan, 8885, f"line {number}") for number, loan in enumerate(loans)]
    with standing_at(date(2026, 4, 12)):
        sheet = {"programme": lending.programme, "rows": rows, "on": date(2026, 4, 12), "sheet": "sheet-1"}
        found = record_collections(**sheet, by=lending.people.loan_officer)
        assert [row.principal_amount for row in found] == [7885] * 3
        assert record_collections(**sheet, by=lending.people.loan_officer) == found
        assert Once.objects.filter(key__startswith="sheet-1").count() == 3
        moments = set(Event.objects.filter(seq__gt=events).values_list("moment", flat=True))
        assert len(moments) == 1
        assert_sound()


def test_one_bad_row_of_a_sheet_stops_it_and_is_named(three):
    lending, loans = three
    rows = [(loans[0], 8885, ""), (loans[1], 0, "")]
    with pytest.raises(Invalid, match=f"{loans[1].ref}: A repayment is more than zero"):
        record_collections(programme=lending.programme, rows=rows, on=DAY, by=lending.people.loan_officer)
    assert not loans[0].repayments.exists()
    with pytest.raises(Invalid, match="empty"):
        record_collections(programme=lending.programme, rows=[], on=DAY, by=lending.people.loan_officer)


def test_a_repaid_loan_makes_room_for_the_next_and_a_written_off_one_does_not(lending):
    paid, gone = active_loan(lending), active_loan(lending, bank_reference="BANK-2")
    refs = {paid.application.ref, gone.application.ref}
    assert finished(refs) == set()
    repay(lending, paid, owed(paid))
    end(write_off_loan, lending, gone)
    assert finished(refs) == {paid.application.ref}
    again = approved_loan(lending, applicant=paid.borrower)
    assert (again.cycle, again.borrower) == (2, paid.borrower)
