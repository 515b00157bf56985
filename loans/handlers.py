"""What a loan does when the committee's decisions take effect and when money moves, and what is kept up beside it."""

from django.db.models.signals import post_save
from django.dispatch import receiver

from loans import moratoria, requests
from loans.models import Loan
from loans.services.agreement import activate_loan, approve_loan, ask_months, bounce_loan, withdraw_approval
from loans.services.refunds import return_refund, settle_refund
from loans.services.requests import take_decision
from loans.services.standings import note_standing
from loans.services.tranches import bounce_tranche, settle_tranche, tranche_of
from payments.models import PaymentOrder
from payments.signals import payment_returned, payment_settled
from programmes.clock import today
from selection.signals import decisions_effective, months_voted

ASKED = {requests.MATTER: requests.request_of, moratoria.MATTER: moratoria.moratorium_of}


@receiver(decisions_effective, dispatch_uid="loans.decisions_effective")
def take_decisions(sender, decisions, by, on, motions=(), **more):
    for motion in motions:
        if motion.matter in ASKED:
            take_decision(request=ASKED[motion.matter](motion.subject_ref), motion=motion, on=on, by=by)
    for decision in decisions:
        application = decision.application
        if application.call.instrument != "loan":
            continue
        if decision.outcome == "approve":
            approve_loan(decision=decision, on=on, by=by)
            continue
        loan = Loan.objects.filter(application=application, state=Loan.State.APPROVED).first()
        if loan is not None:
            withdraw_approval(loan=loan, decision=decision, on=on, by=by)


@receiver(months_voted, dispatch_uid="loans.months_voted")
def ask_vote(sender, application, months, **more):
    ask_months(application, months)


@receiver(payment_settled, dispatch_uid="loans.payment_settled")
def take_settlement(sender, order, by, on, **more):
    tranche = tranche_of(order) if order.kind == PaymentOrder.Kind.LOAN else None
    if tranche is not None:
        settle_tranche(tranche=tranche, order=order, on=on, by=by)
    elif order.kind == PaymentOrder.Kind.LOAN:
        activate_loan(order=order, on=on, by=by)
    elif order.kind == PaymentOrder.Kind.REFUND:
        settle_refund(order=order, on=on, by=by)


@receiver(payment_returned, dispatch_uid="loans.payment_returned")
def take_return(sender, order, by, on, **more):
    """Only money that had left comes back: an order returned unpaid has no value date and changes nothing here."""
    if order.value_on is None:
        return
    tranche = tranche_of(order) if order.kind == PaymentOrder.Kind.LOAN else None
    if tranche is not None:
        bounce_tranche(tranche=tranche, order=order, on=on, by=by)
    elif order.kind == PaymentOrder.Kind.LOAN:
        bounce_loan(order=order, on=on, by=by)
    elif order.kind == PaymentOrder.Kind.REFUND:
        return_refund(order=order, on=on, by=by)


# Columns of a loan that say nothing about how much is owed and how late.
BESIDE = frozenset({"payee_order_ref", "contract", "version"})


@receiver(post_save, sender=Loan, dispatch_uid="loans.standing")
def keep_standing(sender, instance, created, raw, update_fields=None, **more):
    """Every posting ends in saving its loan: a new way to post need not remember the portfolio."""
    if created or raw or (update_fields and BESIDE.issuperset(update_fields)):
        return
    note_standing(instance, today(instance.programme))
