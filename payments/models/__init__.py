"""Payee accounts and the programmes' own, payment orders and batches, bank statements."""

from payments.models.accounts import MONEY_ROLES, OwnAccount, PayeeAccount
from payments.models.orders import Batch, PaymentLine, PaymentOrder
from payments.models.paymaster import CashAdvance, CashReturn, MoneyRule, PaySheet, PaySheetRow
from payments.models.screening import (
    SCREENING_ROLES,
    Match,
    Screening,
    ScreeningEntry,
    ScreeningList,
    ScreeningName,
    ScreeningWord,
)
from payments.models.statements import Statement, StatementLine

__all__ = [
    "MONEY_ROLES",
    "SCREENING_ROLES",
    "Batch",
    "CashAdvance",
    "CashReturn",
    "Match",
    "MoneyRule",
    "OwnAccount",
    "PaySheet",
    "PaySheetRow",
    "PayeeAccount",
    "PaymentLine",
    "PaymentOrder",
    "Screening",
    "ScreeningEntry",
    "ScreeningList",
    "ScreeningName",
    "ScreeningWord",
    "Statement",
    "StatementLine",
]
