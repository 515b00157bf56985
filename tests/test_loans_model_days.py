"""An independent reckoning of a schedule and the program's own, day by day, on random terms: the same figures."""

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

import hypothesis
from hypothesis import given
from hypothesis import strategies as st

from ledger.money import digits
from loans.schedule import Disbursement, Frequency, RateChange, Rounding, ScheduleRequest, build_schedule
from loans.standing import Receipt, Terms, fold
from loans.standing import Waiver as Waived
from loans.terms import rows_of
from tests.loan_calendar import METHODS, Pace
from tests.loan_model import PARTS, RESHAPING, Deal, Version

START = date(2026, 1, 31)
ORDERS = (PARTS, ("interest", "principal", "fee", "penalty"))
CURRENCIES = ("USD", "USD", "JPY", "KWD")
PREPAY = ("next_instalments", "hold", "reduce_number", "reduce_instalment")


PACES = [
    Pace(every, unit, count)
    for every, unit, count in (
        (3, "month", "30/360"),
        (1, "month", "period"),
        (1, "month", "actual/365"),
        (1, "month", "actual/actual"),
        (1, "week", "actual/364"),
        (2, "week", "actual/360"),
        (2, "week", "actual/365"),
    )
]
# What a product seldom sets, one or two at a time.
SELDOM = {
    "pace": PACES,
    "early_interest": ["period_end", "schedule"],
    "free": [1, 2],
    "flat": [True],
    "mode": ["half_even", "ceiling"],
    "remainder": ["spread"],
    "multiple": [50, 700],
}


@st.composite
def deals(draw):
    prepay = draw(st.sampled_from(PREPAY))
    deal = Deal(
        rate=draw(st.sampled_from([Fraction(0), Fraction(12), Fraction(275, 10)])),
        method=draw(st.sampled_from(["level", "equal"])),
        prepay=prepay,
        order=draw(st.sampled_from(ORDERS)),
        penalty=draw(st.sampled_from([Fraction(0), Fraction(365, 10)])),
        grace_days=draw(st.sampled_from([0, 5])),
        cap=draw(st.sampled_from([None, Fraction(3)])),
        shared=prepay in RESHAPING or draw(st.booleans()),
        free_kind=draw(st.sampled_from(["waived", "deferred"])),
        lowers=prepay != "hold" and draw(st.booleans()),
    )
    deal.shared |= deal.lowers
    for name in draw(st.lists(st.sampled_from(sorted(SELDOM)), max_size=3, unique=True)):
        value = draw(st.sampled_from(SELDOM[name]))
        if deal.reshapes and (
            name in ("early_interest", "flat") or (name in ("free", "remainder") and not deal.lowers)
        ):
            continue
        if name == "flat":
            deal.method = "flat"
        else:
            setattr(deal, name, value)
    if deal.method != "level":
        deal.multiple = 1
    return deal


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
        early="principal_first" if deal.lowers else "next_instalment",
        request=request,
    )


