"""Fifty repayments from a bank file in a real browser: loaded by finance, claimed by the loan officer."""

from datetime import date

import pytest

from loans.models import Repayment
from programmes.clock import standing_at
from tests.office import DAY, loan_office
from tests.steps_loans import active_loan
from tests.steps_payments import own_account
from tests.steps_statements import moved, statement_file
from tests.test_pages_browser import reader
from tests.test_queue_browser import Hand

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

LOANS, EACH, MOST, TODAY = 10, 5, 12, date(2026, 8, 20)


@pytest.fixture
def due(live_server, settings, tmp_path):
    """Ten borrowers who are five instalments late, and the file of a bank with five payments of each."""
    settings.STANDING_DAY = TODAY
    settings.EVIDENCE_DIR = tmp_path / "evidence"
    with standing_at(DAY):
        office = loan_office(capital=2_000_000)
        loans = [active_loan(office, bank_reference=f"OUT-{number}") for number in range(LOANS)]
        own_account(office)
    lines = [
        moved(8885, f"IN-{number}-{loan.ref}", text=f"Loan {loan.ref}", name=loan.borrower.name)
        for number in range(EACH)
        for loan in loans
    ]
    kept = tmp_path / "april.csv"
    kept.write_bytes(statement_file(TODAY, lines, currency="USD"))
    return live_server.url, office, kept


def test_fifty_repayments_from_a_bank_file_take_few_clicks(due, live_browser):
    base, office, file = due
    finance = Hand(reader(live_browser, base).enter(office.people.maker).open("/money/statements/"))
    finance.page.reload()
    finance.press("Load a statement")
    finance.page.locator("[type=file]").set_input_files(file)
    finance.press("Load the statement")
    officer = Hand(reader(live_browser, base).enter(office.people.loan_officer).open("/loans/bank/"))
    officer.page.reload()
    assert "50 of 50 lines lead to one loan: USD 4,442.50." in officer.page.locator("main").inner_text()
    officer.press("Take all sure ones")
    assert Repayment.objects.count() == LOANS * EACH
    # The file is chosen in the browser's own window: open it, choose, accept.
    clicks = finance.clicks + officer.clicks + 3
    print(f"fifty repayments: {clicks} clicks, {finance.keys + officer.keys} keys")
    assert 0 < clicks <= MOST
    assert finance.keys + officer.keys == 0
