"""CSV statements, each bank's way of writing them as data: a Profile says which column is what.

Above the table stand a few lines "name;value" that say the account, its currency, the number of the statement and the
two balances: without balances nobody can tell whether lines are missing, so such a file is refused.
"""

import csv
import io
import re
import time
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext_lazy as _

from ledger.money import known_currencies
from payments.statements.facts import StatementFacts, StatementLineFacts, joined, minor, refuse, spaced

HEAD = ("account", "currency", "number", "from_on", "to_on", "opening", "closing")
# What every line must say; `amount`, or both of `debit` and `credit`, come to it.
NEEDED = ("booked_on",)


@dataclass(frozen=True)
class Profile:
    """How one bank writes its CSV. `head` and `columns` map our words to the bank's; `decimal` is a comma or a point.

    Sign of an amount: with the column `amount` its own, or that of `sign` (its value `debit_mark` means money went
    out); with the columns `debit` and `credit` that of the column in which it stands, written without a sign.
    """

    code: str
    name: str
    head: dict
    columns: dict
    delimiter: str = ";"
    date_format: str = "%d.%m.%Y"
    decimal: str = ","
    debit_mark: str = "D"


PROFILES = (
    Profile(
        code="signed",
        name=_("One signed amount, decimal comma"),
        head={
            "account": "IBAN",
            "currency": "Currency",
            "number": "Statement no.",
            "from_on": "From",
            "to_on": "To",
            "opening": "Opening balance",
            "closing": "Closing balance",
        },
        columns={
            "booked_on": "Booking date",
            "value_on": "Value date",
            "amount": "Amount",
            "name": "Counterparty",
            "number": "Counterparty account",
            "text": "Description",
            "end_to_end": "End-to-end ID",
            "bank_reference": "Bank reference",
            "return_reason": "Return reason",
        },
    ),
    Profile(
        code="two_columns",
        name=_("Debit and credit in two columns, decimal point"),
        head={
            "account": "Account number",
            "currency": "Account currency",
            "number": "Statement number",
            "from_on": "Period from",
            "to_on": "Period to",
            "opening": "Opening balance",
            "closing": "Closing balance",
        },
        columns={
            "booked_on": "Date",
            "value_on": "Value date",
            "debit": "Debit",
            "credit": "Credit",
            "name": "Beneficiary/Payer",
            "number": "Beneficiary/Payer account",
            "text": "Purpose",
            "end_to_end": "Customer reference",
            "bank_reference": "Document no.",
            "return_reason": "Return reason",
        },
        delimiter=",",
        date_format="%d/%m/%Y",
        decimal=".",
    ),
)


def read(text):
    """The facts of a CSV statement, by the profile whose columns it has. Raises Invalid."""
    profile, rows, at = _found(text)
    head = _head(profile, rows[:at])
    names = [cell.strip() for cell in rows[at]]
    where = {ours: names.index(theirs) for ours, theirs in profile.columns.items() if theirs in names}
    lines = []
    for number, row in enumerate(rows[at + 1 :], at + 2):
        if not any(cell.strip() for cell in row):
            continue
        if len(row) != len(names):
            refuse(
                _("Line %(line)s has %(count)s columns and the table %(wanted)s. Take the file from the bank again."),
                line=number,
                count=len(row),
                wanted=len(names),
            )
        cells = {ours: row[index].strip() for ours, index in where.items()}
        lines += _line(profile, cells, head["currency"], _("Line %(line)s") % {"line": number})
    return joined([_statement(profile, head, tuple(lines))])


def _found(text):
    """(profile, rows, index of the row with the column names)."""
    for profile in PROFILES:
        try:
            rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=profile.delimiter, strict=True))
        except csv.Error:
            continue
        wanted = {name for ours, name in profile.columns.items() if ours in (*NEEDED, "amount", "debit", "credit")}
        for index, row in enumerate(rows[:40]):
            if wanted <= {cell.strip() for cell in row}:
                return profile, rows, index
    refuse(
        _(
            "This file is no camt.053, no MT940 and no CSV of a known bank: no line has the columns %(columns)s. "
            "Ask the bank for camt.053 or MT940."
        ),
        columns=_(" or ").join(", ".join(list(profile.columns.values())[:3]) for profile in PROFILES),
    )


