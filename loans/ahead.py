"""What waits to be paid for loans: rows for the payment pages. And which cases are over, for the eligibility checks."""

from functools import partial

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _

from applicants.eligibility import register_finished
from loans.models import Loan
from loans.queues_tranches import tranches_to_pay
from loans.services import order_disbursement, order_tranche, refund_overpayment
from payments import sources
from payments.models import PaymentOrder
from payments.sources import Source
from programmes.models import Role
from programmes.roles import rows_for

OVER = (Loan.State.CLOSED, Loan.State.OVERPAID, Loan.State.CANCELLED)


def register():
    """Called once, from AppConfig.ready()."""
    register_finished(finished)
    sources.register(waiting)
    sources.register_link(PaymentOrder.Kind.LOAN, url_of)
    sources.register_link(PaymentOrder.Kind.REFUND, url_of)


def finished(case_refs):
    """Of these applications, those whose loan is repaid, forgiven or cancelled. What was written off is still owed."""
    over = Loan.objects.filter(application__ref__in=case_refs, state__in=OVER)
    return set(over.values_list("application__ref", flat=True))


def url_of(order):
    return reverse("loans:loan", args=[order.source_ref.partition(":")[0]])


def waiting(user):
    """Signed loans and next tranches without an order, and overpayments that no refund is on its way for."""
    mine = Loan.objects.filter(rows_for(user, [Role.FINANCE])).select_related("borrower", "application")
    ordered = PaymentOrder.objects.live().filter(kind=PaymentOrder.Kind.LOAN).values("source_ref")
    signed = mine.filter(state=Loan.State.SIGNED, tranches=None).exclude(ref__in=ordered)
    rows = [
        _source(loan, loan.amount - loan.fee_amount, "loans:pay", _("Loan"), loan.signed_on, order_disbursement)
        for loan in signed.order_by("pk")
    ]
    rows += [
        _source(
            tranche.loan,
            tranche.amount - tranche.fee_amount,
            "loans:pay_tranche",
            _("Tranche %(number)s of a loan") % {"number": tranche.number},
            tranche.planned_on,
            order_tranche,
            tranche=tranche,
        )
        for tranche in tranches_to_pay(user)
    ]
    open_refunds = PaymentOrder.objects.filter(
        kind=PaymentOrder.Kind.REFUND, state__in=["prepared", "approved", "sent"]
    ).values_list("source_ref", flat=True)
    on_their_way = {source_ref.partition(":")[0] for source_ref in open_refunds}
    after_write_off = Q(state=Loan.State.WRITTEN_OFF, overpaid_amount__gt=0)
    held = mine.filter(Q(state=Loan.State.OVERPAID) | after_write_off).exclude(ref__in=on_their_way)
    rows += [
        _source(
            loan,
            loan.overpaid_amount,
            "loans:refund",
            _("Refund of an overpayment"),
            loan.closed_on or loan.written_off_on,
            refund_overpayment,
        )
        for loan in held.order_by("pk")
    ]
    return rows


def _source(loan, amount, page, why, since, order, tranche=None):
    return Source(
        title=str(loan.borrower),
        ref=tranche.source_ref if tranche else loan.ref,
        amount=amount,
        currency=loan.currency,
        url=reverse(page, args=[loan.ref, tranche.number] if tranche else [loan.ref]),
        why=why,
        since=since,
        programme_id=loan.programme_id,
        application_id=loan.application_id,
        parties=tuple(filter(None, (loan.borrower_id, loan.business_id))),
        order=partial(order, tranche=tranche) if tranche else partial(order, loan=loan),
    )
