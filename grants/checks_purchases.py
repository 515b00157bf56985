"""What must always be true of purchases, read from the tables: quotes or waiver, second persons, sums, assets."""

from django.db.models import Case, Count, F, OuterRef, Q, Subquery, Sum, When
from django.db.models.functions import Coalesce

from grants.conditions_purchases import BOUGHT, quotes_needed
from grants.models import Asset, Contribution, Expense, Purchase, Tranche

PAST_CHOICE = (
    Purchase.State.CHOSEN,
    Purchase.State.APPROVED,
    Purchase.State.ORDERED,
    Purchase.State.RECEIVED,
    Purchase.State.MATCHED,
)


def purchase_faults():
    """Yield a sentence for each fault, naming the row."""
    yield from _quote_faults()
    yield from _person_faults()
    yield from _paper_faults()
    yield from _asset_faults()
    yield from _tranche_faults()


def _quote_faults():
    """As many quotes as the amount asks for, or a waiver; the chosen one is a quote, and the dearer has its reason."""
    rows = Purchase.objects.filter(state__in=PAST_CHOICE).select_related("award__window")
    rows = rows.prefetch_related("quotes")
    for row in rows.iterator(chunk_size=500):
        counted = [quote for quote in row.quotes.all() if not quote.late]
        chosen = [quote for quote in counted if (quote.supplier_id, quote.amount) == (row.supplier_id, row.amount)]
        if not chosen:
            yield f"grants_purchase {row.ref}: no quote in time is of its supplier and amount"
        elif row.amount > min(quote.amount for quote in counted) and not row.choice_reason:
            yield f"grants_purchase {row.ref} is not the cheapest and has no reason"
        if row.waived_by_id is None and len(counted) < (quotes_needed(row) or 1):
            yield f"grants_purchase {row.ref} has {len(counted)} quotes and no waiver"


def _person_faults():
    """Nobody is missing in a state that needs them. That they differ the database keeps itself."""
    past = [
        (PAST_CHOICE, "chosen_by"),
        (PAST_CHOICE[1:], "approved_by"),
        (PAST_CHOICE[2:], "ordered_by"),
        (PAST_CHOICE[3:], "received_by"),
        (PAST_CHOICE[4:], "matched_by"),
    ]
    for states, person in past:
        for row in Purchase.objects.filter(state__in=states, **{person: None})[:5]:
            yield f"grants_purchase {row.ref} is {row.state} without {person}"


def _paper_faults():
    """G2: an invoice counts once, and is not older than the agreement."""
    for model in (Contribution, Expense):
        keys = model.objects.exclude(invoice_key=None).values("invoice_key")
        files = model.objects.exclude(file_hash=None).values("file_hash")
        for row in Purchase.objects.filter(Q(invoice_key__in=keys) | Q(file_hash__in=files))[:5]:
            yield f"grants_purchase {row.ref}: the same paper counts as another cost too"
    early = Purchase.objects.filter(state="matched", invoice_on__lt=F("award__signed_on"))
    for row in early[:5]:
        yield f"grants_purchase {row.ref}: the invoice is from before the agreement"


def _asset_faults():
    """A matched purchase has one asset for each piece received, and they cost what was paid; others have none."""
    assets = Asset.objects.filter(purchase=OuterRef("pk")).order_by().values("purchase")
    rows = Purchase.objects.annotate(
        pieces=Coalesce(Subquery(assets.annotate(n=Count("pk")).values("n")), 0),
        worth=Coalesce(Subquery(assets.annotate(total=Sum("amount")).values("total")), 0),
        due=Case(When(state="matched", then=F("received_quantity")), default=0),
    )
    for row in rows.exclude(pieces=F("due"))[:5]:
        yield f"grants_purchase {row.ref}: {row.received_quantity} received, {row.pieces} on the register of assets"
    for row in rows.filter(state="matched").exclude(worth=F("amount"))[:5]:
        yield f"grants_purchase {row.ref}: bought for {row.amount}, its assets cost {row.worth}"
    unsigned = Asset.objects.exclude(purchase=None).exclude(handed_over_on=None)
    for asset in unsigned.filter(Q(evidence=None) | Q(title_passes_on=None))[:5]:
        yield f"grants_asset {asset.pk} of {asset.award.ref} is handed over without its signed certificate"


def _tranche_faults():
    """Where the window asks for it, a supplier is paid what was matched with him."""
    bought = Purchase.objects.filter(tranche=OuterRef("pk"), state="matched", supplier=OuterRef("payee"))
    total = bought.order_by().values("tranche").annotate(total=Sum("amount")).values("total")
    rows = Tranche.objects.filter(
        award__window__purchases_required=True,
        modality__in=BOUGHT,
        state__in=["certified", "in_payment", "paid"],
    ).annotate(bought=Coalesce(Subquery(total), 0))
    for row in rows.exclude(bought=F("amount"))[:5]:
        yield f"grants_tranche {row.ref} is {row.state} for {row.amount}; purchases of {row.bought} are matched"
