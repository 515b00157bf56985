"""One dated, exact schedule of 24 monthly instalments, over and over: beside peers from PyPI and two bare loops."""

from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

from financial_engine import AmortizationMode, simulate
from repaykit import Loan

from benchmarks.measure import Figure, interleaved
from loans.schedule import ScheduleRequest, build_schedule

INSTALMENTS, RATE, CENT = 24, Decimal(12), Decimal("0.01")
LEAST = 15_000
TIMES = 7


def run(quick):
    cases = [
        (Decimal(100_000 + 37 * number) * CENT, date(2026, 1, 1) + timedelta(days=number % 28))
        for number in range(50 if quick else 500)
    ]
    figures = []
    for name, peer, tells in (
        ("amortizacion-engine", _amortizacion, None),
        ("repaykit", _repaykit, "rows"),
        ("a plain Decimal loop", _decimal_loop, "rows"),
        ("integer cents", _cents_loop, None),
    ):
        ours, theirs, answer, base = interleaved(
            lambda: [_ours(*case) for case in cases], lambda peer=peer: [peer(*case) for case in cases], TIMES
        )
        speeds, floor = ([len(cases) / taken for taken in one] for one in (ours, theirs))
        same = sum(_sums(one) == other for one, other in zip(answer, base, strict=True)) if tells else None
        figures.append(
            Figure(
                name=f"schedule of {INSTALMENTS}, beside {name}",
                unit="per s",
                target=f"at least {LEAST:,}/s",
                values=speeds,
                floor=floor,
                floor_name=f"{name} ({sorted(floor)[TIMES // 2]:,.0f}/s)",
                note="" if same is None else f"{same} of {len(cases)} schedules are the same to the cent",
                met=sorted(speeds)[TIMES // 2] >= LEAST,
            )
        )
    return figures


def _month_after(day, months):
    """All days here are before the 29th, so that every month has them."""
    count = day.month - 1 + months
    return date(day.year + count // 12, count % 12 + 1, day.day)


def _ours(amount, paid_on):
    return build_schedule(
        ScheduleRequest(
            principal=amount,
            currency_digits=2,
            disbursed_on=paid_on,
            first_due=_month_after(paid_on, 1),
            n=INSTALMENTS,
            method="declining_equal_instalment",
            annual_rate_pct=RATE,
            annuity="solved",
        )
    )


def _sums(schedule):
    return [(row.due, row.principal, row.interest) for row in schedule.rows]


def _amortizacion(amount, paid_on):
    return simulate(
        mode=AmortizationMode.FRENCH_FIXED_PAYMENT,
        principal=amount,
        annual_rate=RATE / 100,
        periods=INSTALMENTS,
        start_date=paid_on,
    )


def _repaykit(amount, paid_on):
    loan = Loan.create(
        amount=amount,
        annual_rate=RATE / 100,
        term=f"{INSTALMENTS} months",
        payment_frequency="monthly",
        method="reducing_balance",
        start_date=paid_on,
    )
    return [(row.due_date, row.principal, row.profit) for row in loan.schedule()]


def _decimal_loop(amount, paid_on):
    """What one would write in an afternoon: it knows one method, one day count and one rounding."""
    rate = RATE / 1200
    instalment = (amount * rate / (1 - (1 + rate) ** -INSTALMENTS)).quantize(CENT, ROUND_HALF_UP)
    rows, left = [], amount
    for number in range(1, INSTALMENTS + 1):
        interest = (left * rate).quantize(CENT, ROUND_HALF_UP)
        principal = left if number == INSTALMENTS else instalment - interest
        left -= principal
        rows.append((_month_after(paid_on, number), principal, interest))
    return rows


def _cents_loop(amount, paid_on):
    """The same in whole cents at one per cent a month."""
    left = int(amount * 100)
    grown = 101**INSTALMENTS
    instalment = (2 * left * grown + 100 * (grown - 100**INSTALMENTS)) // (200 * (grown - 100**INSTALMENTS))
    rows = []
    for number in range(1, INSTALMENTS + 1):
        interest = (2 * left + 100) // 200
        principal = left if number == INSTALMENTS else instalment - interest
        left -= principal
        rows.append((_month_after(paid_on, number), principal, interest))
    return rows
