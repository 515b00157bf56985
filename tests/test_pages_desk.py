"""The desk: each role lands on its own queue, sees at most six places that exist, finds only what it may see."""

from datetime import date

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from config import desk
from pages.queues import AGENDA, LATER, Hit, QueueItem
from programmes.models import Role
from tests.markup import read
from tests.office import grant_office

pytestmark = [pytest.mark.django_db, pytest.mark.in_turn]


class Offer:
    """Stands for an app's `queues` module."""

    def __init__(self, items=(), hits=()):
        self.items, self.hits = items, hits

    def queue_for(self, user):
        return self.items

    def search_for(self, user, text):
        return self.hits


@pytest.fixture
def offers(monkeypatch):
    def offer(*modules):
        monkeypatch.setattr(desk, "offers", lambda: list(modules))

    return offer


def test_home_lists_what_waits_with_what_is_due_first(office, client, offers):
    late = QueueItem("Pay", "Gor", "/a/", "late", "Due today", due=date(2026, 3, 12))
    early = QueueItem("Finish <b>it</b>", "Ani & Co", "/b/", "start", "Draft", due=date(2026, 3, 1))
    some_day = QueueItem("Read", "Sona", "/c/")
    week = QueueItem("Hand over", "11 people", "/d/", section=LATER, due=date(2026, 3, 20))
    visit = QueueItem("Satenik", "six-month visit", "/e/", section=AGENDA, due=date(2026, 3, 12), state_text="10:30")
    offers(Offer([some_day, late, week]), Offer([early, visit]))
    client.force_login(office.people.adviser)
    page = read(client.get("/"))
    assert page.one("h1").text == "What waits for you today"
    assert page.one("span", class_="sb-count--mine").text == "3"
    assert page.one("p", class_="sb-ref").text == "Thursday, 12 March 2026"
    today, later = page.all("ul", class_="sb-tasks")
    assert [link.text for link in today.all("a")] == ["Finish <b>it</b>", "Pay", "Read"]
    assert [tag.text for tag in today.all("span", class_="sb-tag")] == ["Draft", "Due today"]
    assert [link.text for link in later.all("a")] == ["Hand over"]
    assert page.one("li", class_="is-now").one("p", class_="sb-timeline__when").text == "12 March 2026 · 10:30"


def test_an_empty_queue_says_so(office, client, offers):
    offers()
    client.force_login(office.people.maker)
    assert "Nothing waits for you" in read(client.get("/")).one("div", class_="sb-empty").text


def test_a_queue_item_with_a_shape_or_section_that_does_not_exist_is_a_fault_of_the_app():
    with pytest.raises(ValueError, match="shape"):
        QueueItem("Pay", "Gor", "/a/", "purple")
    with pytest.raises(ValueError, match="section"):
        QueueItem("Pay", "Gor", "/a/", section="someday")


@pytest.mark.parametrize("role", Role.values)
def test_no_role_has_more_than_six_places_and_each_leads_somewhere(role, client, office):
    found = desk.places({role}, "/")
    assert len(found) <= desk.MOST_PLACES
    assert len({place.url for place in found}) == len(found)
    for place in found:
        assert desk.address(place.url) == place.url


def test_roles_together_give_six_places_at_most(office):
    assert len(desk.places(set(Role.values), "/")) <= 6


def test_the_place_one_is_in_is_marked_also_below_it(monkeypatch):
    monkeypatch.setattr(
        desk, "address", lambda *names: {"desk:home": "/", "accounts:users": "/users/"}.get(names[0], "")
    )
    places = desk.places({Role.ADMINISTRATOR}, "/users/7/")
    assert [(place.url, place.current) for place in places] == [("/", False), ("/users/", True)]
    assert [place.current for place in desk.places({Role.ADMINISTRATOR}, "/")] == [True, False]


def test_advisers_and_field_agents_get_the_bar_at_the_thumb_and_finance_does_not(office, client):
    for user, bar in ((office.people.adviser, True), (office.people.field_agent, True), (office.people.maker, False)):
        client.force_login(user)
        page = read(client.get("/"))
        assert bool(page.all("nav", class_="sb-nav--bar")) is bar
        assert ("sb-has-bar" in (page.one("body").get("class") or "")) is bar


def test_search_shows_what_the_apps_answer_and_stops_at_twenty(office, client, offers):
    hits = [Hit("Գայանե <b>", "/p/1/", "Person")] + [(f"P-{n}", "Person", f"/p/{n}/") for n in range(30)]
    offers(Offer(hits=hits))
    client.force_login(office.people.adviser)
    page = read(client.get("/search/", {"q": "ga"}))
    links = page.one("ul", class_="sb-tasks").all("a")
    assert len(links) == 20
    assert (links[0].text, links[0]["href"]) == ("Գայանե <b>", "/p/1/")
    assert "20 answers for “ga”" in page.one("p", role="status").text


