"""The lock order of the committee: the Session, then Applications by pk, the Call; lines and the rest come after.

A member's own acts (declaring, scoring, voting) lock the Applications alone, so that members do not wait for each
other on different cases; deciding and closing lock both, and so see every vote or none of it.
"""

import rules
from django.db.models import Q, prefetch_related_objects
from django.utils.translation import gettext_lazy as _

from applicants.models import Application
from audit.moves import facts, moving
from audit.refusals import Blocked, NotAllowed
from programmes.models import Call
from selection.models import Case, Motion, Session


def lock_session(session):
    """The fresh, locked Session with its call, committee and programme."""
    return (
        Session.objects.select_for_update(of=("self",))
        .select_related("call", "committee", "programme")
        .get(pk=session.pk)
    )


def lock_applications(pks):
    """The fresh, locked Applications by pk (dict), locked in the order of pk; `pks` may be a subquery."""
    rows = Application.objects.select_for_update(of=("self",)).filter(pk__in=pks).order_by("pk")
    return {row.pk: row for row in rows}


def lock_dossiers(**motions):
    """Lock the Applications of these motions in the order of pk, however many: their keys alone are read."""
    keys = Motion.applications.through.objects.filter(**motions).values("application")
    return list(Application.objects.select_for_update().filter(pk__in=keys).order_by("pk").values_list("pk", flat=True))


def lock_agenda(session):
    """The locked Session, and its Cases (list, each with its locked application) in agenda order.

    The applications of its motions are locked with them, all in one order.
    """
    session = lock_session(session)
    asked = Motion.applications.through.objects.filter(motion__session=session).values("application")
    ours = Q(pk__in=session.cases.values("application")) | Q(pk__in=asked)
    list(Application.objects.select_for_update().filter(ours).order_by("pk").values_list("pk", flat=True))
    return session, with_applications(session, lock_applications(session.cases.values("application")))


def lock_call(call):
    """The fresh, locked Call: its rules get their version while nobody else freezes them."""
    return Call.objects.select_for_update(of=("self",)).select_related("programme").get(pk=call.pk)


def with_applications(session, applications):
    """The session's Cases of these locked Applications, each with its application, parts and declarations."""
    prefetch_related_objects(list(applications.values()), "parts")
    cases = list(
        Case.objects.filter(session=session, application__in=applications)
        .prefetch_related("declarations")
        .order_by("position")
    )
    for case in cases:
        case.session = session
        case.application = applications[case.application_id]
    return cases


def fresh_session(session):
    """The Session as it is now, without a lock: what a member's act asks after it has its Applications."""
    return Session.objects.select_related("call", "committee", "programme").get(pk=session.pk)


def ask(rule, by, row):
    if not rules.test_rule(rule, by, row):
        raise NotAllowed()


def ask_state(session, *states):
    """Raises Blocked when the session is in none of `states`."""
    if session.state not in states:
        raise Blocked(
            _("%(ref)s is in the state “%(state)s”, and this cannot be done from there.")
            % {"ref": session.ref, "state": session.state_label}
        )


def ask_move(session, verb, by, on, sentence):
    """Asked before anything else is done: raises Blocked with `sentence` and what is missing, or NotAllowed."""
    source = {"send_packet": Session.State.PLANNED, "close": Session.State.SITTING}[verb]
    ask_state(session, source)
    missing = [sentence for holds, sentence in facts(moving(session, by, on), verb) if not holds]
    if missing:
        raise Blocked(sentence, missing)
    ask("selection.keep_session", by, session)
