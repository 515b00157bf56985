"""What loans hold about a person."""

from django.utils.translation import gettext as _

from applicants.personal import declare, declare_need, declare_references
from loans.models import (
    BalanceCheck,
    Collateral,
    GroupClaim,
    GroupShare,
    Guarantor,
    GuarantorNotice,
    Instalment,
    LifeEvent,
    Loan,
    LoanContact,
    LoanStanding,
    LoanTranche,
    MemberPayment,
    MoratoriumLoan,
    Recall,
    ReliefRequest,
    Reminder,
    Repayment,
    ScheduleVersion,
    Waiver,
)
from loans.models.guarantors import OVER


def stands_for(parties):
    """A sentence when one of the parties (ids) guarantees a loan that is not over, or has a share in a group's."""
    guarantee = Guarantor.objects.live().filter(party__in=parties).select_related("loan").first()
    share = GroupShare.objects.filter(member__in=parties, until=None).exclude(loan__state__in=OVER)
    found = guarantee or share.select_related("loan").first()
    return _("Who stands for the loan %(ref)s cannot be forgotten yet.") % {"ref": found.loan.ref} if found else None


def connect():
    declare_need(stands_for)
    declare(Loan, "borrower", tranche_plan=[])
    declare(LoanTranche, "loan__borrower", condition="-", shown="", end_reason="")
    declare(ScheduleVersion, "loan__borrower", reason="")
    declare(Waiver, "loan__borrower", reason="")
    declare(Instalment, "loan__borrower")
    declare(BalanceCheck, "loan__borrower", note="-", settlement="-")
    declare(Repayment, "loan__borrower", reference="-", reversal_reason="")
    declare(Recall, "loan__borrower")
    declare(Guarantor, "party", release_reason="-")
    declare(GuarantorNotice, "guarantor__party", letter="-")
    declare(Collateral, "owner", description="-", valued_by="-", registration="", release_reason="-")
    declare(GroupShare, "member", reason="")
    declare(MemberPayment, "member")
    declare(GroupClaim, "member", reason="-")
    declare(LifeEvent, "loan__borrower", attorney_end_reason="-")
    declare(MoratoriumLoan, "loan__borrower")
    declare(LoanContact, "loan__borrower", note="")
    declare(Reminder, "loan__borrower", text="-", fault="")
    declare(ReliefRequest, "loan__borrower", reason="-")
    declare(LoanStanding, "loan__borrower", inside=True)
    declare_references(lambda parties: Loan.objects.filter(borrower__in=parties).values_list("ref", flat=True))
