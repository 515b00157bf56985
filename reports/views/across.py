"""People over all the programmes whose figures somebody reads."""

from django.contrib.auth.decorators import login_required
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from audit.refusals import NotAllowed
from reports.across import CODE, across
from reports.models import REPORT_ROLES
from reports.views.issues import programmes_for


@login_required
@require_GET
def people(request):
    """Direct beneficiaries of the user's programmes, each person once; each programme's number leads to its page."""
    programmes = programmes_for(request.user, REPORT_ROLES)
    if not programmes:
        raise NotAllowed()
    context = {
        "title": _("People in all programmes"),
        "crumbs": ((_("Reports"), reverse("reports:issues")),),
        "code": CODE,
        "found": across(programmes),
    }
    return render(request, "reports/people.html", context)
