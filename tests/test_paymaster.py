"""Cash in villages: an advance, a pay sheet, a run before a witness, and every unit of it accounted for."""

from datetime import date, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction

from audit.refusals import Blocked, Invalid, NotAllowed
from config.proof import faults
from ledger.models import Account
from loans.fund import cash_at, fund_statement
from loans.models import Loan
from loans.services import order_disbursement
from payments.cash import due_back_on, in_hand, loose_cash, next_working_day
from payments.matching import proposals_for
from payments.models import CashAdvance, MoneyRule, PaymentOrder, PaySheet, PaySheetRow
from payments.queues import queue_for
from payments.services import (
    approve_payment,
    book_line_as_cash,
    bring_back_cash,
    change_account,
    confirm_account,
    confirm_money_rule,
    confirm_run,
    count_loss,
    give_back_sheet,
    pay_out_advance,
    record_run,
    return_payment,
    settle_payment,
)
from programmes.clock import standing_at
from programmes.models import Holiday
from programmes.services import bank_on, cash_on
from tests.crawl import PICTURE
from tests.markup import filled
from tests.office import DAY
from tests.steps_grants import ordered_tranche, signed_award
from tests.steps_paymaster import (
    PAID,
    UNPAID,
    WITNESS,
    cash_orders,
    issued_sheet,
    money_rule,
    open_advance,
    prepared_advance,
    recorded_sheet,
)
from tests.steps_payments import OTHER_IBAN, own_account
from tests.steps_statements import loaded, moved

# What it shows does not hang on the database: on PostgreSQL in the long setting.
pytestmark = [pytest.mark.django_db, pytest.mark.in_turn]

FRIDAY, MONDAY = date(2026, 3, 13), date(2026, 3, 16)


def confirmed(office, sheet, by=None):
    facts = {"content": PICTURE, "name": "sheet.png", "on": DAY}
    return confirm_run(sheet=sheet, by=by or office.people.checker, **facts)


def test_two_of_three_are_paid_in_cash_and_the_third_goes_back_to_the_bank(lending):
    people, line = lending.people, lending.line
    orders = cash_orders(lending, 3, amount=60_000)
    advance = open_advance(lending)
    assert (cash_on(line), bank_on(line), in_hand(advance)) == (1_000_000, 800_000, 200_000)
    sheet = issued_sheet(lending, orders, advance)
    assert (loose_cash(advance), sheet.batch.control_amount) == (20_000, 180_000)
    results = {1: PAID, 2: {**PAID, "mark": "thumb"}, 3: UNPAID}
    sheet = record_run(sheet=sheet, results=results, on=DAY, by=people.field_agent)
    assert cash_on(line) == 1_000_000
    sheet = confirmed(lending, sheet)
    assert [order.state for order in PaymentOrder.objects.order_by("pk")] == ["settled", "settled", "returned"]
    first = PaymentOrder.objects.get(pk=orders[0].pk)
    assert (first.bank_reference, first.value_on) == (f"{sheet.ref}/1", DAY)
    assert (cash_on(line), bank_on(line), in_hand(advance)) == (880_000, 800_000, 80_000)
    assert cash_at(line, DAY) == 880_000
    assert fund_statement(line, DAY, DAY).difference == 0
    assert fund_statement(line, DAY, DAY).amount_of("disbursed") == -120_000
    assert list(faults()) == []
    # The third can be ordered again; the paymaster gets nothing more until the rest is back.
    loan = Loan.objects.get(application=orders[2].application)
    assert order_disbursement(loan=loan, account=orders[2].account, on=DAY, by=people.maker).state == "prepared"
    with pytest.raises(Blocked, match="has not accounted for the advance CA-2026-001"):
        prepared_advance(lending)
    back = {"advance": advance, "amount": 80_000, "reference": "SLIP-1", "on": DAY}
    with pytest.raises(Invalid, match=r"800\.00 stand on no sheet"):
        bring_back_cash(**{**back, "amount": 80_001}, by=people.checker)
    with pytest.raises(NotAllowed):
        bring_back_cash(**back, by=people.field_agent)
    assert bring_back_cash(**back, by=people.checker).state == "closed"
    assert (cash_on(line), bank_on(line)) == (880_000, 880_000)
    assert prepared_advance(lending).ref == "CA-2026-002"
    assert list(faults()) == []


