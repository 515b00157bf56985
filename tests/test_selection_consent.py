"""The consent agenda: small and repeat cases that one act decides together, unless somebody lifts one out."""

import pytest

from applicants.models import Application, Waiver
from audit.models import Event
from audit.refusals import Blocked, NotAllowed, Stale
from programmes.services import available_on
from selection.checks import checks
from selection.models import Decision, Vote
from selection.services import (
    cast_consent_votes,
    cast_vote,
    close_session,
    decide_all,
    decide_case,
    declare_interests,
    lift_from_consent,
    record_sitting,
    start_sitting,
    take_back_vote,
)
from tests.office import DAY
from tests.steps_applicants import eligible_application, registered_person
from tests.steps_loans import loan_product
from tests.steps_selection import closed_session, declare_all, members_of, open_session

pytestmark = pytest.mark.in_turn

FAMILY = ("family", "My cousin.")


@pytest.fixture
def small(lending):
    """A lending office whose every loan goes on the consent agenda."""
    lending.window.bands.update(consent=True)
    loan_product(lending)
    return lending


def sits(office, *applications):
    session = declare_all(office, open_session(office, *applications))
    record_sitting(session=session, present=members_of(office), on=DAY, by=office.people.secretary)
    return start_sitting(session=session, on=DAY, by=office.people.secretary)


def test_one_act_of_each_member_decides_all_cases_of_the_consent_agenda(small):
    session = sits(small, *(eligible_application(small, amount=100_000) for _time in range(3)))
    assert [case.on_consent for case in session.cases.all()] == [True, True, True]
    for member in members_of(small):
        cast_consent_votes(session=session, on=DAY, by=member)
    assert Vote.objects.live().filter(on_consent=True, choice="for", amount=None).count() == 9
    with pytest.raises(Blocked, match="No case of the consent agenda waits for your vote"):
        cast_consent_votes(session=session, on=DAY, by=members_of(small)[0])
    decide_all(session=session, on=DAY, by=small.people.secretary)
    assert set(Decision.objects.values_list("outcome", "amount", "tally__voted")) == {("approve", 100_000, 3)}
    assert available_on(small.line) == 1_000_000 - 300_000
    close_session(session=session, on=DAY, by=small.people.secretary)
    assert [row["on_consent"] for row in session.__class__.objects.get().minutes_body["cases"]] == [True] * 3
    assert list(checks()) == []


def test_the_same_press_sent_twice_with_one_key_votes_once(small):
    session = sits(small, eligible_application(small))
    for _time in range(2):
        cast_consent_votes(session=session, on=DAY, by=small.people.member1, key="consent-1")
    assert Vote.objects.count() == 1


def test_a_repeat_case_goes_on_it_where_the_call_says_so_and_a_first_one_does_not(lending):
    loan_product(lending)
    lending.call.consent_repeats = True
    lending.call.save()
    person = registered_person(lending)
    lending.window.live_awards = 2
    lending.window.save()
    first = eligible_application(lending, person)
    closed_session(lending, first)
    again = eligible_application(lending, person)
    Application.objects.filter(pk=again.pk).update(repeat_of=first)
    session = open_session(lending, again, eligible_application(lending))
    assert [case.on_consent for case in session.cases.all()] == [True, False]


def a_waiver(office, application):
    rule = office.call.training_rules.get()
    Waiver.objects.create(
        application=application,
        rule=rule,
        reason_code="experience",
        reason="Ten years of cheese.",
        decided_on=DAY,
        decided_by=office.people.manager,
    )


def an_adviser_against_it(office, application):
    application.opinions.update(verdict="against")


def a_judge_with_another_part(office, application):
    application.parts.create(user=office.people.member1, part="verifier", since=DAY)


@pytest.mark.parametrize("reason", [a_waiver, an_adviser_against_it, a_judge_with_another_part])
def test_a_case_that_somebody_has_a_reason_to_talk_about_stays_off_it(small, reason):
    talked, quiet = eligible_application(small), eligible_application(small)
    reason(small, talked)
    session = open_session(small, talked, quiet)
    assert [case.on_consent for case in session.cases.all()] == [False, True]