def test_one_letter_is_no_search_and_what_was_typed_is_no_markup(office, client, offers):
    offers(Offer(hits=[Hit("x", "/x/")]))
    client.force_login(office.people.adviser)
    assert read(client.get("/search/", {"q": "g"})).all("ul", class_="sb-tasks") == []
    assert b"<img" not in client.get("/search/", {"q": '"><img src=x>'}).content


def test_the_programme_switch_offers_only_ones_own_and_keeps_the_choice(office, client):
    other = grant_office("harvest")
    hidden = grant_office("hidden", confidential=True)
    user = office.people.adviser
    other.people.adviser.memberships.update(user=user)
    client.force_login(user)
    page = read(client.get("/"))
    buttons = page.one("details", class_="sb-menu--programme").all("button")
    assert [button["value"] for button in buttons] == ["", "harvest", "spring"]
    assert hidden.programme.name not in page.text
    response = client.post("/programme/", {"programme": "harvest", "next": "/search/?q=ani"})
    assert response["Location"] == "/search/?q=ani"
    assert read(client.get("/")).one("span", class_="sb-menu__label").text == "Programme harvest"
    client.post("/programme/", {"programme": "hidden"})
    assert read(client.get("/")).one("span", class_="sb-menu__label").text == "All my programmes"


def test_an_address_may_say_its_programme_but_only_one_of_ones_own_and_the_choice_stays(office, client):
    other = grant_office("harvest")
    hidden = grant_office("hidden", confidential=True)
    user = office.people.adviser
    other.people.adviser.memberships.update(user=user)
    client.force_login(user)
    client.post("/programme/", {"programme": "harvest"})
    page = read(client.get("/applications/?programme=spring"))
    assert page.one("span", class_="sb-menu__label").text == "Programme spring"
    kept = page.one("form", role="search", hx_get="/applications/").one("input", name="programme")
    assert (kept["type"], kept["value"]) == ("hidden", "spring")
    for foreign in ("hidden", "nonsense", ""):
        page = read(client.get("/applications/", {"programme": foreign}))
        assert page.one("span", class_="sb-menu__label").text == "Programme harvest"
        assert hidden.programme.name not in page.text
    people = read(client.get("/applicants/?programme=spring"))
    assert [one.tag for one in people.all(name="programme") if one.tag != "button"] == ["select"]


def test_the_programme_switch_sends_nobody_to_another_site(office, client):
    client.force_login(office.people.adviser)
    assert client.post("/programme/", {"next": "https://evil.test/"})["Location"] == "/"
    assert client.get("/programme/").status_code == 405


def test_an_administrator_searches_for_no_people(office, client):
    client.force_login(office.people.administrator)
    assert read(client.get("/")).all("form", class_="sb-search") == []


def test_healthz_answers_everybody_and_tells_nothing(client):
    assert client.get("/healthz").json() == {"status": "ok"}


def test_every_page_but_the_open_ones_asks_for_a_sign_in(client):
    for path in ("/", "/search/?q=x", "/users/", "/accounts/preferences/"):
        response = client.get(path)
        assert (response.status_code, response["Location"].startswith("/accounts/login/")) == (302, True), path


def test_the_frame_of_a_page_costs_few_queries(office, client, offers):
    offers()
    client.force_login(office.people.adviser)
    client.get("/")
    with CaptureQueriesContext(connection) as queries:
        client.get("/")
    # session, user, memberships and their villages, delegations, programmes
    assert len(queries) <= 6


def test_pages_of_a_signed_in_person_are_kept_by_no_cache_and_carry_the_policy(office, client):
    client.force_login(office.people.adviser)
    response = client.get("/")
    assert response["Cache-Control"] == "no-store"
    assert "script-src 'self'" in response["Content-Security-Policy"]
    assert "unsafe" not in response["Content-Security-Policy"]
    assert response["X-Frame-Options"] == "DENY"
    assert "microphone=()" in response["Permissions-Policy"]
    # htmx would keep copies of pages in the browser's storage, beyond the sign-out.
    assert '"historyCacheSize":0' in read(response).one("meta", name="htmx-config")["content"]


def test_the_page_that_is_not_here_is_friendly_and_says_nothing_of_what_it_was(office, client):
    client.force_login(office.people.adviser)
    response = client.get("/applications/A-2026-99999/")
    assert response.status_code == 404
    assert read(response).one("h1").text == "This page is not here"


def test_a_form_without_its_token_is_told_to_open_the_page_again(office):
    from_outside = Client(enforce_csrf_checks=True)
    from_outside.force_login(office.people.adviser)
    response = from_outside.post("/programme/", {})
    assert response.status_code == 403
    assert read(response).one("h1").text == "This form is too old"


def test_the_demo_says_on_every_page_that_it_is_one(client, settings):
    assert read(client.get("/accounts/login/")).all("aside", class_="sb-demo") == []
    settings.DEMO = True
    assert "second step" in read(client.get("/accounts/login/")).one("aside", class_="sb-demo").text
