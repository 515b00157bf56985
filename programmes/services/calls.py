"""A call made from an earlier one."""

import rules
from django.utils.translation import gettext_lazy as _

from audit.refusals import Invalid, NotAllowed
from audit.services import record, service
from programmes.models import Call, Window

_copied = []


def register_copied(function):
    """`function(windows)` carries over what an app above keeps about a window: {old Window: new Window}."""
    _copied.append(function)


@service
def copy_call(*, call, key, name, opens_on, closes_on, on, by):
    """A new call with the windows and rules of an earlier one. Its windows get keys of their own.

    It opens after `on`, so that its manager can change what differs before anybody applies; Invalid otherwise.
    """
    if not rules.test_rule("programmes.set_rules", by, call.programme):
        raise NotAllowed(_("The manager of the programme sets this up."))
    if Call.objects.filter(key=key).exists():
        raise Invalid(_("This key is taken."), field="key")
    if opens_on <= on:
        raise Invalid(_("A copy opens on a later day, so that its rules can be read first."), field="opens_on")
    if closes_on and closes_on < opens_on:
        raise Invalid(_("The last day lies before the first."), field="closes_on")
    made = _twin(call, key=key, name=name, opens_on=opens_on, closes_on=closes_on)
    made.save()
    windows = {}
    for window in call.windows.order_by("pk"):
        windows[window] = twin = _twin(window, call=made, key=_window_key(call, made, window))
        twin.save()
        for row in (*window.bands.all(), *window.shares.all()):
            _twin(row, window=twin).save()
    for rows in (call.criteria, call.eligibility_rules, call.documents, call.training_rules):
        for row in rows.all():
            _twin(row, call=made).save()
    for function in _copied:
        function(windows)
    body = {"from": call.key, "windows": len(windows)}
    record("call.copy", f"call:{made.key}", by=by, on=on, programme=made.programme.key, body=body)
    return made


def _twin(row, **other):
    """An unsaved row like this one, at its own first version."""
    names = [field.name for field in row._meta.concrete_fields if field.name not in ("id", "version")]
    return type(row)(**{**{name: getattr(row, name) for name in names}, **other})


def _window_key(call, made, window):
    """The new call's key with the old tail, and a number where that is taken."""
    tail = window.key.removeprefix(call.key).removeprefix(call.programme.key).strip("-") or "window"
    wanted = f"{made.key}-{tail}"[:54]
    taken = set(Window.objects.filter(key__startswith=wanted).values_list("key", flat=True))
    found, number = wanted, 1
    while found in taken:
        number += 1
        found = f"{wanted}-{number}"
    return found
