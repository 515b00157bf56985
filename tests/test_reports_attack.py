"""Several reports together: nobody reckons a hidden cell, or the few who came between, from all that is printed."""

import os
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reports.suppression import LEAST, for_donors, statement_of
from tests.attack import exposed
from tests.test_reports_suppression import counted, hidden_of, lent

pytestmark = pytest.mark.once
JAN, MAR, APR, JUN, JUL, SEP = (
    date(2026, 1, 1),
    date(2026, 3, 31),
    date(2026, 4, 1),
    date(2026, 6, 30),
    date(2026, 7, 1),
    date(2026, 9, 30),
)
SMALL = os.environ.get("SEEDBED_HYPOTHESIS", "small") == "small"
PERIODS = {"Q1": (JAN, MAR), "Q2": (APR, JUN), "Q3": (JUL, SEP), "H1": (JAN, JUN), "9M": (JAN, SEP)}
PARTS = {"Q1": [0], "Q2": [1], "Q3": [2], "H1": [0, 1], "9M": [0, 1, 2]}


class Office:
    """Publishes reports one after the other, each in the knowledge of those before it."""

    def __init__(self, strict=False):
        self.strict = strict
        self.statements, self.reports, self.truths = [], [], []

    def publish(self, name, figures, donor=""):
        first, last = PERIODS[name]
        scope = {"first": first, "last": last, "donor": donor}
        shown = for_donors(figures, strict=self.strict, scope=scope, earlier=self.statements)
        self.statements.insert(0, statement_of(shown, strict=self.strict, **scope))
        self.reports.append((shown, first, last, donor))
        self.truths.append(figures)
        return shown

    def known_too_well(self):
        """[(scope, id, (lowest, highest))] of hidden cells that the attack knows too well."""
        return exposed(self.reports, self.truths, LEAST)


def by_region(numbers, **facts):
    """employed_persons by region: {"Lori": 20, ...}."""
    return counted(value=sum(numbers.values()), cells=list(numbers.items()), **facts).but(in_all=None)


def test_what_two_reports_differ_by_is_hidden_when_it_is_three_people():
    office = Office()
    office.publish("Q1", [by_region({"Lori": 20, "Shirak": 30, "Tavush": 40})])
    (half,) = office.publish("H1", [by_region({"Lori": 23, "Shirak": 40, "Tavush": 60})])
    assert hidden_of(half) == {"Lori", "Shirak"}
    assert half.value == 123
    assert office.known_too_well() == []


def test_without_the_report_before_it_nothing_of_that_would_be_hidden():
    (half,) = Office().publish("H1", [by_region({"Lori": 23, "Shirak": 40, "Tavush": 60})])
    assert hidden_of(half) == set()


def test_a_cell_hidden_in_a_quarter_is_not_what_the_half_year_less_the_other_quarter_leaves():
    office = Office()
    office.publish("Q1", [by_region({"Lori": 3, "Shirak": 7, "Tavush": 40})])
    office.publish("Q2", [by_region({"Lori": 20, "Shirak": 30, "Tavush": 40})])
    (half,) = office.publish("H1", [by_region({"Lori": 23, "Shirak": 37, "Tavush": 80})])
    assert {"Lori", "Shirak"} <= hidden_of(half)
    assert office.known_too_well() == []


def test_the_same_period_reckoned_again_hides_the_same_cells():
    office = Office()
    office.publish("Q1", [by_region({"Lori": 3, "Shirak": 7, "Tavush": 40})])
    (again,) = office.publish("Q1", [by_region({"Lori": 3, "Shirak": 7, "Tavush": 40})])
    assert hidden_of(again) == {"Lori", "Shirak"}
    assert office.known_too_well() == []


def test_who_was_entered_late_is_not_the_difference_of_a_report_and_its_correction():
    office = Office()
    office.publish("Q1", [by_region({"Lori": 20, "Shirak": 30, "Tavush": 40})])
    (again,) = office.publish("Q1", [by_region({"Lori": 21, "Shirak": 30, "Tavush": 40})])
    assert again.value == 91
    assert "Lori" in hidden_of(again)
    assert len(hidden_of(again)) == 2


def test_a_cell_that_was_hidden_stays_hidden_when_the_records_have_changed_since():
    office = Office()
    office.publish("Q1", [by_region({"Lori": 3, "Shirak": 7, "Tavush": 40})])
    (again,) = office.publish("Q1", [by_region({"Lori": 9, "Shirak": 17, "Tavush": 50})])
    assert {"Lori", "Shirak"} <= hidden_of(again)


