"""What the pages of works say: certificates as a payment certificate has them, and what comes next. Reads only."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from audit.moves import doors
from grants.models import Certificate, Tender, WorksContract
from grants.reading import Next


@dataclass(frozen=True)
class CertificateRow:
    """A certificate, what was paid up to it, and what this user can do with it. Amounts: minor units."""

    certificate: object
    before: int
    paid: int
    moves: list


def certificate_rows(contract, user, on):
    rows, paid = [], 0
    related = contract.certificates.select_related("measured_by", "certified_by", "tranche", "evidence")
    for certificate in related:
        certificate.contract = contract
        before = paid
        if certificate.state == Certificate.State.CERTIFIED:
            paid += certificate.net_amount
        open_doors = [door for door in doors(certificate, user, on) if door.open]
        rows.append(CertificateRow(certificate, before, paid, open_doors))
    return rows


def works_next(contract, on):
    """The next step of a contract and whose it is, or None when it is over."""
    State = WorksContract.State
    if contract.certificates.filter(state=Certificate.State.MEASURED).exists():
        return Next(_("Next: certify the work that was measured."), _("Manager or M&E officer, not who measured"))
    if contract.variations.waiting().exists():
        return Next(_("Next: decide the variation."), _("Manager or finance officer, not who proposed it"))
    if contract.state == State.DRAFTED:
        return Next(_("Next: sign the contract."), _("Programme manager"))
    if contract.state == State.RUNNING:
        if contract.account.done < contract.total_amount:
            return Next(_("Next: measure the work done."), _("Business adviser or M&E officer"))
        return Next(_("Next: accept the works provisionally."), _("Business adviser or M&E officer"))
    if contract.state == State.ACCEPTED:
        if contract.defects.filter(closed_on=None).exists():
            return Next(_("Next: see whether the defects are put right."), _("Business adviser or M&E officer"))
        until = contract.defects_until.strftime("%d.%m.%Y")
        return Next(_("Next: accept the works finally, after %(day)s.") % {"day": until}, _("Programme manager"))
    if contract.state == State.CLOSED and contract.account.held:
        return Next(_("Next: give back what was held back."), _("Business adviser or M&E officer"))
    return None


@dataclass(frozen=True)
class WorksOfAward:
    """The award's part about works. Amounts: minor units."""

    tenders: list
    contracts: list

    def __bool__(self):
        return bool(self.tenders or self.contracts)


@dataclass(frozen=True)
class ContractLine:
    contract: object
    total: int
    certified: int
    paid: int
    held: int
    next: object


def works_of(award, on):
    """The tenders of an award that have no contract yet, and its contracts with their money."""
    lines = []
    for contract in award.works_contracts.select_related("contractor", "tender").order_by("number"):
        contract.award = award
        account = contract.account
        settled = contract.certificates.filter(tranche__state="paid")
        lines.append(
            ContractLine(
                contract=contract,
                total=contract.total_amount,
                certified=account.done,
                paid=sum(settled.values_list("net_amount", flat=True)),
                held=account.held,
                next=works_next(contract, on),
            )
        )
    tenders = list(award.tenders.filter(contract=None).exclude(state=Tender.State.CANCELLED))
    for tender in tenders:
        tender.award = award
    return WorksOfAward(tenders=tenders, contracts=lines)
