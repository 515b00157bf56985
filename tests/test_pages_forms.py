"""Forms: amounts and dates as people write them, one error summary, a version, a key, and the refusals of services."""

from datetime import date
from types import SimpleNamespace

import pytest
from django import forms
from django.contrib.messages.middleware import MessageMiddleware
from django.contrib.sessions.middleware import SessionMiddleware
from django.http import HttpResponse
from django.template.loader import render_to_string
from django.test import RequestFactory
from django.utils.datastructures import MultiValueDict
from hypothesis import given
from hypothesis import strategies as st

from audit.refusals import Blocked, Invalid, KeyReused, LostRace, NotAllowed, Stale
from ledger.money import known_currencies, plain
from pages import numbers
from pages.forms import DateField, MoneyField, ReasonField, SeedbedForm, attempt, form_page
from pages.numbers import parse_amount
from tests.markup import read


class PayForm(SeedbedForm):
    versioned = True
    keyed = True

    payee = forms.CharField(label="Payee", help_text="As in the bank letter.")
    amount = MoneyField(label="Amount", currency="EUR", most=200_000)
    on = DateField(label="When was it paid?", boxes=True)
    means = forms.ChoiceField(label="How?", choices=[("bank", "Bank"), ("cash", "Cash")], widget=forms.RadioSelect)
    note = forms.CharField(label="Note", required=False)
    reason = ReasonField(required=False)


ROW = SimpleNamespace(pk=1, version=4)
GOOD = {
    "payee": "Գոռ",
    "amount": "1 200,00",
    "on_d": "27",
    "on_m": "3",
    "on_y": "2026",
    "means": "bank",
    "version": "4",
    "key": "k-1",
}


@pytest.mark.parametrize(
    ("typed", "minor"),
    [
        ("1,200.00", 120_000),
        ("1 200,00", 120_000),
        ("1\u00a0200,00", 120_000),
        ("1\u202f200", 120_000),
        ("1.200,50", 120_050),
        ("1'200.50", 120_050),
        ("1200", 120_000),
        ("1,200", 120_000),
        ("1200.5", 120_050),
        ("0,5", 50),
        (".50", 50),
        ("1,234,567.89", 123_456_789),
        ("1.234.567", 123_456_700),
        ("EUR 1,200.00", 120_000),
        ("1200 eur", 120_000),
        ("-12.30", -1230),
        ("\u221212.30", -1230),
        ("\uff11\uff12", 1200),
    ],
)
def test_an_amount_is_read_as_people_write_it(typed, minor):
    assert parse_amount(typed, "EUR") == minor


@pytest.mark.parametrize(
    ("typed", "currency", "said"),
    [
        ("12.345", "EUR", "EUR has 2 decimals"),
        ("12,3456", "EUR", "EUR has 2 decimals"),
        ("1200.5", "JPY", "JPY has no decimals"),
        ("1,200", "KWD", "not clear"),
        ("12,34,567", "EUR", "not clear"),
        ("1.2.3,4", "EUR", "not clear"),
        ("1,200.00,5", "EUR", "not clear"),
        ("twelve", "EUR", "not an amount"),
        ("1e5", "EUR", "not an amount"),
        ("", "EUR", "not an amount"),
        ("- ", "EUR", "not an amount"),
        ("9" * 20, "EUR", "too large"),
        ("NaN", "EUR", "not an amount"),
    ],
)
def test_an_amount_that_can_mean_two_things_is_asked_again(typed, currency, said):
    with pytest.raises(Invalid, match=said):
        parse_amount(typed, currency)


@given(st.integers(min_value=-(10**15) + 1, max_value=10**15 - 1), st.sampled_from(["EUR", "JPY", "KWD", "AMD"]))
def test_every_amount_reads_back_as_it_was_shown(minor, currency):
    assert parse_amount(plain(minor, currency), currency) == minor


def test_forms_and_ledger_agree_on_the_digits_of_every_currency():
    assert {code: numbers.digits(code) for code in known_currencies()} == {
        code: len(plain(1, code).partition(".")[2]) for code in known_currencies()
    }