def test_what_other_donors_paid_for_is_not_all_less_the_one():
    office = Office()
    office.publish("Q1", [by_region({"Lori": 20, "Shirak": 30})], donor="eu")
    (everyone,) = office.publish("Q1", [by_region({"Lori": 22, "Shirak": 50})])
    assert hidden_of(everyone) == {"Lori", "Shirak"} or everyone.by == ()
    (third,) = office.publish("Q1", [by_region({"Lori": 2, "Shirak": 20})], donor="swiss")
    assert third.by == ()
    assert office.known_too_well() == []


def test_who_came_before_the_period_is_not_known_from_two_reports_since_the_beginning():
    office = Office()
    office.publish("Q1", [counted(value=40).but(in_all=60)])
    (later,) = office.publish("Q3", [counted(value=50).but(in_all=113)])
    assert (later.value, later.in_all) == (50, None)


def lent_by_region(rows):
    """loans_disbursed by region: {region: [what each business was lent]}, minor units."""
    cells = [(name, (sum(one), len(one), max(one, default=0))) for name, one in rows.items()]
    everyone = [amount for one in rows.values() for amount in one]
    return lent(sum(everyone), cells, records=len(everyone), units=len(everyone)).but(in_all=None)


def test_an_amount_of_one_who_has_nearly_all_is_not_what_the_half_year_less_the_other_quarter_leaves():
    first = {"Lori": [900_000, *[10_000] * 5], "Shirak": [80_000] * 6, "Tavush": [70_000] * 9}
    second = {name: [50_000] * 8 for name in first}
    office = Office()
    (quarter,) = office.publish("Q1", [lent_by_region(first)])
    assert hidden_of(quarter) == {"Lori", "Shirak"}
    office.publish("Q2", [lent_by_region(second)])
    (half,) = office.publish("H1", [lent_by_region({name: first[name] + second[name] for name in first})])
    assert {"Lori", "Shirak"} <= hidden_of(half)
    assert office.known_too_well() == []


def test_what_a_report_left_out_altogether_is_not_the_difference_of_two_later_ones():
    few = {"Lori": [90_000], "Shirak": [80_000] * 2}
    many = {"Lori": [20_000] * 7, "Shirak": [30_000] * 8}
    office = Office()
    (quarter,) = office.publish("Q1", [lent_by_region(few)])
    assert (quarter.value, quarter.by) == (250_000, ())
    office.publish("Q2", [lent_by_region(many)])
    (half,) = office.publish("H1", [lent_by_region({name: few[name] + many[name] for name in few})])
    assert (half.value, half.by) == (630_000, ())
    assert office.known_too_well() == []


REGIONS = ("Lori", "Shirak", "Tavush")
rows = st.lists(st.integers(0, 14), min_size=3, max_size=3)
tables = st.lists(rows, min_size=3, max_size=3)
orders = st.lists(st.tuples(st.sampled_from(sorted(PERIODS)), st.sampled_from(["", "eu"])), min_size=2, max_size=3)


@settings(max_examples=25 if SMALL else 300)
@given(tables, tables, orders, st.booleans(), st.integers(0, 6))
def test_no_attack_on_any_series_of_reports_finds_a_hidden_cell(of_eu, of_others, order, strict, before):
    office = Office(strict=strict)
    for name, donor in order:
        paid = of_eu if donor else [[*map(sum, zip(*both, strict=True))] for both in zip(of_eu, of_others, strict=True)]
        found = [paid[part] for part in PARTS[name]]
        regions = {key: sum(row[place] for row in found) for place, key in enumerate(REGIONS)}
        whole = sum(regions.values())
        women = sum(paid[part][0] for part in PARTS[name])
        sexes = counted(value=whole, cells=[("female", women), ("male", whole - women)], dim="sex").by
        ever = before + sum(sum(row) for row in paid[: PARTS[name][-1] + 1])
        figure = by_region(regions)
        office.publish(name, [figure.but(by=(*figure.by, *sexes), in_all=ever)], donor)
    assert office.known_too_well() == []


lendings = st.lists(
    st.lists(st.lists(st.integers(1, 1_000), max_size=9), min_size=3, max_size=3), min_size=3, max_size=3
)


@settings(max_examples=15 if SMALL else 300)
@given(lendings, lendings, orders, st.booleans(), st.integers(1, 900))
def test_no_attack_on_any_series_of_reports_finds_a_hidden_amount(of_eu, of_others, order, strict, large):
    office = Office(strict=strict)
    of_others[0][0] = [*of_others[0][0], large * 1_000]
    for name, donor in order:
        rows = {
            key: [
                amount * 100
                for part in PARTS[name]
                for amount in of_eu[part][place] + ([] if donor else of_others[part][place])
            ]
            for place, key in enumerate(REGIONS)
        }
        office.publish(name, [lent_by_region(rows)], donor)
    assert office.known_too_well() == []
