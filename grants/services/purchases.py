"""A purchase up to its approval: requested, quotes by quote, chosen, its findings answered, approved."""

from django.utils.translation import gettext_lazy as _

from audit.moves import advance, begin
from audit.refusals import Blocked, Invalid, NotAllowed, Stale
from audit.services import record, service
from grants.conditions_purchases import BOUGHT
from grants.flags import open_flags
from grants.models import Award, FlagAnswer, Purchase, Quote, Tranche
from grants.services.access import begin_act, demand, locked
from grants.services.papers import take_papers
from grants.services.tranches import check_own_file
from programmes.services import check_date

MOST_PIECES = 200
OPEN_TRANCHES = (Tranche.State.PLANNED, Tranche.State.REQUESTED)


def locked_purchase(purchase):
    """The purchase as it is now, with its dossier locked."""
    award = locked(purchase.award)
    fresh = Purchase.objects.select_related("tranche__payee", "supplier").get(pk=purchase.pk)
    fresh.award = fresh.tranche.award = award
    return fresh


def begin_purchase(purchase, rule, *, on, by, version=None, reason="", sentence=None):
    """For acts that are no move: the locked purchase, its version, permission and date asked."""
    purchase = locked_purchase(purchase)
    if version is not None and int(version) != purchase.version:
        raise Stale()
    demand(rule, by, purchase, sentence)
    check_date(on=on, programme=purchase.programme, by=by, reason=reason)
    return purchase


def note(kind, purchase, by, on, reason="", **body):
    record(kind, purchase.ref, by=by, on=on, programme=purchase.programme.key, body=body, reason=reason)


def need_state(purchase, *states):
    """Raises Blocked unless the purchase is in one of `states`."""
    if purchase.state not in states:
        raise Blocked(
            _("%(ref)s is in the state “%(state)s”, and this cannot be done from there.")
            % {"ref": purchase.ref, "state": purchase.state_label}
        )


@service
def request_purchase(*, award, tranche, what, on, by, quantity=1, quotes_until=None, key=None, reason=""):
    """Something is to be bought for a tranche: by the grantee where it is paid to the supplier, else by the agency."""
    award = begin_act(award, "grants.request_purchase", on=on, by=by, reason=reason)
    if award.state != Award.State.ACTIVE:
        raise Blocked(_("The award is %(state)s.") % {"state": award.state_label})
    tranche = Tranche.objects.get(pk=tranche.pk)
    if tranche.award_id != award.pk:
        raise Invalid(_("This tranche belongs to another award."), field="tranche")
    if tranche.modality not in BOUGHT:
        raise Invalid(_("Nothing is bought for this tranche: it is paid otherwise."), field="tranche")
    if tranche.state not in OPEN_TRANCHES:
        raise Invalid(_("This tranche is %(state)s.") % {"state": tranche.state_label}, field="tranche")
    what = " ".join(what.split())[:160]
    if not what:
        raise Invalid(_("Enter what is to be bought."), field="what")
    if not 1 <= quantity <= MOST_PIECES:
        raise Invalid(_("The quantity is from 1 to %(most)s.") % {"most": MOST_PIECES}, field="quantity")
    if quotes_until is not None and quotes_until < on:
        raise Invalid(_("The last day for quotes lies before today."), field="quotes_until")
    number = award.purchases.count() + 1
    in_kind = tranche.modality == Tranche.Modality.IN_KIND
    purchase = Purchase.objects.create(
        ref=f"{award.ref}/P{number}",
        award=award,
        tranche=tranche,
        number=number,
        buyer=Purchase.Buyer.AGENCY if in_kind else Purchase.Buyer.GRANTEE,
        what=what,
        quantity=quantity,
        quotes_until=quotes_until,
        requested_by=by,
        requested_on=on,
    )
    return begin(purchase, by=by, on=on, body={"tranche": tranche.ref, "quantity": quantity, "buyer": purchase.buyer})


@service
def enter_quote(*, purchase, supplier, amount, quoted_on, on, by, evidence=None, key=None, reason=""):
    """One supplier's price for the whole quantity, in minor units. Late, it is kept and does not count."""
    purchase = begin_purchase(purchase, "grants.quote", on=on, by=by, reason=reason)
    need_state(purchase, Purchase.State.REQUESTED)
    if amount <= 0:
        raise Invalid(_("The amount must be above zero."), field="amount")
    if quoted_on > on:
        raise Invalid(_("%(date)s lies in the future.") % {"date": quoted_on.strftime("%d.%m.%Y")}, field="quoted_on")
    if purchase.quotes.filter(supplier=supplier).exists():
        raise Invalid(_("This supplier's quote is entered already."), field="supplier")
    check_own_file(purchase.award, evidence)
    quote = Quote.objects.create(
        purchase=purchase,
        supplier=supplier,
        amount=amount,
        quoted_on=quoted_on,
        evidence=evidence,
        # A price is in time when it is here by the last day, whatever day stands on the paper.
        late=purchase.quotes_until is not None and on > purchase.quotes_until,
        entered_by=by,
        entered_on=on,
    )
    # Pages that show the quotes are not current any more.
    purchase.save()
    body = {"quote": quote.pk, "supplier": supplier.ref, "amount": amount, "currency": purchase.currency}
    note("purchase.quote", purchase, by, on, **body, late=quote.late)
    return quote


