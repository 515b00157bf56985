"""The tranches of a loan as its page shows them: where each stands, what comes next, who can do it."""

from dataclasses import dataclass, field

import rules
from django.utils.translation import gettext as _

from audit.moves import doors
from loans.conditions_tranches import missing_for_payment
from loans.models import LoanTranche
from pages.states import shape_of
from payments.models import PaymentOrder


@dataclass
class TrancheLine:
    """A tranche as a row. `acts`: the doors open to the user; `waits` say what keeps it."""

    tranche: LoanTranche
    shape: str
    word: str
    note: str = ""
    waits: list = field(default_factory=list)
    acts: list = field(default_factory=list)
    may_pay: bool = False


@dataclass
class Tranches:
    lines: list
    lent: int
    open: int

    @property
    def next_line(self):
        """The first that is neither paid out nor given up."""
        return next((line for line in self.lines if line.tranche.state not in LoanTranche.OVER), None)


def tranches_of(loan, user, on):
    """The Tranches of a signed loan, or None where it is paid out at once."""
    rows = list(loan.tranches.select_related("asked_by", "confirmed_by", "end_asked_by", "ended_by"))
    if not rows:
        return None
    refs = [row.source_ref for row in rows]
    orders = {order.source_ref: order for order in PaymentOrder.objects.live().filter(source_ref__in=refs)}
    lines = []
    for row in rows:
        row.loan = loan
        lines.append(_line(row, orders.get(row.source_ref), user, on))
    return Tranches(
        lines,
        lent=sum(row.amount for row in rows if row.state == LoanTranche.State.PAID),
        open=sum(row.amount for row in rows if row.state not in LoanTranche.OVER),
    )


def _line(row, order, user, on):
    line = TrancheLine(row, shape_of("loantranche", row.state), row.state_label)
    if row.state == LoanTranche.State.PAID:
        line.note = _("on %(day)s") % {"day": f"{row.paid_on:%d.%m.%Y}"}
        return line
    if row.state == LoanTranche.State.GIVEN_UP:
        line.note = row.end_reason
        return line
    if order is not None:
        line.shape, line.word = "moving", _("In payment")
        line.note = _("%(ref)s, %(state)s") % {"ref": order.ref, "state": order.state_label}
        return line
    late = (on - row.planned_on).days
    if late > 0 and row.state == LoanTranche.State.PLANNED:
        line.note = _("%(days)s days after the plan") % {"days": late}
    line.acts = [door for door in doors(row, user, on) if door.open]
    if row.state == LoanTranche.State.GIVING_UP:
        line.note = _("%(who)s: %(reason)s") % {"who": row.end_asked_by, "reason": row.end_reason}
        return line
    missing = missing_for_payment(row)
    # The state says already that somebody has to confirm; of the others the first is what can be done about.
    line.waits = [] if row.state == LoanTranche.State.ASKED else missing[:1]
    line.may_pay = not missing and rules.test_rule("loans.order_disbursement", user, row.loan)
    return line


def next_of_tranches(loan, tranches):
    """(what to do, why) for the head of the page, or None when no tranche is to be paid out."""
    line = tranches.next_line if tranches else None
    if line is None or loan.state not in ("signed", "active"):
        return None
    facts = {"number": line.tranche.number, "day": f"{line.tranche.planned_on:%d.%m.%Y}"}
    planned = _("Planned for %(day)s.") % facts
    if line.tranche.state == LoanTranche.State.ASKED:
        return _("Next: a second person confirms what was shown before tranche %(number)s.") % facts, planned
    if line.tranche.state == LoanTranche.State.GIVING_UP:
        return _("Next: a second person gives tranche %(number)s up, or keeps it.") % facts, line.note
    if line.word == _("In payment"):
        return _("Next: the payment of tranche %(number)s settles.") % facts, line.note
    if line.waits:
        return _("Next: tranche %(number)s.") % facts, " ".join([planned, str(line.waits[0])])
    return _("Next: finance prepares the payment of tranche %(number)s.") % facts, planned
