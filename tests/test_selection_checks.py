"""`verify` counts every vote again: a decision that was changed behind the committee's back is named."""

from datetime import timedelta

import pytest

from applicants.models import Application, Part
from audit import guards
from programmes.models import Commitment
from selection.call_rules import frozen_hash
from selection.checks import checks
from selection.models import Decision, Declaration, RulesVersion, Score, Seat, Session, Vote
from selection.services import declare_interests, reopen_session
from tests.office import DAY
from tests.steps_applicants import eligible_application
from tests.steps_selection import closed_session, decided_session, open_session, sitting_session


def test_what_the_services_wrote_is_without_fault(office):
    closed_session(office, eligible_application(office), eligible_application(office))
    closed_session(office, eligible_application(office), choice="against", reason="No market.")
    session = closed_session(office, eligible_application(office), choice="defer", reason="One more quote.")
    reopen_session(session=session, reason="The quote is here.", on=DAY, by=office.people.secretary)
    session = decided_session(office, eligible_application(office))
    interest = {session.cases.get().application.ref: ("friend", "We share a fence.")}
    declare_interests(session=session, declarations=interest, on=DAY, by=office.people.member1)
    open_session(office, eligible_application(office))
    sitting_session(office, eligible_application(office))
    assert list(checks()) == []


def vote_turned():
    Vote.objects.filter(pk__in=Vote.objects.values("pk")[:2]).update(choice="against", reason="x")
    return "its votes or scores add up to something else"


def vote_struck():
    Vote.objects.filter(pk__in=Vote.objects.values("pk")[:2]).update(voided_on=DAY)
    return "1 votes are no quorum of 2"


def vote_of_somebody_with_an_interest():
    Declaration.objects.filter(pk__in=Declaration.objects.values("pk")[:1]).update(kind="family", reason="x")
    return "its member may not judge A-2026-00001"


def vote_of_somebody_without_a_seat():
    Seat.objects.filter(pk__in=Seat.objects.values("pk")[:1]).update(ends_on=DAY - timedelta(1))
    return "its member may not judge A-2026-00001"


def vote_of_the_payment_maker():
    Part.objects.filter(part="member", pk=Part.objects.filter(part="member").first().pk).update(part="maker")
    return "its member may not judge A-2026-00001"


def outcome_turned():
    Decision.objects.update(outcome="reject")
    return "the votes say approve, the decision reject"


def amount_raised():
    Decision.objects.update(amount=1_000_001)
    return "the votes say 1000000, the decision 1000001"


def score_changed():
    Score.objects.filter(pk=Score.objects.first().pk).update(value=0)
    return "its votes or scores add up to something else"


def rules_changed():
    session = Session.objects.get()
    Session.objects.update(rules={**session.rules, "majority_pct": 1})
    return "its rules were changed after the packet was sent"


def minutes_changed():
    session = Session.objects.get()
    Session.objects.update(minutes_body={**session.minutes_body, "absent": []}, minutes_hash="0" * 64)
    return "its minutes were changed after the close"


def vote_dated_back():
    vote = Vote.objects.first()
    Vote.objects.filter(pk=vote.pk).update(cast_on=DAY - timedelta(1))
    return f"selection_vote {vote.pk}: the log knows none like it"


def put_off_as_if_it_had_been_taken_off():
    Decision.objects.update(outcome="defer", amount=None, tally={"rule": "removed"})
    return "selection_decision S-2026-01/1: the case was not taken off the agenda"


def rules_and_all_their_hashes_changed():
    body = {**Session.objects.get().rules, "majority_pct": 1}
    with guards.suspended():
        RulesVersion.objects.update(body=body, sha256=frozen_hash(body))
    Session.objects.update(rules=body, rules_hash=frozen_hash(body))
    return "selection_session S-2026-01: its rules are not those that the log says it was opened with"


def minutes_and_their_hash_changed():
    body = {**Session.objects.get().minutes_body, "absent": ["U-1"]}
    Session.objects.update(minutes_body=body, minutes_hash=frozen_hash(body))
    return "selection_session S-2026-01: its minutes are not those that the log says it was closed with"


def approved_for_more():
    Application.objects.update(approved_amount=999_999)
    return "applicants_application A-2026-00001: approved without a decision of that amount"


def decision_taken_away():
    Decision.objects.update(undone_on=DAY, undone_by="reopened")
    return "applicants_application A-2026-00001: approved without a decision of that amount"


@pytest.mark.parametrize(
    "tamper",
    [
        vote_turned,
        vote_struck,
        vote_of_somebody_with_an_interest,
        vote_of_somebody_without_a_seat,
        vote_of_the_payment_maker,
        outcome_turned,
        amount_raised,
        score_changed,
        rules_changed,
        minutes_changed,
        vote_dated_back,
        put_off_as_if_it_had_been_taken_off,
        rules_and_all_their_hashes_changed,
        minutes_and_their_hash_changed,
        approved_for_more,
        decision_taken_away,
    ],
)
def test_each_change_behind_the_committees_back_is_named(office, tamper):
    closed_session(office, eligible_application(office))
    sentence = tamper()
    assert any(sentence in fault for fault in checks())


def test_a_recorded_approval_without_its_money_is_named(office):
    decided_session(office, eligible_application(office))
    Commitment.objects.all().delete()
    assert list(checks()) == ["selection_decision S-2026-01/1: its money is not reserved"]


def test_a_decision_that_did_not_take_effect_at_the_close_is_named(office):
    closed_session(office, eligible_application(office), choice="against", reason="No market.")
    Decision.objects.update(effective_on=None)
    assert "selection_decision S-2026-01/1: the sitting is closed and it has not taken effect" in list(checks())
