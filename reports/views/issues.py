"""Reports of the office: list, new one, the report itself, its correction."""

from dataclasses import replace

import rules
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from audit.refusals import NotAllowed
from pages.forms import attempt, done, form_page
from pages.lists import Column, ListPage
from pages.moves import MoveForm, move_page
from pages.paper_language import ENGLISH, languages_of_paper
from programmes.clock import today
from programmes.models import Programme, Role
from programmes.roles import held_by, holds
from reports import quality
from reports.annexes import lists_of
from reports.builder.copies import from_last_time
from reports.builder.periods import next_period
from reports.builder.written import BOXES, stories_frozen_in
from reports.edition import thawed, with_names
from reports.forms import IssueFilter
from reports.models import AUDIT_READERS, REPORT_ROLES, WARNING_READERS, Issue
from reports.queues import reports_due
from reports.renderers import FORMATS
from reports.services import correct_issue, publish_issue, report_of_draft
from reports.shown import page_of
from reports.views.steps import steps_of
from reports.words import value_cell

DRAFTERS = (Role.MANAGER, Role.MONITORING)


# How a format is called where its key in capitals is not its name.
NAMES = {"360giving": "360Giving"}


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


FOR_OFFICE = gettext_lazy(
    "A draft is seen by the office alone, and its figures are computed anew each time. Once it is published they are "
    "frozen: a mistake is mended by a correction, which is a new report, and the old one stays to be seen."
)
FOR_DONORS = gettext_lazy("Reports that were published for you. Their figures are frozen and do not change.")


@login_required
@require_GET
def issues(request):
    """The reports that the user may see; above them what is due, and the programmes whose figures are live."""
    rows = Issue.objects.visible_to(request.user).select_related("programme", "donor").defer("body")
    if request.desk.programme:
        rows = rows.filter(programme=request.desk.programme)
    buttons = []
    if Issue.objects.visible_to(request.user).exclude(state=Issue.State.DRAFT)[1:2]:
        buttons.append((_("Compare two reports"), reverse("reports:compare"), "plain"))
    may_draft = programmes_for(request.user, DRAFTERS).exists()
    if may_draft:
        buttons.append((_("New report"), reverse("reports:new"), "primary"))
    context = {
        "may_draft": may_draft,
        "due": reports_due(request.user) if may_draft else [],
        "live": programmes_for(request.user, REPORT_ROLES),
        "portal": programmes_for(request.user, [Role.DONOR]),
        "warned": programmes_for(request.user, WARNING_READERS),
        "audited": programmes_for(request.user, AUDIT_READERS),
    }
    page = IssueList(request, rows, buttons=buttons, context=context)
    page.lead = FOR_OFFICE if context["live"] else FOR_DONORS
    page.template = "reports/issues.html"
    return page.response()


def issue_of(request, ref):
    rows = Issue.objects.visible_to(request.user).select_related(
        "programme", "donor", "agreement", "supersedes", "published_by"
    )
    return get_object_or_404(rows, ref=ref)


def report_of(issue, wanted=""):
    """The Report of an Issue: as it was frozen, or, of a draft, as it would be published now.

    With the rows that the `wanted` format needs.
    """
    kinds = FORMATS[wanted].needs if wanted in FORMATS else None
    if issue.state == Issue.State.DRAFT:
        report = report_of_draft(issue, opened=kinds is not None)
        return with_names(report, issue.programme) if kinds else report
    known = {"sha256": issue.sha256, "published_on": issue.published_on}
    report = thawed(issue.body, **known, stories=stories_frozen_in(issue))
    return replace(report, lists=lists_of(issue, kinds)) if kinds else report


def file_response(report, wanted, lang=""):
    """The report as a download; the paper in English, or in `lang` if the words of papers are translated into it."""
    if wanted not in FORMATS or (lang and lang not in languages_of_paper()):
        raise Http404
    with translation.override(lang or ENGLISH):
        content = FORMATS[wanted].render(report)
    response = HttpResponse(content, content_type=FORMATS[wanted].type)
    name = f"{report.file_name}-{lang}" if lang else report.file_name
    response["Content-Disposition"] = f'attachment; filename="{name}.{FORMATS[wanted].ending}"'
    response["X-Content-Type-Options"] = "nosniff"
    return response


@login_required
@require_GET
def issue(request, ref):
    """The report itself: a draft with live figures, or the frozen Issue; ?format= gives the file."""
    row = issue_of(request, ref)
    wanted = request.GET.get("format", "")
    report = report_of(row, wanted)
    if wanted:
        return file_response(report, wanted, request.GET.get("lang", ""))
    day = today(row.programme)
    is_staff = holds(request.user, REPORT_ROLES, row.programme_id)
    context = {
        "title": row.title,
        "issue": row,
        "day": day,
        "crumbs": ((_("Reports"), reverse("reports:issues")),),
        "later": Issue.objects.filter(supersedes=row).exclude(state="draft").first(),
        "may_link": row.state == Issue.State.PUBLISHED and rules.test_rule("reports.link", request.user, row),
        "may_correct": row.state == Issue.State.PUBLISHED and rules.test_rule("reports.draft", request.user, row),
        "published": row.state != Issue.State.DRAFT,
        "is_staff": is_staff,
        "changes": _changes(row, report),
        "rates_page": quality.page_of("rates_stale", row.programme, request.user) if report.lacking_rates else "",
        "steps": steps_of(row, request.user, "issue"),
        "may_follow": rules.test_rule("reports.draft", request.user, row) and next_period(row, day) is not None,
        **page_of(report, records=_records(row) if is_staff else None),
    }
    return render(request, "reports/issue.html", context)


def _records(row):
    """Function: the page of a figure's records, by its number in the published report; "" in a draft."""
    number = dict(row.rows.values_list("code", "number"))

    def address(figure):
        found = number.get(figure.code)
        return reverse("reports:issue_figure", args=[row.ref, found]) if found else ""

    return address


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
    old = from_last_time(row)
    return move_page(
        request,
        row,
        verb,
        service=services[verb],
        on=today(row.programme),
        back=row.get_absolute_url(),
        lead=_("The figures are computed now and frozen with their definitions. They never change afterwards."),
        template="reports/publish.html",
        context={"old": [(box, title) for box, title in BOXES.items() if box in old]},
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
