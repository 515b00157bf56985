"""The pages beside the register: referrals and their desk, trainings, files, caseloads, the address of a case."""

import re
from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from applicants.models import (
    Attendance,
    Course,
    Enrolment,
    Evidence,
    Referral,
    TrainingPlace,
)
from applicants.queues import queue_for, search_for
from applicants.services import (
    enrol_on_course,
    plan_course,
    record_referral,
)
from programmes.clock import standing_at
from programmes.models import Role
from programmes.roles import forget
from tests.office import DAY, grant_office, make_user, seat
from tests.steps_applicants import draft_application, registered_person

# Every page is opened on PostgreSQL in tests/test_urls.py.
pytestmark = pytest.mark.once

PDF = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"


@pytest.fixture(autouse=True)
def files(settings, tmp_path):
    settings.EVIDENCE_DIR = tmp_path / "evidence"
    settings.VAR_DIR = tmp_path


@pytest.fixture
def adviser(client, office):
    client.force_login(office.people.adviser)
    return client


@pytest.fixture
def enter(client):
    def enter(user):
        client.force_login(user)
        return client

    return enter


def page(client, url, status=200):
    answer = client.get(url)
    assert answer.status_code == status, answer.content.decode()[:3000]
    return answer.content.decode()


def key_of(text):
    return re.search(r'name="key" value="([^"]+)"', text)[1]


def typed(office, client=None, **facts):
    return {
        "name": "Gayane Hovhannisyan",
        "name_script": "Գայանե Հովհաննիսյան",
        "sex": "female",
        "birth_year": "1984",
        "village": office.village.pk,
        "phone": "093 00 01 23",
        "source": "Regional social services",
        "consent": "witness",
        "key": "one-key",
        **facts,
    }


# --- referrals, queue, search ----------------------------------------------------------------------------------------


def test_a_referral_waits_on_the_desk_opens_a_file_and_is_gone(enter, office):
    agent = enter(office.people.field_agent)
    form = page(agent, "/referrals/new/")
    answer = agent.post(
        "/referrals/new/",
        {
            "name": "Gayane Hovhannisyan",
            "source": "Social service of Lori",
            "region": office.region.pk,
            "on": "10.03.2026",
            "key": key_of(form),
        },
    )
    row = Referral.objects.get()
    assert answer.url == f"/referrals/{row.pk}/"
    assert "Open a file" not in page(agent, answer.url)
    assert [item.why for item in queue_for(office.people.adviser)] == [
        "Gayane Hovhannisyan, sent by Social service of Lori, Lori"
    ]
    client = enter(office.people.adviser)
    assert "Open a file" in page(client, f"/referrals/{row.pk}/")
    form = page(client, f"/applicants/new/?referral={row.pk}")
    assert "This opens the file of a referral" in form
    assert 'name="source"' not in form
    facts = typed(office, key=key_of(form))
    del facts["source"]
    client.post(f"/applicants/new/?referral={row.pk}", facts)
    row.refresh_from_db()
    assert (row.answer, row.party.ref) == ("accepted", "P-000001")
    assert queue_for(office.people.adviser) == []
    page(client, f"/applicants/new/?referral={row.pk}", status=404)
    assert "P-000001" in page(client, "/referrals/")


def test_a_referral_is_answered_without_a_file(adviser, office):
    row = record_referral(
        programme=office.programme,
        region=office.region,
        name="Vardan Petrosyan",
        source="Came alone",
        on=DAY,
        by=office.people.adviser,
    )
    adviser.post(f"/referrals/{row.pk}/answer/", {"answer": "elsewhere", "note": "He seeks a job."})
    row.refresh_from_db()
    assert (row.answer, row.answer_note) == ("elsewhere", "He seeks a job.")
    answer = adviser.post(f"/referrals/{row.pk}/answer/", {"answer": "declined"})
    assert answer.status_code == 409


def test_a_referral_that_waits_longer_than_a_week_is_late(office):
    record_referral(
        programme=office.programme,
        region=office.region,
        name="Vardan Petrosyan",
        source="Came alone",
        on=DAY,
        by=office.people.adviser,
    )
    for day, state in ((date(2026, 3, 19), "wait"), (date(2026, 3, 20), "late")):
        with standing_at(day):
            forget(office.people.adviser)
            assert [item.state_class for item in queue_for(office.people.adviser)] == [state]
    assert queue_for(office.people.secretary) == []


def test_the_search_finds_a_person_in_any_script(office):
    registered_person(office, "Anahit Sargsyan")
    for text in ("Sargsyan", "Անահիտ", "Саргсян", "p-000001", "Gyulag"):
        assert [hit.url for hit in search_for(office.people.adviser, text)] == ["/applicants/P-000001/"]
    assert search_for(office.people.member1, "Sargsyan") == []


