"""Where a loan stands after all the money received, by value date: pure, in whole minor units.

A loan's figures are never moved step by step. They are the fold of its schedule and its live receipts, so that a late
entry or a reversal gives what entering everything in order would have given (INVARIANTS N4 to N7, N11).
"""

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

from loans.allocation import COMPONENTS, Allocation, AllocationError, Due, Share, allocate
from loans.early import RESHAPING, Reshaped
from loans.schedule import OnPayment, ScheduleRequest

YEAR_DAYS = 365


class OverdrawnError(ValueError):
    """More was refunded than is held for the borrower once the money is folded anew: `missing` minor units."""

    def __init__(self, missing: int, on: date) -> None:
        super().__init__(f"{missing} more was refunded by {on} than was held.")
        self.missing = missing


@dataclass(frozen=True, slots=True)
class Row:
    """An instalment as the schedule says: amounts due, in minor units. Penalties come by lateness.

    `recalled`: it is owed because money was taken back on its due date, and before that day it is not there.
    """

    no: int
    due: date
    principal: int
    interest: int = 0
    fee: int = 0
    penalty: int = 0
    recalled: bool = False


@dataclass(frozen=True, slots=True)
class Receipt:
    """Money that came in (`amount` above zero), or a refund of an overpayment (below zero)."""

    key: Hashable
    on: date
    amount: int


@dataclass(frozen=True, slots=True)
class Recalled:
    """Money was taken back: what is held for the borrower changes by `held` on the day.

    Below zero that much of it had been held; above zero it had been refunded, and is owed in a row of the day instead.
    """

    on: date
    held: int


@dataclass(frozen=True, slots=True)
class Waiver:
    """`amount` of what fell due of one component by the day is not asked for any more; never more than was unpaid."""

    on: date
    component: str
    amount: int


@dataclass(frozen=True, slots=True)
class Terms:
    """`penalty_pct` is percent a year of overdue principal, by calendar days over 365, from the day after the grace;
    `penalty_cap_pct` the most of it in percent of the instalment's principal.

    `request` is the schedule's own; it is needed where early money changes interest. `early` and `prepay` are what
    money does that comes before its day, and what is more than fell due.

    `penalty_pauses` are (first day, last day or None while it lasts): for no day between them runs a penalty.
    """

    order: tuple[str, ...] = COMPONENTS
    prepay: str = "next_instalments"
    early: str = "next_instalment"
    penalty_pct: Decimal = Decimal(0)
    penalty_grace_days: int = 0
    penalty_cap_pct: Decimal | None = None
    penalty_pauses: tuple[tuple[date, date | None], ...] = ()
    early_interest: str = "schedule"
    request: ScheduleRequest | None = None

    @property
    def lowers(self) -> bool:
        """Does all money that comes before its day lower the principal that day?"""
        return self.early == "principal_first"

    @property
    def on_payment(self) -> OnPayment | None:
        """What the schedule engine makes of early money; None where it leaves the instalments as they are."""
        return OnPayment(self.early, self.prepay) if self.lowers or self.prepay in RESHAPING else None

    @property
    def holds(self) -> bool:
        """Is money that comes too early kept until something falls due?"""
        return self.prepay == "hold" or self.on_payment is not None


