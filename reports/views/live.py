"""The figures of a programme as they stand: for the office, never for donors."""

import rules
from django.contrib.auth.decorators import login_required
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from audit.refusals import NotAllowed
from pages.fields import DateField
from pages.forms import SeedbedForm, attempt, done, form_page
from programmes.clock import today
from reports.edition import compile_report
from reports.forms import TargetForm
from reports.models import REPORT_ROLES
from reports.services import set_target
from reports.shown import page_of
from reports.views.issues import file_response, files, programmes_for


class PeriodForm(SeedbedForm):
    period_from = DateField(label=gettext_lazy("From"), required=False)
    period_to = DateField(label=gettext_lazy("To"), required=False)


def programme_of(request, key):
    return get_object_or_404(programmes_for(request.user, REPORT_ROLES), key=key)


@login_required
@require_GET
def programme(request, key):
    """Every figure of the programme, live, in the internal edition."""
    row = programme_of(request, key)
    day = today(row)
    form = PeriodForm(request.GET if "period_to" in request.GET else None, initial={"period_to": day})
    first, last = None, day
    if form.is_bound and form.is_valid():
        first, last = form.cleaned_data["period_from"], form.cleaned_data["period_to"] or day
        if first and first > last:
            form.add_error("period_to", _("The last day lies before the first."))
            first, last = None, day
    report = compile_report(row, period_from=first, period_to=last, internal=True)
    wanted = request.GET.get("format")
    if wanted:
        return file_response(report, wanted)
    context = {
        "title": row.name,
        "crumbs": ((_("Reports"), reverse("reports:issues")),),
        "programme": row,
        "form": form,
        "calls": row.calls.all(),
        "files": files(),
        "may_audit": rules.test_rule("reports.audit", request.user, row),
        "may_warn": rules.test_rule("reports.read_warnings", request.user, row),
        "may_set": rules.test_rule("reports.set_target", request.user, row),
        **page_of(report),
    }
    return render(request, "reports/live.html", context, status=400 if form.errors else 200)


@login_required
@require_http_methods(["GET", "POST"])
def target(request, key):
    """Set what a figure should reach, or the published value that it is compared with."""
    row = programme_of(request, key)
    if not rules.test_rule("reports.set_target", request.user, row):
        raise NotAllowed()
    back = reverse("reports:programme", args=[row.key])
    form = TargetForm(request.POST or None, programme=row, initial={"code": request.GET.get("code", "")})
    if request.method == "POST" and attempt(form, set_target, programme=row, on=today(row), by=request.user):
        return done(request, _("The target is set."), back)
    return form_page(
        request,
        form,
        title=_("Set a target"),
        submit=_("Set the target"),
        back=back,
        crumbs=((_("Reports"), reverse("reports:issues")), (row.name, back)),
    )
