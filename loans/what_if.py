"""What a payment would do to a loan, before it is made. Reads only; amounts in minor units."""

from dataclasses import dataclass

from loans.services.repayments import check_receipt, unsaved_repayment
from loans.services.restating import fold_loan


@dataclass(frozen=True)
class Line:
    """An instalment with what would be open of it now and after the payment."""

    number: int
    due_on: object
    before: int
    after: int


@dataclass(frozen=True)
class Outcome:
    """`lines`: the instalments that are open before; `over`: more than is owed; `left`: still to pay after it."""

    amount: int
    lines: list
    over: int
    left: int
    principal: int

    @property
    def closes(self):
        return self.left == 0

    @property
    def next_line(self):
        return next((line for line in self.lines if line.after), None)


def what_if(loan, *, amount, on):
    """The Outcome of `amount` received on `on`, today or later. Raises Invalid or Blocked like the service."""
    check_receipt(loan, amount=amount, on=on)
    now, _instalments, _pairs = fold_loan(loan, on)
    then, _instalments, _pairs = fold_loan(loan, on, added=[unsaved_repayment(loan, amount=amount, on=on, by=None)])
    before = {row.row.no: row.outstanding for row in now.rows}
    lines = [
        Line(row.row.no, row.row.due, before.get(row.row.no, 0), row.outstanding)
        for row in then.rows
        if before.get(row.row.no, 0) or row.outstanding
    ]
    left = max(sum(line.after for line in lines) - then.overpaid, 0)
    over = max(then.overpaid - sum(line.after for line in lines), 0)
    return Outcome(amount, lines, over, left, then.principal)
