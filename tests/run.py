"""The whole suite: on SQLite, on PostgreSQL, in the browser, as far as they are here.

    python -m tests.run [--soak] [ARGUMENT OF PYTEST ...]

Each is one run of pytest, and a red one ends it. The last one prints what ran and what was left out, and why.
SEEDBED_REQUIRE=postgres,browser,verapdf,iati makes a missing one a failure.
"""

import contextlib
import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import psycopg

from tests import iati_standard, verapdf
from tests.browser import find_browser
from tests.postgres import NoServer, server

ROOT = Path(__file__).resolve().parents[1]
NO_TESTS_COLLECTED = 5
# A process for each core, within reason: one more gains nothing and costs each of them (on two cores 298 s instead of
# 260 s on SQLite, 203 s instead of 168 s on PostgreSQL). Only those that wait for a browser have room for one more.
PROCESSES = min(4, max(2, os.cpu_count() or 2))


@dataclass
class Run:
    """One run of pytest: its name in the summary, the tests it selects, its surroundings."""

    name: str
    marks: str
    environment: dict = field(default_factory=dict)
    options: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    processes: int = PROCESSES
    prepare: Callable = field(default=lambda: None)
    may_be_empty: bool = False


def required():
    return {name.strip() for name in os.environ.get("SEEDBED_REQUIRE", "").split(",") if name.strip()}


def missing(what, reason, left_out):
    """Note what is left out; stop when it is asked for."""
    if what in required():
        sys.exit(f"SEEDBED_REQUIRE asks for {what}: {reason}")
    left_out.append(f"{what}: LEFT OUT, {reason}")


def plan(stack, left_out, soak):
    """The runs that this machine allows. A PostgreSQL server that was started stops with `stack`."""
    long = "" if soak else " and not soak"
    runs = [Run("SQLite", f"not postgres and not browser{long}")]
    given = os.environ.get("DATABASE_URL", "")
    if given.startswith(("postgres://", "postgresql://", "pgsql://", "psql://")):
        url, description = given, "PostgreSQL (the server of DATABASE_URL)"
    else:
        try:
            url, description = stack.enter_context(server())
        except NoServer as reason:
            url, description = "", ""
            missing("postgres", str(reason), left_out)
    if url:
        template, wait = stack.enter_context(migrated(url))
        surroundings = {"DATABASE_URL": url, "SEEDBED_SERVER": description, "SEEDBED_TEMPLATE": template}
        marks = f"not browser and not once{long}" + ("" if soak else " and (both or not in_turn)")
        runs.append(Run(description, marks, surroundings, ("--migrations",), prepare=wait))
    browser = find_browser()
    if browser:
        version = subprocess.run([browser, "--version"], capture_output=True, text=True, check=False)
        name = f"browser, {version.stdout.strip() or browser}, on SQLite"
        files = sorted(str(file) for file in (ROOT / "tests").glob("test_*.py") if "mark.browser" in file.read_text())
        surroundings = {"SEEDBED_SQLITE_FILE": "1"}
        empty = "browser" not in required()
        marks = f"browser{long}"
        runs.append(Run(name, marks, surroundings, files=tuple(files), processes=PROCESSES + 1, may_be_empty=empty))
    else:
        missing("browser", "no Chromium is installed", left_out)
    if lacking := verapdf.missing():
        missing("verapdf", lacking, left_out)
    if lacking := iati_standard.missing():
        missing("iati", lacking, left_out)
    return runs


@contextlib.contextmanager
def migrated(url):
    """A database on the server of `url` that goes through the migrations, for all to copy, while the first tests run.

    Yields its name, and what waits until it is there.
    """
    name = f"seedbed_migrated_{os.getpid()}"
    surroundings = {
        "SEEDBED_MODE": "test",
        "DATABASE_URL": urlsplit(url)._replace(path=f"/{name}").geturl(),
    }
    with psycopg.connect(url, autocommit=True) as server:
        server.execute(f"CREATE DATABASE {name}")
        words = [sys.executable, "manage.py", "migrate", "-v0"]
        migration = subprocess.Popen(words, env={**os.environ, **surroundings}, cwd=ROOT)

        def wait():
            if migration.wait():
                sys.exit("The migrations failed on PostgreSQL.")

        try:
            yield name, wait
        finally:
            migration.kill()
            migration.wait()
            server.execute(f"DROP DATABASE {name} WITH (FORCE)")


def main(arguments):
    soak = "--soak" in arguments
    rest = [argument for argument in arguments if argument != "--soak"]
    # A terminated run must still stop the server: SIGTERM unwinds through the context managers.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    left_out = []
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="seedbed-story-")))
        story = folder / "story.json"
        story.write_text("[]")
        runs = plan(stack, left_out, soak)
        surroundings = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
        if surroundings.pop("PYTHONDONTWRITEBYTECODE", ""):
            # Else each of some ten processes compiles the program anew (8 of the 13 s until its first test), and
            # so does every command that a test starts. The tree is left alone all the same.
            surroundings["PYTHONPYCACHEPREFIX"] = str(folder / "compiled")
        if soak:
            surroundings |= {"SEEDBED_HYPOTHESIS": "soak", "SEEDBED_SOAK": "1"}
        for run in runs:
            print(f"\n{'=' * 20} {run.name} {'=' * 20}", flush=True)
            run.prepare()
            done = subprocess.run(
                [
                    sys.executable,
                    "-m",
                    "pytest",
                    "-q",
                    "-n",
                    str(run.processes),
                    "--dist",
                    "loadfile",
                    "--no-loadscope-reorder",
                    "-m",
                    run.marks,
                    *run.options,
                    *([] if any(not word.startswith("-") for word in rest) else run.files),
                    *rest,
                ],
                env={
                    **surroundings,
                    **run.environment,
                    "SEEDBED_RUN": run.name,
                    "SEEDBED_STORY": str(story),
                    "SEEDBED_LEFT_OUT": json.dumps(left_out),
                },
                check=False,
            )
            if done.returncode == NO_TESTS_COLLECTED and run.may_be_empty:
                continue
            if done.returncode:
                return done.returncode
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
