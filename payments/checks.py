"""What must always be true of payments (INVARIANTS C3), read from the tables: what `verify` asks."""

import hashlib

from django.db.models import Count, Exists, F, OuterRef, Q, Subquery, Sum
from django.db.models.functions import Coalesce

from applicants.services.evidence import path_of
from ledger import postings
from ledger.models import Account, Entry, Leg
from payments.cash import in_hand
from payments.clearance import first_list_on
from payments.conditions import why_no_witness
from payments.models import (
    Batch,
    CashAdvance,
    Match,
    MoneyRule,
    OwnAccount,
    PaymentLine,
    PaymentOrder,
    PaySheetRow,
    Screening,
    ScreeningList,
    Statement,
    StatementLine,
)
from payments.services.orders import ENTRY_KINDS, legs_of


def checks():
    """Yield a sentence for each fault, naming the row."""
    yield from people_faults()
    yield from sum_faults()
    yield from entry_faults()
    yield from statement_faults()
    yield from statement_line_faults()
    yield from own_account_faults()
    yield from screening_faults()
    yield from advance_faults()
    yield from money_rule_faults()
    yield from pay_sheet_faults()


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
    paid = PaySheetRow.objects.filter(result="paid", sheet__state="confirmed").select_related("sheet__advance")
    purses = {row.order_id: row.sheet.advance.purse for row in paid.iterator(chunk_size=500)}
    settled = PaymentLine.objects.filter(order__state="settled").select_related("order", "line")
    for part in settled.iterator(chunk_size=2000):
        pk, value_on = live.pop(f"settle:{part.order.ref}:{part.pk}", (None, None))
        made = postings.from_purse(legs_of(part.order.kind, part), purses.get(part.order_id, ""))
        wanted = sorted((leg.code, leg.line, leg.subject, leg.amount) for leg in made)
        if pk is None:
            yield f"payments_paymentorder {part.order.ref} is settled and has no live entry for its line {part.pk}"
        elif sorted(legs.get(pk, [])) != wanted or value_on != part.order.value_on:
            yield f"payments_paymentorder {part.order.ref}: its entry {pk} is not what its line {part.pk} says"
    for key in list(live)[:5]:
        yield f"ledger_entry {key}: its payment is not settled"


def statement_faults():
    """Opening balance, own lines and lines that were known before make the closing balance; the file lies there."""
    own = StatementLine.objects.filter(statement=OuterRef("pk")).order_by().values("statement")
    lines_total = Coalesce(Subquery(own.annotate(total=Sum("amount")).values("total")), 0)
    for row in Statement.objects.annotate(lines_total=lines_total).order_by("pk").iterator(chunk_size=500):
        made = row.opening_amount + row.lines_total + row.known_amount
        if made != row.closing_amount:
            yield f"payments_statement {row.pk}: its lines make {made}, its closing balance is {row.closing_amount}"
        path = path_of(row.sha256)
        if not path.exists() or hashlib.sha256(path.read_bytes()).hexdigest() != row.sha256:
            yield f"payments_statement {row.pk}: its file is missing or was changed"


def statement_line_faults():
    """A used line says what it became, to the cent and with the bank's reference; a booked one names its entry."""
    used = StatementLine.objects.exclude(state__in=["open", "set_aside"]).select_related("order", "batch", "entry")
    sums = dict(
        # Cash in a paymaster's hands or in a box is money of the line, and not on the account.
        Leg.objects.filter(entry__in=used.values("entry"), account__code=postings.BANK, account__subject="")
        .values_list("entry")
        .annotate(total=Sum("amount"))
    )
    for line in used.defer("counterparty_number").prefetch_related("batch__orders").iterator(chunk_size=500):
        for fault in _faults_of(line, sums):
            yield f"payments_statementline {line.ref} {fault}"


def _faults_of(line, sums):
    if line.state == "booked":
        if sums.get(line.entry_id) != line.amount:
            yield f"moves {line.amount}, its entry {line.entry_id} moves {sums.get(line.entry_id)}"
    elif line.state == "returned":
        if line.order.state != "returned" or line.order.amount != line.amount:
            yield f"says that {line.order.ref} came back, which is {line.order.state} with {line.order.amount}"
    else:
        settled = [line.order] if line.order else list(line.batch.orders.all())
        if sum(order.amount for order in settled) != -line.amount:
            yield f"moves {-line.amount}, what it settles is {sum(order.amount for order in settled)}"
        for order in settled:
            if order.state not in ("settled", "returned") or order.bank_reference != line.bank_reference:
                yield f"settles {order.ref}, which is {order.state} with the reference {order.bank_reference}"


def own_account_faults():
    """A batch is paid from one account, that a second person confirmed and that pays all its lines."""
    paid = OwnAccount.lines.through.objects.filter(
        ownaccount=OuterRef("order__batch__own_account"), fundingline=OuterRef("line")
    )
    drawn = PaymentLine.objects.exclude(order__batch__own_account=None)
    for part in drawn.exclude(Exists(paid)).select_related("order__batch", "line").iterator(chunk_size=500):
        yield f"payments_batch {part.order.batch.ref}: its account does not pay the line {part.line.key}"
    batches = Batch.objects.exclude(own_account=None)
    other = ~Q(own_account__programme=F("programme")) | ~Q(own_account__currency=F("currency"))
    for batch in batches.filter(other).iterator(chunk_size=500):
        yield f"payments_batch {batch.ref}: its account is of another programme or currency"
    for batch in batches.filter(own_account__confirmed_by=None).iterator(chunk_size=500):
        yield f"payments_batch {batch.ref} is paid from an account that nobody confirmed"
    for account in OwnAccount.objects.filter(confirmed_by=F("entered_by")).without_number():
        yield f"payments_ownaccount {account.pk} was confirmed by who entered it"
    pairs = OwnAccount.lines.through.objects.filter(ownaccount__closed_on=None).values("fundingline__key")
    for row in pairs.annotate(accounts=Count("pk")).filter(accounts__gt=1):
        yield f"programmes_fundingline {row['fundingline__key']} is paid from {row['accounts']} open accounts"


