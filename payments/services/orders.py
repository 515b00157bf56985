"""Payment orders: maker, checker, bank. Each act locks its dossier first, so one click has one effect."""

import rules
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from applicants.models import Part
from applicants.services import claim_part, lock_application, lock_applications
from audit.moves import advance, begin
from audit.refusals import Blocked, Invalid, NotAllowed, Stale
from audit.services import record, service
from ledger import postings
from ledger.models import Entry
from ledger.services import post, reverse
from payments.models import Batch, OwnAccount, PayeeAccount, PaymentLine, PaymentOrder, PaySheetRow
from payments.signals import payment_returned, payment_settled
from payments.sources import sources_for
from programmes.services import check_date, lock_lines, take_reference

ENTRY_KINDS = {"grant": "grant_paid", "loan": "loan_disbursed", "refund": "overpayment_refunded"}
DEBIT_CODES = {"grant": postings.GRANTS_PAID, "loan": postings.PRINCIPAL, "refund": postings.OVERPAYMENTS}


@service
def prepare_payment(*, application, kind, source_ref, payee, account, lines, on, by, key=None, reason=""):
    """The maker prepares one payment of a dossier. The bank amount is the lines' amounts less the fees withheld.

    `lines`: dicts of line (FundingLine), debit_code, subject, amount and fee_amount (minor units).
    Raises Blocked when a live payment for `source_ref` exists.
    """
    application = lock_application(application)
    if not rules.test_rule("payments.prepare", by, application):
        raise NotAllowed()
    check_date(on=on, programme=application.programme, by=by, reason=reason)
    account = PayeeAccount.objects.select_for_update().without_number().get(pk=account.pk)
    parts = [PaymentLine(**{"fee_amount": 0, **line}) for line in lines]
    _check_parts(application, kind, payee, account, parts)
    if PaymentOrder.objects.live().filter(source_ref=source_ref).exists():
        raise Blocked(_("A payment for %(source)s is prepared already.") % {"source": source_ref})
    claim_part(application=application, user=by, part=Part.Name.MAKER, on=on)
    order = PaymentOrder.objects.create(
        ref=take_reference("O", on.year),
        programme=application.programme,
        application=application,
        kind=kind,
        source_ref=source_ref,
        payee=payee,
        account=account,
        account_version=account.version,
        amount=sum(part.amount - part.fee_amount for part in parts),
        currency=account.currency,
        purpose=bank_text(application.programme, source_ref),
        prepared_by=by,
        prepared_on=on,
    )
    for part in parts:
        part.order = order
    PaymentLine.objects.bulk_create(parts)
    body = {
        "source": source_ref,
        "amount": order.amount,
        "currency": order.currency,
        "account": account.pk,
        "lines": [[part.line.key, part.debit_code, part.subject, part.amount, part.fee_amount] for part in parts],
    }
    return begin(order, by=by, on=on, body=body)


def _check_parts(application, kind, payee, account, parts):
    if kind not in ENTRY_KINDS:
        raise Invalid(_("“%(value)s” is not one of the answers.") % {"value": kind})
    if account.party_id != payee.pk or account.programme_id != application.programme_id:
        raise Invalid(_("This is not an account of the payee in this programme."), field="account")
    if account.closed_on is not None:
        raise Invalid(_("This account is closed."), field="account")
    if not parts:
        raise Invalid(_("A payment needs at least one line."))
    for part in parts:
        if part.line.currency != account.currency:
            raise Invalid(
                _("The account is in %(account)s and the money in %(line)s.")
                % {"account": account.currency, "line": part.line.currency},
                field="account",
            )
        if part.line.programme_id != application.programme_id or part.debit_code != DEBIT_CODES[kind]:
            raise Invalid(_("A line of this payment does not belong to it."))
        if part.amount <= 0 or not 0 <= part.fee_amount < part.amount or (part.fee_amount and kind != "loan"):
            raise Invalid(_("The amount must be above zero."), field="amount")


def payable_by(sources):
    """[(source, account)]: those with one confirmed account to which they can go, so that nothing has to be chosen."""
    parties = {party for source in sources for party in source.parties if source.order}
    found = {}
    accounts = PayeeAccount.objects.open().exclude(confirmed_by=None).filter(party__in=parties)
    for account in accounts.without_number().select_related("party", "programme").order_by("pk"):
        found.setdefault((account.programme_id, account.party_id, account.currency), []).append(account)
    pairs = []
    for source in sources:
        keys = [(source.programme_id, party, source.currency) for party in source.parties if source.order]
        own = [account for key in keys for account in found.get(key, [])]
        if len(own) == 1:
            pairs.append((source, own[0]))
    return pairs


def mark_of(source, account):
    """What the maker saw of a row: what it is for, how much, and to which account as it stood."""
    return f"{source.ref}|{source.amount}|{source.currency}|{account.pk}|{account.version}"


