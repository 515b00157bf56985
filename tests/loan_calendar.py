"""The days of a loan for the second reckoning: when instalments fall due, what share of a year days are, how to round.

Taken from the rules alone, as tests/loan_model.py is.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from math import ceil, floor

# The program's names for a pace and a method.
STEPS = {"month": (1, "month"), "quarter": (3, "month"), "week": (1, "week"), "fortnight": (2, "week")}
METHODS = {"level": "declining_equal_instalment", "equal": "declining_equal_principal", "flat": "flat"}


def rounded(value, mode="half_up", multiple=1):
    """To a multiple of so many minor units: half away from zero, half to even, or always up."""
    value = Fraction(value) / multiple
    if mode == "ceiling":
        return ceil(value) * multiple
    if mode == "half_even":
        return round(value) * multiple
    return (floor(value + Fraction(1, 2)) if value >= 0 else -floor(-value + Fraction(1, 2))) * multiple


def months_on(day, months):
    """The same day so many months later, or the last of that month."""
    year, month = day.year + (day.month - 1 + months) // 12, (day.month - 1 + months) % 12 + 1
    for number in (day.day, 30, 29, 28):
        if number <= day.day:
            try:
                return date(year, month, number)
            except ValueError:
                continue
    raise AssertionError(day)


@dataclass(frozen=True)
class Pace:
    """An instalment every so many months or weeks, and how days are counted between two of them."""

    every: int = 1
    unit: str = "month"
    count: str = "30/360"

    def on(self, day, steps):
        if self.unit == "month":
            return months_on(day, steps * self.every)
        return day + timedelta(weeks=steps * self.every)

    @property
    def by_parts(self):
        """Is a period one whole, and a day in it a part of that? Else each day counts by the calendar."""
        return self.count in ("30/360", "period")

    def regular(self, start, first_due):
        """Is it one period from the pay-out to the first due date? Days of the calendar bear interest each."""
        nominal = self.on(first_due, -1)
        return nominal == start or (self.by_parts and self.on(start, 1) == first_due)

    def share(self, begin, end, whole):
        """What the rate is taken times of, for some days of a period that has `whole` days."""
        days = (end - begin).days
        if self.by_parts:
            return Fraction(days, whole) * (Fraction(self.every, 12) if self.count == "30/360" else 1)
        if self.count != "actual/actual":
            return Fraction(days, int(self.count.removeprefix("actual/")))
        # The night of New Year's Eve is of the new year.
        return sum(
            Fraction(1, 366 if _leap((begin + timedelta(days=night + 1)).year) else 365) for night in range(days)
        )


def _leap(year):
    return (date(year + 1, 1, 1) - date(year, 1, 1)).days == 366
