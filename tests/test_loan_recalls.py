"""Money that the bank takes back after a decision on the loan: it is owed anew, and nothing decided is undone."""

import json
from contextlib import suppress
from datetime import date, timedelta
from decimal import Decimal
from itertools import chain

import hypothesis
import pytest
from django.db import transaction
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from audit.models import Event
from audit.refusals import Blocked, Invalid
from config.proof import faults
from ledger.models import Entry
from loans.checks import (
    allocation_faults,
    end_faults,
    entry_faults,
    principal_faults,
    recall_faults,
    schedule_faults,
)
from loans.models import Allocation, Loan, Repayment
from loans.papers.account import schedule_paper
from loans.payoff import payoff_quote
from loans.services import (
    forgive_loan,
    reckon_loans,
    record_repayment,
    reschedule_loan,
    reverse_repayment,
    write_off_loan,
)
from loans.services.restating import still_claimed
from payments.services import settle_payment
from programmes.clock import standing_at
from tests.office import DAY
from tests.steps_loans import FIRST_DUE, active_loan, repay, sent_order
from tests.test_loan_papers import text
from tests.test_loans import assert_sound, balance, legs
from tests.test_loans_ends import owed, refund_order

LATE = date(2026, 6, 20)
RECALLED = date(2026, 7, 1)


def decided(office, service, loan, on=LATE, **facts):
    """The committee's decision on the loan, put in force on `on`."""
    given = {"decision_ref": "S-2026-04/2", "reason": "Hail took the harvest.", "on": on, "by": office.people.manager}
    with standing_at(on):
        return service(loan=loan, **given, **facts)


def rescheduled(office, loan, on=LATE, first_due_on=date(2026, 8, 12)):
    return decided(office, reschedule_loan, loan, on, instalments_number=18, first_due_on=first_due_on)


def taken_back(office, repayment, on=RECALLED):
    """The bank took the money back on `on`; it is entered that day. Returns the loan."""
    with standing_at(on):
        reverse_repayment(repayment=repayment, reason="The cheque came back.", on=on, by=office.people.loan_officer)
    return Loan.objects.get(pk=repayment.loan_id)


def anew(loan):
    """[(number, due, principal, interest)] of what is owed because money was taken back."""
    rows = loan.instalments.filter(recalled=True, version=loan.current_version).order_by("number")
    return list(rows.values_list("number", "due_on", "principal_amount", "interest_amount"))


# After a new schedule -------------------------------------------------------------------------------------------------


def test_money_taken_back_after_a_new_schedule_is_owed_from_that_day_in_the_parts_that_it_had_paid(lending):
    """88.85 paid 10.00 of interest and 78.85 of principal; the new schedule is over 921.15 in 18 instalments."""
    loan = active_loan(lending)
    repayment = repay(lending, loan, 8885, FIRST_DUE)
    loan = rescheduled(lending, loan)
    kept = list(loan.instalments.filter(version=2).values_list("number", "principal_amount", "interest_amount"))
    loan = taken_back(lending, repayment)
    assert anew(loan) == [(19, RECALLED, 7885, 1000)]
    assert (loan.state, loan.principal_amount, balance("1100", loan.ref)) == ("active", 100_000, 100_000)
    assert balance("4000", loan.ref) == 0
    old = loan.instalments.get(version=1, number=1)
    assert (old.settled_on, old.principal_paid_amount, old.interest_paid_amount) == (FIRST_DUE, 7885, 1000)
    rows = loan.instalments.filter(version=2, recalled=False)
    assert list(rows.values_list("number", "principal_amount", "interest_amount")) == kept
    undone = Entry.objects.get(reverses=repayment.entry)
    assert (undone.value_on, legs(undone)) == (
        RECALLED,
        [("1000", "", -8885), ("1100", loan.ref, 7885), ("4000", loan.ref, 1000)],
    )
    said = json.loads(Event.objects.about(loan.ref).get(kind="repayment.recall").body)
    assert (said["principal"], said["interest"], said["held"], said["due"]) == (7885, 1000, 0, "2026-07-01")
    with standing_at(RECALLED):
        assert_sound()
        assert not Loan.objects.at_risk(RECALLED).exists()
        assert Loan.objects.at_risk(date(2026, 7, 2)).exists()


