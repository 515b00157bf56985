"""An approved purchase: ordered, received, invoiced, matched. Then its pieces are on the register of assets."""

from django.utils.translation import gettext_lazy as _

from audit.moves import advance
from audit.refusals import Blocked, Invalid
from audit.services import record, service
from grants.models import Asset, Purchase
from grants.services.papers import check_counts_once, check_invoice_day, invoice_key, save_once
from grants.services.purchases import MOST_PIECES, begin_purchase, locked_purchase, need_state, note
from grants.services.tranches import check_own_file
from ledger.money import split
from programmes.services import check_date


@service
def order_purchase(*, purchase, on, by, order_number="", version=None, key=None, reason=""):
    """The order goes out under its number. A tranche without a payee is paid to this supplier from now on."""
    purchase = locked_purchase(purchase)
    order_number = " ".join(order_number.split())[:40] or purchase.ref
    advance(purchase, "order", by=by, on=on, version=version, order_number=order_number)
    check_date(on=on, programme=purchase.programme, by=by, reason=reason)
    tranche = purchase.tranche
    if tranche.payee_id is None:
        tranche.payee = purchase.supplier
        tranche.save()
        body = {"payee": purchase.supplier.ref, "purchase": purchase.ref}
        record("tranche.set_payee", tranche.ref, by=by, on=on, programme=purchase.programme.key, body=body)
    return purchase


@service
def receive_goods(*, purchase, quantity, on, by, serial_numbers=(), version=None, key=None, reason=""):
    """What has arrived so far, counted by another person than who ordered. Recorded again when more arrives.

    `quantity`: all pieces that are there now. `serial_numbers`: none, or one for each piece.
    """
    purchase = locked_purchase(purchase)
    if not 0 < quantity <= MOST_PIECES:
        raise Invalid(_("The quantity is from 1 to %(most)s.") % {"most": MOST_PIECES}, field="quantity")
    serials = [" ".join(serial.split())[:80] for serial in serial_numbers if serial.strip()]
    _check_serials(purchase, serials, quantity)
    body = {"quantity": quantity, "ordered": purchase.quantity, "serials": len(serials)}
    advance(purchase, "receive", by=by, on=on, version=version, body=body, quantity=quantity, serial_numbers=serials)
    check_date(on=on, programme=purchase.programme, by=by, reason=reason)
    return purchase


def _check_serials(purchase, serials, quantity):
    if not serials:
        return
    if len(serials) != quantity:
        raise Invalid(
            _("%(numbers)s serial numbers for %(quantity)s pieces: one for each, or none.")
            % {"numbers": len(serials), "quantity": quantity},
            field="serial_numbers",
        )
    if len(set(serials)) != len(serials):
        raise Invalid(_("A serial number stands there twice."), field="serial_numbers")
    supplier = purchase.supplier.name[:160] if purchase.supplier else ""
    known = Asset.objects.filter(serial_number__in=serials, supplier=supplier, award__programme=purchase.programme_id)
    if known.exists():
        raise Invalid(
            _("The serial number %(number)s of this supplier is on the register already.")
            % {"number": known.first().serial_number},
            field="serial_numbers",
        )


@service
def enter_invoice(
    *, purchase, invoice_number, invoice_on, amount, on, by, evidence=None, version=None, key=None, reason=""
):
    """The supplier's invoice, in minor units. It counts once in all awards; until it is matched it can be replaced."""
    purchase = begin_purchase(purchase, "grants.quote", on=on, by=by, version=version, reason=reason)
    need_state(purchase, Purchase.State.ORDERED, Purchase.State.RECEIVED)
    invoice_number = " ".join(invoice_number.split())[:60]
    if not invoice_number:
        raise Invalid(_("Enter the number of the invoice."), field="invoice_number")
    if amount <= 0:
        raise Invalid(_("The amount must be above zero."), field="amount")
    check_invoice_day(purchase.award, invoice_on, on)
    check_own_file(purchase.award, evidence)
    purchase.invoice_number, purchase.invoice_on, purchase.invoice_amount = invoice_number, invoice_on, amount
    purchase.invoice_key = invoice_key(invoice_number, purchase.supplier.name, amount)
    purchase.evidence = evidence
    purchase.file_hash = evidence.sha256 if evidence else None
    purchase.invoiced_by = by
    check_counts_once(purchase)
    save_once(purchase)
    note("purchase.invoice", purchase, by, on, amount=amount, currency=purchase.currency)
    return purchase


@service
def match_purchase(*, purchase, on, by, version=None, key=None, reason=""):
    """Order, goods and invoice are the same to the cent and to the piece: the pieces go on the register of assets."""
    purchase = locked_purchase(purchase)
    if purchase.received_on and on < purchase.received_on:
        raise Blocked(_("It is matched after the goods came."))
    advance(purchase, "match", by=by, on=on, version=version, body={"amount": purchase.amount})
    check_date(on=on, programme=purchase.programme, by=by, reason=reason)
    _register_pieces(purchase, by, on)
    return purchase


def _register_pieces(purchase, by, on):
    """One asset for each piece; together they cost what the invoice says."""
    costs = split(purchase.amount, [1] * purchase.quantity)
    serials = purchase.serial_numbers or [""] * purchase.quantity
    for cost, serial in zip(costs, serials, strict=True):
        asset = Asset.objects.create(
            award=purchase.award,
            tranche=purchase.tranche,
            purchase=purchase,
            label=purchase.what,
            serial_number=serial,
            supplier=purchase.supplier.name[:160],
            amount=cost,
        )
        body = {"asset": asset.pk, "amount": cost, "currency": purchase.currency, "purchase": purchase.ref}
        record("asset.register", purchase.award.ref, by=by, on=on, programme=purchase.programme.key, body=body)
