"""The money's part of a case, through its services: accounts, and an order carried to the bank and back."""

from payments.clearance import missing, people_behind
from payments.services import (
    approve_payment,
    confirm_account,
    confirm_own_account,
    enter_account,
    enter_own_account,
    screen_many,
    send_payments,
    settle_payment,
)
from programmes.clock import today
from programmes.models import FundingLine
from tests.steps_applicants import registered_person

IBAN = "GE29NB0000000101904917"
OTHER_IBAN = "DE89370400440532013000"
KOSOVO_IBAN = "XK051212012345678906"


def entered_account(office, party, *, currency="EUR", kind="iban", number=IBAN, holder="", by=None):
    """An account that only one person has seen."""
    return enter_account(
        party=party,
        programme=office.programme,
        kind=kind,
        holder=holder or party.name,
        number=number,
        bank="First Bank",
        currency=currency,
        on=today(office.programme),
        by=by or office.people.maker,
    )


def payable_account(office, party, **facts):
    """An account entered by the maker and confirmed by the checker."""
    account = entered_account(office, party, **facts)
    return confirm_account(account=account, on=today(office.programme), by=office.people.checker)


def entered_own_account(office, *, by=None, **facts):
    """The programme's account at the bank for its line, seen by one person; `facts` for another one."""
    given = {
        "programme": office.programme,
        "kind": "iban",
        "holder": "Seedbed Agency",
        "number": KOSOVO_IBAN,
        "bank": "Bank of the Agency",
        "bic": "",
        "country": "XK",
        "currency": office.line.currency,
        "lines": [office.line],
        "on": today(office.programme),
        "by": by or office.people.maker,
    }
    return enter_own_account(**{**given, **facts})


def own_account(office, **facts):
    """The programme's account at the bank, entered by the maker and confirmed by the checker."""
    account = entered_own_account(office, **facts)
    return confirm_own_account(account=account, on=today(office.programme), by=office.people.checker)


def another_line(office, **facts):
    """A second funding line of the programme, in the currency of the first."""
    given = {"programme": office.programme, "donor": office.donor, "key": "more", "name": "More"}
    given |= {"currency": office.line.currency, "starts_on": office.line.starts_on}
    return FundingLine.objects.create(**{**given, **facts})


def screened(office, *parties):
    """These parties and the people behind them are compared with the lists by the manager, today."""
    day = today(office.programme)
    return screen_many(
        parties=people_behind(parties, day), programme=office.programme, on=day, by=office.people.manager
    )


def held_match(office, name="Zorbek Qadiruk", **facts):
    """Somebody whose name is that of the invented list, screened by the manager. Returns the possible match."""
    person = registered_person(office, name, **{"birth_year": 1962, "sex": "male", **facts})
    return screened(office, person).matches.get()


def screened_if_due(office, order):
    if missing([order.payee], order.programme, today(office.programme), order.application.call.screening_days):
        screened(office, order.payee)


def approved_order(office, order):
    """Approved by the checker; the payee is screened first where that is due."""
    screened_if_due(office, order)
    return approve_payment(order=order, on=today(office.programme), by=office.people.checker)


def sent_order(office, order):
    """The order approved by the checker and sent to the bank in a batch of its own."""
    order = approved_order(office, order)
    send_payments(orders=[order], on=today(office.programme), by=office.people.maker)
    order.refresh_from_db()
    return order


def settled_order(office, order, bank_reference="BANK-1"):
    order = sent_order(office, order)
    return settle_payment(
        order=order, bank_reference=bank_reference, on=today(office.programme), by=office.people.checker
    )
