"""Motions on the agenda: put there by the secretary, declared and voted on by members, decided by the close.

A member's act locks the Applications that the motion is about, as with a case; the close locks the session as well.
"""

from django.db.models import Max
from django.utils.translation import gettext_lazy as _

from applicants.models import Part
from applicants.services import claim_parts
from audit.refusals import Blocked, Invalid, NotAllowed
from audit.services import record, service
from programmes.services import check_date
from selection.models import Declaration, Motion, MotionDeclaration, MotionVote, Session
from selection.motions import matter_of, standing_of, standings_of, waiting_for
from selection.services.bands import ask_motion_mandate
from selection.services.bench import day_of
from selection.services.locks import ask, ask_state, fresh_session, lock_applications, lock_dossiers, lock_session

REASON_DUE = (MotionVote.Choice.AGAINST, MotionVote.Choice.DEFER)
BEFORE_SITTING = (Session.State.PLANNED, Session.State.OPEN)


def _note(event, session, by, on, reason="", **body):
    record(event, session.ref, by=by, on=on, programme=session.programme.key, body=body, reason=reason)


@service
def put_motions(*, session, subjects, on, by):
    """Put waiting questions (their references) on the agenda, before the committee sits. Returns the Session."""
    session = lock_session(session)
    ask("selection.keep_session", by, session)
    ask_state(session, *BEFORE_SITTING)
    check_date(on=on, programme=session.programme, by=by)
    waiting = {one.subject_ref: (matter, one) for matter, one in waiting_for(session)}
    if not subjects:
        raise Invalid(_("Tick at least one request."), field="subjects")
    gone = [ref for ref in subjects if ref not in waiting]
    if gone:
        raise Blocked(_("%(ref)s does not wait for a committee any more.") % {"ref": gone[0]})
    keys = {ref: list(waiting[ref][1].applications.values_list("pk", flat=True)) for ref in dict.fromkeys(subjects)}
    lock_applications({pk for found in keys.values() for pk in found})
    number = session.motions.aggregate(last=Max("number"))["last"] or 0
    for ref in keys:
        matter, one = waiting[ref]
        if one.why_not:
            raise Blocked(one.why_not)
        approvals = ask_motion_mandate(session, one.applications, one.amounts, ref)
        number += 1
        motion = Motion.objects.create(
            session=session,
            number=number,
            matter=matter.key,
            subject_ref=ref,
            facts=one.facts,
            amounts=one.amounts,
            approvals=approvals,
            asked_by_id=one.asked_by_id,
            put_on=on,
            put_by=by,
        )
        motion.applications.set(keys[ref])
        matter.taken(ref, motion=motion, on=on, by=by)
    _note("session.put_motions", session, by, on, motions=list(keys))
    return session


@service
def remove_motion(*, motion, reason, on, by):
    """Take a motion off the agenda before the committee sits: it waits for another session."""
    session = lock_session(motion.session)
    ask("selection.keep_session", by, session)
    ask_state(session, *BEFORE_SITTING)
    if not reason.strip():
        raise Invalid(_("Say why it is taken off the agenda."), field="reason")
    check_date(on=on, programme=session.programme, by=by)
    lock_dossiers(motion=motion)
    motion = Motion.objects.get(pk=motion.pk)
    _ask_live(motion)
    motion.removed_on = on
    motion.save(update_fields=["removed_on"])
    matter_of(motion.matter).returned(motion.subject_ref, on=on, by=by)
    _note("session.remove_motion", session, by, on, reason, motion=motion.ref, subject=motion.subject_ref)
    return session


def _ask_live(motion):
    if motion.removed_on or motion.decided_on:
        raise Blocked(_("%(ref)s is not before the committee any more.") % {"ref": motion.subject_ref})


def _bench(motion, by, on, *states):
    """The fresh motion with its session, its applications locked; `by` holds a voting seat on the session's day."""
    lock_dossiers(motion=motion)
    motion = Motion.objects.get(pk=motion.pk)
    motion.session = session = fresh_session(motion.session)
    check_date(on=on, programme=session.programme, by=by)
    ask_state(session, *states)
    ask("selection.vote", by, session)
    seat = session.committee.seats.held_on(session.sits_on).filter(user=by).first()
    if seat is None or not seat.votes or (seat.ends_on and on > seat.ends_on):
        raise NotAllowed(_("Only members who hold a seat on %(date)s do this.") % {"date": day_of(session.sits_on)})
    _ask_live(motion)
    return motion, session


