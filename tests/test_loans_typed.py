"""What careless hands type into the forms of a loan: each gets a sentence at its field, and no money moves."""

from datetime import date
from uuid import uuid4

import pytest
from django import forms
from django.urls import reverse

from loans.account import schedule_table
from loans.forms import AskRateForm, RateForm
from loans.models import Repayment
from loans.payoff import payoff_quote
from loans.services import write_off_loan
from loans.services.restating import still_claimed
from programmes.clock import standing_at
from tests.office import DAY
from tests.steps_loans import active_loan, repay

pytestmark = pytest.mark.once

LATE = date(2026, 6, 20)


def typed(client, loan, by, amount, on):
    client.force_login(by)
    facts = {"key": str(uuid4()), "amount": amount, "on": on, "means": "bank", "record": "1"}
    return client.post(reverse("loans:repay", args=[loan.ref]), facts)


def test_money_of_a_day_before_the_pay_out_is_refused_with_the_day_of_the_pay_out(lending, client):
    loan = active_loan(lending)
    answer = typed(client, loan, lending.people.loan_officer, "5", "1.1.1900")
    said = f"The loan was paid out on {DAY:%d.%m.%Y}; no repayment comes before."
    assert (answer.status_code, answer.context["form"].errors["on"]) == (400, [said])
    assert not Repayment.objects.exists()


def test_more_than_is_still_claimed_after_a_write_off_is_refused_to_the_cent(lending, client):
    loan = active_loan(lending)
    facts = {"decision_ref": "S-2026-05/1", "reason": "The shop is gone.", "on": LATE, "by": lending.people.manager}
    with standing_at(LATE):
        loan = write_off_loan(loan=loan, **facts)
        claimed, _recovered = still_claimed(loan)
        over = f"{(claimed + 1) / 100:.2f}"
        answer = typed(client, loan, lending.people.loan_officer, over, f"{LATE:%d.%m.%Y}")
        assert answer.status_code == 400
        assert "is still claimed. Keep the rest" in answer.context["form"].errors["amount"][0]
        assert not Repayment.objects.exists()
        exact = typed(client, loan, lending.people.loan_officer, f"{claimed / 100:.2f}", f"{LATE:%d.%m.%Y}")
    assert (exact.status_code, Repayment.objects.get().recovered_amount) == (302, claimed)


def test_the_payoff_of_yesterday_is_not_taken_as_the_whole_loan_today(lending, client):
    """1,000.00 at 12%: the quote of the 20th is short of the 21st by one day's interest, which no cent may hide."""
    loan, officer = active_loan(lending, terms={"early_interest": "date"}), lending.people.loan_officer
    day, next_day = date(2026, 3, 20), date(2026, 3, 21)
    quoted, needed = (payoff_quote(loan, one).total for one in (day, next_day))
    assert needed - quoted == 32
    url = f"{reverse('loans:repay', args=[loan.ref])}?payoff"
    facts = {"key": str(uuid4()), "amount": f"{quoted / 100:.2f}", "means": "bank", "record": "1"}
    client.force_login(officer)
    with standing_at(next_day):
        answer = client.post(url, {**facts, "on": "21.3.2026"})
        said = (
            f"USD {needed / 100:,.2f} repays the loan on 21.03.2026. Less of it is recorded from the page of the loan."
        )
        assert (answer.status_code, answer.context["form"].errors["amount"]) == (400, [said])
        assert not Repayment.objects.exists()
        assert client.post(url, {**facts, "on": "20.3.2026"}).status_code == 302
    loan.refresh_from_db()
    assert (loan.state, loan.principal_amount, Repayment.objects.get().amount) == ("closed", 0, quoted)


def test_the_sheet_of_another_tab_is_not_booked_a_second_time_unasked(lending, client):
    """Two people send the same 88.85 of one day; the second reads that it is recorded, and can still mean it."""
    loan, url = active_loan(lending), reverse("loans:collections")
    sent = {"on": "12.4.2026", "means": "mobile", f"amount_{loan.pk}": "88.85"}
    with standing_at(date(2026, 4, 12)):
        client.force_login(lending.people.loan_officer)
        assert client.post(url, {**sent, "key": "first"}).status_code == 302
        client.force_login(lending.people.maker)
        asked = client.post(url, {**sent, "key": "second"})
        assert (asked.status_code, asked.context["again"]) == (200, f"{loan.pk}.1")
        assert f"{loan.ref}: USD 88.85" in asked.content.decode().replace("\u00a0", " ")
        assert client.post(url, {**sent, "key": "second", "again": f"{loan.pk}.2"}).status_code == 200
        assert loan.repayments.count() == 1
        assert client.post(url, {**sent, "key": "second", "again": f"{loan.pk}.1"}).status_code == 302
        assert client.post(url, {**sent, "key": "second", "again": f"{loan.pk}.1"}).status_code == 302
    assert loan.repayments.count() == 2


@pytest.mark.parametrize("prepay", ["next_instalments", "hold", "reduce_number"])
def test_what_came_in_the_morning_is_taken_off_the_payoff_of_the_day_to_the_cent(lending, client, prepay):
    """60.00 alone would pay interest of the months to come; with the rest on one day nothing of it is over."""
    loan = active_loan(lending, months=6, terms={"early_interest": "date", "prepay": prepay})
    day = date(2026, 4, 20)
    repay(lending, loan, 17_255, date(2026, 4, 12))
    whole = payoff_quote(loan, day).total
    repay(lending, loan, 6000, day)
    quote = payoff_quote(loan, day)
    assert (quote.total, quote.received) == (whole - 6000, 6000)
    with standing_at(day):
        client.force_login(lending.people.loan_officer)
        page = client.get(reverse("loans:payoff", args=[loan.ref])).content.decode()
        assert f"USD {quote.total / 100:.2f} repays the loan" in page.replace("\u00a0", " ")
        assert "Less what came on this day" in page
        facts = {"key": str(uuid4()), "amount": f"{quote.total / 100:.2f}", "on": "20.4.2026", "means": "cash"}
        url = f"{reverse('loans:repay', args=[loan.ref])}?payoff"
        assert client.post(url, {**facts, "record": "1"}).status_code == 302
    loan.refresh_from_db()
    assert (loan.state, loan.principal_amount, loan.overpaid_amount) == ("closed", 0, 0)


def test_the_first_late_instalment_is_marked_as_late_as_those_after_it(lending):
    loan = active_loan(lending, months=6)
    rows = list(loan.instalments.order_by("number"))
    lines = schedule_table(loan, rows, date(2026, 6, 1)).lines
    assert [line.row_class for line in lines] == ["is-late", "is-late", *["is-ahead"] * 4]
    assert schedule_table(loan, rows, date(2026, 4, 12)).lines[0].row_class == "is-current"


@pytest.mark.parametrize("form", [RateForm, AskRateForm])
def test_a_rate_is_typed_with_comma_or_point_in_plain_figures_only(form):
    field = form.base_fields["annual_rate_pct"]
    assert [str(field.clean(text)) for text in ("12,5", "12.5", "0", "100", "9.1234")] == [
        "12.5", "12.5", "0", "100", "9.1234",
    ]  # fmt: skip
    for text in ("٣٤", "１２", "1,000.00", "100,0001", "-1", "1.23456", "1e9", "NaN", "", "12 %"):
        with pytest.raises(forms.ValidationError):
            field.clean(text)
