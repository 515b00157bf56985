"""Sheets: what leaves is inert in every spreadsheet, what comes in is looked at before it is opened."""

import io
import zipfile
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from audit.refusals import Invalid
from ledger.money import Money
from pages import sheets
from pages.sheets import csv_lines, inert, read_table, xlsx_bytes

ACTIVE = [
    "=1+1",
    "+374 93 00 01 23",
    "-5",
    "@SUM(A1)",
    "\tx",
    "\rx",
    "\uff1dcmd",
    "\uff0bx",
    "\uff0dx",
    "\uff20x",
    " =1+1",
]


def workbook(rows):
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer) as book:
        sheet = book.add_worksheet()
        for line, row in enumerate(rows):
            for column, value in enumerate(row):
                if value is not None:
                    sheet.write(line, column, value)
    buffer.seek(0)
    return buffer


def refused(content):
    with pytest.raises(Invalid) as caught:
        read_table(content if hasattr(content, "read") else io.BytesIO(content))
    return str(caught.value.sentence)


@pytest.mark.parametrize("text", ACTIVE)
def test_text_that_a_spreadsheet_would_run_gets_an_apostrophe(text):
    assert inert(text) == f"'{text}"


@pytest.mark.parametrize("text", ["Smith & Sons <Ltd>", "Անահիտ", "", "a=1", "'quoted", "1,200.00", "<img src=x>"])
def test_other_text_stays_as_it_is(text):
    assert inert(text) == text


def test_numbers_stay_numbers_and_an_amount_becomes_a_decimal():
    assert [inert(-5), inert(Decimal("-1.50")), inert(Money(-120050, "EUR"))] == [
        -5,
        Decimal("-1.50"),
        Decimal("-1200.50"),
    ]


@given(st.text())
def test_no_text_ever_leaves_as_a_formula(text):
    first = inert(text)[:1]
    assert first not in ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")


def test_csv_begins_with_a_byte_order_mark_and_writes_iso_dates_and_plain_amounts():
    when = datetime(2026, 3, 12, 8, 30, tzinfo=UTC)
    lines = list(csv_lines(["Name", "=Sum"], [["Ա, Բ", Money(120000, "EUR")], [date(2026, 3, 12), when], [None, True]]))
    assert lines == [
        "\ufeffName,'=Sum\r\n",
        '"Ա, Բ",1200.00\r\n',
        "2026-03-12,2026-03-12T08:30:00+00:00\r\n",
        ",Yes\r\n",
    ]


def test_xlsx_holds_text_numbers_and_dates_and_no_formula():
    rows = [['=HYPERLINK("x")', Money(120000, "EUR"), date(2026, 3, 12)], ["http://x.test", 7, None]]
    file = xlsx_bytes([("Applications: all [2026]", ["=Head", "Asked", "Day"], rows)])
    with zipfile.ZipFile(file) as archive:
        sheet = archive.read("xl/worksheets/sheet1.xml").decode()
        parts = archive.namelist()
    assert "<f>" not in sheet
    assert not any("rels" in name and "worksheets" in name for name in parts)
    file.seek(0)
    book = CalamineWorkbook.from_filelike(file)
    assert book.sheet_names == ["Applications  all  2026"]
    assert book.get_sheet_by_index(0).to_python() == [
        ["'=Head", "Asked", "Day"],
        ['\'=HYPERLINK("x")', 1200.0, date(2026, 3, 12)],
        ["http://x.test", 7.0, ""],
    ]


def test_what_was_exported_reads_back_as_it_was():
    rows = [["=1+1", "+374", "Անահիտ"], ["Smith & Sons <Ltd>", "'x", "-5"]]
    text = "".join(csv_lines(["a", "b", "c"], rows)).encode()
    table = read_table(io.BytesIO(text))
    assert [list(row.cells.values()) for row in table.rows] == rows


def test_rows_keep_the_line_number_that_the_user_sees():
    table = read_table(workbook([[None, None], ["Name", "Amount"], [None, None], ["Անի", 12.0], ["Գոռ", 12.5]]))
    assert table.headers == ["Name", "Amount"]
    assert [(row.number, row.cells) for row in table.rows] == [
        (4, {"Name": "Անի", "Amount": 12}),
        (5, {"Name": "Գոռ", "Amount": 12.5}),
    ]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1251", "utf-16"])
def test_csv_is_read_in_the_encodings_that_offices_send(encoding):
    table = read_table(io.BytesIO("Имя;Сумма\nАйгуль;12,5\n".encode(encoding)))
    assert [row.cells for row in table.rows] == [{"Имя": "Айгуль", "Сумма": "12,5"}]


