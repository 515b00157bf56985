"""Where a loan stands after all the money received, by value date: pure, in whole minor units.

A loan's figures are never moved step by step. They are the fold of its schedule and its live receipts, so that a late
entry or a reversal gives what entering everything in order would have given (INVARIANTS N4 to N7, N11).
"""

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from fractions import Fraction

from loans.allocation import COMPONENTS, Allocation, Due, Share, allocate

YEAR_DAYS = 365


class OverdrawnError(ValueError):
    """More was refunded than is held for the borrower once the money is folded anew."""


@dataclass(frozen=True, slots=True)
class Row:
    """An instalment as the schedule says: amounts due, in minor units. Penalties come by lateness."""

    no: int
    due: date
    principal: int
    interest: int = 0
    fee: int = 0
    penalty: int = 0


@dataclass(frozen=True, slots=True)
class Receipt:
    """Money that came in (`amount` above zero), or a refund of an overpayment (below zero)."""

    key: Hashable
    on: date
    amount: int


@dataclass(frozen=True, slots=True)
class Terms:
    """`penalty_pct` is percent a year of overdue principal, by calendar days over 365.

    `penalty_pauses` are (first day, last day or None while it lasts): for no day between them runs a penalty.
    """

    order: tuple[str, ...] = COMPONENTS
    prepay: str = "next_instalments"
    penalty_pct: Decimal = Decimal(0)
    penalty_pauses: tuple[tuple[date, date | None], ...] = ()


@dataclass(slots=True)
class RowStanding:
    """An instalment with what was paid of it; `penalty` is what accrued so far, brought penalties included."""

    row: Row
    paid: dict[str, int] = field(default_factory=lambda: dict.fromkeys(COMPONENTS, 0))
    accrued: Fraction = Fraction(0)
    accrued_to: date | None = None
    settled_on: date | None = None

    @property
    def penalty(self) -> int:
        return self.row.penalty + _half_up(self.accrued)

    @property
    def due(self) -> date:
        return self.row.due

    def open_part(self, component: str) -> int:
        whole = self.penalty if component == "penalty" else getattr(self.row, component)
        return whole - self.paid[component]

    @property
    def owes(self) -> bool:
        """False for a row in which nothing ever falls due, as in a grace without interest."""
        return any((self.row.principal, self.row.interest, self.row.fee, self.row.penalty))

    @property
    def outstanding(self) -> int:
        return sum(self.open_part(component) for component in COMPONENTS)


@dataclass(slots=True)
class Standing:
    """`parts` by receipt key; `applied` are overpayments held that paid an instalment on its due date."""

    rows: list[RowStanding]
    parts: dict[Hashable, Allocation]
    applied: dict[date, Allocation]
    overpaid: int

    @property
    def principal(self) -> int:
        return sum(row.open_part("principal") for row in self.rows)

    @property
    def settled_on(self) -> date | None:
        """The value date on which the last instalment was paid in full; None while something is owed."""
        days = [row.settled_on for row in self.rows if row.owes]
        return None if None in days else max(days)

    def due_by(self, day: date) -> int:
        """What is due and unpaid at the end of `day`, that day's instalment included."""
        return sum(row.outstanding for row in self.rows if row.due <= day)


def fold(rows: Sequence[Row], receipts: Iterable[Receipt], terms: Terms, through: date, *, held: int = 0) -> Standing:
    """The standing at the end of `through`, or of the last receipt when that is later.

    `held` is an overpayment brought from an earlier schedule.
    On each day penalties accrue first, then money held pays what falls due, then the day's receipts are allocated
    in the order given, then refunds leave. Raises OverdrawnError, and AllocationError for amounts of no sense.
    """
    standing = Standing([RowStanding(row) for row in sorted(rows, key=lambda row: (row.due, row.no))], {}, {}, held)
    for row in standing.rows:
        row.settled_on = None if row.owes else row.due
    by_day: dict[date, list[Receipt]] = {}
    for receipt in receipts:
        by_day.setdefault(receipt.on, []).append(receipt)
    last = max([through, *by_day])
    days = set(by_day)
    if terms.prepay == "hold":
        days |= {row.due for row in rows if row.due <= last}
    for day in sorted(days):
        _accrue(standing, day, terms)
        _apply_held(standing, day, terms)
        for receipt in sorted(by_day.get(day, ()), key=lambda receipt: receipt.amount < 0):
            _take(standing, receipt, terms)
    _accrue(standing, last, terms)
    return standing


def _accrue(standing: Standing, day: date, terms: Terms) -> None:
    """Penalty up to `day` on the principal overdue since the last time anything changed: exact, rounded when read."""
    if not terms.penalty_pct:
        return
    rate = Fraction(terms.penalty_pct) / 100 / YEAR_DAYS
    for row in standing.rows:
        since = row.accrued_to or row.due
        if day > since:
            row.accrued += row.open_part("principal") * rate * days_charged(since, day, terms.penalty_pauses)
            row.accrued_to = day


def days_charged(since: date, day: date, pauses: Iterable[tuple[date, date | None]]) -> int:
    """The days after `since` up to `day`, without those of the pauses; pauses do not overlap."""
    rested = sum(max((min(last or day, day) - max(first, since)).days, 0) for first, last in pauses)
    return (day - since).days - rested


def _apply_held(standing: Standing, day: date, terms: Terms) -> None:
    due = standing.due_by(day)
    if terms.prepay != "hold" or not standing.overpaid or not due:
        return
    allocation = allocate(min(standing.overpaid, due), _dues(standing), terms.order, on=day, prepay="hold")
    standing.overpaid -= allocation.allocated
    standing.applied[day] = allocation
    _pay(standing, allocation, day)


def _take(standing: Standing, receipt: Receipt, terms: Terms) -> None:
    if receipt.amount < 0:
        standing.overpaid += receipt.amount
        if standing.overpaid < 0:
            raise OverdrawnError(f"{-standing.overpaid} more was refunded on {receipt.on} than was held.")
        return
    allocation = allocate(receipt.amount, _dues(standing), terms.order, on=receipt.on, prepay=terms.prepay)
    standing.overpaid += allocation.overpayment
    standing.parts[receipt.key] = allocation
    _pay(standing, allocation, receipt.on)


def _dues(standing: Standing) -> list[Due]:
    return [
        Due(row.row.no, row.due, **{component: row.open_part(component) for component in COMPONENTS})
        for row in standing.rows
        if row.outstanding
    ]


def _pay(standing: Standing, allocation: Allocation, day: date) -> None:
    shares: dict[int, Share] = {share.no: share for share in allocation.shares}
    for row in standing.rows:
        share = shares.get(row.row.no)
        if share is None:
            continue
        for component in COMPONENTS:
            row.paid[component] += getattr(share, component)
        if not row.outstanding:
            row.settled_on = day


def _half_up(value: Fraction) -> int:
    """Ties away from zero; penalties are never negative."""
    return (2 * value.numerator + value.denominator) // (2 * value.denominator)
