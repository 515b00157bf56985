"""Tranches: planned before the agreement, requested, certified by a second person, ordered, paid."""

from datetime import date

from django.utils.translation import gettext_lazy as _

from applicants.models import Evidence
from audit.moves import advance, begin
from audit.refusals import Blocked, Invalid, NotAllowed, Stale
from audit.services import record, service
from grants.conditions import BY_PAPERS, retention_of
from grants.conditions_works import certificates_for
from grants.funding import payment_parts
from grants.models import Award, Deliverable, Tranche
from grants.services.access import begin_act, demand, locked
from grants.services.recoveries import lower_recovery
from ledger import postings
from ledger.money import Money
from payments.services import prepare_payment
from programmes.services import check_date, release, use

PLANNED_FACTS = ("kind", "amount", "cofinancing_amount", "modality", "due_on", "payee")


def locked_tranche(tranche):
    """The tranche as it is now, with its dossier locked."""
    award = locked(tranche.award)
    fresh = Tranche.objects.get(pk=tranche.pk)
    fresh.award = award
    return fresh


@service
def plan_tranches(*, award, tranches, on, by, version=None):
    """Set the plan of an award that is not signed yet; an earlier plan is replaced.

    `tranches`: dicts of amount (minor units), and optionally cofinancing_amount (the own part that goes with this
    tranche), kind, modality, due_on, payee (Party), deliverables (texts). They may not add up to more than the award,
    and the last is the retention where the window asks for one.
    """
    award = begin_act(award, "grants.plan", on=on, by=by)
    if version is not None and int(version) != award.version:
        raise Stale()
    if award.state != Award.State.APPROVED:
        raise Blocked(_("The agreement is signed: its tranches are fixed."))
    wanted = [_clean(row, award) for row in tranches]
    _check_sums(award, wanted)
    check_retention(award, award.amount, wanted)
    _replace(award, dict(enumerate(wanted, 1)), on, by)
    award.save()
    record(
        "award.plan_tranches",
        award.ref,
        by=by,
        on=on,
        programme=award.programme.key,
        body={"amounts": [row["amount"] for row in wanted], "currency": award.currency},
    )
    return award


def _replace(award, wanted, on, by):
    """The tranches that are still planned become `wanted` (rows by number); the others are left out."""
    held = {tranche.number: tranche for tranche in award.tranches.all()}
    for tranche in held.values():
        tranche.award = award
        if tranche.number not in wanted and tranche.state == Tranche.State.PLANNED:
            advance(tranche, "drop", by=by, on=on)
    # What takes away comes first, so that the sum never passes the award in between: the database looks at each row.
    counted = {number: tranche.amount for number, tranche in held.items() if tranche.state != Tranche.State.DROPPED}
    for number, row in sorted(wanted.items(), key=lambda pair: pair[1]["amount"] - counted.get(pair[0], 0)):
        _set_tranche(award, number, held.get(number), row, by, on)


def replace_planned(award, rows, on, by):
    """An amendment in force: the tranches that were not requested yet become `rows` (see Amendment).

    They are numbered after those that were. The caller has locked the dossier and checked the sums.
    """
    fixed = award.tranches.kept().exclude(state=Tranche.State.PLANNED)
    first = max(fixed.values_list("number", flat=True), default=0) + 1
    payees = {row.number: row.payee for row in award.tranches.select_related("payee")}
    wanted = {}
    for number, row in enumerate(rows, first):
        due_on = date.fromisoformat(row["due_on"]) if row["due_on"] else None
        wanted[number] = {**_clean({**row, "due_on": due_on}, award), "payee": payees.get(row.get("number"))}
    _replace(award, wanted, on, by)


def _clean(row, award):
    row = {
        "kind": Tranche.Kind.PART,
        "cofinancing_amount": 0,
        "modality": award.window.modality,
        "due_on": None,
        "payee": None,
        **row,
    }
    texts = (text.strip()[:200] for text in row.get("deliverables", ()) if text.strip())
    row["deliverables"] = list(dict.fromkeys(texts))
    if row["amount"] <= 0 or row["cofinancing_amount"] < 0:
        raise Invalid(_("The amount must be above zero."), field="amount")
    if row["kind"] not in Tranche.Kind.values:
        raise Invalid(_("“%(value)s” is not one of the answers.") % {"value": row["kind"]}, field="kind")
    if row["modality"] not in Tranche.Modality.values:
        raise Invalid(_("“%(value)s” is not one of the answers.") % {"value": row["modality"]}, field="modality")
    return row


