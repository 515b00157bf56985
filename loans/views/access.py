"""What every page of loans needs: the loan that the user may see, and today in its programme."""

from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _

from loans.models import Loan
from programmes.clock import today


def loan_or_404(request, ref):
    parents = ("application__adviser", "borrower__village__district", "business", "line", "product", "programme")
    return get_object_or_404(Loan.objects.visible_to(request.user).select_related(*parents), ref=ref)


def loans_of(request):
    """The loans that the user may see, of the programme chosen in the top bar where one is chosen."""
    loans = Loan.objects.visible_to(request.user)
    chosen = request.desk.programme
    return loans.filter(programme=chosen) if chosen else loans


def day_of(loan):
    return today(loan.programme)


def crumbs_of(loan):
    return ((_("Loans"), reverse("loans:loans")), (loan.ref, loan.get_absolute_url()))
