"""Money that is taken back when the loan cannot be as if it had never come any more: it is owed anew.

After a new schedule, a write-off or forgiveness the committee has decided on what was known then, and after a refund
money has left: neither is undone. What the money had paid stays paid, and the same parts are owed from the day on
which it was taken back, in a row beside the schedule. docs/decisions/0016.
"""

from dataclasses import dataclass

from django.db.models import Max
from django.utils.translation import gettext_lazy as _

from audit.refusals import Blocked, Invalid
from audit.services import record
from ledger import postings
from ledger.services import post, reverse
from loans.allocation import COMPONENTS
from loans.fund import RECALLED
from loans.models import Loan, Recall, Repayment
from loans.schedule import request_from_json
from loans.services.agreement import instalments_of
from loans.services.restating import PART_COLUMNS, folded, mark_reversed, restate, still_claimed
from loans.standing import OverdrawnError, Row
from programmes.clock import today


def need_reversible(repayment, on):
    """Raises Blocked or Invalid, in words, when this repayment cannot be reversed on that day."""
    if repayment.reversed_on:
        raise Blocked(_("This repayment is reversed already."))
    if repayment.means == Repayment.Means.HELD:
        raise Blocked(_("This is money that was held. Reverse the repayment that brought it."))
    if on < repayment.value_on:
        raise Invalid(_("A repayment cannot be reversed before it came."), field="on")


def _was_decided(loan, repayment):
    """Did the committee decide on the loan since this money came: a new schedule, a write-off, forgiveness?"""
    return loan.ended_by_decision_on is not None or repayment.version != loan.current_version


def recall_of(loan, repayment, on):
    """The unsaved Recall of a repayment taken back on `on`; None where the loan can be as if it had never come."""
    decided = _was_decided(loan, repayment)
    version = loan.versions.get(number=loan.current_version)
    recall = Recall(loan=loan, repayment=repayment, version=version.number, value_on=on)
    recall.due_on = max(filter(None, [on, version.made_on, loan.written_off_on, loan.forgiven_on]))
    if decided:
        used = _used_parts(loan, repayment)
        for name, column in PART_COLUMNS.items():
            setattr(recall, column, getattr(repayment, column) + used[name])
        recall.held_amount = sum(used.values()) - repayment.overpaid_amount
    if loan.ended_by_decision_on:
        _owe(recall, -recall.held_amount)
    else:
        _fill_refunds(recall, decided)
    if not decided and not recall.held_amount:
        return None
    if not loan.forgiven_on:
        recall.instalment = _instalment_of(recall, version)
    return recall


def _fill_refunds(recall, decided):
    """What was refunded and would not be there without the money is owed as principal, after the last refund.

    It is the least that is enough: money of that day pays the new row first, and then fills nothing of the refund.
    """
    refunds = recall.loan.refunds.filter(version=recall.version, returned_on=None)
    recalls = recall.loan.recalls.filter(version=recall.version)
    if not _missing(recall, decided):
        return
    recall.due_on = max([recall.due_on, *(row.value_on for row in refunds), *(row.due_on for row in recalls)])
    most = sum(row.amount for row in refunds) + sum(max(-row.held_amount, 0) for row in [*recalls, recall])
    least = _missing(recall, decided)
    while least < most and _missing(recall, decided, owed=least):
        middle = (least + most) // 2
        if _missing(recall, decided, owed=middle):
            least = middle + 1
        else:
            most = middle
    if _missing(recall, decided, owed=least):
        raise Blocked(_("More was refunded of %(ref)s than its money explains.") % {"ref": recall.loan.ref})
    _owe(recall, least)


def _missing(recall, decided, owed=0):
    """How much more was refunded than is held, if `owed` of it is owed as principal. The recall owes what it did."""
    _owe(recall, owed)
    recall.instalment = _instalment_of(recall, recall.loan.versions.get(number=recall.version))
    try:
        _standing_after(recall, decided)
    except OverdrawnError as overdrawn:
        return overdrawn.missing
    finally:
        _owe(recall, -owed)
    return 0


def _owe(recall, amount):
    recall.principal_amount += amount
    recall.held_amount += amount


def _standing_after(recall, decided):
    loan = recall.loan
    told = [recall] if decided or recall.held_amount else []
    without = None if decided else recall.repayment
    return folded(loan, max(recall.due_on, today(loan.programme)), without=without, recalls=told)[0]


def _instalment_of(recall, version):
    """Its unsaved row: a number behind the schedule, due on the day from which it is owed."""
    last = recall.loan.instalments.filter(version=version.number).aggregate(last=Max("number"))["last"] or 0
    number = max(last, request_from_json(version.request).n or 0) + 1
    parts = {name: getattr(recall, column) for name, column in PART_COLUMNS.items()}
    row = instalments_of(recall.loan, version.number, [Row(number, recall.due_on, **parts)])[0]
    row.recalled = True
    return row


