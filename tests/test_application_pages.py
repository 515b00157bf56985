"""The pages of an application: written at the kitchen table, put forward, checked, visited, judged."""

import io
import json
import zipfile
from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from applicants.models import Application, Check
from applicants.services import return_application, submit_application
from audit.models import Event
from programmes.models import EligibilityRule, RequiredDocument, Role
from tests.office import DAY, grant_office, make_user, seat
from tests.steps_applicants import (
    draft_application,
    eligible_application,
    registered_enterprise,
    registered_person,
    submitted_application,
    trained,
)

# Every page is opened on PostgreSQL in tests/test_urls.py.
pytestmark = pytest.mark.once

ODD = ["Smith & Sons <Ltd>", '=HYPERLINK("x")', "<img src=x onerror=alert(1)>", "Անահիտ Սարգսյան"]


@pytest.fixture
def adviser(client, office):
    client.force_login(office.people.adviser)
    return client


def page(client, url, status=200):
    answer = client.get(url)
    assert answer.status_code == status, answer.content.decode()[:3000]
    return answer.content.decode()


def version(case):
    return Application.objects.get(pk=case.pk).version


def test_a_new_application_begins_with_who_applies(adviser, office):
    person = registered_person(office, "Gayane Hovhannisyan", name_script="Գայանե Հովհաննիսյան", script_language="hy")
    stranger = registered_person(grant_office("elsewhere"), "Gayane Elsewhere")
    found = page(adviser, "/applications/new/?q=Gayane")
    assert person.ref in found
    assert 'lang="hy">Գայանե Հովհաննիսյան' in found
    assert "Gayane Elsewhere" not in found
    page(adviser, f"/applications/new/?party={stranger.ref}", status=404)
    form = page(adviser, f"/applications/new/?party={person.ref}")
    assert "Spring call: Micro (EUR)" in form


def test_a_draft_is_started_once_and_a_wrong_amount_is_explained(adviser, office):
    person = registered_person(office)
    url = f"/applications/new/?party={person.ref}"
    facts = {"window": office.window.pk, "title": "A milk cooler", "asked": "ten", "key": "k-1"}
    answer = adviser.post(url, facts)
    assert answer.status_code == 400
    assert "“ten” is not an amount" in answer.content.decode()
    facts["asked"] = "10 000,00"
    for _click in range(2):
        answer = adviser.post(url, facts)
        assert (answer.status_code, answer.url) == (302, "/applications/A-2026-00001/plan/")
    case = Application.objects.get()
    assert (case.asked_amount, case.title, case.adviser) == (1_000_000, "A milk cooler", office.people.adviser)
    answer = adviser.post(url, {**facts, "title": "Another"})
    assert answer.status_code == 422


def test_a_repeat_is_offered_with_the_last_one_chosen(adviser, office):
    case = submitted_application(office)
    form = page(adviser, f"/applications/new/?party={case.applicant.ref}")
    assert f"What was written in {case.ref}, A milk cooler" in form
    assert "An empty plan" in form
    facts = {
        "window": office.window.pk,
        "title": "A second cooler",
        "asked": "10000",
        "key": "k-2",
        "repeat_of": case.pk,
    }
    answer = adviser.post(f"/applications/new/?party={case.applicant.ref}", facts)
    assert answer.status_code == 302
    again = Application.objects.get(repeat_of=case)
    tasks = page(adviser, answer.url)
    assert "What changed" in tasks
    assert "4 of 5 parts done" in tasks
    assert again.investments.get().label == "Milk cooler, 300 l"


def test_only_advisers_open_applications(client, office):
    for role in ("secretary", "manager", "maker", "member1", "donor"):
        client.force_login(getattr(office.people, role))
        page(client, "/applications/new/", status=404)


