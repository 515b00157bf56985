"""Registers of short-term workers: which projects have one, one register, a row more, and its confirmation."""

import rules
from django.contrib.auth.decorators import login_required
from django.db.models import Count, Q, Sum
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from applicants.models import Application
from audit.refusals import NotAllowed
from ledger.money import Money
from monitoring.forms import WorkerForm
from monitoring.models import ShortTermJob
from monitoring.services import record_workers, verify_workers
from pages.forms import SeedbedForm, attempt, done, form_page
from pages.lists import Column, ListPage
from programmes.clock import today


class RegisterList(ListPage):
    key = "registers"
    title = gettext_lazy("Workers’ registers")
    noun = (gettext_lazy("%(count)s project"), gettext_lazy("%(count)s projects"))
    empty = gettext_lazy("No project has a register yet. Open an approved project and add its first worker.")
    ordering = "-pk"
    columns = (
        Column(
            "project",
            gettext_lazy("Project"),
            value="title",
            head=True,
            link=lambda row: reverse("monitoring:workers", args=[row.ref]),
            small=lambda row: f"{row.ref} · {row.applicant}",
        ),
        Column("workers", gettext_lazy("Workers"), number=True),
        Column("days", gettext_lazy("Days worked"), number=True),
        Column("waiting", gettext_lazy("Not verified"), number=True),
    )


class WorkerList(ListPage):
    key = "workers"
    noun = (gettext_lazy("%(count)s worker"), gettext_lazy("%(count)s workers"))
    empty = gettext_lazy("No worker is entered yet.")
    columns = (
        Column("worker", gettext_lazy("Worker"), value="worker.name", head=True, small=lambda row: row.worker.ref),
        Column("starts", gettext_lazy("First day"), value="starts_on"),
        Column("ends", gettext_lazy("Last day"), value="ends_on"),
        Column("days", gettext_lazy("Days worked"), value="person_days", number=True),
        Column("wage", gettext_lazy("Wages"), value=lambda row: Money(row.wage_amount, row.currency), number=True),
        Column("registered", gettext_lazy("Employment centre"), value=lambda row: _answer(row.registered)),
        Column("verified", gettext_lazy("Verified"), value="verified_on"),
    )


def _answer(known):
    return {True: _("Registered"), False: _("Not registered"), None: _("Not known")}[known]


def project_or_404(request, ref):
    seen = Application.objects.visible_to(request.user).select_related("programme", "applicant")
    return get_object_or_404(seen, ref=ref)


@login_required
def registers(request):
    rows = (
        Application.objects.visible_to(request.user)
        .filter(short_term_jobs__isnull=False)
        .select_related("applicant")
        .annotate(
            workers=Count("short_term_jobs"),
            days=Sum("short_term_jobs__person_days"),
            waiting=Count("short_term_jobs", filter=Q(short_term_jobs__verified_by=None)),
        )
    )
    return RegisterList(request, rows, crumbs=((_("Visits"), reverse("monitoring:visits")),)).response()


@login_required
def register(request, ref):
    project = project_or_404(request, ref)
    rows = ShortTermJob.objects.filter(application=project).select_related("worker")
    buttons = []
    if rules.test_rule("monitoring.record_workers", request.user, project):
        buttons.append((_("Add a worker"), reverse("monitoring:add_workers", args=[ref]), "primary"))
    buttons.append((_("Attendance sheets"), reverse("monitoring:sheets", args=[ref]), "plain"))
    waits = rows.filter(verified_by=None).exclude(recorded_by=request.user).exists()
    if waits and rules.test_rule("monitoring.verify_workers", request.user, project):
        buttons.append((_("Verify the register"), reverse("monitoring:verify_workers", args=[ref]), "plain"))
    crumbs = ((_("Workers’ registers"), reverse("monitoring:registers")),)
    return WorkerList(request, rows, title=f"{project.ref}, {project.title}", buttons=buttons, crumbs=crumbs).response()


@login_required
def add(request, ref):
    project = project_or_404(request, ref)
    if not rules.test_rule("monitoring.record_workers", request.user, project):
        raise NotAllowed()
    form = WorkerForm(request.POST or None, application=project, user=request.user)
    back = reverse("monitoring:workers", args=[ref])
    if request.method == "POST":
        day = today(project.programme)
        if attempt(form, record_workers, application=project, on=day, by=request.user) is not None:
            return done(request, _("The worker is on the register."), back)
    return form_page(request, form, title=_("Add a worker to %(ref)s") % {"ref": ref}, submit=_("Add"), back=back)


@login_required
def verify(request, ref):
    project = project_or_404(request, ref)
    if not rules.test_rule("monitoring.verify_workers", request.user, project):
        raise NotAllowed()
    form = SeedbedForm(request.POST or None)
    back = reverse("monitoring:workers", args=[ref])
    if request.method == "POST":
        day = today(project.programme)
        if attempt(form, verify_workers, application=project, on=day, by=request.user) is not None:
            return done(request, _("The register is verified."), back)
    lead = _("You confirm that attendance and wage sheets agree with every row that waits.")
    return form_page(
        request,
        form,
        title=_("Verify the register of %(ref)s") % {"ref": ref},
        submit=_("Verify"),
        back=back,
        lead=lead,
    )
