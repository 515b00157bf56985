"""The pages of loans: who sees what, what they say, and that looking changes nothing."""

import csv
import io
from datetime import date

import pytest
from django.urls import reverse
from pypdf import PdfReader

from audit.models import Event
from loans.models import Loan
from loans.queues import queue_for, search_for
from loans.services import sign_loan
from payments.models import PaymentOrder
from payments.services import confirm_account, enter_account, settle_payment
from payments.sources import sources_for
from programmes.clock import standing_at, today
from tests.markup import filled
from tests.office import DAY, grant_office
from tests.steps_loans import account_of, active_loan, approved_loan, repay, sent_order, signed_loan

# Every page is opened on PostgreSQL in tests/test_urls.py.
pytestmark = pytest.mark.once

NAME = '=HYPERLINK("x") Smith & Sons <Ltd>'


def page(client, user, url, **query):
    client.force_login(user)
    return client.get(url, query)


@pytest.fixture
def active(lending):
    return active_loan(lending)


def urls(loan):
    named = ("loan", "terms", "waive", "pay", "refund", "contract", "repay")
    found = [reverse(f"loans:{name}", args=[loan.ref]) for name in named]
    kinds = ("reschedule", "write_off", "forgive")
    asking = [reverse("loans:ask_relief", args=[loan.ref, kind]) for kind in kinds]
    return [*found, reverse("loans:move", args=[loan.ref, "sign"]), *asking]


def test_another_programmes_loan_is_not_there(lending, active, client):
    stranger = grant_office().people
    for user in (stranger.manager, stranger.maker, lending.people.donor, lending.people.member1):
        client.force_login(user)
        assert {client.get(url).status_code for url in urls(active)} == {404}
        assert client.get(reverse("loans:fund", args=[lending.line.key])).status_code == 404


def test_nobody_sees_loans_without_signing_in(active, client):
    lists = [reverse(f"loans:{name}") for name in ("loans", "arrears", "collections", "portfolio", "funds")]
    assert {client.get(url).status_code for url in [*urls(active), *lists]} == {302}


def test_the_loan_page_shows_schedule_money_and_what_can_be_done(lending, active, client):
    repay(lending, active, 8885, date(2026, 4, 12), reference="line 88")
    repay(lending, active, 4000, date(2026, 5, 14))
    with standing_at(date(2026, 5, 20)):
        said = page(client, lending.people.loan_officer, active.get_absolute_url()).content.decode()
    for words in (
        "Paid",
        "on 12.04.2026",
        "8 days late",
        "USD\u00a040.00 paid",
        "of 1,000.00 lent on 12 March 2026",
        "Repayment, instalment 1",
        "line 88",
        "1,066.19",
        "Record a repayment",
    ):
        assert words.replace("\u00a0", " ") in said.replace("\u00a0", " "), words
    assert "New schedule" not in said


def test_looking_changes_nothing(lending, active, client):
    before = Event.objects.count()
    client.force_login(lending.people.manager)
    for url in urls(active)[:5] + urls(active)[6:]:
        assert client.get(url).status_code in (200, 403, 409), url
    assert Event.objects.count() == before


def test_a_contract_is_signed_on_its_page(lending, client):
    loan = approved_loan(lending)
    client.force_login(lending.people.loan_officer)
    url = reverse("loans:move", args=[loan.ref, "sign"])
    form = client.get(url).context["form"]
    sent = {"first_due_on": "12.04.2026", "version": form["version"].value(), "key": form["key"].value()}
    assert client.post(url, {**sent, "first_due_on": "30.02.2026"}).status_code == 400
    assert client.post(url, {**sent, "version": 99}).status_code == 409
    answer = client.post(url, sent)
    assert (answer.status_code, answer["Location"]) == (302, loan.get_absolute_url())
    assert client.post(url, sent).status_code == 409
    loan.refresh_from_db()
    assert loan.state == "signed"
    assert page(client, lending.people.adviser, url).status_code == 409


