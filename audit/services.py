"""Units of work: one transaction, its event lines written last, its idempotency key first."""

import functools
import hashlib
import inspect
import json
import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

from django.apps import apps
from django.core.files.base import File
from django.db import connection, models, transaction

from audit import chain
from audit.models import Once
from audit.refusals import KeyReused, LostRace

_open = threading.local()


@dataclass
class Line:
    """One event to be written when the unit of work ends."""

    kind: str
    subject: str
    on: date
    actor_id: int | None = None
    programme: str = ""
    state_from: str = ""
    state_to: str = ""
    body: dict = field(default_factory=dict)
    reason: str = ""


def _lines():
    return getattr(_open, "lines", None)


@contextmanager
def unit_of_work():
    """A transaction whose event lines are written as its last statements.

    Nested units share the outermost list; a nested unit that fails drops only its own lines.
    """
    lines = _lines()
    if lines is not None:
        mark = len(lines)
        try:
            with transaction.atomic():
                yield
        except BaseException:
            del lines[mark:]
            raise
        return
    _open.lines = []
    try:
        with transaction.atomic():
            yield
            chain.write(_open.lines)
    finally:
        _open.lines = None


def record(kind, subject, *, by, on, programme="", state_from="", state_to="", body=None, reason=""):
    """Add an event line to the running unit of work. `subject` and `body` hold references, never names."""
    lines = _lines()
    if lines is None:
        raise RuntimeError("an event can be recorded only inside a service")
    lines.append(
        Line(
            kind=kind,
            subject=subject,
            on=on,
            actor_id=getattr(by, "pk", None),
            programme=programme,
            state_from=state_from,
            state_to=state_to,
            body=body or {},
            reason=reason,
        )
    )


def service(function):
    """Make a service of `verb_noun(*, ..., on, by)`: atomic, its events last.

    A service whose signature has `key` can be called with an idempotency key: the same key and body returns the
    row that the first call made; the same key with another body raises KeyReused (422); a key that another
    process is using at this moment waits for it. A refused call burns no key.
    """
    signature = inspect.signature(function)
    for parameter in signature.parameters.values():
        if parameter.kind not in (inspect.Parameter.KEYWORD_ONLY, inspect.Parameter.VAR_KEYWORD):
            raise TypeError(f"{function.__qualname__}: a service takes keyword arguments only")
    keyed = "key" in signature.parameters

    @functools.wraps(function)
    def call(**arguments):
        key = arguments.get("key") if keyed else None
        with unit_of_work():
            if not key:
                return function(**arguments)
            verb = f"{function.__module__}.{function.__name__}"
            body_hash = _body_hash({name: value for name, value in arguments.items() if name not in ("key", "by")})
            earlier = _claim(key, verb, body_hash, arguments.get("by"))
            if earlier is not None:
                return earlier
            result = function(**arguments)
            _keep(key, result)
            return result

    return call


def _claim(key, verb, body_hash, by):
    actor_id = getattr(by, "pk", None)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO audit_once (key, verb, body_hash, actor_id, result_label, result_pk, created_at) "
            "VALUES (%s, %s, %s, %s, '', '', CURRENT_TIMESTAMP) ON CONFLICT (key) DO NOTHING",
            [key, verb, body_hash, actor_id],
        )
        if cursor.rowcount == 1:
            return None
    once = Once.objects.get(key=key)
    if once.verb != verb or once.body_hash != body_hash or once.actor_id != actor_id:
        raise KeyReused()
    if not once.result_label:
        raise LostRace()
    return apps.get_model(once.result_label)._base_manager.get(pk=once.result_pk)


def _keep(key, result):
    if not isinstance(result, models.Model):
        raise TypeError("a service with a key returns the row it made")
    Once.objects.filter(key=key).update(result_label=result._meta.label, result_pk=str(result.pk))


def _body_hash(arguments):
    text = json.dumps(arguments, sort_keys=True, ensure_ascii=False, default=_flat)
    return hashlib.sha256(text.encode()).hexdigest()


def _flat(value):
    if isinstance(value, models.Model):
        return f"{value._meta.label}:{value.pk}"
    if isinstance(value, models.QuerySet):
        return [f"{value.model._meta.label}:{pk}" for pk in value.values_list("pk", flat=True)]
    if isinstance(value, date | datetime):
        return value.isoformat()
    if isinstance(value, Decimal):
        return format(value.normalize(), "f")
    if isinstance(value, set | frozenset):
        return sorted(value)
    if isinstance(value, File):
        value.seek(0)
        digest = hashlib.sha256(value.read()).hexdigest()
        value.seek(0)
        return digest
    return str(value)
