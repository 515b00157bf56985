"""How a repayment falls upon the instalments: pure, in whole minor units of one currency.

What is due is paid first, oldest instalment first and within it in the product's order; money beyond it goes to the
coming instalments or is kept as an overpayment. Nothing is lost, and a larger payment never pays any part less.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import groupby

COMPONENTS = ("penalty", "fee", "interest", "principal")
PREPAY = ("next_instalments", "hold")


class AllocationError(ValueError):
    """An amount, an instalment or an order that cannot be worked with."""


@dataclass(frozen=True, slots=True)
class Due:
    """What is outstanding of an instalment, in minor units."""

    no: int
    due: date
    fee: int = 0
    penalty: int = 0
    interest: int = 0
    principal: int = 0

    @property
    def outstanding(self) -> int:
        return self.fee + self.penalty + self.interest + self.principal


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """What of a repayment went to an instalment, in minor units."""

    no: int
    fee: int = 0
    penalty: int = 0
    interest: int = 0
    principal: int = 0

    @property
    def total(self) -> int:
        return self.fee + self.penalty + self.interest + self.principal


@dataclass(frozen=True, slots=True, kw_only=True)
class Allocation:
    """A repayment in full: its shares, and what is left over for the borrower."""

    shares: tuple[Share, ...] = ()
    overpayment: int = 0

    def total(self, component: str) -> int:
        """All that went to one component (penalty, fee, interest or principal)."""
        return sum(getattr(share, component) for share in self.shares)

    @property
    def allocated(self) -> int:
        return sum(share.total for share in self.shares)

    @property
    def amount(self) -> int:
        return self.allocated + self.overpayment


def allocate(
    amount: int,
    dues: Sequence[Due],
    order: tuple[str, ...] = COMPONENTS,
    *,
    on: date | None = None,
    prepay: str = "next_instalments",
) -> Allocation:
    """Allocates what was received on the value date `on`; without a date every instalment counts as due.

    `prepay` says what happens to money beyond what is due that day: `next_instalments` pays the coming ones in their
    order, `hold` keeps it as overpayment. Give the sum received per value date. Raises AllocationError.
    """
    _check(amount, dues, order, prepay)
    shares, left = [], amount
    for due in sorted(dues, key=_age):
        if not left or (prepay == "hold" and on is not None and due.due > on):
            break
        paid = {}
        for component in order:
            paid[component] = min(left, getattr(due, component))
            left -= paid[component]
        if any(paid.values()):
            shares.append(Share(no=due.no, **paid))
    return Allocation(shares=tuple(shares), overpayment=left)


def after(dues: Iterable[Due], allocation: Allocation) -> list[Due]:
    """The instalments with what the allocation leaves outstanding."""
    shares = {share.no: share for share in allocation.shares}
    left = []
    for due in dues:
        share = shares.get(due.no)
        if share is not None:
            due = replace(due, **{name: getattr(due, name) - getattr(share, name) for name in COMPONENTS})
        left.append(due)
    return left


def replay(
    received: Iterable[tuple[date, int]],
    dues: Sequence[Due],
    order: tuple[str, ...] = COMPONENTS,
    *,
    prepay: str = "next_instalments",
) -> list[tuple[date, Allocation]]:
    """The allocations of all repayments by value date, whatever the order in which they were entered.

    Each overpayment is that day's own: to use it later is another event, and another entry.
    """
    results, open_dues = [], list(dues)
    for on, group in groupby(sorted(received), key=lambda payment: payment[0]):
        allocation = allocate(sum(amount for _on, amount in group), open_dues, order, on=on, prepay=prepay)
        open_dues = after(open_dues, allocation)
        results.append((on, allocation))
    return results


def _age(due: Due) -> tuple[date, int]:
    return due.due, due.no


def _check(amount: int, dues: Sequence[Due], order: tuple[str, ...], prepay: str) -> None:
    if isinstance(amount, bool) or not isinstance(amount, int) or amount <= 0:
        raise AllocationError(f"{amount!r} cannot be allocated; give a whole number of minor units above zero.")
    if sorted(order) != sorted(COMPONENTS):
        raise AllocationError(f"the order must name each of {', '.join(COMPONENTS)} once.")
    if prepay not in PREPAY:
        raise AllocationError(f"{prepay!r} is not known; choose one of {', '.join(PREPAY)}.")
    if len({due.no for due in dues}) != len(dues):
        raise AllocationError("two instalments carry the same number.")
    for due in dues:
        for component in COMPONENTS:
            value = getattr(due, component)
            if isinstance(value, bool) or not isinstance(value, int) or value < 0:
                sentence = f"instalment {due.no} has {value!r} of {component} outstanding; it must be zero or more."
                raise AllocationError(sentence)
