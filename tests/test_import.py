"""Files of applicants and applications: read, checked row by row, written whole or not at all."""

import csv
import io
import json
import zipfile
from datetime import date
from decimal import Decimal

import pytest
from django.core.management import CommandError, call_command

from applicants.importing import make_plan
from applicants.models import Application, BusinessPlan, Consent, Enrolment, Import, Party
from applicants.resources import PartyResource
from applicants.services import (
    confirm_import,
    give_consent,
    prepare_import,
    register_party,
    start_application,
    write_import,
)
from applicants.services.imports import file_of
from applicants.tasks import run_import
from audit import chain
from audit.models import Event
from audit.refusals import Blocked, Invalid, NotAllowed
from pages.sheets import read_table, xlsx_bytes
from programmes.models import AmountBand
from tests.office import DAY, grant_office
from tests.steps_applicants import registered_person

ROW = {
    "name": "Anahit Sargsyan",
    "name_in_own_script": "Անահիտ Սարգսյան",
    "sex": "woman",
    "birth_year": "1984",
    "region": "Lori",
    "village": "Gyulagarak",
    "phone": "093 00 01 23",
    "sector": "cheese",
    "adviser": "SPRING-01@seedbed.test",
    "consent": "paper",
    "consent_on": "10.03.2026",
    "window": "spring-window",
    "title": "A cooler for the shop",
    "amount": "12,000.00",
    "own_amount": "3000.00",
    "term_months": "",
}
ODD_NAMES = ["Smith & Sons <Ltd>", '=HYPERLINK("x")', "<img src=x onerror=alert(1)>", "Անահիտ Սարգսյան", "＝cmd|x"]


@pytest.fixture(autouse=True)
def files(settings, tmp_path):
    settings.VAR_DIR = tmp_path