@dataclass(slots=True)
class RowStanding:
    """An instalment with what was paid of it; `penalty` is what accrued so far, brought penalties included.

    `row` is the instalment as early money has made it; `closed_on` the day on which it was paid before its time, with
    interest to that day only; `lowered_on` the last day before its time on which money lowered its principal.
    """

    row: Row
    paid: dict[str, int] = field(default_factory=lambda: dict.fromkeys(COMPONENTS, 0))
    waived: dict[str, int] = field(default_factory=lambda: dict.fromkeys(COMPONENTS, 0))
    accrued: Fraction = Fraction(0)
    accrued_to: date | None = None
    settled_on: date | None = None
    closed_on: date | None = None
    lowered_on: date | None = None
    brought: int = 0  # interest of an earlier schedule, beside the instalment's own

    @property
    def penalty(self) -> int:
        return self.row.penalty + _half_up(self.accrued)

    @property
    def due(self) -> date:
        return self.row.due

    def asked(self, component: str) -> int:
        """What is asked of a component in all: what fell or falls due, less what was waived."""
        whole = self.penalty if component == "penalty" else getattr(self.row, component)
        return whole - self.waived[component]

    def open_part(self, component: str) -> int:
        return self.asked(component) - self.paid[component]

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
    terms: Terms
    reshaped: Reshaped | None = None

    @property
    def principal(self) -> int:
        return sum(row.open_part("principal") for row in self.rows)

    @property
    def scheduled(self) -> list[RowStanding]:
        """The instalments of the schedule, without what is owed because money was taken back."""
        return [row for row in self.rows if not row.row.recalled]

    @property
    def owes_anew(self) -> bool:
        """Is something owed because money was taken back? Money that is held pays it at once."""
        return any(row.row.recalled and row.outstanding for row in self.rows)

    @property
    def settled_on(self) -> date | None:
        """The value date on which the last instalment was paid in full; None while something is owed."""
        days = [row.settled_on for row in self.rows if row.owes]
        return None if None in days else max(days)

    def due_by(self, day: date) -> int:
        """What is due and unpaid at the end of `day`, that day's instalment included."""
        return sum(row.outstanding for row in self.rows if row.due <= day)

    def coming(self, day: date) -> list[RowStanding]:
        """Instalments after `day` that are not settled."""
        return [row for row in self.rows if row.due > day and row.outstanding]

    def rest_on(self, day: date) -> int:
        """What the instalments after `day` cost in all when they are repaid on that day."""
        coming = self.coming(day)
        if not coming:
            return 0
        interest = self.interest_on(coming, day)
        return interest + sum(row.outstanding - row.open_part("interest") for row in coming) - self.lent_after(day)

    def payoff_on(self, day: date) -> dict[str, int]:
        """What repays the loan in full on `day`, in its parts; money that is held is not taken off."""
        coming = self.coming(day)
        owed = [*(row for row in self.rows if row.due <= day), *coming]
        parts = {name: sum(row.open_part(name) for row in owed) for name in COMPONENTS}
        if coming:
            spared = sum(row.open_part("interest") for row in coming) - self.interest_on(coming, day)
            parts["interest"] -= spared
        return parts

    def lent_after(self, day: date) -> int:
        """Principal of tranches that came after `day`: on that day nobody owed it."""
        return self.reshaped.lent_after(day) if self.reshaped else 0

    def interest_on(self, coming: list[RowStanding], day: date) -> int:
        """The interest still to pay with `coming` instalments when they are repaid on `day`."""
        if self.reshaped is None:
            return sum(row.open_part("interest") for row in coming)
        first = coming[0].row.no
        later = [row for row in self.scheduled if row.row.no >= first]
        whole = self.reshaped.interest_on(first, day, self.terms.early_interest) + sum(row.brought for row in later)
        return max(whole - sum(row.paid["interest"] for row in later), 0)


def fold(
    rows: Sequence[Row],
    receipts: Iterable[Receipt],
    terms: Terms,
    through: date,
    *,
    held: int = 0,
    waivers: Iterable[Waiver] = (),
    recalls: Sequence[Recalled] = (),
) -> Standing:
    """The standing at the end of `through`, or of the last receipt when that is later.

    `held` is an overpayment brought from an earlier schedule.
    On each day penalties accrue first, then waivers take effect, then held money that is taken back leaves, then money
    held and the day's receipts, as one sum, pay what is due and what the terms say of early money, then refunds leave.
    Raises OverdrawnError, and AllocationError for amounts of no sense.
    """
    planned = [RowStanding(row) for row in sorted(rows, key=lambda row: (row.due, row.no)) if not row.recalled]
    standing = Standing(planned, {}, {}, held, terms)
    if terms.request is not None and (terms.holds or terms.early_interest != "schedule"):
        standing.reshaped = Reshaped(terms.request, terms.on_payment)
        for row in standing.rows:
            row.brought = row.row.interest - standing.reshaped.rows.get(row.row.no, (0, 0))[1]
    for row in standing.rows:
        row.settled_on = None if row.owes else row.due
    by_day: dict[date, list[Receipt]] = {}
    for receipt in receipts:
        if receipt.amount == 0:
            raise AllocationError("nothing cannot be allocated; give an amount.")
        by_day.setdefault(receipt.on, []).append(receipt)
    waived: dict[date, list[Waiver]] = {}
    for waiver in waivers:
        waived.setdefault(waiver.on, []).append(waiver)
    last = max([through, *by_day])
    days = {*by_day, *(day for day in waived if day <= last)}
    if terms.holds:
        days |= {row.due for row in rows if row.due <= last}
    days |= {day for day in (*(row.due for row in rows if row.recalled), *(one.on for one in recalls)) if day <= last}
    for day in sorted(days):
        _owe_anew(standing, [row for row in rows if row.recalled and row.due == day])
        _accrue(standing, day)
        for waiver in waived.get(day, ()):
            _waive(standing, waiver)
        came = [receipt for receipt in by_day.get(day, ()) if receipt.amount > 0]
        left = sum(receipt.amount for receipt in by_day.get(day, ()) if receipt.amount < 0)
        back = [one.held for one in recalls if one.on == day]
        filled = sum(held for held in back if held > 0)
        standing.overpaid += sum(back) - filled
        if filled:
            # What fills a refund is not there to pay with: the refund leaves first.
            standing.overpaid += left + filled
        _take(standing, came, day)
        standing.overpaid += 0 if filled else left
        missing = -standing.overpaid - sum(one.held for one in recalls if one.on > day and one.held > 0)
        if missing > 0:
            raise OverdrawnError(missing, day)
    _accrue(standing, last)
    return standing


