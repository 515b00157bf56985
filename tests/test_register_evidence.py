"""Files: what comes in, how it is cleaned, who may open it, and that the bytes are there before the row."""

import io
import zipfile
from pathlib import Path

import pytest
from PIL import Image
from PIL.TiffImagePlugin import IFDRational

from applicants import cases
from applicants.models import Evidence
from applicants.services import add_evidence, withdraw_evidence
from applicants.services.evidence import MOST_PIXELS, clean_name, missing_files, path_of
from audit.models import Event
from audit.refusals import Blocked, Invalid, NotAllowed
from tests.office import DAY, grant_office
from tests.steps_applicants import registered_person

PDF = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"


@pytest.fixture(autouse=True)
def files(settings, tmp_path):
    settings.EVIDENCE_DIR = tmp_path / "evidence"
    return settings.EVIDENCE_DIR


def added(office, content=PDF, **facts):
    return add_evidence(
        **{
            "programme": office.programme,
            "case_ref": "P-000001",
            "purpose": "identity_seen",
            "content": content,
            "name": "passport page.pdf",
            "on": DAY,
            "by": office.people.adviser,
            **facts,
        }
    )


def picture(kind="JPEG", size=(40, 30), **extra):
    out = io.BytesIO()
    Image.new("RGB", size, (200, 30, 30)).save(out, kind, **extra)
    return out.getvalue()


