"""The annual cost, against sums that can be done by hand."""

from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loans.annual_cost import NoAnnualCostError, annual_cost_pct, years_between

DAY = date(2025, 1, 1)


def test_one_payment_after_eighteen_months_is_a_root_of_the_quotient():
    """1.2 to the power of two thirds is 1.1292; with 50 withheld 950 was received, and 1200/950 gives 1.1685."""
    end = [(date(2026, 7, 1), 120_000)]
    assert annual_cost_pct([(DAY, 100_000)], end) == Decimal("12.9")
    assert annual_cost_pct([(DAY, 95_000)], end) == Decimal("16.9")


def test_two_payments_a_year_apart_solve_a_quadratic():
    """1000 = 600v + 600v2: v = (-600 + sqrt(360000 + 2400000)) / 1200 = 0.88443, so 13.07%."""
    assert annual_cost_pct([(DAY, 100_000)], [(date(2026, 1, 1), 60_000), (date(2027, 1, 1), 60_000)]) == Decimal(
        "13.1"
    )


def test_a_loan_without_interest_costs_nothing_until_a_fee_is_withheld():
    months = [(date(2025, month, 1), 10_000) for month in range(2, 12)]
    assert annual_cost_pct([(DAY, 100_000)], months) == 0
    # The mean payment comes after 5.5 months: 100/98 to the power of 12/5.5 is 1.045.
    assert annual_cost_pct([(DAY, 98_000)], months) == Decimal("4.5")


def test_one_per_cent_a_month_is_twelve_point_seven_a_year():
    assert annual_cost_pct([(DAY, 100_000)], [(date(2025, 2, 1), 101_000)]) == Decimal("12.7")
    # 52 weeks of a quarter of a per cent: 1.0025 to the 52nd is 1.1387.
    assert annual_cost_pct([(DAY, 100_000)], [(date(2025, 1, 8), 100_250)], weekly=True) == Decimal("13.9")


@pytest.mark.parametrize(
    ("begin", "end", "years"),
    [
        (date(2025, 1, 31), date(2025, 2, 28), Fraction(1, 12)),
        (date(2025, 1, 15), date(2025, 3, 20), Fraction(2, 12) + Fraction(5, 366)),
        (date(2024, 2, 28), date(2024, 3, 20), Fraction(21, 366)),
        (date(2025, 3, 1), date(2025, 3, 1), Fraction(0)),
    ],
)
def test_months_are_counted_backwards_from_the_end_and_days_last(begin, end, years):
    assert abs(Fraction(years_between(begin, end)) - years) < Fraction(1, 10**20)


@pytest.mark.parametrize(
    ("drawn", "paid"), [([], [(DAY, 1)]), ([(DAY, 100)], [(date(2026, 1, 1), 99)]), ([(DAY, 100)], [(DAY, 101)])]
)
def test_what_has_no_rate_says_so(drawn, paid):
    with pytest.raises(NoAnnualCostError):
        annual_cost_pct(drawn, paid)


@given(st.lists(st.tuples(st.integers(1, 700), st.integers(1, 10**6)), min_size=1, max_size=8), st.integers(1, 40))
def test_at_the_rate_found_the_two_sides_are_worth_the_same(payments, cost):
    paid = [(date.fromordinal(DAY.toordinal() + days), amount) for days, amount in payments]
    total = sum(amount for _day, amount in paid)
    drawn = max(total * 100 // (100 + cost), 1)
    try:
        rate = 1 + annual_cost_pct([(DAY, drawn)], paid) / 100
    except NoAnnualCostError:
        return
    low, high = (
        sum(amount / (rate + step) ** years_between(DAY, day) for day, amount in paid)
        for step in (Decimal("0.0006"), Decimal("-0.0006"))
    )
    assert low <= drawn <= high