def _owe_anew(standing: Standing, rows: list[Row]) -> None:
    """Rows of money that was taken back on this day; they age from it like every other."""
    if rows:
        standing.rows = sorted([*standing.rows, *map(RowStanding, rows)], key=lambda row: (row.due, row.row.no))


def _accrue(standing: Standing, day: date) -> None:
    """Penalty up to `day` on the principal overdue since the last time anything changed: exact, rounded when read."""
    terms = standing.terms
    if not terms.penalty_pct:
        return
    rate = Fraction(terms.penalty_pct) / 100 / YEAR_DAYS
    for row in standing.rows:
        since = row.accrued_to or row.due + timedelta(days=terms.penalty_grace_days)
        if day > since:
            row.accrued += row.open_part("principal") * rate * days_charged(since, day, terms.penalty_pauses)
            row.accrued_to = day
            if terms.penalty_cap_pct is not None:
                row.accrued = min(row.accrued, row.row.principal * Fraction(terms.penalty_cap_pct) / 100)


def days_charged(since: date, day: date, pauses: Iterable[tuple[date, date | None]]) -> int:
    """The days after `since` up to `day`, without those of the pauses; pauses do not overlap."""
    rested = sum(max((min(last or day, day) - max(first, since)).days, 0) for first, last in pauses)
    return (day - since).days - rested


def _waive(standing: Standing, waiver: Waiver) -> None:
    left = waiver.amount
    for row in standing.rows:
        if row.due <= waiver.on and left:
            part = min(left, row.open_part(waiver.component))
            row.waived[waiver.component] += part
            left -= part
            if part and not row.outstanding:
                row.settled_on = waiver.on


def _take(standing: Standing, receipts: list[Receipt], day: date) -> None:
    """The money of a day, that held before it first: what it pays, and whose money paid what."""
    held = max(standing.overpaid, 0) if standing.terms.holds or standing.owes_anew else 0
    came = sum(receipt.amount for receipt in receipts)
    if not came and not (held and standing.due_by(day)):
        return
    pieces = _paid_on(standing, held + came, day)
    standing.overpaid += came - sum(amount for _no, _component, amount in pieces)
    used, pieces = _carved(pieces, held)
    if used.shares:
        standing.applied[day] = replace(used, overpayment=0)
    for receipt in receipts:
        standing.parts[receipt.key], pieces = _carved(pieces, receipt.amount)


Piece = tuple[int, str, int]


def _paid_on(standing: Standing, amount: int, day: date) -> list[Piece]:
    """What `amount` pays on `day`, in its order: (instalment, component, amount). Rows take it at once."""
    terms = standing.terms
    due = [row for row in standing.rows if row.due <= day and row.outstanding]
    pieces = _allocated(standing, amount, day, due)
    left = amount - sum(piece[2] for piece in pieces)
    reshapes = left and terms.on_payment is not None
    if reshapes and terms.lowers and _end_early(standing, left, day):
        return pieces + _allocated(standing, left, day, standing.coming(day))
    reshaped = _reshape(standing, left, day) if reshapes else []
    if left and not reshaped:
        ended = left >= standing.principal and _end_early(standing, left, day)
        if ended or (terms.prepay == "next_instalments" and not reshapes):
            pieces += _allocated(standing, left, day, standing.coming(day))
    return pieces + reshaped


def _allocated(standing: Standing, amount: int, day: date, rows: list[RowStanding]) -> list[Piece]:
    dues = [Due(row.row.no, row.due, **{name: row.open_part(name) for name in COMPONENTS}) for row in rows]
    allocation = allocate(amount, dues, standing.terms.order)
    pieces = [
        (share.no, name, getattr(share, name))
        for share in allocation.shares
        for name in standing.terms.order
        if getattr(share, name)
    ]
    _pay(standing, pieces, day)
    return pieces


