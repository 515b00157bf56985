"""Interests that a member holds for good: every case of the party, and of the people around it, is a conflict."""

import pytest

from applicants.services import add_member, end_member, register_party
from audit.models import Event, Remark
from audit.refusals import Blocked, Invalid, NotAllowed
from programmes.clock import standing_at
from selection.checks import checks
from selection.models import Case, Decision, Declaration, StandingInterest, Vote
from selection.services import (
    cast_vote,
    confirm_interests,
    decide_case,
    declare_interests,
    declare_standing_interest,
    end_standing_interest,
    send_packet,
)
from tests.office import DAY, loan_office
from tests.steps_applicants import eligible_application, registered_enterprise, registered_person
from tests.steps_selection import closed_session, committee_of, open_session, planned_session, sitting_session, vote_all

pytestmark = pytest.mark.in_turn


def stands(office, party, member=None, on=DAY):
    return declare_standing_interest(
        committee=committee_of(office),
        party=party,
        kind="business",
        reason="I rent him the shop.",
        on=on,
        by=member or office.people.member1,
    )


def conflicts_of(member):
    rows = Declaration.objects.live().filter(member=member).exclude(kind="none")
    return list(rows.order_by("case__position").values_list("case__application__ref", flat=True))


def the_applicant(office, person):
    return person, None


def her_business(office, person):
    return registered_enterprise(office, "Lake Cheese", manager=person), "business"


def who_runs_her_business(office, person):
    manager = registered_person(office, "Tigran Petrosyan")
    return manager, registered_enterprise(office, "Lake Cheese", manager=manager)


def who_owns_her_business(office, person):
    owner = registered_person(office, "Tigran Petrosyan")
    business = registered_enterprise(office, "Lake Cheese", manager=person)
    add_member(party=business, person=owner, role="owner", on=DAY, by=office.people.adviser)
    return owner, business


def who_shares_her_household(office, person):
    household = register_party(
        kind="household",
        name="Sargsyan family",
        programme=office.programme,
        region=office.region,
        on=DAY,
        by=office.people.adviser,
    )
    brother = registered_person(office, "Hayk Sargsyan", birth_year=1980)
    for one in (person, brother):
        add_member(party=household, person=one, role="member", on=DAY, by=office.people.adviser)
    return brother, None


@pytest.mark.parametrize(
    "around", [the_applicant, her_business, who_runs_her_business, who_owns_her_business, who_shares_her_household]
)
def test_a_standing_interest_reaches_the_applicant_and_those_around(office, around):
    person = registered_person(office)
    party, business = around(office, person)
    business = party if business == "business" else business
    application = eligible_application(office, person, business=business)
    stands(office, party)
    session = open_session(office, application, eligible_application(office))
    declaration = Declaration.objects.get()
    assert (declaration.case.application, declaration.member) == (application, office.people.member1)
    assert (declaration.kind, declaration.late, declaration.reason) == ("business", False, "I rent him the shop.")
    assert declaration.standing == StandingInterest.objects.get()
    confirm_interests(session=session, on=DAY, by=office.people.member1)
    assert conflicts_of(office.people.member1) == [application.ref]


def test_who_left_the_household_before_is_nobody_around(office):
    person = registered_person(office)
    brother, _business = who_shares_her_household(office, person)
    end_member(member=brother.member_of.get(), on=DAY, by=office.people.adviser)
    stands(office, brother)
    later = DAY.replace(day=13)
    with standing_at(later):
        session = planned_session(office, eligible_application(office, person, on=later))
        send_packet(session=session, on=later, by=office.people.secretary)
    assert not Declaration.objects.exists()


def test_one_confirmation_over_the_names_declares_every_case(office):
    known, other, free = (eligible_application(office) for _time in range(3))
    stands(office, known.applicant)
    session = open_session(office, known, other, free)
    member = office.people.member1
    confirm_interests(session=session, additional={other.ref: ("friend", "We share a fence.")}, on=DAY, by=member)
    declared = Declaration.objects.live().filter(member=member).order_by("case__position")
    assert list(declared.values_list("kind", flat=True)) == ["business", "friend", "none"]
    assert [row.application for row in Case.objects.readable_by(member)] == [free]
    confirm_interests(session=session, on=DAY, by=member)
    assert Declaration.objects.filter(member=member).count() == 3
    confirm_interests(session=session, on=DAY, by=office.people.member2)
    assert conflicts_of(office.people.member2) == []
    with pytest.raises(Invalid, match="A-1999-00001 is not on the agenda"):
        confirm_interests(session=session, additional={"A-1999-00001": ("friend", "x")}, on=DAY, by=member)
    with pytest.raises(Invalid, match="Say what interest"):
        confirm_interests(session=session, additional={free.ref: ("friend", " ")}, on=DAY, by=office.people.member3)
    with pytest.raises(NotAllowed):
        confirm_interests(session=session, on=DAY, by=office.people.secretary)


