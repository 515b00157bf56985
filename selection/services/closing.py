"""The end of a sitting: minutes are frozen and every decision takes effect, in one transaction. And its undoing."""

from django.utils.translation import gettext_lazy as _

from applicants.models import Application
from audit.moves import advance
from audit.refusals import Blocked, Invalid
from audit.services import service
from programmes.services import check_date
from selection.call_rules import frozen_hash
from selection.minutes import body_of, chain_now
from selection.models import Decision, Session
from selection.services.deciding import take_effect, undo
from selection.services.locks import ask, ask_move, ask_state, lock_agenda
from selection.services.motions import ask_motions_undoable, decide_motions, undo_motions
from selection.signals import decisions_effective

STATE_OF = {
    Decision.Outcome.APPROVE: Application.State.APPROVED,
    Decision.Outcome.RESERVE: Application.State.RESERVE,
    Decision.Outcome.REJECT: Application.State.REJECTED,
}


def _decisions(session, cases, **which):
    """Live decisions of the session in agenda order, each with its locked application."""
    by_pk = {case.pk: case for case in cases}
    rows = list(Decision.objects.live().filter(case__session=session, **which).order_by("case__position"))
    for row in rows:
        row.case = by_pk[row.case_id]
        row.application = row.case.application
    return rows


@service
def close_session(*, session, on, by, version=None, reason="", key=None):
    """Freeze the minutes and let every decision take effect. Raises Blocked while a case is open.

    The decision on an applicant who withdrew meanwhile falls, and its money goes back to the line. Motions are decided
    here by their votes; one below its quorum is put off.
    """
    session, cases = lock_agenda(session)
    ask_move(session, "close", by, on, _("The sitting cannot be closed yet."))
    check_date(on=on, programme=session.programme, by=by, reason=reason)
    for decision in _decisions(session, cases, effective_on=None):
        if decision.application.state == Application.State.WITHDRAWN:
            undo(decision, Decision.Undone.WITHDRAWN, on=on, by=by)
    motions = decide_motions(session, on=on, by=by)
    body = body_of(session, closed_on=on, closed_by=by)
    frozen = frozen_hash(body)
    advance(
        session,
        "close",
        by=by,
        on=on,
        version=version,
        reason=reason,
        body={"minutes": frozen},
        minutes_body=body,
        minutes_hash=frozen,
        chain=chain_now(),
    )
    decisions = _decisions(session, cases, effective_on=None)
    for decision in decisions:
        take_effect(decision, on=on, by=by)
    decisions_effective.send(sender=Session, session=session, decisions=decisions, motions=motions, by=by, on=on)
    return session


@service
def reopen_session(*, session, reason, on, by, version=None):
    """Open a closed sitting again: its effective decisions are undone by new events, its reservations released.

    Refused once a contract stands on one of them, or an application has moved on since. Cases that were put off stay
    put off: they are free for another session. Votes stay; members may take them back and vote anew.
    """
    session, cases = lock_agenda(session)
    ask_state(session, Session.State.CLOSED)
    ask("selection.keep_session", by, session)
    if not reason.strip():
        raise Invalid(_("Say why the sitting is opened again."), field="reason")
    check_date(on=on, programme=session.programme, by=by, reason=reason)
    decisions = [row for row in _decisions(session, cases) if row.outcome != Decision.Outcome.DEFER]
    for decision in decisions:
        _ask_undoable(decision)
    ask_motions_undoable(session)
    advance(session, "reopen", by=by, on=on, version=version, reason=reason)
    undo_motions(session, on=on, by=by)
    for decision in decisions:
        withdrawn = decision.application.state == Application.State.WITHDRAWN
        undo(decision, Decision.Undone.WITHDRAWN if withdrawn else Decision.Undone.REOPENED, on=on, by=by)
        if not withdrawn:
            advance(decision.application, "reopen_review", by=by, on=on, body={"session": session.ref})
    return session


def _ask_undoable(decision):
    application = decision.application
    withdrawn_from_reserve = (
        decision.outcome == Decision.Outcome.RESERVE and application.state == Application.State.WITHDRAWN
    )
    if application.state != STATE_OF[decision.outcome] and not withdrawn_from_reserve:
        raise Blocked(
            _("%(ref)s has moved on since: it is in the state “%(state)s”.")
            % {"ref": application.ref, "state": application.state_label}
        )
