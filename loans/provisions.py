"""What is expected to be lost of the portfolio: the ageing on a day times the programme's rates in force."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from ledger.money import round_minor
from loans.models import Loan, ProvisionRate
from loans.portfolio import BUCKETS, portfolios


@dataclass(frozen=True)
class Bucket:
    """One row of the provisioning table; `percent` is None where the programme has no rate."""

    name: str
    loans: int
    owed: int
    percent: Decimal | None
    amount: int


@dataclass(frozen=True)
class Provisions:
    """Amounts in minor units of `currency`; each bucket is rounded once, and the total is their sum."""

    currency: str
    as_of: date
    rows: tuple

    @property
    def owed(self):
        return sum(row.owed for row in self.rows)

    @property
    def total(self):
        return sum(row.amount for row in self.rows)


def rates_on(programme, day):
    """{bucket: percent} in force on a day."""
    rows = ProvisionRate.objects.filter(programme=programme, effective_from__lte=day).order_by("effective_from", "pk")
    return dict(rows.values_list("bucket", "percent"))


def provisions(programme, as_of, loans=None):
    """{currency: Provisions} of a programme's loans (or of some of them) at the end of `as_of`. Books nothing."""
    rates = rates_on(programme, as_of)
    loans = Loan.objects.filter(programme=programme) if loans is None else loans
    found = {}
    for currency, portfolio in portfolios(loans, as_of).items():
        rows = tuple(
            Bucket(name, *portfolio.buckets[name], rates.get(name), _part(portfolio.buckets[name][1], rates.get(name)))
            for name in BUCKETS
        )
        found[currency] = Provisions(currency, as_of, rows)
    return found


def _part(owed, percent):
    return round_minor(owed * percent / 100) if percent else 0


def allowance_of(line, as_of):
    """Minor units expected to be lost of the loans of a funding line; None where no rate is in force."""
    if not rates_on(line.programme, as_of):
        return None
    found = provisions(line.programme, as_of, Loan.objects.filter(line=line))
    return sum(one.total for currency, one in found.items() if currency == line.currency)
