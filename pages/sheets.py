"""Sheets in and out: text that no spreadsheet takes for a formula; tables read only after a look at the wrapping."""

import csv
import io
import re
import unicodedata
import zipfile
import zlib
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from itertools import zip_longest

import xlsxwriter
from django.http import FileResponse, StreamingHttpResponse
from django.utils import timezone, translation
from django.utils.translation import gettext_lazy as _
from python_calamine import CalamineError, CalamineWorkbook

from audit.refusals import Invalid

# A spreadsheet takes a cell that begins like this for a formula; NFKC finds the full-width forms of = + - @.
FORMULA = tuple("=+-@\t\r\n")
# Control characters but tab and line breaks; and letters and digits with which no formula begins, in any form.
CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
SURE = re.compile("[0-9A-Za-z]")
LARGEST_UNPACKED = 100 * 1024 * 1024
LARGEST_RATIO = 100
LARGEST_FILE = 20 * 1024 * 1024
MOST_ROWS = 50_000
MOST_COLUMNS = 100
MOST_PARTS = 2_000
CHUNK = 256 * 1024
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def inert(value):
    """`value` as a cell that stays what it is: numbers and dates as they are, text never a formula.

    Text that begins with = + - @, a tab or a line break (also full-width) gets an apostrophe in front. A control
    character that no file may hold is dropped.
    """
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(_("Yes") if value else _("No"))
    if isinstance(value, int | float | Decimal | date):
        return value
    plain = getattr(value, "plain", None)
    if plain is not None:
        return Decimal(plain)
    text = CONTROL.sub("", str(value))
    if SURE.match(text):
        return text
    first = unicodedata.normalize("NFKC", text.lstrip(" \u00a0\u3000\u200b\ufeff")[:1] or text[:1])
    return f"'{text}" if first.startswith(FORMULA) or text.startswith(FORMULA) else text


def printed(value):
    """The text of a cell in CSV: ISO dates, amounts as decimal strings."""
    value = inert(value)
    if isinstance(value, datetime):
        return (
            timezone.localtime(value).isoformat(timespec="seconds") if timezone.is_aware(value) else value.isoformat()
        )
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return format(value, "f")
    return str(value)


class _Echo:
    """A file that hands back what is written to it, so that rows can be streamed."""

    def write(self, text):
        return text


def csv_lines(headers, rows):
    """CSV as text lines: UTF-8 with a byte order mark, so that spreadsheets read every script."""
    writer = csv.writer(_Echo())
    yield "\ufeff" + writer.writerow([printed(str(header)) for header in headers])
    for row in rows:
        yield writer.writerow([printed(value) for value in row])


