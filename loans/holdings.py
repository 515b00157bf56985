"""What loans hold about a person."""

from applicants.personal import declare, declare_references
from loans.models import (
    Collateral,
    GroupClaim,
    GroupShare,
    Guarantor,
    GuarantorNotice,
    Instalment,
    LifeEvent,
    Loan,
    MemberPayment,
    Repayment,
    ScheduleVersion,
)


def connect():
    declare(Loan, "borrower")
    declare(ScheduleVersion, "loan__borrower", reason="")
    declare(Instalment, "loan__borrower")
    declare(Repayment, "loan__borrower", reference="-", reversal_reason="")
    declare(Guarantor, "party", release_reason="")
    declare(GuarantorNotice, "guarantor__party", letter="-")
    declare(Collateral, "owner", description="-", valued_by="-", registration="", release_reason="")
    declare(GroupShare, "member", reason="")
    declare(MemberPayment, "member")
    declare(GroupClaim, "member", reason="-")
    declare(LifeEvent, "loan__borrower")
    declare_references(lambda parties: Loan.objects.filter(borrower__in=parties).values_list("ref", flat=True))
