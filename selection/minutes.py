"""What the minutes of a sitting say: plain values, frozen with their hash when the session closes.

Applicants stand in them by reference; their names are put in from the register when the paper is drawn, so that the
frozen record outlives a person's request to be forgotten.
"""

from django.db.models import Prefetch

from applicants.models import Application
from selection.models import Decision, Declaration, Seat


def body_of(session, *, closed_on):
    """The minutes as a dict of plain values: dates as ISO text, amounts in minor units, codes instead of labels."""
    attendance = {row.member_id: row.present for row in session.attendance.all()}
    seats = list(session.committee.seats.held_on(session.sits_on).select_related("user"))
    voted = set(session.cases.filter(votes__voided_on=None).values_list("votes__member_id", flat=True))
    present = [seat for seat in seats if attendance.get(seat.user_id, seat.user_id in voted)]
    return {
        "session": session.ref,
        "committee": session.committee.name,
        "call": session.call.name,
        "sits_on": session.sits_on.isoformat(),
        "closed_on": closed_on.isoformat(),
        "rules": session.rules_hash,
        "rules_version": session.rules.get("version"),
        "quorum_number": session.rules["quorum_number"],
        "quorum_share_pct": session.rules["quorum_share_pct"],
        "majority_pct": session.rules["majority_pct"],
        "present": [{"member": seat.user.name, "role": seat.role} for seat in present],
        "absent": [
            {"member": seat.user.name, "role": seat.role}
            for seat in seats
            if seat not in present and seat.role != Seat.Role.SECRETARY
        ],
        "cases": [_case(case) for case in _cases(session)],
    }


def _cases(session):
    return session.cases.select_related("application__applicant").prefetch_related(
        Prefetch("decisions", Decision.objects.order_by("pk")),
        Prefetch(
            "declarations",
            Declaration.objects.live().exclude(kind=Declaration.Kind.NONE).select_related("member"),
            to_attr="interests",
        ),
    )


def _case(case):
    decisions = list(case.decisions.all())
    live = next((decision for decision in decisions if decision.undone_on is None), None)
    return {
        "position": case.position,
        "application": case.application.ref,
        "applicant": case.application.applicant.ref,
        "title": case.application.title,
        "revision": case.revision,
        "asked_amount": case.proposed_amount,
        "currency": case.currency,
        "withdrawn": case.application.state == Application.State.WITHDRAWN,
        "outcome": live.outcome if live else "",
        "amount": live.amount if live else None,
        "conditions": live.conditions if live else "",
        "reason": live.reason if live else "",
        "tally": live.tally if live else {},
        "interests": [{"member": row.member.name, "kind": row.kind, "late": row.late} for row in case.interests],
        "undone": [
            {"outcome": decision.outcome, "amount": decision.amount, "why": decision.undone_by}
            for decision in decisions
            if decision.undone_on is not None
        ],
    }
