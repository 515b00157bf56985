"""What waits for whom about reports, and what the search finds among them."""

from django.utils.translation import gettext as _

from pages.queues import LATER, Hit, QueueItem
from pages.states import shape_of
from programmes.models import Role
from programmes.roles import roles_of, rows_for
from reports.models import Issue

MOST = 10


def queue_for(user):
    """Managers: drafts to publish."""
    if Role.MANAGER not in roles_of(user):
        return []
    drafts = Issue.objects.filter(rows_for(user, [Role.MANAGER], region=None), state=Issue.State.DRAFT)
    return [
        QueueItem(
            verb_text=_("Publish the report"),
            why=f"{issue.title} · {issue.ref}",
            url=issue.get_absolute_url(),
            state_class="start",
            state_text=_("Draft"),
            due=None,
            section=LATER,
        )
        for issue in drafts.order_by("period_to", "pk")[:MOST]
    ]


def search_for(user, text):
    """Reports by reference or title that the user may see."""
    text = text.strip()
    rows = Issue.objects.visible_to(user)
    found = rows.filter(ref__iexact=text) or rows.filter(title__icontains=text)
    return [
        Hit(
            title=f"{issue.title}, {issue.ref}",
            url=issue.get_absolute_url(),
            why=f"{issue.period_from:%d.%m.%Y} \u2013 {issue.period_to:%d.%m.%Y}",
            state_class=shape_of("issue", issue.state),
            state_text=issue.state_label,
        )
        for issue in found[:MOST]
    ]
