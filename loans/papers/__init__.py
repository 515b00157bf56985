"""Papers for borrowers: PDF bytes in the borrower's language, with the neutral name of a confidential programme."""
