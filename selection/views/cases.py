"""Pages of one case for those who keep the session: its votes, its decision, and what is done to it."""

import rules
from django.http import Http404
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from pages.forms import SeedbedForm, attempt, done, form_page
from programmes.clock import today
from selection import services
from selection.access import case_or_404, keeper_or_404, keeps, posted, seat_or_404
from selection.comparison import compare
from selection.forms import ApproveReserveForm, DecideForm, ReasonedForm, RemoveForm
from selection.models import Case, Decision, Session
from selection.naming import Naming
from selection.packet import summary_of
from selection.ruling import rulings_of
from selection.services.clarifying import ASKED_IN
from selection.views.ground import ask_secretary, crumbs_of
from selection.views.reviewing import cards_of, member_page, questions_of
from selection.wording import votes_sentence


@require_http_methods(["GET", "POST"])
def case(request, ref, position):
    """One case: for a member with the score card or the vote, for a keeper with votes and decision."""
    session, row = case_or_404(request.user, ref, position)
    if keeps(session, request.user):
        return _keeper_page(request, session, row)
    return member_page(request, session, row, seat_or_404(session, request.user))


def _keeper_page(request, session, row):
    if request.method == "POST":
        raise Http404
    ruling = rulings_of(session, Case.objects.filter(pk=row.pk))[0]
    decision = Decision.objects.live().filter(case=row).first()
    is_secretary = rules.test_rule("selection.keep_session", request.user, session)
    judging = session.state in (Session.State.SITTING, Session.State.CLOSED)
    return render(
        request,
        "selection/case_kept.html",
        {
            "title": str(row.application.business or row.application.applicant),
            "session": session,
            "case": row,
            "summary": summary_of(row),
            "ruling": ruling,
            "votes": _votes(session, ruling) if judging else [],
            "counted": votes_sentence(ruling.tally) if judging else "",
            "decision": decision,
            "questions": questions_of(row),
            "may_ask": is_secretary and session.state in ASKED_IN and decision is None,
            "comparison": compare(cards_of(row, request.user), session.rules, ruling.third_due),
            "form": DecideForm(),
            "is_secretary": is_secretary,
            "crumbs": crumbs_of(session),
        },
    )


def _votes(session, ruling):
    """(name, vote or None, why there is none) of each voting member."""
    by_member = {vote.member_id: vote for vote in ruling.votes}
    room, found = ruling.room, []
    for seat in session.committee.seats.held_on(session.sits_on).voting().select_related("user"):
        why = ""
        if seat.user_id in room.conflicted:
            why = _("takes no part: interest or another part")
        elif seat.user_id in room.undeclared:
            why = _("has not declared")
        elif seat.user_id in room.absent:
            why = _("absent")
        found.append((seat.user, by_member.get(seat.user_id), why))
    return found


CASE_MOVES = {
    "decide": (DecideForm, services.decide_case, _("Record the decision"), _("The decision is recorded.")),
    "remove": (RemoveForm, services.remove_case, _("Take off the agenda"), _("The case is off the agenda.")),
    "take_back_vote": (ReasonedForm, services.take_back_vote, _("Take my vote back"), _("Your vote is taken back.")),
    "lift": (
        SeedbedForm,
        services.lift_from_consent,
        _("Lift out of the consent agenda"),
        _("The case is lifted out: everybody votes on it singly."),
    ),
}
BY_MEMBERS = ("take_back_vote", "lift")


@require_http_methods(["GET", "POST"])
def move(request, ref, position, verb):
    """Confirm page and act of what is done to one case."""
    session, row = case_or_404(request.user, ref, position)
    if verb == "approve_reserve":
        return _approve_reserve(request, session, row)
    if verb not in CASE_MOVES:
        raise Http404
    if verb in BY_MEMBERS:
        seat_or_404(session, request.user)
    else:
        keeper_or_404(session, request.user)
        ask_secretary(request.user, session)
    form_class, service, title, sentence = CASE_MOVES[verb]
    form = form_class(posted(request))
    name = Naming(session, request.user, keeps(session, request.user)).name(row)
    if request.method == "POST":
        result = attempt(form, service, case=row, on=today(session.programme), by=request.user)
        if result is not None:
            back = reverse("selection:consent", args=[session.ref]) if verb == "lift" else session.get_absolute_url()
            return done(request, sentence, back)
    return form_page(
        request,
        form,
        title=title,
        submit=title,
        back=session.get_absolute_url(),
        crumbs=crumbs_of(session),
        lead=f"{row.position}. {name}",
    )


def _approve_reserve(request, session, row):
    keeper_or_404(session, request.user)
    ask_secretary(request.user, session)
    form = ApproveReserveForm(posted(request))
    if request.method == "POST":
        given = {"application": row.application, "on": today(session.programme), "by": request.user}
        if attempt(form, services.approve_reserve, **given) is not None:
            return done(request, _("%(ref)s is approved.") % {"ref": row.application.ref}, session)
    title = _("Approve from the reserve list")
    return form_page(
        request, form, title=title, submit=title, back=session.get_absolute_url(), crumbs=crumbs_of(session)
    )
