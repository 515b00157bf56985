"""The auditor's sample: drawn by a seed that anybody can check, whole, hashed, and only for those who may see it."""

import hashlib
import io
import json
import zipfile

import pytest
from django.urls import reverse
from openpyxl import load_workbook
from pypdf import PdfReader

from applicants.services import add_evidence
from audit.models import Event
from audit.refusals import Blocked, Invalid, NotAllowed
from programmes.clock import standing_at
from reports.audit.duties import combined, duties
from reports.audit.pack import make_audit_pack
from reports.audit.sample import Case, drawn, population
from tests.markup import filled
from tests.office import DAY, grant_office
from tests.steps_grants import paid_tranche, signed_award

# What it shows does not hang on the database: on PostgreSQL in the long setting.
pytestmark = [pytest.mark.django_db, pytest.mark.in_turn]


@pytest.fixture
def office():
    with standing_at(DAY):
        yield grant_office()


def pack(office, **facts):
    given = {"programme": office.programme, "kind": "awards", "start": DAY, "end": DAY, "size": 2, "seed": "42"}
    with make_audit_pack(**given | {"on": DAY, "by": office.people.manager} | facts) as file:
        return zipfile.ZipFile(io.BytesIO(file.read()))


def test_the_same_seed_draws_the_same_cases_and_another_seed_others():
    cases = [Case(f"G-2026-{number:04d}", f"A-2026-{number:05d}") for number in range(1, 101)]
    first = drawn(cases, 5, "seed of the auditor")
    assert first == drawn(list(reversed(cases)), 5, "seed of the auditor")
    assert first == drawn(cases, 60, "seed of the auditor")[:5]
    assert first != drawn(cases, 5, "another seed")
    by_hand = min(cases, key=lambda case: hashlib.sha256(f"seed of the auditor:{case.ref}".encode()).hexdigest())
    assert first[0] == by_hand
    assert sorted(drawn(cases, 60, "x") + drawn(cases, 100, "x")[60:], key=lambda case: case.ref) == cases


def test_the_zip_holds_index_dossiers_and_files_and_every_hash_is_right(office):
    award = signed_award(office)
    paid_tranche(office, award.tranches.get())
    facts = {"programme": office.programme, "case_ref": award.ref, "on": DAY, "by": office.people.adviser}
    kept = add_evidence(**facts, purpose="invoice", content=b"Invoice 7", name="../../etc/passwd.txt")
    hidden = add_evidence(**facts, purpose="identity", content=b"Passport 8", name="passport.txt")
    archive = pack(office)
    names = archive.namelist()
    dossier = award.application.ref
    assert f"{dossier}/{dossier}.pdf" in names
    assert archive.read(f"{dossier}/F{kept.pk}.txt") == b"Invoice 7"
    assert not [name for name in names if f"F{hidden.pk}." in name or ".." in name]
    manifest = json.loads(archive.read("manifest.json"))
    assert set(manifest["sha256"]) == set(names) - {"manifest.json"}
    assert all(hashlib.sha256(archive.read(name)).hexdigest() == seen for name, seen in manifest["sha256"].items())
    book = load_workbook(io.BytesIO(archive.read("index.xlsx")))
    said = dict(row for row in book["Sample"].iter_rows(min_row=2, values_only=True))
    assert (said["Cases in the period"], said["Drawn"], said["Seed"]) == ("1", "1", "42")
    assert [hidden.sha256, "left out"] in [list(row[3:5]) for row in book["Files"].iter_rows(values_only=True)]
    pages = PdfReader(io.BytesIO(archive.read(f"{dossier}/{dossier}.pdf"))).pages
    # Narrow columns break words: compared without blanks.
    text = "".join("".join(page.extract_text() for page in pages).split())
    for word in (award.ref, "O-2026-00001", "BANK-1", "grantpaid", "20,000.00", kept.sha256, "Agreementsigned"):
        assert word in text, word
    event = Event.objects.get(kind="audit_pack.make")
    assert json.loads(event.body)["chosen"] == [award.ref]


def test_payments_of_the_period_are_the_population_and_an_empty_one_is_told(office):
    award = signed_award(office)
    paid_tranche(office, award.tranches.get())
    assert [case.ref for case in population("payments", office.programme, DAY, DAY)] == ["O-2026-00001"]
    with pytest.raises(Blocked, match="no such case"):
        pack(office, kind="loans")
    for wrong in ({"size": 0}, {"size": 61}, {"seed": " "}, {"seed": "x" * 41}, {"end": DAY.replace(day=1)}):
        with pytest.raises(Invalid):
            pack(office, **wrong)
    assert not Event.objects.filter(kind="audit_pack.make").exists()


def test_duties_are_counted_by_dossier_and_who_met_an_applicant_twice_is_named(office):
    award = signed_award(office)
    paid_tranche(office, award.tranches.get())
    people = office.people
    found = dict(duties(office.programme))
    assert found[str(people.adviser)] == {"adviser": 1}
    assert found[str(people.checker)] == {"checker": 1}
    assert combined(office.programme) == []
    other = signed_award(office, amount=400_000, own=200_000)
    other.application.parts.filter(user=people.adviser).update(user=people.checker)
    type(other.application).objects.filter(pk=other.application.pk).update(applicant=award.applicant)
    assert combined(office.programme) == [
        (
            str(people.checker),
            award.applicant.ref,
            [(award.application.ref, "checker"), (other.application.ref, "adviser")],
        )
    ]


@pytest.mark.once
def test_only_manager_and_data_protection_draw_a_sample_and_the_page_gives_the_zip(office, client):
    signed_award(office)
    url = reverse("reports:audit", args=[office.programme.key])
    for who, status in (("adviser", 404), ("maker", 404), ("donor", 404), ("monitor", 404), ("manager", 200)):
        client.force_login(getattr(office.people, who))
        assert client.get(url).status_code == status, who
    with pytest.raises(NotAllowed):
        pack(office, by=office.people.maker)
    data = {**filled(client.get(url)), "start": f"{DAY:%d.%m.%Y}", "end": f"{DAY:%d.%m.%Y}", "seed": "7"}
    answer = client.post(url, data)
    assert answer["Content-Type"] == "application/zip"
    assert "index.pdf" in zipfile.ZipFile(io.BytesIO(answer.getvalue())).namelist()
    answer.close()
    refused = client.post(url, {**data, "kind": "loans"})
    assert (refused.status_code, "no such case" in refused.content.decode()) == (409, True)