@service
def waive_quotes(*, purchase, reason, on, by, version=None):
    """Fewer quotes are enough, in writing, by a second person: not who requested, and not who chooses later."""
    purchase = begin_purchase(
        purchase,
        "grants.waive_quotes",
        on=on,
        by=by,
        version=version,
        sentence=_("A manager waives, and not the one who requested the purchase."),
    )
    need_state(purchase, Purchase.State.REQUESTED)
    if not reason.strip():
        raise Invalid(_("Say why."), field="reason")
    purchase.waiver, purchase.waived_by, purchase.waived_on = reason.strip(), by, on
    purchase.save()
    note("purchase.waive_quotes", purchase, by, on, reason=reason)
    return purchase


@service
def choose_quote(*, purchase, quote, on, by, choice_reason="", version=None, reason=""):
    """Another person than the requester chooses; when it is not the cheapest, with a reason."""
    purchase = locked_purchase(purchase)
    quote = Quote.objects.select_related("supplier").get(pk=quote.pk)
    if quote.purchase_id != purchase.pk or quote.late:
        raise Invalid(_("This quote came too late, or is of another purchase."), field="quote")
    cheapest = purchase.quotes.in_time().order_by("amount").first()
    choice_reason = choice_reason.strip()
    if quote.amount > cheapest.amount and not choice_reason:
        raise Invalid(_("It is not the cheapest: say why this one."), field="choice_reason")
    if purchase.waived_by_id == by.pk:
        raise NotAllowed(_("Who waived the other quotes does not choose."))
    body = {"quote": quote.pk, "supplier": quote.supplier.ref, "amount": quote.amount, "cheapest": cheapest.amount}
    advance(
        purchase,
        "choose",
        by=by,
        on=on,
        version=version,
        body=body,
        reason=choice_reason,
        quote=quote,
        choice_reason=choice_reason,
    )
    check_date(on=on, programme=purchase.programme, by=by, reason=reason)
    return purchase


@service
def send_purchase_back(*, purchase, reason, on, by, version=None):
    """The choice is not approved: quotes can be entered and chosen anew."""
    purchase = locked_purchase(purchase)
    if not reason.strip():
        raise Invalid(_("Say why."), field="reason")
    advance(purchase, "send_back", by=by, on=on, version=version, reason=reason)
    check_date(on=on, programme=purchase.programme, by=by)
    return purchase


@service
def answer_flag(*, purchase, kind, about, answer, on, by):
    """Another person than the requester looked into a finding, and says what it is."""
    sentence = _("Another person than the one who requested it must answer.")
    purchase = begin_purchase(purchase, "grants.answer_flag", on=on, by=by, sentence=sentence)
    need_state(purchase, Purchase.State.CHOSEN)
    if (kind, about) not in {(flag.kind, flag.about) for flag in open_flags(purchase)}:
        raise Blocked(_("This finding is answered already, or does not stand any more."))
    if not answer.strip():
        raise Invalid(_("Say what you found."), field="answer")
    row = FlagAnswer.objects.create(
        purchase=purchase,
        kind=kind,
        about=about,
        answer=answer.strip(),
        requested_by_id=purchase.requested_by_id,
        answered_by=by,
        answered_on=on,
    )
    purchase.save()
    note("purchase.answer_flag", purchase, by, on, reason=answer, finding=kind)
    return row


@service
def approve_purchase(*, purchase, on, by, version=None, key=None, reason=""):
    """The choice is approved; findings are answered before."""
    purchase = locked_purchase(purchase)
    advance(purchase, "approve", by=by, on=on, version=version, body={"amount": purchase.amount})
    check_date(on=on, programme=purchase.programme, by=by, reason=reason)
    return purchase


@service
def cancel_purchase(*, purchase, reason, on, by, version=None):
    """It is not bought after all; its invoice counts for nothing."""
    purchase = locked_purchase(purchase)
    if not reason.strip():
        raise Invalid(_("Say why."), field="reason")
    advance(purchase, "cancel", by=by, on=on, version=version, reason=reason)
    take_papers(purchase)
    check_date(on=on, programme=purchase.programme, by=by)
    return purchase
