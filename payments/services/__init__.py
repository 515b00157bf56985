"""All writes of payments. Callers import from here."""

from payments.services.accounts import change_account, close_account, confirm_account, enter_account, read_number
from payments.services.bank_files import file_for_bank, list_for_bank
from payments.services.capital import book_charge, convert, free_cash_on, receive_capital, return_capital
from payments.services.cash_lines import book_line_as_cash
from payments.services.money_rules import confirm_money_rule, propose_money_rule
from payments.services.orders import (
    approve_payment,
    approve_payments,
    cancel_payment,
    prepare_payment,
    prepare_payments,
    return_payment,
    send_payments,
    settle_payment,
)
from payments.services.own_accounts import close_own_account, confirm_own_account, enter_own_account
from payments.services.paymaster import (
    bring_back_cash,
    cancel_advance,
    confirm_run,
    count_loss,
    give_back_sheet,
    make_sheet,
    pay_out_advance,
    prepare_advance,
    record_run,
)
from payments.services.screening import decide_match, load_list, screen_many, screen_party, screen_staff
from payments.services.statements import (
    book_line_as_capital,
    book_line_as_charge,
    load_statement,
    return_by_line,
    set_aside_line,
    settle_by_lines,
    take_proposals,
    take_up_line,
)

__all__ = [
    "approve_payment",
    "approve_payments",
    "book_charge",
    "book_line_as_capital",
    "book_line_as_cash",
    "book_line_as_charge",
    "bring_back_cash",
    "cancel_advance",
    "cancel_payment",
    "change_account",
    "close_account",
    "close_own_account",
    "confirm_account",
    "confirm_money_rule",
    "confirm_own_account",
    "confirm_run",
    "convert",
    "count_loss",
    "decide_match",
    "enter_account",
    "enter_own_account",
    "file_for_bank",
    "free_cash_on",
    "give_back_sheet",
    "list_for_bank",
    "load_list",
    "load_statement",
    "make_sheet",
    "pay_out_advance",
    "prepare_advance",
    "prepare_payment",
    "prepare_payments",
    "propose_money_rule",
    "read_number",
    "receive_capital",
    "record_run",
    "return_by_line",
    "return_capital",
    "return_payment",
    "screen_many",
    "screen_party",
    "screen_staff",
    "send_payments",
    "set_aside_line",
    "settle_by_lines",
    "settle_payment",
    "take_proposals",
    "take_up_line",
]
