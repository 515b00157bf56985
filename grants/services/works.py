"""Works contracts: signed, measured, certified by a second person, accepted twice, the retention given back last."""

from django.utils.translation import gettext_lazy as _

from audit.moves import advance, begin
from audit.refusals import Blocked, Invalid
from audit.services import record, service
from grants.conditions_works import covered_by_tranches
from grants.models import Certificate, Defect, Tender, Variation, WorksContract
from grants.services.access import demand, locked
from grants.services.assets import hand_over_asset, register_asset
from grants.services.tranches import check_own_file
from grants.works_account import interim, release
from ledger.money import Money
from programmes.services import check_date

State = WorksContract.State


@service
def draft_contract(
    *,
    tender,
    starts_on,
    ends_on,
    on,
    by,
    retention_pct=10,
    damages_per_day_amount=0,
    defects_months=12,
    reason="",
    key=None,
):
    """The contract with the winner of a decided tender, for the sum that it bid."""
    award = locked(tender.award)
    demand("grants.prepare_works", by, award)
    check_date(on=on, programme=award.programme, by=by, reason=reason)
    tender = Tender.objects.select_related("winner__bidder").get(pk=tender.pk)
    if tender.state != Tender.State.DECIDED:
        raise Blocked(_("The tender is %(state)s.") % {"state": tender.state_label})
    if WorksContract.objects.filter(tender=tender).exists():
        raise Blocked(_("The contract of this tender is drafted already."))
    if not tender.decided_on <= starts_on < ends_on:
        raise Invalid(_("The works end after they start, and start after the tender is decided."), field="ends_on")
    if not 0 <= retention_pct <= 30:
        raise Invalid(_("Between 0 and 30 percent are held back."), field="retention_pct")
    if damages_per_day_amount < 0:
        raise Invalid(_("An amount is not below zero."), field="damages_per_day_amount")
    number = award.works_contracts.count() + 1
    contract = WorksContract.objects.create(
        ref=f"{award.ref}/W{number}",
        award=award,
        number=number,
        tender=tender,
        contractor=tender.winner.bidder,
        amount=tender.winner.amount,
        starts_on=starts_on,
        ends_on=ends_on,
        retention_pct=retention_pct,
        damages_per_day_amount=damages_per_day_amount,
        defects_months=defects_months,
    )
    body = {"tender": tender.ref, "contractor": contract.contractor.ref, "amount": contract.amount}
    return begin(contract, by=by, on=on, body={**body, "currency": award.currency})


def fresh_contract(contract):
    """The contract as it is now, with its dossier locked."""
    award = locked(contract.award)
    fresh = WorksContract.objects.select_related("contractor").get(pk=contract.pk)
    fresh.award = award
    return fresh


def _begin(contract, rule, on, by, reason="", states=(State.RUNNING, State.ACCEPTED)):
    contract = fresh_contract(contract)
    if rule:
        demand(rule, by, contract)
    check_date(on=on, programme=contract.programme, by=by, reason=reason)
    if contract.state not in states:
        raise Blocked(_("The contract is %(state)s.") % {"state": contract.state_label})
    return contract


def _note(kind, contract, by, on, reason="", **body):
    record(kind, contract.ref, by=by, on=on, programme=contract.programme.key, body=body, reason=reason)


@service
def sign_contract(*, contract, on, by, evidence=None, version=None, reason=""):
    """Signed with the builder: within the works tranches of the award."""
    contract = fresh_contract(contract)
    check_own_file(contract.award, evidence)
    contract.signed_paper = evidence
    check_date(on=on, programme=contract.programme, by=by, reason=reason)
    return advance(contract, "sign", by=by, on=on, version=version, body={"amount": contract.amount})


# Variations ----------------------------------------------------------------------------------------------------------


@service
def propose_variation(*, contract, amount, text, on, by, reason="", key=None):
    """More or less work: `amount` in minor units, below zero for less. Another person approves."""
    contract = _begin(contract, "grants.prepare_works", on, by, reason)
    if not amount:
        raise Invalid(_("Enter an amount."), field="amount")
    if not text.strip():
        raise Invalid(_("Say what changes."), field="text")
    if contract.variations.waiting().exists():
        raise Blocked(_("A variation of this contract waits for a decision already."))
    number = contract.variations.count() + 1
    variation = Variation.objects.create(
        contract=contract, number=number, amount=amount, text=text.strip()[:240], proposed_by=by, proposed_on=on
    )
    _note("workscontract.propose_variation", contract, by, on, variation=number, amount=amount)
    return variation