def sheet(*rows, kind="csv"):
    rows = [{**ROW, **row} for row in rows]
    if kind == "xlsx":
        return xlsx_bytes([("Rows", list(rows[0]), [list(row.values()) for row in rows])]).read()
    out = io.StringIO()
    writer = csv.DictWriter(out, list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().encode()


def planned(office, content, by=None, kind="applications"):
    table = read_table(io.BytesIO(content))
    return make_plan(kind, table, programme=office.programme, by=by or office.people.manager, on=DAY)


def written(office, content, kind="applications"):
    by = office.people.manager
    plan = planned(office, content, kind=kind)
    batch = prepare_import(
        programme=office.programme, kind=kind, name="list.csv", content=content, rows_total=plan.total, on=DAY, by=by
    )
    return write_import(batch=batch, plan=plan, on=DAY, by=by)


def said(plan):
    return [(error.row, error.column, error.value, error.reason) for error in plan.errors]


def columns(row, *leave_out):
    return {
        field.attname: getattr(row, field.attname)
        for field in row._meta.concrete_fields
        if field.attname not in ("id", *leave_out)
    }


def test_who_owns_a_business_comes_with_it_and_leaves_with_it(office):
    row = {"kind": "enterprise", "name": "Sargsyan Dairy", "sex": "", "birth_year": "", "women_owned_pct": "60,5 %"}
    row = {**row, "has_board": "No", "woman_chief": "yes", "women_leaders_pct": ""}
    left_out = ("window", "title", "amount", "own_amount", "term_months")

    def file(**facts):
        rows = list(csv.DictReader(io.StringIO(sheet({**row, **facts}).decode())))
        out = io.StringIO()
        writer = csv.DictWriter(out, [name for name in rows[0] if name not in left_out], extrasaction="ignore")
        writer.writeheader()
        writer.writerows(rows)
        return out.getvalue().encode()

    assert [error[1] for error in said(planned(office, file(women_owned_pct="101"), kind="applicants"))] == [
        "women_owned_pct"
    ]
    assert said(planned(office, file(women_board_pct="30"), kind="applicants"))[0][1] == "has_board"
    assert "has owners" in said(planned(office, file(kind="person"), kind="applicants"))[0][3]
    written(office, file(), kind="applicants")
    party = Party.objects.get(name="Sargsyan Dairy")
    said_of = party.ownerships.get()
    assert (said_of.women_owned_pct, said_of.has_board, said_of.woman_chief) == (Decimal("60.5"), False, True)
    assert (said_of.women_leaders_pct, said_of.as_of) == (None, DAY)
    resource = PartyResource(programme=office.programme)
    (again,) = resource.rows_of(Party.objects.filter(pk=party.pk))
    cells = [resource.owned(again, name) for name in ("women_owned_pct", "has_board", "woman_chief", "two_x_minimum")]
    assert cells == ["60.5", "no", "yes", ""]


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_a_row_of_a_file_becomes_the_same_rows_as_the_single_services_make(office, kind):
    AmountBand.objects.create(window=office.window, from_amount=1_000_000, plan_form="full", assessors=2, visits=4)
    by = office.people.manager
    single = register_party(
        kind="person",
        name=ROW["name"],
        name_script=ROW["name_in_own_script"],
        sex="female",
        birth_year=1985,
        village=office.village,
        phone="093 00 01 24",
        sector="cheese",
        programme=office.programme,
        region=office.region,
        adviser=office.people.adviser,
        on=DAY,
        by=by,
    )
    consent = give_consent(
        party=single, programme=office.programme, purpose="processing", text_version="1", on=date(2026, 3, 10), by=by
    )
    one = start_application(
        call=office.call,
        window=office.window,
        applicant=single,
        title=ROW["title"],
        asked_amount=1_200_000,
        on=DAY,
        by=office.people.adviser,
    )
    written(office, sheet({}, kind=kind))
    person = Party.objects.exclude(pk=single.pk).get()
    other = Application.objects.exclude(pk=one.pk).get()
    assert (person.ref, other.ref) == ("P-000002", "A-2026-00002")
    differ = ("ref", "birth_year", "phone", "phone_digits")
    assert columns(person, *differ) == columns(Party.objects.get(pk=single.pk), *differ)
    leave = ("history_id", "history_date", *differ)
    history, first = person.history.get(), single.history.get()
    assert columns(history, *leave) == columns(first, *leave)
    assert columns(Enrolment.objects.get(party=person), "party_id") == columns(
        Enrolment.objects.get(party=single), "party_id"
    )
    assert columns(Consent.objects.get(party=person), "party_id") == columns(consent, "party_id")
    leave = ("ref", "applicant_id", "own_amount")
    assert columns(other, *leave) == columns(Application.objects.get(pk=one.pk), *leave)
    assert other.own_amount == 300_000
    assert columns(BusinessPlan.objects.get(application=other), "application_id") == columns(
        BusinessPlan.objects.get(application=one), "application_id"
    )
    births = list(Event.objects.filter(kind="application.create").order_by("seq"))
    assert [event.body.replace("P-000002", "P-000001") for event in births] == [births[0].body] * 2
    assert [(event.state_from, event.state_to, event.programme) for event in births] == [("", "draft", "spring")] * 2
    assert list(chain.faults()) == []


def test_an_import_is_one_event_with_references_only(office):
    batch = written(office, sheet({}, {"name": "Vardan Petrosyan", "sex": "man", "phone": ""}))
    event = Event.objects.get(kind="import.write")
    body = json.loads(event.body)
    assert body["parties"] == [{"first": "P-000001", "last": "P-000002", "count": 2}]
    assert body["applications"] == [{"first": "A-2026-00001", "last": "A-2026-00002", "count": 2}]
    assert "Anahit" not in event.body
    assert (batch.state, batch.rows_done) == ("done", 2)


def test_after_an_import_the_next_single_row_takes_the_next_number(office):
    written(office, sheet({}))
    assert registered_person(office, "Vardan Petrosyan").ref == "P-000002"
    assert Party.objects.count() == 2


@pytest.mark.parametrize("name", ODD_NAMES)
@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_a_name_comes_through_a_file_whole(office, name, kind):
    written(office, sheet({"name": name, "name_in_own_script": ""}, kind=kind))
    assert Party.objects.get().name == name


UNSEEN, ANEW = "This holds the invisible character", "Type it anew instead of pasting it."


@pytest.mark.parametrize(
    ("cells", "column", "reason"),
    [
        ({"name": ""}, "name", "This must be filled in."),
        ({"name": "--"}, "name", "Enter the name."),
        ({"kind": "animal"}, "kind", "Use one of: person, household, group, enterprise, municipality."),
        ({"kind": "enterprise"}, "kind", "Only a person has a sex and a year of birth."),
        ({"sex": "both"}, "sex", "Use one of: woman, female, f, w, man, male, m, unknown, not known."),
        ({"birth_year": "84 or so"}, "birth_year", "This is not a whole number."),
        (
            {"birth_year": "1915"},
            "birth_year",
            "A person is 15 to 110 years old: the year lies between 1916 and 2011.",
        ),
        ({"name": "Anna\u2066 K"}, "name", f"{UNSEEN} U+2066. {ANEW}"),
        ({"title": "Oven\x1b"}, "title", f"{UNSEEN} U+001B. {ANEW}"),
        ({"region": "Bavaria"}, "region", "There is no such region here."),
        ({"village": "Munich"}, "village", "There is no such town or village here."),
        ({"phone": "12"}, "phone", "The phone number has 2 digits and needs 6 to 15."),
        ({"adviser": "nobody@seedbed.test"}, "adviser", "There is no such adviser here."),
        ({"adviser": ""}, "adviser", "An application has an adviser. Enter the e-mail."),
        ({"consent": ""}, "consent", "This must be filled in."),
        ({"consent": "yes"}, "consent", "Use one of: paper, witness, electronic."),
        ({"consent_on": "31.02.2026"}, "consent_on", "This is not a date. Write it as 27.03.2026."),
        ({"consent_on": "13.03.2026"}, "consent_on", "This date lies in the future."),
        ({"window": "autumn-window"}, "window", "There is no such window here."),
        ({"title": ""}, "title", "This must be filled in."),
        ({"amount": "0"}, "amount", "The amount must be above zero."),
        ({"amount": "25000.01"}, "amount", "This is over the ceiling of the window."),
        ({"own_amount": "-1"}, "own_amount", "The amount must not be below zero."),
        ({"term_months": "121"}, "term_months", "A loan is repaid in 1 to 120 months."),
    ],
)
def test_a_wrong_cell_is_named_by_row_column_value_and_reason(office, cells, column, reason):
    grant_office("autumn")
    row = {**({"kind": "person"} if "kind" in cells else {}), **cells}
    first = {"name": "Vardan Petrosyan", "phone": "", **({"kind": "person"} if "kind" in cells else {})}
    plan = planned(office, sheet(first, row))
    assert (3, column, row.get(column, ""), reason) in said(plan)
    assert {error.row for error in plan.errors} == {3}


@pytest.mark.parametrize(("amount", "errors"), [("24999.99", 0), ("25000.00", 0), ("25000.01", 1)])
def test_an_amount_up_to_the_ceiling_is_right_and_a_cent_more_is_not(office, amount, errors):
    assert len(planned(office, sheet({"amount": amount})).errors) == errors


def test_one_wrong_row_among_many_and_nothing_is_written(office):
    rows = [{"name": f"Vardan Petrosyan {number}", "phone": ""} for number in range(50)]
    rows[30]["birth_year"] = "long ago"
    with pytest.raises(Invalid, match="Nothing was written"):
        written(office, sheet(*rows))
    assert Party.objects.count() == Application.objects.count() == 0


def test_a_wrong_heading_is_named_before_any_row(office):
    content = sheet({}).replace(b"birth_year", b"birthday").replace(b"consent,", b"agreed,")
    assert said(planned(office, content)) == [
        (1, "birthday", "birthday", "The template has no such column."),
        (1, "agreed", "agreed", "The template has no such column."),
        (1, "consent", "", "This column is missing."),
    ]


def test_headings_may_be_written_as_people_write_them(office):
    content = sheet({}).replace(b"name_in_own_script", b"Name in own script ").replace(b"birth_year", b"Birth year*")
    assert said(planned(office, content)) == []


def test_the_same_person_twice_in_a_file_is_named_with_the_first_row(office):
    plan = planned(office, sheet({}, {"name": "Sargsyan Anahit", "phone": ""}, {"name": "Անահիտ Սարգսյան"}))
    assert [(row, reason) for row, _column, _value, reason in said(plan)] == [
        (3, "This is the same as row 2."),
        (4, "This is the same as row 2."),
    ]


@pytest.mark.parametrize(
    ("known", "twice"),
    [
        ({"name": "Sargsyan Anahit"}, True),
        ({"name": "Անահիտ Սարգսյան", "birth_year": 1984}, True),
        ({"name": "Anahit Sargsyan", "birth_year": 1985}, False),
        ({"name": "Anahit Sarkisyan", "birth_year": 1985, "phone": "+374 93 000123"}, True),
        ({"name": "Vardan Petrosyan", "phone": "+374 93 000123"}, False),
    ],
)
def test_the_register_is_asked_in_any_order_of_words_script_and_form_of_phone(office, known, twice):
    registered_person(office, **known)
    assert len(planned(office, sheet({})).errors) == twice


def test_who_is_on_the_register_is_named_by_reference_and_the_reference_is_taken(office):
    person = registered_person(office, ROW["name"], name_script=ROW["name_in_own_script"])
    plan = planned(office, sheet({}))
    assert said(plan) == [
        (
            2,
            "name",
            "Anahit Sargsyan",
            "P-000001 is on the register with this name. Put that into the column “reference”, or leave the row out.",
        )
    ]
    written(office, sheet({"reference": "P-000001", "name": ""}))
    assert Application.objects.get().applicant == person
    assert Party.objects.count() == 1
    assert said(planned(office, sheet({"reference": "P-000009"}))) == [
        (2, "reference", "P-000009", "There is no such reference here.")
    ]


def test_a_person_of_a_confidential_programme_holds_the_row_and_no_reference_leads_there(office):
    hidden = registered_person(
        grant_office("quiet", confidential=True), ROW["name"], name_script=ROW["name_in_own_script"]
    )
    plan = planned(office, sheet({}))
    assert [error.reason[:5] for error in plan.errors] == ["Hold:"]
    assert hidden.ref not in plan.errors[0].sentence
    assert said(planned(office, sheet({"reference": hidden.ref}))) == [
        (2, "reference", hidden.ref, "There is no such reference here.")
    ]


def test_only_those_who_may_import_do(office):
    content = sheet({})
    for by in (office.people.adviser, office.people.field_agent, office.people.monitor, office.people.administrator):
        with pytest.raises(NotAllowed):
            prepare_import(
                programme=office.programme,
                kind="applications",
                name="x",
                content=content,
                rows_total=1,
                on=DAY,
                by=by,
            )


# --- broken and hostile files ----------------------------------------------------------------------------------------


def bomb():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as box:
        box.writestr("[Content_Types].xml", "<Types/>")
        box.writestr("xl/workbook.xml", b"0" * 30_000_000)
    return out.getvalue()


@pytest.mark.parametrize(
    ("what", "content"),
    [
        ("broken", b"PK\x03\x04" + b"no workbook" * 40),
        ("half", None),
        ("a zip bomb", bomb()),
        ("locked by a password", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600),
        ("empty", b""),
        ("a program", b"MZ\x90\x00" + bytes(200)),
        ("too large", b"name\n" + b"x" * (21 * 1024 * 1024)),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_bad_file_is_one_clear_sentence_and_changes_nothing(office, tmp_path, what, content):
    path = tmp_path / "list.xlsx"
    path.write_bytes(content if content is not None else sheet({}, kind="xlsx")[:700])
    with pytest.raises(CommandError) as refused:
        call_command("import_file", path, kind="applications", programme="spring", by=office.people.manager.email)
    assert 15 < len(str(refused.value)) < 200
    assert "Traceback" not in str(refused.value)
    assert Party.objects.count() == Import.objects.count() == 0


# --- in the background -----------------------------------------------------------------------------------------------


def confirmed(office, content):
    by = office.people.manager
    batch = prepare_import(
        programme=office.programme, kind="applications", name="list.csv", content=content, rows_total=1, on=DAY, by=by
    )
    return confirm_import(batch=batch, on=DAY, by=by)


def test_a_confirmed_file_is_written_by_the_worker_and_then_thrown_away(office):
    batch = confirmed(office, sheet({}))
    assert file_of(batch).exists()
    run_import.call(batch.pk)
    batch.refresh_from_db()
    assert (batch.state, batch.rows_done, Party.objects.count()) == ("done", 1, 1)
    assert not file_of(batch).exists()


def test_a_file_is_confirmed_once_and_the_worker_takes_it_once(office):
    batch = confirmed(office, sheet({}))
    with pytest.raises(Blocked, match="being written or is written already"):
        confirm_import(batch=batch, on=DAY, by=office.people.manager)
    run_import.call(batch.pk)
    run_import.call(batch.pk)
    assert Party.objects.count() == 1


def test_what_became_wrong_since_the_preview_is_said_and_nothing_is_written(office):
    batch = confirmed(office, sheet({}))
    registered_person(office, ROW["name"], name_script=ROW["name_in_own_script"])
    run_import.call(batch.pk)
    batch.refresh_from_db()
    assert batch.state == "failed"
    assert batch.message.startswith("Row 2, column “name”, “Anahit Sargsyan”: P-000001 is on the register")
    assert Application.objects.count() == 0


# --- the command -----------------------------------------------------------------------------------------------------


def run(office, path, **options):
    out = io.StringIO()
    call_command(
        "import_file",
        path,
        kind="applications",
        programme="spring",
        by=office.people.secretary.email,
        stdout=out,
        **options,
    )
    return out.getvalue()


def test_the_command_writes_what_the_page_would(office, tmp_path):
    path = tmp_path / "list.csv"
    path.write_bytes(sheet({}))
    assert json.loads(run(office, path, json=True, dry_run=True)) == {
        "kind": "applications",
        "programme": "spring",
        "rows": 1,
        "written": 0,
        "errors": [],
        "more_errors": 0,
    }
    assert Party.objects.count() == 0
    assert run(office, path) == "1 rows written.\n"
    assert Party.objects.count() == Application.objects.count() == 1
    assert Import.objects.get().state == "done"


def test_the_command_names_each_error_and_ends_with_one_line(office, tmp_path):
    path = tmp_path / "list.csv"
    path.write_bytes(sheet({"amount": "25000.01"}, {"name": "Vardan Petrosyan", "phone": "1"}))
    out = io.StringIO()
    with pytest.raises(CommandError) as refused:
        call_command(
            "import_file",
            path,
            kind="applications",
            programme="spring",
            by=office.people.secretary.email,
            json=True,
            stdout=out,
        )
    assert str(refused.value) == (
        "2 errors, nothing was written. Row 2, column “amount”, “25000.01”: This is over the ceiling of the window."
    )
    assert json.loads(out.getvalue())["errors"][1] == {
        "row": 3,
        "column": "phone",
        "value": "1",
        "reason": "The phone number has 1 digits and needs 6 to 15.",
    }


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"programme": "none"}, "There is no programme 'none'"),
        ({"by": "none@seedbed.test"}, "There is no user"),
        ({"by": "spring-01@seedbed.test"}, "not yours to do"),
    ],
)
def test_the_command_refuses_in_one_line(office, tmp_path, options, words):
    path = tmp_path / "list.csv"
    path.write_bytes(sheet({}))
    arguments = {"kind": "applications", "programme": "spring", "by": office.people.manager.email, **options}
    with pytest.raises(CommandError, match=words):
        call_command("import_file", path, **arguments)
    assert Party.objects.count() == 0
