"""How a programme stands: the figures of the report, each with its rows; queues that count what their lists show."""

from datetime import date

import pytest
from django.urls import reverse

from grants.services import evidence_contribution, request_tranche
from programmes.clock import standing_at
from programmes.services import available_on
from reports.dashboard import plan_lines, standing_of
from reports.drawing import draw
from reports.edition import compile_report
from reports.models import DonorAgreement, WarningCount
from reports.services import set_target
from reports.waiting import waiting_in
from tests.office import DAY, grant_office, make_user, seat
from tests.steps_applicants import eligible_application, registered_person, submitted_application
from tests.steps_grants import accounted_deliverables, approved_award, paid_tranche, signed_award
from tests.steps_loans import active_loan

START = date(2025, 10, 1)
pytestmark = [pytest.mark.django_db, pytest.mark.in_turn]


def dashboard(programme):
    return reverse("reports:dashboard", args=[programme.key])


def cells(page, caption):
    """The rows under the head of the table whose caption begins so: lists of words."""
    table = next(one for one in page.all("table") if one.one("caption").text.startswith(caption))
    return [[cell.text for cell in row.all("th", "td")] for row in table.all("tr")][1:]


@pytest.fixture
def paid(office):
    award = signed_award(office)
    paid_tranche(office, award.tranches.get())
    return award


def test_of_100000_euros_30000_are_promised_20000_of_them_paid_and_70000_are_free(office, visit, client, paid):
    approved_award(office, amount=1_000_000, own=250_000)
    set_target(programme=office.programme, code="awards_micro", value=4, on=DAY, by=office.people.manager)
    page = visit(office.people.manager, dashboard(office.programme))
    assert cells(page, "Budget, promised and paid, EUR") == [
        ["Seed moneySeed Foundation", "20%", "100,000.00", "30,000.00", "20,000.00", "70,000.00"],
        ["Total", "20%", "100,000.00 Budget", "30,000.00 Committed", "20,000.00 Paid", "70,000.00"],
    ]
    (plan,) = plan_lines(standing_of(office.programme))
    assert plan["total"].free == available_on(office.line) == 7_000_000
    assert plan["total"].bar == ("20.0", "10.0", "20")
    assert cells(page, "Applications") == [["Approved", "", "2 Applications: Approved"], ["All", "", "2 Applications"]]
    assert cells(page, "Results against targets") == [
        ["Grants awarded: Micro", "4", "2 Grants awarded: Micro", "50% of 450% of target"]
    ]
    assert page.one("main").all("figcaption")[0].text == "Grants paid: 20,000.00 EUR"
    numbers = {link["href"] for link in page.one("main").all("a") if "/figures/" in link["href"]}
    assert {url.split("/")[-2] for url in numbers} == {
        "grants_disbursed", "women_run_share", "budget", "committed", "awards_micro",
    }  # fmt: skip
    assert client.get(reverse("reports:live_figure", args=["spring", "committed"])).status_code == 200


def test_every_figure_is_that_of_the_internal_report_of_the_same_day(office, paid):
    set_target(programme=office.programme, code="awards_micro", value=4, on=DAY, by=office.people.manager)
    whole = compile_report(office.programme, internal=True)
    found = standing_of(office.programme).figures
    assert {one.code for one in found} >= {"grants_disbursed", "budget", "committed", "women_run_share", "awards_micro"}
    assert [one.code for one in found if one != whole.figure(one.code)] == []


def test_one_late_loan_of_1000_dollars_is_the_whole_portfolio_at_risk(lending, visit):
    loan = active_loan(lending)
    with standing_at(date(2026, 6, 1)):
        page = visit(lending.people.manager, dashboard(lending.programme))
        facts = {row.one("dt").text: row.one("dd").text for row in page.one("dl").all("div")}
        assert facts["Outstanding principal"] == "1,000.00 USD"
        assert facts["Portfolio at risk, 30 days"] == "100.0% 1,000.00 of 1,000.00 USD"
        assert cells(page, "Revolving funds") == [
            ["Seed moneySeed Foundation", "USD 10,000.00", "USD 1,000.00", "USD 9,000.00", "USD 9,000.00"]
        ]
        late = next(row for row in page.all("li", class_="sb-task") if row.one("a").text == "Late loans")
        assert late.one("span").text == "1"
        assert loan.ref in visit(lending.people.manager, late.one("a")["href"]).one("tbody").text


# What waits ----------------------------------------------------------------------------------------------------------


