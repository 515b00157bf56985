"""What the minutes of a sitting say: plain values, frozen with their hash when the session closes.

Applicants stand in them by reference, and what somebody wrote (titles, reasons, conditions, questions) by its hash.
Names come from the register and words from the record when the minutes are read, so that the frozen record proves every
word and yet outlives a person's request to be forgotten. Minutes of older sessions hold the words themselves.
"""

import hashlib
import json

from django.db.models import Prefetch
from django.utils.translation import gettext as _

from accounts.models import User
from applicants.models import Application, Part, Revision
from audit.models import Event, Head, Remark
from selection.models import Clarification, Decision, Declaration, MotionVote, Review, Score, Seat, Vote
from selection.motions import standings_of
from selection.quorum import room_of, voting_members
from selection.scoring import one_decimal, score

# Votes that the decision did not follow; an abstention takes no side.
AGAINST_THE_DECISION = {
    Decision.Outcome.APPROVE: (Vote.Choice.AGAINST, Vote.Choice.DEFER),
    Decision.Outcome.RESERVE: (Vote.Choice.AGAINST, Vote.Choice.DEFER),
    Decision.Outcome.REJECT: (Vote.Choice.FOR, Vote.Choice.CONDITIONS, Vote.Choice.DEFER),
    Decision.Outcome.DEFER: (Vote.Choice.FOR, Vote.Choice.CONDITIONS, Vote.Choice.AGAINST),
}


def body_of(session, *, closed_on, closed_by=None):
    """The minutes as a dict of plain values: dates as ISO text, amounts in minor units, codes instead of labels.

    `closed_by` is the User who keeps the minutes, None while the committee sits.
    """
    attendance = {row.member_id: row for row in session.attendance.all()}
    seats = list(session.committee.seats.held_on(session.sits_on).select_related("user"))
    voted = set(session.cases.filter(votes__voided_on=None).values_list("votes__member_id", flat=True))
    voted |= set(MotionVote.objects.live().filter(motion__session=session).values_list("member_id", flat=True))
    present = [seat for seat in seats if _was_there(attendance.get(seat.user_id), seat.user_id in voted)]
    motions = [_motion(standing) for standing in standings_of(session)]
    return {
        "session": session.ref,
        "committee": session.committee.name,
        "call": session.call.name,
        "procedure": session.procedure,
        "sits_on": session.sits_on.isoformat(),
        "votes_due_on": session.votes_due_on.isoformat() if session.votes_due_on else "",
        "closed_on": closed_on.isoformat(),
        "closed_by": closed_by.name if closed_by else "",
        "rules": session.rules_hash,
        "rules_version": session.rules.get("version"),
        "quorum_number": session.rules["quorum_number"],
        "quorum_share_pct": session.rules["quorum_share_pct"],
        "majority_pct": session.rules["majority_pct"],
        "present": [_person(seat, attendance) for seat in present],
        "absent": [
            _person(seat, attendance) for seat in seats if seat not in present and seat.role != Seat.Role.SECRETARY
        ],
        "corrections": _corrections(session),
        "cases": [_case(case, session) for case in _cases(session)],
        # Only where there are any: minutes of older sessions keep their hash.
        **({"motions": motions} if motions else {}),
    }


def _was_there(row, voted):
    return row.present if row is not None else voted


def _person(seat, attendance):
    """Who, in which seat, and from when to when where that was written down."""
    row = attendance.get(seat.user_id)
    times = {
        name: f"{value:%H:%M}"
        for name, value in (("came", row.came_at if row else None), ("left", row.left_at if row else None))
        if value is not None
    }
    return {"member": seat.user.name, "role": seat.role, **times}


def chain_now():
    """(number, hash) of the last event of the audit chain: what stood before these minutes."""
    head = Head.objects.first()
    return (head.seq, head.hash) if head else (0, "")