@st.composite
def histories(draw):
    """(deal, amount, number, grace, first due date, [(day, amount)], [(day, part, amount)], [(day, amount)], [(day,
    rate)], currency): money, waivers, tranches after the first amount, and changes of the rate."""
    deal, number = draw(deals()), draw(st.sampled_from([1, 2, 3, 6]))
    first_due = START + timedelta(days=draw(st.sampled_from([5, 14, 20, 28, 31, 45])))
    amount = draw(st.sampled_from([100_000, 99_991, 7]))
    # Sums around an instalment, and around the whole loan, are where the rules part.
    sums = st.one_of(
        st.integers(1, 2 * amount // number + 9),
        st.integers(1, amount),
        st.sampled_from([amount // number + amount // 80 + 1, 2 * amount]),
    )
    dues = [(deal.pace.on(first_due, step) - START).days for step in range(number)]
    days = st.one_of(st.integers(0, 230), st.integers(0, dues[-1]), st.sampled_from(dues))
    money = draw(st.lists(st.tuples(days, sums), max_size=9))
    waivers = draw(
        st.lists(
            st.tuples(st.integers(0, 230), st.sampled_from(["interest", "penalty"]), st.integers(1, 900)), max_size=2
        )
    )
    last = dues[-1]
    later = st.lists(st.tuples(st.integers(1, last - 1), st.integers(1, amount)), max_size=2, unique_by=day_of)
    tranches = draw(later) if deal.method != "flat" else []
    rates = st.sampled_from([Fraction(0), Fraction(6), Fraction(60)])
    some = draw(st.lists(st.tuples(st.integers(1, last + 9), rates), max_size=2, unique_by=day_of))
    changes, rate = [], deal.rate
    for day, other in sorted(some) if deal.pace.count != "period" else ():
        # A rate that is the same is none: the program refuses it.
        changes += [(day, other)] if other != rate else []
        rate = other
    deal.free = min(deal.free, number - 1)
    grace = draw(st.integers(0, min(2, number - 1)))
    return deal, amount, number, grace, first_due, money, waivers, tranches, changes, draw(st.sampled_from(CURRENCIES))


def day_of(row):
    return row[0]


@given(histories(), st.integers(0, 260))
def test_the_standing_is_that_of_a_second_reckoning_day_by_day(drawn, last):
    deal, amount, number, grace, first_due, money, waivers, tranches, changes, currency = drawn
    tranches = sorted((START + timedelta(days=day), part) for day, part in tranches)
    changes = [(START + timedelta(days=day), rate) for day, rate in changes]
    facts = {"grace": grace, "free": deal.free, "tranches": tranches, "changes": changes}
    version = Version(deal, amount, START, first_due, number, **facts)
    version.money = {key: (START + timedelta(days=day), paid) for key, (day, paid) in enumerate(money)}
    version.waivers = [(START + timedelta(days=day), part, less) for day, part, less in waivers]
    request = request_of(version, currency)
    receipts = [Receipt(key, on, paid) for key, (on, paid) in version.money.items()]
    through = START + timedelta(days=last)
    rows = rows_of(build_schedule(request), currency)
    hypothesis.assume(len(rows) == number)  # level instalments of a few coins may end before their number
    waived = [Waived(*facts) for facts in version.waivers if facts[0] <= through]
    version.waivers = [facts for facts in version.waivers if facts[0] <= through]
    standing = fold(rows, receipts, terms_of(deal, request), through, waivers=waived)
    version.live_to(through)
    told = [[(row.asked(part), row.paid[part]) for part in PARTS] for row in standing.rows]
    assert told == [[(line.asked[part], line.paid[part]) for part in PARTS] for line in version.lines]
    assert standing.overpaid == version.held
    for key, parts in standing.parts.items():
        assert {part: parts.total(part) for part in PARTS} | {"held": parts.overpayment} == version.split[key]
    assert sum(row.row.principal for row in standing.rows) == version.lent
    assert (standing.settled_on is not None) == version.done


def request_of(version, currency):
    """The question to the program's own engine."""
    deal = version.deal
    parts = [(START, version.amount), *version.tranches] if version.tranches else []
    per_period = deal.pace.count == "period"

    def major(amount):
        return Decimal(amount).scaleb(-digits(currency))

    first_period = "actual_days_in_annuity" if version.actual else "actual_days_on_top"
    return ScheduleRequest(
        principal=major(version.lent),
        disbursements=tuple(Disbursement(day, major(part)) for day, part in parts),
        currency_digits=digits(currency),
        disbursed_on=START,
        first_due=version.dues[0],
        n=version.number,
        frequency=Frequency(deal.pace.every, deal.pace.unit),
        method=METHODS[deal.method],
        annual_rate_pct=None if per_period else decimal(deal.rate),
        period_rate_pct=decimal(deal.rate) if per_period else None,
        day_count="30/360" if per_period else deal.pace.count,
        first_period=first_period if version.odd else "nominal",
        rate_changes=tuple(RateChange(day, decimal(rate)) for day, rate in version.changes),
        rounding=Rounding(deal.mode, major(deal.multiple) if deal.multiple > 1 else None),
        remainder=deal.remainder,
        annuity="solved",
        grace_principal=version.grace,
        grace_interest=version.free,
        grace_interest_kind=deal.free_kind if version.free else None,
    )
