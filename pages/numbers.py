"""Amounts as people type them: text to whole minor units. How many digits a currency has, the ledger says."""

import re
import unicodedata
from decimal import Decimal

from babel.numbers import get_currency_precision
from django.utils.translation import gettext_lazy as _

from audit.refusals import Invalid

# Far above any amount of a programme, and safe in a 64-bit column after adding many of them.
LARGEST = 10**15
MOST_LETTERS = 60

_digits_of = get_currency_precision


def register_digits(function):
    """Let `function(currency) -> int` say how many decimal digits a currency has (the ledger does, once ready)."""
    global _digits_of
    _digits_of = function


def digits(currency):
    return _digits_of(currency)


def plain(minor, currency):
    """Minor units as a decimal string with a dot and without groups: 120000 EUR -> "1200.00"."""
    return format(Decimal(minor).scaleb(-digits(currency)), "f")


def grouped(minor, currency):
    """The same with commas between thousands, for sentences: "1,200.00"; minus is U+2212."""
    text = f"{Decimal(abs(minor)).scaleb(-digits(currency)):,f}"
    return f"\u2212{text}" if minor < 0 else text


def parse_amount(text, currency):
    """Minor units of an amount as typed: "1,200.00", "1 200,00", "1200", "EUR 1,200". Raises Invalid."""
    if len(str(text)) > MOST_LETTERS:
        raise Invalid(_("This amount is too large."))
    places = digits(currency)
    typed = unicodedata.normalize("NFKC", str(text)).strip()
    bare = re.sub(rf"^{currency}\b|\b{currency}$", "", typed, flags=re.IGNORECASE).strip()
    negative = bare[:1] in ("-", "\u2212")
    bare = re.sub(r"[\s'\u2019]", "", bare[1:] if negative else bare)
    if not re.fullmatch(r"[0-9.,]*[0-9][0-9.,]*", bare, flags=re.ASCII):
        raise Invalid(_("“%(text)s” is not an amount. Write figures, for example 1,200.00") % {"text": typed[:40]})
    whole, fraction = _parted(bare, places, typed)
    if len(fraction) > places:
        raise Invalid(_decimals(places, currency))
    minor = int(whole + fraction.ljust(places, "0"))
    if minor >= LARGEST:
        raise Invalid(_("This amount is too large."))
    return -minor if negative else minor


def _parted(bare, places, typed):
    """Whole figures and decimals: the last separator divides them, unless it can only group thousands."""
    marks = [letter for letter in bare if letter in ".,"]
    if not marks:
        return bare, ""
    last = marks[-1]
    whole, _mark, fraction = bare.rpartition(last)
    if len(set(marks)) == 1 and (len(marks) > 1 or (last == "," and len(fraction) == 3 and places != 3)):
        return _ungrouped(bare, last, typed), ""
    if marks.count(last) > 1 or (marks == [","] and len(fraction) == 3):
        raise Invalid(_unclear(typed))
    other = "," if last == "." else "."
    return _ungrouped(whole, other, typed) if whole else "0", fraction


def _ungrouped(text, mark, typed):
    """Figures without the marks between thousands; the groups must be whole."""
    if mark in text and not re.fullmatch(rf"[0-9]{{1,3}}(?:{re.escape(mark)}[0-9]{{3}})+", text):
        raise Invalid(_unclear(typed))
    return text.replace(mark, "")


def _unclear(typed):
    return _("It is not clear which amount “%(text)s” means. Write it like 1,200.00 or 1200.00") % {"text": typed[:40]}


def _decimals(places, currency):
    if places == 0:
        return _("%(currency)s has no decimals. Write whole figures, for example 1,200") % {"currency": currency}
    return _("%(currency)s has %(places)s decimals, and this has more. Write for example %(example)s") % {
        "currency": currency,
        "places": places,
        "example": "1,200." + "0" * places,
    }
