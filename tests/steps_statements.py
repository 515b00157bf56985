"""Bank statements for tests: a CSV file made of a few lines, and loaded for an office."""

from ledger.money import plain
from payments.services import load_statement
from programmes.clock import today
from tests.steps_payments import KOSOVO_IBAN

COLUMNS = (
    "Booking date;Value date;Amount;Counterparty;Counterparty account;Description;End-to-end ID;Bank reference;"
    "Return reason"
)


def moved(amount, reference="", *, name="", account="", text="", end_to_end="", reason="", value_on=None):
    """A line of a statement: `amount` in minor units, below zero when money went out."""
    return amount, value_on, name, account, text, end_to_end, reference, reason


def statement_file(day, lines, *, opening=6_000_000, number="51", iban=KOSOVO_IBAN, currency="EUR"):
    """The bytes of a statement of one day."""
    closing = opening + sum(line[0] for line in lines)
    rows = [
        f"IBAN;{iban}",
        f"Currency;{currency}",
        f"Statement no.;{number}",
        f"From;{day:%d.%m.%Y}",
        f"To;{day:%d.%m.%Y}",
        f"Opening balance;{_written(opening, currency)}",
        f"Closing balance;{_written(closing, currency)}",
        "",
        COLUMNS,
    ]
    for amount, value_on, *words in lines:
        rows.append(f"{day:%d.%m.%Y};{value_on or day:%d.%m.%Y};{_written(amount, currency)};{';'.join(words)}")
    return "\n".join(rows).encode()


def _written(amount, currency):
    return plain(amount, currency).replace(".", ",")


def loaded(office, account, lines, *, name="march.csv", by=None, **facts):
    """A statement of today with these lines, loaded by the maker."""
    day = today(office.programme)
    content = statement_file(day, lines, **facts)
    return load_statement(own_account=account, content=content, name=name, on=day, by=by or office.people.maker)
