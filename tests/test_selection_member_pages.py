"""What a member does besides scoring: one confirmation over the names, interests for good, the consent agenda."""

import pytest

from config.desk import queue_for
from programmes.models import AmountBand
from selection.models import Decision, Declaration, Session, StandingInterest, Vote
from selection.services import (
    cast_consent_votes,
    decide_all,
    declare_interests,
    lift_from_consent,
    plan_session,
    send_packet,
)
from tests.office import DAY, loan_office
from tests.steps_applicants import eligible_application, registered_person
from tests.steps_selection import (
    NAMES,
    at,
    committee_of,
    declare_all,
    members_of,
    open_session,
    planned_session,
    sitting_session,
    three,
)

pytestmark = pytest.mark.once


def declared(member):
    return list(
        Declaration.objects.live().filter(member=member).order_by("case__position").values_list("kind", flat=True)
    )


# One confirmation ----------------------------------------------------------------------------------------------------


def test_one_confirmation_declares_the_conflicts_that_were_chosen_and_no_other(office, visit):
    session, member = open_session(office, *three(office)), office.people.member1
    page = visit(member, at(session, "declare"))
    assert [button.text for button in page.all("button", name="what")] == [
        "Confirm: these interests and no other",
        "Record only what I chose",
    ]
    visit(member, at(session, "declare"), {"what": "confirm", "kind_2": "friend", "reason_2": "My neighbour."})
    assert declared(member) == ["none", "friend", "none"]
    page = visit(member, at(session, "declare"))
    assert "You declared: Friend or neighbour" in page.text
    assert [button.text for button in page.all("button", name="what")] == ["Record what I chose"]


def test_after_the_confirmation_the_first_case_to_score_opens(office, client):
    session, member = open_session(office, *three(office)), office.people.member1
    client.force_login(member)
    answer = client.post(at(session, "declare"), {"what": "confirm", "kind_1": "family", "reason_1": "My cousin."})
    assert answer["Location"] == at(session, "cases", "2")


def test_single_interests_can_be_recorded_and_the_rest_stays_open(office, visit):
    session, member = open_session(office, *three(office)), office.people.member1
    visit(member, at(session, "declare"), {"what": "some", "kind_3": "family", "reason_3": "My cousin."})
    assert declared(member) == ["family"]
    page = visit(member, at(session, "declare"), {"what": "some"}, 400)
    assert "Choose an interest in at least one case." in page.text
    assert "2 cases wait for your declaration." in visit(member, at(session)).text


def test_a_form_without_the_word_confirm_declares_nothing(office, visit):
    session, member = open_session(office, *three(office)), office.people.member1
    visit(member, at(session, "declare"), {}, 400)
    visit(member, at(session, "declare"), {"what": "everything"}, 400)
    assert declared(member) == []


# Standing interests --------------------------------------------------------------------------------------------------


def test_a_standing_interest_is_declared_when_the_packet_is_sent_and_shows_on_the_page(office, visit):
    member = office.people.member1
    applications = three(office)
    first = open_session(office, applications[0])
    page = visit(member, "/committee/interests/")
    assert "None stands." in page.text
    options = [option.text for option in page.one("select", name="party").all("option")]
    assert options == ["Choose", "Hasmik Arakelyan"]
    party = applications[0].applicant
    form = {"committee": first.committee_id, "party": party.pk, "kind": "family", "reason": "My sister."}
    visit(member, "/committee/interests/", form)
    interest = StandingInterest.objects.get()
    assert (interest.party, interest.member, interest.kind) == (party, member, "family")
    assert declared(member) == ["family"]
    visit(member, at(first, "cases", "1"), status=404)
    assert "Your standing interest: Family" in visit(member, at(first, "declare")).text
    row = visit(member, "/committee/interests/").one("tbody").text
    assert row.startswith("Hasmik Arakelyan")
    assert "My sister." in row


def test_a_member_chooses_only_among_names_that_they_were_told(office, visit):
    member = office.people.member1
    told, untold = three(office)[:2]
    session = open_session(office, told)
    planned_session(office, untold)
    form = {"committee": session.committee_id, "party": untold.applicant.pk, "kind": "family", "reason": "My cousin."}
    page = visit(member, "/committee/interests/", form, 400)
    assert "Ghazaryan" not in page.text
    assert not StandingInterest.objects.exists()