@pytest.mark.parametrize("typed", ["27.03.2026", "27.3.2026.", "27/03/2026", "27-3-2026", "27 3 2026", "2026-03-27"])
def test_a_date_is_read_as_people_write_it(typed):
    assert DateField().clean(typed) == date(2026, 3, 27)


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("", "Enter the date"),
        ("31.02.2026", "There is no day 31.02.2026"),
        ("27.03.26", "year of four figures"),
        ("4.4.4", "year of four figures"),
        ("27 March 2026", "month in figures"),
        ("..2026", "needs a day"),
        ("99.99.9999", "There is no day"),
    ],
)
def test_a_date_that_is_none_says_what_it_lacks(typed, said):
    with pytest.raises(forms.ValidationError, match=said):
        DateField().clean(typed)


def test_a_date_outside_its_bounds_names_the_bound():
    field = DateField(earliest=date(2026, 1, 1), latest=lambda: date(2026, 3, 12))
    with pytest.raises(forms.ValidationError, match=r"12\.03\.2026 or earlier"):
        field.clean("13.03.2026")
    with pytest.raises(forms.ValidationError, match=r"01\.01\.2026 or later"):
        field.clean("31.12.2025")
    assert field.clean("12.03.2026") == date(2026, 3, 12)


def html(form):
    return read(render_to_string("forms/fields.html", {"form": form}))


def test_an_amount_above_the_most_by_one_cent_names_the_most():
    form = PayForm({**GOOD, "amount": "2000.01"}, instance=ROW)
    assert form.errors["amount"] == ["The amount must not be more than EUR 2,000.00."]
    assert PayForm({**GOOD, "amount": "2000.00"}, instance=ROW).is_valid()
    assert PayForm({**GOOD, "amount": "0"}, instance=ROW).errors["amount"] == ["The amount must be above zero."]


def test_a_stored_amount_shows_in_major_units_and_its_label_names_the_currency():
    page = html(PayForm(initial={"amount": 120_000}, instance=ROW))
    assert page.one(id="id_amount")["value"] == "1200.00"
    assert page.one("label", for_="id_amount").text == "Amount, EUR"


def test_the_currency_of_one_form_does_not_leak_into_another():
    first, second = PayForm(instance=ROW), PayForm(instance=ROW)
    first.fields["amount"].currency = "JPY"
    assert second.fields["amount"].currency == second.fields["amount"].widget.currency == "EUR"


def test_each_control_has_its_label_hint_and_error_by_reference():
    form = PayForm({**GOOD, "payee": ""}, instance=ROW)
    page = html(form)
    control = page.one(id="id_payee")
    assert control["aria-invalid"] == "true"
    assert control["aria-describedby"] == "id_payee_helptext id_payee_error"
    assert page.one(id="id_payee_helptext").text == "As in the bank letter."
    assert "“Payee” needs an answer." in page.one(id="id_payee_error").text
    assert page.one("label", for_="id_payee").text == "Payee"
    assert "(optional)" in page.one("label", for_="id_note").text


def test_radios_and_a_date_in_boxes_are_a_group_with_a_legend():
    page = html(PayForm({**GOOD, "means": "", "on_y": ""}, instance=ROW))
    groups = {group.one("legend").text: group for group in page.all("fieldset")}
    assert set(groups) == {"When was it paid?", "How?"}
    assert groups["How?"]["aria-describedby"] == "id_means_error"
    assert [box["name"] for box in groups["When was it paid?"].all("input")] == ["on_d", "on_m", "on_y"]
    assert [box.get("aria-invalid") for box in groups["When was it paid?"].all("input")] == ["true"] * 3


def test_the_summary_lists_each_problem_once_and_leads_to_its_control():
    form = PayForm({"version": "4", "key": "k"}, instance=ROW)
    page = read(render_to_string("forms/errors.html", summary(form)))
    assert page.one("h2").text == "There are 4 problems"
    assert [link["href"] for link in page.all("a")] == ["#id_payee", "#id_amount", "#id_on_d", "#id_means_0"]
    ids = {tag.get("id") for tag in html(form).walk()}
    assert {link["href"][1:] for link in page.all("a")} <= ids


def summary(form):
    return {"problems": form.problems, "missing": form.missing, "heading": f"There are {len(form.problems)} problems"}


def test_version_and_key_are_hidden_and_a_refused_page_keeps_its_key():
    fresh, other = PayForm(instance=ROW), PayForm(instance=ROW)
    assert html(fresh).one(id="id_version")["value"] == "4"
    assert html(fresh).one(id="id_key")["value"] != html(other).one(id="id_key")["value"]
    again = PayForm({**GOOD, "payee": ""}, instance=ROW)
    assert html(again).one(id="id_key")["value"] == "k-1"


