"""The final account of an award (INVARIANTS G3): what it may cost the programme in the end. Reads only; minor units."""

from dataclasses import dataclass
from fractions import Fraction

from grants.conditions import counted
from grants.models import Tranche

# Paid against an invoice of the programme's own books: the payment is the cost.
BY_INVOICE = (Tranche.Modality.SUPPLIER, Tranche.Modality.IN_KIND, Tranche.Modality.WORKS)


@dataclass(frozen=True)
class FinalAccount:
    """`cost`: eligible cost that was accepted, of grant and own part; `due`: what the grant bears of it in the end."""

    paid: int
    spent: int
    own: int
    share: Fraction
    due: int

    @property
    def cost(self):
        return self.spent + self.own

    @property
    def excess(self):
        """Paid and not due: asked back when the award closes."""
        return max(0, self.paid - self.due)

    @property
    def open(self):
        """Due and not paid: a last tranche, or money that goes back to the line."""
        return max(0, self.due - self.paid)


def final_account(award):
    """min(award, accepted eligible cost x grant share), beside what was paid.

    The share is the award's in award and own part as they were pledged. Where the window does not ask for papers, a
    tranche paid in cash is spent when it was paid: its deliverables were accepted before.
    """
    paid = award.tranches.filter(state=Tranche.State.PAID)
    paid_amount = paid.total_amount()
    spent = paid.filter(modality__in=BY_INVOICE).total_amount() + award.expenses.total_accepted_amount()
    if not award.window.accounted_pct:
        spent = paid_amount
    own, pledged = counted(award, "accepted_amount"), counted(award, "pledged_amount")
    share = Fraction(award.amount, award.amount + pledged)
    cost = Fraction(spent + own) * share
    return FinalAccount(
        paid=paid_amount,
        spent=spent,
        own=own,
        share=share,
        # What is over is the grantee's favour: half a cent is not asked back.
        due=min(award.amount, -(-cost.numerator // cost.denominator)),
    )