def test_a_member_ends_the_own_interest_and_nobody_elses(office, visit):
    member, other = office.people.member1, office.people.member2
    session = open_session(office, three(office)[0])
    party = session.cases.get().application.applicant
    visit(
        member,
        "/committee/interests/",
        {"committee": session.committee_id, "party": party.pk, "kind": "family", "reason": "My sister."},
    )
    address = f"/committee/interests/{StandingInterest.objects.get().pk}/end/"
    visit(other, address, status=404)
    visit(other, address, {}, 404)
    assert "Hasmik Arakelyan" not in visit(other, "/committee/interests/").one("main").text.split("Choose")[0]
    visit(member, address)
    assert StandingInterest.objects.get().ends_on is None
    visit(member, address, {})
    assert StandingInterest.objects.get().ends_on == DAY
    visit(member, address, {}, 404)


def test_whoever_sits_on_no_committee_has_no_interests_page(office, visit):
    open_session(office, three(office)[0])
    for stranger in (office.people.adviser, office.people.secretary, office.people.manager, office.people.donor):
        visit(stranger, "/committee/interests/", status=403)


# Consent agenda ------------------------------------------------------------------------------------------------------


@pytest.fixture
def small(lending):
    """A sitting of a loan committee over three small cases that are on the consent agenda, and one that is not."""
    AmountBand.objects.filter(window=lending.window).update(consent=True)
    AmountBand.objects.create(window=lending.window, from_amount=150_000, plan_form="one_page", assessors=0)
    applications = [eligible_application(lending, registered_person(lending, name)) for name in NAMES]
    applications.append(
        eligible_application(lending, registered_person(lending, "Gayane Hovhannisyan"), amount=160_000)
    )
    lending.session = sitting_session(lending, *applications)
    return lending


def votes(member):
    rows = Vote.objects.live().filter(member=member).order_by("case__position")
    return list(rows.values_list("case__position", "choice", "on_consent"))


def submit(page):
    """The hidden fields of the one form that votes for the rest."""
    form = next(form for form in page.all("form") if form.all("input", name="version"))
    return {box["name"]: box["value"] for box in form.all("input", type="hidden")}


def test_one_vote_is_for_all_that_nobody_lifted_out(small, visit):
    session, member = small.session, small.people.member1
    page = visit(member, at(session, "consent"))
    rows = [row.one("th").text for row in page.one("tbody").all("tr")]
    assert [row.split("A milk")[0].strip() for row in rows] == list(NAMES)
    assert "USD 1,200.00" in rows[0].replace("\xa0", " ")
    assert "the adviser is for it" in rows[0]
    assert page.all("button")[-1].text == "Vote for these 3 cases"
    visit(member, at(session, "cases", "2", "do", "lift"), {})
    page = visit(member, at(session, "consent"))
    assert page.all("button")[-1].text == "Vote for these 2 cases"
    visit(member, at(session, "consent"), submit(page))
    assert votes(member) == [(1, "for", True), (3, "for", True)]
    assert "Nothing of the consent agenda waits for your vote." in visit(member, at(session, "consent")).text
    assert [row.one("th").text[0] for row in visit(member, at(session, "vote")).one("tbody").all("tr")] == ["2", "4"]


def test_home_leads_to_the_consent_agenda_and_to_the_single_votes(small):
    items = {str(item.verb_text): item for item in queue_for(small.people.member1)["today"]}
    assert items["Vote on the consent agenda"].url == at(small.session, "consent")
    assert items["Vote on the consent agenda"].why.endswith("3 cases")
    assert items["Vote"].why.endswith("1 of 4 left")


def test_a_vote_over_a_list_that_changed_meanwhile_is_refused(small, visit):
    session, member = small.session, small.people.member1
    stale = submit(visit(member, at(session, "consent"))) | {"version": "0"}
    page = visit(member, at(session, "consent"), stale, 409)
    assert votes(member) == []
    assert page.one("title").text.startswith("Error:")


def test_a_conflicted_member_sees_neither_the_case_nor_its_line(small, visit):
    session, member = small.session, small.people.member1
    case = session.cases.get(position=1)
    declare_interests(session=session, declarations={case.application.ref: ("family", "My sister.")}, on=DAY, by=member)
    page = visit(member, at(session, "consent"))
    assert "Arakelyan" not in page.text
    visit(member, at(session, "cases", "1", "do", "lift"), {}, 404)
    visit(member, at(session, "consent"), submit(page))
    assert [position for position, _choice, _consent in votes(member)] == [2, 3]


def test_the_secretary_reads_the_list_and_votes_for_nothing(small, visit):
    session, secretary = small.session, small.people.secretary
    page = visit(secretary, at(session, "consent"))
    assert "Arakelyan" in page.text
    assert [button for button in page.one("main").all("button") if "Vote" in button.text or "Lift" in button.text] == []
    visit(secretary, at(session, "consent"), {"version": session.version, "key": "x"}, 403)
    assert not Vote.objects.exists()
    visit(secretary, at(session, "cases", "1", "do", "lift"), {}, 404)
    assert "on the consent agenda" in visit(secretary, at(session)).text