def _corrections(session):
    """Each reopening: when, by whom, why, and the hash of the minutes that it replaced."""
    events = Event.objects.about(session.ref).filter(kind__in=["session.close", "session.reopen"])
    events = list(events.order_by("seq"))
    if not any(event.kind == "session.reopen" for event in events):
        return []
    names = dict(User.objects.filter(pk__in={event.actor_id for event in events}).values_list("pk", "name"))
    reasons = _remarks(events)
    found, replaced = [], ""
    for event in events:
        if event.kind == "session.close":
            replaced = _minutes_hash(event)
            continue
        found.append(
            {
                "on": event.on.isoformat(),
                "by": names.get(event.actor_id, ""),
                "reason": said(reasons.get(event.seq, "")),
                "minutes": replaced,
            }
        )
    return found


def _minutes_hash(event):
    found = json.loads(event.body)
    return found.get("minutes", "")


def _remarks(events):
    rows = Remark.objects.filter(event_seq__in=[event.seq for event in events], redacted=False)
    return dict(rows.values_list("event_seq", "text"))


# Cases -----------------------------------------------------------------------------------------------------------


def _cases(session):
    cards = Review.objects.submitted().prefetch_related(Prefetch("scores", Score.objects.select_related("criterion")))
    conflicts = Declaration.objects.live().exclude(kind=Declaration.Kind.NONE).select_related("member")
    return session.cases.select_related("application__applicant", "lifted_by").prefetch_related(
        "declarations",
        "clarifications",
        Prefetch("application__parts", Part.objects.select_related("user")),
        Prefetch("decisions", Decision.objects.order_by("pk")),
        Prefetch("declarations", conflicts, to_attr="interests"),
        Prefetch("votes", Vote.objects.live().order_by("pk"), to_attr="live_votes"),
        Prefetch("votes", Vote.objects.exclude(voided_on=None), to_attr="void_votes"),
        Prefetch("reviews", cards, to_attr="cards_in"),
    )


def _case(case, session):
    decisions = list(case.decisions.all())
    live = next((decision for decision in decisions if decision.undone_on is None), None)
    return {
        "position": case.position,
        "application": case.application.ref,
        "applicant": case.application.applicant.ref,
        "title": said(case.application.title),
        "revision": case.revision,
        "asked_amount": case.proposed_amount,
        "asked_months": case.proposed_months,
        "currency": case.currency,
        "on_consent": case.votes_by_consent,
        "lifted": {"by": case.lifted_by.name, "on": case.lifted_on.isoformat()} if case.lifted_on else {},
        "withdrawn": case.application.state == Application.State.WITHDRAWN,
        "outcome": live.outcome if live else "",
        "amount": live.amount if live else None,
        "months": live.months if live else None,
        "conditions": said(live.conditions) if live else "",
        "reason": said(live.reason) if live else "",
        "tally": live.tally if live else {},
        "scores": _scores(case, session),
        "dissent": _dissent(case, live),
        "interests": [_interest(row, case) for row in case.interests],
        "others": _others(case, session),
        "clarifications": [_clarification(row) for row in case.clarifications.all()],
        "undone": [
            {"outcome": decision.outcome, "amount": decision.amount, "why": decision.undone_by}
            for decision in decisions
            if decision.undone_on is not None
        ],
    }


def _interest(row, case):
    return {
        "member": row.member.name,
        "kind": row.kind,
        "late": row.late,
        "voided": any(vote.member_id == row.member_id for vote in case.void_votes),
        "declared_on": row.declared_on.isoformat(),
    }


def _others(case, session):
    """Voting members who took no part because of another part on the dossier, and declared nothing."""
    declared = {row.member_id for row in case.interests}
    voting = _voting(session)
    found = [
        {"member": part.user.name, "part": part.part}
        for part in case.application.parts.all()
        if part.user_id in voting and part.part != Part.Name.MEMBER and part.user_id not in declared
    ]
    return sorted(found, key=lambda row: row["member"])


def _voting(session):
    """Ids of the voting members, read once for all cases of the session."""
    if "voting_now" not in session.__dict__:
        session.voting_now = voting_members(session)
    return session.voting_now


def _scores(case, session):
    """What the cards that count come to: mean, spread and sections, without saying whose they are."""
    grid = session.rules.get("criteria", [])
    able = room_of(case, _voting(session), set(), session.rules).able
    cards = [
        {row.criterion.code: row.value for row in card.scores.all()}
        for card in case.cards_in
        if card.member_id in able and card.revision == case.revision
    ]
    points = score(grid, cards)
    if points.percent is None:
        return {}
    totals = [total for total in (score(grid, [card]).percent for card in cards) if total is not None]
    return {
        "cards": points.cards,
        "total": points.shown,
        "least": one_decimal(min(totals)),
        "most": one_decimal(max(totals)),
        "sections": [
            {
                "name": section.name,
                "points": one_decimal(section.points),
                "top": section.top,
                "threshold": section.threshold,
            }
            for section in points.sections
            if section.points is not None
        ],
    }


