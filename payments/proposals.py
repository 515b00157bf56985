"""Which payment a line of a bank statement is: pure functions over facts, with the reasons as sentences.

A proposal is sure when a reference of ours, or amount and account number, or amount and a nearly equal name lead to one
payment, and nothing speaks against it. When two fit equally, it says so and is not sure. Amounts are minor units.
"""

import re
from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import date, timedelta

from anyascii import anyascii
from django.utils.translation import gettext_lazy as _
from rapidfuzz import fuzz

from ledger.money import Money

# From this likeness (0 to 100) on a name counts as the same, and from that on as worth a look.
SAME, LIKE = 90, 70
_OURS = re.compile(r"\b([OB])-?(\d{4})-?(\d{3,6})\b")
_SOURCE = re.compile(r"\b[GL]-\d{4}-\d{4}(?:/\d+|-[A-Z0-9]+)*\b")

SETTLE, BATCH, RETURN, CASH = "settle", "batch", "return", "cash"


@dataclass(frozen=True)
class LineFacts:
    """An open line. `amount` is below zero when money went out; `number_index` is the blind index of the number."""

    pk: int
    amount: int
    currency: str
    value_on: date
    name: str = ""
    number_index: str = ""
    text: str = ""
    end_to_end: str = ""
    batch: str = ""
    returned: bool = False
    bank_reference: str = ""


@dataclass(frozen=True)
class OrderFacts:
    """A payment that was sent (`state` sent) or settled. `names`: of the payee and of the account holder."""

    ref: str
    amount: int
    state: str
    source_ref: str
    sent_on: date
    batch: str
    names: tuple[str, ...] = ()
    number_index: str = ""


@dataclass(frozen=True)
class BatchFacts:
    """A batch that was sent; `whole` while the bank has answered on none of its payments."""

    ref: str
    amount: int
    sent_on: date
    whole: bool


@dataclass(frozen=True)
class CashFacts:
    """Cash of a paymaster that no line names yet. `amount`: below zero for an advance, above for a deposit.

    `reference`: what the bank's paper said when it was recorded; empty while the line itself would record it.
    """

    ref: str
    amount: int
    reference: str = ""


@dataclass(frozen=True)
class Proposal:
    """What a line may be: `act` settle, batch, return or cash; `ref` of the payment, batch or advance; `against` keeps
    it unsure."""

    line: int
    act: str
    ref: str
    rank: int
    reasons: tuple = ()
    against: tuple = ()

    @property
    def sure(self):
        return self.rank >= ENOUGH and not self.against

    @property
    def at_once(self):
        """Taken with all others by one click. Cash is booked line by line: who may pay an advance out is one person."""
        return self.sure and self.act != CASH


# How strong the reasons are; a proposal with less than ENOUGH is never taken without a look.
BY_REFERENCE, BY_ACCOUNT, BY_NAME, BY_MARK, BY_AMOUNT = 5, 4, 3, 2, 1
ENOUGH = BY_NAME
# Banks send money back within days. What comes back later undoes what others have long built on.
SOON = timedelta(days=30)


def propose(lines, orders, batches=()):
    """{line pk: Proposal}, the best for each line that has one."""
    sent = Known([order for order in orders if order.state == "sent"])
    gone = Known([order for order in orders if order.state in ("sent", "settled")])
    by_ref = {_bare(batch.ref): batch for batch in batches}
    by_sum = defaultdict(list)
    for batch in batches:
        if batch.whole:
            by_sum[batch.amount].append(batch)
    found = {}
    for line in lines:
        if line.amount < 0:
            best = _outgoing(line, sent, by_ref, by_sum)
        else:
            best = _incoming(line, gone)
        if best is not None:
            found[line.pk] = best
    return _soon_back(_out_before_back(_each_once(found), orders), lines, orders)


def propose_cash(lines, cash):
    """{line pk: Proposal} for lines that are a paymaster's cash, by our reference or the bank's, else by the amount."""
    by_amount = defaultdict(list)
    for one in cash:
        by_amount[one.amount].append(one)
    found = {}
    for line in lines:
        fits = by_amount.get(line.amount, [])
        said = _bare(f"{line.end_to_end} {line.text}")
        named = [one for one in fits if _bare(one.ref) in said]
        known = [one for one in fits if one.reference and one.reference in (line.bank_reference, line.end_to_end)]
        best = named or known or fits
        if not best:
            continue
        rank = BY_REFERENCE if named or known else BY_AMOUNT
        if len({one.ref for one in best}) > 1:
            found[line.pk] = _several(line, CASH, best, rank)
            continue
        reason = _("The text names %(ref)s.") if named else _("The bank's reference is that of %(ref)s.")
        reasons = (reason % {"ref": best[0].ref},) if named or known else ()
        against = () if reasons else (_("Only the amount fits."),)
        found[line.pk] = Proposal(line.pk, CASH, best[0].ref, rank, reasons, against)
    return found


