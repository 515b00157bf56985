"""What loans bring to a funding line and take from it in the months to come."""

from collections import defaultdict
from contextlib import suppress
from dataclasses import dataclass

from django.db.models import Count, F, Sum

from loans.models import Instalment, Loan, LoanTranche, open_part
from loans.projection import rows_projected
from loans.schedule import ScheduleError
from loans.schedule.checks import check_request
from loans.services.agreement import days_off_of
from loans.terms import first_due_after, instalments_in, interest_grace_of, request_for, step_after
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
    """[(day, minor units)] that loans decided and not paid out bring back, each by the schedule that it gets when it
    is paid out on `on`. A loan whose terms make no schedule yet brings nothing.
    """
    waiting = Loan.objects.filter(line=line, state__in=[Loan.State.APPROVED, Loan.State.SIGNED])
    requests = []
    for loan in waiting.select_related("programme").order_by("pk"):
        with suppress(ScheduleError):
            requests.append(_if_paid_out(loan, on))
    found = defaultdict(int)
    for rows in rows_projected(requests, line.currency):
        for due, principal, interest in rows:
            found[due] += principal + interest
    return sorted(found.items())


def _if_paid_out(loan, on):
    """The request of the loan's schedule when it is paid out on `on`. Raises ScheduleError."""
    request = request_for(
        loan,
        principal=loan.amount,
        starts_on=on,
        first_due=first_due_after(loan.first_due_on or step_after(on, loan), on, loan),
        number=loan.instalments_number,
        instalment=loan.instalment_amount,
        grace=instalments_in(loan.grace_months, loan),
        holidays=days_off_of(loan, on),
        **interest_grace_of(loan),
    )
    check_request(request)
    return request


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
    """Loans decided and not paid out: what leaves the line is the loan less the fee that it withholds, this month.

    A tranche leaves it on the day that it is planned for, or this month when that day is over.
    """
    waiting = Loan.objects.filter(line=line, state__in=[Loan.State.APPROVED, Loan.State.SIGNED], tranches=None)
    tranches = LoanTranche.objects.open().filter(
        loan__line=line, loan__state__in=[Loan.State.SIGNED, Loan.State.ACTIVE]
    )
    return [
        Planned(ref, on, amount - fee)
        for ref, amount, fee in waiting.values_list("application__ref", "amount", "fee_amount")
    ] + [
        Planned(ref, max(on, day), amount - fee)
        for ref, day, amount, fee in tranches.values_list(
            "loan__application__ref", "planned_on", "amount", "fee_amount"
        )
    ]
