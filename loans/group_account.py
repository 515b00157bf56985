"""What each member of a group owes of its loan on a day, and paid. Reads only; amounts are minor units."""

from collections import Counter
from dataclasses import dataclass

from ledger.money import split
from loans.models import GroupClaim, MemberPayment
from loans.schedule.periods import ONE_DAY


@dataclass(frozen=True, slots=True)
class MemberLine:
    """`due` is the member's part of all that has fallen due by the day, `paid` what came from the member by then.

    `share` is 0 for a member who left; `due` is then what fell due before.
    `claimed` is what the group claims of the member, settled or not: that much of the shortfall is accounted for.
    """

    member: object
    share: int
    due: int
    paid: int
    claimed: int

    @property
    def short(self):
        """What the member owes and nobody claims yet."""
        return max(self.due - self.paid - self.claimed, 0)


def account_of(loan, on, without=None):
    """MemberLines of the members who have a share on `on`, then of those who left; [] for a loan of no group.

    What fell due while the shares were these is divided by them, the last member takes what rounding leaves. So who
    leaves still owes what fell due before, and the others nothing of it. `without`: a Repayment left out.
    """
    shares = list(loan.shares.filter(since__lte=on).select_related("member").order_by("pk"))
    if not shares:
        return []
    payments = MemberPayment.objects.filter(
        repayment__loan=loan, repayment__reversed_on=None, repayment__value_on__lte=on
    )
    if without is not None:
        payments = payments.exclude(repayment=without)
    due, paid, claimed = _dues(loan, shares, on), Counter(), Counter()
    for member, amount in payments.values_list("member", "amount"):
        paid[member] += amount
    for member, amount in GroupClaim.objects.filter(loan=loan, claimed_on__lte=on).values_list("member", "amount"):
        claimed[member] += amount
    lines = {row.member_id: (row.member, 0) for row in shares}
    now = {row.member_id: (row.member, row.amount) for row in shares if row.until is None or row.until > on}
    return [
        MemberLine(member, share, due[pk], paid[pk], claimed[pk])
        for pk, (member, share) in {**now, **{pk: line for pk, line in lines.items() if pk not in now}}.items()
    ]


def _dues(loan, shares, on):
    """Counter of minor units by member: what fell due up to `on`, by the shares of the days on which it did."""
    found, before = Counter(), 0
    ends = sorted({row.until for row in shares if row.until and row.until <= on})
    for last in (*(day - ONE_DAY for day in ends), on):
        of_then = [row for row in shares if row.since <= last and (row.until is None or row.until > last)]
        whole = fallen_due(loan, last)
        for row, part in zip(of_then, split(whole - before, [row.amount for row in of_then]), strict=True):
            found[row.member_id] += part
        before = whole
    return found


def fallen_due(loan, on):
    """All that the group had to pay by `on`: what it paid on earlier schedules, and what fell due on this one."""
    due = sum(row.due_amount for row in loan.instalments.filter(version=loan.current_version, due_on__lte=on))
    before = loan.repayments.live().filter(version__lt=loan.current_version, value_on__lte=on)
    return due + sum(before.values_list("amount", flat=True))
