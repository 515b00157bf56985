"""Small cells in the donor's edition: what is hidden, and that nobody can reckon it from what is shown."""

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.figure import COUNT, MONEY, SHARE, Cell, Figure
from reports.indicators.kinds import Indicator
from reports.suppression import LEAST, for_donors, hidden_cells


def counted(code="employed_persons", value=100, cells=(), dim="region", **facts):
    by = tuple(Cell(dim, name, name, number, records=number, units=number) for name, number in cells)
    facts = {"of_people": True, "records": value, "units": value, **facts}
    return Figure(code, code, "people", COUNT, "", "v1", value=value, in_all=value, by=by, **facts)


def hidden_of(figure):
    return {cell.key for cell in figure.by if cell.hidden}


def test_four_people_are_hidden_and_five_are_shown():
    four, five = for_donors([counted("a", 4), counted("b", 5)])
    assert (four.hidden, four.value, four.records) == (True, None, None)
    assert (five.hidden, five.value) == (False, 5)


def test_a_hidden_group_takes_a_second_one_with_it_so_that_the_total_does_not_tell():
    (figure,) = for_donors([counted(value=30, cells=[("Lori", 3), ("Shirak", 7), ("Tavush", 20)])])
    assert hidden_of(figure) == {"Lori", "Shirak"}
    assert figure.value == 30


def test_two_hidden_groups_of_together_less_than_five_take_a_third():
    (figure,) = for_donors([counted(value=34, cells=[("Lori", 1), ("Shirak", 2), ("Tavush", 11), ("Ararat", 20)])])
    assert hidden_of(figure) == {"Lori", "Shirak", "Tavush"}


def test_nothing_is_hidden_where_every_group_has_five():
    (figure,) = for_donors([counted(value=10, cells=[("Lori", 5), ("Shirak", 5)])])
    assert hidden_of(figure) == set()


def test_a_hidden_total_takes_its_groups_with_it():
    (figure,) = for_donors([counted(value=4, cells=[("Lori", 4)])])
    assert figure.hidden
    assert figure.by == ()


def test_the_number_of_awards_of_an_open_programme_is_told_and_a_breakdown_of_hidden_groups_goes():
    (figure,) = for_donors([counted("awards", 2, cells=[("Lori", 1), ("Shirak", 1)], of_people=False)])
    assert (figure.value, figure.by) == (2, ())


def test_time_and_source_of_money_are_no_groups_of_people_in_an_open_programme():
    (figure,) = for_donors([counted(value=30, cells=[("2014", 3), ("2015", 27)], dim="year")])
    assert hidden_of(figure) == set()


def test_who_left_a_training_cannot_be_reckoned_from_who_began_and_who_completed():
    began, done, left = for_donors(
        [counted("trained_started", 53), counted("trained_completed", 50), counted("trained_dropped_out", 3)]
    )
    assert left.hidden
    assert done.hidden != began.hidden or done.hidden


def share(numerator, denominator, unknown=0, **facts):
    return Figure(
        "women_run_share",
        "Women-run",
        "people",
        SHARE,
        "",
        "v1",
        numerator=numerator,
        denominator=denominator,
        unknown=unknown,
        records=denominator + unknown,
        units=denominator + unknown,
        of_people=True,
        **facts,
    )


@pytest.mark.parametrize(
    ("numerator", "denominator", "unknown", "hidden"),
    [
        (5, 10, 0, False),
        (4, 10, 0, True),
        (6, 10, 0, True),
        (1951, 3547, 0, False),
        (10, 20, 3, True),
        (10, 20, 5, False),
    ],
)
def test_a_share_is_hidden_when_one_of_its_sides_is_small(numerator, denominator, unknown, hidden):
    (figure,) = for_donors([share(numerator, denominator, unknown)])
    assert figure.hidden is hidden


def test_a_share_falls_with_the_breakdown_that_says_the_same():
    businesses = counted(
        "businesses_supported",
        23,
        cells=[("female", 10), ("male", 10), ("unknown", 3)],
        dim="sex",
        of_people=False,
    )
    shown, women = for_donors([businesses, share(10, 20, 3, total_of=("businesses_supported", "sex"))])
    assert "unknown" in hidden_of(shown)
    assert len(hidden_of(shown)) == 2
    assert women.hidden


def test_in_a_confidential_programme_awards_are_people_and_few_records_are_not_told():
    award = counted("awards", 4, of_people=False)
    paid = Figure(
        "grants_disbursed", "Paid", "grants", MONEY, "", "v1", value=400_000, records=4, units=4, currency="CHF"
    )
    assert [one.hidden for one in for_donors([award, paid])] == [False, False]
    assert [one.hidden for one in for_donors([award, paid], strict=True)] == [True, True]


def test_the_budget_of_a_confidential_programme_is_no_persons_money():
    budget = Figure(
        "budget", "Budget", "money", MONEY, "", "v1", value=5_000, records=1, units=1, currency="CHF", impersonal=True
    )
    (shown,) = for_donors([budget], strict=True)
    assert (shown.value, shown.records) == (5_000, 1)


def test_what_came_before_the_period_is_not_reckoned_from_the_whole():
    figure = counted(value=40).but(in_all=43)
    (shown,) = for_donors([figure])
    assert (shown.value, shown.in_all) == (40, None)


def solutions(total, shown, hidden_number):
    """The values that each hidden part may have, for somebody who knows the total and the shown parts."""
    rest = total - sum(shown)
    found = [row for row in product(range(rest + 1), repeat=hidden_number) if sum(row) == rest]
    return [{row[place] for row in found} for place in range(hidden_number)]


