"""The list of records of a report as a sheet of 100,000 rows, beside XlsxWriter alone in constant memory."""

import io
import tracemalloc
from datetime import date

import xlsxwriter
from python_calamine import CalamineWorkbook

from benchmarks.measure import Figure, interleaved
from reports.render_xlsx import record_sheet
from reports.workbook import OPTIONS, Workbook

TIMES = 3
COLUMNS = ["record", "recipient", "region", "sex", "window", "quarter", "currency", "amount", "paid", "state"]
MONEY = (7, 8)
MOST = 1.2


def rows_of(number):
    return [
        [
            f"{n:012x}",
            f"{n // 2:012x}",
            f"Region {n % 9}",
            "female",
            "Micro",
            "2016-1",
            "EUR",
            n * 100,
            n * 50,
            "Closed",
        ]
        for n in range(number)
    ]


def run(quick):
    number = 10_000 if quick else 100_000
    rows = rows_of(number)
    ours, floor, made, plain = interleaved(lambda: _ours(rows), lambda: _plain(rows), TIMES)
    if _read(made) != _read(plain):
        raise AssertionError("the two sheets differ")
    figure = Figure(
        name=f"workbook, a sheet of {number:,} rows",
        unit="s",
        target=f"within {MOST}x XlsxWriter alone",
        values=ours,
        floor=floor,
        floor_name="XlsxWriter, constant memory",
        note=f"{len(COLUMNS)} columns; {_peak(rows[: number // 10]):.1f} MiB at most for a tenth of the rows",
    )
    figure.met = figure.ratio <= MOST
    return [figure]


def _ours(rows):
    book = Workbook(title="Report", author="Office", on=date(2016, 12, 31))
    record_sheet(book, "Records", {"columns": COLUMNS, "rows": rows})
    return book.content()


def _plain(rows):
    """The same cells, each by the method for its kind."""
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, OPTIONS) as book:
        sheet = book.add_worksheet("Records")
        money = book.add_format({"num_format": "#,##0.00"})
        for column, name in enumerate(COLUMNS):
            sheet.write_string(0, column, name)
        for line, row in enumerate(rows, 1):
            for column, value in enumerate(row):
                if column in MONEY:
                    sheet.write_number(line, column, value / 100, money)
                else:
                    sheet.write_string(line, column, value)
    return file.getvalue()


def _read(content):
    return CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0).to_python()[1:]


def _peak(rows):
    """MiB that Python holds at the most while the sheet is made, beyond the rows and the finished file."""
    tracemalloc.start()
    content = _ours(rows)
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return (most - len(content)) / 1024 / 1024
