"""Relief of a loan by request: asked for, put before the committee, voted on, decided."""

from datetime import date

from loans.services.requests import ask_relief
from programmes.clock import today
from selection.models import Declaration
from selection.services import (
    cast_motion_vote,
    close_session,
    declare_on_motion,
    plan_session,
    put_motions,
    record_sitting,
    send_packet,
    start_sitting,
)
from tests.replay import replayed
from tests.steps_selection import committee_of, members_of

FIRST_NEW = date(2026, 5, 20)
TERMS = {"instalments_number": 18, "first_due_on": FIRST_NEW}


@replayed
def asked(office, loan, kind="reschedule", reason="Hail took the harvest.", by=None, **terms):
    terms = terms or (TERMS if kind == "reschedule" else {})
    by = by or office.people.loan_officer
    return ask_relief(loan=loan, kind=kind, reason=reason, on=today(office.programme), by=by, **terms)


@replayed
def on_agenda(office, *requests):
    """A session with these requests and no case, its packet sent; the motions in their order."""
    day, secretary = today(office.programme), office.people.secretary
    session = plan_session(committee=committee_of(office), call=office.call, sits_on=day, on=day, by=secretary)
    put_motions(session=session, subjects=[row.ref for row in requests], on=day, by=secretary)
    session.refresh_from_db()
    return send_packet(session=session, on=day, by=secretary)


@replayed
def declared(office, session, members=None, kind=Declaration.Kind.NONE, reason=""):
    for motion in session.motions.all():
        for member in members or members_of(office):
            declare_on_motion(motion=motion, kind=kind, reason=reason, on=today(office.programme), by=member)
    return session


@replayed
def seated(office, session):
    day, secretary = today(office.programme), office.people.secretary
    record_sitting(session=session, present=members_of(office), on=day, by=secretary)
    session.refresh_from_db()
    return start_sitting(session=session, on=day, by=secretary)


@replayed
def voted(office, session, choice="for", members=None, reason=""):
    for motion in session.motions.on_agenda():
        for member in members or members_of(office):
            cast_motion_vote(motion=motion, choice=choice, reason=reason, on=today(office.programme), by=member)
    return session


@replayed
def closed(office, session):
    session.refresh_from_db()
    return close_session(session=session, on=today(office.programme), by=office.people.secretary)


def decided(office, request, choice="for", members=None, reason=""):
    """The request after a whole session of its own; `members` vote, all have declared."""
    session = seated(office, declared(office, on_agenda(office, request)))
    closed(office, voted(office, session, choice, members, reason))
    return type(request).objects.get(pk=request.pk)
