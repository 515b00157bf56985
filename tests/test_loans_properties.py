"""Whatever is paid, entered late and taken back, in any order: the loan stands where its money says, to the unit."""

from datetime import date, timedelta
from decimal import Decimal

import hypothesis
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from audit.refusals import Blocked
from config.proof import ledger_faults, state_faults
from ledger.models import Account, Leg
from loans.checks import checks
from loans.models import Allocation, Instalment, Loan, Refund, Repayment, ScheduleVersion
from loans.services import reckon_loans, record_repayment, reverse_repayment
from loans.services.restating import row_of
from loans.standing import Receipt, fold
from loans.terms import terms_of
from programmes.clock import standing_at
from tests.office import DAY
from tests.steps_loans import active_loan

LAST = date(2026, 10, 1)
TERMS = [
    {"penalty_pct": Decimal("36.5"), "prepay": "next_instalments"},
    {"penalty_pct": Decimal("7.3"), "prepay": "hold", "allocation_order": ["interest", "principal", "fee", "penalty"]},
]
acts = st.lists(
    st.one_of(
        st.tuples(st.just("pay"), st.integers(0, 200), st.integers(1, 30_000)),
        st.tuples(st.just("reverse"), st.integers(0, 9), st.just(0)),
        st.tuples(st.just("reckon"), st.integers(0, 203), st.just(0)),
    ),
    min_size=1,
    max_size=9,
)


@pytest.mark.in_turn
@pytest.mark.parametrize("agreed", TERMS, ids=["next", "hold"])
@settings(
    max_examples=max(hypothesis.settings.default.max_examples // 10 - 1, 4),
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(drawn=acts)
def test_the_stored_loan_is_the_fold_of_its_live_money(lending, agreed, drawn):
    loan = fresh_loan(lending, agreed)
    kept, refusals = {}, []
    officer = lending.people.loan_officer
    with standing_at(LAST):
        for number, (act, first, amount) in enumerate(drawn):
            try:
                if act == "pay":
                    on = DAY + timedelta(days=first)
                    row = record_repayment(loan=loan, amount=amount, on=on, by=officer, reason="Late.")
                    kept[number] = (row, on, amount)
                elif act == "reverse" and kept:
                    key = sorted(kept)[first % len(kept)]
                    reverse_repayment(repayment=kept[key][0], reason="No.", on=LAST, by=officer)
                    del kept[key]
                else:
                    reckon_loans(keys=[loan.pk], on=DAY + timedelta(days=first))
            except Blocked as refused:
                refusals.append(str(refused))
        assert all("repaid on" in sentence for sentence in refusals)
        loan.refresh_from_db()
        expected = folded(loan, kept)
        compare(loan, expected)
        assert list(ledger_faults()) == []
        assert list(state_faults()) == []
        assert list(checks()) == []


def fresh_loan(lending, agreed):
    """One active loan for all examples of a test: its money is taken away again through the services."""
    loan = Loan.objects.first()
    if loan is None:
        return active_loan(lending, terms=agreed, months=6)
    with standing_at(LAST):
        for row in loan.repayments.live().exclude(means="held").order_by("-pk"):
            reverse_repayment(repayment=row, reason="Anew.", on=LAST, by=lending.people.loan_officer)
    loan.refresh_from_db()
    assert (loan.state, loan.principal_amount, loan.overpaid_amount) == ("active", loan.amount, 0)
    return loan


def folded(loan, kept):
    rows = [row_of(row) for row in loan.instalments.order_by("number")]
    receipts = [Receipt(number, on, amount) for number, (_row, on, amount) in kept.items()]
    return fold(rows, receipts, terms_of(loan, loan.versions.get().request), loan.reckoned_on)


def compare(loan, expected):
    by_number = {row.row.no: row for row in expected.rows}
    for row in loan.instalments.order_by("number"):
        wanted = by_number[row.number]
        assert row.settled_on == wanted.settled_on
        assert row.penalty_amount == wanted.penalty
        for name in ("principal", "interest", "fee", "penalty"):
            assert getattr(row, f"{name}_paid_amount") == wanted.paid[name]
    assert (loan.principal_amount, loan.overpaid_amount) == (expected.principal, expected.overpaid)
    done = expected.settled_on
    state = "active" if done is None else "overpaid" if expected.overpaid else "closed"
    assert (loan.state, loan.closed_on) == (state, done)
    cash = Leg.objects.filter(account__code="1000", entry__kind="repayment").total_amount()
    live = sum(row.amount for row in Repayment.objects.live().exclude(means="held"))
    assert cash == live
    held = Account.objects.filter(code="2000", subject=loan.ref).first()
    assert (-held.balance_amount if held else 0) == expected.overpaid
    assert Allocation.objects.filter(repayment__reversed_on=None).exists() == bool(
        sum(sum(row.paid.values()) for row in expected.rows)
    )
    assert (ScheduleVersion.objects.count(), Refund.objects.count(), Instalment.objects.count()) == (1, 0, 6)
