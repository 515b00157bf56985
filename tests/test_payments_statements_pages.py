"""The pages of bank statements: loaded by a form, read with reasons, taken by one click or one by one."""

from contextlib import contextmanager
from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext

from payments.models import PaymentOrder, Statement, StatementLine
from programmes.clock import standing_at
from tests.office import DAY
from tests.steps_grants import ordered_tranche, signed_award
from tests.steps_payments import IBAN, own_account, sent_order
from tests.steps_statements import loaded, moved, statement_file

# Every page is opened on PostgreSQL in tests/test_urls.py.
pytestmark = pytest.mark.once


@pytest.fixture(autouse=True)
def kept_here(settings, tmp_path):
    settings.EVIDENCE_DIR = tmp_path / "evidence"


@pytest.fixture
def account(office):
    return own_account(office)


@pytest.fixture
def order(office):
    return sent_order(office, ordered_tranche(office, signed_award(office).tranches.get()))


def said(response, status=200):
    assert response.status_code == status, response.content.decode()[:2000]
    return " ".join(response.content.decode().replace("\u00a0", " ").split())


def hidden(page, name):
    return page.context["take"].initial.get(name) or page.context["take"][name].value()


def upload(content):
    return SimpleUploadedFile("march.csv", content)


def test_finance_loads_a_statement_takes_what_is_sure_by_one_click_and_books_the_charge(office, account, order, client):
    client.force_login(office.people.maker)
    assert '/money/statements/"' in said(client.get("/money/queue/?tab=sent"))
    lines = [
        moved(-order.amount, "BANK-7", name=order.payee.name, account=IBAN, end_to_end=order.ref),
        moved(-350, "FEE-1", text="Charge <b>"),
    ]
    form = {"own_account": account.pk, "content": upload(statement_file(DAY, lines))}
    answer = client.post("/money/statements/load/", form)
    statement = Statement.objects.get()
    assert answer.headers["Location"] == f"/money/statements/{statement.pk}/"
    page = client.get(answer.headers["Location"])
    words = said(page)
    assert "1 of 2 open lines matched, with reasons." in words
    assert f"Settles {order.ref}" in words
    assert f"The end-to-end reference is {order.ref}. The amount is EUR 20,000.00. The account is the payee's." in (
        words.replace("&#x27;", "'")
    )
    assert "Charge &lt;b&gt;" in words
    assert "No payment fits" in words
    take = {"seal": hidden(page, "seal"), "key": hidden(page, "key")}
    assert "have changed since" in said(client.post(f"{statement.get_absolute_url()}take/", {**take, "seal": "x"}), 409)
    assert client.post(f"{statement.get_absolute_url()}take/", take).status_code == 302
    order.refresh_from_db()
    assert (order.state, order.bank_reference) == ("settled", "BANK-7")
    charge = statement.lines.get(position=2)
    page = client.get(f"{charge.get_absolute_url()}do/book/")
    assert "Bank charge or cost" in said(page)
    facts = {"version": charge.version, "key": page.context["form"].initial["key"], "choice": str(office.line)}
    assert client.post(f"{charge.get_absolute_url()}do/book/", facts).status_code == 302
    assert StatementLine.objects.filter(state="open").count() == 0
    again = client.post("/money/statements/load/", {**form, "content": upload(statement_file(DAY, lines))})
    assert "This file was loaded on 12.03.2026 by Narine Petrosyan. Nothing was added." in said(again, 409)


def test_a_line_is_settled_by_hand_among_the_payments_of_its_amount(office, account, order, client):
    line = loaded(office, account, [moved(-order.amount, "BANK-7"), moved(-1, "X")]).lines.get(position=1)
    client.force_login(office.people.checker)
    path = f"{line.get_absolute_url()}do/settle/"
    page = client.get(path)
    assert f"{order.ref}, {order.payee}" in said(page)
    facts = {"version": line.version, "key": page.context["form"].initial["key"]}
    assert "“Which payment is it?” needs an answer." in said(client.post(path, facts), 400)
    assert client.post(path, {**facts, "choice": order.ref}).status_code == 302
    assert client.post(path, {**facts, "key": "other", "choice": order.ref}).status_code == 409
    assert "Settles a payment" in said(client.get(line.get_absolute_url()))
    aside = f"{StatementLine.objects.get(state='open').get_absolute_url()}do/set_aside/"
    page = client.get(aside)
    facts = {"version": 1, "key": page.context["form"].initial["key"], "reason": "A cent of rounding."}
    assert client.post(aside, facts).status_code == 302
    assert StatementLine.objects.get(state="set_aside").reason == "A cent of rounding."


def test_a_manager_reads_and_takes_nothing(office, account, order, client):
    statement = loaded(office, account, [moved(-order.amount, "BANK-7", end_to_end=order.ref)])
    client.force_login(office.people.manager)
    page = client.get(statement.get_absolute_url())
    assert "1 of 1 open line matched." in said(page)
    assert "Take all sure ones" not in said(page)
    assert client.post(f"{statement.get_absolute_url()}take/", {"seal": "x", "key": "k"}).status_code == 403
    assert PaymentOrder.objects.get().state == "sent"


def test_a_file_that_breaks_off_is_refused_at_its_field_and_nothing_is_kept(office, account, client):
    client.force_login(office.people.maker)
    broken = upload(b'<?xml version="1.0"?>\n<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.02"><Bk')
    page = client.post("/money/statements/load/", {"own_account": account.pk, "content": broken})
    assert "The file breaks off or is damaged at line 2" in said(page, 400)
    assert "content" in page.context["form"].errors
    page = client.post("/money/statements/load/", {"own_account": account.pk})
    assert "Choose a file." in said(page, 400)
    assert Statement.objects.count() == 0


def test_a_statement_that_does_not_begin_where_the_one_before_it_ended_says_so(office, account, client):
    client.force_login(office.people.manager)
    first = loaded(office, account, [moved(-350, "FEE")])
    with standing_at(date(2026, 3, 13)):
        follows = loaded(office, account, [moved(-350, "FEE-2")], number="52", opening=5_999_650)
    with standing_at(date(2026, 3, 16)):
        later = loaded(office, account, [moved(-350, "FEE-3")], number="54", opening=5_000_000)
        for statement in (first, follows):
            assert "are missing" not in said(client.get(statement.get_absolute_url()))
        assert "ended on 13.03.2026 with EUR 59,993.00. Lines between the two are missing" in said(
            client.get(later.get_absolute_url())
        )


@contextmanager
def counted(found):
    with CaptureQueriesContext(
        connection,
    ) as queries:
        yield
    found.append(len(queries))


def test_the_pages_ask_the_database_as_often_for_two_lines_as_for_sixty(office, account, order, client):
    few = loaded(office, account, [moved(-order.amount, "BANK-7", end_to_end=order.ref), moved(-350, "FEE")])
    with standing_at(date(2026, 3, 13)):
        many = loaded(office, account, [moved(-350 - number, f"F-{number}") for number in range(60)], number="52")
        client.force_login(office.people.maker)
        found = []
        for statement in (few, few, many):
            with counted(found):
                page = said(client.get(statement.get_absolute_url()))
        assert "60 lines" in page
        assert found[1] == found[2]
        assert found[1] <= 20
        with counted(found):
            said(client.get("/money/statements/"))
        assert found[-1] <= 12
