"""What waits for members and secretaries of a committee, and what the search finds of it."""

from datetime import timedelta

import rules
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from ledger.money import Money
from pages.queues import AGENDA, LATER, TODAY, Hit, QueueItem
from pages.states import shape_of
from programmes.clock import today
from programmes.models import Role
from programmes.roles import roles_of
from selection.access import keeps, seat_of
from selection.appeals import answerers_of
from selection.letters import decisions_without_letter
from selection.models import Appeal, Clarification, Letter, Session
from selection.motions import own_motions, waiting_count
from selection.own_packet import packet_of
from selection.reserve import reserve_lists
from selection.services.motions import BEFORE_SITTING

MOST = 20
# After that the applicants have been told, or the office has another problem than a queue.
LETTERS_WAIT = timedelta(days=60)


def queue_for(user):
    """Sessions in which something is the user's to do, questions to their advisers, and appeals."""
    questions = list(_questions(user))
    if not roles_of(user) & {Role.MEMBER, Role.SECRETARY, Role.MANAGER} and not user.seats.exists():
        return questions
    items = questions
    live = Session.objects.visible_to(user).exclude(state=Session.State.CLOSED)
    for session in live.select_related("committee", "call", "programme").order_by("sits_on")[:MOST]:
        if seat_of(session, user) is not None and not keeps(session, user):
            items += _member_items(session, user)
        if keeps(session, user) and Role.SECRETARY in roles_of(user):
            items += _secretary_items(session)
    return [*items, *_reserve(user), *_appeals(user), *_letter_items(user)]


def _questions(user):
    """What the committee asks an adviser about a case."""
    if Role.ADVISER not in roles_of(user):
        return
    rows = Clarification.objects.open().advised_by(user)
    rows = rows.select_related("case__session", "case__application__applicant", "case__application__programme")
    for row in rows.order_by("case__session__sits_on", "pk")[:MOST]:
        application = row.case.application
        if rules.test_rule("selection.answer_clarification", user, application):
            yield QueueItem(
                verb_text=_("Answer the committee’s question"),
                why=f"{application.applicant.name} · {application.ref} · {application.title}",
                url=row.get_absolute_url(),
                state_class="wait",
                state_text=_("The committee sits on %(date)s") % {"date": f"{row.case.session.sits_on:%d.%m.%Y}"},
                due=row.case.session.sits_on,
            )


def _reserve(user):
    """Money came free for cases on a reserve list."""
    if Role.SECRETARY not in roles_of(user):
        return
    for one in reserve_lists(user):
        count = len(one.fitting)
        if count:
            words = ngettext("%(free)s reaches for %(count)s case", "%(free)s reaches for %(count)s cases", count)
            words = words % {"free": Money(one.free, one.line.currency), "count": count}
            yield QueueItem(
                verb_text=_("Approve from the reserve list"),
                why=f"{one.call} · {one.line} · {words}",
                url=reverse("selection:reserve"),
                state_class="wait",
                state_text=_("Money is free"),
            )


def _appeals(user):
    """Open appeals that the user may answer; and those that nobody can, for the manager to find somebody."""
    if not roles_of(user) & {Role.SECRETARY, Role.MANAGER}:
        return
    rows = Appeal.objects.visible_to(user).open().select_related("application__applicant", "application__programme")
    for row in rows.order_by("due_on", "pk")[:MOST]:
        day = today(row.application.programme)
        able = answerers_of(row.application, day)
        if user not in able and (able or Role.MANAGER not in roles_of(user)):
            continue
        late = (day - row.due_on).days
        yield QueueItem(
            verb_text=_("Answer the appeal") if user in able else _("Find somebody who can answer the appeal"),
            why=f"{row.application.applicant.name} · {row.application.ref} · {row.application.title}",
            url=row.get_absolute_url(),
            state_class="late" if late > 0 else "wait",
            state_text=ngettext("%(count)s day late", "%(count)s days late", late) % {"count": late}
            if late > 0
            else _("Due %(date)s") % {"date": f"{row.due_on:%d.%m.%Y}"},
            due=row.due_on,
            section=TODAY if row.due_on <= day + timedelta(days=7) else LATER,
        )


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


