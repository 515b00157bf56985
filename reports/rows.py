"""The report as rows of a sheet: one place from which CSV and XLSX take the same cells."""

from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from reports.figure import cell_result, machine, parts_of
from reports.render_json import figure_data

HEADERS = (
    _("Code"),
    _("Figure"),
    _("Unit"),
    _("Currency"),
    _("By"),
    _("Group"),
    _("Value"),
    _("Numerator"),
    _("Denominator"),
    _("Unknown"),
    _("Comparator"),
    _("Target"),
    _("Published"),
    _("In all"),
    _("Records"),
    _("Hidden"),
    _("Definition"),
    _("Version"),
)
# Columns that hold amounts, shares and counts.
NUMBERS = range(6, 15)


def rows(report):
    """A row for each figure and, under it, one for each cell of its breakdowns. Numbers are int or Decimal."""
    for figure in report.figures:
        data = figure_data(figure)
        yield (
            data["code"],
            data["name"],
            data["unit"],
            data["currency"],
            "",
            "",
            number(data["value"]),
            number(data["numerator"]),
            number(data["denominator"]),
            data["unknown"],
            # An apostrophe-free word: a cell with a bare comparator would be taken for a formula.
            COMPARATORS.get(data["comparator"], ""),
            number(data["target"]),
            number(data["published"]),
            number(data["in_all"]),
            data["records"],
            _("hidden") if data["hidden"] else "",
            data["definition"],
            data["version"],
        )
        yield from _cells(figure, data)


COMPARATORS = {"=": _("exactly"), ">=": _("at least"), ">": _("more than"), "~": _("about")}


def _cells(figure, data):
    for cell in figure.by:
        numerator, denominator = parts_of(figure, cell)
        value = machine(cell_result(figure, cell), figure.unit, figure.currency)
        yield (
            data["code"],
            data["name"],
            data["unit"],
            data["currency"],
            cell.by,
            cell.label,
            number(value),
            number(numerator),
            number(denominator),
            None,
            "",
            None,
            None,
            None,
            cell.records,
            _("hidden") if cell.hidden else "",
            "",
            "",
        )


def number(value):
    """A machine value as a number: decimal strings as Decimal, whole numbers as they are."""
    return Decimal(value) if isinstance(value, str) else value


def scope_rows(report):
    """(what, value) about the report itself."""
    return [
        (_("Programme"), report.name),
        (_("Place"), report.place),
        (_("Note on the name"), report.footnote),
        (_("Reference"), report.reference),
        (_("Financed by"), ", ".join(report.donors)),
        (_("From"), report.period_from),
        (_("To"), report.period_to),
        (_("Edition"), _("Donor") if report.edition == "donor" else _("Internal")),
        (_("Illustrative"), _("yes") if report.illustrative else _("no")),
        (_("SHA-256 of the figures"), report.sha256),
    ]
