"""Real processes that act on the test's database at the same moment: what threads on SQLite cannot show.

    results = together(database_url, [("tests.test_race_selection:decide", {"case": 7}), ...])

Each process is forked from one that has set Django up and opened no connection. It opens its own, says that it is
ready, and waits; then all are let go at once. A process calls the named function with its keyword arguments (plain
values) on the day DAY. A Result tells what came of it.
"""

import importlib
import multiprocessing
import os
import traceback
from contextlib import ExitStack
from dataclasses import dataclass

from django.db import connection

from config import environment

READY = "ready"
# Setting Django up costs a process more than what it does here.
FORKS = multiprocessing.get_context("forkserver")
FORKS.set_forkserver_preload(["tests.processes_ground"])


@dataclass(frozen=True)
class Result:
    """`value` is what the function returned; `refused` the name of the refusal; `failed` a traceback."""

    value: object = None
    refused: str = ""
    sentence: str = ""
    failed: str = ""


def together(database_url, calls, seconds=120):
    """Run all calls at once, each in its own process; the Results in the order of the calls."""
    with ExitStack() as stack:
        pipes = []
        for name, arguments in calls:
            ours, theirs = FORKS.Pipe()
            process = FORKS.Process(target=act, args=(theirs, database_url, name, arguments), daemon=True)
            process.start()
            theirs.close()
            stack.callback(ours.close)
            stack.callback(process.join)
            stack.callback(process.kill)
            pipes.append(ours)
        for pipe in pipes:
            assert hear(pipe, seconds) == READY
        for pipe in pipes:
            pipe.send("go")
        return [Result(**hear(pipe, seconds)) for pipe in pipes]


def hear(pipe, seconds):
    """What the process says next. A process that died without a word is a Result that failed."""
    assert pipe.poll(seconds), f"a process said nothing for {seconds} s"
    try:
        return pipe.recv()
    except EOFError:
        return {"failed": "The process ended without a word."}


def act(pipe, database_url, name, arguments):
    """What a process does, told through the pipe."""
    # Only in the process: these modules need the models.
    importlib.import_module("tests.processes_ground")
    refusals = importlib.import_module("audit.refusals")
    clock = importlib.import_module("programmes.clock")
    day = importlib.import_module("tests.office").DAY
    module, _colon, function = name.partition(":")
    try:
        connection.settings_dict.update(environment.env.db_url_config(database_url))
        connection.ensure_connection()
        called = getattr(importlib.import_module(module), function)
        pipe.send(READY)
        pipe.recv()
        with clock.standing_at(day):
            told = {"value": called(**arguments)}
    except refusals.Refusal as refused:
        told = {"refused": type(refused).__name__, "sentence": str(refused)}
    except Exception:
        # Whatever else comes out of it is the finding of the test.
        told = {"failed": traceback.format_exc()}
    pipe.send(told)
    # The end of the process that runs the tests is not its own: no exit handlers, no folders to remove.
    os._exit(0)
