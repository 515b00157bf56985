"""Where a loan stands: worked by hand, and held to what must be true of any money in any order."""

from collections import defaultdict
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loans.allocation import COMPONENTS
from loans.schedule import ScheduleRequest, build_schedule
from loans.standing import OverdrawnError, Receipt, Row, Terms, fold
from loans.terms import rows_of

PLAIN = Terms()
PENALISED = Terms(penalty_pct=Decimal("36.5"))
HOLDING = Terms(prepay="hold")

# 120.00 in three instalments of 40.00 and 1.20, 0.80, 0.40 of interest.
ROWS = [
    Row(1, date(2026, 2, 10), 4000, 120),
    Row(2, date(2026, 3, 10), 4000, 80),
    Row(3, date(2026, 4, 10), 4000, 40),
]


def paid(*pairs):
    return [Receipt(number, on, amount) for number, (on, amount) in enumerate(pairs)]


def parts(standing, key):
    allocation = standing.parts[key]
    return {name: allocation.total(name) for name in COMPONENTS if allocation.total(name)}


def test_an_instalment_paid_on_its_day_is_settled_that_day():
    standing = fold(ROWS, paid((date(2026, 2, 10), 4120)), PLAIN, date(2026, 2, 10))
    assert parts(standing, 0) == {"interest": 120, "principal": 4000}
    assert [row.settled_on for row in standing.rows] == [date(2026, 2, 10), None, None]
    assert (standing.principal, standing.overpaid, standing.settled_on) == (8000, 0, None)


def test_everything_at_once_pays_the_schedule_and_the_rest_is_an_overpayment():
    standing = fold(ROWS, paid((date(2026, 2, 1), 12_300)), PLAIN, date(2026, 2, 1))
    assert parts(standing, 0) == {"interest": 240, "principal": 12_000}
    assert (standing.overpaid, standing.settled_on) == (60, date(2026, 2, 1))


def test_money_of_one_day_is_worth_the_same_in_one_sum_or_in_three():
    day = date(2026, 3, 10)
    whole = fold(ROWS, paid((day, 9000)), PLAIN, day)
    thirds = fold(ROWS, paid((day, 3000), (day, 3000), (day, 3000)), PLAIN, day)
    assert [row.paid for row in whole.rows] == [row.paid for row in thirds.rows]


def test_the_penalty_runs_on_overdue_principal_by_calendar_days():
    """36.5% a year is 0.1% a day: 40.00 ten days late costs 0.40."""
    standing = fold(ROWS, [], PENALISED, date(2026, 2, 20))
    assert [row.penalty for row in standing.rows] == [40, 0, 0]
    assert fold(ROWS, [], PENALISED, date(2026, 2, 10)).rows[0].penalty == 0
    assert fold(ROWS, [], PENALISED, date(2026, 2, 11)).rows[0].penalty == 4


def test_a_late_payment_pays_its_penalty_first_and_the_penalty_stops():
    standing = fold(ROWS, paid((date(2026, 2, 20), 4160)), PENALISED, date(2026, 3, 5))
    assert parts(standing, 0) == {"penalty": 40, "interest": 120, "principal": 4000}
    assert standing.rows[0].penalty == 40
    assert standing.rows[0].settled_on == date(2026, 2, 20)


def test_after_a_part_payment_the_penalty_runs_on_what_is_left():
    """Ten days on 40.00 make 0.40; 21.60 pay 0.40 + 1.20 + 20.00; ten more days on 20.00 make 0.20."""
    standing = fold(ROWS, paid((date(2026, 2, 20), 2160)), PENALISED, date(2026, 3, 2))
    assert parts(standing, 0) == {"penalty": 40, "interest": 120, "principal": 2000}
    assert (standing.rows[0].penalty, standing.rows[0].outstanding) == (60, 2020)


def test_penalties_day_by_day_are_the_penalties_at_once():
    """A third of a minor unit a day is kept until it is read, so that no rounding adds up."""
    terms = Terms(penalty_pct=Decimal("3"))
    for late in range(1, 60):
        standing = fold(ROWS, [], terms, date(2026, 2, 10) + timedelta(days=late))
        exact = Fraction(4000 * 3 * late, 100 * 365)
        assert abs(standing.rows[0].penalty - exact) <= Fraction(1, 2)


def test_a_penalty_brought_from_an_earlier_schedule_is_due_and_does_not_grow_by_itself():
    rows = [Row(1, date(2026, 2, 10), 4000, 120, fee=30, penalty=25)]
    standing = fold(rows, paid((date(2026, 2, 10), 60)), PENALISED, date(2026, 2, 10))
    assert parts(standing, 0) == {"penalty": 25, "fee": 30, "interest": 5}


def test_early_money_may_be_held_and_pays_each_instalment_on_its_day():
    standing = fold(ROWS, paid((date(2026, 2, 1), 9000)), HOLDING, date(2026, 2, 1))
    assert (parts(standing, 0), standing.overpaid) == ({}, 9000)
    standing = fold(ROWS, paid((date(2026, 2, 1), 9000)), HOLDING, date(2026, 3, 31))
    assert {day: applied.allocated for day, applied in standing.applied.items()} == {
        date(2026, 2, 10): 4120,
        date(2026, 3, 10): 4080,
    }
    assert (standing.overpaid, standing.principal) == (800, 4000)


