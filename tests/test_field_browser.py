"""A visit where there is no network: kept on the phone, sealed, sent once when the network is back."""

import pytest

from applicants.models import Party
from monitoring.models import MonitoringVisit
from monitoring.services import plan_visit
from programmes.clock import standing_at
from tests.office import DAY, grant_office
from tests.steps_grants import signed_award
from tests.test_pages_browser import reader

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
CODE = "seed-2026"


@pytest.fixture
def away(live_server, settings, live_browser):
    """An adviser's phone with the field app open, and the visit that is due."""
    settings.STANDING_DAY = DAY
    with standing_at(DAY):
        office = grant_office()
        case = signed_award(office).application
        visit = plan_visit(
            application=case, planned_on=DAY, assigned_to=office.people.adviser, on=DAY, by=office.people.manager
        )
    one = reader(live_browser, live_server.url, width="small").sign_in(office.people.adviser)
    one.page.set_default_timeout(15000)
    one.open("/field/")
    one.page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    one.page.fill("#code", CODE)
    one.page.click("[data-code] button[type=submit]")
    one.page.wait_for_selector(f"[data-along] >> text={visit.ref}")
    return one, office, visit


def record(page, findings):
    page.click("[data-along] button:has-text('Visit')")
    page.click('[data-form] label:has-text("Open")')
    page.fill('[data-form] [name="findings"]', findings)
    page.click("[data-form-body] button[type=submit]")


def stored(page):
    """Everything in the phone's store as text: what somebody who finds the phone could read."""
    return page.evaluate(
        """() => new Promise((resolve) => {
            const asked = indexedDB.open("seedbed-field", 1);
            asked.onsuccess = () => {
                const rows = asked.result.transaction("things").objectStore("things").getAll();
                rows.onsuccess = () => resolve(rows.result.map((row) =>
                    new TextDecoder("latin1").decode(row.data)).join(""));
            };
        })"""
    )


def test_a_visit_without_a_network_is_kept_sealed_and_sent_once(away):
    one, _office, visit = away
    page = one.page
    assert one.faults() == []
    assert one.overflow() == 0
    page.context.set_offline(True)
    record(page, "Six cows, the cooler runs.")
    page.wait_for_selector("[data-waiting] >> text=Waits for a network")
    assert "cooler" not in stored(page)
    page.reload()
    page.fill("#code", "wrong-code")
    page.click("[data-code] button[type=submit]")
    page.wait_for_selector("text=This code does not open what is on this phone.")
    page.fill("#code", CODE)
    page.click("[data-code] button[type=submit]")
    page.wait_for_selector("[data-waiting] >> text=Waits for a network")
    assert MonitoringVisit.objects.get(pk=visit.pk).state == "planned"
    page.context.set_offline(False)
    page.wait_for_selector("[data-waiting] >> text=Nothing.")
    visit = MonitoringVisit.objects.get(pk=visit.pk)
    assert (visit.state, visit.findings) == ("recorded", "Six cows, the cooler runs.")
    page.wait_for_function(f"!document.querySelector('[data-along]').innerText.includes('{visit.ref}')")
    assert one.complaints == ["Failed to load resource: net::ERR_INTERNET_DISCONNECTED"] * len(one.complaints)


def test_what_is_not_accepted_stays_with_the_reason_and_can_be_mended(away):
    one, _office, visit = away
    page = one.page
    page.context.set_offline(True)
    record(page, "")
    page.context.set_offline(False)
    page.wait_for_selector("[data-waiting] >> text=Not accepted: open it")
    assert MonitoringVisit.objects.get(pk=visit.pk).state == "planned"
    page.click("[data-waiting] button")
    page.wait_for_selector("[data-form-said] >> text=needs an answer")
    page.fill('[data-form] [name="findings"]', "All is well.")
    page.click("[data-form-body] button[type=submit]")
    page.wait_for_selector("[data-waiting] >> text=Nothing.")
    assert MonitoringVisit.objects.get(pk=visit.pk).findings == "All is well."


def test_two_people_are_registered_on_the_way_and_each_once(away):
    one, office, _visit = away
    page = one.page
    before = Party.objects.count()
    page.context.set_offline(True)
    for name in ("Gayane Hovhannisyan", "Susanna Vardanyan"):
        page.click("[data-along] button:has-text('Register a person')")
        page.fill('[data-form] [name="name"]', name)
        page.fill('[data-form] [name="birth_year"]', "1984")
        page.click('[data-form] label:has-text("Woman")')
        page.select_option('[data-form] [name="village"]', str(office.village.pk))
        page.fill('[data-form] [name="source"]', "Came alone")
        page.click('[data-form] label:has-text("before a witness")')
        page.click("[data-form-body] button[type=submit]")
        # The list is written before the form closes: the next person would be typed into a form that goes.
        page.wait_for_selector('[data-form] [name="birth_year"]', state="hidden")
        page.wait_for_selector("[data-waiting] >> text=Waits for a network")
    page.context.set_offline(False)
    page.wait_for_selector("[data-waiting] >> text=Nothing.")
    assert Party.objects.count() == before + 2
