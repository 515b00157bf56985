"""Facts that a loan's moves ask for."""

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from audit.moves import fact
from ledger.money import Money
from loans.terms import instalments_in, limits_of
from payments.clearance import missing
from payments.models import PaymentOrder
from programmes.clock import today


@fact(_("The committee's approval is in effect."))
def decision_in_effect(loan):
    application = loan.application
    if application.state == "approved" and application.decision_ref == loan.decision_ref:
        return None
    return _("The committee's approval of %(ref)s is not in effect.") % {"ref": application.ref}


@fact(_("The instalments and the grace are within the product's limits."))
def terms_within_product(loan):
    product = loan.product
    least, most = limits_of(product)
    if not least <= loan.instalments_number <= most:
        return _("%(number)s instalments are outside the product's %(least)s to %(most)s.") % {
            "number": loan.instalments_number,
            "least": least,
            "most": most,
        }
    if loan.grace_months > product.grace_months:
        return _("The product allows %(most)s months without principal.") % {"most": product.grace_months}
    if instalments_in(loan.grace_months, product) >= loan.instalments_number:
        return _("At least one instalment must repay principal.")
    return None


@fact(_("The screening is clear and current."))
def screening_clear(loan):
    """The borrower, the business and the people behind them, on the day of the signature."""
    move = getattr(loan, "move", None)
    on = move.on if move and move.on else today(loan.programme)
    return missing([loan.borrower, loan.business], loan.programme, on, loan.application.call.screening_days)


@fact(_("No payment of it is on its way."))
def not_in_payment(loan):
    own = Q(source_ref=loan.ref) | Q(source_ref__startswith=f"{loan.ref}:")
    if PaymentOrder.objects.live().filter(own, kind=PaymentOrder.Kind.LOAN).exists():
        return _("A payment of this loan is on its way.")
    return None


@fact(_("The tranches add up to the loan."))
def tranches_whole(loan):
    planned = sum(part["amount"] for part in loan.tranche_plan)
    if loan.tranche_plan and planned != loan.amount:
        return _("The tranches add up to %(planned)s, the loan is %(loan)s.") % {
            "planned": Money(planned, loan.currency),
            "loan": Money(loan.amount, loan.currency),
        }
    return None


@fact(_("No tranche is to be paid out any more."))
def no_open_tranche(loan):
    waiting = loan.tranches.open().first()
    if waiting is None:
        return None
    return _("Tranche %(number)s is neither paid out nor given up. Give it up first.") % {"number": waiting.number}