def test_what_is_owed_anew_is_paid_before_what_falls_due_later_and_the_quote_closes_the_loan(lending):
    loan = active_loan(lending)
    first = repay(lending, loan, 8885, FIRST_DUE)
    rescheduled(lending, loan)
    loan = taken_back(lending, first)
    repay(lending, loan, 5000, date(2026, 7, 10))
    row = loan.instalments.get(recalled=True)
    assert (row.interest_paid_amount, row.principal_paid_amount, row.open_amount) == (1000, 4000, 3885)
    day = date(2026, 7, 20)
    with standing_at(day):
        quote = payoff_quote(loan, day)
    # 921.15 of the schedule and all its interest as the product says, and what is left of the 88.85.
    rest = sum(row.due_amount for row in loan.instalments.filter(version=2, recalled=False))
    assert quote.total == rest + 3885
    repay(lending, loan, quote.total, day)
    assert (loan.state, loan.principal_amount, loan.overpaid_amount, loan.closed_on) == ("closed", 0, 0, day)
    with standing_at(day):
        assert_sound()


def test_a_repaid_loan_owes_again_what_was_taken_back_of_the_schedule_before(lending):
    loan = active_loan(lending)
    first = repay(lending, loan, 8885, FIRST_DUE)
    loan = rescheduled(lending, loan)
    day = date(2026, 7, 20)
    repay(lending, loan, sum(row.due_amount for row in loan.instalments.filter(version=2)), day)
    assert loan.state == "closed"
    loan = taken_back(lending, first, date(2026, 9, 1))
    assert (loan.state, loan.principal_amount, anew(loan)) == ("active", 7885, [(19, date(2026, 9, 1), 7885, 1000)])
    repay(lending, loan, 8885, date(2026, 9, 2))
    assert (loan.state, loan.closed_on) == ("closed", date(2026, 9, 2))
    with standing_at(date(2026, 9, 2)):
        assert_sound()


def test_a_later_schedule_takes_what_is_owed_anew_into_its_first_instalment(lending):
    """10.00 that was taken back stands beside the 10.00 of the month from 12 April to 12 May."""
    loan = active_loan(lending)
    first = repay(lending, loan, 8885, FIRST_DUE)
    due, day = date(2026, 5, 12), date(2026, 5, 1)
    rescheduled(lending, loan, on=date(2026, 4, 20), first_due_on=due)
    loan = taken_back(lending, first, day)
    with pytest.raises(Blocked, match=r"01\.05\.2026"):
        rescheduled(lending, loan, on=date(2026, 4, 30), first_due_on=due)
    loan = rescheduled(lending, loan, on=date(2026, 5, 2), first_due_on=due)
    rows = loan.instalments.filter(version=3).order_by("number")
    assert sum(row.principal_amount for row in rows) == 100_000 == loan.principal_amount
    assert (rows[0].interest_amount, len(rows), anew(loan)) == (1000 + 1000, 18, [])
    with standing_at(date(2026, 5, 2)):
        assert_sound()


# After money was refunded ---------------------------------------------------------------------------------------------


def test_a_refund_whose_money_is_taken_back_is_owed_as_principal(lending):
    """All of it and 2.50 more was paid, the 2.50 went back, then the bank took all of it: the loan owes 1,002.50."""
    loan = active_loan(lending)
    repayment = repay(lending, loan, owed(loan) + 250)
    order = sent_order(lending, refund_order(lending, loan))
    settle_payment(order=order, bank_reference="BANK-9", on=DAY, by=lending.people.maker)
    loan = taken_back(lending, repayment, DAY)
    assert (loan.state, loan.principal_amount, loan.overpaid_amount) == ("active", 100_250, 0)
    assert anew(loan) == [(13, DAY, 250, 0)]
    assert legs(loan.recalls.get().entry) == [("1100", loan.ref, 250), ("2000", loan.ref, -250)]
    assert not loan.instalments.exclude(settled_on=None).exists()
    assert_sound()
    repay(lending, loan, 250)
    assert (loan.principal_amount, loan.instalments.get(recalled=True).settled_on) == (100_000, DAY)
    assert_sound()


