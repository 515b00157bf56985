"""What every act of a member begins with: the agenda under lock, the seat of the day, and whether they may judge."""

from django.utils.translation import gettext_lazy as _

from audit.refusals import Blocked, NotAllowed, Stale
from audit.services import record
from programmes.services import check_date
from selection.call_rules import rules_of
from selection.models import Case, Decision, Vote
from selection.quorum import absent_members, other_parts, room_of, voting_members
from selection.services.locks import ask, fresh_session, lock_applications, with_applications


def open_agenda(session, by, on, applications=None, version=None):
    """The fresh session and its cases with their applications locked; `by` must hold a seat on its day.

    `applications` are pks (None: all on the agenda). `session.bench` keeps who votes on that day and who is absent,
    read once for all cases. Raises Stale when the session has moved since `version`.
    """
    if applications is None:
        applications = list(Case.objects.filter(session=session.pk).values_list("application_id", flat=True))
    rows = lock_applications(applications)
    session = fresh_session(session)
    check_date(on=on, programme=session.programme, by=by)
    seat = session.committee.seats.held_on(session.sits_on).filter(user=by).first()
    if seat is None or (seat.ends_on and on > seat.ends_on):
        raise NotAllowed(_("Only members who hold a seat on %(date)s do this.") % {"date": day_of(session.sits_on)})
    if version is not None and int(version) != session.version:
        raise Stale()
    session.bench = voting_members(session), absent_members(session)
    return session, with_applications(session, rows)


def day_of(day):
    return day.strftime("%d.%m.%Y")


def ask_judge(session, case, by, revision=None):
    """Raises unless `by` may judge the case: a voting seat, no other part in it, declared and free of interest.

    Raises Stale when the member read another revision than the one before the committee. Returns the Room.
    """
    ask("selection.vote", by, session)
    voting, absent = session.bench
    room = room_of(case, voting, absent, rules_of(session))
    if by.pk not in room.voting:
        raise NotAllowed(_("Your seat on this committee has no vote."))
    if by.pk in other_parts(case):
        raise NotAllowed(_("You have another part in %(ref)s and cannot judge it.") % {"ref": case.application.ref})
    if by.pk in room.conflicted:
        raise NotAllowed(_("You declared an interest in this case and take no part in it."))
    if by.pk in room.undeclared:
        raise Blocked(_("Declare first whether you have an interest in %(ref)s.") % {"ref": case.application.ref})
    if case.removed_on or case.application.state != "under_review":
        raise Blocked(_("%(ref)s is not before the committee any more.") % {"ref": case.application.ref})
    if Decision.objects.live().filter(case=case).exists():
        raise Blocked(_("%(ref)s is decided already.") % {"ref": case.application.ref})
    if revision is not None and int(revision) != case.revision:
        raise Stale()
    return room


def leave_consent(session, case, on, by, why):
    """The case leaves the consent agenda: what was voted in one act is void, and its members vote singly.

    `why` is a code for the event: lifted by a member, or an interest declared.
    """
    case.lifted_by, case.lifted_on = by, on
    case.save(update_fields=["lifted_by", "lifted_on"])
    void = Vote.objects.live().filter(case=case, on_consent=True)
    voided = void.update(voided_on=on, void_reason=str(_("The case left the consent agenda")))
    record(
        "consent.lift",
        session.ref,
        by=by,
        on=on,
        programme=session.programme.key,
        body={"case": case.application.ref, "why": why, "voided": voided},
    )
    return case
