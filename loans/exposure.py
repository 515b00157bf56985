"""How much a guarantor stands for over all loans, and whether they are late with loans of their own. Reads only.

Loans of another programme that is confidential are not told of, neither by an amount nor by a sentence.
"""

from fractions import Fraction

from django.db.models import Q, Sum
from django.utils.translation import gettext_lazy as _

from ledger.money import Money, digits
from loans.schedule.rounding import round_whole
from programmes.models import ExchangeRate


def exposure_of(party, loan):
    """Minor units that the party stands for in the loan's currency, over all live loans known in its programme."""
    guarantees = party.guarantees.live().known_in(loan.programme)
    return guarantees.filter(loan__currency=loan.currency).total_amount()


def exposure_elsewhere(party, loan, on):
    """(minor units of the loan's currency, None) that the party stands for in other currencies, at the rates of `on`.

    By the rate rule of the loan's funding line. (0, sentence) where a rate is missing.
    """
    guarantees = party.guarantees.live().known_in(loan.programme).exclude(loan__currency=loan.currency)
    total, line = Fraction(0), loan.line
    for currency, amount in guarantees.order_by().values_list("loan__currency").annotate(total=Sum("amount")):
        rate = ExchangeRate.objects.units(currency, loan.currency, on, line.rate_rule)
        if rate is None:
            return 0, _("There is no rate of %(base)s to %(quote)s up to %(day)s by “%(rule)s”. Enter it first.") % {
                "base": currency,
                "quote": loan.currency,
                "day": f"{on:%d.%m.%Y}",
                "rule": line.get_rate_rule_display(),
            }
        total += amount * rate * Fraction(10) ** (digits(loan.currency) - digits(currency))
    return round_whole(total, "half_up"), None


def ceiling_of(loan):
    """The most that one party may guarantee by the rules of the loan's product, in minor units, or None."""
    rules = getattr(loan.product, "lending_rules", None)
    return rules.guarantor_ceiling_amount if rules else None


def over_ceiling(party, loan, on, more=0):
    """A sentence when the party's guarantees and `more` minor units pass the ceiling on `on`, or when no rate says
    whether they do; None at the ceiling or below. What the party stands for in other currencies is translated."""
    ceiling = ceiling_of(loan)
    if ceiling is None:
        return None
    elsewhere, unknown = exposure_elsewhere(party, loan, on)
    if unknown:
        return unknown
    standing = exposure_of(party, loan) + elsewhere
    if standing + more <= ceiling:
        return None
    return _("%(name)s stands for %(standing)s already, and %(ceiling)s is the most that one person may guarantee.") % {
        "name": party,
        "standing": Money(standing, loan.currency),
        "ceiling": Money(ceiling, loan.currency),
    }


def late_borrower(party, loan, on):
    """A sentence when a loan of the party's own is late on `on`, or was written off; else None."""
    own = type(loan).objects.filter(borrower=party)
    own = own.filter(Q(programme=loan.programme) | Q(programme__confidential=False))
    if own.at_risk(on).exists():
        return _("%(name)s is late with a loan of their own.") % {"name": party}
    if own.filter(state="written_off").exists():
        return _("A loan of %(name)s was written off and is still owed.") % {"name": party}
    return None
