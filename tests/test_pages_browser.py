"""The shared pages in a real browser: AA in light and dark, no policy violation, nothing wider than a small phone."""

from datetime import date

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.test import Client
from django.urls import reverse

from config import desk
from pages.queues import AGENDA, LATER, QueueItem
from programmes.clock import standing_at
from tests.browser import LOOKS
from tests.office import DAY, PASSWORD, grant_office

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

WIDTHS = {"wide": 1280, "phone": 390, "small": 320}
ITEMS = [
    QueueItem("Add the second quote for the milk cooler", "A-2026-00123 · Stepanavan", "/a/", "late", "Due today",
              script="Գայանե Հովհաննիսյան", script_lang="hy", due=date(2026, 3, 12)),
    QueueItem("Finish the cash flow", "Susanna Ter-Harutyunyan-Mkrtchyan · A-2026-00131", "/b/", "start", "Draft"),
    QueueItem("Hand over three villages", "11 people", "/c/", section=LATER, due=date(2026, 3, 13)),
    QueueItem("Satenik Baghdasaryan", "six-month visit", "/d/", section=AGENDA, state_text="10:30", due=DAY),
]  # fmt: skip


class Offer:
    def queue_for(self, user):
        return ITEMS

    def search_for(self, user, text):
        return [("Գայանե Հովհաննիսյան", "P-000871, Stepanavan", "/p/")]


@pytest.fixture
def served(live_server, monkeypatch):
    monkeypatch.setattr(desk, "offers", lambda: [Offer()])
    with standing_at(DAY):
        office = grant_office()
    return live_server.url, office


class Reader:
    """A browser page that remembers what the console complained about."""

    def __init__(self, context, base):
        self.page, self.base, self.complaints = context.new_page(), base, []
        self.page.on("console", lambda said: self.complaints.append(said.text) if said.type == "error" else None)
        self.page.on("pageerror", lambda wrong: self.complaints.append(str(wrong)))

    def open(self, path):
        self.page.goto(self.base + path)
        return self

    def sign_in(self, user):
        self.open("/accounts/login/")
        self.page.fill("#id_login", user.email)
        self.page.fill("#id_password", PASSWORD)
        self.page.click("main button[type=submit]")
        self.page.wait_for_url(lambda url: "/accounts/" not in url)
        return self

    def enter(self, user):
        """Signed in as `sign_in` does it, without the form and the pages around it. Nothing is open yet."""
        client = Client()
        client.force_login(user)
        session = client.cookies[settings.SESSION_COOKIE_NAME]
        self.page.context.add_cookies([{"name": session.key, "value": session.value, "url": self.base}])
        return self

    def faults(self):
        rules = ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa", "best-practice"]
        # Without "resultTypes" half of the time goes into telling what was found right.
        found = Axe().run(self.page, options={"runOnly": rules, "resultTypes": ["violations"]})
        return [
            f"{one['id']}: {node['html'][:160]} {node.get('failureSummary', '')[:200]}"
            for one in found.response["violations"]
            for node in one["nodes"]
        ]

    def overflow(self):
        return self.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")


def reader(browser, base, theme="light", width="wide"):
    context = browser.new_context(viewport={"width": WIDTHS[width], "height": 900}, color_scheme=theme)
    return Reader(context, base)


def sample_pages(office):
    """(who, path) of a page with each component."""
    administrator, adviser = office.people.administrator, office.people.adviser
    return [
        (adviser, "/"),
        (adviser, "/search/?q=ga"),
        (adviser, "/accounts/preferences/"),
        (adviser, "/accounts/password/change/"),
        (adviser, "/accounts/2fa/"),
        (adviser, "/nowhere/"),
        (administrator, "/users/?q=a&is_active=True"),
        (administrator, "/users/?q=nobody-at-all"),
        (administrator, "/users/new/"),
        (administrator, reverse("accounts:user", args=[adviser.pk])),
    ]


