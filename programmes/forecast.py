"""The money of a funding line, month by month: pure arithmetic in whole minor units of the line's currency.

What is held now, what is expected in, what is promised and falls due, what is about to be promised: each a list of
(day, amount). A day that has passed and was not paid counts in the first month; what lies behind the last is left out.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from ledger.money import split

MONTHS = 12


@dataclass(frozen=True)
class Month:
    """One month of a line. `left` is what is held at its end if all of it happens; below zero the line is short."""

    first: date
    opening: int
    receipts: int
    payments: int
    cases: int

    @property
    def left(self):
        return self.opening + self.receipts - self.payments - self.cases

    @property
    def short(self):
        """Minor units that are missing at the end of the month; 0 when the money reaches."""
        return max(0, -self.left)


def month_of(day, later=0):
    """The first day of the month that lies `later` months after that of `day`."""
    months = day.year * 12 + day.month - 1 + later
    return date(months // 12, months % 12 + 1, 1)


def forecast(
    *,
    on: date,
    held: int,
    receipts: Iterable = (),
    payments: Iterable = (),
    cases: Iterable = (),
    months: int = MONTHS,
) -> list[Month]:
    """The Months from that of `on`; `held` is what is there now, the others are (day, minor units)."""
    firsts = [month_of(on, number) for number in range(months)]
    sums = [_by_month(rows, firsts) for rows in (receipts, payments, cases)]
    found, opening = [], held
    for first in firsts:
        row = Month(first, opening, *(amounts[first] for amounts in sums))
        found.append(row)
        opening = row.left
    return found


def _by_month(rows, firsts):
    amounts = dict.fromkeys(firsts, 0)
    for day, amount in rows:
        first = max(month_of(day), firsts[0])
        if first in amounts:
            amounts[first] += amount
    return amounts


def first_short(months):
    """The first Month at whose end the line is short, or None."""
    return next((month for month in months if month.short), None)


def lowest(months):
    """The Month at whose end the least is left; of equal ones the first."""
    return min(months, key=lambda month: (month.left, month.first))


def by_tranche_plan(plan, amount, on):
    """[(day, minor units)] in which `amount` falls due by a window's tranche plan, when it is promised on `on`.

    A row of the plan has `percent`, and may say `months`: how long after the promise it is expected (0 without it).
    """
    rows = [row for row in plan or [] if row.get("percent")]
    if not rows:
        return [(on, amount)]
    parts = split(amount, [row["percent"] for row in rows])
    return [(month_of(on, int(row.get("months", 0))), part) for row, part in zip(rows, parts, strict=True)]
