"""Rows kept beside a published report: who is named in them, who can be told apart, and what verify finds."""

import json
import xml.etree.ElementTree as ET
from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command

from applicants.services import give_consent, withdraw_consent
from grants.models import Award
from programmes.clock import standing_at
from programmes.fields import SectorsField
from reports.annexes import coarsened, packed, pseudonym
from reports.checks import checks
from reports.iati.results import value_of
from reports.models import DonorAgreement, Issue, IssueAnnex
from reports.services import draft_issue, publish_issue
from reports.views.issues import report_of
from tests.office import DAY, grant_office
from tests.steps_applicants import CONSENT, registered_enterprise, registered_person
from tests.steps_grants import paid_tranche, signed_award
from tests.steps_loans import active_loan, repay

pytestmark = [pytest.mark.django_db, pytest.mark.once]


@pytest.fixture
def dairy(office):
    """An award paid to Sargsyan Cheese, an enterprise."""
    office.programme.sectors = [["32130", 10_000]]
    office.programme.save()
    award = signed_award(office)
    paid_tranche(office, award.tranches.get())
    dairy = registered_enterprise(office, manager=registered_person(office, "Mariam Petrosyan", birth_year=1970))
    Award.objects.filter(pk=award.pk).update(business=dairy)
    return dairy


def published(office, **facts):
    issue = draft_issue(
        programme=office.programme,
        period_from=DAY.replace(month=1, day=1),
        period_to=DAY,
        title="First quarter",
        on=DAY,
        by=office.people.manager,
        **facts,
    )
    return publish_issue(issue=issue, on=DAY, by=office.people.manager)


def grants_of(client, user, issue):
    client.force_login(user)
    answer = client.get(issue.get_absolute_url(), {"format": "360giving"})
    assert answer["Content-Disposition"] == f'attachment; filename="{issue.ref.lower()}.360giving.json"'
    return json.loads(answer.content)["grants"]


def names(grants):
    return [grant["recipientOrganization"][0]["name"] for grant in grants]


def test_a_business_is_named_once_it_agreed_and_no_longer_when_it_takes_that_back(office, dairy, client):
    issue = published(office)
    manager = office.people.manager
    assert names(grants_of(client, manager, issue)) == ["Enterprise, not named"]
    # Sharing results with donors is not being named to everybody.
    facts = {"party": dairy, "programme": office.programme, "text_version": CONSENT, "on": DAY}
    give_consent(purpose="sharing", by=office.people.adviser, **facts)
    assert names(grants_of(client, manager, issue)) == ["Enterprise, not named"]
    consent = give_consent(purpose="naming", by=office.people.adviser, **facts)
    assert names(grants_of(client, manager, issue)) == ["Sargsyan Cheese"]
    withdraw_consent(consent=consent, on=DAY, by=office.people.adviser, reason="Asked to")
    assert names(grants_of(client, manager, issue)) == ["Enterprise, not named"]
    assert "Sargsyan" not in str(issue.body)


def test_fewer_than_five_individuals_are_left_out(office, client):
    award = signed_award(office)
    paid_tranche(office, award.tranches.get())
    issue = published(office)
    client.force_login(office.people.manager)
    answer = client.get(issue.get_absolute_url(), {"format": "360giving"})
    assert answer.status_code == 409
    assert "no grants to publish" in answer.content.decode()


def test_verify_finds_rows_that_were_changed_or_taken_away(office, dairy):
    issue = published(office)
    assert list(checks()) == []
    annex = IssueAnnex.objects.get(issue=issue)
    IssueAnnex.objects.filter(pk=annex.pk).update(packed=packed([{"amount": 1}]))
    assert [issue.ref in fault for fault in checks()] == [True]
    annex.delete()
    assert [issue.ref in fault for fault in checks()] == [True]


def test_no_row_of_a_confidential_programme_is_kept_or_published(db, client):
    with standing_at(DAY):
        office = grant_office("quiet", confidential=True)
        award = signed_award(office)
        paid_tranche(office, award.tranches.get())
        # An enterprise: a single one would be listed elsewhere.
        dairy = registered_enterprise(office, manager=registered_person(office, "Mariam Petrosyan", birth_year=1970))
        Award.objects.filter(pk=award.pk).update(business=dairy)
        issue = published(office)
        assert not IssueAnnex.objects.filter(issue=issue).exists()
        said = issue.body["open_data"]
        assert (said["regions"], [line["name"] for line in said["lines"]]) == ([], [""])
        # One person: what was promised and paid to them follows from no part of the file.
        assert said["flows"] == []
        client.force_login(office.people.manager)
        answer = client.get(issue.get_absolute_url(), {"format": "360giving"})
    assert answer.status_code == 409
    assert "published nowhere" in answer.content.decode()


# Lists of records ----------------------------------------------------------------------------------------------------


