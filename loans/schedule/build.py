"""From a request to its schedule."""

from fractions import Fraction

from loans.schedule.checks import check_request
from loans.schedule.declining import DecliningRun
from loans.schedule.flat import flat_lines
from loans.schedule.lines import Line
from loans.schedule.periods import Periods, Rates
from loans.schedule.request import Schedule, ScheduleRequest, ScheduleRow
from loans.schedule.rounding import Number, Rounder


def build_schedule(request: ScheduleRequest) -> Schedule:
    """The schedule of a request, exact to the last digit.

    Raises ScheduleError, naming the field, when the request does not make sense.
    """
    check_request(request)
    periods = Periods(request)
    rates = Rates(request, periods)
    rounder = Rounder(request)
    if request.is_flat:
        lines = flat_lines(request, periods, rates, rounder)
        difference = lines[-1].principal - lines[request.grace_principal].principal
    else:
        run = DecliningRun(request, periods, rates, rounder)
        lines = run.run()
        difference = run.plan.last_difference(lines[-1])
    if request.remainder == "first":
        _move_remainder_first(request, lines, difference, periods, rounder)
    if request.first_period == "actual_days_on_top":
        _charge_actual_days(request, lines[0], periods, rounder)
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


def _charge_actual_days(request: ScheduleRequest, line: Line, periods: Periods, rounder: Rounder) -> None:
    days = (periods.shown(1) - request.disbursed_on).days
    whole = (periods.due(1) - periods.start(1)).days
    line.own_interest = rounder.amount(Fraction(line.interest) * days / whole)
    line.carried_interest = 0


def _balances(
    request: ScheduleRequest, lines: list[Line], periods: Periods, rounder: Rounder, *, with_tranche_of_the_day: bool
) -> list[Number]:
    """What is owed after each row, in smallest units."""
    first, *later = ((tranche.date, rounder.units(tranche.amount)) for tranche in request.tranches)
    owed, balances = first[1], []
    for line in lines:
        due = periods.due(line.no)
        owed -= line.principal
        paid_out = sum(amount for day, amount in later if day < due or (with_tranche_of_the_day and day == due))
        balances.append(owed + paid_out)
    return balances


def _shown(request: ScheduleRequest, lines: list[Line], periods: Periods, rounder: Rounder) -> Schedule:
    balances = _balances(request, lines, periods, rounder, with_tranche_of_the_day=True)
    rows = tuple(
        ScheduleRow(
            no=line.no,
            due=periods.shown(line.no),
            principal=rounder.shown(line.principal),
            interest=rounder.shown(line.interest),
            total=rounder.shown(line.principal + line.interest),
            balance=rounder.shown(balance),
        )
        for line, balance in zip(lines, balances, strict=True)
    )
    interest = sum(line.interest for line in lines)
    repaid = sum(line.principal for line in lines)
    return Schedule(rows=rows, total_interest=rounder.shown(interest), total_due=rounder.shown(repaid + interest))