def _waiting(variation, on, by, reason):
    contract = _begin(variation.contract, None, on, by, reason)
    variation = Variation.objects.get(pk=variation.pk)
    variation.contract = contract
    demand("grants.approve_variation", by, variation, _("Another person than the one who proposed it must decide."))
    if variation.approved_on or variation.refused_on:
        raise Blocked(_("This variation is decided already."))
    return variation


@service
def approve_variation(*, variation, on, by, reason=""):
    """In force: the contract with it stays within the works tranches, and above what is certified."""
    variation = _waiting(variation, on, by, reason)
    contract = variation.contract
    variation.approved_on, variation.approved_by = on, by
    variation.save()
    if contract.total_amount < contract.account.done or contract.total_amount <= 0:
        raise Blocked(_("More than that is certified already."))
    missing = covered_by_tranches.missing(contract)
    if missing:
        raise Blocked(missing)
    _note("workscontract.approve_variation", contract, by, on, variation=variation.number, amount=variation.amount)
    return variation


@service
def refuse_variation(*, variation, on, by, reason):
    """The contract stays as it is; `reason` says why."""
    variation = _waiting(variation, on, by, reason)
    if not reason.strip():
        raise Invalid(_("Say why."), field="reason")
    variation.refused_on = on
    variation.save()
    _note("workscontract.refuse_variation", variation.contract, by, on, reason=reason, variation=variation.number)
    return variation


# Certificates --------------------------------------------------------------------------------------------------------


@service
def measure_work(*, contract, work_done_amount, period_to, on, by, evidence=None, reason="", key=None):
    """Work measured on the site: `work_done_amount` minor units since the beginning. Another person certifies.

    What is held back and what is to be paid follow from it (works_account).
    """
    contract = _begin(contract, "grants.measure_works", on, by, reason)
    before = contract.account
    if work_done_amount <= before.done:
        raise Invalid(
            _("Work for %(done)s is certified already. Enter what was done since the beginning.")
            % {"done": Money(before.done, contract.currency)},
            field="work_done_amount",
        )
    if work_done_amount > contract.total_amount:
        raise Invalid(
            _("The contract with its variations is %(total)s.")
            % {"total": Money(contract.total_amount, contract.currency)},
            field="work_done_amount",
        )
    if not contract.starts_on <= period_to <= on:
        raise Invalid(_("The work was done between the start and today."), field="period_to")
    line = interim(before, work_done_amount, contract.retention_pct)
    if line.net <= 0:
        raise Invalid(_("Nothing is to be paid for so little work."), field="work_done_amount")
    return _measure(contract, Certificate.Kind.INTERIM, line, period_to, on, by, evidence)


@service
def release_retention(*, contract, on, by, evidence=None, reason="", key=None):
    """After the final acceptance, the last certificate: what is held back is paid. Another person certifies."""
    contract = _begin(contract, "grants.measure_works", on, by, reason, states=(State.CLOSED,))
    line = release(contract.account)
    if not line.net:
        raise Blocked(_("Nothing is held back."))
    return _measure(contract, Certificate.Kind.RETENTION, line, on, on, by, evidence)


def _measure(contract, kind, line, period_to, on, by, evidence):
    if contract.certificates.filter(state=Certificate.State.MEASURED).exists():
        raise Blocked(_("A certificate of this contract waits to be certified."))
    check_own_file(contract.award, evidence)
    number = contract.certificates.count() + 1
    certificate = Certificate.objects.create(
        ref=f"{contract.ref}/C{number}",
        contract=contract,
        number=number,
        kind=kind,
        period_to=period_to,
        work_done_amount=line.done,
        held_amount=line.held,
        net_amount=line.net,
        measured_by=by,
        measured_on=on,
        evidence=evidence,
    )
    body = {"kind": kind, "done": line.done, "held": line.held, "net": line.net, "currency": contract.currency}
    return begin(certificate, by=by, on=on, body=body)


def _fresh_certificate(certificate):
    contract = fresh_contract(certificate.contract)
    fresh = Certificate.objects.get(pk=certificate.pk)
    fresh.contract = contract
    return fresh


@service
def certify_work(*, certificate, on, by, version=None, reason=""):
    """A second person certifies. A tranche of the same amount can be paid to the builder against it."""
    certificate = _fresh_certificate(certificate)
    check_date(on=on, programme=certificate.programme, by=by, reason=reason)
    return advance(certificate, "certify", by=by, on=on, version=version, body={"net": certificate.net_amount})