def test_maker_checker_and_paymaster_are_three_people_and_the_limit_is_kept(lending):
    people = lending.people
    with pytest.raises(Invalid, match="prepares an advance to themselves"):
        prepared_advance(lending, paymaster=people.maker)
    with pytest.raises(Invalid, match="cannot carry money"):
        prepared_advance(lending, paymaster=people.donor)
    with pytest.raises(NotAllowed):
        prepared_advance(lending, by=people.manager)
    money_rule(lending, "USD", advance_amount=50_000, cooling_days=0)
    with pytest.raises(Invalid, match=r"at most .*500\.00"):
        prepared_advance(lending, 50_001)
    advance = prepared_advance(lending, 50_000, paymaster=people.checker)
    pay_out = {"advance": advance, "bank_reference": "C-1", "on": DAY}
    for who in (people.maker, people.checker, people.manager):
        with pytest.raises(NotAllowed):
            pay_out_advance(**pay_out, by=who)
    for who in (people.maker, people.checker):
        with pytest.raises(IntegrityError), transaction.atomic():
            CashAdvance.objects.filter(pk=advance.pk).update(approved_by=who)
    with pytest.raises(IntegrityError), transaction.atomic():
        CashAdvance.objects.create(
            ref="CA-X", programme=lending.programme, line=lending.line, paymaster=people.checker, amount=1,
            currency="USD", prepared_by=people.maker, prepared_on=DAY,
        )  # fmt: skip


def test_a_row_needs_identity_a_mark_and_a_witness_with_no_part_in_it(lending):
    people = lending.people
    sheet = issued_sheet(lending, cash_orders(lending, 1))
    run = {"sheet": sheet, "on": DAY, "by": people.field_agent}
    for change, sentence in (
        ({"identity_checked": False}, "identity document"),
        ({"mark": ""}, "signature or a thumb mark"),
        ({"witness_name": " "}, "name the witness"),
        ({"witness_role": ""}, "name the witness"),
        ({"witness_name": "sahakyan  KAREN"}, "paymaster cannot be the witness"),
        ({"witness_name": people.adviser.name}, "adviser of the case cannot"),
        ({"result": "unpaid"}, "why the money was not paid"),
        ({"result": ""}, "whether the money was paid"),
    ):
        with pytest.raises(Invalid, match=sentence):
            record_run(**run, results={1: {**PAID, **change}})
    with pytest.raises(NotAllowed, match="paymaster who carried"):
        record_run(**{**run, "by": people.checker}, results={1: PAID})
    with pytest.raises(Invalid, match="before the sheet"):
        record_run(**{**run, "on": DAY - timedelta(days=1)}, results={1: PAID})
    sheet = record_run(**run, results={1: PAID})
    with pytest.raises(NotAllowed):
        confirmed(lending, sheet, by=people.field_agent)
    with pytest.raises(NotAllowed):
        confirmed(lending, sheet, by=people.manager)
    with pytest.raises(IntegrityError), transaction.atomic():
        PaySheetRow.objects.update(identity_checked=False)
    with pytest.raises(IntegrityError), transaction.atomic():
        PaySheet.objects.update(confirmed_by=people.field_agent, state="confirmed")
    PaySheetRow.objects.update(witness_name=people.adviser.name)
    assert "its witness has a part in it" in " ".join(faults())
    with pytest.raises(Blocked) as refused:
        confirmed(lending, sheet)
    assert "adviser of the case" in str(refused.value)
    sheet = give_back_sheet(sheet=sheet, reason="wrong witness", on=DAY, by=people.checker)
    sheet = record_run(**run, results={1: {**PAID, **WITNESS}})
    confirmed(lending, sheet)
    with pytest.raises(Blocked, match="from there"):
        confirmed(lending, sheet)
    assert PaymentOrder.objects.get().state == "settled"


def test_what_stands_on_a_sheet_is_answered_by_the_sheet_alone(lending):
    people = lending.people
    orders = cash_orders(lending, 2)
    sheet = issued_sheet(lending, orders[:1])
    order = PaymentOrder.objects.get(pk=orders[0].pk)
    with pytest.raises(Blocked, match="pay sheet CS-2026-001"):
        settle_payment(order=order, bank_reference="BANK-1", on=DAY, by=people.checker)
    with pytest.raises(Blocked, match="pay sheet CS-2026-001"):
        return_payment(order=order, reason="no", on=DAY, by=people.checker)
    assert not PaymentOrder.objects.filter(pk=order.pk).paid_from(None).exists()
    with pytest.raises(Blocked, match="from there"):
        issued_sheet(lending, orders[:1], sheet.advance)
    third = cash_orders(lending, 1, amount=100_001)
    with pytest.raises(Blocked, match=r"has .*1,000\.00.* left"):
        issued_sheet(lending, third, sheet.advance)
    assert issued_sheet(lending, orders[1:], sheet.advance).rows.get().order == orders[1]