@service
def prepare_payments(*, marks, on, by, key=None):
    """The maker prepares all rows named by `marks` (mark_of) as they stood on the page: all or none.

    Raises Stale when one of them is another by now. Returns the first order.
    """
    waiting = {mark_of(*pair): pair for pair in payable_by(sources_for(by))}
    if not marks:
        raise Invalid(_("Choose at least one payment."))
    if set(marks) - waiting.keys():
        raise Stale(_("One of these payments has changed since you opened the page. Open it again and look at them."))
    pairs = [waiting[mark] for mark in set(marks)]
    made = [
        source.order(account=account, on=on, by=by)
        for source, account in sorted(pairs, key=lambda pair: (pair[0].application_id, pair[0].ref))
    ]
    return made[0]


def bank_text(programme, source_ref):
    """What the bank and the payee read: the public name and the reference, in the letters that banks accept."""
    with override("en"):
        name = "".join(letter if letter.isascii() else " " for letter in programme.public_name)
    return " ".join(f"{name} {source_ref}".split())[-140:]


def _locked(order):
    """The order as it is now, with its dossier locked."""
    return lock_orders([order])[0]


def _lock_account(order):
    order.account = PayeeAccount.objects.select_for_update().without_number().get(pk=order.account_id)
    return order


@service
def approve_payment(*, order, on, by, version=None, key=None):
    """The checker approves: a finance officer who is not the maker and plays no other part on the dossier."""
    order = _lock_account(_locked(order))
    check_date(on=on, programme=order.programme, by=by)
    advance(order, "approve", by=by, on=on, version=version, body={"account_version": order.account_version})
    claim_part(application=order.application, user=by, part=Part.Name.CHECKER, on=on)
    return order


@service
def approve_payments(*, orders, on, by, key=None):
    """The checker approves several payments at once: all or none. Returns the first of them."""
    fresh = lock_all(orders)
    if not fresh:
        raise Invalid(_("Choose the payments to approve."))
    for order in fresh:
        approve_payment(order=order, on=on, by=by)
    return fresh[0]


def lock_orders(orders):
    """The orders as they are now, all their dossiers locked in the order of their keys."""
    pks = [order.pk for order in orders]
    dossiers = lock_applications({order.application_id for order in orders})
    rows = PaymentOrder.objects.select_related("programme", "batch").filter(pk__in=pks)
    fresh = list(rows.order_by("application_id", "pk"))
    for order in fresh:
        order.application = dossiers[order.application_id]
    return fresh


def lock_all(orders):
    """The orders as they are now: all dossiers locked, then all accounts, each in the order of their keys."""
    fresh = lock_orders(orders)
    for order in sorted(fresh, key=lambda order: order.account_id):
        _lock_account(order)
    return sorted(fresh, key=lambda order: order.pk)


def payer_of(orders):
    """The programme's account from which all these orders are paid, or None: then they are typed at the bank by hand.

    An order whose own lines are paid from two accounts, or from one that nobody confirmed, has none. Raises Invalid
    when the orders do not go together.
    """
    parts = list(PaymentLine.objects.filter(order__in=orders).values_list("order", "line"))
    accounts = OwnAccount.objects.open().confirmed().paying({line for _order, line in parts}).without_number()
    by_line = {line.pk: account for account in accounts.prefetch_related("lines") for line in account.lines.all()}
    payers = {order.pk: set() for order in orders}
    for order, line in parts:
        payers[order].add(by_line.get(line))
    payers = {order: found.pop() if len(found) == 1 else None for order, found in payers.items()}
    first = next((order for order in orders if payers[order.pk]), None)
    if first is None:
        return None
    for order in orders:
        if payers[order.pk] != payers[first.pk]:
            raise Invalid(
                _("%(first)s is paid from %(account)s, and %(other)s is not. Send them as batches of their own.")
                % {"first": first.ref, "account": payers[first.pk], "other": order.ref}
            )
    return payers[first.pk]


@service
def send_payments(*, orders, on, by, key=None):
    """Approved orders go to the bank as one batch with its control sum. All or none."""
    fresh = lock_all(orders)
    if not fresh:
        raise Invalid(_("Choose the payments that go to the bank."))
    return send_locked(fresh, on=on, by=by, own_account=payer_of(fresh))


def send_locked(fresh, *, on, by, own_account):
    """One batch of orders that are locked already. `own_account`: what pays them, None for cash and by hand."""
    if len({(order.programme_id, order.currency) for order in fresh}) > 1:
        raise Invalid(_("A batch holds payments of one programme in one currency."))
    check_date(on=on, programme=fresh[0].programme, by=by)
    batch = Batch.objects.create(
        ref=take_reference("B", on.year),
        programme=fresh[0].programme,
        own_account=own_account,
        currency=fresh[0].currency,
        control_amount=sum(order.amount for order in fresh),
        made_on=on,
        made_by=by,
    )
    for order in fresh:
        order.batch = batch
        advance(order, "send", by=by, on=on, body={"batch": batch.ref})
    record(
        "batch.make",
        batch.ref,
        by=by,
        on=on,
        programme=batch.programme.key,
        body={"orders": len(fresh), "amount": batch.control_amount, "currency": batch.currency},
    )
    return batch


