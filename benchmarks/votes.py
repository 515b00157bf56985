"""50 members vote on 40 cases at once through HTTP: gunicorn with 2 workers of 4 threads, on SQLite and PostgreSQL."""

import os
import re
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

from benchmarks.measure import Figure
from tests.postgres import NoServer, server

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
    port = _free_port()
    web = subprocess.Popen(
        [
            sys.executable,
            "-m",
            "gunicorn",
            "config.wsgi",
            "-b",
            f"127.0.0.1:{port}",
            "-w",
            "2",
            "-k",
            "gthread",
            "--threads",
            "4",
            "--log-level",
            "critical",
            "--backlog",
            "512",
            "--timeout",
            "120",
        ],
        env=environment,
        cwd=ROOT,
    )
    try:
        base = f"http://127.0.0.1:{port}"
        _wait(f"{base}/healthz")
        started = time.perf_counter()
        with ThreadPoolExecutor(members) as pool:
            answers = [code for codes in pool.map(lambda one: _vote(base, ref, one, cases), cookies) for code in codes]
        taken = time.perf_counter() - started
    finally:
        web.terminate()
        web.wait(timeout=30)
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


def _free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _wait(url):
    for _turn in range(100):
        try:
            with urllib.request.urlopen(url, timeout=5):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.2)
    raise RuntimeError("the web server did not start")


class _Stay(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *arguments):
        return None


def _vote(base, ref, cookie, cases):
    """One member: open each case, vote for it. Returns the status codes of the votes."""
    opener = urllib.request.build_opener(_Stay)
    codes = []
    for position in range(1, cases + 1):
        url = f"{base}/committee/{ref}/cases/{position}/"
        page, csrf = _get(opener, url, cookie)
        fields = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page))
        fields |= {"what": "vote", "choice": "for", "amount": "", "reason": ""}
        data = urllib.parse.urlencode(fields).encode()
        request = urllib.request.Request(url, data, {"Cookie": f"sessionid={cookie}; csrftoken={csrf}", "Referer": url})
        codes.append(_status(opener, request))
    return codes


def _get(opener, url, cookie):
    request = urllib.request.Request(url, headers={"Cookie": f"sessionid={cookie}"})
    with opener.open(request, timeout=120) as answer:
        jar = " ".join(answer.headers.get_all("Set-Cookie") or [])
        found = re.search(r"csrftoken=([^;]+)", jar)
        return answer.read().decode(), found[1] if found else ""


def _status(opener, request):
    try:
        with opener.open(request, timeout=120) as answer:
            return answer.status
    except urllib.error.HTTPError as wrong:
        return wrong.code
