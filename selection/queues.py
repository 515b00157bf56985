"""What waits for members and secretaries of a committee, and what the search finds of it."""

from datetime import timedelta

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from pages.queues import LATER, TODAY, Hit, QueueItem
from pages.states import shape_of
from programmes.clock import today
from programmes.models import Role
from programmes.roles import roles_of
from selection.access import keeps, seat_of
from selection.models import Session
from selection.own_packet import packet_of

MOST = 20


def queue_for(user):
    """Sessions in which something is the user's to do."""
    if not roles_of(user) & {Role.MEMBER, Role.SECRETARY, Role.MANAGER} and not user.seats.exists():
        return []
    items = []
    live = Session.objects.visible_to(user).exclude(state=Session.State.CLOSED)
    for session in live.select_related("committee", "call", "programme").order_by("sits_on")[:MOST]:
        if seat_of(session, user) is not None and not keeps(session, user):
            items += _member_items(session, user)
        if keeps(session, user) and Role.SECRETARY in roles_of(user):
            items += _secretary_items(session)
    return items


def _item(session, verb_text, why, url, shape="moving", section=TODAY):
    return QueueItem(
        verb_text=verb_text,
        why=f"{session.ref} · {session.committee} · {why}",
        url=url,
        state_class=shape,
        state_text=session.state_label,
        due=session.sits_on,
        section=section,
    )


def _member_items(session, user):
    packet = packet_of(session, user)
    if packet.undeclared:
        why = ngettext("%(count)s case to declare", "%(count)s cases to declare", packet.undeclared) % {
            "count": packet.undeclared
        }
        url = reverse("selection:declare", args=[session.ref])
        yield _item(session, _("Declare your interests"), why, url, "wait")
    waiting = packet.left_to_score() if session.rules.get("criteria") else []
    if waiting:
        words = _("%(left)s of %(all)s left") % {"left": len(waiting), "all": packet.total}
        yield _item(session, _("Score the packet"), words, packet.where_stopped().case.get_absolute_url())
    if session.state == Session.State.SITTING:
        votes = packet.left_to_vote()
        if votes:
            words = _("%(left)s of %(all)s left") % {"left": len(votes), "all": packet.total}
            yield _item(session, _("Vote"), words, reverse("selection:vote", args=[session.ref]), "live")


def _secretary_items(session):
    day = today(session.programme)
    count = session.cases.on_agenda().count()
    cases = ngettext("%(count)s case", "%(count)s cases", count) % {"count": count}
    verbs = {
        Session.State.PLANNED: _("Send the packet") if count else _("Choose cases"),
        Session.State.OPEN: _("Prepare the sitting"),
        Session.State.SITTING: _("Record the decisions")
        if session.cases.undecided().exists()
        else _("Close the sitting"),
    }
    soon = session.sits_on <= day + timedelta(days=7)
    section = TODAY if soon or session.state == Session.State.SITTING else LATER
    shape = shape_of("session", session.state)
    yield _item(session, verbs[session.state], cases, session.get_absolute_url(), shape, section)


def search_for(user, q):
    """Sessions and decisions by reference, of those that the user may see."""
    rows = Session.objects.visible_to(user).filter(Q(ref__icontains=q) | Q(committee__name__icontains=q))
    return [
        Hit(
            title=row.ref,
            url=row.get_absolute_url(),
            why=_("Session of %(committee)s, %(date)s")
            % {"committee": row.committee, "date": f"{row.sits_on:%d.%m.%Y}"},
            state_class=shape_of("session", row.state),
            state_text=row.state_label,
        )
        for row in rows.select_related("committee").order_by("-sits_on")[:MOST]
    ]
