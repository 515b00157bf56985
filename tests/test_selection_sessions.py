"""Setting up a committee and a session: who may, from which state, and what the members then have before them."""

from datetime import timedelta

import pytest

from audit.models import Event
from audit.refusals import Blocked, Invalid, NotAllowed, Stale
from programmes.clock import standing_at
from selection.call_rules import frozen_hash
from selection.models import Decision, Seat, Session
from selection.services import (
    add_cases,
    cast_vote,
    close_session,
    end_seat,
    found_committee,
    plan_session,
    record_sitting,
    remove_case,
    seat_member,
    send_packet,
    start_sitting,
)
from tests.office import DAY, loan_office
from tests.steps_applicants import eligible_application
from tests.steps_selection import (
    closed_session,
    committee_of,
    declare_all,
    members_of,
    open_session,
    planned_session,
    sitting_session,
    vote_all,
)

pytestmark = pytest.mark.in_turn


def state_of(application):
    application.refresh_from_db()
    return application.state


def test_a_manager_founds_a_committee_once_and_nobody_else_does(office):
    committee = found_committee(programme=office.programme, name="Micro", on=DAY, by=office.people.manager)
    assert str(committee) == "Micro"
    with pytest.raises(Blocked, match="of that name already"):
        found_committee(programme=office.programme, name="Micro", on=DAY, by=office.people.manager)
    for stranger in (office.people.secretary, office.people.member1, office.people.administrator):
        with pytest.raises(NotAllowed):
            found_committee(programme=office.programme, name="Small", on=DAY, by=stranger)
    with pytest.raises(Invalid, match="needs a name"):
        found_committee(programme=office.programme, name=" ", on=DAY, by=office.people.manager)


def test_a_voting_seat_is_for_committee_members_and_never_for_a_secretary(office):
    people, committee = office.people, committee_of(office)
    with pytest.raises(NotAllowed, match="a secretary never votes"):
        seat_member(committee=committee, user=people.secretary, role="member", on=DAY, by=people.manager)
    with pytest.raises(Blocked, match="does not hold the role"):
        seat_member(committee=committee, user=people.adviser, role="member", on=DAY, by=people.manager)
    with pytest.raises(Blocked, match="has a seat"):
        seat_member(committee=committee, user=people.member1, role="member", on=DAY, by=people.manager)
    with pytest.raises(NotAllowed):
        seat_member(committee=committee, user=people.monitor, role="observer", on=DAY, by=people.secretary)
    assert not seat_member(
        committee=committee, user=people.secretary, role="secretary", on=DAY, by=people.manager
    ).votes


def test_a_seat_ends_by_another_person_and_not_before_its_holder_has_voted(office):
    with standing_at(DAY - timedelta(30)):
        committee_of(office)
    vote_all(office, sitting_session(office, eligible_application(office)))
    seat = Seat.objects.get(user=office.people.member2)
    with pytest.raises(Blocked, match="has voted after that day"):
        end_seat(seat=seat, on=DAY - timedelta(1), by=office.people.manager, reason="left")
    with pytest.raises(NotAllowed):
        end_seat(seat=seat, on=DAY, by=office.people.secretary, reason="left")
    end_seat(seat=seat, on=DAY, by=office.people.manager, reason="left the ministry")
    with pytest.raises(Blocked, match="has an end already"):
        end_seat(seat=seat, on=DAY, by=office.people.manager, reason="again")


def test_only_the_programmes_own_secretary_plans_a_session(office, db):
    other = loan_office("elsewhere")
    committee = committee_of(office)
    for stranger in (office.people.manager, office.people.member1, other.people.secretary):
        with pytest.raises(NotAllowed):
            plan_session(committee=committee, call=office.call, sits_on=DAY, on=DAY, by=stranger)
    with pytest.raises(Invalid, match="another programme"):
        plan_session(committee=committee, call=other.call, sits_on=DAY, on=DAY, by=office.people.secretary)
    session = plan_session(committee=committee, call=office.call, sits_on=DAY, on=DAY, by=office.people.secretary)
    assert (session.ref, session.state) == ("S-2026-01", "planned")
    assert Event.objects.get(subject="S-2026-01").kind == "session.create"


