"""What `verify` finds in payments and grants: nothing after the services, and the row when one was changed."""

import pytest
from django.db import connection, transaction

from audit import guards
from config.proof import ledger_faults, state_faults
from grants.checks import checks as grant_checks
from grants.services import plan_tranches, sign_award
from ledger.models import Account, Entry
from ledger.services import reverse
from payments.checks import checks as payment_checks
from tests.office import DAY
from tests.steps_grants import ENDS, accepted_contribution, ordered_tranche, paid_tranche, ready_award
from tests.steps_loans import active_loan


@pytest.fixture
def award(office):
    """Two tranches: one paid, one on its way; the own part accepted."""
    award = ready_award(office, parts=[500_000, 500_000, 1_000_000])
    plan = [{"amount": amount, "deliverables": ["Quote of the supplier"]} for amount in (1_200_000, 800_000)]
    plan_tranches(award=award, tranches=plan, on=DAY, by=office.people.manager)
    sign_award(award=award, ends_on=ENDS, on=DAY, by=office.people.manager)
    paid_tranche(office, award.tranches.get(number=1))
    ordered_tranche(office, award.tranches.get(number=2))
    accepted_contribution(office, award.contributions.get())
    return award


def faults():
    return [*payment_checks(), *grant_checks()]


def change(sql, *values):
    with guards.suspended(), connection.cursor() as cursor:
        cursor.execute(sql, values)


def test_what_went_through_the_services_has_no_fault(award):
    assert faults() == []
    # States are the fold of the events, also of tranches that a newer plan left out.
    assert list(state_faults()) == list(ledger_faults()) == []


CHANGES = [
    (
        "UPDATE grants_tranche SET amount = amount + 1 WHERE number = 2",
        "grants_award G-2026-0001: its tranches are 2000001, the award is 2000000",
    ),
    (
        "UPDATE grants_tranche SET amount = amount - 1 WHERE number = 1",
        "grants_award G-2026-0001: paid 1199999, to be recovered 0, account 5000 says 1200000",
    ),
    ("UPDATE grants_award SET amount = amount + 1", "G-2026-0001 is 2000001, more than the committee approved"),
    (
        "UPDATE grants_contribution SET accepted_amount = 499999",
        "of G-2026-0001: accepted 499999, its memo entry says 500000",
    ),
    ("UPDATE programmes_commitment SET used_amount = 1", "paid 1200000, its commitment says 1"),
    ("UPDATE programmes_commitment SET state = 'reserved'", "G-2026-0001 is signed and its money is only reserved"),
    (
        "UPDATE grants_deliverable SET accepted_on = NULL, accepted_by_id = NULL",
        "G-2026-0001/1 is paid with a deliverable that is not accepted",
    ),
    (
        "UPDATE payments_paymentorder SET amount = amount + 1 WHERE state = 'settled'",
        "O-2026-00001 is 1200001, its lines are 1200000",
    ),
    (
        "UPDATE payments_paymentline SET subject = 'G-2026-0009'",
        "payments_paymentorder O-2026-00001: its entry",
    ),
    ("UPDATE payments_batch SET control_amount = 1", "payments_batch B-2026-001 says 1"),
    ("UPDATE payments_paymentorder SET batch_id = NULL", "O-2026-00001 is settled and its batch says otherwise"),
    ("DELETE FROM applicants_part WHERE part = 'checker'", "approved_by is not the checker of its dossier"),
    ("UPDATE grants_tranche SET order_ref = '' WHERE number = 2", "G-2026-0001/2 is in_payment; its order none"),
]


def test_a_row_changed_behind_the_back_is_named(award):
    for sql, sentence in CHANGES:
        with transaction.atomic():
            change(sql)
            found = faults()
            transaction.set_rollback(True)
        assert any(sentence in fault for fault in found), (sql, found)
    assert faults() == []


def test_an_entry_that_was_reversed_alone_is_missed(office, award):
    entry = Entry.objects.get(kind="grant_paid")
    reverse(entry=entry, reason="by hand", by=office.people.maker, on=DAY)
    found = faults()
    assert any("O-2026-00001 is settled and has no live entry" in fault for fault in found)
    assert any("account 5000 says 0" in fault for fault in found)
    assert Account.objects.get(code="5000").balance_amount == 0


def test_a_loan_paid_out_with_a_fee_has_no_fault_in_payments_either(lending):
    loan = active_loan(lending, amount=100_000, terms={"fee_pct": 2})
    order = loan.application.payment_orders.get()
    assert (order.amount, order.lines.get().fee_amount) == (98_000, 2_000)
    assert list(payment_checks()) == []
