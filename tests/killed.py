"""Processes that are ended by SIGKILL, which nothing in them can hear: what the database then shows is all there is."""

import os
import signal
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def process(script, *arguments, url, var, **given):
    """Python in the surroundings of an installation of its own, running `script`; `given` goes to Popen."""
    settings = {
        "SEEDBED_MODE": "test",
        "SEEDBED_VAR": str(var),
        "DATABASE_URL": url,
        "DJANGO_SETTINGS_MODULE": "config.settings",
    }
    return subprocess.Popen(
        [sys.executable, "-W", "ignore", "-c", script, *arguments], cwd=ROOT, env={**os.environ, **settings}, **given
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
