"""The program is killed at a random point of settling, of a bank statement, of an import: all of it, or nothing of it.

What was killed is done again, and then stands there once; `verify` finds no fault. SEEDBED_KILL_SEED repeats a run.
"""

import json
import os
import random
import subprocess

import pytest

from tests.killed import process

SOAK = "SEEDBED_SOAK" in os.environ
POINTS = 200 if SOAK else 4
RUN = """
import sys
import django
from tests import tables
if "tables" in sys.argv:
    tables.main()
django.setup()
from tests.killed_acts import main
main(int(sys.argv[1]), int(sys.argv[2]))
"""


def told(url, var, *words):
    seed = os.environ.get("SEEDBED_KILL_SEED") or str(random.randrange(10**6))
    started = process(RUN, str(POINTS), seed, *words, url=url, var=var, stdout=subprocess.PIPE, text=True)
    said, _none = started.communicate(timeout=1200)
    assert started.returncode == 0, f"seed {seed}"
    return {"seed": seed, **json.loads(said.splitlines()[-1])}


def check(found):
    print(f"seed {found['seed']}:", *(f"{name} {at}/{of} {what};" for name, at, of, what in found["killed"]))
    assert found["faults"] == [], f"seed {found['seed']}"
    assert len(found["killed"]) == POINTS


@pytest.mark.once
def test_a_killed_act_is_there_whole_or_not_at_all_on_sqlite(tmp_path):
    check(told(f"sqlite:///{tmp_path}/office.sqlite3", tmp_path, "tables"))


@pytest.mark.soak
@pytest.mark.postgres
def test_a_killed_act_is_there_whole_or_not_at_all_on_postgresql(tmp_path, database_url):
    check(told(database_url, tmp_path))