def _head(profile, rows):
    """What stands above the table. Raises Invalid where something is missing."""
    said = {row[0].strip().rstrip(":"): row[1].strip() for row in rows if len(row) > 1}
    head = {}
    for ours in HEAD:
        theirs = profile.head[ours]
        if not said.get(theirs):
            refuse(
                _("Above the table “%(name)s” is missing. Load the file as the bank gave it, with the lines above."),
                name=theirs,
            )
        head[ours] = said[theirs]
    if head["currency"] not in known_currencies():
        refuse(_("%(code)s is not a currency code."), code=head["currency"])
    return head


def _statement(profile, head, lines):
    return StatementFacts(
        form="csv",
        account=head["account"],
        currency=head["currency"],
        number=head["number"][:35],
        from_on=_day(profile, head["from_on"], profile.head["from_on"]),
        to_on=_day(profile, head["to_on"], profile.head["to_on"]),
        opening_amount=_signed(profile, head["opening"], head["currency"], profile.head["opening"]),
        closing_amount=_signed(profile, head["closing"], head["currency"], profile.head["closing"]),
        lines=lines,
    )


def _line(profile, cells, currency, where):
    amount = _moved(profile, cells, currency, where)
    booked_on = _day(profile, cells["booked_on"], where)
    value = cells.get("value_on", "")
    if cells.get("currency", currency) != currency:
        refuse(
            _("%(where)s is in %(given)s and the account in %(currency)s. Ask the bank for a right file."),
            where=where,
            given=cells["currency"],
            currency=currency,
        )
    if not amount:
        return []
    return [
        StatementLineFacts(
            where=str(where),
            booked_on=booked_on,
            value_on=_day(profile, value, where) if value else booked_on,
            amount=amount,
            name=spaced(cells.get("name", ""))[:160],
            number="".join(cells.get("number", "").split()),
            text=spaced(cells.get("text", ""))[:500],
            end_to_end=cells.get("end_to_end", "")[:35],
            batch=cells.get("batch", "")[:35],
            bank_reference=cells.get("bank_reference", "")[:60],
            return_reason=cells.get("return_reason", "")[:140],
        )
    ]


def _moved(profile, cells, currency, where):
    if "debit" in profile.columns:
        if cells["debit"] and cells["credit"]:
            refuse(_("%(where)s has both a debit and a credit. Ask the bank for a right file."), where=where)
        if not (cells["debit"] or cells["credit"]):
            refuse(_("%(where)s has no amount. Ask the bank for a right file."), where=where)
        if cells["debit"]:
            return -_unsigned(profile, cells["debit"], currency, where)
        return _unsigned(profile, cells["credit"], currency, where)
    amount = _signed(profile, cells["amount"], currency, where)
    return -abs(amount) if cells.get("sign") == profile.debit_mark else amount


def _signed(profile, text, currency, where):
    text = text.replace("\u2212", "-").strip()
    if text.startswith("-"):
        return -_unsigned(profile, text[1:], currency, where)
    return _unsigned(profile, text.removeprefix("+"), currency, where)


def _unsigned(profile, text, currency, where):
    thousands = "." if profile.decimal == "," else ","
    bare = "".join(text.split())
    whole, _point, rest = bare.partition(profile.decimal)
    # A sign between thousands stands before three digits. Elsewhere it is another bank's decimal sign.
    if thousands in rest or (
        thousands in whole and not re.fullmatch(rf"\d{{1,3}}({re.escape(thousands)}\d{{3}})+", whole)
    ):
        refuse(_("%(where)s: “%(text)s” is not an amount. Ask the bank for a right file."), where=where, text=text)
    return minor(bare.replace(thousands, "").replace(profile.decimal, "."), currency, where)


def _day(profile, text, where):
    try:
        return date(*time.strptime(text, profile.date_format)[:3])
    except ValueError:
        refuse(_("%(where)s: “%(text)s” is not a date. Ask the bank for a right file."), where=where, text=text)