@pytest.mark.parametrize(("theme", "width"), LOOKS)
def test_shared_pages_are_accessible_obey_the_policy_and_fit(theme, width, served, live_browser):
    base, office = served
    one = reader(live_browser, base, theme, width)
    one.open("/accounts/login/")
    wrong = {"/accounts/login/": one.faults()} if one.faults() else {}
    who = None
    for user, path in sample_pages(office):
        if user is not who:
            one.page.context.clear_cookies()
            one.sign_in(user)
            who = user
        one.open(path)
        faults = one.faults()
        if one.overflow() > 0:
            faults.append(f"wider than the window by {one.overflow()} px")
        if faults:
            wrong[path] = faults
    assert wrong == {}
    assert [said for said in one.complaints if "404" not in said] == []


def test_a_refused_form_puts_the_reader_at_the_summary_whose_links_lead_to_the_controls(served, live_browser):
    base, office = served
    one = reader(live_browser, base).sign_in(office.people.administrator).open("/users/new/")
    with one.page.expect_navigation():
        one.page.click("main button[type=submit]")
    assert one.page.title() == "Error: New user - Seedbed"
    assert one.page.evaluate("document.activeElement.className") == "sb-errors"
    assert one.faults() == []
    one.page.click(".sb-errors a >> nth=1")
    assert one.page.evaluate("document.activeElement.id") == "id_email"
    assert one.overflow() == 0


def test_menus_open_by_keyboard_and_close_by_escape(served, live_browser):
    base, office = served
    one = reader(live_browser, base).sign_in(office.people.adviser)
    one.page.focus(".sb-menu--language summary")
    one.page.keyboard.press("Enter")
    assert one.page.locator(".sb-menu--language").get_attribute("open") is not None
    assert one.faults() == []
    one.page.keyboard.press("Escape")
    assert one.page.locator(".sb-menu--language").get_attribute("open") is None
    assert one.page.evaluate("document.activeElement.tagName") == "SUMMARY"


def test_a_filter_updates_the_list_in_place_and_the_address_with_it(served, live_browser):
    base, office = served
    one = reader(live_browser, base).sign_in(office.people.administrator).open("/users/")
    one.page.evaluate("window.stayed = true")
    one.page.fill("#id_q", "Anahit")
    one.page.click("#list button[type=submit]")
    one.page.wait_for_selector(".sb-chips")
    assert one.page.locator("tbody tr").count() == 1
    assert one.page.evaluate("window.stayed") is True
    assert "q=Anahit" in one.page.url
    assert one.complaints == []


def test_lists_menus_and_forms_work_without_script(served, live_browser):
    base, office = served
    context = live_browser.new_context(java_script_enabled=False)
    one = Reader(context, base).sign_in(office.people.administrator).open("/users/")
    one.page.fill("#id_q", "Anahit")
    one.page.click("#list button[type=submit]")
    assert one.page.locator("tbody tr").count() == 1
    one.page.click(".sb-menu--language summary")
    one.page.click(".sb-menu--language button[value=hy]")
    assert one.page.get_attribute("html", "lang") == "hy"


def test_a_chart_is_drawn_from_its_table_from_zero_and_within_the_policy(served, live_browser):
    base, _office = served
    one = reader(live_browser, base).open("/accounts/login/")
    one.page.evaluate(
        """() => {
          document.querySelector("main").insertAdjacentHTML("beforeend", `
            <div class="sb-chart__canvas"><canvas data-chart="bar" data-table="jobs"></canvas></div>
            <table id="jobs"><thead><tr><th>Year</th><th>Target</th><th>Actual</th></tr></thead>
            <tbody><tr><th>2024</th><td>1,200</td><td>1,150</td></tr><tr><th>2025</th><td>1,300</td><td></td></tr></tbody>
            </table>`);
        }"""
    )
    one.page.add_script_tag(url="/static/vendor/chartjs/chart.umd.min.js")
    one.page.add_script_tag(url="/static/js/charts.js")
    chart = one.page.evaluate(
        """() => {
          const chart = Chart.getChart(document.querySelector("canvas"));
          return [chart.data.labels, chart.data.datasets.map((set) => [set.label, set.data]), chart.scales.y.min];
        }"""
    )
    assert chart == [["2024", "2025"], [["Target", [1200, 1300]], ["Actual", [1150, None]]], 0]
    assert one.complaints == []