def test_a_plan_is_written_part_by_part_and_submitted(adviser, office):
    person = registered_person(office)
    trained(office, person)
    adviser.post(
        f"/applications/new/?party={person.ref}",
        {"window": office.window.pk, "title": "A milk cooler", "asked": "1", "key": "k-1"},
    )
    case = Application.objects.get()
    base = f"/applications/{case.ref}/"
    tasks = page(adviser, f"{base}plan/")
    assert "0 of 3 parts done" in tasks
    assert "The plan is not complete: 3 parts are open." in tasks

    answer = adviser.post(
        f"{base}plan/summary/", {"summary": "Cheese from six cows.", "version": version(case), "then": "next"}
    )
    assert (answer.status_code, answer.url) == (302, f"{base}plan/investments/")

    rows = {
        "row-0-label": "Milk cooler",
        "row-0-quantity": "1",
        "row-0-unit_amount": "1,100.00",
        "row-0-own_amount": "220",
        "row-1-label": "",
        "row-1-quantity": "1",
        "row-2-label": "Moulds",
        "row-2-quantity": "4",
        "row-2-unit_amount": "50",
        "row-2-own_amount": "40",
    }
    answer = adviser.post(f"{base}plan/investments/", {**rows, "version": version(case), "then": "next"})
    assert (answer.status_code, answer.url) == (302, f"{base}plan/cash_flow/")
    case.refresh_from_db()
    assert (case.asked_amount, case.own_amount) == (104_000, 26_000)

    flow = {"first": "2026-04-01", "instalment_amount": "", "cash_at_start_amount": "50", "season": "Dry in winter."}
    for number, (kind, label) in enumerate([("sales", "Cheese"), ("materials", "Milk"), ("wages", "Wages")]):
        flow |= {f"kind-{number}": kind, f"label-{number}": label}
    flow |= {"a-0-0": "260", "a-0-1": "430", "a-1-0": "120", "a-1-11": "0"}
    answer = adviser.post(f"{base}plan/cash_flow/", {**flow, "version": version(case), "then": "stay"})
    assert (answer.status_code, answer.url) == (302, f"{base}plan/cash_flow/")
    months = {line.label: line.months for line in case.cash_lines.all()}
    assert months == {"Cheese": [26_000] + [43_000] * 11, "Milk": [12_000] * 11 + [0]}
    written = page(adviser, f"{base}plan/cash_flow/")
    assert "Yes, in every month." in written
    assert "<svg" in written
    assert 'style="' not in written

    answer = adviser.post(
        f"{base}plan/finance/",
        {"row-0-source": "own_cash", "row-0-amount": "260", "row-0-note": "", "version": version(case), "then": "next"},
    )
    assert (answer.status_code, answer.url) == (302, f"{base}plan/check/")
    answers = page(adviser, f"{base}plan/check/")
    assert "Cheese from six cows." in answers
    confirm = page(adviser, f"{base}do/submit/")
    assert "Everything that is needed is there" in confirm
    assert Application.objects.get().state == "draft"
    answer = adviser.post(f"{base}do/submit/", {"version": version(case), "key": "s-1"})
    assert (answer.status_code, answer.url) == (302, base)
    case.refresh_from_db()
    assert case.state == "submitted"
    answer = adviser.post(f"{base}do/submit/", {"version": version(case), "key": "s-1"})
    assert answer.status_code == 409
    assert Event.objects.filter(kind="application.submit").count() == 1


def test_wrong_rows_are_named_and_what_was_typed_stays(adviser, office):
    case = draft_application(office)
    url = f"/applications/{case.ref}/plan/investments/"
    rows = {
        "row-0-label": '<img src=x> "cooler"',
        "row-0-quantity": "0",
        "row-0-unit_amount": "1.234",
        "row-0-own_amount": "",
        "version": version(case),
    }
    answer = adviser.post(url, rows)
    text = answer.content.decode()
    assert answer.status_code == 400
    assert "<title>Error:" in text
    assert "Row 1: EUR has 2 decimals" in text
    assert 'href="#id_row-0-unit_amount"' in text
    assert "&lt;img src=x&gt; &quot;cooler&quot;" in text
    assert "<img src=x>" not in text
    assert case.investments.get().label == "Milk cooler, 300 l"


