"""The attacker and the careless user: crafted requests are answered by a sentence, and change nothing."""

import io
import logging
import tracemalloc
import zipfile

import pytest
from django import forms
from django.contrib import admin
from django.db import connection
from django.test import Client
from django.urls import reverse
from pypdf import PdfReader

from accounts.models import User
from applicants.models import Party
from applicants.services.evidence import clean_content
from audit.refusals import Invalid
from config.logs import TokenFilter
from pages.fields import DateField, MoneyField, ReasonField
from pages.forms import SeedbedForm
from pages.numbers import parse_amount
from pages.sheets import read_table
from selection.models import Session
from tests.office import PASSWORD
from tests.steps_applicants import registered_person
from tests.steps_loans import disbursement_order, signed_loan

pytestmark = pytest.mark.in_turn


@pytest.fixture
def enter(client):
    def enter(user):
        client.force_login(user)
        return client

    return enter


@pytest.fixture(autouse=True)
def no_nul_in_sql(request):
    """As PostgreSQL does, on every database: a parameter that holds NUL is an error."""
    if "db" not in request.fixturenames:
        yield
        return

    def look(execute, sql, params, many, context):
        for value in params or ():
            assert not (isinstance(value, str) and "\0" in value), f"NUL reached the database: {sql[:200]}"
        return execute(sql, params, many, context)

    with connection.execute_wrapper(look):
        yield


# --- The door --------------------------------------------------------------------------------------------------------


def test_the_administration_has_no_door_that_skips_the_second_step(client, office):
    boss = office.people.administrator
    boss.is_staff = boss.is_superuser = True
    boss.save()
    answer = client.post("/admin/login/", {"username": boss.email, "password": PASSWORD, "next": "/admin/"})
    assert answer.status_code == 302
    assert answer["Location"].startswith(reverse("account_login"))
    assert "_auth_user_id" not in client.session


def test_a_superuser_finds_nothing_in_the_administration_that_could_be_changed(enter, office, rf):
    boss = office.people.administrator
    boss.is_staff = boss.is_superuser = True
    boss.save()
    ask = rf.get("/admin/")
    ask.user = boss
    for model, page in admin.site._registry.items():
        may = [page.has_add_permission(ask), page.has_change_permission(ask), page.has_delete_permission(ask)]
        assert may == [False, False, False], model
    client = enter(boss)
    assert client.get("/admin/").status_code == 200
    assert client.get("/admin/mfa/authenticator/").status_code == 404
    assert client.get("/admin/auth/group/add/").status_code == 404


def test_a_session_ends_with_the_password_under_which_it_began(enter, office):
    client = enter(office.people.adviser)
    assert client.get("/").status_code == 200
    user = User.objects.get(pk=office.people.adviser.pk)
    user.set_password("another-long-test-password")
    user.save()
    assert client.get("/").status_code == 302


def test_a_session_ends_when_the_account_is_closed(enter, office):
    client = enter(office.people.adviser)
    User.objects.filter(pk=office.people.adviser.pk).update(is_active=False)
    assert client.get("/").status_code == 302


@pytest.mark.parametrize(
    "target", ["https://evil.example/", "//evil.example/", "/\\evil.example", "javascript:alert(1)"]
)
def test_no_address_of_ours_sends_people_elsewhere(client, office, target):
    door = client.post(
        reverse("account_login"), {"login": office.people.adviser.email, "password": PASSWORD, "next": target}
    )
    assert door["Location"] == "/"
    assert client.post("/programme/", {"programme": "", "next": target})["Location"] == "/"
    assert "evil" not in client.post("/i18n/setlang/", {"language": "en", "next": target})["Location"]


def test_no_log_line_holds_the_token_of_a_link():
    asked = logging.LogRecord("django.request", logging.WARNING, "", 0, "%s: %s", ("Gone", "/r/se-cret_1/?x=1"), None)
    assert TokenFilter().filter(asked)
    assert asked.getMessage() == "Gone: /r/…/?x=1"
    for handler in logging.getLogger().handlers:
        if type(handler) is logging.StreamHandler:
            assert any(isinstance(one, TokenFilter) for one in handler.filters)


def test_a_log_line_that_cannot_be_put_together_stops_nobody():
    assert TokenFilter().filter(logging.LogRecord("x", logging.WARNING, "", 0, "%d", ("no number",), None))


def test_pages_of_people_are_kept_by_no_cache(enter, office):
    person = registered_person(office)
    client = enter(office.people.adviser)
    for url in ("/", "/applicants/", person.get_absolute_url(), "/applicants/?format=json", "/nowhere/"):
        assert client.get(url)["Cache-Control"] == "no-store", url
    assert client.get("/applicants/", {"q": "a\0"})["Cache-Control"] == "no-store"


