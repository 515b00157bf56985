"""How a programme stands today."""

import rules
from django.contrib.auth.decorators import login_required
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from programmes.clock import today
from programmes.roles import held_by
from reports.dashboard import page_of
from reports.models import REPORT_ROLES
from reports.views.live import programme_of


@login_required
@require_GET
def dashboard(request, key):
    """What needs a decision, money, cases by state, results against targets, the portfolio; each leads to its rows."""
    row = programme_of(request, key)
    context = {
        "title": _("How the programme stands"),
        "crumbs": ((_("Reports"), reverse("reports:issues")), (row.name, reverse("reports:programme", args=[row.key]))),
        "programme": row,
        "on": today(row),
        "of_region": not any(
            held.programme_id == row.pk and held.role in REPORT_ROLES and held.region_id is None
            for held in held_by(request.user)
        ),
        "may_fund": rules.test_rule("loans.fund", request.user, row),
        "may_draft": rules.test_rule("reports.draft", request.user, row),
        "may_set": rules.test_rule("reports.set_target", request.user, row),
        **page_of(row, request.user),
    }
    return render(request, "reports/dashboard.html", context)
