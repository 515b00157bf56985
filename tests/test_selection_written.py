"""The days of a session: scores until a day, and a written procedure in which nobody meets and all vote by a day."""

from datetime import timedelta

import pytest

from audit.models import Event, Remark
from audit.refusals import Blocked, Invalid, NotAllowed, Stale
from programmes.clock import standing_at
from selection.checks import checks
from selection.models import Decision, Review, Vote
from selection.services import (
    add_cases,
    cast_vote,
    close_session,
    decide_all,
    decide_case,
    declare_interests,
    end_seat,
    extend_deadline,
    plan_session,
    record_sitting,
    save_review,
    send_packet,
    start_sitting,
)
from tests.office import DAY
from tests.steps_applicants import eligible_application
from tests.steps_selection import committee_of, declare_all, members_of, open_session, score_all, vote_all

pytestmark = pytest.mark.in_turn

SOON, LAST, AFTER = DAY + timedelta(2), DAY + timedelta(5), DAY + timedelta(6)
FIVES = {"relevance": 4, "feasibility": 4}


def plan(office, **days):
    return plan_session(committee=committee_of(office), call=office.call, on=DAY, by=office.people.secretary, **days)


def written(office, *applications):
    """A written procedure that has begun; everybody has declared and scored; votes are due on LAST."""
    secretary = office.people.secretary
    session = plan(office, sits_on=DAY, procedure="written", votes_due_on=LAST)
    add_cases(session=session, applications=applications, on=DAY, by=secretary)
    session = send_packet(session=session, on=DAY, by=secretary)
    score_all(office, declare_all(office, session))
    return start_sitting(session=session, on=DAY, by=secretary)


@pytest.mark.parametrize(
    ("days", "sentence"),
    [
        ({"procedure": "written"}, "until when the votes are due"),
        ({"procedure": "written", "votes_due_on": DAY}, "cannot be due before"),
        ({"votes_due_on": LAST}, "Only the written procedure"),
        ({"procedure": "by telephone"}, "how the committee decides"),
        ({"scores_due_on": DAY - timedelta(1)}, "between today and"),
        ({"scores_due_on": SOON + timedelta(1)}, r"between today and 14\.03\.2026"),
        ({"procedure": "written", "votes_due_on": LAST, "scores_due_on": AFTER}, r"between today and 17\.03\.2026"),
    ],
)
def test_days_that_contradict_each_other_are_refused(office, days, sentence):
    with pytest.raises(Invalid, match=sentence):
        plan(office, sits_on=SOON, **days)


def test_nobody_attends_a_written_procedure_and_votes_come_until_the_last_day(office):
    session = written(office, eligible_application(office))
    case, people = session.cases.get(), office.people
    with pytest.raises(Blocked, match="Nobody attends a written procedure"):
        record_sitting(session=session, present=members_of(office), on=DAY, by=people.secretary)
    cast_vote(case=case, choice="for", on=DAY, by=people.member1)
    with standing_at(LAST):
        cast_vote(case=case, choice="for", on=LAST, by=people.member2)
    with standing_at(AFTER):
        with pytest.raises(Blocked, match=r"The time to vote ended on 17\.03\.2026"):
            cast_vote(case=case, choice="against", reason="No market.", on=AFTER, by=people.member3)
        decide_all(session=session, on=AFTER, by=people.secretary)
        session = close_session(session=session, on=AFTER, by=people.secretary)
    assert Decision.objects.get().tally["voted"] == 2
    body = session.minutes_body
    assert (body["procedure"], body["votes_due_on"]) == ("written", LAST.isoformat())
    assert [row["member"] for row in body["present"]] == [people.member1.name, people.member2.name]
    assert list(checks()) == []


