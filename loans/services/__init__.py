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
from loans.services.cashier import (
    close_cash_day,
    collect_cash,
    count_cash,
    deposit_cash,
    find_difference,
    match_deposit,
    send_count_back,
    take_cash,
)
from loans.services.claims import claim_line, keep_receipt, release_receipt, take_claims
from loans.services.collateral import add_collateral, release_collateral
from loans.services.confirmations import answer_balance, draw_balances, settle_balance
from loans.services.contacts import record_contact
from loans.services.groups import claim_of_group, constitute_group, leave_group, settle_claim, type_member_payments
from loans.services.guarantors import add_guarantor, mark_notice_sent, notify_guarantors, release_guarantor
from loans.services.handover import prepare_handover, sign_handover
from loans.services.legacy import import_portfolio
from loans.services.life_events import decide_life_event, end_attorney, record_life_event
from loans.services.messages import make_reminders, send_reminders, set_quiet_hours, set_reminder_text
from loans.services.moratorium import apply_moratorium, cancel_moratorium, prepare_moratorium
from loans.services.provisions import set_provision_rates
from loans.services.reckoning import reckon_loans
from loans.services.refunds import refund_overpayment, return_refund, settle_refund
from loans.services.relief import change_rate, forgive_loan, reschedule_loan, reverse_waiver, waive, write_off_loan
from loans.services.repayments import record_collections, record_repayment, reverse_repayment
from loans.services.standings import count_loans, fold_cells
from loans.services.tranches import (
    ask_to_give_up,
    ask_tranche,
    confirm_tranche,
    give_up_tranche,
    keep_tranche,
    order_tranche,
    plan_tranches,
    send_back_tranche,
)

__all__ = [
    "activate_loan",
    "add_collateral",
    "add_guarantor",
    "answer_balance",
    "apply_moratorium",
    "approve_loan",
    "ask_to_give_up",
    "ask_tranche",
    "bounce_loan",
    "cancel_loan",
    "cancel_moratorium",
    "change_rate",
    "claim_line",
    "claim_of_group",
    "close_cash_day",
    "collect_cash",
    "confirm_tranche",
    "constitute_group",
    "count_cash",
    "count_loans",
    "decide_life_event",
    "deposit_cash",
    "draw_balances",
    "end_attorney",
    "find_difference",
    "fold_cells",
    "forgive_loan",
    "give_up_tranche",
    "import_portfolio",
    "keep_receipt",
    "keep_tranche",
    "leave_group",
    "make_reminders",
    "mark_notice_sent",
    "match_deposit",
    "notify_guarantors",
    "order_disbursement",
    "order_tranche",
    "plan_tranches",
    "prepare_handover",
    "prepare_moratorium",
    "reckon_loans",
    "record_collections",
    "record_contact",
    "record_life_event",
    "record_repayment",
    "refund_overpayment",
    "release_collateral",
    "release_guarantor",
    "release_receipt",
    "reschedule_loan",
    "return_refund",
    "reverse_repayment",
    "reverse_waiver",
    "send_back_tranche",
    "send_count_back",
    "send_reminders",
    "set_provision_rates",
    "set_quiet_hours",
    "set_reminder_text",
    "set_terms",
    "settle_balance",
    "settle_claim",
    "settle_refund",
    "sign_handover",
    "sign_loan",
    "take_cash",
    "take_claims",
    "type_member_payments",
    "waive",
    "write_off_loan",
]
