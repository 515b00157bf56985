"""Pages of those who keep the session: list, agenda, attendance, decisions, moves."""

import rules
from django.http import Http404
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from audit.refusals import NotAllowed
from pages.forms import attempt, done, form_page
from pages.lists import Column, ListPage
from pages.moves import MoveForm, ReasonedMoveForm, RemarkedMoveForm, move_page
from programmes.clock import today
from programmes.models import Role
from programmes.roles import roles_of
from selection import services
from selection.access import keeper_or_404, keeps, posted, seat_of, session_or_404
from selection.ahead import lines_ahead
from selection.board import Board, shortage_sentence
from selection.filters import SessionFilter
from selection.forms import AddCasesForm, AttendanceForm, DecideAllForm, ExtendForm, PlanSessionForm
from selection.models import Session
from selection.motions import own_motions, standings_of, waiting_count
from selection.own_packet import packet_of
from selection.services.motions import BEFORE_SITTING
from selection.views.ground import ask_secretary, crumbs_of
from selection.views.sitting import kept_context, member_context

MOVES = {
    "send_packet": (services.send_packet, RemarkedMoveForm),
    "start": (services.start_sitting, RemarkedMoveForm),
    "close": (services.close_session, RemarkedMoveForm),
    "reopen": (services.reopen_session, ReasonedMoveForm),
}
# From the packet to the close, the page says what the money comes to if all open cases are approved.
AHEAD = (Session.State.OPEN, Session.State.SITTING)
LEADS = {
    "send_packet": _("The rules of the call are frozen for this session, and the members can declare and score."),
    "start": _("From now on the members vote. The quorum counts those without an interest in each case."),
    "close": _("The minutes are frozen, and every decision takes effect at once."),
    "reopen": _("Every decision of the session is undone by a new event, and the money goes back to the line."),
}


class SessionList(ListPage):
    key = "sessions"
    title = _("Committee sessions")
    noun = (_("%(count)s session"), _("%(count)s sessions"))
    empty = _("No session yet.")
    columns = (
        Column("ref", _("Session"), head=True, link=lambda row: row.get_absolute_url(), sort="ref"),
        Column("committee", _("Committee"), value="committee.name", small=lambda row: row.call.name),
        Column("programme", _("Programme"), value="programme.name"),
        Column("sits_on", _("Sits on"), sort="sits_on"),
        Column("cases", _("Cases"), value="case_count", number=True),
        Column("state", _("State"), tag=True),
    )
    filterset = SessionFilter
    ordering = "-sits_on"


@require_safe
def sessions(request):
    """Sessions of the user's programmes and seats."""
    rows = Session.objects.visible_to(request.user).with_case_count()
    if request.desk.programme:
        rows = rows.filter(programme=request.desk.programme)
    roles = roles_of(request.user)
    buttons = []
    if Role.SECRETARY in roles:
        buttons.append((_("Plan a session"), reverse("selection:plan"), "primary"))
    if roles & {Role.SECRETARY, Role.MANAGER}:
        buttons.append((_("Committees"), reverse("selection:committees"), "plain"))
        buttons.append((_("Reserve list"), reverse("selection:reserve"), "plain"))
        buttons.append((_("Appeals"), reverse("selection:appeals"), "plain"))
    return SessionList(request, rows.select_related("committee", "call", "programme"), buttons=buttons).response()


@require_http_methods(["GET", "POST"])
def plan(request):
    if Role.SECRETARY not in roles_of(request.user):
        raise NotAllowed
    form = PlanSessionForm(posted(request), user=request.user)
    if request.method == "POST":
        session = attempt(form, services.plan_session, on=today(), by=request.user)
        if session is not None:
            return done(request, _("%(ref)s is planned. Now choose its cases.") % {"ref": session.ref}, session)
    crumbs = [(_("Committee sessions"), reverse("selection:sessions"))]
    return form_page(request, form, title=_("Plan a session"), back=reverse("selection:sessions"), crumbs=crumbs)


@require_safe
def session(request, ref):
    """The session: for keepers by its state, for members their packet."""
    row = session_or_404(request.user, ref)
    if keeps(row, request.user):
        return _keeper_page(request, row)
    return _member_page(request, row)


