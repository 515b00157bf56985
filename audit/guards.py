"""Triggers by which the database itself refuses to change what is written once.

Each app declares its guards with `declare()`. They are installed by code at `post_migrate` and removed at
`pre_migrate`, because a table remake on SQLite drops or breaks triggers. `differences()` is what `verify` asks.
"""

import re
from contextlib import contextmanager
from dataclasses import dataclass

from django.db import connection

_declared: list["Guard"] = []


@dataclass(frozen=True)
class Guard:
    """One trigger. `sqlite` is the whole CREATE TRIGGER statement; `postgresql` is the body of a plpgsql function.

    `events` is the PostgreSQL timing and scope, for example "BEFORE UPDATE OR DELETE ... FOR EACH ROW".
    """

    name: str
    table: str
    sqlite: str = ""
    postgresql: str = ""
    events: str = ""
    scope: str = "FOR EACH ROW"


def declare(*guards):
    """Add guards to those that are installed after each migration and proved by `verify`."""
    known = {guard.name for guard in _declared}
    _declared.extend(guard for guard in guards if guard.name not in known)


def append_only(table, pk="id"):
    """Guards that let rows of `table` be inserted and never changed, removed, replaced or truncated."""
    sentence = f"{table} is append-only"
    return [
        Guard(
            name=f"guard_{table}_update",
            table=table,
            sqlite=f"CREATE TRIGGER guard_{table}_update BEFORE UPDATE ON {table} "
            f"BEGIN SELECT RAISE(ABORT, '{sentence}: UPDATE refused'); END",
        ),
        Guard(
            name=f"guard_{table}_delete",
            table=table,
            sqlite=f"CREATE TRIGGER guard_{table}_delete BEFORE DELETE ON {table} "
            f"BEGIN SELECT RAISE(ABORT, '{sentence}: DELETE refused'); END",
        ),
        Guard(
            name=f"guard_{table}_replace",
            table=table,
            # INSERT OR REPLACE fires no delete trigger on SQLite, so the replacing insert itself is refused.
            sqlite=f"CREATE TRIGGER guard_{table}_replace BEFORE INSERT ON {table} "
            f"WHEN EXISTS (SELECT 1 FROM {table} WHERE {pk} = NEW.{pk}) "
            f"BEGIN SELECT RAISE(ABORT, '{sentence}: REPLACE refused'); END",
        ),
        Guard(
            name=f"guard_{table}_change",
            table=table,
            postgresql=f"BEGIN RAISE EXCEPTION '{sentence}: % refused', TG_OP; END;",
            events="BEFORE UPDATE OR DELETE",
        ),
        Guard(
            name=f"guard_{table}_truncate",
            table=table,
            postgresql=f"BEGIN RAISE EXCEPTION '{sentence}: TRUNCATE refused'; END;",
            events="BEFORE TRUNCATE",
            scope="FOR EACH STATEMENT",
        ),
    ]


def declared():
    """The guards that belong to the database in use."""
    wanted = "sqlite" if connection.vendor == "sqlite" else "postgresql"
    return [guard for guard in _declared if getattr(guard, wanted)]


def install():
    """Create every declared guard whose table exists; existing ones are made anew."""
    remove()
    tables = set(connection.introspection.table_names())
    with connection.cursor() as cursor:
        for guard in declared():
            if guard.table not in tables:
                continue
            if connection.vendor == "sqlite":
                cursor.execute(guard.sqlite)
            else:
                cursor.execute(
                    f"CREATE OR REPLACE FUNCTION {guard.name}() RETURNS trigger LANGUAGE plpgsql AS $guard$\n"
                    f"{guard.postgresql}\n$guard$"
                )
                cursor.execute(
                    f"CREATE TRIGGER {guard.name} {guard.events} ON {guard.table} "
                    f"{guard.scope} EXECUTE FUNCTION {guard.name}()"
                )


def remove():
    """Drop every declared guard. Only migrations and test teardown may do this."""
    tables = set(connection.introspection.table_names())
    with connection.cursor() as cursor:
        for guard in declared():
            if connection.vendor == "sqlite":
                cursor.execute(f"DROP TRIGGER IF EXISTS {guard.name}")
            elif guard.table in tables:
                cursor.execute(f"DROP TRIGGER IF EXISTS {guard.name} ON {guard.table}")


@contextmanager
def suspended():
    """Guards off inside the block: for the flush after a transactional test, nothing else."""
    remove()
    try:
        yield
    finally:
        install()


def differences():
    """Sentences naming each guard that is missing from the database or differs from the code."""
    installed = _installed()
    faults = []
    for guard in declared():
        wanted = guard.sqlite if connection.vendor == "sqlite" else guard.postgresql
        if guard.name not in installed:
            faults.append(f"guard {guard.name} on {guard.table} is not installed")
        elif _squeezed(installed[guard.name]) != _squeezed(wanted):
            faults.append(f"guard {guard.name} on {guard.table} differs from the code")
    return faults


def _installed():
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
        else:
            cursor.execute(
                "SELECT t.tgname, p.prosrc FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid "
                "WHERE NOT t.tgisinternal AND t.tgenabled <> 'D'"
            )
        return dict(cursor.fetchall())


def _squeezed(sql):
    return re.sub(r"\s+", " ", sql).strip()


def on_pre_migrate(sender, **kwargs):
    if sender.name == "audit":
        remove()


def on_post_migrate(sender, **kwargs):
    if sender.name == "audit":
        install()
