"""The pages of the desk: home, search, choice of a programme, and whether the program is alive."""

from django.contrib.auth.decorators import login_not_required
from django.db import connection
from django.http import JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe

from config.desk import MOST_HITS, MOST_ITEMS, address, queue_for, search, starts
from pages.queues import AGENDA, LATER, TODAY
from programmes.clock import today
from programmes.models import Role
from programmes.roles import holds
from reports.models import REPORT_ROLES


@require_safe
def home(request):
    """What waits for you today. A donor, for whom nothing waits, goes to the reports."""
    roles = request.desk.roles
    reports = address("reports:issues")
    if roles == {Role.DONOR} and reports:
        return redirect(reports)
    queue = queue_for(request.user)
    return render(
        request,
        "desk/home.html",
        {
            "title": _("What waits for you today"),
            "today": today(request.desk.programme),
            "items": queue[TODAY][:MOST_ITEMS],
            "count": len(queue[TODAY]),
            "later": queue[LATER][:MOST_ITEMS],
            "agenda": queue[AGENDA][:MOST_ITEMS],
            "starts": starts(roles),
            "standing": [row for row in request.desk.programmes if holds(request.user, REPORT_ROLES, row.pk)],
            "ended": [row for row in request.desk.programmes if row.ends_on and row.ends_on < today(row)],
        },
    )


@require_safe
def find(request):
    """Search over everything that the user may see."""
    text = request.GET.get("q", "").strip()[:100]
    hits = search(request.user, text) if len(text) > 1 else []
    return render(
        request, "desk/search.html", {"title": _("Search"), "text": text, "hits": hits, "full": len(hits) == MOST_HITS}
    )


@require_POST
def choose_programme(request):
    """Show one of the user's programmes, or all of them."""
    key = request.POST.get("programme", "")
    known = {programme.key for programme in request.desk.programmes}
    request.session["programme"] = key if key in known else ""
    after = request.POST.get("next", "")
    inside = url_has_allowed_host_and_scheme(
        after, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return redirect(after if inside else reverse("desk:home"))


@login_not_required
@require_safe
def healthz(request):
    """Alive, and the database answers."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        cursor.fetchone()
    return JsonResponse({"status": "ok"})
