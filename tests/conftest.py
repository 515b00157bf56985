"""The ground that the tests stand on: settings, database, browser, and an honest word about what was left out."""

import gc
import json
import os
import shutil
import sqlite3
import tempfile
import time
from pathlib import Path

import django
import hypothesis
import pytest
from django.core.management.commands import flush
from django.db import connection, transaction

from audit import guards
from tests import iati_standard, verapdf
from tests.browser import FLAGS, find_browser

# Before the settings are read: a test run never uses this machine's own mode, secrets or files.
os.environ["SEEDBED_MODE"] = "test"
os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
VAR = Path(tempfile.mkdtemp(prefix="seedbed-test-"))
os.environ["SEEDBED_VAR"] = str(VAR)
(VAR / "static").mkdir()
# Playwright keeps an event loop in the thread of the test, and Django would take the test for asynchronous.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"

REQUIRED = {name.strip() for name in os.environ.get("SEEDBED_REQUIRE", "").split(",") if name.strip()}
BROWSER = find_browser()
LONGEST = (
    "test_demo.py",
    "test_urls.py",
    "test_journey",
    "test_crawl",
    "test_race",
    "test_serve_demo",
    "test_selection_trace",
    "test_office_commands",
)
WRITTEN_BY_MIGRATIONS = {"auth_permission", "django_content_type"}
STARTED = pytest.StashKey[float]()

# Examples share the two cores with a database: how long one takes says nothing about the code.
hypothesis.settings.register_profile("small", max_examples=50, deadline=None)
hypothesis.settings.register_profile("soak", max_examples=2000, deadline=None)
hypothesis.settings.load_profile(os.environ.get("SEEDBED_HYPOTHESIS", "small"))


def pytest_configure(config):
    unknown = REQUIRED - {"postgres", "browser", "verapdf", "iati"}
    if unknown:
        named = ", ".join(sorted(unknown))
        raise pytest.UsageError(f"SEEDBED_REQUIRE names {named}; it knows postgres, browser, verapdf and iati")
    config.stash[STARTED] = time.monotonic()
    django.setup()
    # The office needs the models, which are there only now.
    config.pluginmanager.import_plugin("tests.office")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items):
    """A test that touches no database says the same on every database: it runs with SQLite only.

    The longest files come first, so that no process is left with one of them when the others have nothing to do.
    """
    items.sort(key=lambda item: not item.path.name.startswith(LONGEST))
    for item in items:
        touches = {"db", "transactional_db"} & set(item.fixturenames) or any(
            item.get_closest_marker(name) for name in ("django_db", "postgres", "browser")
        )
        if not touches:
            item.add_marker("once")


def pytest_collection_finish():
    """What is imported by now stays to the end: the collector need not walk through it again and again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000, 50, 100)


def leave_out(what, reason):
    if what in REQUIRED:
        pytest.fail(f"{reason}, and SEEDBED_REQUIRE asks for {what}", pytrace=False)
    pytest.skip(reason)


def pytest_runtest_setup(item):
    if item.get_closest_marker("postgres") and connection.vendor != "postgresql":
        leave_out("postgres", "needs PostgreSQL: run it with DATABASE_URL, or under `python -m tests.postgres`")
    if item.get_closest_marker("browser") and not BROWSER:
        leave_out("browser", "needs Chromium, and none is installed")
    if item.get_closest_marker("verapdf") and (lacking := verapdf.missing()):
        leave_out("verapdf", lacking)
    if item.get_closest_marker("iati") and (lacking := iati_standard.missing()):
        leave_out("iati", lacking)
    if item.get_closest_marker("soak") and not os.environ.get("SEEDBED_SOAK"):
        pytest.skip("long: runs in `make soak`")


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix, request):
    """A SQLite file instead of memory when the server's threads must see the same rows as the test.

    On PostgreSQL a copy of the database that `tests.run` has migrated, where there is one.
    """
    settings = connection.settings_dict
    if connection.vendor == "sqlite" and os.environ.get("SEEDBED_SQLITE_FILE"):
        settings["TEST"]["NAME"] = str(VAR / "test.sqlite3")
        # Nothing of a test survives it, so nothing has to reach the disk.
        settings["OPTIONS"]["init_command"] = settings["OPTIONS"]["init_command"].replace("=FULL", "=OFF")
    elif connection.vendor == "postgresql":
        settings["TEST"]["TEMPLATE"] = os.environ.get("SEEDBED_TEMPLATE")


@pytest.fixture(scope="session", autouse=True)
def flush_under_guards():
    """After a transactional test the tables are emptied, which the guards refuse as they should: off, empty, on.

    Only tables that hold rows are touched, and what the migrations wrote stays, so that it need not be written again.
    """

    def handle(_self, **_options):
        with transaction.atomic(), connection.cursor() as cursor:
            tables = sorted(
                set(connection.introspection.django_table_names(only_existing=True)) - WRITTEN_BY_MIGRATIONS
            )
            asked = " UNION ALL ".join(f"SELECT '{table}' WHERE EXISTS (SELECT 1 FROM {table})" for table in tables)
            cursor.execute(asked)
            filled = [table for (table,) in cursor.fetchall()]
            if not filled:
                return
            with guards.suspended():
                for table in filled:
                    cursor.execute(f"DELETE FROM {table}")
                # The keys are looked at here, not at the end: no trigger is made on a table that waits for that.
                connection.check_constraints()

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(flush.Command, "handle", handle)
        yield


@pytest.fixture
def database_url(transactional_db):
    """The URL of this test's own PostgreSQL database, for processes that the test starts. Needs mark postgres."""
    settings = connection.settings_dict
    return "postgresql://{USER}:{PASSWORD}@{HOST}:{PORT}/{NAME}".format(**settings)


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args):
    """pytest-playwright starts the installed browser, never one that it downloads."""
    return {**browser_type_launch_args, "executable_path": BROWSER, "args": FLAGS}


@pytest.fixture(scope="session")
def live_browser(browser_type, browser_type_launch_args):
    """The installed Chromium. A test makes its own contexts: `live_browser.new_context(...)`."""
    started = browser_type.launch(**browser_type_launch_args)
    yield started
    started.close()


def _database():
    if connection.vendor == "sqlite":
        return f"SQLite {sqlite3.sqlite_version}"
    version = os.environ.get("SEEDBED_SERVER", "")
    return version or "PostgreSQL"


def pytest_terminal_summary(terminalreporter, exitstatus, config):
    """Which database and browser this run stood on, and (under `make test`) what ran before it and what did not."""
    if hasattr(config, "workerinput"):
        return
    passed, failed, skipped, errors = (
        len(terminalreporter.stats.get(name, [])) for name in ("passed", "failed", "skipped", "error")
    )
    seconds = round(time.monotonic() - config.stash[STARTED])
    name = os.environ.get("SEEDBED_RUN") or _database()
    line = f"{name}: {passed} passed, {failed + errors} failed, {skipped} left out, {seconds} s"
    story = os.environ.get("SEEDBED_STORY")
    lines = json.loads(Path(story).read_text()) if story else []
    lines.append(line)
    if story:
        Path(story).write_text(json.dumps(lines))
    terminalreporter.section("what ran")
    for sentence in lines + json.loads(os.environ.get("SEEDBED_LEFT_OUT", "[]")):
        terminalreporter.write_line(sentence)


def pytest_unconfigure(config):
    shutil.rmtree(VAR, ignore_errors=True)
