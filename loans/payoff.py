"""What repays a loan in full on a day: a quote that is exact on that day, if no other money moves before."""

from dataclasses import dataclass
from datetime import date

from loans.models import Loan
from loans.services.restating import fold_loan


@dataclass(frozen=True)
class PayoffQuote:
    """Minor units of the loan's currency: what is due by the day, the rest in its parts, money held, and the sum."""

    on: date
    parts: dict[str, int]
    held: int

    @property
    def total(self) -> int:
        return max(sum(self.parts.values()) - self.held, 0)


def payoff_quote(loan: Loan, on: date) -> PayoffQuote:
    """The quote of an active loan, valid on `on`, today or later. Penalties run to that day, interest as agreed."""
    standing, _instalments, _pairs = fold_loan(loan, on)
    return PayoffQuote(on, standing.payoff_on(on), standing.overpaid)
