"""Bank statements: loaded whole or not at all, and each line becomes a fact once, when a person says which.

Locks: the dossiers of the payments by their keys, then the lines of the statement by theirs, then FundingLines and Book
as the payment's own services take them. Loading locks the account.
"""

import hashlib
from collections import Counter
from contextlib import contextmanager

import rules
from django.utils.translation import gettext_lazy as _

from accounts.encryption import blind_index
from applicants.services.evidence import keep
from audit.moves import advance, begin
from audit.refusals import Blocked, Invalid, NotAllowed, Stale
from audit.services import record, service
from ledger.money import Money
from payments.matching import orders_behind, proposals_for, seal_of
from payments.models import Batch, OwnAccount, PaymentLine, PaymentOrder, Statement, StatementLine
from payments.numbers import tail
from payments.proposals import BATCH, RETURN, SETTLE
from payments.services.capital import book_charge, receive_capital
from payments.services.orders import check_way, lock_orders, return_payment, settle_locked
from payments.statements import read_statement
from programmes.services import check_date, lock_lines


@service
def load_statement(*, own_account, content, name, on, by):
    """Read a statement file of this account and keep its new lines. Returns the Statement.

    Raises Blocked when this file was loaded before (it says when and by whom), Invalid for a file that cannot be read,
    is not whole, or is of another account or currency. Then nothing is kept.
    """
    account = OwnAccount.objects.select_for_update().select_related("programme").get(pk=own_account.pk)
    if not rules.test_rule("payments.load_statement", by, account):
        raise NotAllowed()
    check_date(on=on, programme=account.programme, by=by)
    if not account.is_confirmed:
        raise Blocked(_("A second person must confirm the account before statements of it are loaded."))
    sha256 = hashlib.sha256(content).hexdigest()
    _refuse_known(account, sha256)
    facts = read_statement(content)
    _check_account(account, facts)
    if facts.to_on > on:
        raise Invalid(
            _("The statement ends on %(date)s, which lies in the future. Take it from the bank again.")
            % {"date": f"{facts.to_on:%d.%m.%Y}"},
            field="content",
        )
    keep(content)
    lines, known = _new_lines(account, facts.lines)
    statement = Statement.objects.create(
        programme=account.programme,
        own_account=account,
        form=facts.form,
        name=_file_name(name),
        sha256=sha256,
        number=facts.number,
        currency=facts.currency,
        from_on=facts.from_on,
        to_on=facts.to_on,
        opening_amount=facts.opening_amount,
        closing_amount=facts.closing_amount,
        known_count=len(known),
        known_amount=sum(line.amount for line in known),
        loaded_on=on,
        loaded_by=by,
    )
    _keep_lines(statement, lines, by, on)
    record(
        "statement.load",
        statement.ref,
        by=by,
        on=on,
        programme=account.programme.key,
        body={
            "account": account.pk,
            "sha256": sha256,
            "lines": len(lines),
            "known": len(known),
            "opening": facts.opening_amount,
            "closing": facts.closing_amount,
            "currency": facts.currency,
        },
    )
    return statement


def _refuse_known(account, sha256):
    earlier = Statement.objects.filter(own_account=account, sha256=sha256).select_related("loaded_by").first()
    if earlier is not None:
        raise Blocked(
            _("This file was loaded on %(date)s by %(who)s. Nothing was added.")
            % {"date": f"{earlier.loaded_on:%d.%m.%Y}", "who": earlier.loaded_by}
        )


def _check_account(account, facts):
    wanted = {blind_index(one) for one in _spellings(facts.account, facts.currency)}
    if account.number_index not in wanted and facts.account[-4:] == account.number_tail:
        raise Invalid(
            _("The statement is of another account with the same last digits. Choose the account that it belongs to."),
            field="content",
        )
    if account.number_index not in wanted:
        raise Invalid(
            _(
                "The statement is of the account that ends in %(given)s, and this is the account that ends in %(own)s. "
                "Choose the account that the statement belongs to."
            )
            % {"given": facts.account[-4:], "own": account.number_tail},
            field="content",
        )
    if facts.currency != account.currency:
        raise Invalid(
            _("The statement is in %(given)s and the account in %(own)s. Choose the account in that currency.")
            % {"given": facts.currency, "own": account.currency},
            field="content",
        )


