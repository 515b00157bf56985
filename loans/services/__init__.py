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
    match_deposit,
    send_count_back,
    take_cash,
)
from loans.services.claims import claim_line, keep_receipt, release_receipt, take_claims
from loans.services.confirmations import answer_balance, draw_balances, settle_balance
from loans.services.legacy import import_portfolio
from loans.services.refunds import refund_overpayment, return_refund, settle_refund
from loans.services.relief import change_rate, forgive_loan, reschedule_loan, waive, write_off_loan
from loans.services.repayments import reckon_loan, record_collections, record_repayment, reverse_repayment

__all__ = [
    "activate_loan",
    "answer_balance",
    "approve_loan",
    "bounce_loan",
    "cancel_loan",
    "change_rate",
    "claim_line",
    "close_cash_day",
    "collect_cash",
    "count_cash",
    "deposit_cash",
    "draw_balances",
    "forgive_loan",
    "import_portfolio",
    "keep_receipt",
    "match_deposit",
    "order_disbursement",
    "reckon_loan",
    "record_collections",
    "record_repayment",
    "refund_overpayment",
    "release_receipt",
    "reschedule_loan",
    "return_refund",
    "reverse_repayment",
    "send_count_back",
    "set_terms",
    "settle_balance",
    "settle_refund",
    "sign_loan",
    "take_cash",
    "take_claims",
    "waive",
    "write_off_loan",
]
