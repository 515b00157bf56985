"""Reports of the office: list, new one, the report itself, its correction."""

import rules
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from audit.refusals import NotAllowed
from pages.forms import attempt, done, form_page
from pages.lists import Column, ListPage
from pages.moves import MoveForm, move_page
from programmes.clock import today
from programmes.models import Programme, Role
from programmes.roles import held_by, holds
from reports.edition import thawed
from reports.forms import IssueFilter, IssueForm
from reports.models import AUDIT_READERS, REPORT_ROLES, WARNING_READERS, Issue
from reports.renderers import FORMATS
from reports.services import correct_issue, draft_issue, publish_issue, report_of_draft
from reports.shown import page_of
from reports.words import value_cell

DRAFTERS = (Role.MANAGER, Role.MONITORING)


# How a format is called where its key in capitals is not its name.
NAMES = {"360giving": "360Giving"}


def files():
    """[(format, name)] of the downloads beside the PDF, for templates/reports/files.html."""
    return [(key, NAMES.get(key, key.upper())) for key in FORMATS if key != "pdf"]


def programmes_for(user, roles):
    """Programmes in which the user holds one of the roles today."""
    ids = {held.programme_id for held in held_by(user) if held.role in roles}
    return Programme.objects.filter(pk__in=ids - {None}).order_by("name")


class IssueList(ListPage):
    key = "reports"
    title = gettext_lazy("Reports")
    noun = (gettext_lazy("%(count)s report"), gettext_lazy("%(count)s reports"))
    empty = gettext_lazy("No report yet.")
    ordering = "-period_to"
    filterset = IssueFilter
    columns = [
        Column(
            "ref",
            gettext_lazy("Report"),
            head=True,
            link=lambda row: row.get_absolute_url(),
            small=lambda row: row.title,
        ),
        Column("state", gettext_lazy("State"), tag=True),
        Column("programme", gettext_lazy("Programme"), value=lambda row: row.programme.public_name),
        Column("donor", gettext_lazy("Donor"), value=lambda row: row.donor.name if row.donor else _("All donors")),
        Column("period_from", gettext_lazy("From")),
        Column("period_to", gettext_lazy("To"), sort="period_to"),
        Column("published_on", gettext_lazy("Published")),
    ]


@login_required
@require_GET
def issues(request):
    """The reports that the user may see; above them the programmes whose figures are live."""
    rows = Issue.objects.visible_to(request.user).select_related("programme", "donor").defer("body")
    if request.desk.programme:
        rows = rows.filter(programme=request.desk.programme)
    buttons = []
    if Issue.objects.visible_to(request.user).exclude(state=Issue.State.DRAFT)[1:2]:
        buttons.append((_("Compare two reports"), reverse("reports:compare"), "plain"))
    if programmes_for(request.user, DRAFTERS):
        buttons.append((_("New report"), reverse("reports:new"), "primary"))
    context = {
        "live": programmes_for(request.user, REPORT_ROLES),
        "portal": programmes_for(request.user, [Role.DONOR]),
        "warned": programmes_for(request.user, WARNING_READERS),
        "audited": programmes_for(request.user, AUDIT_READERS),
    }
    page = IssueList(request, rows, buttons=buttons, context=context)
    page.template = "reports/issues.html"
    return page.response()


@login_required
@require_http_methods(["GET", "POST"])
def new(request):
    """Draft a report."""
    programmes = programmes_for(request.user, DRAFTERS)
    if not programmes:
        raise NotAllowed()
    chosen = request.desk.programme if request.desk.programme in programmes else programmes[0]
    day = today(chosen)
    initial = {
        "programme": chosen.key,
        "period_from": chosen.starts_on,
        "period_to": min(day, chosen.ends_on or day),
        "title": _("Impact report"),
    }
    posted = request.method == "POST"
    form = IssueForm(request.POST if posted else None, programmes=programmes, initial=initial)
    if posted:
        issue = attempt(form, draft_issue, on=day, by=request.user)
        if issue is not None:
            return done(
                request, _("%(ref)s is drafted. Look at its figures, then publish it.") % {"ref": issue.ref}, issue
            )
    back = reverse("reports:issues")
    return form_page(
        request, form, title=_("New report"), submit=_("Draft the report"), back=back, crumbs=((_("Reports"), back),)
    )


