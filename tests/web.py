"""The application server of an office, over a database of its own, and people who press its buttons by HTTP.

with served(environment) as base:
    page = open_page(url, cookie)
    status = press(url, cookie, page, bank_reference="BANK-1")
"""

import re
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from django.contrib import auth
from django.contrib.sessions.backends.db import SessionStore

ROOT = Path(__file__).resolve().parents[1]
HIDDEN = re.compile(r'<input type="hidden" name="(\w+)" value="([^"]*)"')


@contextmanager
def served(environment):
    """gunicorn with 2 workers of 4 threads, as the README tells an office to run it; yields its address."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    words = (
        f"config.wsgi -b 127.0.0.1:{port} -w 2 -k gthread --threads 4 --log-level critical --backlog 512 --timeout 120"
    )
    web = subprocess.Popen([sys.executable, "-m", "gunicorn", *words.split()], env=environment, cwd=ROOT)
    try:
        base = f"http://127.0.0.1:{port}"
        _wait(f"{base}/healthz")
        yield base
    finally:
        web.terminate()
        web.wait(timeout=30)


def _wait(url):
    for _turn in range(100):
        try:
            with urllib.request.urlopen(url, timeout=5):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.2)
    raise RuntimeError("the web server did not start")


def cookie_of(user):
    """The key of a signed-in session, as the browser would hold it."""
    store = SessionStore()
    store[auth.SESSION_KEY] = str(user.pk)
    store[auth.BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
    store[auth.HASH_SESSION_KEY] = user.get_session_auth_hash()
    store.create()
    return store.session_key


class _Stay(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *arguments):
        return None


@dataclass(frozen=True)
class Page:
    """A page with a form: its hidden fields, and the token that goes with them."""

    text: str
    csrf: str

    @property
    def hidden(self):
        return dict(HIDDEN.findall(self.text))


def open_page(url, cookie):
    request = urllib.request.Request(url, headers={"Cookie": f"sessionid={cookie}"})
    with urllib.request.build_opener(_Stay).open(request, timeout=120) as answer:
        jar = " ".join(answer.headers.get_all("Set-Cookie") or [])
        found = re.search(r"csrftoken=([^;]+)", jar)
        return Page(answer.read().decode(), found[1] if found else "")


def press(url, cookie, page, **fields):
    """Send the page's form with `fields`; the status code of the answer, redirects not followed."""
    data = urllib.parse.urlencode({**page.hidden, **fields}).encode()
    headers = {"Cookie": f"sessionid={cookie}; csrftoken={page.csrf}", "Referer": url}
    try:
        with urllib.request.build_opener(_Stay).open(urllib.request.Request(url, data, headers), timeout=120) as answer:
            return answer.status
    except urllib.error.HTTPError as wrong:
        return wrong.code
