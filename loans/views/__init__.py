"""Pages of loans: lists, the loan, its money, fund and portfolio."""