def screening_faults():
    """C3: what was approved since there is a list rests on a clear screening of its payee; matches on two people.

    A screening is clear exactly when all its possible matches are decided as others; its lists were loaded by its day.
    """
    first = first_list_on()
    if first is not None:
        orders = PaymentOrder.objects.filter(state__in=["approved", "sent", "settled"], approved_on__gte=first)
        rests = orders.filter(
            screening__party=F("payee"),
            screening__programme=F("programme"),
            screening__on__lte=F("approved_on"),
            screening__clear_on__lte=F("approved_on"),
        )
        for order in orders.exclude(pk__in=rests.values("pk")).iterator(chunk_size=500):
            yield f"payments_paymentorder {order.ref} was approved without a clear screening of its payee"
    alone = Match.objects.filter(carried_from=None, decided_by=F("screened_by"))
    for match in alone.iterator(chunk_size=500):
        yield f"payments_match {match.pk} was decided by who screened"
    for match in Match.objects.filter(decided_by=F("screening__staff"))[:5]:
        yield f"payments_match {match.pk} was decided by who is looked at"
    undecided = Match.objects.filter(screening=OuterRef("pk")).exclude(decision="other")
    for row in Screening.objects.filter(Exists(undecided), outcome="clear").iterator(chunk_size=500):
        yield f"payments_screening {row.pk} is clear with a possible match that nobody has ruled out"
    for row in Screening.objects.exclude(outcome="clear").exclude(Exists(undecided)).iterator(chunk_size=500):
        yield f"payments_screening {row.pk} is {row.outcome} and no possible match holds it"
    for row in ScreeningList.objects.annotate(found=Count("entries")).exclude(found=F("entries_number")):
        yield f"payments_screeninglist {row.pk} says {row.entries_number} entries and has {row.found}"


def advance_faults():
    """Cash in a paymaster's hands by the ledger is what was advanced less paid, brought back and lost."""
    booked = Account.objects.filter(code=postings.BANK, subject__startswith="cash:").values("subject")
    held = {row["subject"]: row["total"] for row in booked.annotate(total=Sum("balance_amount"))}
    for row in CashAdvance.objects.order_by("pk").iterator(chunk_size=500):
        cash = held.pop(row.purse, 0)
        if cash != in_hand(row):
            yield f"payments_cashadvance {row.ref}: the ledger holds {cash}, its papers {in_hand(row)}"
        if row.state == "closed" and cash:
            yield f"payments_cashadvance {row.ref} is closed with {cash} in hand"
        if row.prepared_by_id == row.approved_by_id or row.paymaster_id in (row.prepared_by_id, row.approved_by_id):
            yield f"payments_cashadvance {row.ref}: maker, checker and paymaster are not three people"
    for purse in held:
        yield f"ledger_account {purse}: there is no such advance"
    live = CashAdvance.objects.live().order_by().values("paymaster").annotate(rows=Count("pk"))
    for row in live.filter(rows__gt=1):
        yield f"accounts_user {row['paymaster']} has {row['rows']} open advances"


def money_rule_faults():
    """A rule that holds was confirmed by another than who proposed it."""
    for row in MoneyRule.objects.filter(confirmed_by=F("proposed_by"))[:5]:
        yield f"payments_moneyrule {row.pk} was confirmed by who proposed it"
    for row in MoneyRule.objects.exclude(proposed_by=None).exclude(confirmed_on=None).filter(confirmed_by=None)[:5]:
        yield f"payments_moneyrule {row.pk} is in force and nobody confirmed it"


def pay_sheet_faults():
    """A row of a confirmed sheet settled its payment under its own reference, before a witness, or returned it."""
    related = ("sheet__advance__paymaster", "order__application__adviser")
    rows = PaySheetRow.objects.select_related(*related).order_by("pk")
    for row in rows.iterator(chunk_size=500):
        order, sheet = row.order, row.sheet
        wanted = {"paid": "settled", "unpaid": "returned"}.get(row.result) if sheet.state == "confirmed" else "sent"
        if order.state != wanted or order.batch_id != sheet.batch_id:
            yield f"payments_paysheetrow {row.ref}: {order.ref} is {order.state}, the sheet says {wanted}"
        if order.state == "settled" and (order.bank_reference, order.value_on) != (row.ref, sheet.paid_on):
            yield f"payments_paysheetrow {row.ref}: {order.ref} settled as {order.bank_reference}"
        if row.result == "paid" and why_no_witness(
            row.witness_name, sheet.advance.paymaster, order.application.adviser
        ):
            yield f"payments_paysheetrow {row.ref}: its witness has a part in it"
        if sheet.confirmed_by_id and sheet.confirmed_by_id in (sheet.recorded_by_id, sheet.advance.paymaster_id):
            yield f"payments_paysheet {sheet.ref} was confirmed by its paymaster"
