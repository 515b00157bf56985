"""Amendments: what changes in a signed agreement, shown beside what stood there, put in force by a second person."""

from datetime import date

from django.utils.translation import gettext_lazy as _

from applicants.services import add_evidence
from audit.moves import advance, begin
from audit.refusals import Blocked, Invalid
from audit.services import service
from grants.agreement import agreement_of, draw_amendment
from grants.models import Amendment, Award, BudgetLine, Tranche
from grants.services.access import demand, locked
from grants.services.tranches import check_retention, replace_planned
from grants.standing import standing
from ledger.money import Money
from programmes.services import check_date, release

PARTS = ("ends_on", "amount", "tranches", "budget")


@service
def propose_amendment(*, award, after, why, on, by, key=None, reason=""):
    """Propose to change a signed agreement. `after`: the keys of PARTS that change (see Amendment), dates as ISO text.

    The award can only become less: more money is a new decision of the committee. Tranches that were requested stay;
    what is left of the plan must add up to the award again, and so must the budget.
    """
    award = locked(award)
    demand("grants.propose_amendment", by, award)
    check_date(on=on, programme=award.programme, by=by, reason=reason)
    if award.state != Award.State.ACTIVE:
        raise Blocked(_("The award is %(state)s.") % {"state": award.state_label})
    if award.amendments.waiting().exists():
        raise Blocked(_("An amendment of this award waits for a decision already."))
    if not why.strip():
        raise Invalid(_("Say why."), field="why")
    before = standing(award, after)
    after = {part: after[part] for part in PARTS if part in after and after[part] != before[part]}
    if not after:
        raise Invalid(_("Nothing would change."))
    _check_after(award, after, on)
    number = award.amendments.count() + 1
    amendment = Amendment.objects.create(
        ref=f"{award.ref}/A{number}",
        award=award,
        number=number,
        why=why.strip(),
        before={part: before[part] for part in after},
        after=after,
        proposed_by=by,
        proposed_on=on,
    )
    return begin(
        amendment, by=by, on=on, body={"award": award.ref, "parts": sorted(after), "amount": after.get("amount")}
    )


def _check_after(award, after, on):
    if "ends_on" in after and date.fromisoformat(after["ends_on"]) <= max(on, award.signed_on):
        raise Invalid(_("The implementation ends after today."), field="ends_on")
    amount = after.get("amount", award.amount)
    if not 0 < amount <= award.amount:
        raise Invalid(
            _("The award is %(award)s. It can only become less: more money is a new decision of the committee.")
            % {"award": Money(award.amount, award.currency)},
            field="amount",
        )
    fixed = award.tranches.kept().exclude(state=Tranche.State.PLANNED)
    rows = after.get("tranches", standing(award, ["tranches"])["tranches"])
    total = fixed.total_amount() + sum(row["amount"] for row in rows)
    if any(row["amount"] <= 0 or row["cofinancing_amount"] < 0 for row in rows):
        raise Invalid(_("The amount must be above zero."), field="amount")
    if any(row["modality"] not in Tranche.Modality.values for row in rows):
        raise Invalid(_("Choose how each tranche is paid."), field="modality")
    _equal(total, amount, award, _("The tranches add up to %(sum)s, the award is %(award)s."))
    if "tranches" in after or amount != award.amount:
        check_retention(award, amount, rows, list(fixed.order_by("number")))
    _check_works(award, fixed, rows)
    lines = after.get("budget", standing(award, ["budget"])["budget"])
    total = sum(line["grant_amount"] for line in lines)
    _equal(total, amount, award, _("The budget takes %(sum)s from the grant, the award is %(award)s."))
    _check_lines(award, lines)


def _check_works(award, fixed, rows):
    """What was contracted with builders stays within the works tranches."""
    works = Tranche.Modality.WORKS
    room = fixed.filter(modality=works).total_amount()
    room += sum(row["amount"] for row in rows if row["modality"] == works)
    signed = award.works_contracts.exclude(signed_on=None)
    taken = sum(contract.takes_amount for contract in signed)
    if room < taken:
        raise Invalid(
            _("The works contracts need %(taken)s, the works tranches would be %(room)s.")
            % {"taken": Money(taken, award.currency), "room": Money(room, award.currency)}
        )


def _equal(total, amount, award, sentence):
    if total != amount:
        raise Invalid(sentence % {"sum": Money(total, award.currency), "award": Money(amount, award.currency)})


def _check_lines(award, lines):
    held = {line.position: line for line in award.budget.with_accepted()}
    if set(held) - {line["position"] for line in lines}:
        raise Invalid(_("A line of the signed budget stays, with nothing from the grant where it is not needed."))
    for row in lines:
        line = held.get(row["position"]) or BudgetLine(vat_amount=0, vat="none")
        line.net_amount = row["net_amount"]
        if row["net_amount"] <= 0 or not 0 <= row["grant_amount"] <= line.cost_amount or not row["label"].strip():
            raise Invalid(_("Line %(number)s: the grant takes at most its cost.") % {"number": row["position"]})
        if row["grant_amount"] and not line.eligible:
            raise Invalid(_("A cost that is not eligible takes nothing from the grant."))


def _fresh(amendment):
    """The amendment as it is now, with its dossier locked."""
    award = locked(amendment.award)
    fresh = Amendment.objects.get(pk=amendment.pk)
    fresh.award = award
    return fresh


@service
def approve_amendment(*, amendment, on, by, version=None, key=None, reason=""):
    """Another person puts it in force. The signed agreement is kept first, as it was signed; the amendment is a paper
    of its own, with what stood there and what stands now."""
    amendment = _fresh(amendment)
    award = amendment.award
    signed = award.agreement = agreement_of(award=award, on=on, by=by)
    advance(amendment, "approve", by=by, on=on, version=version, body={"parts": sorted(amendment.after)})
    check_date(on=on, programme=award.programme, by=by, reason=reason)
    # What was possible when it was proposed must still be.
    _check_after(award, amendment.after, on)
    _apply(award, amendment.after, on, by)
    amendment.paper = add_evidence(
        programme=award.programme,
        case_ref=award.ref,
        purpose="amendment",
        content=draw_amendment(amendment, signed),
        name=f"{award.ref}-A{amendment.number}.pdf",
        on=on,
        by=by,
        party=award.applicant,
    )
    amendment.save()
    return amendment


def _apply(award, after, on, by):
    less = award.amount - after.get("amount", award.amount)
    if "tranches" in after:
        replace_planned(award, after["tranches"], on, by)
    award.amount -= less
    if "ends_on" in after:
        award.ends_on = date.fromisoformat(after["ends_on"])
    award.save()
    if less:
        release(case_ref=award.application.ref, amount=less, by=by, on=on)
    for row in after.get("budget", ()):
        facts = {name: row[name] for name in ("label", "net_amount", "grant_amount")}
        BudgetLine.objects.update_or_create(award=award, position=row["position"], defaults=facts)


@service
def refuse_amendment(*, amendment, reason, on, by, version=None):
    """It does not come into force; why is said."""
    amendment = _fresh(amendment)
    advance(amendment, "refuse", by=by, on=on, version=version, reason=reason)
    if not reason.strip():
        raise Invalid(_("Say why."), field="reason")
    check_date(on=on, programme=amendment.award.programme, by=by)
    return amendment


@service
def withdraw_amendment(*, amendment, on, by, version=None):
    """It is not asked for any more."""
    amendment = _fresh(amendment)
    advance(amendment, "withdraw", by=by, on=on, version=version)
    check_date(on=on, programme=amendment.award.programme, by=by)
    return amendment
