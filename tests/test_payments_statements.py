"""Bank statements through the services: loaded once, each line used once, and every entry by the bank's own dates."""

from datetime import date, timedelta
from pathlib import Path

import pytest
from django.db import IntegrityError, transaction

from applicants.services.evidence import path_of
from audit.models import Event
from audit.refusals import Blocked, Invalid, NotAllowed, Refusal, Stale
from config.proof import faults
from ledger.models import Account, Entry
from payments.checks import checks
from payments.matching import proposals_for, seal_of
from payments.models import Batch, PaymentOrder, Statement, StatementLine
from payments.services import (
    book_line_as_capital,
    book_line_as_charge,
    load_statement,
    return_by_line,
    send_payments,
    set_aside_line,
    settle_by_lines,
    take_proposals,
    take_up_line,
)
from programmes.clock import standing_at
from programmes.services import cash_on
from tests.office import DAY, grant_office
from tests.steps_grants import ordered_tranche, signed_award
from tests.steps_payments import (
    IBAN,
    OTHER_IBAN,
    another_line,
    approved_order,
    entered_own_account,
    own_account,
    sent_order,
)
from tests.steps_statements import loaded, moved, statement_file

pytestmark = pytest.mark.django_db

DATA = Path(__file__).parent / "data"


@pytest.fixture(autouse=True)
def kept_here(settings, tmp_path):
    settings.EVIDENCE_DIR = tmp_path / "evidence"


@pytest.fixture
def account(office):
    return own_account(office)


def real(name):
    return (DATA / f"statement_{name}").read_bytes()


def load(office, account, content, *, by=None, on=DAY, name="march.xml"):
    return load_statement(own_account=account, content=content, name=name, on=on, by=by or office.people.maker)


def refused(call, kind=Refusal):
    """What the refusal says; and nothing was stored."""
    before = Statement.objects.count(), StatementLine.objects.count(), Event.objects.count(), Entry.objects.count()
    with pytest.raises(kind) as refusal:
        call()
    after = Statement.objects.count(), StatementLine.objects.count(), Event.objects.count(), Entry.objects.count()
    assert before == after
    return str(refusal.value)


# Loading -------------------------------------------------------------------------------------------------------------


def test_a_statement_is_kept_with_its_lines_its_file_and_no_number_in_the_clear(office, account):
    statement = load(office, account, real("kosovo.xml"), name="../../etc/march.xml")
    assert (statement.form, statement.number, statement.name) == ("camt053", "51", "march.xml")
    assert (statement.opening_amount, statement.closing_amount) == (6_000_000, 5_649_650)
    assert (statement.from_on, statement.to_on, statement.loaded_on) == (DAY, DAY, DAY)
    lines = list(statement.lines.order_by("position"))
    assert [line.amount for line in lines] == [-2_000_000, -350, -100_000, -50_000, 100_000, 1_700_000]
    assert {line.state for line in lines} == {"open"}
    assert (lines[0].counterparty_number, lines[0].counterparty_tail) == ("XK051301000000000175", "0175")
    assert path_of(statement.sha256).read_bytes() == real("kosovo.xml")
    events = "".join(Event.objects.filter(kind__startswith="statement").values_list("body", flat=True))
    assert "0175" not in events
    assert "Krasniqi" not in events
    assert list(checks()) == []


def test_the_same_file_again_adds_nothing_and_says_when_and_by_whom_it_was_loaded(office, account):
    load(office, account, real("kosovo.mt940"))
    with standing_at(date(2026, 3, 16)):
        said = refused(
            lambda: load(office, account, real("kosovo.mt940"), by=office.people.checker, on=date(2026, 3, 16)), Blocked
        )
        assert said == "This file was loaded on 12.03.2026 by Narine Petrosyan. Nothing was added."


