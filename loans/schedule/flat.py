"""Flat interest: every period bears interest on the amount lent, however much is repaid."""

from fractions import Fraction

from loans.schedule.lines import Line
from loans.schedule.periods import Periods, Rates
from loans.schedule.request import ScheduleRequest
from loans.schedule.rounding import Number, Rounder


def spread_evenly(whole: Number, rows: int, rounder: Rounder) -> list[Number]:
    """Each row gets its part of what is still to spread, so that the remainder wanders through the rows."""
    parts, left = [], whole
    for rows_left in range(rows, 0, -1):
        part = left if rows_left == 1 else min(rounder.amount(Fraction(left) / rows_left), left)
        parts.append(part)
        left -= part
    return parts


def rest_in_last(whole: Number, wanted: list[Number]) -> list[Number]:
    """`wanted` row by row, never more than is left, never less than nothing; the last row takes the rest."""
    parts, left = [], whole
    for amount in wanted[:-1]:
        part = max(min(amount, left), 0)
        parts.append(part)
        left -= part
    parts.append(left)
    return parts


def flat_lines(request: ScheduleRequest, periods: Periods, rates: Rates, rounder: Rounder) -> list[Line]:
    lent = rounder.units(request.principal)
    grace = request.grace_principal
    rows = request.n - grace
    raw = []
    for no in range(1, request.n + 1):
        raw.append(lent * rates.at_begin(no) * periods.share(no, periods.begin(no), periods.due(no)))
    interest = [rounder.amount(amount) for amount in raw[:grace]]
    interest += _interest_after_grace(request, raw[grace:], rounder)
    own = [0 if no <= request.grace_interest else amount for no, amount in enumerate(interest, 1)]
    principal = [0] * grace + _principal_after_grace(request, lent, rows, own[grace:], rounder)
    deferred = sum(interest[: request.grace_interest]) if request.grace_interest_kind == "deferred" else 0
    lines = []
    for no in range(1, request.n + 1):
        carried = deferred if no == request.grace_interest + 1 else 0
        lines.append(Line(no=no, principal=principal[no - 1], own_interest=own[no - 1], carried_interest=carried))
    return lines


def _interest_after_grace(request: ScheduleRequest, raw: list[Number], rounder: Rounder) -> list[Number]:
    total = rounder.amount(sum(raw))
    if request.interest_weights:
        return rest_in_last(total, [rounder.amount(total * Fraction(weight)) for weight in request.interest_weights])
    if request.remainder == "spread":
        return spread_evenly(total, len(raw), rounder)
    return rest_in_last(total, [rounder.amount(amount) for amount in raw])


def _principal_after_grace(
    request: ScheduleRequest, lent: Number, rows: int, interest: list[Number], rounder: Rounder
) -> list[Number]:
    if request.principal_weights:
        return rest_in_last(lent, [rounder.amount(lent * Fraction(weight)) for weight in request.principal_weights])
    if request.remainder == "spread":
        return spread_evenly(lent, rows, rounder)
    even = Fraction(lent) / rows
    if request.rounding.instalment_multiple_of is None:
        return rest_in_last(lent, [rounder.amount(even)] * rows)
    return rest_in_last(lent, [rounder.instalment(even + amount) - amount for amount in interest])
