"""Thousands of rows in one statement: for lists that were checked row by row before, where Django's own bulk_create
spends most of its time preparing values that are ready already.

The rows are the same as single saves make: `insert` writes every concrete column, and `take_ids` takes the numbers from
where the database would. Nothing is validated here, no signal is sent; guards and constraints of the database hold.
"""

import gc
from contextlib import contextmanager

from django.db import connection, models

# Their values go to the database as they are in Python.
_PLAIN = (
    models.AutoField,
    models.BigAutoField,
    models.BooleanField,
    models.CharField,
    models.ForeignKey,
    models.IntegerField,
    models.OneToOneField,
    models.TextField,
)


@contextmanager
def many_rows():
    """Inside the block a list of many thousand rows may grow: the cycle collector, which would walk all of them again
    with every few hundred, waits until the end. Rows hold no cycles.
    """
    collects = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collects:
            gc.enable()


def take_ids(model, count):
    """`count` new primary keys of the model's table, taken before the rows are made. Needs an open transaction."""
    table = model._meta.db_table
    column = model._meta.pk.column
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                "SELECT nextval(pg_get_serial_sequence(%s, %s)) FROM generate_series(1, %s)", [table, column, count]
            )
            return [row[0] for row in cursor.fetchall()]
        # SQLite has one writer, and this transaction is it.
        cursor.execute("SELECT COALESCE(MAX(seq), 0) FROM sqlite_sequence WHERE name = %s", [table])
        last = cursor.fetchone()[0]
    return list(range(last + 1, last + count + 1))


def insert(model, rows):
    """Insert rows: instances of the model, or dicts of column attributes ("party_id", ...). Every one has its key."""
    fields = model._meta.local_concrete_fields
    names = [field.attname for field in fields]
    ready = [_ready(field) for field in fields]
    columns = ", ".join(connection.ops.quote_name(field.column) for field in fields)
    places = ", ".join(["%s"] * len(fields))
    # Read whole before the statement runs: PostgreSQL's driver sends while it reads, and a query of the rows' maker
    # in between would wait for itself.
    values = [
        [read(facts[name]) if read else facts[name] for name, read in zip(names, ready, strict=True)]
        for facts in (row if isinstance(row, dict) else row.__dict__ for row in rows)
    ]
    table = connection.ops.quote_name(model._meta.db_table)
    statement = " ".join(["INSERT INTO", table, "(", columns, ") VALUES (", places, ")"])
    with connection.cursor() as cursor:
        cursor.executemany(statement, values)


def _ready(field):
    """How a value of the field becomes what the database takes; None where it is that already."""
    if type(field).get_prep_value in {base.get_prep_value for base in _PLAIN}:
        return None
    if not isinstance(field, models.DateField):
        return lambda value: field.get_db_prep_save(value, connection)
    # A list holds few days and moments, many times.
    kept = {None: None}

    def read(value):
        if value not in kept:
            kept[value] = field.get_db_prep_save(value, connection)
        return kept[value]

    return read
