"""The Figure: one number of a report with everything that must stand beside it. Renderers know nothing else."""

from dataclasses import dataclass, field, replace
from decimal import ROUND_HALF_UP, Decimal

from babel.numbers import format_decimal
from django.utils.translation import get_language

from ledger.money import locale_of, plain, shown

COUNT, MONEY, SHARE, DAYS, NUMBER = "count", "money", "share", "days", "number"
UNITS = (COUNT, MONEY, SHARE, DAYS, NUMBER)
RATIO = Decimal("0.0001")
TENTH = Decimal("0.1")


@dataclass(frozen=True)
class Cell:
    """One row of a breakdown: dimension `by`, its `key` and `label`. Values as in Figure; `hidden` ones are None.

    largest: of an amount, the part of the one award or loan that has most of it; no edition prints it.
    """

    by: str
    key: str
    label: str
    value: int | None
    numerator: int | None = None
    denominator: int | None = None
    records: int | None = 0
    units: int | None = 0
    hidden: bool = False
    largest: int | None = None

    def but_hidden(self):
        return Cell(self.by, self.key, self.label, None, None, None, None, None, hidden=True)


@dataclass(frozen=True)
class Goal:
    """A target, or a value published elsewhere: `value` as a Figure's value, its comparator, where it comes from."""

    value: object
    comparator: str
    source: str = ""
    note: str = ""


@dataclass(frozen=True)
class Figure:
    """`value`: a count, whole minor units, days or a Decimal; a share has none and is numerator / denominator.

    value and numerator None: no data, or `hidden`. A share with a currency divides money. `in_all` is the same from the
    beginning to the last day, where the period begins later. `units` are the people or businesses behind it.

    `codes`: (scheme, code) in catalogues of donors, such as ("IRIS", "PI3687"). `grade`: how well it is evidenced.
    `verified`: how many of its records a second person verified; None where nobody verifies. `records_sha256`: hash of
    the records behind it (reports.models.RecordSet). `translated`: its money in the report's currency, minor units.
    """

    code: str
    name: str
    section: str
    unit: str
    definition: str
    version: str
    value: object = None
    numerator: int | None = None
    denominator: int | None = None
    unknown: int | None = 0
    records: int | None = 0
    units: int = 0
    currency: str = ""
    of_people: bool = False
    headline: bool = False
    whole_programme: bool = False
    in_all: object = None
    by: tuple = ()
    target: Goal | None = None
    published: Goal | None = None
    hidden: bool = False
    impersonal: bool = False
    total_of: tuple = field(default=())
    codes: tuple = ()
    grade: str = ""
    verified: int | None = None
    records_sha256: str = ""
    translated: int | None = None
    largest: int | None = None
    sensitive: bool = False

    def __post_init__(self):
        if self.unit not in UNITS:
            raise ValueError(f"there is no unit {self.unit!r}")

    @property
    def has_data(self):
        return not self.hidden and self.result() is not None

    def result(self):
        """The value of any unit; a share as a Decimal with four digits; None without data."""
        if self.unit == SHARE:
            return ratio(self.numerator, self.denominator)
        return self.value

    def goal(self):
        """The target, or else the published value: with what the figure is compared."""
        return self.target or self.published

    @property
    def reached(self):
        """True or False against the goal; None without a goal or without data. “About” holds within five percent."""
        goal, result = self.goal(), self.in_all
        if goal is None or result is None or self.hidden:
            return None
        return meets(Decimal(result), goal.comparator, Decimal(goal.value))

    def dims(self):
        """The names of the breakdowns, in order."""
        return list(dict.fromkeys(cell.by for cell in self.by))

    def cells(self, dim):
        return [cell for cell in self.by if cell.by == dim]

    def but(self, **changes):
        return replace(self, **changes)


def ratio(numerator, denominator):
    """numerator / denominator with four digits; None when there is nothing to divide by."""
    if numerator is None or not denominator:
        return None
    return (Decimal(numerator) / Decimal(denominator)).quantize(RATIO, ROUND_HALF_UP)


def meets(result, comparator, value):
    """Whether the result keeps the comparator: = >= > ~ (within five percent)."""
    if comparator == "~":
        return abs(result - value) * 20 <= abs(value)
    return {"=": result == value, ">=": result >= value, ">": result > value}[comparator]


# As files say it -----------------------------------------------------------------------------------------------------


def machine(value, unit, currency):
    """A value for JSON and CSV: counts as int, money in major units and shares as decimal strings, None as None."""
    if value is None:
        return None
    if unit == COUNT:
        return int(value)
    if unit == MONEY:
        return plain(int(value), currency)
    if unit == DAYS:
        return int(value) if Decimal(value) == int(value) else str(Decimal(str(value)))
    return str(value)


def parts_of(figure, row):
    """(numerator, denominator) of a figure or of one of its cells, for JSON and CSV."""
    over = MONEY if figure.currency and (figure.unit == SHARE) else COUNT
    above = MONEY if figure.currency and figure.unit in (SHARE, MONEY) else COUNT
    return (
        machine(row.numerator, above, figure.currency),
        machine(row.denominator, over, figure.currency),
    )


def cell_result(figure, cell):
    return ratio(cell.numerator, cell.denominator) if figure.unit == SHARE else cell.value


# As people read it ---------------------------------------------------------------------------------------------------


def printed(value, unit, currency):
    """A value as pages and papers print it, without its currency: "3,000,000.00", "55.0%", "1,951"."""
    if value is None:
        return ""
    if unit == MONEY:
        return shown(int(value), currency)
    if unit == SHARE:
        return f"{_number((Decimal(value) * 100).quantize(TENTH, ROUND_HALF_UP), 1)}%"
    number = Decimal(str(value))
    whole = number == number.to_integral_value() and unit != NUMBER
    return _number(number, 0 if whole else 1)


def _number(number, places):
    """With the reader's signs for thousands and parts."""
    if get_language() in ("en", None):
        return f"{number:,.{places}f}"
    return format_decimal(number, format=f"#,##0{'.0' * places}", locale=locale_of())


def counted(number):
    """A whole number as people read it: "1,951"."""
    return printed(number, COUNT, "")


def printed_parts(figure, row):
    """(numerator, denominator) as people read them."""
    over = MONEY if figure.currency and figure.unit == SHARE else COUNT
    above = MONEY if figure.currency and figure.unit in (SHARE, MONEY) else COUNT
    return printed(row.numerator, above, figure.currency), printed(row.denominator, over, figure.currency)
