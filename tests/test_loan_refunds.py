"""Refunds that the bank returns after the loan has moved on: the money pays what fell due, as if it never left."""

from datetime import date
from decimal import Decimal

import pytest

from loans.ahead import waiting
from loans.models import Repayment
from loans.services import forgive_loan, refund_overpayment, reschedule_loan, write_off_loan
from loans.services.restating import still_claimed
from payments.services import return_payment, settle_payment
from programmes.clock import standing_at
from tests.office import DAY
from tests.steps_loans import active_loan, repay, sent_order
from tests.test_loan_recalls import RECALLED, rescheduled, taken_back
from tests.test_loans import assert_sound, balance

LAST = date(2027, 3, 12)
LATER = date(2026, 6, 20)
HOLD = {"prepay": "hold", "penalty_pct": Decimal(36)}


def penalties(loan):
    return sum(row.penalty_amount for row in loan.instalments.all())


def refunded(office, loan):
    """What is held goes back to the borrower; the PaymentOrder, settled."""
    account = loan.borrower.payee_accounts.get()
    order = refund_overpayment(loan=loan, account=account, on=DAY, by=office.people.maker)
    return settle_payment(order=sent_order(office, order), bank_reference="BANK-9", on=DAY, by=office.people.maker)


def returned(office, order, loan, on):
    with standing_at(on):
        return_payment(order=order, reason="Account closed.", on=on, by=office.people.maker)
    loan.refresh_from_db()


def test_a_returned_refund_of_a_repaid_loan_pays_what_fell_due_before_it_was_repaid(lending):
    loan = active_loan(lending, terms=HOLD)
    repay(lending, loan, 10_000, DAY)
    order = refunded(lending, loan)
    loan.refresh_from_db()
    planned = sum(row.due_amount for row in loan.instalments.all())
    repay(lending, loan, planned + 50_000, LAST)
    assert (loan.state, penalties(loan), loan.overpaid_amount) == ("overpaid", 16_043, 50_000 - 16_043)
    account = loan.borrower.payee_accounts.get()
    with standing_at(LAST):
        second = refund_overpayment(loan=loan, account=account, on=LAST, by=lending.people.maker)
        settle_payment(order=sent_order(lending, second), bank_reference="BANK-10", on=LAST, by=lending.people.maker)
    loan.refresh_from_db()
    assert (loan.state, loan.overpaid_amount) == ("closed", 0)
    returned(lending, order, loan, LAST)
    # The first instalment and a part of the second were paid on their days: of the penalties 26.56 never ran.
    assert list(loan.repayments.live().values_list("means", "value_on", "amount", "overpaid_amount")) == [
        ("bank", DAY, 10_000, 10_000),
        ("held", date(2026, 4, 12), 8_885, 0),
        ("held", date(2026, 5, 12), 1_115, 0),
        ("bank", LAST, planned + 50_000, 50_000 - 13_387 + 10_000),
    ]
    assert (loan.state, penalties(loan), loan.overpaid_amount) == ("overpaid", 13_387, 10_000 + 2_656)
    assert balance("2000", loan.ref) == -12_656
    assert_sound()


def test_a_refund_returned_after_a_new_schedule_is_held_on_the_new_one(lending):
    loan = active_loan(lending, terms={"prepay": "hold"})
    repay(lending, loan, 10_000, DAY)
    order = refunded(lending, loan)
    with standing_at(LATER):
        reschedule_loan(
            loan=loan,
            instalments_number=12,
            first_due_on=date(2026, 7, 12),
            decision_ref="S-2026-04/2",
            reason="Hail took the harvest.",
            on=LATER,
            by=lending.people.manager,
        )
    returned(lending, order, loan, date(2026, 7, 20))
    first = loan.instalments.get(version=2, number=1)
    assert (first.due_amount, first.paid_amount, loan.overpaid_amount) == (11_648, 10_000, 0)
    assert loan.repayments.get(means="held").value_on == date(2026, 7, 12)
    assert_sound()


@pytest.mark.parametrize(
    ("end", "state", "held_state"),
    [(write_off_loan, "written_off", "written_off"), (forgive_loan, "closed", "overpaid")],
)
def test_a_refund_returned_after_the_loan_was_given_up_is_owed_to_the_borrower_and_pays_nothing(
    lending, end, state, held_state
):
    loan = active_loan(lending, terms={"prepay": "hold"})
    repay(lending, loan, 10_000, DAY)
    order = refunded(lending, loan)
    with standing_at(LATER):
        end(loan=loan, decision_ref="S-2026-04/2", reason="Gone.", on=LATER, by=lending.people.manager)
    loan.refresh_from_db()
    claimed = still_claimed(loan) if state == "written_off" else None
    returned(lending, order, loan, LATER)
    assert (loan.state, loan.overpaid_amount, balance("2000", loan.ref)) == (held_state, 10_000, -10_000)
    assert not loan.repayments.filter(means=Repayment.Means.HELD).exists()
    assert claimed is None or still_claimed(loan) == claimed
    assert_sound()
    row = next(row for row in waiting(lending.people.maker) if row.ref == loan.ref)
    assert row.amount == 10_000
    with standing_at(LATER):
        again = refund_overpayment(
            loan=loan, account=loan.borrower.payee_accounts.get(), on=LATER, by=lending.people.maker
        )
        settle_payment(order=sent_order(lending, again), bank_reference="BANK-10", on=LATER, by=lending.people.maker)
    loan.refresh_from_db()
    assert (loan.state, loan.overpaid_amount, loan.principal_amount) == (state, 0, 0)
    assert_sound()


@pytest.mark.parametrize("anew", [False, True])
def test_a_refund_that_the_bank_returns_pays_what_is_owed_of_it_since_its_money_was_taken_back(lending, anew):
    """100.00 came, went back, was taken by the bank, and the refund came back: nobody has anything of the other."""
    loan = active_loan(lending, terms={"prepay": "hold"})
    paid = repay(lending, loan, 10_000, DAY)
    order = refunded(lending, loan)
    loan.refresh_from_db()
    taken = DAY
    if anew:
        loan, taken = rescheduled(lending, loan), RECALLED
    loan = taken_back(lending, paid, taken)
    assert (loan.principal_amount, loan.overpaid_amount) == (110_000, 0)
    returned(lending, order, loan, date(2026, 7, 20))
    held = loan.repayments.get(means="held")
    assert (held.value_on, held.amount, held.principal_amount) == (taken, 10_000, 10_000)
    assert (loan.principal_amount, loan.overpaid_amount, balance("2000", loan.ref)) == (100_000, 0, 0)
    with standing_at(date(2026, 7, 20)):
        assert_sound()
