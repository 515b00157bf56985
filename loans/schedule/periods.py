"""Dates of a schedule, and how much of the rate each stretch of days bears."""

from bisect import bisect_left
from calendar import monthrange
from datetime import MAXYEAR, date, timedelta
from fractions import Fraction
from itertools import pairwise

from loans.schedule.request import WEEKDAYS, ScheduleError, ScheduleRequest

ONE_DAY = timedelta(days=1)
FIXED_YEARS = {"actual/365": 365, "actual/364": 364, "actual/360": 360}


def add_months(day: date, months: int, anchor: int | None = None) -> date:
    """`day` so many months later, on its day of the month or on `anchor`, cut to the end of a shorter month."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    wanted = anchor or day.day
    return date(year, month + 1, wanted if wanted <= 28 else min(wanted, monthrange(year, month + 1)[1]))


def year_fraction_actual(begin: date, end: date) -> Fraction:
    """Actual/actual: each part over its own year's length, parted at 31 December."""
    share = Fraction(0)
    while begin < end:
        year = begin.year + (1 if (begin.month, begin.day) == (12, 31) else 0)
        stop = min(end, date(year, 12, 31))
        length = (date(year, 12, 31) - date(year - 1, 12, 31)).days
        share += Fraction((stop - begin).days, length)
        begin = stop
    return share


