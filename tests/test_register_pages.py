"""The pages of the register as their users meet them: people, businesses, consents, numbers, groups."""

import json
import re
from datetime import date

import pytest

from applicants.models import (
    Consent,
    Party,
    PartyMember,
    Referral,
)
from applicants.panels import Panel, PanelRow, _panels, register
from applicants.queues import search_for
from applicants.services import (
    confirm_group,
    enrol_party,
    record_identity,
    register_party,
)
from audit.models import Event, Remark
from programmes.models import Role
from programmes.roles import forget
from tests.office import DAY, grant_office, seat
from tests.steps_applicants import draft_application, registered_enterprise, registered_person, trained

# Every page is opened on PostgreSQL in tests/test_urls.py.
pytestmark = pytest.mark.once

ODD = ["Smith & Sons <Ltd>", '=HYPERLINK("x")', "<img src=x onerror=alert(1)>", "Անահիտ Սարգսյան"]


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


# --- registering -----------------------------------------------------------------------------------------------------


def test_eight_answers_and_a_person_is_on_the_register(adviser, office):
    form = page(adviser, "/applicants/new/")
    assert form.count('class="sb-field"') == 8
    assert "We write down your name" in form
    answer = adviser.post("/applicants/new/", typed(office, key=key_of(form)), follow=True)
    assert answer.redirect_chain == [("/applicants/P-000001/", 302)]
    text = answer.content.decode()
    assert "Gayane Hovhannisyan is on the register as P-000001." in text
    assert '<span class="sb-script" lang="hy">Գայանե Հովհաննիսյան</span>' in text
    person = Party.objects.get()
    assert (person.sex, person.birth_year, person.village, person.script_language) == (
        "female",
        1984,
        office.village,
        "hy",
    )
    assert (Consent.objects.get().means, Referral.objects.get().party) == ("witness", person)


def test_the_form_says_what_is_missing_and_keeps_what_was_typed(adviser, office):
    answer = adviser.post(
        "/applicants/new/", typed(office, name="", birth_year="84 or so", phone="93 00", consent="", village="")
    )
    assert answer.status_code == 400
    text = answer.content.decode()
    assert "<title>Error:" in text
    for sentence in (
        "Enter the name.",
        "Enter the year of birth in four figures, for example 1984.",
        "Choose the town or village.",
        "Say whether the person agreed to be registered.",
    ):
        assert text.count(sentence) >= 2
    assert "Գայանե Հովհաննիսյան" in text
    assert Party.objects.count() == 0


def test_a_wrong_phone_is_said_at_the_phone(adviser, office):
    answer = adviser.post("/applicants/new/", typed(office, phone="93 00"))
    assert answer.status_code == 400
    assert '<a href="#id_phone">The phone number has 4 digits and needs 6 to 15.</a>' in answer.content.decode()


def test_without_consent_nobody_is_registered(adviser, office):
    answer = adviser.post("/applicants/new/", typed(office, consent="no"))
    assert answer.status_code == 400
    assert "Without consent nobody is registered" in answer.content.decode()
    assert Party.objects.count() == 0


def test_somebody_known_is_shown_with_a_link_and_one_can_go_on(adviser, office):
    registered_person(office, "Гаяне Оганесян")
    assert 'type="checkbox" name="another"' not in page(adviser, "/applicants/new/")
    answer = adviser.post("/applicants/new/", typed(office))
    text = answer.content.decode()
    assert answer.status_code == 409
    assert '<a href="/applicants/P-000001/">P-000001</a> Гаяне Оганесян' in text
    assert 'type="checkbox" name="another"' in text
    answer = adviser.post("/applicants/new/", typed(office, another="on"))
    assert answer.url == "/applicants/P-000002/"


@pytest.mark.parametrize("where", ["region", "confidential"])
def test_somebody_out_of_view_is_a_hold_without_link_name_or_way_on(adviser, office, where):
    if where == "region":
        other = registered_person(
            office, "Gayane Hovhannisyan", region=office.other_region, village=None, by=office.people.manager
        )
    else:
        other = registered_person(grant_office("quiet", confidential=True), "Gayane Hovhannisyan")
    for another in ({}, {"another": "on"}):
        answer = adviser.post("/applicants/new/", typed(office, **another))
        text = answer.content.decode()
        assert answer.status_code == 409
        assert "Hold: ask the data protection person of your programme" in text
        assert other.ref not in text
        assert "Programme quiet" not in text
        assert 'type="checkbox" name="another"' not in text
    assert Party.objects.count() == 1


