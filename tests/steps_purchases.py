"""A purchase under an award, through its services: each step takes it one stage further."""

from applicants.services import register_party
from grants.models import Tranche
from grants.services import (
    approve_purchase,
    choose_quote,
    enter_invoice,
    enter_quote,
    match_purchase,
    order_purchase,
    receive_goods,
    request_purchase,
)
from programmes.clock import today
from programmes.models import AmountBand, Window
from tests.steps_grants import signed_award

THRESHOLD = 1_000_000  # from here on three quotes


def supplier(office, name="Metal Works", **facts):
    given = {
        "kind": "enterprise",
        "programme": office.programme,
        "region": office.region,
        "on": today(office.programme),
    }
    return register_party(name=name, by=office.people.adviser, **given, **facts)


def buying_award(office, *, modality="supplier", parts=None, own=500_000, **window):
    """A signed award of 20,000.00 whose tranches are bought for; one quote is enough below 10,000.00."""
    Window.objects.filter(pk=office.window.pk).update(modality=modality, purchases_required=True, **window)
    office.window.refresh_from_db()
    award = signed_award(office, parts=parts, own=own)
    AmountBand.objects.get_or_create(window=office.window, from_amount=THRESHOLD, defaults={"quotes": 3})
    return award


def requested(office, award, number=1, *, by=None, **facts):
    given = {"what": "Oven", "quantity": 2, "on": today(office.programme), "by": by or office.people.adviser}
    return request_purchase(award=award, tranche=award.tranches.get(number=number), **given | facts)


def quoted(office, purchase, party, amount, **facts):
    day = today(office.programme)
    given = {"quoted_on": day, "on": day, "by": office.people.adviser}
    return enter_quote(purchase=purchase, supplier=party, amount=amount, **given | facts)


def chosen(office, purchase, *amounts, **facts):
    """Quotes of these amounts from new suppliers, the first of which the finance officer chooses."""
    for number, amount in enumerate(amounts):
        quoted(office, purchase, supplier(office, f"Supplier {number} for {purchase.ref}"), amount)
    quote = purchase.quotes.get(amount=amounts[0])
    given = {"quote": quote, "on": today(office.programme), "by": office.people.maker}
    return choose_quote(purchase=purchase, **given | facts)


def ordered(office, purchase):
    """Approved by the manager, ordered by the adviser for a grantee, by the finance officer for the agency."""
    day, people = today(office.programme), office.people
    approve_purchase(purchase=purchase, on=day, by=people.manager)
    return order_purchase(purchase=purchase, on=day, by=people.maker if purchase.by_agency else people.adviser)


def received(office, purchase, quantity=2, serials=("SN-1", "SN-2"), **facts):
    given = {"on": today(office.programme), "by": office.people.monitor}
    return receive_goods(purchase=purchase, quantity=quantity, serial_numbers=serials, **given | facts)


def invoiced(office, purchase, amount=None, number="INV-7", **facts):
    day = today(office.programme)
    given = {"invoice_on": day, "on": day, "by": office.people.adviser}
    amount = purchase.amount if amount is None else amount
    return enter_invoice(purchase=purchase, invoice_number=number, amount=amount, **given | facts)


def matched(office, award, number=1, *amounts):
    """From request to match: three quotes, the cheapest over the amount of the tranche."""
    total = award.tranches.get(number=number).amount
    purchase = requested(office, award, number)
    chosen(office, purchase, *(amounts or (total, total + 10_000, total + 20_000)))
    ordered(office, purchase)
    serials = [f"{purchase.ref}-{piece}" for piece in (1, 2)]
    received(office, purchase, serials=serials)
    purchase.refresh_from_db()
    invoiced(office, purchase, number=f"INV {purchase.ref}")
    return match_purchase(purchase=purchase, on=today(office.programme), by=office.people.monitor)


def tranche_of(award, number=1):
    return Tranche.objects.get(award=award, number=number)
