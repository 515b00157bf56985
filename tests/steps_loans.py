"""A loan's part of a case, through its services: each step takes a case one stage further."""

from datetime import date
from decimal import Decimal

from loans.models import Loan, LoanProduct
from loans.services import order_disbursement, record_repayment, sign_loan
from payments.services import approve_payment, confirm_account, enter_account, send_payments, settle_payment
from programmes.clock import standing_at, today
from tests.office import DAY
from tests.replay import replayed
from tests.steps_payments import screened, screened_if_due
from tests.steps_selection import approved_application

FIRST_DUE = date(2026, 4, 12)


@replayed
def loan_product(office, **terms):
    """The window's product: equal instalments at 12% a year, 3 to 24 months, all interest paid whenever repaid.

    Made when first asked for."""
    found = LoanProduct.objects.filter(windows=office.window).first()
    if found is not None and not terms:
        return found
    facts = {
        "programme": office.programme,
        "key": f"{office.programme.key}-micro-{LoanProduct.objects.count() + 1}",
        "name": "Micro loan",
        "currency": office.window.currency,
        "annual_rate_pct": Decimal("12"),
        "early_interest": "schedule",
        **terms,
    }
    product = LoanProduct.objects.create(**facts)
    product.windows.set([office.window])
    return product


@replayed
def approved_loan(office, *, amount=100_000, months=12, terms=None, **facts):
    """The committee approved `amount` (minor units) to be repaid in `months` instalments; all are screened."""
    loan_product(office, **(terms or {}))
    application = approved_application(office, amount=amount, term_months=months, **facts)
    loan = Loan.objects.get(application=application)
    screened(office, loan.borrower, loan.business)
    return loan


@replayed
def signed_loan(office, *, first_due_on=FIRST_DUE, **facts):
    loan = approved_loan(office, **facts)
    return sign_loan(loan=loan, first_due_on=first_due_on, on=today(office.programme), by=office.people.loan_officer)


def account_of(office, party, currency):
    """A confirmed account of the party: entered by the maker, confirmed by the checker."""
    people, day = office.people, today(office.programme)
    account = enter_account(
        party=party,
        programme=office.programme,
        kind="cash",
        holder=party.name,
        currency=currency,
        on=day,
        by=people.maker,
    )
    return confirm_account(account=account, on=day, by=people.checker)


def sent_order(office, order):
    """The order approved by the checker and sent to the bank."""
    people, day = office.people, today(office.programme)
    screened_if_due(office, order)
    order = approve_payment(order=order, on=day, by=people.checker)
    send_payments(orders=[order], on=day, by=people.maker)
    order.refresh_from_db()
    return order


@replayed
def disbursement_order(office, loan):
    account = account_of(office, loan.borrower, loan.currency)
    return order_disbursement(loan=loan, account=account, on=today(office.programme), by=office.people.maker)


@replayed
def active_loan(office, *, loan=None, bank_reference="BANK-1", **facts):
    """Signed, paid out by the bank today. `facts` as for approved_loan and signed_loan."""
    loan = loan or signed_loan(office, **facts)
    order = sent_order(office, disbursement_order(office, loan))
    settle_payment(order=order, bank_reference=bank_reference, on=today(office.programme), by=office.people.maker)
    loan.refresh_from_db()
    return loan


def repay(office, loan, amount, on=None, **facts):
    """The borrower pays `amount` minor units on the value date `on`; it is entered that day."""
    on = on or today(office.programme)
    with standing_at(max(on, today(office.programme))):
        repayment = record_repayment(loan=loan, amount=amount, on=on, by=office.people.loan_officer, **facts)
    loan.refresh_from_db()
    return repayment


__all__ = [
    "DAY",
    "FIRST_DUE",
    "account_of",
    "active_loan",
    "approved_loan",
    "disbursement_order",
    "loan_product",
    "repay",
    "sent_order",
    "signed_loan",
]
