"""Account numbers: what an IBAN must be like, and how a number is shown. Pure functions."""

import re

from babel import Locale
from django.utils.translation import gettext_lazy as _

from audit.refusals import Invalid

# Letters in an IBAN by country, for the countries and banks that the programmes meet. Others: the check digits decide.
_COUNTRIES_BY_LENGTH = {
    15: "NO",
    16: "BE",
    18: "DK FI NL",
    19: "MK SI",
    20: "AT BA EE KZ LT LU XK",
    21: "CH HR LI LV",
    22: "BG DE GB GE IE ME RS",
    23: "AE",
    24: "AD CZ ES MD RO SE SK",
    25: "PT",
    26: "TR",
    27: "FR GR IT",
    28: "AL AZ BY CY HU PL",
    29: "UA",
    31: "MT",
}
IBAN_LENGTHS = {code: length for length, codes in _COUNTRIES_BY_LENGTH.items() for code in codes.split()}
_IBAN = re.compile(r"[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}")
_DOMESTIC = re.compile(r"[0-9A-Z][0-9A-Z/-]{3,33}")


def clean_number(kind, number):
    """The number as it is stored, without blanks. Raises Invalid for field `number` with what is wrong with it."""
    number = re.sub(r"\s", "", number).upper()
    if kind == "cash":
        if number:
            raise Invalid(_("Cash has no account number."), field="number")
        return ""
    if not number:
        raise Invalid(_("Enter the account number."), field="number")
    if kind == "iban":
        _check_iban(number)
    elif kind == "mobile":
        if not re.fullmatch(r"\+?[0-9]{6,15}", number):
            raise Invalid(_("A mobile number has 6 to 15 digits, with or without a plus."), field="number")
    elif not _DOMESTIC.fullmatch(number):
        raise Invalid(_("An account number has 4 to 34 letters and digits."), field="number")
    return number


def _check_iban(number):
    if not _IBAN.fullmatch(number):
        raise Invalid(
            _("An IBAN begins with two letters and two digits, and has 15 to 34 letters and digits."), field="number"
        )
    wanted = IBAN_LENGTHS.get(number[:2])
    if wanted and len(number) != wanted:
        raise Invalid(
            _("An IBAN of %(country)s has %(wanted)s letters and digits; this one has %(count)s.")
            % {"country": number[:2], "wanted": wanted, "count": len(number)},
            field="number",
        )
    if remainder(number) != 1:
        raise Invalid(_("The check digits of this IBAN are wrong. Compare it with the paper."), field="number")


# ISO 9362: four letters of the bank, two of its country, two of its place, and three of a branch where there is one.
# The place as ISO 20022 writes it, so that a code that is accepted here is accepted in a file for the bank.
_BIC = re.compile(r"[A-Z]{4}([A-Z]{2})[A-Z2-9][A-NP-Z0-9]([A-Z0-9]{3})?")


def clean_bic(text):
    """A bank's code without blanks, or nothing. Raises Invalid for field `bic`."""
    code = re.sub(r"\s", "", text).upper()
    found = _BIC.fullmatch(code)
    if code and (found is None or not is_country(found[1])):
        raise Invalid(
            _("A bank code (BIC) has 8 or 11 letters and digits, and its fifth and sixth letter name a country."),
            field="bic",
        )
    return code


def is_country(code):
    """True for the two letters of a country (ISO 3166-1, and XK)."""
    return len(code) == 2 and code in Locale("en").territories


def remainder(iban):
    """ISO 7064 mod 97-10 of an IBAN: 1 when its check digits are right. Letters count from A = 10."""
    turned = iban[4:] + iban[:4]
    return int("".join(str(int(letter, 36)) for letter in turned)) % 97


def check_digits(country, rest):
    """The two check digits that make an IBAN of `country` and the national part `rest`."""
    return f"{98 - remainder(f'{country}00{rest}'):02d}"


def tail(number):
    """The last four letters, by which people tell accounts apart without reading the whole number."""
    return number[-4:] if len(number) > 6 else ""
