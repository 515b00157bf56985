"""Whatever the product and its calendar, whatever money comes when: what must be true of where a loan stands."""

from datetime import date, timedelta
from decimal import Decimal

import hypothesis
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from loans.allocation import COMPONENTS
from loans.early import RESHAPING
from loans.portfolio import RISK_DAYS, Portfolio
from loans.schedule import Frequency, NonWorking, Rounding, ScheduleRequest, build_schedule
from loans.schedule import request as words
from loans.standing import OverdrawnError, Receipt, Terms, Waiver, fold
from loans.terms import rows_of, shares_of

# Each example reckons a loan two or three times.
few = settings(max_examples=hypothesis.settings.default.max_examples * 2 // 5)
START = date(2026, 1, 31)
PREPAY = ("next_instalments", "hold", *RESHAPING)
EARLY_INTEREST = ("schedule", "date", "period_end")


def shares(rows):
    """Weights of so many instalments that repay, as a product's parts make them; the last has a part."""
    parts = st.lists(st.integers(0, 3), min_size=rows, max_size=rows)
    return parts.map(lambda drawn: shares_of([*map(Decimal, drawn[:-1]), Decimal(drawn[-1] or 1)]))


@st.composite
def products(draw):
    """(request, terms): a schedule with its calendar, and the rules by which money meets it."""
    prepay = draw(st.sampled_from(PREPAY))
    lowers = prepay != "hold" and draw(st.booleans())
    reshaped = lowers or prepay in RESHAPING
    number = draw(st.sampled_from([1, 2, 3, 6]))
    method = draw(st.sampled_from(words.METHODS[1:] if reshaped else words.METHODS))
    if method == words.METHODS[3] and prepay == "reduce_number":
        method = words.METHODS[2]
    first_due = START + timedelta(days=draw(st.sampled_from([5, 20, 28, 31, 45])))
    rests = draw(st.sampled_from([0, 0, min(1, number - 1), min(2, number - 1)]))
    grace = draw(st.integers(0, min(2, number - 1)))
    holidays = draw(st.lists(st.integers(0, 200).map(lambda day: START + timedelta(days=day)), max_size=9))
    principal = draw(st.sampled_from([100_000, 99_991, 7]))
    given = None
    if method == words.METHODS[1] and prepay != "reduce_instalment" and principal > 7:
        # More than any period's interest, so that it repays the loan.
        given = draw(st.sampled_from([None, None, principal // 2 + 1, principal // 3 + 9]))
    parts = st.just(()) if method in words.METHODS[1:3] else shares(number - grace)
    request = ScheduleRequest(
        principal=Decimal(principal).scaleb(-2),
        currency_digits=2,
        currency_multiple=draw(st.sampled_from([None, None, Decimal("0.05"), Decimal(1)])),
        disbursed_on=START,
        first_due=first_due,
        n=None if given else number,
        instalment_amount=Decimal(given).scaleb(-2) if given else None,
        frequency=draw(st.sampled_from([Frequency(), Frequency(3), Frequency(2, "week"), Frequency(10, "day")])),
        method=method,
        annual_rate_pct=draw(st.sampled_from([Decimal(0), Decimal(12), Decimal("27.5"), Decimal(96)])),
        day_count=draw(st.sampled_from(words.DAY_COUNTS)),
        first_period=draw(st.sampled_from(words.FIRST_PERIODS[:2] if reshaped else words.FIRST_PERIODS)),
        rounding=Rounding(
            draw(st.sampled_from(["half_up", "half_even", "ceiling"])),
            draw(st.sampled_from([None, None, Decimal("0.50"), Decimal(5)])),
            draw(st.sampled_from([None, "half_up", "ceiling"])),
        ),
        annuity=draw(st.sampled_from(words.ANNUITIES)),
        remainder=draw(st.sampled_from(["last", "last", "last" if given else "spread"])),
        grace_principal=grace,
        grace_interest=rests,
        grace_interest_kind=draw(st.sampled_from(["deferred", "waived"])) if rests else None,
        principal_weights=draw(shares(number - grace) if method == words.METHODS[3] else parts),
        interest_weights=draw(parts if method == words.METHODS[0] else st.just(())),
        non_working=NonWorking(
            weekend=draw(st.sampled_from([(), ("sun",), ("sat", "sun")])),
            holidays=tuple(sorted(set(holidays))),
            interest_moves=draw(st.booleans()),
        ),
    )
    pause = draw(st.none() | st.integers(0, 150))
    return request, Terms(
        order=draw(st.permutations(COMPONENTS).map(tuple)),
        prepay=prepay,
        early="principal_first" if lowers else "next_instalment",
        penalty_pct=draw(st.sampled_from([Decimal(0), Decimal("7.3"), Decimal("36.5")])),
        penalty_grace_days=draw(st.sampled_from([0, 5])),
        penalty_cap_pct=draw(st.sampled_from([None, Decimal(3)])),
        penalty_pauses=() if pause is None else ((_day(pause), _day(pause + 40)),),
        early_interest="date" if reshaped else draw(st.sampled_from(EARLY_INTEREST)),
        request=request,
    )


def _day(number):
    return START + timedelta(days=number)


days = st.integers(0, 250).map(_day)
sums = st.one_of(st.integers(1, 40_000), st.integers(1, 130_000), st.sampled_from([7, 17_255, 33_334, 100_000]))
money = st.lists(st.tuples(days, sums), max_size=7)
waivers = st.lists(st.builds(Waiver, days, st.sampled_from(["interest", "penalty"]), st.integers(1, 900)), max_size=2)


def stands(product, received, through, waived=()):
    """Where the loan stands on `through` after (key, day, amount) of money."""
    request, terms = product
    receipts = [Receipt(*one) for one in received]
    return fold(rows_of(build_schedule(request), "USD"), receipts, terms, through, waivers=waived)


def keyed(received):
    return [(number, on, amount) for number, (on, amount) in enumerate(received)]


def told(standing):
    """Everything that is stored of a loan but whose money paid what."""
    rows = [(one.row, one.paid, one.waived, one.penalty, one.settled_on, one.closed_on) for one in standing.rows]
    return rows, standing.overpaid, standing.settled_on


@few
@given(products(), money, waivers, days)
def test_each_repayment_is_conserved_in_its_parts_and_no_part_is_negative(product, received, waived, through):
    standing = stands(product, keyed(received), through, waived)
    for key, _on, amount in keyed(received):
        parts = standing.parts[key]
        split = [parts.total(name) for name in COMPONENTS] + [parts.overpayment]
        assert min(split) >= 0
        assert sum(split) == amount
    for name in COMPONENTS:
        brought = sum(parts.total(name) for parts in standing.parts.values())
        used = sum(parts.total(name) for parts in standing.applied.values())
        assert sum(row.paid[name] for row in standing.rows) == brought + used
        assert all(row.open_part(name) >= 0 for row in standing.rows)
    assert standing.overpaid == sum(amount for _on, amount in received) - sum(
        sum(row.paid.values()) for row in standing.rows
    )
    # Early money moves principal between instalments; it never makes or loses any.
    assert sum(row.row.principal for row in standing.rows) == product[0].principal * 100
    assert 0 <= standing.principal <= product[0].principal * 100


@few
@given(products(), money, waivers, days, st.randoms(use_true_random=False))
def test_the_order_of_entry_never_matters_whatever_the_product(product, received, waived, through, random):
    shuffled = list(received)
    random.shuffle(shuffled)
    by_date = stands(product, keyed(sorted(received)), through, waived)
    assert told(stands(product, keyed(shuffled), through, waived)) == told(by_date)


@few
@given(products(), money, waivers, days)
def test_what_repays_the_loan_on_a_day_does_so_to_the_unit(product, received, waived, on):
    """Whatever came on earlier days: the payoff quote closes the loan with nothing over, a unit less does not.

    Money of one day acts as its sum: what came earlier on that day and paid interest ahead may then be over.
    """
    on = max([on, *(day + timedelta(days=1) for day, _amount in received)])
    before = stands(product, keyed(received), on, waived)
    quote = sum(before.payoff_on(on).values()) - before.overpaid
    if quote <= 0:
        return
    repaid = stands(product, [*keyed(received), ("quote", on, quote)], on, waived)
    assert (repaid.settled_on, repaid.overpaid, repaid.principal) == (on, 0, 0)
    if quote > 1:
        assert stands(product, [*keyed(received), ("quote", on, quote - 1)], on, waived).settled_on is None


@few
@given(products(), money, days, sums, sums, days)
def test_payments_of_one_value_date_act_as_their_sum(product, received, on, first, second, through):
    apart = stands(product, keyed([*received, (on, first), (on, second)]), through)
    together = stands(product, keyed([*received, (on, first + second)]), through)
    assert told(apart) == told(together)


@few
@given(products(), money.filter(bool), waivers, days, st.data())
def test_a_repayment_that_was_reversed_leaves_no_trace_on_the_others(product, received, waived, through, data):
    gone = data.draw(st.integers(0, len(received) - 1))
    others = [one for one in keyed(received) if one[0] != gone]
    left = stands(product, others, through, waived)
    anew = stands(product, keyed([(on, amount) for _key, on, amount in others]), through, waived)
    assert told(left) == told(anew)
    assert [left.parts[key] for key, _on, _amount in others] == [anew.parts[number] for number in range(len(others))]


@few
@given(products(), money, days, days)
def test_money_only_ever_lowers_what_is_owed_and_a_later_day_never_lowers_it(product, received, first, second):
    early, late = sorted([first, second])
    assume(all(on <= early for on, _amount in received))
    assert stands(product, keyed(received), early).principal >= stands(product, keyed(received), late).principal


@few
@given(products(), money, days, st.integers(1, 50_000))
def test_what_is_held_can_be_sent_back_and_not_a_unit_more(product, received, on, more):
    assume(received)
    last = max(on, *(day for day, _amount in received))
    held = stands(product, keyed(received), last).overpaid
    assume(held)
    back = ("refund", last, -held)
    assert stands(product, [*keyed(received), back], last).overpaid == 0
    try:
        stands(product, [*keyed(received), ("refund", last, -held - more)], last)
    except OverdrawnError:
        return
    raise AssertionError("more was sent back than was held")


@given(st.lists(st.tuples(st.integers(0, 10**9), st.integers(0, 900), st.booleans(), st.integers(1, 40)), max_size=30))
def test_ageing_buckets_sum_to_the_outstanding_and_par_falls_with_the_days(loans):
    """PAR90 <= PAR30 <= PAR1 <= outstanding, each with R no less than without it; the parts are the whole."""
    whole, late, other = (Portfolio("USD", START) for _ in range(3))
    for principal, lateness, rescheduled, number in loans:
        whole.add(principal, lateness, rescheduled, number)
        (late if lateness else other).add(principal, lateness, rescheduled, number)
    assert sum(amount for _number, amount in whole.buckets.values()) == whole.principal
    assert sum(number for number, _amount in whole.buckets.values()) == whole.loans
    assert whole.at_risk[90] <= whole.at_risk[30] <= whole.at_risk[1] <= whole.principal
    assert (late.at_risk[1], other.at_risk[1]) == (late.principal, 0)
    for bound in RISK_DAYS:
        assert whole.at_risk[bound] <= whole.at_risk_or_rescheduled[bound] <= whole.at_risk[bound] + whole.rescheduled
        assert late.at_risk[bound] + other.at_risk[bound] == whole.at_risk[bound]
