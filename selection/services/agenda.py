"""A session from its plan to the moment when the committee sits."""

from django.db.models import Max, prefetch_related_objects
from django.utils.translation import gettext_lazy as _

from applicants.models import Application
from audit.moves import advance, begin
from audit.refusals import Blocked, Invalid
from audit.services import record, service
from programmes.models import Call
from programmes.services import check_date, take_reference
from selection.call_rules import assessors_for, rules_of, rules_of_call
from selection.consent import goes_on_consent
from selection.models import Case, Decision, MotionVote, Session, SittingAttendance, Vote
from selection.quorum import room_of, voting_members
from selection.services.bands import ask_mandate, ask_motion_mandate
from selection.services.bench import day_of
from selection.services.deadlines import ask_days
from selection.services.declaring import declare_standing
from selection.services.findings import ask_not_held, keeping_findings
from selection.services.locks import ask, ask_move, ask_state, lock_agenda, lock_applications, lock_call, lock_session
from selection.services.versions import freeze_rules

OPEN_SESSIONS = (Session.State.PLANNED, Session.State.OPEN, Session.State.SITTING)


@service
def plan_session(
    *,
    committee,
    call,
    sits_on,
    on,
    by,
    procedure=Session.Procedure.LIVE,
    scores_due_on=None,
    votes_due_on=None,
    reason="",
):
    """A session of the committee under one call, to sit on `sits_on`.

    In the written procedure nobody meets: members vote from that day to `votes_due_on`, that day included.
    """
    ask("selection.keep_session", by, committee)
    if call.programme_id != committee.programme_id:
        raise Invalid(_("The call belongs to another programme."), field="call")
    if sits_on < on:
        raise Invalid(_("The committee cannot sit before the session is planned."), field="sits_on")
    check_date(on=on, programme=committee.programme, by=by, reason=reason)
    session = Session(
        programme=committee.programme,
        committee=committee,
        call=call,
        procedure=procedure,
        sits_on=sits_on,
        scores_due_on=scores_due_on,
        votes_due_on=votes_due_on,
        planned_by=by,
    )
    ask_days(session, on)
    session.ref = take_reference("S", sits_on.year)
    session.save()
    body = {"call": call.key, "sits_on": sits_on}
    if session.is_written:
        body |= {"procedure": procedure, "votes_due_on": votes_due_on}
    return begin(session, by=by, on=on, body=body)


def add_cases(*, session, applications, on, by):
    """Put eligible applications of the session's call on the agenda, behind those that are there.

    Raises Blocked for a case of another committee's amounts, and for one that is held by a live award in its window
    or an unresolved duplicate: what was found then is kept with its checks.
    """
    with keeping_findings(on=on, by=by):
        return put_on_agenda(session=session, applications=applications, on=on, by=by)


@service
def put_on_agenda(*, session, applications, on, by):
    """add_cases() without keeping what was found about a case that is held."""
    session = lock_session(session)
    ask("selection.keep_session", by, session)
    ask_state(session, Session.State.PLANNED)
    asked = [application.pk for application in applications]
    rows = lock_applications(asked)
    elsewhere = set(
        Case.objects.filter(application__in=rows, session__state__in=OPEN_SESSIONS, removed_on=None).values_list(
            "application_id", flat=True
        )
    )
    last = session.cases.aggregate(last=Max("position"))["last"] or 0
    rules, cases = rules_of_call(session.call), []
    for pk in dict.fromkeys(asked):
        application = rows[pk]
        _ask_ready(session, application, elsewhere)
        ask_mandate(session, application)
        ask_not_held(application, on, by)
        last += 1
        cases.append(
            Case(
                session=session,
                application=application,
                position=last,
                revision=application.revision,
                proposed_amount=application.asked_amount,
                proposed_months=_months_of(application),
                currency=application.currency,
                assessors=assessors_for(rules, application.window.key, application.asked_amount),
            )
        )
    Case.objects.bulk_create(cases)
    record(
        "session.add_cases",
        session.ref,
        by=by,
        on=on,
        programme=session.programme.key,
        body={"cases": [rows[pk].ref for pk in dict.fromkeys(asked)]},
    )
    return session


