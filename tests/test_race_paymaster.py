"""Two people confirm one signed pay sheet at the same moment: each payee is paid once, and the cash adds up."""

from collections import Counter

import pytest

from accounts.models import User
from ledger.models import Entry
from payments.checks import checks
from payments.models import CashAdvance, PaymentOrder, PaySheet
from payments.services import confirm_run, prepare_advance
from programmes.clock import standing_at
from programmes.models import FundingLine, Role
from programmes.services import cash_on
from tests.crawl import PICTURE
from tests.office import DAY, loan_office, make_user, seat
from tests.processes import together
from tests.steps_paymaster import PAID, UNPAID, cash_orders, recorded_sheet

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]
HERE = "tests.test_race_paymaster"


def confirm(sheet, by):
    sheet, by = PaySheet.objects.get(pk=sheet), User.objects.get(pk=by)
    return confirm_run(sheet=sheet, content=PICTURE, name="sheet.png", on=DAY, by=by).ref


def ask(line, paymaster, by):
    line, paymaster, by = FundingLine.objects.get(pk=line), User.objects.get(pk=paymaster), User.objects.get(pk=by)
    return prepare_advance(line=line, paymaster=paymaster, amount=10_000, on=DAY, by=by).ref


def test_two_confirms_of_one_sheet_pay_each_payee_once(database_url):
    with standing_at(DAY):
        office = loan_office()
        third = make_user("Garik Petrosyan", "Z-01")
        seat(third, office.programme, Role.FINANCE)
        sheet = recorded_sheet(office, cash_orders(office, 2), PAID, UNPAID)
    calls = [(f"{HERE}:confirm", {"sheet": sheet.pk, "by": who.pk}) for who in (office.people.checker, third) * 2]
    answers = Counter(result.refused or result.failed or "done" for result in together(database_url, calls))
    assert answers == {"done": 1, "Blocked": 3}
    assert Counter(PaymentOrder.objects.values_list("state", flat=True)) == {"settled": 1, "returned": 1}
    assert Entry.objects.filter(kind="loan_disbursed").count() == 1
    assert cash_on(office.line) == 900_000
    assert list(checks()) == []


def test_two_advances_to_one_paymaster_at_once_are_one(database_url):
    with standing_at(DAY):
        office = loan_office()
    people = office.people
    facts = {"line": office.line.pk, "paymaster": people.field_agent.pk}
    calls = [(f"{HERE}:ask", {**facts, "by": who.pk}) for who in (people.maker, people.checker) * 2]
    results = together(database_url, calls)
    assert sum(not (one.refused or one.failed) for one in results) == 1
    assert [one.failed for one in results if one.failed] == []
    assert CashAdvance.objects.live().count() == 1
