"""Moves: GET shows what will happen and changes nothing; POST does it once, or says what is missing."""

import uuid

import pytest
from django.http import Http404
from django.template import Context, Template
from django.template.loader import render_to_string
from django.test import RequestFactory

from audit.models import Event
from audit.moves import advance
from audit.refusals import Blocked, NotAllowed
from audit.services import service
from pages.moves import ReasonedMoveForm, move_page
from programmes.clock import today
from selection.services import send_packet
from tests.markup import read
from tests.steps_applicants import eligible_application
from tests.steps_selection import planned_session

pytestmark = pytest.mark.django_db


@service
def reopen_for_test(*, session, reason, on, by, version=None, key=None):
    """A move with a reason and a key, on a machine of the product."""
    return advance(session, "reopen", by=by, on=on, version=version, reason=reason)


def asked(office, session, verb="send_packet", user=None, data=None, **given):
    factory = RequestFactory()
    request = factory.get("/") if data is None else factory.post("/", data)
    request.user = user or office.people.secretary
    request._messages = Kept()
    given = {"service": send_packet, "on": today(office.programme), "back": "/committee/S-1/", **given}
    response = move_page(request, session, verb, **given)
    return response, request._messages


class Kept(list):
    def add(self, level, message, extra_tags=""):
        self.append(str(message))


@pytest.fixture
def session(office):
    return planned_session(office, eligible_application(office))


def data_for(session, **more):
    return {"version": session.version, "key": str(uuid.uuid4()), **more}


def test_opening_the_page_changes_nothing_and_shows_what_is_met(office, session):
    events = Event.objects.count()
    response, _said = asked(office, session)
    page = read(response)
    assert response.status_code == 200
    assert page.one("h1").text == "Send the packet"
    assert len(page.all("span", class_="sb-mark--yes")) == 2
    assert page.one("button", class_="btn-primary").text == "Send the packet"
    assert page.one("input", name="version")["value"] == str(session.version)
    session.refresh_from_db()
    assert (session.state, Event.objects.count()) == ("planned", events)


def test_confirming_makes_the_move_and_says_so(office, session):
    response, said = asked(office, session, data=data_for(session))
    assert (response.status_code, response["Location"]) == (302, "/committee/S-1/")
    assert said == [f"{session.ref}: Send the packet. Done."]
    session.refresh_from_db()
    assert session.state == "open"


def test_a_missing_fact_is_told_on_opening_without_a_button_and_refused_with_409(office):
    session = planned_session(office)
    response, _said = asked(office, session)
    page = read(response)
    assert response.status_code == 200
    assert len(page.all("span", class_="sb-mark--no")) == 1
    assert page.all("button", class_="btn-primary") == []
    response, said = asked(office, session, data=data_for(session))
    assert (response.status_code, said) == (409, [])
    assert read(response).one("div", class_="sb-errors").all("span", class_="sb-mark--no") != []
    session.refresh_from_db()
    assert session.state == "planned"


def test_a_page_that_is_older_than_the_record_is_stale(office, session):
    response, said = asked(office, session, data=data_for(session, version=session.version - 1))
    assert (response.status_code, said) == (409, [])
    assert "Somebody changed this record" in response.content.decode()


def test_a_state_that_does_not_allow_the_verb_is_blocked_even_to_look_at(office, session):
    with pytest.raises(Blocked, match="Planned"):
        asked(office, session, "close")


def test_another_persons_move_is_theirs(office, session):
    with pytest.raises(NotAllowed):
        asked(office, session, user=office.people.adviser)


@pytest.mark.parametrize("verb", ["nonsense", "save", "delete", "open_review", "approve", "_do_update"])
def test_a_verb_that_the_machine_does_not_offer_has_no_page(office, session, verb):
    row = session.cases.get().application if verb in ("open_review", "approve") else session
    with pytest.raises(Http404):
        asked(office, row, verb)


def test_a_reason_is_asked_where_it_is_due(office, session):
    session.__dict__["state"] = "closed"
    type(session).objects.filter(pk=session.pk).update(
        rules_hash="x", minutes_hash="x", closed_on=today(office.programme)
    )
    type(session).objects.filter(pk=session.pk).update(state="closed")
    session.refresh_from_db()
    form = {"service": reopen_for_test, "form_class": ReasonedMoveForm}
    response, _said = asked(office, session, "reopen", data=data_for(session), **form)
    assert response.status_code == 400
    assert read(response).one("p", id="id_reason_error").text == "Error: Say why."
    response, _said = asked(office, session, "reopen", data=data_for(session, reason="A vote was misread."), **form)
    assert response.status_code == 302


def test_the_doors_of_a_record_are_links_and_blocked_ones_say_why(office):
    session = planned_session(office)
    request = RequestFactory().get("/")
    request.user = office.people.secretary
    template = Template('{% load seedbed %}{% state_tag row %}{% doors row on base="/committee/S-1/" %}')

    def shown(row):
        return read(template.render(Context({"request": request, "row": row, "on": today(office.programme)})))

    page = shown(session)
    assert page.one("span", class_="sb-tag--start").text == "Planned"
    assert page.one("div", class_="sb-blocked").one("h3").text == "Send the packet"
    assert page.one("div", class_="sb-blocked").one("p").text == "Not possible yet. One of 2 is missing."
    only = {"label": "Send", "facts": [(False, "No case is on the agenda.")], "missing": 1}
    alone = read(render_to_string("parts/doors.html", {"blocked": [only]}))
    assert alone.one("div", class_="sb-blocked").one("p").text == "Not possible yet. This is missing:"
    session = planned_session(office, eligible_application(office))
    link = shown(session).one("a", class_="btn-primary")
    assert (link["href"], link.text) == ("/committee/S-1/do/send_packet/", "Send the packet")
    request.user = office.people.adviser
    assert shown(session).all("a") == []
