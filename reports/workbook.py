"""An Excel workbook of tidy tables, written row by row in constant memory: formats, widths, frozen heads, filters."""

import io
import re
from datetime import UTC, date, datetime
from decimal import Decimal

import xlsxwriter
from django.utils.translation import gettext_lazy as _

from ledger.money import digits
from pages.sheets import inert, sheet_title
from reports.figure import COUNT, DAYS, MONEY, SHARE

LONGEST = 32_767
PLAIN = re.compile(r"[0-9A-Za-z][^\x00-\x1f\x7f-\x9f]{0,999}").fullmatch
OPTIONS = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
    "remove_timezone": True,
}
TEXT, WHOLE, PERCENT, ONE_PLACE, DAY = "text", "whole", "percent", "one", "day"
PATTERNS = {WHOLE: "#,##0", PERCENT: "0.0%", ONE_PLACE: "#,##0.0###", DAY: "dd.mm.yyyy"}
MOST_CHART_POINTS = 40


def style_of(unit, currency):
    """The name of the format in which a value of this unit stands: money with the digits of its currency."""
    if unit == MONEY:
        return f"money{digits(currency)}"
    return {COUNT: WHOLE, SHARE: PERCENT, DAYS: ONE_PLACE}.get(unit, ONE_PLACE)


class Workbook:
    """`on`: the day that the file says it was made, so that the same report gives the same bytes."""

    def __init__(self, *, title, author, on, footnote=""):
        self.file = io.BytesIO()
        self.book = xlsxwriter.Workbook(self.file, OPTIONS)
        self.book.set_properties(
            {"title": title, "author": author, "created": datetime(on.year, on.month, on.day, tzinfo=UTC)}
        )
        self.footnote = footnote.replace("&", "&&")[:240]
        self.names = set()
        self.styles = {}
        self.head = self.book.add_format({"bold": True, "text_wrap": True, "valign": "top", "bottom": 1})
        self.title = self.book.add_format({"bold": True, "font_size": 14})
        self.strong = self.book.add_format({"bold": True})
        self.wrapped = self.book.add_format({"text_wrap": True, "valign": "top"})

    def style(self, name):
        """The format of that name: "whole", "percent", "one", "day", "money0" to "money3"; None for text."""
        if name == TEXT:
            return None
        if name not in self.styles:
            places = int(name.removeprefix("money")) if name.startswith("money") else 0
            pattern = PATTERNS.get(name) or "#,##0" + ("." + "0" * places if places else "")
            self.styles[name] = self.book.add_format({"num_format": pattern, "valign": "top"})
        return self.styles[name]

    def sheet(self, title):
        """A new sheet with a name that no other has."""
        name, number = sheet_title(str(title)), 1
        while name.casefold() in self.names:
            number += 1
            name = f"{sheet_title(str(title))[:27]} {number}"
        self.names.add(name.casefold())
        sheet = self.book.add_worksheet(name)
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
        sheet.set_footer(f"&L&8{self.footnote}&R&8&P / &N" if self.footnote else "&R&8&P / &N")
        return sheet

    def table(self, title, columns, rows, *, frozen=1):
        """A sheet with one tidy table. `columns`: (head, width); a cell is a value, or (value, name of its format).

        Returns (sheet, number of rows). `frozen`: how many columns stay when one scrolls to the right.
        """
        sheet = self.sheet(title)
        sheet.freeze_panes(1, frozen)
        sheet.repeat_rows(0)
        for column, (_head, width) in enumerate(columns):
            sheet.set_column(column, column, width)
        for column, (head, _width) in enumerate(columns):
            sheet.write_string(0, column, str(inert(str(head))), self.head)
        line = 0
        for line, row in enumerate(rows, 1):
            self.row(sheet, line, row)
        sheet.autofilter(0, 0, max(line, 1), len(columns) - 1)
        return sheet, line

    def row(self, sheet, line, cells, text=None):
        """Write one row; text never becomes a formula. `text`: the format of text cells."""
        for column, cell in enumerate(cells):
            kind = type(cell)
            if kind is str and PLAIN(cell):
                # Most cells by far: nothing in them could be a formula or a control character.
                sheet.write_string(line, column, cell, text)
                continue
            value, style = cell if kind is tuple else (cell, None)
            kind = type(value)
            if kind is int or kind is Decimal:
                sheet.write_number(line, column, value, self.styles.get(style) or self.style(style or WHOLE))
            elif kind is date:
                sheet.write_datetime(line, column, value, self.style(DAY))
            elif value is not None and value != "":
                sheet.write_string(line, column, str(inert(value))[:LONGEST], text)

    def chart(self, sheet, chart, line, *, data, rows):
        """A native bar chart in the row `line`. Its labels are the first column of `data`, in (first, last) `rows`.

        Longer sets of labels lie, so that they can be read.
        """
        made = self.book.add_chart({"type": "column" if len(chart.labels) <= 16 else "bar"})
        first, last = rows
        for number, name in enumerate(chart.names, 1):
            made.add_series(
                {
                    "name": str(name),
                    "categories": [data.get_name(), first, 0, last, 0],
                    "values": [data.get_name(), first, number, last, number],
                }
            )
        made.set_title({"name": chart.title, "name_font": {"size": 11}})
        made.set_y_axis({"num_format": "#,##0", "major_gridlines": {"visible": True, "line": {"color": "#D9D9D9"}}})
        made.set_legend({"position": "bottom"} if len(chart.names) > 1 else {"none": True})
        made.set_size({"width": 640, "height": 320})
        sheet.insert_chart(line, len(chart.names) + 2, made, {"description": f"{chart.title}. {chart.subtitle}"})

    def content(self):
        """The finished file as bytes."""
        self.book.close()
        return self.file.getvalue()


def about_words(report):
    """What a reader must know of the edition before the first number."""
    said = [
        _("No person and no group smaller than five is shown.")
        if report.edition == "donor"
        else _("Internal edition: small groups are shown. Not to be passed on.")
    ]
    if report.illustrative:
        said.append(_("Illustrative: the figures of this programme are plausible, not published."))
    return [str(one) for one in said]
