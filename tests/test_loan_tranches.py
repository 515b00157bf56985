"""A loan that is paid out in parts: what is promised, what is owed, and what each pay-out makes of the schedule."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from applicants.figures import Scope
from audit.refusals import Blocked, Invalid, NotAllowed
from config.proof import faults
from ledger.models import Account, Entry
from loans.checks import tranche_faults
from loans.figures import by_day, disbursed
from loans.forecast import planned_on_line, promised_on_line
from loans.models import LoanTranche
from loans.portfolio import portfolios
from loans.queues_tranches import tranches_to_pay, tranches_waiting
from loans.services import (
    ask_to_give_up,
    ask_tranche,
    cancel_loan,
    change_rate,
    confirm_tranche,
    give_up_tranche,
    keep_tranche,
    order_disbursement,
    order_tranche,
    plan_tranches,
    reschedule_loan,
    reverse_repayment,
    write_off_loan,
)
from payments.services import cancel_payment, return_payment, settle_payment
from programmes.clock import standing_at
from tests.office import DAY
from tests.steps_loans import account_of, repay, sent_order
from tests.steps_tranches import (
    PARTS,
    SECOND_ON,
    active_in_tranches,
    order_of,
    pay_tranche,
    planned_loan,
    shown,
    signed_in_tranches,
)

pytestmark = pytest.mark.in_turn

APRIL, MAY, JUNE = date(2026, 4, 12), date(2026, 5, 12), date(2026, 6, 12)


def schedule(loan, version=None):
    rows = loan.instalments.filter(version=version or loan.current_version).order_by("number")
    return [(row.due_on, row.principal_amount, row.interest_amount) for row in rows]


def promised(loan):
    commitment = loan.line.commitments.get(case_ref=loan.application.ref)
    return commitment.amount - commitment.released_amount, commitment.used_amount, commitment.state


def owed(loan):
    account = Account.objects.filter(subject=loan.ref, code="1100").first()
    return account.balance_amount if account else 0


def lent_by_sex(office, until):
    """The figure of what was paid out, and the sum of its parts that name a sex."""
    scope = Scope(office.programme, until)
    found = disbursed(scope, by_day(scope))["USD"]
    place = found.dims.index("sex")
    return found.value, sum(part.value for part in found.parts if part.key[place])


def give_up(office, tranche, on=DAY):
    tranche = ask_to_give_up(tranche=tranche, reason="No need.", on=on, by=office.people.loan_officer)
    return give_up_tranche(tranche=tranche, on=on, by=office.people.manager)


def refused(error, act, *words):
    with pytest.raises(error) as caught:
        act()
    said = " ".join([str(caught.value.sentence), *map(str, getattr(caught.value, "missing", ()))])
    assert all(word in said for word in words), said


@pytest.mark.parametrize(
    ("parts", "words"),
    [
        (((60_000, DAY, ""), (40_001, SECOND_ON, "Roof.")), "add up to"),
        (((60_000, DAY, ""), (39_999, SECOND_ON, "Roof.")), "add up to"),
        (((100_000, DAY, ""),), "in two at least"),
        (tuple((20_000, date(2026, 3, 12 + day), "Roof.") for day in range(5)), "4 tranches at most"),
        (((60_000, date(2026, 3, 11), ""), (40_000, SECOND_ON, "Roof.")), "a day that is over"),
        (((60_000, DAY, ""), (40_000, DAY, "Roof.")), "later day"),
        (((60_000, DAY, ""), (40_000, SECOND_ON, " ")), "what must be shown"),
        (((100_000, DAY, ""), (0, SECOND_ON, "Roof.")), "more than zero"),
    ],
)
@pytest.mark.once
def test_a_plan_is_whole_in_time_and_within_the_product(lending, parts, words):
    loan = planned_loan(lending)
    people = lending.people
    refused(Invalid, lambda: plan_tranches(loan=loan, parts=parts, on=DAY, by=people.loan_officer), words)
    refused(NotAllowed, lambda: plan_tranches(loan=loan, parts=PARTS, on=DAY, by=people.maker))
    loan.refresh_from_db()
    assert [part["amount"] for part in loan.tranche_plan] == [60_000, 40_000]


@pytest.mark.once
def test_a_product_paid_out_at_once_has_no_tranches(lending):
    refused(Invalid, lambda: planned_loan(lending, terms={"most_tranches": 1}), "at once")


def test_the_contract_shows_all_tranches_and_each_bears_interest_from_its_day(lending):
    loan = signed_in_tranches(lending, terms={"fee_pct": 3})
    assert [row.state for row in loan.tranches.all()] == ["planned", "planned"]
    # 3% of 1,000.00 in the proportion of the tranches.
    assert [row.fee_amount for row in loan.tranches.all()] == [1_800, 1_200]
    # 1% a month of 600.00 less what is repaid; from 27 May on of 400.00 more, 16 of 31 days of that month.
    assert schedule(loan)[:3] == [(APRIL, 4731, 600), (MAY, 4778, 553), (JUNE, 8823, 711)]
    assert sum(row[1] for row in schedule(loan)) == 100_000
    assert (promised(loan), owed(loan)) == ((100_000, 0, "committed"), 0)
    assert list(faults()) == []


@pytest.mark.both
def test_each_tranche_is_owed_from_its_day_and_takes_its_part_of_the_promise(lending):
    loan = active_in_tranches(lending, terms={"fee_pct": 3})
    assert (loan.state, loan.principal_amount, owed(loan)) == ("active", 60_000, 60_000)
    assert promised(loan) == (100_000, 60_000, "committed")
    promise = promised_on_line(lending.line)
    assert (promise.tranches, promise.tranches_loans_number, promise.elsewhere, promise.total) == (40_000, 1, 0, 40_000)
    # The bank will pay 400.00 less 12.00 of the fee on the day of the plan.
    assert [(row.on, row.amount) for row in planned_on_line(lending.line, DAY)] == [(SECOND_ON, 38_800)]
    assert [(row.on, row.amount) for row in planned_on_line(lending.line, JUNE)] == [(JUNE, 38_800)]
    assert lent_by_sex(lending, DAY) == (60_000, 60_000)
    repay(lending, loan, 5331, on=APRIL)
    repay(lending, loan, 5331, on=MAY)
    loan, order = pay_tranche(lending, loan, 2, SECOND_ON)
    assert (lent_by_sex(lending, DAY), lent_by_sex(lending, SECOND_ON)) == ((60_000, 60_000), (100_000, 100_000))
    assert (order.amount, loan.principal_amount, owed(loan)) == (38_800, 90_491, 90_491)
    assert promised(loan) == (100_000, 100_000, "used")
    legs = Entry.objects.filter(kind="loan_disbursed").latest("seq").legs.values_list("account__code", "amount")
    assert sorted(legs) == [("1000", -38_800), ("1100", 40_000), ("4010", -1_200)]
    assert list(planned_on_line(lending.line, JUNE)) == []
    assert list(faults()) == []


def test_what_is_repaid_between_the_tranches_stays_as_it_is(lending):
    loan = active_in_tranches(lending)
    before = schedule(loan)
    first = repay(lending, loan, 5331, on=APRIL)
    entries = list(Entry.objects.filter(kind="repayment").values_list("pk", flat=True))
    with standing_at(MAY):
        order = order_of(lending, shown(lending, loan.tranches.get(number=2)))
    with standing_at(SECOND_ON):
        settle_payment(order=order, bank_reference="B-2", on=SECOND_ON, by=lending.people.maker)
    loan.refresh_from_db()
    assert (schedule(loan, version=2), schedule(loan)[:2]) == (before, before[:2])
    assert schedule(loan)[2:4] == [(JUNE, 8823, 711), (date(2026, 7, 12), 8717, 817)]
    assert list(Entry.objects.filter(kind="repayment").values_list("pk", flat=True)) == entries
    first.refresh_from_db()
    assert (first.version, first.interest_amount, first.principal_amount) == (3, 600, 4731)
    # May was not paid: the tranche makes it no less late, on that day and looked back at from later.
    assert portfolios(type(loan).objects.all(), date(2026, 6, 12))["USD"].at_risk[30] == 95_269
    assert portfolios(type(loan).objects.all(), SECOND_ON)["USD"].at_risk[1] == 95_269
    assert not portfolios(type(loan).objects.all(), SECOND_ON)["USD"].rescheduled
    # Money of May that is entered later finds its instalment; and the other way round.
    with standing_at(JUNE):
        late = repay(lending, loan, 5331, on=MAY, reason="Found in the bank.")
    assert (late.interest_amount, late.principal_amount, loan.principal_amount) == (553, 4778, 90_491)
    with standing_at(JUNE):
        reverse_repayment(repayment=first, reason="Not hers.", on=JUNE, by=lending.people.maker)
    loan.refresh_from_db()
    # 53.31 of May is all there is: April's interest and principal first.
    assert loan.principal_amount == 100_000 - 4731
    assert list(faults()) == []


@pytest.mark.both
def test_a_tranche_waits_for_what_it_asks_for_and_for_a_second_person(lending):
    people = lending.people
    loan = active_in_tranches(lending)
    tranche = loan.tranches.get(number=2)
    account = loan.borrower.payee_accounts.get()
    pay = {"account": account, "on": DAY, "by": people.maker}
    refused(Blocked, lambda: order_tranche(tranche=tranche, **pay), "The roof of the shed is on.")
    refused(NotAllowed, lambda: ask_tranche(tranche=tranche, shown="Seen.", on=DAY, by=people.maker))
    refused(Invalid, lambda: ask_tranche(tranche=tranche, shown=" ", on=DAY, by=people.loan_officer))
    asked = ask_tranche(tranche=tranche, shown="Seen.", on=DAY, by=people.loan_officer)
    refused(Blocked, lambda: order_tranche(tranche=asked, **pay), "shown and confirmed")
    refused(NotAllowed, lambda: confirm_tranche(tranche=asked, on=DAY, by=people.loan_officer))
    assert [item.verb_text for item in tranches_waiting(people.manager)] == ["Confirm what was shown before a tranche"]
    assert tranches_waiting(people.loan_officer) == []
    assert tranches_to_pay(people.maker) == []
    confirmed = confirm_tranche(tranche=asked, on=DAY, by=people.manager)
    assert tranches_to_pay(people.maker) == [confirmed]
    refused(NotAllowed, lambda: order_tranche(tranche=confirmed, **(pay | {"by": people.manager})))
    order_tranche(tranche=confirmed, **pay)
    assert tranches_to_pay(people.maker) == []
    refused(Blocked, lambda: order_tranche(tranche=confirmed, **pay), "prepared already")
    refused(Blocked, lambda: give_up(lending, confirmed), "on its way")


def test_tranches_are_paid_in_their_order_and_not_to_somebody_who_is_late(lending):
    people = lending.people
    loan = signed_in_tranches(lending)
    account = account_of(lending, loan.borrower, "USD")
    _first, second = loan.tranches.all()
    refused(Blocked, lambda: order_disbursement(loan=loan, account=account, on=DAY, by=people.maker), "in tranches")
    refused(Blocked, lambda: shown(lending, second), "Tranche 1 comes first")
    pay_tranche(lending, loan, 1)
    second.refresh_from_db()
    shown(lending, second)
    with standing_at(date(2026, 4, 13)):
        pay = {"account": account, "on": date(2026, 4, 13), "by": people.maker}
        refused(Blocked, lambda: order_tranche(tranche=second, **pay), "is late")
    with standing_at(APRIL):
        order_tranche(tranche=second, account=account, on=APRIL, by=people.maker)


def test_a_tranche_waits_for_a_schedule_that_begins_when_what_was_paid_ahead_ends(lending):
    people = lending.people
    loan = active_in_tranches(lending)
    tranche = shown(lending, loan.tranches.get(number=2))
    repay(lending, loan, 10_662, on=DAY)  # April and May: 47.31 and 47.78 of principal
    terms = {"instalments_number": 6, "first_due_on": JUNE, "decision_ref": "S-1", "reason": "Hail."}
    reschedule_loan(loan=loan, **terms, on=DAY, by=people.manager)
    pay = {"tranche": tranche, "account": loan.borrower.payee_accounts.get(), "by": people.maker}
    before, begun = date(2026, 5, 11), MAY
    with standing_at(before):
        refused(Blocked, lambda: order_tranche(**pay, on=before), "Instalments are paid up to 12.05.2026")
    with standing_at(begun):
        settled = settle_payment(
            order=sent_order(lending, order_tranche(**pay, on=begun)), bank_reference="B-2", on=begun, by=people.maker
        )
    assert (settled.state, owed(loan)) == ("settled", 90_491)


@pytest.mark.both
def test_a_settled_tranche_is_settled_once_and_a_cancelled_payment_can_be_prepared_anew(lending):
    people = lending.people
    loan = active_in_tranches(lending)
    tranche = shown(lending, loan.tranches.get(number=2))
    account = loan.borrower.payee_accounts.get()
    order = order_tranche(tranche=tranche, account=account, on=DAY, by=people.maker)
    cancel_payment(order=order, reason="Wrong day.", on=DAY, by=people.maker)
    order = order_of(lending, tranche)
    settle_payment(order=order, bank_reference="B-2", on=DAY, by=people.maker)
    refused(Blocked, lambda: settle_payment(order=order, bank_reference="B-2", on=DAY, by=people.maker))
    loan.refresh_from_db()
    assert (loan.principal_amount, loan.current_version) == (100_000, 3)
    # Both on one day: as if it had been paid out at once.
    assert schedule(loan)[0] == (APRIL, 7885, 1000)
    assert list(faults()) == []


@pytest.mark.both
def test_what_the_bank_returns_was_never_owed(lending):
    people = lending.people
    loan = active_in_tranches(lending)
    repay(lending, loan, 5331, on=APRIL)
    before = schedule(loan)
    loan, order = pay_tranche(lending, loan, 2, date(2026, 4, 27))
    kept = repay(lending, loan, 9_000, on=MAY)
    assert (kept.interest_amount, kept.overpaid_amount) == (752, 0)
    with standing_at(date(2026, 5, 14)):
        return_payment(order=order, reason="Account closed.", on=date(2026, 5, 14), by=people.maker)
    loan.refresh_from_db()
    tranche = loan.tranches.get(number=2)
    assert (tranche.state, loan.current_version, [row[0] for row in schedule(loan)]) == (
        "returned",
        4,
        [row[0] for row in before],
    )
    assert schedule(loan)[:3] == before[:3]
    kept.refresh_from_db()
    # May, and with what is more the interest of June and a part of its principal.
    assert (kept.interest_amount, kept.principal_amount) == (553 + 505, 7_942)
    assert owed(loan) == loan.principal_amount == 60_000 - 4731 - kept.principal_amount
    assert promised(loan) == (100_000, 60_000, "committed")
    with standing_at(date(2026, 5, 14)):
        assert tranches_to_pay(people.maker) == [tranche]
    assert list(faults()) == []


@pytest.mark.both
def test_a_first_tranche_that_comes_back_leaves_nothing_lent(lending):
    people = lending.people
    loan, order = pay_tranche(lending, signed_in_tranches(lending), 1)
    return_payment(order=order, reason="Account closed.", on=DAY, by=people.maker)
    loan.refresh_from_db()
    assert (loan.state, loan.principal_amount, owed(loan), promised(loan)) == (
        "signed",
        0,
        0,
        (100_000, 0, "committed"),
    )
    loan, _order = pay_tranche(lending, loan, 1, APRIL)
    # Paid out on the day of the first instalment: that one moves on a month.
    assert (loan.state, loan.first_due_on, loan.principal_amount) == ("active", MAY, 60_000)
    assert list(faults()) == []


@pytest.mark.both
def test_two_people_give_a_tranche_up_and_its_money_goes_back_to_the_line(lending):
    people = lending.people
    loan = active_in_tranches(lending, terms={"interest_only": True})
    # No principal falls due up to 27 May, the day planned for the last tranche.
    assert [row[1] for row in schedule(loan)][:3] == [0, 0, 5735]
    tranche = loan.tranches.get(number=2)
    asked = ask_to_give_up(tranche=tranche, reason="No need.", on=DAY, by=people.loan_officer)
    refused(NotAllowed, lambda: give_up_tranche(tranche=asked, on=DAY, by=people.loan_officer))
    refused(Blocked, lambda: shown(lending, asked))
    assert keep_tranche(tranche=asked, on=DAY, by=people.loan_officer).state == "planned"
    tranche.refresh_from_db()
    give_up(lending, tranche)
    loan.refresh_from_db()
    assert (promised(loan), loan.principal_amount, loan.current_version) == ((60_000, 60_000, "used"), 60_000, 3)
    assert [row[1] for row in schedule(loan)][:2] == [4731, 4778]
    refused(Blocked, lambda: give_up(lending, loan.tranches.get(number=2)))
    refused(Blocked, lambda: give_up(lending, loan.tranches.get(number=1)))
    assert list(faults()) == []


@pytest.mark.both
def test_before_the_first_is_paid_the_rest_can_be_given_up_but_not_all(lending):
    loan = signed_in_tranches(lending)
    give_up(lending, loan.tranches.get(number=2))
    loan.refresh_from_db()
    assert (promised(loan), sum(row[1] for row in schedule(loan))) == ((60_000, 0, "committed"), 60_000)
    promise = promised_on_line(lending.line)
    assert (promise.signed, promise.elsewhere, promise.total) == (60_000, 0, 60_000)
    refused(Blocked, lambda: give_up(lending, loan.tranches.get(number=1)), "Cancel the loan")
    cancel_loan(loan=loan, reason="Not needed.", on=DAY, by=lending.people.loan_officer)
    assert list(loan.tranches.values_list("state", flat=True)) == ["given_up", "given_up"]
    assert promised_on_line(lending.line).total == 0
    assert list(faults()) == []


def test_a_loan_is_not_over_while_a_tranche_is_open(lending):
    people = lending.people
    loan = active_in_tranches(lending)
    whole = sum(row[1] + row[2] for row in schedule(loan))
    refused(Blocked, lambda: repay(lending, loan, whole, on=MAY), "repay the whole loan", "Tranche 2")
    ends = {"decision_ref": "S-1", "reason": "Gone.", "on": MAY, "by": people.manager}
    with standing_at(MAY):
        refused(Blocked, lambda: write_off_loan(loan=loan, **ends), "Tranche 2")
        give_up(lending, loan.tranches.get(number=2), on=MAY)
    repay(lending, loan, whole, on=MAY)
    assert (loan.state, loan.principal_amount) == ("closed", 0)
    assert list(faults()) == []


@pytest.mark.both
def test_a_tranche_that_leaves_the_bank_when_the_last_instalment_is_due_is_not_booked(lending):
    loan = active_in_tranches(lending)
    last, people = loan.matures_on, lending.people
    with standing_at(date(2026, 4, 1)):
        order = order_of(lending, shown(lending, loan.tranches.get(number=2)))
    with standing_at(last):
        for day, said in ((last, "left the bank on"), (last - timedelta(days=1), "")):
            settle = {"order": order, "bank_reference": f"B-{day}", "on": day, "by": people.maker}
            if said:
                refused(Blocked, lambda given=settle: settle_payment(**given), said, "Have the bank send it back")
            else:
                settle_payment(**settle)
    loan.refresh_from_db()
    assert (loan.matures_on, loan.principal_amount) == (last, 100_000)
    assert list(faults()) == []


def test_another_rate_in_the_month_of_a_tranche_charges_each_amount_from_its_own_day(lending):
    loan = active_in_tranches(lending)
    repay(lending, loan, 5331, on=APRIL)
    loan, _order = pay_tranche(lending, loan, 2, date(2026, 4, 27))
    with standing_at(date(2026, 4, 27)):
        facts = {"decision_ref": "S-1", "reason": "Agreed.", "on": date(2026, 4, 27), "by": lending.people.manager}
        change_rate(loan=loan, annual_rate_pct=Decimal(24), **facts)
    loan.refresh_from_db()
    # 552.69 for 14 of 30 days at 12%, the day of the change at 24%, and 952.69 for the 15 days after it.
    assert schedule(loan)[1][0::2] == (MAY, 258 + 37 + 953)
    assert list(faults()) == []


def test_a_new_schedule_in_the_month_of_a_tranche_charges_each_amount_from_its_own_day(lending):
    loan = active_in_tranches(lending)
    repay(lending, loan, 5331, on=APRIL)
    on = date(2026, 4, 27)
    loan, _order = pay_tranche(lending, loan, 2, on)
    with standing_at(on):
        terms = {"instalments_number": 6, "first_due_on": MAY, "decision_ref": "S-1", "reason": "Hail."}
        reschedule_loan(loan=loan, **terms, on=on, by=lending.people.manager)
    loan.refresh_from_db()
    # 1% a month: 552.69 for 15 of 30 days, then 952.69 for 15.
    assert schedule(loan)[0][0::2] == (MAY, 276 + 476)
    assert list(faults()) == []


@pytest.mark.both
def test_verify_names_a_loan_whose_tranches_are_not_what_was_booked(lending):
    loan = active_in_tranches(lending)
    assert list(tranche_faults()) == []
    LoanTranche.objects.filter(loan=loan, number=1).update(amount=59_999)
    assert any(loan.ref in fault and "59999" in fault for fault in tranche_faults())
