"""A declining loan in which nothing happens: paid out once, one rate, every instalment on its day.

Most schedules are of this kind, so it is worth a run of its own in whole numbers; `declining.DecliningRun` gives the
same lines (tested over random requests).
"""

from fractions import Fraction

from loans.schedule.periods import Periods, Rates
from loans.schedule.plans import LevelPlan, PrincipalPlan, Row
from loans.schedule.request import ScheduleRequest
from loans.schedule.rounding import Rounder

Plan = LevelPlan | PrincipalPlan


def is_plain(request: ScheduleRequest, rounder: Rounder) -> bool:
    eventful = request.payments or request.rate_changes or len(request.disbursements) > 1
    told = request.payoff or request.as_of or request.instalment_amount or request.n is None
    spread = request.is_level and request.remainder == "spread"
    return rounder.is_whole and not (eventful or told or spread or request.grace_interest)


def plain_parts(
    request: ScheduleRequest, periods: Periods, rates: Rates, rounder: Rounder, plan: Plan
) -> tuple[list[int], list[int]]:
    """The principals and the interests of all rows, in smallest units. A level instalment is asked of the plan once."""
    balance, last = rounder.units(request.principal), request.n
    over, under, quotient = rates.base.numerator, rates.base.denominator, rounder.quotient
    ratios = list(periods.ratios())
    ratios[0] = periods.ratio(1, periods.first_begin, periods.due(1))
    level, grace, amount = request.is_level, request.grace_principal, None
    principals, interests = [], []
    for no, (share, whole) in enumerate(ratios, 1):
        interest = quotient(balance * over * share, under * whole)
        if no <= grace:
            principal = 0
        elif amount is None or not level:
            stretch = Fraction(balance * over * share, under * whole)
            principal = plan.scheduled(Row(no, balance, interest, [stretch], periods.due(no)))
            amount = plan.amount if level else 0
        elif no == last or balance + interest <= amount:
            principal = balance
        else:
            principal = amount - interest if amount > interest else 0
        principals.append(principal)
        interests.append(interest)
        balance -= principal
        if not balance and level:
            break
    return principals, interests