def _ask_ready(session, application, elsewhere):
    if application.call_id != session.call_id:
        raise Blocked(_("%(ref)s was made under another call.") % {"ref": application.ref})
    if application.pk in elsewhere:
        raise Blocked(_("%(ref)s is on the agenda of a session already.") % {"ref": application.ref})
    if application.state != Application.State.ELIGIBLE:
        raise Blocked(
            _("%(ref)s is in the state “%(state)s”; only eligible applications go to the committee.")
            % {"ref": application.ref, "state": application.state_label}
        )


@service
def remove_case(*, case, reason, on, by):
    """Take a case off the agenda.

    Before the packet is sent it is simply gone. Later it is put off by a recorded decision, which takes effect at
    the close; a case whose votes make a quorum is the committee's to decide.
    """
    session, cases = lock_agenda(case.session)
    ask("selection.keep_session", by, session)
    ask_state(session, *OPEN_SESSIONS)
    if not reason.strip():
        raise Invalid(_("Say why the case is taken off the agenda."), field="reason")
    case = next((row for row in cases if row.pk == case.pk), None)
    if case is None or case.removed_on:
        raise Blocked(_("This case is not on the agenda any more."))
    application = case.application
    if session.state == Session.State.PLANNED:
        case.delete()
    else:
        _put_off(session, case, reason, on)
    record(
        "session.remove_case",
        session.ref,
        by=by,
        on=on,
        programme=session.programme.key,
        body={"case": application.ref},
        reason=reason,
    )
    return session


def _put_off(session, case, reason, on):
    room = room_of(case, voting_members(session), set(), rules_of(session))
    votes = Vote.objects.live().filter(case=case, member__in=room.able).count()
    if Decision.objects.live().filter(case=case).exists() or votes >= room.needed:
        raise Blocked(_("The votes on %(case)s make a quorum: decide it.") % {"case": case.application.ref})
    case.removed_on = on
    case.removed_reason = reason
    case.save(update_fields=["removed_on", "removed_reason"])
    if case.application.state == Application.State.UNDER_REVIEW:
        Decision.objects.create(
            ref=case.ref,
            case=case,
            application=case.application,
            outcome=Decision.Outcome.DEFER,
            currency=case.currency,
            reason=reason,
            tally={"rule": "removed"},
            decided_on=on,
        )


@service
def send_packet(*, session, on, by, version=None, reason=""):
    """Freeze the rules, open the review of each case, and open the session to its members.

    Rules that differ from the call's last version become a new one, and `reason` must say why.
    """
    session, cases = lock_agenda(session)
    ask_move(session, "send_packet", by, on, _("The packet cannot be sent yet."))
    check_date(on=on, programme=session.programme, by=by, reason=reason)
    rules = freeze_rules(lock_call(session.call), on=on, by=by, reason=reason)
    advance(
        session,
        "send_packet",
        by=by,
        on=on,
        version=version,
        reason=reason,
        body={"rules": rules.sha256, "version": rules.number, "cases": [case.application.ref for case in cases]},
        rules_version=rules,
    )
    prefetch_related_objects([case.application for case in cases], "opinions", "waivers", "verifications")
    for case in cases:
        application = case.application
        ask_mandate(session, application)
        try:
            advance(application, "open_review", by=by, on=on, body={"session": session.ref})
        except Blocked as missing:
            raise Blocked(
                _("%(ref)s cannot go to the committee yet.") % {"ref": application.ref},
                missing.missing or [missing.sentence],
            ) from missing
        # The committee judges what is there now, should an appeal or a correction have changed it since it was added.
        case.revision = application.revision
        case.proposed_amount = application.asked_amount
        case.proposed_months = _months_of(application)
        case.assessors = assessors_for(rules.body, application.window.key, application.asked_amount)
    for motion in session.motions.on_agenda():
        motion.approvals = ask_motion_mandate(session, motion.applications.all(), motion.amounts, motion.subject_ref)
        motion.save(update_fields=["approvals"])
    declare_standing(session, cases, on=on, by=by)
    _choose_for_consent(session, rules.body, cases)
    Case.objects.bulk_update(cases, ["revision", "proposed_amount", "proposed_months", "assessors", "on_consent"])
    return session