@pytest.mark.parametrize("held", [4000, 9990])
def test_money_of_the_day_of_the_refund_pays_what_is_owed_of_it_whenever_it_is_taken_back(lending, held):
    """100.00 came and went back, and more came on that day: it pays the 100.00 that are owed."""
    loan = active_loan(lending, terms={"prepay": "hold"})
    repayment = repay(lending, loan, 10_000)
    order = sent_order(lending, refund_order(lending, loan))
    settle_payment(order=order, bank_reference="BANK-9", on=DAY, by=lending.people.maker)
    repay(lending, loan, held)
    loan = taken_back(lending, repayment, DAY)
    assert (loan.principal_amount, loan.overpaid_amount, anew(loan)) == (110_000 - held, 0, [(13, DAY, 10_000, 0)])
    assert_sound()


def test_a_refund_of_a_schedule_before_is_owed_as_principal_with_what_the_money_had_paid(lending):
    """Held until it is due: 100.00 pays 88.85 and 11.15; nothing is left of it when the bank takes it back."""
    loan = active_loan(lending, terms={"prepay": "hold"})
    repayment = repay(lending, loan, 10_000)
    with standing_at(LATE):
        reckon_loans(keys=[loan.pk], on=LATE)
    loan = rescheduled(lending, loan)
    assert (loan.principal_amount, loan.overpaid_amount) == (100_000 - 7885 - 194, 0)
    loan = taken_back(lending, repayment)
    assert anew(loan) == [(19, RECALLED, 7885 + 194, 1000 + 921)]
    assert legs(loan.recalls.get().entry) == [
        ("1100", loan.ref, 8079),
        ("2000", loan.ref, -10_000),
        ("4000", loan.ref, 1921),
    ]
    assert (loan.principal_amount, balance("2000", loan.ref)) == (100_000, 0)
    with standing_at(RECALLED):
        assert_sound()


def test_what_is_held_still_of_money_taken_back_is_less_held(lending):
    """200.00 paid 88.85 twice; of the 22.30 that are held still nothing is owed anew."""
    loan = active_loan(lending, terms={"prepay": "hold"})
    repayment = repay(lending, loan, 20_000)
    day = date(2026, 5, 13)
    with standing_at(day):
        reckon_loans(keys=[loan.pk], on=day)
    loan = rescheduled(lending, loan, on=day)
    assert loan.overpaid_amount == 2230
    loan = taken_back(lending, repayment, date(2026, 5, 20))
    assert (loan.overpaid_amount, loan.principal_amount, loan.recalls.get().held_amount) == (0, 100_000, -2230)
    assert anew(loan) == [(19, date(2026, 5, 20), 7885 + 7964, 1000 + 921)]
    with standing_at(date(2026, 5, 20)):
        assert_sound()


# After the end -------------------------------------------------------------------------------------------------------


def test_money_taken_back_after_a_write_off_is_claimed_too(lending):
    loan = active_loan(lending)
    repayment = repay(lending, loan, 8885, FIRST_DUE)
    loan = decided(lending, write_off_loan, loan)
    claimed, _recovered = still_claimed(loan)
    assert loan.written_off_amount == 92_115
    loan = taken_back(lending, repayment)
    assert (loan.state, loan.written_off_amount, loan.principal_amount) == ("written_off", 100_000, 0)
    assert (still_claimed(loan), anew(loan)) == ((claimed + 8885, 0), [(13, RECALLED, 7885, 1000)])
    assert (balance("1100", loan.ref), balance("5200", loan.ref)) == (0, 100_000)
    with standing_at(RECALLED):
        assert_sound()
    repay(lending, loan, claimed + 8885, date(2026, 7, 2))
    assert still_claimed(loan) == (0, claimed + 8885)
    with standing_at(date(2026, 7, 2)):
        assert_sound()


def test_money_taken_back_after_forgiveness_is_lost(lending):
    loan = active_loan(lending)
    repayment = repay(lending, loan, 8885, FIRST_DUE)
    loan = decided(lending, forgive_loan, loan)
    loan = taken_back(lending, repayment)
    assert (loan.state, loan.forgiven_amount, loan.principal_amount, anew(loan)) == ("closed", 100_000, 0, [])
    assert (balance("1100", loan.ref), balance("5210", loan.ref), balance("4000", loan.ref)) == (0, 100_000, 0)
    with standing_at(RECALLED):
        assert_sound()


