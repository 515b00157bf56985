"""A grant that goes otherwise, in a real browser: amended, its payment returned, ended, its money asked back."""

import os

import pytest

from grants.models import Award
from ledger.models import Account
from programmes.clock import standing_at
from programmes.models import Window
from tests.browser import LOOKS
from tests.office import DAY, grant_office
from tests.steps_grants import ordered_tranche, paid_tranche, signed_award
from tests.steps_payments import sent_order
from tests.test_pages_browser import reader

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def grant(live_server, settings):
    """The first tranche is paid, the second has left for the bank, the third is planned."""
    settings.STANDING_DAY = DAY
    with standing_at(DAY):
        office = grant_office()
        Window.objects.update(visibility_text="The flag stands on the machine.")
        award = signed_award(office, parts=[1_000_000, 600_000, 400_000])
        paid_tranche(office, award.tranches.get(number=1))
        order = sent_order(office, ordered_tranche(office, award.tranches.get(number=2)))
    return live_server.url, office, award, order


class Person:
    """Somebody at work on the pages of one award."""

    def __init__(self, browser, base, user, look):
        self.visitor = reader(browser, base, *look).enter(user)
        self.page, self.found = self.visitor.page, []

    def at(self, path):
        self.visitor.open(path)
        self.look(path)
        return self

    def look(self, where):
        self.found += [f"{where}: {fault}" for fault in self.visitor.faults()]
        if self.visitor.overflow() > 0:
            self.found.append(f"{where}: {self.visitor.overflow()} px too wide")
        if folder := os.environ.get("SEEDBED_PICTURES"):
            self.page.screenshot(path=f"{folder}/{where.strip('/').replace('/', '-')}.png", full_page=True)
        return self

    def press(self, name):
        main = self.page.locator("main")
        found = main.get_by_role("link", name=name).or_(main.get_by_role("button", name=name))
        with self.page.expect_navigation():
            found.first.click()
        return self

    def type(self, **fields):
        for name, value in fields.items():
            self.page.locator(f"[name={name}]").fill(value)
        return self

    def text(self):
        return self.page.locator("main").inner_text().replace("\u00a0", " ")


@pytest.mark.parametrize("look", LOOKS)
def test_a_grant_is_amended_its_payment_comes_back_and_it_ends_with_a_recovery(grant, live_browser, look):
    base, office, award, order = grant
    people, here = office.people, award.get_absolute_url()
    adviser, manager, maker, checker = (
        Person(live_browser, base, who, look) for who in (people.adviser, people.manager, people.maker, people.checker)
    )
    adviser.at(here).press("Propose an amendment").look("amend")
    adviser.type(ends_on="31.03.2027", why="The mill comes in March.").press("Propose it").look("proposed")
    manager.at(f"{here}amendments/1/").press("Put in force").look("put in force").press("Put in force")
    assert "31.03.2027" in manager.text()
    maker.at(order.get_absolute_url()).press("Returned unpaid").look("returning")
    maker.type(reason="AC04, the account is closed.").press("Returned unpaid").look("returned")
    assert "Returned by the bank" in manager.at(here).text()
    manager.press("Terminate").look("terminating").type(reason="The business has closed.").press("Terminate")
    manager.look("terminated")
    assert "EUR 10,000.00 is asked back" in manager.text()
    maker.at(f"{here}recovery/received/").type(amount="9,000.00", bank_reference="IN-77").press("Book it")
    checker.at(here).press("Give it up").look("giving up")
    checker.type(amount="1,000.00", reason="Decision 12 of the director.").press("Give it up").look("over")
    assert "Nothing is asked back any more" in checker.text()
    ended = Award.objects.get(pk=award.pk)
    assert (ended.state, ended.recovery_due_amount) == ("terminated", 0)
    balances = dict(Account.objects.filter(subject=award.ref).values_list("code", "balance_amount"))
    assert (balances["5000"], balances["1200"]) == (100_000, 0)
    assert [fault for one in (adviser, manager, maker, checker) for fault in one.found] == []
    assert [line for one in (adviser, manager, maker, checker) for line in one.visitor.complaints] == []
