"""Visits: the list, one visit, and what is done with it."""

import rules
from django.contrib.auth.decorators import login_required
from django.http import Http404
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from applicants.models import Application, BaselineJob
from audit.refusals import NotAllowed
from monitoring.baseline import posts_of
from monitoring.forms import ActionForm, EndForm, LossForm, NoteForm, PlanForm, RecordForm, VisitFilter
from monitoring.models import ActionPoint, JobPlace, MonitoringVisit
from monitoring.services import (
    add_action_point,
    cancel_visit,
    close_action_point,
    end_job_place,
    plan_visit,
    record_loss,
    record_visit,
    return_visit,
    verify_visit,
)
from pages.forms import attempt, done, form_page
from pages.history import history_of
from pages.lists import Column, ListPage
from pages.moves import MoveForm, ReasonedMoveForm, move_page
from programmes.clock import today

PARENTS = ("application__applicant__village", "application__business", "programme", "region", "assigned_to", "made_by")
MOVES = {
    "verify": (verify_visit, MoveForm),
    "return_visit": (return_visit, ReasonedMoveForm),
    "cancel": (cancel_visit, ReasonedMoveForm),
}
LEADS = {
    "verify": gettext_lazy("What the visit found counts in the programme's figures from now on."),
    "return_visit": gettext_lazy("The visitor gets it back with your reason and records it anew."),
    "cancel": gettext_lazy("This visit will not be made."),
}


def _applicant(row):
    return row.application.applicant


class VisitList(ListPage):
    key = "visits"
    title = gettext_lazy("Visits")
    noun = (gettext_lazy("%(count)s visit"), gettext_lazy("%(count)s visits"))
    empty = gettext_lazy("No visit matches. Visits are planned by themselves when the first money is out.")
    filterset = VisitFilter
    ordering = "-planned_on"
    columns = (
        Column(
            "applicant",
            gettext_lazy("Applicant"),
            value=lambda row: _applicant(row).name,
            head=True,
            link=lambda row: row.get_absolute_url(),
            script=lambda row: (_applicant(row).name_script, _applicant(row).script_language),
            small=lambda row: f"{row.ref} · {row.application.ref}",
        ),
        Column("state", gettext_lazy("State"), tag=True),
        Column("place", gettext_lazy("Place"), value=lambda row: str(_applicant(row).village or row.region)),
        Column("visitor", gettext_lazy("For whom"), value=lambda row: str(row.made_by or row.assigned_to or "")),
        Column("planned", gettext_lazy("Planned for"), value="planned_on", sort="planned_on"),
        Column("made", gettext_lazy("Made"), value="made_on"),
    )


def visit_or_404(request, ref):
    return get_object_or_404(MonitoringVisit.objects.visible_to(request.user).select_related(*PARENTS), ref=ref)


@login_required
@require_GET
def visits(request):
    rows = MonitoringVisit.objects.visible_to(request.user).select_related(*PARENTS)
    if request.desk.programme:
        rows = rows.filter(programme=request.desk.programme)
    buttons = ((_("Workers’ registers"), reverse("monitoring:registers"), "plain"),)
    return VisitList(request, rows, buttons=buttons).response()


@login_required
@require_GET
def visit(request, ref):
    row = visit_or_404(request, ref)
    places = row.job_places.prefetch_related("employments__person")
    context = {
        "visit": row,
        "on": today(row.programme),
        "title": f"{row.ref}, {row.application.applicant}",
        "measurements": row.measurements.all(),
        "places": places,
        "before": posts_of(row.application, today(row.programme)).prefetch_related("losses"),
        "actions": row.action_points.select_related("owner"),
        "baseline": row.application.verifications.first(),
        "others": row.application.visits.exclude(pk=row.pk).order_by("planned_on"),
        "may_record": rules.test_rule("monitoring.record", request.user, row),
        "missed": row.state == MonitoringVisit.State.PLANNED and row.planned_on < today(row.programme),
        "events": history_of(row.ref),
    }
    return render(request, "monitoring/visit.html", context)


@login_required
def move(request, ref, verb):
    row = visit_or_404(request, ref)
    if verb == "record":
        return _record(request, row)
    if verb not in MOVES:
        raise Http404
    service, form_class = MOVES[verb]
    return move_page(
        request,
        row,
        verb,
        service=service,
        on=today(row.programme),
        back=row.get_absolute_url(),
        form_class=form_class,
        lead=LEADS[verb],
    )


