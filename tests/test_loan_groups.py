"""Loans of a group that answers jointly: cents, dates, who may."""

from datetime import date, timedelta

import pytest

from applicants.models import Party, PartyMember
from applicants.services import add_evidence
from audit.refusals import Blocked, Invalid, NotAllowed
from config.proof import faults
from loans.group_account import account_of
from loans.models import GroupShare
from loans.services import (
    claim_of_group,
    constitute_group,
    leave_group,
    settle_claim,
    sign_loan,
    type_member_payments,
)
from programmes.clock import standing_at, today
from tests.office import DAY
from tests.steps_applicants import registered_person
from tests.steps_loans import FIRST_DUE, active_loan, approved_loan, repay
from tests.steps_payments import screened

pytestmark = [pytest.mark.django_db, pytest.mark.once]
NAMES = ("Ana Aghajanyan", "Bella Baghdasaryan", "Carine Chobanyan", "Diana Danielyan")


def act_of(office, loan):
    return add_evidence(
        programme=office.programme,
        case_ref=loan.ref,
        purpose="act",
        content=b"We answer jointly.",
        name="act.txt",
        on=today(office.programme),
        by=office.people.loan_officer,
    )


def group_loan(office, amount, number=4):
    """An approved loan whose borrower is a group of so many members; (loan, members)."""
    loan = approved_loan(office, amount=amount)
    members = [registered_person(office, name, birth_year=1970 + at) for at, name in enumerate(NAMES[:number])]
    Party.objects.filter(pk=loan.borrower_id).update(kind="group")
    PartyMember.objects.bulk_create([PartyMember(party=loan.borrower, person=member) for member in members])
    loan.borrower.refresh_from_db()
    screened(office, loan.borrower, loan.business)
    return loan, members


def constitute(office, loan, shares, leader, **facts):
    given = {"constituted_on": DAY, "act": act_of(office, loan), "on": DAY, "by": office.people.loan_officer, **facts}
    return constitute_group(loan=loan, leader=leader, shares=shares.items(), **given)


def shares_on(loan, day):
    return list(GroupShare.objects.filter(loan=loan).in_force(day).order_by("member").values_list("amount", flat=True))


def test_a_group_signs_with_its_act_and_shares_that_add_up_to_the_cent(lending):
    loan, (ana, bella, carine, diana) = group_loan(lending, 40_004)
    officer = lending.people.loan_officer
    sign = {"loan": loan, "first_due_on": FIRST_DUE, "on": DAY, "by": officer}
    with pytest.raises(Blocked, match="has not handed in its act"):
        sign_loan(**sign)
    whole = {ana: 10_001, bella: 10_001, carine: 10_001, diana: 10_001}
    for wrong, said in (
        ({**whole, diana: 10_000}, r"add up to USD 400\.03"),
        ({**whole, diana: 10_002}, r"add up to USD 400\.05"),
        ({**whole, diana: 10_002, carine: 10_000, registered_person(lending, "Eva"): 0, bella: -1}, "more than zero"),
        ({ana: 40_004}, "two members"),
    ):
        with pytest.raises(Invalid, match=said):
            constitute(lending, loan, wrong, ana)
    with pytest.raises(Invalid, match="leader is one of"):
        constitute(lending, loan, {ana: 20_002, bella: 20_002}, diana)
    with pytest.raises(NotAllowed):
        constitute(lending, loan, whole, ana, by=lending.people.adviser)
    constitute(lending, loan, whole, ana)
    loan = active_loan(lending, loan=sign_loan(**sign))
    # The one who leaves had 100.01: three equal members take 33.34, 33.34 and 33.33 over.
    later = DAY + timedelta(days=1)
    with standing_at(later):
        given = {"loan": loan, "member": ana, "reason": "Moved.", "on": later, "by": officer}
        with pytest.raises(Invalid, match="new leader"):
            leave_group(**given)
        with pytest.raises(Invalid, match="is not the share"):
            leave_group(**given, leader=bella, takers=[(bella, 10_000)])
        assert leave_group(**given, leader=bella).leader == bella
        with pytest.raises(Invalid, match="has no share"):
            leave_group(**{**given, "on": later})
        assert (shares_on(loan, DAY), shares_on(loan, later)) == ([10_001] * 4, [13_335, 13_335, 13_334])
        assert not list(faults())
    GroupShare.objects.filter(member=diana, until=None).update(amount=13_333)
    assert any("add up to 40003" in line for line in faults())


