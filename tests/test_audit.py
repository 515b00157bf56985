"""The audit chain, the door to a new state, the idempotency key and the guards."""

from datetime import date

import pytest
from django.db import DatabaseError, connection, transaction

from audit import chain, guards
from audit.models import Event, Head, Once, Remark
from audit.refusals import KeyReused, Stale
from audit.services import record, service, unit_of_work
from programmes.models import Region, Village

DAY = date(2026, 3, 12)
pytestmark = pytest.mark.django_db


@service
def note_something(*, subject, on, by, reason="", key=None):
    record("note.write", subject, by=by, on=on, body={"amount": 1200, "code": "x"}, reason=reason)
    return Region.objects.create(country="AM", name=subject)


@service
def note_two_and_fail_one(*, on, by):
    record("note.outer", "N-1", by=by, on=on)
    try:
        with unit_of_work():
            record("note.inner", "N-2", by=by, on=on)
            raise ValueError("the inner part fails")
    except ValueError:
        pass
    record("note.after", "N-3", by=by, on=on)


def test_events_are_chained_and_the_chain_proves_itself():
    note_something(subject="N-1", on=DAY, by=None)
    note_something(subject="N-2", on=DAY, by=None, reason="because")
    assert list(Event.objects.values_list("seq", "kind", "subject")) == [
        (1, "note.write", "N-1"),
        (2, "note.write", "N-2"),
    ]
    assert Head.objects.get().hash == Event.objects.get(seq=2).hash
    assert list(chain.faults()) == []


def test_a_reason_is_kept_beside_the_event_and_only_its_hash_in_it():
    note_something(subject="N-1", on=DAY, by=None, reason="Page 2 is missing.")
    event, remark = Event.objects.get(), Remark.objects.get()
    assert remark.text == "Page 2 is missing."
    assert "Page" not in event.body
    Remark.objects.update(text="Page 3 is missing.")
    assert list(chain.faults()) == ["audit_remark of event 1 was changed"]


def test_a_failed_inner_unit_leaves_no_line_of_its_own():
    note_two_and_fail_one(on=DAY, by=None)
    assert list(Event.objects.values_list("kind", flat=True)) == ["note.outer", "note.after"]


def test_a_failed_service_leaves_no_event_at_all():
    with pytest.raises(TypeError):
        note_something(subject="N-1", on=DAY, by=None, key="k", reason=3.5)
    assert Event.objects.count() == 0
    assert Once.objects.count() == 0
    assert Region.objects.count() == 0


def test_the_same_key_and_body_gives_the_same_answer_once():
    first = note_something(subject="Lori", on=DAY, by=None, key="k-1")
    again = note_something(subject="Lori", on=DAY, by=None, key="k-1")
    assert first.pk == again.pk
    assert Event.objects.count() == 1


def test_the_same_key_with_another_body_is_refused():
    note_something(subject="Lori", on=DAY, by=None, key="k-1")
    with pytest.raises(KeyReused):
        note_something(subject="Shirak", on=DAY, by=None, key="k-1")
    assert Region.objects.count() == 1


def test_a_record_outside_a_service_is_a_mistake_of_ours():
    with pytest.raises(RuntimeError):
        record("note.write", "N-1", by=None, on=DAY)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_event SET kind = 'other' WHERE seq = 1",
        "DELETE FROM audit_event WHERE seq = 1",
    ],
)
def test_the_database_refuses_to_change_an_event(statement):
    note_something(subject="N-1", on=DAY, by=None)
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    assert Event.objects.get().kind == "note.write"


def test_the_database_refuses_to_replace_or_truncate_events():
    note_something(subject="N-1", on=DAY, by=None)
    if connection.vendor == "sqlite":
        statement = (
            'INSERT OR REPLACE INTO audit_event (seq, moment, "on", kind, subject, programme, state_from, state_to, '
            "body, remark_hash, hash) VALUES (1, '2026-01-01', '2026-01-01', 'x', 'x', '', '', '', '{}', '', '')"
        )
    else:
        statement = "TRUNCATE audit_event"
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_what_is_written_while_the_chain_is_read_is_no_fault_and_what_is_cut_off_is_one():
    note_something(subject="N-1", on=DAY, by=None)
    waiting = ["N-2", "N-3"]

    def somebody_works(execute, sql, params, many, context):
        if waiting and sql.startswith("SELECT") and "audit_head" in sql and "UPDATE" not in sql:
            subject = waiting.pop()
            note_something(subject=subject, on=DAY, by=None)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(somebody_works):
        assert list(chain.faults()) == []
    assert Event.objects.count() == 3
    with guards.suspended():
        Event.objects.filter(seq=3).delete()
    assert list(chain.faults()) == ["audit_event ends at 2, and the head says 3"]


def test_what_is_changed_behind_the_guards_is_found_and_named():
    for number in range(1, 6):
        note_something(subject=f"N-{number}", on=DAY, by=None)
    kept = Event.objects.get(seq=5)
    with guards.suspended():
        Event.objects.filter(seq=3).update(subject="N-9")
    assert list(chain.faults()) == ["audit_event 3 was changed after it was written"]
    with guards.suspended():
        Event.objects.filter(seq=3).update(subject="N-3")
        Event.objects.filter(seq=4).delete()
    assert list(chain.faults()) == ["audit_event 4 is missing"]
    with guards.suspended():
        Event.objects.filter(seq__gte=4).delete()
        last = Event.objects.get(seq=3)
        Head.objects.update(seq=3, hash=last.hash)
    assert list(chain.faults()) == []
    assert list(chain.faults(anchor=(5, kept.hash))) == ["audit_event was cut: the anchored event 5 is missing"]


def test_a_missing_guard_is_named():
    assert guards.differences() == []
    name = "guard_audit_event_update" if connection.vendor == "sqlite" else "guard_audit_event_change"
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TRIGGER {name}" + ("" if connection.vendor == "sqlite" else " ON audit_event"))
    assert guards.differences() == [f"guard {name} on audit_event is not installed"]
    guards.install()
    assert guards.differences() == []


def test_a_save_over_a_newer_version_is_stale(office):
    mine = type(office.line).objects.get(pk=office.line.pk)
    theirs = type(office.line).objects.get(pk=office.line.pk)
    theirs.name = "Their name"
    theirs.save()
    mine.name = "My name"
    with pytest.raises(Stale), transaction.atomic():
        mine.save()
    mine.refresh_from_db()
    assert (mine.name, mine.version) == ("Their name", 2)
    assert Village.objects.count() == 1