def _check_sums(award, wanted):
    if not wanted:
        raise Invalid(_("Enter at least one tranche."))
    total = sum(row["amount"] for row in wanted)
    if total > award.amount:
        raise Invalid(
            _("The tranches add up to %(sum)s, the award is %(award)s.")
            % {"sum": Money(total, award.currency), "award": Money(award.amount, award.currency)},
            field="amount",
        )


def check_retention(award, amount, rows, fixed=()):
    """Raises Invalid unless the retention is the one last tranche, paid to the grantee, of what the window asks for.

    `rows`: dicts of kind, modality and amount; `fixed`: the tranches before them. `amount`: the award's, minor units.
    """
    kinds = [*(tranche.kind for tranche in fixed), *(row.get("kind", Tranche.Kind.PART) for row in rows)]
    if Tranche.Kind.RETENTION in kinds[:-1] or kinds == [Tranche.Kind.RETENTION]:
        raise Invalid(_("The retention is the last tranche, after those that it is retained from."), field="kind")
    amounts = [*(tranche.amount for tranche in fixed), *(row["amount"] for row in rows)]
    retained = amounts[-1] if kinds[-1] == Tranche.Kind.RETENTION else 0
    least = retention_of(award.window, amount)
    if retained < least:
        raise Invalid(
            _("%(least)s of this award is retained to the end; the plan retains %(retained)s.")
            % {"least": Money(least, award.currency), "retained": Money(retained, award.currency)},
            field="kind",
        )
    if retained and rows and rows[-1]["modality"] not in BY_PAPERS:
        raise Invalid(_("A retention is paid to the grantee. Builders are held back by certificate."), field="modality")


def _set_tranche(award, number, tranche, row, by, on):
    facts = {name: row[name] for name in PLANNED_FACTS}
    if tranche is None:
        tranche = Tranche.objects.create(ref=f"{award.ref}/{number}", award=award, number=number, **facts)
        begin(tranche, by=by, on=on, body={"amount": tranche.amount, "currency": award.currency})
    else:
        for name, value in facts.items():
            setattr(tranche, name, value)
        if tranche.state == Tranche.State.DROPPED:
            advance(tranche, "restore", by=by, on=on, body={"amount": tranche.amount})
        else:
            tranche.save()
        # What was shown already stays shown, as long as it is still asked for.
        tranche.deliverables.exclude(text__in=row["deliverables"]).delete()
    asked = set(tranche.deliverables.values_list("text", flat=True))
    Deliverable.objects.bulk_create(
        Deliverable(tranche=tranche, text=text) for text in row["deliverables"] if text not in asked
    )


@service
def request_tranche(*, tranche, on, by, version=None, reason=""):
    """The grantee's papers are complete: the tranche is asked for."""
    tranche = locked_tranche(tranche)
    advance(tranche, "request", by=by, on=on, version=version)
    check_date(on=on, programme=tranche.programme, by=by, reason=reason)
    return tranche


@service
def certify_tranche(*, tranche, on, by, version=None, reason=""):
    """A second person confirms deliverables and co-financing."""
    tranche = locked_tranche(tranche)
    advance(tranche, "certify", by=by, on=on, version=version)
    check_date(on=on, programme=tranche.programme, by=by, reason=reason)
    if tranche.modality == Tranche.Modality.WORKS:
        _take_certificate(tranche)
    return tranche


def _take_certificate(tranche):
    """A certificate pays once: the first that fits is this tranche's from now on, and its builder the payee."""
    certificate = certificates_for(tranche).select_related("contract").first()
    if certificate is not None:
        certificate.tranche = tranche
        certificate.save()
        tranche.payee_id = certificate.contract.contractor_id
        tranche.save()


