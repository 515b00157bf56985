"""Which charts a report has, as numbers: the PDF draws them with ReportLab, the page as SVG, each over its table."""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from itertools import accumulate

from django.utils.translation import gettext as _

from ledger.money import to_major
from reports.figure import COUNT, MONEY, printed

MOST_BARS = 12
WAY = ("referred", "oriented", "trained_completed", "applied", "eligible", "approved", "signed", "paid", "visited")


@dataclass(frozen=True)
class Chart:
    """`series`: numbers for the bars, in thousands where money is; `exact`: the values of the table, by series.

    `codes` and `dim`: of which figures it is, and by what; `currency`: of its money.
    """

    title: str
    subtitle: str
    over: str
    labels: list
    names: list
    series: list
    exact: list
    cell: Callable
    printed: Callable | None = None
    codes: tuple = ()
    dim: str = ""
    currency: str = ""


def charts(report):
    """The charts for which the report has data: money over time, and the way to support."""
    return [*money_over_time(report), *filter(None, [way(report)])]


def money_over_time(report):
    """What was paid, lent and brought in by the end of each quarter or year. `report`: whatever has `figure(code)`."""
    found = [_over_time(report, ("grants_disbursed", "cofinancing_accepted"), "quarter")]
    found.append(_over_time(report, ("loans_disbursed",), "year"))
    return [chart for chart in found if chart]


def _over_time(report, codes, dim):
    """Money, cumulative up to the end of each quarter or year."""
    figures = [figure for figure in map(report.figure, codes) if figure and figure.cells(dim)]
    figures = [one for one in figures if one.unit == MONEY and not any(cell.hidden for cell in one.cells(dim))]
    if not figures:
        return None
    currency = figures[0].currency
    figures = [one for one in figures if one.currency == currency]
    labels = {cell.key: cell.label for figure in figures for cell in figure.cells(dim)}
    keys = sorted(labels)
    exact = []
    for figure in figures:
        values = {cell.key: cell.value for cell in figure.cells(dim)}
        exact.append(list(accumulate(values.get(key, 0) for key in keys)))
    # Too many bars cannot be read: every second, third.. is left out, the last one never.
    step = -(-len(keys) // MOST_BARS)
    places = list(range(len(keys) - 1, -1, -step))[::-1]
    exact = [[values[place] for place in places] for values in exact]
    thousands = [[to_major(value, currency) / 1000 for value in values] for values in exact]
    return Chart(
        title=_title(figures, exact, currency),
        subtitle=_("Thousand %(currency)s, in all up to the end of each period.") % {"currency": currency},
        over=_("Up to"),
        labels=[labels[keys[place]] for place in places],
        names=[figure.name for figure in figures],
        series=thousands,
        exact=exact,
        cell=lambda value: printed(value, MONEY, currency),
        codes=tuple(figure.code for figure in figures),
        dim=dim,
        currency=currency,
    )


def _title(figures, exact, currency):
    said = [
        _("%(name)s: %(value)s %(currency)s")
        % {"name": figure.name, "value": printed(values[-1], MONEY, currency), "currency": currency}
        for figure, values in zip(figures, exact, strict=True)
    ]
    return ", ".join(said)


def way(report):
    """How many came how far; None with fewer than three steps."""
    figures = [one for one in map(report.figure, WAY) if one and one.has_data]
    if len(figures) < 3:
        return None
    values = [int(figure.value) for figure in figures]
    return Chart(
        title=_("%(first)s applied, %(last)s were paid")
        % {"first": _of(report, "applied"), "last": _of(report, "paid")},
        subtitle=_("Number of persons or cases at each step."),
        over=_("Step"),
        labels=[figure.name for figure in figures],
        names=[_("Number")],
        series=[[Decimal(value) for value in values]],
        exact=[values],
        cell=lambda value: printed(value, COUNT, ""),
        codes=tuple(figure.code for figure in figures),
    )


def _of(report, code):
    figure = report.figure(code)
    return printed(figure.value, COUNT, "") if figure and figure.has_data else _("some")