class Periods:
    """Nominal periods 1, 2, ... of a request; interest always uses these, only the shown due date moves."""

    def __init__(self, request: ScheduleRequest) -> None:
        self.request = request
        self._nominal = [self._step(-1)]
        self._ratios: list[tuple[int, int]] = []
        self._shares: dict[int, Fraction] = {}
        self._weekend = frozenset(WEEKDAYS.index(day) for day in request.non_working.weekend)
        self._holidays = frozenset(request.non_working.holidays)
        # With the actual days the money bears interest from its pay-out, else as if paid out on the nominal start.
        actual = request.first_period == "actual_days_in_annuity"
        self.first_begin = request.disbursed_on if actual else self._nominal[0]

    def nominal(self, no: int) -> date:
        """The due date of row `no` before any day off moves it."""
        return self._step(no - 1)

    def _step(self, steps: int) -> date:
        every, unit = self.request.frequency.every, self.request.frequency.unit
        try:
            if unit == "month":
                return add_months(self.request.first_due, every * steps, self.request.anchor_day)
            return self.request.first_due + timedelta(days=every * steps * (7 if unit == "week" else 1))
        except (ValueError, OverflowError):
            sentence = "the last due date would lie past the year 9999; ask for fewer or shorter periods."
            raise ScheduleError("frequency", sentence) from None

    def due(self, no: int) -> date:
        """The nominal due date of row `no`; row 0 is the nominal start of the first period."""
        if len(self._nominal) <= no:
            self._extend(no)
        return self._nominal[no]

    def _extend(self, no: int) -> None:
        nominal, first, frequency = self._nominal, self.request.first_due, self.request.frequency
        begin, anchor = len(nominal) - 1, self.request.anchor_day or first.day
        if frequency.unit == "month" and anchor <= 28 and not self.request.non_working.interest_moves:
            month, every = first.year * 12 + first.month - 1, frequency.every
            if (month + every * no) // 12 <= MAXYEAR:
                months = range(month + every * begin, month + every * no, every)
                nominal.extend([date(count // 12, count % 12 + 1, anchor) for count in months])
                return
        move = self._working if self.request.non_working.interest_moves else None
        for steps in range(begin, no):
            day = self._step(steps)
            nominal.append(move(day) if move else day)

    def dues(self, number: int) -> list[date]:
        """The nominal due dates of rows 0 to `number`."""
        self.due(number)
        return self._nominal

    def start(self, no: int) -> date:
        return self.due(no - 1)

    def begin(self, no: int) -> date:
        """The day from which interest runs in the period."""
        return self.first_begin if no == 1 else self.due(no - 1)

    def shown(self, no: int) -> date:
        """The due date on paper: moved to the next day that is neither weekend nor holiday."""
        return self._working(self.due(no)) if self._weekend or self._holidays else self.due(no)

    def all_shown(self, number: int) -> list[date]:
        """The due dates on paper of rows 1 to `number`."""
        if self._weekend or self._holidays:
            return [self.shown(no) for no in range(1, number + 1)]
        return self.dues(number)[1 : number + 1]

    def _working(self, day: date) -> date:
        while day.weekday() in self._weekend or day in self._holidays:
            day += ONE_DAY
        return day

    def share(self, no: int, begin: date, end: date) -> Fraction:
        """The share of the year (or of the whole period, for a rate per period) from `begin` to `end`."""
        return Fraction(*self.ratio(no, begin, end))

    def ratio(self, no: int, begin: date, end: date) -> tuple[int, int]:
        """The same as numerator and denominator, not reduced."""
        request = self.request
        days = (end - begin).days
        if request.period_rate_pct is None:
            if request.day_count in FIXED_YEARS:
                return days, FIXED_YEARS[request.day_count]
            if request.day_count == "actual/actual":
                share = year_fraction_actual(begin, end)
                return share.numerator, share.denominator
            if request.frequency.unit != "month":
                return days, 360
        nominal = self.dues(no)
        whole = (nominal[no] - nominal[no - 1]).days
        if not whole:
            return 0, 1  # two days off in a row moved to one working day
        if request.period_rate_pct is not None:
            return days, whole
        return (request.frequency.every, 12) if days == whole else (days * request.frequency.every, whole * 12)

    def ratios(self) -> list[tuple[int, int]]:
        """The ratio of each whole nominal period of a request that says how many rows; [0] is of row 1."""
        if not self._ratios:
            request, dues = self.request, self.dues(self.request.n)[: self.request.n + 1]
            annual, years = request.period_rate_pct is None, FIXED_YEARS.get(request.day_count)
            if annual and years:
                self._ratios = [((end - begin).days, years) for begin, end in pairwise(dues)]
            elif annual and request.frequency.unit == "month" and not request.non_working.interest_moves:
                whole = request.day_count == "30/360"
                self._ratios = [(request.frequency.every, 12)] * request.n if whole else []
            self._ratios = self._ratios or [self.ratio(no, dues[no - 1], dues[no]) for no in range(1, request.n + 1)]
        return self._ratios

    def factors(self, rate: Fraction) -> list[tuple[int, int]]:
        """What 1 bears at `rate` in each whole nominal period, as numerator and denominator, not reduced."""
        ratios, over, under = self.ratios(), rate.numerator, rate.denominator
        if ratios.count(ratios[0]) == len(ratios):
            return [(over * ratios[0][0], under * ratios[0][1])] * len(ratios)
        return [(over * share, under * whole) for share, whole in ratios]

    def mean_share(self) -> Fraction:
        """The mean of the shares of all nominal periods of a request that says how many rows."""
        sums: dict[int, int] = {}
        for share, whole in self.ratios():
            sums[whole] = sums.get(whole, 0) + share
        return sum((Fraction(share, whole) for whole, share in sums.items()), Fraction(0)) / self.request.n

    def whole_share(self, no: int) -> Fraction:
        """The share of the whole nominal period."""
        if no not in self._shares:
            self._shares[no] = self.share(no, self.start(no), self.due(no))
        return self._shares[no]


class Rates:
    """The rate in force on each day, as a fraction of the balance per year (or per period)."""

    def __init__(self, request: ScheduleRequest, periods: Periods) -> None:
        self.periods = periods
        percent = request.annual_rate_pct if request.period_rate_pct is None else request.period_rate_pct
        numerator, denominator = percent.as_integer_ratio()
        self.base = Fraction(numerator, denominator * 100)
        changes = sorted(request.rate_changes, key=lambda change: change.from_)
        self.dates = [change.from_ for change in changes]
        self._rates = [Fraction(change.annual_rate_pct) / 100 for change in changes]

    def before(self, day: date) -> Fraction:
        """The rate known on the eve of `day`."""
        index = bisect_left(self.dates, day)
        return self._rates[index - 1] if index else self.base

    def at_begin(self, no: int) -> Fraction:
        return self.before(self.periods.begin(no) + ONE_DAY)

    def changed(self, begin: date, end: date) -> bool:
        """Is there a change dated from `begin` up to, and not on, `end`?"""
        return bisect_left(self.dates, end) > bisect_left(self.dates, begin)

    def steps(self, no: int) -> list[tuple[date, Fraction]]:
        """The rates of period `no`, each with the day its interest starts to count.

        The day named in a change already bears the new rate, and a day's interest is that of the night before it:
        so a change counts from the day before it, but on the first day of a period from that day.
        """
        begin = self.periods.begin(no)
        steps = [(begin, self.at_begin(no))]
        inside = bisect_left(self.dates, begin + ONE_DAY)
        for index in range(inside, bisect_left(self.dates, self.periods.due(no))):
            day, rate = self.dates[index] - ONE_DAY, self._rates[index]
            if day == steps[-1][0]:
                steps.pop()
            if not steps or rate != steps[-1][1]:
                steps.append((day, rate))
        return steps
