"""Published schedules of other lenders' systems come out of the command to the last digit."""

import io
import json
import os
import subprocess
import sys
from decimal import Decimal
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from loans.management.commands.loan_schedule import answer

ROOT = Path(__file__).parents[1]
VECTORS = json.loads((ROOT / "tests/data/loan_schedules.json").read_text(encoding="utf-8"))


def compared(vector, given):
    """What of the answer the vector speaks about, in the vector's own shape."""
    rows = {row["no"]: row for row in given["rows"]}
    wanted = [(row, rows[row["no"]]) for row in vector["expected"]]
    return [{key: row[key] for key in expected} for expected, row in wanted]


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["id"])
def test_a_published_schedule_comes_out_exactly(vector):
    given = json.loads(answer(json.dumps(vector["request"]).encode()))
    assert compared(vector, given) == vector["expected"]
    if vector.get("expected_total_interest") is not None:
        assert given["total_interest"] == vector["expected_total_interest"]


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["id"])
def test_the_last_balance_is_zero_and_the_rows_are_numbered_from_one(vector):
    rows = json.loads(answer(json.dumps(vector["request"]).encode()))["rows"]
    assert Decimal(rows[-1]["balance"]) == 0
    assert [row["no"] for row in rows] == list(range(1, len(rows) + 1))


def run(text, *arguments, **environment):
    settings = {**os.environ, "SEEDBED_MODE": "test", **environment}
    command = [sys.executable, "manage.py", "loan_schedule", *arguments]
    return subprocess.run(command, cwd=ROOT, input=text, env=settings, capture_output=True, timeout=60)


def test_the_command_reads_standard_input_and_needs_no_database():
    vector = next(vector for vector in VECTORS if vector["id"] == "prog-9.4822-weekly-364-6")
    done = run(json.dumps(vector["request"]).encode(), "--json", "-", DATABASE_URL="postgres://nobody@127.0.0.1:1/none")
    assert (done.returncode, done.stderr) == (0, b"")
    assert compared(vector, json.loads(done.stdout)) == vector["expected"]


def test_a_broken_request_is_one_line_on_standard_error_and_exit_code_2():
    done = run(b'{"currency_digits": 2,', "--json", "-")
    assert (done.returncode, done.stdout) == (2, b"")
    assert done.stderr.startswith(b"loan_schedule: the request is not JSON: ")
    assert done.stderr.count(b"\n") == 1


def test_a_missing_argument_is_one_line_and_exit_code_2():
    done = run(b"")
    assert (done.returncode, done.stdout) == (2, b"")
    assert done.stderr.startswith(b"loan_schedule: the following arguments are required: --json")
    assert done.stderr.count(b"\n") == 1


def test_the_command_reads_a_file(tmp_path):
    file = tmp_path / "request.json"
    file.write_text(json.dumps(VECTORS[0]["request"]), encoding="utf-8")
    out = io.StringIO()
    call_command("loan_schedule", json=str(file), stdout=out)
    assert compared(VECTORS[0], json.loads(out.getvalue())) == VECTORS[0]["expected"]


@pytest.mark.parametrize("name", ["absent.json", "."])
def test_a_file_that_cannot_be_read_is_exit_code_1(tmp_path, name):
    err = io.StringIO()
    with pytest.raises(SystemExit) as stopped:
        call_command("loan_schedule", json=str(tmp_path / name), stderr=err)
    assert stopped.value.code == 1
    assert err.getvalue().startswith("loan_schedule: ")
    assert "cannot be read: " in err.getvalue()


def test_an_impossible_request_in_a_file_is_exit_code_2(tmp_path):
    file = tmp_path / "request.json"
    file.write_text(json.dumps({**VECTORS[0]["request"], "n": 0}), encoding="utf-8")
    err = io.StringIO()
    with pytest.raises(SystemExit) as stopped:
        call_command("loan_schedule", json=str(file), stderr=err)
    assert stopped.value.code == 2
    assert err.getvalue() == "loan_schedule: n: 0 is out of range; give a whole number from 1 to 1200.\n"


def test_called_from_code_without_a_file_the_command_raises():
    with pytest.raises(CommandError, match="--json"):
        call_command("loan_schedule")
