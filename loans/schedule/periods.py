"""Dates of a schedule, and how much of the rate each stretch of days bears."""

from bisect import bisect_left
from calendar import monthrange
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from itertools import pairwise
from operator import attrgetter

from loans.schedule.request import WEEKDAYS, Frequency, NonWorking, ScheduleError, ScheduleRequest
from loans.schedule.request import gettext_noop as _

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


def ratio(
    day_count: str | None, frequency: Frequency, begin: date, end: date, start: date, due: date
) -> tuple[int, int]:
    """The share from `begin` to `end` of the year as numerator and denominator, not reduced.

    Without a `day_count` it is the share of the whole period, which runs from `start` to `due`.
    """
    days = (end - begin).days
    if day_count in FIXED_YEARS:
        return days, FIXED_YEARS[day_count]
    if day_count == "actual/actual":
        share = year_fraction_actual(begin, end)
        return share.numerator, share.denominator
    if day_count and frequency.unit != "month":
        return days, 360
    whole = (due - start).days
    if not whole:
        return 0, 1  # two days off in a row moved to one working day
    if not day_count:
        return days, whole
    return (frequency.every, 12) if days == whole else (days * frequency.every, whole * 12)


class Calendar:
    """The nominal due dates of rows 0 to `number`, and what follows from them alone; row 0 begins the first period.

    Nothing in it changes once it is made: loans on the same days, of which a portfolio is full, share one.
    """

    def __init__(
        self, first_due: date, frequency: Frequency, anchor_day: int | None, non_working: NonWorking, number: int
    ) -> None:
        self.first_due = first_due
        self.frequency = frequency
        self.anchor_day = anchor_day or first_due.day
        self.moves = non_working.interest_moves
        self._weekend = frozenset(WEEKDAYS.index(day) for day in non_working.weekend)
        self._holidays = frozenset(non_working.holidays)
        self.dues = (*self.nominal(range(1)), *self.due(range(1, number + 1)))
        self.shown = tuple(self.on_paper(day) for day in self.dues[1:]) if self.has_days_off else self.dues[1:]
        self._ratios: dict[str | None, list[tuple[int, int]]] = {}
        self._mean_shares: dict[str | None, Fraction] = {}

    @property
    def has_days_off(self) -> bool:
        return bool(self._weekend or self._holidays)

    def nominal(self, numbers: range) -> list[date]:
        """The due dates of these rows before any day off moves them."""
        first, every, unit = self.first_due, self.frequency.every, self.frequency.unit
        try:
            if unit != "month":
                days = every * (7 if unit == "week" else 1)
                return [first + timedelta(days=days * (no - 1)) for no in numbers]
            if self.anchor_day > 28:
                return [add_months(first, every * (no - 1), self.anchor_day) for no in numbers]
            month = first.year * 12 + first.month - 1
            months = [month + every * (no - 1) for no in numbers]
            return [date(count // 12, count % 12 + 1, self.anchor_day) for count in months]
        except (ValueError, OverflowError):
            raise ScheduleError(
                "frequency", _("the last due date would lie past the year 9999; ask for fewer or shorter periods.")
            ) from None

    def due(self, numbers: range) -> list[date]:
        """The days on which the periods of these rows end."""
        days = self.nominal(numbers)
        return [self.on_paper(day) for day in days] if self.moves else days

    def on_paper(self, day: date) -> date:
        """`day`, or the next one that is neither weekend nor holiday."""
        while day.weekday() in self._weekend or day in self._holidays:
            day += ONE_DAY
        return day

    def ratios(self, day_count: str | None) -> list[tuple[int, int]]:
        """The ratio of each whole period; [0] is of row 1."""
        if day_count not in self._ratios:
            periods = pairwise(self.dues)
            self._ratios[day_count] = [ratio(day_count, self.frequency, *period, *period) for period in periods]
        return self._ratios[day_count]

    def mean_share(self, day_count: str | None) -> Fraction:
        if day_count not in self._mean_shares:
            sums: dict[int, int] = {}
            for share, whole in self.ratios(day_count):
                sums[whole] = sums.get(whole, 0) + share
            total = sum((Fraction(share, whole) for whole, share in sums.items()), Fraction(0))
            self._mean_shares[day_count] = total / (len(self.dues) - 1)
        return self._mean_shares[day_count]


calendar_of = lru_cache(maxsize=256)(Calendar)


@lru_cache(maxsize=256)
def factors_of(calendar: Calendar, day_count: str | None, over: int, under: int) -> list[tuple[int, int]]:
    """What 1 bears at the rate `over / under` in each whole period, as numerator and denominator, not reduced."""
    ratios = calendar.ratios(day_count)
    if ratios.count(ratios[0]) == len(ratios):
        return [(over * ratios[0][0], under * ratios[0][1])] * len(ratios)
    return [(over * share, under * whole) for share, whole in ratios]


class Periods:
    """Nominal periods 1, 2, ... of a request; interest always uses these, only the shown due date moves."""

    def __init__(self, request: ScheduleRequest) -> None:
        self.request = request
        self.calendar = calendar_of(
            request.first_due, request.frequency, request.anchor_day, request.non_working, request.n or 0
        )
        self.day_count = request.day_count if request.period_rate_pct is None else None
        self._dues = self.calendar.dues
        self._shares: dict[int, Fraction] = {}
        # With the actual days the money bears interest from its pay-out, else as if paid out on the nominal start.
        actual = request.first_period == "actual_days_in_annuity"
        self.first_begin = request.disbursed_on if actual else self._dues[0]

    def nominal(self, no: int) -> date:
        """The due date of row `no` before any day off moves it."""
        return self.calendar.nominal(range(no, no + 1))[0]

    def due(self, no: int) -> date:
        """The nominal due date of row `no`; row 0 is the nominal start of the first period."""
        if len(self._dues) <= no:
            self._dues += tuple(self.calendar.due(range(len(self._dues), no + 1)))
        return self._dues[no]

    def start(self, no: int) -> date:
        return self.due(no - 1)

    def begin(self, no: int) -> date:
        """The day from which interest runs in the period."""
        return self.first_begin if no == 1 else self.due(no - 1)

    def shown(self, no: int) -> date:
        """The due date on paper: moved to the next day that is neither weekend nor holiday."""
        return self.calendar.on_paper(self.due(no)) if self.calendar.has_days_off else self.due(no)

    def all_shown(self, number: int) -> tuple[date, ...]:
        """The due dates on paper of the first `number` rows of a request that says how many."""
        return self.calendar.shown[:number]

    def share(self, no: int, begin: date, end: date) -> Fraction:
        """The share of the year (or of the whole period, for a rate per period) from `begin` to `end`."""
        return Fraction(*self.ratio(no, begin, end))

    def ratio(self, no: int, begin: date, end: date) -> tuple[int, int]:
        """The same as numerator and denominator, not reduced."""
        return ratio(self.day_count, self.request.frequency, begin, end, self.due(no - 1), self.due(no))

    def actual_days(self, until: date) -> Fraction:
        """What days from the pay-out to `until` are of the whole first period, for a first interest by its own days."""
        return Fraction((until - self.request.disbursed_on).days, (self.due(1) - self.start(1)).days)

    def factors(self, rate: Fraction) -> list[tuple[int, int]]:
        """`factors_of` the calendar of a request that says how many rows."""
        return factors_of(self.calendar, self.day_count, rate.numerator, rate.denominator)

    def mean_share(self) -> Fraction:
        """The mean of the shares of all nominal periods of a request that says how many rows."""
        return self.calendar.mean_share(self.day_count)

    def whole_share(self, no: int) -> Fraction:
        """The share of the whole nominal period."""
        if no not in self._shares:
            self._shares[no] = self.share(no, self.start(no), self.due(no))
        return self._shares[no]


@lru_cache(maxsize=256)
def of_hundred(percent: Decimal) -> Fraction:
    return Fraction(percent) / 100


class Rates:
    """The rate in force on each day, as a fraction of the balance per year (or per period)."""

    def __init__(self, request: ScheduleRequest, periods: Periods) -> None:
        self.periods = periods
        percent = request.annual_rate_pct if request.period_rate_pct is None else request.period_rate_pct
        self.base = of_hundred(percent)
        changes = sorted(request.rate_changes, key=attrgetter("from_")) if request.rate_changes else ()
        self.dates = [change.from_ for change in changes]
        self._rates = [of_hundred(change.annual_rate_pct) for change in changes]

    def before(self, day: date) -> Fraction:
        """The rate known on the eve of `day`."""
        index = bisect_left(self.dates, day)
        return self._rates[index - 1] if index else self.base

    def at_begin(self, no: int) -> Fraction:
        return self.before(self.periods.begin(no) + ONE_DAY)

    def changed(self, begin: date, end: date) -> bool:
        """Is there a change dated from `begin` up to, and not on, `end`?"""
        return bisect_left(self.dates, end) > bisect_left(self.dates, begin)

    def steps(self, no: int, known_until: date | None = None) -> list[tuple[date, Fraction]]:
        """The rates of period `no`, each with the day its interest starts to count; none from `known_until` on.

        The day named in a change already bears the new rate, and a day's interest is that of the night before it:
        so a change counts from the day before it, but on the first day of a period from that day.
        """
        begin, last = self.periods.begin(no), self.periods.due(no)
        if known_until is not None:
            last = min(last, known_until)
        steps = [(begin, self.before(min(begin + ONE_DAY, last)))]
        inside = bisect_left(self.dates, begin + ONE_DAY)
        for index in range(inside, bisect_left(self.dates, last)):
            day, rate = self.dates[index] - ONE_DAY, self._rates[index]
            if day == steps[-1][0]:
                steps.pop()
            if not steps or rate != steps[-1][1]:
                steps.append((day, rate))
        return steps