def _record(request, row):
    on = today(row.programme)
    facts = {"user": request.user, "initial": {"visited_on": on}}
    if request.method == "POST":
        seen = RecordForm(request.POST, instance=row, user=request.user)
        if seen.is_valid():
            on = seen.cleaned_data["visited_on"]
    return move_page(
        request,
        row,
        "record",
        service=record_visit,
        on=on,
        back=row.get_absolute_url(),
        form_class=RecordForm,
        form_kwargs=facts,
        lead=_("Another person verifies what you write here; then it counts."),
    )


@login_required
def plan(request, ref):
    """One more visit of a case, besides those of the call."""
    application = get_object_or_404(
        Application.objects.visible_to(request.user).select_related("programme", "applicant"), ref=ref
    )
    if not rules.test_rule("monitoring.plan", request.user, application):
        raise NotAllowed()
    form = PlanForm(request.POST or None, application=application)
    if request.method == "POST":
        made = attempt(form, plan_visit, application=application, on=today(application.programme), by=request.user)
        if made is not None:
            return done(request, _("%(ref)s is planned.") % {"ref": made.ref}, made)
    crumbs = ((_("Visits"), reverse("monitoring:visits")),)
    title = _("Plan a visit to %(name)s") % {"name": application.applicant}
    return form_page(
        request, form, title=title, submit=_("Plan the visit"), back=application.get_absolute_url(), crumbs=crumbs
    )


@login_required
def add_action(request, ref):
    row = visit_or_404(request, ref)
    if not rules.test_rule("monitoring.record", request.user, row):
        raise NotAllowed()
    form = ActionForm(request.POST or None, visit=row)
    if request.method == "POST":
        made = attempt(form, add_action_point, visit=row, on=today(row.programme), by=request.user)
        if made is not None:
            return done(request, _("The action point is kept."), row)
    return form_page(request, form, title=_("Something must be done"), submit=_("Keep it"), back=row.get_absolute_url())


@login_required
def close_action(request, pk):
    seen = MonitoringVisit.objects.visible_to(request.user)
    point = get_object_or_404(ActionPoint.objects.select_related("visit__programme").filter(visit__in=seen), pk=pk)
    if point.owner_id != request.user.pk and not rules.test_rule("monitoring.verify", request.user, point.visit):
        raise NotAllowed()
    form = NoteForm(request.POST or None)
    if request.method == "POST":
        day = today(point.visit.programme)
        if attempt(form, close_action_point, point=point, on=day, by=request.user) is not None:
            return done(request, _("Done: %(text)s") % {"text": point.text}, point.visit)
    return form_page(request, form, title=point.text, submit=_("It is done"), back=point.visit.get_absolute_url())


@login_required
def end_place(request, pk):
    seen = MonitoringVisit.objects.visible_to(request.user)
    place = get_object_or_404(JobPlace.objects.select_related("found_at__programme").filter(found_at__in=seen), pk=pk)
    if not rules.test_rule("monitoring.record", request.user, place.found_at):
        raise NotAllowed()
    form = EndForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        facts = {"place": place, "on": form.cleaned_data["ended_on"], "by": request.user}
        if attempt(form, _end, **facts) is not None:
            return done(request, _("The post has ended."), place.found_at)
    return form_page(
        request,
        form,
        title=_("The post “%(title)s” is gone") % {"title": place.title},
        submit=_("End the post"),
        back=place.found_at.get_absolute_url(),
        crumbs=((_("Visits"), reverse("monitoring:visits")), (place.found_at.ref, place.found_at.get_absolute_url())),
    )


@login_required
def lose_post(request, pk):
    """A post from before the support is gone, or who held it left."""
    seen = MonitoringVisit.objects.visible_to(request.user)
    posts = BaselineJob.objects.select_related("verification__application__programme")
    post = get_object_or_404(posts.filter(verification__application__in=seen.values("application")), pk=pk)
    first = post.verification.application.visits.first()
    if not rules.test_rule("monitoring.record", request.user, first):
        raise NotAllowed()
    form = LossForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        facts = {"post": post, "on": form.cleaned_data["lost_on"], "by": request.user}
        if attempt(form, _lose, **facts) is not None:
            return done(request, _("What became of the post is kept."), first)
    return form_page(
        request,
        form,
        title=_("What became of the post “%(title)s”") % {"title": post.title},
        submit=_("Keep it"),
        back=first.get_absolute_url(),
        crumbs=((_("Visits"), reverse("monitoring:visits")), (first.ref, first.get_absolute_url())),
    )


def _lose(*, post, what, on, by, reason="", lost_on=None):
    return record_loss(post=post, what=what, on=on, by=by, reason=reason)


def _end(*, place, on, by, reason="", ended_on=None):
    return end_job_place(place=place, on=on, by=by, reason=reason)
