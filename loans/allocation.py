"""How a repayment falls upon the instalments: pure, in whole minor units of one currency.

The oldest instalment is paid first, and within it in the product's order. Nothing is lost, and a larger payment never
pays any part less. Which instalments a payment may reach on its day is said by loans/standing.py.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

COMPONENTS = ("penalty", "fee", "interest", "principal")


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


def allocate(amount: int, dues: Sequence[Due], order: tuple[str, ...] = COMPONENTS) -> Allocation:
    """Allocates `amount` to the instalments, oldest first; what none of them takes is an overpayment.

    Give the sum received per value date, and the instalments that it may pay that day. Raises AllocationError.
    """
    _check(amount, dues, order)
    shares, left = [], amount
    for due in sorted(dues, key=_age):
        if not left:
            break
        paid = {}
        for component in order:
            paid[component] = min(left, getattr(due, component))
            left -= paid[component]
        if any(paid.values()):
            shares.append(Share(no=due.no, **paid))
    return Allocation(shares=tuple(shares), overpayment=left)


def _age(due: Due) -> tuple[date, int]:
    return due.due, due.no


def _check(amount: int, dues: Sequence[Due], order: tuple[str, ...]) -> None:
    if isinstance(amount, bool) or not isinstance(amount, int) or amount <= 0:
        raise AllocationError(f"{amount!r} cannot be allocated; give a whole number of minor units above zero.")
    if sorted(order) != sorted(COMPONENTS):
        raise AllocationError(f"the order must name each of {', '.join(COMPONENTS)} once.")
    if len({due.no for due in dues}) != len(dues):
        raise AllocationError("two instalments carry the same number.")
    for due in dues:
        for component in COMPONENTS:
            value = getattr(due, component)
            if isinstance(value, bool) or not isinstance(value, int) or value < 0:
                sentence = f"instalment {due.no} has {value!r} of {component} outstanding; it must be zero or more."
                raise AllocationError(sentence)
