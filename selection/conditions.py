"""Facts that a session's moves ask for."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from audit.moves import fact
from selection import quorum


@fact(_("There are cases or requests on the agenda."))
def has_cases(session):
    asked = session.cases.on_agenda().exists() or session.motions.on_agenda().exists()
    return None if asked else _("No case is on the agenda.")


@fact(_("The committee has enough voting members."))
def has_enough_members(session):
    voting = len(quorum.voting_members(session))
    call = session.call
    if voting < call.quorum_number:
        return _("The committee has %(have)s voting members; the quorum is %(need)s.") % {
            "have": voting,
            "need": call.quorum_number,
        }
    if call.odd_number and voting % 2 == 0:
        return _("The committee must have an odd number of voting members; it has %(have)s.") % {"have": voting}
    return None


@fact(_("At least one case has the quorum of its unconflicted members."))
def some_case_has_quorum(session):
    move = getattr(session, "move", None)
    rooms = quorum.rooms_of(session, on=move.on if move else None)
    rooms += quorum.rooms_of_motions(session, session.motions.undecided(), on=move.on if move else None)
    if any(room.could_decide for room in rooms):
        return None
    waiting = set().union(*(room.unconflicted & room.undeclared for room in rooms)) if rooms else set()
    if waiting:
        return ngettext(
            "No case has a quorum of unconflicted members yet: %(count)s member has not declared.",
            "No case has a quorum of unconflicted members yet: %(count)s members have not declared.",
            len(waiting),
        ) % {"count": len(waiting)}
    return _("No case has a quorum of unconflicted members.")


@fact(_("Every request is voted on, or the time to vote is over."))
def motions_voted(session):
    move = getattr(session, "move", None)
    if not session.is_written or move is None or move.on > session.votes_due_on:
        return None
    motions = session.motions.undecided()
    voted = {motion.pk: set() for motion in motions}
    for pk, member in motions.filter(votes__voided_on=None, votes__isnull=False).values_list("pk", "votes__member"):
        voted[pk].add(member)
    waiting = sum(bool(room.unconflicted - voted[room.case_id]) for room in quorum.rooms_of_motions(session, motions))
    if not waiting:
        return None
    return _("Members can vote on requests until %(date)s.") % {"date": f"{session.votes_due_on:%d.%m.%Y}"}


@fact(_("Every case is decided or deferred."))
def every_case_decided(session):
    open_cases = session.cases.undecided().count()
    if open_cases:
        return ngettext("%(count)s case is not decided.", "%(count)s cases are not decided.", open_cases) % {
            "count": open_cases
        }
    return None