def test_a_refund_leaves_only_from_what_is_held():
    money = [*paid((date(2026, 2, 1), 12_300)), Receipt("O-1", date(2026, 2, 5), -60)]
    assert fold(ROWS, money, PLAIN, date(2026, 2, 5)).overpaid == 0
    with pytest.raises(OverdrawnError):
        fold(ROWS, [*paid((date(2026, 2, 1), 12_299)), money[1]], PLAIN, date(2026, 2, 5))


def test_a_row_in_which_nothing_falls_due_is_never_late_and_does_not_hold_up_the_end():
    rows = [Row(1, date(2026, 2, 10), 0), Row(2, date(2026, 3, 10), 5000)]
    standing = fold(rows, paid((date(2026, 2, 2), 5000)), PLAIN, date(2026, 2, 2))
    assert standing.rows[0].settled_on == date(2026, 2, 10)
    assert standing.settled_on == date(2026, 2, 2)


days = st.dates(date(2026, 1, 12), date(2026, 6, 30))
money = st.lists(st.tuples(days, st.integers(1, 6000)), max_size=8)
terms = st.builds(
    Terms,
    order=st.permutations(COMPONENTS).map(tuple),
    prepay=st.sampled_from(["next_instalments", "hold"]),
    penalty_pct=st.sampled_from([Decimal(0), Decimal("7.3"), Decimal("36.5")]),
)


@given(money, terms, st.randoms(use_true_random=False))
def test_the_order_of_entry_never_matters(received, agreed, random):
    """Entered in any order, the loan stands as if all had been entered by value date."""
    by_date = sorted(received)
    shuffled = list(by_date)
    random.shuffle(shuffled)
    last = date(2026, 7, 1)
    one = fold(ROWS, paid(*by_date), agreed, last)
    other = fold(ROWS, paid(*shuffled), agreed, last)
    assert [(row.paid, row.penalty, row.settled_on) for row in one.rows] == [
        (row.paid, row.penalty, row.settled_on) for row in other.rows
    ]
    assert one.overpaid == other.overpaid


@given(money, terms)
def test_no_cent_is_lost_and_nothing_is_paid_twice(received, agreed):
    standing = fold(ROWS, paid(*received), agreed, date(2026, 7, 1))
    taken = sum(sum(row.paid.values()) for row in standing.rows)
    assert taken + standing.overpaid == sum(amount for _on, amount in received)
    for row in standing.rows:
        assert all(row.open_part(name) >= 0 for name in COMPONENTS)
    brought = sum(allocation.overpayment for allocation in standing.parts.values())
    assert standing.overpaid == brought - sum(applied.allocated for applied in standing.applied.values())


def by_hand(rows, received, agreed, through):
    """An independent reckoning: day after day, one unit of a component at a time in the agreed order."""
    left = {
        row.no: {"penalty": row.penalty, "fee": row.fee, "interest": row.interest, "principal": row.principal}
        for row in rows
    }
    exact, charged, held = defaultdict(Fraction), defaultdict(int), 0
    day = min([row.due for row in rows] + [on for on, _amount in received])
    while day <= through:
        for row in rows:
            if day > row.due:
                exact[row.no] += Fraction(left[row.no]["principal"]) * Fraction(agreed.penalty_pct) / 36500
                grown = int(exact[row.no] + Fraction(1, 2))
                left[row.no]["penalty"] += grown - charged[row.no]
                charged[row.no] = grown
        purse = held + sum(amount for on, amount in received if on == day)
        for row in sorted(rows, key=lambda row: row.due):
            if agreed.prepay == "hold" and row.due > day:
                continue
            for name in agreed.order:
                take = min(purse, left[row.no][name])
                left[row.no][name] -= take
                purse -= take
        held = purse
        day += timedelta(days=1)
    return left, held


@given(money, terms)
def test_the_fold_agrees_with_a_reckoning_day_after_day(received, agreed):
    last = date(2026, 7, 1)
    left, held = by_hand(ROWS, received, agreed, last)
    if agreed.prepay == "next_instalments" and held:
        # An overpayment is kept for the borrower; here nothing is left that it could pay.
        assert all(not any(parts.values()) for parts in left.values())
    standing = fold(ROWS, paid(*received), agreed, last)
    assert {row.row.no: {name: row.open_part(name) for name in left[row.row.no]} for row in standing.rows} == left
    assert standing.overpaid == held


@given(money, terms, days, days)
def test_reckoning_on_the_way_changes_nothing(received, agreed, first, second):
    """To the day d1 and then d2, or to d2 at once: the same (INVARIANTS N11)."""
    early, late = sorted([first, second])
    fold(ROWS, paid(*received), agreed, early)
    one = fold(ROWS, paid(*received), agreed, late)
    two = fold(ROWS, paid(*received), agreed, late)
    assert [row.penalty for row in one.rows] == [row.penalty for row in two.rows]


def test_early_money_never_leaves_a_coin_without_an_instalment():
    """0.09 in six level instalments is five of 0.02: what a new round would put into a sixth is held instead."""
    request = ScheduleRequest(
        principal=Decimal("0.09"),
        currency_digits=2,
        disbursed_on=date(2026, 1, 20),
        first_due=date(2026, 2, 20),
        n=6,
        method="declining_equal_instalment",
        annual_rate_pct=Decimal(0),
        annuity="solved",
    )
    rows = rows_of(build_schedule(request), "USD")
    terms = Terms(prepay="reduce_instalment", early_interest="date", request=request)
    standing = fold(rows, [Receipt("a", date(2026, 2, 16), 8)], terms, date(2026, 2, 16))
    assert [row.row.principal for row in standing.rows] == [2, 2, 2, 2, 1]
    assert (standing.overpaid, standing.principal) == (8, 9)