def issue_of(request, ref):
    rows = Issue.objects.visible_to(request.user).select_related("programme", "donor", "supersedes", "published_by")
    return get_object_or_404(rows, ref=ref)


def report_of(issue):
    """The Report of an Issue: as it was frozen, or, of a draft, as it would be published now."""
    if issue.state == Issue.State.DRAFT:
        return report_of_draft(issue)
    return thawed(issue.body, sha256=issue.sha256, published_on=issue.published_on)


def file_response(report, wanted):
    """The report as a download."""
    if wanted not in FORMATS:
        raise Http404
    response = HttpResponse(FORMATS[wanted].render(report), content_type=FORMATS[wanted].type)
    response["Content-Disposition"] = f'attachment; filename="{report.file_name}.{wanted}"'
    response["X-Content-Type-Options"] = "nosniff"
    return response


@login_required
@require_GET
def issue(request, ref):
    """The report itself: a draft with live figures, or the frozen Issue; ?format= gives the file."""
    row = issue_of(request, ref)
    report = report_of(row)
    wanted = request.GET.get("format")
    if wanted:
        return file_response(report, wanted)
    context = {
        "title": row.title,
        "issue": row,
        "day": today(row.programme),
        "crumbs": ((_("Reports"), reverse("reports:issues")),),
        "later": Issue.objects.filter(supersedes=row).exclude(state="draft").first(),
        "may_link": row.state == Issue.State.PUBLISHED and rules.test_rule("reports.link", request.user, row),
        "may_correct": row.state == Issue.State.PUBLISHED and rules.test_rule("reports.draft", request.user, row),
        "files": files(),
        "published": row.state != Issue.State.DRAFT,
        "is_staff": holds(request.user, REPORT_ROLES, row.programme_id),
        "changes": _changes(row, report),
        **page_of(report),
    }
    return render(request, "reports/issue.html", context)


def _changes(row, report):
    """What a correction says otherwise than the report that it takes the place of: [(name, before, now)]."""
    if not row.supersedes:
        return []
    old = {figure.code: value_cell(figure) for figure in thawed(row.supersedes.body).figures}
    new = {figure.code: (figure.name, value_cell(figure)) for figure in report.figures}
    return [(name, old.get(code, ""), now) for code, (name, now) in new.items() if old.get(code, "") != now]


@login_required
def move(request, ref, verb):
    """Publish."""
    row = issue_of(request, ref)
    services = {"publish": publish_issue}
    if verb not in services:
        raise Http404
    return move_page(
        request,
        row,
        verb,
        service=services[verb],
        on=today(row.programme),
        back=row.get_absolute_url(),
        lead=_("The figures are computed now and frozen with their definitions. They never change afterwards."),
    )


@login_required
@require_http_methods(["GET", "POST"])
def correct(request, ref):
    """Draft a correction of a published report."""
    row = issue_of(request, ref)
    if not rules.test_rule("reports.draft", request.user, row):
        raise NotAllowed()
    form = MoveForm(request.POST or None, instance=row)
    if request.method == "POST":
        made = attempt(form, correct_issue, issue=row, on=today(row.programme), by=request.user)
        if made is not None:
            return done(request, _("%(ref)s is drafted as the correction.") % {"ref": made.ref}, made)
    return form_page(
        request,
        form,
        title=_("Draft a correction"),
        submit=_("Draft the correction"),
        back=row.get_absolute_url(),
        crumbs=((row.ref, row.get_absolute_url()),),
        lead=_("A new report of the same period, with the figures of today. The old one stays to be seen."),
    )