def test_a_repayment_is_shown_in_its_parts_before_it_is_recorded(lending, active, client):
    client.force_login(lending.people.loan_officer)
    url = reverse("loans:repay", args=[active.ref])
    with standing_at(date(2026, 4, 12)):
        form = client.get(url).context["form"]
        assert form["amount"].value() == 8885
        sent = {
            "amount": "88.85",
            "on": "12.04.2026",
            "means": "mobile",
            "key": form["key"].value(),
            "reference": "R-7",
        }
        shown = client.post(url, sent).content.decode()
        assert "78.85" in shown
        assert "10.00" in shown
        assert not active.repayments.exists()
        for _press in range(2):
            assert client.post(url, {**sent, "record": "1"}).status_code == 302
        assert active.repayments.get().reference == "R-7"
        assert client.post(url, {**sent, "amount": "88.86", "record": "1"}).status_code == 422
        wrong = [("0", "above zero"), ("-5", "above zero"), ("88.855", "2 decimals"), ("ten", "not an amount")]
        for amount, words in wrong:
            answer = client.post(url, {**sent, "amount": amount, "record": "1"})
            assert (answer.status_code, words in answer.content.decode()) == (400, True)
        late = client.post(url, {**sent, "on": "13.04.2026", "key": "other", "record": "1"})
        assert (late.status_code, "lies in the future" in late.content.decode()) == (400, True)


def test_more_than_is_owed_is_recorded_only_when_it_is_confirmed(lending, active, client):
    client.force_login(lending.people.loan_officer)
    url = reverse("loans:repay", args=[active.ref])
    with standing_at(date(2026, 4, 12)):
        sent = {"amount": "5,000", "on": "12.04.2026", "means": "cash", "key": "k-1", "record": "1"}
        asked = client.post(url, sent)
        said = asked.content.decode().replace("\u00a0", " ")
        assert asked.status_code == 200
        assert "USD 1,066.19 is owed, and USD 3,933.81 would be an overpayment" in said
        assert client.post(url, {**sent, "over": "393380"}).status_code == 200
        assert not active.repayments.exists()
        for _press in range(2):
            assert client.post(url, {**sent, "over": str(asked.context["over"])}).status_code == 302
    assert [(row.amount, row.overpaid_amount) for row in active.repayments.all()] == [(500_000, 393_381)]


def test_the_same_amount_of_the_same_day_is_recorded_again_only_when_it_is_confirmed(lending, active, client):
    signed = signed_loan(lending)
    repay(lending, active, 8885, date(2026, 4, 12))
    client.force_login(lending.people.loan_officer)
    url = reverse("loans:repay", args=[active.ref])
    with standing_at(date(2026, 4, 12)):
        sent = {"amount": "88.85", "on": "12.04.2026", "means": "cash", "key": "k-1", "record": "1"}
        asked = client.post(url, sent)
        said = asked.content.decode().replace("\u00a0", " ")
        assert "USD 88.85 of 12 April 2026 is recorded for this loan already." in said
        assert active.repayments.count() == 1
        assert client.post(url, {**sent, "again": "1"}).status_code == 302
        assert client.post(url, {**sent, "amount": "88.84", "key": "k-2"}).status_code == 302
        assert client.get(reverse("loans:repay", args=[signed.ref])).status_code == 409
    assert list(active.repayments.values_list("amount", flat=True)) == [8885, 8885, 8884]


def test_a_sheet_with_more_than_is_owed_is_confirmed_and_all_that_is_owed_is_not_more(lending, client):
    loans = [active_loan(lending, bank_reference=f"B-{number}") for number in (1, 2)]
    client.force_login(lending.people.loan_officer)
    url = reverse("loans:collections")
    with standing_at(date(2026, 4, 12)):
        sent = {"on": "12.04.2026", "means": "cash", "key": "k-1", "counted_amount": "2,132.39"}
        sent |= {f"amount_{loans[0].pk}": "1,066.19", f"amount_{loans[1].pk}": "1,066.20"}
        asked = client.post(url, sent)
        assert (asked.status_code, asked.context["over"]) == (200, [(loans[1], 106_619, 1)])
        assert [loan.repayments.count() for loan in loans] == [0, 0]
        for _press in range(2):
            assert client.post(url, {**sent, "over": asked.context["confirmed"]}).status_code == 302
    assert [loan.repayments.get().overpaid_amount for loan in loans] == [0, 1]