def test_an_overlapping_statement_adds_only_new_lines_and_two_equal_payments_of_a_day_stay_two(office, account):
    coffee = moved(-500, name="Coffee")
    loaded(office, account, [coffee, moved(-700, "R-2")])
    whole = loaded(office, account, [coffee, moved(-700, "R-2"), coffee, moved(900, "R-3")], number="52")
    assert [line.amount for line in whole.lines.order_by("position")] == [-500, 900]
    assert (whole.known_count, whole.known_amount) == (2, -1_200)
    assert StatementLine.objects.count() == 4
    nothing = loaded(office, account, [coffee, moved(-700, "R-2")], number="53")
    assert (nothing.lines.count(), nothing.known_count) == (0, 2)
    assert list(checks()) == []


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (real("kosovo.xml")[:3000], "breaks off or is damaged"),
        (real("kosovo.xml").replace(b">3.50<", b">3.51<"), "the closing balance is EUR 56,496.50"),
        (b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY a "b">]><Document>&a;</Document>', "declares a document type"),
        (real("armenia.csv"), "of the account that ends in 0100, and this is the account that ends in 8906"),
        (
            real("kosovo.csv").replace(b"Currency;EUR", b"Currency;CHF"),
            "The statement is in CHF and the account in EUR",
        ),
        (b"%PDF-1.4", "no line has the columns"),
        (statement_file(DAY + timedelta(days=1), []), "ends on 13.03.2026, which lies in the future"),
        (
            statement_file(DAY, [], iban="XK059912012345678906"),
            "another account with the same last digits",
        ),
    ],
)
def test_a_file_that_is_not_right_is_refused_and_nothing_is_stored(office, account, content, sentence, settings):
    assert sentence in refused(lambda: load(office, account, content), Invalid)
    assert not settings.EVIDENCE_DIR.exists()


def test_a_statement_is_loaded_by_finance_for_an_account_that_two_people_have_seen(office, account):
    for who in ("manager", "adviser", "administrator"):
        refused(lambda who=who: load(office, account, real("kosovo.csv"), by=getattr(office.people, who)), NotAllowed)
    other = grant_office("autumn")
    refused(lambda: load(office, account, real("kosovo.csv"), by=other.people.maker), NotAllowed)
    unseen = entered_own_account(other)
    assert "second person must confirm" in refused(lambda: load(other, unseen, real("kosovo.csv")), Blocked)


def test_an_account_in_drams_without_iban_has_its_statement_whatever_the_bank_writes_before_the_number(office):
    line = another_line(office, currency="AMD")
    drams = own_account(office, kind="domestic", number="1930012345670100", currency="AMD", country="AM", lines=[line])
    first = load(office, drams, real("armenia.xml"))
    assert [item.amount for item in first.lines.all()] == [-35_000_000, -50_000]
    fields = ["20:1", "25:19300/1930012345670100AMD", "28C:72", "60F:C260312AMD5,", "61:260312C5,NTRFNONREF//1"]
    text = "\n".join(f":{field}" for field in [*fields, "62F:C260312AMD10,"])
    assert load(office, drams, text.encode()).closing_amount == 1_000


# What a line becomes -------------------------------------------------------------------------------------------------


@pytest.fixture
def order(office):
    return sent_order(office, ordered_tranche(office, signed_award(office).tranches.get()))


def out(order, reference="BANK-7", **facts):
    facts = {"name": order.account.holder, "account": IBAN, "end_to_end": order.ref} | facts
    return moved(-order.amount, reference, **facts)


def settle(office, line, order, **facts):
    return settle_by_lines(lines=[(line, order)], on=DAY, by=office.people.maker, **facts)


def paid(award_ref):
    return Account.objects.get(code="5000", subject=award_ref).balance_amount


