"""What is bought for a tranche: quotes of three suppliers, the order, the goods, the invoice, the handover."""

from datetime import timedelta

from applicants.services import register_party
from grants.models import Purchase
from grants.services import (
    approve_purchase,
    choose_quote,
    enter_invoice,
    enter_quote,
    hand_over_purchase,
    match_purchase,
    order_purchase,
    receive_goods,
    request_purchase,
)

# One purchase in so many goes to the known dealer although another is cheaper.
NOT_CHEAPEST = 9


def rivals(cast, day, region, names):
    """Other suppliers of the region, who are asked for a price too. They draw no lots: the story stays as it was."""
    facts = {"kind": "enterprise", "sector": "trade", "legal_form": "L.L.C.", "village": cast.villages[region][0]}
    place = {"programme": cast.programme, "region": cast.regions[region], "on": day, "by": cast.advisers[region]}
    return [register_party(name=name, **facts, **place) for name in names]


class Buying:
    """The purchases of one award on its way (demo/granting.py)."""

    def __init__(self, granting, others):
        self.granting, self.others = granting, others
        self.cast, self.agenda, self.adviser = granting.cast, granting.agenda, granting.adviser

    def begin(self, day, tranche):
        """Requested, with as many quotes as the band asks for; chosen and ordered three days later."""
        purchase = request_purchase(
            award=tranche.award,
            tranche=tranche,
            what=f"{self.granting.plan.title}, part {tranche.number}"[:160],
            on=day,
            by=self.adviser,
        )
        band = tranche.award.window.band_for(tranche.amount)
        dear = self.cast.number("purchase") % NOT_CHEAPEST == 0
        percents = [100, *((97 if dear else 104), 107)[: (band.quotes if band else 1) - 1]]
        for supplier, percent in zip([self.granting.payee, *self.others], percents, strict=False):
            amount = tranche.amount * percent // 100
            enter_quote(purchase=purchase, supplier=supplier, amount=amount, quoted_on=day, on=day, by=self.adviser)
        self.agenda.at(day + timedelta(days=3), self.order, purchase.pk)
        self.agenda.at(day + timedelta(days=6), self.match, purchase.pk)

    def order(self, day, pk):
        purchase, cast = Purchase.objects.get(pk=pk), self.cast
        quote = purchase.quotes.get(supplier=self.granting.payee)
        choose_quote(
            purchase=purchase,
            quote=quote,
            choice_reason="Delivers in three days and repairs on the spot." if self._is_dear(purchase, quote) else "",
            on=day,
            by=cast["finance_2"],
        )
        approve_purchase(purchase=purchase, on=day, by=cast["manager"])
        order_purchase(purchase=purchase, on=day, by=cast["finance_1"] if purchase.by_agency else self.adviser)

    @staticmethod
    def _is_dear(purchase, quote):
        return purchase.quotes.filter(amount__lt=quote.amount).exists()

    def match(self, day, pk):
        purchase, cast = Purchase.objects.get(pk=pk), self.cast
        receive_goods(
            purchase=purchase,
            quantity=purchase.quantity,
            serial_numbers=[f"SN{cast.number('serial'):06d}"],
            on=day,
            by=cast["monitoring"],
        )
        enter_invoice(
            purchase=purchase,
            invoice_number=f"S-{cast.number('supplier invoice'):05d}",
            invoice_on=day,
            amount=purchase.amount,
            on=day,
            by=self.adviser,
        )
        match_purchase(purchase=purchase, on=day, by=cast["manager"])

    def hand_over(self, day, number):
        """The adviser brings the certificate back with its signatures."""
        purchase = Purchase.objects.select_related("award").get(
            award__application=self.granting.plan.application, tranche__number=number
        )
        evidence = self.granting.file(day, "handover", "Handover certificate", purchase.ref)
        hand_over_purchase(purchase=purchase, evidence=evidence, on=day, by=self.adviser)