def test_a_repayment_is_reversed_on_its_page(lending, active, client):
    repayment = repay(lending, active, 8885)
    client.force_login(lending.people.maker)
    url = reverse("loans:reverse", args=[active.ref, repayment.pk])
    key = client.get(url).context["form"]["key"].value()
    assert client.post(url, {"on": "12.03.2026", "reason": "", "key": key}).status_code == 400
    assert client.post(url, {"on": "12.03.2026", "reason": "Not hers.", "key": key}).status_code == 302
    said = client.get(active.get_absolute_url()).content.decode()
    assert "sb-struck" in said
    assert "“Not hers.”" in said


def test_the_sheet_records_what_is_filled_in(lending, client):
    loans = [active_loan(lending, bank_reference=f"B-{number}") for number in (1, 2)]
    client.force_login(lending.people.loan_officer)
    url = reverse("loans:collections")
    with standing_at(date(2026, 4, 12)):
        form = client.get(url).context["form"]
        assert [loan.pk for loan in form.loans] == [loan.pk for loan in loans]
        sent = {"on": "12.04.2026", "means": "mobile", "key": form["key"].value()}
        sent |= {f"amount_{loans[0].pk}": "88.85", f"reference_{loans[0].pk}": "R-1", f"amount_{loans[1].pk}": ""}
        for _press in range(2):
            assert client.post(url, sent).status_code == 302
        assert [loan.repayments.count() for loan in loans] == [1, 0]
        wrong = client.post(url, {**sent, f"amount_{loans[1].pk}": "x", "key": "other"})
        assert wrong.status_code == 400
        empty = client.post(url, {"on": "12.04.2026", "means": "mobile", "key": "third", f"amount_{loans[0].pk}": ""})
        assert (empty.status_code, "The sheet is empty" in empty.content.decode()) == (400, True)
        assert client.get(url, {"q": loans[1].ref}).context["form"].loans == [loans[1]]


def test_the_lists_and_their_files_say_the_same(lending, client):
    loan = active_loan(lending)
    loan.borrower.name = NAME
    loan.borrower.save()
    signed_loan(lending)
    officer = lending.people.loan_officer
    with standing_at(date(2026, 5, 20)):
        late = page(client, officer, reverse("loans:arrears"))
        assert "38 days" in late.content.decode() or "38" in late.content.decode()
        assert "&lt;Ltd&gt;" in late.content.decode()
        assert [row.ref for row in late.context["list"].page_rows[0]] == [loan.ref]
        text = b"".join(page(client, officer, reverse("loans:arrears"), format="csv").streaming_content).decode(
            "utf-8-sig"
        )
        rows = list(csv.reader(io.StringIO(text)))
        assert rows[1][1] == f"'{NAME}"
        for lateness, refs in (("late", {loan.ref}), ("late30", {loan.ref}), ("late90", set()), ("on_time", set())):
            found = page(client, officer, reverse("loans:loans"), lateness=lateness).context["list"].page_rows[0]
            assert {row.ref for row in found} == refs, lateness
        said = page(client, officer, reverse("loans:loans")).content.decode()
        # Two loans are listed; the signed one was not paid out, so it is not late.
        assert said.count("38 days late") == 1
    assert len(page(client, officer, reverse("loans:loans")).context["list"].page_rows[0]) == 2
    assert len(page(client, officer, reverse("loans:loans"), state="signed").context["list"].page_rows[0]) == 1


def test_the_lists_cost_the_same_for_one_loan_and_for_four(lending, client, django_assert_max_num_queries):
    for number in range(4):
        active_loan(lending, bank_reference=f"B-{number}")
    client.force_login(lending.people.loan_officer)
    for name in ("loans", "arrears", "collections", "portfolio"):
        with standing_at(date(2026, 5, 20)), django_assert_max_num_queries(22):
            assert client.get(reverse(f"loans:{name}")).status_code == 200


