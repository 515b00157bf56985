"""What the records say today of the figures of a report that is published: computed when somebody asks."""

import rules
from django import forms
from django.contrib.auth.decorators import login_required
from django.http import Http404
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from audit.refusals import NotAllowed
from pages.forms import SeedbedForm, attempt, done
from programmes.clock import today
from programmes.roles import holds
from reports.models import REPORT_ROLES, Issue
from reports.recorded import KINDS
from reports.restating import differences, last_published
from reports.services import explain_restatement
from reports.views.issues import issue_of

MOST_REFS = 10


class ReasonForm(SeedbedForm):
    """One reason for one figure or several."""

    keyed = True
    codes = forms.MultipleChoiceField(label=gettext_lazy("Figures"), widget=forms.CheckboxSelectMultiple)
    reason = forms.CharField(
        label=gettext_lazy("Why they are others today"),
        max_length=300,
        help_text=gettext_lazy("It is printed in the report. Name nobody."),
    )

    def __init__(self, *args, choices, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["codes"].choices = choices


@login_required
@require_http_methods(["GET", "POST"])
def restatements(request, ref):
    """Of a draft: what the report before it says otherwise, each with its reason. Of a published one: what it says."""
    issue = issue_of(request, ref)
    if not holds(request.user, REPORT_ROLES, issue.programme_id):
        raise Http404
    draft = issue.state == Issue.State.DRAFT
    old = last_published(issue) if draft else issue
    found = differences(old) if old else []
    reasons = dict(issue.restatements.values_list("code", "reason")) if draft else {}
    form = None
    if draft and found and rules.test_rule("reports.draft", request.user, issue.programme):
        form = ReasonForm(
            request.POST if request.method == "POST" else None,
            choices=[(one.code, one.name) for one in found],
            initial={"codes": [one.code for one in found if one.code not in reasons]},
        )
    if request.method == "POST":
        if form is None:
            raise NotAllowed()
        made = attempt(form, explain_restatement, issue=issue, on=today(issue.programme), by=request.user)
        if made is not None:
            return done(request, _("The reason is kept."), reverse("reports:restatements", args=[issue.ref]))
    context = {
        "title": _("What the records say otherwise today"),
        "crumbs": ((_("Reports"), reverse("reports:issues")), (issue.ref, issue.get_absolute_url())),
        "issue": issue,
        "old": old,
        "draft": draft,
        "rows": [_row(request.user, one, reasons.get(one.code, "")) for one in found],
        "form": form,
    }
    return render(request, "reports/restatements.html", context, status=form.status if form and form.errors else 200)


def _row(user, one, reason):
    return {
        "name": one.name,
        "unit": one.currency,
        "before": one.before or _("no data"),
        "after": one.after or _("no data"),
        "came": _refs(user, one.came),
        "went": _refs(user, one.went),
        "delicate": one.delicate,
        "reason": reason,
    }


def _refs(user, records):
    """(number of records, [(name, address)] of the first that the user may see)."""
    found = []
    for name, keys in records.keys.items():
        kind = KINDS[name]
        seen = kind.visible(user, keys)[: MOST_REFS - len(found)]
        found += [(kind.name(row), kind.page(row)) for row in kind.rows().filter(pk__in=seen).order_by("pk")]
    return records.count, found
