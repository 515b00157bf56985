"""Money taken back of loans of their own kind: of a group, in tranches, from a bank line or out of the cash box."""

from datetime import date
from decimal import Decimal

from loans.group_account import account_of, fallen_due
from loans.models import Loan
from loans.services import (
    change_rate,
    claim_line,
    reckon_loans,
    set_terms,
    sign_loan,
    take_cash,
    write_off_loan,
)
from loans.services.cashier import till_balance
from loans.services.claims import claims_to_read
from loans.services.restating import still_claimed
from programmes.clock import standing_at
from tests.office import DAY
from tests.steps_loans import FIRST_DUE, active_loan, approved_loan, loan_product, repay
from tests.steps_payments import own_account
from tests.steps_statements import loaded, moved
from tests.steps_tranches import SECOND_ON, active_in_tranches, pay_tranche
from tests.test_loan_groups import constitute, group_loan
from tests.test_loan_recalls import LATE, RECALLED, anew, decided, rescheduled, taken_back
from tests.test_loan_refunds import refunded
from tests.test_loans import assert_sound, balance


def loan_of_two(office, **terms):
    """1,000.00 lent to a group of Ana and Bella, each with one half."""
    loan_product(office, **terms)
    loan, (ana, bella) = group_loan(office, 100_000, 2)
    constitute(office, loan, {ana: 50_000, bella: 50_000}, ana)
    sign_loan(loan=loan, first_due_on=FIRST_DUE, on=DAY, by=office.people.loan_officer)
    loan.refresh_from_db()
    return active_loan(office, loan=loan)


def members(loan, day):
    return [(line.due, line.paid, line.short) for line in account_of(loan, day)]


# A group --------------------------------------------------------------------------------------------------------------


def test_the_members_owe_once_what_a_payment_of_the_schedule_before_had_met(lending):
    loan = loan_of_two(lending)
    first = repay(lending, loan, 8886, FIRST_DUE)
    loan = rescheduled(lending, loan)
    assert members(loan, LATE) == [(4443, 4443, 0)] * 2
    loan = taken_back(lending, first)
    assert members(loan, RECALLED) == [(4443, 0, 4443)] * 2
    repay(lending, loan, 8886, date(2026, 7, 2))
    assert members(loan, date(2026, 7, 2)) == [(4443, 4443, 0)] * 2
    with standing_at(date(2026, 7, 2)):
        assert_sound()


def test_the_members_owe_once_what_held_money_had_paid_before_it_was_taken_back(lending):
    """100.00 that was held paid 88.85 and 11.15 before the new schedule."""
    loan = loan_of_two(lending, prepay="hold")
    held = repay(lending, loan, 10_000)
    with standing_at(LATE):
        reckon_loans(keys=[loan.pk], on=LATE)
    loan = rescheduled(lending, loan)
    assert members(loan, LATE) == [(5000, 5000, 0)] * 2
    loan = taken_back(lending, held)
    assert members(loan, RECALLED) == [(5000, 0, 5000)] * 2
    assert fallen_due(loan, RECALLED) == 10_000
    with standing_at(RECALLED):
        assert_sound()


def test_the_members_owe_what_was_paid_back_to_the_group_of_money_that_the_bank_took(lending):
    loan = loan_of_two(lending, prepay="hold")
    paid = repay(lending, loan, 10_000)
    refunded(lending, loan)
    loan.refresh_from_db()
    # Nobody is ahead by money that went back.
    assert members(loan, DAY) == [(5000, 5000, 0)] * 2
    loan = taken_back(lending, paid, DAY)
    assert (members(loan, DAY), loan.principal_amount) == ([(5000, 0, 5000)] * 2, 110_000)
    assert_sound()


# Another schedule -----------------------------------------------------------------------------------------------------


def test_more_instalments_after_another_rate_leave_what_is_owed_anew_behind_them(lending):
    """150.00 a month repays the loan in 7 instalments, at 60 % a year in 9; the refund owed anew was the eighth."""
    loan = approved_loan(lending, terms={"instalment_given": True, "prepay": "hold", "early_interest": "date"})
    loan = set_terms(loan=loan, instalment_amount=15_000, on=DAY, by=lending.people.loan_officer)
    loan = sign_loan(loan=loan, first_due_on=FIRST_DUE, on=DAY, by=lending.people.loan_officer)
    loan = active_loan(lending, loan=loan)
    paid = repay(lending, loan, 5_000)
    refunded(lending, loan)
    loan = taken_back(lending, paid, DAY)
    assert anew(loan) == [(8, DAY, 5_000, 0)]
    later = date(2026, 4, 1)
    loan = decided(lending, change_rate, loan, on=later, annual_rate_pct=Decimal(60))
    assert loan.instalments.filter(version=2, recalled=False).count() == 9
    assert (anew(loan), loan.principal_amount) == ([(10, DAY, 5_000, 0)], 105_000)
    with standing_at(later):
        assert_sound()


# Tranches -------------------------------------------------------------------------------------------------------------


def test_what_a_written_off_loan_in_tranches_had_paid_is_claimed_too(lending):
    """200.00 of 12 April counts on the schedule that the second tranche went on with."""
    loan = active_in_tranches(lending)
    first = repay(lending, loan, 20_000, FIRST_DUE)
    loan, _order = pay_tranche(lending, loan, 2, on=SECOND_ON)
    loan = decided(lending, write_off_loan, loan)
    claimed, lost = still_claimed(loan)[0], loan.written_off_amount
    first.refresh_from_db()
    loan = taken_back(lending, first)
    assert (loan.principal_amount, loan.written_off_amount) == (0, lost + first.principal_amount)
    assert (loan.written_off_amount, still_claimed(loan)) == (100_000, (claimed + 20_000, 0))
    with standing_at(RECALLED):
        assert_sound()


# Money from a bank line, and cash -------------------------------------------------------------------------------------


def test_a_bank_line_is_claimed_again_after_its_money_was_taken_back(lending, settings, tmp_path):
    settings.EVIDENCE_DIR = tmp_path / "evidence"
    loan, account = active_loan(lending), own_account(lending)
    with standing_at(FIRST_DUE):
        row = loaded(lending, account, [moved(8885, "T-1", text=loan.ref)], currency="USD").lines.get()
        first = claim_line(line=row, loan=loan, on=FIRST_DUE, by=lending.people.loan_officer)
    loan = rescheduled(lending, loan)
    loan = taken_back(lending, first)
    assert (anew(loan), balance("2100", row.ref)) == ([(19, RECALLED, 7885, 1000)], -8885)
    with standing_at(RECALLED):
        assert_sound()
        officer = lending.people.loan_officer
        assert claims_to_read(officer, lending.programme, RECALLED)[0] == [row]
        again = claim_line(line=row, loan=loan, on=RECALLED, by=officer, reason="It was hers.")
        assert (again.counts_on, balance("2100", row.ref)) == (LATE, 0)
        assert_sound()


def test_cash_that_was_given_back_after_a_new_schedule_leaves_the_box_on_that_day(lending):
    loan = active_loan(lending)
    with standing_at(FIRST_DUE):
        receipt = take_cash(loan=loan, amount=8885, on=FIRST_DUE, by=lending.people.loan_officer)
    loan = rescheduled(lending, Loan.objects.get(pk=loan.pk))
    loan = taken_back(lending, receipt.repayment)
    box = [till_balance(lending.programme, "USD", day) for day in (FIRST_DUE, LATE, RECALLED)]
    assert (box, anew(loan)) == ([8885, 8885, 0], [(19, RECALLED, 7885, 1000)])
    with standing_at(RECALLED):
        assert_sound()
