"""What donors find beside the reports: figures as they stand at the end of a quarter, and two reports compared."""

from datetime import date, timedelta

from django.contrib.auth.decorators import login_required
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from programmes.clock import today
from programmes.models import Donor, Programme, Role
from programmes.roles import held_by
from reports.comparison import compared
from reports.edition import compile_report
from reports.forms import CompareForm
from reports.models import REPORT_ROLES, Issue
from reports.shown import page_of
from reports.views.issues import report_of

READERS = {Role.DONOR, *REPORT_ROLES}


def quarter_end(day):
    """The last day of the last quarter that was over by `day`."""
    return date(day.year, day.month - (day.month - 1) % 3, 1) - timedelta(days=1)


def programmes_of_donor(user):
    """[(programme, donor or None)] whose live figures the user may see as a donor sees them."""
    found = {}
    for held in held_by(user):
        if held.role in READERS and held.programme_id:
            # Whoever is more than a donor sees the edition for all donors.
            donor = held.donor_id if held.role == Role.DONOR else None
            found[held.programme_id] = donor if found.get(held.programme_id, donor) == donor else None
    programmes = Programme.objects.filter(pk__in=found).order_by("name")
    return [(programme, found[programme.pk]) for programme in programmes]


@login_required
@require_GET
def live(request, key):
    """Totals as they stand at the end of the last quarter, as donors may see them.

    The days are not free to choose, and nothing is broken down by people: whoever could ask for any period, or look
    every day, would learn of each single person who came.
    """
    allowed = {programme.key: (programme, donor) for programme, donor in programmes_of_donor(request.user)}
    programme, donor = allowed.get(key, (None, None))
    programme = get_object_or_404(Programme, pk=programme.pk if programme else None)
    last = min(quarter_end(today(programme)), programme.ends_on or date.max)
    context = {
        "title": programme.public_name,
        "crumbs": ((_("Reports"), reverse("reports:issues")),),
        "programme": programme,
        "last": last,
        "issues": Issue.objects.visible_to(request.user)
        .filter(programme=programme, state=Issue.State.PUBLISHED)
        .defer("body")[:5],
    }
    if last < programme.starts_on:
        return render(request, "reports/portal.html", {**context, "early": True})
    whose = Donor.objects.filter(pk=donor).first()
    if whose and not programme.funding_lines.exclude(donor=whose).exists():
        whose = None
    report = compile_report(programme, period_to=last, donor=whose, totals=True)
    return render(request, "reports/portal.html", {**context, **page_of(report)})


@login_required
@require_GET
def compare(request):
    """Two published reports of one programme side by side: each figure, how it changed, and what was restated."""
    rows = Issue.objects.visible_to(request.user).exclude(state=Issue.State.DRAFT).select_related("programme", "donor")
    asked = "first" in request.GET and "second" in request.GET
    form = CompareForm(request.GET if asked else None, issues=rows, initial=request.GET.dict())
    context = {"title": _("Compare two reports"), "crumbs": ((_("Reports"), reverse("reports:issues")),), "form": form}
    if not asked or not form.is_valid():
        return render(request, "reports/compare.html", context, status=400 if form.errors else 200)
    first, second = form.cleaned_data["first"], form.cleaned_data["second"]
    before, after = report_of(first), report_of(second)
    context |= {
        "first": first,
        "second": second,
        "sections": compared(before, after),
        "restatements": [one for one in after.restatements if one.of == first.ref],
    }
    return render(request, "reports/compare.html", context)
