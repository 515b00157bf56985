"""An independent reckoning of a loan, and the program's own, after long random histories: equal to the minor unit."""

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from loans.schedule import ScheduleRequest, build_schedule
from loans.standing import Receipt, Terms, fold
from loans.standing import Waiver as Waived
from loans.terms import rows_of
from tests.loan_model import PARTS, Deal, Version

START = date(2026, 1, 31)
ORDERS = (PARTS, ("interest", "principal", "fee", "penalty"))
PREPAY = ("next_instalments", "hold", "reduce_number", "reduce_instalment")


@st.composite
def deals(draw):
    return Deal(
        rate=draw(st.sampled_from([Fraction(0), Fraction(12), Fraction(275, 10)])),
        level=draw(st.booleans()),
        prepay=draw(st.sampled_from(PREPAY)),
        order=draw(st.sampled_from(ORDERS)),
        penalty=draw(st.sampled_from([Fraction(0), Fraction(365, 10)])),
        grace_days=draw(st.sampled_from([0, 5])),
        cap=draw(st.sampled_from([None, Fraction(3)])),
        early_interest="date",
    )


def decimal(value):
    return None if value is None else Decimal(value.numerator) / Decimal(value.denominator)


def terms_of(deal, request=None):
    return Terms(
        order=deal.order,
        prepay=deal.prepay,
        penalty_pct=decimal(deal.penalty),
        penalty_grace_days=deal.grace_days,
        penalty_cap_pct=decimal(deal.cap),
        early_interest=deal.early_interest,
        request=request,
    )


@st.composite
def histories(draw):
    """(deal, amount, number, grace, first due date, [(day, amount)], [(day, part, amount)])."""
    deal, number = draw(deals()), draw(st.sampled_from([1, 2, 3, 6]))
    first_due = START + timedelta(days=draw(st.sampled_from([5, 20, 28, 31, 45])))
    amount = draw(st.sampled_from([100_000, 99_991, 7]))
    # Sums around an instalment, and around the whole loan, are where the rules part.
    sums = st.one_of(
        st.integers(1, 2 * amount // number + 9), st.integers(1, amount), st.just(amount // number + amount // 80 + 1)
    )
    money = draw(st.lists(st.tuples(st.integers(0, 230), sums), max_size=9))
    waivers = draw(
        st.lists(
            st.tuples(st.integers(0, 230), st.sampled_from(["interest", "penalty"]), st.integers(1, 900)), max_size=2
        )
    )
    return deal, amount, number, draw(st.integers(0, min(2, number - 1))), first_due, money, waivers


@given(histories(), st.integers(0, 260))
def test_the_standing_is_that_of_a_second_reckoning_day_by_day(drawn, last):
    deal, amount, number, grace, first_due, money, waivers = drawn
    version = Version(deal, amount, START, first_due, number, grace=grace)
    version.money = {key: (START + timedelta(days=day), paid) for key, (day, paid) in enumerate(money)}
    version.waivers = [(START + timedelta(days=day), part, less) for day, part, less in waivers]
    early = deal.prepay in ("reduce_number", "reduce_instalment")
    request = ScheduleRequest(
        principal=Decimal(amount).scaleb(-2),
        currency_digits=2,
        disbursed_on=START,
        first_due=first_due,
        n=number,
        method="declining_equal_instalment" if deal.level else "declining_equal_principal",
        annual_rate_pct=decimal(deal.rate),
        first_period="nominal" if not version.odd else "actual_days_in_annuity" if early else "actual_days_on_top",
        annuity="solved",
        grace_principal=grace,
    )
    receipts = [Receipt(key, on, paid) for key, (on, paid) in version.money.items()]
    through = START + timedelta(days=last)
    rows = rows_of(build_schedule(request), "USD")
    waived = [Waived(*facts) for facts in version.waivers if facts[0] <= through]
    version.waivers = [facts for facts in version.waivers if facts[0] <= through]
    standing = fold(rows, receipts, terms_of(deal, request), through, waivers=waived)
    version.live_to(through)
    told = [[(row.asked(part), row.paid[part]) for part in PARTS] for row in standing.rows]
    assert told == [[(line.asked[part], line.paid[part]) for part in PARTS] for line in version.lines]
    assert standing.overpaid == version.held
    for key, parts in standing.parts.items():
        assert {part: parts.total(part) for part in PARTS} | {"held": parts.overpayment} == version.split[key]
    assert sum(row.row.principal for row in standing.rows) == amount
    assert (standing.settled_on is not None) == version.done
