"""What repays a loan in full on a day: a quote that is exact on that day, if no other money moves before."""

from dataclasses import dataclass, replace
from datetime import date

from loans.facts import facts_of
from loans.models import Loan, Repayment
from loans.services.restating import fold_loan


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
    """The quote of an active loan, valid on `on`, today or later. Penalties run to that day, interest as agreed.

    Money of one day acts as its sum: what came on `on` already would pay interest ahead alone, and none together with
    the rest. Where a refund left on that day too, the quote is of what stands after both.
    """
    facts = facts_of([loan])[loan.pk]
    came = [row for row in facts.repayments if row.value_on == on and row.means != Repayment.Means.HELD]
    if any(row.value_on == on for row in facts.refunds):
        came = []
    before = replace(facts, repayments=[row for row in facts.repayments if row not in came])
    standing, _instalments, _pairs = fold_loan(loan, on, facts=before)
    return PayoffQuote(on, standing.payoff_on(on), standing.overpaid, sum(row.amount for row in came))
