"""The annual cost of a loan to its borrower, in per cent: the equation of Annex I of Directive 2008/48/EC. Pure.

The rate X solves: sum of drawdowns C / (1 + X)^t = sum of payments D / (1 + X)^s, where t and s are years from the
first drawdown. A year has 12 equal months or 52 weeks. An interval that is not a whole number of them is counted
backwards from its end: whole months first, then the days that are left over 365, or over 366 where the year that ends
with those days has a 29 February.
"""

from collections.abc import Iterable
from datetime import date
from decimal import ROUND_HALF_UP, Decimal, localcontext

from loans.schedule.periods import add_months

PRECISION = 40
ENOUGH = Decimal("1e-12")
HIGHEST = Decimal(10_000)  # a million per cent a year


class NoAnnualCostError(ValueError):
    """No rate makes what was drawn and what is paid equal: the payments are worth less than the loan."""


def years_between(begin: date, end: date, *, weekly: bool = False) -> Decimal:
    """The interval in years, counted in months or, where instalments are `weekly`, in weeks where they fit."""
    days = (end - begin).days
    if weekly and days % 7 == 0:
        return Decimal(days // 7) / 52
    months = (end.year - begin.year) * 12 + end.month - begin.month
    if add_months(begin, months) == end:
        return Decimal(months) / 12
    if add_months(end, -months) < begin:
        months -= 1
    stop = add_months(end, -months)
    year = (stop - add_months(stop, -12)).days
    return Decimal(months) / 12 + Decimal((stop - begin).days) / year


def annual_cost_pct(
    drawn: Iterable[tuple[date, int]], paid: Iterable[tuple[date, int]], *, weekly: bool = False
) -> Decimal:
    """The annual percentage rate, half up to one decimal as the Annex asks. Amounts in minor units of one currency.

    `drawn` is what the borrower receives, a fee withheld already taken off. Raises NoAnnualCostError where nothing is
    drawn, or where less is paid than drawn.
    """
    drawn, paid = list(drawn), list(paid)
    if not drawn or sum(amount for _day, amount in paid) < sum(amount for _day, amount in drawn):
        raise NoAnnualCostError("Less is paid than drawn: there is no cost to express.")
    first = min(day for day, _amount in drawn)
    flows = [(years_between(first, day, weekly=weekly), Decimal(amount)) for day, amount in drawn]
    flows += [(years_between(first, day, weekly=weekly), Decimal(-amount)) for day, amount in paid]
    with localcontext() as context:
        context.prec = PRECISION
        low, high = Decimal(0), Decimal(1)
        while _worth(flows, high) < 0:
            high *= 2
            if high > HIGHEST:
                raise NoAnnualCostError("The payments come so early that no yearly rate expresses them.")
        while high - low > ENOUGH:
            middle = (low + high) / 2
            low, high = (middle, high) if _worth(flows, middle) < 0 else (low, middle)
    return (high * 100).quantize(Decimal("0.1"), ROUND_HALF_UP)


def _worth(flows, rate):
    """What the drawdowns are worth more than the payments at that rate; it rises with the rate."""
    return sum(amount / (1 + rate) ** years for years, amount in flows)
