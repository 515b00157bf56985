"""What a declining row should repay: the level instalment, or a plan of principal.

A plan is asked once per row, in order, and answers the row's scheduled principal. What happened since it was last
asked comes in a `Row`.
"""

from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from functools import lru_cache
from math import lcm

from loans.schedule.lines import Line
from loans.schedule.periods import Periods, Rates
from loans.schedule.request import ScheduleRequest
from loans.schedule.rounding import Number, Rounder


@dataclass(slots=True)
class Row:
    """A row at the moment it is computed. `balance` includes tranches paid out before its due date; `interest` is
    what it shows of its own; `stretches` are the unrounded interests of the whole row, as if nothing more happened;
    `known_until` is the day from which on changes are not yet known."""

    no: int
    balance: Number
    interest: Number
    stretches: list[Number]
    known_until: date


class Plan:
    """Common to all plans: when what was planned must be planned anew."""

    def __init__(self, request: ScheduleRequest, periods: Periods, rates: Rates, rounder: Rounder) -> None:
        self.request = request
        self.periods = periods
        self.rates = rates
        self.rounder = rounder
        self.on_approved = request.on_disbursement == "instalment_on_approved_amount"
        self.approved = rounder.units(request.approved_amount or request.principal)
        self.anew = True
        self.known_since = request.disbursed_on

    def _tranche_came(self, row: Row) -> bool:
        if self.on_approved:
            return False
        return any(self.known_since <= tranche.date < row.known_until for tranche in self.request.tranches[1:])

    def base(self, row: Row) -> Number:
        """The amount that the rows to come repay together."""
        return self.approved if self.on_approved else row.balance


class LevelPlan(Plan):
    """Equal instalments: each row repays the instalment less its interest."""

    def __init__(self, request: ScheduleRequest, periods: Periods, rates: Rates, rounder: Rounder) -> None:
        super().__init__(request, periods, rates, rounder)
        fixed = request.instalment_amount
        self.fixed = None if fixed is None else rounder.units(fixed)
        self.amount = self.fixed
        self._growths: dict[tuple[int, int], Growth] = {}

    def scheduled(self, row: Row) -> Number:
        amount = self.instalment(row)
        if row.no == self.request.n or row.balance + row.interest <= amount:
            return row.balance
        return max(amount - row.interest, 0)

    def last_difference(self, line: Line) -> Number:
        """By how much the last row misses the instalment."""
        return line.principal + line.own_interest - (self.amount or 0)

    def instalment(self, row: Row) -> Number:
        if self._must_compute(row):
            self.amount = self._computed(row)
        self.anew = False
        self.known_since = max(self.known_since, row.known_until)
        return self.amount

    def _must_compute(self, row: Row) -> bool:
        if self.fixed is not None:
            return False
        if self.amount is None or self.request.remainder == "spread":
            return True
        if self.on_approved:
            return False
        return self.anew or self.rates.changed(self.known_since, row.known_until) or self._tranche_came(row)

    def _computed(self, row: Row) -> Number:
        first = self.amount is None
        base = self.base(row) if first else row.balance
        rate = self.rates.before(row.known_until)
        stretches = row.stretches
        if first and self.on_approved:
            begin = self.periods.begin(row.no)
            stretches = [base * rate * self.periods.share(row.no, begin, self.periods.due(row.no))]
        if row.no <= self.request.grace_interest:
            stretches = []
        interest = sum(stretches)
        amount = self.opening(row.no, base, rate, interest.numerator, interest.denominator)
        if self.request.annuity == "mean_rate" or self.rounder.rounds_nothing:
            return amount
        own = sum(self.rounder.amount(stretch) for stretch in stretches)
        off = self._run_difference(row.no, base, own, rate, amount)
        moved = self.moved(amount, off, self.request.n - row.no + 1)
        if moved != amount and abs(self._run_difference(row.no, base, own, rate, moved)) < abs(off):
            return moved
        return amount

    def opening(self, no: int, base: Number, rate: Fraction, interest: int, parts: int) -> Number:
        """The instalment from row `no` on that the annuity formula gives, before any row is run with it.

        `interest / parts` is the unrounded interest of row `no`.
        """
        if self.request.annuity == "mean_rate":
            return self._mean_rate(base, rate, self.request.n - no + 1)
        over, under = self._growth(rate).quotient(no)
        owed = base.numerator * parts + interest * base.denominator
        return self.rounder.instalment_quotient(owed * over, base.denominator * parts * under)

    def moved(self, amount: Number, off: Number, rows: int) -> Number:
        """`amount` moved by its part of what the last of `rows` rows misses it by."""
        return amount + self.rounder.instalment_quotient(off.numerator, off.denominator * rows)

    def _mean_rate(self, base: Number, rate: Fraction, rows: int) -> Number:
        mean = rate * self.periods.mean_share()
        if mean == 0:
            return self.rounder.instalment(Fraction(base) / rows)
        grown = (1 + mean) ** rows
        return self.rounder.instalment(base * mean * grown / (grown - 1))

    def _growth(self, rate: Fraction) -> "Growth":
        key = rate.numerator, rate.denominator  # the hash of a Fraction costs more than the Growth saves
        if key not in self._growths:
            self._growths[key] = Growth(self.periods.factors(rate), self.request.grace_interest)
        return self._growths[key]

    def _run_difference(self, no: int, base: Number, own: Number, rate: Fraction, amount: Number) -> Number:
        """By how much the last total misses `amount` when the rows from `no` on are run with rounded interest."""
        balance, interest, factors = base, own, self._growth(rate).factors
        for later in range(no + 1, self.request.n + 1):
            if balance + interest <= amount:
                break
            balance -= max(amount - interest, 0)
            over, under = factors[later]
            interest = self.rounder.quotient(balance * over, under)
        return balance + interest - amount