def test_the_fund_closes_on_its_page_and_in_its_files(lending, active, client):
    repay(lending, active, 8885, date(2026, 4, 12))
    url = reverse("loans:fund", args=[lending.line.key])
    query = {"from_on": "01.03.2026", "to_on": "30.04.2026"}
    answer = page(client, lending.people.maker, url, **query)
    said = answer.content.decode()
    assert "The statement closes." in said
    assert answer.context["statement"].difference == 0
    text = b"".join(page(client, lending.people.maker, url, format="csv", **query).streaming_content).decode(
        "utf-8-sig"
    )
    rows = {row[0]: row[1] for row in csv.reader(io.StringIO(text))}
    assert rows == {
        "Term": "Amount",
        "Opening cash": "10000.00",
        "Loans paid out": "-1000.00",
        "Principal repaid": "78.85",
        "Interest received": "10.00",
        "Closing cash": "9088.85",
        "Difference": "0.00",
    }
    assert page(client, lending.people.maker, url, from_on="01.05.2026", to_on="30.04.2026").status_code == 400
    assert page(client, lending.people.adviser, url).status_code == 404
    assert page(client, lending.people.maker, reverse("loans:funds")).status_code == 200
    assert page(client, lending.people.adviser, reverse("loans:funds")).status_code == 403


def test_the_portfolio_page_counts_whole_balances(lending, active, client):
    with standing_at(date(2026, 5, 20)):
        said = page(client, lending.people.monitor, reverse("loans:portfolio")).content.decode()
        assert "100.0%" in said
        assert page(client, lending.people.adviser, reverse("loans:portfolio")).status_code == 403
        past = page(client, lending.people.monitor, reverse("loans:portfolio"), as_of="12.04.2026").content.decode()
        assert "0.0%" in past
        assert page(client, lending.people.monitor, reverse("loans:portfolio"), as_of="x").status_code == 400


def test_the_contract_is_drawn_once_and_stays_the_same(lending, client):
    loan = signed_loan(lending)
    url = reverse("loans:contract", args=[loan.ref])
    first = page(client, lending.people.manager, url)
    assert (first.status_code, first.content[:5], first["Content-Type"]) == (200, b"%PDF-", "application/pdf")
    loan.refresh_from_db()
    assert loan.contract.case_ref == loan.ref
    assert page(client, lending.people.maker, url).content == first.content
    assert Event.objects.filter(kind="evidence.add", subject=loan.ref).count() == 1
    unsigned = approved_loan(lending)
    assert page(client, lending.people.manager, reverse("loans:contract", args=[unsigned.ref])).status_code == 404


def test_each_role_has_its_own_queue(lending):
    approved = approved_loan(lending)
    signed = signed_loan(lending)
    late = active_loan(lending)
    with standing_at(date(2026, 5, 20)):
        people = lending.people
        assert [item.url for item in queue_for(people.loan_officer)] == [
            approved.get_absolute_url(),
            reverse("loans:arrears"),
        ]
        assert [row.url for row in sources_for(people.maker)] == [reverse("loans:pay", args=[signed.ref])]
        assert sources_for(people.manager) == []
        assert [item.url for item in queue_for(people.adviser)] == [late.get_absolute_url()]
        assert queue_for(people.donor) == []
    assert [hit.url for hit in search_for(lending.people.manager, late.ref)] == [late.get_absolute_url()]
    assert search_for(grant_office().people.manager, late.ref) == []
    assert Loan.objects.count() == 3


