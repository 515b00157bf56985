"""`make demo` serves web and worker as one: both start together, and neither outlives the other."""

import os
import signal
import socket
import subprocess
import sys
import urllib.request

import psutil
import pytest
from django.conf import settings

from tests.check import throwaway_secrets

# The demo serves SQLite whatever the tests run on.
pytestmark = pytest.mark.once

MANAGE = [sys.executable, "manage.py"]


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    """The environment of a demo with an empty, migrated database."""
    var = tmp_path_factory.mktemp("var")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    dropped = ("SEEDBED_", "PYTEST_", "DATABASE_URL")
    environment = {name: value for name, value in os.environ.items() if not name.startswith(dropped)}
    environment |= {"SEEDBED_MODE": "demo", "SEEDBED_VAR": str(var), "PORT": str(port), **throwaway_secrets()}
    subprocess.run([sys.executable, "-m", "tests.tables"], env=environment, cwd=settings.BASE_DIR, check=True)
    (var / "demo_logins.json").write_text("[]")
    return environment


def start(environment):
    """A demo that answers."""
    process = subprocess.Popen(
        [*MANAGE, "serve_demo", "--workers", "1"],
        env={**environment, "PYTHONUNBUFFERED": "1"},
        cwd=settings.BASE_DIR,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    for line in process.stdout:
        if "serves at" in line:
            break
    return process


def parts(process):
    """Web server and worker by the word that names them in their command."""
    children = psutil.Process(process.pid).children()
    return {word: child for child in children for word in ("gunicorn", "db_worker") if word in child.cmdline()}


@pytest.fixture
def served(demo):
    process = start(demo)
    yield process
    # Everything that a failed test left running is in the one process group.
    if psutil.pid_exists(process.pid) and process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    process.stdout.close()


def test_the_demo_serves_and_stops_at_a_signal_with_code_0(demo, served):
    process = served
    with urllib.request.urlopen(f"http://127.0.0.1:{demo['PORT']}/healthz") as answer:
        assert answer.status == 200
    running = parts(process)
    assert sorted(running) == ["db_worker", "gunicorn"]
    assert {os.getpgid(child.pid) for child in running.values()} == {process.pid}
    process.send_signal(signal.SIGTERM)
    assert process.wait(30) == 0
    assert not any(child.is_running() for child in running.values())


def test_ctrl_c_reaches_all_at_once_and_nobody_complains(served):
    process = served
    running = parts(process)
    os.killpg(process.pid, signal.SIGINT)
    assert process.wait(30) == 0
    assert not any(child.is_running() for child in running.values())
    said = process.stdout.read()
    assert "Traceback" not in said
    assert said.endswith("its data stays in var/ for the next time.\n")


@pytest.mark.parametrize(
    ("victim", "survivor"),
    [("gunicorn", "db_worker"), pytest.param("db_worker", "gunicorn", marks=pytest.mark.soak)],
)
def test_when_one_of_the_two_dies_the_other_ends_and_the_code_tells(served, victim, survivor):
    process = served
    running = parts(process)
    running[victim].kill()
    assert process.wait(30) == 1
    assert not running[survivor].is_running()
    assert "ended by itself with code -9" in process.stdout.read()


def test_a_port_in_use_is_told_in_one_sentence(demo):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        second = subprocess.run(
            [*MANAGE, "serve_demo"],
            env={**demo, "PORT": port},
            cwd=settings.BASE_DIR,
            capture_output=True,
            text=True,
            check=False,
        )
    assert second.returncode == 1
    assert f"Port {port} cannot be used (Address already in use)" in second.stderr


def test_an_office_is_not_served_by_the_command_of_the_demo(demo):
    office = {**demo, "SEEDBED_MODE": "production"}
    done = subprocess.run(
        [*MANAGE, "serve_demo"], env=office, cwd=settings.BASE_DIR, capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert "serves only in the mode demo" in done.stderr
