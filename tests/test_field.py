"""What an adviser takes along where there is no network, and that it holds nobody else's people."""

from datetime import timedelta

import pytest

from monitoring.services import plan_visit
from programmes.clock import standing_at
from tests.office import DAY
from tests.steps_applicants import eligible_application, submitted_application
from tests.steps_grants import signed_award

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def day(settings):
    settings.STANDING_DAY = DAY
    with standing_at(DAY):
        yield


def taken(client, user):
    client.force_login(user)
    answer = client.get("/field/packing.json")
    return answer.status_code, answer.json() if answer.status_code == 200 else {}


def test_an_adviser_takes_along_the_forms_of_the_own_visits_and_a_registration(office, client):
    people = office.people
    case = signed_award(office).application
    soon = plan_visit(
        application=case, planned_on=DAY + timedelta(days=30), assigned_to=people.adviser, on=DAY, by=people.manager
    )
    plan_visit(
        application=case, planned_on=DAY + timedelta(days=31), assigned_to=people.adviser, on=DAY, by=people.manager
    )
    plan_visit(application=case, planned_on=DAY, assigned_to=people.field_agent, on=DAY, by=people.manager)
    unvisited = submitted_application(office)
    status, packed = taken(client, people.adviser)
    assert status == 200
    assert packed["owner"] == people.adviser.ref
    assert [form["url"] for form in packed["forms"]] == [
        "/applicants/new/",
        f"/applications/{unvisited.ref}/field-verification/",
        f"/monitoring/visits/{soon.ref}/do/record/",
    ]
    for form in packed["forms"]:
        assert client.get(form["url"]).status_code == 200


def test_others_take_nothing_along(office, client):
    for role in ("manager", "member1", "maker", "donor", "secretary"):
        assert taken(client, getattr(office.people, role))[0] == 403
        assert client.get("/field/").status_code == 403


def test_the_page_that_stays_on_the_phone_names_nobody(office, client):
    eligible_application(office)
    client.force_login(office.people.adviser)
    page = client.get("/field/").content.decode()
    assert office.people.adviser.name not in page
    assert office.programme.name not in page
    worker = client.get("/field/worker.js")
    assert worker["Content-Type"] == "text/javascript; charset=utf-8"
    assert '"/field/"' in worker.content.decode()