def test_each_queue_counts_the_rows_of_its_list_and_none_of_another_programme(office, visit):
    """The manager works in two programmes, and has chosen the other one in the top bar."""
    submitted_application(office)
    eligible_application(office, registered_person(office, name="Second Person"))
    approved_award(office)
    tranche = signed_award(office).tranches.get()
    accounted_deliverables(office, tranche)
    request_tranche(tranche=tranche, on=DAY, by=office.people.adviser)
    own = {"contribution": tranche.award.contributions.get(), "supplier": "Metal Works", "invoice_number": "INV-1"}
    evidence_contribution(**own, amount=500_000, on=DAY, by=office.people.adviser)
    other = grant_office("autumn")
    seat(office.people.manager, other.programme, "manager")
    submitted_application(other)
    found = waiting_in(office.programme, office.people.manager)
    assert {one.title: one.count for one in found} == {
        "Applications to check": 1,
        "Eligible applications without a committee session": 1,
        "Grant agreements to sign": 1,
        "Grants with a tranche to certify": 1,
        "Grants with an own part to accept": 1,
    }
    visit(office.people.manager, "/programme/", {"programme": "autumn"})
    for one in found:
        assert len(visit(office.people.manager, one.url).one("tbody").all("tr")) == one.count, one.url


def test_who_may_not_open_a_queue_is_not_told_what_waits_in_it(office):
    WarningCount.objects.create(programme=office.programme, waiting=7, on=DAY)
    assert [one.count for one in waiting_in(office.programme, office.people.monitor)] == [7]
    assert waiting_in(office.programme, office.people.maker) == []


def test_who_works_in_one_region_counts_its_cases_and_is_told_so(office, visit):
    submitted_application(office)
    for region, number in ((office.region, 1), (office.other_region, 0)):
        user = make_user("Manager of a region", f"M-{number}")
        seat(user, office.programme, "manager", region=region)
        assert [one.count for one in waiting_in(office.programme, user)] == [1] * number
    page = visit(user, dashboard(office.programme))
    assert "is of your region" in page.text
    assert "No application yet" in page.text


def test_a_new_programme_says_what_to_do_next(office, visit):
    page = visit(office.people.manager, dashboard(office.programme))
    assert "is of your region" not in page.text
    said = [one.one("h3").text for one in page.all("div", class_="sb-empty")]
    assert said == ["Nothing waits for a decision", "No application yet", "No target yet"]
    assert reverse("reports:target", args=["spring"]) in {link["href"] for link in page.all("a")}


# Who reads it --------------------------------------------------------------------------------------------------------


def test_only_those_who_answer_for_its_reports_see_how_a_programme_stands(office, client):
    found = {}
    for who in ("monitor", "maker", "adviser", "member1", "donor", "administrator"):
        client.force_login(getattr(office.people, who))
        found[who] = client.get(dashboard(office.programme)).status_code
    assert found == {"monitor": 200, "maker": 200} | dict.fromkeys(
        ("adviser", "member1", "donor", "administrator"), 404
    )


def test_the_desk_of_the_manager_leads_to_how_the_programme_stands_and_that_of_the_adviser_does_not(office, visit):
    for who, leads in (("manager", True), ("adviser", False)):
        page = visit(getattr(office.people, who), "/")
        assert (dashboard(office.programme) in {link["href"] for link in page.all("a")}) is leads


def test_the_list_of_reports_tells_a_newcomer_what_a_draft_is_and_what_is_due(office, visit):
    page = visit(office.people.manager, reverse("reports:issues"))
    assert "A draft is seen by the office alone" in page.text
    assert "No report is due" in page.one("section", aria_labelledby="due").text
    kept = {"every": "quarter", "number": "A-1", "title": "Seeds", "currency": "EUR"}
    DonorAgreement.objects.create(
        programme=office.programme, donor=office.donor, signed_on=START, starts_on=START, ends_on=DAY, **kept
    )
    page = visit(office.people.monitor, reverse("reports:issues"))
    assert "01.10.2025 \u2013 31.12.2025" in page.one("section", aria_labelledby="due").text
    assert [one.count for one in waiting_in(office.programme, office.people.monitor)] == [1]
    page = visit(office.people.donor, reverse("reports:issues"))
    assert page.all("section", aria_labelledby="due") == []
    assert "Reports that were published for you" in page.text


# Names under bars ----------------------------------------------------------------------------------------------------


class Quarters:
    """A chart of so many quarters, as far as a drawing asks."""

    title = subtitle = over = ""
    names = ("Paid",)
    cell = str

    def __init__(self, number):
        self.labels = [f"Quarter {place % 4 + 1} of {2014 + place // 4}" for place in range(number)]
        self.series = self.exact = [list(range(number))]


@pytest.mark.parametrize(("number", "written", "lines"), [(2, 2, 1), (4, 4, 2), (6, 6, 2), (12, 6, 2)])
def test_names_under_bars_stand_apart_and_the_last_is_always_written(number, written, lines):
    drawing = draw(1, Quarters(number))
    assert len(drawing.labels) == written
    assert len({line for _x, line, _name in drawing.labels}) == lines
    assert drawing.labels[-1][2] == Quarters(number).labels[-1]
    assert len(drawing.rows) == number
