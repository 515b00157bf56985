"""The pages of money: who sees what, what a checker is told, and that looking changes nothing."""

import csv
import io
from datetime import date

import pytest
from allauth.mfa.totp.internal.auth import TOTP
from django.urls import reverse

from applicants.panels import panels_for
from audit.models import Event
from ledger.models import Entry
from payments.models import Batch, PayeeAccount, PaymentOrder
from payments.queues import queue_for, search_for
from payments.reading import left_on, lines_for
from payments.services import change_account, confirm_account, receive_capital
from programmes.clock import standing_at
from programmes.services import available_on
from tests.markup import read
from tests.office import DAY, grant_office
from tests.steps_grants import account_for, certified_tranche, ordered_tranche, signed_award
from tests.steps_payments import IBAN, OTHER_IBAN, approved_order, entered_account, sent_order, settled_order
from tests.test_pages_sign_in import SECRET, code_now

# Every page is opened on PostgreSQL in tests/test_urls.py.
pytestmark = pytest.mark.once


@pytest.fixture
def order(office):
    award = signed_award(office)
    return ordered_tranche(office, award.tranches.get())


def said(response, status=200):
    assert response.status_code == status, response.content.decode()[:2000]
    return " ".join(response.content.decode().replace("\u00a0", " ").split())


def key_of(response):
    return response.context["form"].initial["key"]


def seen_on(response):
    return response.context["seen"]


VERBS = ("approve", "send", "settle", "return_unpaid", "bounce", "cancel")


def urls(order):
    return [
        order.get_absolute_url(),
        *(reverse("payments:move", args=[order.ref, verb]) for verb in VERBS),
        order.account.get_absolute_url(),
        reverse("payments:confirm_account", args=[order.account_id]),
        reverse("payments:change_account", args=[order.account_id]),
        reverse("payments:close_account", args=[order.account_id]),
        reverse("payments:line", args=["spring-line"]),
        reverse("payments:line_act", args=["spring-line", "receive"]),
        f"{reverse('payments:enter_account')}?party={order.payee.ref}",
    ]


def test_who_handles_no_money_of_this_programme_finds_no_page_of_it(office, order, client):
    other = grant_office("autumn")
    users = [other.people.maker, other.people.manager, *(getattr(office.people, who) for who in ("adviser", "monitor"))]
    for user in [*users, office.people.member1, office.people.donor, office.people.administrator]:
        client.force_login(user)
        found = {url: client.get(url).status_code for url in urls(order)}
        # Who sees the party may not enter an account of it; to the others the party does not exist.
        sees_party = user in (office.people.adviser, office.people.monitor)
        wanted = {url: 403 if sees_party and "party=" in url else 404 for url in found}
        assert found == wanted
        handles = user in (other.people.maker, other.people.manager)
        for url in ("/money/queue/", "/money/orders/", "/money/batches/", "/money/lines/"):
            assert order.ref not in said(client.get(url), 200 if handles else 403)
    client.logout()
    assert {client.get(url).status_code for url in [*urls(order), "/money/queue/", "/money/lines/"]} == {302}


def test_looking_changes_nothing(office, order, client):
    before = Event.objects.count()
    for user in (office.people.maker, office.people.checker, office.people.manager):
        client.force_login(user)
        for url in [*urls(order), "/money/batches/", "/money/orders/", "/money/lines/"]:
            assert client.get(url).status_code in (200, 403, 409), url
        for tab in ("prepare", "approve", "send", "sent", "returned", "settled"):
            said(client.get(f"/money/queue/?tab={tab}"))
    assert Event.objects.count() == before
    assert said(client.get("/money/queue/?tab=other"), 400)


def test_the_maker_reads_that_another_must_approve_and_the_checker_approves(office, order, client):
    client.force_login(office.people.maker)
    assert "You prepared it" in said(client.get("/money/queue/?tab=approve"))
    approve = reverse("payments:move", args=[order.ref, "approve"])
    assert "Another finance officer must approve" in said(client.get(approve), 403)
    client.force_login(office.people.checker)
    queue = said(client.get("/money/queue/?tab=approve"))
    assert f'value="{order.ref}"' in queue
    assert "EUR 20,000.00" in queue
    page = client.get(approve)
    key = key_of(page)
    assert client.post(approve, {"version": order.version + 1, "key": key}).status_code == 409
    assert client.post(approve, {"version": order.version, "key": key}).status_code == 302
    order.refresh_from_db()
    assert (order.state, order.approved_by) == ("approved", office.people.checker)
    assert "in the state “Approved”" in said(client.get(approve), 409)


