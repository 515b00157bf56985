"""A loan that is paid out in parts: what is promised, what is owed, and what each pay-out makes of the schedule."""

from datetime import date

from config.proof import faults
from tests.steps_loans import repay
from tests.steps_tranches import SECOND_ON, active_in_tranches, pay_tranche, signed_in_tranches


def schedule(loan, version=None):
    rows = loan.instalments.filter(version=version or loan.current_version).order_by("number")
    return [(row.due_on, row.principal_amount, row.interest_amount) for row in rows]


def sums(loan, version=None):
    rows = schedule(loan, version)
    return sum(row[1] for row in rows), sum(row[2] for row in rows)


def promised(loan):
    commitment = loan.line.commitments.get(case_ref=loan.application.ref)
    return commitment.amount - commitment.released_amount, commitment.used_amount, commitment.state


def test_the_contract_shows_all_tranches_and_each_bears_interest_from_its_day(lending):
    loan = signed_in_tranches(lending)
    assert [row.state for row in loan.tranches.all()] == ["planned", "planned"]
    assert sums(loan)[0] == 100_000
    # 1% a month of 600.00 less what is repaid; from 27 May on of 400.00 more, 16 of 31 days of that month.
    assert [row[2] for row in schedule(loan)][:3] == [600, 553, 711]
    assert promised(loan) == (100_000, 0, "committed")
    assert list(faults()) == []


def test_two_tranches(lending):
    loan = active_in_tranches(lending)
    assert (loan.state, loan.principal_amount, loan.current_version) == ("active", 60_000, 2)
    assert sums(loan)[0] == 60_000
    repay(lending, loan, 5331, on=date(2026, 4, 12))
    repay(lending, loan, 5331, on=date(2026, 5, 12))
    loan, _order = pay_tranche(lending, loan, 2, SECOND_ON)
    assert (loan.principal_amount, loan.current_version) == (60_000 - 4731 - 4778 + 40_000, 3)
    assert promised(loan) == (100_000, 100_000, "used")
    print(schedule(loan))
    assert list(faults()) == []


def test_repayments_between_the_tranches_stay_as_they_are(lending):
    loan = active_in_tranches(lending)
    before = schedule(loan)
    first = repay(lending, loan, 5331, on=date(2026, 4, 12))
    entries = list(Entry.objects.filter(kind="repayment").values_list("pk", flat=True))
    loan, order = pay_tranche(lending, loan, 2, SECOND_ON)
    assert schedule(loan)[:2] == before[:2]
    assert schedule(loan, version=2) == before
    assert list(Entry.objects.filter(kind="repayment").values_list("pk", flat=True)) == entries
    assert not Entry.objects.filter(reverses__isnull=False).exists()
    first.refresh_from_db()
    assert (first.version, first.interest_amount, first.principal_amount) == (3, 600, 4731)
    # May is late: the tranche came without making it any less late.
    assert [row.settled_on for row in loan.instalments.filter(version=3).order_by("number")[:2]] == [
        date(2026, 4, 12),
        None,
    ]
    assert order.state == "settled"
