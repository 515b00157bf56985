"""The one rounding function of a schedule.

Inside the engine an amount is a number of smallest units (`int`, or `Fraction` where nothing is rounded), so that
rounding is always to a whole number and exact: a tie is a tie, never the shadow of a binary fraction.
"""

from decimal import Decimal
from fractions import Fraction

from loans.schedule.request import ScheduleRequest

Number = int | Fraction

GRID_BITS = 2048


def exact(value: Number) -> Number:
    """Whole numbers as `int`, which is many times quicker to compute with than a `Fraction`."""
    return value.numerator if value.denominator == 1 else value


def bounded(value: Number) -> Number:
    """`value`, or its neighbour on a grid far finer than any result can show, where its denominator has grown huge.

    Where nothing is rounded, denominators multiply from row to row. Values that could be a tie have small ones, and
    stay exact; the grid leaves room for an error that doubles with each of the most rows that a schedule may have.
    """
    if value.denominator.bit_length() <= 2 * GRID_BITS:
        return value
    return Fraction((value.numerator << GRID_BITS) // value.denominator, 1 << GRID_BITS)


def round_whole(value: Number, mode: str) -> Number:
    """The whole number that `mode` (half_even, half_up, ceiling, none) makes of `value`."""
    numerator, denominator = value.numerator, value.denominator
    if denominator == 1:
        return numerator
    if mode == "none":
        return bounded(value)
    if mode == "ceiling":
        return -(-numerator // denominator)
    if mode == "half_up":
        rounded = (2 * abs(numerator) + denominator) // (2 * denominator)
        return rounded if numerator >= 0 else -rounded
    return round(value)


class Rounder:
    """R (`amount`) and RI (`instalment`) of one request, and the way from and to major units."""

    def __init__(self, request: ScheduleRequest) -> None:
        rounding = request.rounding
        self.digits = request.currency_digits
        self.unit = Fraction(request.currency_multiple or Decimal(1).scaleb(-self.digits))
        self._minor = exact(self.unit * 10**self.digits)
        self.mode = rounding.mode
        self.instalment_mode = rounding.instalment_mode or rounding.mode
        multiple = rounding.instalment_multiple_of
        self.multiple = exact(Fraction(multiple) / self.unit) if multiple else 1
        self.rounds_nothing = self.mode == "none" and self.instalment_mode == "none"

    def amount(self, value: Number) -> Number:
        return round_whole(value, self.mode)

    def instalment(self, value: Number) -> Number:
        if self.instalment_mode == "none":
            return exact(bounded(value))
        return exact(round_whole(Fraction(value) / self.multiple, self.instalment_mode) * self.multiple)

    def units(self, major: Decimal) -> Number:
        """Major units as a number of smallest units."""
        return exact(Fraction(major) / self.unit)

    def shown(self, units: Number) -> Decimal:
        """Smallest units in major units with the currency's digits, half up: the last step, after all computing."""
        minor = round_whole(units * self._minor, "half_up")
        return Decimal(minor).scaleb(-self.digits)
