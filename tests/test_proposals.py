"""Which payment a line of a statement is: what is sure, what is not and why, over facts without a database."""

from dataclasses import replace
from datetime import date

import pytest

from payments.proposals import BatchFacts, LineFacts, OrderFacts, propose

# Pure functions: no database.
pytestmark = pytest.mark.once

SENT, DAY, BEFORE = date(2026, 3, 11), date(2026, 3, 12), date(2026, 3, 10)


def order(number, amount, *, name="Arbnor Krasniqi", account="", state="sent", batch="B-2026-001"):
    ref = f"O-2026-{number:05d}"
    return OrderFacts(ref, amount, state, f"G-2026-{number:04d}/1", SENT, batch, (name,), account)


def line(pk, amount, **facts):
    return LineFacts(pk, amount, "EUR", facts.pop("value_on", DAY), **facts)


def best(lines, orders, batches=()):
    lines = lines if isinstance(lines, list) else [lines]
    return {pk: (one.act, one.ref, one.sure) for pk, one in propose(lines, orders, batches).items()}


def reasons(given, orders, batches=()):
    (found,) = propose([given], orders, batches).values()
    return [str(reason) for reason in (*found.reasons, *found.against)]


FIRST = order(1, 20_000, account="index-1")
SECOND = order(2, 20_000, name="Teuta Gashi", account="index-2")


def test_the_end_to_end_reference_and_the_amount_make_a_payment_sure():
    given = line(1, -20_000, end_to_end="O-2026-00001", number_index="index-1", name="SOMEBODY ELSE")
    assert best(given, [FIRST, SECOND]) == {1: ("settle", "O-2026-00001", True)}
    assert reasons(given, [FIRST, SECOND]) == [
        "The end-to-end reference is O-2026-00001.",
        "The amount is EUR 200.00.",
        "The account is the payee's.",
    ]


@pytest.mark.parametrize("text", ["o-2026-00002", "Ref O202600002 thanks", "Small business G-2026-0002/1"])
def test_a_reference_in_the_text_is_found_however_the_bank_writes_it(text):
    assert best(line(1, -20_000, text=text), [FIRST, SECOND]) == {1: ("settle", "O-2026-00002", True)}


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"amount": -19_999}, "The line is EUR 199.99 and the payment EUR 200.00."),
        ({"number_index": "index-9"}, "The account on the line is not the one that the payment was sent to."),
        ({"value_on": BEFORE}, "The line is of 10.03.2026, before the payment was sent on 11.03.2026."),
    ],
)
def test_what_speaks_against_a_reference_keeps_it_from_being_sure_and_is_said(changed, sentence):
    given = replace(line(1, -20_000, end_to_end="O-2026-00001"), **changed)
    assert best(given, [FIRST, SECOND]) == {1: ("settle", "O-2026-00001", False)}
    assert sentence in reasons(given, [FIRST, SECOND])


def test_without_a_reference_amount_and_account_or_amount_and_name_lead_to_one_payment():
    assert best(line(1, -20_000, number_index="index-2"), [FIRST, SECOND]) == {1: ("settle", "O-2026-00002", True)}
    by_name = line(1, -20_000, name="KRASNIQI ARBNOR")
    assert best(by_name, [FIRST, SECOND]) == {1: ("settle", "O-2026-00001", True)}
    assert reasons(by_name, [FIRST, SECOND])[-1] == "The name is like the payee's: 100%."
    script = order(3, 20_000, name="Անահիտ Սարգսյան")
    assert best(line(1, -20_000, name="Anahit Sargsyan"), [SECOND, script]) == {1: ("settle", "O-2026-00003", True)}


def test_a_name_that_is_only_alike_or_an_amount_alone_is_proposed_and_not_sure():
    alike = line(1, -20_000, name="A. Krasniqi")
    assert best(alike, [FIRST, SECOND]) == {1: ("settle", "O-2026-00001", False)}
    amount = line(1, -20_000)
    assert best(amount, [FIRST]) == {1: ("settle", "O-2026-00001", False)}
    assert reasons(amount, [FIRST])[-1] == "Only the amount fits."
    assert best(line(1, -20_001), [FIRST]) == {}


def test_two_payments_that_fit_equally_are_both_named_and_neither_is_sure():
    twin = order(3, 20_000, account="index-1")
    given = line(1, -20_000, number_index="index-1")
    assert best(given, [FIRST, twin]) == {1: ("settle", "O-2026-00001", False)}
    assert reasons(given, [FIRST, twin]) == ["2 payments fit equally: O-2026-00001, O-2026-00003."]


def test_two_lines_for_one_payment_are_not_sure_unless_one_names_it():
    lines = [line(1, -20_000, number_index="index-1"), line(2, -20_000, number_index="index-1")]
    assert best(lines, [FIRST]) == {1: ("settle", "O-2026-00001", False), 2: ("settle", "O-2026-00001", False)}
    lines[1] = replace(lines[1], end_to_end="O-2026-00001")
    assert best(lines, [FIRST]) == {1: ("settle", "O-2026-00001", False), 2: ("settle", "O-2026-00001", True)}


BATCH = BatchFacts("B-2026-001", 40_000, SENT, True)


def test_a_line_for_a_whole_batch_is_sure_by_its_reference_and_its_control_sum():
    assert best(line(1, -40_000, batch="B-2026-001"), [FIRST, SECOND], [BATCH]) == {1: ("batch", "B-2026-001", True)}
    assert best(line(1, -40_000, text="Paylist b2026001"), [FIRST], [BATCH]) == {1: ("batch", "B-2026-001", True)}
    assert best(line(1, -40_000), [FIRST, SECOND], [BATCH]) == {1: ("batch", "B-2026-001", False)}
    assert best(line(1, -39_999, batch="B-2026-001"), [FIRST], [BATCH]) == {1: ("batch", "B-2026-001", False)}
    begun = replace(BATCH, whole=False)
    assert best(line(1, -40_000, batch="B-2026-001"), [FIRST], [begun]) == {1: ("batch", "B-2026-001", False)}
    # A line that names one payment of the batch is that payment.
    named = line(1, -20_000, batch="B-2026-001", end_to_end="O-2026-00002")
    assert best(named, [FIRST, SECOND], [BATCH]) == {1: ("settle", "O-2026-00002", True)}


def test_money_that_came_back_is_sure_once_its_payment_went_out_on_a_statement():
    back = line(2, 20_000, end_to_end="O-2026-00001", returned=True)
    assert best(back, [FIRST, SECOND]) == {2: ("return", "O-2026-00001", False)}
    assert "does not stand on a statement as paid yet" in reasons(back, [FIRST, SECOND])[-1]
    assert best(back, [replace(FIRST, state="settled")]) == {2: ("return", "O-2026-00001", True)}
    out = line(1, -20_000, end_to_end="O-2026-00001")
    assert best([out, back], [FIRST, SECOND]) == {
        1: ("settle", "O-2026-00001", True),
        2: ("return", "O-2026-00001", True),
    }


def test_money_that_came_in_without_a_mark_is_no_return_even_with_the_amount_of_a_payment():
    settled = replace(FIRST, state="settled")
    assert best(line(1, 20_000, name="Arbnor Krasniqi", number_index="index-1"), [settled]) == {}
    assert best(line(1, 20_000, number_index="index-1", returned=True), [settled]) == {
        1: ("return", "O-2026-00001", True)
    }
    assert best(line(1, 20_000, returned=True), [settled]) == {1: ("return", "O-2026-00001", False)}
