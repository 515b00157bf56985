"""Donors' capital, bank charges and conversion: every leg to the cent, and what is refused."""

from datetime import date

import pytest

from audit.refusals import Blocked, Invalid, NotAllowed
from ledger.models import Entry
from payments.services import book_charge, convert, receive_capital, return_capital
from programmes.models import FundingLine
from programmes.services import cash_on, reserve
from tests.office import DAY, make_user


def legs(entry):
    return [
        (leg.account.code, leg.account.line, leg.account.subject, leg.currency, leg.amount)
        for leg in entry.legs.select_related("account").order_by("-amount", "pk")
    ]


def test_capital_that_arrives_is_on_the_bank_account_and_owed_to_the_donor(office):
    entry = receive_capital(line=office.line, amount=5_000_001, reference="B-1", on=DAY, by=office.people.maker)
    assert legs(entry) == [
        ("1000", "spring-line", "", "EUR", 5_000_001),
        ("3000", "spring-line", "", "EUR", -5_000_001),
    ]
    assert cash_on(office.line) == 5_000_001


def test_the_same_bank_reference_is_booked_once(office):
    facts = {"line": office.line, "amount": 100, "reference": "B-1", "on": DAY, "by": office.people.maker}
    receive_capital(**facts)
    with pytest.raises(Blocked, match="booked already"):
        receive_capital(**facts)
    first = receive_capital(**{**facts, "reference": "B-2"}, key="form-1")
    again = receive_capital(**{**facts, "reference": "B-2"}, key="form-1")
    assert first == again
    assert Entry.objects.count() == 2


@pytest.mark.parametrize("who", ["adviser", "manager", "secretary", "member1", "monitor", "donor", "administrator"])
def test_only_finance_books_money(office, who):
    with pytest.raises(NotAllowed):
        receive_capital(line=office.line, amount=1, reference="B", on=DAY, by=getattr(office.people, who))


def test_a_superuser_books_nothing(office):
    power = make_user("Power User", "SPRING-96")
    power.is_superuser = True
    power.save()
    with pytest.raises(NotAllowed):
        receive_capital(line=office.line, amount=1, reference="B", on=DAY, by=power)


@pytest.mark.parametrize(
    ("facts", "sentence"),
    [
        ({"amount": 0}, "above zero"),
        ({"amount": -1}, "above zero"),
        ({"reference": " "}, "reference"),
        ({"on": date(2026, 3, 13)}, "future"),
        ({"on": date(2026, 3, 4)}, "late"),
    ],
)
def test_capital_needs_an_amount_a_reference_and_a_day(office, facts, sentence):
    given = {"line": office.line, "amount": 1, "reference": "B", "on": DAY, "by": office.people.maker, **facts}
    with pytest.raises(Invalid, match=sentence):
        receive_capital(**given)


def test_only_free_money_goes_back_to_the_donor(lending):
    reserve(
        window=lending.window,
        applicant_ref="P-000001",
        case_ref="A-2026-00001",
        amount=400_000,
        by=lending.people.secretary,
        on=DAY,
    )
    facts = {"line": lending.line, "on": DAY, "by": lending.people.maker}
    with pytest.raises(Blocked, match=r"6,000\.00 free"):
        return_capital(**facts, amount=600_001, reference="R-1")
    entry = return_capital(**facts, amount=600_000, reference="R-1")
    assert legs(entry) == [
        ("3000", "orchard-line", "", "USD", 600_000),
        ("1000", "orchard-line", "", "USD", -600_000),
    ]
    assert cash_on(lending.line) == 400_000


def test_a_bank_charge_is_a_cost(lending):
    entry = book_charge(line=lending.line, amount=1_250, reference="C-1", on=DAY, by=lending.people.checker)
    assert legs(entry) == [("5100", "orchard-line", "", "USD", 1_250), ("1000", "orchard-line", "", "USD", -1_250)]


def test_a_conversion_has_four_legs_and_balances_in_each_currency(lending):
    drams = FundingLine.objects.create(
        programme=lending.programme,
        donor=lending.donor,
        key="orchard-drams",
        name="Drams",
        currency="AMD",
        kind="revolving",
        starts_on=date(2024, 1, 1),
    )
    facts = {"from_line": lending.line, "to_line": drams, "reference": "X-1", "on": DAY, "by": lending.people.maker}
    with pytest.raises(Blocked):
        convert(**facts, from_amount=1_000_001, to_amount=1)
    entry = convert(**facts, from_amount=1_000_000, to_amount=387_000_000)
    assert sorted(legs(entry)) == [
        ("1000", "orchard-drams", "", "AMD", 387_000_000),
        ("1000", "orchard-line", "", "USD", -1_000_000),
        ("1900", "orchard-drams", "", "AMD", -387_000_000),
        ("1900", "orchard-line", "", "USD", 1_000_000),
    ]
    with pytest.raises(Invalid, match="same currency"):
        convert(**{**facts, "to_line": lending.line}, from_amount=1, to_amount=1)
