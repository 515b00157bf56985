"""Tenders of an award: published, bids received and read, the choice and its approval, and the contract drafted."""

import rules
from django.contrib.auth.decorators import login_required
from django.http import Http404
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from audit.refusals import NotAllowed
from grants.forms_works import BidForm, ChooseForm, ContractForm, OpenForm, ReadBidForm, TenderForm
from grants.models import Tender
from grants.services import (
    cancel_tender,
    choose_bid,
    decide_tender,
    draft_contract,
    open_tender,
    publish_tender,
    read_bid,
    receive_bid,
    reconsider_tender,
)
from grants.services.files import with_file
from grants.views.access import award_or_404, day_of
from pages.forms import attempt, done, form_page
from pages.history import history_of
from pages.moves import MoveForm, ReasonedMoveForm, move_page

MOVES = {
    "open": (open_tender, OpenForm),
    "choose": (choose_bid, ChooseForm),
    "decide": (decide_tender, MoveForm),
    "reconsider": (reconsider_tender, ReasonedMoveForm),
    "cancel": (cancel_tender, ReasonedMoveForm),
}
LEADS = {
    "open": gettext_lazy("You and a second person open the envelopes together. Then the bids are read and examined."),
    "choose": gettext_lazy("The lowest bid that fits wins. Another person approves the choice."),
    "decide": gettext_lazy("The bidder that was chosen gets the contract."),
    "reconsider": gettext_lazy("The choice is not approved. The bids are compared again."),
    "cancel": gettext_lazy("Nobody wins. The works can be tendered anew."),
}


def crumbs_of(award, *more):
    return ((_("Grants"), reverse("grants:awards")), (award.ref, award.get_absolute_url()), *more)


def works_page(request, form, row, *, title, submit, lead="", back=None):
    """A form about a tender or a contract: `row` has its page."""
    crumbs = crumbs_of(row.award, (row.ref, row.get_absolute_url()))
    back = back or row.get_absolute_url()
    return form_page(request, form, title=title, submit=submit, lead=lead, back=back, crumbs=crumbs)


def need(rule, request, row):
    if not rules.test_rule(rule, request.user, row):
        raise NotAllowed()


def tender_or_404(request, ref, number):
    award = award_or_404(request, ref)
    row = get_object_or_404(
        award.tenders.select_related("winner__bidder", "opened_by", "opened_with", "chosen_by", "decided_by"),
        number=number,
    )
    row.award = award
    return row


@login_required
def new_tender(request, ref):
    award = award_or_404(request, ref)
    need("grants.prepare_works", request, award)
    form = TenderForm(request.POST or None, initial={"subject": award.application.title})
    if request.method == "POST":
        tender = attempt(form, publish_tender, award=award, on=day_of(award), by=request.user)
        if tender is not None:
            return done(request, _("The tender is published."), tender.get_absolute_url())
    return form_page(
        request,
        form,
        title=_("Publish a tender"),
        submit=_("Publish it"),
        lead=_("For the works of this award. Bids stay closed until the deadline."),
        back=f"{award.get_absolute_url()}#works",
        crumbs=crumbs_of(award),
    )


@login_required
@require_GET
def tender(request, ref, number):
    row = tender_or_404(request, ref, number)
    bids = list(row.bids.select_related("bidder", "evidence"))
    for bid in bids:
        bid.tender = row
    on, user = day_of(row.award), request.user
    waiting = row.state in (Tender.State.PUBLISHED, Tender.State.OPENED)
    contract = row.award.works_contracts.filter(tender=row).first()
    context = {
        "title": row.subject,
        "crumbs": crumbs_of(row.award),
        "row": row,
        "award": row.award,
        "currency": row.currency,
        "bids": bids,
        "contract": contract,
        "on": on,
        "may": {
            "bid": waiting and rules.test_rule("grants.prepare_works", user, row.award),
            "read": row.state == Tender.State.OPENED and rules.test_rule("grants.open_bids", user, row),
            "draft": row.state == Tender.State.DECIDED
            and contract is None
            and rules.test_rule("grants.prepare_works", user, row.award),
        },
        "events": history_of(row.ref),
    }
    return render(request, "grants/tender.html", context)


@login_required
def new_bid(request, ref, number):
    row = tender_or_404(request, ref, number)
    need("grants.prepare_works", request, row.award)
    form = BidForm(request.POST or None, request.FILES or None, user=request.user)

    def act(*, upload, on, by, **facts):
        def keep(evidence, on, by):
            return receive_bid(tender=row, evidence=evidence, on=on, by=by, **facts)

        return with_file(keep, award=row.award, upload=upload, purpose="bid", on=on, by=by)

    if request.method == "POST" and attempt(form, act, on=day_of(row.award), by=request.user) is not None:
        return done(request, _("The bid is received."), row.get_absolute_url())
    lead = _("Closed as it came, today. Its amount is read when the bids are opened.")
    return works_page(request, form, row, title=_("A bid came in"), submit=_("Record the bid"), lead=lead)


@login_required
def read(request, ref, number, pk):
    row = tender_or_404(request, ref, number)
    need("grants.open_bids", request, row)
    bid = get_object_or_404(row.bids.select_related("bidder"), pk=pk)
    bid.tender = row
    fits = {True: "yes", False: "no"}.get(bid.responsive)
    initial = {"amount": bid.amount, "responsive": fits, "why_not": bid.reason}
    form = ReadBidForm(request.POST or None, currency=row.currency, initial=initial)
    given = {"bid": bid, "on": day_of(row.award), "by": request.user}
    if request.method == "POST" and attempt(form, read_bid, **given) is not None:
        return done(request, _("The bid is examined."), row.get_absolute_url())
    return works_page(
        request, form, row, title=_("Read and examine a bid"), submit=_("Save the bid"), lead=str(bid.bidder)
    )


@login_required
def tender_move(request, ref, number, verb):
    row = tender_or_404(request, ref, number)
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
        form_kwargs={"tender": row, "user": request.user} if verb in ("open", "choose") else {},
        lead=LEADS[verb],
    )


@login_required
def draft(request, ref, number):
    row = tender_or_404(request, ref, number)
    need("grants.prepare_works", request, row.award)
    form = ContractForm(request.POST or None, currency=row.currency, initial={"starts_on": day_of(row.award)})
    if request.method == "POST":
        contract = attempt(form, draft_contract, tender=row, on=day_of(row.award), by=request.user)
        if contract is not None:
            return done(request, _("The contract is drafted."), contract.get_absolute_url())
    lead = ""
    if row.winner_id:
        lead = f"{row.winner.bidder}, {row.winner.money(row.currency)}"
    return works_page(request, form, row, title=_("Draft the contract"), submit=_("Save the contract"), lead=lead)