def test_the_same_form_twice_registers_once(adviser, office):
    first = adviser.post("/applicants/new/", typed(office))
    second = adviser.post("/applicants/new/", typed(office))
    assert first.url == second.url == "/applicants/P-000001/"
    assert Party.objects.count() == 1


def test_roles_that_do_not_register_are_told_so(enter, office):
    for user in (office.people.field_agent, office.people.monitor, office.people.maker, office.people.member1):
        answer = enter(user).get("/applicants/new/")
        assert answer.status_code == 403
        assert enter(user).post("/applicants/new/", typed(office)).status_code == 403
    assert Party.objects.count() == 0


def test_a_business_is_registered_with_its_manager(adviser, office):
    woman = registered_person(office)
    form = page(adviser, "/applicants/new/enterprise/")
    answer = adviser.post(
        "/applicants/new/enterprise/",
        {
            "name": "Lori Cheese",
            "village": office.village.pk,
            "sector": "cheese",
            "manager": woman.pk,
            "started_on": "01.05.2021",
            "key": key_of(form),
        },
    )
    assert answer.url == "/applicants/E-000001/"
    dairy = Party.objects.get(ref="E-000001")
    assert (dairy.manager, dairy.manager_sex, dairy.started_on) == (woman, "female", date(2021, 5, 1))
    text = page(adviser, "/applicants/E-000001/")
    assert '<a href="/applicants/P-000001/">Anahit Sargsyan</a>' in text
    assert "Lori Cheese" in page(adviser, "/applicants/P-000001/")
    page(adviser, "/applicants/new/castle/", status=404)


# --- the list and the page -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ODD)
def test_a_name_is_whole_and_inert_on_every_page_and_in_every_file(adviser, office, name):
    person = registered_person(office, name)
    escaped = name.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")
    for url in ("/applicants/", f"/applicants/{person.ref}/", f"/applicants/{person.ref}/edit/"):
        text = page(adviser, url)
        assert escaped in text
        assert "<img src=x" not in text
    rows = json.loads(b"".join(adviser.get("/applicants/?format=json").streaming_content))["rows"]
    assert rows[0]["name"] == name
    csv = b"".join(adviser.get("/applicants/?format=csv").streaming_content).decode("utf-8-sig")
    inert = f"'{name}" if name.startswith("=") else name
    assert inert.replace('"', '""') in csv


def test_the_list_is_filtered_and_asks_the_same_few_questions_however_long_it_is(
    adviser, office, django_assert_max_num_queries
):
    for number in range(60):
        registered_person(office, f"Person {number:03d} Test", sex="male" if number % 2 else "female")
    registered_enterprise(office, "Lori Cheese")
    text = page(adviser, "/applicants/?kind=enterprise")
    assert "Lori Cheese" in text
    assert "Person 001" not in text
    assert "30 people and businesses" in page(adviser, "/applicants/?kind=person&sex=male")
    assert "Person 007 Test" in page(adviser, "/applicants/?q=Person 007")
    assert "Lori Cheese" in page(adviser, f"/applicants/?village={office.village.pk}&region={office.region.pk}")
    with django_assert_max_num_queries(14):
        adviser.get("/applicants/")


def test_the_list_is_narrowed_to_the_programme_in_the_top_bar(enter, office):
    second = grant_office("autumn")
    registered_person(office, "Spring Person")
    registered_person(second, "Autumn Person")
    seat(office.people.adviser, second.programme, Role.ADVISER, region=second.region)
    client = enter(office.people.adviser)
    assert "Autumn Person" in page(client, "/applicants/")
    client.post("/programme/", {"programme": "spring"})
    text = page(client, "/applicants/")
    assert "Spring Person" in text
    assert "Autumn Person" not in text


