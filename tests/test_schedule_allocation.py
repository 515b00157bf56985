"""A repayment falls upon the instalments, and nothing of it is lost. Amounts in minor units."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loans.allocation import COMPONENTS, Allocation, AllocationError, Due, Share, allocate
from loans.arrears import age_bucket, days_past_due

JAN, FEB, MAR = date(2026, 1, 1), date(2026, 2, 1), date(2026, 3, 1)
DUES = [
    Due(no=1, due=JAN, fee=200, penalty=100, interest=1000, principal=5000),
    Due(no=2, due=FEB, interest=900, principal=5100),
    Due(no=3, due=MAR, interest=800, principal=5200),
]


def test_the_oldest_instalment_is_paid_first_penalty_before_fee_before_interest_before_principal():
    assert allocate(1250, DUES) == Allocation(shares=(Share(no=1, penalty=100, fee=200, interest=950),))


def test_the_product_may_put_principal_first():
    order = ("principal", "interest", "fee", "penalty")
    assert allocate(5500, DUES, order).shares == (Share(no=1, principal=5000, interest=500),)


def test_money_beyond_an_instalment_pays_the_next():
    # 6,300 clear instalment 1.
    allocation = allocate(7500, DUES)
    assert allocation.shares[1:] == (Share(no=2, interest=900, principal=300),)
    assert allocation.overpayment == 0


def test_more_than_the_loan_owes_is_an_overpayment():
    allocation = allocate(20_000, DUES)
    assert (allocation.overpayment, allocation.total("principal"), allocation.total("interest")) == (1700, 15_300, 2700)


def test_the_order_in_which_instalments_are_listed_does_not_matter():
    assert allocate(7000, DUES[::-1]) == allocate(7000, DUES)


@pytest.mark.parametrize("amount", [0, -1, 1.5, True, "100"])
def test_an_amount_that_is_no_money_is_refused(amount):
    with pytest.raises(AllocationError, match="cannot be allocated"):
        allocate(amount, DUES)


@pytest.mark.parametrize(
    ("order", "dues"),
    [
        (("interest", "principal"), DUES),
        (("fee", "fee", "interest", "principal"), DUES),
        (COMPONENTS, [DUES[0], DUES[0]]),
        (COMPONENTS, [Due(1, JAN, principal=-1)]),
    ],
)
def test_an_order_or_an_instalment_that_makes_no_sense_is_refused(order, dues):
    with pytest.raises(AllocationError):
        allocate(100, dues, order)


def after(dues, allocation):
    """The instalments with what the allocation leaves outstanding."""
    shares = {share.no: share for share in allocation.shares}
    paid = [(due, shares.get(due.no, Share(no=due.no))) for due in dues]
    return [replace(due, **{name: getattr(due, name) - getattr(one, name) for name in COMPONENTS}) for due, one in paid]


amounts = st.integers(0, 2000)
loans = st.lists(st.tuples(amounts, amounts, amounts, amounts), min_size=1, max_size=4).map(
    lambda parts: [Due(no, date(2026, no, 1), *part) for no, part in enumerate(parts, 1)]
)
orders = st.permutations(COMPONENTS).map(tuple)
money = st.integers(1, 12_000)


@given(money, loans, orders)
def test_every_coin_is_somewhere_and_no_part_is_paid_twice(amount, dues, order):
    allocation = allocate(amount, dues, order)
    assert allocation.amount == amount
    for due in after(dues, allocation):
        assert min(getattr(due, name) for name in COMPONENTS) >= 0


@given(money, money, loans, orders)
def test_a_larger_payment_never_pays_any_part_less(amount, more, dues, order):
    small = allocate(amount, dues, order)
    large = allocate(amount + more, dues, order)
    rest = {due.no: due for due in after(dues, large)}
    for due in after(dues, small):
        assert all(getattr(rest[due.no], name) <= getattr(due, name) for name in COMPONENTS)
    assert large.overpayment >= small.overpayment


@given(money, money, loans, orders)
def test_two_payments_of_one_day_come_to_the_same_as_their_sum(first, second, dues, order):
    once = allocate(first + second, dues, order)
    halfway = allocate(first, dues, order)
    rest = allocate(second, after(dues, halfway), order)
    assert after(after(dues, halfway), rest) == after(dues, once)
    assert halfway.overpayment + rest.overpayment == once.overpayment


def test_days_past_due_count_from_the_oldest_instalment_not_fully_paid():
    assert days_past_due(DUES, JAN) == 0
    assert days_past_due(DUES, date(2026, 1, 2)) == 1
    assert days_past_due([Due(no=1, due=JAN), DUES[1]], date(2026, 3, 3)) == 30
    assert days_past_due([Due(no=1, due=JAN, penalty=1), DUES[1]], date(2026, 3, 3)) == 61
    assert days_past_due([Due(no=1, due=JAN)], MAR) == 0
    assert days_past_due(DUES, date(2025, 1, 1)) == 0
    assert days_past_due([], MAR) == 0


@pytest.mark.parametrize(
    ("days", "bucket"),
    [
        (0, "current"),
        (1, "1-30"),
        (30, "1-30"),
        (31, "31-60"),
        (60, "31-60"),
        (61, "61-90"),
        (90, "61-90"),
        (91, "91-180"),
        (181, "181-365"),
        (365, "181-365"),
        (366, "over 365"),
    ],
)
def test_age_buckets_change_on_the_day_after_their_last(days, bucket):
    assert age_bucket(days) == bucket


def test_days_before_the_due_date_are_no_age():
    with pytest.raises(ValueError, match="-1 days"):
        age_bucket(-1)