# --- trainings -------------------------------------------------------------------------------------------------------


def planned(office, **facts):
    return plan_course(
        **{
            "programme": office.programme,
            "region": office.region,
            "kind": "small_business",
            "title": "Small business",
            "starts_on": date(2026, 3, 10),
            "ends_on": date(2026, 3, 11),
            "days": 2,
            "trainer": office.people.adviser,
            "on": DAY,
            "by": office.people.adviser,
            **facts,
        }
    )


def test_a_training_from_the_plan_to_the_outcomes(adviser, office):
    form = page(adviser, "/trainings/new/")
    assert '<option value="small_business">' in form
    answer = adviser.post(
        "/trainings/new/",
        {
            "title": "Small business",
            "kind": "small_business",
            "region": office.region.pk,
            "starts_on": "10.03.2026",
            "ends_on": "11.03.2026",
            "days": 2,
            "key": key_of(form),
        },
    )
    row = Course.objects.get()
    base = f"/trainings/{row.pk}/"
    assert answer.url == base
    people = [registered_person(office, name) for name in ("Ani Grigoryan", "Sona Melkonyan", "Hayk Sargsyan")]
    assert "Ani Grigoryan" in page(adviser, f"{base}places/?q=Ani")
    adviser.post(f"{base}places/?q=Ani", {"persons": [party.pk for party in people]})
    assert row.places.count() == 3
    assert "Not kept" in page(adviser, base)
    sheet = {"sheet": [party.pk for party in people], "present": [people[0].pk, people[1].pk]}
    adviser.post(f"{base}attendance/?day=2026-03-10", sheet)
    assert "2 present" in page(adviser, base)
    assert Attendance.objects.filter(present=False).get().place.person == people[2]
    text = page(adviser, f"{base}outcomes/")
    assert text.count('<option value="dropped_out" selected>') == 1
    places = {place.person_id: place.pk for place in row.places.all()}
    ends = {f"outcome_{places[party.pk]}": "completed" for party in people[:2]}
    ends[f"outcome_{places[people[2].pk]}"] = "dropped_out"
    answer = adviser.post(f"{base}outcomes/", ends)
    assert answer.status_code == 400
    assert "Say why Hayk Sargsyan, P-000003 left." in answer.content.decode()
    ends[f"why_{places[people[2].pk]}"] = "Found work"
    adviser.post(f"{base}outcomes/", ends)
    assert sorted(TrainingPlace.objects.values_list("outcome", flat=True)) == ["completed", "completed", "dropped_out"]
    assert "Found work" in page(adviser, base)
    assert adviser.get(f"{base}outcomes/").status_code == 409
    assert "Completed" in page(adviser, "/trainings/")


def test_a_field_agents_sheet_covers_their_villages_and_leaves_the_others_alone(enter, office):
    row = planned(office)
    near = registered_person(office, "Near Person")
    far = registered_person(office, "Far Person", village=None)
    enrol_on_course(course=row, persons=[near, far], on=DAY, by=office.people.adviser)
    agent = office.people.field_agent
    agent.memberships.get().villages.add(office.village)
    forget(agent)
    client = enter(agent)
    text = page(client, f"/trainings/{row.pk}/")
    assert "Near Person" in text
    assert "Far Person" not in text
    assert "1 more person outside your area." in text
    assert "Far Person" not in page(client, f"/trainings/{row.pk}/attendance/?day=2026-03-10")
    client.post(f"/trainings/{row.pk}/attendance/?day=2026-03-10", {"sheet": [near.pk], "present": [near.pk]})
    assert list(Attendance.objects.values_list("place__person", "present")) == [(near.pk, True)]
    assert client.get(f"/trainings/{row.pk}/outcomes/").status_code == 403


def test_who_came_on_the_course_after_the_sheet_was_opened_is_not_marked_absent(adviser, office):
    row = planned(office)
    early, late = registered_person(office, "Early Person"), registered_person(office, "Late Person")
    enrol_on_course(course=row, persons=[early], on=DAY, by=office.people.adviser)
    sheet = {"sheet": [early.pk], "present": []}
    enrol_on_course(course=row, persons=[late], on=DAY, by=office.people.adviser)
    adviser.post(f"/trainings/{row.pk}/attendance/?day=2026-03-10", sheet)
    assert list(Attendance.objects.values_list("place__person", "present")) == [(early.pk, False)]


def test_a_training_that_ended_waits_for_its_outcomes_on_the_desk(office):
    planned(office)
    planned(office, title="Later", starts_on=date(2026, 3, 20), ends_on=date(2026, 3, 20), days=1)
    assert [(item.verb_text, item.section) for item in queue_for(office.people.adviser)] == [
        ("Record the outcomes", "today"),
        ("Prepare the training", "later"),
    ]