def _months_of(application):
    """The months to repay that a loan's applicant asks for; None for a grant."""
    return application.term_months if application.call.instrument == Call.Instrument.LOAN else None


def _choose_for_consent(session, rules, cases):
    """Set `on_consent` of each case by the frozen rules, and by the interests that are known already."""
    voting = voting_members(session)
    prefetch_related_objects(cases, "declarations")
    for case in cases:
        case.on_consent = goes_on_consent(case, rules, room_of(case, voting, (), rules))


@service
def record_sitting(*, session, present, on, by, reason="", times=None):
    """Who of the seats is present (users); the others are absent. May be corrected until the close.

    `times` (id of a user -> (came, left), each a time or None) says from when to when somebody was there.
    """
    session = lock_session(session)
    ask("selection.keep_session", by, session)
    ask_state(session, Session.State.OPEN, Session.State.SITTING)
    if session.is_written:
        raise Blocked(_("Nobody attends a written procedure: who votes takes part in it."))
    check_date(on=on, programme=session.programme, by=by, reason=reason)
    seats = session.committee.seats.held_on(session.sits_on).select_related("user")
    seated = {seat.user_id: seat.user for seat in seats}
    here = {user.pk for user in present}
    if here - set(seated):
        raise Invalid(_("Somebody on the list has no seat on that day."), field="present")
    voted = set(Vote.objects.live().filter(case__session=session).values_list("member_id", flat=True))
    voted |= set(MotionVote.objects.live().filter(motion__session=session).values_list("member_id", flat=True))
    for pk in sorted((set(seated) - here) & voted):
        raise Blocked(_("%(name)s has voted in this sitting and cannot be absent.") % {"name": seated[pk]})
    times = _times(times or {}, here, seated)
    SittingAttendance.objects.filter(session=session).delete()
    SittingAttendance.objects.bulk_create(
        SittingAttendance(session=session, member_id=pk, present=pk in here, came_at=times[pk][0], left_at=times[pk][1])
        for pk in sorted(seated)
    )
    record(
        "session.record_sitting",
        session.ref,
        by=by,
        on=on,
        programme=session.programme.key,
        body={"present": _refs(seated, here), "absent": _refs(seated, set(seated) - here)},
        reason=reason,
    )
    return session


@service
def start_sitting(*, session, on, by, version=None, reason=""):
    """The committee sits, or its written procedure begins: now its members vote. The session's day becomes `on`."""
    session = lock_session(session)
    check_date(on=on, programme=session.programme, by=by, reason=reason)
    if session.votes_due_on and on > session.votes_due_on:
        raise Blocked(
            _("The time to vote ended on %(date)s: give more time first.") % {"date": day_of(session.votes_due_on)}
        )
    return advance(session, "start", by=by, on=on, version=version, reason=reason, body={"sits_on": on})


def _times(times, here, seated):
    """(came, left) of each seat; raises Invalid for times of somebody absent, and for a leaving before the coming."""
    found = {}
    for pk, name in seated.items():
        came, left = times.get(pk) or (None, None)
        if (came or left) and pk not in here:
            raise Invalid(_("%(name)s is absent and has no times.") % {"name": name}, field="present")
        if came and left and left <= came:
            raise Invalid(_("%(name)s cannot leave before coming.") % {"name": name}, field="present")
        found[pk] = (came, left)
    return found


def _refs(seated, pks):
    return [seated[pk].ref for pk in sorted(pks)]
