"""Late borrowers are called and visited; what they promise is held against what they pay."""

from datetime import date

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from audit.models import Event
from audit.refusals import Blocked, Invalid, NotAllowed
from loans.checks import arrears_faults
from loans.contacts import contacts_of, promise_words
from loans.models import LoanContact
from loans.queues import queue_for
from loans.services import record_contact, reverse_repayment
from programmes.clock import standing_at
from tests.office import DAY
from tests.steps_loans import active_loan, repay, signed_loan

CALLED, PROMISED = date(2026, 5, 20), date(2026, 5, 25)


@pytest.fixture
def late(lending):
    """1,000.00 in twelve instalments of 88.85 from 12 April; on 20 May nothing is paid, and it is called."""
    loan = active_loan(lending)
    loan.borrower.phone = "+374 91 123456"
    loan.borrower.save()
    with standing_at(CALLED):
        yield loan


def call(loan, by, **facts):
    facts = {"kind": "call", "result": "promised", "promised_on": PROMISED, "promised_amount": 10_000, **facts}
    return record_contact(loan=loan, on=CALLED, by=by, **facts)


def states(loan, *days):
    return [contacts_of(loan, day).get().promise(day) for day in days]


def test_a_promise_is_kept_by_money_from_the_talk_to_the_promised_day_and_not_by_other_money(lending, late):
    """100.00 promised on the 20th by the 25th: 99.99 by then leave it broken, the last cent keeps it."""
    officer = lending.people.loan_officer
    repay(lending, late, 500, date(2026, 5, 19))
    contact = call(late, officer, note=" Sells the calf on Saturday. ")
    assert contact.note == "Sells the calf on Saturday."
    assert states(late, CALLED, PROMISED, date(2026, 5, 26)) == ["open", "open", "broken"]
    repay(lending, late, 4000, date(2026, 5, 20))
    first = repay(lending, late, 5999, PROMISED)
    assert states(late, PROMISED, date(2026, 5, 26)) == ["open", "broken"]
    repay(lending, late, 1, PROMISED)
    assert states(late, date(2026, 5, 24), PROMISED, date(2026, 5, 26)) == ["open", "kept", "kept"]
    with standing_at(date(2026, 5, 26)):
        reverse_repayment(repayment=first, reason="Another's money.", on=date(2026, 5, 26), by=officer)
    repay(lending, late, 5999, date(2026, 5, 26))
    assert states(late, date(2026, 5, 27)) == ["broken"]
    said = promise_words(contacts_of(late, date(2026, 5, 27)).get(), date(2026, 5, 27), "USD")
    assert said == "USD 100.00 by 25.05.2026: broken"


def test_what_makes_no_sense_is_refused_with_a_sentence_and_nothing_is_written(lending, late):
    officer = lending.people.loan_officer
    for facts, words in (
        ({"promised_on": None}, "Enter the day"),
        ({"promised_amount": 0}, "Enter how much"),
        ({"promised_amount": -1}, "Enter how much"),
        ({"promised_on": date(2026, 5, 19)}, "A promise lies on the day"),
        ({"result": "reached"}, "belong to a promise"),
        ({"kind": "dream"}, "Choose how you spoke"),
        ({"result": "dream"}, "Choose what came of it"),
        ({"next_on": PROMISED}, "Choose what will be done"),
        ({"next_step": "visit", "next_on": date(2026, 5, 19)}, "lies after this contact"),
        ({"note": "x" * 1001}, "Keep the note under 1000"),
    ):
        with pytest.raises(Invalid, match=words):
            call(late, officer, **facts)
    with pytest.raises(NotAllowed):
        call(late, lending.people.monitor)
    with standing_at(DAY):
        waiting = signed_loan(lending)
    with pytest.raises(Blocked, match="Nothing is owed"):
        call(waiting, officer)
    assert not LoanContact.objects.exists()
    early = LoanContact.objects.create(loan=late, on=date(2026, 1, 1), by=officer, result="reached")
    assert list(arrears_faults()) == [f"loans_loancontact {early.pk} is dated before the loan was paid out"]
    row = {"loan": late, "on": CALLED, "by": officer, "result": "reached", "promised_amount": 5}
    with pytest.raises(IntegrityError), transaction.atomic():
        LoanContact.objects.create(**row)


def test_the_work_list_says_whom_to_ask_how_and_what_came_of_the_last_time(lending, late, client):
    people = lending.people
    client.force_login(people.loan_officer)
    page = reverse("loans:contacts", args=[late.ref])
    form = {"key": "k-1", "kind": "call", "on": "20.05.2026", "result": "promised", "note": "<b>Saturday</b>"}
    form |= {"promised_amount": "100.00", "promised_on": "25.05.2026", "next_step": "visit", "next_on": "26.05.2026"}
    assert client.post(page, {**form, "promised_amount": ""}).status_code == 400
    for _press in range(2):
        assert client.post(page, form).status_code == 302
    assert LoanContact.objects.count() == 1
    body = Event.objects.get(kind="loan.contact").body
    assert ('"promised":10000' in body, "Saturday" in body) == (True, False)
    listed = client.get(reverse("loans:arrears")).content.decode()
    for words in ("+374 91 123456", "USD 100.00 by 25.05.2026: open", "Visit on 26.05.2026", "20.05.2026", page):
        assert words in listed
    assert late.ref not in client.get(reverse("loans:arrears"), {"step": "due"}).content.decode()
    with standing_at(date(2026, 5, 26)):
        due = client.get(reverse("loans:arrears"), {"step": "due", "format": "csv"}).getvalue().decode()
        assert "broken" in due
        todo = [item.why for item in queue_for(people.loan_officer)]
        assert "1 call or visit is due" in todo
        assert late.ref in due
    said = client.get(late.get_absolute_url()).content.decode()
    assert "&lt;b&gt;Saturday&lt;/b&gt;" in said
    client.force_login(people.monitor)
    assert client.get(page).status_code == 403
    assert "Saturday" not in client.get(late.get_absolute_url()).content.decode()
    client.force_login(people.member1)
    assert client.get(page).status_code == 404
