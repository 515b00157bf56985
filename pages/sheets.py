"""Tables as files: CSV and XLSX out, inert; CSV and XLSX in, checked before they are opened."""

import csv
import io
import zipfile
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal

import python_calamine
import xlsxwriter
from django.http import HttpResponse, StreamingHttpResponse
from django.utils.translation import gettext_lazy as _

from audit.refusals import Invalid

# Spreadsheets run what begins with these, in their full-width forms too.
ACTIVE = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
MOST_BYTES = 20 * 1024 * 1024
MOST_UNPACKED = 100 * 1024 * 1024
MOST_RATIO = 120
MOST_ROWS = 50_000
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def inert(value):
    """Text that no spreadsheet runs: a leading apostrophe before what would be a formula. Numbers stay numbers."""
    if isinstance(value, str) and value.startswith(ACTIVE):
        return f"'{value}"
    return value


def cell(value):
    """A value as a cell: texts inert, dates ISO, Decimals plain."""
    if value is None:
        return ""
    if isinstance(value, bool | int):
        return value
    if isinstance(value, datetime):
        return value.isoformat(sep=" ", timespec="seconds")
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, Decimal):
        return format(value, "f")
    return inert(str(value))


class _Echo:
    def write(self, value):
        return value


def csv_lines(headers, rows):
    """Yield the lines of a CSV file (UTF-8 with BOM, so that spreadsheets read every script)."""
    writer = csv.writer(_Echo())
    yield "\ufeff" + writer.writerow([cell(header) for header in headers])
    for row in rows:
        yield writer.writerow([cell(value) for value in row])


def csv_response(name, headers, rows):
    response = StreamingHttpResponse(csv_lines(headers, rows), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return response


def xlsx_bytes(sheets):
    """An XLSX file of `sheets`: pairs of (title, rows), the first row being the headers. Decimals become numbers.

    Nothing is written as a formula or a link, whatever it looks like.
    """
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(
        buffer,
        {
            "constant_memory": True,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
        },
    )
    bold = book.add_format({"bold": True, "text_wrap": True, "valign": "top"})
    day = book.add_format({"num_format": "yyyy-mm-dd"})
    for title, rows in sheets:
        sheet = book.add_worksheet(title[:31])
        sheet.freeze_panes(1, 0)
        for number, row in enumerate(rows):
            for column, value in enumerate(row):
                if number == 0:
                    sheet.write_string(number, column, str(cell(value)), bold)
                elif isinstance(value, bool):
                    sheet.write_boolean(number, column, value)
                elif isinstance(value, int | Decimal):
                    sheet.write_number(number, column, value)
                elif isinstance(value, date) and not isinstance(value, datetime):
                    sheet.write_datetime(number, column, datetime(value.year, value.month, value.day), day)  # noqa: DTZ001
                elif value is not None and value != "":
                    sheet.write_string(number, column, str(cell(value)))
    book.close()
    return buffer.getvalue()


def xlsx_response(name, headers, rows):
    response = HttpResponse(xlsx_bytes([("Rows", [headers, *rows])]), content_type=XLSX)
    response["Content-Disposition"] = f'attachment; filename="{name}.xlsx"'
    return response


@dataclass(frozen=True)
class Table:
    """What was read: headers, and rows as (row number in the file, {header: text})."""

    headers: list
    rows: list


def read_table(content, name=""):
    """Read a CSV or XLSX file (bytes) into a Table of texts.

    Raises Invalid with one sentence for a file that is empty, broken, too large, packed too tightly, protected by a
    password, or of another kind.
    """
    if not content:
        raise Invalid(_("The file is empty."))
    if len(content) > MOST_BYTES:
        raise Invalid(_("The file is larger than %(most)s MB. Divide it.") % {"most": MOST_BYTES // 1024 // 1024})
    if content.startswith(b"\xd0\xcf\x11\xe0"):
        raise Invalid(_("The file is protected by a password or is in the old XLS format. Save it as XLSX without one."))
    lines = _xlsx_lines(content) if content.startswith(b"PK") else _csv_lines(content)
    return _table(lines)


def _xlsx_lines(content):
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            sizes = [(info.file_size, info.compress_size) for info in packed.infolist()]
            names = set(packed.namelist())
    except (zipfile.BadZipFile, OSError, ValueError) as wrong:
        raise Invalid(_("The file is broken: it cannot be opened as XLSX.")) from wrong
    unpacked = sum(size for size, _packed in sizes)
    if unpacked > MOST_UNPACKED or any(size > 1_000_000 and size > packed * MOST_RATIO for size, packed in sizes):
        raise Invalid(_("The file unpacks to far more than it seems. It was not opened."))
    if "xl/workbook.xml" not in names:
        raise Invalid(_("The file is not an XLSX workbook."))
    try:
        book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(content))
        rows = book.get_sheet_by_index(0).to_python(skip_empty_area=False)
    except Exception as wrong:
        raise Invalid(_("The file is broken: its first sheet cannot be read.")) from wrong
    return [[_text(value) for value in row] for row in rows]


def _csv_lines(content):
    for encoding in ("utf-8-sig", "cp1251"):
        try:
            text = content.decode(encoding)
            break
        except UnicodeDecodeError:
            continue
    else:
        raise Invalid(_("The letters of the file cannot be read. Save it as CSV in UTF-8."))
    if "\x00" in text:
        raise Invalid(_("The file is neither CSV nor XLSX."))
    first = text.split("\n", 1)[0]
    mark = max(",;\t", key=first.count)
    try:
        return [[value.strip() for value in row] for row in csv.reader(io.StringIO(text), delimiter=mark)]
    except csv.Error as wrong:
        raise Invalid(_("The file cannot be read as CSV: %(why)s.") % {"why": wrong}) from wrong


def _text(value):
    if value is None:
        return ""
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else repr(value)
    if isinstance(value, date | datetime):
        return value.isoformat()[:10]
    return str(value).strip()


def _table(lines):
    while lines and not any(lines[0]):
        lines.pop(0)
    if not lines:
        raise Invalid(_("The file has no rows."))
    headers = [header.strip() for header in lines[0]]
    while headers and not headers[-1]:
        headers.pop()
    doubled = {header for header in headers if headers.count(header) > 1}
    if not headers or doubled or "" in headers:
        raise Invalid(_("The first row must name each column once."))
    rows = []
    for number, line in enumerate(lines[1:], 2):
        if not any(line):
            continue
        if len(rows) == MOST_ROWS:
            raise Invalid(_("The file has more than %(most)s rows. Divide it.") % {"most": MOST_ROWS})
        padded = [*line, *[""] * len(headers)]
        rows.append((number, {header: _no_apostrophe(padded[place]) for place, header in enumerate(headers)}))
    return Table(headers, rows)


def _no_apostrophe(text):
    """Undo what `inert` did, so that an exported file can be read back."""
    if text.startswith("'") and text[1:].startswith(ACTIVE):
        return text[1:]
    return text
