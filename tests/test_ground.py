"""The ground of the tests: the guards stand again after a transactional test, and its rows are gone."""

import os
import socket
import subprocess
import sys
from datetime import date

import pytest
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction

from audit import guards
from audit.models import Event
from audit.services import record, unit_of_work
from tests import postgres


def record_something():
    with unit_of_work():
        record("test.act", "T-1", by=None, on=date(2026, 3, 1))


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("time", ["first", "second"])
def test_a_transactional_test_finds_no_rows_of_the_one_before_and_all_guards(time):
    assert Event.objects.count() == 0
    assert guards.differences() == []
    record_something()
    assert Event.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_emptying_the_tables_leaves_every_guard_in_its_place():
    record_something()
    call_command("flush", interactive=False, verbosity=0)
    assert Event.objects.count() == 0
    assert guards.differences() == []
    record_something()
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM audit_event")


@pytest.mark.django_db
def test_the_tests_use_no_file_of_this_machine(settings):
    assert settings.MODE == "test"
    assert "seedbed-test-" in str(settings.VAR_DIR)
    assert str(settings.BASE_DIR) not in str(connection.settings_dict["NAME"])


def test_a_throwaway_server_serves_one_command_and_is_gone_afterwards(tmp_path):
    try:
        postgres.find_binaries()
    except postgres.NoServer as reason:
        pytest.skip(str(reason))
    asked = "import os, psycopg; print(psycopg.connect(os.environ['DATABASE_URL']).info.dsn); raise SystemExit(7)"
    done = subprocess.run(
        [sys.executable, "-m", "tests.postgres", sys.executable, "-c", asked],
        env={**os.environ, "DATABASE_URL": ""},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 7, done.stderr
    port = dict(pair.split("=") for pair in done.stdout.splitlines()[-1].split())["port"]
    with pytest.raises(OSError, match="refused"):
        socket.create_connection(("127.0.0.1", int(port)), timeout=5)
