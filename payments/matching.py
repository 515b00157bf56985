"""The facts behind the proposals of a statement, read in a few queries; reads only."""

import hashlib

from django.db.models import Exists, OuterRef, Q

from payments.models import Batch, PaymentOrder
from payments.proposals import BATCH, BatchFacts, LineFacts, OrderFacts, propose


def proposals_for(statement):
    """{line pk: Proposal} for the open lines of a statement."""
    lines = _lines(statement.lines.open())
    if not lines:
        return {}
    same = {"programme": statement.programme_id, "currency": statement.currency}
    orders = PaymentOrder.objects.filter(**same).paid_from(statement.own_account_id)
    came_in = {line.amount for line in lines if line.amount > 0}
    # Of what was paid long ago only that matters which may have come back with one of these lines.
    gone = Q(state="sent") | Q(state="settled", amount__in=came_in)
    orders = orders.filter(gone).exclude(statement_lines__state="returned").order_by("pk")
    batches = Batch.objects.filter(**same).paid_from(statement.own_account_id)
    answered = PaymentOrder.objects.filter(batch=OuterRef("pk")).exclude(state="sent")
    waiting = batches.filter(orders__state="sent").distinct().annotate(answered=Exists(answered))
    return propose(
        lines,
        _orders(orders),
        [BatchFacts(row.ref, row.control_amount, row.made_on, not row.answered) for row in waiting],
    )


def _lines(rows):
    names = ("pk", "amount", "currency", "value_on", "counterparty", "counterparty_index", "text", "end_to_end")
    read = rows.values_list(*names, "batch_reference", "return_reason")
    return [LineFacts(*facts, returned=bool(reason)) for *facts, reason in read]


def _orders(rows):
    facts = ("ref", "amount", "state", "source_ref", "batch__made_on", "batch__ref")
    read = rows.values_list(*facts, "account__holder", "payee__name", "payee__name_script", "account__number_index")
    return [OrderFacts(*row[:6], names=tuple(filter(None, row[6:9])), number_index=row[9]) for row in read]


def seal_of(proposals):
    """Names a set of proposals: what a person confirmed is what is taken."""
    said = sorted(f"{one.line} {one.act} {one.ref}" for one in proposals)
    return hashlib.sha256("\n".join(said).encode()).hexdigest()


def orders_behind(programme, proposals):
    """{reference: PaymentOrder or Batch} of these proposals."""
    batches = {one.ref for one in proposals if one.act == BATCH}
    orders = {one.ref for one in proposals if one.act != BATCH}
    found = {order.ref: order for order in PaymentOrder.objects.filter(programme=programme, ref__in=orders)}
    return found | {batch.ref: batch for batch in Batch.objects.filter(programme=programme, ref__in=batches)}


MOST = 50


def choices_for(line, verb):
    """[(row, words)] to choose from: payments and batches of the line's amount, or its account's funding lines."""
    if verb == "book":
        return [(row, f"{row.name}, {row.donor}") for row in line.statement.own_account.lines.select_related("donor")]
    same = {"programme": line.statement.programme_id, "currency": line.currency}
    account = line.statement.own_account_id
    orders = PaymentOrder.objects.filter(**same, amount=abs(line.amount)).paid_from(account).for_pages()
    if verb == "take_return":
        gone = orders.in_state("sent", "settled").exclude(statement_lines__state="returned")
        return [(row, _said(row)) for row in gone.order_by("-pk")[:MOST]]
    batches = (
        Batch.objects.filter(**same, control_amount=-line.amount, orders__state="sent").paid_from(account).distinct()
    )
    found = [(row, _said(row)) for row in orders.in_state("sent").order_by("pk")[:MOST]]
    return found + [(row, f"{row.ref}, {row.made_on:%d.%m.%Y}") for row in batches[:MOST]]


def _said(order):
    return f"{order.ref}, {order.payee}, {order.source_ref}, {order.account}"