def _spellings(number, currency):
    """An account number as banks write it: alone, after the code of the bank and a slash, with the currency behind."""
    for one in (number, number.rpartition("/")[2]):
        yield one
        yield one.removesuffix(currency)


def _file_name(name):
    name = name.replace("\\", "/").rpartition("/")[2]
    return "".join(letter for letter in name if letter.isprintable())[-160:] or "statement"


def _new_lines(account, lines):
    """(pairs of line and fingerprint that are new, the lines that an earlier statement had).

    Identical lines of one day are told apart by their count within it: the second of two equal payments is kept.
    """
    counts, printed = Counter(), []
    for line in lines:
        facts = (
            line.booked_on.isoformat(),
            line.value_on.isoformat(),
            str(line.amount),
            blind_index(line.number),
            line.name.casefold(),
            line.text.casefold(),
            line.end_to_end,
            line.bank_reference,
        )
        counts[facts] += 1
        text = "\n".join([*facts, str(counts[facts])])
        printed.append((line, hashlib.sha256(text.encode()).hexdigest()))
    days = [line.booked_on for line in lines]
    had = set()
    if days:
        earlier = StatementLine.objects.filter(own_account=account, booked_on__range=(min(days), max(days)))
        had = set(earlier.values_list("fingerprint", flat=True))
    new = [(line, mark) for line, mark in printed if mark not in had]
    return new, [line for line, mark in printed if mark in had]


def _keep_lines(statement, lines, by, on):
    rows = []
    for position, (line, mark) in enumerate(lines, 1):
        rows.append(
            StatementLine(
                ref=f"line:{statement.pk}:{position}",
                statement=statement,
                own_account=statement.own_account,
                position=position,
                fingerprint=mark,
                booked_on=line.booked_on,
                value_on=line.value_on,
                amount=line.amount,
                currency=statement.currency,
                counterparty=line.name,
                counterparty_number=line.number,
                counterparty_index=blind_index(line.number),
                counterparty_tail=tail(line.number),
                text=line.text,
                end_to_end=line.end_to_end,
                batch_reference=line.batch,
                bank_reference=line.bank_reference or f"{statement.number}/{position}"[-60:],
                return_reason=line.return_reason,
            )
        )
    StatementLine.objects.bulk_create(rows, batch_size=200)
    for row in rows:
        body = {"amount": row.amount, "currency": row.currency, "fingerprint": row.fingerprint}
        begin(row, by=by, on=on, body=body)


# What a line becomes -------------------------------------------------------------------------------------------------


@service
def settle_by_lines(*, lines, on, by, key=None, reason=""):
    """Each line settles the payment or batch that stands beside it: [(line, PaymentOrder or Batch)], all or none.

    Value date and bank reference are the line's; `on` is today. Returns the first line.
    """
    return _take(lines, [], on, by, reason)


@service
def return_by_line(*, line, order, on, by, key=None, reason=""):
    """The line says that this payment came back: on its value date, for the reason that the bank gives."""
    return _take([], [(line, order)], on, by, reason)


@service
def take_proposals(*, statement, seal, on, by, key=None, reason=""):
    """Take all sure proposals of a statement, as they stood on the page: `seal` names them. All or none.

    Raises Stale when they are other ones by now. Returns the Statement.
    """
    found = [one for one in proposals_for(statement).values() if one.at_once]
    if not found:
        raise Blocked(_("No line of this statement has a sure proposal."))
    if seal_of(found) != seal:
        raise Stale(_("The proposals have changed since you opened the page. Open it again and look at them."))
    lines = StatementLine.objects.in_bulk([one.line for one in found])
    behind = orders_behind(statement.programme_id, found)
    settled = [(lines[one.line], behind[one.ref]) for one in found if one.act in (SETTLE, BATCH)]
    returned = [(lines[one.line], behind[one.ref]) for one in found if one.act == RETURN]
    _take(settled, returned, on, by, reason)
    return statement


