"""Requests of other apps on a session's agenda: put there by the secretary, declared and voted on by the members."""

import rules
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from pages.forms import SeedbedForm, attempt, done, form_page
from programmes.clock import today
from selection import services
from selection.access import keeper_or_404, keeps, posted, seat_or_404, session_or_404
from selection.forms import RemoveForm
from selection.forms_motions import DeclareMotionForm, MotionVoteForm, PutMotionsForm
from selection.models import Session
from selection.motions import matter_of, own_motions, standings_of
from selection.services.motions import BEFORE_SITTING
from selection.views.ground import ask_secretary, crumbs_of
from selection.wording import votes_sentence


@require_http_methods(["GET", "POST"])
def put(request, ref):
    """Boxes over the requests that wait for a committee of this programme."""
    session = session_or_404(request.user, ref)
    keeper_or_404(session, request.user)
    ask_secretary(request.user, session)
    form = PutMotionsForm(posted(request), session=session)
    if request.method == "POST":
        given = {"session": session, "on": today(session.programme), "by": request.user}
        if attempt(form, services.put_motions, **given) is not None:
            return done(request, _("The requests are on the agenda."), session)
    return form_page(
        request,
        form,
        title=_("Put requests on the agenda"),
        submit=_("Put on the agenda"),
        back=session.get_absolute_url(),
        crumbs=crumbs_of(session),
        template="selection/put_motions.html",
    )


def _own_or_404(session, user, number):
    """(Standing, declared, vote) of a motion in which the member has no interest; else it does not exist for them."""
    seat_or_404(session, user)
    for standing, declared, vote in own_motions(session, user):
        if standing.motion.number == number:
            return standing, declared, vote
    raise Http404


@require_http_methods(["GET", "POST"])
def motion(request, ref, number):
    """What is asked for: for a member with the vote, for a keeper with the votes that are in."""
    session = session_or_404(request.user, ref)
    if keeps(session, request.user):
        if request.method == "POST":
            raise Http404
        standing = next((one for one in standings_of(session) if one.motion.number == number), None)
        if standing is None:
            raise Http404
        return _page(request, session, standing, kept=True)
    standing, declared, vote = _own_or_404(session, request.user, number)
    if not declared:
        return redirect("selection:declare_motion", session.ref, number)
    sitting = session.state == Session.State.SITTING
    form = MotionVoteForm(posted(request)) if sitting and vote is None else None
    if request.method == "POST":
        if form is None:
            raise Http404
        given = {"motion": standing.motion, "on": today(session.programme), "by": request.user}
        if attempt(form, services.cast_motion_vote, **given) is not None:
            return done(request, _("Your vote is cast."), session)
    return _page(request, session, standing, form=form, vote=vote)


def _page(request, session, standing, *, form=None, vote=None, kept=False):
    row = standing.motion
    matter = matter_of(row.matter)
    shown = matter.table(row.facts)
    refused = form is not None and form.is_bound and bool(form.errors)
    judging = session.state in (Session.State.SITTING, Session.State.CLOSED)
    secretary = kept and rules.test_rule("selection.keep_session", request.user, session)
    context = {
        "title": standing.title,
        "session": session,
        "motion": row,
        "standing": standing,
        "rows": matter.rows(row),
        "table": shown,
        "figures": [(cells[0], list(zip(shown.head[1:], cells[1:], strict=True))) for cells in shown.rows]
        if shown
        else [],
        "counted": votes_sentence(row.tally or standing.tally) if kept and judging else "",
        "form": form,
        "refused": refused,
        "vote": vote,
        "kept": kept,
        "may_declare": not kept and row.decided_on is None,
        "may_remove": secretary and row.decided_on is None and session.state in BEFORE_SITTING,
        "crumbs": crumbs_of(session),
    }
    return render(request, "selection/motion.html", context, status=form.status if refused else 200)


@require_http_methods(["GET", "POST"])
def declare(request, ref, number):
    """Whether the member has an interest; nothing but the name is shown before."""
    session = session_or_404(request.user, ref)
    standing, declared, _vote = _own_or_404(session, request.user, number)
    form = DeclareMotionForm(posted(request), declared=declared)
    if request.method == "POST":
        given = {"motion": standing.motion, "on": today(session.programme), "by": request.user}
        row = attempt(form, services.declare_on_motion, **given)
        if row is not None:
            return done(request, _("Your declaration is recorded."), session if row.is_conflict else standing.motion)
    return form_page(
        request,
        form,
        title=_("Have you an interest in %(name)s?") % {"name": standing.name},
        submit=_("Declare"),
        lead=_lead(standing),
        back=session.get_absolute_url(),
        crumbs=crumbs_of(session),
    )


def _lead(standing):
    said = _("With an interest you take no part: you neither read the request nor vote, and the minutes say so.")
    if standing.application:
        return said
    many = _("It is about many dossiers: an interest in one of those people or businesses is an interest in it.")
    return f"{said} {many}"


@require_http_methods(["GET", "POST"])
def take_back(request, ref, number):
    session = session_or_404(request.user, ref)
    standing, _declared, vote = _own_or_404(session, request.user, number)
    if vote is None:
        raise Http404
    form = SeedbedForm(posted(request))
    if request.method == "POST":
        given = {"motion": standing.motion, "on": today(session.programme), "by": request.user}
        if attempt(form, services.take_back_motion_vote, **given) is not None:
            return done(request, _("Your vote is taken back."), standing.motion)
    return form_page(
        request,
        form,
        title=_("Take my vote back"),
        submit=_("Take my vote back"),
        lead=standing.title,
        back=standing.motion.get_absolute_url(),
        crumbs=crumbs_of(session),
    )


@require_http_methods(["GET", "POST"])
def remove(request, ref, number):
    session = session_or_404(request.user, ref)
    keeper_or_404(session, request.user)
    ask_secretary(request.user, session)
    row = get_object_or_404(session.motions.on_agenda(), number=number)
    row.session = session
    form = RemoveForm(posted(request))
    if request.method == "POST":
        given = {"motion": row, "on": today(session.programme), "by": request.user}
        if attempt(form, services.remove_motion, **given) is not None:
            return done(request, _("The request is off the agenda and waits for another session."), session)
    return form_page(
        request,
        form,
        title=_("Take the request off the agenda"),
        submit=_("Take off the agenda"),
        lead=matter_of(row.matter).title(row.facts),
        back=reverse("selection:motion", args=[session.ref, number]),
        crumbs=crumbs_of(session),
    )
