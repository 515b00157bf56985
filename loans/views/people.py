"""Guarantors, collateral, and what befell the borrower: an act on each page."""

from django.contrib.auth.decorators import login_required
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _

from ledger.money import Money
from loans import forms_people as forms
from loans.models import GuarantorNotice
from loans.services import (
    decide_life_event,
    end_attorney,
    mark_notice_sent,
    release_collateral,
    release_guarantor,
)
from loans.services.access import demand
from loans.services.papers import act_with_papers
from loans.views.access import day_of, loan_or_404
from pages.forms import attempt, done, form_page


def act_page(request, loan, form, service, /, *, title, said, lead="", **given):
    """The page of one act of a loan: the form, the service, the loan's page again."""
    given |= {"on": day_of(loan), "by": request.user}
    if request.method == "POST" and attempt(form, service, **given) is not None:
        return done(request, said, loan)
    crumbs = ((_("Loans"), reverse("loans:loans")), (loan.ref, loan.get_absolute_url()))
    return form_page(request, form, title=title, lead=lead, back=loan.get_absolute_url(), crumbs=crumbs)


def form_of(request, form_class, loan, **more):
    return form_class(request.POST or None, request.FILES or None, loan=loan, user=request.user, **more)


@login_required
def new_guarantor(request, ref):
    loan = loan_or_404(request, ref)
    demand("loans.secure", request.user, loan)
    return act_page(
        request,
        loan,
        form_of(request, forms.GuarantorForm, loan),
        act_with_papers,
        purpose="guarantee",
        loan=loan,
        title=_("Record a guarantor"),
        said=_("The guarantor is recorded."),
        lead=_("The loan is %(amount)s.") % {"amount": Money(loan.amount, loan.currency)},
    )


@login_required
def release_one_guarantor(request, ref, pk):
    loan = loan_or_404(request, ref)
    guarantor = get_object_or_404(loan.guarantors.standing(), pk=pk)
    demand("loans.release", request.user, loan)
    return act_page(
        request,
        loan,
        forms.ReleaseForm(request.POST or None),
        release_guarantor,
        guarantor=guarantor,
        title=_("Release %(name)s") % {"name": guarantor.party},
        said=_("The guarantor is released."),
    )


@login_required
def new_collateral(request, ref):
    loan = loan_or_404(request, ref)
    demand("loans.secure", request.user, loan)
    return act_page(
        request,
        loan,
        form_of(request, forms.CollateralForm, loan),
        act_with_papers,
        purpose="collateral",
        loan=loan,
        title=_("Record collateral"),
        said=_("The collateral is recorded."),
    )


@login_required
def release_one_collateral(request, ref, pk):
    loan = loan_or_404(request, ref)
    thing = get_object_or_404(loan.collateral.held(), pk=pk)
    demand("loans.release", request.user, loan)
    return act_page(
        request,
        loan,
        forms.ReleaseForm(request.POST or None),
        release_collateral,
        collateral=thing,
        title=_("Release %(what)s") % {"what": thing},
        said=_("The collateral is released."),
    )


@login_required
def send_notice(request, ref, pk):
    loan = loan_or_404(request, ref)
    notice = get_object_or_404(GuarantorNotice.objects.filter(guarantor__loan=loan, sent_on=None), pk=pk)
    demand("loans.secure", request.user, loan)
    return act_page(
        request,
        loan,
        forms.NoticeForm(request.POST or None),
        mark_notice_sent,
        notice=notice,
        title=_("The notice to %(name)s was sent") % {"name": notice.guarantor.party},
        said=_("The notice is marked as sent."),
        lead=notice.letter,
    )


@login_required
def new_life_event(request, ref):
    loan = loan_or_404(request, ref)
    demand("loans.life_event", request.user, loan)
    return act_page(
        request,
        loan,
        form_of(request, forms.LifeEventForm, loan),
        act_with_papers,
        purpose="life-event",
        loan=loan,
        title=_("The borrower died or moved abroad"),
        said=_("Penalties rest. The loan waits for a decision."),
        lead=_("Penalties and reminders rest from that day until another person has decided what follows."),
    )


@login_required
def decide_one_life_event(request, ref, pk):
    loan = loan_or_404(request, ref)
    event = get_object_or_404(loan.life_events.filter(decided_on=None), pk=pk)
    demand("loans.decide_life_event", request.user, event, _("Another person than who recorded it must do this."))
    return act_page(
        request,
        loan,
        form_of(request, forms.DecideForm, loan),
        decide_life_event,
        event=event,
        title=_("Decide what follows"),
        said=_("The decision is recorded."),
        lead=_(
            "A new schedule, a write-off or forgiveness is asked of the committee on the page of the loan first, and"
            " chosen here when the committee has approved it."
        ),
    )


@login_required
def end_one_attorney(request, ref, pk):
    loan = loan_or_404(request, ref)
    event = get_object_or_404(loan.life_events.select_related("payer").filter(kind="abroad"), pk=pk)
    demand("loans.life_event", request.user, loan)
    name = event.payer.name if event.payer else _("Who acts for the borrower")
    return act_page(
        request,
        loan,
        forms.ReleaseForm(request.POST or None),
        end_attorney,
        event=event,
        title=_("The power of attorney has ended"),
        said=_("It has ended. The borrower acts and pays again."),
        lead=_("%(name)s acts and pays until today. From now on the borrower does.") % {"name": name},
    )