# Money of an earlier day ----------------------------------------------------------------------------------------------


def test_money_of_a_day_before_the_new_schedule_is_booked_on_its_day_and_pays_from_the_schedule_on(lending):
    loan = active_loan(lending, terms={"prepay": "hold"})
    loan = rescheduled(lending, loan)
    with standing_at(RECALLED):
        late = record_repayment(
            loan=loan, amount=5000, on=date(2026, 6, 1), by=lending.people.maker, reason="Found on the statement."
        )
    assert (late.version, late.value_on, late.counts_on, late.entry.value_on) == (
        2,
        date(2026, 6, 1),
        LATE,
        date(2026, 6, 1),
    )
    loan.refresh_from_db()
    assert (loan.overpaid_amount, loan.principal_amount) == (5000, 100_000)
    with standing_at(RECALLED):
        assert_sound()
    assert taken_back(lending, late).overpaid_amount == 0


def test_money_of_several_earlier_days_keeps_its_parts_when_later_money_comes_and_goes(lending):
    loan = rescheduled(lending, active_loan(lending))
    by = {"by": lending.people.maker, "reason": "Found on the statement."}
    with standing_at(RECALLED):
        first = record_repayment(loan=loan, amount=5000, on=date(2026, 6, 2), **by)
        second = record_repayment(loan=loan, amount=3000, on=date(2026, 6, 1), **by)
        parts = [(row.interest_amount > 0, row.amount) for row in (first, second)]
        assert parts == [(True, 5000), (False, 3000)]
        stored = Allocation.objects.filter(repayment__in=[first, second]).order_by("repayment", "component")
        kept = list(stored.values_list("repayment", "component", "amount"))
        last = record_repayment(loan=loan, amount=9000, on=RECALLED, **by)
        assert list(stored.values_list("repayment", "component", "amount")) == kept
        taken_back(lending, last)
        assert list(stored.values_list("repayment", "component", "amount")) == kept
        assert_sound()


def test_money_of_a_day_before_the_write_off_lowers_the_claim(lending):
    loan = decided(lending, write_off_loan, active_loan(lending))
    claimed, _recovered = still_claimed(loan)
    with standing_at(RECALLED):
        row = record_repayment(loan=loan, amount=5000, on=date(2026, 6, 1), by=lending.people.maker, reason="Found.")
        assert (row.recovered_amount, row.value_on, row.counts_on) == (5000, date(2026, 6, 1), LATE)
        assert still_claimed(loan) == (claimed - 5000, 5000)
        assert_sound()


# The pages ------------------------------------------------------------------------------------------------------------


def test_the_page_says_what_will_be_owed_before_it_is_done_and_the_schedule_shows_it(lending, client):
    loan = active_loan(lending)
    repayment = repay(lending, loan, 8885, FIRST_DUE)
    loan = rescheduled(lending, loan)
    client.force_login(lending.people.maker)
    url = reverse("loans:reverse", args=[loan.ref, repayment.pk])
    with standing_at(RECALLED):
        asked = client.get(url)
        assert [part for _what, part in asked.context["parts"]] == [1000, 7885]
        # By 1 July nothing of the new schedule has fallen due.
        assert [change[1:] for change in asked.context["foreseen"].changes] == [(92_115, 100_000), (0, 8885), (0, 0)]
        assert "owed again from 1 July 2026" in asked.content.decode()
        shown = client.post(url, {"on": "25.06.2026", "reason": "", "show": "1"})
        assert (shown.status_code, loan.recalls.count()) == (200, 0)
        assert "owed again from 25 June 2026" in shown.content.decode()
        key = asked.context["form"]["key"].value()
        sent = {"on": "01.07.2026", "reason": "The cheque came back.", "key": key}
        assert [client.post(url, sent).status_code for _press in range(2)] == [302, 302]
        assert loan.recalls.count() == 1
        answer = client.get(loan.get_absolute_url())
        said, table = answer.content.decode(), answer.context["table"]
    # Before 1 July the 78.85 were owed by nobody: what is left before it is what the new schedule is over.
    assert [line.balance for line in table.lines if line.instalment.number in (19, 18)] == [92_115, 0]
    assert "Payment of 12 April 2026, taken back on 1 July 2026" in said
    assert "Repayment taken back, owed again" in said


