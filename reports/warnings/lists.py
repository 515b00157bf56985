"""The list of warnings: rows that are computed and stand in no table, with the filters and files of every list."""

from django import forms
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from audit.refusals import Invalid
from pages.lists import Column, ListPage
from reports.warnings.found import KINDS, STATES


class Rows(list):
    """What a ListPage asks of its rows."""

    def none(self):
        return Rows()

    def iterator(self, chunk_size):
        return iter(self)


class FilterForm(forms.Form):
    kind = forms.ChoiceField(label=_("Kind"), required=False)
    state = forms.ChoiceField(label=_("State"), required=False)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = [("", _("All kinds")), *((code, kind.title) for code, kind in KINDS.items())]
        self.fields["state"].choices = [("", _("Any state")), *STATES.items()]


class WarningFilter:
    """Filters as a ListPage knows them, over rows in memory."""

    def __init__(self, data, queryset, request):
        self.form, self.rows, self.is_bound = FilterForm(data), queryset, data is not None

    @property
    def qs(self):
        if not self.is_bound:
            return self.rows
        wanted = {name: value for name, value in self.form.cleaned_data.items() if value}
        return Rows(row for row in self.rows if all(getattr(row, name) == value for name, value in wanted.items()))


class WarningList(ListPage):
    key = "warnings"
    title = _("Warnings")
    lead = _("A warning is a question and no finding of guilt. Most have an innocent answer.")
    noun = (_("%(count)s warning"), _("%(count)s warnings"))
    filterset = WarningFilter

    columns = (
        Column("kind", _("Kind"), value="title", head=True, link=lambda row: row.url or row.page),
        Column("sentence", _("What was seen")),
        Column("state", _("State"), value="state_label"),
        Column("about", _("About"), value=lambda row: ", ".join(row.about), only="file"),
        Column("code", _("Key"), value="key", only="file"),
        Column("verdict", _("Verdict"), value="answer.get_verdict_display"),
        Column("text", _("What was found"), value="answer.text", only="file"),
        Column("answered_by", _("Answered by"), value=lambda row: _said(row, "answered_by"), only="file"),
        Column("answered_on", _("Answered"), value="answer.answered_on", only="file"),
        Column("closed_by", _("Closed by"), value=lambda row: _said(row, "closed_by"), only="file"),
        Column("closed_on", _("Closed"), value="answer.closed_on", only="file"),
    )

    @property
    def empty(self):
        return _("No warning matches.") if self.chips else _("Nothing looks odd.")

    @property
    def count(self):
        return len(self.rows)

    def ordered(self, backwards=False):
        return Rows(reversed(self.rows)) if backwards else self.rows

    def cursor(self, row):
        return row.key

    @cached_property
    def page_rows(self):
        """(rows of this page, is there a page before, is there one after)."""
        before, after = self.request.GET.get("before"), self.request.GET.get("after")
        keys = [row.key for row in self.rows]
        if (before or after) and (after or before) not in keys:
            raise Invalid(_("The address of this page is not complete. Open the list again."))
        end = keys.index(before) if before and not after else len(keys)
        start = keys.index(after) + 1 if after else max(end - self.size, 0) if before else 0
        stop = min(start + self.size, end)
        return self.rows[start:stop], start > 0, stop < len(keys)


def _said(row, name):
    who = getattr(row.answer, name, None)
    return str(who) if who else ""


def listed(report, programme):
    """The report's findings as rows, each with the address of its page."""
    for finding in report.findings:
        finding.page = reverse("reports:warning", args=[programme.key, finding.key])
    return Rows(report.findings)


def file_rows(findings):
    """(heads, rows) of the list as a file."""
    columns = WarningList.columns
    return [str(column.label) for column in columns], [[column.of(row) for column in columns] for row in findings]
