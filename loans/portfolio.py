"""The portfolio on a day: gross loan portfolio, portfolio at risk, ageing. One pass over loans, whole balances."""

from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction

from loans.arrears import AGE_BUCKETS, OLDEST_BUCKET, age_bucket

RISK_DAYS = (1, 30, 90)
BUCKETS = (*(name for name, _last in AGE_BUCKETS), OLDEST_BUCKET)


@dataclass
class Portfolio:
    """Amounts are minor units of one currency. A loan is in a bucket with its whole outstanding principal."""

    currency: str
    as_of: date
    loans: int = 0
    principal: int = 0
    buckets: dict = field(default_factory=lambda: dict.fromkeys(BUCKETS, (0, 0)))
    rescheduled: int = 0
    at_risk: dict = field(default_factory=lambda: dict.fromkeys(RISK_DAYS, 0))
    at_risk_or_rescheduled: dict = field(default_factory=lambda: dict.fromkeys(RISK_DAYS, 0))

    def add(self, principal, days, rescheduled):
        self.loans += 1
        self.principal += principal
        name = age_bucket(days)
        number, amount = self.buckets[name]
        self.buckets[name] = (number + 1, amount + principal)
        self.rescheduled += principal if rescheduled else 0
        for bound in RISK_DAYS:
            late = days > (0 if bound == 1 else bound)
            self.at_risk[bound] += principal if late else 0
            self.at_risk_or_rescheduled[bound] += principal if late or rescheduled else 0

    def share(self, bound, *, with_rescheduled=False):
        """PAR as an exact fraction of the portfolio; None when nothing is outstanding."""
        table = self.at_risk_or_rescheduled if with_rescheduled else self.at_risk
        return Fraction(table[bound], self.principal) if self.principal else None


def portfolios(loans, as_of):
    """{currency: Portfolio} of the loans of a queryset outstanding at the end of `as_of`.

    PAR1 counts loans with any instalment unpaid after its due date, PAR30 more than 30 days after, PAR90 more than 90.
    """
    rows = (
        loans.outstanding(as_of)
        .with_first_overdue(as_of)
        .with_principal(as_of)
        .order_by()
        .values_list("currency", "principal_on", "first_overdue_on", "ever_rescheduled")
    )
    found = {}
    for currency, principal, first_overdue_on, rescheduled in rows.iterator(chunk_size=5000):
        portfolio = found.setdefault(currency, Portfolio(currency, as_of))
        portfolio.add(principal, (as_of - first_overdue_on).days if first_overdue_on else 0, rescheduled)
    return found
