"""Many schedules at once, in whole minor units: what the exact engine (loans/schedule) gives, by columns of numpy.

For what a portfolio is mostly made of: monthly instalments, level, of equal principal or flat, rounded half up with
the rest in the last row. Everything is whole numbers but the level instalment: it is computed in binary fractions,
and where that leaves open which way it rounds, the loan is among `doubtful` and goes through the exact engine.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from ledger.money import to_minor
from loans.schedule import Frequency, Rounding, ScheduleRequest, build_schedule

METHODS = ("declining_equal_instalment", "declining_equal_principal", "flat")
YEARS = {"30/360": 0, "actual/365": 365, "actual/364": 364, "actual/360": 360}
ANNUITIES = ("mean_rate", "solved")
RATE_UNIT = 1_000_000  # a rate is a whole number of ten thousandths of a percent
LARGEST = 2**62
# How far the level instalment may be off, in parts of it: some hundred roundings of a binary fraction.
DOUBT = 1e-13


@dataclass
class Columns:
    """Loans as columns of equal length: `principal` in minor units, `rate` in ten thousandths of a percent a year,
    days as datetime64[D]; `method`, `year` and `annuity` are places in METHODS, YEARS and ANNUITIES. `on_top`: the
    first row bears interest for its own days (first_period "actual_days_on_top")."""

    principal: np.ndarray
    rate: np.ndarray
    number: np.ndarray
    grace: np.ndarray
    starts_on: np.ndarray
    first_due: np.ndarray
    method: np.ndarray
    year: np.ndarray
    annuity: np.ndarray
    on_top: np.ndarray

    def taken(self, places):
        return Columns(*(getattr(self, name)[places] for name in self.__dataclass_fields__))


@dataclass
class Projected:
    """`due` (datetime64[D]), `principal` and `interest` (minor units): a row for each loan, a column for each
    instalment; `rows` says how many of them the loan has, the rest is zero. `doubtful` are places to be asked of the
    exact engine."""

    due: np.ndarray
    principal: np.ndarray
    interest: np.ndarray
    rows: np.ndarray
    doubtful: np.ndarray


def fits(request: ScheduleRequest) -> bool:
    """Can the request be projected? If not, it is asked of the exact engine."""
    plain = (request.rounding, request.frequency, request.remainder) == (Rounding(), Frequency(), "last")
    special = (
        request.currency_multiple,
        request.disbursements,
        request.approved_amount,
        request.period_rate_pct,
        request.instalment_amount,
        request.grace_interest,
        request.principal_weights,
        request.interest_weights,
        request.non_working.weekend,
        request.non_working.holidays,
        request.rate_changes,
        request.payments,
        request.as_of,
        request.payoff,
    )
    return (
        plain
        and not any(special)
        and request.method in METHODS
        and request.day_count in YEARS
        and request.n is not None
        and request.first_period in ("nominal", "actual_days_on_top")
        and request.annual_rate_pct * 10_000 % 1 == 0
    )


def columns_of(requests: Sequence[ScheduleRequest]) -> Columns:
    """The columns of requests that all `fits`."""
    years = list(YEARS)
    rows = [
        (
            int(request.principal.scaleb(request.currency_digits)),
            int(request.annual_rate_pct * 10_000),
            request.n,
            request.grace_principal,
            METHODS.index(request.method),
            years.index(request.day_count),
            ANNUITIES.index(request.annuity),
            request.first_period == "actual_days_on_top",
        )
        for request in requests
    ]
    numbers = np.array(rows, dtype=np.int64).reshape(-1, 8).T
    days = [np.array([getattr(one, name) for one in requests], dtype="M8[D]") for name in ("disbursed_on", "first_due")]
    return Columns(*numbers[:4], *days, *numbers[4:7], numbers[7].astype(bool))


def project(loans: Columns) -> Projected:
    """The schedules of all loans, those of one shape together."""
    count, most = len(loans.principal), int(loans.number.max(initial=0))
    found = Projected(
        due=np.zeros((count, most), dtype="M8[D]"),
        principal=np.zeros((count, most), dtype=np.int64),
        interest=np.zeros((count, most), dtype=np.int64),
        rows=np.zeros(count, dtype=np.int64),
        doubtful=np.zeros(count, dtype=bool),
    )
    for places in _shapes(loans):
        _Shape(loans.taken(places)).put(found, places)
    return found


def _shapes(loans: Columns) -> Iterator[np.ndarray]:
    """Places of the loans that have number of rows, grace, method, year and annuity in common."""
    shape = loans.number
    for column, size in ((loans.grace, 2000), (loans.method, 8), (loans.year, 8), (loans.annuity, 2)):
        shape = shape * size + column
    kinds, place = np.unique(shape, return_inverse=True)
    order = np.argsort(place, kind="stable")
    yield from np.split(order, np.cumsum(np.bincount(place, minlength=len(kinds)))[:-1]) if len(kinds) else ()


def _half_up(over, under):
    """over / under to whole numbers, ties away from zero; both are whole, `under` above zero."""
    return np.sign(over) * ((2 * np.abs(over) + under) // (2 * under))


class _Shape:
    """Loans of one shape. Rows of the arrays are instalments, so that each step works on neighbours in memory."""

    def __init__(self, loans: Columns) -> None:
        self.loans = loans
        self.n, self.grace = int(loans.number[0]), int(loans.grace[0])
        self.method = METHODS[int(loans.method[0])]
        self.year = list(YEARS.values())[int(loans.year[0])]
        self.solved = ANNUITIES[int(loans.annuity[0])] == "solved"
        self.due = self._due(0, self.n + 1)
        self.days = (self.due[1:] - self.due[:-1]).astype(np.int64)
        self.unit = (self.year or 12) * RATE_UNIT
        most_days = 366 * self.n if self.method == "flat" else 31
        weight = (2 * loans.rate * most_days + 2).astype(float) * loans.principal
        self.doubtful = (weight >= LARGEST) | (loans.principal.astype(float) * 2 * 1000 >= LARGEST)

    def _due(self, first: int, last: int) -> np.ndarray:
        """The due dates of rows `first` to `last` (row 0: where the first period begins), cut to the month's end."""
        months = self.loans.first_due.astype("M8[M]")
        day = (self.loans.first_due - months.astype("M8[D]")).astype(np.int64)
        month = months[None, :] + np.arange(first - 1, last - 1)[:, None]
        begin = month.astype("M8[D]")
        length = ((month + 1).astype("M8[D]") - begin).astype(np.int64)
        return begin + np.minimum(day[None, :], length - 1)

    def put(self, found: Projected, places: np.ndarray) -> None:
        lines = {METHODS[0]: self._level, METHODS[1]: self._equal, METHODS[2]: self._flat}[self.method]
        principal, interest = lines()
        whole = self.days[0]
        first = (self.due[1] - self.loans.starts_on).astype(np.int64)
        interest[0] = np.where(self.loans.on_top, _half_up(interest[0] * first, whole), interest[0])
        rows = np.full(len(places), self.n)
        if self.method == METHODS[0]:
            left = self.loans.principal - np.cumsum(principal, axis=0)
            rows = np.where((left == 0).any(axis=0), (left == 0).argmax(axis=0) + 1, self.n)
        kept = np.arange(1, self.n + 1)[:, None] <= rows
        found.due[places, : self.n] = self.due[1:].T
        found.principal[places, : self.n] = principal.T
        found.interest[places, : self.n] = np.where(kept, interest, 0).T
        found.rows[places], found.doubtful[places] = rows, self.doubtful

    def _interest(self, balance, row):
        """Of one row (from 0) on `balance`: a twelfth of the year by 30/360, else the days of the period."""
        times = self.loans.rate * self.days[row] if self.year else self.loans.rate
        return (2 * balance * times + self.unit) // (2 * self.unit)

    def _equal(self):
        rows = self.n - self.grace
        regular = _half_up(self.loans.principal, np.int64(rows))
        return self._run(lambda row, balance, _interest: balance if row == self.n - 1 else np.minimum(regular, balance))

    def _level(self):
        amount = self._instalment()

        def scheduled(row, balance, interest):
            if row == self.n - 1:
                return balance
            return np.minimum(np.maximum(amount - interest, 0), balance)

        return self._run(scheduled)

    def _run(self, scheduled):
        balance = self.loans.principal.copy()
        principal = np.zeros((self.n, len(balance)), dtype=np.int64)
        interest = np.zeros_like(principal)
        for row in range(self.n):
            interest[row] = self._interest(balance, row)
            if row >= self.grace:
                principal[row] = scheduled(row, balance, interest[row])
                balance -= principal[row]
        return principal, interest

    def _instalment(self):
        """The level instalment, by the mean rate of a period or solved, rounded half up."""
        base, left = self.loans.principal, np.int64(self.n - self.grace)
        rate = self.loans.rate / self.unit
        shares = self.days[self.grace :] if self.year else np.ones((int(left), 1))
        if not self.solved:
            mean = self.days.mean(axis=0) if self.year else 1.0
            shares = np.broadcast_to(mean, shares.shape)
        grown, paid = np.ones(len(base)), np.ones(len(base))
        for share in shares[:0:-1]:
            grown = grown * (1 + rate * share)
            paid = paid + grown
        exact = base * (1 + rate * shares[0]) * grown / paid
        amount = np.floor(exact + 0.5).astype(np.int64)
        near = np.abs(exact + 0.5 - np.rint(exact + 0.5)) <= exact * DOUBT
        free = self.loans.rate == 0
        self.doubtful |= near & ~free
        amount = np.where(free, _half_up(base, left), amount)
        return self._moved(amount, left) if self.solved else amount

    def _moved(self, amount, left):
        """Moved by its part of what the last row misses, where the last row then misses less."""
        off = self._off(amount)
        moved = amount + _half_up(off, left)
        changed = np.flatnonzero(moved != amount)
        if not len(changed):
            return amount
        better = np.abs(self._off(moved)) < np.abs(off)
        return np.where((moved != amount) & better, moved, amount)

    def _off(self, amount):
        """By how much the last total misses the instalment when its rows are run with rounded interest."""
        balance = self.loans.principal.copy()
        interest = self._interest(balance, self.grace)
        for row in range(self.grace + 1, self.n):
            goes_on = balance + interest > amount
            balance = np.where(goes_on, balance - np.maximum(amount - interest, 0), balance)
            interest = np.where(goes_on, self._interest(balance, row), interest)
        return balance + interest - amount

    def _flat(self):
        lent, rate, rows = self.loans.principal, self.loans.rate, self.n - self.grace
        times = rate * self.days if self.year else np.broadcast_to(rate, (self.n, len(lent)))
        interest = _half_up(lent * times, np.int64(self.unit))
        total = _half_up(lent * times[self.grace :].sum(axis=0), np.int64(self.unit))
        interest[self.grace :] = _rest_in_last(total, interest[self.grace :])
        principal = np.zeros((self.n, len(lent)), dtype=np.int64)
        even = np.broadcast_to(_half_up(lent, np.int64(rows)), (rows, len(lent)))
        principal[self.grace :] = _rest_in_last(lent, even)
        return principal, interest


