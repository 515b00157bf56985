"""How every page of the committee finds its row: through `visible_to` and `readable_by`, else 404."""

import rules
from django.db.models import Exists, OuterRef
from django.http import Http404
from django.shortcuts import get_object_or_404

from programmes.models import Call
from programmes.roles import rows_for
from selection.models import Case, Committee, Seat, Session
from selection.models.committee import SESSION_ROLES


def posted(request):
    """The data of a form: bound by any POST, also by one without a field."""
    return request.POST if request.method == "POST" else None


def session_or_404(user, ref):
    sessions = Session.objects.visible_to(user).select_related("committee", "call", "programme", "rules_version")
    return get_object_or_404(sessions, ref=ref)


def call_or_404(user, key):
    """A call whose committee the user keeps or sits on."""
    kept = rows_for(user, SESSION_ROLES, region=None)
    seats = Seat.objects.filter(user=user, committee__programme=OuterRef("programme"))
    return get_object_or_404(Call.objects.filter(kept | Exists(seats)).select_related("programme"), key=key)


def case_or_404(user, ref, position):
    """(session, case): a case in which the user has an interest does not exist for them."""
    session = session_or_404(user, ref)
    cases = Case.objects.readable_by(user).select_related(
        "application__applicant", "application__business__manager", "application__window"
    )
    case = get_object_or_404(cases, session=session, position=position)
    case.session = session
    return session, case


def seat_of(session, user):
    """The seat by which `user` takes part in the session, or None; the secretary's seat is none."""
    seats = session.committee.seats.held_on(session.sits_on).filter(user=user)
    return seats.exclude(role=Seat.Role.SECRETARY).first() if session.state != Session.State.PLANNED else None


def committees_of(user, on):
    """Committees in which the user takes part on that day; the secretary's seat is none."""
    seats = Seat.objects.held_on(on).filter(user=user).exclude(role=Seat.Role.SECRETARY)
    return Committee.objects.filter(pk__in=seats.values("committee")).order_by("name", "pk")


def keeps(session, user):
    """True for the secretary and the manager, unless a vote of theirs makes them a judge in this session."""
    seat = seat_of(session, user)
    return rules.test_rule("selection.read_session", user, session) and not (seat and seat.votes)


def keeper_or_404(session, user):
    if not keeps(session, user):
        raise Http404


def seat_or_404(session, user):
    seat = seat_of(session, user)
    if seat is None:
        raise Http404
    return seat