def test_a_form_sent_without_its_key_or_version_is_incomplete():
    bare = {name: value for name, value in GOOD.items() if name not in ("key", "version")}
    form = PayForm(bare, instance=ROW)
    assert {problem.sentence for problem in form.problems} == {"This page is incomplete. Open it again."}


@pytest.mark.parametrize("code", [0x07, 0x9B, 0x200E, 0x200F, 0x202A, 0x202E, 0x2066, 0x2069])
def test_a_letter_that_nobody_sees_is_refused_by_its_code_and_joiners_are_not(code):
    form = PayForm({**GOOD, "payee": f"Գոռ{chr(code)}x"}, instance=ROW)
    assert f"invisible character U+{code:04X}." in form.problems[0].sentence
    assert PayForm({**GOOD, "payee": "Mehr\u200cnaz\u200d"}, instance=ROW).is_valid()


def test_the_service_gets_the_cleaned_facts_with_version_and_key():
    got = {}

    def pay(*, payee, amount, on, means, note, reason, version, key, by):
        got.update(locals())
        return "row"

    assert attempt(PayForm(GOOD, instance=ROW), pay, by="me") == "row"
    assert (got["amount"], got["on"], got["version"], got["key"], got["by"]) == (
        120_000,
        date(2026, 3, 27),
        4,
        "k-1",
        "me",
    )


def test_a_service_without_version_or_key_is_not_troubled_with_them():
    def pay(*, payee, amount, on, means, note, reason):
        return payee

    assert attempt(PayForm(GOOD, instance=ROW), pay) == "Գոռ"


@pytest.mark.parametrize(
    ("refusal", "status"),
    [
        (Stale(), 409),
        (LostRace(), 409),
        (KeyReused(), 422),
        (NotAllowed(), 403),
        (Invalid("No such account.", field="payee"), 400),
        (Invalid("Not today.", field="nowhere"), 400),
        (Blocked("Not yet.", ["Co-financing is not paid."]), 409),
    ],
)
def test_a_refusal_of_the_service_stands_on_the_form_with_its_status(refusal, status):
    def refuse(**_facts):
        raise refusal

    form = PayForm(GOOD, instance=ROW)
    assert attempt(form, refuse) is None
    assert form.status == status
    assert [str(problem.sentence) for problem in form.problems] == [str(refusal.sentence)]
    assert form.missing == refusal.missing
    assert form.problems[0].anchor == ("id_payee" if getattr(refusal, "field", "") == "payee" else "")
    page = form_page(request_of(), form, title="Pay")
    assert page.status_code == status
    assert "<title>Error: Pay - Seedbed</title>" in page.content.decode()
    for sentence in refusal.missing:
        assert sentence in page.content.decode()


def request_of():
    request = RequestFactory().get("/")
    SessionMiddleware(HttpResponse).process_request(request)
    MessageMiddleware(HttpResponse).process_request(request)
    return request


def test_an_untouched_form_page_is_no_error():
    page = form_page(request_of(), PayForm(instance=ROW), title="Pay")
    assert page.status_code == 200
    assert "<title>Pay - Seedbed</title>" in page.content.decode()
    assert "sb-errors" not in page.content.decode()


def test_what_the_user_typed_is_never_markup():
    name = '"><img src=x onerror=alert(1)>'
    form = PayForm({**GOOD, "payee": name, "amount": name, "on_d": name}, instance=ROW)
    page = form_page(request_of(), form, title=name).content.decode()
    assert "<img" not in page
    assert html(form).one(id="id_payee")["value"] == name


def test_sections_group_the_fields_under_headings():
    class Sectioned(PayForm):
        sections = (("Money", ("amount", "means")), ("Gone", ("nothing",)))

    groups = Sectioned(instance=ROW).grouped_fields()
    assert [(title, [bound.name for bound in fields]) for title, fields in groups] == [
        ("Money", ["amount", "means"]),
        ("", ["payee", "on", "note", "reason"]),
    ]


def test_one_text_under_the_name_of_a_date_is_read_like_three_boxes():
    data = {name: value for name, value in GOOD.items() if not name.startswith("on_")}
    form = PayForm(
        MultiValueDict({name: [value] for name, value in {**data, "on": "2026-03-27"}.items()}), instance=ROW
    )
    assert form.is_valid()
    assert form.cleaned_data["on"] == date(2026, 3, 27)
