"""Payee accounts and the programmes' own, payment orders and batches, bank statements."""

from payments.models.accounts import MONEY_ROLES, OwnAccount, PayeeAccount
from payments.models.orders import Batch, PaymentLine, PaymentOrder
from payments.models.statements import Statement, StatementLine

__all__ = [
    "MONEY_ROLES",
    "Batch",
    "OwnAccount",
    "PayeeAccount",
    "PaymentLine",
    "PaymentOrder",
    "Statement",
    "StatementLine",
]
