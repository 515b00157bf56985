"""Agreements with donors about a programme: which there are, a new one, one of them."""

import rules
from django.contrib.auth.decorators import login_required
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from audit.refusals import NotAllowed
from pages.forms import attempt, done, form_page
from programmes.clock import today
from reports.builder.periods import due_period
from reports.builder.services import keep_agreement
from reports.forms_builder import AgreementForm
from reports.models import DonorAgreement
from reports.views.live import programme_of


def _crumbs(programme):
    return (
        (_("Reports"), reverse("reports:issues")),
        (programme.name, reverse("reports:programme", args=[programme.key])),
    )


@login_required
@require_GET
def agreements(request, key):
    """The agreements of the programme, each with the period that is due next."""
    row = programme_of(request, key)
    day = today(row)
    found = row.donor_agreements.select_related("donor", "logo")
    context = {
        "title": _("Agreements with donors"),
        "programme": row,
        "crumbs": _crumbs(row),
        "lines": [(one, due_period(one, day)) for one in found],
        "may_set": rules.test_rule("reports.set_agreement", request.user, row),
        "may_draft": rules.test_rule("reports.draft", request.user, row),
    }
    return render(request, "reports/agreements.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def new_agreement(request, key):
    """Enter an agreement."""
    row = _managed(request, key)
    return _form(request, row, None, _("New agreement with a donor"))


@login_required
@require_http_methods(["GET", "POST"])
def agreement(request, key, pk):
    """Change an agreement. Reports that are published stay as they are."""
    row = _managed(request, key)
    one = get_object_or_404(DonorAgreement, pk=pk, programme=row)
    return _form(request, row, one, str(one))


def _managed(request, key):
    row = programme_of(request, key)
    if not rules.test_rule("reports.set_agreement", request.user, row):
        raise NotAllowed(_("The manager of the programme enters its agreements with donors."))
    return row


def _form(request, row, one, title):
    posted = request.method == "POST"
    given = (request.POST, request.FILES) if posted else (None, None)
    form = AgreementForm(*given, programme=row, instance=one)
    home = reverse("reports:agreements", args=[row.key])
    if posted:
        kept = attempt(form, keep_agreement, on=today(row), by=request.user)
        if kept is not None:
            return done(request, _("Kept: %(what)s.") % {"what": kept}, home)
    return form_page(
        request,
        form,
        title=title,
        lead=_("What reports of this agreement carry. A report that is published stays as it is."),
        submit=_("Keep the agreement"),
        back=home,
        crumbs=(*_crumbs(row), (_("Agreements with donors"), home)),
    )
