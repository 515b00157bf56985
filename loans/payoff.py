"""What repays a loan in full on a day: a quote that is exact on that day, if no other money moves before."""

from dataclasses import dataclass
from datetime import date

from loans.models import Loan
from loans.services.restating import fold_to_repay


@dataclass(frozen=True)
class PayoffQuote:
    """Minor units of the loan's currency: what is due by the day, the rest in its parts, and the sum.

    Off it goes money that is `held`, and what was `received` on that very day: the parts are those before it came.
    """

    on: date
    parts: dict[str, int]
    held: int
    received: int = 0

    @property
    def total(self) -> int:
        return max(sum(self.parts.values()) - self.held - self.received, 0)


def payoff_quote(loan: Loan, on: date) -> PayoffQuote:
    """The quote of an active loan, valid on `on`, today or later. Penalties run to that day, interest as agreed."""
    standing, received = fold_to_repay(loan, on)
    return PayoffQuote(on, standing.payoff_on(on), standing.overpaid, received)
