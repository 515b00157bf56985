"""A declining loan in which nothing happens: paid out once, one rate, every instalment on its day.

Most schedules are of this kind, so it is worth a run of its own in whole numbers; `declining.DecliningRun` gives the
same lines (tested over random requests).
"""

from loans.schedule.periods import Periods, Rates
from loans.schedule.plans import LevelPlan, PrincipalPlan, Row
from loans.schedule.request import ScheduleRequest
from loans.schedule.rounding import Rounder

Plan = LevelPlan | PrincipalPlan


def is_plain(request: ScheduleRequest, rounder: Rounder) -> bool:
    eventful = request.payments or request.rate_changes or len(request.disbursements) > 1
    told = request.payoff or request.as_of or request.instalment_amount or request.n is None or request.approved_amount
    spread = request.is_level and request.remainder == "spread"
    return rounder.is_whole and not (eventful or told or spread or request.grace_interest)


def plain_parts(
    request: ScheduleRequest, periods: Periods, rates: Rates, rounder: Rounder, plan: Plan
) -> tuple[list[int], list[int]]:
    """The principals and the interests of all rows, in smallest units."""
    factors = periods.factors(rates.base)
    if periods.first_begin != periods.start(1):
        share, whole = periods.ratio(1, periods.first_begin, periods.due(1))
        factors = [(rates.base.numerator * share, rates.base.denominator * whole), *factors[1:]]
    balance, grace = plan.approved, request.grace_principal
    interests = [rounder.quotient(balance * over, under) for over, under in factors[:grace]]
    run = _level_run if request.is_level else _planned_run
    repaid, borne = run(grace + 1, balance, factors[grace:], periods, rounder, plan)
    return [0] * grace + repaid, interests + borne


def _level_run(
    no: int, balance: int, factors: list[tuple[int, int]], periods: Periods, rounder: Rounder, plan: LevelPlan
) -> tuple[list[int], list[int]]:
    """From row `no` on, with the instalment that the plan opens with or the one that it finds nearer to the end."""
    over, under = factors[0]
    amount = plan.opening(no, balance, plan.rates.base, balance * over, under)
    rows, off = _run(balance, factors, rounder, amount)
    plan.amount = amount
    if plan.request.annuity == "solved":
        moved = plan.moved(amount, off, len(factors))
        if moved != amount:
            others, other_off = _run(balance, factors, rounder, moved)
            if abs(other_off) < abs(off):
                rows, plan.amount = others, moved
    return rows


def _run(
    balance: int, factors: list[tuple[int, int]], rounder: Rounder, amount: int
) -> tuple[tuple[list[int], list[int]], int]:
    """Principals and interests of rows that pay `amount` in all, and by how much the last total misses it."""
    quotient, principals, interests = rounder.quotient, [], []
    for over, under in factors[:-1]:
        interest = quotient(balance * over, under)
        principal = amount - interest
        if balance <= principal:
            break
        if principal < 0:
            principal = 0
        principals.append(principal)
        interests.append(interest)
        balance -= principal
    else:
        interest = quotient(balance * factors[-1][0], factors[-1][1])
    principals.append(balance)
    interests.append(interest)
    return (principals, interests), balance + interest - amount


def _planned_run(
    no: int, balance: int, factors: list[tuple[int, int]], periods: Periods, rounder: Rounder, plan: PrincipalPlan
) -> tuple[list[int], list[int]]:
    """From row `no` on, each with the principal that is planned for it."""
    principals, interests = [], []
    for row, (over, under) in enumerate(factors, no):
        interest = rounder.quotient(balance * over, under)
        principal = plan.scheduled(Row(row, balance, interest, [], periods.due(row)))
        principals.append(principal)
        interests.append(interest)
        balance -= principal
    return principals, interests
