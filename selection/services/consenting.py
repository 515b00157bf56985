"""The consent agenda: one act of a member votes for every case on it, and each case can be lifted out first."""

from django.utils.translation import gettext_lazy as _

from applicants.models import Application
from audit.refusals import Blocked
from audit.services import service
from selection.call_rules import rules_of
from selection.models import Decision, Session, Vote
from selection.quorum import room_of
from selection.services.bench import ask_judge, leave_consent, open_agenda
from selection.services.judging import cast
from selection.services.locks import ask_state


@service
def lift_from_consent(*, case, on, by, version=None):
    """A member wants to talk about the case: it is voted singly, by everybody. Returns the Case.

    Votes that others have given it with the consent agenda are void. Whoever has voted takes the own vote back first.
    """
    session, cases = open_agenda(case.session, by, on, [case.application_id], version)
    ask_state(session, Session.State.OPEN, Session.State.SITTING)
    case = cases[0]
    ask_judge(session, case, by)
    if not case.votes_by_consent:
        raise Blocked(_("%(ref)s is not on the consent agenda.") % {"ref": case.application.ref})
    if Vote.objects.live().filter(case=case, member=by).exists():
        raise Blocked(_("You have voted on %(ref)s: take your vote back first.") % {"ref": case.application.ref})
    return leave_consent(session, case, on, by, "lifted")


@service
def cast_consent_votes(*, session, on, by, version=None, key=None):
    """One act: a vote for each case that is still on the consent agenda and that the member may judge.

    Cases in which the member has an interest, or has voted already, are left out. Returns the Session.
    """
    waiting = session.cases.on_consent_agenda().exclude(votes__in=Vote.objects.live().filter(member=by))
    session, cases = open_agenda(session, by, on, list(waiting.values_list("application_id", flat=True)), version)
    ask_state(session, Session.State.SITTING)
    done = set(Decision.objects.live().filter(case__in=cases).values_list("case_id", flat=True))
    done |= set(Vote.objects.live().filter(case__in=cases, member=by).values_list("case_id", flat=True))
    mine = [case for case in cases if case.pk not in done and _waits_for(by, case, session)]
    if not mine:
        raise Blocked(_("No case of the consent agenda waits for your vote."))
    for case in mine:
        cast(session, case, Vote.Choice.FOR, None, "", on, by, on_consent=True)
    return session


def _waits_for(by, case, session):
    if not case.votes_by_consent or case.removed_on or case.application.state != Application.State.UNDER_REVIEW:
        return False
    voting, absent = session.bench
    return by.pk not in room_of(case, voting, absent, rules_of(session)).conflicted
