"""Decisions: computed with the quorum of the unconflicted, paid for under the line's lock, effective at the close."""

import json
from datetime import timedelta

import pytest

from audit.models import Event
from audit.refusals import Blocked, Invalid, NotAllowed
from programmes.clock import standing_at
from programmes.models import Commitment
from programmes.services import available_on, commit, release
from selection.call_rules import frozen_hash
from selection.minutes import told
from selection.models import Case, Decision
from selection.own_packet import packet_of
from selection.services import (
    approve_reserve,
    cast_vote,
    close_session,
    decide_all,
    decide_case,
    declare_interests,
    remove_case,
    reopen_session,
    save_review,
    start_sitting,
    take_back_vote,
)
from selection.services.locks import lock_applications
from selection.signals import decisions_effective
from tests.office import DAY, grant_office, loan_office
from tests.steps_applicants import eligible_application
from tests.steps_selection import (
    approved_application,
    closed_session,
    decided_session,
    declare_all,
    members_of,
    open_session,
    score_all,
    sitting_session,
    vote_all,
)


def state_of(application):
    application.refresh_from_db()
    return application.state


@pytest.fixture
def tight(db):
    """A grant office whose line holds 25,000.00 in all."""
    with standing_at(DAY):
        yield grant_office("tight", line_ceiling=2_500_000)


@pytest.fixture
def heard():
    """What the signal `decisions_effective` said: (session ref, decision refs)."""
    said = []

    def listen(session, decisions, **rest):
        said.append((session.ref, [decision.ref for decision in decisions]))

    decisions_effective.connect(listen)
    yield said
    decisions_effective.disconnect(listen)


def test_a_case_is_decided_with_its_quorum_of_votes_and_not_below_it(office):
    session = sitting_session(office, eligible_application(office))
    case, people = session.cases.get(), office.people
    cast_vote(case=case, choice="for", on=DAY, by=people.member1)
    with pytest.raises(Blocked, match="1 vote of 2 needed is in"):
        decide_case(case=case, on=DAY, by=people.secretary)
    cast_vote(case=case, choice="abstain", on=DAY, by=people.member2)
    decision = decide_case(case=case, on=DAY, by=people.secretary)
    assert (decision.ref, decision.outcome, decision.amount) == ("S-2026-01/1", "approve", 1_000_000)
    assert decision.tally == {
        "for": 1,
        "conditions": 0,
        "against": 0,
        "defer": 0,
        "abstain": 1,
        "rule": "majority",
        "voted": 2,
        "needed": 2,
        "unconflicted": 3,
        "cards": 3,
        "score": "80.0",
        "below": [],
        "cards_due": 1,
        "checked_on": "2026-03-12",
    }
    with pytest.raises(Blocked, match="is decided already"):
        decide_case(case=case, on=DAY, by=people.secretary)
    with pytest.raises(Blocked, match="is decided already"):
        cast_vote(case=case, choice="for", on=DAY, by=people.member3)


def test_only_the_secretary_records_a_decision_and_only_in_a_sitting(office):
    session = open_session(office, eligible_application(office))
    case = session.cases.get()
    with pytest.raises(Blocked, match="cannot be done from there"):
        decide_case(case=case, on=DAY, by=office.people.secretary)
    session = vote_all(office, sitting_session(office, eligible_application(office)))
    for stranger in (office.people.member1, office.people.manager, loan_office("elsewhere").people.secretary):
        with pytest.raises(NotAllowed):
            decide_case(case=session.cases.get(), on=DAY, by=stranger)
    assert not Decision.objects.exists()