def test_trainings_of_others_are_not_there(enter, office):
    row = planned(grant_office("quiet", confidential=True))
    for user in vars(office.people).values():
        client = enter(user)
        for path in ("", "places/", "attendance/?day=2026-03-10", "outcomes/"):
            assert client.get(f"/trainings/{row.pk}/{path}").status_code in (302, 404)


# --- files -----------------------------------------------------------------------------------------------------------


def test_a_file_goes_out_as_an_attachment_that_no_browser_guesses_about(adviser, office):
    person = registered_person(office)
    file = SimpleUploadedFile("Անձնագիր.pdf", PDF, content_type="text/html")
    adviser.post(f"/applicants/{person.ref}/files/new/", {"content": file, "purpose": "certificate"})
    evidence = Evidence.objects.get()
    assert (evidence.name, evidence.media_type, evidence.case_ref) == ("Անձնագիր.pdf", "application/pdf", person.ref)
    answer = adviser.get(f"/files/{evidence.pk}/")
    assert b"".join(answer.streaming_content) == PDF
    assert answer["Content-Disposition"].startswith("attachment;")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Type"] == "application/pdf"
    adviser.post(f"/files/{evidence.pk}/withdraw/", {"reason": "Wrong page."})
    assert "Անձնագիր" not in page(adviser, f"/applicants/{person.ref}/")


def test_a_program_in_the_clothes_of_a_picture_is_refused_at_the_field(adviser, office):
    person = registered_person(office)
    file = SimpleUploadedFile("photo.jpg", b"MZ\x90\x00" + bytes(300), content_type="image/jpeg")
    answer = adviser.post(f"/applicants/{person.ref}/files/new/", {"content": file, "purpose": "photo"})
    assert answer.status_code == 400
    assert "Only pictures" in answer.content.decode()
    assert Evidence.objects.count() == 0


def test_a_file_of_another_programme_is_not_there(enter, office):
    hidden = grant_office("quiet", confidential=True)
    person = registered_person(hidden, "Nino Beridze")
    client = enter(hidden.people.adviser)
    file = SimpleUploadedFile("paper.pdf", PDF)
    client.post(f"/applicants/{person.ref}/files/new/", {"content": file, "purpose": "paper"})
    evidence = Evidence.objects.get()
    for user in vars(office.people).values():
        assert enter(user).get(f"/files/{evidence.pk}/").status_code in (302, 404)


# --- caseload --------------------------------------------------------------------------------------------------------


def test_a_caseload_is_handed_over_with_a_list_to_sign(enter, office):
    second = make_user("Meri Adamyan", "SPRING-70")
    seat(second, office.programme, Role.ADVISER, region=office.region)
    people = [registered_person(office, name) for name in ("Ani Grigoryan", "Sona Melkonyan")]
    client = enter(office.people.manager)
    adviser = office.people.adviser
    assert f"/caseloads/spring/{adviser.pk}/" in page(client, "/caseloads/")
    url = f"/caseloads/spring/{adviser.pk}/"
    page(client, url)
    answer = client.post(url, {"to_adviser": second.pk, "parties": [people[0].pk], "reason": "Leave until May."})
    text = answer.content.decode()
    assert "Handed over: 1" in text
    assert "Ani Grigoryan" in text
    assert "Meri Adamyan" in text
    assert Enrolment.objects.get(party=people[0]).adviser == second
    assert Enrolment.objects.get(party=people[1]).adviser == adviser
    assert enter(adviser).get("/caseloads/").status_code == 403
    assert enter(adviser).post(url, {}).status_code == 403


def test_a_whole_caseload_goes_with_one_tick(enter, office):
    second = make_user("Meri Adamyan", "SPRING-70")
    seat(second, office.programme, Role.ADVISER, region=office.region)
    for name in ("Ani Grigoryan", "Sona Melkonyan"):
        registered_person(office, name)
    client = enter(office.people.manager)
    url = f"/caseloads/spring/{office.people.adviser.pk}/"
    answer = client.post(url, {"to_adviser": second.pk, "reason": "She leaves."})
    assert answer.status_code == 400
    assert "Choose at least one, or all." in answer.content.decode()
    assert (
        "Handed over: 2"
        in client.post(url, {"to_adviser": second.pk, "everybody": "on", "reason": "She leaves."}).content.decode()
    )
    assert set(Enrolment.objects.values_list("adviser", flat=True)) == {second.pk}


def test_every_page_of_a_case_is_under_its_address_in_the_register_too(adviser, office):
    case = draft_application(office)
    assert page(adviser, f"/applicants/{case.ref}/").count(case.ref) > 1
    page(adviser, f"/applicants/{case.ref}/plan/")
    assert adviser.post(f"/applicants/{case.ref}/do/withdraw/", {"reason": ""}).status_code == 400
    page(adviser, "/applicants/A-2026-99999/", status=404)
