"""Loans of a group that answers jointly: cents, dates, who may."""

from datetime import timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from applicants.models import Party, PartyMember
from applicants.services import add_evidence
from audit.refusals import Blocked, Invalid, NotAllowed
from config.proof import faults
from ledger.money import split
from loans.group_account import account_of, divide_paid, fallen_due, lines_of
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


def three_of_a_group(office):
    """An active loan of 300.00 whose first instalment of 26.65 is paid by three equal members; (loan, members, it)."""
    loan, members = group_loan(office, 30_000, 3)
    constitute(office, loan, dict.fromkeys(members, 10_000), members[0])
    sign_loan(loan=loan, first_due_on=FIRST_DUE, on=DAY, by=office.people.loan_officer)
    loan.refresh_from_db()
    loan = active_loan(office, loan=loan)
    return loan, members, repay(office, loan, 2665, FIRST_DUE)


def lines_on(loan, day):
    return [(line.share, line.due, line.paid, line.short) for line in account_of(loan, day)]


def test_who_leaves_a_loan_that_is_not_late_leaves_nobody_short(lending):
    loan, (ana, _bella, carine), _first = three_of_a_group(lending)
    officer, later = lending.people.loan_officer, FIRST_DUE + timedelta(days=3)
    with standing_at(later):
        leave_group(loan=loan, member=carine, reason="Moved.", on=later, by=officer)
        assert lines_on(loan, later) == [(15_000, 888, 888, 0), (15_000, 888, 888, 0), (0, 889, 889, 0)]
        assert lines_on(loan, FIRST_DUE) == [(10_000, 888, 888, 0), (10_000, 888, 888, 0), (10_000, 889, 889, 0)]
        with pytest.raises(Invalid, match=r"Ana Aghajanyan fell short by USD 0\.00"):
            claim_of_group(loan=loan, member=ana, amount=445, reason="By mistake.", on=later, by=officer)
    # The second instalment is the others'.
    second = loan.instalments.get(number=2).due_on
    assert lines_on(loan, second) == [(15_000, 2221, 888, 1333), (15_000, 2220, 888, 1332), (0, 889, 889, 0)]
    repay(lending, loan, 2665, second)
    assert lines_on(loan, second) == [(15_000, 2221, 2221, 0), (15_000, 2220, 2220, 0), (0, 889, 889, 0)]
    with standing_at(second):
        assert not list(faults())


def test_who_left_owing_is_claimed_of_and_later_payments_do_not_hide_it(lending):
    loan, (ana, bella, carine), first = three_of_a_group(lending)
    officer, later = lending.people.loan_officer, FIRST_DUE + timedelta(days=3)
    with standing_at(later):
        parts = [(ana, 1333), (bella, 1332)]
        type_member_payments(repayment=first, reason="Carine did not pay.", on=later, by=officer, amounts=parts)
        leave_group(loan=loan, member=carine, reason="Ran away.", on=later, by=officer)
        assert lines_on(loan, later) == [(15_000, 888, 1333, 0), (15_000, 888, 1332, 0), (0, 889, 0, 889)]
    second = loan.instalments.get(number=2).due_on
    repay(lending, loan, 2665, second)
    account = account_of(loan, second)
    assert [line.short for line in account] == [0, 0, 889]
    assert sum(line.due for line in account) == fallen_due(loan, second) == 5330
    with standing_at(second):
        claim = {"loan": loan, "member": carine, "reason": "The others paid.", "on": second, "by": officer}
        with pytest.raises(Invalid, match=r"fell short by USD 8\.89"):
            claim_of_group(**claim, amount=890)
        assert claim_of_group(**claim, amount=889).amount == 889
        assert [line.short for line in account_of(loan, second)] == [0, 0, 0]
        assert not list(faults())


def test_who_takes_a_share_over_is_not_short_while_the_group_is_ahead(lending):
    """Two instalments are paid when one is due. Carine leaves, and Ana alone takes her share over."""
    loan, (ana, _bella, carine), _first = three_of_a_group(lending)
    officer, later = lending.people.loan_officer, FIRST_DUE + timedelta(days=3)
    second = loan.instalments.get(number=2).due_on
    repay(lending, loan, 2665, FIRST_DUE + timedelta(days=1))
    with standing_at(later):
        leave_group(loan=loan, member=carine, reason="Moved.", on=later, by=officer, takers=[(ana, 10_000)])
    # Carine's 8.89 meet the first of 26.65. Ana owes 11.84 of the rest and paid 8.88 ahead, Bella 5.92 of her 8.88.
    assert lines_on(loan, second) == [(10_000, 1480, 1776, 0), (20_000, 2072, 1776, 0), (0, 1778, 1778, 0)]
    account = {line.member: line for line in account_of(loan, second)}
    assert account[ana].covered == 296
    with standing_at(second):
        with pytest.raises(Invalid, match=r"fell short by USD 0\.00"):
            claim_of_group(loan=loan, member=ana, amount=296, reason="By mistake.", on=second, by=officer)
        assert not list(faults())
    # The next instalment makes it even: Ana owes two thirds of it, and what Bella had covered.
    third = loan.instalments.get(number=3).due_on
    assert [line.short for line in account_of(loan, third)] == [888 - 296, 1777 + 296, 0]


@pytest.mark.django_db(databases=[])
@given(
    st.lists(st.integers(10_000, 50_000), min_size=3, max_size=6),
    st.lists(st.tuples(st.integers(0, 99), st.booleans(), st.integers(1_000, 20_000)), max_size=25),
    st.integers(1, 99),
    st.lists(st.integers(0, 9), min_size=5, max_size=5),
)
@example([10_000] * 3, [(0, False, 3_000), (2, True, 3_000)], 1, [1, 0, 0, 0, 0])
def test_the_accounts_add_up_and_a_loan_that_is_not_late_has_no_member_short(shares, moves, leaves, wanted):
    """Days 0 to 99: amounts fall due (True) or are paid, late or ahead; the last member leaves on a day, and the others
    take the share over as they want. Nothing is typed."""
    gone = len(shares) - 1
    taken = split(shares[gone], wanted[:gone] if any(wanted[:gone]) else shares[:gone])
    rows = [GroupShare(member_id=pk, amount=share, since=0, until=leaves) for pk, share in enumerate(shares)]
    rows += [GroupShare(member_id=pk, amount=shares[pk] + taken[pk], since=leaves) for pk in range(gone)]
    paid, fallen, owed_by_who_left, late_then = [], [], None, 0
    for day, falls_due, amount in sorted(moves):
        late = sum(due for _day, due in fallen) - sum(row[2] for row in paid)
        if day < leaves:
            late_then = late
        if falls_due:
            fallen.append((day, amount))
        else:
            # Every other payment brings the loan up to date to the cent.
            amount = late if late > 0 and amount % 2 else amount
            account = [line for line in lines_of(rows, fallen, paid, (), day) if line.share]
            parts = divide_paid(account, amount)
            assert sum(parts) == amount
            assert min(parts) >= 0
            paid += [(day, line.member, part, False) for line, part in zip(account, parts, strict=True)]
        late = sum(due for _day, due in fallen) - sum(row[2] for row in paid)
        if day < leaves:
            late_then = late
        account = {line.member: line for line in lines_of(rows, fallen, paid, (), day)}
        assert sum(line.due - line.paid for line in account.values()) == late
        if late <= 0:
            assert not any(line.short for line in account.values() if line.share)
        if day >= leaves:
            assert owed_by_who_left in (None, account[gone].short)
            owed_by_who_left = account[gone].short
            assert not (late_then <= 0 and owed_by_who_left)
