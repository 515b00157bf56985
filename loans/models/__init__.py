"""Products, loans, schedule versions and instalments, repayments and refunds, the cash box."""

from loans.models.cashier import CASHIERS, CashDay, CashDeposit, CashPiece, CashReceipt, till_of
from loans.models.confirmations import CONFIRMERS, BalanceCheck, BalanceSample
from loans.models.loans import LOAN_ROLES, Loan
from loans.models.products import LoanProduct, LoanTerms
from loans.models.repayments import Allocation, Refund, Repayment
from loans.models.schedules import Instalment, ScheduleVersion, Waiver, open_part

__all__ = [
    "CASHIERS",
    "CONFIRMERS",
    "LOAN_ROLES",
    "Allocation",
    "BalanceCheck",
    "BalanceSample",
    "CashDay",
    "CashDeposit",
    "CashPiece",
    "CashReceipt",
    "Instalment",
    "Loan",
    "LoanProduct",
    "LoanTerms",
    "Refund",
    "Repayment",
    "ScheduleVersion",
    "Waiver",
    "open_part",
    "till_of",
]
