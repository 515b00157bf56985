"""All writes of loans, by noun."""

from loans.services.agreement import (
    activate_loan,
    approve_loan,
    bounce_loan,
    cancel_loan,
    order_disbursement,
    set_terms,
    sign_loan,
)
from loans.services.contacts import record_contact
from loans.services.messages import make_reminders, send_reminders, set_quiet_hours, set_reminder_text
from loans.services.provisions import set_provision_rates
from loans.services.refunds import refund_overpayment, return_refund, settle_refund
from loans.services.relief import forgive_loan, reschedule_loan, write_off_loan
from loans.services.repayments import reckon_loan, record_collections, record_repayment, reverse_repayment
from loans.services.standings import count_loans, fold_cells

__all__ = [
    "activate_loan",
    "approve_loan",
    "bounce_loan",
    "cancel_loan",
    "count_loans",
    "fold_cells",
    "forgive_loan",
    "make_reminders",
    "order_disbursement",
    "reckon_loan",
    "record_collections",
    "record_contact",
    "record_repayment",
    "refund_overpayment",
    "reschedule_loan",
    "return_refund",
    "reverse_repayment",
    "send_reminders",
    "set_provision_rates",
    "set_quiet_hours",
    "set_reminder_text",
    "set_terms",
    "settle_refund",
    "sign_loan",
    "write_off_loan",
]
