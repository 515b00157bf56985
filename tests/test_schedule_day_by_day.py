"""The schedule against a clerk who goes through the calendar night by night, without the engine's short cuts."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from itertools import groupby, pairwise

from hypothesis import given
from hypothesis import strategies as st

from loans.schedule import (
    Disbursement,
    OnPayment,
    Payment,
    RateChange,
    ScheduleError,
    ScheduleRequest,
    build_schedule,
)

START = date(2024, 1, 17)
NIGHT = timedelta(days=1)


def half_up(value):
    return int(value + Fraction(1, 2))


@dataclass
class Unpaid:
    interest: int
    principal: int


def clerk(request):
    """(principal, interest, balance) of each row in cents: equal principal on the approved amount, in whole months."""
    dues = [date(2024 + (month // 12), month % 12 + 1, 17) for month in range(request.n + 1)]
    cents = int(request.principal * 100)
    lots = {tranche.date: int(tranche.amount * 100) for tranche in request.tranches[1:]}
    cash = {payment.date: int(payment.amount * 100) for payment in request.payments}
    planned = half_up(Fraction(cents, request.n))
    balance, prepaid, credit, late = int(request.tranches[0].amount * 100), 0, 0, []
    rows = []
    for start, due in pairwise(dues):
        nights = []
        day = start
        while day < due:
            if day > start or start == START:
                balance += lots.get(day, 0)
                money, late = settle(cash.get(day, 0), late)
                prepaid += money
                if day >= request.as_of:
                    late = []
            owed = balance + sum(unpaid.principal for unpaid in late) - prepaid
            changes = [
                c for c in request.rate_changes if c.from_ <= start or (c.from_ <= day + NIGHT and c.from_ < due)
            ]
            rate = max(changes, key=lambda c: c.from_).annual_rate_pct if changes else request.annual_rate_pct
            nights.append((owed, rate))
            day += NIGHT
        interest = 0
        for (owed, rate), group in groupby(nights):
            length = len(list(group))
            year = Fraction(length, 365 if request.day_count == "actual/365" else 12 * len(nights))
            interest += half_up(owed * Fraction(rate) / 100 * year)
        scheduled = balance if len(rows) == request.n - 1 else min(planned, balance)
        if len(rows) < request.n - 1:
            used = min(credit, scheduled)
            credit, scheduled = credit - used, scheduled - used
        principal = max(scheduled, prepaid)
        late.append(Unpaid(interest, principal - prepaid))
        excess, prepaid = max(prepaid - scheduled, 0), 0
        balance += lots.get(due, 0) - principal
        money, late = settle(cash.get(due, 0), late)
        principal, balance, excess = principal + money, balance - money, excess + money
        if request.on_payment.excess == "next_instalments":
            credit += excess
        if due >= request.as_of:
            late = []
        rows.append((principal, interest, balance))
    return rows


def settle(money, late):
    for unpaid in late:
        for name in ("interest", "principal"):
            part = min(money, getattr(unpaid, name))
            setattr(unpaid, name, getattr(unpaid, name) - part)
            money -= part
    return money, [unpaid for unpaid in late if unpaid.interest or unpaid.principal]


def day_of(loan_day):
    return START + timedelta(days=loan_day)


days = st.integers(0, 180).map(day_of)


@st.composite
def lived_through(draw):
    """Six months with one more tranche, changes of rate, and payments too small to repay the loan by themselves."""
    second = draw(days)
    payments = draw(st.dictionaries(days, st.integers(1, 12_000), max_size=5))
    return ScheduleRequest(
        principal=Decimal("1000.03"),
        currency_digits=2,
        disbursed_on=START,
        first_due=date(2024, 2, 17),
        n=6,
        method="declining_equal_principal",
        annual_rate_pct=Decimal("24"),
        day_count=draw(st.sampled_from(["30/360", "actual/365"])),
        disbursements=(Disbursement(START, Decimal("700.03")), Disbursement(second, Decimal("300.00"))),
        on_disbursement="instalment_on_approved_amount",
        rate_changes=tuple(
            RateChange(day, Decimal(rate))
            for day, rate in draw(st.dictionaries(days, st.integers(1, 60), max_size=3)).items()
        ),
        payments=tuple(Payment(day, Decimal(amount).scaleb(-2)) for day, amount in payments.items()),
        as_of=max([draw(days), *payments]),
        on_payment=OnPayment("principal_first", draw(st.sampled_from(["reduce_number", "next_instalments"]))),
    )


@given(lived_through())
def test_the_schedule_is_what_a_clerk_finds_night_by_night(request):
    try:
        schedule = build_schedule(request)
    except ScheduleError as error:
        raise AssertionError(request) from error
    found = [tuple(int(money * 100) for money in (row.principal, row.interest, row.balance)) for row in schedule.rows]
    expected = clerk(request)
    # The clerk goes on to the sixth row also when nothing is owed any more.
    assert found == expected[: len(found)]
    assert all(row == (0, 0, 0) for row in expected[len(found) :])
