"""Purchases under an award: the page of one, and a page for each act."""

import rules
from django.contrib.auth.decorators import login_required
from django.http import Http404
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from audit.refusals import Blocked, NotAllowed, Stale
from grants import forms_purchases as forms
from grants.buying import answered, next_of, papers
from grants.conditions_purchases import quotes_needed
from grants.handover import draw_certificate
from grants.models import Award, Purchase
from grants.services import (
    answer_flag,
    approve_purchase,
    cancel_purchase,
    choose_quote,
    enter_invoice,
    enter_quote,
    hand_over_purchase,
    match_purchase,
    order_purchase,
    receive_goods,
    request_purchase,
    send_purchase_back,
    waive_quotes,
)
from grants.services.files import with_file
from grants.views.access import award_or_404, day_of
from ledger.money import Money
from pages.forms import attempt, done, form_page
from pages.history import history_of
from pages.moves import MoveForm, ReasonedMoveForm, move_page
from pages.pdf import pdf

MOVES = {
    "choose": (choose_quote, forms.ChooseForm),
    "send_back": (send_purchase_back, ReasonedMoveForm),
    "approve": (approve_purchase, MoveForm),
    "order": (order_purchase, forms.OrderForm),
    "receive": (receive_goods, forms.ReceiveForm),
    "match": (match_purchase, MoveForm),
    "cancel": (cancel_purchase, ReasonedMoveForm),
}
LEADS = {
    "choose": gettext_lazy("The cheapest stands first. Another one needs a reason."),
    "send_back": gettext_lazy("Quotes can be entered and chosen anew."),
    "approve": gettext_lazy("The purchase can be ordered then."),
    "order": gettext_lazy("The tranche is paid to this supplier from now on."),
    "receive": gettext_lazy("Count all that is there now. When more arrives, record it again."),
    "match": gettext_lazy("Order, goods and invoice say the same. The pieces go on the register of assets."),
    "cancel": gettext_lazy("It is not bought. Its invoice counts for nothing."),
}


def _purchase(request, ref, number):
    award = award_or_404(request, ref)
    row = get_object_or_404(award.purchases.for_pages(), number=number)
    row.award = row.tranche.award = award
    return row


def _ask(rule, request, row, *states):
    if states and row.state not in states:
        raise Blocked(
            _("%(ref)s is in the state “%(state)s”, and this cannot be done from there.")
            % {"ref": row.ref, "state": row.state_label}
        )
    if not rules.test_rule(rule, request.user, row):
        raise NotAllowed()


def _crumbs(row):
    award = row.award
    return (
        (_("Grants"), reverse("grants:awards")),
        (award.ref, award.get_absolute_url()),
        (row.ref, row.get_absolute_url()),
    )


def _page(request, form, row, *, title, submit, lead=""):
    back = row.get_absolute_url()
    return form_page(request, form, title=title, submit=submit, lead=lead, back=back, crumbs=_crumbs(row))


@login_required
def new_purchase(request, ref):
    award = award_or_404(request, ref)
    if award.state != Award.State.ACTIVE:
        raise Blocked(_("The award is %(state)s.") % {"state": award.state_label})
    if not rules.test_rule("grants.request_purchase", request.user, award):
        raise NotAllowed()
    form = forms.PurchaseForm(request.POST or None, award=award)
    given = {"award": award, "on": day_of(award), "by": request.user}
    if request.method == "POST":
        row = attempt(form, request_purchase, **given)
        if row is not None:
            return done(request, _("The purchase is requested."), row.get_absolute_url())
    return form_page(
        request,
        form,
        title=_("Request a purchase"),
        submit=_("Request it"),
        lead=_("Quotes come next. How many are needed depends on the amount of the cheapest."),
        back=f"{award.get_absolute_url()}#purchases",
        crumbs=((_("Grants"), reverse("grants:awards")), (award.ref, award.get_absolute_url())),
    )


@login_required
@require_GET
def purchase(request, ref, number):
    row = _purchase(request, ref, number)
    quotes = list(row.quotes.select_related("supplier", "evidence", "entered_by"))
    in_time = [quote.amount for quote in quotes if not quote.late]
    assets = list(row.assets.select_related("evidence").order_by("pk"))
    context = {
        "row": row,
        "award": row.award,
        "on": day_of(row.award),
        "title": row.what,
        "crumbs": _crumbs(row)[:2],
        "next": next_of(row),
        "quotes": quotes,
        "needed": quotes_needed(row),
        "in_time": len(in_time),
        "cheapest": min(in_time, default=None),
        "flags": answered(row),
        "papers": papers(row),
        "assets": assets,
        "may": _may(request.user, row, assets),
        "events": history_of(row.ref),
    }
    return render(request, "grants/purchase.html", context)


def _may(user, row, assets):
    def may(rule):
        return rules.test_rule(rule, user, row)

    states = Purchase.State
    return {
        "quote": row.state == states.REQUESTED and may("grants.quote"),
        "waive": row.state == states.REQUESTED and not row.waived_by_id and may("grants.waive_quotes"),
        "answer": row.state == states.CHOSEN and may("grants.answer_flag"),
        "invoice": row.state in (states.ORDERED, states.RECEIVED) and may("grants.quote"),
        "hand_over": any(not asset.handed_over_on for asset in assets) and may("grants.hand_over"),
        "dispose": may("grants.hand_over"),
    }


