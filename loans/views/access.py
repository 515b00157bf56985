"""What every page of loans needs: the loan that the user may see, and today in its programme."""

import rules
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _

from audit.refusals import Invalid, NotAllowed
from loans.models import Loan
from programmes.clock import today
from programmes.models import Programme


def loan_or_404(request, ref):
    parents = ("application__adviser", "borrower__village__district", "business", "line", "product", "programme")
    return get_object_or_404(Loan.objects.visible_to(request.user).select_related(*parents), ref=ref)


def loans_of(request):
    """The loans that the user may see, of the programme chosen in the top bar where one is chosen."""
    loans = Loan.objects.visible_to(request.user)
    chosen = request.desk.programme
    return loans.filter(programme=chosen) if chosen else loans


def crumbs(*more):
    return ((_("Loans"), reverse("loans:loans")), *more)


def day_of(loan):
    return today(loan.programme)


def crumbs_of(loan):
    return ((_("Loans"), reverse("loans:loans")), (loan.ref, loan.get_absolute_url()))


def programme_of(request, rule):
    """The programme chosen in the top bar, or the only one with loans in which the user may do what the rule says."""
    if request.desk.programme:
        found = request.desk.programme
        if not rules.test_rule(rule, request.user, found):
            raise NotAllowed()
        return found
    mine = [
        programme
        for programme in Programme.objects.visible_to(request.user).filter(loans__isnull=False).distinct()
        if rules.test_rule(rule, request.user, programme)
    ]
    if not mine:
        raise NotAllowed()
    if len(mine) > 1:
        raise Invalid(_("Choose one programme in the top bar: this belongs to one."))
    return mine[0]
