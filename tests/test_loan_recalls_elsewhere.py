"""Money taken back of loans of a kind of their own: of a group, in tranches, from a bank line or out of the cash box."""

from datetime import date

import pytest

from ledger.models import Account
from loans.group_account import account_of, fallen_due
from loans.services import reckon_loans, sign_loan
from programmes.clock import standing_at
from tests.office import DAY
from tests.steps_loans import FIRST_DUE, active_loan, loan_product, repay
from tests.test_loan_groups import constitute, group_loan
from tests.test_loan_recalls import LATE, RECALLED, rescheduled, taken_back
from tests.test_loan_refunds import refunded
from tests.test_loans import assert_sound


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
