"""A donor reads money in the currency of the agreement: by the line's rate rule, each rate named, none guessed."""

import json
from datetime import date, timedelta
from decimal import Decimal

import pytest

from audit.refusals import Blocked, Invalid
from programmes.models import ExchangeRate, FundingLine
from reports.edition import thawed
from reports.models import DonorAgreement
from reports.render_json import render
from reports.services import draft_issue, publish_issue, report_of_draft
from tests.office import DAY, grant_office
from tests.steps_grants import paid_tranche, signed_award

pytestmark = [pytest.mark.django_db, pytest.mark.in_turn]
START = DAY.replace(month=1, day=1)


@pytest.fixture
def agreement(office):
    """The office pays 20,000.00 EUR on DAY; its donor reads US dollars."""
    paid_tranche(office, signed_award(office).tranches.get())
    return DonorAgreement.objects.create(
        programme=office.programme,
        donor=office.donor,
        number="USAID-1",
        title="Support",
        signed_on=START,
        starts_on=START,
        ends_on=DAY,
        currency="USD",
    )


def rule(office, source, translation="frozen"):
    FundingLine.objects.filter(pk=office.line.pk).update(rate_rule=source, translation=translation)


def rate(on, value, source="un_month", base="EUR", quote="USD"):
    return ExchangeRate.objects.create(base=base, quote=quote, on=on, rate=Decimal(value), source=source)


def issue_for(office, agreement):
    facts = {"programme": office.programme, "period_from": START, "period_to": DAY, "title": "Quarter"}
    return draft_issue(agreement=agreement, on=DAY, by=office.people.manager, **facts)


def published(office, agreement):
    return publish_issue(issue=issue_for(office, agreement), on=DAY, by=office.people.manager)


def test_money_stands_in_the_donors_currency_at_the_rate_of_its_day(office, agreement):
    rule(office, "un_month")
    rate(DAY.replace(day=1), "1.0837")
    rate(DAY + timedelta(days=40), "9")
    issue = published(office, agreement)
    report = thawed(issue.body)
    paid = report.figure("grants_disbursed")
    assert (paid.value, paid.currency, paid.translated, report.reporting_currency) == (
        2_000_000,
        "EUR",
        2_167_400,
        "USD",
    )
    assert (issue.donor, report.agreement) == (office.donor, "USAID-1")
    assert [(one.base, one.quote, one.value, one.on) for one in report.rates] == [
        ("EUR", "USD", "1.0837", DAY.replace(day=1).isoformat())
    ]
    data = json.loads(render(report))
    told = next(one for one in data["figures"] if one["code"] == "grants_disbursed")
    assert (told["value"], told["translated"], data["rates"][0]["value"]) == ("20000.00", "21674.00", "1.0837")


def test_a_rate_missing_on_a_day_is_named_before_the_report_is_published(office, agreement):
    rule(office, "un_month")
    rate(DAY.replace(day=1) - timedelta(days=1), "1.08")
    draft = issue_for(office, agreement)
    said = rf"no rate of EUR to USD for {DAY:%d.%m.%Y} \(UN operational rate of the month\)"
    with pytest.raises(Blocked, match=said):
        publish_issue(issue=draft, on=DAY, by=office.people.manager)
    draft.refresh_from_db()
    assert draft.state == "draft"
    assert report_of_draft(draft).figure("grants_disbursed").translated is None


def test_the_preview_says_which_rate_is_missing_and_where_the_figure_would_stand(office, agreement, client):
    rule(office, "un_month")
    draft = issue_for(office, agreement)
    client.force_login(office.people.manager)
    page = " ".join(client.get(draft.get_absolute_url()).content.decode().split())
    # Pledges, awards and payments are all of this month: one rate serves them, and it is asked for once.
    said = f"There is no rate of EUR to USD for {DAY:%d.%m.%Y} (UN operational rate of the month)."
    assert page.count(said) == 1
    assert "Not all money can be put into USD yet" in page
    assert '20,000.00</td> <td class="num" data-label="USD">no rate</td>' in page
    rate(DAY.replace(day=1), "1.0837")
    page = " ".join(client.get(draft.get_absolute_url()).content.decode().split())
    assert "no rate" not in page
    assert '<td class="num" data-label="USD">21,674.00</td>' in page


@pytest.mark.parametrize(("days", "found"), [(10, True), (11, False)])
def test_a_banks_rate_stands_over_the_days_on_which_it_is_shut(office, agreement, days, found):
    rule(office, "bank")
    rate(DAY - timedelta(days=days), "2", "bank")
    report = report_of_draft(issue_for(office, agreement))
    assert report.figure("grants_disbursed").translated == (4_000_000 if found else None)


def test_a_rate_that_is_quoted_the_other_way_round_serves_too(office, agreement):
    rule(office, "bank")
    rate(DAY, "0.8", "bank", base="USD", quote="EUR")
    report = report_of_draft(issue_for(office, agreement))
    assert report.figure("grants_disbursed").translated == 2_500_000
    assert [(one.base, one.quote, one.value) for one in report.rates] == [("USD", "EUR", "0.8")]


def test_at_the_closing_rate_nothing_is_asked_of_earlier_days(office, agreement):
    rule(office, "un_month", "closing")
    rate(DAY.replace(day=1), "3")
    assert report_of_draft(issue_for(office, agreement)).figure("grants_disbursed").translated == 6_000_000


def test_an_agreement_in_the_programmes_own_currency_translates_nothing(office, agreement):
    DonorAgreement.objects.update(currency="EUR")
    agreement.refresh_from_db()
    report = thawed(published(office, agreement).body)
    assert (report.reporting_currency, report.rates, report.figure("grants_disbursed").translated) == ("", (), None)


def test_an_agreement_about_another_programme_makes_no_report(office, agreement):
    other = grant_office("elsewhere")
    with pytest.raises(Invalid):
        issue_for(other, agreement)


def test_the_days_of_a_figure_add_up_to_it(office, agreement):
    rule(office, "bank")
    rate(date(2000, 1, 1), "1", "instalments")
    rule(office, "instalments")
    for figure in report_of_draft(issue_for(office, agreement)).figures:
        assert figure.translated is None or figure.translated == figure.value, figure.code
