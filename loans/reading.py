"""The figures at the head of a loan's page, its next step, and its waivers."""

from dataclasses import dataclass
from datetime import date

import rules
from django.utils.translation import gettext as _

from ledger.money import Money
from loans.account import days_late
from loans.arrears import days_past_due
from loans.models import Loan
from loans.services.restating import still_claimed


@dataclass
class LoanFigures:
    """What the head of the page says, in minor units of the loan's currency."""

    overdue: int = 0
    days_late: int = 0
    overdue_number: int | None = None
    overdue_since: date | None = None
    next_due: object = None
    next_in: int = 0
    paid_on_time: int = 0
    paid_late: int = 0
    fallen_due: int = 0
    claim: int = 0
    recovered: int = 0


def figures_of(loan, instalments, on):
    """LoanFigures of the schedule in force on `on`."""
    figures = LoanFigures(days_late=days_past_due(instalments, on))
    late = [row for row in instalments if row.due_on < on and row.open_amount]
    figures.overdue = sum(row.open_amount for row in late)
    if late:
        figures.overdue_number, figures.overdue_since = late[0].number, late[0].due_on
    figures.next_due = next((row for row in instalments if row.due_on >= on and row.open_amount), None)
    if figures.next_due:
        figures.next_in = (figures.next_due.due_on - on).days
    fallen = [row for row in instalments if row.due_on <= on and row.due_amount]
    figures.fallen_due = len(fallen)
    figures.paid_on_time = sum(bool(row.settled_on and row.settled_on <= row.due_on) for row in fallen)
    figures.paid_late = sum(bool(row.settled_on and row.settled_on > row.due_on) for row in fallen)
    if loan.state == Loan.State.WRITTEN_OFF:
        figures.claim, figures.recovered = still_claimed(loan)
    return figures


def next_step(loan, figures, order):
    """(what to do, why) in two short sentences, or None when nothing is left to do."""
    if loan.state == Loan.State.APPROVED:
        return _("Next: sign the contract with the borrower."), _("Approved on %(day)s.") % {
            "day": f"{loan.approved_on:%d.%m.%Y}"
        }
    if loan.state == Loan.State.SIGNED:
        if order is None:
            return _("Next: finance prepares the payment."), _("Signed on %(day)s.") % {
                "day": f"{loan.signed_on:%d.%m.%Y}"
            }
        return _("Next: the payment %(ref)s settles.") % {"ref": order.ref}, _("It is in the state “%(state)s”.") % {
            "state": order.state_label
        }
    if loan.state == Loan.State.OVERPAID:
        return _("Next: send %(amount)s back to the borrower.") % {
            "amount": Money(loan.overpaid_amount, loan.currency)
        }, _("Everything is repaid.")
    if loan.state == Loan.State.WRITTEN_OFF and figures.claim:
        return _("Still claimed: %(amount)s.") % {"amount": Money(figures.claim, loan.currency)}, _(
            "Money that comes now is a recovery."
        )
    if loan.state != Loan.State.ACTIVE:
        return None
    if figures.overdue:
        return _("Next: ask for %(amount)s, due since %(day)s.") % {
            "amount": Money(figures.overdue, loan.currency),
            "day": f"{figures.overdue_since:%d.%m.%Y}",
        }, days_late(figures.days_late)
    if figures.next_due:
        return _("Next: %(amount)s falls due on %(day)s.") % {
            "amount": Money(figures.next_due.open_amount, loan.currency),
            "day": f"{figures.next_due.due_on:%d.%m.%Y}",
        }, ""
    return None


def waivers_of(loan, user):
    """The Waivers of the loan, newest first, each with `may_reverse`: may the user take it back now?"""
    found = list(loan.waivers.select_related("recorded_by", "reversed_by").order_by("-value_on", "-pk"))
    asked = bool(found) and rules.test_rule("loans.relieve", user, loan)
    ended = bool(loan.forgiven_on) or loan.state == Loan.State.WRITTEN_OFF
    for row in found:
        row.may_reverse = asked and not ended and row.reversed_on is None and row.version == loan.current_version
    return found