def _rest_in_last(whole, wanted):
    """`wanted` row by row, never more than is left; the last row takes the rest."""
    parts, left = np.zeros(wanted.shape, dtype=np.int64), whole.copy()
    for row in range(len(wanted) - 1):
        parts[row] = np.minimum(wanted[row], left)
        left -= parts[row]
    parts[-1] = left
    return parts


def rows_projected(requests: Sequence[ScheduleRequest], currency: str) -> list[list[tuple]]:
    """[(due date, principal, interest)] in minor units of `currency` for each request: projected where it fits and is
    beyond doubt, else from the exact engine. Raises ScheduleError like it."""
    plain = [place for place, request in enumerate(requests) if fits(request)]
    found = project(columns_of([requests[place] for place in plain]))
    rows = {
        place: list(zip(due[:number], principal[:number], interest[:number], strict=True))
        for place, due, principal, interest, number, doubtful in zip(
            plain,
            found.due.tolist(),
            found.principal.tolist(),
            found.interest.tolist(),
            found.rows.tolist(),
            found.doubtful.tolist(),
            strict=True,
        )
        if not doubtful
    }
    return [rows[place] if place in rows else _exact(request, currency) for place, request in enumerate(requests)]


def _exact(request, currency):
    return [
        (row.due, to_minor(row.principal, currency), to_minor(row.interest, currency))
        for row in build_schedule(request).rows
    ]


def days_late(due: np.ndarray, open_amount: np.ndarray, as_of: np.datetime64) -> np.ndarray:
    """Days past due of each loan on `as_of`: from the oldest of its due dates on which something is unpaid."""
    oldest = np.where(open_amount > 0, due, as_of).min(axis=1, initial=as_of)
    return np.maximum((as_of - oldest).astype(np.int64), 0)
