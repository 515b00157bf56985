"""What many tests begin with is worked out by the services once in a process, and written again for the next test.

    @replayed
    def approved_application(office, **facts): ...

The first test that calls a step with these arguments, on an office on which nothing else was written before, runs it.
Its statements that write are kept, with what it returned. The next test that does the same has the same rows written
by them, in the same order, under the same guards: a tenth of the work. Whatever a test writes between ends it: from
then on every step is run.
"""

import functools
import pickle
from contextlib import contextmanager
from datetime import date
from decimal import Decimal

from django.apps import apps
from django.db import connection
from django.db.models import Model

from programmes.clock import today

WRITES = ("INSERT", "UPDATE", "DELETE")
TAPES = {}
PLAIN = (str, int, bool, date, Decimal, type(None))


class Ground:
    """The office of one test; `story` is every step since it was begun, None once something else was written."""

    def __init__(self):
        self.office, self.story, self.tape = None, (), None

    def watch(self, execute, sql, params, many, context):
        if sql.lstrip().upper().startswith(WRITES) or "nextval(" in sql or "setval(" in sql:
            if self.tape is not None:
                self.tape.append((sql, params, many))
            else:
                self.story = None
        return execute(sql, params, many, context)

    def take(self, name, step):
        """What `step()` returns: run and kept the first time, written again from then on."""
        story = (*self.story, name)
        self.tape = []
        try:
            if story in TAPES:
                found = _write(*TAPES[story])
            else:
                found = step()
                TAPES[story] = (_shortened(self.tape), pickle.dumps(found))
        except BaseException:
            self.story = None
            raise
        finally:
            self.tape = None
        self.story = story
        return found


class Unknown(Exception):
    """An argument that cannot be told apart from others."""


current = None


@contextmanager
def prepared(build):
    """The office that `build` makes, with numbers that begin at 1, so that rows can be written again."""
    global current
    if current is not None or not _begin_at_one():
        yield build()
        return
    current = Ground()
    try:
        with connection.execute_wrapper(current.watch):
            current.office = current.take((build.__name__,), build)
            yield current.office
    finally:
        current = None


def _begin_at_one():
    """Let every table number its rows from 1 again; False when there are rows already."""
    if apps.get_model("accounts.User").objects.exists() or apps.get_model("audit.Event").objects.exists():
        return False
    with connection.cursor() as cursor:
        for statement in _statements(connection.vendor):
            cursor.execute(statement)
    return True


@functools.cache
def _statements(vendor):
    tables = [model._meta.db_table for model in apps.get_models(include_auto_created=True) if _is_ours(model)]
    if vendor == "sqlite":
        return ["DELETE FROM sqlite_sequence WHERE name IN ({})".format(", ".join(f"'{table}'" for table in tables))]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT quote_literal(pg_get_serial_sequence(quote_ident(table_name), column_name)) "
            "FROM information_schema.columns WHERE table_name = ANY(%s) AND is_identity = 'YES'",
            [tables],
        )
        names = [name for (name,) in cursor.fetchall() if name]
    return ["SELECT " + ", ".join(f"setval({name}, 1, false)" for name in names)]


def _is_ours(model):
    return not model.__module__.startswith(("django", "allauth", "axes"))


def replayed(step):
    """Make a step of `step(office, ...)` that is written again where that is the same."""

    @functools.wraps(step)
    def taken(office, *args, **facts):
        ground = current
        if ground is None or ground.office is not office or ground.story is None or ground.tape is not None:
            return step(office, *args, **facts)
        try:
            name = (step.__name__, today(office.programme), _told(args), _told(facts))
        except Unknown:
            return step(office, *args, **facts)
        return ground.take(name, lambda: step(office, *args, **facts))

    return taken


def _write(tape, found):
    with connection.cursor() as cursor:
        for sql, params, many in tape:
            (cursor.executemany if many else cursor.execute)(sql, params)
    return pickle.loads(found)


def _shortened(tape):
    """The statements of the tape; PostgreSQL takes them in one go, which spares it a journey for each."""
    if connection.vendor != "postgresql" or any(many for _sql, _params, many in tape):
        return tape
    with connection.cursor() as cursor:
        said = [cursor.mogrify(sql, params) for sql, params, _many in tape]
    return [("; ".join(said), None, False)] if said else tape


def _told(value):
    """`value` as something that can be compared: plain values, rows by their key, lists and dicts of them."""
    if isinstance(value, PLAIN):
        return value
    if isinstance(value, Model):
        return value._meta.label, value.pk
    if isinstance(value, (list, tuple)):
        return tuple(_told(one) for one in value)
    if isinstance(value, dict):
        return tuple(sorted((name, _told(one)) for name, one in value.items()))
    raise Unknown
