"""Open data: an IATI activity that its own standard accepts, 360Giving grants that name nobody, figures as frozen."""

import json
import xml.etree.ElementTree as ET
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from audit.refusals import Blocked
from reports import iati, open_data, render_360giving
from reports.edition import Report, frozen, thawed
from reports.figure import COUNT, MONEY, SHARE, Cell, Figure, Goal, ratio
from reports.iati.rules import faults
from reports.open_data import Flow, Line, OpenData
from tests import iati_standard

TODAY = date(2016, 12, 31)
NASTY = "Smith & Sons <Ltd>\x0b"


def figure(code, unit, section="grants", **facts):
    facts.setdefault("in_all", facts.get("value"))
    return Figure(
        code=code, name=code, section=section, unit=unit, definition="Counted.", version="v2", records=36, **facts
    )


@pytest.fixture
def report():
    """A programme of two lines and three years, of which the report is of the last."""
    return Report(
        key="msme",
        name=NASTY,
        place="Kosovo*",
        footnote="* Without prejudice to positions on status.",
        confidential=False,
        illustrative=False,
        currency="EUR",
        edition="donor",
        period_from=date(2016, 1, 1),
        period_to=date(2016, 12, 31),
        donors=("European Union", "Ministry"),
        title="Annual report",
        reference="R-2016-Q4-ALL",
        published_on=TODAY,
        open_data=OpenData(
            org="XM-DAC-47066",
            org_type="40",
            org_name="The office",
            country="XK",
            starts_on="2014-02-01",
            ends_on="",
            donor="",
            giving_prefix="360G-example",
            licence="",
            sectors=(("32130", 6667), ("16020", 3333)),
            regions=("Pristina", NASTY),
            lines=(
                Line("EU line", "European Union", "XI-IATI-EC", "EUR", 300_000_001, "2014-02-01", "2016-07-31"),
                Line("Fund", "Ministry", "", "EUR", 0, "2014-02-01", ""),
            ),
            flows=(
                Flow(open_data.INCOMING, "2016-03-31", "EU line", "EUR", 100_000_000),
                Flow(open_data.COMMITTED, "2016-03-31", "EU line", "EUR", 90_000_050),
                Flow(open_data.GRANT, "2016-06-30", "EU line", "EUR", 80_000_025),
                Flow(open_data.GRANT, "2016-09-30", "EU line", "EUR", -5),
                Flow(open_data.LOAN, "2016-06-30", "Fund", "EUR", 40_000_000),
                Flow(open_data.REPAID, "2016-12-31", "Fund", "EUR", 10_000_000),
                Flow(open_data.INTEREST, "2016-12-31", "Fund", "EUR", 500_000),
                Flow(open_data.FEES, "2016-12-31", "Fund", "EUR", 100),
                Flow(open_data.RECOVERED, "2016-12-31", "Fund", "EUR", 7),
                Flow(open_data.COST, "2016-12-31", "", "EUR", 1234),
                Flow(open_data.OWN, "2016-12-31", "", "EUR", 200_000_000),
            ),
        ),
        figures=(
            figure(
                "grants_disbursed",
                MONEY,
                value=80_000_020,
                in_all=300_000_000,
                currency="EUR",
                target=Goal(Decimal(250_000_000), ">", "", ""),
                by=(Cell("line", "EU line", "EU line", 80_000_020, records=9, units=9),),
            ),
            figure(
                "people",
                COUNT,
                section="people",
                value=30,
                in_all=50,
                by=(Cell("sex", "female", "Woman", 18), Cell("sex", "male", "Man", None, hidden=True)),
                codes=(("HIPSO", "A1"), ("IRIS", "PI4060")),
            ),
            figure("women_run_share", SHARE, numerator=11, denominator=20, in_all=ratio(1, 2), unknown=3),
            figure("hidden_one", COUNT, hidden=True),
            figure("sales_latest", MONEY, section="income", value=900_00, currency="EUR"),
            figure("sales_baseline", MONEY, section="income", value=400_00, currency="EUR"),
        ),
    )


def tree_of(report):
    return ET.fromstring(iati.render(report))


