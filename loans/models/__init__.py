"""Products, loans, schedule versions and instalments, repayments and refunds."""

from loans.models.loans import LOAN_ROLES, Loan
from loans.models.products import LoanProduct, LoanTerms
from loans.models.repayments import Allocation, Refund, Repayment
from loans.models.schedules import Instalment, ScheduleVersion, Waiver, open_part

__all__ = [
    "LOAN_ROLES",
    "Allocation",
    "Instalment",
    "Loan",
    "LoanProduct",
    "LoanTerms",
    "Refund",
    "Repayment",
    "ScheduleVersion",
    "Waiver",
    "open_part",
]
