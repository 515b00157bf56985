"""Products, loans, schedule versions and instalments, repayments and refunds."""

from loans.models.contacts import NOTE_LENGTH, LoanContact, QuietHours, Reminder, ReminderText
from loans.models.loans import LOAN_ROLES, Loan
from loans.models.products import LoanProduct
from loans.models.provisions import ProvisionRate
from loans.models.repayments import Allocation, Refund, Repayment
from loans.models.schedules import Instalment, ScheduleVersion, open_part
from loans.models.standings import KEY, LoanStanding, PortfolioCell

__all__ = [
    "KEY",
    "LOAN_ROLES",
    "NOTE_LENGTH",
    "Allocation",
    "Instalment",
    "Loan",
    "LoanContact",
    "LoanProduct",
    "LoanStanding",
    "PortfolioCell",
    "ProvisionRate",
    "QuietHours",
    "Refund",
    "Reminder",
    "ReminderText",
    "Repayment",
    "ScheduleVersion",
    "open_part",
]