def _keeper_page(request, row):
    board = Board(row, request.user)
    on = today(row.programme)
    context = {
        "title": _("%(committee)s, %(ref)s") % {"committee": row.committee, "ref": row.ref},
        "session": row,
        "board": board,
        "on": on,
        "ahead": lines_ahead([one.case for one in board.open_rows], on) if row.state in AHEAD else [],
        "is_secretary": rules.test_rule("selection.keep_session", request.user, row),
        "motions": standings_of(row),
        "requests_wait": row.state in BEFORE_SITTING and waiting_count(row),
        "consent_count": sum(one.case.votes_by_consent for one in board.agenda),
        "progress": board.progress() if row.state == Session.State.OPEN else [],
        "seats": row.committee.seats.held_on(row.sits_on).select_related("user"),
        "crumbs": crumbs_of(),
    }
    if row.state == Session.State.SITTING:
        context |= kept_context(board)
        context["ranking"] = board.ranking()
        context["shortages"] = [(now, shortage_sentence(now)) for now in context["lines"] if now.short]
    return render(request, f"selection/session_{row.state}.html", context)


def _member_page(request, row):
    packet = packet_of(row, request.user)
    own = own_motions(row, request.user)
    sitting = row.state == Session.State.SITTING
    context = member_context(row, request.user, packet) if sitting else {"packet": packet}
    return render(
        request,
        "selection/member.html",
        {
            "title": str(row.committee),
            "session": row,
            "seat": seat_of(row, request.user),
            "own_motions": own,
            "motions_gone": row.motions.on_agenda().count() - len(own),
            "crumbs": crumbs_of(),
            **context,
        },
    )


@require_http_methods(["GET", "POST"])
def add_cases(request, ref):
    row = session_or_404(request.user, ref)
    keeper_or_404(row, request.user)
    ask_secretary(request.user, row)
    on = today(row.programme)
    form = AddCasesForm(posted(request), session=row, user=request.user, on=on)
    if request.method == "POST":
        result = attempt(form, services.add_cases, session=row, on=on, by=request.user)
        if result is not None:
            return done(request, _("The cases are on the agenda."), row)
    return form_page(
        request,
        form,
        title=_("Choose cases"),
        back=row.get_absolute_url(),
        crumbs=crumbs_of(row),
        template="selection/add_cases.html",
        context={"session": row},
    )


@require_http_methods(["GET", "POST"])
def attendance(request, ref):
    row = session_or_404(request.user, ref)
    keeper_or_404(row, request.user)
    ask_secretary(request.user, row)
    form = AttendanceForm(posted(request), session=row)
    if request.method == "POST":
        result = attempt(form, services.record_sitting, session=row, on=today(row.programme), by=request.user)
        if result is not None:
            return done(request, _("The attendance is recorded."), row)
    return form_page(
        request,
        form,
        title=_("Who is here?"),
        submit=_("Record the attendance"),
        template="selection/attendance.html",
        back=row.get_absolute_url(),
        crumbs=crumbs_of(row),
    )


@require_http_methods(["GET", "POST"])
def extend(request, ref):
    """More time to score or to vote."""
    row = session_or_404(request.user, ref)
    keeper_or_404(row, request.user)
    ask_secretary(request.user, row)
    if not (row.scores_due_on or row.votes_due_on):
        raise Http404
    form = ExtendForm(posted(request), session=row)
    if request.method == "POST":
        result = attempt(form, services.extend_deadline, session=row, on=today(row.programme), by=request.user)
        if result is not None:
            return done(request, _("The members have more time."), row)
    return form_page(
        request,
        form,
        title=_("Give more time"),
        submit=_("Give more time"),
        back=row.get_absolute_url(),
        crumbs=crumbs_of(row),
    )


@require_http_methods(["GET", "POST"])
def decide_all(request, ref):
    """Every open case decided by its votes, by rank; approvals that the money does not reach go to the reserve list."""
    row = session_or_404(request.user, ref)
    keeper_or_404(row, request.user)
    ask_secretary(request.user, row)
    form = DecideAllForm(posted(request))
    if request.method == "POST":
        result = attempt(form, services.decide_all, session=row, on=today(row.programme), by=request.user)
        if result is not None:
            return done(request, _("Every case is decided."), row)
    board = Board(row, request.user)
    return form_page(
        request,
        form,
        title=_("Record all decisions"),
        submit=ngettext("Record %(count)s decision", "Record %(count)s decisions", len(board.open_rows))
        % {"count": len(board.open_rows)},
        back=row.get_absolute_url(),
        crumbs=crumbs_of(row),
        template="selection/decide_all.html",
        context={"session": row, "ranking": board.ranking()},
    )


@require_http_methods(["GET", "POST"])
def move(request, ref, verb):
    """Confirm page and act of a move of the session."""
    row = session_or_404(request.user, ref)
    keeper_or_404(row, request.user)
    service, form_class = MOVES.get(verb, (None, MoveForm))
    return move_page(
        request,
        row,
        verb,
        service=service,
        form_class=form_class,
        on=today(row.programme),
        back=row.get_absolute_url(),
        lead=LEADS.get(verb, ""),
    )