def test_a_case_on_the_consent_agenda_offers_the_lift_and_no_single_vote(small, visit):
    session, member = small.session, small.people.member1
    page = visit(member, at(session, "cases", "1"))
    assert page.all("input", name="choice") == []
    assert "On the consent agenda" in page.text
    assert page.all("form", action=at(session, "cases", "1", "do", "lift"))
    assert visit(member, at(session, "cases", "4")).all("input", name="choice")


def test_after_a_lift_everybody_votes_singly_and_the_consent_decides_the_rest(small, visit):
    session = small.session
    case = session.cases.get(position=1)
    lift_from_consent(case=case, on=DAY, by=small.people.member1)
    for member in members_of(small):
        cast_consent_votes(session=session, on=DAY, by=member)
        form = {"choice_1": "for", "choice_4": "for"}
        visit(member, at(session, "vote"), form)
    decide_all(session=session, on=DAY, by=small.people.secretary)
    decided = Decision.objects.live().order_by("case__position").values_list("outcome", "case__position")
    assert list(decided) == [("approve", 1), ("approve", 2), ("approve", 3), ("approve", 4)]


# Days and amounts ----------------------------------------------------------------------------------------------------


def test_the_secretary_plans_a_written_procedure_and_gives_more_time(office, visit):
    people, committee = office.people, committee_of(office)
    form = {
        "committee": committee.pk,
        "call": office.call.pk,
        "procedure": "written",
        "sits_on": "12.03.2026",
        "scores_due_on": "13.03.2026",
    }
    page = visit(people.secretary, "/committee/new/", form, 400)
    assert "Say until when the votes are due." in page.text
    visit(people.secretary, "/committee/new/", form | {"votes_due_on": "20.03.2026"})
    session = Session.objects.get()
    assert session.is_written
    visit(people.secretary, at(session, "add"), {"applications": [three(office)[0].pk]})
    session = send_packet(session=session, on=DAY, by=people.secretary)
    page = visit(people.secretary, at(session))
    assert "Scores are due on 13 March 2026. Written procedure: votes are due on 20 March 2026." in page.text
    assert "Who is here?" not in page.text
    assert "votes are due on 20 March 2026" in visit(people.member1, at(session)).text
    assert "Give more time" not in visit(people.member1, at(session)).text
    visit(people.secretary, at(session, "more-time"), {"votes_due_on": "27.03.2026"}, 400)
    visit(
        people.secretary,
        at(session, "more-time"),
        {"votes_due_on": "27.03.2026", "reason": "Two members are ill."},
    )
    session.refresh_from_db()
    assert (session.votes_due_on.day, session.scores_due_on.day) == (27, 13)
    visit(people.member1, at(session, "more-time"), status=404)
    visit(people.manager, at(session, "more-time"), status=403)


def test_a_session_without_a_last_day_offers_no_more_time(office, visit):
    session = open_session(office, three(office)[0])
    visit(office.people.secretary, at(session, "more-time"), status=404)


def test_a_manager_names_the_amounts_that_a_committee_decides(office, visit):
    committee, people = committee_of(office), office.people
    band = AmountBand.objects.create(window=office.window, from_amount=500_000, plan_form="full")
    other = loan_office("elsewhere")
    address = f"/committee/committees/{committee.pk}/amounts/"
    page = visit(people.manager, address)
    assert [label.text.replace("\xa0", " ") for label in page.all("label", class_="form-check-label")] == [
        "Spring call, Micro: from EUR 0.00",
        "Spring call, Micro: from EUR 5,000.00",
    ]
    visit(people.manager, address, {"bands": [other.window.bands.get().pk]}, 400)
    visit(people.manager, address, {"bands": [band.pk]})
    assert list(committee.bands.all()) == [band]
    shown = visit(people.secretary, f"/committee/committees/{committee.pk}/").text.replace("\xa0", " ")
    assert "Spring call, Micro: from EUR 5,000.00" in shown
    visit(people.secretary, address, status=403)
    visit(people.member1, address, status=404)


def test_scores_are_due_on_a_day_and_the_page_says_so_when_it_is_over(office, visit):
    session = plan_session(
        committee=committee_of(office),
        call=office.call,
        sits_on=DAY,
        scores_due_on=DAY,
        on=DAY,
        by=office.people.secretary,
    )
    visit(office.people.secretary, at(session, "add"), {"applications": [three(office)[0].pk]})
    session = declare_all(office, send_packet(session=session, on=DAY, by=office.people.secretary))
    Session.objects.filter(pk=session.pk).update(scores_due_on="2026-03-11")
    card = {"what": "submit", "score_relevance": "4", "score_feasibility": "3"}
    page = visit(office.people.member1, at(session, "cases", "1"), card, 409)
    assert "The scores were due on 11.03.2026." in page.text