def test_a_scored_call_waits_for_the_score_cards_that_the_amount_asks_for(office):
    office.window.bands.update(assessors=2)
    session = declare_all(office, open_session(office, eligible_application(office)))
    people = office.people
    start_sitting(session=session, on=DAY, by=people.secretary)
    vote_all(office, session)
    case = session.cases.get()
    assert case.assessors == 2
    with pytest.raises(Blocked, match="0 score cards of 2 needed are in"):
        decide_case(case=case, on=DAY, by=people.secretary)
    score_all(office, session, members=[people.member1])
    none = {"relevance": None, "feasibility": None}
    save_review(case=case, scores=none, on=DAY, by=people.member2)
    with pytest.raises(Blocked, match="1 score card of 2 needed is in"):
        decide_case(case=case, on=DAY, by=people.secretary)
    save_review(case=case, scores=none, on=DAY, by=people.member3)
    assert decide_case(case=case, on=DAY, by=people.secretary).tally["cards"] == 1


def test_a_loan_call_by_consensus_needs_no_grid(lending):
    session = sitting_session(lending, eligible_application(lending, amount=120_000))
    assert session.rules["criteria"] == []
    row = packet_of(session, lending.people.member1).rows[0]
    assert (row.readable, row.status) == (True, ("", "To vote on at the sitting"))
    vote_all(lending, session)
    assert packet_of(session, lending.people.member1).rows[0].status == ("yes", "Voted")
    decide_all(session=session, on=DAY, by=lending.people.secretary)
    decision = Decision.objects.get()
    assert (decision.outcome, decision.amount, decision.tally["score"]) == ("approve", 120_000, "")
    assert available_on(lending.line) == 1_000_000 - 120_000


@pytest.mark.parametrize(("value", "outcome"), [(3, "approve"), (2, "reject")])
def test_votes_do_not_lift_a_case_over_the_least_score(office, value, outcome):
    office.call.total_threshold_pct = 60
    office.call.save()
    session = score_all(office, declare_all(office, open_session(office, eligible_application(office))), value=value)
    start_sitting(session=session, on=DAY, by=office.people.secretary)
    vote_all(office, session)
    decision = decide_case(case=session.cases.get(), on=DAY, by=office.people.secretary)
    assert decision.outcome == outcome
    if outcome == "reject":
        assert decision.reason == "Under the least score: total score."
        assert decision.tally["score"] == "40.0"


def test_the_conditions_of_the_votes_become_the_conditions_of_the_approval(office):
    application = eligible_application(office)
    session = sitting_session(office, application)
    case, people = session.cases.get(), office.people
    cast_vote(case=case, choice="for", amount=900_000, reason="The van is dear.", on=DAY, by=people.member1)
    cast_vote(case=case, choice="conditions", reason="A lease to 2030.", on=DAY, by=people.member2)
    cast_vote(case=case, choice="against", reason="Too many bakeries.", on=DAY, by=people.member3)
    decide_all(session=session, on=DAY, by=people.secretary)
    close_session(session=session, on=DAY, by=people.secretary)
    assert state_of(application) == "approved"
    assert application.approved_amount == 900_000
    assert application.approval_conditions == "A lease to 2030."
    assert Decision.objects.get().reason == "The van is dear."


def test_an_approval_reserves_the_money_and_a_short_line_refuses_it_saying_what_is_left(tight):
    first, second = (eligible_application(tight, amount=1_500_000, own=400_000) for _time in range(2))
    session = vote_all(tight, sitting_session(tight, first, second))
    one, two = session.cases.all()
    decide_case(case=one, on=DAY, by=tight.people.secretary)
    with pytest.raises(Blocked, match=rf"has EUR 10,000.00 left; {second.ref} needs EUR 15,000.00"):
        decide_case(case=two, on=DAY, by=tight.people.secretary)
    assert Decision.objects.count() == 1
    listed = decide_case(case=two, on=DAY, by=tight.people.secretary, reserve_list=True)
    assert (listed.outcome, listed.amount, listed.tally["rule"]) == ("reserve", 1_500_000, "short")
    assert available_on(tight.line) == 1_000_000


