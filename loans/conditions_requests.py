"""Facts that relief approved by the committee asks for before it is put in force."""

from django.utils.translation import gettext_lazy as _

from audit.moves import fact
from ledger.money import Money
from programmes.clock import today


@fact(_("The loan is active."))
def loan_runs(request):
    if request.loan.state == "active":
        return None
    return _("%(ref)s is in the state “%(state)s”: there is nothing to relieve.") % {
        "ref": request.loan.ref,
        "state": request.loan.state_label,
    }


@fact(_("The decision of the committee is in effect."))
def decision_stands(request):
    motion = request.motion
    if motion and motion.decided_on and motion.outcome == "approve" and motion.ref == request.decision_ref:
        return None
    return _("The committee sits again over %(ref)s: its decision is not in effect.") % {"ref": request.ref}


@fact(_("No sitting is deciding on it."))
def no_sitting_decides(request):
    if request.motion is None or request.motion.decided_on:
        return None
    return _("The committee sits again over %(ref)s.") % {"ref": request.ref}


@fact(_("The first new instalment is still to come."))
def first_due_is_ahead(request):
    move = getattr(request, "move", None)
    day = move.on if move and move.on else today(request.programme)
    if request.first_due_on is None or request.first_due_on > day:
        return None
    return _(
        "The committee approved a first instalment on %(day)s, and that day has passed. Withdraw the request and ask"
        " for other terms."
    ) % {"day": f"{request.first_due_on:%d.%m.%Y}"}


@fact(_("No more principal is owed than the committee was told."))
def no_more_is_owed(request):
    if request.loan.principal_amount <= request.owed_amount:
        return None
    currency = request.loan.currency
    return _("The committee was told of %(told)s of principal; %(owed)s is owed now. Ask again.") % {
        "told": Money(request.owed_amount, currency),
        "owed": Money(request.loan.principal_amount, currency),
    }
