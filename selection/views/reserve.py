"""The reserve list against the money that is free."""

import rules
from django.http import Http404
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from programmes.models import Role
from programmes.roles import roles_of
from selection.reserve import reserve_lists
from selection.views.ground import crumbs_of


@require_safe
def reserve(request):
    """Cases on the reserve lists of the user's programmes; the secretary approves from here when money is free."""
    if not roles_of(request.user) & {Role.SECRETARY, Role.MANAGER}:
        raise Http404
    lists = [
        one
        for one in reserve_lists(request.user)
        if not request.desk.programme or one.call.programme_id == request.desk.programme.pk
    ]
    for one in lists:
        one.may_approve = rules.test_rule("selection.keep_session", request.user, one.rows[0].decision.case.session)
    return render(
        request, "selection/reserve.html", {"title": _("Reserve list"), "lists": lists, "crumbs": crumbs_of()}
    )
