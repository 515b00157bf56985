"""A portfolio many times over, copied by the database itself: a million loans in minutes."""

from django.db import connection, transaction

from applicants.models import Application, Party
from ledger.models import Account, Entry, Leg
from loans.models import Instalment, Loan, LoanStanding, PortfolioCell, ScheduleVersion

# In order of their keys, each with the columns that name a copied row, and those that must differ from copy to copy.
# Legs come before their entry, whose insert seals them. References of a kind are equally long: a number may follow.
COPIED = (
    (Party, ("id",), ("ref",)),
    (Application, ("id", "applicant_id"), ("ref",)),
    (Loan, ("id", "application_id", "borrower_id"), ("ref",)),
    (ScheduleVersion, ("id", "loan_id"), ()),
    (Instalment, ("id", "loan_id"), ()),
    (LoanStanding, ("loan_id",), ()),
    (Account, ("id",), ("subject",)),
    (Leg, ("id", "account_id"), ()),
    (Entry, ("seq",), ()),
)
STEP = 10_000_000  # between the keys of a row and those of its next copy
OTHER_UUID = {
    "sqlite": "'{1}' || substr({0}, 9)",
    "postgresql": "('{1}' || substr({0}::text, 9))::uuid",
}


def copies(times):
    """Make the loans that are there `times` as many, with what they stand on, owe and are counted as."""
    for number in range(1, times):
        with transaction.atomic(), connection.cursor() as cursor:
            for model, keys, names in COPIED:
                cursor.execute(_copy(model, keys, names, number))
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {PortfolioCell._meta.db_table} SET loans = loans * {times},"
            f" principal_amount = principal_amount * {times}"
        )


def _copy(model, keys, names, number):
    table = model._meta.db_table
    columns = [field.column for field in model._meta.concrete_fields]
    changed = dict.fromkeys(keys, f"{{}} + {number * STEP}") | dict.fromkeys(names, f"{{}} || '{number}'")
    uuids = {Entry: "id", Leg: "entry_id"}
    if model in uuids:
        changed["event_key"] = f"{{}} || ' copy {number}'"
        changed[uuids[model]] = OTHER_UUID[connection.vendor].format("{}", f"{number:08x}")
    told = ", ".join(f'"{name}"' for name in columns)
    asked = ", ".join(changed.get(name, "{}").format(f'"{name}"') for name in columns)
    return f"INSERT INTO {table} ({told}) SELECT {asked} FROM {table} WHERE {keys[0]} < {STEP}"
