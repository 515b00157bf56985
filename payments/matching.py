"""The facts behind the proposals of a statement, read in a few queries; reads only."""

import hashlib

from django.db.models import Exists, OuterRef, Q, Value
from django.db.models.functions import Concat

from payments.cash import loose_cash
from payments.models import Batch, CashAdvance, CashReturn, PaymentOrder, StatementLine
from payments.proposals import BATCH, BatchFacts, CashFacts, LineFacts, OrderFacts, propose, propose_cash


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
    found = propose(
        lines,
        _orders(orders),
        [BatchFacts(row.ref, row.control_amount, row.made_on, not row.answered) for row in waiting],
    )
    for pk, cash in propose_cash(lines, _cash(statement)).items():
        if pk not in found or cash.rank > found[pk].rank:
            found[pk] = cash
    return found


def advances_waiting(statement):
    """Advances of the account's lines that left it, or will, and stand on no statement yet."""
    named = StatementLine.objects.filter(entry__event_key=Concat(Value("advance:"), OuterRef("ref")))
    return _advances(statement).exclude(state="cancelled").exclude(Exists(named))


def _advances(statement):
    return CashAdvance.objects.filter(programme=statement.programme_id, line__own_accounts=statement.own_account_id)


def _cash(statement):
    facts = [CashFacts(row.ref, -row.amount, row.bank_reference) for row in advances_waiting(statement)]
    deposits = CashReturn.objects.on_no_statement().filter(advance__in=_advances(statement))
    facts += [CashFacts(row.advance.ref, row.amount, row.reference) for row in deposits.select_related("advance")]
    # Nobody has recorded this deposit: the line is the slip.
    facts += [CashFacts(row.ref, loose_cash(row)) for row in _advances(statement).filter(state="open")]
    return [one for one in facts if one.amount]


def _lines(rows):
    names = ("pk", "amount", "currency", "value_on", "counterparty", "counterparty_index", "text", "end_to_end")
    read = rows.values_list(*names, "batch_reference", "bank_reference", "return_reason")
    return [LineFacts(*facts, returned=bool(reason), bank_reference=bank) for *facts, bank, reason in read]


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


def cash_choices(line):
    """Advances that the line may have paid out, or of which it may have brought cash back."""
    if line.amount < 0:
        return list(advances_waiting(line.statement).filter(amount=-line.amount).select_related("paymaster")[:MOST])
    deposits = CashReturn.objects.on_no_statement().filter(amount=line.amount)
    advances = _advances(line.statement).filter(Q(state="open") | Q(returns__in=deposits)).distinct()
    waiting = set(deposits.values_list("advance", flat=True))
    rows = advances.select_related("paymaster")[:MOST]
    return [row for row in rows if row.pk in waiting or loose_cash(row) >= line.amount]


def choices_for(line, verb):
    """[(row, words)] to choose from: payments and batches of the line's amount, or its account's funding lines."""
    if verb == "book":
        lines = line.statement.own_account.lines.select_related("donor")
        cash = [(row, f"{row.ref}, {row.paymaster}") for row in cash_choices(line)]
        return cash + [(row, f"{row.name}, {row.donor}") for row in lines]
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