def zipped(**entries):
    """A zip of a fixed moment: the same bytes in every process of the run."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as box:
        for name, content in entries.items():
            entry = zipfile.ZipInfo(name.replace("__", "/").replace("_dot_", "."), (2026, 3, 12, 8, 0, 0))
            box.writestr(entry, content, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def test_a_file_lies_under_its_hash_and_two_rows_share_its_bytes(office, files):
    first, second = added(office), added(office, name="again.pdf")
    assert first.sha256 == second.sha256
    assert path_of(first.sha256).read_bytes() == PDF
    assert len([path for path in Path(files).rglob("*") if path.is_file()]) == 1
    assert (first.media_type, first.size) == ("application/pdf", len(PDF))
    assert Event.objects.filter(kind="evidence.add").count() == 2
    assert "passport" not in " ".join(Event.objects.values_list("body", flat=True))


def test_a_photo_loses_the_place_and_the_owner_that_the_camera_wrote(office):
    marks = Image.Exif()
    marks[0x010F] = "Camera of Anahit"
    marks[0x8825] = {1: "N", 2: (IFDRational(41), IFDRational(0), IFDRational(0))}
    given = picture(exif=marks)
    assert b"Camera of Anahit" in given
    kept = path_of(added(office, given, name="shop.jpg").sha256).read_bytes()
    assert b"Camera of Anahit" not in kept
    assert not Image.open(io.BytesIO(kept)).getexif()
    assert Image.open(io.BytesIO(kept)).size == (40, 30)


def test_a_photo_loses_the_words_that_were_written_into_it(office):
    given = picture(comment=b"Shop of Anahit")
    assert b"Shop of Anahit" in given
    assert b"Shop of Anahit" not in path_of(added(office, given, name="shop.jpg").sha256).read_bytes()


def test_a_photo_held_sideways_is_kept_upright(office):
    turned = Image.Exif()
    turned[0x0112] = 6
    kept = path_of(added(office, picture(exif=turned), name="shop.jpg").sha256).read_bytes()
    assert Image.open(io.BytesIO(kept)).size == (30, 40)


SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'


@pytest.mark.parametrize(
    ("what", "content", "words"),
    [
        ("nothing", b"", "empty"),
        ("a program for Windows", b"MZ\x90\x00" + b"\x00" * 60, "Only pictures"),
        ("a program for Linux", b"\x7fELF" + b"\x00" * 60, "Only pictures"),
        ("a script", b"#!/bin/sh\nrm -rf /\n", "Only pictures"),
        ("an SVG", SVG, "Only pictures"),
        ("an SVG after its declaration", b'<?xml version="1.0"?>' + SVG, "Only pictures"),
        ("a page", b"<!doctype html><html><script>1</script></html>", "Only pictures"),
        ("a zip of something", zipped(x_dot_exe=b"MZ"), "carries a program"),
        ("a document with macros", zipped(word__document_dot_xml=b"<x/>", word__vbaProject_dot_bin=b"x"), "macros"),
        ("a plain zip", zipped(readme_dot_txt=b"hello"), "Only pictures"),
        ("a broken zip", zipped(word__document_dot_xml=b"<x/>")[:30], "broken"),
        ("a bomb that says what it is", zipped(mimetype=b"0" * 30_000_000), "Only pictures"),
        ("half a picture", picture(size=(400, 300))[:-400], "broken"),
        ("more than 20 MB", b"%PDF-" + b"0" * (20 * 1024 * 1024), "up to 20 MB"),
    ],
)
def test_what_is_no_document_is_refused_and_nothing_is_kept(office, files, what, content, words):
    with pytest.raises(Invalid, match=words):
        added(office, content, name="passport.pdf")
    assert Evidence.objects.count() == 0
    assert not [path for path in Path(files).rglob("*") if path.is_file()]


def test_a_picture_of_a_hundred_million_points_is_refused_before_it_is_drawn(office):
    out = io.BytesIO()
    Image.new("1", (10_000, 10_000)).save(out, "PNG")
    assert len(out.getvalue()) < 100_000
    assert MOST_PIXELS == 40_000_000
    with pytest.raises(Invalid, match="up to 40 million"):
        added(office, out.getvalue(), name="bomb.png")


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (PDF, "application/pdf"),
        (picture(), "image/jpeg"),
        (picture("PNG"), "image/png"),
        ("Անահիտ, a note\n".encode(), "text/plain"),
        (
            zipped(word__document_dot_xml=b"<x/>"),
            "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        ),
        (zipped(xl__workbook_dot_xml=b"<x/>"), "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        (zipped(mimetype=b"application/vnd.oasis.opendocument.text"), "application/vnd.oasis.opendocument.text"),
    ],
)
def test_documents_and_pictures_come_in_by_what_they_are(office, content, kind):
    assert added(office, content, name="file").media_type == kind


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("../../etc/passwd.pdf", "passwd.pdf"),
        ("C:\\files\\Անձնագիր.PDF", "Անձնագիր.PDF"),
        ("bill.exe", "bill.pdf"),
        ("bill\r\nSet-Cookie: x.pdf", "billSet-Cookie: x.pdf"),
        ("", "file.pdf"),
        ("a" * 300 + ".pdf", "a" * 156 + ".pdf"),
    ],
)
def test_a_name_is_kept_as_given_but_leads_nowhere_and_says_what_the_file_is(given, kept):
    assert clean_name(given, "application/pdf") == kept


def test_when_the_row_is_refused_the_act_is_undone_and_the_bytes_do_no_harm(office):
    with pytest.raises(NotAllowed):
        added(office, by=office.people.member1)
    assert Evidence.objects.count() == 0


def test_a_file_is_seen_by_those_who_see_its_case(office):
    person = registered_person(office)
    hidden = grant_office("quiet", confidential=True)
    evidence = added(office, case_ref=person.ref, party=person)
    visible = {name for name, user in vars(office.people).items() if cases.visible(user, evidence)}
    assert visible == {
        "adviser",
        "checker",
        "loan_officer",
        "maker",
        "manager",
        "monitor",
        "second_secretary",
        "secretary",
    }
    assert not any(cases.visible(user, evidence) for user in vars(hidden.people).values())


def test_a_file_of_a_shared_person_stays_in_its_programme(office):
    hidden = grant_office("quiet", confidential=True)
    person = registered_person(office)
    secret = add_evidence(
        programme=hidden.programme,
        case_ref=person.ref,
        party=person,
        purpose="visit",
        content=PDF,
        name="visit.pdf",
        on=DAY,
        by=hidden.people.adviser,
    )
    assert not any(cases.visible(user, secret) for user in vars(office.people).values())


def test_a_withdrawn_file_keeps_its_bytes(office):
    evidence = added(office)
    by = office.people.adviser
    with pytest.raises(Invalid, match="Say why"):
        withdraw_evidence(evidence=evidence, on=DAY, by=by, reason="")
    withdraw_evidence(evidence=evidence, on=DAY, by=by, reason="Wrong person.")
    assert path_of(evidence.sha256).exists()
    with pytest.raises(Blocked, match="withdrawn already"):
        withdraw_evidence(evidence=evidence, on=DAY, by=by, reason="Again.")


def test_a_missing_or_changed_file_is_named(office):
    gone = added(office)
    changed = added(office, picture(), name="shop.jpg")
    assert list(missing_files()) == []
    path_of(gone.sha256).unlink()
    path_of(changed.sha256).write_bytes(b"other")
    assert sorted(missing_files()) == sorted(
        [
            f"applicants_evidence {gone.pk}: its file is missing",
            f"applicants_evidence {changed.pk}: its file was changed",
        ]
    )
