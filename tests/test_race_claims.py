"""One line of a statement claimed by many at once, receipts of many cashiers: real processes on PostgreSQL."""

import pytest

from accounts.models import User
from config.proof import faults
from loans.models import CashReceipt, Loan, Repayment
from loans.services import claim_line, keep_receipt, take_cash
from payments.models import StatementLine
from programmes.clock import standing_at
from tests.office import DAY, loan_office
from tests.processes import together
from tests.steps_loans import active_loan
from tests.steps_payments import own_account
from tests.steps_statements import loaded, moved

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


def claim(line, loan, by):
    """Called in a process of its own."""
    row, lent = StatementLine.objects.get(pk=line), Loan.objects.get(pk=loan)
    return claim_line(line=row, loan=lent, on=DAY, by=User.objects.get(pk=by)).pk


def pay(loan, amount, by):
    """Called in a process of its own."""
    return take_cash(loan=Loan.objects.get(pk=loan), amount=amount, on=DAY, by=User.objects.get(pk=by)).ref


@pytest.fixture
def banking(settings, tmp_path):
    settings.EVIDENCE_DIR = tmp_path / "evidence"
    with standing_at(DAY):
        office = loan_office()
        office.loans = [active_loan(office, bank_reference=f"OUT-{number}") for number in (1, 2)]
        office.account = own_account(office)
        yield office


@pytest.mark.parametrize("is_kept", [False, True])
def test_one_line_is_claimed_once_by_whichever_loan(banking, database_url, is_kept):
    officer = banking.people.loan_officer
    (line,) = loaded(banking, banking.account, [moved(8885, "T-1")], currency="USD").lines.all()
    if is_kept:
        keep_receipt(line=line, funding_line=banking.line, on=DAY, by=officer)
    calls = [{"line": line.pk, "loan": loan.pk, "by": officer.pk} for loan in banking.loans * 3]
    results = together(database_url, [("tests.test_race_claims:claim", call) for call in calls])
    assert [result.failed for result in results] == [""] * 6
    assert sorted(result.refused for result in results) == ["", *["Blocked"] * 5]
    assert Repayment.objects.count() == 1
    assert list(faults()) == []


def test_receipts_of_many_cashiers_have_no_gap(banking, database_url):
    officer = banking.people.loan_officer.pk
    calls = [{"loan": loan.pk, "amount": 1000 + n, "by": officer} for n, loan in enumerate(banking.loans * 4)]
    results = together(database_url, [("tests.test_race_claims:pay", call) for call in calls])
    assert [result.failed for result in results] == [""] * 8
    refs = list(CashReceipt.objects.order_by("ref").values_list("ref", flat=True))
    assert [int(ref[-5:]) for ref in refs] == list(range(1, 9))
    assert list(faults()) == []