def test_several_payments_are_approved_and_sent_at_once_or_none(office, order, client):
    second = ordered_tranche(office, signed_award(office).tranches.get())
    people = office.people
    client.force_login(people.checker)
    query = f"?order={order.ref}&order={second.ref}"
    page = client.get(f"/money/approve/{query}")
    assert "EUR 40,000.00" in said(page)
    form = {"order": [order.ref, second.ref], "version": order.version, "key": key_of(page), "seen": seen_on(page)}
    client.force_login(people.maker)
    assert client.post("/money/approve/", form).status_code == 403
    assert set(PaymentOrder.objects.values_list("state", flat=True)) == {"prepared"}
    client.force_login(people.checker)
    assert client.post("/money/approve/", form).status_code == 302
    page = client.get(f"/money/send/{query}")
    order.refresh_from_db()
    form = {"order": [order.ref, second.ref], "version": order.version, "key": key_of(page), "seen": seen_on(page)}
    response = client.post("/money/send/", form)
    assert response.headers["Location"] == "/money/batches/B-2026-001/"
    batch = said(client.get("/money/batches/B-2026-001/"))
    assert "EUR 40,000.00" in batch
    assert said(client.post("/money/send/", {**form, "key": "other"}), 400)
    assert "Choose at least one" in said(client.get("/money/approve/"), 400)
    assert Batch.objects.count() == 1


def test_several_payments_are_prepared_at_once_as_they_stood_on_the_page(office, client):
    people = office.people
    for _one in range(3):
        award = signed_award(office, amount=50_000, own=12_500)
        certified_tranche(office, award.tranches.get())
        account = account_for(office, award)
    client.force_login(people.maker)
    page = read(client.get("/money/queue/?tab=prepare"))
    refs = [box["value"] for box in page.all("input", name="source", checked=None)]
    assert len(refs) == 3
    page = read(client.get("/money/prepare/", {"source": refs}))
    form = {name: [field["value"] for field in page.all("input", name=name)] for name in ("source", "mark", "key")}
    assert not page.one("main").all("input", type="text")
    client.force_login(people.manager)
    assert client.post("/money/prepare/", form).status_code == 403
    client.force_login(people.maker)
    # What changed behind the maker's back stops all of them.
    type(account).objects.filter(pk=account.pk).update(version=2)
    assert client.post("/money/prepare/", form).status_code == 409
    type(account).objects.filter(pk=account.pk).update(version=1)
    assert not PaymentOrder.objects.exists()
    assert client.post("/money/prepare/", form).headers["Location"] == "/money/queue/?tab=send"
    assert list(PaymentOrder.objects.values_list("state", flat=True)) == ["prepared"] * 3
    assert client.post("/money/prepare/", form).status_code == 400
    client.force_login(people.checker)
    page = client.get("/money/approve/?all=1")
    orders = [field["value"] for field in read(page).all("input", name="order")]
    form = {"order": orders, "version": 1, "key": key_of(page), "seen": seen_on(page)}
    assert client.post("/money/approve/", {**form, "seen": "x"}).status_code == 409
    assert client.post("/money/approve/", form).status_code == 302
    assert list(PaymentOrder.objects.values_list("state", flat=True)) == ["approved"] * 3


def test_a_changed_account_is_told_to_the_checker_who_types_its_end(office, order, client):
    people = office.people
    with standing_at(date(2026, 3, 14)):
        account = change_account(
            account=order.account,
            version=1,
            number=OTHER_IBAN,
            bank="Second Bank",
            on=date(2026, 3, 14),
            by=people.maker,
        )
    with standing_at(date(2026, 3, 16)):
        client.force_login(people.checker)
        waits = said(client.get(order.get_absolute_url()))
        assert "The account waits for a second person" in waits
        assert "14.03.2026: Narine Petrosyan changed number, bank." in waits
        confirm_account(account=account, on=date(2026, 3, 16), by=people.checker)
        page = said(client.get("/money/queue/"))
        assert "Account changed 2 days ago" in page
        assert f'value="{order.ref}"' not in page
        approve = reverse("payments:move", args=[order.ref, "approve"])
        opened = client.get(approve)
        order.refresh_from_db()
        form = {"version": order.version, "key": key_of(opened)}
        assert said(client.post(approve, form), 400)
        assert "This is not how the number ends" in said(client.post(approve, {**form, "tail": "4917"}), 400)
        assert client.post(approve, {**form, "tail": "3000"}).status_code == 302


