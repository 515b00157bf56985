"""Graduated limits: how much a borrower may ask for with the first loan, the second, and so on. Reads only."""

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from ledger.money import Money
from loans.conditions_people import limit_of
from loans.models import Loan, LoanProduct


def cycle_of(party, programme, without=None):
    """How many-th loan a new one of the party is, of the loans that the programme may know of.

    A step up is earned by money that was had: a loan that is not paid out yet, was written off or forgiven is no step.
    """
    known = Q(programme=programme) | Q(programme__confidential=False)
    return Loan.objects.lent_to(party).filter(known).exclude(application=without).count() + 1


def over_cycle_limit(application):
    """A sentence when the ask is above what every loan product of the window allows with this loan; else None."""
    if application.call.instrument != "loan":
        return None
    products = LoanProduct.objects.filter(windows=application.window, currency=application.currency)
    cycle = cycle_of(application.applicant, application.programme, application)
    limits = [limit_of(product, cycle) for product in products]
    if not limits or None in limits or application.asked_amount <= max(limits):
        return None
    return _("With loan number %(cycle)s, %(name)s can ask for up to %(limit)s, not for %(asked)s.") % {
        "cycle": cycle,
        "name": application.applicant,
        "limit": Money(max(limits), application.currency),
        "asked": Money(application.asked_amount, application.currency),
    }
