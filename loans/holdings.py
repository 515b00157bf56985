"""What loans hold about a person."""

from applicants.personal import declare, declare_references
from loans.models import Instalment, Loan, LoanContact, LoanStanding, Reminder, Repayment, ScheduleVersion


def connect():
    declare(Loan, "borrower")
    declare(ScheduleVersion, "loan__borrower", reason="")
    declare(Instalment, "loan__borrower")
    declare(Repayment, "loan__borrower", reference="-", reversal_reason="")
    declare(LoanContact, "loan__borrower", note="")
    declare(Reminder, "loan__borrower", text="-", fault="")
    declare(LoanStanding, "loan__borrower", inside=True)
    declare_references(lambda parties: Loan.objects.filter(borrower__in=parties).values_list("ref", flat=True))
