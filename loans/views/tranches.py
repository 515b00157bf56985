"""The tranches of a loan: the plan before the contract, their moves, and the payment of the one that is next."""

from django.contrib.auth.decorators import login_required
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ledger.money import Money
from loans import services
from loans.forms_tranches import PlanForm, ShownForm
from loans.models import Loan
from loans.services.access import demand, need_state
from loans.views.access import crumbs_of, day_of, loan_or_404
from loans.views.loan import pay_page
from pages.forms import attempt, done, form_page
from pages.moves import MoveForm, ReasonedMoveForm, move_page

MOVES = {
    "ask": (services.ask_tranche, ShownForm),
    "confirm": (services.confirm_tranche, MoveForm),
    "send_back": (services.send_back_tranche, ReasonedMoveForm),
    "ask_to_give_up": (services.ask_to_give_up, ReasonedMoveForm),
    "give_up": (services.give_up_tranche, MoveForm),
    "keep": (services.keep_tranche, MoveForm),
}
LEADS = {
    "ask": gettext_lazy("Finance can pay the tranche out once a second person has confirmed it."),
    "confirm": gettext_lazy("You have seen for yourself that it is so. Finance can pay the tranche out then."),
    "send_back": gettext_lazy("The tranche waits until what it asks for is shown."),
    "ask_to_give_up": gettext_lazy("Another person gives it up. Until then nothing of it is paid out."),
    "give_up": gettext_lazy("It is never paid out: its money goes back to the line, and the schedule is made anew."),
    "keep": gettext_lazy("The tranche stays promised. What it asks for must be shown again."),
}


def _tranche_or_404(request, ref, number):
    loan = loan_or_404(request, ref)
    tranche = get_object_or_404(loan.tranches.all(), number=number)
    tranche.loan = loan
    return tranche


@login_required
def plan(request, ref):
    row = loan_or_404(request, ref)
    demand("loans.set_terms", request.user, row)
    need_state(row, Loan.State.APPROVED)
    if row.product.most_tranches < 2:
        raise Http404
    form = PlanForm(request.POST or None, instance=row)
    if request.method == "POST" and attempt(form, services.plan_tranches, loan=row, on=day_of(row), by=request.user):
        return done(request, _("The tranches are planned."), row)
    return form_page(
        request,
        form,
        title=_("Tranches of %(ref)s") % {"ref": row.ref},
        lead=_("They add up to %(amount)s. Leave all rows empty to pay the loan out at once.")
        % {"amount": Money(row.amount, row.currency)},
        back=row.get_absolute_url(),
        crumbs=crumbs_of(row),
        template="loans/tranche_plan.html",
    )


@login_required
def move(request, ref, number, verb):
    tranche = _tranche_or_404(request, ref, number)
    if verb not in MOVES:
        raise Http404
    service, form_class = MOVES[verb]
    return move_page(
        request,
        tranche,
        verb,
        service=service,
        form_class=form_class,
        on=day_of(tranche.loan),
        back=tranche.get_absolute_url(),
        lead=" ".join(filter(None, [str(LEADS[verb]), _told(tranche, verb)])),
    )


def _told(tranche, verb):
    """What was asked for, and what somebody said to it: read before one says yes."""
    facts = {
        "condition": tranche.condition,
        "shown": tranche.shown,
        "who": tranche.end_asked_by if verb in ("give_up", "keep") else tranche.asked_by,
        "reason": tranche.end_reason,
    }
    if verb == "ask":
        return _("To be shown: “%(condition)s”") % facts
    if verb in ("confirm", "send_back"):
        return _("To be shown: “%(condition)s” %(who)s says: “%(shown)s”") % facts
    if verb in ("give_up", "keep"):
        return _("%(who)s asks for it: “%(reason)s”") % facts
    return ""


@login_required
def pay(request, ref, number):
    tranche = _tranche_or_404(request, ref, number)
    loan = tranche.loan
    demand("loans.order_disbursement", request.user, loan)
    return pay_page(
        request,
        loan,
        services.order_tranche,
        title=_("Prepare the payment of tranche %(number)s of %(ref)s") % {"number": number, "ref": loan.ref},
        submit=_("Prepare the payment"),
        lead=_("The bank pays %(amount)s, after a second person has approved it.")
        % {"amount": Money(tranche.amount - tranche.fee_amount, loan.currency)},
        tranche=tranche,
    )
