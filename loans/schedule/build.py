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
        level = None
    else:
        run = DecliningRun(request, periods, rates, rounder)
        lines = run.run()
        level = run.plan.amount if request.is_level else None
    if request.remainder == "first":
        _move_remainder_first(request, lines, level)
    if request.first_period == "actual_days_on_top":
        _charge_actual_days(request, lines[0], periods, rounder)
    return _shown(request, lines, periods, rounder)


def _move_remainder_first(request: ScheduleRequest, lines: list[Line], level: Number | None) -> None:
    """What the last row differs by moves to the first row that repays; no row is made negative by it."""
    weighted = request.principal_weights or request.method == "declining_weighted_principal"
    if weighted or len(lines) - request.grace_principal < 2:
        return
    first, last = lines[request.grace_principal], lines[-1]
    difference = last.principal - first.principal if level is None else last.principal + last.own_interest - level
    difference = min(max(difference, -first.principal), last.principal)
    first.principal += difference
    last.principal -= difference


def _charge_actual_days(request: ScheduleRequest, line: Line, periods: Periods, rounder: Rounder) -> None:
    days = (periods.shown(1) - request.disbursed_on).days
    whole = (periods.due(1) - periods.start(1)).days
    line.own_interest = rounder.amount(Fraction(line.interest) * days / whole)
    line.carried_interest = 0


def _shown(request: ScheduleRequest, lines: list[Line], periods: Periods, rounder: Rounder) -> Schedule:
    tranches = [(tranche.date, rounder.units(tranche.amount)) for tranche in request.tranches]
    rows, repaid = [], 0
    for line in lines:
        due = periods.due(line.no)
        repaid += line.principal
        lent = sum(amount for place, (day, amount) in enumerate(tranches) if place == 0 or day <= due)
        rows.append(
            ScheduleRow(
                no=line.no,
                due=periods.shown(line.no),
                principal=rounder.shown(line.principal),
                interest=rounder.shown(line.interest),
                total=rounder.shown(line.principal + line.interest),
                balance=rounder.shown(lent - repaid),
            )
        )
    interest = sum(line.interest for line in lines)
    return Schedule(
        rows=tuple(rows), total_interest=rounder.shown(interest), total_due=rounder.shown(repaid + interest)
    )
