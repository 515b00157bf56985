"""Products, loans, schedule versions and instalments, repayments and refunds, and the people and things behind."""

from loans.models.cashier import CASHIERS, CashDay, CashDeposit, CashPiece, CashReceipt, till_of
from loans.models.changes import Handover, HandoverLoan, LifeEvent, Moratorium, MoratoriumLoan
from loans.models.collateral import Collateral
from loans.models.confirmations import CONFIRMERS, BalanceCheck, BalanceSample
from loans.models.contacts import NOTE_LENGTH, LoanContact, QuietHours, Reminder, ReminderText
from loans.models.groups import GroupClaim, GroupLoan, GroupShare, MemberPayment
from loans.models.guarantors import Guarantor, GuarantorNotice
from loans.models.lending import CycleLimit, LendingRules, SecurityBand
from loans.models.loans import LEADING, LOAN_ROLES, Loan
from loans.models.products import LoanProduct, LoanTerms
from loans.models.provisions import ProvisionRate
from loans.models.repayments import Allocation, Recall, Refund, Repayment
from loans.models.requests import ReliefRequest
from loans.models.schedules import Instalment, ScheduleVersion, Waiver, open_part
from loans.models.standings import KEY, LoanStanding, PortfolioCell
from loans.models.tranches import LoanTranche

__all__ = [
    "CASHIERS",
    "CONFIRMERS",
    "KEY",
    "LEADING",
    "LOAN_ROLES",
    "NOTE_LENGTH",
    "Allocation",
    "BalanceCheck",
    "BalanceSample",
    "CashDay",
    "CashDeposit",
    "CashPiece",
    "CashReceipt",
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
    "LoanContact",
    "LoanProduct",
    "LoanStanding",
    "LoanTerms",
    "LoanTranche",
    "MemberPayment",
    "Moratorium",
    "MoratoriumLoan",
    "PortfolioCell",
    "ProvisionRate",
    "QuietHours",
    "Recall",
    "Refund",
    "ReliefRequest",
    "Reminder",
    "ReminderText",
    "Repayment",
    "ScheduleVersion",
    "SecurityBand",
    "Waiver",
    "open_part",
    "till_of",
]
