"""A portfolio projected by columns is the exact engine's, to the minor unit."""

import random
from datetime import date, timedelta
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from loans.arrears import days_past_due
from loans.projection import METHODS, YEARS, columns_of, days_late, fits, project, rows_projected
from loans.schedule import Frequency, ScheduleRequest, build_schedule

FIRST = date(2023, 1, 1)


def request_of(amount, rate, n, grace, starts, days_to_first, method, day_count, annuity, on_top):
    starts_on = FIRST + timedelta(days=starts)
    return ScheduleRequest(
        principal=Decimal(amount).scaleb(-2),
        currency_digits=2,
        disbursed_on=starts_on,
        first_due=starts_on + timedelta(days=days_to_first),
        n=n,
        method=method,
        annual_rate_pct=Decimal(rate).scaleb(-4),
        day_count=day_count,
        grace_principal=min(grace, n - 1),
        annuity=annuity,
        first_period="actual_days_on_top" if on_top else "nominal",
    )


def drawn(one):
    """A request by a Random: small and large sums, no interest and usury, first days at the ends of months."""
    return request_of(
        one.choice([one.randint(1, 300), one.randint(1, 10**7), 10 ** one.randint(2, 11)]),
        one.choice([0, 1, 120_000, 240_000, one.randint(1, 1_000_000)]),
        one.choice([1, 2, 3, 7, 12, 24, 36]),
        one.choice([0, 0, 1, 3]),
        one.randint(0, 1500),
        one.randint(1, 45),
        one.choice(METHODS),
        one.choice(list(YEARS)),
        one.choice(["mean_rate", "solved"]),
        one.choice([True, False]),
    )


def exact(request):
    rows = build_schedule(request).rows
    return [(row.due, int(row.principal.scaleb(2)), int(row.interest.scaleb(2))) for row in rows]


def test_five_hundred_schedules_of_every_kind_are_the_exact_engines():
    one = random.Random(5)
    requests = [drawn(one) for _number in range(500)]
    assert all(fits(request) for request in requests)
    assert rows_projected(requests, "USD") == [exact(request) for request in requests]
    assert project(columns_of(requests)).doubtful.mean() < 0.05


def test_a_loan_by_hand():
    """1,200.00 at 12% a year, three instalments of equal principal: 12.00, 8.00 and 4.00 of interest; 31 is kept."""
    made = request_of(120_000, 120_000, 3, 0, 0, 30, "declining_equal_principal", "30/360", "solved", False)
    assert rows_projected([made], "USD") == [
        [
            (date(2023, 1, 31), 40_000, 1200),
            (date(2023, 2, 28), 40_000, 800),
            (date(2023, 3, 31), 40_000, 400),
        ]
    ]


def test_what_is_beyond_the_columns_goes_through_the_exact_engine():
    weekly = ScheduleRequest(
        principal=Decimal(100),
        currency_digits=2,
        disbursed_on=FIRST,
        first_due=FIRST + timedelta(days=7),
        n=4,
        method="flat",
        annual_rate_pct=Decimal(10),
        frequency=Frequency(1, "week"),
    )
    vast = request_of(10**17, 990_000, 24, 0, 0, 31, METHODS[0], "actual/365", "solved", False)
    assert (fits(weekly), fits(vast)) == (False, True)
    assert rows_projected([weekly, vast], "USD") == [exact(weekly), exact(vast)]
    assert rows_projected([], "USD") == []


def test_days_late_by_columns_are_the_one_definition():
    """Due on 10 February, 10 March, 10 April: unpaid, part paid, paid; the oldest unpaid one counts."""

    class Row:
        def __init__(self, due, outstanding):
            self.due, self.outstanding = due, outstanding

    due = [date(2026, 2, 10), date(2026, 3, 10), date(2026, 4, 10)]
    unpaid = [[5, 5, 5], [0, 1, 5], [0, 0, 5], [0, 0, 0]]
    for day in (date(2026, 2, 10), date(2026, 2, 11), date(2026, 3, 15), date(2026, 5, 1)):
        found = days_late(np.array([due] * 4, dtype="M8[D]"), np.array(unpaid), np.datetime64(day))
        expected = [days_past_due([Row(*one) for one in zip(due, row, strict=True)], day) for row in unpaid]
        assert found.tolist() == expected
    assert found.tolist() == [80, 52, 21, 0]


@pytest.mark.soak
@settings(max_examples=200)
@given(st.integers(0, 2**32))
def test_random_portfolios_are_the_exact_engines(seed):
    one = random.Random(seed)
    requests = [drawn(one) for _number in range(100)]
    assert rows_projected(requests, "USD") == [exact(request) for request in requests]