@service
def withdraw_certificate(*, certificate, on, by, reason, version=None):
    """It was measured wrongly; `reason` says how. The next one measures again."""
    certificate = _fresh_certificate(certificate)
    advance(certificate, "withdraw", by=by, on=on, version=version, reason=reason)
    if not reason.strip():
        raise Invalid(_("Say why."), field="reason")
    check_date(on=on, programme=certificate.programme, by=by, reason=reason)
    return certificate


# Acceptances ---------------------------------------------------------------------------------------------------------


@service
def accept_provisionally(*, contract, present, on, by, defects=(), evidence=None, version=None, reason=""):
    """The works are taken over, with who was there and the defects found: pairs of text and the day to be put right."""
    contract = fresh_contract(contract)
    check_own_file(contract.award, evidence)
    check_date(on=on, programme=contract.programme, by=by, reason=reason)
    if not present.strip():
        raise Invalid(_("Say who was present."), field="present")
    body = {"defects": len(defects), "delay_days": contract.delay_days(on)}
    advance(
        contract,
        "accept_provisionally",
        by=by,
        on=on,
        version=version,
        body=body,
        present=present.strip()[:240],
        paper=evidence,
    )
    for text, due_on in defects:
        _add_defect(contract, text, due_on, on)
    return contract


def _add_defect(contract, text, due_on, on):
    if not text.strip():
        raise Invalid(_("Say what is wrong."), field="text")
    if due_on < on:
        raise Invalid(_("The day lies in the past."), field="due_on")
    return Defect.objects.create(contract=contract, text=text.strip()[:240], noted_on=on, due_on=due_on)


@service
def note_defect(*, contract, text, due_on, on, by, reason="", key=None):
    """A defect found after the provisional acceptance, while the builder answers for it."""
    contract = _begin(contract, "grants.measure_works", on, by, reason, states=(State.ACCEPTED,))
    defect = _add_defect(contract, text, due_on, on)
    _note("workscontract.note_defect", contract, by, on, defect=defect.pk)
    return defect


@service
def close_defect(*, defect, on, by, reason=""):
    """The builder has put it right, and somebody has seen it."""
    contract = _begin(defect.contract, "grants.measure_works", on, by, reason, states=(State.ACCEPTED,))
    if not Defect.objects.filter(pk=defect.pk, closed_on=None).update(closed_on=on, closed_by=by):
        raise Blocked(_("This defect is put right already."))
    _note("workscontract.close_defect", contract, by, on, defect=defect.pk)
    return Defect.objects.get(pk=defect.pk)


@service
def accept_finally(*, contract, on, by, version=None, reason=""):
    """The time for defects is over and every defect is put right: what is held back can be given back."""
    contract = fresh_contract(contract)
    check_date(on=on, programme=contract.programme, by=by, reason=reason)
    return advance(contract, "accept_finally", by=by, on=on, version=version, reason=reason)


@service
def terminate_contract(*, contract, reason, on, by, version=None):
    """The contract ends early. What is certified stays payable; what is held back stays with the programme."""
    contract = fresh_contract(contract)
    body = {"done": contract.account.done, "held": contract.account.held}
    advance(contract, "terminate", by=by, on=on, version=version, reason=reason, body=body)
    if not reason.strip():
        raise Invalid(_("Say why."), field="reason")
    check_date(on=on, programme=contract.programme, by=by, reason=reason)
    # What is left of the plan is for another builder.
    for tranche in contract.award.tranches.filter(state="planned", modality="works", payee=contract.contractor):
        tranche.payee = None
        tranche.save()
    return contract


@service
def hand_over_works(*, contract, on, by, evidence=None, reason=""):
    """The object goes to the municipality against the signed acceptance: an asset of the award, of the work's value."""
    contract = _begin(contract, "grants.hand_over", on, by, reason, states=(State.ACCEPTED, State.CLOSED))
    award, label = contract.award, contract.tender.subject[:160]
    if award.assets.filter(serial_number=contract.ref).exists():
        raise Blocked(_("The works are handed over already."))
    asset = register_asset(
        award=award,
        label=label,
        amount=contract.account.done,
        serial_number=contract.ref,
        supplier=contract.contractor.name,
        on=on,
        by=by,
    )
    return hand_over_asset(asset=asset, evidence=evidence, on=on, by=by)
