"""What must always be true of awards (INVARIANTS G1 to G3, G6), read from the tables: what `verify` asks."""

from django.db.models import Count, Exists, F, OuterRef, Q, Subquery, Sum
from django.db.models.functions import Coalesce

from grants.checks_purchases import purchase_faults
from grants.checks_works import works_faults
from grants.models import (
    Amendment,
    Asset,
    Award,
    BudgetLine,
    Contribution,
    CountedPaper,
    Expense,
    Purchase,
    Recovery,
    Tranche,
)
from ledger import postings
from ledger.models import Account, Entry, Leg
from payments.clearance import first_list_on, was_cleared
from payments.models import PaymentLine, PaymentOrder
from programmes.models import Commitment


def checks():
    """Yield a sentence for each fault, naming the row."""
    yield from sum_faults()
    yield from ledger_faults()
    yield from clawback_faults()
    yield from commitment_faults()
    yield from tranche_faults()
    yield from retention_faults()
    yield from contribution_faults()
    yield from agreement_faults()
    yield from budget_faults()
    yield from paper_faults()
    yield from amendment_faults()
    yield from screening_faults()
    yield from purchase_faults()
    yield from works_faults()


def _sum(queryset, field="amount", per="award"):
    rows = queryset.order_by().values(per).annotate(total=Sum(field)).values("total")
    return Coalesce(Subquery(rows), 0)


def with_sums():
    """Awards with planned, paid and counted money, and what ledger and commitment say, in minor units."""
    tranches = Tranche.objects.filter(award=OuterRef("pk")).exclude(state="dropped")
    accounts = Account.objects.filter(subject=OuterRef("ref"), book__key=OuterRef("programme__key"))
    live = Commitment.objects.live().filter(case_ref=OuterRef("application__ref"))
    recoveries = Recovery.objects.filter(award=OuterRef("pk"))
    return Award.objects.annotate(
        planned_total=_sum(tranches),
        paid_total=_sum(tranches.filter(state="paid")),
        ledger_paid=_sum(accounts.filter(code=postings.GRANTS_PAID), "balance_amount", per="subject"),
        ledger_due=_sum(accounts.filter(code=postings.RECOVERIES_DUE), "balance_amount", per="subject"),
        promised_used=_sum(live, "used_amount", per="case_ref"),
        settled_total=_sum(recoveries),
        spared_total=_sum(recoveries.exclude(kind=Recovery.Kind.RECEIVED)),
    )


def sum_faults():
    """G1: tranches within the award, paid within it."""
    for award in with_sums().filter(planned_total__gt=F("amount")).iterator(chunk_size=500):
        yield f"grants_award {award.ref}: its tranches are {award.planned_total}, the award is {award.amount}"
    over = with_sums().filter(amount__gt=F("application__approved_amount"), state__in=["approved", "active"])
    for award in over.iterator(chunk_size=500):
        yield f"grants_award {award.ref} is {award.amount}, more than the committee approved"
    signed = with_sums().exclude(state__in=["approved", "cancelled"]).exclude(planned_total=F("amount"))
    for award in signed.iterator(chunk_size=500):
        yield f"grants_award {award.ref} is signed for {award.amount}, its tranches are {award.planned_total}"


def ledger_faults():
    """What was paid and not asked back is the balance of 5000; what is asked back and still open that of 1200."""
    wrong = with_sums().exclude(ledger_paid=F("paid_total") - F("recovery_amount") + F("spared_total"))
    for award in wrong.iterator(chunk_size=500):
        yield (
            f"grants_award {award.ref}: paid {award.paid_total}, to be recovered {award.recovery_amount}, "
            f"account 5000 says {award.ledger_paid} with {award.spared_total} given up"
        )
    for award in with_sums().exclude(ledger_due=F("recovery_amount") - F("settled_total")).iterator(chunk_size=500):
        yield (
            f"grants_award {award.ref}: to be recovered {award.recovery_amount}, "
            f"account 1200 says {award.ledger_due} with {award.settled_total} settled"
        )
    over = with_sums().filter(settled_total__gt=F("recovery_amount"))
    for award in over.iterator(chunk_size=500):
        yield f"grants_award {award.ref}: {award.settled_total} came back or was given up of {award.recovery_amount}"
    same = Award.objects.filter(recoveries__kind=Recovery.Kind.GIVEN_UP, recoveries__by=F("ended_by")).distinct()
    for award in same.iterator(chunk_size=500):
        yield f"grants_award {award.ref}: who ended it has given its recovery up"


