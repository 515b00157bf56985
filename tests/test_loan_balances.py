"""Balances confirmed with borrowers: who is drawn, who may ask, and what becomes of a difference."""

import hashlib

import pytest
from django.urls import reverse

from audit.refusals import Blocked, Invalid, NotAllowed
from config.proof import faults
from loans.models import BalanceCheck
from loans.services import answer_balance, draw_balances, settle_balance
from tests.office import DAY, make_user, seat
from tests.steps_loans import active_loan

pytestmark = pytest.mark.django_db


@pytest.fixture
def lent(lending):
    lending.loans = [active_loan(lending, bank_reference=f"OUT-{number}") for number in range(3)]
    return lending


def sampled(office, size=2, seed="lilac", by=None):
    return draw_balances(programme=office.programme, size=size, seed=seed, on=DAY, by=by or office.people.monitor)


def test_the_seed_alone_draws_the_loans_and_the_loan_team_does_not(lent):
    people = lent.people
    for who in (people.loan_officer, people.maker, people.adviser, people.donor):
        with pytest.raises(NotAllowed):
            sampled(lent, by=who)
    seat(people.monitor, lent.programme, "loan_officer")
    with pytest.raises(NotAllowed, match="outside the loan team"):
        sampled(lent)
    other = make_user("Nune Abrahamyan", "ME-2")
    seat(other, lent.programme, "monitoring")
    sample = sampled(lent, by=other)
    refs = sorted((loan.ref for loan in lent.loans), key=lambda ref: hashlib.sha256(f"lilac:{ref}".encode()).digest())
    assert [check.loan.ref for check in sample.checks.all()] == refs[:2]
    assert (sample.population, sample.checks.first().principal_amount) == (3, 100_000)
    for size, seed in ((0, "x"), (501, "x"), (2, " "), (2, "x" * 41)):
        with pytest.raises(Invalid):
            sampled(lent, size=size, seed=seed, by=other)


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
    assert "The seed alone decides" in visit(people.monitor, draw).text
    visit(people.monitor, draw, {"size": "0", "seed": "a", "key": "k"}, status=400)
    visit(people.monitor, draw, {"size": "2", "seed": "a", "key": "k"})
    sample = lent.programme.balance_samples.get()
    answer = client.get(reverse("loans:balance_list", args=[sample.pk]))
    assert answer.content[:5] == b"%PDF-"
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