@pytest.mark.parametrize("mark", [",", ";", "\t"])
def test_csv_is_read_with_the_separator_that_its_head_uses(mark):
    table = read_table(io.BytesIO(f"a{mark}b\n1{mark}2\n".encode()))
    assert [row.cells for row in table.rows] == [{"a": "1", "b": "2"}]


def test_an_empty_file_is_refused():
    assert refused(b"") == "This file is empty."
    assert refused(b" \n\n") == "This file is empty."


def test_a_workbook_with_a_password_is_refused_and_the_user_told_to_take_it_off():
    assert "Take the password off" in refused(sheets.OLE + b"\x00" * 600)


def test_a_broken_workbook_is_refused():
    whole = workbook([["Name"], ["x"]]).getvalue()
    for broken in (whole[: len(whole) // 2], b"PK\x03\x04 nothing"):
        assert "broken" in refused(broken)


def test_a_workbook_whose_sheet_is_no_xml_is_refused():
    buffer = io.BytesIO()
    with zipfile.ZipFile(workbook([["Name"], ["x"]])) as old, zipfile.ZipFile(buffer, "w") as new:
        for name in old.namelist():
            new.writestr(name, b"<oops" if "sheet1" in name else old.read(name))
    assert "broken" in refused(buffer.getvalue())


def test_a_zip_bomb_is_refused_by_its_directory_without_being_unpacked(monkeypatch):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * (101 * 1024 * 1024))
    monkeypatch.setattr(sheets.CalamineWorkbook, "from_filelike", None, raising=False)
    assert "unpacks to far more" in refused(buffer.getvalue())


def test_a_small_file_that_unpacks_a_thousandfold_is_refused():
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * (5 * 1024 * 1024))
    assert "unpacks to far more" in refused(buffer.getvalue())


def test_a_directory_that_lies_about_sizes_does_not_get_its_bomb_unpacked(monkeypatch):
    monkeypatch.setattr(sheets, "LARGEST_UNPACKED", 1024 * 1024)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * (3 * 1024 * 1024))
        archive.infolist()[0].file_size = 20
    assert "unpacks to far more" in refused(buffer.getvalue())


@pytest.mark.parametrize(
    ("place", "said"), [((1_048_575, 0), "more than 50,000 rows"), ((0, 16_383), "more than 100 columns")]
)
def test_one_cell_in_the_last_corner_does_not_lay_out_the_whole_sheet(place, said, monkeypatch):
    rows = workbook([["Name"]])
    with xlsxwriter.Workbook(rows) as book:
        sheet = book.add_worksheet()
        sheet.write(0, 0, "Name")
        sheet.write(*place, "x")
    monkeypatch.setattr(sheets.CalamineWorkbook, "from_filelike", None, raising=False)
    assert said in refused(rows)


def test_a_zip_that_is_no_workbook_is_refused():
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("letter.txt", b"hello")
    assert "no XLSX workbook" in refused(buffer.getvalue())


def test_a_picture_or_program_is_refused():
    assert "neither an XLSX nor a CSV" in refused(b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR")


def test_a_file_larger_than_the_limit_is_refused_before_it_is_read(monkeypatch):
    monkeypatch.setattr(sheets, "LARGEST_FILE", 1024 * 1024)
    assert "larger than 1 MiB" in refused(b"a,b\n" + b"1,2\n" * 300_000)


def test_too_many_rows_are_refused_with_the_limit():
    with pytest.raises(Invalid, match="more than 3 rows"):
        read_table(io.BytesIO(b"a\n1\n2\n3\n4\n"), most_rows=3)
    with pytest.raises(Invalid, match="more than 3 rows"):
        read_table(workbook([["a"], [1], [2], [3], [4]]), most_rows=3)
    assert len(read_table(io.BytesIO(b"a\n1\n2\n3\n"), most_rows=3).rows) == 3


def test_a_heading_that_is_missing_or_stands_twice_is_named():
    assert refused(b"a,,c\n1,2,3\n") == "Column 2 has no heading."
    assert refused(b"a,b,a\n1,2,3\n") == "The heading “a” stands there twice."


def test_a_row_with_more_cells_than_the_head_is_named():
    assert refused(b"a,b\n1,2\n1,2,3\n") == "Row 3 has more cells than the head of the table."


def test_quotation_marks_that_do_not_close_name_the_line():
    assert "line 3" in refused(b'a,b\n1,2\n"x,2\n')


@given(st.binary(max_size=400))
def test_no_file_whatever_it_holds_ends_in_anything_but_a_table_or_one_sentence(content):
    sentences = set()
    for candidate in (content, b"PK\x03\x04" + content):
        try:
            read_table(io.BytesIO(candidate))
        except Invalid as refusal:
            sentences.add(str(refusal.sentence))
    assert "" not in sentences