def test_a_wrong_box_of_the_cash_flow_is_named(adviser, office):
    case = draft_application(office)
    flow = {"first": "2026-04-01", "kind-0": "sales", "label-0": "Cheese", "a-0-3": "-5", "version": version(case)}
    answer = adviser.post(f"/applications/{case.ref}/plan/cash_flow/", flow)
    assert answer.status_code == 400
    assert "Cheese: An amount is not below zero" in answer.content.decode()
    assert 'href="#a-0-3"' in answer.content.decode()
    assert case.cash_lines.count() == 2


def test_two_tabs_get_a_clear_word_and_nothing_is_lost(adviser, office):
    case = draft_application(office)
    url = f"/applications/{case.ref}/plan/summary/"
    old = version(case)
    assert adviser.post(url, {"summary": "First", "version": old}).status_code == 302
    answer = adviser.post(url, {"summary": "Second", "version": old})
    assert answer.status_code == 409
    assert "Somebody changed this record" in answer.content.decode()
    assert "Second" in answer.content.decode()
    assert Application.objects.get().plan.summary == "First"


def test_a_submitted_application_has_no_page_to_edit(adviser, office):
    case = submitted_application(office)
    for part in ("", "summary/", "investments/", "cash_flow/", "documents/", "about/", "check/"):
        answer = adviser.get(f"/applications/{case.ref}/plan/{part}")
        assert answer.status_code == 409
        assert "cannot be changed. The secretary can return it" in answer.content.decode()
    answer = adviser.post(f"/applications/{case.ref}/plan/summary/", {"summary": "Other", "version": case.version})
    assert answer.status_code == 409


def test_what_a_person_does_not_see_is_not_there(client, office):
    case = eligible_application(office)
    pages = ["", "history/", "plan/", "plan/summary/", "checks/", "field-verification/", "opinion/", "do/withdraw/"]
    other = make_user("Davit Sargsyan", "X-1")
    seat(other, office.programme, Role.ADVISER, region=office.other_region)
    elsewhere = grant_office("elsewhere")
    for user in (
        other,
        elsewhere.people.manager,
        office.people.member1,
        office.people.donor,
        office.people.field_agent,
    ):
        client.force_login(user)
        for part in pages:
            page(client, f"/applications/{case.ref}/{part}", status=404)
            assert client.post(f"/applications/{case.ref}/{part}", {}).status_code == 404
        assert case.ref not in page(client, "/applications/")
    client.logout()
    assert client.get(f"/applications/{case.ref}/").status_code == 302


def test_those_who_see_it_may_not_do_everything(client, office):
    case = submitted_application(office)
    base = f"/applications/{case.ref}/"
    for role in ("maker", "monitor", "loan_officer"):
        client.force_login(getattr(office.people, role))
        page(client, base)
        page(client, f"{base}checks/", status=403)
        page(client, f"{base}opinion/", status=403)
        page(client, f"{base}do/withdraw/", status=403)
    page(client, f"{base}do/approve/", status=404)
    page(client, f"{base}do/open_review/", status=404)
    page(client, f"{base}do/save/", status=404)
    page(client, f"{base}do/lapse/", status=409)


def test_the_secretary_checks_and_a_second_person_confirms(client, office):
    EligibilityRule.objects.create(
        call=office.call, position=9, code="market", kind="person", question="Is there a market?"
    )
    case = submitted_application(office)
    base = f"/applications/{case.ref}/"
    client.force_login(office.people.secretary)
    assert "Not run yet" in page(client, f"{base}checks/")
    assert client.post(f"{base}checks/").status_code == 302
    assert "Needs a person" in page(client, f"{base}checks/")
    answer = client.post(f"{base}checks/market/", {"result": "failed", "finding": ""})
    assert answer.status_code == 400
    assert client.post(f"{base}checks/market/", {"result": "failed", "finding": "No buyer"}).status_code == 302
    assert "Confirm the failure" not in page(client, f"{base}checks/")
    assert client.post(f"{base}checks/market/confirm/").status_code == 403
    client.force_login(office.people.second_secretary)
    assert "Confirm the failure" in page(client, f"{base}checks/")
    assert client.post(f"{base}checks/market/confirm/").status_code == 302
    assert Check.objects.get(code="market").confirmed_by == office.people.second_secretary
    answer = client.post(f"{base}do/fail_checks/", {"version": version(case), "key": "f-1", "reason": "No buyer"})
    assert answer.status_code == 302
    assert Application.objects.get().state == "ineligible"