def test_settling_on_the_page_books_on_the_value_date(office, order, client):
    order = sent_order(office, order)
    client.force_login(office.people.maker)
    url = reverse("payments:move", args=[order.ref, "settle"])
    page = client.get(url)
    form = {"version": order.version, "key": key_of(page), "value_on": "12.03.2026", "bank_reference": ""}
    assert "There is a problem" in said(client.post(url, form), 400)
    assert "lies in the future" in said(
        client.post(url, {**form, "bank_reference": "B", "value_on": "13.03.2026"}), 400
    )
    assert client.post(url, {**form, "bank_reference": "B 7"}).status_code == 302
    # The same click again is the same answer, not a second payment.
    assert client.post(url, {**form, "bank_reference": "B 7"}).status_code in (302, 409)
    assert Entry.objects.filter(kind="grant_paid").count() == 1
    shown = said(client.get(order.get_absolute_url()))
    assert "Settled" in shown
    assert "B 7" in shown


def test_money_returned_on_the_page_is_reversed(office, order, client):
    order = settled_order(office, order)
    client.force_login(office.people.maker)
    url = reverse("payments:move", args=[order.ref, "bounce"])
    form = {"version": order.version, "key": key_of(client.get(url)), "returned_on": "12.03.2026", "reason": ""}
    assert "Say why" in said(client.post(url, form), 400)
    assert client.post(url, {**form, "reason": "account closed"}).status_code == 302
    assert Entry.objects.filter(reverses__isnull=False).count() == 1
    assert "reversed by entry 2" in said(client.get(order.get_absolute_url()))


def test_an_account_is_entered_checked_and_confirmed_on_its_pages(office, order, client):
    people, party = office.people, order.payee
    client.force_login(people.maker)
    url = f"{reverse('payments:enter_account')}?party={party.ref}"
    page = client.get(url)
    form = {"kind": "iban", "holder": party.name, "number": "GE29NB0000000101904918", "currency": "EUR", "bank": "B"}
    form["key"] = key_of(page)
    assert "check digits of this IBAN are wrong" in said(client.post(url, form), 400)
    response = client.post(url, {**form, "number": "DE89 3704 0044 0532 0130 00"})
    account = PayeeAccount.objects.get(number_tail="3000")
    assert response.headers["Location"] == account.get_absolute_url()
    confirm = reverse("payments:confirm_account", args=[account.pk])
    assert said(client.get(confirm), 403)
    client.force_login(people.checker)
    assert "not how the number ends" in said(client.post(confirm, {"version": 1, "tail": "3001"}), 400)
    assert client.post(confirm, {"version": 1, "tail": "3000"}).status_code == 302
    account.refresh_from_db()
    assert account.confirmed_by == people.checker
    change = reverse("payments:change_account", args=[account.pk])
    form = {"kind": "iban", "holder": party.name, "number": "", "currency": "EUR", "bank": "Other", "reason": "letter"}
    assert client.post(change, {**form, "version": 1}).status_code == 302
    assert client.post(change, {**form, "version": 1, "bank": "Third"}).status_code == 409
    account.refresh_from_db()
    assert (account.bank, account.number, account.is_confirmed) == ("Other", OTHER_IBAN, False)


def test_the_whole_number_stands_on_no_page_but_the_one_that_is_written_down(office, order, client):
    client.force_login(office.people.checker)
    pages = [*urls(order), "/money/queue/", "/money/queue/?format=csv", "/money/orders/?format=csv"]
    for url in pages:
        response = client.get(url)
        body = b"".join(response) if response.streaming else response.content
        assert IBAN[:12].encode() not in body.replace(b" ", b"")
    number = reverse("payments:account_number", args=[order.account_id])
    assert client.get(number).status_code == 405
    assert "GE29 NB00 0000 0101 9049 17" in said(client.post(number))
    assert Event.objects.filter(kind="account.read").count() == 1
    client.force_login(office.people.manager)
    assert client.post(number).status_code == 403


def test_the_list_for_the_bank_holds_whole_numbers_and_is_for_finance(office, order, client):
    sent_order(office, order)
    url = reverse("payments:bank_list", args=["B-2026-001"])
    client.force_login(office.people.manager)
    assert client.get(url).status_code == 403
    client.force_login(office.people.maker)
    response = client.get(url)
    rows = list(csv.reader(io.StringIO(b"".join(response).decode("utf-8-sig"))))
    assert rows[1][0:1] + rows[1][2:] == [
        order.ref,
        IBAN,
        "First Bank",
        "20000.00",
        "EUR",
        "Programme spring G-2026-0001/1",
    ]
    assert Event.objects.get(kind="batch.list").subject == "B-2026-001"


