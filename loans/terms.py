"""From a loan's terms to its schedule in minor units: pure, on loans/schedule."""

import calendar
from datetime import date

from ledger.money import digits, round_minor, to_major, to_minor
from loans.schedule import Schedule, ScheduleRequest, build_schedule
from loans.standing import Row, Terms


def month_after(day: date, months: int = 1) -> date:
    """The same day so many months on, cut to the month's end."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    last = calendar.monthrange(year, month + 1)[1]
    return date(year, month + 1, min(day.day, last))


def first_due_after(first_due: date, paid_on: date) -> date:
    """`first_due`, moved on by whole months until it lies after the pay-out."""
    moved = 0
    while month_after(first_due, moved) <= paid_on:
        moved += 1
    return month_after(first_due, moved)


def fee_of(amount: int, fee_pct) -> int:
    return round_minor(amount * fee_pct / 100)


def request_for(loan, *, principal, starts_on, first_due, number, grace=0) -> ScheduleRequest:
    """The request of monthly instalments on `principal` minor units. A first period that is not one month long
    bears interest for its own days, so that no day is charged twice and none goes free.
    """
    whole_month = month_after(first_due, -1) == starts_on or month_after(starts_on) == first_due
    return ScheduleRequest(
        principal=to_major(principal, loan.currency),
        currency_digits=digits(loan.currency),
        disbursed_on=starts_on,
        first_due=first_due,
        n=number,
        method=loan.method,
        annual_rate_pct=loan.annual_rate_pct,
        day_count=loan.day_count,
        first_period="nominal" if whole_month else "actual_days_on_top",
        grace_principal=grace,
    )


def request_body(request: ScheduleRequest) -> dict:
    """The request as `manage.py loan_schedule --json` reads it."""
    return {
        "principal": format(request.principal, "f"),
        "currency_digits": request.currency_digits,
        "disbursed_on": request.disbursed_on.isoformat(),
        "first_due": request.first_due.isoformat(),
        "n": request.n,
        "method": request.method,
        "annual_rate_pct": format(request.annual_rate_pct.normalize(), "f"),
        "day_count": request.day_count,
        "first_period": request.first_period,
        "grace_principal": request.grace_principal,
    }


def rows_of(schedule: Schedule, currency: str) -> list[Row]:
    return [
        Row(row.no, row.due, to_minor(row.principal, currency), to_minor(row.interest, currency))
        for row in schedule.rows
    ]


def rows_for(loan, *, principal, starts_on, first_due, number, grace=0) -> tuple[dict, list[Row]]:
    """The request as stored with a schedule version, and its rows in minor units."""
    request = request_for(
        loan, principal=principal, starts_on=starts_on, first_due=first_due, number=number, grace=grace
    )
    return request_body(request), rows_of(build_schedule(request), loan.currency)


def terms_of(loan) -> Terms:
    pauses = tuple(
        (date.fromisoformat(first), date.fromisoformat(last) if last else None) for first, last in loan.penalty_pauses
    )
    return Terms(order=loan.order, prepay=loan.prepay, penalty_pct=loan.penalty_pct, penalty_pauses=pauses)
