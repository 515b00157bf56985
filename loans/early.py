"""What early money does to a schedule, and what repaying everything on a day costs: pure, in minor units.

Both are asked of the schedule engine itself, by the request of the version in force: so a preview, a booking and the
published examples are one computation. To the engine every instalment before the one at hand was paid on its day;
being late costs penalties, not other instalments (loans/standing.py).
"""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction

from loans.schedule import OnPayment, Payment, Payoff, ScheduleError, ScheduleRequest, build_schedule
from loans.schedule.periods import Periods

RESHAPING = ("reduce_number", "reduce_instalment")


class Reshaped:
    """The schedule of a request as early money has made it so far. `rows` are (principal, interest) by number."""

    def __init__(self, request: ScheduleRequest, on_payment: OnPayment | None) -> None:
        # What comes before the first instalment leaves that as the contract says it.
        self.request = replace(request, as_booked=True)
        self.periods = Periods(request)
        self.on_payment = on_payment
        self.closed: dict[int, Payment] = {}  # what closed an instalment before its day, or paid more on it
        self.lowered: dict[int, list[Payment]] = {}  # what lowered its principal before its day
        self.rows = self._built(request)
        self.planned = self.rows
        self.principal = sum(principal for principal, _interest in self.rows.values())

    def _built(self, request: ScheduleRequest) -> dict[int, tuple[int, int]]:
        return {row.no: (self._minor(row.principal), self._minor(row.interest)) for row in build_schedule(request).rows}

    def _minor(self, major: Decimal) -> int:
        return int(major.scaleb(self.request.currency_digits))

    def _major(self, minor: int) -> Decimal:
        return Decimal(minor).scaleb(-self.request.currency_digits)

    def falls_due(self, no: int) -> date:
        """The day on which the interest of an instalment is whole; it may be shown on a later, working day."""
        return self.periods.due(no)

    def _paid_before(self, no: int) -> tuple[Payment, ...]:
        """What the engine is told of the instalments before `no`: each was paid in full when it fell due, or closed."""
        told = []
        for before in range(1, no):
            early = self.lowered.get(before, [])
            rest = self._major(sum(self.rows[before])) - sum(payment.amount for payment in early)
            told += early
            if before in self.closed:
                told.append(self.closed[before])
            elif rest:
                told.append(Payment(self.periods.due(before), rest))
        return tuple(told)

    def _rows_after(self, payments: tuple[Payment, ...]) -> dict[int, tuple[int, int]] | None:
        """The rows when that is paid; None where the engine refuses it, or would need an instalment more."""
        try:
            rows = self._built(replace(self.request, payments=payments, on_payment=self.on_payment))
        except ScheduleError:
            return None
        known = {number: rows.get(number, (0, 0)) for number in self.rows}
        return known if sum(principal for principal, _interest in known.values()) == self.principal else None

    def lower(self, no: int, day: date, amount: int) -> dict[int, tuple[int, int]] | None:
        """The rows from `no` on when `amount` lowers the principal on `day`, before that instalment is due; None where
        it cannot. Its interest stays due on its day. `amount` is no more than is owed of the principal."""
        payment = Payment(max(day, self.request.disbursed_on), self._major(amount))
        early = [*self.lowered.get(no, []), payment]
        rows = self._rows_after((*self._paid_before(no), *early))
        if rows is None:
            return None
        self.lowered[no], self.rows = early, rows
        return {number: parts for number, parts in rows.items() if number >= no}

    def close(self, no: int, day: date, amount: int, *, due_today: bool) -> dict[int, tuple[int, int]] | None:
        """The rows when `amount` pays instalment `no` on `day`, from this one on; None where that is too little.

        On its due date the instalment is paid as it stands, and what is more lowers the principal; before that day
        its interest runs to the day only. `amount` is no more than `rest_on` says.
        """
        if self._days_on_top(no) and not due_today and amount >= self.principal + self.interest_on(no, day, "date"):
            return None  # everything is repaid, with interest by the days of that period: the schedule ends
        on = self.periods.due(no) if due_today else min(day, self.periods.due(no))
        early = self.lowered.get(no, [])
        payment = Payment(on, self._major(amount) - sum(one.amount for one in early))
        rows = self._rows_after((*self._paid_before(no), *early, payment))
        if rows is None or sum(rows[no]) != amount or (no == self.request.n and self.lent_after(day)):
            return None  # the last instalment cannot be closed before all is paid out
        self.closed[no], self.rows = payment, rows
        return {number: parts for number, parts in rows.items() if number >= no}

    def _days_on_top(self, no: int) -> bool:
        return no == 1 and self.request.first_period == "actual_days_on_top"

    def lent_after(self, day: date) -> int:
        """What of the principal is paid out after `day` only.

        Never what a schedule begins with: where interest is paid ahead it begins later than the money was lent.
        """
        return sum(self._minor(tranche.amount) for tranche in self.request.tranches[1:] if tranche.date > day)

    def _lent_by(self, day: date) -> ScheduleRequest:
        """The request as far as it is paid out by `day`; all of it where nothing is."""
        parts = tuple(tranche for tranche in self.request.tranches if tranche.date <= day)
        if len(parts) in (0, len(self.request.tranches)):
            return self.request
        return replace(self.request, principal=sum(part.amount for part in parts), disbursements=parts)

    def interest_on(self, no: int, day: date, until: str) -> int:
        """The interest from instalment `no` on when everything is repaid on `day`, before that instalment is due.

        `until`: `date`, `period_end`, or `schedule` for all of it.
        """
        if until == "schedule":
            return sum(interest for number, (_principal, interest) in self.rows.items() if number >= no)
        if day < self.request.disbursed_on:
            # Interest was paid ahead before this schedule was made: it bears none yet.
            return 0
        if self.request.is_flat or self._days_on_top(no):
            return self._interest_by_days(no, day, until)
        day = min(day, self.periods.due(len(self.planned)))
        known = tuple(change for change in self.request.rate_changes if change.from_ <= day)
        told = replace(self._lent_by(day), rate_changes=known, payoff=Payoff(day, until))
        if told.remainder == "first":
            told = replace(told, remainder="last")  # its interest is the same
        if self.closed or self.lowered:
            payments = (*self._paid_before(no), *self.lowered.get(no, []))
            told = replace(told, payments=payments, on_payment=self.on_payment)
        return sum(interest for number, (_principal, interest) in self._built(told).items() if number >= no)

    def _interest_by_days(self, no: int, day: date, until: str) -> int:
        """The same of each period that has begun, by its days gone by; what a grace has deferred counts."""
        request, own = self.request, self.rows
        if request.grace_interest_kind == "deferred" and no <= request.grace_interest + 1:
            own, no = self._built(replace(request, grace_interest=0, grace_interest_kind=None)), 1
        found = 0
        for number, (_principal, interest) in own.items():
            begin = request.disbursed_on if number == 1 else self.periods.start(number)
            end, last = self.periods.due(number), day
            if until == "period_end" and (day > begin or number == 1):
                last = end
            if number >= no and last > begin:
                found += _half_up(Fraction(interest * (min(last, end) - begin).days, (end - begin).days))
        return found


def _half_up(value: Fraction) -> int:
    return (2 * value.numerator + value.denominator) // (2 * value.denominator)
