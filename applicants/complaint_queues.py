"""Complaints that wait: for their first receiver, their handler, their referral person; or for anybody at all."""

from datetime import timedelta

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from applicants.complaint_facts import referral_person
from applicants.complaints import excluded_from, unreceived
from applicants.models import Complaint
from pages.queues import LATER, TODAY, QueueItem
from programmes.clock import today
from programmes.models import Role
from programmes.roles import roles_of

MOST = 20
State = Complaint.State


def complaints_waiting(user):
    """Nothing of a complaint that the user must not know of: not even that something waits."""
    yield from _own(user)
    if Role.ADMINISTRATOR in roles_of(user):
        yield from _nobodys(user)


def _own(user):
    waiting = Complaint.objects.visible_to(user).filter(state__in=[State.RECEIVED, State.ACKNOWLEDGED, State.REFERRED])
    rows = waiting.select_related("programme", "handler").order_by("ack_due_on", "pk")
    for row in rows[:MOST]:
        verb = _verb(row, user)
        if verb:
            yield _item(row, verb)


def _verb(row, user):
    """What `user` does next with the complaint, or nothing while it is somebody else's turn."""
    if row.state == State.REFERRED:
        return _("Take up a referral")
    if row.handler_id == user.pk:
        return _("Acknowledge the complaint") if row.state == State.RECEIVED else _("Answer the complaint")
    return "" if row.handler_id else _("Read the complaint and name who handles it")


def _item(row, verb):
    day = today(row.programme)
    late = (day - row.due_on).days
    return QueueItem(
        verb_text=verb,
        why=f"{row.ref} · {row.get_kind_display()}",
        url=row.get_absolute_url(),
        state_class="late" if late > 0 else "wait",
        state_text=ngettext("%(count)s day late", "%(count)s days late", late) % {"count": late}
        if late > 0
        else _("Due %(date)s") % {"date": f"{row.due_on:%d.%m.%Y}"},
        due=row.due_on,
        section=TODAY if row.due_on <= day + timedelta(days=7) else LATER,
    )


def _nobodys(user):
    """For administrators: a role or a contact is missing, and a complaint waits for it. They see nothing of it."""
    referred = Complaint.objects.filter(state=State.REFERRED).select_related("programme")
    rows = [row for row in referred if referral_person(row) is None]
    for row in [*unreceived(), *rows][:MOST]:
        if user.pk in excluded_from(row):
            continue
        programme = row.programme
        yield QueueItem(
            verb_text=_("Name a safeguarding contact"),
            why=_("Something that was sent to the office waits for somebody who may read it. %(programme)s")
            % {"programme": programme or ""},
            url=reverse("programmes:contacts", args=[programme.key])
            if programme
            else reverse("programmes:office_contacts"),
            state_class="late",
            state_text=_("Nobody"),
            due=row.ack_due_on,
        )
