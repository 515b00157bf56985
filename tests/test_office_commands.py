"""What an administrator does on the server: backup and restore, new keys, a closed month, the end of the log."""

import io
import json
import os
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from django.core.management import CommandError, call_command

from accounts.encryption import key_id
from accounts.models import User
from applicants.models import Identity
from applicants.services import record_identity
from audit.models import Head
from config.proof import faults
from payments.services import receive_capital
from programmes.clock import standing_at
from reports.edition import compile_report
from reports.render_json import render
from tests.office import DAY
from tests.steps_applicants import registered_person
from tests.steps_grants import paid_tranche, signed_award

ROOT = Path(__file__).resolve().parents[1]

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def day():
    with standing_at(DAY):
        yield


def elsewhere(folder, *words, program=("manage.py",), **surroundings):
    """`manage.py` (or another program) in a new installation of its own: an empty database in `folder`."""
    environment = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    environment |= {"SEEDBED_MODE": "test", "SEEDBED_VAR": str(folder), **surroundings}
    folder.mkdir(exist_ok=True)
    (folder / "static").mkdir(exist_ok=True)
    command = [sys.executable, *program, *words]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def empty(tmp_path_factory):
    """An empty installation, made once; each test takes a copy."""
    folder = tmp_path_factory.mktemp("empty") / "var"
    made = elsewhere(folder, program=("-m", "tests.tables"))
    assert made.returncode == 0, made.stderr
    return folder


@pytest.mark.once
def test_a_backup_comes_back_whole_in_another_installation(office, empty, tmp_path):
    award = signed_award(office)
    paid_tranche(office, award.tranches.get())
    record_identity(party=award.applicant, kind="national", number="AB1234567", on=DAY, by=office.people.adviser)
    before = json.loads(render(compile_report(office.programme, internal=True)))["figures"]
    file = tmp_path / "night.tar.gz"
    call_command("backup", str(file))
    assert file.stat().st_mode & 0o777 == 0o600
    with pytest.raises(CommandError, match="a backup is never overwritten"):
        call_command("backup", str(file))
    with tarfile.open(file) as archive:
        assert not [name for name in archive.getnames() if "secret" in name]

    new = Path(shutil.copytree(empty, tmp_path / "new"))
    restored = elsewhere(new, "restore", str(file))
    assert (restored.returncode, restored.stdout) == (0, "Loaded and proved: every invariant holds.\n"), restored.stderr
    words = ("report", "--programme", office.programme.key, "--internal", "--format", "json", "--out", "-")
    told = elsewhere(new, *words, "--to", DAY.isoformat())
    after = json.loads(told.stdout)["figures"]
    kept = {figure["code"]: figure["value"] for figure in after}
    assert {figure["code"]: figure["value"] for figure in before}.items() <= kept.items()
    again = elsewhere(new, "restore", str(file))
    assert (again.returncode, "This database is not empty" in again.stderr) == (1, True)


@pytest.mark.once
def test_a_backup_that_was_damaged_is_refused_and_nothing_is_loaded(office, empty, tmp_path):
    file = tmp_path / "night.tar.gz"
    call_command("backup", str(file))
    new = Path(shutil.copytree(empty, tmp_path / "new"))
    half = tmp_path / "half.tar.gz"
    half.write_bytes(file.read_bytes()[:-600])
    refused = elsewhere(new, "restore", str(half))
    assert (refused.returncode, "is not a whole backup" in refused.stderr) == (1, True)
    # A file that is not there is refused before the database is looked at, so this needs no process of its own.
    with pytest.raises(CommandError, match=r"none\.tar\.gz does not exist"):
        call_command("restore", str(tmp_path / "none.tar.gz"))
    assert elsewhere(new, "restore", str(file)).returncode == 0


def test_after_new_keys_the_old_one_can_go(office, settings):
    person = registered_person(office)
    record_identity(party=person, kind="national", number="AB1234567", on=DAY, by=office.people.adviser)
    old, new = settings.FIELD_KEYS[0], Fernet.generate_key().decode()
    settings.FIELD_KEYS = [new, old]
    call_command("rotate_keys")
    settings.FIELD_KEYS = [new]
    row = Identity.objects.get(party=person)
    assert row.number == "AB1234567"
    assert key_id(new) != key_id(old)
    settings.FIELD_KEYS = [old]
    with pytest.raises(Exception, match="key"):
        assert Identity.objects.get(party=person).number


def test_a_closed_month_takes_no_posting_and_only_finance_closes_it(office, capsys):
    key, finance = office.programme.key, office.people.checker.email
    with pytest.raises(CommandError, match="is not a finance officer"):
        call_command("close_period", key, "2026-02", by=office.people.manager.email)
    with pytest.raises(CommandError, match="is not a month"):
        call_command("close_period", key, "2026-13", by=finance)
    call_command("close_period", key, "2026-02", by=finance)
    assert capsys.readouterr().out == f"{key} is closed up to 2026-02-28.\n"
    entry = receive_capital(
        line=office.line,
        amount=100,
        reference="LATE",
        on=DAY.replace(month=2, day=27),
        by=office.people.maker,
        reason="The statement came late.",
    )
    assert entry.posted_on == DAY.replace(month=3, day=1)
    assert list(faults()) == []


def test_the_end_of_the_log_is_printed_and_proves_against_later(office, capsys):
    registered_person(office)
    capsys.readouterr()
    call_command("audit_head")
    noted = capsys.readouterr().out.strip()
    head = Head.objects.get()
    assert noted == f"{head.seq}:{head.hash}"
    registered_person(office, birth_year=1971)
    call_command("verify", head=noted)
    with pytest.raises(SystemExit):
        call_command("verify", head=f"{head.seq}:{'0' * 64}")


def test_a_new_office_gets_its_first_administrator_who_founds_a_programme(client, monkeypatch, capsys):
    facts = {"name": "Aram Minasyan", "staff_number": "1", "password_stdin": True}
    monkeypatch.setattr("sys.stdin", io.StringIO("short\n"))
    with pytest.raises(CommandError, match="too short"):
        call_command("make_administrator", "aram@office.test", **facts)
    assert not User.objects.exists()
    monkeypatch.setattr("sys.stdin", io.StringIO("a-long-password-of-his\n"))
    call_command("make_administrator", "Aram@office.test", **facts)
    aram = User.objects.get(email="aram@office.test")
    assert aram.check_password("a-long-password-of-his")
    client.force_login(aram)
    assert client.get("/programmes/new/").status_code == 200
    with pytest.raises(CommandError, match="This office has an administrator"):
        call_command("make_administrator", "eve@office.test", **{**facts, "staff_number": "2"})
    assert list(faults()) == []
