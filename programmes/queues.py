"""Leave cover that waits for a second person."""

from django.urls import reverse
from django.utils.translation import gettext as _

from pages.queues import QueueItem
from programmes.clock import today
from programmes.models import Delegation, Role
from programmes.roles import roles_of, rows_for


def queue_for(user):
    """Managers and administrators: covers to approve that they neither asked for nor take."""
    roles = roles_of(user)
    waiting = Delegation.objects.filter(approved_by=None, ends_on__gte=today())
    if Role.ADMINISTRATOR not in roles:
        waiting = waiting.filter(rows_for(user, [Role.MANAGER], programme="membership__programme", region=None))
    waiting = waiting.exclude(requested_by=user).exclude(delegate=user).select_related("membership__user", "delegate")
    return [
        QueueItem(
            verb_text=_("Approve leave cover"),
            why=f"{cover.membership.user} · {cover.membership.get_role_display()} · {cover.delegate}",
            url=reverse("programmes:approve_cover", args=[cover.pk]),
            state_class="wait",
            state_text=f"{cover.starts_on:%d.%m.%Y}",
            due=cover.starts_on,
        )
        for cover in waiting[:20]
    ]