@pytest.mark.parametrize(("amount", "outcome"), [(2_500_000, "approve"), (2_500_001, "reserve")])
def test_the_line_pays_to_its_last_cent_and_not_one_more(tight, amount, outcome):
    tight.window.ceiling_amount = 3_000_000
    tight.window.save()
    session = vote_all(tight, sitting_session(tight, eligible_application(tight, amount=amount, own=700_000)))
    case = session.cases.get()
    assert decide_case(case=case, on=DAY, by=tight.people.secretary, reserve_list=True).outcome == outcome


def test_deciding_all_follows_the_rank_and_lists_what_the_money_does_not_reach(tight):
    weak, strong, small = (
        eligible_application(tight, amount=amount, own=amount // 3) for amount in (1_500_000, 1_500_000, 900_000)
    )
    session = declare_all(tight, open_session(tight, weak, strong, small))
    for case, value in zip(session.cases.all(), (3, 5, 4), strict=True):
        for member in members_of(tight):
            save_review(case=case, scores={"relevance": value, "feasibility": value}, on=DAY, by=member)
    start_sitting(session=session, on=DAY, by=tight.people.secretary)
    decided = decide_all(session=vote_all(tight, session), on=DAY, by=tight.people.secretary)
    outcomes = dict(Decision.objects.values_list("application__ref", "outcome"))
    assert outcomes == {strong.ref: "approve", small.ref: "approve", weak.ref: "reserve"}
    with pytest.raises(Blocked, match="decided already"):
        decide_all(session=decided, on=DAY, by=tight.people.secretary)


def test_deciding_all_is_all_or_nothing(office):
    session = sitting_session(office, eligible_application(office), eligible_application(office))
    for member in members_of(office):
        cast_vote(case=session.cases.first(), choice="for", on=DAY, by=member)
    with pytest.raises(Blocked, match=r"cannot be decided yet\. 0 votes of 2 needed are in"):
        decide_all(session=session, on=DAY, by=office.people.secretary)
    assert not Decision.objects.exists()
    assert not Commitment.objects.exists()


def test_nothing_takes_effect_before_the_close_and_everything_does_at_it(office, heard):
    yes, no, later = (eligible_application(office) for _time in range(3))
    session = sitting_session(office, yes, no, later)
    for case, choice in zip(session.cases.all(), ("for", "against", "defer"), strict=True):
        for member in members_of(office):
            cast_vote(case=case, choice=choice, reason="so it is", on=DAY, by=member)
    secretary = office.people.secretary
    with pytest.raises(Blocked, match="3 cases are not decided"):
        close_session(session=session, on=DAY, by=secretary)
    decide_all(session=session, on=DAY, by=secretary)
    assert {state_of(application) for application in (yes, no, later)} == {"under_review"}
    with pytest.raises(NotAllowed):
        close_session(session=session, on=DAY, by=office.people.member1)
    assert heard == []
    session = close_session(session=session, on=DAY, by=secretary)
    assert [state_of(application) for application in (yes, no, later)] == ["approved", "rejected", "eligible"]
    assert heard == [("S-2026-01", ["S-2026-01/1", "S-2026-01/2", "S-2026-01/3"])]
    assert session.state == "closed"
    assert set(Decision.objects.values_list("effective_on", flat=True)) == {DAY}


def test_a_close_sent_twice_with_one_key_closes_once(office, heard):
    session = decided_session(office, eligible_application(office))
    for _time in range(2):
        close_session(session=session, on=DAY, by=office.people.secretary, key="close-1")
    assert len(heard) == 1
    with pytest.raises(Blocked, match="cannot be done from there"):
        close_session(session=session, on=DAY, by=office.people.secretary, key="close-2")


def test_a_failure_of_whoever_listens_to_the_close_undoes_the_whole_close(office):
    session = decided_session(office, eligible_application(office))

    def fail(**rest):
        raise Blocked("no product")

    decisions_effective.connect(fail)
    try:
        with pytest.raises(Blocked, match="no product"):
            close_session(session=session, on=DAY, by=office.people.secretary)
    finally:
        decisions_effective.disconnect(fail)
    session.refresh_from_db()
    assert (session.state, session.minutes_hash) == ("sitting", "")
    assert state_of(session.cases.get().application) == "under_review"


def test_the_minutes_are_frozen_with_who_was_there_who_stepped_back_and_how_the_votes_fell(office):
    first, second = eligible_application(office), eligible_application(office)
    session = vote_all(office, sitting_session(office, first, second))
    people = office.people
    decide_all(session=session, on=DAY, by=people.secretary)
    declare_interests(session=session, declarations={second.ref: ("family", "My cousin.")}, on=DAY, by=people.member3)
    decide_all(session=session, on=DAY, by=people.secretary)
    session = close_session(session=session, on=DAY, by=people.secretary)
    body = session.minutes_body
    assert session.minutes_hash == frozen_hash(body)
    assert [row["member"] for row in body["present"]] == [member.name for member in members_of(office)]
    assert body["cases"][0]["interests"] == []
    late = {"late": True, "voided": True, "declared_on": "2026-03-12"}
    interest = {"member": people.member3.name, "kind": "family", **late}
    assert body["cases"][1]["interests"] == [interest]
    assert body["cases"][1]["undone"] == [{"outcome": "approve", "amount": 1_000_000, "why": "interest"}]
    assert (body["cases"][1]["tally"]["voted"], body["cases"][0]["tally"]["voted"]) == (2, 3)
    text = json.dumps(body, ensure_ascii=False)
    assert "My cousin" not in text
    assert first.applicant.name not in text
    assert first.applicant.ref in text


def test_the_decision_on_an_applicant_who_withdrew_falls_at_the_close(office, heard):
    application = eligible_application(office)
    session = decided_session(office, application, eligible_application(office))
    _withdrawn(application)
    close_session(session=session, on=DAY, by=office.people.secretary)
    assert state_of(application) == "withdrawn"
    assert heard == [("S-2026-01", ["S-2026-01/2"])]
    assert Decision.objects.get(application=application).undone_by == "withdrawn"
    assert [commitment.case_ref for commitment in Commitment.objects.live()] != [application.ref]
    assert Commitment.objects.live().count() == 1


def _withdrawn(application):
    """As the register withdraws an application, without its permission."""
    type(application).objects.filter(pk=application.pk).update(state="withdrawn")


def test_a_case_put_off_by_the_secretary_is_free_for_another_session(office):
    kept, put_off = eligible_application(office), eligible_application(office)
    session = sitting_session(office, kept, put_off)
    remove_case(case=session.cases.last(), reason="The quotes came late.", on=DAY, by=office.people.secretary)
    for member in members_of(office):
        cast_vote(case=session.cases.first(), choice="for", on=DAY, by=member)
    decide_all(session=session, on=DAY, by=office.people.secretary)
    session = close_session(session=session, on=DAY, by=office.people.secretary)
    assert state_of(put_off) == "eligible"
    assert told(session)["cases"][1]["reason"] == "The quotes came late."
    closed_session(office, put_off)
    assert state_of(put_off) == "approved"


def test_a_closed_sitting_is_reopened_by_new_events_while_no_contract_stands_on_it(office, heard):
    yes, no = eligible_application(office), eligible_application(office)
    session = sitting_session(office, yes, no)
    people = office.people
    for case, choice in zip(session.cases.all(), ("for", "against"), strict=True):
        for member in members_of(office):
            cast_vote(case=case, choice=choice, reason="so it is", on=DAY, by=member)
    decide_all(session=session, on=DAY, by=people.secretary)
    session = close_session(session=session, on=DAY, by=people.secretary)
    with pytest.raises(Invalid, match="Say why"):
        reopen_session(session=session, reason=" ", on=DAY, by=people.secretary)
    for stranger in (people.manager, people.member1):
        with pytest.raises(NotAllowed):
            reopen_session(session=session, reason="A quote was false.", on=DAY, by=stranger)
    session = reopen_session(session=session, reason="A quote was false.", on=DAY, by=people.secretary)
    assert (session.state, session.minutes_hash, session.minutes_body) == ("sitting", "", {})
    assert [state_of(application) for application in (yes, no)] == ["under_review", "under_review"]
    assert (yes.approved_amount, yes.decision_ref) == (None, "")
    assert not Commitment.objects.live().exists()
    assert set(Decision.objects.values_list("undone_by", flat=True)) == {"reopened"}
    with pytest.raises(Blocked, match="cannot be done from there"):
        reopen_session(session=session, reason="again", on=DAY, by=people.secretary)
    take_back_vote(case=session.cases.first(), on=DAY, by=people.member1)
    decide_all(session=session, on=DAY, by=people.secretary)
    close_session(session=session, on=DAY, by=people.secretary)
    assert [state_of(application) for application in (yes, no)] == ["approved", "rejected"]
    moves = Event.objects.filter(subject=yes.ref).moves().values_list("kind", flat=True)
    assert list(moves)[-4:] == [
        "application.open_review",
        "application.approve",
        "application.reopen_review",
        "application.approve",
    ]
    assert len(heard) == 2


def test_a_sitting_stays_closed_once_a_contract_is_signed(office):
    application = approved_application(office)
    session = Case.objects.get(application=application).session
    commit(case_ref=application.ref, by=office.people.manager, on=DAY)
    with pytest.raises(Blocked, match="its contract is signed"):
        reopen_session(session=session, reason="A quote was false.", on=DAY, by=office.people.secretary)
    assert state_of(application) == "approved"


def test_the_reserve_list_moves_up_when_money_comes_free(tight, heard):
    first = eligible_application(tight, amount=2_000_000, own=500_000)
    second = eligible_application(tight, amount=1_500_000, own=400_000)
    session = decided_session(tight, first, second)
    secretary = tight.people.secretary
    with pytest.raises(Blocked, match="not on a reserve list"):
        approve_reserve(application=second, on=DAY, by=secretary)
    close_session(session=session, on=DAY, by=secretary)
    assert state_of(second) == "reserve"
    with pytest.raises(Blocked, match=r"has EUR 5,000\.00 left"):
        approve_reserve(application=second, on=DAY, by=secretary)
    release(case_ref=first.ref, by=tight.people.manager, on=DAY)
    with pytest.raises(NotAllowed):
        approve_reserve(application=second, on=DAY, by=tight.people.manager)
    decision = approve_reserve(application=second, on=DAY, by=secretary)
    assert (state_of(second), second.approved_amount, second.decision_ref) == ("approved", 1_500_000, decision.ref)
    assert decision.effective_on == DAY
    assert heard[-1] == ("S-2026-01", ["S-2026-01/2"])
    assert Decision.objects.get(outcome="reserve").undone_by == "reserve"
    with pytest.raises(Blocked, match="not on a reserve list"):
        approve_reserve(application=second, on=DAY, by=secretary)


def test_a_decision_waits_in_no_application_history_before_it_takes_effect(office):
    application = eligible_application(office)
    decided_session(office, application)
    assert not Event.objects.filter(subject=application.ref, kind__startswith="decision").exists()
    assert Event.objects.filter(subject="S-2026-01", kind="decision.record").count() == 1


def test_a_decision_long_past_is_entered_with_a_reason_only(office):
    past = DAY - timedelta(20)
    with standing_at(past):
        session = vote_all(office, sitting_session(office, eligible_application(office, on=past)))
    case = session.cases.get()
    with pytest.raises(Invalid, match="Say why this is entered so late"):
        decide_case(case=case, on=past, by=office.people.secretary)
    decide_case(case=case, on=past, by=office.people.secretary, reason="The server was down.")
    with pytest.raises(Invalid, match="lies in the future"):
        close_session(session=session, on=DAY + timedelta(1), by=office.people.secretary)


def test_applications_are_locked_in_one_order_whatever_the_agenda_says(office):
    rows = [eligible_application(office) for _time in range(3)]
    assert list(lock_applications([row.pk for row in reversed(rows)])) == [row.pk for row in rows]
