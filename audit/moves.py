"""advance(): the only door to a new state. And what a page needs to show the doors: open, blocked, and why."""

import functools
from dataclasses import dataclass, field, replace
from datetime import date

import rules
from django.utils.translation import gettext_lazy as _
from django_fsm import FSMFieldMixin

from audit.refusals import Blocked, NotAllowed, Stale
from audit.services import record


@dataclass(frozen=True)
class Move:
    """Who moves, on which date, with which arguments: what facts may look at besides the row."""

    by: object = None
    on: date | None = None
    arguments: dict = field(default_factory=dict)
    # Conditions that advance() has just found to hold: the transition itself does not read it all once more.
    held: tuple = ()


def fact(met):
    """Make a named condition of a function `(row) -> sentence or None`.

    The function returns what is missing, in one sentence for the user, or None when the fact holds. `met` is the
    sentence shown when it holds. A fact that depends on the date or the actor reads `row.move` (a Move).
    """

    def named(function):
        @functools.wraps(function)
        def condition(row):
            move = row.__dict__.get("move")
            return (move is not None and condition in move.held) or not function(row)

        condition.missing = function
        condition.met = met
        return condition

    return named


def allowed(rule, sentence=None):
    """A transition's permission: the rule of that name, asked through `rules` for this user and row.

    `sentence` tells a refused user whose move it is, where the general sentence would not help.
    """

    def permission(row, user):
        return rules.test_rule(rule, user, row)

    permission.rule = rule
    permission.sentence = sentence
    return permission


def _field(row):
    return next(field for field in row._meta.fields if isinstance(field, FSMFieldMixin))


def _transition(row, verb):
    method = getattr(row, verb)
    return method._django_fsm.get_transition(row.state)


def machine(row):
    """The name of the row's state machine in event kinds, for example "application"."""
    return row._meta.model_name


def moving(row, by, on, arguments=None):
    row.move = Move(by=by, on=on, arguments=arguments or {})
    return row


def facts(row, verb):
    """The conditions of `verb` from the row's present state as (holds, sentence) pairs."""
    step = _transition(row, verb)
    pairs = []
    for condition in (step.conditions or []) if step else []:
        missing = condition.missing(row)
        pairs.append((not missing, missing or condition.met))
    return pairs


def advance(row, verb, *, by, on, reason="", version=None, body=None, **arguments):
    """Move `row` by `verb`, save it, and record the Event: all or nothing.

    Conditions are asked before the permission, so that "co-financing is not paid" never reads as "you may not".
    Raises Stale when `version` is not the row's, Blocked with the missing facts, NotAllowed, or LostRace.
    """
    if version is not None and int(version) != row.version:
        raise Stale()
    moving(row, by, on, arguments)
    step = _transition(row, verb)
    if step is None:
        raise Blocked(
            _("%(ref)s is in the state “%(state)s”, and this cannot be done from there.")
            % {"ref": row.ref, "state": row.state_label}
        )
    missing = [sentence for holds, sentence in facts(row, verb) if not holds]
    if missing:
        raise Blocked(_("This is not possible yet."), missing)
    if step.permission is not None and not step.has_perm(row, by):
        raise NotAllowed(step.permission.sentence)
    source = row.state
    asked = row.move
    row.move = replace(asked, held=tuple(step.conditions or ()))
    try:
        getattr(row, verb)(**arguments)
    finally:
        row.move = asked
    row.save()
    record(
        f"{machine(row)}.{verb}",
        row.ref,
        by=by,
        on=on,
        programme=programme_key(row),
        state_from=source,
        state_to=row.state,
        body=body,
        reason=reason,
    )
    return row


def begin(row, *, by, on, body=None, reason=""):
    """Record the birth of a row with a state machine, so that its state is always the fold of its events."""
    record(
        f"{machine(row)}.create",
        row.ref,
        by=by,
        on=on,
        programme=programme_key(row),
        state_to=row.state,
        body=body,
        reason=reason,
    )
    return row


def programme_key(row):
    programme = getattr(row, "programme", None)
    return programme.key if programme is not None else ""


@dataclass(frozen=True)
class Door:
    """A move as a page shows it: possible, or blocked with each condition met or missing."""

    verb: str
    label: str
    facts: list
    open: bool
    style: str = "plain"


def doors(row, user, on):
    """The moves that `user` could make from here: possible ones, and blocked ones with the reasons.

    Internal verbs (custom={"internal": True}) have no URL and are left out, and so are moves that are another
    role's to make. Labels come from the transition's custom={"label": ..., "style": "primary" | "plain" | "stop"}.
    """
    moving(row, user, on)
    found = []
    for step in _field(row).get_all_transitions(type(row)):
        if step.source not in (row.state, "*", "+") or step.custom.get("internal"):
            continue
        if step.permission is not None and not step.has_perm(row, user):
            continue
        pairs = facts(row, step.name)
        found.append(
            Door(
                verb=step.name,
                label=step.custom.get("label", step.name),
                facts=pairs,
                open=all(holds for holds, _sentence in pairs),
                style=step.custom.get("style", "plain"),
            )
        )
    # What leads on comes first, what ends the case last.
    return sorted(found, key=lambda door: {"primary": 0, "stop": 2}.get(door.style, 1))