def _end_early(standing: Standing, left: int, day: date) -> bool:
    """Does the money repay everything on `day`? Then interest of later days is not asked for any more, unless all of
    the schedule's is agreed."""
    coming = standing.coming(day)
    if standing.reshaped is None or not coming or left < standing.rest_on(day) or standing.lent_after(day):
        return False
    if standing.terms.early_interest == "schedule":
        return True
    interest = standing.interest_on(coming, day)
    for row in coming:
        row.row = replace(row.row, interest=row.paid["interest"] + interest)
        row.closed_on = day
        interest = 0
        if not row.outstanding:
            # Its interest was paid ahead, and is more than falls due now.
            row.settled_on = day
    return True


def _reshape(standing: Standing, left: int, day: date) -> list[Piece]:
    """Money beyond what is due is more principal of the instalment of that day or of the coming one, or closes the
    coming one before its day where it reaches; the later ones are made anew."""
    if not standing.coming(day):
        return []
    scheduled = standing.scheduled
    today = next((row for row in reversed(scheduled) if row.due == day and row.closed_on is None), None)
    row = today or next(row for row in scheduled if row.due > day and row.closed_on is None)
    if standing.terms.lowers and not today:
        if day < standing.reshaped.falls_due(row.row.no):
            return _lower(standing, row, left, day)
        # Its interest is whole, and only a day off moved its day: it is paid as if it had fallen due.
        pieces = _allocated(standing, left, day, [row])
        left -= sum(piece[2] for piece in pieces)
        return pieces + (_raise(standing, row, left, day, today=True) if left else [])
    return _raise(standing, row, left, day, today=bool(today))


def _lower(standing: Standing, row: RowStanding, left: int, day: date) -> list[Piece]:
    """All of the money lowers the principal on `day`; the interest of `row` stays due on its day."""
    amount = min(left, standing.principal - standing.lent_after(day))
    rows = standing.reshaped.lower(row.row.no, day, amount) if amount > 0 else None
    if rows is None:
        return []
    _plan_anew(standing, rows, day)
    row.lowered_on = day
    pieces = [(row.row.no, "principal", amount)]
    _pay(standing, pieces, day)
    return pieces


def _plan_anew(standing: Standing, rows: dict[int, tuple[int, int]], day: date) -> None:
    for other in standing.rows:
        if other.row.no in rows:
            principal, interest = rows[other.row.no]
            other.row = replace(other.row, principal=principal, interest=interest + other.brought)
            # A month of grace in which nothing fell due may owe something now.
            other.settled_on = None if other.outstanding else other.settled_on or day


def _raise(standing: Standing, row: RowStanding, left: int, day: date, *, today: bool) -> list[Piece]:
    """More principal of an instalment on its day, or the coming one closed before it; nothing where that is too
    little."""
    planned = sum(standing.reshaped.rows[row.row.no])
    if today:
        amount = planned + min(left, standing.principal - standing.lent_after(day))
    else:
        amount = planned + min(left, standing.rest_on(day)) - row.outstanding
    rows = standing.reshaped.close(row.row.no, day, amount, due_today=today) if amount > 0 else None
    if rows is None:
        return []
    _plan_anew(standing, rows, day)
    row.closed_on = None if today else day
    pieces = [(row.row.no, name, row.open_part(name)) for name in standing.terms.order if row.open_part(name)]
    _pay(standing, pieces, day)
    return pieces


def _carved(pieces: list[Piece], amount: int) -> tuple[Allocation, list[Piece]]:
    """The first `amount` of the pieces as an Allocation, what is over as its overpayment; and the other pieces."""
    shares: dict[int, dict[str, int]] = {}
    for place, (no, component, whole) in enumerate(pieces):
        part = min(whole, amount)
        if part:
            parts = shares.setdefault(no, {})
            parts[component] = parts.get(component, 0) + part
            amount -= part
        if part < whole:
            pieces = [(no, component, whole - part), *pieces[place + 1 :]]
            break
    else:
        pieces = []
    allocation = Allocation(shares=tuple(Share(no=no, **parts) for no, parts in shares.items()), overpayment=amount)
    return allocation, pieces


def _pay(standing: Standing, pieces: list[Piece], day: date) -> None:
    rows = {row.row.no: row for row in standing.rows}
    for no, component, amount in pieces:
        rows[no].paid[component] += amount
    for no in dict.fromkeys(piece[0] for piece in pieces):
        if not rows[no].outstanding:
            rows[no].settled_on = day


def _half_up(value: Fraction) -> int:
    """Ties away from zero; penalties are never negative."""
    return (2 * value.numerator + value.denominator) // (2 * value.denominator)
