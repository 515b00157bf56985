"""From a request to its schedule."""

from functools import partial
from itertools import accumulate
from operator import add, sub

from loans.schedule.checks import check_request
from loans.schedule.declining import DecliningRun
from loans.schedule.flat import flat_lines
from loans.schedule.lines import Line
from loans.schedule.periods import Periods, Rates
from loans.schedule.plain import is_plain, plain_parts
from loans.schedule.plans import plan_for
from loans.schedule.request import Schedule, ScheduleRequest, ScheduleRow
from loans.schedule.rounding import Number, Rounder

# A row from its six parts, twice as quick as by their names.
ONE_ROW = partial(tuple.__new__, ScheduleRow)


def build_schedule(request: ScheduleRequest) -> Schedule:
    """The schedule of a request, exact to the last digit.

    Raises ScheduleError, naming the field, when the request does not make sense.
    """
    check_request(request)
    periods = Periods(request)
    periods.due(request.n or 1)  # before anything is computed: is every due date a day of the calendar?
    rates = Rates(request, periods)
    rounder = Rounder(request)
    to_the_day = False  # the first row was closed before it fell due, with interest to that day
    if request.is_flat:
        lines = flat_lines(request, periods, rates, rounder)
        difference = lines[-1].principal - lines[request.grace_principal].principal
    else:
        plan = plan_for(request, periods, rates, rounder)
        if is_plain(request, rounder):
            principals, interests = plain_parts(request, periods, rates, rounder, plan)
            if rounder.coin is not None and _is_final(request):
                return _shown_in_coins(request, periods, rounder, principals, interests)
            numbers = range(1, len(principals) + 1)
            lines = [Line(*parts) for parts in zip(numbers, principals, interests, strict=True)]
        else:
            run = DecliningRun(request, periods, rates, rounder, plan)
            lines, to_the_day = run.run(), run.to_the_day
        difference = plan.last_difference(lines[-1])
    if request.remainder == "first":
        _move_remainder_first(request, lines, difference, periods, rounder)
    if request.first_period == "actual_days_on_top" and not to_the_day:
        _charge_actual_days(lines[0], periods, rounder)
    return _shown(request, lines, periods, rounder)


def _move_remainder_first(
    request: ScheduleRequest, lines: list[Line], difference: Number, periods: Periods, rounder: Rounder
) -> None:
    """What the last row differs by moves to the first row that repays; nothing is made negative by it."""
    weighted = request.principal_weights or request.method == "declining_weighted_principal"
    if weighted or len(lines) - request.grace_principal < 2:
        return
    first, last = lines[request.grace_principal], lines[-1]
    owed = _balances(request, lines, periods, rounder, with_tranche_of_the_day=False)
    least_owed = min(owed[request.grace_principal : -1])
    difference = min(max(difference, -first.principal), last.principal, least_owed)
    first.principal += difference
    last.principal -= difference


def _charge_actual_days(line: Line, periods: Periods, rounder: Rounder) -> None:
    line.own_interest = rounder.amount(line.interest * periods.actual_days(periods.shown(1)))
    line.carried_interest = 0


def _balances(
    request: ScheduleRequest, lines: list[Line], periods: Periods, rounder: Rounder, *, with_tranche_of_the_day: bool
) -> list[Number]:
    """What is owed after each row, in smallest units."""
    first, *later = ((tranche.date, rounder.units(tranche.amount)) for tranche in request.tranches)
    owed, balances = first[1], []
    for line in lines:
        owed -= line.principal
        if not later:
            balances.append(owed)
            continue
        due = periods.due(line.no)
        paid_out = sum(amount for day, amount in later if day < due or (with_tranche_of_the_day and day == due))
        balances.append(owed + paid_out)
    return balances


def _is_final(request: ScheduleRequest) -> bool:
    """Do the rows stay as they were run?"""
    return request.remainder != "first" and request.first_period != "actual_days_on_top"


def _shown(request: ScheduleRequest, lines: list[Line], periods: Periods, rounder: Rounder) -> Schedule:
    balances = _balances(request, lines, periods, rounder, with_tranche_of_the_day=True)
    shown, rows = rounder.shown, []
    for line, balance in zip(lines, balances, strict=True):
        parts = (line.principal, line.interest, line.principal + line.interest, balance)
        rows.append(ScheduleRow(line.no, periods.shown(line.no), *map(shown, parts)))
    interest = sum(line.interest for line in lines)
    repaid = sum(line.principal for line in lines)
    return Schedule(rows=tuple(rows), total_interest=shown(interest), total_due=shown(repaid + interest))


def _shown_in_coins(
    request: ScheduleRequest, periods: Periods, rounder: Rounder, principals: list[int], interests: list[int]
) -> Schedule:
    """The same where a unit is a coin and nothing is left to round: sums of what is shown are shown sums."""
    coin, number = rounder.coin, len(principals)
    # Most rows of a level loan ask the same: it is made once, and each schedule that is kept is a fifth smaller.
    usual = principals[number // 2] + interests[number // 2]
    asked = coin * usual
    totals = [asked if units == usual else coin * units for units in map(add, principals, interests)]
    interest = [coin * amount for amount in interests]
    repaid = list(map(sub, totals, interest))
    whole, total = coin * sum(principals), coin * sum(interests)
    owed = accumulate(repaid, sub, initial=whole)
    next(owed)
    columns = (range(1, number + 1), periods.all_shown(number), repaid, interest, totals, owed)
    return Schedule(rows=tuple(map(ONE_ROW, zip(*columns, strict=True))), total_interest=total, total_due=whole + total)
