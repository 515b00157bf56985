"""All writes of payments. Callers import from here."""

from payments.services.capital import book_charge, convert, free_cash_on, receive_capital, return_capital

__all__ = ["book_charge", "convert", "free_cash_on", "receive_capital", "return_capital"]