def amounts(tree, kind):
    """The sum of the transactions of a type, in major units."""
    rows = [one for one in tree.iter("transaction") if one.find("transaction-type").get("code") == kind]
    return sum(Decimal(one.findtext("value")) for one in rows)


@pytest.mark.iati
def test_the_activity_is_what_the_standard_calls_valid_and_uses_only_its_codes(report):
    content = iati.render(report)
    assert [error.reason for error in iati_standard.schema().iter_errors(ET.fromstring(content))] == []
    tree = ET.fromstring(content)
    assert iati_standard.broken_rules(tree, now="2016-12-31") == []
    lists = {
        "transaction-type": "TransactionType",
        "activity-status": "ActivityStatus",
        "recipient-country": "Country",
        "sector": "Sector",
        "flow-type": "FlowType",
        "default-flow-type": "FlowType",
        "finance-type": "FinanceType",
        "default-finance-type": "FinanceType",
        "default-aid-type": "AidType",
        "default-tied-status": "TiedStatus",
    }
    for tag, name in lists.items():
        assert {one.get("code") for one in tree.iter(tag)} <= iati_standard.codes(name)
    assert {one.get("role") for one in tree.iter("participating-org")} == iati_standard.codes("OrganisationRole")


@pytest.mark.iati
def test_the_published_rules_are_asked_and_can_say_no(report):
    tree = tree_of(report)
    tree.find("*/activity-date[@type='2']").set("iso-date", "2017-01-01")
    tree.find("*/recipient-country").set("percentage", "90")
    tree.find("*/result/indicator/period/actual").attrib.clear()
    found = iati_standard.broken_rules(tree, now="2016-12-31")
    assert {rule for _path, rule in found} == {"date_order", "sum", "atleast_one"}


def test_money_stands_in_transactions_of_the_right_types_to_the_cent(report):
    tree = tree_of(report)
    found = {kind: amounts(tree, kind) for kind in ("1", "2", "3", "4", "5", "6")}
    assert found == {
        "1": Decimal("3000000.00"),
        "2": Decimal("900000.50"),
        "3": Decimal("1200000.20"),
        "4": Decimal("12.34"),
        "5": Decimal("5001.00"),
        "6": Decimal("100000.07"),
    }
    loans = [one for one in tree.iter("transaction") if one.find("finance-type").get("code") == "421"]
    assert sum(Decimal(one.findtext("value")) for one in loans) == Decimal("505001.07")
    sides = [(one.findtext("provider-org/narrative"), one.findtext("receiver-org/narrative")) for one in loans]
    assert sides == [("The office", "Borrowers")] + [("Borrowers", "The office")] * 4


def test_a_ceiling_of_three_years_is_three_budgets_none_longer_than_a_year_that_add_up_to_it(report):
    budgets = list(tree_of(report).iter("budget"))
    days = [(one.find("period-start").get("iso-date"), one.find("period-end").get("iso-date")) for one in budgets]
    assert days == [("2014-02-01", "2014-12-31"), ("2015-01-01", "2015-12-31"), ("2016-01-01", "2016-07-31")]
    assert sum(Decimal(one.findtext("value")) for one in budgets) == Decimal("3000000.01")


def test_results_have_baseline_target_and_actuals_and_what_is_hidden_is_not_there(report):
    found = {one.findtext("title/narrative"): one for one in tree_of(report).iter("result")}
    assert set(found) == {
        "grants_disbursed, EUR",
        "people",
        "women_run_share",
        "sales_latest, EUR",
        "sales_baseline, EUR",
    }
    paid = found["grants_disbursed, EUR"].find("indicator")
    whole, year = paid.findall("period")
    assert (whole.find("target").get("value"), whole.find("actual").get("value")) == ("2500000.00", "3000000.00")
    assert whole.findtext("target/comment/narrative") == "more than 2,500,000.00"
    assert whole.find("period-start").get("iso-date") == "2014-02-01"
    assert [one.get("value") for one in year.findall("actual")] == ["800000.20", "800000.20"]
    people = found["people"].findall("indicator/period")[1]
    said = [(one.get("value"), one.find("dimension")) for one in people.findall("actual")]
    assert [(value, None if dim is None else dim.attrib) for value, dim in said] == [
        ("30", None),
        ("18", {"name": "sex", "value": "female"}),
    ]
    share = found["women_run_share"].find("indicator")
    assert share.get("measure") == "2"
    assert [one.get("value") for one in share.iter("actual")] == ["50.00", "55.00"]
    assert found["sales_latest, EUR"].find("indicator/baseline").attrib == {
        "year": "2014",
        "iso-date": "2014-02-01",
        "value": "400.00",
    }
    codes = [one.attrib for one in found["people"].iter("reference")]
    assert (codes[0], codes[1]["code"]) == ({"vocabulary": "8", "code": "A1"}, "people")


