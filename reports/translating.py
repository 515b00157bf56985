"""The money of a report in the currency in which its donor reads: by the rate rule of the donor's funding line.

A rule says whose rate it is (FundingLine.rate_rule), and whether each fact is translated at its own day or everything
at the closing rate. What has no day of its own, such as a balance or a ceiling, stands at the closing rate.
"""

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

from django.utils.translation import gettext as _

from ledger.money import digits, round_minor
from programmes.models import ExchangeRate, FundingLine
from reports.figure import MONEY

MONTHLY = (FundingLine.RateRule.UN_MONTH, FundingLine.RateRule.INFOREURO)
# A bank quotes no rate while it is shut: over the longest holidays that of the last open day stands.
SHUT = timedelta(days=10)


@dataclass(frozen=True)
class Rate:
    """The rate at which money of `base` was put into `quote`; `value`: quote units for one of base, as text."""

    base: str
    quote: str
    value: str
    on: str
    source: str


class Rates:
    """The rates that one report needs, each looked up once: `used` were found; `lacking`, {what: sentence}, not."""

    def __init__(self, quote):
        self.quote = quote
        self.used, self.lacking = {}, {}
        self._rows = {}

    def of(self, base, on, rule):
        """Units of the report's currency for one `base` on a day, as a Decimal; None, and remembered, without one."""
        rows = self._of_pair(base, rule)
        first = on.replace(day=1) if rule in MONTHLY else on - SHUT
        row = next((row for row in rows if row.on <= on), None)
        if row is None or (row.on < first and rule != FundingLine.RateRule.INSTALMENTS):
            # One rate serves the whole month.
            self.lacking.setdefault((base, rule, first if rule in MONTHLY else on), self._said(base, on, rule))
            return None
        self.used[row.pk] = row
        return row.rate if row.base == base else 1 / row.rate

    def _said(self, base, on, rule):
        source = FundingLine.RateRule(rule).label
        said = {"base": base, "quote": self.quote, "day": f"{on:%d.%m.%Y}", "source": source}
        return _("There is no rate of %(base)s to %(quote)s for %(day)s (%(source)s). Enter it, then publish.") % said

    def _of_pair(self, base, rule):
        """The pair's rates by this rule, newest first; those quoted the other way round where there are no others."""
        if (base, rule) not in self._rows:
            rows = ExchangeRate.objects.filter(source=rule).order_by("-on")
            found = list(rows.filter(base=base, quote=self.quote))
            self._rows[base, rule] = found or list(rows.filter(base=self.quote, quote=base))
        return self._rows[base, rule]

    def told(self):
        """(Rate, ...) as the report prints them."""
        return tuple(
            Rate(row.base, row.quote, f"{row.rate.normalize():f}", row.on.isoformat(), str(row.get_source_display()))
            for row in sorted(self.used.values(), key=lambda row: (row.base, row.on))
        )


def translate(figures, tallies, scope, quote):
    """(figures with `translated`, their Rates, sentences about missing rates) in the currency `quote`.

    A figure that takes a rate which is missing stays without `translated`.
    """
    rates, found = Rates(quote), []
    for figure in figures:
        if figure.unit == MONEY and figure.has_data and figure.currency != quote:
            facts = _dated(figure, tallies[figure.code], scope)
            figure = figure.but(translated=_sum(facts, figure.currency, scope, rates))
        found.append(figure)
    # By currency and day, as they are entered.
    lacking = sorted(rates.lacking.items(), key=lambda one: (one[0][0], one[0][2]))
    return found, rates.told(), tuple(sentence for _what, sentence in lacking)


def _dated(figure, tally, scope):
    """[(day, minor units)] that add up to the figure; what has no day stands on the last day of the scope."""
    facts = list(tally.by_day()) if tally.by_day else []
    rest = int(figure.value) - sum(amount for _day, amount in facts)
    return [*facts, (scope.to_on, rest)] if rest else facts


def _sum(facts, base, scope, rates):
    """Minor units of the report's currency: exact products, rounded once; None while a rate is missing."""
    rule, frozen = _rule(scope, base)
    # Every day is asked, so that all the rates that are missing are named at once.
    found = [(amount, rates.of(base, day if frozen else scope.to_on, rule)) for day, amount in facts]
    if any(rate is None for _amount, rate in found):
        return None
    total = sum((amount * rate for amount, rate in found), Decimal(0))
    return round_minor(total.scaleb(digits(rates.quote) - digits(base)))


def _rule(scope, currency):
    """(whose rate, whether each fact is at its own day) of the donor's line in that currency, or of its first line."""
    lines = FundingLine.objects.filter(programme=scope.programme).order_by("key")
    lines = lines.filter(donor=scope.donor) if scope.donor else lines
    line = lines.filter(currency=currency).first() or lines.first()
    if line is None:
        return FundingLine.RateRule.BANK, True
    return line.rate_rule, line.translation == FundingLine.Translation.FROZEN