def write_csv(headers, rows, name):
    """A streamed CSV download; `name` without ending. Rows are read while they are sent."""
    language = translation.get_language()

    def lines():
        with translation.override(language):
            yield from csv_lines(headers, rows)

    response = StreamingHttpResponse(lines(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return response


def xlsx_bytes(sheets):
    """An XLSX workbook as a file object, in constant memory. `sheets`: [(title, headers, rows)]."""
    book_file = io.BytesIO()
    options = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
        "default_date_format": "dd.mm.yyyy",
        "remove_timezone": True,
    }
    with xlsxwriter.Workbook(book_file, options) as book:
        head = book.add_format({"bold": True, "text_wrap": True, "valign": "top"})
        moment = book.add_format({"num_format": "dd.mm.yyyy hh:mm"})
        for title, headers, rows in sheets:
            sheet = book.add_worksheet(sheet_title(str(title)))
            sheet.freeze_panes(1, 0)
            sheet.set_column(0, max(len(headers) - 1, 0), 18)
            for column, header in enumerate(headers):
                sheet.write_string(0, column, str(inert(str(header))), head)
            for line, row in enumerate(rows, 1):
                for column, value in enumerate(row):
                    _write_cell(sheet, line, column, value, moment)
    book_file.seek(0)
    return book_file


def _write_cell(sheet, line, column, value, moment):
    value = inert(value)
    if isinstance(value, datetime):
        sheet.write_datetime(line, column, timezone.localtime(value) if timezone.is_aware(value) else value, moment)
    elif isinstance(value, date):
        sheet.write_datetime(line, column, value)
    elif isinstance(value, int | float | Decimal):
        sheet.write_number(line, column, value)
    elif value != "":
        sheet.write_string(line, column, value[:32_767])


def sheet_title(text):
    """A name that a worksheet may have: 31 letters, none of []:*?/\\ and no apostrophe at the ends."""
    return "".join(" " if letter in "[]:*?/\\" else letter for letter in text)[:31].strip("' ") or "1"


def write_xlsx(headers, rows, name, title=None):
    """An XLSX download; `name` without ending."""
    file = xlsx_bytes([(title or name, headers, rows)])
    return FileResponse(file, as_attachment=True, filename=f"{name}.xlsx", content_type=XLSX_TYPE)


# Reading ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Row:
    """A row of a table that was read: `number` is the line of the sheet, as the user sees it."""

    number: int
    cells: dict


@dataclass(frozen=True)
class Table:
    headers: list
    rows: list


def read_table(file, *, most_rows=MOST_ROWS, sheet=0):
    """The table in an uploaded CSV or XLSX file: headers and rows (empty lines left out).

    Raises Invalid with one clear sentence when the file is empty, too large, broken, locked by a password, of
    another kind, or unpacks to too much. Nothing is unpacked before the zip directory was looked at.
    """
    content = _content(file)
    if content.startswith(OLE):
        raise Invalid(
            _(
                "This file is locked with a password or is an old .xls file. "
                "Take the password off, save it as .xlsx, and send it again."
            )
        )
    if content.startswith(b"PK"):
        lines = _xlsx_lines(content, sheet, most_rows)
    elif b"\x00" in content[:4096] and not content.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise Invalid(_("This is neither an XLSX nor a CSV file. Save the sheet as one of the two and send it again."))
    else:
        lines = _csv_lines_of(content, most_rows)
    return _table(lines)


def _content(file):
    size = getattr(file, "size", None)
    if size is not None and size > LARGEST_FILE:
        raise Invalid(_too_large_file())
    file.seek(0)
    content = file.read(LARGEST_FILE + 1)
    if len(content) > LARGEST_FILE:
        raise Invalid(_too_large_file())
    if not content.strip():
        raise Invalid(_("This file is empty."))
    return content


def _too_large_file():
    return _("This file is larger than %(size)s MiB. Divide it and send the parts.") % {
        "size": LARGEST_FILE // 1024 // 1024
    }


def _xlsx_lines(content, sheet, most_rows):
    _look_at_zip(content, most_rows)
    try:
        page = CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(sheet)
        # The sheet's own line numbers: what stands above the first filled line is counted too.
        return list(enumerate(page.to_python(skip_empty_area=False), 1))
    except (CalamineError, zipfile.BadZipFile, IndexError, ValueError, KeyError, OSError) as wrong:
        raise Invalid(_broken()) from wrong


def _broken():
    return _("This XLSX file is broken and cannot be read. Open it, save it anew and send it again.")


def _look_at_zip(content, most_rows):
    """Refuse what is no workbook, is encrypted, or would unpack to more than it should.

    The directory is asked first. Then the parts are unpacked piece by piece and thrown away, because a directory can
    lie about sizes, and because one cell in the last corner makes the reader lay out the whole sheet.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            parts = archive.infolist()
            if any(part.flag_bits & 0x1 for part in parts):
                raise Invalid(_("This file is locked with a password. Take the password off and send it again."))
            unpacked = sum(part.file_size for part in parts)
            if unpacked > min(LARGEST_UNPACKED, LARGEST_RATIO * len(content)) or len(parts) > MOST_PARTS:
                raise Invalid(_bomb())
            if not any(part.filename.startswith("xl/") for part in parts):
                raise Invalid(_("This is a zip file, but no XLSX workbook. Unpack it and send the workbook."))
            left = LARGEST_UNPACKED
            for part in parts:
                left -= _look_at_part(archive, part, left, most_rows)
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, EOFError, ValueError, OSError) as wrong:
        raise Invalid(_broken()) from wrong


def _bomb():
    return _("This file unpacks to far more than a list needs, and was not opened. Save only the sheet with the list.")


def _look_at_part(archive, part, left, most_rows):
    """Unpack one part and forget it; returns its true size. Every cell's place in it is looked at."""
    # More than may come, so that the true size is counted and not the one that the directory tells.
    part.file_size = left + 4 * CHUNK
    size, tail = 0, b""
    with archive.open(part) as stream:
        while piece := stream.read(CHUNK):
            size += len(piece)
            if size > left:
                raise Invalid(_bomb())
            _look_at_places(tail + piece, most_rows)
            tail = piece[-200:]
    return size


@lru_cache(maxsize=8)
def _far_places(figures):
    """Finds the place of rows and cells far from the corner, r="XFD1048576": two letters, or this many figures."""
    return re.compile(
        rb"""<(?:\w+:)?(?:c|row)\b[^<>]{0,150}?\br=["'](?=[A-Za-z]{2}|[A-Za-z]?\d{%d})([A-Za-z]{0,4})(\d{1,9})["']"""
        % figures
    )


def _look_at_places(piece, most_rows):
    for letters, line in _far_places(len(str(most_rows + 1))).findall(piece):
        column = 0
        for letter in letters.upper():
            column = column * 26 + letter - 64
        if int(line) > most_rows + 1:
            raise Invalid(_too_many_rows(most_rows))
        if column > MOST_COLUMNS:
            raise Invalid(_too_many_columns())


def _too_many_columns():
    return _("This sheet has more than %(count)s columns.") % {"count": MOST_COLUMNS}


def _too_many_rows(most_rows):
    return _("This sheet has more than %(count)s rows. Divide it and send the parts.") % {"count": f"{most_rows:,}"}


def _csv_lines_of(content, most_rows):
    text = _decoded(content)
    first = text.lstrip("\r\n").split("\n", 1)[0]
    mark = max(";,\t", key=first.count)
    lines = []
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=mark, strict=True)
    try:
        for cells in reader:
            if len(cells) > MOST_COLUMNS:
                raise Invalid(_too_many_columns())
            # A cell with line breaks spreads over several lines of the file; the sheet counts records.
            lines.append((len(lines) + 1, cells))
            if len(lines) > most_rows + 1:
                raise Invalid(_too_many_rows(most_rows))
    except csv.Error as wrong:
        raise Invalid(
            _(
                "This CSV file cannot be read: "
                "line %(line)s has quotation marks that do not close, or a cell that is too long."
            )
            % {"line": reader.line_num}
        ) from wrong
    return lines


