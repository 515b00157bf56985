"""A repayment falls upon the instalments, and nothing of it is lost. Amounts in minor units."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loans.allocation import COMPONENTS, Allocation, AllocationError, Due, Share, after, allocate, replay
from loans.arrears import age_bucket, days_past_due

JAN, FEB, MAR = date(2026, 1, 1), date(2026, 2, 1), date(2026, 3, 1)
DUES = [
    Due(no=1, due=JAN, fee=200, penalty=100, interest=1000, principal=5000),
    Due(no=2, due=FEB, interest=900, principal=5100),
    Due(no=3, due=MAR, interest=800, principal=5200),
]


def test_the_oldest_instalment_is_paid_first_penalty_before_fee_before_interest_before_principal():
    assert allocate(1250, DUES, on=FEB) == Allocation(shares=(Share(no=1, penalty=100, fee=200, interest=950),))


def test_the_product_may_put_principal_first():
    order = ("principal", "interest", "fee", "penalty")
    assert allocate(5500, DUES, order, on=FEB).shares == (Share(no=1, principal=5000, interest=500),)


def test_money_beyond_what_is_due_pays_the_coming_instalment():
    # 6,300 clear instalment 1; February's 6,000 are not due yet.
    allocation = allocate(7500, DUES, on=JAN)
    assert allocation.shares[1:] == (Share(no=2, interest=900, principal=300),)
    assert allocation.overpayment == 0


def test_or_is_held_for_the_borrower():
    allocation = allocate(7500, DUES, on=JAN, prepay="hold")
    assert [share.no for share in allocation.shares] == [1]
    assert (allocation.allocated, allocation.overpayment, allocation.amount) == (6300, 1200, 7500)


def test_what_is_due_that_very_day_is_due():
    assert allocate(6301, DUES, on=FEB, prepay="hold").shares[1] == Share(no=2, interest=1)


def test_more_than_the_loan_owes_is_an_overpayment():
    allocation = allocate(20_000, DUES, on=JAN)
    assert (allocation.overpayment, allocation.total("principal"), allocation.total("interest")) == (1700, 15_300, 2700)


def test_the_order_in_which_instalments_are_listed_does_not_matter():
    assert allocate(7000, DUES[::-1], on=FEB) == allocate(7000, DUES, on=FEB)


def test_what_is_left_after_a_repayment():
    left = after(DUES, allocate(1250, DUES, on=FEB))
    assert left[0] == Due(no=1, due=JAN, interest=50, principal=5000)
    assert left[1:] == DUES[1:]


def test_repayments_entered_in_any_order_count_by_value_date():
    received = [(FEB, 3000), (JAN, 6300), (FEB, 2000)]
    assert replay(received, DUES) == replay(sorted(received), DUES)
    assert replay(received, DUES) == [
        (JAN, Allocation(shares=(Share(no=1, penalty=100, fee=200, interest=1000, principal=5000),))),
        (FEB, Allocation(shares=(Share(no=2, interest=900, principal=4100),))),
    ]


@pytest.mark.parametrize("amount", [0, -1, 1.5, True, "100"])
def test_an_amount_that_is_no_money_is_refused(amount):
    with pytest.raises(AllocationError, match="cannot be allocated"):
        allocate(amount, DUES)


@pytest.mark.parametrize(
    ("order", "dues", "prepay"),
    [
        (("interest", "principal"), DUES, "hold"),
        (("fee", "fee", "interest", "principal"), DUES, "hold"),
        (COMPONENTS, [DUES[0], DUES[0]], "hold"),
        (COMPONENTS, [Due(1, JAN, principal=-1)], "hold"),
        (COMPONENTS, DUES, "keep"),
    ],
)
def test_an_order_or_an_instalment_that_makes_no_sense_is_refused(order, dues, prepay):
    with pytest.raises(AllocationError):
        allocate(100, dues, order, prepay=prepay)


amounts = st.integers(0, 2000)
loans = st.lists(st.tuples(amounts, amounts, amounts, amounts), min_size=1, max_size=4).map(
    lambda parts: [Due(no, date(2026, no, 1), *part) for no, part in enumerate(parts, 1)]
)
orders = st.permutations(COMPONENTS).map(tuple)
days = st.sampled_from([JAN, FEB, MAR, None])
kinds = st.sampled_from(["next_instalments", "hold"])
money = st.integers(1, 12_000)


@given(money, loans, orders, days, kinds)
def test_every_coin_is_somewhere_and_no_part_is_paid_twice(amount, dues, order, on, prepay):
    allocation = allocate(amount, dues, order, on=on, prepay=prepay)
    assert allocation.amount == amount
    for due in after(dues, allocation):
        assert min(getattr(due, name) for name in COMPONENTS) >= 0


@given(money, money, loans, orders, days, kinds)
def test_a_larger_payment_never_pays_any_part_less(amount, more, dues, order, on, prepay):
    small = allocate(amount, dues, order, on=on, prepay=prepay)
    large = allocate(amount + more, dues, order, on=on, prepay=prepay)
    rest = {due.no: due for due in after(dues, large)}
    for due in after(dues, small):
        assert all(getattr(rest[due.no], name) <= getattr(due, name) for name in COMPONENTS)
    assert large.overpayment >= small.overpayment


@given(money, money, loans, orders, days, kinds)
def test_two_payments_of_one_day_come_to_the_same_as_their_sum(first, second, dues, order, on, prepay):
    once = allocate(first + second, dues, order, on=on, prepay=prepay)
    halfway = allocate(first, dues, order, on=on, prepay=prepay)
    rest = allocate(second, after(dues, halfway), order, on=on, prepay=prepay)
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