def _move(tree, tag):
    activity = tree.find("iati-activity")
    moved = activity.find(tag)
    activity.remove(moved)
    activity.insert(0, moved)


FAULTS = {
    "in the wrong place": lambda tree: _move(tree, "sector"),
    "percentages of <sector> are not 100": lambda tree: tree.find("*/sector").set("percentage", "66.66"),
    "longer than a year": lambda tree: tree.find("*/budget/period-end").set("iso-date", "2015-08-01"),
    "lies in the future": lambda tree: tree.find("*/transaction/transaction-date").set("iso-date", "2017-01-01"),
    "has no actual": lambda tree: [
        period.remove(actual) for period in tree.iter("period") for actual in period.findall("actual")
    ],
    "that is no number": lambda tree: tree.find("*/result/indicator/period/actual").set("value", "many"),
    "ends before it starts": lambda tree: [
        tree.find("*/activity-date").set("iso-date", "2017-01-01"),
        ET.SubElement(tree.find("iati-activity"), "activity-date", {"type": "3", "iso-date": "2016-01-01"}),
    ],
    "has a space or one of": lambda tree: tree.find("*/reporting-org").set("ref", "XM/DAC"),
    "<participating-org> has neither": lambda tree: [
        one.clear() or one.set("role", "1") for one in tree.iter("participating-org")
    ],
    "no first day before its last": lambda tree: tree.find("*/budget/period-end").set("iso-date", "2013-08-01"),
    "has no amount": lambda tree: tree.find("*/transaction").remove(tree.find("*/transaction/value")),
}


@pytest.mark.parametrize("said", FAULTS)
def test_a_planted_fault_is_named(report, said):
    tree = tree_of(report)
    assert faults(tree, today=TODAY) == []
    FAULTS[said](tree)
    assert any(said in fault for fault in faults(tree, today=TODAY))


def test_a_budget_may_last_a_year_and_no_day_longer(report):
    tree = tree_of(report)
    start, end = tree.find("*/budget/period-start"), tree.find("*/budget/period-end")
    for first, last, kept in (
        ("2014-02-01", "2015-01-31", True),
        ("2014-02-01", "2015-02-01", False),
        ("2012-02-29", "2013-02-28", True),
        ("2012-02-29", "2013-03-01", False),
    ):
        start.set("iso-date", first)
        end.set("iso-date", last)
        assert (faults(tree, today=TODAY) == []) is kept


def test_an_activity_that_breaks_a_rule_does_not_leave_the_house(report):
    flows = (replace(report.open_data.flows[0], on="2017-03-31"),)
    with pytest.raises(Blocked, match="2017-03-31 lies in the future"):
        iati.render(replace(report, open_data=replace(report.open_data, flows=flows)))


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [({"org": ""}, "set SEEDBED_IATI_ORG"), ({"sectors": ()}, "enter them in the set-up of the programme")],
)
def test_what_is_missing_is_named_with_the_place_where_it_is_set(report, changed, sentence):
    with pytest.raises(Blocked, match=sentence):
        iati.render(replace(report, open_data=replace(report.open_data, **changed)))
    with pytest.raises(Blocked, match="or a correction of it"):
        iati.render(replace(report, open_data=None))


def test_what_open_data_needs_is_frozen_and_comes_back_the_same(report):
    body = json.loads(json.dumps(frozen(report)))
    assert thawed(body) == report
    assert iati.render(thawed(body)) == iati.render(report)


