"""Which sessions and cases each version of a call's rules governs: what the pages of a call tell about a change."""

from dataclasses import dataclass

from django.db.models import Prefetch
from django.utils.translation import gettext as _

from programmes.models import Call
from selection.call_rules import LABELS, PLAIN, frozen_hash, rules_of_call
from selection.models import Case, RulesVersion, Session


@dataclass(frozen=True)
class Governed:
    """A version with what it changed (rule, before, after), and the sessions of the reader that it governs.

    Each session carries `governed`: its cases that the reader may open, in agenda order.
    """

    version: RulesVersion
    changed: list
    sessions: list


def versions_of(call, user):
    """The Governed of each version of the call, the newest first, with the sessions that `user` may see."""
    cases = Case.objects.on_agenda().readable_by(user).select_related("application").order_by("position")
    sessions = Session.objects.visible_to(user).with_case_count().order_by("sits_on", "pk")
    rows = (
        RulesVersion.objects.filter(call=call)
        .order_by("number")
        .select_related("made_by")
        .prefetch_related(
            Prefetch("sessions", sessions.prefetch_related(Prefetch("cases", cases, to_attr="governed"))),
        )
    )
    found, before = [], None
    for row in rows:
        changed = differences(before.body, row.body) if before else []
        found.append(Governed(row, changed, list(row.sessions.all())))
        before = row
    return found[::-1]


def waiting_changes(call):
    """What was changed on the call since its last version (rule, before, after): no session is under it yet."""
    last = RulesVersion.objects.filter(call=call).order_by("number").last()
    if last is None:
        return []
    now = rules_of_call(call, last.number)
    return differences(last.body, now) if frozen_hash(now) != last.sha256 else []


def differences(older, newer):
    """[(rule, before, after)] of two frozen versions, in words; before and after are empty for whole lists of rules."""
    found = []
    for name, label in LABELS.items():
        if older.get(name) != newer.get(name):
            one_value = name in PLAIN
            found.append((label, _told(name, older) if one_value else "", _told(name, newer) if one_value else ""))
    return found


def _told(name, body):
    value, field = body.get(name), Call._meta.get_field(name)
    if value is None:
        return "-"
    if field.choices:
        return dict(field.flatchoices).get(value, value)
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    return ", ".join(str(one) for one in value) or "-" if isinstance(value, list) else str(value)
