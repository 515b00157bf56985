"""What must always be true of payments (INVARIANTS C3), read from the tables: what `verify` asks."""

from django.db.models import F, OuterRef, Q, Subquery, Sum
from django.db.models.functions import Coalesce

from ledger.models import Entry, Leg
from payments.models import Batch, PaymentLine, PaymentOrder
from payments.services.orders import ENTRY_KINDS, legs_of


def checks():
    """Yield a sentence for each fault, naming the row."""
    yield from people_faults()
    yield from sum_faults()
    yield from entry_faults()


def people_faults():
    """Maker and checker are two people, and the dossier knows them by these parts."""
    for order in PaymentOrder.objects.filter(approved_by=F("prepared_by")).iterator(chunk_size=500):
        yield f"payments_paymentorder {order.ref} was approved by its maker"
    for name, part in (("prepared_by", "maker"), ("approved_by", "checker")):
        orders = PaymentOrder.objects.exclude(**{name: None})
        held = Q(application__parts__user=F(name), application__parts__part=part)
        for order in orders.exclude(pk__in=orders.filter(held).values("pk")).iterator(chunk_size=500):
            yield f"payments_paymentorder {order.ref}: {name} is not the {part} of its dossier"
    for order in PaymentOrder.objects.filter(state="approved", account__confirmed_by=None).iterator(chunk_size=500):
        yield f"payments_paymentorder {order.ref} is approved for an account that nobody confirmed"


def sum_faults():
    """An order is the sum of its lines, a batch the sum of its orders."""
    parts = PaymentLine.objects.filter(order=OuterRef("pk")).order_by().values("order")
    orders = PaymentOrder.objects.annotate(
        lines_total=Coalesce(Subquery(parts.annotate(total=Sum(F("amount") - F("fee_amount"))).values("total")), 0)
    )
    for order in orders.exclude(lines_total=F("amount")).iterator(chunk_size=500):
        yield f"payments_paymentorder {order.ref} is {order.amount}, its lines are {order.lines_total}"
    sent = PaymentOrder.objects.filter(batch=OuterRef("pk")).order_by().values("batch")
    batches = Batch.objects.annotate(
        orders_total=Coalesce(Subquery(sent.annotate(total=Sum("amount")).values("total")), 0)
    )
    for batch in batches.exclude(orders_total=F("control_amount")).iterator(chunk_size=500):
        yield f"payments_batch {batch.ref} says {batch.control_amount}, its payments are {batch.orders_total}"
    wrong = Q(state__in=["sent", "settled"], batch=None) | Q(state__in=["prepared", "approved"], batch__isnull=False)
    unsent = PaymentOrder.objects.filter(wrong)
    for order in unsent.iterator(chunk_size=500):
        yield f"payments_paymentorder {order.ref} is {order.state} and its batch says otherwise"


def entry_faults():
    """A settled order has one live entry for each line, with exactly its legs; any other order has none."""
    booked = Entry.objects.live().filter(kind__in=ENTRY_KINDS.values(), event_key__startswith="settle:")
    live = {key: (pk, value_on) for pk, key, value_on in booked.values_list("pk", "event_key", "value_on").iterator()}
    legs = {}
    rows = Leg.objects.filter(entry__in=booked.values("pk")).values_list(
        "entry", "account__code", "account__line", "account__subject", "amount"
    )
    for entry, *leg in rows.iterator(chunk_size=5000):
        legs.setdefault(entry, []).append(tuple(leg))
    settled = PaymentLine.objects.filter(order__state="settled").select_related("order", "line")
    for part in settled.iterator(chunk_size=2000):
        pk, value_on = live.pop(f"settle:{part.order.ref}:{part.pk}", (None, None))
        wanted = sorted((leg.code, leg.line, leg.subject, leg.amount) for leg in legs_of(part.order.kind, part))
        if pk is None:
            yield f"payments_paymentorder {part.order.ref} is settled and has no live entry for its line {part.pk}"
        elif sorted(legs.get(pk, [])) != wanted or value_on != part.order.value_on:
            yield f"payments_paymentorder {part.order.ref}: its entry {pk} is not what its line {part.pk} says"
    for key in list(live)[:5]:
        yield f"ledger_entry {key}: its payment is not settled"
