"""Real processes that act on the test's database at the same moment: what threads on SQLite cannot show.

    results = together(database_url, [("tests.test_race_selection:decide", {"case": 7}), ...])

Each process sets Django up, says that it is ready, and waits; then all are let go at once. A process calls the named
function with its keyword arguments (plain JSON values) on the day DAY. A Result tells what came of it.
"""

import importlib
import json
import os
import subprocess
import sys
import traceback
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import django

ROOT = Path(__file__).resolve().parents[1]
READY = "ready"


@dataclass(frozen=True)
class Result:
    """`value` is what the function returned; `refused` the name of the refusal; `failed` a traceback."""

    value: object = None
    refused: str = ""
    sentence: str = ""
    failed: str = ""


def together(database_url, calls, seconds=120):
    """Run all calls at once, each in its own process; the Results in the order of the calls."""
    environment = {**os.environ, "DATABASE_URL": database_url, "SEEDBED_MODE": "test", "PYTHONPATH": _path()}
    with ExitStack() as stack:
        started = [stack.enter_context(_start(name, arguments, environment)) for name, arguments in calls]
        for process in started:
            # On the way out each process is ended before its pipes are closed.
            stack.callback(process.kill)
        for process in started:
            if process.stdout.readline().strip() != READY:
                raise AssertionError(process.stderr.read())
        for process in started:
            process.stdin.write("go\n")
            process.stdin.flush()
        answers = [process.communicate(timeout=seconds) for process in started]
    return [Result(**json.loads(out)) if out else Result(failed=error) for out, error in answers]


def _start(name, arguments, environment):
    return subprocess.Popen(
        [sys.executable, "-m", "tests.processes", name, json.dumps(arguments)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env=environment,
    )


def _path():
    return os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH", "")]))


def main(name, arguments):
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    # Only now: these modules need the models.
    refusals = importlib.import_module("audit.refusals")
    clock = importlib.import_module("programmes.clock")
    day = importlib.import_module("tests.office").DAY
    module, _colon, function = name.partition(":")
    act = getattr(importlib.import_module(module), function)
    print(READY, flush=True)
    sys.stdin.readline()
    try:
        with clock.standing_at(day):
            told = {"value": act(**json.loads(arguments))}
    except refusals.Refusal as refused:
        told = {"refused": type(refused).__name__, "sentence": str(refused)}
    except Exception:
        # Whatever else comes out of it is the finding of the test.
        told = {"failed": traceback.format_exc()}
    print(json.dumps(told), flush=True)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
