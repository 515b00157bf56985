"""Tenders: bids received closed, opened by two persons, compared, and the choice approved by another person."""

from django.utils.translation import gettext_lazy as _

from audit.moves import advance, begin
from audit.refusals import Blocked, Invalid, NotAllowed
from audit.services import record, service
from grants.models import Award, Bid, Tender
from grants.services.access import begin_act, demand, locked
from grants.services.tranches import check_own_file
from programmes.services import check_date


@service
def publish_tender(*, award, subject, deadline_on, on, by, reason="", key=None):
    """Ask for bids until the end of `deadline_on`. One tender of an award is open at a time."""
    award = begin_act(award, "grants.prepare_works", on=on, by=by, reason=reason)
    if award.state not in (Award.State.APPROVED, Award.State.ACTIVE):
        raise Blocked(_("The award is %(state)s.") % {"state": award.state_label})
    if not subject.strip():
        raise Invalid(_("Say which works."), field="subject")
    if deadline_on <= on:
        raise Invalid(_("Bidders need time: the deadline is after today."), field="deadline_on")
    if award.tenders.exclude(state__in=[Tender.State.DECIDED, Tender.State.CANCELLED]).exists():
        raise Blocked(_("A tender of this award is open already."))
    number = award.tenders.count() + 1
    tender = Tender.objects.create(
        ref=f"{award.ref}/T{number}",
        award=award,
        number=number,
        subject=subject.strip()[:200],
        published_on=on,
        deadline_on=deadline_on,
    )
    return begin(tender, by=by, on=on, body={"award": award.ref, "deadline": deadline_on.isoformat()})


def _fresh(tender):
    """The tender as it is now, with its dossier locked."""
    award = locked(tender.award)
    fresh = Tender.objects.get(pk=tender.pk)
    fresh.award = award
    return fresh


def _note(kind, bid, by, on, **body):
    tender = bid.tender
    body = {"bid": bid.pk, "bidder": bid.bidder.ref, **body}
    record(kind, tender.ref, by=by, on=on, programme=tender.programme.key, body=body)


@service
def receive_bid(*, tender, bidder, on, by, evidence=None, reason="", key=None):
    """A closed bid came in today. After the deadline it is recorded as late, and stays closed."""
    tender = _fresh(tender)
    demand("grants.prepare_works", by, tender.award)
    check_date(on=on, programme=tender.programme, by=by, reason=reason)
    if tender.state not in (Tender.State.PUBLISHED, Tender.State.OPENED):
        raise Blocked(_("The tender is %(state)s.") % {"state": tender.state_label})
    if on < tender.published_on or (tender.state == Tender.State.OPENED and on <= tender.deadline_on):
        raise Invalid(_("The bids are opened. One that comes now is late."))
    if bidder.kind != "enterprise" or not bidder.enrolments.filter(programme=tender.award.programme_id).exists():
        raise Invalid(_("A bidder is an enterprise on the register."), field="bidder")
    if tender.bids.filter(bidder=bidder).exists():
        raise Blocked(_("This enterprise has bid already."))
    check_own_file(tender.award, evidence)
    bid = Bid.objects.create(tender=tender, bidder=bidder, received_on=on, evidence=evidence)
    _note("bid.receive", bid, by, on, late=bid.late)
    return bid


@service
def open_tender(*, tender, opened_with, on, by, version=None, reason=""):
    """The bids are opened in the presence of a second person of the programme."""
    tender = _fresh(tender)
    if opened_with.pk == by.pk:
        raise NotAllowed(_("Bids are opened by two persons."))
    demand("grants.open_bids", opened_with, tender.award, _("The second person must be of the programme."))
    check_date(on=on, programme=tender.programme, by=by, reason=reason)
    return advance(tender, "open", by=by, on=on, version=version, opened_with=opened_with)


@service
def read_bid(*, bid, amount, responsive, on, by, why_not="", reason=""):
    """An opened bid: its `amount` in minor units, and whether it fits what was asked; if not, why."""
    tender = _fresh(bid.tender)
    demand("grants.open_bids", by, tender.award)
    check_date(on=on, programme=tender.programme, by=by, reason=reason)
    bid = Bid.objects.select_related("bidder").get(pk=bid.pk)
    bid.tender = tender
    if tender.state != Tender.State.OPENED:
        raise Blocked(_("The tender is %(state)s.") % {"state": tender.state_label})
    if bid.late:
        raise Blocked(_("This bid came late. It stays closed."))
    if amount <= 0:
        raise Invalid(_("The amount must be above zero."), field="amount")
    if not responsive and not why_not.strip():
        raise Invalid(_("Say why it does not fit."), field="why_not")
    bid.amount, bid.responsive = amount, bool(responsive)
    bid.reason = "" if responsive else why_not.strip()[:240]
    bid.save()
    _note("bid.read", bid, by, on, amount=amount, responsive=bid.responsive)
    return bid


@service
def choose_bid(*, tender, winner, on, by, why_not_lowest="", version=None, reason=""):
    """The lowest bid that fits and came in time; another only with a written reason. Another person approves."""
    tender = _fresh(tender)
    check_date(on=on, programme=tender.programme, by=by, reason=reason)
    comparable = list(tender.bids.comparable())
    if winner not in comparable:
        raise Invalid(_("Only a bid that came in time and fits can win."), field="winner")
    why = why_not_lowest.strip()
    if winner.amount > comparable[0].amount and not why:
        raise Invalid(_("This is not the lowest bid. Say why it is chosen."), field="why_not_lowest")
    lowest = winner.amount == comparable[0].amount
    return advance(
        tender,
        "choose",
        by=by,
        on=on,
        version=version,
        body={"bid": winner.pk, "amount": winner.amount, "lowest": lowest},
        winner=winner,
        why_not_lowest="" if lowest else why,
    )


@service
def decide_tender(*, tender, on, by, version=None, reason=""):
    """Another person approves the choice."""
    tender = _fresh(tender)
    check_date(on=on, programme=tender.programme, by=by, reason=reason)
    return advance(tender, "decide", by=by, on=on, version=version, reason=reason, body={"bid": tender.winner_id})


@service
def reconsider_tender(*, tender, on, by, reason, version=None):
    """The choice is not approved: the bids are compared again. `reason` says why."""
    return _back(tender, "reconsider", on, by, reason, version)


@service
def cancel_tender(*, tender, on, by, reason, version=None):
    """Nobody wins. `reason` says why."""
    return _back(tender, "cancel", on, by, reason, version)


def _back(tender, verb, on, by, reason, version):
    tender = _fresh(tender)
    advance(tender, verb, by=by, on=on, version=version, reason=reason)
    if not reason.strip():
        raise Invalid(_("Say why."), field="reason")
    check_date(on=on, programme=tender.programme, by=by, reason=reason)
    return tender
