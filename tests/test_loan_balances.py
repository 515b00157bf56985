"""Balances confirmed with borrowers: who is drawn, who may ask, and what becomes of a difference."""

import hashlib

import pytest
from django.urls import reverse

from audit.refusals import Blocked, Invalid, NotAllowed
from config.proof import faults
from loans.models import BalanceCheck
from loans.services import answer_balance, draw_balances, settle_balance, waive
from programmes.clock import standing_at
from tests.office import DAY, make_user, seat
from tests.steps_loans import FIRST_DUE, active_loan

pytestmark = pytest.mark.django_db


@pytest.fixture
def lent(lending):
    lending.loans = [active_loan(lending, bank_reference=f"OUT-{number}") for number in range(3)]
    return lending


def sampled(office, size=2, by=None):
    return draw_balances(programme=office.programme, size=size, on=DAY, by=by or office.people.monitor)


def test_a_seed_that_nobody_chose_draws_the_loans_and_the_loan_team_does_not(lent):
    people = lent.people
    for who in (people.loan_officer, people.maker, people.adviser, people.donor):
        with pytest.raises(NotAllowed):
            sampled(lent, by=who)
    seat(people.monitor, lent.programme, "loan_officer")
    with pytest.raises(NotAllowed, match="outside the loan team"):
        sampled(lent)
    other = make_user("Nune Abrahamyan", "ME-2")
    seat(other, lent.programme, "monitoring")
    for size in (0, 501):
        with pytest.raises(Invalid):
            sampled(lent, size=size, by=other)
    sample = sampled(lent, by=other)
    every = sorted(loan.ref for loan in lent.loans)
    digest = {ref: hashlib.sha256(f"{sample.seed}:{ref}".encode()).digest() for ref in every}
    assert [check.loan.ref for check in sample.checks.all()] == sorted(every, key=digest.get)[:2]
    assert (len(sample.seed), sample.drawn_from, sample.checks.first().principal_amount) == (16, every, 100_000)
    # Whoever could draw until it suits would choose: the sample is asked first, and the next seed is another one.
    with pytest.raises(Blocked, match=r"Nobody of the sample of 12\.03\.2026 was asked yet"):
        sampled(lent, by=other)
    answer_balance(check=sample.checks.first(), answer="agrees", on=DAY, by=other)
    assert sampled(lent, by=other).seed != sample.seed
    assert list(faults()) == []
    sample.checks.filter(number=1).update(number=9)
    assert f"loans_balancesample {sample.pk} does not hold the loans that its seed draws" in list(faults())


def test_who_had_a_hand_in_a_loan_does_not_ask_its_borrower(lent):
    """A waiver of another loan leaves the manager free; one of this loan does not, nor money entered in its name."""
    people, late = lent.people, FIRST_DUE
    first, second, _third = sampled(lent, size=3).checks.all()
    with standing_at(late):
        given = {"component": "interest", "amount": 100, "decision_ref": "S-1", "reason": "Hail.", "on": late}
        waive(loan=first.loan, by=people.manager, **given)
        with pytest.raises(NotAllowed, match="who had no hand in this loan"):
            answer_balance(check=first, answer="agrees", on=late, by=people.manager)
        assert answer_balance(check=second, answer="agrees", on=late, by=people.manager).asked_by == people.manager
        assert answer_balance(check=first, answer="agrees", on=late, by=people.monitor).asked_by == people.monitor


def test_a_difference_waits_until_a_manager_who_did_not_ask_explains_it(lent):
    people, (first, second, third) = lent.people, sampled(lent, size=3).checks.all()
    given = {"on": DAY, "by": people.monitor}
    with pytest.raises(Invalid, match="Enter the amount"):
        answer_balance(check=first, answer="differs", **given)
    with pytest.raises(Invalid, match="choose “Agrees”"):
        answer_balance(check=first, answer="differs", said_amount=100_000, **given)
    with pytest.raises(NotAllowed):
        answer_balance(check=first, answer="agrees", on=DAY, by=people.loan_officer)
    answer_balance(check=first, answer="differs", said_amount=90_000, note="Paid the officer.", **given)
    answer_balance(check=second, answer="agrees", **given)
    with pytest.raises(Blocked, match="answered already"):
        answer_balance(check=second, answer="unknown", **given)
    answer_balance(check=third, answer="unknown", on=DAY, by=people.manager)
    assert list(BalanceCheck.objects.in_question()) == [first, third]
    # Neither who asked nor somebody who is no manager; a manager who asked leaves it to another one.
    for check, who in ((first, people.monitor), (first, people.loan_officer), (third, people.manager)):
        with pytest.raises(NotAllowed):
            settle_balance(check=check, settlement="An error.", on=DAY, by=who)
    with pytest.raises(Invalid, match="Say what"):
        settle_balance(check=first, settlement=" ", on=DAY, by=people.manager)
    settle_balance(check=first, settlement="Cash that was not handed in.", on=DAY, by=people.manager)
    with pytest.raises(Blocked, match="No difference waits"):
        settle_balance(check=second, settlement="x", on=DAY, by=people.manager)
    assert list(BalanceCheck.objects.in_question()) == [third]
    assert list(faults()) == []


def test_the_pages_lead_from_the_draw_to_the_explanation(lent, client, visit):
    people = lent.people
    draw = reverse("loans:draw_balances")
    assert "A seed that nobody chooses decides" in visit(people.monitor, draw).text
    visit(people.monitor, draw, {"size": "0", "key": "k"}, status=400)
    visit(people.monitor, draw, {"size": "2", "key": "k"})
    sample = lent.programme.balance_samples.get()
    answer = client.get(reverse("loans:balance_list", args=[sample.pk]))
    assert answer.content[:5] == b"%PDF-"
    rows = "".join(part.decode() for part in client.get(f"{sample.get_absolute_url()}?format=csv").streaming_content)
    (digest, ref), last = sample.ranked[0], sample.ranked[2]
    assert rows.splitlines()[1:] == [
        f"1,{ref},{digest},drawn",
        f"2,{sample.ranked[1][1]},{sample.ranked[1][0]},drawn",
        f"3,{last[1]},{last[0]},",
    ]
    check = sample.checks.first()
    page = reverse("loans:balance_check", args=[check.pk])
    sent = {"answer": "differs", "said_amount": "900", "on": "12.03.2026", "note": "", "key": "a"}
    visit(people.monitor, page, {**sent, "said_amount": "x"}, status=400)
    visit(people.monitor, page, sent)
    waiting = visit(people.manager, reverse("loans:balances")).text
    assert "Differences to explain" in waiting
    assert "USD 900.00" in waiting
    visit(people.manager, page, {"settlement": "Found.", "key": "s"})
    assert "Found." in visit(people.monitor, sample.get_absolute_url()).text
    for who in (people.loan_officer, people.adviser):
        for url in (draw, sample.get_absolute_url(), page, reverse("loans:balances")):
            visit(who, url, status=403)