def test_only_eligible_applications_of_the_same_call_go_on_one_agenda(office):
    first, second = eligible_application(office), eligible_application(office)
    session = planned_session(office, first)
    secretary = office.people.secretary
    with pytest.raises(Blocked, match="on the agenda of a session already"):
        add_cases(session=session, applications=[second, first], on=DAY, by=secretary)
    assert session.cases.count() == 1
    foreign = eligible_application(loan_office("elsewhere"))
    with pytest.raises(Blocked, match="under another call"):
        add_cases(session=session, applications=[foreign], on=DAY, by=secretary)
    with pytest.raises(NotAllowed):
        add_cases(session=session, applications=[second], on=DAY, by=office.people.manager)
    add_cases(session=session, applications=[second], on=DAY, by=secretary)
    assert [case.ref for case in session.cases.all()] == ["S-2026-01/1", "S-2026-01/2"]
    send_packet(session=session, on=DAY, by=secretary)
    with pytest.raises(Blocked, match="cannot be done from there"):
        add_cases(session=session, applications=[eligible_application(office)], on=DAY, by=secretary)


def test_the_packet_freezes_the_rules_and_opens_the_review_of_each_case(office):
    application = eligible_application(office)
    session = open_session(office, application)
    assert state_of(application) == "under_review"
    assert session.rules_hash == frozen_hash(session.rules)
    office.call.majority_pct = 90
    office.call.save()
    office.call.criteria.update(weight=9)
    session.refresh_from_db()
    assert session.rules["majority_pct"] == 50
    assert [row["weight"] for row in session.rules["criteria"]] == [1, 2]


def test_the_packet_waits_for_the_field_verification_and_says_whose_is_missing(office):
    ready, unseen = eligible_application(office), eligible_application(office, opinion=False)
    session = planned_session(office, ready, unseen)
    with pytest.raises(Blocked, match=f"{unseen.ref} cannot go to the committee yet. Nobody has visited"):
        send_packet(session=session, on=DAY, by=office.people.secretary)
    assert state_of(ready) == "eligible"
    assert Session.objects.get().state == "planned"


def test_the_packet_is_sent_once_by_the_secretary_and_needs_cases_and_members(office):
    empty = planned_session(office)
    with pytest.raises(Blocked, match="No case is on the agenda"):
        send_packet(session=empty, on=DAY, by=office.people.secretary)
    session = planned_session(office, eligible_application(office))
    with pytest.raises(NotAllowed):
        send_packet(session=session, on=DAY, by=office.people.manager)
    with pytest.raises(Stale):
        send_packet(session=session, on=DAY, by=office.people.secretary, version=session.version + 1)
    Seat.objects.exclude(user=office.people.member1).update(ends_on=DAY - timedelta(1), starts_on=DAY - timedelta(9))
    with pytest.raises(Blocked, match="has 1 voting members; the quorum is 2"):
        send_packet(session=session, on=DAY, by=office.people.secretary)
    Seat.objects.update(ends_on=None)
    send_packet(session=session, on=DAY, by=office.people.secretary)
    with pytest.raises(Blocked, match="cannot be done from there"):
        send_packet(session=session, on=DAY, by=office.people.secretary)


def test_an_even_committee_cannot_sit_where_an_odd_number_is_asked(office):
    office.call.odd_number = True
    office.call.save()
    session = planned_session(office, eligible_application(office))
    Seat.objects.filter(user=office.people.member3).update(ends_on=DAY - timedelta(1), starts_on=DAY - timedelta(9))
    with pytest.raises(Blocked, match="odd number of voting members; it has 2"):
        send_packet(session=session, on=DAY, by=office.people.secretary)


def test_a_case_leaves_a_planned_agenda_without_trace_and_an_open_one_by_a_deferral(office):
    first, second, third = (eligible_application(office) for _ in range(3))
    session = planned_session(office, first, second, third)
    secretary, cases = office.people.secretary, list(session.cases.all())
    with pytest.raises(NotAllowed):
        remove_case(case=cases[0], reason="quotes are missing", on=DAY, by=office.people.member1)
    with pytest.raises(Invalid, match="Say why"):
        remove_case(case=cases[0], reason="  ", on=DAY, by=secretary)
    remove_case(case=cases[0], reason="quotes are missing", on=DAY, by=secretary)
    assert session.cases.count() == 2
    send_packet(session=session, on=DAY, by=secretary)
    remove_case(case=cases[1], reason="the member from Lori is ill", on=DAY, by=secretary)
    with pytest.raises(Blocked, match="not on the agenda any more"):
        remove_case(case=cases[1], reason="again", on=DAY, by=secretary)
    decision = Decision.objects.get()
    assert (decision.outcome, decision.effective_on, state_of(second)) == ("defer", None, "under_review")
    declare_all(office, session)
    session = start_sitting(session=session, on=DAY, by=secretary)
    for member in members_of(office):
        cast_vote(case=cases[2], choice="against", reason="no market", on=DAY, by=member)
    with pytest.raises(Blocked, match="make a quorum"):
        remove_case(case=cases[2], reason="rather not", on=DAY, by=secretary)