def test_a_party_page_shows_what_is_known_and_what_can_be_begun(adviser, office):
    case = draft_application(office)
    person = case.applicant
    trained(office, person)
    home = register_party(
        kind="household",
        name="Sargsyan household",
        programme=office.programme,
        region=office.region,
        on=DAY,
        by=office.people.adviser,
    )
    adviser.post(f"/applicants/{home.ref}/members/new/", {"person": person.pk, "role": "head", "share_pct": "60"})
    text = page(adviser, f"/applicants/{person.ref}/")
    for words in (
        case.ref,
        "Small business, the first steps",
        "Completed",
        "Sargsyan household",
        "60.00%",
        "Keeping and using the data for the programme",
        "Put on the register",
        "Programme spring, Lori",
        f"/applications/new/?party={person.ref}",
    ):
        assert words in text
    text = page(adviser, f"/applicants/{home.ref}/")
    assert "Head of household" in text
    member = PartyMember.objects.get()
    adviser.post(f"/applicants/{home.ref}/members/{member.pk}/end/", {"reason": "She married."})
    assert "Sargsyan household" not in page(adviser, f"/applicants/{person.ref}/")


def test_another_programmes_people_and_their_pages_are_not_there(enter, office):
    hidden = grant_office("quiet", confidential=True)
    person = registered_person(hidden, "Nino Beridze")
    paths = ("", "edit/", "enrol/", "consents/new/", "numbers/new/", "files/new/", "groups/quiet/", "members/new/")
    for user in vars(office.people).values():
        client = enter(user)
        for path in paths:
            assert client.get(f"/applicants/{person.ref}/{path}").status_code in (302, 404), path
            assert client.post(f"/applicants/{person.ref}/{path}", {}).status_code in (302, 404, 405), path
        assert search_for(user, "Nino") == []
        assert search_for(user, person.ref) == []


def test_a_person_of_two_programmes_shows_nothing_of_the_confidential_one(adviser, office):
    hidden = grant_office("quiet", confidential=True)
    person = registered_person(hidden, "Nino Beridze")
    trained(hidden, person)
    enrol_party(
        party=person,
        programme=office.programme,
        region=office.region,
        adviser=office.people.adviser,
        on=DAY,
        by=office.people.manager,
    )
    text = page(adviser, f"/applicants/{person.ref}/")
    assert "Nino Beridze" in text
    for trace in ("Programme quiet", "Small business", "Put on the register", "Completed", "Keeping and using"):
        assert trace not in text
    assert "Not recorded" in text
    assert "Added to the programme" in text


def test_members_outside_the_area_are_counted_and_not_named(enter, office):
    group = register_party(
        kind="group",
        name="Berry growers",
        programme=office.programme,
        region=office.region,
        on=DAY,
        by=office.people.manager,
    )
    far = registered_person(office, "Far Person", region=office.other_region, village=None, by=office.people.manager)
    client = enter(office.people.manager)
    client.post(f"/applicants/{group.ref}/members/new/", {"person": far.pk, "role": "member"})
    assert "Far Person" in page(client, f"/applicants/{group.ref}/")
    text = page(enter(office.people.adviser), f"/applicants/{group.ref}/")
    assert "Far Person" not in text
    assert "1 more person outside your area." in text


def test_an_edit_of_an_old_page_says_that_somebody_was_faster(adviser, office):
    person = registered_person(office)
    url = f"/applicants/{person.ref}/edit/"
    page(adviser, url)
    facts = {
        "name": "Anahit Sargsyan",
        "birth_year": "1984",
        "sex": "female",
        "village": office.village.pk,
        "phone": "093 11 22 33",
        "version": 1,
    }
    assert adviser.post(url, facts).url == f"/applicants/{person.ref}/"
    answer = adviser.post(url, {**facts, "phone": "093 44 55 66"})
    assert answer.status_code == 409
    assert "Somebody changed this record" in answer.content.decode()
    assert Party.objects.get().phone == "093 11 22 33"