@service
def declare_on_motion(*, motion, kind, on, by, reason=""):
    """A member says whether they have an interest in a motion. An interest is not taken back, and voids their vote."""
    motion, session = _bench(motion, by, on, Session.State.OPEN, Session.State.SITTING)
    reason = reason.strip()
    if kind not in Declaration.Kind.values:
        raise Invalid(_("Choose whether you have an interest."), field="kind")
    if kind != Declaration.Kind.NONE and not reason:
        raise Invalid(_("Say what interest you have."), field="reason")
    before = MotionDeclaration.objects.live().filter(motion=motion, member=by).first()
    if before is not None and (before.is_conflict or kind == Declaration.Kind.NONE):
        raise Blocked(_("You have declared already."))
    MotionDeclaration.objects.live().filter(motion=motion, member=by).update(superseded_on=on)
    row = MotionDeclaration.objects.create(motion=motion, member=by, kind=kind, reason=reason, declared_on=on)
    voided = 0
    if row.is_conflict:
        voided = MotionVote.objects.live().filter(motion=motion, member=by).update(voided_on=on)
    _note("motion.declare", session, by, on, motion=motion.ref, kind=kind, voided=voided)
    return row


@service
def cast_motion_vote(*, motion, choice, on, by, reason="", key=None):
    """A member's vote on a motion while the committee sits. A reason is due against it and for putting it off."""
    motion, session = _bench(motion, by, on, Session.State.SITTING)
    _ask_judge(motion, by)
    if on < session.sits_on:
        raise Invalid(_("The committee sits on %(date)s.") % {"date": day_of(session.sits_on)}, field="on")
    if session.votes_due_on and on > session.votes_due_on:
        raise Blocked(_("The time to vote ended on %(date)s.") % {"date": day_of(session.votes_due_on)})
    if choice not in MotionVote.Choice.values:
        raise Invalid(_("Choose how you vote."), field="choice")
    reason = reason.strip()
    if choice in REASON_DUE and not reason:
        raise Invalid(_("Give the reason of your vote."), field="reason")
    if MotionVote.objects.live().filter(motion=motion, member=by).exists():
        raise Blocked(_("You have voted on %(ref)s already.") % {"ref": motion.subject_ref})
    claim_parts(applications=motion.applications.all(), user=by, part=Part.Name.MEMBER, on=on)
    vote = MotionVote.objects.create(motion=motion, member=by, choice=choice, reason=reason, cast_on=on)
    _note("motion.vote", session, by, on, motion=motion.ref, choice=choice)
    return vote


@service
def take_back_motion_vote(*, motion, on, by):
    """A member takes the own vote back while the committee sits, and votes anew."""
    motion, session = _bench(motion, by, on, Session.State.SITTING)
    vote = MotionVote.objects.live().filter(motion=motion, member=by).first()
    if vote is None:
        raise Blocked(_("You have no vote on this request."))
    vote.voided_on = on
    vote.save(update_fields=["voided_on"])
    _note("motion.take_back", session, by, on, motion=motion.ref)
    return vote


def _ask_judge(motion, by):
    """Raises unless the member declared no interest, and has no other part in what the motion grew out of."""
    room = standing_of(motion).room
    if by.pk in room.conflicted:
        raise NotAllowed(_("You have an interest or another part in this and take no part in it."))
    if by.pk in room.undeclared:
        raise Blocked(_("Declare first whether you have an interest in %(ref)s.") % {"ref": motion.subject_ref})
    if by.pk in room.absent:
        raise Blocked(_("The secretary has recorded you as absent from this sitting."))


def decide_motions(session, *, on, by):
    """What the votes make of each motion, recorded at the close: below its quorum it is put off. Returns them.

    The caller holds the session and the applications; the outcome takes effect by the signal of the close.
    """
    decided = []
    for standing in standings_of(session, session.motions.undecided()):
        motion = standing.motion
        motion.outcome, motion.tally, motion.decided_on = standing.outcome, standing.tally, on
        motion.save(update_fields=["outcome", "tally", "decided_on"])
        _note("motion.decide", session, by, on, motion=motion.ref, outcome=motion.outcome, subject=motion.subject_ref)
        decided.append(motion)
    return decided


def ask_motions_undoable(session):
    """Raises Blocked when something that a motion of the session decided has moved on since."""
    for motion in session.motions.exclude(outcome="defer").filter(decided_on__isnull=False):
        motion.session = session
        why = matter_of(motion.matter).moved_on(motion.subject_ref)
        if why:
            raise Blocked(why)


def undo_motions(session, *, on, by):
    """The sitting is open again: its motions wait for the close once more. What was put off stays put off."""
    for motion in session.motions.exclude(outcome="defer").filter(decided_on__isnull=False):
        motion.session = session
        motion.outcome, motion.tally, motion.decided_on = "", {}, None
        motion.save(update_fields=["outcome", "tally", "decided_on"])
        _note("motion.undo", session, by, on, motion=motion.ref, subject=motion.subject_ref)
