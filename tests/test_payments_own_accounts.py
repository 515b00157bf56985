"""The programme's account at the bank: who enters and confirms it, which lines are paid from it, who sees it."""

import pytest
from django.db import IntegrityError, connection, transaction
from django.urls import reverse

from audit.models import Event
from audit.refusals import Blocked, Invalid, NotAllowed, Stale
from payments.models import OwnAccount
from payments.queues import queue_for
from payments.services import close_own_account, confirm_own_account
from tests.office import DAY, grant_office
from tests.steps_payments import KOSOVO_IBAN, OTHER_IBAN, another_line, entered_own_account, own_account


def test_one_finance_officer_enters_the_account_and_another_confirms_it(office):
    people = office.people
    account = entered_own_account(office, bic="nlpr xk 22", country="xk", bank="  Bank  of Kosovo ")
    assert (account.bank, account.bic, account.country, account.number_tail) == (
        "Bank of Kosovo",
        "NLPRXK22",
        "XK",
        "8906",
    )
    assert (account.is_confirmed, list(account.lines.all())) == (False, [office.line])
    for who in (people.maker, people.manager, people.administrator):
        with pytest.raises(NotAllowed, match="Another finance officer"):
            confirm_own_account(account=account, on=DAY, by=who)
    with pytest.raises(Stale):
        confirm_own_account(account=account, version=2, on=DAY, by=people.checker)
    account = confirm_own_account(account=account, version=1, on=DAY, by=people.checker)
    assert (account.confirmed_by, account.confirmed_on) == (people.checker, DAY)
    with pytest.raises(Blocked, match="confirmed already"):
        confirm_own_account(account=account, on=DAY, by=people.checker)
    events = Event.objects.about(account.ref).order_by("seq")
    assert [event.kind for event in events] == ["ownaccount.enter", "ownaccount.confirm"]
    assert events[0].body == '{"currency":"EUR","kind":"iban","lines":["spring-line"]}'


def test_only_finance_of_the_programme_enters_and_closes_an_account(office):
    other = grant_office("autumn")
    for who in (office.people.manager, office.people.adviser, office.people.administrator, other.people.maker):
        with pytest.raises(NotAllowed):
            entered_own_account(office, by=who)
    account = own_account(office)
    for who in (office.people.manager, other.people.maker):
        with pytest.raises(NotAllowed):
            close_own_account(account=account, reason="moved", on=DAY, by=who)
    assert not OwnAccount.objects.visible_to(other.people.maker).exists()
    assert not OwnAccount.objects.visible_to(office.people.adviser).exists()
    assert OwnAccount.objects.visible_to(office.people.manager).get() == account


def test_the_database_itself_refuses_an_account_confirmed_by_who_entered_it(office):
    entered_own_account(office)
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE payments_ownaccount SET confirmed_by_id = entered_by_id")


@pytest.mark.parametrize(
    ("facts", "field", "sentence"),
    [
        ({"kind": "cash"}, "kind", "not one of the answers"),
        ({"number": "XK051212012345678907"}, "number", "check digits"),
        ({"number": ""}, "number", "Enter the account number"),
        ({"holder": "  "}, "holder", "whose account"),
        ({"bank": " "}, "bank", "name of the bank"),
        ({"bic": "NLPRXK2"}, "bic", "8 or 11"),
        ({"bic": "NLPRXK22XX"}, "bic", "8 or 11"),
        ({"bic": "NLPRQQ22"}, "bic", "name a country"),
        ({"country": "Kosovo"}, "country", "two letters"),
        ({"country": "QQ"}, "country", "two letters"),
        ({"currency": "USD"}, "lines", "Seed money is in EUR, and the account in USD"),
        ({"lines": []}, "lines", "Choose the funding lines"),
    ],
)
def test_what_is_wrong_with_an_account_is_said_at_its_field(office, facts, field, sentence):
    with pytest.raises(Invalid, match=sentence) as refused:
        entered_own_account(office, **facts)
    assert refused.value.field == field
    assert not OwnAccount.objects.exists()