def test_a_member_lifts_a_case_out_which_voids_what_was_voted_on_it_in_one_act(small):
    lifted, kept = eligible_application(small), eligible_application(small)
    session = sits(small, lifted, kept)
    people, case = small.people, session.cases.first()
    cast_consent_votes(session=session, on=DAY, by=people.member1)
    case = lift_from_consent(case=case, on=DAY, by=people.member2)
    assert (case.lifted_by, case.lifted_on, case.votes_by_consent) == (people.member2, DAY, False)
    assert Vote.objects.get(case=case).void_reason == "The case left the consent agenda"
    assert Vote.objects.live().get().case.application == kept
    event = Event.objects.get(kind="consent.lift")
    assert (event.subject, event.body.count(lifted.ref)) == (session.ref, 1)
    with pytest.raises(Blocked, match="is not on the consent agenda"):
        lift_from_consent(case=case, on=DAY, by=people.member3)
    cast_consent_votes(session=session, on=DAY, by=people.member2)
    assert not Vote.objects.live().filter(case=case).exists()
    cast_vote(case=case, choice="against", reason="No market.", on=DAY, by=people.member2)
    cast_vote(case=case, choice="for", on=DAY, by=people.member1)
    cast_vote(case=case, choice="against", reason="No market.", on=DAY, by=people.member3)
    decide_all(session=session, on=DAY, by=people.secretary)
    assert dict(Decision.objects.values_list("application__ref", "outcome")) == {
        lifted.ref: "reject",
        kept.ref: "approve",
    }
    assert list(checks()) == []


def test_whoever_has_voted_takes_the_vote_back_before_lifting(small):
    session = sits(small, eligible_application(small))
    case, member = session.cases.get(), small.people.member1
    cast_consent_votes(session=session, on=DAY, by=member)
    with pytest.raises(Blocked, match="take your vote back first"):
        lift_from_consent(case=case, on=DAY, by=member)
    take_back_vote(case=case, on=DAY, by=member)
    assert lift_from_consent(case=case, on=DAY, by=member).lifted_by == member


def test_only_a_judge_of_the_case_lifts_it_and_not_after_its_decision(small):
    application = eligible_application(small)
    session = sits(small, application)
    case, people = session.cases.get(), small.people
    for stranger in (people.secretary, people.manager, people.adviser):
        with pytest.raises(NotAllowed):
            lift_from_consent(case=case, on=DAY, by=stranger)
    for member in (people.member1, people.member2):
        cast_consent_votes(session=session, on=DAY, by=member)
    decide_case(case=case, on=DAY, by=people.secretary)
    with pytest.raises(Blocked, match="is decided already"):
        lift_from_consent(case=case, on=DAY, by=people.member3)
    with pytest.raises(Blocked, match="No case of the consent agenda"):
        cast_consent_votes(session=session, on=DAY, by=people.member3)


def test_whoever_would_vote_otherwise_than_for_lifts_the_case_out_first(small):
    session = sits(small, eligible_application(small))
    case, member = session.cases.get(), small.people.member1
    for vote in (
        {"choice": "against", "reason": "No market."},
        {"choice": "abstain"},
        {"choice": "for", "amount": 90_000, "reason": "Cheaper."},
    ):
        with pytest.raises(Blocked, match="lift it out to vote otherwise than for"):
            cast_vote(case=case, on=DAY, by=member, **vote)
    assert cast_vote(case=case, choice="for", on=DAY, by=member).on_consent is False


def test_an_interest_takes_the_case_off_the_consent_agenda_for_everybody(small):
    conflicted, quiet = eligible_application(small), eligible_application(small)
    session = sits(small, conflicted, quiet)
    people = small.people
    cast_consent_votes(session=session, on=DAY, by=people.member2)
    declare_interests(session=session, declarations={conflicted.ref: FAMILY}, on=DAY, by=people.member1)
    assert [case.votes_by_consent for case in session.cases.all()] == [False, True]
    assert [vote.case.application for vote in Vote.objects.live()] == [quiet]
    cast_consent_votes(session=session, on=DAY, by=people.member1)
    assert Vote.objects.live().filter(member=people.member1).get().case.application == quiet


def test_a_member_declares_before_voting_in_one_act(small):
    session = open_session(small, eligible_application(small), eligible_application(small))
    people = small.people
    declare_all(small, session, members=[people.member1, people.member2])
    with pytest.raises(Blocked, match="cannot be done from there"):
        cast_consent_votes(session=session, on=DAY, by=people.member1)
    start_sitting(session=session, on=DAY, by=people.secretary)
    with pytest.raises(Blocked, match="Declare first"):
        cast_consent_votes(session=session, on=DAY, by=people.member3)
    with pytest.raises(NotAllowed):
        cast_consent_votes(session=session, on=DAY, by=people.secretary)


def test_a_page_of_an_earlier_state_of_the_session_votes_nothing(small):
    session = sits(small, eligible_application(small))
    with pytest.raises(Stale):
        cast_consent_votes(session=session, on=DAY, by=small.people.member1, version=session.version - 1)
    assert not Vote.objects.exists()
