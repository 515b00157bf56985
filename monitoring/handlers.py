"""What monitoring does when others act."""

from monitoring.services import plan_visits
from payments.signals import payment_settled


def connect():
    payment_settled.connect(plan_after_payment, dispatch_uid="monitoring.plan_after_payment")


def plan_after_payment(sender, order, by, on, **kwargs):
    """Money is out: the visits of the call's months are planned from that day, once."""
    if order.kind in ("grant", "loan"):
        plan_visits(application=order.application, first_paid_on=on, on=on, by=by)
