"""What loans hold about a person."""

from applicants.personal import declare, declare_references
from loans.models import BalanceCheck, Instalment, Loan, Repayment, ScheduleVersion, Waiver


def connect():
    declare(Loan, "borrower")
    declare(ScheduleVersion, "loan__borrower", reason="")
    declare(Waiver, "loan__borrower", reason="")
    declare(Instalment, "loan__borrower")
    declare(BalanceCheck, "loan__borrower", note="-", settlement="-")
    declare(Repayment, "loan__borrower", reference="-", reversal_reason="")
    declare_references(lambda parties: Loan.objects.filter(borrower__in=parties).values_list("ref", flat=True))