def clawback_faults():
    """What is asked back for an asset is one entry of that amount, decided by another than who let it go."""
    booked = Entry.objects.live().filter(event_key__startswith="clawback:", kind="grant_recovery_decided")
    legs = Leg.objects.filter(entry__in=booked.values("pk"), account__code=postings.RECOVERIES_DUE)
    amounts = dict(legs.values_list("entry__event_key", "amount"))
    for asset in Asset.objects.claimed().select_related("award").iterator(chunk_size=500):
        amount = amounts.pop(f"clawback:{asset.pk}", None)
        if amount != asset.claimed_amount:
            yield (
                f"grants_asset {asset.pk} of {asset.award.ref}: {asset.claimed_amount} is asked back, "
                f"its entry says {amount}"
            )
    for key in list(amounts)[:5]:
        yield f"ledger_entry {key}: nothing is asked back for that asset"
    given_up = Award.objects.filter(recoveries__kind=Recovery.Kind.GIVEN_UP, recoveries__by=F("assets__claimed_by"))
    for award in given_up.filter(assets__claimed_amount__gt=0).distinct()[:5]:
        yield f"grants_award {award.ref}: who decided what is asked back for an asset has given a recovery up"


def commitment_faults():
    """The promise is used by as much as was paid, and lives as long as the award does."""
    for award in with_sums().exclude(promised_used=F("paid_total")).iterator(chunk_size=500):
        yield f"grants_award {award.ref}: paid {award.paid_total}, its commitment says {award.promised_used}"
    yield from line_faults()
    refs = Commitment.objects.live().values("case_ref")
    active = Award.objects.filter(state__in=["active", "suspended"])
    for award in active.exclude(application__ref__in=refs).iterator(chunk_size=500):
        yield f"grants_award {award.ref} is {award.state} and no money is committed to it"
    reserved = Commitment.objects.filter(state=Commitment.State.RESERVED).values("case_ref")
    for award in active.filter(application__ref__in=reserved).iterator(chunk_size=500):
        yield f"grants_award {award.ref} is signed and its money is only reserved"


def line_faults():
    """What was paid from each line of an award is what its payments drew from that line, and no more than promised.

    The promise never covers less than was used: a constraint of the table sees to that.
    """
    lines = PaymentLine.objects.filter(order__kind="grant", order__state="settled")
    drawn = lines.filter(line=OuterRef("line"), order__application__ref=OuterRef("case_ref"))
    used = (
        Commitment.objects.live()
        .filter(window__call__instrument="grant")
        .annotate(drawn=_sum(drawn, per="order__application__ref"))
    )
    for row in used.exclude(used_amount=F("drawn")).select_related("line").iterator(chunk_size=500):
        yield (
            f"programmes_commitment of {row.case_ref}: {row.used_amount} used on {row.line.key}, "
            f"its payments drew {row.drawn}"
        )


def tranche_faults():
    """A tranche that is paid or on its way has its one live order of the same amount and state."""
    orders = PaymentOrder.objects.filter(ref=OuterRef("order_ref"), source_ref=OuterRef("ref"))
    rows = Tranche.objects.filter(state__in=["in_payment", "paid"]).annotate(
        ordered_amount=Subquery(orders.values("amount")[:1]), ordered_state=Subquery(orders.values("state")[:1])
    )
    wrong = rows.filter(
        Q(ordered_amount=None)
        | ~Q(ordered_amount=F("amount"))
        | (Q(state="paid") & ~Q(ordered_state="settled"))
        | (Q(state="in_payment") & ~Q(ordered_state__in=["prepared", "approved", "sent"]))
    )
    for tranche in wrong.iterator(chunk_size=500):
        yield f"grants_tranche {tranche.ref} is {tranche.state}; its order {tranche.order_ref or 'none'} says otherwise"
    unshown = Tranche.objects.filter(state__in=["certified", "in_payment", "paid"], deliverables__accepted_on=None)
    for tranche in unshown.exclude(deliverables=None).distinct().iterator(chunk_size=500):
        yield f"grants_tranche {tranche.ref} is {tranche.state} with a deliverable that is not accepted"


def retention_faults():
    """What is retained is the last tranche of the plan, once."""
    later = Tranche.objects.kept().filter(award=OuterRef("award"), number__gt=OuterRef("number"))
    early = Tranche.objects.kept().filter(kind=Tranche.Kind.RETENTION).filter(Exists(later))
    for tranche in early.iterator(chunk_size=500):
        yield f"grants_tranche {tranche.ref} is a retention and not the last tranche"