def test_a_visit_is_recorded_with_its_posts_and_the_adviser_gives_an_opinion(adviser, office):
    case = submitted_application(office)
    base = f"/applications/{case.ref}/"
    form = page(adviser, f"{base}field-verification/")
    assert "Posts found" in form
    facts = {
        "on": "12.03.2026",
        "confirmed": "yes",
        "seen": "Six cows.",
        "assets": "",
        "sales_amount": "600",
        "profit_amount": "-20",
        "household_income_amount": "",
        "post-0-title": "Cheese maker",
        "post-0-hours_per_week": "37.5",
        "post-0-holder_sex": "female",
        "post-1-title": "",
        "post-1-hours_per_week": "40",
        "post-1-holder_sex": "unknown",
        "key": "v-1",
    }
    wrong = adviser.post(f"{base}field-verification/", {**facts, "post-0-hours_per_week": "many", "on": "13.03.2026"})
    assert wrong.status_code == 400
    assert "Row 1:" in wrong.content.decode()
    late = adviser.post(f"{base}field-verification/", {**facts, "on": "13.03.2026"})
    assert "13.03.2026 lies in the future" in late.content.decode()
    for _click in range(2):
        assert adviser.post(f"{base}field-verification/", facts).status_code == 302
    visit = case.verifications.get()
    assert (visit.sales_amount, visit.profit_amount, visit.jobs.get().title) == (60_000, -2_000, "Cheese maker")
    assert adviser.post(f"{base}opinion/", {"verdict": "for", "text": "Good.", "key": "o-1"}).status_code == 302
    shown = page(adviser, base)
    assert "As the plan says." in shown
    assert "“Good.”" in shown


def test_a_photo_that_is_none_is_refused_with_the_visit(adviser, office):
    case = submitted_application(office)
    facts = {"on": "12.03.2026", "confirmed": "yes", "seen": "Six cows.", "key": "v-1"}
    photo = SimpleUploadedFile("cow.jpg", b"MZ\x90\x00 not a picture")
    answer = adviser.post(f"/applications/{case.ref}/field-verification/", {**facts, "photos": photo})
    assert answer.status_code == 400
    assert not case.verifications.exists()


def test_a_document_is_added_and_removed(adviser, office):
    RequiredDocument.objects.create(call=office.call, code="quote", label="Quote of the supplier")
    case = draft_application(office)
    url = f"/applications/{case.ref}/plan/documents/"
    assert "Missing" in page(adviser, url)
    file = SimpleUploadedFile("quote <1>.txt", b"A cooler, 1,100.00")
    assert adviser.post(url, {"code": "quote", "content": file, "version": version(case)}).status_code == 302
    shown = page(adviser, url)
    assert "quote &lt;1&gt;.txt" in shown
    document = case.documents.get()
    bad = SimpleUploadedFile("run.exe", b"MZ\x90\x00\x03")
    answer = adviser.post(url, {"code": "quote", "content": bad, "version": version(case)})
    assert answer.status_code == 400
    assert "Only pictures" in answer.content.decode()
    assert adviser.post(url, {"remove": document.pk, "version": version(case)}).status_code == 302
    assert not case.documents.exists()


def test_a_training_is_waived_on_its_page(client, office):
    case = draft_application(office)
    rule = office.call.training_rules.get()
    client.force_login(office.people.secretary)
    assert "Waive the training" in page(client, f"/applications/{case.ref}/")
    url = f"/applications/{case.ref}/waive/{rule.pk}/"
    assert "Second or later loan" not in page(client, url)
    assert client.post(url, {"reason_code": "experience", "reason": "A baker"}).status_code == 302
    assert "Experience proven: “A baker”" in page(client, f"/applications/{case.ref}/")


def test_the_page_of_a_case_says_what_is_blocked_and_why(adviser, office):
    case = submitted_application(office)
    return_application(application=case, reason="The second quote <b>", on=DAY, by=office.people.secretary)
    office.call.closes_on = date(2026, 3, 11)
    office.call.save()
    shown = page(adviser, f"/applications/{case.ref}/")
    assert "The call Spring call is not open on that day." in shown
    assert "“The second quote &lt;b&gt;”" in shown
    assert "Next: ask the programme manager about the call." in shown
    assert "Submit" in shown