def _decoded(content):
    for encoding in ("utf-16" if content.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8-sig", "cp1251"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise Invalid(_("The letters in this CSV file cannot be read. Save it as “CSV UTF-8” and send it again."))


def _table(lines):
    """The first line with something in it is the head; every other line with something in it is a row."""
    headers, rows = None, []
    for number, raw in lines:
        cells = [_cell(value) for value in raw]
        if cells.count("") == len(cells):
            continue
        if headers is None:
            headers = _headers(cells)
            continue
        rows.append(Row(number, dict(zip_longest(headers, cells[: len(headers)], fillvalue=""))))
        if any(value != "" for value in cells[len(headers) :]):
            raise Invalid(_("Row %(row)s has more cells than the head of the table.") % {"row": number})
    if headers is None:
        raise Invalid(_("This file is empty."))
    return Table(headers, rows)


def _headers(cells):
    headers = [str(value).strip() for value in cells]
    while headers and not headers[-1]:
        headers.pop()
    for position, header in enumerate(headers, 1):
        if not header:
            raise Invalid(_("Column %(column)s has no heading.") % {"column": position})
        if header in headers[: position - 1]:
            raise Invalid(_("The heading “%(name)s” stands there twice.") % {"name": header[:60]})
    return headers


def _cell(value):
    """A cell as it was meant: text trimmed and without our own apostrophe, whole floats as int, the rest as it is."""
    if isinstance(value, str):
        text = (value if value.isascii() else unicodedata.normalize("NFC", value)).strip()
        if text[:1] == "'" and unicodedata.normalize("NFKC", text[1:2]).startswith(FORMULA):
            return text[1:]
        return text
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value
