"""What waits for whom about visits, and what the search finds among them."""

from datetime import timedelta

from django.urls import reverse
from django.utils.translation import gettext as _

from monitoring.models import ActionPoint, MonitoringVisit
from pages.queues import AGENDA, LATER, TODAY, FieldForm, Hit, QueueItem
from pages.states import shape_of
from programmes.clock import today
from programmes.models import Role
from programmes.roles import roles_of, rows_for

MOST = 10
SOON = timedelta(days=30)
PARENTS = ("application__applicant__village", "programme")


def queue_for(user):
    """Visitors: visits that are due, and those sent back. M&E: visits to verify. Owners: action points."""
    roles, items = roles_of(user), []
    if roles & {Role.ADVISER, Role.FIELD_AGENT, Role.MONITORING}:
        items += _due(user)
    if Role.MONITORING in roles:
        items += _to_verify(user)
    return items + _actions(user)


def _item(visit, verb, shape, word, *, due=None, section=TODAY):
    applicant = visit.application.applicant
    return QueueItem(
        verb_text=verb,
        why=f"{applicant.name} · {visit.ref} · {applicant.village or visit.application.ref}",
        url=visit.get_absolute_url(),
        state_class=shape,
        state_text=word,
        due=due,
        section=section,
        script=applicant.name_script,
        script_lang=applicant.script_language,
    )


def _due(user):
    day = today()
    mine = MonitoringVisit.objects.visible_to(user).filter(assigned_to=user).select_related(*PARENTS)
    found = [
        _item(visit, _("Record the visit again"), "wait", _("Returned to you"), due=visit.planned_on)
        for visit in mine.filter(state="returned").order_by("planned_on", "pk")[:MOST]
    ]
    for visit in mine.filter(state="planned", planned_on__lte=day + SOON).order_by("planned_on", "pk")[:MOST]:
        if visit.planned_on < day:
            found.append(_item(visit, _("Make the visit"), "late", _("Missed"), due=visit.planned_on))
        else:
            words = f"{visit.planned_on:%d.%m.%Y}"
            found.append(_item(visit, _("Visit"), "start", words, due=visit.planned_on, section=AGENDA))
    return found


def to_take_along(user):
    """The forms of the visits that the user makes within a month, and of those sent back."""
    due = MonitoringVisit.objects.visible_to(user).filter(assigned_to=user, state__in=["planned", "returned"])
    for visit in due.filter(planned_on__lte=today() + SOON).select_related(*PARENTS).order_by("planned_on", "pk")[:60]:
        applicant = visit.application.applicant
        yield FieldForm(
            url=reverse("monitoring:move", args=[visit.ref, "record"]),
            title=_("Visit: %(name)s") % {"name": applicant.name},
            why=f"{visit.ref} · {applicant.village or visit.region}",
            due=visit.planned_on,
        )


def _to_verify(user):
    waiting = (
        MonitoringVisit.objects.filter(rows_for(user, [Role.MONITORING]), state="recorded")
        .exclude(made_by=user)
        .select_related(*PARENTS)
        .order_by("made_on", "pk")[:MOST]
    )
    return [
        _item(
            visit,
            _("Verify the visit"),
            "moving",
            _("Made on %(day)s") % {"day": f"{visit.made_on:%d.%m.%Y}"},
            due=visit.made_on,
        )
        for visit in waiting
    ]


def _actions(user):
    day = today()
    points = ActionPoint.objects.filter(owner=user, done_on=None).select_related("visit").order_by("due_on")[:MOST]
    return [
        QueueItem(
            verb_text=point.text,
            why=point.visit.ref,
            url=point.visit.get_absolute_url(),
            state_class="late" if point.due_on < day else "start",
            state_text=f"{point.due_on:%d.%m.%Y}",
            due=point.due_on,
            section=TODAY if point.due_on <= day + timedelta(days=7) else LATER,
        )
        for point in points
    ]


def search_for(user, text):
    """Visits by reference that the user may see."""
    found = MonitoringVisit.objects.visible_to(user).filter(ref__iexact=text.strip()).select_related(*PARENTS)
    return [
        Hit(
            title=f"{visit.application.applicant.name}, {visit.ref}",
            url=visit.get_absolute_url(),
            why=f"{visit.planned_on:%d.%m.%Y}",
            state_class=shape_of("monitoringvisit", visit.state),
            state_text=visit.state_label,
        )
        for visit in found[:MOST]
    ]