@service
def settle_payment(*, order, bank_reference, on, by, key=None, reason="", version=None, purse=""):
    """The bank has paid: `on` is the value date. Books each line, and tells grants or loans in this transaction.

    `purse`: the cash of a paymaster out of which it was paid instead; only the confirmed run of a sheet gives one.
    """
    order = _locked(order)
    check_way([order], purse)
    lines = list(order.lines.select_related("line"))
    lock_lines(*{part.line.key for part in lines})
    return settle_locked(
        order, lines, bank_reference=bank_reference, on=on, by=by, reason=reason, version=version, purse=purse
    )


def settle_locked(order, lines, *, bank_reference, on, by, reason="", version=None, purse=""):
    """Settle an order whose dossier and funding lines are locked; `lines` are its own, with their funding lines."""
    bank_reference = bank_reference.strip()
    if not bank_reference:
        raise Invalid(_("Enter the bank's reference."), field="bank_reference")
    advance(
        order,
        "settle",
        by=by,
        on=on,
        version=version,
        body={"amount": order.amount, "currency": order.currency},
        bank_reference=bank_reference[:60],
        value_on=on,
    )
    check_date(on=on, programme=order.programme, by=by, reason=reason)
    if on < order.batch.made_on:
        raise Invalid(
            _("The value date lies before %(date)s, the day on which the payment was sent.")
            % {"date": order.batch.made_on.strftime("%d.%m.%Y")},
            field="on",
        )
    for part in lines:
        post(
            book_key=order.programme.key,
            kind=ENTRY_KINDS[order.kind],
            event_key=event_key(order, part),
            legs=postings.from_purse(legs_of(order.kind, part), purse),
            currency=order.currency,
            value_on=on,
            by=by,
        )
    payment_settled.send(sender=PaymentOrder, order=order, by=by, on=on)
    return order


def check_way(orders, purse=""):
    """What stands on a pay sheet is answered by that sheet, not by the bank. Raises Blocked."""
    rows = {
        row.order_id: row.sheet for row in PaySheetRow.objects.filter(order__in=orders).select_related("sheet__advance")
    }
    for order in orders:
        sheet = rows.get(order.pk)
        if purse != (sheet.advance.purse if sheet else ""):
            raise Blocked(
                _("%(ref)s is paid in cash by the pay sheet %(sheet)s. Confirm the sheet.")
                % {"ref": order.ref, "sheet": sheet.ref if sheet else "–"}
            )


def event_key(order, part):
    return f"settle:{order.ref}:{part.pk}"


def legs_of(kind, part):
    """The legs that settling one line books (ledger/postings.py)."""
    if kind == PaymentOrder.Kind.LOAN:
        return postings.loan_disbursed(part.amount, part.fee_amount, line=part.line.key, loan=part.subject)
    if kind == PaymentOrder.Kind.REFUND:
        return postings.overpayment_refunded(part.amount, line=part.line.key, loan=part.subject)
    return postings.grant_paid(part.amount, line=part.line.key, award=part.subject)


@service
def return_payment(*, order, reason, on, by, key=None, version=None, purse=""):
    """The bank did not pay, or sent the money back days later: then what was booked is reversed on that day."""
    order = _locked(order)
    check_way([order], purse)
    _need(reason)
    lines = list(order.lines.select_related("line"))
    lock_lines(*{part.line.key for part in lines})
    settled = order.state == PaymentOrder.State.SETTLED
    advance(order, "bounce" if settled else "return_unpaid", by=by, on=on, reason=reason, version=version)
    check_date(on=on, programme=order.programme, by=by, reason=reason)
    since = order.value_on or order.batch.made_on
    if on < since:
        raise Invalid(
            _("The money cannot come back before it went out on %(date)s.") % {"date": since.strftime("%d.%m.%Y")},
            field="on",
        )
    if settled:
        for part in lines:
            entry = Entry.objects.live().for_event(event_key(order, part)).get()
            reverse(entry=entry, reason=reason, by=by, on=on, value_on=on)
    payment_returned.send(sender=PaymentOrder, order=order, by=by, on=on)
    return order


@service
def cancel_payment(*, order, reason, on, by, version=None):
    """Prepared or approved, and not to be sent. The tranche or loan behind it can be ordered anew."""
    order = _locked(order)
    if version is not None and int(version) != order.version:
        raise Stale()
    _need(reason)
    advance(order, "cancel", by=by, on=on, reason=reason)
    check_date(on=on, programme=order.programme, by=by, reason=reason)
    payment_returned.send(sender=PaymentOrder, order=order, by=by, on=on)
    return order


def _need(reason):
    if not reason.strip():
        raise Invalid(_("Say why."), field="reason")