def test_a_line_settles_its_payment_by_the_banks_date_and_reference_and_eight_clicks_settle_it_once(
    office, account, order
):
    line = loaded(office, account, [out(order)]).lines.get()
    assert settle(office, line, order, key="one").state == "settled"
    for _click in range(3):
        assert settle(office, StatementLine.objects.get(), order, key="one").pk == line.pk
    for click in range(4):
        assert "in the state" in refused(lambda click=click: settle(office, line, order, key=f"click-{click}"))
    order.refresh_from_db()
    assert (order.state, order.bank_reference, order.value_on) == ("settled", "BANK-7", DAY)
    assert Entry.objects.filter(event_key__startswith=f"settle:{order.ref}:").count() == 1
    assert paid(order.source_ref.partition("/")[0]) == 2_000_000
    assert StatementLine.objects.get().order == order
    assert list(faults()) == []


def test_a_line_of_another_amount_settles_nothing(office, account, order):
    loaded(office, account, [moved(-1_999_999, "A"), moved(2_000_000, "B"), out(order)])
    lines = StatementLine.objects.in_bulk(field_name="ref")
    cent, incoming, _right = (lines[ref] for ref in sorted(lines))
    said = refused(lambda: settle(office, cent, order), Invalid)
    assert said.startswith(f"The line is EUR 19,999.99 and {order.ref} is EUR 20,000.00.")
    refused(lambda: settle(office, incoming, order), Invalid)
    order.refresh_from_db()
    assert order.state == "sent"


def test_a_payment_drawn_on_one_account_is_not_settled_by_the_statement_of_another(office, account, order):
    other = own_account(office, number=OTHER_IBAN, lines=[another_line(office)])
    statement = loaded(office, other, [out(order)], iban=OTHER_IBAN)
    assert proposals_for(statement) == {}
    said = refused(lambda: settle(office, statement.lines.get(), order), Invalid)
    assert said == f"The payment {order.ref} is not paid from the account of this statement."
    assert [one.ref for one in proposals_for(loaded(office, account, [out(order)])).values()] == [order.ref]


def test_a_payment_that_was_not_sent_is_not_settled_by_a_line(office, account):
    order = ordered_tranche(office, signed_award(office).tranches.get())
    line = loaded(office, account, [out(order)]).lines.get()
    assert proposals_for(line.statement) == {}
    assert "“Prepared”" in refused(lambda: settle(office, line, order), Blocked)


def test_all_lines_are_settled_or_none(office, account, order):
    second = sent_order(office, ordered_tranche(office, signed_award(office).tranches.get()))
    loaded(office, account, [out(order), out(second, "BANK-8"), moved(-5, "C")])
    first, other, wrong = StatementLine.objects.order_by("position")
    pairs = [(first, order), (wrong, second)]
    refused(lambda: settle_by_lines(lines=pairs, on=DAY, by=office.people.maker), Invalid)
    refused(lambda: settle_by_lines(lines=[(first, order), (first, second)], on=DAY, by=office.people.maker), Invalid)
    refused(lambda: settle_by_lines(lines=[(first, order), (other, order)], on=DAY, by=office.people.maker), Invalid)
    assert set(PaymentOrder.objects.values_list("state", flat=True)) == {"sent"}
    settle_by_lines(lines=[(other, second), (first, order)], on=DAY, by=office.people.maker)
    assert set(PaymentOrder.objects.values_list("state", "bank_reference")) == {
        ("settled", "BANK-7"),
        ("settled", "BANK-8"),
    }


