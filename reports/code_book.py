"""The code book of the workbook: what each column and each code in it means."""

from django.utils.translation import gettext_lazy as _

from reports.figure import COUNT, DAYS, MONEY, NUMBER, SHARE
from reports.indicators import SECTIONS
from reports.rows import COMPARATORS
from reports.words import DIMS

# Columns of the lists of records: (head, meaning).
COLUMNS = {
    "record": (_("Record"), _("The award or loan under a pseudonym. It is another one in each report.")),
    "recipient": (_("Recipient"), _("The recipient under a pseudonym: the same in all rows of this report.")),
    "region": (_("Region"), _("Left out of all rows where fewer than five would be alone with it.")),
    "sex": (_("Sex of who runs it"), _("Of the recipient, or of the manager of the business.")),
    "window": (_("Window"), _("The part of the call under which it was asked for.")),
    "cycle": (_("Cycle"), _("1: the borrower's first loan; 2+: a later one.")),
    "quarter": (_("Quarter"), _("Of the approval of an award, of the paying out of a loan.")),
    "currency": (_("Currency"), _("ISO 4217 code of the amounts of the row.")),
    "amount": (_("Amount"), _("As approved, in major units.")),
    "paid": (_("Paid"), _("Paid by the last day of the report, less what came back, in major units.")),
    "instalments": (_("Instalments"), _("How many were agreed.")),
    "state": (_("State"), _("When the report was published.")),
}
UNITS = {
    COUNT: _("A whole number of people, businesses or records."),
    MONEY: _("Major units of the currency beside it."),
    SHARE: _("Numerator over denominator, as a number from 0 to 1 shown in percent."),
    DAYS: _("Days; the middle one of all cases."),
    NUMBER: _("A number without a unit."),
}
MET_BY = {
    "=": _("The goal is met by this value only."),
    ">=": _("The goal is met by this value and by more."),
    ">": _("The goal is met by more than this value."),
    "~": _("The goal is met within five percent of this value."),
}
FIXED = (
    (_("Value"), "", _("Of the period of the report. Empty: no data, which is never zero.")),
    (_("In all"), "", _("From the beginning of the programme to the last day of the report.")),
    (_("Target"), "", _("What was planned. It is added to no figure.")),
    (_("Published"), "", _("What was published of the whole programme before, for comparison.")),
    (_("Unknown"), "", _("Cases of which the answer is not known. They are in neither numerator nor denominator.")),
    (_("Records"), "", _("How many rows of the programme's records the figure counts or adds up.")),
    (_("Hidden"), _("hidden"), _("Fewer than five, or needed so that no such cell can be worked out.")),
    (_("Number"), "", _("The number of the figure in the paper.")),
    (_("SHA-256 of the records"), "", _("Hash of the records behind the figure, which a check recomputes.")),
    (_("Verified"), "", _("How many of the records a second person verified.")),
)


def rows(report):
    """(column, value, meaning) of what occurs in the workbook of this report."""
    yield from FIXED
    for unit in dict.fromkeys(figure.unit for figure in report.figures):
        yield _("Unit"), unit, UNITS[unit]
    for code, words in COMPARATORS.items():
        yield _("Comparator"), words, MET_BY[code]
    for dim in dict.fromkeys(dim for figure in report.figures for dim in figure.dims()):
        yield _("By"), dim, DIMS.get(dim, dim)
    for section in dict.fromkeys(figure.section for figure in report.figures):
        yield _("Section"), section, SECTIONS.get(section, section)
    for kind, lists in report.lists.items():
        if kind == "records":
            for name in dict.fromkeys(name for found in lists.values() for name in found["columns"]):
                yield COLUMNS[name][0], "", COLUMNS[name][1]
