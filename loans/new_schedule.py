"""A new schedule before it is made: what is owed by now, and the instalments as they would be booked. Reads only."""

from dataclasses import dataclass
from datetime import date

from loans.services.relief import check_first_due, new_rows, unpaid_parts
from loans.services.restating import fold_loan
from loans.standing import Row
from loans.terms import instalments_in


@dataclass(frozen=True)
class Owed:
    """Minor units on a day: the principal, and the interest, fees and penalties that fell due and are not paid."""

    principal: int
    interest: int
    charges: int


def owed_on(loan, on: date) -> Owed:
    """What an active loan owes at the end of `on`; interest of later days is not in it."""
    standing, parts = _reckoned(loan, on)
    return Owed(standing.principal, parts["interest"], parts["fee"] + parts["penalty"])


def proposed_rows(
    loan, *, on: date, instalments_number, first_due_on, grace_months=0, capitalise=False, **_said
) -> list[Row]:
    """The instalments that reschedule_loan would make with these terms. Raises Invalid as it does."""
    check_first_due(first_due_on, on)
    standing, owed = _reckoned(loan, on)
    owed["capital"] = owed["interest"] if capitalise else 0
    terms = {"first_due": first_due_on, "number": instalments_number, "grace": instalments_in(grace_months, loan)}
    _starts_on, _request, rows = new_rows(loan, standing, owed, on, **terms)
    return rows


def _reckoned(loan, on):
    reckoned_on = loan.reckoned_on
    if reckoned_on and reckoned_on > on:
        loan.reckoned_on = on
    standing, _instalments, _pairs = fold_loan(loan, on)
    parts = unpaid_parts(standing, loan, on)
    loan.reckoned_on = reckoned_on
    return standing, parts