def _dissent(case, live):
    """Reasons of the votes that the decision did not follow, each once, without a name."""
    if live is None:
        return []
    sides = AGAINST_THE_DECISION[live.outcome]
    found = [(vote.choice, vote.reason) for vote in case.live_votes if vote.choice in sides and vote.reason]
    return [{"choice": choice, "reason": said(reason)} for choice, reason in dict.fromkeys(found)]


def _clarification(row):
    return {
        "question": said(row.question),
        "asked_on": row.asked_on.isoformat(),
        "answer": said(row.answer),
        "answered_on": row.answered_on.isoformat() if row.answered_on else "",
    }


def _motion(standing):
    """A motion with what its votes came to; while the committee sits, what they would come to now."""
    motion, room, one = standing.motion, standing.room, standing.application
    interests = [row for row in motion.declarations.all() if row.superseded_on is None and row.is_conflict]
    names = dict(User.objects.filter(pk__in=room.conflicted).values_list("pk", "name"))
    declared = {row.member_id for row in interests}
    sides = AGAINST_THE_DECISION[standing.outcome]
    dissent = dict.fromkeys((vote.choice, vote.reason) for vote in standing.votes if vote.choice in sides)
    return {
        "number": motion.number,
        "matter": motion.matter,
        "subject": motion.subject_ref,
        **({"application": one.ref, "applicant": one.applicant.ref} if one else {}),
        "facts": motion.facts,
        "outcome": motion.outcome or standing.outcome,
        "tally": motion.tally or standing.tally,
        "dissent": [{"choice": choice, "reason": said(reason)} for choice, reason in dissent if reason],
        "interests": [
            {"member": row.member.name, "kind": row.kind, "declared_on": row.declared_on.isoformat()}
            for row in interests
        ],
        "others": sorted(name for pk, name in names.items() if pk not in declared),
    }


# Words -----------------------------------------------------------------------------------------------------------


def said(text):
    """What the frozen minutes keep of somebody's words: their SHA-256. Nothing of nothing."""
    return {"sha256": hashlib.sha256(text.encode()).hexdigest()} if text else ""


def words_of(session):
    """{SHA-256: text} of everything that the minutes of the session may have kept by its hash."""
    # The title as it was put forward, should it have changed since.
    texts = set(session.cases.values_list("application__title", flat=True))
    put_forward = Revision.objects.filter(application__cases__session=session).values_list("body__title", flat=True)
    texts.update(title for title in put_forward if isinstance(title, str))
    for row in Decision.objects.filter(case__session=session).values_list("conditions", "reason"):
        texts.update(row)
    texts.update(Vote.objects.filter(case__session=session).values_list("reason", flat=True))
    texts.update(MotionVote.objects.filter(motion__session=session).values_list("reason", flat=True))
    for row in Clarification.objects.filter(case__session=session).values_list("question", "answer"):
        texts.update(row)
    reopened = list(Event.objects.about(session.ref).filter(kind="session.reopen"))
    texts.update(_remarks(reopened).values())
    return {said(text)["sha256"]: text for text in texts if text}


def told(session, body=None):
    """The minutes with their words in them; what was taken out on request says so."""
    body = session.minutes_body if body is None else body
    words = words_of(session)
    return _with_words(body, lambda sha256: words.get(sha256, _("(taken out on request)")))


def missing_words(session):
    """Hashes in the frozen minutes whose words are no longer in the record."""
    words, missing = words_of(session), []
    _with_words(session.minutes_body, lambda sha256: sha256 in words or missing.append(sha256))
    return missing


def _with_words(value, word):
    if isinstance(value, dict):
        if set(value) == {"sha256"}:
            return word(value["sha256"])
        return {name: _with_words(one, word) for name, one in value.items()}
    return [_with_words(one, word) for one in value] if isinstance(value, list) else value
