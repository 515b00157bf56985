"""What each member of a group owes of its loan on a day, and paid. Reads only; amounts are minor units."""

from collections import Counter
from dataclasses import dataclass

from ledger.money import split
from loans.models import GroupClaim, MemberPayment


@dataclass(frozen=True, slots=True)
class MemberLine:
    """`due` is the member's part of all that has fallen due by the day, `paid` what came from the member by then.

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
    """MemberLines of the members who have a share on `on`; [] for a loan of no group. `without`: a Repayment left out.

    What fell due is divided by the shares of that day, the last member takes what rounding leaves.
    """
    shares = list(loan.shares.in_force(on).select_related("member").order_by("pk"))
    if not shares:
        return []
    dues = split(fallen_due(loan, on), [row.amount for row in shares])
    payments = MemberPayment.objects.filter(
        repayment__loan=loan, repayment__reversed_on=None, repayment__value_on__lte=on
    )
    if without is not None:
        payments = payments.exclude(repayment=without)
    paid, claimed = Counter(), Counter()
    for member, amount in payments.values_list("member", "amount"):
        paid[member] += amount
    for member, amount in GroupClaim.objects.filter(loan=loan, claimed_on__lte=on).values_list("member", "amount"):
        claimed[member] += amount
    return [
        MemberLine(row.member, row.amount, due, paid[row.member_id], claimed[row.member_id])
        for row, due in zip(shares, dues, strict=True)
    ]


def fallen_due(loan, on):
    """All that the group had to pay by `on`: what it paid on earlier schedules, and what fell due on this one."""
    due = sum(row.due_amount for row in loan.instalments.filter(version=loan.current_version, due_on__lte=on))
    before = loan.repayments.live().filter(version__lt=loan.current_version).values_list("amount", flat=True)
    return due + sum(before)
