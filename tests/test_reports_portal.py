"""The donor's pages beside the reports: live totals that isolate nobody, and two reports side by side."""

from datetime import date, timedelta

import pytest
from django.urls import reverse

from programmes.clock import standing_at
from programmes.models import Donor, FundingLine
from reports.comparison import compared
from reports.edition import DONOR, Report
from reports.figure import COUNT, MONEY, SHARE, Figure
from reports.views.portal import quarter_end
from tests.office import DAY, grant_office, make_user, seat
from tests.steps_grants import paid_tranche, signed_award
from tests.test_reports_issues import drafted, published

pytestmark = [pytest.mark.django_db, pytest.mark.in_turn]
SPRING = date(2026, 4, 2)


@pytest.fixture
def paid(office):
    award = signed_award(office)
    paid_tranche(office, award.tranches.get())
    return award


def opens(client, user, url):
    client.force_login(user)
    return client.get(url)


def live(office):
    return reverse("reports:portal", args=[office.programme.key])


@pytest.mark.parametrize(
    ("day", "end"),
    [
        (date(2026, 1, 1), date(2025, 12, 31)),
        (date(2026, 3, 31), date(2025, 12, 31)),
        (date(2026, 4, 1), date(2026, 3, 31)),
        (date(2026, 12, 31), date(2026, 9, 30)),
    ],
)
def test_live_figures_stand_at_the_end_of_the_last_quarter(day, end):
    assert quarter_end(day) == end


def test_the_donor_reads_live_totals_that_are_called_live_and_broken_down_by_nobody(office, client, paid):
    issue = published(office)
    with standing_at(SPRING):
        page = opens(client, office.people.donor, live(office))
    text = page.content.decode()
    assert page.status_code == 200
    assert "Live figures to" in text
    assert "They are no report." in text
    assert "20,000.00" in text
    assert "How it is counted" in text
    assert issue.ref in text
    assert [cell.by for figure in page.context["report"].figures for cell in figure.by if cell.by != "line"] == []
    assert paid.applicant.name not in text


def test_no_choice_of_days_isolates_who_came_between_them(office, client, paid):
    with standing_at(SPRING):
        asked = opens(client, office.people.donor, f"{live(office)}?period_from=2026-03-12&period_to=2026-03-12")
    assert asked.context["report"].period_from is None
    assert asked.context["report"].period_to == date(2026, 3, 31)


@pytest.mark.parametrize(
    ("who", "status"), [("donor", 200), ("manager", 200), ("monitor", 200), ("adviser", 404), ("member1", 404)]
)
def test_live_totals_are_for_donors_and_those_who_answer_for_them(office, client, who, status):
    assert opens(client, getattr(office.people, who), live(office)).status_code == status


def test_the_donor_of_another_programme_finds_neither_live_totals_nor_a_comparison(office, client):
    first, second = published(office), published(office, title="Second")
    with standing_at(DAY):
        other = grant_office("autumn")
    url = reverse("reports:compare")
    assert opens(client, other.people.donor, live(office)).status_code == 404
    page = opens(client, other.people.donor, f"{url}?first={first.ref}&second={second.ref}")
    assert page.status_code == 400
    assert first.ref not in page.content.decode().replace(f"first={first.ref}", "").split("<main")[1].split("select")[0]
    assert "sections" not in page.context


def test_a_donor_of_some_lines_reads_live_totals_of_these(office, client, paid):
    other = Donor.objects.create(key="ministry", name="Ministry")
    FundingLine.objects.create(
        programme=office.programme, donor=other, key="m-line", name="M", currency="EUR", starts_on=DAY
    )
    user = make_user("Minister", "M-01")
    seat(user, office.programme, "donor", donor=other)
    with standing_at(SPRING):
        page = opens(client, user, live(office))
        assert page.context["report"].donor == "Ministry"
        assert "20,000.00" not in page.content.decode()


def test_two_published_reports_stand_side_by_side_with_what_changed(office, client, paid):
    first = published(office, period_to=DAY - timedelta(days=1), title="Before")
    second = published(office, title="After")
    url = reverse("reports:compare")
    page = opens(client, office.people.donor, f"{url}?first={first.ref}&second={second.ref}")
    lines = {line.code: line for _title, found in page.context["sections"] for line in found}
    paid_line = lines["grants_disbursed"]
    assert (paid_line.after, paid_line.unit) == (("20,000.00", ""), "EUR")
    assert f"{second.get_absolute_url()}#figure-grants_disbursed" in page.content.decode()
    assert opens(client, office.people.donor, url).status_code == 200


def test_a_draft_and_a_report_of_another_programme_are_compared_with_nothing(office, client):
    first, draft = published(office), drafted(office)
    with standing_at(DAY):
        other = grant_office("autumn")
        foreign = published(other)
    seat(office.people.manager, other.programme, "manager")
    url = reverse("reports:compare")
    for second in (draft, foreign, first):
        page = opens(client, office.people.manager, f"{url}?first={first.ref}&second={second.ref}")
        assert page.status_code == 400
        assert "sections" not in page.context


def report(*figures):
    return Report("k", "K", "", "", False, False, "EUR", DONOR, DAY, DAY, figures=figures)


def figure(code, unit, **facts):
    return Figure(code, code, "grants", unit, "", facts.pop("version", "v1"), **facts)


@pytest.mark.once
def test_what_changed_is_said_in_the_unit_of_the_figure_and_never_of_a_hidden_one():
    before = report(
        figure("awards", COUNT, value=21),
        figure("paid", MONEY, value=150_050, currency="EUR"),
        figure("share", SHARE, numerator=11, denominator=20),
        figure("people", COUNT, value=None, hidden=True),
        figure("gone", COUNT, value=7),
    )
    after = report(
        figure("awards", COUNT, value=36),
        figure("paid", MONEY, value=100_000, currency="EUR"),
        figure("share", SHARE, numerator=12, denominator=20, version="v2"),
        figure("people", COUNT, value=9),
    )
    ((_title, lines),) = compared(before, after)
    found = {line.code: (line.before[0], line.after[0], line.change, line.redefined) for line in lines}
    assert found == {
        "awards": ("21", "36", "+15", False),
        "paid": ("1,500.50", "1,000.00", "\u2212500.50", False),
        "share": ("55.0%", "60.0%", "+5.0 points", True),
        "people": ("hidden", "9", "", False),
        "gone": ("7", "not in this report", "", False),
    }


def test_a_donor_finds_a_report_by_programme_year_and_title(office, client):
    issue = published(office, title="First quarter")
    url = reverse("reports:issues")
    for query, found in (("q=first", True), ("q=zzz", False), ("year=2026", True), ("year=2025", False)):
        page = opens(client, office.people.donor, f"{url}?{query}").content.decode()
        assert (issue.get_absolute_url() in page) is found
