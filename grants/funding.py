"""What each funding line has in an award: promised, paid, asked back. Amounts are minor units of its currency."""

from django.db.models import Sum
from django.utils.translation import gettext_lazy as _

from audit.refusals import Blocked
from ledger import postings
from ledger.models import Account
from payments.models import PaymentLine, PaymentOrder
from programmes.models import Commitment
from programmes.shares import WHOLE, next_parts, split_within, weights_of


def promises_of(award):
    """The live Commitments of an award, one for each funding line, in the order in which the lines share."""
    rows = Commitment.objects.live().filter(case_ref=award.application.ref)
    return list(rows.select_related("line__donor").order_by("pk"))


def _weights(award, promises):
    weights = weights_of(award.window)
    return [weights.get(row.line, WHOLE) for row in promises]


def payment_parts(tranche):
    """{FundingLine: minor units} of the payment of a tranche: with the others' it splits as the award does.

    Raises Blocked when the lines have not promised as much.
    """
    award, amount = tranche.award, tranche.amount
    promises = promises_of(award)
    if len(promises) < 2:
        return {award.line: amount}
    others = PaymentOrder.objects.live().exclude(source_ref=tranche.ref)
    live = PaymentLine.objects.filter(order__in=others, subject=award.ref)
    taken = dict(live.order_by().values_list("line").annotate(total=Sum("amount")))
    if sum(taken.values()) + amount > sum(row.promised_amount for row in promises):
        raise Blocked(_("More would be paid than was promised to %(case)s.") % {"case": award.application.ref})
    parts = next_parts(
        amount,
        _weights(award, promises),
        [taken.get(row.line_id, 0) for row in promises],
        [row.promised_amount for row in promises],
    )
    return {row.line: part for row, part in zip(promises, parts, strict=True) if part}


def recovery_parts(award, amount):
    """{FundingLine: minor units} of what is asked back: of no line more than was paid from it and not asked yet."""
    promises = promises_of(award)
    if len(promises) < 2:
        return {award.line: amount}
    paid = _balances(award, postings.GRANTS_PAID)
    parts = split_within(amount, _weights(award, promises), most=[paid.get(row.line.key, 0) for row in promises])
    return {row.line: part for row, part in zip(promises, parts, strict=True) if part}


def _balances(award, code):
    """{key of a FundingLine: minor units} that the award has on that account of the ledger, where positive."""
    accounts = Account.objects.filter(book__key=award.programme.key, code=code, subject=award.ref, balance_amount__gt=0)
    return dict(accounts.values_list("line", "balance_amount"))


def settled_parts(award, amount):
    """{key of a FundingLine: minor units} of a part of the recovery, out of what the ledger still asks for each."""
    due = _balances(award, postings.RECOVERIES_DUE)
    if len(due) < 2:
        return {next(iter(due), award.line.key): amount}
    weights = {line.key: weight for line, weight in weights_of(award.window).items() if line.key in due}
    parts = split_within(amount, list(weights.values()), most=[due[key] for key in weights])
    return {key: part for key, part in zip(weights, parts, strict=True) if part}
