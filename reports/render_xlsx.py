"""The report as an Excel workbook: summary, results framework, a tidy sheet for each table, definitions, code book."""

from itertools import chain

from django.utils.translation import gettext as _

from ledger.money import to_major
from reports import code_book, framework
from reports.annexes import RECORDS
from reports.charts import charts
from reports.figure import MONEY, SHARE, cell_result, machine, parts_of
from reports.rows import COMPARATORS, HEADERS, codes_words, number, rows, scope_rows
from reports.words import DIMS, goal_words, value_parts
from reports.workbook import PERCENT, WHOLE, Workbook, about_words, style_of

CHART_ROWS = 18


def render(report):
    """XLSX as bytes."""
    book = Workbook(
        title=report.title or report.name,
        author=report.approved_by or report.name,
        on=report.published_on or report.period_to,
        footnote=report.footnote,
    )
    _summary(book, report)
    _framework(book, report)
    book.table(_("Figures"), list(zip(HEADERS, FIGURE_WIDTHS, strict=True)), _figure_rows(report), frozen=2)
    for dim in dict.fromkeys(dim for figure in report.figures for dim in figure.dims()):
        _breakdown(book, report, dim)
    _record_lists(book, report)
    _charts(book, report)
    _definitions(book, report)
    _quality(book, report)
    _narrative(book, report)
    heads = [(_("Sheet or column"), 30), (_("Value"), 28), (_("Meaning"), 100)]
    book.table(_("Code book"), heads, code_book.rows(report))
    book.table(_("About"), [(_("What"), 34), (_("Value"), 100)], _about(report))
    return book.content()


FIGURE_WIDTHS = (24, 40, 9, 9, 10, 24, 16, 16, 16, 10, 11, 16, 16, 16, 10, 9, 60, 12, 9, 24, 8, 10, 24, 16)


def said(figure, value):
    """A value of the figure as a cell: the number of JSON, in the format of its unit."""
    return number(machine(value, figure.unit, figure.currency)), style_of(figure.unit, figure.currency)


def said_parts(figure, row):
    """Numerator and denominator as cells: money of its currency or counts."""
    over = figure.currency and figure.unit == SHARE
    above = figure.currency and figure.unit in (SHARE, MONEY)
    styles = [style_of(MONEY, figure.currency) if money else WHOLE for money in (above, over)]
    return [(number(value), style) for value, style in zip(parts_of(figure, row), styles, strict=True)]


# What is read first ---------------------------------------------------------------------------------------------------


def _summary(book, report):
    """Title, headlines with their goals, and what the reader must know of the edition."""
    sheet = book.sheet(_("Summary"))
    for column, width in enumerate((44, 20, 10, 26, 30)):
        sheet.set_column(column, column, width)
    line = 0
    book.row(sheet, line, [report.title or report.name], book.title)
    known = {report.title or report.name, ""}
    for text in (report.name, report.place, *about_words(report), report.footnote):
        if text not in known:
            line += 1
            book.row(sheet, line, [text])
            known.add(text)
    line += 2
    book.row(sheet, line, [_("Figure"), _("Value"), _("Unit"), _("Goal"), _("How it is made up")], book.head)
    for figure in report.headlines(12):
        line += 1
        words = value_parts(figure)[1] if figure.unit == SHARE else ""
        unit = figure.currency if figure.unit == MONEY else ""
        book.row(sheet, line, [figure.name, said(figure, figure.result()), unit, goal_words(figure), words])


def _framework(book, report):
    numbers = framework.numbers(report)
    columns = [
        (_("No."), 7),
        (_("Code"), 24),
        (_("Figure"), 44),
        (_("Unit"), 9),
        (_("Currency"), 9),
        (_("Baseline"), 16),
        (_("Comparator"), 11),
        (_("Target"), 16),
        (_("Published"), 16),
        (_("This period"), 16),
        (_("In all"), 16),
        (_("Reached"), 9),
        (_("Women"), 9),
        (_("Under 30"), 9),
        (_("Verified"), 10),
        (_("Records"), 10),
        (_("Grade"), 7),
    ]
    chosen = [one for one in report.figures if one.goal() or one.headline] or report.figures
    made = (_framework_row(report, one, numbers[one.code]) for one in chosen)
    book.table(_("Results framework"), columns, made, frozen=3)


def _framework_row(report, figure, place):
    goal = figure.goal()
    before = report.figure(framework.BASELINES.get(figure.code, ""))
    hidden = _("hidden") if figure.hidden else None
    reached = {True: _("yes"), False: _("no")}.get(figure.reached, "")
    return (
        place,
        figure.code,
        figure.name,
        figure.unit,
        figure.currency if figure.unit in (MONEY, SHARE) else "",
        said(before, before.result()) if before is not None and before.has_data else "",
        COMPARATORS.get(goal.comparator, "") if goal else "",
        said(figure, figure.target.value) if figure.target else "",
        said(figure, figure.published.value) if figure.published else "",
        hidden or said(figure, figure.result()),
        hidden or said(figure, figure.in_all),
        reached,
        (framework.women(figure), PERCENT),
        (framework.youth(figure), PERCENT),
        figure.verified,
        figure.records,
        figure.grade or framework.grade(framework.known(figure)),
    )


# Tables ---------------------------------------------------------------------------------------------------------------


def _figure_rows(report):
    """The rows of the CSV with formats: a figure's values in its unit, its parts as money or counts."""
    by_code = {figure.code: figure for figure in report.figures}
    for row in rows(report):
        figure, cells = by_code[row[0]], list(row)
        style = style_of(figure.unit, figure.currency)
        for place in (6, 11, 12, 13):
            cells[place] = (cells[place], style)
        money = style_of(MONEY, figure.currency) if figure.currency else WHOLE
        cells[7] = (cells[7], money if figure.unit in (SHARE, MONEY) else WHOLE)
        cells[8] = (cells[8], money if figure.unit == SHARE else WHOLE)
        cells[23] = (cells[23], style_of(MONEY, report.reporting_currency) if report.reporting_currency else WHOLE)
        yield cells


