"""A new schedule before it is made: what is owed by now, and the instalments as they would be booked. Reads only."""

from dataclasses import dataclass
from datetime import date

from loans.schedule import build_schedule
from loans.services.relief import check_first_due, need_unpaid, new_rows, request_at_rate, unpaid_parts
from loans.services.restating import fold_loan
from loans.standing import Row
from loans.terms import instalments_in, rows_of


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


def rows_at_rate(loan, *, on: date, annual_rate_pct, **_said) -> list[Row]:
    """The instalments to come as change_rate would make them. Raises Invalid or Blocked as it does."""
    standing, _owed = _reckoned(loan, on)
    other = request_at_rate(loan, standing, annual_rate_pct, on)
    return [row for row in rows_of(build_schedule(other), loan.currency) if row.due > on]


def check_waiver(loan, *, on: date, component, amount):
    """Raises Invalid unless so much of the component fell due by `on` and is not paid."""
    standing, _owed = _reckoned(loan, on)
    need_unpaid(loan, standing, component, amount, on)


def _reckoned(loan, on):
    standing, _instalments, _pairs = fold_loan(loan, on, again=True)
    return standing, unpaid_parts(standing, loan, on)
