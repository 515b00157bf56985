"""`manage.py report` and the list of figures: the contract with scripts."""

import io
import json
import os
import stat
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from reports.catalogue import page
from reports.indicators import BY_CODE, INDICATORS
from reports.words import DIMS
from tests.office import DAY
from tests.steps_grants import paid_tranche, signed_award

# Codes that scripts outside rely on; a programme's windows and groups name the others.
CONTRACT = [
    "awards",
    "grants_disbursed",
    "cofinancing_accepted",
    "loans",
    "loans_disbursed",
    "businesses_supported",
    "women_run_share",
    "trained_completed",
    "direct_beneficiaries",
    "indirect_beneficiaries",
    "projects_completed",
    "short_term_jobs",
    "registered_share",
    "par30",
]


def report(office, out, **options):
    call_command("report", programme=office.programme.key, out=str(out), **{"format": "json", **options})


@pytest.fixture
def paid(office):
    paid_tranche(office, signed_award(office).tranches.get())


def test_json_goes_to_a_file_with_the_codes_that_scripts_know(office, paid, tmp_path):
    out = tmp_path / "report.json"
    report(office, out)
    data = json.loads(out.read_text())
    found = {one["code"]: one for one in data["figures"]}
    assert data["programme"] == office.programme.key
    assert (found["awards"]["value"], found["awards_micro"]["value"]) == (1, 1)
    assert found["grants_disbursed"]["value"] == "20000.00"
    assert data["scope"]["to"] == DAY.isoformat()


@pytest.mark.parametrize("given", [{"out": "-"}, {}], ids=["a dash", "no file named"])
def test_the_report_goes_to_standard_output(given, office, monkeypatch):
    out = SimpleNamespace(buffer=io.BytesIO())
    monkeypatch.setattr(sys, "stdout", out)
    call_command("report", programme=office.programme.key, format="json", **given)
    assert json.loads(out.buffer.getvalue())["programme"] == office.programme.key


def test_the_donors_edition_hides_what_the_internal_one_shows(office, paid, tmp_path):
    out = tmp_path / "report.json"
    seen = {}
    for internal in (False, True):
        report(office, out, internal=internal)
        found = {one["code"]: one for one in json.loads(out.read_text())["figures"]}
        seen[internal] = found["direct_beneficiaries"]["value"], found["awards"]["value"], found["awards"]["by"] != []
    assert seen == {False: (None, 1, False), True: (1, 1, True)}


def test_a_file_is_replaced_whole_and_what_is_no_file_is_written_to(office, tmp_path):
    out = tmp_path / "report.json"
    out.write_text("old")
    report(office, out)
    assert json.loads(out.read_text())
    assert [path.name for path in tmp_path.iterdir()] == ["report.json"]
    link = tmp_path / "null"
    os.mkfifo(link)
    reader = os.open(link, os.O_RDONLY | os.O_NONBLOCK)
    try:
        report(office, link, format="csv")
        assert os.read(reader, 10).startswith(b"\xef\xbb\xbfCode")
    finally:
        os.close(reader)
    assert stat.S_ISFIFO(link.stat().st_mode)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"programme": "nowhere"}, "no programme “nowhere”"),
        ({"donor": "nobody"}, "no donor of this programme"),
        ({"period_from": "2026-02-30"}, "--from needs a date"),
        ({"period_from": "2026-02-02", "period_to": "2026-02-01"}, "--from lies after --to"),
        ({"out": "/nowhere/at/all.json"}, "cannot be written"),
    ],
)
def test_a_wrong_word_is_one_clear_sentence(office, tmp_path, options, words):
    given = {"programme": office.programme.key, "out": str(tmp_path / "r.json"), "format": "json", **options}
    with pytest.raises(CommandError, match=words) as wrong:
        call_command("report", **given)
    assert "\n" not in str(wrong.value)


def test_the_codes_of_the_contract_are_in_the_registry_and_each_is_there_once():
    assert set(CONTRACT) <= set(BY_CODE)
    assert len(BY_CODE) == len(INDICATORS)


def test_every_breakdown_has_a_name():
    assert {dim for one in INDICATORS for dim in one.by} <= set(DIMS)


def test_the_list_of_figures_in_the_documentation_is_that_of_the_registry():
    assert (Path(settings.BASE_DIR) / "docs" / "indicators.md").read_text() == page()