def test_a_loss_is_a_managers_decision_and_a_cost_of_the_line(lending):
    advance = open_advance(lending, 30_000)
    facts = {"advance": advance, "amount": 30_000, "on": DAY}
    with pytest.raises(NotAllowed):
        count_loss(**facts, reason="robbed", by=lending.people.checker)
    with pytest.raises(Invalid, match="Say why"):
        count_loss(**facts, reason=" ", by=lending.people.manager)
    assert count_loss(**facts, reason="robbed", by=lending.people.manager).state == "closed"
    assert Account.objects.get(code="5100").balance_amount == 30_000
    assert (cash_on(lending.line), list(faults())) == (970_000, [])
    Account.objects.filter(subject=advance.purse).update(balance_amount=5)
    assert f"payments_cashadvance {advance.ref}" in " ".join(faults())


def test_the_banks_lines_of_an_advance_and_of_what_came_back_are_proposed_and_booked_once(lending, client):
    """One advance is recorded before the statement comes, its deposit after; of another the line is the only paper."""
    people, account = lending.people, own_account(lending)
    first = open_advance(lending, 200_000)
    lines = [moved(-200_000, "CASH-1"), moved(50_000, "IN-1", text=f"cash {first.ref}"), moved(150_000, "IN-2")]
    statement = loaded(lending, account, [*lines, moved(-200_000, "CASH-9"), moved(-200_001)], currency="USD")
    out, back, rest, other, more = statement.lines.order_by("position")
    found = proposals_for(statement)
    assert [(found[row.pk].act, found[row.pk].ref, found[row.pk].sure) for row in (out, other)] == [
        ("cash", first.ref, True),
        ("cash", first.ref, False),
    ]
    assert (back.pk in found, found.get(rest.pk)) == (False, None)
    bring_back_cash(advance=first, amount=50_000, reference="SLIP", on=DAY, by=people.maker)
    found = proposals_for(statement)
    assert [(found[row.pk].sure, found[row.pk].at_once) for row in (back, rest)] == [(True, False), (False, False)]
    facts = {"advance": first, "on": DAY, "by": people.checker}
    with pytest.raises(Invalid, match=r"The line is USD 2,000\.01 and the advance USD 2,000\.00"):
        book_line_as_cash(line=more, **facts)
    booked = book_line_as_cash(line=out, **facts)
    assert (booked.state, booked.entry.event_key) == ("booked", f"advance:{first.ref}")
    with pytest.raises(Blocked, match="waits for no line"):
        book_line_as_cash(line=other, **facts)
    assert book_line_as_cash(line=back, **facts).entry == first.returns.get().entry
    client.force_login(people.checker)
    url = f"{rest.get_absolute_url()}do/book/"
    page = client.get(url).content.decode()
    assert first.ref in page
    assert client.post(url, {**filled(page), "choice": first.ref}).status_code == 302
    first.refresh_from_db()
    assert (first.state, list(first.returns.values_list("amount", "reference"))) == (
        "closed",
        [(50_000, "SLIP"), (150_000, "IN-2")],
    )
    second = prepared_advance(lending, 200_000)
    for nobody in (people.maker, people.manager):
        with pytest.raises(NotAllowed):
            book_line_as_cash(line=other, advance=second, on=DAY, by=nobody)
    book_line_as_cash(line=other, advance=second, on=DAY, by=people.checker)
    second.refresh_from_db()
    assert (second.state, second.bank_reference, in_hand(second)) == ("open", "CASH-9", 200_000)
    assert list(faults()) == []


def test_unpaid_money_is_due_on_the_next_working_day_and_late_after_it(lending):
    Holiday.objects.create(country="AM", on=MONDAY, name="Spring")
    assert next_working_day(DAY, "AM") == FRIDAY
    assert next_working_day(FRIDAY, "AM") == date(2026, 3, 17)
    sheet = recorded_sheet(lending, cash_orders(lending, 2), PAID, UNPAID)
    confirmed(lending, sheet)
    advance = CashAdvance.objects.get()
    assert due_back_on(advance) == FRIDAY

    def shapes(day):
        with standing_at(day):
            return [one.state_class for one in queue_for(lending.people.checker) if advance.ref in one.why]

    assert (shapes(FRIDAY), shapes(FRIDAY + timedelta(days=1))) == (["wait"], ["late"])