class Known:
    """Payments, found by their references and by their amount."""

    def __init__(self, orders):
        self.by_ref, self.by_amount = {}, defaultdict(list)
        for order in orders:
            self.by_ref[_bare(order.ref)] = order
            self.by_amount[order.amount].append(order)
        self.by_source = {}
        for order in sorted(orders, key=lambda order: order.state != "sent", reverse=True):
            self.by_source[order.source_ref.upper()] = order

    def named(self, line):
        """(payments that the line names by a reference of ours, was it the end-to-end reference)."""
        order = self.by_ref.get(_bare(line.end_to_end))
        if order is not None:
            return [order], True
        text = f"{line.end_to_end} {line.text}".upper()
        found = [self.by_ref.get("".join(parts)) for parts in _OURS.findall(text)]
        if not any(found):
            found = [self.by_source.get(name) for name in _SOURCE.findall(text)]
        return list({order.ref: order for order in found if order is not None}.values()), False


def _bare(ref):
    return ref.replace("-", "").replace(" ", "").upper()


def _outgoing(line, known, by_ref, by_sum):
    """One payment or a whole batch, whichever the line says more of."""
    found = [_payment(line, known), _batch(line, by_ref, by_sum)]
    return max((one for one in found if one is not None), key=lambda one: one.rank, default=None)


def _payment(line, known):
    named, by_id = known.named(line)
    if named:
        first = [order for order in named if order.amount == -line.amount] or named
        reason = _("The end-to-end reference is %(ref)s.") if by_id else _("The text names %(ref)s.")
        if len(first) > 1:
            return _several(line, SETTLE, first, BY_REFERENCE)
        order = first[0]
        reasons, against = [reason % {"ref": order.ref if by_id else _named(order, line)}], []
        _compare(line, order, reasons, against, -line.amount)
        return Proposal(line.pk, SETTLE, order.ref, BY_REFERENCE, tuple(reasons), tuple(against))
    return _by_likeness(line, known.by_amount.get(-line.amount, []), SETTLE, -line.amount)


def _named(order, line):
    return order.ref if _bare(order.ref) in _bare(line.text) else order.source_ref


def _compare(line, order, reasons, against, amount):
    """What else fits, and what speaks against it."""
    said = Money(order.amount, line.currency)
    if order.amount == amount:
        reasons.append(_("The amount is %(amount)s.") % {"amount": said})
    else:
        against.append(
            _("The line is %(line)s and the payment %(payment)s.")
            % {"line": Money(amount, line.currency), "payment": said}
        )
    if line.number_index and order.number_index:
        if line.number_index == order.number_index:
            reasons.append(_("The account is the payee's."))
        else:
            against.append(_("The account on the line is not the one that the payment was sent to."))
    if line.value_on < order.sent_on:
        against.append(
            _("The line is of %(value)s, before the payment was sent on %(sent)s.")
            % {"value": f"{line.value_on:%d.%m.%Y}", "sent": f"{order.sent_on:%d.%m.%Y}"}
        )


def likeness(line, order):
    """How like the names are, 0 to 100, in any script and order of words."""
    name = anyascii(line.name).casefold()
    if not name:
        return 0
    return int(max((fuzz.token_sort_ratio(name, anyascii(one).casefold()) for one in order.names), default=0))


def _by_likeness(line, orders, act, amount):
    """The payment of this amount that fits best by account number, else by name; unsure when two fit equally."""
    ranked = []
    for order in orders:
        alike = likeness(line, order)
        if line.number_index and line.number_index == order.number_index:
            ranked.append((BY_ACCOUNT, alike, order))
        elif alike >= SAME:
            ranked.append((BY_NAME, alike, order))
        else:
            ranked.append((BY_MARK if alike >= LIKE else BY_AMOUNT, alike, order))
    if not ranked:
        return None
    rank = max(one[0] for one in ranked)
    best = [(alike, order) for found, alike, order in ranked if found == rank]
    if len(best) > 1:
        return _several(line, act, [order for _alike, order in best], rank)
    alike, order = best[0]
    reasons, against = [], []
    _compare(line, order, reasons, against, amount)
    if rank == BY_AMOUNT:
        against.append(_("Only the amount fits."))
    elif rank != BY_ACCOUNT:
        reasons.append(_("The name is like the payee's: %(percent)s%%.") % {"percent": alike})
    return Proposal(line.pk, act, order.ref, rank, tuple(reasons), tuple(against))


def _several(line, act, orders, rank):
    refs = [order.ref for order in orders]
    sentence = _("%(count)s payments fit equally: %(refs)s.") % {
        "count": len(refs),
        "refs": ", ".join(refs[:4]) + (" …" if len(refs) > 4 else ""),
    }
    return Proposal(line.pk, act, refs[0], rank, (), (sentence,))


