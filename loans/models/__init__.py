"""Products, loans, schedule versions and instalments, repayments and refunds, and the people and things behind."""

from loans.models.changes import Handover, HandoverLoan, LifeEvent, Moratorium, MoratoriumLoan
from loans.models.collateral import Collateral
from loans.models.groups import GroupClaim, GroupLoan, GroupShare, MemberPayment
from loans.models.guarantors import Guarantor, GuarantorNotice
from loans.models.lending import CycleLimit, LendingRules, SecurityBand
from loans.models.loans import LEADING, LOAN_ROLES, Loan
from loans.models.products import LoanProduct, LoanTerms
from loans.models.repayments import Allocation, Refund, Repayment
from loans.models.schedules import Instalment, ScheduleVersion, Waiver, open_part

__all__ = [
    "LEADING",
    "LOAN_ROLES",
    "Allocation",
    "Collateral",
    "CycleLimit",
    "GroupClaim",
    "GroupLoan",
    "GroupShare",
    "Guarantor",
    "GuarantorNotice",
    "Handover",
    "HandoverLoan",
    "Instalment",
    "LendingRules",
    "LifeEvent",
    "Loan",
    "LoanProduct",
    "LoanTerms",
    "MemberPayment",
    "Moratorium",
    "MoratoriumLoan",
    "Refund",
    "Repayment",
    "ScheduleVersion",
    "SecurityBand",
    "Waiver",
    "open_part",
]