@service
def order_tranche(*, tranche, account, on, by, key=None, version=None, reason=""):
    """The maker prepares the payment of a certified tranche, or of one that the bank returned. Returns the order."""
    tranche = locked_tranche(tranche)
    award = tranche.award
    lines = [
        {"line": line, "debit_code": postings.GRANTS_PAID, "subject": award.ref, "amount": part}
        for line, part in payment_parts(tranche).items()
    ]
    # The facts of the tranche are asked before the payment exists; its reference is set by the same move.
    order = prepare_payment(
        application=award.application,
        kind="grant",
        source_ref=tranche.ref,
        payee=tranche.payee or award.applicant,
        account=account,
        lines=lines,
        on=on,
        by=by,
        reason=reason,
    )
    advance(tranche, "order", by=by, on=on, version=version, body={"order": order.ref}, order_ref=order.ref)
    return order


def settle_tranche(order, by, on):
    """The payment of a tranche has settled: it is paid, and the promise is used by as much."""
    tranche = _behind(order)
    advance(tranche, "settle", by=by, on=on, body={"order": order.ref, "amount": tranche.amount}, value_on=on)
    use(case_ref=tranche.award.application.ref, parts=_drawn(order), by=by, on=on)


def _drawn(order, sign=1):
    """{FundingLine pk: minor units} of what the payment draws from each line."""
    return {part.line_id: sign * part.amount for part in order.lines.all()}


def return_tranche(order, by, on):
    """The payment came back or was given up: the tranche can be ordered again."""
    tranche = _behind(order)
    was_paid = tranche.state == Tranche.State.PAID
    advance(tranche, "bounce", by=by, on=on, body={"order": order.ref})
    if not was_paid:
        return
    case_ref = tranche.award.application.ref
    use(case_ref=case_ref, parts=_drawn(order, -1), by=by, on=on)
    lower_recovery(tranche.award, tranche.amount, on, by)
    if not tranche.award.is_open:
        release(case_ref=case_ref, amount=tranche.amount, by=by, on=on)


def _behind(order):
    tranche = Tranche.objects.select_related("award__programme", "award__application").get(ref=order.source_ref)
    if tranche.order_ref != order.ref:
        raise Blocked(_("The tranche %(tranche)s is paid by another order.") % {"tranche": tranche.ref})
    return tranche


@service
def show_deliverable(*, deliverable, on, by, evidence=None):
    """The grantee has shown a deliverable; the file that proves it belongs to the award."""
    award = begin_act(deliverable.tranche.award, "grants.evidence", on=on, by=by)
    deliverable = Deliverable.objects.get(pk=deliverable.pk)
    if deliverable.accepted_on is not None:
        raise Blocked(_("This deliverable is accepted already."))
    if not award.is_open:
        raise Blocked(_("The award is %(state)s.") % {"state": award.state_label})
    check_own_file(award, evidence)
    deliverable.shown_on, deliverable.shown_by, deliverable.evidence = on, by, evidence
    deliverable.save()
    _note("deliverable.show", award, deliverable, by, on)
    return deliverable


def check_own_file(award, evidence):
    """Raises Invalid for a file of another case, or one that no longer counts."""
    if evidence is None:
        return
    if evidence.case_ref not in (award.ref, award.application.ref) or evidence.withdrawn_on is not None:
        raise Invalid(_("This file does not belong to the award."), field="evidence")
    if not Evidence.objects.filter(pk=evidence.pk, programme_id=award.programme_id).exists():
        raise Invalid(_("This file does not belong to the award."), field="evidence")


@service
def accept_deliverable(*, deliverable, on, by):
    """A second person accepts what was shown."""
    award = locked(deliverable.tranche.award)
    deliverable = Deliverable.objects.get(pk=deliverable.pk)
    if deliverable.shown_on is None:
        raise Blocked(_("This deliverable has not been shown yet."))
    if deliverable.accepted_on is not None:
        raise Blocked(_("This deliverable is accepted already."))
    demand("grants.accept", by, award)
    if deliverable.shown_by_id == by.pk:
        raise NotAllowed(_("Another person than the one who showed it must accept the deliverable."))
    check_date(on=on, programme=award.programme, by=by)
    deliverable.accepted_on, deliverable.accepted_by = on, by
    deliverable.save()
    _note("deliverable.accept", award, deliverable, by, on)
    return deliverable


def _note(kind, award, deliverable, by, on):
    tranche = award.tranches.get(pk=deliverable.tranche_id)
    body = {"tranche": tranche.ref, "deliverable": deliverable.pk, "file": deliverable.evidence_id}
    record(kind, award.ref, by=by, on=on, programme=award.programme.key, body=body)