def _meeting(session):
    """The sitting among the visits and meetings of a member: when and where, once they are invited."""
    return QueueItem(
        verb_text=_("Committee, %(ref)s") % {"ref": session.ref},
        why=str(session.call) if not session.programme.confidential else session.programme.public_name,
        url=reverse("selection:invitation", args=[session.ref]),
        state_class="moving",
        state_text=session.place or _("place not told yet"),
        due=session.sits_on,
        section=AGENDA,
    )


def _member_items(session, user):
    if session.state == Session.State.OPEN and session.invitations.filter(member=user).exists():
        yield _meeting(session)
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
    yield from _motion_items(session, user)
    if session.state == Session.State.SITTING:
        consent = packet.left_to_consent()
        votes = [row for row in packet.left_to_vote() if not row.case.votes_by_consent]
        if votes:
            words = _("%(left)s of %(all)s left") % {"left": len(votes), "all": packet.total}
            yield _item(session, _("Vote"), words, reverse("selection:vote", args=[session.ref]), "live")
        if consent:
            words = ngettext("%(count)s case", "%(count)s cases", len(consent)) % {"count": len(consent)}
            url = reverse("selection:consent", args=[session.ref])
            yield _item(session, _("Vote on the consent agenda"), words, url, "live")


def _motion_items(session, user):
    """Requests of loans and the like: to declare first, then to vote on."""
    if session.state not in (Session.State.OPEN, Session.State.SITTING):
        return
    own = own_motions(session, user)
    undeclared = [standing for standing, declared, _vote in own if not declared]
    waiting = [standing for standing, declared, vote in own if declared and vote is None]
    for standings, verb, shape in (
        (undeclared, _("Declare your interest in a request"), "wait"),
        (waiting if session.state == Session.State.SITTING else [], _("Vote on a request"), "live"),
    ):
        if standings:
            count = len(standings)
            why = ngettext("%(count)s request", "%(count)s requests", count) % {"count": count}
            yield _item(session, verb, why, session.get_absolute_url(), shape)


def _secretary_items(session):
    day = today(session.programme)
    if session.state in BEFORE_SITTING:
        waiting = waiting_count(session)
        if waiting:
            why = ngettext("%(count)s request waits", "%(count)s requests wait", waiting) % {"count": waiting}
            url = reverse("selection:put_motions", args=[session.ref])
            yield _item(session, _("Put requests on the agenda"), why, url, "wait")
    count = session.cases.on_agenda().count()
    cases = ngettext("%(count)s case", "%(count)s cases", count) % {"count": count}
    verbs = {
        Session.State.PLANNED: _("Send the packet")
        if count or session.motions.on_agenda().exists()
        else _("Choose cases"),
        Session.State.OPEN: _("Prepare the sitting"),
        Session.State.SITTING: _("Record the decisions")
        if session.cases.undecided().exists()
        else _("Close the sitting"),
    }
    soon = session.sits_on <= day + timedelta(days=7)
    section = TODAY if soon or session.state == Session.State.SITTING else LATER
    shape = shape_of("session", session.state)
    yield _item(session, verbs[session.state], cases, session.get_absolute_url(), shape, section)


def _letter_items(user):
    """Decisions of the last weeks that no letter tells of, and letters that have not left the office."""
    kept = Session.objects.kept_by(user).filter(state=Session.State.CLOSED)
    for session in kept.select_related("committee", "programme", "call").order_by("-closed_on")[:MOST]:
        if not keeps(session, user) or session.closed_on < today(session.programme) - LETTERS_WAIT:
            continue
        url = reverse("selection:letters", args=[session.ref])
        waiting = decisions_without_letter(session, user).count()
        if waiting:
            why = ngettext("%(count)s letter to write", "%(count)s letters to write", waiting) % {"count": waiting}
            yield _item(session, _("Write the letters"), why, url, "wait")
        unsent = Letter.objects.unsent().filter(session=session).count()
        if unsent:
            why = ngettext("%(count)s letter to send", "%(count)s letters to send", unsent) % {"count": unsent}
            yield _item(session, _("Send the letters"), why, url, "wait")


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
