"""The pages of an application in a real browser: AA in light and dark, no policy violation, sums while one types."""

import os

import pytest

from applicants.models import Application
from programmes.clock import standing_at
from programmes.models import EligibilityRule, RequiredDocument
from tests.office import DAY, grant_office, loan_office
from tests.steps_applicants import (
    draft_application,
    eligible_application,
    registered_person,
    submitted_application,
    trained,
)
from tests.test_pages_browser import reader

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

DAIRY = {
    "sales": [26000, 43000, 52000, 56000, 56000, 52000, 48000, 47000, 47000, 40000, 37200, 45000],
    "other_in": [4000] * 8 + [6000] + [4000] * 3,
    "materials": [12000, 12800, 14000, 14200, 14200, 14000, 13800, 13000, 13200, 12000, 11500, 12200],
    "wages": [0, 0, 7000, 7000, 7000, 7000, 7000, 7000, 7000, 6000, 6000, 7000],
    "other_out": [4600, 4600, 5000, 5200, 5200, 5000, 4800, 5000, 5400, 5400, 5200, 4800],
    "household": [12000, 12000, 12000, 13000, 13000, 13000, 12000, 12000, 13000, 7000, 5800, 11000],
}


@pytest.fixture
def lent(live_server, settings):
    """A loan office with a draft at the kitchen table, a submitted case, and an eligible one."""
    settings.STANDING_DAY = DAY
    with standing_at(DAY):
        office = loan_office()
        RequiredDocument.objects.create(call=office.call, code="quote", label="Quote of the supplier")
        EligibilityRule.objects.create(call=office.call, position=9, code="market", kind="person", question="A market?")
        person = registered_person(
            office,
            "Susanna Ter-Harutyunyan-Mkrtchyan",
            name_script="Սուսաննա Տեր-Հարությունյան-Մկրտչյան",
            script_language="hy",
        )
        trained(office, person)
        office.draft = draft_application(office, person, title="Dairy: a cooler and the wiring")
        office.draft.cash_lines.all().delete()
        for kind, months in DAIRY.items():
            office.draft.cash_lines.create(kind=kind, label=kind.replace("_", " ").capitalize(), months=months)
    return live_server.url, office


def pages_of(office, case):
    base = f"/applications/{case.ref}/"
    adviser, secretary = office.people.adviser, office.people.secretary
    parts = ["summary", "investments", "cash_flow", "finance", "jobs", "documents", "about", "check"]
    return [
        (adviser, "/applications/"),
        (adviser, "/applications/new/"),
        (adviser, f"/applications/new/?party={case.applicant.ref}"),
        (adviser, base),
        (adviser, f"{base}history/"),
        (adviser, f"{base}plan/"),
        *[(adviser, f"{base}plan/{part}/") for part in parts],
        (adviser, f"{base}do/submit/"),
        (adviser, f"{base}do/withdraw/"),
        (secretary, base),
        (secretary, f"{base}waive/{office.call.training_rules.get().pk}/"),
    ]


def walk(one, pages, name):
    """{path: faults} of the pages; with SEEDBED_PICTURES set, a picture of each goes there."""
    wrong, who = {}, None
    for number, (user, path) in enumerate(pages):
        if user is not who:
            one.page.context.clear_cookies()
            one.enter(user)
            who = user
        one.open(path)
        faults = one.faults()
        if one.overflow() > 0:
            faults.append(f"wider than the window by {one.overflow()} px")
        if faults:
            wrong[path] = faults
        if os.environ.get("SEEDBED_PICTURES"):
            place = f"{os.environ['SEEDBED_PICTURES']}/{name}-{number:02d}.png"
            one.page.screenshot(path=place, full_page=True)
    return wrong


@pytest.mark.parametrize(("theme", "width"), [("dark", "small")])
def test_the_pages_of_a_draft_are_accessible_and_fit(theme, width, lent, live_browser):
    base, office = lent
    one = reader(live_browser, base, theme, width)
    assert walk(one, pages_of(office, office.draft), f"draft-{theme}-{width}") == {}
    assert one.complaints == []


@pytest.mark.soak
@pytest.mark.parametrize(("theme", "width"), [("light", "wide")])
def test_the_pages_of_a_submitted_case_are_accessible_and_fit(theme, width, live_server, settings, live_browser):
    settings.STANDING_DAY = DAY
    with standing_at(DAY):
        office = grant_office()
        EligibilityRule.objects.create(call=office.call, position=9, code="market", kind="person", question="A market?")
        case = submitted_application(office, registered_person(office, "Gayane Hovhannisyan", birth_year=1990))
        ready = eligible_application(office, registered_person(office, "Karine Zakaryan", birth_year=1971))
    people, base = office.people, f"/applications/{case.ref}/"
    one = reader(live_browser, live_server.url, theme, width)
    one.enter(people.secretary).open(f"{base}checks/")
    one.page.click("text=Run the checks")
    pages = [
        (people.secretary, f"{base}checks/"),
        (people.secretary, f"{base}checks/market/"),
        (people.secretary, f"{base}do/return_for_revision/"),
        (people.adviser, f"{base}field-verification/"),
        (people.adviser, f"{base}opinion/"),
        (people.adviser, f"/applications/{ready.ref}/"),
    ]
    assert walk(one, pages, f"case-{theme}-{width}") == {}
    assert one.complaints == []


def test_sums_follow_the_typing_and_the_server_says_the_same(lent, live_browser):
    base, office = lent
    url = f"/applications/{office.draft.ref}/plan/"
    one = reader(live_browser, base).enter(office.people.adviser).open(f"{url}investments/")
    page = one.page
    page.fill("#id_row-1-label", "Wiring")
    page.fill("#id_row-1-quantity", "3")
    page.fill("#id_row-1-unit_amount", "1 050,50")
    page.fill("#id_row-1-own_amount", "151.50")
    assert page.inner_text('tfoot [data-sum="programme"]') == "4,200.00"
    page.click("text=Save and add rows")
    assert page.inner_text('tfoot [data-sum="programme"]') == "4,200.00"
    assert Application.objects.get(pk=office.draft.pk).asked_amount == 420_000

    one.open(f"{url}cash_flow/")
    first = page.inner_text('[data-sum="cash"] >> nth=11')
    page.fill("#a-0-11", "460")
    typed = page.inner_text('[data-sum="cash"] >> nth=11')
    assert typed != first
    page.click("text=Save and work out totals")
    assert page.inner_text('[data-sum="cash"] >> nth=11') == typed
    assert one.complaints == []


def test_without_script_everything_can_be_saved(lent, live_browser):
    base, office = lent
    context = live_browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{base}/accounts/login/")
    page.fill("#id_login", office.people.adviser.email)
    page.fill("#id_password", "a-long-test-password")
    page.click("main button[type=submit]")
    page.goto(f"{base}/applications/{office.draft.ref}/plan/cash_flow/")
    page.fill("#a-0-0", "300")
    page.click("text=Save and work out totals")
    assert page.inner_text('[data-sum="left"] >> nth=0') == "54.00"
