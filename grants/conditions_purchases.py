"""Facts that the moves of purchases ask for, and what a tranche asks of its purchases."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from audit.moves import fact
from grants.flags import open_flags
from ledger.money import Money

APPROVER = _(
    "A manager or finance officer approves, who did not request it; for the agency, who did not choose either."
)
RECEIVER = _("Another person than the one who ordered receives; for the agency, one who had no part in it before.")
BOUGHT = ("supplier", "in_kind")


def quotes_needed(purchase):
    """How many quotes the window's band asks for: that of the cheapest quote that counts. None without a quote."""
    cheapest = purchase.quotes.in_time().order_by("amount").first()
    if cheapest is None:
        return None
    band = purchase.award.window.band_for(cheapest.amount)
    return max(1, band.quotes) if band else 1


@fact(_("There are as many quotes as the amount asks for, or a second person waived them."))
def enough_quotes(purchase):
    need, have = quotes_needed(purchase), purchase.quotes.in_time().count()
    if need is None:
        return _("No quote is entered yet that came in time.")
    if have < need and not purchase.waived_by_id:
        return ngettext(
            "%(count)s quote came in time; this amount needs %(need)s, or a written waiver by a second person.",
            "%(count)s quotes came in time; this amount needs %(need)s, or a written waiver by a second person.",
            have,
        ) % {"count": have, "need": need}
    return None


@fact(_("What looked odd is answered."))
def flags_answered(purchase):
    count = len(open_flags(purchase))
    if count:
        return ngettext("%(count)s finding is not answered yet.", "%(count)s findings are not answered yet.", count) % {
            "count": count
        }
    return None


@fact(_("The award has not ended."))
def award_open(purchase):
    if purchase.award.is_open:
        return None
    return _("The award is %(state)s.") % {"state": purchase.award.state_label}


@fact(_("The tranche pays for it."))
def within_tranche(purchase):
    """What was approved for the tranche stays within it: nobody would pay for the rest."""
    others = purchase.tranche.purchases.live().exclude(pk=purchase.pk).exclude(approved_by=None)
    total = purchase.amount + sum(others.values_list("amount", flat=True))
    if purchase.award.window.purchases_required and total > purchase.tranche.amount:
        return _("Purchases of %(bought)s would be approved, the tranche is %(tranche)s.") % {
            "bought": Money(total, purchase.currency),
            "tranche": Money(purchase.tranche.amount, purchase.currency),
        }
    return None


@fact(_("The tranche is paid to this supplier."))
def payee_is_supplier(purchase):
    payee = purchase.tranche.payee
    if payee is not None and payee.pk != purchase.supplier_id:
        return _("The tranche is paid to %(payee)s, the chosen quote is of %(supplier)s.") % {
            "payee": payee,
            "supplier": purchase.supplier,
        }
    return None


@fact(_("The invoice is entered."))
def invoice_entered(purchase):
    return None if purchase.invoice_amount else _("The invoice is not entered yet.")


@fact(_("The invoice is over the amount of the order."))
def amounts_equal(purchase):
    if purchase.invoice_amount is None or purchase.invoice_amount == purchase.amount:
        return None
    return _("The order is %(order)s, the invoice %(invoice)s: they differ by %(difference)s.") % {
        "order": Money(purchase.amount, purchase.currency),
        "invoice": Money(purchase.invoice_amount, purchase.currency),
        "difference": Money(abs(purchase.invoice_amount - purchase.amount), purchase.currency),
    }


@fact(_("What was ordered has arrived."))
def quantities_equal(purchase):
    if purchase.received_quantity == purchase.quantity:
        return None
    return _("%(ordered)s were ordered and %(received)s received: they differ by %(difference)s.") % {
        "ordered": purchase.quantity,
        "received": purchase.received_quantity,
        "difference": abs(purchase.quantity - purchase.received_quantity),
    }


@fact(_("What it pays for is bought, received and matched."))
def purchases_matched(tranche):
    """Where the window asks for it: matched purchases of this amount together, from the supplier who is paid."""
    if not tranche.award.window.purchases_required or tranche.modality not in BOUGHT:
        return None
    rows = list(tranche.purchases.live().select_related("supplier"))
    if not rows:
        return _("Nothing was bought for it yet.")
    waiting = [row for row in rows if row.state != "matched"]
    if waiting:
        return _("The purchase %(purchase)s is in the state “%(state)s”.") % {
            "purchase": waiting[0].ref,
            "state": waiting[0].state_label,
        }
    total = sum(row.amount for row in rows)
    if total != tranche.amount:
        return _("Purchases of %(bought)s are matched, the tranche is %(tranche)s.") % {
            "bought": Money(total, tranche.currency),
            "tranche": Money(tranche.amount, tranche.currency),
        }
    other = [row for row in rows if row.supplier_id != tranche.payee_id]
    if other:
        return _("The purchase %(purchase)s is from %(supplier)s, who is not the one paid.") % {
            "purchase": other[0].ref,
            "supplier": other[0].supplier,
        }
    return None


@fact(_("Every purchase is matched or cancelled."))
def no_purchase_open(award):
    count = award.purchases.unfinished().count()
    if count:
        return ngettext("%(count)s purchase is still open.", "%(count)s purchases are still open.", count) % {
            "count": count
        }
    return None
