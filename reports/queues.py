"""What waits for whom about reports, and what the search finds among them."""

from django.db.models import Count
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from pages.queues import LATER, Hit, QueueItem
from pages.states import shape_of
from programmes.clock import today
from programmes.models import Programme, Role
from programmes.roles import roles_of, rows_for
from reports.builder.periods import due_period
from reports.models import DonorAgreement, Issue, WarningAnswer, WarningCount

MOST = 10
ANSWERING = (Role.MANAGER, Role.MONITORING)


def queue_for(user):
    """Managers: drafts to publish. Managers and M&E officers: reports that are due, warnings to answer and to close."""
    if roles_of(user).isdisjoint(ANSWERING):
        return []
    return [*reports_due(user), *_drafts(user), *_warnings(user), *_answers(user)]


def reports_due(user):
    """The reports that agreements ask for, of periods that are over."""
    rows = DonorAgreement.objects.filter(rows_for(user, ANSWERING, region=None)).select_related("programme", "donor")
    due = [(row, due_period(row, today(row.programme))) for row in rows]
    return [
        QueueItem(
            verb_text=_("Draft the report that is due"),
            why=f"{row.donor} · {period}",
            url=reverse("reports:new"),
            state_class="start",
            state_text=_("Due"),
            due=period.last,
            section=LATER,
        )
        for row, period in due
        if period
    ][:MOST]


def _drafts(user):
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


def _warnings(user):
    counts = WarningCount.objects.filter(rows_for(user, ANSWERING, region=None), waiting__gt=0)
    return [
        QueueItem(
            verb_text=_("Answer the warnings"),
            why=ngettext("%(count)s waits · %(programme)s", "%(count)s wait · %(programme)s", row.waiting)
            % {"count": row.waiting, "programme": row.programme.public_name},
            url=reverse("reports:warnings", args=[row.programme.key]),
            state_class="start",
            state_text=_("Not answered"),
            due=None,
            section=LATER,
        )
        for row in counts.select_related("programme").order_by("programme")[:MOST]
    ]


def _answers(user):
    rows = WarningAnswer.objects.to_close().filter(rows_for(user, ANSWERING, region=None)).exclude(answered_by=user)
    counts = rows.order_by("programme").values("programme").annotate(count=Count("pk"))
    waiting = {row["programme"]: row["count"] for row in counts}
    return [
        QueueItem(
            verb_text=_("Close the answered warnings"),
            why=ngettext("%(count)s waits · %(programme)s", "%(count)s wait · %(programme)s", waiting[programme.pk])
            % {"count": waiting[programme.pk], "programme": programme.public_name},
            url=f"{reverse('reports:warnings', args=[programme.key])}?state=waits",
            state_class="wait",
            state_text=_("Waits for a second person"),
            due=None,
            section=LATER,
        )
        for programme in Programme.objects.filter(pk__in=waiting).order_by("pk")[:MOST]
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