def test_one_click_takes_what_is_sure_and_leaves_the_rest_open(office, account, order):
    second = sent_order(office, ordered_tranche(office, signed_award(office).tranches.get()))
    sent_order(office, ordered_tranche(office, signed_award(office).tranches.get()))
    statement = loaded(
        office,
        account,
        [
            out(order),
            moved(order.amount, "BANK-9", end_to_end=order.ref, reason="AC04 account closed"),
            # Two payments of this amount wait, and nothing tells which of them it is.
            moved(-second.amount, "BANK-8", account=IBAN),
            moved(-350, "FEE-1", text="Charge"),
        ],
    )
    found = proposals_for(statement)
    assert [(one.act, one.ref, one.sure) for one in found.values()] == [
        ("settle", order.ref, True),
        ("return", order.ref, True),
        ("settle", order.ref, False),
    ]
    sure = [one for one in found.values() if one.sure]
    taken = {"statement": statement, "on": DAY, "by": office.people.maker}
    assert "have changed since" in refused(lambda: take_proposals(**taken, seal=seal_of(sure[:1])), Stale)
    refused(lambda: take_proposals(**{**taken, "by": office.people.manager}, seal=seal_of(sure)), NotAllowed)
    take_proposals(**taken, seal=seal_of(sure), key="take")
    assert take_proposals(**taken, seal=seal_of(sure), key="take") == statement
    assert [line.state for line in statement.lines.order_by("position")] == ["settled", "returned", "open", "open"]
    assert list(PaymentOrder.objects.order_by("pk").values_list("state", flat=True)) == ["returned", "sent", "sent"]
    assert Entry.objects.get(event_key__startswith="reversal:").reason == "AC04 account closed"
    refused(lambda: take_proposals(**taken, seal=seal_of([])), Blocked)
    assert list(faults()) == []


def test_one_line_settles_a_whole_batch_or_nothing_of_it(office, account):
    orders = [approved_order(office, ordered_tranche(office, signed_award(office).tranches.get())) for _ in range(2)]
    batch = send_payments(orders=orders, on=DAY, by=office.people.maker)
    statement = loaded(office, account, [moved(-4_000_000, "BULK-1", text=f"Payments {batch.ref}")])
    (found,) = proposals_for(statement).values()
    assert (found.act, found.ref, found.sure) == ("batch", batch.ref, True)
    take_proposals(statement=statement, seal=seal_of([found]), on=DAY, by=office.people.checker)
    assert set(PaymentOrder.objects.values_list("state", "bank_reference")) == {("settled", "BULK-1")}
    assert (StatementLine.objects.get().batch, StatementLine.objects.get().order) == (Batch.objects.get(), None)
    again = loaded(office, account, [moved(-4_000_000, "BULK-2", text=f"Payments {batch.ref}")], number="52")
    assert "Settled" in refused(lambda: settle(office, again.lines.get(), batch), Blocked)
    assert list(faults()) == []


def test_a_payment_that_came_back_is_reversed_on_the_banks_day(office, account, order):
    settle(office, loaded(office, account, [out(order)]).lines.get(), order)
    with standing_at(date(2026, 3, 16)):
        back = loaded(office, account, [moved(order.amount, "R-1", text="Wrong name")], number="52").lines.get()
        row = return_by_line(line=back, order=order, on=date(2026, 3, 16), by=office.people.checker)
        assert (row.state, row.order) == ("returned", order)
        reversal = Entry.objects.get(event_key__startswith="reversal:")
        assert (reversal.value_on, reversal.reason) == (date(2026, 3, 16), "Wrong name")
        assert paid(order.source_ref.partition("/")[0]) == 0
        refused(lambda: return_by_line(line=back, order=order, on=DAY, by=office.people.checker))
        assert list(faults()) == []


def test_a_payment_that_comes_back_late_is_looked_at_and_a_refusal_names_the_line_that_keeps_the_others(
    office, account, order
):
    settle(office, loaded(office, account, [out(order)]).lines.get(), order)
    back = moved(order.amount, "R-1", end_to_end=order.ref)
    for days, sure in ((30, True), (31, False)):
        with standing_at(DAY + timedelta(days=days)), transaction.atomic():
            (found,) = proposals_for(loaded(office, account, [back], number="52")).values()
            assert (found.act, found.sure) == ("return", sure)
            transaction.set_rollback(True)
    assert str(found.against[-1]) == f"{order.ref} was sent on 12.03.2026, more than 30 days before."
    before = {"value_on": DAY - timedelta(days=1)}
    early = loaded(
        office, account, [moved(order.amount, "R-1", end_to_end=order.ref, **before)], number="53"
    ).lines.get()
    told = refused(lambda: return_by_line(line=early, order=order, on=DAY, by=office.people.checker), Blocked)
    assert told.startswith("Line 1 of the statement: The money cannot come back before it went out")