def test_a_line_shows_its_promises_its_cash_and_every_entry(office, order, client):
    people = office.people
    receive_capital(line=office.line, amount=3_000_000, reference="B-1", on=DAY, by=people.maker)
    settled_order(office, order)
    ordered_tranche(office, signed_award(office, amount=1_000_000, own=250_000).tranches.get())
    row = lines_for(people.manager).get()
    assert (row.cash_amount, row.used_amount, row.committed_amount, row.reserved_amount) == (
        1_000_000,
        2_000_000,
        1_000_000,
        0,
    )
    assert left_on(row) == available_on(office.line) == 7_000_000
    client.force_login(people.manager)
    assert "70,000.00" in said(client.get("/money/lines/"))
    page = said(client.get("/money/lines/spring-line/"))
    for words in ("Grant paid", "Donor&#x27;s money received", "G-2026-0001", "EUR 30,000.00"):
        assert words in page
    assert "Book it" not in page
    only = said(client.get("/money/lines/spring-line/?account=5000"))
    assert "Donor&#x27;s money received" not in only.split("Entries</h2>")[1]
    assert client.get("/money/lines/spring-line/receive/").status_code == 403


def test_capital_is_booked_on_the_page_once(office, order, client):
    client.force_login(office.people.maker)
    url = reverse("payments:line_act", args=["spring-line", "receive"])
    form = {"amount": "1,200.50", "on": "12.03.2026", "reference": "X-1", "key": key_of(client.get(url))}
    assert "1.005" in said(client.post(url, {**form, "amount": "1.005"}), 400)
    assert client.post(url, form).status_code == 302
    assert client.post(url, form).status_code == 302
    assert client.post(url, {**form, "amount": "1.00"}).status_code == 422
    assert Entry.objects.get(kind="capital_received").legs.get(amount__gt=0).amount == 120_050
    assert client.get(reverse("payments:line_act", args=["spring-line", "convert"])).status_code == 200
    assert client.get(reverse("payments:line_act", args=["spring-line", "other"])).status_code == 404


def test_the_queue_of_the_desk_and_the_search(office, order):
    people = office.people
    assert queue_for(people.adviser) == []
    assert [item.verb_text for item in queue_for(people.maker)] == []
    waiting = queue_for(people.checker)
    assert [item.verb_text for item in waiting] == ["Check and approve a payment"]
    assert "G-2026-0001/1 · EUR 20,000.00" in waiting[0].why
    entered_account(office, order.payee, number=OTHER_IBAN, by=people.checker)
    assert [item.verb_text for item in queue_for(people.maker)] == ["Confirm an account"]
    approved_order(office, order)
    assert "Send approved payments" in [item.verb_text for item in queue_for(people.maker)]
    assert [title for title, _why, _url in search_for(people.maker, "g-2026-0001")] == [order.ref]
    assert search_for(people.adviser, "g-2026-0001") == []


def test_party_and_application_show_money_to_those_who_handle_it(office, order):
    people = office.people
    shown = {panel.title: panel.rows for panel in panels_for("party", people.checker, order.payee)}
    assert [row.title for row in shown["Payee accounts"]] == ["Bank account (IBAN) ···4917", "Enter an account"]
    assert "Payee accounts" not in {panel.title for panel in panels_for("party", people.adviser, order.payee)}
    titles = {panel.title: panel.rows for panel in panels_for("application", people.manager, order.application)}
    assert [row.figure for row in titles["Payments"]] == ["EUR 20,000.00"]


def test_a_page_of_the_queue_costs_a_bounded_number_of_queries(office, order, client, django_assert_max_num_queries):
    second = ordered_tranche(office, signed_award(office).tranches.get())
    client.force_login(office.people.checker)
    client.get("/money/queue/")
    assert second.state == "prepared"
    with django_assert_max_num_queries(14):
        client.get("/money/queue/")


def test_who_has_a_second_step_types_its_code_to_approve_and_a_code_is_good_once(office, order, client):
    second = ordered_tranche(office, signed_award(office).tranches.get())
    TOTP.activate(office.people.checker, SECRET)
    client.force_login(office.people.checker)
    approve = reverse("payments:move", args=[order.ref, "approve"])
    page = client.get(approve)
    assert "Code of your second step" in said(page)
    facts = {"version": order.version, "key": key_of(page)}
    code = code_now()
    wrong = "000000" if code != "000000" else "111111"
    assert "“Code of your second step” needs an answer" in said(client.post(approve, facts), 400)
    assert "This code is wrong" in said(client.post(approve, {**facts, "code": wrong}), 400)
    assert client.post(approve, {**facts, "code": f"{code[:3]} {code[3:]}"}).status_code == 302
    many = client.get(f"/money/approve/?order={second.ref}")
    form = {"order": [second.ref], "version": second.version, "key": key_of(many), "seen": seen_on(many)}
    assert "Code of your second step" in said(many)
    assert "was used already" in said(client.post("/money/approve/", {**form, "code": code}), 400)
    assert list(PaymentOrder.objects.order_by("pk").values_list("state", flat=True)) == ["approved", "prepared"]