@lru_cache(maxsize=256)
def geometric(over: int, under: int, rows: int) -> tuple[int, int]:
    """The quotient of a Growth where `rows` rows to come grow alike: the sum of their powers is a geometric series."""
    grown = (under + over) ** rows
    return grown * over, grown * (under + over) - under ** (rows + 1)


class Growth:
    """For a rate: what 1 owed at row k has grown to by row n, over what 1 paid at each of the rows k..n has.

    Both are kept as numerators over the same power of one common denominator, which falls out of the quotient: so a
    long schedule needs whole numbers only. `factors` are the whole-period factors as (numerator, denominator), none in
    the rows `free` of interest; [0] is before row 1.
    """

    def __init__(self, factors: list[tuple[int, int]], free: int) -> None:
        self.factors = [(0, 1)] * (free + 1) + factors[free:]
        last = factors[-1]
        self._alike_from = free if self.factors.count(last) == len(factors) - free else len(factors)
        self._quotients: list[tuple[int, int]] = []

    def quotient(self, no: int) -> tuple[int, int]:
        over, under = self.factors[-1]
        if no >= self._alike_from and over:
            return geometric(over, under, len(self.factors) - 1 - no)
        if not self._quotients:
            self._quotients = self._all_quotients()
        return self._quotients[no]

    def _all_quotients(self) -> list[tuple[int, int]]:
        common = lcm(*{under for _over, under in self.factors})
        grown, paid, found = 1, 1, []
        for over, under in reversed(self.factors):
            found.append((grown, paid))
            grown *= common + over * (common // under)
            paid = paid * common + grown
        return found[::-1]


class PrincipalPlan(Plan):
    """Equal or weighted principal: each row repays its planned part, whatever its interest."""

    def __init__(self, request: ScheduleRequest, periods: Periods, rates: Rates, rounder: Rounder) -> None:
        super().__init__(request, periods, rates, rounder)
        self.whole: Number = 0
        self.from_row = 0
        self.left: Number = 0
        self.regular: Number | None = None  # what a row repays where no remainder weighs on it
        weighted = request.method == "declining_weighted_principal"
        self._weights = [Fraction(weight) for weight in request.principal_weights] if weighted else []

    def scheduled(self, row: Row) -> Number:
        if self.anew or self._tranche_came(row):
            first = self.from_row == 0
            self.whole = self.base(row) if first else row.balance
            self.from_row, self.left = row.no, self.whole
        self.anew = False
        self.known_since = max(self.known_since, row.known_until)
        if row.no == self.request.n:
            return row.balance
        self.regular = self._planned(row.no)
        planned = min(self.regular, self.left)
        self.left -= planned
        return min(planned, row.balance)

    def last_difference(self, line: Line) -> Number:
        """By how much the last row misses what a row repays."""
        return 0 if self.regular is None else line.principal - self.regular

    def _planned(self, no: int) -> Number:
        if self._weights:
            # Weights of the rows to come share what is planned anew; from the first row on they add up to 1.
            place, first = no - self.request.grace_principal - 1, self.from_row - self.request.grace_principal - 1
            rest = sum(self._weights[first:])
            return self.rounder.amount(Fraction(self.whole * self._weights[place]) / rest) if rest else 0
        rows_left = self.request.n - no + 1
        if self.request.remainder == "spread":
            return self.rounder.amount(Fraction(self.left) / rows_left)
        if self.regular is None or self.from_row == no:
            return self.rounder.amount(Fraction(self.whole) / rows_left)
        return self.regular


def plan_for(request: ScheduleRequest, periods: Periods, rates: Rates, rounder: Rounder) -> LevelPlan | PrincipalPlan:
    kind = LevelPlan if request.is_level else PrincipalPlan
    return kind(request, periods, rates, rounder)
