"""A supplier purchase from its request to the register of assets in a real browser, wide and on a phone."""

import os

import pytest

from grants.models import Purchase
from programmes.clock import standing_at
from tests.office import DAY, grant_office
from tests.steps_purchases import buying_award, supplier
from tests.test_pages_browser import reader

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PICTURES = os.environ.get("SEEDBED_PICTURES")


@pytest.fixture
def buying(live_server, settings):
    settings.STANDING_DAY = DAY
    with standing_at(DAY):
        office = grant_office()
        award = buying_award(office)
        party = supplier(office)
    return live_server.url, office, award, party


class Buyer:
    """Goes through the pages as one person after the other, and keeps what is wrong with each page."""

    def __init__(self, browser, base, office, width):
        self.browser, self.base, self.office, self.width = browser, base, office, width
        self.found, self.number = [], 0

    def be(self, name):
        self.one = reader(self.browser, self.base, "light", self.width).enter(getattr(self.office.people, name))

    def look(self, path):
        self.one.open(path)
        self._judge(path)

    def send(self, path, **typed):
        """Type into the form behind `path` and send it."""
        self.look(path)
        page = self.one.page
        for name, value in typed.items():
            field = page.locator(f"main [name={name}]").first
            if field.get_attribute("type") == "radio":
                field.check()
            elif field.get_attribute("type") == "file":
                field.set_input_files({"name": "signed.pdf", "mimeType": "application/pdf", "buffer": value})
            else:
                field.fill(value)
        with page.expect_navigation():
            page.click("main form button[type=submit]")
        self._judge(f"after {path}")

    def _judge(self, path):
        self.found += [f"{path}: {fault}" for fault in self.one.faults()]
        if self.one.overflow() > 0:
            self.found.append(f"{path}: {self.one.overflow()} px too wide")
        self.number += 1
        if PICTURES:
            self.one.page.screenshot(path=f"{PICTURES}/purchase-{self.width}-{self.number:02d}.png", full_page=True)


@pytest.mark.parametrize("width", [pytest.param("wide", marks=pytest.mark.soak), "small"])
def test_a_purchase_goes_from_request_to_the_register_of_assets(buying, live_browser, width):
    base, office, award, party = buying
    buyer, home = Buyer(live_browser, base, office, width), award.get_absolute_url()
    row = f"{home}purchases/1/"
    buyer.be("adviser")
    buyer.send(f"{home}purchases/new/", what="Deck oven", quantity="2")
    buyer.send(f"{row}quotes/new/", supplier=party.ref, amount="9,999.99")
    buyer.be("maker")
    buyer.send(f"{row}do/choose/", quote="")
    buyer.be("manager")
    buyer.send(f"{row}do/approve/")
    buyer.be("adviser")
    buyer.send(f"{row}do/order/", order_number="PO 7")
    buyer.send(f"{row}invoice/", invoice_number="INV 7", amount="9,999.99")
    buyer.be("monitor")
    buyer.send(f"{row}do/receive/", quantity="2", serial_numbers="SN-1\nSN-2")
    buyer.send(f"{row}do/match/")
    buyer.send(f"{row}hand-over/", upload=b"%PDF-signed")
    buyer.look(home)
    buyer.look("/grants/assets/")
    assert "SN-2" in buyer.one.page.inner_text("main")
    assert buyer.found == []
    assert Purchase.objects.get().state == "matched"
