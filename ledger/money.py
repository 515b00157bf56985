"""Amounts are whole minor units (int) with a currency beside them. Here they are printed, parsed, added and split."""

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from functools import lru_cache

from babel.core import UnknownLocaleError
from babel.numbers import format_decimal, get_currency_precision, list_currencies
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from audit.refusals import Invalid


@lru_cache(maxsize=200)
def digits(currency):
    """Decimal digits of an ISO 4217 currency by CLDR: 2 for EUR, 0 for JPY, 3 for KWD.

    CLDR prints AMD with none, but ISO 4217 gives it two minor digits, and contracts are kept in them.
    """
    if currency not in known_currencies():
        raise Invalid(_("%(code)s is not a currency code.") % {"code": currency})
    return {"AMD": 2, "ALL": 2, "RSD": 2, "UZS": 2}.get(currency, get_currency_precision(currency))


@lru_cache(maxsize=1)
def known_currencies():
    return frozenset(list_currencies())


def round_minor(value):
    """The one rounding function: a Decimal number of minor units to an int, ties away from zero."""
    return int(Decimal(value).quantize(Decimal(1), rounding=ROUND_HALF_UP))


def to_minor(major, currency):
    """Minor units of an exact Decimal in major units. Raises Invalid when it has more digits than the currency."""
    major = Decimal(major)
    scaled = major.scaleb(digits(currency))
    if scaled != scaled.to_integral_value():
        raise Invalid(
            _("%(amount)s has more decimals than %(currency)s.") % {"amount": format(major, "f"), "currency": currency}
        )
    return int(scaled)


def to_major(minor, currency):
    """Decimal in major units with exactly the currency's digits: 300000000 EUR -> Decimal("3000000.00")."""
    return Decimal(minor).scaleb(-digits(currency))


def plain(minor, currency):
    """Decimal string in major units for files and JSON: "3000000.00"."""
    return format(to_major(minor, currency), "f")


def split(total, weights):
    """Divide `total` minor units by integer or Decimal weights; the parts add up to the whole, the last takes the rest.

    Raises ValueError when there is no weight above zero.
    """
    whole = sum(Decimal(weight) for weight in weights)
    if whole <= 0:
        raise ValueError("weights must add up to more than zero")
    parts = [round_minor(Decimal(total) * Decimal(weight) / whole) for weight in weights[:-1]]
    return [*parts, total - sum(parts)]


def locale_of(language=None):
    """Babel's name of a language; what is private in the tag ("hy-x-paper") has no formats of its own."""
    return (language or get_language() or "en").partition("-x-")[0].replace("-", "_").replace("latn", "Latn")


def shown(minor, currency, language=None):
    """The amount as people read it, without the code: "3,000,000.00", minus as U+2212."""
    places = digits(currency)
    pattern = "#,##0" + ("." + "0" * places if places else "")
    value = to_major(abs(minor), currency)
    try:
        text = format_decimal(value, format=pattern, locale=locale_of(language))
    except (UnknownLocaleError, ValueError):
        text = format_decimal(value, format=pattern, locale="en")
    return f"\u2212{text}" if minor < 0 else text


def shown_rate(value, language=None):
    """A Decimal percentage without needless digits, as people read it: "12.5"; in Albanian "12,5"."""
    text = format(value.normalize(), "f")
    _whole, point, part = text.partition(".")
    return format_decimal(value, format=f"#,##0.{'0' * len(part)}" if point else "#,##0", locale=locale_of(language))


@dataclass(frozen=True, order=True)
class Money:
    """`minor` whole minor units of `currency`. Adding two currencies raises ValueError."""

    minor: int
    currency: str

    def __post_init__(self):
        if not isinstance(self.minor, int):
            raise TypeError("an amount is a whole number of minor units")

    def __add__(self, other):
        if self.currency != other.currency:
            raise ValueError(f"cannot add {other.currency} to {self.currency}")
        return Money(self.minor + other.minor, self.currency)

    def __sub__(self, other):
        return self + Money(-other.minor, other.currency)

    def __str__(self):
        return f"{self.currency} {shown(self.minor, self.currency)}"

    @property
    def plain(self):
        return plain(self.minor, self.currency)

    @classmethod
    def parse(cls, text, currency):
        """Money from a decimal string in major units with a dot: "1200.00". Raises Invalid."""
        try:
            major = Decimal(str(text).strip())
        except InvalidOperation as wrong:
            raise Invalid(_("“%(text)s” is not an amount.") % {"text": text}) from wrong
        if not major.is_finite():
            raise Invalid(_("“%(text)s” is not an amount.") % {"text": text})
        return cls(to_minor(major, currency), currency)
