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
        figures.append(
            Figure(
                name=f"schedule of {INSTALMENTS}, beside {name}",
                unit="per s",
                target=f"at least {LEAST:,}/s",
                values=speeds,
                floor=floor,
                floor_name=f"{name} ({sorted(floor)[TIMES // 2]:,.0f}/s)",
                note=_compared([_sums(one) for one in answer], base) if tells else "",
                met=sorted(speeds)[TIMES // 2] >= LEAST,
            )
        )
    return figures


def _compared(ours, theirs):
    """How many schedules are the same, and what of the others.

    Where the level instalment, rounded, leaves a large rest for the last row, ours is moved by a cent or more if the
    last row then comes nearer to the others. The peers keep the rounded one. Raises RuntimeError for another reason.
    """
    others = [pair for pair in zip(ours, theirs, strict=True) if pair[0] != pair[1]]
    rests = [[abs(sum(one[-1][1:]) - sum(one[0][1:])) for one in pair] for pair in others]
    if any(here >= there for here, there in rests):
        raise RuntimeError("a schedule differs from the peer's, and its last instalment is no nearer to the others")
    same = f"{len(ours) - len(others)} of {len(ours)} schedules are the same to the cent"
    if not others:
        return same
    here, there = (max(column) for column in zip(*rests, strict=True))
    return (
        f"{same}; in {len(others)} the last instalment is nearer to the others here: {here} off at most, {there} there"
    )


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
