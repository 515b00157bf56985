"""What a bank statement says, whatever its format. Pure: no database. Amounts are minor units, signed as the bank's.

Every reader raises Invalid with a sentence that says what is wrong, where, and what to do; then nothing was read.
"""

from dataclasses import dataclass, replace
from datetime import date
from itertools import pairwise

from django.utils.translation import gettext_lazy as _

from audit.refusals import Invalid
from ledger.money import Money

LARGEST = 10 * 1024 * 1024
MOST_LINES = 20_000
# Minor units; beyond it a column of the database ends before a sum of lines does.
LARGEST_AMOUNT = 10**14


@dataclass(frozen=True)
class StatementLineFacts:
    """One movement: `amount` above zero came in, below zero went out. `where` is its place in the file."""

    where: str
    booked_on: date
    value_on: date
    amount: int
    name: str = ""
    number: str = ""
    text: str = ""
    end_to_end: str = ""
    batch: str = ""
    bank_reference: str = ""
    return_reason: str = ""


@dataclass(frozen=True)
class StatementFacts:
    """One statement of one account in one currency. `account` is the number as the bank writes it."""

    form: str
    account: str
    currency: str
    number: str
    from_on: date
    to_on: date
    opening_amount: int
    closing_amount: int
    lines: tuple[StatementLineFacts, ...]


def refuse(sentence, **said):
    """Raise Invalid at the file's field."""
    raise Invalid(sentence % said if said else sentence, field="content")


def read_text(content):
    """The letters of a file. Banks of the region send UTF-8, or the code page of Windows."""
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace")


def minor(text, currency, where):
    """Minor units of an amount with a decimal point, above or equal to zero, as it stands at `where`."""
    try:
        amount = Money.parse(text, currency).minor
    except Invalid as refused:
        refuse(
            _("%(where)s: %(why)s Ask the bank for a right file."),
            where=where,
            why=refused.sentence,
        )
    if not 0 <= amount <= LARGEST_AMOUNT or not text.strip()[:1].isdigit():
        refuse(_("%(where)s: “%(text)s” is not an amount. Ask the bank for a right file."), where=where, text=text)
    return amount


def checked(statement):
    """The statement, when its opening balance and its lines make its closing balance and it holds a sane count."""
    if len(statement.lines) > MOST_LINES:
        refuse(
            _("The statement has more than %(most)s lines. Ask the bank for one of fewer days."),
            most=f"{MOST_LINES:,}",
        )
    if statement.from_on > statement.to_on:
        refuse(
            _("The statement begins on %(begins)s and ends on %(ends)s, before it began. Take it from the bank again."),
            begins=f"{statement.from_on:%d.%m.%Y}",
            ends=f"{statement.to_on:%d.%m.%Y}",
        )
    total = statement.opening_amount + sum(line.amount for line in statement.lines)
    if total != statement.closing_amount:
        refuse(
            _(
                "The opening balance and the %(count)s lines make %(total)s, and the closing balance is %(closing)s. "
                "Lines are missing or were changed: load the file as the bank gave it, or ask for it again."
            ),
            count=len(statement.lines),
            total=Money(total, statement.currency),
            closing=Money(statement.closing_amount, statement.currency),
        )
    return statement


def joined(parts):
    """One statement of the parts of a file: pages, or days that follow each other, of one account."""
    if not parts:
        refuse(_("There is no statement in this file. Load the statement as the bank gave it."))
    first, last = parts[0], parts[-1]
    for before, after in pairwise(parts):
        if (after.account, after.currency) != (first.account, first.currency):
            refuse(_("The file holds statements of several accounts. Load one file for each account."))
        if after.opening_amount != before.closing_amount:
            refuse(
                _(
                    "Statement %(after)s begins with %(opening)s, and %(before)s before it ends with %(closing)s. "
                    "A page or a day between them is missing: ask the bank for the whole file."
                ),
                after=after.number,
                before=before.number,
                opening=Money(after.opening_amount, after.currency),
                closing=Money(before.closing_amount, before.currency),
            )
    if first is last:
        return checked(first)
    number = first.number if first.number == last.number else f"{first.number}–{last.number}"
    lines = tuple(line for part in parts for line in part.lines)
    whole = replace(first, number=number, to_on=last.to_on, closing_amount=last.closing_amount, lines=lines)
    return checked(whole)


def spaced(*texts):
    """Texts of a bank in one line, without double blanks."""
    return " ".join(" ".join(text for text in texts if text).split())
