"""The pages of reports in a real browser: AA in light and dark, no policy violation, nothing wider than a phone."""

from datetime import timedelta

import pytest
from django.test import Client

from monitoring.services import plan_visit, record_visit, verify_visit
from programmes.clock import standing_at
from reports.links import make_link, revoke_link
from reports.models import Target, WarningRule
from reports.services import correct_issue, draft_issue, publish_issue
from reports.warnings.found import key_of
from tests.browser import LOOKS
from tests.office import DAY, grant_office
from tests.steps_applicants import registered_person
from tests.steps_grants import accepted_contribution, paid_tranche, signed_award
from tests.test_pages_browser import reader

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def reported(live_server, settings):
    """A paid award with a verified visit, and a published report with a link and a correction under way."""
    settings.STANDING_DAY = DAY
    with standing_at(DAY):
        office = grant_office()
        office.programme.place_name = "Kosovo*"
        office.programme.place_footnote = "* This designation is without prejudice to positions on status."
        office.programme.illustrative = True
        office.programme.save()
        award = signed_award(office)
        paid_tranche(office, award.tranches.get())
        accepted_contribution(office, award.contributions.get())
        people, case = office.people, award.application
        visit = plan_visit(application=case, planned_on=DAY, on=DAY, by=people.adviser)
        held = {
            "person": registered_person(office, "Karen Melkonyan"),
            "starts_on": DAY,
            "evidence_kind": "contract",
            "evidenced_on": DAY,
        }
        visit = record_visit(
            visit=visit,
            on=DAY,
            by=people.adviser,
            business_state="open",
            findings="It sells.",
            measurements={"sales": 120_000},
            jobs=[{"title": "Helper", "hours_per_week": 40, "employments": [held]}],
        )
        verify_visit(visit=visit, on=DAY, by=people.monitor)
        WarningRule.objects.create(programme=office.programme, award_unit=1)
        Target.objects.create(programme=office.programme, code="awards", value=36, comparator=">=", source="Agreement")
        facts = {"title": "First quarter", "period_from": DAY.replace(day=1), "period_to": DAY}
        issue = draft_issue(programme=office.programme, on=DAY, by=people.manager, **facts)
        issue = publish_issue(issue=issue, on=DAY, by=people.manager)
        link = make_link(
            issue=issue, label="Head office", expires_on=DAY + timedelta(days=30), on=DAY, by=people.manager
        )
        newer = correct_issue(issue=issue, on=DAY, by=people.manager)
    return live_server.url, office, issue, newer, link


def enter(one, user):
    """Signed in without the form: the second step of managers is told elsewhere."""
    client = Client()
    client.force_login(user)
    session = client.cookies["sessionid"].value
    one.page.context.clear_cookies()
    one.page.context.add_cookies([{"name": "sessionid", "value": session, "url": one.base}])


@pytest.mark.parametrize(("theme", "width"), LOOKS)
def test_the_pages_of_reports_are_accessible_obey_the_policy_and_fit(theme, width, reported, live_browser):
    base, office, issue, newer, link = reported
    people, key = office.people, office.programme.key
    with standing_at(DAY):
        facts = {"title": "March", "period_from": DAY.replace(day=1), "period_to": DAY, "on": DAY}
        second = draft_issue(programme=office.programme, by=people.manager, **facts)
        second = publish_issue(issue=second, on=DAY, by=people.manager)
    one = reader(live_browser, base, theme, width)
    warned = ["G-2026-0001", "amount:2000000"]
    pages = [
        (people.manager, "/reports/"),
        (people.manager, "/reports/new/"),
        (people.manager, f"/reports/programmes/{key}/"),
        (people.manager, f"/reports/programmes/{key}/target/"),
        (people.manager, f"/reports/programmes/{key}/warnings/"),
        (people.manager, f"/reports/programmes/{key}/warnings/{key_of('round', warned)}/"),
        (people.manager, f"/reports/programmes/{key}/warnings/rule/"),
        (people.manager, f"/reports/{issue.ref}/"),
        (people.manager, f"/reports/{issue.ref}/links/"),
        (people.manager, f"/reports/{issue.ref}/links/{link.pk}/revoke/"),
        (people.manager, f"/reports/{newer.ref}/"),
        (people.manager, f"/reports/{newer.ref}/do/publish/"),
        (people.donor, "/reports/"),
        (people.donor, f"/reports/{issue.ref}/"),
        (people.donor, f"/reports/programmes/{key}/figures/"),
        (people.donor, "/reports/compare/"),
        (people.donor, f"/reports/compare/?first={issue.ref}&second={second.ref}"),
        (people.manager, f"/reports/{issue.ref}/links/{link.pk}/log/"),
    ]
    wrong, who = {}, None
    for user, path in pages:
        if user is not who:
            enter(one, user)
            who = user
        faults = [*one.open(path).faults(), *(["wider than the window"] if one.overflow() > 0 else [])]
        if faults:
            wrong[path] = faults
    assert wrong == {}
    assert one.complaints == []


@pytest.mark.parametrize(("theme", "width"), LOOKS)
def test_a_link_with_a_passcode_opens_after_it_and_nothing_more_once_it_is_revoked(
    theme, width, reported, live_browser
):
    base, office, issue, _newer, _link = reported
    manager = office.people.manager
    facts = {"label": "Ministry", "expires_on": DAY + timedelta(days=30), "passcode": "quince-71", "on": DAY}
    with standing_at(DAY):
        link = make_link(issue=issue, by=manager, **facts)
    one = reader(live_browser, base, theme, width).open(f"/r/{link.token}/")
    assert one.faults() == []
    assert issue.title not in one.page.inner_text("body")
    one.page.fill("input[name=passcode]", "guessed-1")
    one.page.press("input[name=passcode]", "Enter")
    one.page.wait_for_selector(".sb-errors, .sb-error")
    assert one.faults() == []
    one.page.fill("input[name=passcode]", "quince-71")
    one.page.press("input[name=passcode]", "Enter")
    one.page.wait_for_url("**pass=**")
    assert issue.title in one.page.inner_text("main")
    assert one.page.context.cookies() == []
    where = one.page.url.removeprefix(base)
    with standing_at(DAY):
        revoke_link(link=link, on=DAY, by=manager)
    assert one.page.goto(base + where).status == 410
    assert one.faults() == []
    assert one.overflow() <= 0
    # Chromium itself says on its console that a page answered 403 or 410.
    assert [line for line in one.complaints if "status of 4" not in line] == []


@pytest.mark.parametrize(("theme", "width"), LOOKS)
def test_a_donor_opens_the_link_with_nothing_but_a_browser(theme, width, reported, live_browser):
    base, _office, _issue, _newer, link = reported
    one = reader(live_browser, base, theme, width).open(f"/r/{link.token}/")
    for fold in one.page.locator("summary").all():
        fold.click()
    assert one.faults() == []
    assert one.overflow() <= 0
    assert "20,000.00" in one.page.inner_text("main")
    assert "without prejudice" in one.page.inner_text("main")
    assert one.page.context.cookies() == []
    assert one.complaints == []
