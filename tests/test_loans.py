"""A loan from the committee to its last repayment: sentences about borrowers, officers and money, to the leg."""

from datetime import date

import pytest

from loans.models import Loan
from tests.office import DAY
from tests.steps_loans import active_loan, approved_loan, repay, signed_loan


def legs(entry):
    return sorted(entry.legs.values_list("account__code", "account__subject", "amount"))


def test_an_approved_application_becomes_a_loan_by_its_product(lending):
    loan = approved_loan(lending, amount=100_000, months=12)
    assert (loan.state, loan.amount, loan.currency, loan.instalments_number) == ("approved", 100_000, "USD", 12)
    assert (loan.ref, loan.cycle, loan.fee_amount) == ("L-2026-0001", 1, 0)
    assert loan.decision_ref == loan.application.decision_ref


def test_signing_commits_the_money_and_makes_the_schedule(lending):
    loan = signed_loan(lending)
    assert loan.state == "signed"
    rows = list(loan.instalments.values_list("number", "due_on", "principal_amount", "interest_amount"))
    assert rows[0] == (1, date(2026, 4, 12), 7885, 1000)
    assert rows[-1] == (12, date(2027, 3, 12), 8796, 88)
    assert sum(row[2] for row in rows) == 100_000


def test_the_loan_is_owed_from_the_value_date(lending):
    loan = active_loan(lending)
    assert (loan.state, loan.principal_amount, loan.disbursed_on) == ("active", 100_000, DAY)


def test_an_instalment_pays_interest_and_principal(lending):
    loan = active_loan(lending)
    repayment = repay(lending, loan, 8885, date(2026, 4, 12))
    assert (repayment.interest_amount, repayment.principal_amount) == (1000, 7885)
    assert legs(repayment.entry) == [
        ("1000", "", 8885),
        ("1100", loan.ref, -7885),
        ("4000", loan.ref, -1000),
    ]
    assert loan.principal_amount == 92_115
    assert Loan.objects.at_risk(date(2026, 5, 12)).count() == 0
    assert Loan.objects.at_risk(date(2026, 5, 13)).count() == 1
