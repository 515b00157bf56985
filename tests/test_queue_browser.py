"""Ten payments in a real browser: the clicks of a maker and a checker; nothing is typed but the checker's code."""

import pytest
from allauth.mfa.totp.internal.auth import TOTP

from payments.models import PaymentOrder
from programmes.clock import standing_at
from tests.office import DAY, grant_office
from tests.steps_grants import account_for, certified_tranche, signed_award
from tests.test_pages_browser import reader
from tests.test_pages_sign_in import SECRET, code_now

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PAYMENTS, MAKER_MOST, CHECKER_MOST = 10, 14, 4
COUNTING = """
for (const kind of ["click", "keydown"])
  document.addEventListener(kind, event => event.isTrusted && window.counted(kind), true);
"""


@pytest.fixture
def due(live_server, settings):
    """An office where ten certified tranches wait, each for a payee with one confirmed account."""
    settings.STANDING_DAY = DAY
    with standing_at(DAY):
        office = grant_office()
        for _one in range(PAYMENTS):
            award = signed_award(office, amount=50_000, own=12_500)
            certified_tranche(office, award.tranches.get())
            account_for(office, award)
    return live_server.url, office


class Hand:
    """Somebody who works with the mouse: `clicks` and `keys` as the page itself saw them."""

    def __init__(self, visitor):
        self.clicks = self.keys = 0
        self.page = visitor.page
        self.page.expose_function("counted", self.count)
        self.page.add_init_script(COUNTING)

    def count(self, kind):
        self.clicks += kind == "click"
        self.keys += kind == "keydown"

    def press(self, *names):
        """Click the links and buttons of these names, one after the other."""
        for name in names:
            found = (
                self.page.locator("main")
                .get_by_role("link", name=name)
                .or_(self.page.locator("main").get_by_role("button", name=name))
            )
            with self.page.expect_navigation():
                found.first.click()


def states():
    return list(PaymentOrder.objects.values_list("state", flat=True))


def test_ten_payments_take_few_clicks_and_no_typed_word(due, live_browser):
    base, office = due
    maker, checker = (
        Hand(reader(live_browser, base).enter(who).open("/money/queue/"))
        for who in (office.people.maker, office.people.checker)
    )
    maker.page.reload()
    maker.press("To prepare", "Prepare the chosen ones", "Prepare payments")
    assert states() == ["prepared"] * PAYMENTS
    TOTP.activate(office.people.checker, SECRET)
    checker.page.reload()
    checker.press("Check all of these")
    checker.page.locator("[name=code]").press_sequentially(code_now())
    checker.press("Check and approve")
    assert states() == ["approved"] * PAYMENTS
    maker.page.reload()
    maker.press("To send", "Send the chosen ones", "Send to the bank")
    assert states() == ["sent"] * PAYMENTS
    print(f"maker {maker.clicks} clicks, {maker.keys} keys; checker {checker.clicks} clicks, {checker.keys} keys")
    assert 0 < maker.clicks <= MAKER_MOST
    assert 0 < checker.clicks <= CHECKER_MOST
    assert (maker.keys, checker.keys) == (0, len(code_now()))