def test_a_repayment_counts_for_each_member_and_a_shortfall_is_claimed_within_the_group(lending):
    loan, (ana, bella, carine) = group_loan(lending, 30_000, 3)
    officer = lending.people.loan_officer
    constitute(lending, loan, {ana: 15_000, bella: 7_500, carine: 7_500}, ana)
    sign_loan(loan=loan, first_due_on=FIRST_DUE, on=DAY, by=officer)
    loan.refresh_from_db()
    loan = active_loan(lending, loan=loan)
    due = loan.instalments.get(number=1).due_amount
    assert due == 2665
    first = repay(lending, loan, due, FIRST_DUE)
    assert list(first.member_payments.order_by("pk").values_list("amount", flat=True)) == [1333, 666, 666]
    with standing_at(FIRST_DUE):
        typed = {"repayment": first, "reason": "Carine was away.", "on": FIRST_DUE, "by": officer}
        with pytest.raises(Invalid, match=r"add up to USD 26\.64"):
            type_member_payments(**typed, amounts=[(ana, 1998), (bella, 666)])
        type_member_payments(**typed, amounts=[(ana, 1999), (bella, 666)])
        assert [line.short for line in account_of(loan, FIRST_DUE)] == [0, 0, 666]
        claim = {"loan": loan, "member": carine, "reason": "Ana paid for her.", "on": FIRST_DUE, "by": officer}
        with pytest.raises(Invalid, match=r"fell short by USD 6\.66"):
            claim_of_group(**claim, amount=667)
        claimed = claim_of_group(**claim, amount=666)
        with pytest.raises(Invalid, match=r"fell short by USD 0\.00"):
            claim_of_group(**claim, amount=1)
        settle_claim(claim=claimed, on=FIRST_DUE, by=officer)
        with pytest.raises(Blocked, match="settled already"):
            settle_claim(claim=claimed, on=FIRST_DUE, by=officer)
        assert not list(faults())
    first.member_payments.filter(member=bella).update(amount=665)
    with standing_at(FIRST_DUE):
        assert any("its members brought 2664" in line for line in faults())


def test_who_leaves_still_owes_what_fell_due_before_and_the_others_nothing_of_it(lending):
    """26.65 fell due on three equal members and came; then Carine leaves, and it turns out that she had not paid."""
    loan, (ana, bella, carine) = group_loan(lending, 30_000, 3)
    officer = lending.people.loan_officer
    constitute(lending, loan, dict.fromkeys((ana, bella, carine), 10_000), ana)
    sign_loan(loan=loan, first_due_on=FIRST_DUE, on=DAY, by=officer)
    loan.refresh_from_db()
    loan = active_loan(lending, loan=loan)
    first, later, second = repay(lending, loan, 2665, FIRST_DUE), FIRST_DUE + timedelta(days=3), date(2026, 5, 12)

    def told(on):
        return [(line.member, line.share, line.due, line.paid, line.short) for line in account_of(loan, on)]

    with standing_at(later):
        leave_group(loan=loan, member=carine, reason="Moved.", on=later, by=officer)
        paid = [(ana, 15_000, 888, 888, 0), (bella, 15_000, 888, 888, 0), (carine, 0, 889, 889, 0)]
        assert told(later) == paid
        claim = {"loan": loan, "reason": "The others paid for her.", "on": later, "by": officer}
        with pytest.raises(Invalid, match=r"fell short by USD 0\.00"):
            claim_of_group(**claim, member=ana, amount=1)
        typed = {"repayment": first, "reason": "She had not paid.", "on": later, "by": officer}
        type_member_payments(**typed, amounts=[(ana, 1333), (bella, 1332)])
        assert told(later)[2] == (carine, 0, 889, 0, 889)
        assert claim_of_group(**claim, member=carine, amount=889).amount == 889
        assert [row[4] for row in told(later)] == [0, 0, 0]
        assert not list(faults())
    # The second instalment is the others' alone, and so is the money that pays it.
    again = repay(lending, loan, 2665, second)
    assert [line.due for line in account_of(loan, second)] == [888 + 1333, 888 + 1332, 889]
    assert list(again.member_payments.values_list("member", "amount")) == [(ana.pk, 1333), (bella.pk, 1332)]
