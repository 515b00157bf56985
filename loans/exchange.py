"""The fund statement in the donor's currency, by the rate rule of the line, with the exchange effect on its own line.

The opening is translated at the rate of the day before the period, the closing at the rate of its last day. What moved
is translated at the rate of its own day, or all of it at the closing rate, as the line says. Each term is rounded
once; what the rates made of the money is what is left between them, so that the statement closes to the unit.
"""

from bisect import bisect_right
from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from audit.refusals import Blocked
from ledger.money import digits
from loans.fund import Term, fund_statement, moved, terms_of
from loans.schedule.rounding import round_whole
from programmes.models import ExchangeRate, FundingLine

EFFECT = ("exchange", _("Exchange effect"))


@dataclass(frozen=True)
class Translated:
    """A fund statement in minor units of `currency`; its last term is the exchange effect."""

    line: FundingLine
    currency: str
    from_on: date
    to_on: date
    opening: int
    terms: tuple
    closing: int
    opening_rate: Fraction
    closing_rate: Fraction

    @property
    def difference(self):
        return self.opening + sum(term.amount for term in self.terms) - self.closing

    def rows(self):
        """(title, minor units) from opening to closing."""
        return [
            (_("Opening cash"), self.opening),
            *((term.title, term.amount) for term in self.terms),
            (_("Closing cash"), self.closing),
        ]


class Rates:
    """Units of `currency` for one of the line's, by the line's source: the last rate up to a day."""

    def __init__(self, line, currency):
        self.line, self.currency = line, currency
        rows = ExchangeRate.objects.filter(
            Q(base=line.currency, quote=currency) | Q(base=currency, quote=line.currency), source=line.rate_rule
        ).order_by("on", "pk")
        self._by_day = {
            row.on: Fraction(row.rate) if row.base == line.currency else 1 / Fraction(row.rate) for row in rows
        }
        self._days = sorted(self._by_day)
        self._scale = Fraction(10) ** (digits(currency) - digits(line.currency))

    def on(self, day):
        """Raises Blocked, naming the day, when no rate is known by then."""
        place = bisect_right(self._days, day)
        if not place:
            raise Blocked(
                _("There is no rate of %(base)s to %(quote)s up to %(day)s by “%(rule)s”. Enter it first.")
                % {
                    "base": self.line.currency,
                    "quote": self.currency,
                    "day": f"{day:%d.%m.%Y}",
                    "rule": self.line.get_rate_rule_display(),
                }
            )
        return self._by_day[self._days[place - 1]]

    def minor(self, amount, rate):
        """`amount` minor units of the line as exact minor units of the other currency."""
        return amount * rate * self._scale


def currencies_for(line):
    """Currencies into which the line's money can be translated by its rate rule."""
    rates = ExchangeRate.objects.filter(source=line.rate_rule)
    found = set(rates.filter(base=line.currency).values_list("quote", flat=True))
    return sorted(found | set(rates.filter(quote=line.currency).values_list("base", flat=True)) - {line.currency})


def translated(line, from_on, to_on, currency):
    """The statement of `line` in `currency`. Raises Blocked when a rate is missing."""
    own, rates = fund_statement(line, from_on, to_on), Rates(line, currency)
    closing_rate = rates.on(to_on)
    eve = from_on - timedelta(days=1)
    opening_rate = rates.on(eve) if own.opening else closing_rate
    sums = defaultdict(Fraction)
    for key, day, amount in moved(line, from_on, to_on, by_day=True):
        rate = rates.on(day) if line.translation == FundingLine.Translation.FROZEN else closing_rate
        sums[key] += rates.minor(amount, rate)
    terms = [Term(term.code, term.title, _whole(term.amount)) for term in terms_of(sums)]
    opening = _whole(rates.minor(own.opening, opening_rate))
    closing = _whole(rates.minor(own.closing, closing_rate))
    effect = closing - opening - sum(term.amount for term in terms)
    return Translated(
        line=line,
        currency=currency,
        from_on=from_on,
        to_on=to_on,
        opening=opening,
        terms=(*(term for term in terms if term.amount), Term(*EFFECT, effect)),
        closing=closing,
        opening_rate=opening_rate,
        closing_rate=closing_rate,
    )


def _whole(value):
    return round_whole(value, "half_up")
