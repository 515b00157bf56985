"""Budget, costs and amendments by their pages: what people type, and what they read afterwards."""

import pytest
from django.urls import reverse

from grants.models import Expense
from programmes.clock import standing_at
from programmes.models import Window
from tests.markup import filled
from tests.office import DAY, grant_office
from tests.steps_grants import approved_award, ready_award, signed_award

# Every page is opened on PostgreSQL in tests/test_urls.py.
pytestmark = [pytest.mark.django_db, pytest.mark.once]


@pytest.fixture
def office():
    with standing_at(DAY):
        yield grant_office()


def send(client, url, **typed):
    """Open the form, type into it, send it."""
    return client.post(url, {**filled(client.get(url)), **typed}, follow=True)


def test_a_budget_is_typed_line_by_line_and_its_problem_stands_at_the_top(client, office):
    award = approved_award(office)
    client.force_login(office.people.adviser)
    url = reverse("grants:budget", args=[award.ref])
    assert award.budget.first().label in client.get(url).content.decode()
    page = send(client, url, vat_amount_1="12.00")
    assert "Say who bears the VAT, or leave it empty." in page.content.decode()
    typed = {f"{name}_1": value for name, value in (("net_amount", "24,500.00"), ("grant_amount", "19,900.00"))}
    row = {"label_2": "Training", "net_amount_2": "100.00", "grant_amount_2": "100.00", "eligible_2": "on"}
    page = send(client, url, **typed, **row)
    assert "The budget is saved." in page.content.decode()
    assert [(line.net_amount, line.grant_amount) for line in award.budget.all()] == [
        (2_450_000, 1_990_000),
        (10_000, 10_000),
    ]


def test_public_aid_is_declared_on_a_page_that_is_offered_where_there_is_a_limit(client, office):
    award = ready_award(office)
    client.force_login(office.people.manager)
    url = reverse("grants:aid", args=[award.ref])
    assert url not in client.get(award.get_absolute_url()).content.decode()
    Window.objects.update(aid_limit_amount=20_000_000)
    assert url in client.get(award.get_absolute_url()).content.decode()
    page = send(client, url, giver_1="Ministry", amount_1="1,000.00")
    assert "Fill in all three, or none." in page.content.decode()
    send(client, url)
    award.refresh_from_db()
    assert (award.aid_declared_on, award.aid.count()) == (DAY, 0)


def test_a_cost_waits_for_another_person_and_the_page_says_whom(client, office):
    award = signed_award(office)
    client.force_login(office.people.adviser)
    facts = {"supplier": "=cmd()", "invoice_number": "R-9", "invoice_on": f"{DAY:%d.%m.%Y}", "net_amount": "700.00"}
    page = send(client, reverse("grants:new_expense", args=[award.ref]), **facts)
    assert "Waits for a second person" in page.content.decode()
    expense = Expense.objects.get()
    url = reverse("grants:expense", args=[award.ref, expense.pk])
    assert client.get(url).status_code == 403
    client.force_login(office.people.monitor)
    assert url in client.get(award.get_absolute_url()).content.decode()
    page = send(client, url, amount="600.00")
    assert "Say why not all of it is accepted." in page.content.decode()
    send(client, url, amount="600.00", reason="A part is private.")
    assert Expense.objects.get().accepted_amount == 60_000


def test_an_amendment_is_proposed_on_one_page_and_decided_on_another_with_the_difference(client, office):
    award = signed_award(office, parts=[1_200_000, 800_000])
    client.force_login(office.people.adviser)
    url = reverse("grants:amend", args=[award.ref])
    page = send(client, url, amount_1="1,300.00", why="Prices rose.")
    assert "The tranches add up to EUR 9,300.00, the award is EUR 20,000.00." in page.content.decode()
    page = send(client, url, amount_1="13,000.00", amount_2="7,000.00", why="Prices rose.")
    text = page.content.decode()
    assert "The amendment waits for a second person." in text
    assert ("EUR 12,000.00" in text, "EUR 13,000.00" in text) == (True, True)
    amendment = award.amendments.get()
    put = f"{amendment.get_absolute_url()}do/approve/"
    assert client.get(put).status_code == 403
    client.force_login(office.people.manager)
    assert "EUR 13,000.00" in client.get(put).content.decode()
    page = send(client, put)
    assert [row.amount for row in award.tranches.kept()] == [1_300_000, 700_000]
    client.force_login(office.people.adviser)
    assert "In force" in client.get(award.get_absolute_url()).content.decode()


def test_whoever_holds_the_paper_can_ask_whether_it_is_genuine_and_learns_no_name(client, office):
    award = signed_award(office)
    url = reverse("grants:genuine", args=[award.code])
    page = client.get(url)
    text = page.content.decode()
    assert (award.ref in text, "EUR 20,000.00" in text, award.applicant.name in text) == (True, True, False)
    assert page["Cache-Control"] == "no-store"
    assert client.get(reverse("grants:genuine", args=["A" * 22])).status_code == 404
