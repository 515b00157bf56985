"""What the pages of purchases say: how far each is, what comes next and whose it is, the three papers side by side."""

from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from grants.conditions_purchases import BOUGHT, quotes_needed
from grants.flags import flags_of
from grants.reading import Next
from ledger.money import Money

STEPS = ("requested", "chosen", "approved", "ordered", "received", "matched")


def progress(purchase):
    """(steps done, steps in all); what was cancelled has none."""
    return (STEPS.index(purchase.state) if purchase.state in STEPS else 0, len(STEPS) - 1)


def next_of(purchase):
    """The next step of a purchase, or None when it has ended."""
    steps = {
        "requested": _next_quotes,
        "chosen": _next_approval,
        "approved": lambda row: Next(_("Next: order it."), _("Finance officer") if row.by_agency else _("Adviser")),
        "ordered": lambda row: Next(_("Next: count what arrives."), _("Another person than the one who ordered")),
        "received": _next_match,
    }
    step = steps.get(purchase.state)
    return step(purchase) if step else None


def _next_quotes(purchase):
    need, have = quotes_needed(purchase) or 1, purchase.quotes.in_time().count()
    if have < need and not purchase.waived_by_id:
        left = need - have
        sentence = ngettext("Next: enter %(count)s more quote.", "Next: enter %(count)s more quotes.", left)
        return Next(sentence % {"count": left}, _("Business adviser, manager or finance officer"))
    return Next(_("Next: choose a quote."), _("Another person than the one who requested it"))


def _next_approval(purchase):
    if any(answer is None for _flag, answer in answered(purchase)):
        return Next(_("Next: answer what looks odd."), _("Another person than the one who requested it"))
    return Next(_("Next: approve the choice."), _("Manager or finance officer"))


def _next_match(purchase):
    if purchase.invoice_amount is None:
        return Next(_("Next: enter the invoice."), _("Business adviser, manager or finance officer"))
    if purchase.received_quantity != purchase.quantity or purchase.invoice_amount != purchase.amount:
        return Next(_("Order, goods and invoice differ. Clear it with the supplier."), _("Business adviser"))
    return Next(_("Next: match the three papers."), _("Another person than the one who entered the invoice"))


def answered(purchase):
    """[(Flag, its FlagAnswer or None)] of a purchase; answers about what does not stand any more are left out."""
    given = {(row.kind, row.about): row for row in purchase.answers.select_related("answered_by")}
    return [(flag, given.get((flag.kind, flag.about))) for flag in flags_of(purchase)]


@dataclass(frozen=True)
class Paper:
    """One of the three columns of the match."""

    title: str
    facts: list
    there: bool
    equal: bool


def papers(purchase):
    """Order, goods received, invoice: what each says, and whether it says the same as the order."""
    money = Money(purchase.amount, purchase.currency) if purchase.amount else "–"
    order = [(_("Number"), purchase.order_number), (_("Quantity"), purchase.quantity), (_("Amount"), money)]
    goods = [
        (_("Quantity"), purchase.received_quantity),
        (_("Serial numbers"), ", ".join(purchase.serial_numbers) or "–"),
        (_("Counted by"), purchase.received_by),
    ]
    invoice = [
        (_("Number"), purchase.invoice_number),
        (_("Date"), f"{purchase.invoice_on:%d.%m.%Y}" if purchase.invoice_on else "–"),
        (_("Amount"), Money(purchase.invoice_amount or 0, purchase.currency)),
    ]
    return [
        Paper(_("Order"), order, bool(purchase.ordered_on), equal=True),
        Paper(_("Goods"), goods, bool(purchase.received_on), purchase.received_quantity == purchase.quantity),
        Paper(_("Invoice"), invoice, bool(purchase.invoice_amount), purchase.invoice_amount == purchase.amount),
    ]


@dataclass(frozen=True)
class PurchaseLine:
    """A purchase as a row of the award's page."""

    purchase: object
    done: int
    steps: int
    next: object


def purchase_lines(award):
    lines = []
    for row in award.purchases.for_pages():
        row.award = award
        done, steps = progress(row)
        lines.append(PurchaseLine(row, done, steps, next_of(row)))
    return lines


def is_bought(award):
    """True where a tranche of the award is paid to a supplier or handed over in kind."""
    return award.tranches.kept().filter(modality__in=BOUGHT).exists()
