"""Money of one loan, by many at once: real processes on PostgreSQL."""

import pytest

from accounts.models import User
from config.proof import faults
from ledger.models import Entry
from loans.models import Loan, LoanTranche, Repayment
from loans.services import order_tranche, record_repayment, reverse_repayment
from payments.models import PayeeAccount, PaymentOrder
from payments.services import settle_payment
from programmes.clock import standing_at
from tests.office import DAY, loan_office
from tests.processes import together
from tests.steps_loans import active_loan, repay, sent_order
from tests.steps_tranches import active_in_tranches, shown
from tests.test_loan_refunds import refunded

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


def take(loan, amount, by, key):
    """Called in a process of its own."""
    repayment = record_repayment(
        loan=Loan.objects.get(pk=loan), amount=amount, on=DAY, by=User.objects.get(pk=by), key=key
    )
    return repayment.pk


def take_five(loan, by):
    """Called in a process of its own: five payments of one loan, one after the other."""
    return [take(loan, 1000 + number, by, f"{loan}-{number}") for number in range(5)]


def undo(repayment, by):
    row = Repayment.objects.get(pk=repayment)
    return reverse_repayment(repayment=row, reason="Not hers.", on=DAY, by=User.objects.get(pk=by)).pk


@pytest.fixture
def lending():
    with standing_at(DAY):
        yield loan_office()


def test_eight_presses_with_one_key_take_the_money_once(lending, database_url):
    loan = active_loan(lending)
    call = {"loan": loan.pk, "amount": 8885, "by": lending.people.loan_officer.pk, "key": "press"}
    results = together(database_url, [("tests.test_race_loans:take", call)] * 8)
    assert [result.failed for result in results] == [""] * 8
    assert len({result.value for result in results}) == 1
    loan.refresh_from_db()
    assert (loan.repayments.count(), loan.principal_amount) == (1, 92_115)
    assert list(faults()) == []


def test_eight_payments_of_one_loan_are_all_counted(lending, database_url):
    loan = active_loan(lending)
    officer = lending.people.loan_officer.pk
    calls = [
        ("tests.test_race_loans:take", {"loan": loan.pk, "amount": 1000 + number, "by": officer, "key": f"k{number}"})
        for number in range(8)
    ]
    results = together(database_url, calls)
    assert [result.failed for result in results] == [""] * 8
    loan.refresh_from_db()
    # 80.28 in all: 10.00 of it interest.
    assert (loan.repayments.count(), loan.principal_amount) == (8, 100_000 - 7028 + 0)
    assert list(faults()) == []


def test_payments_of_different_loans_at_once_are_numbered_one_after_the_other(lending, database_url):
    loans = [active_loan(lending) for _number in range(6)]
    before = Entry.objects.count()
    officer = lending.people.loan_officer.pk
    calls = [("tests.test_race_loans:take_five", {"loan": loan.pk, "by": officer}) for loan in loans]
    results = together(database_url, calls)
    assert [result.failed for result in results] == [""] * 6
    numbers = list(Entry.objects.order_by("seq").values_list("seq", flat=True))
    assert numbers == list(range(1, before + 31))
    assert list(faults()) == []


def test_a_repayment_is_reversed_once_by_four_at_once(lending, database_url):
    loan = active_loan(lending)
    repayment = repay(lending, loan, 8885)
    call = ("tests.test_race_loans:undo", {"repayment": repayment.pk, "by": lending.people.maker.pk})
    results = together(database_url, [call] * 4)
    assert [result.failed for result in results] == [""] * 4
    assert sorted(result.refused for result in results) == ["", "Blocked", "Blocked", "Blocked"]
    loan.refresh_from_db()
    assert loan.principal_amount == 100_000
    assert list(faults()) == []


def test_eight_payments_and_a_reversal_at_once_leave_what_one_after_the_other_would(lending, database_url):
    loan = active_loan(lending)
    first = repay(lending, loan, 8885)
    officer, maker = lending.people.loan_officer.pk, lending.people.maker.pk
    calls = [
        ("tests.test_race_loans:take", {"loan": loan.pk, "amount": 1000 + number, "by": officer, "key": f"k{number}"})
        for number in range(8)
    ]
    calls.insert(4, ("tests.test_race_loans:undo", {"repayment": first.pk, "by": maker}))
    results = together(database_url, calls)
    assert [result.failed for result in results] == [""] * 9
    assert [result.refused for result in results] == [""] * 9
    loan.refresh_from_db()
    live = loan.repayments.live()
    # 80.28 are left of the money: 10.00 of it interest, once.
    assert (live.count(), loan.principal_amount) == (8, 100_000 - 7028)
    assert sum(row.interest_amount for row in live) == 1000
    assert list(faults()) == []


def test_money_that_was_refunded_is_owed_once_by_whoever_takes_it_back_while_others_pay(lending, database_url):
    """100.00 came and went back, then the bank took it: 40.06 that come meanwhile are held for it, or pay it."""
    loan = active_loan(lending, terms={"prepay": "hold"})
    first = repay(lending, loan, 10_000)
    refunded(lending, loan)
    officer, maker = lending.people.loan_officer.pk, lending.people.maker.pk
    calls = [
        ("tests.test_race_loans:take", {"loan": loan.pk, "amount": 1000 + number, "by": officer, "key": f"k{number}"})
        for number in range(4)
    ]
    calls[2:2] = [("tests.test_race_loans:undo", {"repayment": first.pk, "by": maker})] * 3
    results = together(database_url, calls)
    assert [result.failed for result in results] == [""] * 7
    assert sorted(result.refused for result in results) == [""] * 5 + ["Blocked"] * 2
    loan.refresh_from_db()
    assert (loan.recalls.count(), loan.principal_amount, loan.overpaid_amount) == (1, 110_000 - 4006, 0)
    assert list(faults()) == []


def order_it(tranche, account, by):
    """Called in a process of its own."""
    row = LoanTranche.objects.select_related("loan__application").get(pk=tranche)
    payee = PayeeAccount.objects.get(pk=account)
    return order_tranche(tranche=row, account=payee, on=DAY, by=User.objects.get(pk=by)).pk


def settle_it(order, by):
    row = PaymentOrder.objects.get(pk=order)
    return settle_payment(order=row, bank_reference="B-2", on=DAY, by=User.objects.get(pk=by)).pk


def test_of_four_orders_for_one_tranche_one_is_made_and_its_money_leaves_once(lending, database_url):
    loan = active_in_tranches(lending)
    tranche = shown(lending, loan.tranches.get(number=2))
    people, account = lending.people, loan.borrower.payee_accounts.get()
    call = {"tranche": tranche.pk, "account": account.pk, "by": people.maker.pk}
    results = together(database_url, [("tests.test_race_loans:order_it", call)] * 4)
    assert [result.failed for result in results] == [""] * 4
    assert sorted(result.refused for result in results) == ["", "Blocked", "Blocked", "Blocked"]
    order = sent_order(lending, PaymentOrder.objects.get(source_ref=tranche.source_ref))
    calls = [("tests.test_race_loans:settle_it", {"order": order.pk, "by": people.maker.pk})] * 4
    results = together(database_url, calls)
    assert [result.failed for result in results] == [""] * 4
    assert sorted(result.refused for result in results) == ["", "Blocked", "Blocked", "Blocked"]
    loan.refresh_from_db()
    assert (loan.principal_amount, loan.current_version) == (100_000, 3)
    assert list(faults()) == []