def _take(settled, returned, on, by, reason):
    """Settle and return, in the one order of locks. `settled`: (line, order or batch); `returned`: (line, order)."""
    if not settled and not returned:
        raise Invalid(_("Choose at least one line."))
    for pairs in (settled, returned):
        if len({what.ref for _line, what in pairs}) < len(pairs):
            raise Invalid(_("Two lines name the same payment. A payment is settled or returned by one line."))
    orders = _orders_of(settled, returned)
    lines = _lock_statement_lines([line for line, _what in [*settled, *returned]], by)
    for line, what in settled:
        _check_waiting(_meant(what, orders), [PaymentOrder.State.SENT])
        _check_same(lines[line.pk], -lines[line.pk].amount, what if isinstance(what, Batch) else orders[what.pk])
    for line, order in returned:
        _check_waiting([orders[order.pk]], [PaymentOrder.State.SENT, PaymentOrder.State.SETTLED])
        _check_same(lines[line.pk], lines[line.pk].amount, orders[order.pk])
    for line, what in settled:
        facts = {"batch": what} if isinstance(what, Batch) else {"order": orders[what.pk]}
        advance(lines[line.pk], "settle", by=by, on=on, body={"for": what.ref}, **facts)
    for line, order in returned:
        advance(lines[line.pk], "take_return", by=by, on=on, body={"for": order.ref}, order=orders[order.pk])
    lock_lines(*_funding_keys(orders))
    check_way(orders.values())
    parts = _parts_of(orders)
    for line, what in settled:
        with _named(lines[line.pk]):
            _settle(lines[line.pk], _meant(what, orders), parts, by, reason)
    for line, order in returned:
        row = lines[line.pk]
        why = reason or row.return_reason or row.text or str(_("Returned by the bank"))
        with _named(row):
            return_payment(order=orders[order.pk], reason=why, on=row.value_on, by=by)
    first = [*settled, *returned][0][0]
    return lines[first.pk]


@contextmanager
def _named(line):
    """A refusal says which line it is about, and how the others are taken without it."""
    try:
        yield
    except (Blocked, Invalid) as refused:
        raise Blocked(
            _("Line %(number)s of the statement: %(why)s Set this line aside to take the others.")
            % {"number": line.position, "why": refused.sentence}
        ) from refused


def _orders_of(settled, returned):
    """{pk: order} of all payments meant, their dossiers locked in the one order."""
    batches = [what.pk for _line, what in settled if isinstance(what, Batch)]
    pks = [what.pk for _line, what in [*settled, *returned] if isinstance(what, PaymentOrder)]
    wanted = list(PaymentOrder.objects.filter(pk__in=pks)) + list(PaymentOrder.objects.filter(batch__in=batches))
    return {order.pk: order for order in lock_orders(wanted)}


def _funding_keys(orders):
    drawn = PaymentLine.objects.filter(order__in=orders)
    return set(drawn.values_list("line__key", flat=True))


def _lock_statement_lines(lines, by):
    """{pk: line} as they are now, locked by their keys; each once, of one programme."""
    pks = [line.pk for line in lines]
    if len(set(pks)) < len(pks):
        raise Invalid(_("A line can be used once."))
    rows = StatementLine.objects.select_for_update(of=("self",)).filter(pk__in=pks).order_by("pk")
    found = {row.pk: row for row in rows.select_related("statement__programme").defer("counterparty_number")}
    if len(found) < len(pks):
        raise Invalid(_("This line does not exist any more. Open the statement again."))
    for row in found.values():
        if not rules.test_rule("payments.settle", by, row):
            raise NotAllowed()
    return found


def _check_same(line, amount, what):
    """The line moves what the payment or batch moves, on the account that it was drawn on. Raises Invalid."""
    wanted = what.control_amount if isinstance(what, Batch) else what.amount
    drawn_on = (what if isinstance(what, Batch) else what.batch).own_account_id
    same = what.programme_id, what.currency, drawn_on or line.own_account_id
    if same != (line.statement.programme_id, line.currency, line.own_account_id):
        raise Invalid(_("The payment %(ref)s is not paid from the account of this statement.") % {"ref": what.ref})
    if amount != wanted:
        raise Invalid(
            _("The line is %(line)s and %(ref)s is %(payment)s. Settle what is the same to the cent.")
            % {"line": Money(amount, line.currency), "ref": what.ref, "payment": Money(wanted, what.currency)}
        )


