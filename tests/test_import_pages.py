"""The pages of an import: template, check, preview, confirmation, end; and its columns going out and coming back."""

import csv
import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from python_calamine import CalamineWorkbook

from applicants.models import Application, Import, Party
from applicants.queues import queue_for
from audit.models import Event
from pages.sheets import read_table
from programmes.clock import standing_at
from tests.office import DAY, grant_office
from tests.steps_applicants import draft_application, registered_person
from tests.test_import import ODD_NAMES, bomb, sheet

pytestmark = pytest.mark.in_turn


@pytest.fixture(autouse=True)
def files(settings, tmp_path):
    settings.VAR_DIR = tmp_path


@pytest.fixture
def manager(client, office):
    client.force_login(office.people.manager)
    return client


def page(client, url, status=200):
    answer = client.get(url)
    assert answer.status_code == status, answer.content.decode()[:3000]
    return answer.content.decode()


def upload(client, office, content, kind="applications", name="list.csv"):
    facts = {"programme": office.programme.pk, "kind": kind, "content": SimpleUploadedFile(name, content)}
    return client.post("/imports/new/", facts)


def test_a_right_file_is_shown_confirmed_and_written(manager, office):
    assert "Import a file" in page(manager, "/imports/")
    answer = upload(manager, office, sheet({}, {"name": "Vardan Petrosyan", "phone": ""}))
    batch = Import.objects.get()
    assert answer.url == f"/imports/{batch.pk}/"
    text = page(manager, answer.url)
    assert "2 rows were checked and are right. Nothing is written yet." in text
    assert "Vardan Petrosyan" in text
    assert "Write 2 rows" in text
    assert Party.objects.count() == 0
    assert [item.verb_text for item in queue_for(office.people.manager)] == ["Confirm the import"]
    answer = manager.post(f"/imports/{batch.pk}/do/confirm/", follow=True)
    assert "Done: 2 rows are written." in answer.content.decode()
    assert Application.objects.count() == 2
    assert manager.post(f"/imports/{batch.pk}/do/confirm/").status_code == 409
    assert Application.objects.count() == 2
    assert "list.csv" in page(manager, "/imports/")


def test_a_wrong_file_shows_every_error_and_keeps_nothing(manager, office):
    answer = upload(manager, office, sheet({"amount": "25000.01"}, {"name": "<b>Vardan</b>", "phone": "1"}))
    text = answer.content.decode()
    assert answer.status_code == 400
    assert "2 things in list.csv must be mended first" in text
    assert "This is over the ceiling of the window." in text
    assert "The phone number has 1 digits and needs 6 to 15." in text
    assert Import.objects.count() == Party.objects.count() == 0


@pytest.mark.parametrize("content", [bomb(), b"PK\x03\x04nothing", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(500)])
def test_a_hostile_file_is_one_sentence_at_the_field(manager, office, content):
    answer = upload(manager, office, content, name="list.xlsx")
    text = answer.content.decode()
    assert answer.status_code == 400
    assert '<a href="#id_content">' in text
    assert Import.objects.count() == 0


def test_while_it_runs_the_page_says_how_far_it_is_and_afterwards_why_nothing_was_written(manager, office):
    upload(manager, office, sheet({}))
    batch = Import.objects.get()
    url = f"/imports/{batch.pk}/"
    Import.objects.update(state="reading", rows_done=1200, rows_total=3400)
    assert "1,200 of 3,400 rows checked" in page(manager, url)
    Import.objects.update(state="writing")
    assert "Writing 3,400 rows" in page(manager, url)
    Import.objects.update(touched_at="2026-01-01T00:00:00Z")
    assert "The work stopped in the middle, and all of it was undone." in page(manager, url)
    Import.objects.update(state="failed", message="Row 2 is wrong.")
    assert "Row 2 is wrong." in page(manager, url)


