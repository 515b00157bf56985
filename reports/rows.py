"""The report as rows of a sheet: one place from which CSV and XLSX take the same cells."""

from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from reports import framework
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
    _("Number"),
    _("Codes of donors"),
    _("Grade"),
    _("Verified"),
    _("SHA-256 of the records"),
    _("In the donor's currency"),
)
HIDDEN, DEFINITION = 15, 16


def rows(report):
    """A row for each figure and, under it, one for each cell of its breakdowns. Numbers are int or Decimal."""
    numbers = framework.numbers(report)
    for figure in report.figures:
        data = figure_data(figure, report.reporting_currency)
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
            number(data["unknown"]),
            # An apostrophe-free word: a cell with a bare comparator would be taken for a formula.
            COMPARATORS.get(data["comparator"], ""),
            number(data["target"]),
            number(data["published"]),
            number(data["in_all"]),
            data["records"],
            _("hidden") if data["hidden"] else "",
            data["definition"],
            data["version"],
            numbers[figure.code],
            codes_words(figure),
            data["grade"] or "",
            data["verified"],
            data["records_sha256"] or "",
            number(data["translated"]),
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
            *[""] * (len(HEADERS) - HIDDEN - 1),
        )


def codes_words(figure):
    """ "IRIS PI3687, HIPSO 12": the figure in the catalogues of donors."""
    return ", ".join(f"{scheme} {code}" for scheme, code in figure.codes)


def beside(report):
    """Rows under the same headers about what stands beside the figures; the first column says of which kind each is."""
    for one in report.restatements:
        before, after = number(one.before or None), number(one.after or None)
        yield _row("restatement", one.name, of=one.of, group=one.reason, value=after, said=before)
    for one in report.gaps:
        yield _row("gap", one.name, value=one.count, whole=one.of)
    for one in report.rates:
        yield _row("rate", f"{one.base}/{one.quote}", of=one.on, group=one.source, value=number(one.value))
    for kind, texts in (("passage", report.passages), ("story", report.stories)):
        for one in texts:
            yield _row(kind, one.title, of=one.box, said=one.text)


def _row(kind, name, *, of="", group="", value=None, whole=None, said=""):
    cells = [""] * len(HEADERS)
    cells[0], cells[1], cells[4], cells[5] = kind, name, of, group
    cells[6], cells[8], cells[DEFINITION] = value, whole, said
    return tuple(cells)


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
        (_("Agreement"), report.agreement),
        (_("Data cut-off"), report.cut_off),
        (_("Approved by"), report.approved_by),
        (_("Grade of the data"), report.grade),
        (_("Visibility"), report.visibility),
        (_("SHA-256 of the figures"), report.sha256),
        *((_("SHA-256 of the annex “%(kind)s”") % {"kind": kind}, sha256) for kind, sha256 in report.annexes),
    ]
