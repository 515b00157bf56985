"""A figure leads to its records: what was counted, by which definition, and the rows for who may see them."""

from bisect import bisect_left, bisect_right

from django.contrib.auth.decorators import login_required
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_GET

from audit.refusals import Invalid
from audit.services import record, unit_of_work
from pages.fields import DateField
from pages.forms import SeedbedForm
from pages.lists import COUNTED, Column, ListPage
from programmes.clock import today
from programmes.roles import holds
from reports.behind import records_of, unpacked
from reports.edition import thawed
from reports.figure import printed_unknown
from reports.indicators import figures_with_tallies
from reports.models import REPORT_ROLES, Issue
from reports.recorded import KINDS
from reports.views.issues import issue_of
from reports.views.live import programme_of
from reports.words import goal_words, period_text, value_words

CHUNK = 500


class RecordList(ListPage):
    """Rows of one kind by their keys, of which there may be more than a statement can name."""

    noun = (gettext_lazy("%(count)s record"), gettext_lazy("%(count)s records"))
    empty = gettext_lazy("No record of this kind that you may see.")
    ordering = "pk"
    template = "reports/records.html"

    def __init__(self, request, kind, keys, **facts):
        super().__init__(request, kind.rows(), **facts)
        self.kind, self.keys = kind, keys
        self.columns = [
            Column("record", _("Record"), value=kind.name, head=True, link=kind.page),
            Column("said", _("What"), value=kind.said),
            Column("day", _("Day"), value=kind.day),
            Column("amount", _("Amount"), value=kind.amount, number=True),
        ]

    @cached_property
    def count(self):
        return min(len(self.keys), COUNTED + 1)

    def cursor(self, row):
        return str(row.pk)

    def _fetched(self, keys):
        rows = self.queryset.in_bulk(keys)
        return [rows[key] for key in keys if key in rows]

    @cached_property
    def page_rows(self):
        before, after = self.request.GET.get("before"), self.request.GET.get("after")
        try:
            if after:
                start = bisect_right(self.keys, int(after))
            else:
                start = max(bisect_left(self.keys, int(before)) - self.size, 0) if before else 0
        except ValueError as wrong:
            raise Invalid(_("The address of this page is not complete. Open the list again.")) from wrong
        found = self.keys[start : start + self.size]
        return self._fetched(found), start > 0, start + self.size < len(self.keys)

    def ordered(self, backwards=False):
        return self

    def iterator(self, chunk_size):
        for at in range(0, len(self.keys), CHUNK):
            yield from self._fetched(self.keys[at : at + CHUNK])


@login_required
@require_GET
def issue_figure(request, ref, number):
    """A figure of a published report by its number, as it was published, and the records it rested on then."""
    issue = issue_of(request, ref)
    if issue.state == Issue.State.DRAFT or not holds(request.user, REPORT_ROLES, issue.programme_id):
        raise Http404
    row = get_object_or_404(issue.rows.select_related("behind"), number=number)
    report = thawed(issue.body, sha256=issue.sha256, published_on=issue.published_on)
    facts = {
        "figure": report.figure(row.code),
        "number": row.number,
        "issue": issue,
        "period": period_text(report.period_from, report.period_to),
        "back": f"{issue.get_absolute_url()}#figure-{row.code}",
    }
    crumbs = ((_("Reports"), reverse("reports:issues")), (issue.ref, issue.get_absolute_url()))
    records = unpacked(row.behind) if row.behind else None
    return _page(request, issue.programme, issue.ref, facts, records, crumbs)


class PeriodForm(SeedbedForm):
    period_from = DateField(required=False)
    period_to = DateField(required=False)


@login_required
@require_GET
def live_figure(request, key, code):
    """A figure of a programme as it stands now, with its records."""
    programme = programme_of(request, key)
    form = PeriodForm(request.GET)
    if not form.is_valid():
        raise Http404
    first, last = form.cleaned_data["period_from"], form.cleaned_data["period_to"] or today(programme)
    if first and first > last:
        raise Invalid(_("The last day lies before the first."))
    pairs = figures_with_tallies(programme, first, last, only=(code,))
    figure, tally = next(((figure, tally) for figure, tally in pairs if figure.code == code), (None, None))
    if figure is None:
        raise Http404
    back = reverse("reports:programme", args=[programme.key])
    facts = {"figure": figure, "period": period_text(first, last), "back": f"{back}#figure-{code}"}
    crumbs = ((_("Reports"), reverse("reports:issues")), (programme.name, back))
    return _page(request, programme, programme.ref, facts, records_of(tally), crumbs)


def _page(request, programme, ref, facts, records, crumbs):
    figure, kinds = facts["figure"], records.keys if records else {}
    wanted = request.GET.get("kind") or next(iter(kinds), "applicants.party")
    if wanted not in KINDS or (kinds and wanted not in kinds):
        raise Http404
    kind, all_keys = KINDS[wanted], kinds.get(wanted, ())
    keys = kind.visible(request.user, all_keys)
    if kind.people and keys:
        _note(request, programme, ref, figure, wanted, len(keys))
    hidden = len(all_keys) - len(keys)
    facts |= {
        "kind": kind.title,
        "value": value_words(figure),
        "unknown": printed_unknown(figure),
        "goal": goal_words(figure),
        "records": records,
        "unlisted": records is None and bool(figure.records),
        "kinds": [
            {"name": KINDS[name].title, "count": len(found), "url": f"?{_asked(request, name)}", "now": name == wanted}
            for name, found in kinds.items()
        ],
        "others": ngettext(
            "%(count)s more record is in another's region or not yours to see.",
            "%(count)s more records are in another's region or not yours to see.",
            hidden,
        )
        % {"count": f"{hidden:,}"}
        if hidden
        else "",
    }
    page = RecordList(request, kind, keys, title=figure.name, context=facts, crumbs=crumbs)
    page.key = f"{ref.lower().replace(':', '-')}-{figure.code}"
    return page.response()


def _asked(request, kind):
    """The query of this page for another kind, from its first row."""
    left = request.GET.copy()
    for name in ("before", "after", "format"):
        left.pop(name, None)
    left["kind"] = kind
    return left.urlencode()


def _note(request, programme, ref, figure, kind, number):
    """Who looked at the people behind a figure is kept, as for every sensitive read."""
    body = {"figure": figure.code, "kind": kind, "rows": number, "format": request.GET.get("format", "")}
    with unit_of_work():
        record("figure.read", ref, by=request.user, on=today(programme), programme=programme.key, body=body)