def contribution_faults():
    """Accepted co-financing stands in the memo accounts to the cent, once, and never without evidence."""
    memo = Leg.objects.filter(account__code=postings.COFINANCING)
    # One pass over the memo legs: each live entry belongs to one contribution.
    live = Entry.objects.live().filter(kind="cofinancing_accepted").values_list("pk", "event_key")
    keys = dict(live.iterator(chunk_size=2000))
    amounts = {}
    for entry, amount in memo.filter(entry__kind="cofinancing_accepted").values_list("entry", "amount"):
        if entry in keys:
            amounts[keys[entry]] = amounts.get(keys[entry], 0) + amount
    accepted = Contribution.objects.exclude(accepted_on=None).values_list("pk", "accepted_amount", "award__ref")
    for pk, amount, ref in accepted.iterator(chunk_size=2000):
        booked = amounts.pop(f"cofinancing:{pk}", None)
        if booked != amount:
            yield f"grants_contribution {pk} of {ref}: accepted {amount}, its memo entry says {booked}"
    for key in list(amounts)[:5]:
        yield f"ledger_entry {key}: no accepted contribution stands behind it"
    for asset in Asset.objects.filter(amount__lte=0)[:5]:
        yield f"grants_asset {asset.pk} has no cost"


def budget_faults():
    """G2, G4: a signed budget is the award; costs are within their line, after the agreement, and no own part too."""
    lines = BudgetLine.objects.filter(award=OuterRef("pk"))
    signed = Award.objects.exclude(signed_on=None).annotate(from_grant=_sum(lines, "grant_amount"))
    for award in signed.exclude(from_grant=F("amount")).iterator(chunk_size=500):
        yield f"grants_award {award.ref} is signed for {award.amount}, its budget takes {award.from_grant}"
    early = Expense.objects.exclude(accepted_on=None).filter(accepted_amount__gt=0)
    for row in early.filter(invoice_on__lt=F("award__signed_on")).select_related("award")[:5]:
        yield f"grants_expense {row.pk} of {row.award.ref}: the invoice is from before the agreement"
    twins = Expense.objects.filter(
        Q(invoice_key__in=Contribution.objects.exclude(invoice_key=None).values("invoice_key"))
        | Q(file_hash__in=Contribution.objects.exclude(file_hash=None).values("file_hash"))
    )
    for row in twins.select_related("award")[:5]:
        yield f"grants_expense {row.pk} of {row.award.ref}: the same paper counts as an own part too"
    for line in BudgetLine.objects.exclude(expenses=None).with_accepted().select_related("award__window"):
        if line.accepted_total * 100 > line.grant_amount * (100 + line.award.window.overrun_pct):
            yield (
                f"grants_budgetline {line.pk} of {line.award.ref}: {line.accepted_total} is accepted, "
                f"it takes {line.grant_amount} from the grant"
            )


def paper_faults():
    """G2: each paper that counts is taken by the row that brought it, and by no other."""
    for model in (Contribution, Expense, Purchase):
        owner = model._meta.model_name
        for field in ("invoice_key", "file_hash"):
            taken = CountedPaper.objects.filter(key=OuterRef(field), **{owner: OuterRef("pk")})
            for row in model.objects.exclude(**{field: None}).exclude(Exists(taken)).select_related("award")[:5]:
                yield f"grants_{owner} {row.pk} of {row.award.ref}: its paper counts without being taken by it"
        named = CountedPaper.objects.exclude(**{owner: None})
        kept = Q(**{f"{owner}__invoice_key": F("key")}) | Q(**{f"{owner}__file_hash": F("key")})
        for row in named.exclude(pk__in=named.filter(kept).values("pk"))[:5]:
            yield f"grants_countedpaper {row.pk} is taken by a {owner} that does not bring it"


def amendment_faults():
    """C2: an amendment in force has its paper, beside the agreement as it was signed."""
    in_force = Amendment.objects.filter(state=Amendment.State.APPROVED)
    for row in in_force.filter(Q(paper=None) | Q(award__agreement=None))[:5]:
        yield f"grants_amendment {row.ref} is in force without its paper or without the signed agreement"


def agreement_faults():
    """G6: an applicant has as many live awards in a window as the window allows."""
    open_states = ["approved", "active", "suspended"]
    held = Award.objects.filter(state__in=open_states).order_by().values("applicant", "window", "window__live_awards")
    rows = held.annotate(awards=Count("pk")).filter(awards__gt=F("window__live_awards"))
    for row in rows[:5]:
        yield f"applicants_party {row['applicant']} has {row['awards']} live awards in window {row['window']}"


def screening_faults():
    """C3: who signed since there is a sanctions list was clear of it on the day of the agreement."""
    first = first_list_on()
    if first is None:
        return
    signed = Award.objects.filter(signed_on__gte=first)
    for party in ("applicant", "business"):
        rows = signed.exclude(**{party: None}).exclude(was_cleared(party, "programme", "signed_on"))
        for award in rows.iterator(chunk_size=500):
            yield f"grants_award {award.ref} was signed without a clear screening of its {party}"