def _breakdown(book, report, dim):
    """One tidy sheet of everything that is broken down by one thing."""
    columns = [
        (_("Code"), 24),
        (_("Figure"), 40),
        (_("Unit"), 9),
        (_("Currency"), 9),
        (_("Key"), 16),
        (_("Group"), 30),
        (_("Value"), 16),
        (_("Numerator"), 16),
        (_("Denominator"), 16),
        (_("Records"), 10),
        (_("Hidden"), 9),
    ]
    made = (_cell_row(figure, cell) for figure in report.figures for cell in figure.cells(dim))
    book.table(str(DIMS.get(dim, dim)), columns, made, frozen=2)


def _cell_row(figure, cell):
    return (
        figure.code,
        figure.name,
        figure.unit,
        figure.currency if figure.unit in (MONEY, SHARE) else "",
        cell.key,
        cell.label,
        said(figure, cell_result(figure, cell)),
        *said_parts(figure, cell),
        cell.records,
        _("hidden") if cell.hidden else "",
    )


def _record_lists(book, report):
    """Lists under pseudonyms, where the agreement entitles the donor to them."""
    titles = {"awards": _("Awards, records"), "loans": _("Loans, records")}
    for kind, found in sorted(report.lists.get(RECORDS, {}).items()):
        if found["rows"]:
            record_sheet(book, titles[kind], found)


def record_sheet(book, title, found):
    """A sheet of {"columns", "rows"}: amounts in minor units become major units of the currency of the row."""
    columns = [(code_book.COLUMNS[name][0], 18) for name in found["columns"]]
    money = {place for place, name in enumerate(found["columns"]) if name in ("amount", "paid")}
    at = found["columns"].index("currency")
    book.table(title, columns, (_record(row, money, at) for row in found["rows"]))


def _record(row, money, at):
    """A record with its amounts in major units of its currency."""
    cells, currency = list(row), row[at]
    style = style_of(MONEY, currency)
    for place in money:
        cells[place] = (to_major(row[place], currency), style)
    return cells


def _charts(book, report):
    """Each chart beside the table from which Excel draws it."""
    found = [chart for chart in charts(report) if len(chart.labels) > 1]
    if not found:
        return
    sheet = book.sheet(_("Charts"))
    sheet.set_column(0, 0, 34)
    sheet.set_column(1, 6, 16)
    line = 0
    for chart in found:
        book.row(sheet, line, [chart.title], book.strong)
        book.row(sheet, line + 1, [chart.subtitle])
        book.row(sheet, line + 2, [chart.over, *chart.names], book.head)
        first = line + 3
        for place, label in enumerate(chart.labels):
            book.row(sheet, first + place, [label, *((values[place], "one") for values in chart.series)])
        last = first + len(chart.labels) - 1
        book.chart(sheet, chart, line + 2, data=sheet, rows=(first, last))
        line = max(last + 2, line + 2 + CHART_ROWS)


# How it is counted ----------------------------------------------------------------------------------------------------


def _definitions(book, report):
    numbers = framework.numbers(report)
    columns = [
        (_("No."), 7),
        (_("Code"), 24),
        (_("Figure"), 40),
        (_("Definition"), 100),
        (_("Version"), 12),
        (_("Codes of donors"), 30),
        (_("Source of the goal"), 40),
    ]
    made = (
        (
            numbers[one.code],
            one.code,
            one.name,
            one.definition,
            one.version,
            codes_words(one),
            one.goal().source if one.goal() else "",
        )
        for one in report.figures
    )
    book.table(_("Definitions"), columns, made, frozen=3)


def _quality(book, report):
    """Gaps, what is known of each share, restatements and rates, in one table: its first column says which."""
    columns = [
        (_("What"), 18),
        (_("Code"), 24),
        (_("Name"), 50),
        (_("Number"), 14),
        (_("Of"), 14),
        (_("Before"), 18),
        (_("Now"), 18),
        (_("Grade"), 7),
        (_("Remark"), 70),
    ]
    book.table(_("Data quality"), columns, chain(_gaps(report), _known(report), _restated(report), _rates(report)))


def _gaps(report):
    for one in report.gaps:
        yield _("Gap"), one.code, one.name, one.count, one.of, "", "", "", ""


def _known(report):
    for one in report.figures:
        share = framework.known(one)
        if share is not None:
            asked = one.denominator + (one.unknown or 0)
            letter = one.grade or framework.grade(share)
            yield _("Answer known"), one.code, one.name, one.denominator, asked, "", (share, PERCENT), letter, ""


def _restated(report):
    for one in report.restatements:
        figure = report.figure(one.code)
        style = style_of(figure.unit, figure.currency) if figure else None
        before, after = ((number(value or None), style) for value in (one.before, one.after))
        yield _("Restated"), one.code, one.name, "", "", before, after, "", f"{one.of}: {one.reason}"


def _rates(report):
    for one in report.rates:
        yield _("Rate"), f"{one.base}/{one.quote}", one.on, "", "", "", (number(one.value), "one"), "", one.source


def _narrative(book, report):
    found = [*((_("Passage"), one) for one in report.passages), *((_("Story"), one) for one in report.stories)]
    if found:
        columns = [(_("What"), 12), (_("Place"), 16), (_("Title"), 40), (_("Text"), 120)]
        book.table(_("Texts"), columns, ((what, one.box, one.title, one.text) for what, one in found))


def _about(report):
    for what, value in scope_rows(report):
        yield str(what), value