def test_the_sitting_starts_once_a_case_can_have_its_quorum(office):
    session = open_session(office, eligible_application(office))
    secretary, members = office.people.secretary, members_of(office)
    with pytest.raises(Blocked, match="3 members have not declared"):
        start_sitting(session=session, on=DAY, by=secretary)
    declare_all(office, session, members[:2])
    record_sitting(session=session, present=members[1:], on=DAY, by=secretary)
    with pytest.raises(Blocked, match="1 member has not declared"):
        start_sitting(session=session, on=DAY, by=secretary)
    declare_all(office, session, members[2:])
    with pytest.raises(NotAllowed):
        start_sitting(session=session, on=DAY, by=members[0])
    with standing_at(DAY + timedelta(2)):
        session = start_sitting(session=session, on=DAY + timedelta(2), by=secretary)
        with pytest.raises(Blocked, match="cannot be done from there"):
            start_sitting(session=session, on=DAY + timedelta(2), by=secretary)
    assert (session.state, session.sits_on) == ("sitting", DAY + timedelta(2))


def test_who_is_absent_does_not_vote_and_who_voted_is_not_absent(office):
    session = sitting_session(office, eligible_application(office))
    secretary, members, case = office.people.secretary, members_of(office), session.cases.get()
    record_sitting(session=session, present=members[:2], on=DAY, by=secretary)
    with pytest.raises(Blocked, match="recorded you as absent"):
        cast_vote(case=case, choice="for", on=DAY, by=members[2])
    cast_vote(case=case, choice="for", on=DAY, by=members[0])
    with pytest.raises(Blocked, match="has voted in this sitting"):
        record_sitting(session=session, present=members[1:], on=DAY, by=secretary)
    with pytest.raises(NotAllowed):
        record_sitting(session=session, present=members, on=DAY, by=members[0])
    with pytest.raises(Invalid, match="no seat on that day"):
        record_sitting(session=session, present=[office.people.adviser], on=DAY, by=secretary)


def test_a_session_is_seen_by_its_keepers_and_from_the_packet_on_by_its_seats(office):
    other = loan_office("elsewhere")
    people = office.people
    session = planned_session(office, eligible_application(office))

    def sees(user):
        return Session.objects.visible_to(user).filter(pk=session.pk).exists()

    assert sees(people.secretary)
    assert sees(people.manager)
    assert not sees(people.member1)
    send_packet(session=session, on=DAY, by=people.secretary)
    assert sees(people.member1)
    for stranger in (other.people.member1, other.people.secretary, people.adviser, people.donor, people.administrator):
        assert not sees(stranger)
    Seat.objects.filter(user=people.member1).update(ends_on=DAY - timedelta(1), starts_on=DAY - timedelta(9))
    assert not sees(people.member1)


def test_a_case_that_was_deferred_comes_back_in_another_session(office):
    application = eligible_application(office)
    closed_session(office, application, choice="defer", reason="one more quote")
    assert state_of(application) == "eligible"
    assert application.decision_ref == "S-2026-01/1"
    again = closed_session(office, application)
    assert (again.ref, state_of(application), application.decision_ref) == ("S-2026-02", "approved", "S-2026-02/1")


def test_a_closed_sitting_takes_no_part_of_it_back(office):
    session = closed_session(office, eligible_application(office))
    case = session.cases.get()
    with pytest.raises(Blocked, match="cannot be done from there"):
        remove_case(case=case, reason="rather not", on=DAY, by=office.people.secretary)
    with pytest.raises(Blocked, match="cannot be done from there"):
        close_session(session=session, on=DAY, by=office.people.secretary)