def agreed(office, *, record_lists):
    return DonorAgreement.objects.create(
        programme=office.programme,
        donor=office.donor,
        number="A-1",
        title="Agreement",
        signed_on=DAY,
        starts_on=DAY,
        ends_on=DAY + timedelta(days=365),
        currency="EUR",
        record_lists=record_lists,
    )


@pytest.mark.parametrize(("entitled", "own", "kept"), [(True, True, True), (False, True, False), (True, False, False)])
def test_lists_of_records_go_only_to_the_donor_whose_agreement_says_so(office, entitled, own, kept):
    issue = draft_issue(
        programme=office.programme,
        period_from=DAY.replace(month=1, day=1),
        period_to=DAY,
        title="First quarter",
        donor=office.donor if own else None,
        on=DAY,
        by=office.people.manager,
    )
    Issue.objects.filter(pk=issue.pk).update(agreement=agreed(office, record_lists=entitled))
    publish_issue(issue=issue, on=DAY, by=office.people.manager)
    assert IssueAnnex.objects.filter(issue=issue, kind="records").exists() is kept


def record(number, **facts):
    return {"record": f"r{number}", "recipient": f"p{number}", "region": "Lori", "sex": "female", "cycle": "1", **facts}


LEVELS = (("region", "sex", "cycle"), ("region", "sex"), ("sex",), ())


def test_a_fact_that_fewer_than_five_share_is_left_out_of_all_rows():
    women = [record(number) for number in range(6)]
    columns = coarsened(women, LEVELS)["columns"]
    assert columns == ["record", "recipient", "region", "sex", "cycle"]
    # Four rows of one borrower are one borrower.
    again = [record(9, record=f"r{number}", region="Shirak") for number in range(4)]
    found = coarsened(women + again, LEVELS)
    assert found["columns"] == ["record", "recipient", "sex"]
    assert len(found["rows"]) == 10
    man = record(7, sex="male")
    assert coarsened([*women, man], LEVELS)["columns"] == ["record", "recipient"]
    assert coarsened(women[:4], LEVELS) == {"columns": [], "rows": []}


def test_a_pseudonym_is_another_one_in_each_report_and_with_another_key(settings):
    mine = pseudonym("R-1", 7)
    assert mine == pseudonym("R-1", 7) != pseudonym("R-2", 7)
    settings.INDEX_KEY = "another"
    assert pseudonym("R-1", 7) != mine


# The activity --------------------------------------------------------------------------------------------------------


def transactions(issue, kind):
    content = report_of(issue, "iati")
    return {flow.kind: flow.amount for flow in content.open_data.flows if flow.kind == kind}


def test_what_borrowers_pay_back_is_repaid_principal_and_interest_apart(lending):
    loan = active_loan(lending)
    on = DAY + timedelta(days=40)
    repay(lending, loan, 12_000, on=on)
    issue = draft_issue(
        programme=lending.programme, period_from=DAY, period_to=DAY, title="Q1", on=DAY, by=lending.people.manager
    )
    assert transactions(issue, "loan") == {"loan": 100_000}
    assert transactions(issue, "repaid") == {}
    Issue.objects.filter(pk=issue.pk).update(period_to=on)
    issue.refresh_from_db()
    report = report_of(issue, "iati")
    interest = report.figure("interest_received")
    assert transactions(issue, "interest") == {"interest": interest.value}
    assert transactions(issue, "repaid") == {"repaid": 12_000 - interest.value}
    assert value_of(interest, interest.value) == str(Decimal(interest.value) / 100)


def test_the_command_says_in_one_line_what_is_missing_and_writes_the_activity_when_nothing_is(office, tmp_path):
    out = tmp_path / "activity.xml"
    with pytest.raises(CommandError, match="DAC sectors"):
        call_command("report", programme=office.programme.key, format="iati", out=str(out))
    assert not out.exists()
    office.programme.sectors = [["32130", 10_000]]
    office.programme.save()
    call_command("report", programme=office.programme.key, format="iati", internal=True, out=str(out))
    tree = ET.parse(out)
    assert tree.findtext("*/iati-identifier") == f"XX-EXAMPLE-SEEDBED-{office.programme.key}"
    assert [one.get("percentage") for one in tree.iter("sector")] == ["100.00"]


@pytest.mark.parametrize("text", ["32130: 60\n16020: 30", "3213: 100", "32130: 60\n32130: 40", "32130: 60"])
def test_sectors_that_are_no_hundred_percent_are_refused(text):
    with pytest.raises(ValidationError):
        SectorsField(required=False).clean(text)


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("32130", [["32130", 10_000]]),
        ("32130: 60\n16020: 40", [["32130", 6_000], ["16020", 4_000]]),
        ("", []),
    ],
)
def test_sectors_are_five_digits_and_a_hundred_percent(text, kept):
    field = SectorsField(required=False)
    assert field.clean(text) == kept
    assert field.clean(field.prepare_value(kept)) == kept