def test_a_written_procedure_ends_early_only_when_everybody_without_an_interest_has_voted(office):
    first, second = eligible_application(office), eligible_application(office)
    session = written(office, first, second)
    people = office.people
    vote_all(office, session, members=[people.member1, people.member2])
    for act in (
        lambda: decide_case(case=session.cases.first(), on=DAY, by=people.secretary),
        lambda: decide_all(session=session, on=DAY, by=people.secretary),
    ):
        with pytest.raises(Blocked, match=r"1 member can vote until 17\.03\.2026"):
            act()
    with pytest.raises(Blocked, match="2 cases are not decided"):
        close_session(session=session, on=DAY, by=people.secretary)
    interest = {first.ref: ("family", "My cousin.")}
    declare_interests(session=session, declarations=interest, on=DAY, by=people.member3)
    decide_case(case=session.cases.first(), on=DAY, by=people.secretary)
    cast_vote(case=session.cases.last(), choice="for", on=DAY, by=people.member3)
    decide_all(session=session, on=DAY, by=people.secretary)
    assert close_session(session=session, on=DAY, by=people.secretary).state == "closed"


def test_a_member_whose_seat_ended_meanwhile_votes_no_more(office):
    with standing_at(DAY - timedelta(3)):
        committee_of(office)
    session = written(office, eligible_application(office))
    people = office.people
    seat = session.committee.seats.get(user=people.member2)
    end_seat(seat=seat, on=DAY, by=people.manager, reason="left the ministry")
    with standing_at(SOON), pytest.raises(NotAllowed, match="hold a seat"):
        cast_vote(case=session.cases.get(), choice="for", on=SOON, by=people.member2)
    assert not Vote.objects.exists()


def test_the_procedure_does_not_begin_after_its_last_day(office):
    session = plan(office, sits_on=DAY, procedure="written", votes_due_on=DAY)
    add_cases(session=session, applications=[eligible_application(office)], on=DAY, by=office.people.secretary)
    declare_all(office, send_packet(session=session, on=DAY, by=office.people.secretary))
    with standing_at(SOON), pytest.raises(Blocked, match=r"ended on 12\.03\.2026: give more time"):
        start_sitting(session=session, on=SOON, by=office.people.secretary)


def test_a_late_card_waits_for_the_secretary_to_give_more_time_with_a_reason(office):
    session = plan(office, sits_on=SOON, scores_due_on=DAY)
    people = office.people
    add_cases(session=session, applications=[eligible_application(office)], on=DAY, by=people.secretary)
    session = declare_all(office, send_packet(session=session, on=DAY, by=people.secretary))
    case = session.cases.get()
    save_review(case=case, scores=FIVES, on=DAY, by=people.member1)
    with standing_at(SOON):
        save_review(case=case, scores={"relevance": 4}, submit=False, on=SOON, by=people.member2)
        with pytest.raises(Blocked, match=r"The scores were due on 12\.03\.2026"):
            save_review(case=case, scores=FIVES, on=SOON, by=people.member2)
        given = {"session": session, "on": SOON, "by": people.secretary}
        with pytest.raises(Invalid, match="Say why"):
            extend_deadline(**given, scores_due_on=LAST, reason=" ")
        with pytest.raises(Invalid, match=r"ends after 12\.03\.2026"):
            extend_deadline(**given, scores_due_on=DAY, reason="Two were ill.")
        with pytest.raises(Invalid, match="Choose the new last day"):
            extend_deadline(**given, reason="Two were ill.")
        with pytest.raises(Blocked, match="has no such last day"):
            extend_deadline(**given, votes_due_on=LAST, reason="Two were ill.")
        with pytest.raises(NotAllowed):
            extend_deadline(session=session, scores_due_on=LAST, reason="I was ill.", on=SOON, by=people.member2)
        with pytest.raises(Stale):
            extend_deadline(**given, scores_due_on=LAST, reason="Two were ill.", version=session.version - 1)
        extend_deadline(**given, scores_due_on=LAST, reason="Two were ill.")
        save_review(case=case, scores=FIVES, on=SOON, by=people.member2)
    assert Review.objects.filter(submitted_on__isnull=False).count() == 2
    event = Event.objects.get(kind="session.extend")
    assert '"scores_due_on":["2026-03-12","2026-03-17"]' in event.body
    assert Remark.objects.get(event_seq=event.seq).text == "Two were ill."


def test_a_session_without_days_takes_scores_until_its_close(office):
    session = declare_all(office, open_session(office, eligible_application(office)))
    with standing_at(AFTER):
        score_all(office, session)
    assert Review.objects.filter(submitted_on=AFTER).count() == 3