def test_a_confidential_programme_is_broken_down_by_nothing_that_tells_and_names_no_group(report):
    group = figure("target_group_employed", COUNT, section="people", value=120)
    awards = figure(
        "awards", COUNT, value=25, by=(Cell("region", "Imishli", "Imishli", 25), Cell("sex", "female", "", 9))
    )
    text = iati.render(replace(report, confidential=True, figures=(group, awards))).decode()
    assert "target_group_employed" not in text
    assert "Imishli" not in text
    assert "Counted." not in text
    assert text.count('name="sex"') == 1


# 360Giving ------------------------------------------------------------------------------------------------------------


def row(**facts):
    found = {
        "id": "aa11",
        "recipient": "bb22",
        "party": 7,
        "kind": "organisation",
        "window": "Micro",
        "window_code": "msme-micro",
        "call": "Call 2014",
        "currency": "EUR",
        "amount": 2_500_050,
        "paid": 2_500_000,
        "awarded_on": "2014-08-01",
        "starts_on": "2014-09-01",
        "ends_on": "2015-09-01",
        "region": "Pristina",
        "name": "",
    }
    return {**found, **facts}


def giving(report, *rows):
    return json.loads(render_360giving.render(replace(report, lists={"grants": list(rows)})))


REQUIRED = {"id", "title", "description", "currency", "amountAwarded", "awardDate", "fundingOrganization"}


def test_a_grant_has_all_that_the_standard_requires_and_amounts_are_numbers_of_major_units(report):
    said = giving(report, row(), row(kind="public", name="Municipality of Prizren", amount=2_500_000))
    assert said["version"] == "1.4"
    for grant in said["grants"]:
        assert set(grant) >= REQUIRED
        assert ("recipientOrganization" in grant) != ("recipientIndividual" in grant)
        assert grant["id"].startswith("360G-example-")
        assert grant["fundingOrganization"] == [{"id": "XM-DAC-47066", "name": "The office"}]
    assert [grant["amountAwarded"] for grant in said["grants"]] == [25000.5, 25000]
    assert [grant["recipientOrganization"][0]["name"] for grant in said["grants"]] == [
        "Enterprise, not named",
        "Municipality of Prizren",
    ]


def test_an_individual_has_neither_name_nor_place_and_kosovo_no_country_code(report):
    said = giving(report, row(kind="individual", region="", name="", party=0), row(name="Bakery"))
    person, bakery = said["grants"]
    assert person["recipientIndividual"] == {"id": "360G-example-bb22", "name": "Individual recipient"}
    assert "beneficiaryLocation" not in person
    assert bakery["beneficiaryLocation"] == [{"name": "Pristina"}]
    elsewhere = replace(report, open_data=replace(report.open_data, country="AM"))
    assert giving(elsewhere, row())["grants"][0]["beneficiaryLocation"] == [{"name": "Pristina", "countryCode": "AM"}]


def test_single_grants_of_a_confidential_programme_are_refused(report):
    with pytest.raises(Blocked, match="published nowhere"):
        giving(replace(report, confidential=True), row())


def test_without_prefix_or_grants_the_refusal_says_what_is_missing(report):
    with pytest.raises(Blocked, match="no grants to publish"):
        render_360giving.render(report)
    with pytest.raises(Blocked, match="SEEDBED_360G_PREFIX"):
        giving(replace(report, open_data=replace(report.open_data, giving_prefix="")), row())


def test_a_licence_stands_there_only_when_the_office_named_one(report):
    assert "license" not in giving(report, row())
    address = "https://creativecommons.org/licenses/by/4.0/"
    assert giving(replace(report, open_data=replace(report.open_data, licence=address)), row())["license"] == address


def test_open_data_is_offered_only_of_a_report_that_has_what_it_needs(report):
    assert report.open_formats == [("iati", "IATI")]
    with_grants = replace(report, annexes=(("grants", "ab" * 32),))
    assert [wanted for wanted, _name in with_grants.open_formats] == ["iati", "360giving"]
    nobody = replace(report.open_data, org="")
    assert replace(with_grants, open_data=nobody).open_formats == []
    assert replace(report, open_data=None).open_formats == []
