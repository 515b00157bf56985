"""The program is killed while a file is being written: nothing of the file is there, and the next try succeeds."""

import os
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from django.db import connection

from programmes.clock import standing_at
from tests.office import DAY, grant_office
from tests.test_import import sheet

ROOT = Path(__file__).resolve().parents[1]
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


def process(script, *arguments, url, var):
    settings = {
        "SEEDBED_MODE": "test",
        "SEEDBED_VAR": str(var),
        "DATABASE_URL": url,
        "DJANGO_SETTINGS_MODULE": "config.settings",
    }
    return subprocess.Popen(
        [sys.executable, "-W", "ignore", "-c", script, *arguments], cwd=ROOT, env={**os.environ, **settings}
    )


def kill_when(writing, started):
    """Kill -9 the process as soon as `writing()` says that rows are on their way; fail if it ends before."""
    while started.poll() is None:
        if writing():
            started.send_signal(signal.SIGKILL)
            return started.wait()
        try:
            started.wait(timeout=0.005)
        except subprocess.TimeoutExpired:
            continue
    raise AssertionError("the import ended before it could be killed")


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
