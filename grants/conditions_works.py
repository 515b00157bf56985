"""Facts that the moves of tenders, works contracts and certificates ask for, and tranches paid to builders."""

from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from audit.moves import fact
from grants.conditions import day_of_move
from ledger.money import Money


@fact(_("The time for bids is over."))
def deadline_passed(tender):
    if day_of_move(tender) <= tender.deadline_on:
        return _("Bids can be handed in until %(day)s.") % {"day": tender.deadline_on.strftime("%d.%m.%Y")}
    return None


@fact(_("There is a bid in time."))
def a_bid_came(tender):
    return None if tender.bids.in_time().exists() else _("No bid came in time. Cancel the tender, and publish it anew.")


@fact(_("Every bid in time is read and examined."))
def every_bid_read(tender):
    count = tender.bids.in_time().filter(responsive=None).count()
    if count:
        return ngettext("%(count)s bid is not examined.", "%(count)s bids are not examined.", count) % {"count": count}
    return None


@fact(_("The award is active."))
def works_award_active(contract):
    if contract.award.state == "active":
        return None
    return _("The award is %(state)s.") % {"state": contract.award.state_label}


@fact(_("The works tranches of the award cover it."))
def covered_by_tranches(contract):
    """The contracts of an award, with what was approved to change in them, are within its works tranches."""
    room = contract.award.tranches.kept().filter(modality="works").total_amount()
    taken = sum(other.takes_amount for other in contract.award.works_contracts.exclude(pk=contract.pk))
    if taken + contract.total_amount > room:
        return _("The contracts would be %(sum)s, the works tranches of the award are %(room)s.") % {
            "sum": Money(taken + contract.total_amount, contract.currency),
            "room": Money(room, contract.currency),
        }
    return None


@fact(_("No certificate or variation waits for a second person."))
def nothing_waits(contract):
    waiting = contract.certificates.filter(state="measured").exists()
    if waiting or contract.variations.filter(approved_on=None, refused_on=None).exists():
        return _("A certificate or a variation waits for a second person.")
    return None


@fact(_("The builder answered for defects long enough."))
def defects_time_over(contract):
    until = contract.defects_until
    if day_of_move(contract) < until:
        return _("The builder answers for defects until %(day)s.") % {"day": until.strftime("%d.%m.%Y")}
    return None


@fact(_("Every defect is put right."))
def defects_closed(contract):
    count = contract.defects.filter(closed_on=None).count()
    if count:
        return ngettext("%(count)s defect is open.", "%(count)s defects are open.", count) % {"count": count}
    return None


@fact(_("The contract allows this certificate."))
def contract_allows(certificate):
    contract = certificate.contract
    if certificate.kind == "retention":
        if contract.state != "closed":
            return _("What is held back is given back after the final acceptance.")
    elif contract.state not in ("running", "accepted"):
        return _("The contract is %(state)s.") % {"state": contract.state_label}
    return None


@fact(_("The work done is within the contract."))
def within_contract(certificate):
    total = certificate.contract.total_amount
    if certificate.work_done_amount > total:
        return _("The contract with its variations is %(total)s.") % {
            "total": Money(total, certificate.contract.currency)
        }
    return None


def certificates_for(tranche):
    """Certificates that may pay this tranche: its builder's, of the same amount, paying no other. The first counts."""
    rows = tranche.award.works_certificates().filter(state="certified")
    if tranche.payee_id is not None:
        rows = rows.filter(contract__contractor=tranche.payee_id)
    # The one that is taken comes first, so that a tranche keeps its certificate.
    free = rows.filter(Q(tranche=None) | Q(tranche=tranche)).filter(net_amount=tranche.amount)
    return free.order_by(F("tranche").asc(nulls_last=True), "contract", "number")


@fact(_("A certificate of the works contract covers it."))
def works_certificate(tranche):
    """Where the award has a works contract, its works tranches are paid by certificates. Older awards have none."""
    if tranche.modality != "works" or not tranche.award.works_contracts.exists():
        return None
    if not certificates_for(tranche).exists():
        return _("There is no certificate of the builder that pays exactly %(amount)s.") % {
            "amount": Money(tranche.amount, tranche.currency)
        }
    return None


@fact(_("Every works contract is finished."))
def works_finished(award):
    open_ones = award.works_contracts.exclude(state__in=["closed", "terminated"]).count()
    if open_ones:
        return _("A works contract of the award is not finished.")
    return None