def test_a_line_is_paid_from_one_open_account_of_its_programme(office):
    other = grant_office("autumn")
    with pytest.raises(Invalid, match="belongs to another programme"):
        entered_own_account(office, lines=[office.line, other.line])
    account = own_account(office)
    with pytest.raises(Invalid, match=r"Seed money is paid from Bank of the Agency EUR ···8906\. Close that account"):
        entered_own_account(office, number=OTHER_IBAN)
    more = another_line(office)
    with pytest.raises(Blocked, match="entered already"):
        entered_own_account(office, lines=[more])
    entered_own_account(office, number=OTHER_IBAN, lines=[more])
    with pytest.raises(Invalid, match="Say why"):
        close_own_account(account=account, reason=" ", on=DAY, by=office.people.maker)
    closed = close_own_account(account=account, reason="Another bank.", on=DAY, by=office.people.maker)
    assert closed.closed_on == DAY
    for act in (close_own_account, confirm_own_account):
        with pytest.raises(Blocked, match="is closed"):
            act(
                account=account,
                on=DAY,
                by=office.people.checker,
                **({"reason": "x"} if act is close_own_account else {}),
            )
    assert own_account(office).lines.get() == office.line


def test_the_whole_number_stands_in_no_table_no_event_and_on_no_page(office, visit):
    account = own_account(office)
    with connection.cursor() as cursor:
        cursor.execute("SELECT number FROM payments_ownaccount")
        assert KOSOVO_IBAN not in cursor.fetchone()[0]
    assert OwnAccount.objects.get().number == KOSOVO_IBAN
    assert not Event.objects.filter(body__contains=KOSOVO_IBAN[4:]).exists()
    for path in (reverse("payments:own_accounts"), account.get_absolute_url(), "/money/lines/spring-line/"):
        page = visit(office.people.manager, path).text.replace(" ", "")
        assert KOSOVO_IBAN[4:16] not in page
        assert "···8906" in page


@pytest.mark.once
def test_an_account_is_entered_confirmed_and_closed_on_its_pages(office, visit, client):
    people = office.people
    new = reverse("payments:enter_own_account")
    visit(people.manager, new, status=403)
    page = visit(people.maker, new)
    form = {
        "kind": "iban",
        "holder": "Seedbed Agency",
        "number": "XK05 1212 0123 4567 8907",
        "bank": "Bank of Kosovo",
        "bic": "",
        "country": "XK",
        "currency": "EUR",
        "lines": [office.line.pk],
        "key": page.one("input", name="key")["value"],
    }
    assert "check digits of this IBAN are wrong" in visit(people.maker, new, form, status=400).text
    visit(people.maker, new, {**form, "number": KOSOVO_IBAN})
    account = OwnAccount.objects.get()
    assert "Waits for a second person" in visit(people.manager, "/money/lines/spring-line/").text
    assert [item.url for item in queue_for(people.checker)] == [account.get_absolute_url()]
    assert queue_for(people.maker) == []
    confirm = reverse("payments:confirm_own_account", args=[account.pk])
    visit(people.maker, confirm, status=403)
    assert "not how the number ends" in visit(people.checker, confirm, {"version": 1, "tail": "8907"}, status=400).text
    visit(people.checker, confirm, {"version": 1, "tail": "8906"})
    assert "Bank of Kosovo EUR ···8906" in visit(people.manager, reverse("payments:own_accounts")).text
    close = reverse("payments:close_own_account", args=[account.pk])
    page = visit(people.maker, close)
    visit(
        people.maker,
        close,
        {"version": 1, "key": page.one("input", name="key")["value"], "reason": "Moved."},
        status=409,
    )
    visit(people.maker, close, {"version": 2, "key": page.one("input", name="key")["value"], "reason": "Moved."})
    assert "No account at the bank is entered" in visit(people.manager, "/money/lines/spring-line/").text


@pytest.mark.once
def test_the_list_of_accounts_costs_the_same_for_one_as_for_many(office, client, django_assert_max_num_queries):
    own_account(office)
    for number, line in enumerate([another_line(office, key=f"more-{number}") for number in range(4)]):
        entered_own_account(office, kind="domestic", number=f"AGENCY{number:06d}", lines=[line])
    client.force_login(office.people.manager)
    client.get("/money/own-accounts/")
    with django_assert_max_num_queries(9):
        page = client.get("/money/own-accounts/")
    assert page.content.decode().count("More") == 4
