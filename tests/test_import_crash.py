"""The program is killed while a file is being written: nothing of the file is there, and the next try succeeds."""

import signal
import sqlite3
from pathlib import Path

import pytest
from django.db import connection

from programmes.clock import standing_at
from tests.killed import kill_when, process
from tests.office import DAY, grant_office
from tests.test_import import sheet

ROWS = 3000
COUNTED = ("applicants_party", "applicants_historicalparty", "applicants_application", "applicants_consent")

OFFICE = """
from tests import tables
tables.main()
from programmes.clock import standing_at
from tests.office import DAY, grant_office
with standing_at(DAY):
    grant_office()
"""
IMPORT = """
import sys
import django
django.setup()
from django.core.management import call_command
from programmes.clock import standing_at
from tests.office import DAY
with standing_at(DAY):
    call_command("import_file", sys.argv[1], kind="applications", programme="spring", by="spring-04@seedbed.test")
"""


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "list.csv"
    path.write_bytes(
        sheet(*({"name": f"Vardan Petrosyan {number}", "phone": f"093 {number:06d}"} for number in range(ROWS)))
    )
    return path


def test_a_killed_import_leaves_nothing_on_sqlite(path, tmp_path):
    file = tmp_path / "office.sqlite3"
    log = Path(f"{file}-wal")
    url = f"sqlite:///{file}"
    assert process(OFFICE, url=url, var=tmp_path).wait() == 0

    def counts():
        with sqlite3.connect(file) as base:
            assert base.execute("PRAGMA integrity_check").fetchone() == ("ok",)
            return [base.execute(f"SELECT COUNT(*) FROM {table}").fetchone()[0] for table in COUNTED]

    # The log of the transaction grows once its rows no longer fit into memory: some are written, none is committed.
    started = process(IMPORT, str(path), url=url, var=tmp_path)
    assert kill_when(lambda: log.exists() and log.stat().st_size > 1_000_000, started) == -signal.SIGKILL
    assert counts() == [0, 0, 0, 0]
    assert process(IMPORT, str(path), url=url, var=tmp_path).wait() == 0
    assert counts() == [ROWS] * 4


@pytest.mark.postgres
def test_a_killed_import_leaves_nothing_on_postgresql(path, tmp_path, database_url):
    with standing_at(DAY):
        grant_office()

    def ask(statement):
        with connection.cursor() as cursor:
            cursor.execute(statement)
            return cursor.fetchone()[0]

    def writing():
        return ask(
            "SELECT COUNT(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() "
            "AND query LIKE 'INSERT INTO \"applicants_application\"%'"
        )

    started = process(IMPORT, str(path), url=database_url, var=tmp_path)
    assert kill_when(writing, started) == -signal.SIGKILL
    assert [ask(f"SELECT COUNT(*) FROM {table}") for table in COUNTED] == [0, 0, 0, 0]
    assert process(IMPORT, str(path), url=database_url, var=tmp_path).wait() == 0
    assert [ask(f"SELECT COUNT(*) FROM {table}") for table in COUNTED] == [ROWS] * 4