def test_who_pays_a_borrower_without_an_account_is_led_to_entering_one(lending, client):
    loan, people = signed_loan(lending), lending.people
    pay, enter = reverse("loans:pay", args=[loan.ref]), f"{reverse('payments:enter_account')}?party={loan.borrower.ref}"
    said = page(client, people.maker, pay).content.decode()
    assert "The borrower has no confirmed account in USD." in said
    assert f'href="{enter}"' in said
    assert client.get(enter).status_code == 200
    facts = {"kind": "cash", "holder": loan.borrower.name, "currency": "USD", "on": today(lending.programme)}
    account = enter_account(party=loan.borrower, programme=lending.programme, by=people.maker, **facts)
    said = page(client, people.checker, pay).content.decode()
    assert f'href="{account.get_absolute_url()}"' in said
    confirm_account(account=account, on=facts["on"], by=people.checker)
    assert 'name="account"' in page(client, people.maker, pay).content.decode()


def test_the_borrowers_account_is_shown_to_nobody_but_finance(lending, client):
    loan, people = signed_loan(lending), lending.people
    account_of(lending, loan.borrower, "USD")
    for name in ("pay", "refund"):
        for user in (people.adviser, people.monitor, people.manager, people.loan_officer):
            answer = page(client, user, reverse(f"loans:{name}", args=[loan.ref]))
            assert (answer.status_code, 'name="account"' in answer.content.decode()) == (403, False), (name, user)
        assert (
            'name="account"' in page(client, people.maker, reverse(f"loans:{name}", args=[loan.ref])).content.decode()
        )
    for name in ("terms", "waive"):
        assert page(client, people.monitor, reverse(f"loans:{name}", args=[loan.ref])).status_code == 403


def test_tranches_are_planned_shown_confirmed_and_paid_by_their_pages(lending, visit, client):
    people = lending.people
    loan = approved_loan(lending, terms={"most_tranches": 3})
    plan = reverse("loans:plan_tranches", args=[loan.ref])
    visit(people.maker, plan, status=403)
    data = filled(page(client, people.loan_officer, plan)) | {
        "amount_1": "600.00",
        "on_1": "2026-03-12",
        "amount_2": "400.00",
        "on_2": "",
        "condition_2": NAME,
    }
    said = visit(people.loan_officer, plan, data, status=400)
    assert "A tranche has an amount and a day." in said.text
    visit(people.loan_officer, plan, data | {"on_2": "2026-05-27"})
    loan.refresh_from_db()
    assert [(part["amount"], part["on"]) for part in loan.tranche_plan] == [
        (60_000, "2026-03-12"),
        (40_000, "2026-05-27"),
    ]
    loan = sign_loan(loan=loan, first_due_on=date(2026, 4, 12), on=DAY, by=people.loan_officer)
    pay = reverse("loans:pay_tranche", args=[loan.ref, 1])
    account_of(lending, loan.borrower, "USD")
    visit(people.loan_officer, pay, status=403)
    visit(people.maker, pay, filled(page(client, people.maker, pay)))
    order = sent_order(lending, PaymentOrder.objects.get(source_ref=f"{loan.ref}:1"))
    assert order.amount == 60_000
    settle_payment(order=order, bank_reference="B-1", on=DAY, by=people.maker)
    ask = reverse("loans:move_tranche", args=[loan.ref, 2, "ask"])
    visit(people.loan_officer, ask, filled(page(client, people.loan_officer, ask)) | {"shown": "Seen."})
    confirm = reverse("loans:move_tranche", args=[loan.ref, 2, "confirm"])
    visit(people.loan_officer, confirm, status=403)
    said = visit(people.manager, confirm)
    assert "Seen." in said.text
    assert NAME in said.text
    visit(people.manager, confirm, filled(page(client, people.manager, confirm)))
    said = visit(people.maker, loan.get_absolute_url())
    assert "600.00 paid out, 400.00 to come" in said.text
    assert "Next: finance prepares the payment of tranche 2." in said.text
    assert reverse("loans:pay_tranche", args=[loan.ref, 2]) in str([node.get("href") for node in said.all("a")])
    said = contract_text(client, people.loan_officer, loan)
    for words in ("Paid out in parts", "27.05.2026", "400,00", NAME):
        assert words in said


def contract_text(client, user, loan):
    content = page(client, user, reverse("loans:contract", args=[loan.ref])).content
    return " ".join(" ".join(one.extract_text() for one in PdfReader(io.BytesIO(content)).pages).split())