def _used_parts(loan, repayment):
    """{component: minor units} of what an overpayment that this money brought had paid before it was taken back.

    Money held is one sum, so what would have been missing first is what came from it; a refund counts as principal.
    """
    gone = {repayment.pk, *loan.recalls.values_list("repayment", flat=True)}
    order = list(reversed(loan.allocation_order or COMPONENTS))
    flows = []
    for row in loan.repayments.live().exclude(pk__in=gone).exclude(version=None):
        if row.means == Repayment.Means.HELD:
            flows.append((row.value_on, 0, [(name, getattr(row, PART_COLUMNS[name])) for name in order]))
        elif row.overpaid_amount:
            flows.append((row.pays_on, 1, [("", -row.overpaid_amount)]))
    for refund in loan.refunds.filter(returned_on=None):
        flows.append((refund.value_on, 2, [("principal", refund.amount)]))
    held, used = 0, dict.fromkeys(COMPONENTS, 0)
    for _day, _place, pieces in sorted(flows, key=lambda flow: flow[:2]):
        held -= sum(amount for _name, amount in pieces)
        for name, amount in pieces:
            if held < 0 and name:
                part = min(amount, -held)
                used[name] += part
                held += part
    for before in loan.recalls.select_related("repayment"):
        for name in COMPONENTS:
            used[name] -= before.used_amount(name)
    return _within(used, repayment.overpaid_amount)


def _within(parts, most):
    """The parts, none below zero and their sum no more than what they add up to, or than `most`."""
    over = sum(max(amount, 0) for amount in parts.values()) - min(max(sum(parts.values()), 0), most)
    found = {}
    for name in reversed(COMPONENTS):
        found[name] = max(parts[name], 0)
        less = min(found[name], max(over, 0))
        found[name] -= less
        over -= less
    return found


def take_back(loan, repayment, *, reason, on, by):
    """Reverse a repayment of a locked loan that can no longer be as if it had never come.

    Returns its Recall, or None where it can: then nothing is done.
    """
    recall = recall_of(loan, repayment, on)
    if recall is None:
        return None
    decided = _was_decided(loan, repayment)
    reverse(entry=repayment.entry, reason=reason, by=by, on=on, value_on=on if decided else None)
    repayment.recalled = decided
    mark_reversed(repayment, on=on, reason=reason)
    recall.recorded_by = by
    if recall.instalment:
        recall.instalment.save()
    # The row has its key only now, and the recall takes it.
    recall.instalment = recall.instalment
    used = {name: recall.used_amount(name) for name in COMPONENTS}
    if any(used.values()):
        recall.entry = _post(recall, RECALLED, postings.overpayment_recalled, by, on, reason, **used)
    recall.save()
    record(
        "repayment.recall",
        loan.ref,
        by=by,
        on=on,
        programme=loan.programme.key,
        body={
            "repayment": repayment.pk,
            "amount": repayment.amount,
            "currency": loan.currency,
            "due": recall.due_on,
            "held": recall.held_amount,
            **{name: getattr(recall, column) for name, column in PART_COLUMNS.items()},
        },
        reason=reason,
    )
    if loan.ended_by_decision_on:
        _lose(loan, recall, by, on, reason)
    else:
        without = None if decided else repayment
        through = max(recall.due_on, today(loan.programme))
        restate(loan, through=through, on=on, by=by, without=without, reason=reason)
    return recall


def _lose(loan, recall, by, on, reason):
    """The principal that comes back is written off or forgiven with the loan, by the same decision."""
    amount = recall.principal_amount
    if not amount:
        return
    if loan.forgiven_on:
        loan.forgiven_amount += amount
        _post(recall, "loan_forgiven", postings.principal_forgiven, by, on, reason, amount=amount)
    else:
        loan.written_off_amount += amount
        _post(recall, "loan_written_off", postings.principal_written_off, by, on, reason, amount=amount)
    loan.save()


def _post(recall, kind, legs, by, on, reason, **amounts):
    loan = recall.loan
    return post(
        book_key=loan.programme.key,
        kind=kind,
        event_key=f"{kind}:recall:{recall.repayment_id}",
        legs=legs(**amounts, line=loan.line.key, loan=loan.ref),
        currency=loan.currency,
        value_on=recall.due_on,
        by=by,
        reason=reason,
    )


@dataclass(frozen=True)
class Foreseen:
    """What a reversal would do. `recall` is None where the loan is as if the money had never come.

    `changes` are [(what, before, after)] in minor units.
    """

    recall: Recall | None
    changes: list


def foreseen_reversal(loan, repayment, on):
    """The Foreseen of a repayment that is reversed on `on`. Nothing is written. Raises like the service."""
    need_reversible(repayment, on)
    if repayment.recovered_amount:
        claimed, _recovered = still_claimed(loan)
        return Foreseen(None, [(_("Still claimed"), claimed, claimed + repayment.amount)])
    recall = recall_of(loan, repayment, on)
    if loan.forgiven_on:
        lost = loan.forgiven_amount
        return Foreseen(recall, [(_("Principal forgiven"), lost, lost + recall.principal_amount)])
    if loan.state == Loan.State.WRITTEN_OFF:
        claimed, _recovered = still_claimed(loan)
        lost = loan.written_off_amount
        return Foreseen(
            recall,
            [
                (_("Still claimed"), claimed, claimed + recall.owed_amount),
                (_("Principal written off"), lost, lost + recall.principal_amount),
            ],
        )
    day = max(recall.due_on if recall else on, today(loan.programme))
    before = folded(loan, day)[0]
    if recall is None:
        after = folded(loan, day, without=repayment)[0]
    else:
        after = _standing_after(recall, _was_decided(loan, repayment))
    return Foreseen(
        recall,
        [
            (_("Outstanding principal"), before.principal, after.principal),
            (_("Due by today"), before.due_by(day), after.due_by(day)),
            (_("Held for the borrower"), before.overpaid, after.overpaid),
        ],
    )
