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
from loans.services.collateral import add_collateral, release_collateral
from loans.services.groups import claim_of_group, constitute_group, leave_group, settle_claim, type_member_payments
from loans.services.guarantors import add_guarantor, mark_notice_sent, notify_guarantors, release_guarantor
from loans.services.handover import prepare_handover, sign_handover
from loans.services.life_events import decide_life_event, record_life_event
from loans.services.moratorium import apply_moratorium, cancel_moratorium, prepare_moratorium
from loans.services.refunds import refund_overpayment, return_refund, settle_refund
from loans.services.relief import change_rate, forgive_loan, reschedule_loan, waive, write_off_loan
from loans.services.repayments import reckon_loan, record_collections, record_repayment, reverse_repayment

__all__ = [
    "activate_loan",
    "add_collateral",
    "add_guarantor",
    "apply_moratorium",
    "approve_loan",
    "bounce_loan",
    "cancel_loan",
    "cancel_moratorium",
    "change_rate",
    "claim_of_group",
    "constitute_group",
    "decide_life_event",
    "forgive_loan",
    "leave_group",
    "mark_notice_sent",
    "notify_guarantors",
    "order_disbursement",
    "prepare_handover",
    "prepare_moratorium",
    "reckon_loan",
    "record_collections",
    "record_life_event",
    "record_repayment",
    "refund_overpayment",
    "release_collateral",
    "release_guarantor",
    "reschedule_loan",
    "return_refund",
    "reverse_repayment",
    "set_terms",
    "settle_claim",
    "settle_refund",
    "sign_handover",
    "sign_loan",
    "type_member_payments",
    "waive",
    "write_off_loan",
]
