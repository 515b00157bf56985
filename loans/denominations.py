"""The notes and coins of each currency, largest first, as the central banks issue them today: data, in major units."""

from decimal import Decimal

from ledger.money import to_minor

NOTES_AND_COINS = {
    "ALL": "10000 5000 2000 1000 500 200 100 50 20 10 5",
    "AMD": "100000 50000 20000 10000 5000 2000 1000 500 200 100 50 20 10",
    "AZN": "500 200 100 50 20 10 5 1 0.50 0.20 0.10 0.05 0.03 0.01",
    "BAM": "200 100 50 20 10 5 2 1 0.50 0.20 0.10 0.05",
    "BYN": "500 200 100 50 20 10 5 2 1 0.50 0.20 0.10 0.05 0.02 0.01",
    "EUR": "500 200 100 50 20 10 5 2 1 0.50 0.20 0.10 0.05 0.02 0.01",
    "GEL": "200 100 50 20 10 5 2 1 0.50 0.20 0.10 0.05",
    "KGS": "5000 2000 1000 500 200 100 50 20 10 5 3 1",
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


def denominations_of(currency):
    """Minor units of each note and coin, largest first; of a currency that is not listed only its smallest unit."""
    words = NOTES_AND_COINS.get(currency)
    return [to_minor(Decimal(word), currency) for word in words.split()] if words else [1]
