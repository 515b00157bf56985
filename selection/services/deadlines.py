"""The days of a session: until when its scores and, in the written procedure, its votes are due."""

from django.utils.translation import gettext_lazy as _

from audit.refusals import Blocked, Invalid, Stale
from audit.services import record, service
from programmes.services import check_date
from selection.models import Session
from selection.services.bench import day_of
from selection.services.locks import ask, ask_state, lock_session


def ask_days(session, on):
    """Raises Invalid when the days of the session contradict each other, as they are known on `on`."""
    if session.procedure not in Session.Procedure.values:
        raise Invalid(_("Choose how the committee decides."), field="procedure")
    if session.is_written and session.votes_due_on is None:
        raise Invalid(_("Say until when the votes are due."), field="votes_due_on")
    if not session.is_written and session.votes_due_on is not None:
        raise Invalid(_("Only the written procedure has a last day to vote."), field="votes_due_on")
    if session.votes_due_on and session.votes_due_on < session.sits_on:
        raise Invalid(_("The votes cannot be due before the session begins."), field="votes_due_on")
    last = session.votes_due_on or session.sits_on
    if session.scores_due_on and not on <= session.scores_due_on <= last:
        raise Invalid(
            _("The scores are due between today and %(date)s.") % {"date": day_of(last)}, field="scores_due_on"
        )


@service
def extend_deadline(*, session, reason, on, by, scores_due_on=None, votes_due_on=None, version=None):
    """The secretary gives the members more time to score or to vote, and says why. Returns the Session."""
    session = lock_session(session)
    ask("selection.keep_session", by, session)
    if version is not None and int(version) != session.version:
        raise Stale()
    ask_state(session, Session.State.OPEN, Session.State.SITTING)
    check_date(on=on, programme=session.programme, by=by, reason=reason)
    if not reason.strip():
        raise Invalid(_("Say why the members get more time."), field="reason")
    moved = {}
    for name, day in (("scores_due_on", scores_due_on), ("votes_due_on", votes_due_on)):
        if day is None:
            continue
        before = getattr(session, name)
        if before is None:
            raise Blocked(_("This session has no such last day."))
        if day <= before or day < on:
            raise Invalid(
                _("More time ends after %(date)s, and not before today.") % {"date": day_of(before)}, field=name
            )
        setattr(session, name, day)
        moved[name] = [before, day]
    if not moved:
        raise Invalid(_("Choose the new last day."), field="scores_due_on")
    session.save(update_fields=list(moved))
    record(
        "session.extend",
        session.ref,
        by=by,
        on=on,
        programme=session.programme.key,
        body=moved,
        reason=reason,
    )
    return session
