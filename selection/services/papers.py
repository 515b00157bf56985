"""Papers of the committee, drawn when they are first read and kept as Evidence."""

from applicants.services import add_evidence
from audit.services import record, service
from selection.models import Session
from selection.papers import minutes_paper
from selection.services.locks import ask_state, lock_session


@service
def draw_minutes(*, session, on, by):
    """The minutes as a PDF (Evidence), drawn from the frozen body when they are first read."""
    session = lock_session(session)
    ask_state(session, Session.State.CLOSED)
    if session.minutes_id:
        return session.minutes
    evidence = add_evidence(
        programme=session.programme,
        case_ref=session.ref,
        purpose="minutes",
        content=minutes_paper(session),
        name=f"minutes-{session.ref}.pdf",
        on=on,
        by=by,
    )
    session.minutes = evidence
    session.save(update_fields=["minutes"])
    record("minutes.draw", session.ref, by=by, on=on, programme=session.programme.key, body={"sha256": evidence.sha256})
    return evidence
