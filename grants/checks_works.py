"""What must always be true of works: certificates add up, within the contract, and each pays one tranche once."""

from django.db.models import F, Min, Q

from grants.models import Award, Certificate, Tender, Tranche, WorksContract
from grants.works_account import NOTHING, interim, release

PAYING = ["certified", "in_payment", "paid"]


def works_faults():
    """Yield a sentence for each fault, naming the row."""
    yield from tender_faults()
    yield from certificate_faults()
    yield from works_tranche_faults()
    yield from room_faults()


def tender_faults():
    """The lowest bid that fits wins, unless it is written why not."""
    decided = Tender.objects.filter(state=Tender.State.DECIDED).select_related("winner")
    lowest = decided.annotate(
        lowest_amount=Min(
            "bids__amount",
            filter=Q(bids__responsive=True, bids__received_on__lte=F("deadline_on")),
        )
    )
    for tender in lowest.exclude(winner__amount=F("lowest_amount")).filter(why_not_lowest="")[:5]:
        yield f"grants_tender {tender.ref}: the lowest bid is {tender.lowest_amount}, another won without a reason"
    late = decided.filter(Q(winner__received_on__gt=F("deadline_on")) | ~Q(winner__responsive=True))
    for tender in late[:5]:
        yield f"grants_tender {tender.ref} is decided for a bid that was late or does not fit"


def certificate_faults():
    """Each certificate follows from the one before it, to the cent, and the contract is not passed."""
    contracts = WorksContract.objects.select_related("award").prefetch_related("certificates", "variations")
    for contract in contracts.iterator(chunk_size=200):
        before = NOTHING
        total = contract.amount + sum(row.amount for row in contract.variations.all() if row.approved_on)
        for row in contract.certificates.all():
            if row.state != Certificate.State.CERTIFIED:
                continue
            if row.work_done_amount < before.done:
                yield f"grants_certificate {row.ref}: less work is done than before"
                break
            given_back = row.kind == Certificate.Kind.RETENTION
            due = release(before) if given_back else interim(before, row.work_done_amount, contract.retention_pct)
            if row.line != due:
                yield f"grants_certificate {row.ref} pays {row.net_amount}, its account says {due.net}"
            before = row.line
        if before.done > total:
            yield f"grants_workscontract {contract.ref} is {total}, {before.done} is certified"


def works_tranche_faults():
    """A tranche that is paid against a certificate is its builder's and has its amount."""
    rows = Certificate.objects.exclude(tranche=None)
    wrong = rows.filter(
        ~Q(state="certified")
        | ~Q(tranche__amount=F("net_amount"))
        | ~Q(tranche__payee=F("contract__contractor"))
        | ~Q(tranche__award=F("contract__award"))
    )
    for row in wrong.select_related("tranche")[:5]:
        yield f"grants_certificate {row.ref} does not fit the tranche {row.tranche.ref} that it pays"
    bare = Tranche.objects.filter(modality="works", state__in=PAYING, certificate=None)
    bare = bare.annotate(since=Min("award__works_contracts__tender__decided_on")).filter(certified_on__gt=F("since"))
    for tranche in bare[:5]:
        yield f"grants_tranche {tranche.ref} is {tranche.state} without a certificate of its works contract"


def room_faults():
    """The signed contracts of an award are within its works tranches."""
    for award in Award.objects.filter(works_contracts__signed_on__isnull=False).distinct().iterator(chunk_size=200):
        taken = sum(contract.takes_amount for contract in award.works_contracts.exclude(signed_on=None))
        room = award.tranches.kept().filter(modality="works").total_amount()
        if taken > room:
            yield f"grants_award {award.ref}: its works contracts take {taken}, its works tranches are {room}"
