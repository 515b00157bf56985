"""The page of one payment and its moves."""

import rules
from django.contrib.auth.decorators import login_required
from django.http import Http404
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from ledger.models import Entry
from pages.history import history_of
from pages.moves import MoveForm, ReasonedMoveForm, move_page
from payments.forms import ApproveForm, ReturnForm, SettleForm
from payments.models import PaymentOrder
from payments.reading import lines_for, whole_story
from payments.services import approve_payment, cancel_payment, return_payment, send_payments, settle_payment
from payments.sources import link_for
from payments.views.access import day_of, order_or_404
from payments.words import ACCOUNTS

NEXT = {
    "prepared": gettext_lazy("Next: another finance officer checks and approves it."),
    "approved": gettext_lazy("Next: it is sent to the bank."),
    "sent": gettext_lazy("Next: settle it when it stands on the bank statement."),
    "returned": gettext_lazy("The money did not arrive. What it was for can be ordered again."),
}


@login_required
@require_GET
def order(request, ref):
    row = order_or_404(request, ref)
    on = day_of(row)
    lines = list(row.lines.select_related("line"))
    cash = {line.pk: line.cash_amount for line in lines_for(request.user).filter(pk__in=[one.line_id for one in lines])}
    context = {
        "order": row,
        "on": on,
        "title": f"{row.ref}, {row.payee}",
        "crumbs": ((_("Payments"), reverse("payments:queue")),),
        "story": whole_story(row, on),
        "next": NEXT.get(row.state, ""),
        "source_url": link_for(row),
        "lines": [
            {"part": part, "account": ACCOUNTS.get(part.debit_code, part.debit_code), "cash": cash.get(part.line_id)}
            for part in lines
        ],
        "entries": _entries(row),
        "may_screen": row.state == PaymentOrder.State.PREPARED
        and rules.test_rule("payments.screen", request.user, row),
        "events": history_of(row.ref),
    }
    return render(request, "payments/order.html", context)


def _entries(order):
    """What the payment booked, and what undid it."""
    booked = Entry.objects.filter(event_key__startswith=f"settle:{order.ref}:").select_related("book", "reversed_by")
    return list(booked.order_by("seq"))


def _settle(*, order, value_on, bank_reference, on, by, version, key, reason=""):
    return settle_payment(
        order=order, bank_reference=bank_reference, on=value_on, by=by, version=version, key=key, reason=reason
    )


def _return(*, order, returned_on, reason, on, by, version, key):
    return return_payment(order=order, reason=reason, on=returned_on, by=by, version=version, key=key)


def _send(*, order, on, by, key):
    return send_payments(orders=[order], on=on, by=by, key=key)


MOVES = {
    "approve": (approve_payment, ApproveForm),
    "send": (_send, MoveForm),
    "settle": (_settle, SettleForm),
    "return_unpaid": (_return, ReturnForm),
    "bounce": (_return, ReturnForm),
    "cancel": (cancel_payment, ReasonedMoveForm),
}
LEADS = {
    "approve": gettext_lazy("You have compared payee, account and amount with the papers."),
    "send": gettext_lazy("It goes out as a batch of its own."),
    "settle": gettext_lazy("The payment is booked on its value date, and what it was for counts as paid."),
    "return_unpaid": gettext_lazy("Nothing was booked. What it was for can be ordered again."),
    "bounce": gettext_lazy("What was booked is reversed on the day on which the money came back."),
    "cancel": gettext_lazy("It is not sent. What it was for can be ordered again."),
}


@login_required
def move(request, ref, verb):
    row = order_or_404(request, ref)
    if verb not in MOVES:
        raise Http404
    service, form_class = MOVES[verb]
    on = day_of(row)
    story = whole_story(row, on)
    kwargs = {}
    if form_class is ApproveForm:
        kwargs = {"changed": story.shape == "late", "user": request.user}
    elif form_class in (SettleForm, ReturnForm):
        kwargs = {"initial": {"value_on": on, "returned_on": on}}
    return move_page(
        request,
        row,
        verb,
        service=service,
        on=on,
        back=row.get_absolute_url(),
        form_class=form_class,
        form_kwargs=kwargs,
        lead=LEADS[verb],
        to=row.get_absolute_url(),
        template="payments/confirm.html",
        context={"story": story},
    )
