"""The register of assets: what was bought, handed over against signature, and disposed of."""

from fractions import Fraction

from django.utils.translation import gettext_lazy as _

from audit.refusals import Blocked, Invalid, NotAllowed
from audit.services import record, service
from grants.models import Asset, Award, Tranche
from grants.services.access import begin_act, demand
from grants.services.papers import check_file_once
from grants.services.recoveries import ask_back
from grants.services.tranches import check_own_file
from ledger.money import Money
from programmes.clock import months_after


@service
def register_asset(*, award, label, amount, on, by, tranche=None, serial_number="", supplier="", reason="", key=None):
    """Something was bought under the award: `amount` is its cost in minor units."""
    award = begin_act(award, "grants.evidence", on=on, by=by, reason=reason)
    if award.state not in (Award.State.ACTIVE, Award.State.SUSPENDED):
        raise Blocked(_("The award is %(state)s.") % {"state": award.state_label})
    if amount <= 0:
        raise Invalid(_("The amount must be above zero."), field="amount")
    if not label.strip():
        raise Invalid(_("Enter what was bought."), field="label")
    if tranche is not None and tranche.award_id != award.pk:
        raise Invalid(_("This tranche belongs to another award."), field="tranche")
    asset = Asset.objects.create(
        award=award,
        tranche=tranche,
        label=label.strip()[:160],
        serial_number=serial_number.strip()[:80],
        supplier=supplier.strip()[:160],
        amount=amount,
    )
    _note_asset("asset.register", award, asset, by, on)
    return asset


def _note_asset(kind, award, asset, by, on):
    body = {"asset": asset.pk, "amount": asset.amount, "currency": award.currency}
    record(kind, award.ref, by=by, on=on, programme=award.programme.key, body=body)


def title_day(asset, on):
    """When the title passes: with the handover, or for what the grantee bought the window's months after it."""
    bought = asset.purchase
    months = 0 if bought is None or bought.by_agency else asset.award.window.title_months
    return months_after(on, months)


@service
def hand_over_asset(*, asset, on, by, evidence=None, reason=""):
    """The asset is at the grantee's, against signature; the signed paper is its evidence.

    What was bought by a purchase is handed over by its certificate only: raises Invalid without the signed scan.
    """
    award = begin_act(asset.award, "grants.hand_over", on=on, by=by, reason=reason)
    asset = Asset.objects.select_related("purchase").get(pk=asset.pk)
    asset.award = award
    return _hand_over(asset, evidence, on, by)


def _hand_over(asset, evidence, on, by):
    if asset.handed_over_on is not None:
        raise Blocked(_("This asset is handed over already."))
    check_own_file(asset.award, evidence)
    if evidence is not None:
        check_file_once(evidence.sha256)
    elif asset.purchase_id:
        raise Invalid(_("Choose the handover certificate with its signatures."), field="upload")
    if asset.purchase_id and on < asset.purchase.received_on:
        raise Invalid(_("It arrived only on %(day)s.") % {"day": f"{asset.purchase.received_on:%d.%m.%Y}"}, field="on")
    asset.handed_over_on, asset.handed_over_by, asset.evidence = on, by, evidence
    asset.title_passes_on = title_day(asset, on)
    asset.save()
    _note_asset("asset.hand_over", asset.award, asset, by, on)
    return asset


@service
def hand_over_purchase(*, purchase, evidence, on, by, key=None, reason=""):
    """All pieces of a purchase that are not handed over yet, by one signed certificate."""
    award = begin_act(purchase.award, "grants.hand_over", on=on, by=by, reason=reason)
    waiting = list(Asset.objects.filter(purchase=purchase, handed_over_on=None).select_related("purchase"))
    if not waiting:
        raise Blocked(_("Nothing of this purchase waits to be handed over."))
    for asset in waiting:
        asset.award = award
        _hand_over(asset, evidence, on, by)
    return purchase


def clawback_due(asset, on):
    """Minor units of the cost not used yet on the day `on`: straight line from handover to title, rounded up."""
    start, end = asset.handed_over_on, asset.title_passes_on
    if start is None or end is None or on >= end:
        return 0
    left = Fraction(asset.amount * (end - max(on, start)).days, (end - start).days)
    return -(-left.numerator // left.denominator)


@service
def dispose_asset(*, asset, reason, on, by, key=None):
    """It was sold, lost or scrapped; `reason` says which. Before its title has passed only the manager lets it go.

    What was not used yet is kept as `clawback_amount`, for the final account.
    """
    award = begin_act(asset.award, "grants.hand_over", on=on, by=by)
    asset = Asset.objects.select_related("purchase").get(pk=asset.pk)
    asset.award = award
    if asset.handed_over_on is None or asset.disposed_on is not None:
        raise Blocked(_("This asset is not at the grantee's."))
    if on < asset.handed_over_on:
        raise Invalid(
            _("It was handed over only on %(day)s.") % {"day": f"{asset.handed_over_on:%d.%m.%Y}"}, field="on"
        )
    if not reason.strip():
        raise Invalid(_("Say why."), field="reason")
    if asset.title_passes_on and on < asset.title_passes_on:
        demand("grants.manage", by, award, _("Before its title passes only the manager lets it go."))
        if asset.handed_over_by_id == by.pk:
            raise NotAllowed(_("Another person than the one who handed it over lets it go."))
    asset.disposed_on, asset.disposed_by, asset.clawback_amount = on, by, clawback_due(asset, on)
    asset.save()
    body = {"asset": asset.pk, "amount": asset.clawback_amount, "currency": award.currency}
    record("asset.dispose", award.ref, by=by, on=on, programme=award.programme.key, body=body, reason=reason)
    return asset


@service
def decide_clawback(*, asset, amount, reason, on, by, key=None):
    """Another person than who let it go decides what is asked back: up to the value not used yet, 0 for nothing.

    `amount` in minor units; it is owed from then on, and received or given up as every recovery. Less than the whole
    needs its reason. Together no more is asked back than was paid.
    """
    award = begin_act(asset.award, "grants.claw_back", on=on, by=by)
    asset = Asset.objects.get(pk=asset.pk)
    if not asset.clawback_amount or asset.claimed_on is not None:
        raise Blocked(_("Nothing is to be decided on this asset."))
    if asset.disposed_by_id == by.pk:
        raise NotAllowed(_("Another person than the one who let it go decides what is asked back."))
    if on < asset.disposed_on:
        raise Invalid(_("It was let go only on %(day)s.") % {"day": f"{asset.disposed_on:%d.%m.%Y}"}, field="on")
    paid = award.tranches.filter(state=Tranche.State.PAID).total_amount()
    most = max(0, min(asset.clawback_amount, paid - award.recovery_amount))
    if not 0 <= amount <= most:
        raise Invalid(_("At most %(most)s can be asked back.") % {"most": Money(most, award.currency)}, field="amount")
    if amount < asset.clawback_amount and not reason.strip():
        raise Invalid(_("Say why."), field="reason")
    asset.claimed_amount, asset.claimed_on, asset.claimed_by = amount, on, by
    asset.save()
    if amount:
        award.recovery_amount += amount
        award.save()
        ask_back(award, amount, f"clawback:{asset.pk}", on=on, by=by, reason=reason)
    body = {"asset": asset.pk, "amount": amount, "currency": award.currency}
    record("asset.claw_back", award.ref, by=by, on=on, programme=award.programme.key, body=body, reason=reason)
    return asset