def _meant(what, orders):
    """The payments that a line settles: one, or all of a batch."""
    if isinstance(what, PaymentOrder):
        return [orders[what.pk]]
    return sorted((order for order in orders.values() if order.batch_id == what.pk), key=lambda order: order.pk)


def _check_waiting(orders, states):
    """Raises Blocked for a payment on which the bank has answered. Its dossier is locked, so this stays true."""
    for order in orders:
        if order.state not in states:
            raise Blocked(
                _("%(ref)s is in the state “%(state)s”, and this cannot be done from there.")
                % {"ref": order.ref, "state": order.state_label}
            )


def _parts_of(orders):
    """{order pk: its lines with their funding lines}, all read at once."""
    parts = {}
    for part in PaymentLine.objects.filter(order__in=orders).select_related("line").order_by("pk"):
        parts.setdefault(part.order_id, []).append(part)
    return parts


def _settle(line, orders, parts, by, reason):
    facts = {"bank_reference": line.bank_reference, "on": line.value_on, "by": by, "reason": reason}
    for order in orders:
        settle_locked(order, parts[order.pk], **facts)


@service
def book_line_as_charge(*, line, funding_line, on, by, key=None, version=None, reason=""):
    """The bank took a charge: booked on the funding line on the line's value date."""
    return _book(line, funding_line, book_charge, -1, on, by, version, reason)


@service
def book_line_as_capital(*, line, funding_line, on, by, key=None, version=None, reason=""):
    """The donor's money arrived: booked on the funding line on the line's value date."""
    return _book(line, funding_line, receive_capital, 1, on, by, version, reason)


def _book(line, funding_line, book, sign, on, by, version, reason):
    """Book an open line by a service of the funding line, and let the line name the entry."""
    row = lock_statement_line(line, on, by, version)
    if row.amount * sign <= 0:
        raise Invalid(
            _("Money came in with this line; a charge goes out.")
            if sign < 0
            else _("Money went out with this line; what a donor gives comes in.")
        )
    if not row.own_account.lines.filter(pk=funding_line.pk).exists():
        raise Invalid(_("This funding line is not paid from the account of the statement."), field="funding_line")
    if row.state != StatementLine.State.OPEN:
        raise Blocked(_("This line is used already: %(state)s.") % {"state": row.state_label})
    entry = book(
        line=funding_line,
        amount=row.amount * sign,
        reference=_booking_reference(row),
        on=row.value_on,
        by=by,
        reason=reason,
    )
    return advance(row, "book", by=by, on=on, body={"entry": str(entry.pk), "line": funding_line.key}, entry=entry)


def _booking_reference(line):
    """The bank's reference; with the line's place behind it where a booked line of the account has the same one."""
    twins = StatementLine.objects.filter(own_account=line.own_account, bank_reference=line.bank_reference)
    if twins.filter(state=StatementLine.State.BOOKED).exclude(pk=line.pk).exists():
        return f"{line.bank_reference} {line.ref}"
    return line.bank_reference


@service
def set_aside_line(*, line, reason, on, by, version=None):
    """The line needs nothing here, for a reason: a transfer between own accounts, a bank's correction."""
    if not reason.strip():
        raise Invalid(_("Say why."), field="reason")
    row = lock_statement_line(line, on, by, version)
    return advance(row, "set_aside", by=by, on=on, reason=reason, why=reason.strip()[:300])


@service
def take_up_line(*, line, on, by, version=None):
    """A line that was set aside is open again."""
    return advance(lock_statement_line(line, on, by, version), "take_up", by=by, on=on)


def lock_statement_line(line, on, by, version):
    """The line as it is now, locked, for one who may use it on the day `on`."""
    row = _lock_statement_lines([line], by)[line.pk]
    check_date(on=on, programme=row.programme, by=by)
    if version is not None and int(version) != row.version:
        raise Stale()
    return row