def test_a_changed_account_waits_a_day_before_an_approval_counts(office):
    people = office.people
    order = ordered_tranche(office, signed_award(office, amount=900_000, own=300_000).tranches.get())
    account = change_account(
        account=order.account, version=1, number=OTHER_IBAN, on=DAY, by=people.maker, reason="letter"
    )
    confirm_account(account=account, on=DAY, by=people.checker)
    order.refresh_from_db()
    with pytest.raises(Blocked) as refused:
        approve_payment(order=order, on=DAY, by=people.checker)
    assert "can be approved from 13.03.2026 on" in str(refused.value)
    money_rule(office, "EUR", advance_amount=1, cooling_days=2)
    with standing_at(FRIDAY), pytest.raises(Blocked):
        approve_payment(order=order, on=FRIDAY, by=people.checker)
    money_rule(office, "EUR", advance_amount=1, cooling_days=0)
    assert approve_payment(order=order, on=DAY, by=people.checker).state == "approved"


def test_a_rule_of_payments_holds_when_a_second_person_has_confirmed_it_on_the_page(lending, client):
    people, rules = lending.people, MoneyRule.objects
    place = lending.programme.pk, "USD"
    propose = f"/money/rules/{lending.programme.key}/USD/"

    def send(user, url, **given):
        client.force_login(user)
        page = client.get(url)
        if page.status_code != 200:
            return page.status_code
        return client.post(url, {**filled(page.content.decode()), **given}).status_code

    assert send(people.maker, propose) == 403
    assert send(people.manager, propose, advance_amount="500.00", cooling_days="31") == 400
    for most in ("600.00", "500.00"):
        assert send(people.manager, propose, advance_amount=most, cooling_days="3") == 302
    rule = rules.get()
    assert (rules.advance_amount(*place), rules.cooling_days(*place)) == (1_000_000, 1)
    confirm = f"/money/rules/{rule.pk}/confirm/"

    def waits(user):
        return confirm in [item.url for item in queue_for(user)]

    assert [waits(user) for user in (people.manager, people.adviser, people.checker)] == [False, False, True]
    assert [send(user, confirm) for user in (people.manager, people.adviser, people.checker)] == [403, 404, 302]
    assert (rules.advance_amount(*place), rules.cooling_days(*place)) == (50_000, 3)
    assert not waits(people.checker)
    with pytest.raises(Blocked, match="in force already"):
        confirm_money_rule(rule=rule, on=DAY, by=people.checker)
    assert "500.00" in client.get("/money/rules/").content.decode()
    assert send(people.manager, propose, advance_amount="700.00", cooling_days="0") == 302
    assert (rules.advance_amount(*place), rules.count()) == (50_000, 2)
    with pytest.raises(IntegrityError), transaction.atomic():
        rules.waiting().update(confirmed_by=people.manager, confirmed_on=DAY)
    assert list(faults()) == []


def test_the_pages_of_a_run_from_the_advance_to_the_last_coin(lending, visit):
    people = lending.people
    cash_orders(lending, 2)
    visit(people.maker, "/money/paymaster/")
    new = f"/money/paymaster/new/{lending.line.key}/"

    def press(who, path, **given):
        fields = visit(who, path).all("input", type="hidden")
        visit(who, path, {field["name"]: field["value"] for field in fields} | given)

    press(people.maker, new, paymaster=people.field_agent.pk, amount="2000")
    advance = CashAdvance.objects.get()
    place = advance.get_absolute_url()
    press(people.checker, f"{place}do/pay_out/", bank_reference="C-1")
    orders = [order.pk for order in PaymentOrder.objects.all()]
    press(people.maker, f"{place}sheet/", orders=orders)
    sheet = PaySheet.objects.get()
    place_of = sheet.get_absolute_url()
    rows = {"result_1": "paid", "identity_1": "on", "mark_1": "thumb", "result_2": "unpaid", "why_2": "away"}
    day = {"day": f"{DAY:%d.%m.%Y}"}
    press(people.field_agent, f"{place_of}do/record/", **WITNESS, **rows, **day)
    visit(people.adviser, place_of, status=404)
    visit(people.field_agent, f"{place_of}do/confirm/", status=403)
    scan = SimpleUploadedFile("sheet.png", PICTURE, "image/png")
    press(people.checker, f"{place_of}do/confirm/", content=scan)
    press(people.checker, f"{place}deposit/", amount="1000", reference="SLIP", **day)
    assert CashAdvance.objects.get().state == "closed"
    for path in (place, place_of, "/money/paymaster/"):
        visit(people.manager, path)
    assert list(faults()) == []


def test_the_printed_sheet_is_a_pdf_for_those_who_see_the_sheet(lending, client):
    sheet = issued_sheet(lending, cash_orders(lending, 2))
    client.force_login(lending.people.field_agent)
    answer = client.get(f"{sheet.get_absolute_url()}print/")
    assert (answer.status_code, answer.content[:5]) == (200, b"%PDF-")
    client.force_login(lending.people.adviser)
    assert client.get(f"{sheet.get_absolute_url()}print/").status_code == 404
