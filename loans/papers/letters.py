"""Letters about one loan: what closes it on a day, and what is late, to the borrower and to a guarantor."""

from datetime import timedelta

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from audit.refusals import Blocked
from ledger.money import Money
from loans.account import days_late
from loans.arrears import days_past_due
from loans.charge import charge_of_lazy
from loans.models import Loan
from loans.papers.frame import about, amounts, day, drawn_for, named
from loans.payoff import payoff_quote
from pages import paper

# A letter asks for the money within so many days; the second one is shorter, and says what follows.
DAYS = {"first": 14, "second": 7, "guarantor": 14}
TITLES = {
    "first": gettext_lazy("Reminder"),
    "second": gettext_lazy("Second reminder"),
    "guarantor": gettext_lazy("Notice to the guarantor"),
}


PARTS = {
    "principal": gettext_lazy("Principal"),
    "interest": gettext_lazy("Interest"),
    "fee": gettext_lazy("Fees"),
    "penalty": gettext_lazy("Penalty"),
}


def payoff_paper(loan, valid_to, on):
    """What closes the loan when it is paid by `valid_to`, drawn on `on`. Raises Blocked when nothing is owed."""
    parts = _payoff(loan, valid_to)

    def made():
        total = Money(sum(amount for _label, amount in parts), loan.currency)
        facts = {"ref": loan.ref, "amount": total, "day": day(valid_to)}
        return [
            *_address(loan.borrower, on),
            paper.text(_("What closes the loan %(ref)s") % facts, "title"),
            paper.facts(about(loan)),
            paper.space(12),
            paper.text(_("The loan is repaid when %(amount)s reaches us by %(day)s.") % facts, "letter"),
            paper.table(
                [[str(label), *amounts(loan, amount)] for label, amount in parts],
                [3, 1],
                head=[_("What"), _("Amount")],
                numbers={1},
                total=[_("Total"), total],
            ),
            paper.space(),
            paper.text(_("Name %(ref)s when you pay. After %(day)s ask for a new letter.") % facts, "letter"),
            _signed(loan),
        ]

    return drawn_for(loan, gettext_lazy("Payoff letter"), made)


def _payoff(loan, valid_to):
    """[(label, minor units)] that are open when penalties are reckoned up to `valid_to`, less what is held."""
    if loan.state != Loan.State.ACTIVE:
        raise Blocked(_("Nothing is owed on %(ref)s that could be paid off.") % {"ref": loan.ref})
    quote = payoff_quote(loan, valid_to)
    labels = PARTS | {"interest": charge_of_lazy(loan)}
    parts = [(label, quote.parts[name]) for name, label in labels.items()]
    parts.append((gettext_lazy("Less what came on this day"), -quote.received))
    parts.append((gettext_lazy("Less what is held for you"), -quote.held))
    return [(label, amount) for label, amount in parts if amount]


def arrears_paper(loan, kind, on, guarantor=None):
    """A letter on late instalments: `kind` first, second or guarantor (a Party). Raises Blocked when none is late."""
    late = [
        row
        for row in loan.instalments.filter(version=loan.current_version, settled_on=None).in_turn()
        if row.due_on < on and row.open_amount
    ]
    if not late or loan.state != Loan.State.ACTIVE:
        raise Blocked(_("No instalment of %(ref)s is late.") % {"ref": loan.ref})
    total = sum(row.open_amount for row in late)

    def made():
        facts = {
            "ref": loan.ref,
            "borrower": named(loan.borrower),
            "amount": Money(total, loan.currency),
            "days": days_late(days_past_due(late, on)),
            "by": day(on + timedelta(days=DAYS[kind])),
        }
        rows = [[row.number, day(row.due_on), *amounts(loan, row.due_amount, row.open_amount)] for row in late]
        return [
            *_address(guarantor or loan.borrower, on),
            paper.text(TITLES[kind], "title"),
            paper.facts(about(loan)),
            paper.space(12),
            *[paper.text(sentence % facts, "letter") for sentence in _sentences(kind)],
            paper.table(
                rows,
                [1, 2, 2, 2],
                head=[_("No."), _("Due"), _("Instalment"), _("Still to pay")],
                numbers={0, 2, 3},
                total=["", _("Total"), "", *amounts(loan, total)],
            ),
            paper.space(),
            paper.text(
                _("If you have paid in the meantime, show us the receipt, and this letter is settled."), "letter"
            ),
            _signed(loan),
        ]

    return drawn_for(loan, TITLES[kind], made)


def _sentences(kind):
    """The sentences of a letter, with the places of what it is about."""
    if kind == "first":
        return (
            _("%(amount)s of the loan %(ref)s has not reached us: it is %(days)s."),
            _("Please pay it by %(by)s, or come and tell us what keeps you from paying. We look for a way together."),
        )
    if kind == "second":
        return (
            _("We have written to you before: %(amount)s of the loan %(ref)s is %(days)s."),
            _("Please pay it by %(by)s. After that day we turn to those who guarantee the loan."),
            _("Whoever cannot pay can ask for a new schedule. The committee decides on it."),
        )
    return (
        _("You guarantee the loan %(ref)s of %(borrower)s. %(amount)s of it is %(days)s."),
        _("Please see to it that it is paid by %(by)s, or pay it yourself. What you pay is counted for the loan."),
    )


def _address(party, on):
    return [paper.text(named(party), "strong"), paper.text(party.place, "text"), paper.text(day(on), "right")]


def _signed(loan):
    return paper.signatures([(_("For the programme"), loan.programme.public_name)])
