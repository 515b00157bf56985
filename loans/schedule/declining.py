"""Interest on the declining balance, with tranches, changes of rate, payments early and late, and payoff.

The run walks through the periods. Within a period it goes through the dates on which something happens and notes the
balance that bears interest from each of them; at the period's end the row falls due, then what is dated on the due
date itself happens. Amounts are in smallest units.
"""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date

from loans.schedule.lines import Line
from loans.schedule.periods import Periods, Rates
from loans.schedule.plans import LevelPlan, PrincipalPlan, Row
from loans.schedule.request import MAX_ROWS, ScheduleError, ScheduleRequest
from loans.schedule.request import gettext_noop as _
from loans.schedule.rounding import Number, Rounder


@dataclass(slots=True)
class Arrear:
    """What is still unpaid of a row that has fallen due."""

    line: Line
    interest: Number
    principal: Number


class DecliningRun:
    def __init__(
        self,
        request: ScheduleRequest,
        periods: Periods,
        rates: Rates,
        rounder: Rounder,
        plan: LevelPlan | PrincipalPlan,
    ) -> None:
        self.request = request
        self.periods = periods
        self.rates = rates
        self.rounder = rounder
        self.plan = plan
        self.tranches: dict[date, Number] = defaultdict(int)
        for tranche in request.tranches[1:]:
            self.tranches[tranche.date] += rounder.units(tranche.amount)
        self.received: dict[date, Number] = defaultdict(int)
        for payment in request.payments:
            self.received[payment.date] += rounder.units(payment.amount)
        self.as_of = request.as_of or max(self.received, default=None)
        self.dates = sorted({*self.tranches, *self.received, *([self.as_of] if self.as_of else [])})
        self.next_date = 0
        self.interest_end = self._interest_end()

        self.lines: list[Line] = []
        self.balance = rounder.units(request.tranches[0].amount)  # scheduled: after the rows so far, tranches included
        self.arrears: list[Arrear] = []
        self.prepaid: Number = 0  # principal paid before the open row's due date
        self.held: Number = 0  # money that finds nothing to pay until interest falls due
        self.credit: Number = 0  # principal paid ahead that the coming rows need not pay
        self.deferred: Number = 0  # interest of grace rows, to be added to the first row after them
        self.carried: list[Number] = []  # unrounded interest since the open row's predecessor was closed early
        self.balances: list[tuple[date, Number]] = []  # what bears interest, from which day of the period
        self.planned: list[tuple[date, Number]] = []  # the same, as if nothing had come before its time
        self.period = 0
        self.projecting = self.as_of is None
        self.shortened = False
        self.finished = False
        self.to_the_day = False  # row 1 of days on top was closed early, with interest to that day

    def run(self) -> list[Line]:
        while not self.finished:
            self.period += 1
            if self.period > MAX_ROWS:
                raise ScheduleError(
                    "instalment_amount",
                    _("does not repay the loan within %(most)s rows; give more than the interest of a period."),
                    most=MAX_ROWS,
                )
            self._live_through()
            self._end_period()
        self._after_the_end()
        return self.lines

    # -- the days of a period

    def _live_through(self) -> None:
        begin, due = self.periods.begin(self.period), self.periods.due(self.period)
        self.balances = [(begin, self._bearing())]
        self.planned = list(self.balances)
        while self.next_date < len(self.dates) and self.dates[self.next_date] < due:
            day = self.dates[self.next_date]
            self.next_date += 1
            self.balance += self.tranches.pop(day, 0)
            if day in self.received:
                self._receive(self.received[day], day)
            self._reach(day)
            self._note_balance(max(day, begin))

    def _bearing(self) -> Number:
        """The balance that bears interest now."""
        late = 0 if self.projecting else sum(arrear.principal for arrear in self.arrears)
        return self.balance + late - self.prepaid

    def _note_balance(self, day: date) -> None:
        planned = self._bearing() + self.prepaid
        if planned != self.planned[-1][1]:  # each stretch is rounded for itself: money that came makes no cut in it
            self.planned.append((day, planned))
        if self.balances[-1][0] == day:
            self.balances.pop()
        bearing = self._bearing()
        if not self.balances or self.balances[-1][1] != bearing:
            self.balances.append((day, bearing))

    def _reach(self, day: date) -> None:
        """From `as_of` on the rest is a projection in which everything is paid on schedule."""
        if day == self.as_of:
            self.projecting = True
            self.arrears.clear()

    def _interest_end(self) -> date | None:
        """The day on which a payoff stops all interest."""
        payoff = self.request.payoff
        if payoff is None or payoff.interest_until == "date":
            return payoff.date if payoff else None
        no = 1
        while self.periods.due(no) < payoff.date:
            no += 1
        return self.periods.due(no)

    def _stretches(
        self, until: date, *, borne: list[tuple[date, Number]] | None = None, known_until: date | None = None
    ) -> list[Number]:
        """The unrounded interests of the period up to a day: one per stretch of one balance and one rate.

        `borne`: the balances, where it is not what bears interest. Rates from `known_until` on are not yet known: they
        change nothing of what money did before.
        """
        no = self.period
        balances, steps = dict(borne or self.balances), self.rates.steps(no, known_until)
        rates = dict(steps)
        cuts = sorted({*balances, *rates})
        stretches, balance, rate = [], 0, steps[0][1]
        for place, cut in enumerate(cuts):
            balance, rate = balances.get(cut, balance), rates.get(cut, rate)
            stop = min(cuts[place + 1], until) if place + 1 < len(cuts) else until
            if cut < stop:
                stretches.append(balance * (rate * self.periods.share(no, cut, stop)))
        return stretches

    def _charged(self, until: date) -> list[Number]:
        """The stretches up to a day, as far as a payoff lets interest run."""
        return self._stretches(until if self.interest_end is None else min(until, self.interest_end))

    # -- money

    def _receive(self, amount: Number, day: date, *, row_due_today: bool = False) -> None:
        """A payment settles what is due, oldest first, interest before principal; the rest is early or in excess."""
        left = self._settle(amount + self.held)
        self.held = 0
        if left and self.finished:
            self.held = left
        elif left and row_due_today:
            self._take_excess(left)
        elif left and self.request.on_payment.early == "principal_first":
            taken = min(left, self._bearing())
            self.prepaid += taken
            self.held = left - taken
        elif left:
            self._close_early(left, day)

    def _settle(self, left: Number) -> Number:
        for arrear in self.arrears:
            interest = min(left, arrear.interest)
            principal = min(left - interest, arrear.principal)
            arrear.interest -= interest
            arrear.principal -= principal
            left -= interest + principal
        self.arrears = [arrear for arrear in self.arrears if arrear.interest or arrear.principal]
        return left

    def _take_excess(self, left: Number) -> None:
        """Money above the row that falls due today: the row shows what was paid."""
        taken = min(left, self.balance)
        self.lines[-1].principal += taken
        self.balance -= taken
        self.held = left - taken
        self._excess(taken)

    def _excess(self, principal: Number) -> None:
        if principal <= 0:
            return
        self.shortened = True
        kind = self.request.on_payment.excess
        if kind == "next_instalments":
            self.credit += principal
        elif kind == "reduce_instalment" and not self.plan.on_approved:
            self.plan.anew = True

    def _close_early(self, left: Number, day: date) -> None:
        """An early payment of at least an instalment closes the open row today."""
        no = len(self.lines) + 1
        due = self.periods.due(self.period)
        self._note_balance(max(day, self.periods.begin(self.period)))
        stretches = self.carried + self._charged(day)
        whole = self.carried + self._stretches(due, known_until=day)
        whole += [
            self.balance * self.rates.before(day) * self.periods.whole_share(later)
            for later in range(self.period + 1, no + 1)
        ]
        own, shown = self._interest(no, stretches)
        scheduled = 0
        if self._repays_principal(no):
            scheduled = self.plan.scheduled(Row(no, self.balance, own, whole, day))
        begin = self.periods.begin(self.period)
        if no == 1 and self._days_on_top:
            # The level instalment is that of whole periods; what the money bore by its own days comes on top.
            begin, self.to_the_day = self.request.disbursed_on, True
            if no > self.request.grace_interest:
                own = sum(self.rounder.amount(stretch) for stretch in whole)
                own = shown = self.rounder.amount(own * self.periods.actual_days(day))
        if left < scheduled + shown:
            raise ScheduleError(
                "payments",
                _(
                    "%(left)s is left on %(day)s before instalment %(no)s is due, less than the %(due)s of that"
                    " instalment; choose principal_first for `early`."
                ),
                left=self.rounder.shown(left),
                day=day,
                no=no,
                due=self.rounder.shown(scheduled + shown),
            )
        due_principal = self._after_credit(no, scheduled)
        paid = min(left - shown, self.balance)
        self._add_line(no, paid, own, shown)
        self.held = left - shown - paid
        self._excess(paid - due_principal)
        # The rest of the period, on the lowered balance, is interest of the next row.
        self.carried = []
        self.balances = [(max(day, begin), self._bearing())]
        self.planned = list(self.balances)
        self._see_whether_finished(no)

    # -- rows

    @property
    def _days_on_top(self) -> bool:
        return self.request.as_booked and self.request.first_period == "actual_days_on_top"

    def _repays_principal(self, no: int) -> bool:
        return no > self.request.grace_principal

    def _interest(self, no: int, stretches: list[Number]) -> tuple[Number, Number]:
        """The row's own interest, and all that it shows: with what a grace deferred to it."""
        charged = sum(self.rounder.amount(stretch) for stretch in stretches)
        if no <= self.request.grace_interest:
            if self.request.grace_interest_kind == "deferred":
                self.deferred += charged
            return 0, 0
        return charged, charged + self.deferred

    def _after_credit(self, no: int, scheduled: Number) -> Number:
        if no == self.request.n:
            return scheduled
        used = min(self.credit, scheduled)
        self.credit -= used
        return scheduled - used

    def _add_line(self, no: int, principal: Number, own: Number, shown: Number) -> Line:
        line = Line(no=no, principal=principal, own_interest=own, carried_interest=shown - own)
        if shown != own or no > self.request.grace_interest:
            self.deferred = 0
        self.lines.append(line)
        self.balance -= principal
        return line

    def _end_period(self) -> None:
        no, due = self.period, self.periods.due(self.period)
        if len(self.lines) >= no:
            # The row was closed early: what happens today belongs to the next one.
            self.carried += self._charged(due)
            return
        self._row_falls_due(no, due)
        if self.next_date < len(self.dates) and self.dates[self.next_date] == due:
            self.next_date += 1
            self.balance += self.tranches.pop(due, 0)
            if due in self.received:
                self._receive(self.received[due], due, row_due_today=True)
            self._reach(due)
        self._see_whether_finished(no)

    def _row_falls_due(self, no: int, due: date) -> None:
        whole = self.carried + self._stretches(due)
        charged = whole if self.interest_end is None else self.carried + self._charged(due)
        own, shown = self._interest(no, charged)
        if self.prepaid and self.request.as_booked:
            whole = self.carried + self._stretches(due, borne=self.planned)
        self.carried = []
        scheduled = 0
        if self._repays_principal(no):
            scheduled = self._scheduled(Row(no, self.balance, own, whole, due))
        if self.interest_end is not None and due >= self.interest_end:
            self.credit = 0  # a payoff asks for everything
        due_principal = self._after_credit(no, scheduled)
        principal = max(due_principal, self.prepaid)
        excess, unpaid = self.prepaid - due_principal, principal - self.prepaid
        self.prepaid = 0
        line = self._add_line(no, principal, own, shown)
        self._excess(excess)
        if no == 1 and self._days_on_top:
            shown = self.rounder.amount(shown * self.periods.actual_days(self.periods.shown(1)))
        self.arrears.append(Arrear(line, shown, unpaid))
        self.held = self._settle(self.held) if self.held else 0
        if self.projecting:
            self.arrears.clear()

    def _scheduled(self, row: Row) -> Number:
        closed = self.interest_end is not None and self.periods.start(row.no) >= self.interest_end
        if closed and self.request.is_level and self.plan.amount is not None:
            # A loan that is paid off: what is left, in instalments as they were.
            return row.balance if row.no == self.request.n else min(self.plan.amount, row.balance)
        return self.plan.scheduled(row)

    def _see_whether_finished(self, no: int) -> None:
        if no == self.request.n:
            self.finished = True
        elif self.balance == 0 and not self.tranches:
            self.finished = self.request.is_level or self.shortened
        if self.finished and self.deferred and self.lines:
            # A loan repaid within its grace on interest: what was deferred falls due with the last row.
            last = self.lines[-1]
            last.carried_interest += self.deferred
            self.arrears.append(Arrear(last, self.deferred, 0))
            self.deferred = 0
            self.held = self._settle(self.held)
            if self.projecting:
                self.arrears.clear()

    def _after_the_end(self) -> None:
        for day in self.dates[self.next_date :]:
            if day in self.received:
                self._receive(self.received[day], day)
        if self.tranches:
            raise ScheduleError(
                "disbursements",
                _("a tranche is dated %(day)s, after the last instalment; leave it out or move it."),
                day=max(self.tranches),
            )
        if self.held:
            raise ScheduleError(
                "payments",
                _("come to %(held)s more than the loan owes; leave out what is overpaid."),
                held=self.rounder.shown(self.held),
            )