def test_the_page_says_that_money_of_an_earlier_day_pays_the_new_schedule(lending, client):
    loan = rescheduled(lending, active_loan(lending))
    client.force_login(lending.people.loan_officer)
    with standing_at(RECALLED):
        url = reverse("loans:repay", args=[loan.ref])
        sent = {"amount": "50.00", "on": "01.06.2026", "means": "bank", "reason": "Found.", "key": "k"}
        assert "pays the new schedule from 20 June 2026 on" in client.post(url, sent).content.decode()


def test_the_schedule_on_paper_says_whose_payment_is_owed_again(lending):
    loan = active_loan(lending)
    first = repay(lending, loan, 8885, FIRST_DUE)
    rescheduled(lending, loan)
    loan = taken_back(lending, first)
    with standing_at(RECALLED):
        loan.programme.language = "en"
        said = text(schedule_paper(loan, RECALLED))
        assert "No. 19: your payment of 12.04.2026 was taken back on 01.07.2026." in said


# Whatever is taken back -----------------------------------------------------------------------------------------------

payments = st.lists(st.tuples(st.integers(0, 99), st.integers(1, 40_000)), min_size=1, max_size=4)
AGREED = [
    {"prepay": "next_instalments", "penalty_pct": Decimal("36.5")},
    {"prepay": "hold", "early_interest": "date", "first_period": "actual_days_in_annuity"},
    {"prepay": "reduce_instalment", "early_interest": "date", "penalty_pct": Decimal("7.3")},
]


@pytest.mark.in_turn
@pytest.mark.parametrize("agreed", AGREED, ids=["next", "hold", "smaller"])
@settings(
    max_examples=max(hypothesis.settings.default.max_examples // 20, 3),
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(before=payments, after=payments, taken=st.lists(st.integers(0, 4), min_size=1, max_size=3))
def test_what_was_taken_back_is_owed_to_the_unit_and_the_quote_closes_the_loan(lending, agreed, before, after, taken):
    loan, officer, last = active_or_first(lending, agreed), lending.people.loan_officer, date(2026, 12, 1)
    point = transaction.savepoint()
    try:
        rows = []
        for days, amount in sorted(before):
            with suppress(Blocked):  # it was repaid before that day
                rows.append(repay(lending, loan, amount, DAY + timedelta(days=days)))
        with standing_at(LATE):
            reckon_loans(keys=[loan.pk], on=LATE)
        loan.refresh_from_db()
        if loan.state == "active":
            with suppress(Invalid):  # interest is paid ahead beyond the first due date
                loan = rescheduled(lending, loan)
        with standing_at(last):
            for days, amount in after:
                on = LATE + timedelta(days=days)
                with suppress(Blocked):  # it was repaid before that day
                    record_repayment(loan=loan, amount=amount, on=on, by=officer, reason="Late.")
            for number, place in enumerate(dict.fromkeys(taken)):
                row = Repayment.objects.get(pk=rows[place % len(rows)].pk)
                if row.reversed_on is None:
                    on = last - timedelta(days=30 * number)
                    reverse_repayment(repayment=row, reason="It came back.", on=on, by=officer)
            loan.refresh_from_db()
            assert list(proved()) == []
            if loan.state == "active":
                quote = payoff_quote(loan, last)
                if quote.total:
                    record_repayment(loan=loan, amount=quote.total, on=last, by=officer)
                else:
                    reckon_loans(keys=[loan.pk], on=loan.matures_on)
                loan.refresh_from_db()
                assert (loan.state in ("closed", "overpaid"), loan.principal_amount) == (True, 0)
                assert quote.total == 0 or loan.overpaid_amount == 0
                assert list(proved()) == []
    finally:
        transaction.savepoint_rollback(point)


def proved():
    """All of the proof in the long setting; in the short one what it says of the loan, its money and the ledger."""
    if hypothesis.settings.default.max_examples > 50:
        return faults()
    parts = (principal_faults, end_faults, schedule_faults, allocation_faults, entry_faults, recall_faults)
    return chain.from_iterable(part() for part in parts)


def active_or_first(lending, agreed):
    """One loan for all examples: what each does is rolled back."""
    return Loan.objects.first() or active_loan(lending, terms=agreed, months=6)
