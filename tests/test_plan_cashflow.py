"""Twelve months of money: totals, running cash, and the plain answer at the kitchen table."""

from hypothesis import given
from hypothesis import strategies as st

from applicants.cashflow import Line, answer, with_less_sales, work_out

NAMES = ["Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec", "Jan", "Feb", "Mar"]
# Susanna's dairy, whole dollars as cents: what the prototype of the page shows.
DAIRY = [
    Line("sales", "Sales", (26000, 43000, 52000, 56000, 56000, 52000, 48000, 47000, 47000, 40000, 37200, 45000)),
    Line("other_in", "Other money in", (4000,) * 8 + (6000,) + (4000,) * 3),
    Line(
        "materials",
        "Milk and feed",
        (12000, 12800, 14000, 14200, 14200, 14000, 13800, 13000, 13200, 12000, 11500, 12200),
    ),
    Line("wages", "Wages", (0, 0, 7000, 7000, 7000, 7000, 7000, 7000, 7000, 6000, 6000, 7000)),
    Line("other_out", "Power", (4600, 4600, 5000, 5200, 5200, 5000, 4800, 5000, 5400, 5400, 5200, 4800)),
    Line("household", "Family", (12000, 12000, 12000, 13000, 13000, 13000, 12000, 12000, 13000, 7000, 5800, 11000)),
]


def shown(minor):
    return f"{minor / 100:.2f}"


def say(lines, **terms):
    return answer(lines, names=NAMES, shown=shown, **terms)


def flat(sales, out=0):
    return [Line("sales", "Sales", (sales,) * 12), Line("materials", "Goods", (out,) * 12)]


def test_the_months_add_up_as_on_the_page():
    flow = work_out(DAIRY, instalment=10662)
    assert [month.left for month in flow.months] == [
        1400, 17600, 18000, 20600, 20600, 17000, 14400, 14000, 14400, 13600, 12700, 14000,
    ]  # fmt: skip
    assert (flow.months[0].instalment, flow.months[1].instalment) == (0, 10662)
    assert (flow.total_left, flow.total_instalments, flow.total_after) == (178300, 117282, 61018)
    assert flow.months[-1].cash == 61018


def test_the_dairy_can_pay_from_may_and_february_is_the_tightest():
    found = say(DAIRY, instalment=10662)
    assert (found.mark, found.word) == ("yes", "Yes, from May.")
    assert found.sentences[0] == "The tightest month is Feb: 20.38 is left after the instalment."


def test_a_month_that_is_paid_out_of_savings_is_said():
    lines = [Line("sales", "Sales", (10_000, *([500] * 11)))]
    found = say(lines, instalment=1_000)
    assert (found.mark, found.word) == ("yes", "Yes, from May.")
    assert found.sentences[0] == "The tightest month is May: it spends 5.00 of the savings, and 95.00 remains in hand."
    assert found.sentences[1] == "11 months are paid out of what was saved before."


def test_one_cent_decides():
    assert say(flat(10_000), instalment=10_000).mark == "yes"
    lines = [Line("sales", "Sales", (0, *([10_000] * 11)))]
    assert say(lines, instalment=10_000).word == "Yes, from May."
    found = say(lines, instalment=10_001)
    assert (found.mark, found.word) == ("no", "No.")
    assert found.sentences[0] == "11 months are short. The tightest is Mar: 0.11 is missing."
    assert say(lines, instalment=10_001, cash_at_start=11).mark == "yes"
    assert say(lines, instalment=10_001, cash_at_start=10).mark == "no"


def test_a_business_that_starts_slowly_can_pay_later():
    lines = [Line("sales", "Sales", (0, 0, 0, *([50_000] * 9)))]
    found = say(lines, instalment=10_000)
    assert (found.mark, found.word) == ("wait", "Not at first. From Jul, yes.")
    assert found.sentences == ["2 months are short. The tightest is Jun: 200.00 is missing."]


def test_a_grant_asks_whether_every_month_stays_above_zero():
    assert say(flat(10_000, 9_000)).word == "Yes, in every month."
    assert say(flat(10_000, 9_000)).sentences[0] == "The tightest month is Apr: 10.00 is left."
    assert say(flat(9_000, 10_000)).word == "No."


def test_a_fall_of_sales_is_tried():
    assert (
        say(flat(100_000, 10_000), instalment=10_000).sentences[-1] == "If sales fall by 20% the answer is still yes."
    )
    found = say(flat(20_000, 9_100), instalment=10_000)
    assert found.sentences[-2:] == [
        "If sales fall by 5% the answer is still yes.",
        "If they fall by 10%, 3 months are short, from Jan to Mar.",
    ]
    assert with_less_sales(flat(999), 10)[0].months == (899,) * 12


def test_an_empty_plan_gives_no_answer():
    assert say([], instalment=10_000).word == "Nothing is written yet."


def test_a_short_loan_ends_its_instalments():
    flow = work_out(flat(10_000), instalment=1_000, instalments=3)
    assert [month.instalment for month in flow.months] == [0, 1_000, 1_000, 1_000, *([0] * 8)]


amounts = st.lists(st.integers(0, 10**9), min_size=12, max_size=12).map(tuple)
lines_of = st.lists(
    st.builds(Line, st.sampled_from(["sales", "other_in", "materials", "wages", "household"]), st.just("x"), amounts),
    min_size=1,
    max_size=6,
)


@given(lines_of, st.integers(0, 10**9), st.integers(0, 10**8))
def test_the_cash_at_the_end_is_what_came_in_less_what_went_out(lines, start, instalment):
    flow = work_out(lines, cash_at_start=start, instalment=instalment)
    assert flow.months[-1].cash == start + flow.total_in - flow.total_out - flow.total_instalments
    assert flow.total_after == flow.total_left - flow.total_instalments
    assert flow.can_pay == all(month.cash >= 0 for month in flow.months)


@given(lines_of, st.integers(0, 10**9), st.integers(1, 10**8))
def test_more_to_pay_never_makes_the_answer_better(lines, start, instalment):
    rank = {"no": 0, "wait": 1, "yes": 2}
    better = say(lines, cash_at_start=start, instalment=instalment)
    worse = say(lines, cash_at_start=start, instalment=instalment * 2)
    assert rank[worse.mark] <= rank[better.mark]