def test_a_form_sent_from_elsewhere_is_refused(office):
    client = Client(enforce_csrf_checks=True)
    client.force_login(office.people.adviser)
    answer = client.post(reverse("applicants:register_person"), {"name": "Gayane", "consent": "witness", "key": "k"})
    assert answer.status_code == 403
    assert not Party.objects.exists()


# --- NUL -------------------------------------------------------------------------------------------------------------

LISTS = (
    "/search/",
    "/applicants/",
    "/applications/",
    "/grants/",
    "/loans/",
    "/committee/",
    "/monitoring/visits/",
    "/reports/",
    "/money/orders/",
    "/money/queue/",
    "/referrals/",
    "/trainings/",
    "/users/",
)


def test_nul_in_an_address_is_refused_on_every_list(enter, office):
    client = enter(office.people.manager)
    for url in LISTS:
        for name in ("q", "party", "after", "sort", "format", "state", "order", "referral"):
            answer = client.get(url, {name: "a\0b"})
            assert answer.status_code in (400, 403), (url, name, answer.status_code)


def test_nul_in_a_reference_is_refused(enter, office):
    client = enter(office.people.secretary)
    assert client.get("/committee/S%00/").status_code == 400
    assert client.get("/r/a%00b/").status_code == 400


def test_nul_in_a_form_is_refused_before_anything_is_written(enter, office):
    client = enter(office.people.adviser)
    answer = client.post(reverse("applicants:register_person"), {"name": "Ga\0yane", "key": "k", "consent": "witness"})
    assert answer.status_code == 400
    assert "no text" in answer.content.decode()
    assert not Party.objects.exists()


def test_nul_at_the_door_is_refused(client, office):
    answer = client.post(f"{reverse('account_login')}?x=%00", {"login": "a@b.example", "password": "wrong\0"})
    assert answer.status_code == 400


# --- Numbers and days that no column holds -------------------------------------------------------------------------


class Numbers(SeedbedForm):
    versioned = True
    amount = MoneyField(currency="EUR", required=False)
    day = DateField(required=False)


@pytest.mark.parametrize(
    "text",
    ["9" * 5000, "1" + ",000" * 2000, "1e9", "NaN", "inf", "-1", "1" + "0" * 15, "0x10", "1_000", "\u0661\u0662"],
)
def test_an_amount_that_is_none_is_a_sentence_at_its_field(text):
    form = Numbers({"version": "1", "amount": text})
    assert not form.is_valid()
    assert list(form.errors) == ["amount"]


def test_full_width_figures_are_read_as_what_they_are():
    assert parse_amount("\uff11\uff12\uff13\uff14.\uff15\uff16", "EUR") == 123456


@pytest.mark.parametrize(
    "text", ["31.02.2026", "1.1.0001", "31.12.9999", "29.02.2025", "0.0.2026", "1" * 9000, "\uff11.1.2026"]
)
def test_a_day_that_is_none_is_a_sentence_at_its_field(text):
    form = Numbers({"version": "1", "day": text})
    assert not form.is_valid()
    assert list(form.errors) == ["day"]


@pytest.mark.parametrize("text", ["99999999999999999999", "-99999999999999999999", "2147483648"])
def test_a_version_larger_than_its_column_is_refused_by_the_form(text):
    form = Numbers({"version": text})
    assert not form.is_valid()
    assert Numbers({"version": "2147483647"}).is_valid()


class Words(SeedbedForm):
    reason = ReasonField()
    name = forms.CharField(required=False)


@pytest.mark.parametrize("text", ["\u202e", "\u200b\u200d", " \u2066\n\u2069 "])
def test_a_reason_that_nobody_can_read_is_none(text):
    assert list(Words({"reason": text}).errors) == ["reason"]
    assert list(Words({"reason": "\u200fטעם, ok", "name": text}).errors) == ["name"]
    assert Words({"reason": "A neighbour.\r\n\u202aFine\u202c"}).is_valid()


def test_a_row_that_no_column_can_name_is_refused_by_the_form(enter, office):
    client = enter(office.people.maker)
    for key in ("9" * 30, "\u00b2", "-1", "x"):
        answer = client.post(reverse("payments:enter_own_account"), {"lines": [key], "key": "k"})
        assert answer.status_code == 400, key


