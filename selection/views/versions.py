"""The versions of a call's rules, and what each of them governs."""

from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from selection.access import call_or_404
from selection.governing import versions_of, waiting_changes


@require_safe
def versions(request, key):
    """Each version of the rules: since when, what it changed and why, which sessions and cases are under it."""
    call = call_or_404(request.user, key)
    return render(
        request,
        "selection/rules.html",
        {
            "title": _("Rules of %(call)s") % {"call": call},
            "call": call,
            "versions": versions_of(call, request.user),
            "waiting": waiting_changes(call),
            "crumbs": [(_("Committee sessions"), reverse("selection:sessions"))],
        },
    )
