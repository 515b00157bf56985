"""Overpayments go back to the borrower through a payment order like any other money."""

from django.utils.translation import gettext_lazy as _

from audit.moves import advance
from audit.refusals import Blocked, Invalid
from audit.services import record, service
from loans.models import Loan, Refund
from loans.services.access import demand, lock_loan, need_state
from loans.services.restating import restate
from payments.models import PaymentOrder
from payments.services import prepare_payment
from programmes.clock import today


def refunds_on_their_way(loan):
    prepared = PaymentOrder.objects.filter(
        kind=PaymentOrder.Kind.REFUND, source_ref__startswith=f"{loan.ref}:", state__in=["prepared", "approved", "sent"]
    )
    return prepared


@service
def refund_overpayment(*, loan, account, on, by, key=None):
    """The finance maker prepares the payment of all that is held for the borrower. Returns the PaymentOrder."""
    loan = lock_loan(loan)
    demand("loans.refund", by, loan)
    need_state(loan, Loan.State.OVERPAID, Loan.State.ACTIVE, Loan.State.WRITTEN_OFF)
    if not loan.overpaid_amount:
        raise Blocked(_("Nothing is held for the borrower of %(ref)s.") % {"ref": loan.ref})
    if refunds_on_their_way(loan).exists():
        raise Blocked(_("A refund of %(ref)s is on its way.") % {"ref": loan.ref})
    if account.party_id not in (loan.borrower_id, loan.business_id):
        raise Invalid(_("This account is not the borrower's."), field="account")
    number = PaymentOrder.objects.filter(source_ref__startswith=f"{loan.ref}:").count() + 1
    return prepare_payment(
        application=loan.application,
        kind=PaymentOrder.Kind.REFUND,
        source_ref=f"{loan.ref}:refund-{number}",
        payee=account.party,
        account=account,
        lines=[
            {
                "line": loan.line,
                "debit_code": "2000",
                "subject": loan.ref,
                "amount": loan.overpaid_amount,
                "fee_amount": 0,
            }
        ],
        on=on,
        by=by,
    )


def loan_of_refund(order):
    return Loan.objects.select_related("application").get(ref=order.source_ref.partition(":")[0])


@service
def settle_refund(*, order, on, by):
    """The refund left the bank on the value date `on`."""
    loan = lock_loan(loan_of_refund(order))
    if order.amount > loan.overpaid_amount:
        raise Blocked(_("Less is held for the borrower of %(ref)s by now.") % {"ref": loan.ref})
    ended = loan.ended_by_decision_on
    refund = Refund.objects.create(
        loan=loan,
        version=None if ended else loan.current_version,
        order_ref=order.ref,
        amount=order.amount,
        value_on=on,
    )
    _note("refund.settle", loan, refund, by, on)
    if ended:
        _hold(loan, loan.overpaid_amount - order.amount, by, on)
        return refund
    restate(loan, through=max(on, today(loan.programme)), on=on, by=by, refunded=True)
    return refund


@service
def return_refund(*, order, on, by, reason=""):
    """The bank returned the refund: the money is held for the borrower again, as if it had never left.

    So the loan is folded anew: what was held then may pay what fell due since. After a write-off or forgiveness
    nothing of the loan changes any more, and the money waits to be refunded again.
    """
    loan = lock_loan(loan_of_refund(order))
    refund = Refund.objects.get(order_ref=order.ref)
    refund.returned_on, refund.after_end = on, loan.ended_by_decision_on is not None
    refund.save(update_fields=["returned_on", "after_end"])
    _note("refund.return", loan, refund, by, on)
    if refund.after_end:
        _hold(loan, loan.overpaid_amount + refund.amount, by, on, reason)
        return loan
    if refund.version != loan.current_version:
        # A new schedule came in between: the money is brought into it, where it would be had it never left.
        version = loan.versions.select_for_update().get(number=loan.current_version)
        version.held_amount += refund.amount
        version.save(update_fields=["held_amount"])
    restate(loan, through=max(on, today(loan.programme)), on=on, by=by, reason=reason, refunded=True)
    return loan


def _hold(loan, amount, by, on, reason=""):
    """Hold so many minor units for the borrower of a loan that ended by a decision; its schedule takes none of it."""
    was, loan.overpaid_amount = loan.state, amount
    if was == Loan.State.OVERPAID and not amount:
        advance(loan, "refund", by=by, on=on)
    elif was == Loan.State.CLOSED:
        advance(loan, "return_refund", by=by, on=on, amount=amount, reason=reason)
    else:
        loan.save()


def _note(kind, loan, refund, by, on):
    record(
        kind,
        loan.ref,
        by=by,
        on=on,
        programme=loan.programme.key,
        body={"order": refund.order_ref, "amount": refund.amount, "currency": loan.currency},
    )
