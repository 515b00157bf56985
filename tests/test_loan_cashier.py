"""Cash of borrowers: numbered receipts, the count of the day by two people, deposits that arrive at the bank."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import transaction
from django.urls import reverse

from audit.refusals import Blocked, Invalid, NotAllowed
from config.proof import faults
from ledger.models import Account
from ledger.money import known_currencies
from loans.cash_checks import cash_checks
from loans.denominations import denominations_of
from loans.models import CashDay, CashReceipt
from loans.services import (
    close_cash_day,
    collect_cash,
    count_cash,
    deposit_cash,
    find_difference,
    match_deposit,
    reverse_repayment,
    send_count_back,
    take_cash,
)
from loans.services.cashier import lines_of_deposit, till_balance
from programmes.clock import standing_at
from programmes.fields import NotesField
from programmes.models import Programme
from tests.steps_loans import FIRST_DUE, active_loan
from tests.steps_payments import own_account
from tests.steps_statements import loaded, moved

pytestmark = pytest.mark.in_turn

DUE = 8885


@pytest.fixture
def cash(lending, settings, tmp_path):
    """An office with two loans; it is 12 April, and nobody has paid yet."""
    settings.EVIDENCE_DIR = tmp_path / "evidence"
    lending.loans = [active_loan(lending, bank_reference=f"OUT-{number}") for number in (1, 2)]
    lending.account = own_account(lending)
    with standing_at(FIRST_DUE):
        yield lending


def taken(office, amount=DUE, loan=0, **facts):
    given = {"loan": office.loans[loan], "amount": amount, "on": FIRST_DUE, "by": office.people.loan_officer}
    return take_cash(**{**given, **facts})


def bank_balance():
    return Account.objects.get(code="1000", subject="").balance_amount


@pytest.mark.once
def test_the_denominations_of_every_currency_are_whole_minor_units_largest_first():
    for currency in known_currencies():
        found = denominations_of(currency)
        assert found == sorted(set(found), reverse=True)
        assert min(found) > 0
        assert 5 <= len(found) <= 21
    assert (denominations_of("AMD")[0], denominations_of("JPY")[-1], denominations_of("KWD")[-2:]) == (
        10_000_000,
        1,
        [10, 5],
    )
    # Of what is not listed, 1-2-5 from the smallest coin on: 0.05 of a currency without cents in cash, 0.001, 1.00.
    assert (denominations_of("CAD")[0], denominations_of("CAD")[-3:]) == (100_000, [20, 10, 5])
    assert (denominations_of("BHD")[0], denominations_of("BHD")[-3:]) == (100_000, [5, 2, 1])
    assert (denominations_of("IDR")[0], denominations_of("IDR")[-3:]) == (10_000_000, [500, 200, 100])


def test_an_office_counts_by_its_own_notes_and_coins():
    """Whose notes the list does not know, or no longer, writes its own in the settings of the programme."""
    field = NotesField(required=False)
    own = field.clean("usd: 1 100 20,5 100\r\nJPY: 500")
    assert own == {"USD": ["100.00", "20.50", "1.00"], "JPY": ["500"]}
    assert field.prepare_value(own) == "USD: 100.00 20.50 1.00\nJPY: 500"
    assert (field.has_changed(own, "USD: 100.00 20.50 1.00\r\nJPY: 500"), field.clean("")) == (False, {})
    programme = Programme(notes_and_coins=own)
    assert denominations_of("USD", programme) == [10_000, 2_050, 100]
    assert denominations_of("EUR", programme) == denominations_of("EUR")
    for wrong in (
        "USD",
        "USD: x",
        "USD: 0",
        "USD: 0.001",
        "QQQ: 5",
        "JPY: 0.5",
        "USD: -5",
        f"USD: {'1 ' * 31}",
        "USD: ١",
    ):
        with pytest.raises(ValidationError):
            field.clean(wrong)


@pytest.mark.django_db
def test_each_receipt_has_the_next_number_and_a_void_one_keeps_its_own(cash):
    bank = bank_balance()
    first, second = taken(cash), taken(cash, 1000, loan=1)
    series = f"R{cash.programme.pk}-2026"
    assert [first.ref, second.ref] == [f"{series}-00001", f"{series}-00002"]
    with pytest.raises(Invalid):
        taken(cash, 0)
    with pytest.raises(NotAllowed):
        taken(cash, by=cash.people.adviser)
    reverse_repayment(repayment=second.repayment, reason="Counted twice.", on=FIRST_DUE, by=cash.people.loan_officer)
    third = taken(cash, 2000, loan=1)
    assert third.ref == f"{series}-00003"
    found = CashReceipt.objects.order_by("pk").select_related("repayment")
    assert [receipt.is_void for receipt in found] == [False, True, False]
    assert (third.repayment.reference, third.repayment.means) == (third.ref, "cash")
    assert (till_balance(cash.programme, "USD"), bank_balance()) == (DUE + 2000, bank)
    assert list(faults()) == []


@pytest.mark.django_db
@pytest.mark.both
def test_a_sheet_is_recorded_only_when_it_adds_up_to_the_cash_that_was_counted(cash):
    given = {"programme": cash.programme, "on": FIRST_DUE, "by": cash.people.loan_officer, "sheet": "april"}
    rows = [(cash.loans[0], DUE), (cash.loans[1], 5000)]
    with pytest.raises(Invalid, match=r"adds up to USD 138.85 and USD 138.84 was counted"):
        collect_cash(rows=rows, counted_amount=13_884, **given)
    with pytest.raises(Invalid, match="empty"):
        collect_cash(rows=[], counted_amount=0, **given)
    assert CashReceipt.objects.count() == 0
    for _press in range(2):
        receipts = collect_cash(rows=rows, counted_amount=13_885, **given)
        assert [receipt.repayment.amount for receipt in receipts] == [DUE, 5000]
    assert CashReceipt.objects.count() == 2


@pytest.mark.django_db
@pytest.mark.both
def test_one_person_counts_the_day_and_another_closes_it(cash):
    people, day = cash.people, taken(cash).day
    given = {"day": day, "on": FIRST_DUE, "by": people.loan_officer}
    with pytest.raises(Invalid, match=r"USD 85.00 is counted and USD 88.85 should be there: USD .3.85. Say why."):
        count_cash(pieces={5000: 1, 2000: 1, 1000: 1, 500: 1}, **given)
    with pytest.raises(Invalid, match="is no note or coin"):
        count_cash(pieces={300: 1}, explanation="x", **given)
    with transaction.atomic():
        Programme.objects.filter(pk=cash.programme.pk).update(notes_and_coins={"USD": ["3.00", "1.00"]})
        assert count_cash(pieces={300: 1}, explanation="x", **given).counted_amount == 300
        transaction.set_rollback(True)
    day = count_cash(pieces={5000: 1, 2000: 1, 1000: 1, 500: 1, 100: 0}, explanation="Change was missing.", **given)
    assert (day.expected_amount, day.counted_amount, day.difference_amount) == (8885, 8500, -385)
    with pytest.raises(Blocked, match="is counted already"):
        taken(cash, loan=1)
    with pytest.raises(NotAllowed, match="Another person than the one who counted"):
        close_cash_day(day=day, on=FIRST_DUE, by=people.loan_officer)
    day = send_count_back(day=day, reason="Look in the drawer.", on=FIRST_DUE, by=people.maker)
    day = count_cash(pieces={5000: 1, 2000: 1, 1000: 1, 500: 1, 100: 3, 50: 1, 25: 1, 10: 1}, **given)
    assert (day.difference_amount, day.explanation) == (0, "")
    day = close_cash_day(day=day, on=FIRST_DUE, by=people.maker)
    assert (day.state, day.closed_by, day.pieces.count()) == ("closed", people.maker, 8)
    assert list(faults()) == []


PIECES = {5000: 1, 2000: 1, 1000: 1, 500: 1}  # 85.00 of the 88.85 that should be there


def counted(office, pieces=PIECES, why="Change was missing."):
    people, day = office.people, taken(office).day
    return count_cash(day=day, pieces=pieces, explanation=why, on=FIRST_DUE, by=people.loan_officer)


def booked():
    """{(code, subject): minor units} of everything but the bank and the loans."""
    found = Account.objects.filter(code__in=["1000", "2100", "5100"]).exclude(subject="", code="1000")
    return {(row.code, row.subject): row.balance_amount for row in found if row.balance_amount}


@pytest.mark.django_db
@pytest.mark.both
def test_what_is_missing_is_booked_by_the_second_person_and_comes_back_when_it_is_found(cash):
    people, till = cash.people, f"till:{cash.programme.pk}:USD"
    day = counted(cash)
    with pytest.raises(Invalid, match="Say what you found"):
        close_cash_day(day=day, on=FIRST_DUE, by=people.maker)
    with pytest.raises(NotAllowed, match="Another person than the one who counted"):
        close_cash_day(day=day, reason="Gone.", on=FIRST_DUE, by=people.loan_officer)
    assert booked() == {("1000", till): 8885}
    day = close_cash_day(day=day, reason="Nobody knows.", on=FIRST_DUE, by=people.maker)
    assert booked() == {("1000", till): 8500, ("5100", ""): 385}
    assert till_balance(cash.programme, "USD", FIRST_DUE) == day.counted_amount == 8500
    assert day.difference_entry.reason == "Nobody knows."
    assert list(faults()) == []
    later = FIRST_DUE + timedelta(days=2)
    with standing_at(later):
        given = {"day": day, "reason": "Under the drawer.", "on": later}
        with pytest.raises(NotAllowed):
            find_difference(**given, by=people.loan_officer)
        day = find_difference(**given, by=people.manager)
        with pytest.raises(Blocked, match="No difference"):
            find_difference(**given, by=people.manager)
        assert booked() == {("1000", till): 8885}
        assert till_balance(cash.programme, "USD", FIRST_DUE) == 8500
        # It is counted with the box of the day on which it was found.
        today = CashDay.objects.get(on=later)
        today = count_cash(
            day=today,
            pieces={5000: 1, 2000: 1, 1000: 1, 500: 1, 100: 3, 50: 1, 25: 1, 10: 1},
            on=later,
            by=people.loan_officer,
        )
        assert close_cash_day(day=today, on=later, by=people.maker).difference_entry is None
        assert list(faults()) == []


@pytest.mark.django_db
def test_what_is_over_waits_unclaimed_until_it_is_known_whose_it_is(cash):
    people, till = cash.people, f"till:{cash.programme.pk}:USD"
    day = counted(cash, {5000: 2}, "One gave too much.")
    day = close_cash_day(day=day, reason="Nobody came back.", on=FIRST_DUE, by=people.maker)
    assert booked() == {("1000", till): 10_000, ("2100", day.ref): -1115}
    assert list(faults()) == []
    later = FIRST_DUE + timedelta(days=1)
    with standing_at(later):
        find_difference(day=day, reason="It is the second borrower's.", on=later, by=people.maker)
        taken(cash, 1115, loan=1, on=later)
        assert booked() == {("1000", till): 10_000}
        assert list(faults()) == []


@pytest.mark.django_db
def test_money_does_not_move_between_the_count_and_the_closing(cash):
    people = cash.people
    day = counted(cash)
    given = {"own_account": cash.account, "slip": "S-17", "on": FIRST_DUE, "by": people.loan_officer}
    with pytest.raises(Blocked, match="Have the day closed first"):
        deposit_cash(amount=8500, **given)
    receipt = CashReceipt.objects.get()
    reverse_repayment(repayment=receipt.repayment, reason="Not hers.", on=FIRST_DUE, by=people.loan_officer)
    with pytest.raises(Blocked, match=r"USD 0.00 should be in the box, and USD 88.85 when it was counted"):
        close_cash_day(day=day, reason="Gone.", on=FIRST_DUE, by=people.maker)
    day = send_count_back(day=day, reason="A slip is void.", on=FIRST_DUE, by=people.maker)
    day = count_cash(day=day, pieces=PIECES, explanation="She left it.", on=FIRST_DUE, by=people.loan_officer)
    close_cash_day(day=day, reason="It is hers.", on=FIRST_DUE, by=people.maker)
    deposit_cash(amount=8500, **given)
    assert booked() == {("2100", day.ref): -8500}
    assert list(faults()) == []


@pytest.mark.django_db
@pytest.mark.both
def test_verify_names_a_difference_that_the_ledger_does_not_have(cash):
    day = close_cash_day(day=counted(cash), reason="Gone.", on=FIRST_DUE, by=cash.people.maker)
    CashDay.objects.filter(pk=day.pk).update(expected_amount=9000)
    assert f"loans_cashday {day.ref}: its difference is -500, the ledger booked -385" in list(cash_checks())


@pytest.mark.django_db
@pytest.mark.both
def test_cash_carried_to_the_bank_arrives_with_one_line_of_the_statement(cash):
    taken(cash)
    people, bank = cash.people, bank_balance()
    given = {"own_account": cash.account, "slip": "S-17", "on": FIRST_DUE, "by": people.loan_officer}
    with pytest.raises(Blocked, match=r"Only USD 88.85"):
        deposit_cash(amount=DUE + 1, **given)
    with pytest.raises(NotAllowed):
        deposit_cash(amount=DUE, **given | {"by": people.adviser})
    deposit = deposit_cash(amount=DUE, **given)
    with pytest.raises(Invalid, match="entered already"):
        deposit_cash(amount=1, **given)
    assert (till_balance(cash.programme, "USD"), bank_balance() - bank) == (0, DUE)
    other, line = loaded(
        cash, cash.account, [moved(DUE - 1, "T-1"), moved(DUE, "T-2", text="cash S-17")], currency="USD"
    ).lines.order_by("position")
    assert list(lines_of_deposit(deposit)) == [line]
    with pytest.raises(Invalid, match="the same to the cent"):
        match_deposit(deposit=deposit, line=other, on=FIRST_DUE, by=people.loan_officer)
    deposit = match_deposit(deposit=deposit, line=line, on=FIRST_DUE, by=people.loan_officer)
    with pytest.raises(Blocked, match="stands on the statement already"):
        match_deposit(deposit=deposit, line=line, on=FIRST_DUE, by=people.loan_officer)
    line.refresh_from_db()
    assert (line.state, line.entry, bank_balance() - bank) == ("booked", deposit.entry, DUE)
    assert list(faults()) == []


@pytest.mark.django_db
@pytest.mark.both
def test_the_day_is_worked_through_on_its_pages(cash, client, visit):
    officer, people = cash.people.loan_officer, cash.people
    sheet = visit(officer, reverse("loans:collections"))
    # The default is the amount due.
    loan = cash.loans[0]
    assert sheet.one("input", name=f"amount_{loan.pk}")["value"] == "88.85"
    key = sheet.one("input", name="key")["value"]
    sent = {"on": "12.04.2026", "means": "cash", "key": key, f"amount_{loan.pk}": "88.85"}
    url = reverse("loans:collections")
    for more in ({}, {"counted_amount": "1.00"}, {"counted_amount": "88.85", f"reference_{loan.pk}": "X-1"}):
        assert client.post(url, sent | more).status_code == 400
    day_url = client.post(url, sent | {"counted_amount": "88.85"})["Location"]
    day = CashDay.objects.get()
    assert day_url == day.get_absolute_url()
    for name, args in (("slips", [day.pk]), ("collection_list", [])):
        answer = client.get(reverse(f"loans:{name}", args=args))
        assert (answer.status_code, answer.content[:5]) == (200, b"%PDF-")
    assert client.get(reverse("loans:slips", args=[day.pk]), {"ref": "R0"}).status_code == 404
    count = reverse("loans:cash_day_move", args=[day.pk, "count"])
    form = {field: visit(officer, count).one("input", name=field)["value"] for field in ("version", "key")}
    assert client.post(count, form | {"of_5000": "1", "explanation": ""}).status_code == 400
    assert client.post(count, form | {"of_5000": "1", "explanation": "Short."}).status_code == 302
    close = reverse("loans:cash_day_move", args=[day.pk, "close"])
    assert client.get(close).status_code == 403
    page = visit(people.manager, close)
    form = {field: page.one("input", name=field)["value"] for field in ("version", "key")}
    assert "38.85 is missing. It is booked as a cost" in visit(people.manager, close).text
    visit(people.manager, close, form, status=400)
    visit(people.manager, close, form | {"reason": "Nobody knows."})
    found = reverse("loans:difference_found", args=[day.pk])
    assert visit(people.manager, day.get_absolute_url()).all("a", href=found)
    assert not visit(officer, day.get_absolute_url()).all("a", href=found)
    visit(officer, found, status=403)
    visit(people.manager, found, {"key": "f", "reason": ""}, status=400)
    with standing_at(FIRST_DUE + timedelta(days=1)):
        visit(people.manager, found, {"key": "f", "reason": "In the drawer."})
        visit(people.manager, found, {"key": "g", "reason": "In the drawer."}, status=409)
        assert "The difference was found on 13 April 2026" in visit(officer, day.get_absolute_url()).text
    assert "Short." in visit(people.manager, reverse("loans:cashier")).text
    visit(officer, reverse("loans:deposit"))
    visit(
        officer,
        reverse("loans:deposit"),
        {"own_account": cash.account.pk, "amount": "50", "slip": "S", "on": "12.04.2026", "key": "d"},
    )
    loaded(cash, cash.account, [moved(5000, "T-9")], currency="USD")
    arrived = reverse("loans:deposit_arrived", args=[1])
    line = visit(officer, arrived).one("input", name="line")["value"]
    visit(officer, arrived, {"line": line, "key": "a"})
    for who, status in ((people.adviser, 404), (people.donor, 404)):
        visit(who, day.get_absolute_url(), status=status)
        visit(who, reverse("loans:cashier"), status=403)
    assert list(faults()) == []