def test_a_standing_interest_is_not_declared_away(office):
    application = eligible_application(office)
    session = open_session(office, application)
    StandingInterest.objects.create(
        committee=session.committee,
        member=office.people.member1,
        party=application.applicant,
        kind="friend",
        reason="x",
        starts_on=DAY,
    )
    with pytest.raises(Invalid, match=rf"about {application.ref} \(Friend or neighbour\): declare it"):
        declare_interests(
            session=session, declarations={application.ref: ("none", "")}, on=DAY, by=office.people.member1
        )
    confirm_interests(session=session, on=DAY, by=office.people.member1)
    assert conflicts_of(office.people.member1) == [application.ref]


def test_a_standing_interest_declared_during_the_sitting_is_a_late_declaration(office):
    application, other = eligible_application(office), eligible_application(office)
    session = vote_all(office, sitting_session(office, application, other))
    case, people = session.cases.first(), office.people
    decide_case(case=case, on=DAY, by=people.secretary)
    stands(office, application.applicant)
    declaration = Declaration.objects.live().get(member=people.member1, case=case)
    assert (declaration.late, declaration.kind) == (True, "business")
    assert not Vote.objects.live().filter(case=case, member=people.member1).exists()
    assert Vote.objects.live().filter(member=people.member1).get().case.application == other
    assert Decision.objects.get().undone_by == "interest"
    with pytest.raises(NotAllowed, match="take no part"):
        cast_vote(case=case, choice="for", on=DAY, by=people.member1)
    again = decide_case(case=case, on=DAY, by=people.secretary)
    assert (again.tally["voted"], again.tally["unconflicted"]) == (2, 2)
    assert list(checks()) == []


def test_what_is_closed_keeps_its_decision_when_an_interest_is_declared_later(office):
    application = eligible_application(office)
    closed_session(office, application)
    stands(office, application.applicant)
    assert Decision.objects.live().get().outcome == "approve"
    assert conflicts_of(office.people.member1) == []


def test_an_interest_is_the_members_own_and_says_what_it_is(office):
    person, people, committee = registered_person(office), office.people, committee_of(office)
    given = {"committee": committee, "party": person, "on": DAY}
    for stranger in (people.secretary, people.adviser, loan_office("elsewhere").people.member1):
        with pytest.raises(NotAllowed, match="hold a seat"):
            declare_standing_interest(**given, kind="family", reason="A cousin.", by=stranger)
    with pytest.raises(Invalid, match="Choose what interest"):
        declare_standing_interest(**given, kind="cousin", reason="A cousin.", by=people.member1)
    with pytest.raises(Invalid, match="Say what interest"):
        declare_standing_interest(**given, kind="family", reason=" ", by=people.member1)
    interest = declare_standing_interest(**given, kind="family", reason="A cousin.", by=people.member1)
    with pytest.raises(Blocked, match="for good already"):
        declare_standing_interest(**given, kind="friend", reason="A friend.", by=people.member1)
    event = Event.objects.get(kind="interest.stand")
    assert "cousin" not in event.body
    assert Remark.objects.get(event_seq=event.seq).text == "A cousin."
    with pytest.raises(NotAllowed, match="Only the member"):
        end_standing_interest(interest=interest, on=DAY, by=people.member2)
    end_standing_interest(interest=interest, on=DAY, by=people.member1)
    with pytest.raises(Blocked, match="has an end already"):
        end_standing_interest(interest=interest, on=DAY, by=people.member1)


def test_a_party_of_another_programme_is_unknown_here(office):
    stranger = registered_person(loan_office("elsewhere"))
    with pytest.raises(Invalid, match="does not belong to this programme"):
        stands(office, stranger)


def test_an_interest_that_ended_declares_nothing_any_more(office):
    application = eligible_application(office)
    interest = stands(office, application.applicant)
    end_standing_interest(interest=interest, on=DAY, by=office.people.member1)
    later = DAY.replace(day=13)
    with standing_at(later):
        session = planned_session(office, application)
        send_packet(session=session, on=later, by=office.people.secretary)
        assert not Declaration.objects.exists()