def test_a_collection_sheet_overlooks_names_that_are_no_loan(enter, lending):
    client = enter(lending.people.loan_officer)
    crafted = {f"amount_{key}": "10.00" for key in ("\u00b2", "9" * 30, "9" * 5000, "-1", "x", "\u0664")}
    answer = client.post(reverse("loans:collections"), {"on": "12.03.2026", "means": "cash", "key": "k", **crafted})
    assert answer.status_code in (302, 400)


# --- Files -----------------------------------------------------------------------------------------------------------


def test_a_document_that_says_its_kind_in_a_bomb_is_not_unpacked():
    box = io.BytesIO()
    with zipfile.ZipFile(box, "w", zipfile.ZIP_DEFLATED) as file, file.open("mimetype", "w") as entry:
        for _part in range(64):
            entry.write(bytes(1024 * 1024))
    tracemalloc.start()
    try:
        with pytest.raises(Invalid):
            clean_content(box.getvalue())
        assert tracemalloc.get_traced_memory()[1] < 8 * 1024 * 1024
    finally:
        tracemalloc.stop()


def with_an_address_outside():
    """A zip whose list of entries says that it lies before the beginning of the file."""
    box = io.BytesIO()
    with zipfile.ZipFile(box, "w") as file:
        file.writestr("mimetype", "application/vnd.oasis.opendocument.text")
    broken = bytearray(box.getvalue())
    entries, end = broken.rindex(b"PK\x01\x02"), broken.rindex(b"PK\x05\x06")
    broken[end + 16 : end + 20] = (entries + 100).to_bytes(4, "little")
    return bytes(broken)


def test_a_zip_that_points_outside_of_itself_is_called_broken():
    with pytest.raises(Invalid, match="broken"):
        clean_content(with_an_address_outside())
    with pytest.raises(Invalid):
        read_table(io.BytesIO(with_an_address_outside()))


ODD = "Smith & Sons <Ltd> <img src=x onerror=alert(1)>"


def test_a_name_that_is_markup_is_whole_and_inert_in_page_minutes_and_contract(enter, lending, settings, tmp_path):
    settings.EVIDENCE_DIR = settings.VAR_DIR = tmp_path
    loan = signed_loan(lending, applicant=registered_person(lending, name=ODD))
    client = enter(lending.people.manager)
    page = client.get(loan.get_absolute_url()).content.decode()
    assert "<img src=x" not in page
    assert "Smith &amp; Sons &lt;Ltd&gt;" in page
    session = Session.objects.get()
    for url in (f"{loan.get_absolute_url()}contract.pdf", reverse("selection:minutes_pdf", args=[session.ref])):
        answer = client.get(url)
        assert answer.status_code == 200, url
        words = text_of(answer)
        assert "Smith & Sons <Ltd>" in words, url


def text_of(answer):
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return " ".join(" ".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages).split())


def test_no_crafted_request_approves_ones_own_payment_not_even_a_superusers(enter, lending, settings, tmp_path):
    settings.EVIDENCE_DIR = settings.VAR_DIR = tmp_path
    order = disbursement_order(lending, signed_loan(lending))
    maker = order.prepared_by
    maker.is_superuser = maker.is_staff = True
    maker.save()
    client = enter(maker)
    for _again in range(2):
        answer = client.post(f"{order.get_absolute_url()}do/approve/", {"version": order.version, "key": "twice"})
        assert answer.status_code == 403
    for verb in ("settle", "send", "explode", "__class__", "save", "delete"):
        assert client.get(f"{order.get_absolute_url()}do/{verb}/").status_code in (403, 404, 409), verb
    order.refresh_from_db()
    assert order.state == "prepared"


# --- Lists -----------------------------------------------------------------------------------------------------------


def test_a_list_answers_crafted_parameters_with_a_sentence(enter, office):
    client = enter(office.people.manager)
    registered_person(office)
    for url in LISTS:
        for params in (
            {"format": "exe"},
            {"sort": "password"},
            {"sort": "-__"},
            {"after": "abc"},
            {"before": "a:b:c"},
            {"q": "x" * 20_000},
            {"after": "\u00e9"},
            {"q": "%' OR 1=1 --"},
            {"state": "nonsense"},
            {"page": "-1"},
            {"referral": "9" * 40},
            {"q": "\ud800".encode("utf-16", "surrogatepass").decode("latin-1")},
        ):
            answer = client.get(url, params)
            assert answer.status_code in (200, 400, 403, 404), (url, params, answer.status_code)


def test_methods_that_nobody_uses_change_nothing(enter, office):
    client = enter(office.people.manager)
    for url in (*LISTS, "/", f"/programmes/{office.programme.key}/"):
        assert client.head(url).status_code in (200, 403, 405), url
        for method in (client.put, client.delete, client.patch):
            assert method(url).status_code in (200, 403, 405), url