def test_panels_of_other_apps_are_shown_to_those_who_may(adviser, office):
    person = registered_person(office)
    seen = Panel(
        "party", "Harvest", rows=lambda user, row: [PanelRow("Berries", url="/x/", why="12 kg", figure="EUR 3.00")]
    )
    unseen = Panel("party", "Secret", rows=lambda user, row: [PanelRow("x")], permission=lambda user, row: False)
    empty = Panel("party", "Empty", rows=lambda user, row: [])
    try:
        for panel in (seen, unseen, empty):
            register(panel)
        text = page(adviser, f"/applicants/{person.ref}/")
    finally:
        for panel in (seen, unseen, empty):
            _panels.remove(panel)
    assert '<a href="/x/">Berries</a>' in text
    assert "EUR 3.00" in text
    assert "Secret" not in text
    assert "Empty" not in text


# --- consent, numbers, groups ----------------------------------------------------------------------------------------


def test_a_consent_is_recorded_and_taken_back(adviser, office):
    person = registered_person(office)
    answer = adviser.post(
        f"/applicants/{person.ref}/consents/new/",
        {"programme": office.programme.pk, "purpose": "photo", "means": "paper", "on": "11.03.2026"},
    )
    assert answer.status_code == 302
    photo = Consent.objects.get(purpose="photo")
    assert photo.given_on == date(2026, 3, 11)
    url = f"/applicants/{person.ref}/consents/{photo.pk}/withdraw/"
    assert adviser.post(url, {"reason": ""}).status_code == 400
    assert adviser.post(url, {"reason": "She changed her mind."}).status_code == 302
    assert "Withdrawn on 12 March 2026" in page(adviser, f"/applicants/{person.ref}/")
    assert adviser.post(url, {"reason": "Again."}).status_code == 404


def test_a_number_is_never_on_the_page_and_read_only_with_a_reason(enter, office):
    person = registered_person(office)
    client = enter(office.people.adviser)
    client.post(f"/applicants/{person.ref}/numbers/new/", {"kind": "passport", "number": "AN0123456"})
    text = page(client, f"/applicants/{person.ref}/")
    assert "Seen, number stored" in text
    assert "AN0123456" not in text
    identity = person.identities.get()
    url = f"/applicants/{person.ref}/numbers/{identity.pk}/"
    assert "AN0123456" not in page(client, url)
    answer = client.post(url, {"reason": ""})
    assert answer.status_code == 400
    assert "AN0123456" not in answer.content.decode()
    answer = client.post(url, {"reason": "The bank asks for it."})
    assert "AN0123456" in answer.content.decode()
    assert "no-store" in answer["Cache-Control"]
    assert Event.objects.filter(kind="identity.read").count() == 1
    assert Remark.objects.filter(text="The bank asks for it.").count() == 1


def test_those_who_watch_or_visit_never_meet_a_number(enter, office):
    person = registered_person(office)
    identity = record_identity(party=person, kind="passport", number="AN0123456", on=DAY, by=office.people.adviser)
    agent = office.people.field_agent
    agent.memberships.get().villages.add(office.village)
    forget(agent)
    for user in (office.people.monitor, agent):
        client = enter(user)
        text = page(client, f"/applicants/{person.ref}/")
        assert "Identity" not in text
        assert "number stored" not in text
        for path in ("numbers/new/", f"numbers/{identity.pk}/"):
            assert client.get(f"/applicants/{person.ref}/{path}").status_code == 403
            assert client.post(f"/applicants/{person.ref}/{path}", {"reason": "x"}).status_code == 403
    assert not Event.objects.filter(kind="identity.read").exists()


def test_target_groups_are_confirmed_closed_and_read_on_the_record(enter, office):
    person = registered_person(office)
    client = enter(office.people.adviser)
    url = f"/applicants/{person.ref}/groups/spring/"
    client.post(f"{url}new/", {"group": office.group.pk, "detail": "certificate of 2024"})
    text = page(client, f"/applicants/{person.ref}/")
    assert "Returnees" not in text
    assert "certificate" not in text
    assert "Returnees" in client.post(url, {"reason": "For the quota."}).content.decode()
    assert Event.objects.filter(kind="group.read").count() == 1
    confirm_group(party=person, programme=office.programme, group=office.group, on=DAY, by=office.people.adviser)
    for user in (office.people.monitor, office.people.secretary, office.people.maker):
        client = enter(user)
        assert "Target groups" not in page(client, f"/applicants/{person.ref}/")
        assert client.post(url, {"reason": "Curious."}).status_code == 403