@given(st.lists(st.integers(1, 12), min_size=2, max_size=5))
def test_no_hidden_group_is_known_to_within_five(numbers):
    values = {("t",): sum(numbers)} | {("p", place): number for place, number in enumerate(numbers)}
    parts = [("p", place) for place in range(len(numbers))]
    small = {one for one in parts if values[one] < LEAST}
    hidden = hidden_cells(values, [(("t",), parts)], small)
    assert small <= hidden
    gone = [one for one in parts if one in hidden]
    if not gone or ("t",) in hidden:
        return
    shown = [values[one] for one in parts if one not in hidden]
    for possible in solutions(values["t",], shown, len(gone)):
        assert max(possible) - min(possible) >= LEAST


def test_a_hidden_cell_that_two_tables_together_would_tell_takes_more_with_it():
    values = {"t": 100, "a": 3, "b": 47, "c": 50, "u": 50, "d": 25, "e": 25}
    sums = [("t", ["a", "b", "c"]), ("b", ["d", "e"]), ("u", ["d", "e"])]
    hidden = hidden_cells(values, sums, {"a"})
    assert {"a", "b"} <= hidden
    assert hidden & {"d", "e"} or "c" in hidden


def test_the_money_lent_to_women_falls_with_the_number_of_their_loans():
    loans = share(8, 12).but(code="women_run_loans_share")
    money = share(576, 852, total_of=("women_run_loans_share",)).but(code="women_run_amount_share", currency="TJS")
    assert [one.hidden for one in for_donors([loans, money])] == [True, True]
    loans = share(8, 13).but(code="women_run_loans_share")
    assert [one.hidden for one in for_donors([loans, money])] == [False, False]


def lent(value, cells, **facts):
    """loans_disbursed by region: {region: (amount, businesses, the largest loan)}, minor units."""
    by = tuple(Cell("region", name, name, one[0], records=one[1], units=one[1], largest=one[2]) for name, one in cells)
    facts = {"records": 20, "units": 20, "currency": "AMD", "by": by, **facts}
    return Figure("loans_disbursed", "Lent", "loans", MONEY, "", "v1", value=value, in_all=value, **facts)


@pytest.mark.parametrize(("largest", "hidden"), [(850, set()), (851, {"Lori", "Shirak"})])
def test_an_amount_of_which_one_loan_has_more_than_85_percent_is_hidden_with_another(largest, hidden):
    cells = [("Lori", (1_000, 6, largest)), ("Shirak", (2_000, 7, 400)), ("Tavush", (3_000, 7, 500))]
    (figure,) = for_donors([lent(6_000, cells)])
    assert hidden_of(figure) == hidden
    assert (figure.value, figure.largest, figure.by[0].largest) == (6_000, None, None)


def test_what_is_reckoned_from_a_hidden_amount_goes_with_it():
    paid = lent(6_000, [], largest=5_900).but(code="grants_disbursed", by=())
    jobs = Figure("cost_per_job", "Cost", "money", MONEY, "", "v1", value=600, denominator=10, units=20, records=20)
    assert [one.hidden for one in for_donors([paid, jobs.but(currency="AMD")])] == [False, False]
    assert [one.hidden for one in for_donors([paid, jobs.but(currency="AMD")], strict=True)] == [True, True]


@pytest.mark.parametrize(
    ("of_group", "employed", "part", "hidden"),
    [(30, 34, True, True), (30, 35, True, False), (30, 30, False, False), (30, 34, False, False)],
)
def test_that_all_of_a_part_are_of_a_sensitive_group_is_not_told(of_group, employed, part, hidden):
    all_, some = counted("employed_persons", employed), counted("target_group_employed", of_group, sensitive=True)
    assert [one.hidden for one in for_donors([all_, some], part=part)] == [False, hidden]


def test_that_nobody_of_a_part_is_of_a_sensitive_group_is_not_told():
    none = counted("target_group_employed", 0, sensitive=True)
    assert [one.hidden for one in for_donors([counted("employed_persons", 40), none], part=True)] == [False, True]


def test_the_one_woman_of_a_confidential_programme_who_was_refused_is_not_reckoned_from_two_steps():
    applied = counted("applied", 28, cells=[("female", 7), ("male", 21)], dim="sex")
    approved = counted("approved", 25, cells=[("female", 6), ("male", 19)], dim="sex")
    paid = counted("paid", 20, cells=[("female", 6), ("male", 14)], dim="sex")
    told = for_donors([applied, approved, paid], strict=True)
    assert [(one.value, [cell.value for cell in one.by]) for one in told] == [(28, []), (25, [6, 19]), (20, [6, 14])]
    assert all(one.by for one in for_donors([applied, approved, paid]))


@pytest.mark.parametrize(("of_group", "told"), [(30, 0), (26, 0), (25, 2)])
def test_where_all_employed_are_of_a_sensitive_group_no_region_tells_how_many_it_employs(of_group, told):
    cells = [("Lori", 10), ("Shirak", 20)]
    group = counted("target_group_employed", of_group, sensitive=True)
    employed, people, served = for_donors(
        [
            counted(value=30, cells=cells),
            counted("direct_beneficiaries", 30, cells=cells),
            counted("users", 30, cells),
            group,
        ]
    )[:3]
    assert (employed.value, len(employed.by), len(people.by), len(served.by)) == (30, told, told, 2)


def test_people_of_sensitive_groups_are_broken_down_by_nothing_and_nothing_is_by_village_or_award():
    facts = ("x", "people", "X", COUNT, "", None)
    for wrong in ({"sensitive": True, "by": ("sex",)}, {"by": ("village",)}, {"by": ("region", "award")}):
        with pytest.raises(ValueError, match="broken down"):
            Indicator(*facts, **wrong)
    assert Indicator(*facts, sensitive=True).by == ()
