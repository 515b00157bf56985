"""Steps of a loan that is paid out in tranches, each through the services."""

from datetime import date

from loans.services import ask_tranche, confirm_tranche, order_tranche, plan_tranches, sign_loan
from payments.services import settle_payment
from programmes.clock import standing_at, today
from tests.replay import replayed
from tests.steps_loans import FIRST_DUE, account_of, approved_loan, sent_order

SECOND_ON = date(2026, 5, 27)
PARTS = ((60_000, date(2026, 3, 12), ""), (40_000, SECOND_ON, "The roof of the shed is on."))


def planned_loan(office, *, parts=PARTS, terms=None, **facts):
    """Approved, and planned in tranches of `parts`: (minor units, day, what must be shown)."""
    terms = {"most_tranches": 4, **(terms or {})}
    loan = approved_loan(office, terms=terms, **facts)
    return plan_tranches(loan=loan, parts=parts, on=today(office.programme), by=office.people.loan_officer)


@replayed
def signed_in_tranches(office, *, first_due_on=FIRST_DUE, **facts):
    loan = planned_loan(office, **facts)
    return sign_loan(loan=loan, first_due_on=first_due_on, on=today(office.programme), by=office.people.loan_officer)


def shown(office, tranche):
    """What the tranche asks for was shown, says the adviser; the manager confirms it."""
    day = today(office.programme)
    tranche = ask_tranche(tranche=tranche, shown="Seen on the spot.", on=day, by=office.people.loan_officer)
    return confirm_tranche(tranche=tranche, on=day, by=office.people.manager)


def order_of(office, tranche):
    """The payment of the tranche at the bank."""
    loan = tranche.loan
    account = loan.borrower.payee_accounts.first() or account_of(office, loan.borrower, loan.currency)
    order = order_tranche(tranche=tranche, account=account, on=today(office.programme), by=office.people.maker)
    return sent_order(office, order)


def pay_tranche(office, loan, number, on=None):
    """Tranche `number` shown, confirmed, ordered and settled on `on`. Returns (loan, order)."""
    on = on or today(office.programme)
    with standing_at(on):
        tranche = loan.tranches.get(number=number)
        if tranche.condition and tranche.state == "planned":
            tranche = shown(office, tranche)
        order = order_of(office, tranche)
        settle_payment(order=order, bank_reference=f"BANK-{number}", on=on, by=office.people.maker)
    loan.refresh_from_db()
    order.refresh_from_db()
    return loan, order


@replayed
def active_in_tranches(office, **facts):
    """The first tranche is paid out today."""
    return pay_tranche(office, signed_in_tranches(office, **facts), 1)[0]