def _batch(line, by_ref, by_sum):
    """One line for a whole batch, by its reference and its control sum."""
    text = f"{line.batch} {line.end_to_end} {line.text}".upper()
    named = [by_ref.get("".join(parts)) for parts in _OURS.findall(text) if parts[0] == "B"]
    named = [batch for batch in named if batch is not None]
    if not named:
        sums = by_sum.get(-line.amount, [])
        if len(sums) != 1 or line.value_on < sums[0].sent_on:
            return None
        reason = _("The control sum of %(ref)s is %(amount)s.") % {
            "ref": sums[0].ref,
            "amount": Money(sums[0].amount, line.currency),
        }
        return Proposal(line.pk, BATCH, sums[0].ref, BY_AMOUNT, (reason,), (_("The line does not name the batch."),))
    batch = named[0]
    reasons, against = [_("The line names the batch %(ref)s.") % {"ref": batch.ref}], []
    if batch.amount == -line.amount:
        reasons.append(
            _("The control sum of %(ref)s is %(amount)s.")
            % {"ref": batch.ref, "amount": Money(batch.amount, line.currency)}
        )
    else:
        against.append(
            _("The line is %(line)s and the control sum %(sum)s.")
            % {"line": Money(-line.amount, line.currency), "sum": Money(batch.amount, line.currency)}
        )
    if not batch.whole:
        against.append(_("Some payments of the batch are settled or returned already."))
    if line.value_on < batch.sent_on:
        against.append(_("The line is of a day before the batch was sent."))
    return Proposal(line.pk, BATCH, batch.ref, BY_REFERENCE, tuple(reasons), tuple(against))


def _incoming(line, known):
    """A payment that came back. Money that comes in without a mark of ours or of the bank is something else."""
    named, by_id = known.named(line)
    named = [order for order in named if order.amount == line.amount] or named
    if len(named) == 1 and (by_id or line.returned):
        order = named[0]
        reason = _("The end-to-end reference is %(ref)s.") if by_id else _("The text names %(ref)s.")
        reasons, against = [reason % {"ref": order.ref if by_id else _named(order, line)}], []
        _compare(line, order, reasons, against, line.amount)
        return Proposal(line.pk, RETURN, order.ref, BY_REFERENCE, tuple(reasons), tuple(against))
    if not line.returned:
        return None
    if len(named) > 1:
        return _several(line, RETURN, named, BY_REFERENCE)
    found = _by_likeness(line, known.by_amount.get(line.amount, []), RETURN, line.amount)
    if found is None:
        return None
    return replace(found, reasons=(_("The bank calls it a returned payment."), *found.reasons))


def _each_once(found):
    """When two lines claim the same payment for the same act, neither is sure."""
    claims = defaultdict(list)
    for proposal in found.values():
        if proposal.sure:
            claims[proposal.act, proposal.ref].append(proposal)
    for (_act, ref), claimed in claims.items():
        if len(claimed) < 2:
            continue
        strongest = max(one.rank for one in claimed)
        kept = [one for one in claimed if one.rank == strongest]
        for proposal in claimed:
            if len(kept) == 1 and proposal is kept[0]:
                continue
            sentence = _("Another line fits %(ref)s as well.") % {"ref": ref}
            found[proposal.line] = replace(proposal, against=(*proposal.against, sentence))
    return found


def _out_before_back(found, orders):
    """A return is sure when its payment has left the account: settled, or settled by a sure line of the same lot."""
    states = {order.ref: order for order in orders}
    leaving = {proposal.ref for proposal in found.values() if proposal.act == SETTLE and proposal.sure}
    leaving_batches = {proposal.ref for proposal in found.values() if proposal.act == BATCH and proposal.sure}
    for pk, proposal in found.items():
        if proposal.act != RETURN or not proposal.sure:
            continue
        order = states[proposal.ref]
        if order.state == "settled" or order.ref in leaving or order.batch in leaving_batches:
            continue
        sentence = _("%(ref)s does not stand on a statement as paid yet.") % {"ref": order.ref}
        found[pk] = replace(proposal, against=(*proposal.against, sentence))
    return found


def _soon_back(found, lines, orders):
    """A return is sure only soon after its payment was sent: a later one a person looks at."""
    sent = {order.ref: order.sent_on for order in orders}
    for line in lines:
        proposal = found.get(line.pk)
        if proposal is None or proposal.act != RETURN or line.value_on <= sent[proposal.ref] + SOON:
            continue
        sentence = _("%(ref)s was sent on %(date)s, more than %(days)s days before.") % {
            "ref": proposal.ref,
            "date": f"{sent[proposal.ref]:%d.%m.%Y}",
            "days": SOON.days,
        }
        found[line.pk] = replace(proposal, against=(*proposal.against, sentence))
    return found
