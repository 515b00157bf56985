"""Two frozen reports side by side: what each says of a figure, and by how much it changed. No queries."""

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from django.utils.translation import gettext as _

from reports.figure import COUNT, MONEY, SHARE, printed
from reports.indicators import SECTIONS
from reports.words import value_parts


@dataclass(frozen=True)
class Line:
    """A figure in both reports, each as (value, what stands small beside it).

    `change`: in its own unit, "+3" or "-1.2 points"; empty where one has no value.
    """

    code: str
    name: str
    unit: str
    before: tuple
    after: tuple
    change: str
    redefined: bool


def compared(before, after):
    """[(section title, [Line])] in the order of the later report; figures of the earlier one alone come last."""
    old = {figure.code: figure for figure in before.figures}
    new = {figure.code: figure for figure in after.figures}
    found = {}
    for figure in [*after.figures, *(figure for figure in before.figures if figure.code not in new)]:
        line = _line(old.get(figure.code), new.get(figure.code), figure)
        found.setdefault(figure.section, []).append(line)
    return [(SECTIONS.get(name, name), lines) for name, lines in found.items()]


def _line(old, new, named):
    missing = (_("not in this report"), "")
    return Line(
        code=named.code,
        name=named.name,
        unit=named.currency if named.unit == MONEY else "",
        before=_said(old) if old else missing,
        after=_said(new) if new else missing,
        change=_change(old, new),
        redefined=bool(old and new and old.version != new.version),
    )


def _said(figure):
    value, small = value_parts(figure)
    return value, small if figure.unit == SHARE else ""


def _change(old, new):
    if not (old and new and old.has_data and new.has_data) or old.currency != new.currency:
        return ""
    step = Decimal(new.result()) - Decimal(old.result())
    sign = "+" if step > 0 else "\u2212" if step < 0 else "\u00b1"
    if new.unit == SHARE:
        points = (abs(step) * 100).quantize(Decimal("0.1"), ROUND_HALF_UP)
        return _("%(sign)s%(number)s points") % {"sign": sign, "number": points}
    number = int(abs(step)) if new.unit in (COUNT, MONEY) else abs(step)
    return f"{sign}{printed(number, new.unit, new.currency)}"
