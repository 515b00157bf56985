"""The one rounding function of a schedule.

Inside the engine an amount is a number of smallest units (`int`, or `Fraction` where nothing is rounded), so that
rounding is always to a whole number and exact: a tie is a tie, never the shadow of a binary fraction.
"""

from decimal import Decimal
from fractions import Fraction

from loans.schedule.request import ScheduleRequest

Number = int | Fraction

GRID_BITS = 2048
COINS = tuple(Decimal(1).scaleb(-digits) for digits in range(5))  # the smallest coin, by the digits of a currency


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
    return QUOTIENTS[mode](numerator, denominator)


def _half_up(numerator: int, denominator: int) -> int:
    if numerator >= 0:
        return (2 * numerator + denominator) // (2 * denominator)
    return -((denominator - 2 * numerator) // (2 * denominator))


def _half_even(numerator: int, denominator: int) -> int:
    whole, rest = divmod(numerator, denominator)
    return whole + (2 * rest > denominator or (2 * rest == denominator and whole % 2 == 1))


def _up(numerator: int, denominator: int) -> int:
    return -(-numerator // denominator)


def _unrounded(numerator: Number, denominator: int) -> Number:
    return bounded(Fraction(numerator) / denominator)


# What each mode makes of a quotient; the denominator is above zero.
QUOTIENTS = {"half_up": _half_up, "half_even": _half_even, "ceiling": _up, "none": _unrounded}


class Rounder:
    """R (`amount`) and RI (`instalment`) of one request, and the way from and to major units."""

    def __init__(self, request: ScheduleRequest) -> None:
        rounding = request.rounding
        self.digits = request.currency_digits
        self._minor = exact(Fraction(request.currency_multiple) * 10**self.digits) if request.currency_multiple else 1
        self.mode = rounding.mode
        self.quotient = QUOTIENTS[self.mode]  # R of a numerator and a denominator, quicker than through a Fraction
        self.instalment_mode = rounding.instalment_mode or rounding.mode
        multiple = rounding.instalment_multiple_of
        self.multiple = self.units(multiple) if multiple else 1
        self.rounds_nothing = self.mode == "none" and self.instalment_mode == "none"
        # Is every amount a whole number of smallest units?
        self.is_whole = self.mode != "none" and self.instalment_mode != "none" and self.multiple.denominator == 1
        # What a smallest unit is in major units, where every amount is a whole number of them; else None.
        self.coin = COINS[self.digits] if self._minor == 1 and self.is_whole else None

    def amount(self, value: Number) -> Number:
        return round_whole(value, self.mode)

    def instalment_quotient(self, numerator: int, denominator: int) -> Number:
        """RI of a quotient of any size, without reducing it first."""
        if self.instalment_mode == "none" or self.multiple.denominator != 1:
            return self.instalment(Fraction(numerator, denominator))
        return QUOTIENTS[self.instalment_mode](numerator, denominator * self.multiple) * self.multiple

    def instalment(self, value: Number) -> Number:
        if self.instalment_mode == "none":
            return exact(bounded(value))
        return exact(round_whole(Fraction(value) / self.multiple, self.instalment_mode) * self.multiple)

    def units(self, major: Decimal) -> Number:
        """Major units as a number of smallest units."""
        numerator, denominator = major.as_integer_ratio()
        numerator *= 10**self.digits
        if self._minor == 1 and numerator % denominator == 0:
            return numerator // denominator
        return exact(Fraction(numerator, denominator) / self._minor)

    def shown(self, units: Number) -> Decimal:
        """Smallest units in major units with the currency's digits, half up: the last step, after all computing."""
        return Decimal(round_whole(units * self._minor, "half_up")) * COINS[self.digits]
