"""The notes and coins of each currency, largest first, as the central banks issue them today: data, in major units."""

from decimal import Decimal

from babel.core import get_global

from ledger.money import digits, to_minor

NOTES_AND_COINS = {
    "ALL": "10000 5000 2000 1000 500 200 100 50 20 10 5",
    "AMD": "100000 50000 20000 10000 5000 2000 1000 500 200 100 50 20 10",
    "AZN": "500 200 100 50 20 10 5 1 0.50 0.20 0.10 0.05 0.03 0.01",
    "BAM": "200 100 50 20 10 5 2 1 0.50 0.20 0.10 0.05",
    "BYN": "500 200 100 50 20 10 5 2 1 0.50 0.20 0.10 0.05 0.02 0.01",
    "CHF": "1000 200 100 50 20 10 5 2 1 0.50 0.20 0.10 0.05",
    "EUR": "500 200 100 50 20 10 5 2 1 0.50 0.20 0.10 0.05 0.02 0.01",
    "GBP": "50 20 10 5 2 1 0.50 0.20 0.10 0.05 0.02 0.01",
    "GEL": "200 100 50 20 10 5 2 1 0.50 0.20 0.10 0.05",
    "JPY": "10000 5000 2000 1000 500 100 50 10 5 1",
    "KGS": "5000 2000 1000 500 200 100 50 20 10 5 3 1",
    "KWD": "20 10 5 1 0.500 0.250 0.100 0.050 0.020 0.010 0.005",
    "KZT": "20000 10000 5000 2000 1000 500 200 100 50 20 10 5 2 1",
    "MDL": "1000 500 200 100 50 20 10 5 2 1 0.50 0.25 0.10 0.05",
    "MKD": "2000 1000 500 200 100 50 10 5 2 1",
    "RSD": "5000 2000 1000 500 200 100 50 20 10 5 2 1",
    "RUB": "5000 2000 1000 500 200 100 50 10 5 2 1",
    "TJS": "500 200 100 50 20 10 5 3 1 0.50 0.25 0.20 0.10 0.05",
    "TRY": "200 100 50 20 10 5 1 0.50 0.25 0.10 0.05 0.01",
    "UAH": "1000 500 200 100 50 20 10 5 2 1 0.50 0.10",
    "USD": "100 50 20 10 5 2 1 0.50 0.25 0.10 0.05 0.01",
    "UZS": "200000 100000 50000 20000 10000 5000 2000 1000 500 200 100 50",
}


# Of a currency that is not listed: so many steps of 1, 2 and 5, from its smallest coin on.
STEPS = 16


def denominations_of(currency, programme=None):
    """Minor units of each note and coin, largest first: as the programme says, as listed, or in steps of 1, 2 and 5.

    The steps begin with the smallest coin by CLDR: of CAD 0.05 to 1,000.00, of BHD 0.001 to 100.000, of IDR 1.00 to
    100,000.00.
    """
    own = programme.notes_and_coins.get(currency) if programme else None
    listed = NOTES_AND_COINS.get(currency, "").split()
    words = own or listed
    return [to_minor(Decimal(word), currency) for word in words] if words else _steps(currency)


def _steps(currency):
    fractions = get_global("currency_fractions")
    _digits, _rounding, cash_digits, cash_rounding = fractions.get(currency, fractions["DEFAULT"])
    most = digits(currency)
    # CLDR counts some money in whole units that ISO gives digits, and the other way round: no coin is below a unit.
    smallest = max(cash_rounding, 1) * 10 ** max(most - cash_digits, 0)
    first = 10 ** max(most - cash_digits, 0)
    steps = [step * first * 10**power for power in range(STEPS) for step in (1, 2, 5)]
    return [step for step in steps[:STEPS] if step >= smallest][::-1]
