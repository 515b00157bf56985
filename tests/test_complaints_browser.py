"""The open page of complaints in a real browser: on a phone, by axe, under the policy, in another language."""

import pytest

from applicants.models import Complaint
from programmes.clock import standing_at
from tests.browser import LOOKS
from tests.office import DAY, grant_office
from tests.test_pages_browser import reader

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def served(live_server):
    with standing_at(DAY):
        office = grant_office()
    return live_server.url, office


@pytest.mark.parametrize(("theme", "width"), LOOKS)
def test_the_open_pages_pass_axe_and_fit_a_phone(served, browser, theme, width):
    base, _office = served
    seen = reader(browser, base, theme, width)
    for path in ("/complaints/", "/complaints/status/"):
        seen.open(path)
        assert seen.faults() == []
        assert seen.overflow() <= 0
        assert seen.page.locator("h1").count() == 1
    assert seen.complaints == []


def test_somebody_complains_on_a_phone_and_reads_how_it_stands(served, browser):
    base, _office = served
    seen = reader(browser, base, width="phone")
    page = seen.open("/complaints/").page
    page.click("main button[type=submit]")
    assert "Choose what the complaint is about." in page.inner_text(".sb-errors")
    assert seen.faults() == []
    page.get_by_label("Money or a favour was asked for").check()
    page.get_by_label("What happened?").fill("She asked for a hen.")
    page.click("main button[type=submit]")
    assert page.inner_text("h1") == "We have your complaint"
    assert seen.faults() == []
    ref, code = (page.locator(".sb-sheet dd").nth(place).inner_text() for place in (0, 1))
    page.click("main .btn")
    page.get_by_label("Reference").fill(ref)
    page.get_by_label("Code").fill(code)
    page.click("main button[type=submit]")
    assert "Received. Somebody will acknowledge it." in page.inner_text("main")
    assert (seen.faults(), seen.overflow() <= 0) == ([], True)
    # The console notes the form that was refused once, and nothing else.
    assert [said for said in seen.complaints if "400 (Bad Request)" not in said] == []
    assert Complaint.objects.get().ref == ref


def test_the_language_is_chosen_without_an_account(served, browser):
    base, _office = served
    page = reader(browser, base, width="phone").open("/complaints/").page
    page.click(".sb-menu--language summary")
    page.click("button[value=hy]")
    assert page.locator("html").get_attribute("lang") == "hy"
    assert page.url.endswith("/complaints/")
