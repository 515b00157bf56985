"""A report from the list to the donor, in a real browser: begun from its agreement, written in, published, read."""

from datetime import date

import pytest

from programmes.clock import standing_at
from reports.builder.services import keep_agreement
from reports.models import DonorAgreement, Issue, Passage
from tests.browser import LOOKS
from tests.office import grant_office
from tests.test_pages_browser import reader
from tests.test_reports_browser import enter

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
DAY = date(2026, 4, 3)
MOST_CLICKS = 6


@pytest.fixture
def agreed(live_server, settings):
    """A programme with an agreement whose first quarter is over, and nothing paid yet."""
    settings.STANDING_DAY = DAY
    with standing_at(DAY):
        office = grant_office()
        row = DonorAgreement(
            programme=office.programme,
            donor=office.donor,
            number="SF-2026/1",
            title="Seed money",
            signed_on=date(2026, 1, 1),
            starts_on=date(2026, 1, 1),
            ends_on=date(2026, 12, 31),
            currency="EUR",
            place_name="Kosovo*",
            place_footnote="* Without prejudice to positions on status.",
            visibility="Paid by the Seed Foundation.",
        )
        keep_agreement(row=row, changed=["number"], on=DAY, by=office.people.manager)
    return live_server.url, office


class Clicks:
    """Counts what somebody presses."""

    def __init__(self, one):
        self.one, self.number = one, 0

    def press(self, selector):
        self.number += 1
        with self.one.page.expect_navigation():
            self.one.page.click(selector)


def looked_at(one, wrong, name):
    faults = [*one.faults(), *(["wider than the window"] if one.overflow() > 0 else [])]
    if faults:
        wrong[name] = faults


@pytest.mark.parametrize(("theme", "width"), LOOKS)
def test_a_report_is_begun_in_few_clicks_written_in_published_and_read(theme, width, agreed, live_browser, capsys):
    base, office = agreed
    people, wrong = office.people, {}
    one = reader(live_browser, base, theme, width)
    enter(one, people.manager)
    one.open("/reports/")
    clicks = Clicks(one)
    clicks.press("a.btn:has-text('New report')")
    looked_at(one, wrong, "new")
    clicks.press("button:has-text('Draft') >> nth=0")
    looked_at(one, wrong, "quality")
    clicks.press("text=See the report")
    looked_at(one, wrong, "preview")
    issue = Issue.objects.get()
    assert (issue.period_from, issue.period_to) == (date(2026, 1, 1), date(2026, 3, 31))
    assert "Kosovo*" in one.page.inner_text("main")
    with capsys.disabled():
        print(
            f"\n  From the list of reports to a first complete draft: {clicks.number} clicks (at most {MOST_CLICKS})."
        )
    assert clicks.number <= MOST_CLICKS

    enter(one, people.monitor)
    one.open(f"/reports/{issue.ref}/write/")
    form = one.page.locator("form[data-autosave]").first
    form.locator("textarea").fill("Committed so far: ")
    form.locator("select").select_option("budget")
    # What was typed before is saved by itself as soon as the box is left: the answer that counts has the figure.
    with one.page.expect_response(lambda answer: "[[budget]]" in (answer.request.post_data or "")) as told:
        form.locator("button:has-text('Put it in')").click()
    assert told.value.status == 200
    one.page.wait_for_function("document.querySelector('[data-said]').textContent.startsWith('Saved')")
    assert Passage.objects.get().text == "Committed so far: [[budget]]"
    looked_at(one, wrong, "write")

    # Somebody else saves the same box: what is typed on stays on the page, and writes over nothing.
    Passage.objects.get().save()
    form.locator("textarea").fill("Other words")
    form.locator("textarea").blur()
    one.page.wait_for_selector("[role=alert]:has-text('Somebody else wrote in this box')")
    assert Passage.objects.get().text == "Committed so far: [[budget]]"
    looked_at(one, wrong, "stale")
    form.locator("textarea").fill("Committed so far: [[budget]]")
    one.page.on("dialog", lambda asked: asked.accept())

    enter(one, people.manager)
    one.open(f"/reports/{issue.ref}/do/publish/")
    Clicks(one).press("main button[type=submit]")
    enter(one, people.donor)
    one.open(f"/reports/{issue.ref}/")
    read = one.page.inner_text("main")
    for words in ("Committed so far: 100,000.00 EUR", "Without prejudice", "Paid by the Seed Foundation."):
        assert words in read
    looked_at(one, wrong, "donor")
    assert wrong == {}
    assert [said for said in one.complaints if "409" not in said] == []


@pytest.mark.parametrize(("theme", "width"), LOOKS)
def test_the_pages_of_agreements_and_stories_are_accessible_and_fit(theme, width, agreed, live_browser):
    base, office = agreed
    wrong, key = {}, office.programme.key
    one = reader(live_browser, base, theme, width)
    enter(one, office.people.manager)
    one.open("/reports/new/")
    Clicks(one).press("button:has-text('Draft') >> nth=0")
    ref, pk = Issue.objects.get().ref, DonorAgreement.objects.get().pk
    home = f"/reports/programmes/{key}/agreements/"
    for path in (home, f"{home}new/", f"{home}{pk}/", f"/reports/{ref}/stories/"):
        one.open(path)
        looked_at(one, wrong, path)
    assert wrong == {}
    assert one.complaints == []