def test_charges_and_the_donors_money_are_booked_on_a_line_of_the_account_and_name_their_entry(office, account):
    people, line = office.people, office.line
    loaded(office, account, [moved(-350, "FEE"), moved(-350, "FEE"), moved(500_000, "GIFT"), moved(-1, "X")])
    fee, twin, gift, last = StatementLine.objects.order_by("position")
    facts = {"funding_line": line, "on": DAY, "by": people.maker}
    booked = book_line_as_charge(line=fee, **facts)
    assert (booked.state, booked.entry.kind, booked.entry.value_on) == ("booked", "bank_charge", DAY)
    assert book_line_as_charge(line=twin, **facts).entry != booked.entry
    assert book_line_as_capital(line=gift, **facts).entry.kind == "capital_received"
    assert cash_on(line) == 500_000 - 700
    said = refused(lambda: book_line_as_capital(line=last, **facts), Invalid)
    assert said == "Money went out with this line; what a donor gives comes in."
    refused(lambda: book_line_as_charge(line=fee, **facts), Blocked)
    elsewhere = another_line(office)
    said = refused(lambda: book_line_as_charge(line=last, **{**facts, "funding_line": elsewhere}), Invalid)
    assert said == "This funding line is not paid from the account of the statement."
    refused(lambda: book_line_as_charge(line=last, **{**facts, "by": people.manager}), NotAllowed)
    assert list(faults()) == []


def test_a_line_is_set_aside_with_a_reason_and_taken_up_again(office, account):
    line = loaded(office, account, [moved(-5_000, "OWN", text="To our other account")]).lines.get()
    facts = {"on": DAY, "by": office.people.maker}
    assert refused(lambda: set_aside_line(line=line, reason=" ", **facts), Invalid) == "Say why."
    aside = set_aside_line(line=line, reason="Between our own accounts.", **facts)
    assert (aside.state, aside.reason) == ("set_aside", "Between our own accounts.")
    refused(lambda: set_aside_line(line=line, reason="Again.", **facts), Blocked)
    assert take_up_line(line=line, **facts).state == "open"
    refused(lambda: take_up_line(line=line, version=1, **facts), Stale)
    assert list(faults()) == []


def test_verify_names_a_line_that_says_something_else_than_its_payment(office, account, order):
    line = loaded(office, account, [out(order)]).lines.get()
    settle(office, line, order)
    assert list(checks()) == []
    lines = StatementLine.objects.filter(pk=line.pk)
    lines.update(amount=-1_999_999)
    assert [fault.partition(" ")[2] for fault in checks()] == [
        "1: its lines make 4000001, its closing balance is 4000000".replace("1:", f"{line.statement_id}:", 1),
        f"{line.ref} moves 1999999, what it settles is 2000000",
    ]
    lines.update(amount=-2_000_000, bank_reference="OTHER")
    assert list(checks()) == [
        f"payments_statementline {line.ref} settles {order.ref}, which is settled with the reference BANK-7"
    ]
    lines.update(bank_reference="BANK-7")
    path_of(line.statement.sha256).write_bytes(b"changed")
    assert list(checks()) == [f"payments_statement {line.statement_id}: its file is missing or was changed"]


def test_the_database_lets_no_second_line_settle_a_payment(office, account, order):
    statement = loaded(office, account, [out(order), moved(-7, "X")])
    first, second = statement.lines.order_by("position")
    settle(office, first, order)
    with pytest.raises(IntegrityError), transaction.atomic():
        StatementLine.objects.filter(pk=second.pk).update(state="settled", order=order)
    with pytest.raises(IntegrityError), transaction.atomic():
        StatementLine.objects.filter(pk=second.pk).update(state="booked")
