"""The posting table (DESIGN section 5) as pure functions: each returns the legs of one business event.

A leg is (code, line, subject, amount) in minor units of one currency: debit positive, credit negative.
Zero legs are left out. Nothing here reads or writes the database.
"""

from typing import NamedTuple

BANK = "1000"
PRINCIPAL = "1100"
RECOVERIES_DUE = "1200"
CONVERSION = "1900"
OVERPAYMENTS = "2000"
UNCLAIMED = "2100"
CAPITAL = "3000"
INTEREST = "4000"
INTEREST_CAPITALISED = "4005"
FEES = "4010"
PENALTIES = "4020"
RECOVERED = "4100"
GRANTS_PAID = "5000"
COSTS = "5100"
WRITTEN_OFF = "5200"
FORGIVEN = "5210"
COFINANCING = "9000"
COFINANCING_CONTRA = "9001"


class LegSpec(NamedTuple):
    code: str
    line: str
    subject: str
    amount: int
    currency: str = ""


def _pair(amount, debit, credit, *, line, debit_subject="", credit_subject=""):
    _positive(amount)
    return [LegSpec(debit, line, debit_subject, amount), LegSpec(credit, line, credit_subject, -amount)]


def _positive(amount):
    if amount <= 0:
        raise ValueError(f"a posting needs an amount above zero, not {amount}")


def capital_received(amount, *, line):
    return _pair(amount, BANK, CAPITAL, line=line)


def capital_returned(amount, *, line):
    return _pair(amount, CAPITAL, BANK, line=line)


def grant_paid(amount, *, line, award):
    return _pair(amount, GRANTS_PAID, BANK, line=line, debit_subject=award)


def grant_recovery_decided(amount, *, line, award):
    return _pair(amount, RECOVERIES_DUE, GRANTS_PAID, line=line, debit_subject=award, credit_subject=award)


def grant_recovery_received(amount, *, line, award):
    return _pair(amount, BANK, RECOVERIES_DUE, line=line, credit_subject=award)


def grant_recovery_given_up(amount, *, line, award):
    return _pair(amount, GRANTS_PAID, RECOVERIES_DUE, line=line, debit_subject=award, credit_subject=award)


def bank_charge(amount, *, line):
    return _pair(amount, COSTS, BANK, line=line)


def cash_advanced(amount, *, line, purse):
    """Cash leaves the bank and is the line's money still: in the paymaster's hands, under the subject `purse`."""
    return _pair(amount, BANK, BANK, line=line, debit_subject=purse)


def cash_brought_back(amount, *, line, purse):
    return _pair(amount, BANK, BANK, line=line, credit_subject=purse)


def cash_lost(amount, *, line, purse):
    return _pair(amount, COSTS, BANK, line=line, credit_subject=purse)


def cash_found(amount, *, line, purse, receipt):
    """More lay in the box than was known of; it waits under `receipt` until it is known whose it is."""
    return _pair(amount, BANK, UNCLAIMED, line=line, debit_subject=purse, credit_subject=receipt)


def from_purse(legs, purse):
    """The legs of a payment that was made out of a paymaster's cash instead of the bank account."""
    return [leg._replace(subject=purse) if leg.code == BANK else leg for leg in legs]


def loan_disbursed(principal, fee, *, line, loan):
    """`principal` is lent; `fee` is withheld from it, so that principal - fee leaves the bank."""
    _positive(principal)
    if not 0 <= fee < principal:
        raise ValueError("a withheld fee is at least zero and below the principal")
    legs = [LegSpec(PRINCIPAL, line, loan, principal), LegSpec(BANK, line, "", -(principal - fee))]
    return [*legs, LegSpec(FEES, line, loan, -fee)] if fee else legs


def receipt_unmatched(amount, *, line, receipt):
    return _pair(amount, BANK, UNCLAIMED, line=line, credit_subject=receipt)


def repayment(*, penalty, fee, interest, principal, overpayment, line, loan, receipt=""):
    """A repayment in its allocated parts. With `receipt` it is claimed from unclaimed receipts, else it is cash."""
    parts = [
        (PENALTIES, penalty),
        (FEES, fee),
        (INTEREST, interest),
        (PRINCIPAL, principal),
        (OVERPAYMENTS, overpayment),
    ]
    if any(amount < 0 for _code, amount in parts):
        raise ValueError("no part of a repayment is negative")
    total = sum(amount for _code, amount in parts)
    _positive(total)
    debit = LegSpec(UNCLAIMED, line, receipt, total) if receipt else LegSpec(BANK, line, "", total)
    return [debit, *(LegSpec(code, line, loan, -amount) for code, amount in parts if amount)]


def overpayment_applied(*, penalty, fee, interest, principal, line, loan):
    """Money held for the borrower pays what fell due: as a repayment, out of 2000."""
    parts = repayment(
        penalty=penalty, fee=fee, interest=interest, principal=principal, overpayment=0, line=line, loan=loan
    )
    return [LegSpec(OVERPAYMENTS, line, loan, parts[0].amount), *parts[1:]]


def overpayment_recalled(**parts):
    """The money that had been held was taken back after it was used: what it had paid is owed again."""
    return [leg._replace(amount=-leg.amount) for leg in overpayment_applied(**parts)]


def overpayment_refunded(amount, *, line, loan):
    return _pair(amount, OVERPAYMENTS, BANK, line=line, debit_subject=loan)


def interest_capitalised(amount, *, line, loan):
    return _pair(amount, PRINCIPAL, INTEREST_CAPITALISED, line=line, debit_subject=loan, credit_subject=loan)


def principal_written_off(amount, *, line, loan):
    return _pair(amount, WRITTEN_OFF, PRINCIPAL, line=line, debit_subject=loan, credit_subject=loan)


def principal_forgiven(amount, *, line, loan):
    return _pair(amount, FORGIVEN, PRINCIPAL, line=line, debit_subject=loan, credit_subject=loan)


def recovered_after_write_off(amount, *, line, loan, receipt="", overpayment=0):
    """`amount` recovered; `overpayment` is what came above the claim, and is owed to the borrower."""
    _positive(amount)
    if overpayment < 0:
        raise ValueError("an overpayment is not negative")
    debit = UNCLAIMED if receipt else BANK
    legs = [LegSpec(debit, line, receipt, amount + overpayment), LegSpec(RECOVERED, line, loan, -amount)]
    return [*legs, LegSpec(OVERPAYMENTS, line, loan, -overpayment)] if overpayment else legs


def conversion(from_amount, from_currency, to_amount, to_currency, *, from_line, to_line):
    """Four legs in two currencies: what left one bank account and what arrived on the other."""
    _positive(from_amount)
    _positive(to_amount)
    return [
        LegSpec(CONVERSION, from_line, "", from_amount, from_currency),
        LegSpec(BANK, from_line, "", -from_amount, from_currency),
        LegSpec(BANK, to_line, "", to_amount, to_currency),
        LegSpec(CONVERSION, to_line, "", -to_amount, to_currency),
    ]


def transfer(amount, *, from_line, to_line):
    _positive(amount)
    return [
        LegSpec(BANK, to_line, "", amount),
        LegSpec(CAPITAL, from_line, "", amount),
        LegSpec(BANK, from_line, "", -amount),
        LegSpec(CAPITAL, to_line, "", -amount),
    ]


def cofinancing_accepted(amount, *, line, subject):
    """Memo, never cash. `subject` is award:source, for example "G-2026-0042:own_cash"."""
    return _pair(amount, COFINANCING, COFINANCING_CONTRA, line=line, debit_subject=subject, credit_subject=subject)