def test_imports_are_their_makers_own_and_not_for_everybody(client, office):
    client.force_login(office.people.manager)
    upload(client, office, sheet({}))
    batch = Import.objects.get()
    client.force_login(office.people.secretary)
    page(client, f"/imports/{batch.pk}/", status=404)
    assert client.post(f"/imports/{batch.pk}/do/confirm/").status_code == 404
    for user in (office.people.adviser, office.people.field_agent, office.people.monitor, office.people.maker):
        client.force_login(user)
        assert client.get("/imports/").status_code == 403
        assert client.get("/imports/export/applicants.csv").status_code == 403
        assert upload(client, office, sheet({})).status_code == 403
    assert Import.objects.count() == 1


def test_the_confirmation_is_a_post(manager, office):
    upload(manager, office, sheet({}))
    assert manager.get(f"/imports/{Import.objects.get().pk}/do/confirm/").status_code == 405


@pytest.mark.parametrize("kind", ["applicants", "applications"])
def test_the_template_has_the_columns_and_says_what_goes_where(manager, office, kind):
    text = b"".join(manager.get(f"/imports/template/{kind}.csv").streaming_content).decode("utf-8-sig")
    headers = next(csv.reader(io.StringIO(text)))
    assert "name" in headers
    assert ("amount" in headers) == (kind == "applications")
    book = CalamineWorkbook.from_filelike(
        io.BytesIO(b"".join(manager.get(f"/imports/template/{kind}.xlsx?programme=spring").streaming_content))
    )
    assert book.sheet_names == ["Rows", "Columns", "Allowed values"]
    assert book.get_sheet_by_index(0).to_python()[0] == headers
    assert ["region", "Lori", ""] in book.get_sheet_by_index(2).to_python()
    page(manager, "/imports/template/other.csv", status=404)
    page(manager, f"/imports/template/{kind}.pdf", status=404)


def without_adviser(content):
    """The rows of an exported file as a CSV, for an office that has another adviser."""
    table = read_table(io.BytesIO(content))
    out = io.StringIO()
    writer = csv.DictWriter(out, table.headers)
    writer.writeheader()
    writer.writerows({**row.cells, "adviser": ""} for row in table.rows)
    return out.getvalue().encode()


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_what_goes_out_is_inert_and_comes_back_whole(manager, office, ending):
    for number, name in enumerate(ODD_NAMES):
        registered_person(office, name, birth_year=1950 + number, phone=f"093 00 00 0{number}")
    content = b"".join(manager.get(f"/imports/export/applicants.{ending}").streaming_content)
    if ending == "csv":
        assert "'=HYPERLINK" in content.decode("utf-8-sig")
    else:
        lines = CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0).to_python()
        assert '\'=HYPERLINK("x")' in [line[1] for line in lines]
    second = grant_office("autumn")
    manager.force_login(second.people.manager)
    answer = upload(manager, second, without_adviser(content), kind="applicants")
    # Everybody is on the register, in another programme: held, row by row, with nothing said of where.
    assert answer.status_code == 400
    assert answer.content.decode().count("Hold: ask the data protection person") == len(ODD_NAMES)
    Party.objects.update(phone_digits="", search_key="")
    upload(manager, second, without_adviser(content), kind="applicants")
    manager.post(f"/imports/{Import.objects.get().pk}/do/confirm/")
    came = Party.objects.order_by("pk")[len(ODD_NAMES) :]
    assert [(party.name, party.birth_year) for party in came] == [
        (name, 1950 + number) for number, name in enumerate(ODD_NAMES)
    ]


def test_applications_go_out_in_the_columns_of_the_import(manager, office):
    case = draft_application(office)
    content = b"".join(manager.get("/imports/export/applications.csv").streaming_content).decode("utf-8-sig")
    row = next(csv.DictReader(io.StringIO(content)))
    assert (row["reference"], row["window"], row["amount"]) == (
        case.applicant.ref,
        "spring-window",
        f"{case.asked_amount / 100:.2f}",
    )
    event = Event.objects.get(kind="list.export")
    assert (event.subject, event.programme) == ("list:applications", "spring")


def test_a_file_prepared_on_another_day_is_no_longer_on_the_desk(manager, office):
    upload(manager, office, sheet({}))
    with standing_at(DAY.replace(day=13)):
        assert queue_for(office.people.manager) == []
