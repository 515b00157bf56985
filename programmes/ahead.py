"""What is expected to come into a funding line and to go out of it, as the apps above that carry contracts tell it.

An app registers in AppConfig.ready():

    register(receipts=due_on_line, payments=planned_on_line)

`receipts(line, on)` gives [(day, minor units)] that contracts promise to the line from `on` on. `payments(line, on)`
gives Planned rows: for each case with a contract all that is still to be paid out. A commitment that nobody tells
about falls due by the tranche plan of its window.
"""

from dataclasses import dataclass
from datetime import date

from django.db.models import F

from programmes.forecast import by_tranche_plan
from programmes.services import available_on


@dataclass(frozen=True)
class Planned:
    """A part of a promise: which case (application's reference), when it is expected to be paid, minor units."""

    case_ref: str
    on: date
    amount: int


_receipts, _payments = [], []


def register(*, receipts=None, payments=None):
    """Called once by each app, from AppConfig.ready()."""
    if receipts is not None:
        _receipts.append(receipts)
    if payments is not None:
        _payments.append(payments)


def held_on(line):
    """Minor units of the line that are not paid out: its cash, or what is left of its ceiling."""
    return available_on(line) + line.commitments.total_unused_amount()


def receipts_of(line, on):
    """[(day, minor units)] expected in; an allocation is given once, so nothing comes back to it."""
    return [row for tell in _receipts for row in tell(line, on)]


def payments_of(line, on):
    """[(day, minor units)] of all live commitments of the line that are not paid out in full."""
    told = [row for tell in _payments for row in tell(line, on)]
    known = {row.case_ref for row in told}
    rows = [(row.on, row.amount) for row in told]
    unused = F("amount") - F("released_amount") - F("used_amount")
    waiting = line.commitments.live().annotate(unused=unused).filter(unused__gt=0).select_related("window")
    for commitment in waiting:
        if commitment.case_ref not in known:
            rows += by_tranche_plan(commitment.window.tranche_plan, commitment.unused, on)
    return rows
