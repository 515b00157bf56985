"""What the bulk path is told: sittings of the committee, and the loans that they approve."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta

from demo.applying import Plan

# Days between the acts of one case, as the stories of the demo have them.
CHECKED_AFTER = 6
VERIFIED_AFTER = 13
PACKET_BEFORE = 7
SIGNED_AFTER = 3
ORDERED_AFTER = 4
PAID_AFTER = 5
VISIT_RECORDED_AFTER = 3
VISIT_VERIFIED_AFTER = 12


def as_due(loan, rows):
    """Everybody pays each instalment on its due date, in full: [(day, minor units, reference)]."""
    return [(row.due, row.principal + row.interest, f"SHEET-{row.due:%Y%m}") for row in rows]


def no_finding(month, on):
    """The visit is not made."""
    return None


@dataclass
class LoanPlan:
    """One application that becomes a loan.

    `repeats` is the borrower's earlier LoanPlan, of the same or an earlier batch.
    `paying(loan plan, schedule rows)` gives the repayments in order of dates; those after the last day are left out.
    `visiting(month, on)` gives the facts of `record_visit` for the visit of that month, or None when it is not made.
    """

    plan: Plan
    applied_on: date
    paying: Callable = as_due
    visiting: Callable = no_finding
    repeats: "LoanPlan | None" = None
    application: object = field(default=None)
    loan: object = field(default=None)
    decision: object = field(default=None)


@dataclass
class Sitting:
    """A sitting of the programme's committee on `day`: every case is approved by every member."""

    day: date
    loans: list

    @property
    def packet_on(self):
        return self.day - timedelta(days=PACKET_BEFORE)


def check_plans(sittings, call):
    """Raises ValueError, naming the case, for what the services would have refused."""
    if call.documents.exists() or call.method != "consensus":
        raise ValueError(f"{call.key}: the bulk path knows calls by consensus and without required documents.")
    for sitting in sittings:
        for loan in sitting.loans:
            plan = loan.plan
            name = f"{plan.applicant.ref}, {plan.title}"
            if loan.applied_on + timedelta(days=VERIFIED_AFTER) > sitting.packet_on:
                raise ValueError(f"{name}: applied on {loan.applied_on}, too late for the sitting of {sitting.day}.")
            if plan.ending != "approve" or plan.applicant is None:
                raise ValueError(f"{name}: only loans that are approved are carried in bulk.")