@login_required
def purchase_move(request, ref, number, verb):
    row = _purchase(request, ref, number)
    if verb not in MOVES:
        raise Http404
    service, form_class = MOVES[verb]
    return move_page(
        request,
        row,
        verb,
        service=service,
        on=day_of(row.award),
        back=row.get_absolute_url(),
        form_class=form_class,
        lead=LEADS[verb],
    )


@login_required
def new_quote(request, ref, number):
    row = _purchase(request, ref, number)
    _ask("grants.quote", request, row, Purchase.State.REQUESTED)
    on = day_of(row.award)
    form = forms.QuoteForm(
        request.POST or None, request.FILES or None, purchase=row, user=request.user, initial={"quoted_on": on}
    )

    def act(*, upload, on, by, **facts):
        def keep(evidence, on, by):
            return enter_quote(purchase=row, evidence=evidence, on=on, by=by, **facts)

        return with_file(keep, award=row.award, upload=upload, purpose="quote", on=on, by=by)

    if request.method == "POST" and attempt(form, act, on=on, by=request.user) is not None:
        return done(request, _("The quote is entered."), row.get_absolute_url())
    lead = f"{row.quantity} × {row.what}"
    return _page(request, form, row, title=_("Enter a quote"), submit=_("Enter the quote"), lead=lead)


@login_required
def waive_other_quotes(request, ref, number):
    row = _purchase(request, ref, number)
    _ask("grants.waive_quotes", request, row, Purchase.State.REQUESTED)
    form = forms.WaiverForm(request.POST or None, instance=row)
    given = {"purchase": row, "on": day_of(row.award), "by": request.user}
    if request.method == "POST" and attempt(form, waive_quotes, **given) is not None:
        return done(request, _("Fewer quotes are enough."), row.get_absolute_url())
    lead = _("The waiver stands on the purchase with your name. Another person chooses.")
    return _page(request, form, row, title=_("Waive the other quotes"), submit=_("Waive them"), lead=lead)


@login_required
def answer(request, ref, number, place):
    """`place`: which of the findings on the purchase's page, from 1 on."""
    row = _purchase(request, ref, number)
    _ask("grants.answer_flag", request, row, Purchase.State.CHOSEN)
    found = answered(row)
    if not 1 <= place <= len(found):
        raise Http404
    flag, given_before = found[place - 1]
    if given_before is not None:
        raise Blocked(_("This finding is answered already, or does not stand any more."))
    shown = f"{flag.kind}:{flag.about}"
    if request.method == "POST" and request.POST.get("finding", shown) != shown:
        raise Stale()
    form = forms.AnswerForm(request.POST or None, initial={"finding": shown})
    given = {"purchase": row, "kind": flag.kind, "about": flag.about, "on": day_of(row.award), "by": request.user}
    if request.method == "POST" and attempt(form, answer_flag, **given) is not None:
        return done(request, _("The finding is answered."), row.get_absolute_url())
    title = _("Answer what looks odd")
    return _page(request, form, row, title=title, submit=_("Answer it"), lead=flag.sentence)


@login_required
def invoice(request, ref, number):
    row = _purchase(request, ref, number)
    _ask("grants.quote", request, row, Purchase.State.ORDERED, Purchase.State.RECEIVED)
    initial = {
        "amount": row.invoice_amount,
        "invoice_number": row.invoice_number,
        "invoice_on": row.invoice_on or day_of(row.award),
    }
    form = forms.InvoiceForm(request.POST or None, request.FILES or None, instance=row, initial=initial)

    def act(*, upload, on, by, **facts):
        def keep(evidence, on, by):
            return enter_invoice(purchase=row, evidence=evidence, on=on, by=by, **facts)

        return with_file(keep, award=row.award, upload=upload, purpose="invoice", on=on, by=by)

    if request.method == "POST" and attempt(form, act, on=day_of(row.award), by=request.user) is not None:
        return done(request, _("The invoice is entered."), row.get_absolute_url())
    lead = _("Of %(supplier)s, ordered for %(amount)s.") % {
        "supplier": row.supplier,
        "amount": Money(row.amount, row.currency),
    }
    return _page(request, form, row, title=_("Enter the invoice"), submit=_("Enter the invoice"), lead=lead)


@login_required
@require_GET
def certificate(request, ref, number):
    """The handover certificate as PDF, to be signed."""
    row = _purchase(request, ref, number)
    if row.state != Purchase.State.MATCHED:
        raise Blocked(_("What was bought is on the register once order, goods and invoice are matched."))
    return pdf(draw_certificate(row, day_of(row.award)), f"{row.award.ref}-P{row.number}-handover.pdf")


@login_required
def hand_over_all(request, ref, number):
    row = _purchase(request, ref, number)
    _ask("grants.hand_over", request, row, Purchase.State.MATCHED)
    form = forms.HandOverAllForm(request.POST or None, request.FILES or None, initial={"on": day_of(row.award)})

    def act(*, upload, on, by, key):
        def keep(evidence, on, by):
            return hand_over_purchase(purchase=row, evidence=evidence, on=on, by=by, key=key)

        return with_file(keep, award=row.award, upload=upload, purpose="handover", on=on, by=by)

    if request.method == "POST" and attempt(form, act, by=request.user) is not None:
        return done(request, _("All pieces are handed over."), row.get_absolute_url())
    lead = _("Against the certificate with the signatures of both sides.")
    return _page(request, form, row, title=_("Hand over"), submit=_("They were handed over"), lead=lead)