@pytest.mark.parametrize("name", ODD)
def test_odd_names_are_whole_and_inert_on_pages_and_in_files(adviser, office, name):
    person = registered_person(office, name)
    case = draft_application(office, person, title=name)
    escaped = name.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")
    for url in ("/applications/", f"/applications/{case.ref}/", f"/applications/{case.ref}/plan/"):
        assert escaped in page(adviser, url)
        assert "<img src=x" not in page(adviser, url)
    text = b"".join(adviser.get("/applications/?format=csv").streaming_content).decode()
    assert f"'{name}".replace('"', '""') in text if name.startswith("=") else name in text
    book = adviser.get("/applications/?format=xlsx")
    content = b"".join(book.streaming_content) if book.streaming else book.content
    sheet = zipfile.ZipFile(io.BytesIO(content))
    assert not any("<f>" in sheet.read(part).decode() for part in sheet.namelist() if "sheet1" in part)
    answer = adviser.get("/applications/?format=json")
    rows = json.loads(b"".join(answer.streaming_content) if answer.streaming else answer.content)["rows"]
    assert rows[0]["title"] == name
    assert rows[0]["asked"] == "10000.00"


def test_the_list_is_filtered_by_what_the_address_says(adviser, office):
    first = submitted_application(office, registered_person(office, "Gayane Hovhannisyan", birth_year=1980))
    second = draft_application(office, registered_person(office, "Karine Zakaryan", birth_year=1971))
    for query, refs in (
        ("", {first.ref, second.ref}),
        ("?state=draft", {second.ref}),
        ("?q=hovhanisyan", {first.ref}),
        (f"?q={second.ref.lower()}", {second.ref}),
        (f"?call={office.call.pk}&region={office.region.pk}&state=submitted", {first.ref}),
        (f"?adviser={office.people.adviser.pk}&region={office.region.pk}", {first.ref, second.ref}),
    ):
        shown = page(adviser, f"/applications/{query}")
        assert {ref for ref in (first.ref, second.ref) if f"{ref} ·" in shown} == refs, query


def test_the_list_asks_the_database_as_often_for_forty_rows_as_for_four(adviser, office, django_assert_max_num_queries):
    person = registered_person(office)
    for number in range(40):
        draft_application(office, person) if number < 2 else None
    case = Application.objects.first()
    rows = [Application(**{**_plain(case), "ref": f"A-2026-9{number:04d}"}) for number in range(40)]
    Application.objects.bulk_create(rows)
    page(adviser, "/applications/")
    with django_assert_max_num_queries(14):
        assert "42 applications" in page(adviser, "/applications/")


def _plain(case):
    names = [field.attname for field in Application._meta.concrete_fields if field.attname not in ("id", "ref")]
    return {name: getattr(case, name) for name in names}


def test_the_case_page_asks_a_bounded_number_of_questions(adviser, office, django_assert_max_num_queries):
    business = registered_enterprise(office)
    case = eligible_application(office, business=business)
    page(adviser, f"/applications/{case.ref}/")
    with django_assert_max_num_queries(60):
        page(adviser, f"/applications/{case.ref}/")


def test_a_case_of_a_confidential_programme_leaves_no_trace_in_another(client, office):
    quiet = grant_office("quiet", confidential=True)
    person = registered_person(quiet, "Nino Beridze")
    trained(quiet, person)
    case = submit_application(application=draft_application(quiet, person), on=DAY, by=quiet.people.adviser)
    for role in ("adviser", "secretary", "manager", "maker", "monitor", "donor", "administrator"):
        client.force_login(getattr(office.people, role))
        for url in ("/applications/", "/applications/?q=Nino", "/applications/?format=csv", "/search/?q=Nino"):
            answer = client.get(url)
            text = b"".join(answer.streaming_content) if answer.streaming else answer.content
            assert case.ref.encode() not in text
            assert b"Beridze" not in text
