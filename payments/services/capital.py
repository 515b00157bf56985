"""Money of the funding lines that is no payment to a case: donors' capital, bank charges, conversion."""

import rules
from django.utils.translation import gettext_lazy as _

from audit.refusals import Blocked, Invalid, NotAllowed
from audit.services import service
from ledger import postings
from ledger.money import Money
from ledger.services import post
from programmes.models import FundingLine
from programmes.services import bank_on, cash_on, check_date, lock_lines


def _checked(line, amount, reference, on, by, reason):
    """The locked line, when this user may book this fact of this day. Raises NotAllowed or Invalid."""
    if not rules.test_rule("payments.book", by, line):
        raise NotAllowed()
    check_date(on=on, programme=line.programme, by=by, reason=reason)
    if amount <= 0:
        raise Invalid(_("The amount must be above zero."), field="amount")
    if not reference.strip():
        raise Invalid(_("Enter the bank's reference."), field="reference")
    return lock_lines(line.key)[line.key]


def _post(line, kind, legs, reference, on, by, reason):
    return post(
        book_key=line.programme.key,
        kind=kind,
        event_key=f"{kind}:{line.key}:{reference.strip()}",
        legs=legs,
        currency=line.currency,
        value_on=on,
        by=by,
        reason=reason,
    )


@service
def receive_capital(*, line, amount, reference, on, by, reason="", key=None):
    """The donor's money arrived on the line's bank account. `amount` in minor units of the line's currency."""
    line = _checked(line, amount, reference, on, by, reason)
    legs = postings.capital_received(amount, line=line.key)
    return _post(line, "capital_received", legs, reference, on, by, reason)


def free_cash_on(line):
    """Minor units in the bank that no case waits for: what may go back to the donor or to another line."""
    bank = bank_on(line)
    if line.kind != FundingLine.Kind.REVOLVING:
        return bank
    return min(bank, cash_on(line) - line.commitments.total_unused_amount())


@service
def return_capital(*, line, amount, reference, on, by, reason="", key=None):
    """Money goes back to the donor. Refused when the line does not have it free."""
    line = _checked(line, amount, reference, on, by, reason)
    _check_free(line, amount)
    legs = postings.capital_returned(amount, line=line.key)
    return _post(line, "capital_returned", legs, reference, on, by, reason)


def _check_free(line, amount):
    free = free_cash_on(line)
    if amount > free:
        raise Blocked(
            _("The line %(line)s has %(free)s free in the bank.")
            % {"line": line.name, "free": Money(max(free, 0), line.currency)}
        )


@service
def book_charge(*, line, amount, reference, on, by, reason="", key=None):
    """The bank took a charge, or the fund paid a cost: a fact, booked even when the account is empty."""
    line = _checked(line, amount, reference, on, by, reason)
    legs = postings.bank_charge(amount, line=line.key)
    return _post(line, "bank_charge", legs, reference, on, by, reason)


@service
def convert(*, from_line, from_amount, to_line, to_amount, reference, on, by, reason="", key=None):
    """Money of one line was changed into the currency of another line of the same programme: four legs."""
    if from_line.programme_id != to_line.programme_id:
        raise Invalid(_("Both lines must belong to one programme."), field="to_line")
    if from_line.currency == to_line.currency:
        raise Invalid(_("Both lines have the same currency; nothing is converted."), field="to_line")
    if to_amount <= 0:
        raise Invalid(_("The amount must be above zero."), field="to_amount")
    lock_lines(from_line.key, to_line.key)
    line = _checked(from_line, from_amount, reference, on, by, reason)
    _check_free(line, from_amount)
    legs = postings.conversion(
        from_amount, from_line.currency, to_amount, to_line.currency, from_line=from_line.key, to_line=to_line.key
    )
    return _post(line, "conversion", legs, reference, on, by, reason)
