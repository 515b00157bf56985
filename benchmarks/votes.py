"""50 members vote on 40 cases at once through HTTP: gunicorn with 2 workers of 4 threads, on SQLite and PostgreSQL."""

import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

from benchmarks.measure import Figure
from tests.postgres import NoServer, server
from tests.web import open_page, press, served

ROOT = Path(__file__).resolve().parents[1]


def run(quick):
    members, cases = (5, 4) if quick else (50, 40)
    figures = [_on("SQLite", os.environ["DATABASE_URL"].replace("bench.sqlite3", "votes.sqlite3"), members, cases)]
    with ExitStack() as stack:
        try:
            url, name = stack.enter_context(server())
        except NoServer as reason:
            print(f"PostgreSQL is left out: {reason}")
            return figures
        figures.append(_on(name, url, members, cases))
    return figures


def _on(name, url, members, cases):
    environment = {**os.environ, "DATABASE_URL": url}
    prepared = subprocess.run(
        [sys.executable, "-m", "benchmarks.sitting", str(members), str(cases)],
        env=environment,
        capture_output=True,
        text=True,
        cwd=ROOT,
        check=True,
    )
    lines = prepared.stdout.split()
    ref, cookies = lines[0], lines[1:]
    with served(environment) as base:
        started = time.perf_counter()
        with ThreadPoolExecutor(members) as pool:
            answers = [code for codes in pool.map(lambda one: _vote(base, ref, one, cases), cookies) for code in codes]
        taken = time.perf_counter() - started
    counted = subprocess.run(
        [sys.executable, "-m", "benchmarks.sitting", "count"],
        env=environment,
        capture_output=True,
        text=True,
        cwd=ROOT,
        check=True,
    )
    stored, wanted = int(counted.stdout), members * cases
    faults = sum(code >= 500 for code in answers)
    return Figure(
        name=f"{members} members x {cases} cases on {name}",
        unit="s",
        target=f"{wanted:,} of {wanted:,} stored, no 5xx",
        values=[taken],
        note=f"{stored:,} of {wanted:,} stored, {faults} answers of 5xx, {wanted / taken:.0f} votes a second",
        met=stored == wanted and not faults,
    )


def _vote(base, ref, cookie, cases):
    """One member: open each case, vote for it. Returns the status codes of the votes."""
    codes = []
    for position in range(1, cases + 1):
        url = f"{base}/committee/{ref}/cases/{position}/"
        codes.append(press(url, cookie, open_page(url, cookie), what="vote", choice="for", amount="", reason=""))
    return codes
