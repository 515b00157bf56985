"""What reaches grants from below: decisions that took effect, payments that settled or came back."""

from django.dispatch import receiver

from grants.services.awards import make_awards
from grants.services.tranches import return_tranche, settle_tranche
from payments.models import PaymentOrder
from payments.signals import payment_returned, payment_settled
from selection.signals import decisions_effective


@receiver(decisions_effective, dispatch_uid="grants.awards")
def on_decisions(sender, decisions, by, on, **kwargs):
    make_awards(decisions, by, on)


@receiver(payment_settled, dispatch_uid="grants.settle")
def on_settled(sender, order, by, on, **kwargs):
    if order.kind == PaymentOrder.Kind.GRANT:
        settle_tranche(order, by, on)


@receiver(payment_returned, dispatch_uid="grants.return")
def on_returned(sender, order, by, on, **kwargs):
    if order.kind == PaymentOrder.Kind.GRANT:
        return_tranche(order, by, on)
