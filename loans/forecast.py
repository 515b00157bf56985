"""What loans bring to a funding line and take from it in the months to come.

What is promised and not paid out is reckoned in one way, a loan or a tranche, planned or signed: it leaves the line on
its planned day, or today when that day is over, less its fee; and it comes back by the schedule that the loan has when
exactly that happens. Of 1,000.00 in 600.00 now and 400.00 on 27 May, 600.00 leave the line this month and
400.00 in May; the instalments are those of 600.00 until then, and of what is owed with the 400.00 after it. Once the
600.00 are lent their instalments are those in force, and what the 400.00 add to each is expected beside them.
"""

from collections import defaultdict
from contextlib import suppress
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, F, Prefetch, Sum

from loans.models import Instalment, Loan, LoanTranche, open_part
from loans.projection import rows_projected
from loans.schedule import ScheduleError, request_from_json
from loans.schedule.checks import check_request
from loans.services.agreement import days_off_of, fees_of, pay_outs_of
from loans.services.tranches import grace_left
from loans.terms import (
    first_due_after,
    instalments_in,
    interest_grace_of,
    paid_out_in,
    paid_out_otherwise,
    request_for,
    step_after,
)
from programmes.ahead import Planned, register


def connect():
    """Called once, from AppConfig.ready()."""
    register(receipts=due_on_line, payments=planned_on_line)
    register(receipts=promised_back_on_line)


def due_on_line(line, on):
    """[(day, minor units)] of instalments that fall due from `on` on, all their parts.

    What is late already is not counted: whoever plans with arrears plans with money that may never come.
    """
    rows = Instalment.objects.filter(
        loan__line=line,
        loan__state=Loan.State.ACTIVE,
        version=F("loan__current_version"),
        settled_on=None,
        due_on__gte=on,
    )
    return list(rows.order_by("due_on").values_list("due_on").annotate(total=Sum(open_part())))


def promised_back_on_line(line, on):
    """[(day, minor units)] that money promised and not paid out brings back. Of a loan that is paid out in part it is
    what the open tranches add to its schedule, which may be less than nothing on a day. Terms that make no schedule yet
    bring nothing.
    """
    was, asked = [], []
    for loan in _promised(line):
        with suppress(ScheduleError):
            before, after = _in_part(loan, on) if loan.state == Loan.State.ACTIVE else ((), _if_paid_out(loan, on))
            was += before
            asked.append(after)
    found = defaultdict(int)
    for requests, sign in ((asked, 1), (was, -1)):
        for rows in rows_projected(requests, line.currency):
            for due, principal, interest in rows:
                found[due] += sign * (principal + interest)
    return sorted((day, amount) for day, amount in found.items() if amount)


def _promised(line):
    """Loans of the line of which something is still to be paid out, each with its open tranches in their order."""
    coming = Prefetch("tranches", LoanTranche.objects.open().order_by("number"), to_attr="to_come")
    decided = Loan.objects.filter(line=line, state__in=[Loan.State.APPROVED, Loan.State.SIGNED])
    in_part = Loan.objects.filter(line=line, state=Loan.State.ACTIVE, tranches__in=LoanTranche.objects.open())
    return (decided | in_part).distinct().select_related("programme").prefetch_related(coming).order_by("pk")


def _pay_outs(loan, on):
    """[(day, minor units, fee)] in which the rest of a loan of _promised leaves the line, none before `on`."""
    if loan.to_come:
        rows = [(row.planned_on, row.amount, row.fee_amount) for row in loan.to_come]
    elif loan.state == Loan.State.APPROVED and loan.tranche_plan:
        amounts = [part["amount"] for part in loan.tranche_plan]
        days = [date.fromisoformat(part["on"]) for part in loan.tranche_plan]
        rows = zip(days, amounts, fees_of(loan, amounts), strict=True)
    else:
        rows = [(on, loan.amount, loan.fee_amount)]
    return [(max(on, day), amount, fee) for day, amount, fee in rows]


def _if_paid_out(loan, on):
    """The request of the loan's schedule when it is paid out as it is planned from `on` on. Raises ScheduleError."""
    parts = [(day, amount) for day, amount, _fee in _pay_outs(loan, on)]
    first, last = parts[0][0], parts[-1][0]
    loan.first_due_on = first_due_after(loan.first_due_on or step_after(first, loan), first, loan)
    facts = {"grace": instalments_in(loan.grace_months, loan), **pay_outs_of(loan, parts, last=last)}
    request = request_for(
        loan,
        starts_on=first,
        first_due=loan.first_due_on,
        number=loan.instalments_number,
        instalment=loan.instalment_amount,
        holidays=days_off_of(loan, first),
        **interest_grace_of(loan),
        **facts,
    )
    check_request(request)
    return request


def _in_part(loan, on):
    """([the request in force], that with the open tranches paid out as they are planned). Raises ScheduleError."""
    request = request_from_json(loan.versions.get(number=loan.current_version).request)
    parts = [(day, amount) for day, amount, _fee in _pay_outs(loan, on)]
    grace = grace_left(loan, request, parts[-1][0])
    other = paid_out_otherwise(loan, request, paid_out_in(loan, request) + parts, grace)
    check_request(other)
    return [request], other


@dataclass(frozen=True)
class Promised:
    """What a line has promised and not paid out, minor units: loans decided and signed, tranches still open of loans
    that are paid out in part, and everything else."""

    approved: int
    approved_number: int
    signed: int
    signed_number: int
    elsewhere: int
    tranches: int = 0
    tranches_loans_number: int = 0

    @property
    def total(self):
        return self.approved + self.signed + self.tranches + self.elsewhere


def promised_on_line(line):
    """The Promised of a line today. Loans that the committee decided and nobody has signed are promised too."""
    rows = Loan.objects.filter(line=line, state__in=[Loan.State.APPROVED, Loan.State.SIGNED]).order_by()
    found = {
        state: (number, amount)
        for state, number, amount in rows.values_list("state").annotate(number=Count("pk"), amount=Sum("amount"))
    }
    approved_number, approved = found.get(Loan.State.APPROVED, (0, 0))
    signed_number, signed = found.get(Loan.State.SIGNED, (0, 0))
    given_up = LoanTranche.objects.filter(
        loan__line=line, loan__state=Loan.State.SIGNED, state=LoanTranche.State.GIVEN_UP
    )
    signed -= given_up.total_amount()
    later = LoanTranche.objects.open().filter(loan__line=line, loan__state=Loan.State.ACTIVE)
    tranches = later.total_amount()
    elsewhere = line.commitments.total_unused_amount() - approved - signed - tranches
    return Promised(
        approved, approved_number, signed, signed_number, elsewhere, tranches, later.values("loan").distinct().count()
    )


def planned_on_line(line, on):
    """Planned rows of what is promised and not paid out: each part less the fee that it withholds."""
    loans = _promised(line).select_related("application", "programme")
    return [
        Planned(loan.application.ref, day, amount - fee) for loan in loans for day, amount, fee in _pay_outs(loan, on)
    ]
