"""From a loan's terms to its schedule in minor units: pure, on loans/schedule."""

import calendar
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from decimal import ROUND_DOWN, Decimal

from ledger.money import digits, round_minor, to_major, to_minor
from loans.allocation import COMPONENTS
from loans.schedule import (
    Disbursement,
    Frequency,
    NonWorking,
    RateChange,
    Rounding,
    Schedule,
    ScheduleError,
    ScheduleRequest,
    build_schedule,
    request_as_json,
    request_from_json,
)
from loans.schedule.request import gettext_noop as _
from loans.standing import Row, Terms

STEPS = {
    "month": Frequency(1, "month"),
    "quarter": Frequency(3, "month"),
    "half_year": Frequency(6, "month"),
    "week": Frequency(1, "week"),
    "fortnight": Frequency(2, "week"),
}
WEIGHT_DIGITS = Decimal(1).scaleb(-12)


def month_after(day: date, months: int = 1) -> date:
    """The same day so many months on, cut to the month's end."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    last = calendar.monthrange(year, month + 1)[1]
    return date(year, month + 1, min(day.day, last))


def step_of(terms) -> Frequency:
    return STEPS.get(terms.frequency) or Frequency(terms.frequency_days, "day")


def step_after(day: date, terms, steps: int = 1) -> date:
    """`day` so many instalments on; a month keeps the day, cut to its end."""
    step = step_of(terms)
    if step.unit == "month":
        return month_after(day, step.every * steps)
    return day + timedelta(days=step.every * steps * (7 if step.unit == "week" else 1))


def instalments_in(months: int, terms) -> int:
    """How many whole instalments fall into so many months; weeks and days are counted by a year of 52 weeks or 365
    days. No fewer than one in any months at all."""
    step = step_of(terms)
    if step.unit == "month":
        number = months // step.every
    elif step.unit == "week":
        number = months * 52 // (12 * step.every)
    else:
        number = months * 365 // (12 * step.every)
    return max(number, 1) if months else 0


def limits_of(product) -> tuple[int, int]:
    """The least and the most instalments in the months of the product."""
    return instalments_in(product.least_months, product), instalments_in(product.most_months, product)


def first_due_after(first_due: date, paid_on: date, terms) -> date:
    """`first_due`, moved on by whole instalments until it lies after the pay-out."""
    moved = 0
    while step_after(first_due, terms, moved) <= paid_on:
        moved += 1
    return step_after(first_due, terms, moved)


def fee_of(amount: int, fee_pct) -> int:
    return round_minor(amount * fee_pct / 100)


def request_for(
    loan,
    *,
    principal,
    starts_on,
    first_due,
    number,
    grace=0,
    rate=None,
    instalment=None,
    anew=False,
    holidays: Sequence[date] = (),
    **more,
):
    """The ScheduleRequest of `number` instalments on `principal` minor units, the first `grace` without principal.

    `rate` is what it bears on `starts_on`, where that is not the loan's rate of today. With an `instalment`, in minor
    units, as many follow as repay the loan, and `number` says nothing. `anew`: it takes the place of another schedule.
    `more` are settings of the request that hang on the loan's course: graces of interest, changes of rate, anchor day.

    A first period that is not one step long bears interest for its own days, so that no day is charged twice and none
    goes free; of a new loan it may be agreed that it counts as a whole one. Raises ScheduleError where the parts of
    principal leave no instalment to repay in.
    """
    whole = _is_one_period(loan, starts_on, first_due)
    first_period = "actual_days_in_annuity" if anew and loan.first_period == "nominal" else loan.first_period
    per_period = loan.day_count == "period"
    method, grace = ("declining_equal_principal", number - 1) if loan.method == "bullet" else (loan.method, grace)
    weights = _weights(loan, first_due, number, grace)
    rate = loan.annual_rate_pct if rate is None else rate
    asked = ScheduleRequest(
        principal=to_major(principal, loan.currency),
        currency_digits=digits(loan.currency),
        currency_multiple=_major(loan.coin_amount, loan),
        disbursed_on=starts_on,
        first_due=first_due,
        n=None if instalment else number,
        frequency=step_of(loan),
        method="declining_weighted_principal" if weights and method != "flat" else method,
        annual_rate_pct=None if per_period else rate,
        period_rate_pct=rate if per_period else None,
        day_count="30/360" if per_period else loan.day_count,
        first_period="nominal" if whole else first_period,
        rounding=Rounding(
            mode=loan.rounding,
            instalment_multiple_of=_major(loan.multiple_amount, loan),
            instalment_mode=loan.instalment_rounding or None,
        ),
        annuity=loan.annuity,
        instalment_amount=_major(instalment, loan),
        remainder=loan.remainder,
        grace_principal=grace,
        principal_weights=weights,
        interest_weights=_shared(loan.interest_parts, number - grace) if method == "flat" else (),
        non_working=_days_off(loan, holidays),
        **more,
    )
    return first_days_shared(asked)


def _major(minor: int | None, loan) -> Decimal | None:
    return to_major(minor, loan.currency) if minor else None


def _is_one_period(terms, starts_on: date, first_due: date) -> bool:
    """Is it one whole period from the pay-out to the first due date?

    From the last of January to the last of February is a month; but where each day of the calendar counts, the days
    between 28 and 31 January would be charged before the money was paid out.
    """
    by_days = terms.day_count not in ("30/360", "period")
    nominal = step_after(first_due, terms, -1) == starts_on
    return nominal or (not by_days and step_after(starts_on, terms) == first_due)


def first_days_shared(request: ScheduleRequest) -> ScheduleRequest:
    """Where a tranche or another rate comes within a first period of other days, each amount and each day bears its own
    interest. So do days whose interest is deferred: on top of a first interest of nothing they would not be counted,
    and those of a whole period would be charged.
    """
    days = [*(tranche.date for tranche in request.tranches[1:]), *(change.from_ for change in request.rate_changes)]
    within = any(day < request.first_due for day in days)
    deferred = request.grace_interest > 0 and request.grace_interest_kind == "deferred"
    if (within or deferred) and request.first_period == "actual_days_on_top":
        return replace(request, first_period="actual_days_in_annuity")
    return request


def paid_out_in(loan, request: ScheduleRequest) -> list[tuple[date, int]]:
    """[(day, minor units)] in which the principal of a request is paid out."""
    return [(tranche.date, to_minor(tranche.amount, loan.currency)) for tranche in request.tranches]


def later_pay_outs(loan, version) -> list[tuple[date, int]]:
    """[(day, minor units)] of the tranches after the first, by the request stored with a schedule version."""
    if "disbursements" not in version.request:
        return []
    return paid_out_in(loan, request_from_json(version.request))[1:]


def disbursements_of(loan, parts: Sequence[tuple[date, int]]) -> tuple[Disbursement, ...]:
    """The pay-outs of a request from [(day, minor units)], those of one day together; () where there is one."""
    days: dict[date, int] = {}
    for day, amount in sorted(parts):
        days[day] = days.get(day, 0) + amount
    if len(days) < 2:
        return ()
    return tuple(Disbursement(day, to_major(amount, loan.currency)) for day, amount in days.items())


def paid_out_otherwise(loan, request: ScheduleRequest, parts: Sequence[tuple[date, int]], grace: int):
    """The same request with other pay-outs [(day, minor units)], and `grace` instalments without principal."""
    weights = request.principal_weights
    if weights and grace != request.grace_principal:
        weights = _weights(loan, request.first_due, request.n, grace)
    shared = request.first_period == "actual_days_in_annuity"
    other = replace(
        request,
        # Without a tranche within them, the days of the first period are reckoned as it was agreed again.
        first_period=loan.first_period if shared else request.first_period,
        principal=to_major(sum(amount for _day, amount in parts), loan.currency),
        disbursed_on=min(parts)[0],
        disbursements=disbursements_of(loan, parts),
        grace_principal=grace,
        principal_weights=weights,
    )
    return first_days_shared(other)


def grace_until(loan, last: date, first_due: date) -> int:
    """How many instalments show no principal where only interest falls due up to `last`; one at least repays."""
    own = loan.instalments_number - 1 if loan.method == "bullet" else instalments_in(loan.grace_months, loan)
    number = 0
    while number < loan.instalments_number - 1 and step_after(first_due, loan, number) <= last:
        number += 1
    return max(own, number)


def pay_outs_since(loan, request: ScheduleRequest, starts_on: date, principal: int) -> tuple[Disbursement, ...]:
    """The tranches that came after `starts_on`, for a new schedule over `principal` minor units from that day on: what
    came later bears interest from its own day only."""
    left, parts = principal - 1, []
    for day, amount in reversed(paid_out_in(loan, request)):
        if day > starts_on and left:
            parts.append((day, min(amount, left)))
            left -= parts[-1][1]
    return disbursements_of(loan, [(starts_on, left + 1), *parts])


def interest_grace_of(loan) -> dict:
    """The first instalments without interest, as the request of a new loan names them."""
    number = min(loan.interest_grace, loan.instalments_number - 1)
    return {"grace_interest": number, "grace_interest_kind": loan.interest_grace_kind} if number > 0 else {}


def _days_off(loan, holidays):
    if loan.days_off == "stay":
        return NonWorking()
    weekend = () if loan.weekend == "none" else tuple(loan.weekend.split(","))
    return NonWorking(weekend, tuple(holidays), interest_moves=loan.days_off == "move_interest")


def _weights(loan, first_due, number, grace) -> tuple[Decimal, ...]:
    """The share of principal of each instalment that repays; empty where the method has its own."""
    repaying = range(grace, number)
    if loan.method == "declining_weighted_principal":
        dues = [step_after(first_due, loan, place) for place in repaying]
        parts = [Decimal(loan.harvest_months.get(str(due.month), 0)) for due in dues]
        if not any(parts):
            raise ScheduleError(
                "harvest_months", _("no instalment falls into a harvest month; choose another first day.")
            )
    elif loan.method == "balloon":
        rest = len(repaying) - 1
        parts = [100 - loan.balloon_pct] * rest + [loan.balloon_pct * rest if rest else Decimal(1)]
    elif loan.method in ("weighted", "flat"):
        return _shared(loan.principal_parts, len(repaying))
    else:
        return ()
    return shares_of(parts)


def _shared(parts: Sequence[int], rows: int) -> tuple[Decimal, ...]:
    """The shares of so many instalments by parts that begin again where they end; () where there are no parts."""
    if not parts:
        return ()
    own = [Decimal(parts[place % len(parts)]) for place in range(rows)]
    if not any(own):
        sentence = _(
            "no part falls on the %(rows)s instalments; agree on more of them, or offer a product of other parts."
        )
        raise ScheduleError("principal_parts", sentence, rows=rows)
    return shares_of(own)


def shares_of(parts: Sequence[Decimal]) -> tuple[Decimal, ...]:
    """Parts as shares that add up to 1 exactly; the last of them takes what rounding leaves."""
    whole = sum(parts)
    shares = [(part / whole).quantize(WEIGHT_DIGITS, ROUND_DOWN) for part in parts]
    last = max(place for place, part in enumerate(parts) if part)
    shares[last] += 1 - sum(shares)
    return tuple(shares)


def rows_of(schedule: Schedule, currency: str) -> list[Row]:
    return [
        Row(row.no, row.due, to_minor(row.principal, currency), to_minor(row.interest, currency))
        for row in schedule.rows
    ]


def rows_for(loan, **facts) -> tuple[dict, list[Row]]:
    """The request as stored with a schedule version, and its rows in minor units. `facts` as for request_for."""
    request = request_for(loan, **facts)
    return request_as_json(request), rows_of(build_schedule(request), loan.currency)


def rates_since(request: ScheduleRequest, day: date) -> tuple[Decimal | None, tuple[RateChange, ...]]:
    """(percent a year that a request bears on `day`, its changes of rate after it). None for a rate per period."""
    changes = sorted(request.rate_changes, key=lambda change: change.from_)
    until = [change.annual_rate_pct for change in changes if change.from_ <= day]
    rate = until[-1] if until else request.annual_rate_pct
    return rate, tuple(change for change in changes if change.from_ > day)


def repaid_at_once(terms, request: ScheduleRequest) -> bool:
    """Does the multiple leave the whole principal to one instalment, where several would repay it without?

    Never of a loan whose last instalment is meant to repay it.
    """
    multiple = request.rounding.instalment_multiple_of
    if multiple is None or terms.method in ("bullet", "balloon"):
        return False
    plain = replace(request, rounding=replace(request.rounding, instalment_multiple_of=None))
    rounded, exact = (sum(row.principal > 0 for row in build_schedule(asked).rows) for asked in (request, plain))
    return rounded == 1 < exact


def interest_spared(loan, request: dict) -> int | None:
    """How much less interest the schedule of `request` bears than at the product's reference rate, in minor units.

    None without such a rate. A subsidised borrower sees what the loan would cost elsewhere.
    """
    if loan.reference_rate_pct is None or loan.day_count == "period":
        return None
    asked = request_from_json(request)
    own = build_schedule(asked)
    # An instalment that was agreed for this rate would not repay the loan in its time at another.
    as_many = {"instalment_amount": None, "annuity": loan.annuity, "n": len(own.rows)} if asked.n is None else {}
    market = build_schedule(replace(asked, annual_rate_pct=loan.reference_rate_pct, rate_changes=(), **as_many))
    return to_minor(market.total_interest - own.total_interest, loan.currency)


def terms_of(loan, request: dict) -> Terms:
    """How money pays the schedule that was made from `request`, as stored with its version."""
    return Terms(
        order=tuple(loan.allocation_order) or COMPONENTS,
        prepay=loan.prepay,
        early=loan.early,
        penalty_pct=loan.penalty_pct,
        penalty_grace_days=loan.penalty_grace_days,
        penalty_cap_pct=loan.penalty_cap_pct,
        penalty_pauses=tuple(
            (date.fromisoformat(first), date.fromisoformat(last) if last else None)
            for first, last in loan.penalty_pauses
        ),
        early_interest=loan.early_interest,
        request=request_from_json(request),
    )
