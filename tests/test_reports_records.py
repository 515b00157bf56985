"""Each figure of a published report leads to the records behind it: listed for who may see them, hashed, proved."""

import hashlib
import json
import zlib

import pytest
from django.urls import reverse

from audit.models import Event
from ledger.models import Leg
from reports.behind import records_of, unpacked
from reports.checks import checks
from reports.edition import evidence_shown
from reports.figure import COUNT, SHARE, Figure
from reports.framework import grade_of
from reports.indicators import BY_CODE, INDICATORS, figures, figures_with_tallies
from reports.indicators.standards import CODES, PROOF, SIDES
from reports.models import IssueFigure, RecordSet
from tests.office import make_user, seat
from tests.steps_grants import paid_tranche, signed_award
from tests.test_reports_issues import opens, published

pytestmark = [pytest.mark.django_db, pytest.mark.in_turn]


@pytest.fixture
def paid(office):
    award = signed_award(office)
    paid_tranche(office, award.tranches.get())
    return award


def row_of(issue, code):
    return issue.rows.select_related("behind").get(code=code)


def page_of(row):
    return reverse("reports:issue_figure", args=[row.issue.ref, row.number])


def test_a_figure_rests_on_records_whose_hash_anybody_can_work_out_again(office, paid):
    row = row_of(published(office), "grants_disbursed")
    legs = Leg.objects.filter(account__code="5000", account__subject=paid.ref).order_by("pk")
    assert sum(leg.amount for leg in legs) == row.value == 2_000_000
    text = "ledger.leg:" + ",".join(str(leg.pk) for leg in legs)
    assert zlib.decompress(bytes(row.behind.packed)).decode() == text
    assert row.behind.sha256 == hashlib.sha256(text.encode()).hexdigest()
    frozen = next(one for one in row.issue.body["figures"] if one["code"] == "grants_disbursed")
    assert (frozen["records_sha256"], frozen["records"], row.behind.count) == (row.behind.sha256, len(legs), len(legs))


def test_every_figure_has_as_many_records_as_it_says(office, paid):
    for figure, tally in figures_with_tallies(office.programme):
        found = records_of(tally)
        assert found is None or found.count == figure.records, figure.code


def test_the_report_says_until_when_it_was_told_and_who_approved_it(office, paid):
    issue = published(office)
    assert issue.body["cut_off"] == issue.cut_off_at.isoformat()
    assert issue.body["approved_by"] == str(office.people.manager)


def test_equal_records_are_kept_once(office, paid):
    issue = published(office)
    kept = RecordSet.objects.count()
    again = published(office)
    assert RecordSet.objects.count() == kept < IssueFigure.objects.filter(issue=issue).count()
    assert row_of(again, "awards").behind == row_of(issue, "awards").behind


def test_of_a_hidden_figure_neither_value_nor_hash_is_told(office, paid):
    issue = published(office)
    hidden = [one for one in issue.body["figures"] if one["hidden"]]
    assert {one["records_sha256"] for one in hidden} == {""}
    row = row_of(issue, hidden[0]["code"])
    assert (row.hidden, row.value, row.numerator, row.denominator, row.records) == (True, None, None, None, None)


# What verify finds ---------------------------------------------------------------------------------------------------


def test_verify_names_the_figure_whose_row_was_changed(office, paid):
    row = row_of(published(office), "grants_disbursed")
    IssueFigure.objects.filter(pk=row.pk).update(value=2_000_001)
    assert [row.number in fault and row.issue.ref in fault for fault in checks()] == [True]


def test_verify_names_the_records_that_were_changed(office, paid):
    row = row_of(published(office), "grants_disbursed")
    RecordSet.objects.filter(pk=row.behind_id).update(packed=zlib.compress(b"ledger.leg:999999"))
    assert [row.behind.sha256[:12] in fault for fault in checks()] == [True]
    RecordSet.objects.filter(pk=row.behind_id).update(packed=b"no zip")
    assert [row.behind.sha256[:12] in fault for fault in checks()] == [True]


def test_verify_names_a_figure_that_was_given_other_records(office, paid):
    issue = published(office)
    row, other = row_of(issue, "grants_disbursed"), row_of(issue, "awards")
    IssueFigure.objects.filter(pk=row.pk).update(behind=other.behind)
    assert [f"({row.code})" in fault for fault in checks()] == [True]


def test_verify_names_a_report_that_lost_a_row(office, paid):
    issue = published(office)
    row_of(issue, "awards").delete()
    assert [issue.ref in fault for fault in checks()] == [True]


# Who reads them ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("who", "status"),
    [("manager", 200), ("monitor", 200), ("donor", 404), ("adviser", 404), ("administrator", 404), ("member1", 404)],
)
def test_the_office_reads_the_records_and_a_donor_does_not(office, paid, client, who, status):
    row = row_of(published(office), "awards")
    assert opens(client, getattr(office.people, who), page_of(row)).status_code == status


def test_the_page_of_a_figure_says_what_was_counted_and_leads_to_each_record(office, paid, client):
    row = row_of(published(office), "awards")
    page = opens(client, office.people.manager, page_of(row)).content.decode()
    assert row.behind.sha256 in page
    assert f'href="{paid.get_absolute_url()}"' in page
    assert "Awards that the committee approved and nobody cancelled" in page
    issue = opens(client, office.people.manager, row.issue.get_absolute_url()).content.decode()
    assert f'href="{page_of(row)}"' in issue
    assert page_of(row) not in opens(client, office.people.donor, row.issue.get_absolute_url()).content.decode()


def test_records_of_another_region_are_counted_and_not_shown(office, paid, client):
    row = row_of(published(office), "awards")
    user = make_user("Regional manager", "RM-01")
    seat(user, office.programme, "manager", region=office.other_region)
    page = opens(client, user, page_of(row)).content.decode()
    assert paid.ref not in page
    assert "1 more record is in another" in page


def test_who_looked_at_people_is_kept(office, paid, client):
    issue = published(office)
    row = row_of(issue, "businesses_supported")
    opens(client, office.people.manager, page_of(row))
    event = Event.objects.filter(kind="figure.read").get()
    assert (event.subject, json.loads(event.body)["figure"]) == (issue.ref, "businesses_supported")
    opens(client, office.people.manager, page_of(row_of(issue, "awards")))
    assert Event.objects.filter(kind="figure.read").count() == 1


def test_the_records_come_as_a_file(office, paid, client):
    row = row_of(published(office), "awards")
    answer = opens(client, office.people.manager, f"{page_of(row)}?format=csv")
    text = b"".join(answer.streaming_content).decode()
    assert paid.ref in text
    assert Event.objects.filter(kind="list.export").count() == 1


@pytest.mark.parametrize("number", ["99.9", "x", "1.1.1"])
def test_a_number_that_the_report_does_not_have_is_not_found(office, paid, client, number):
    issue = published(office)
    url = reverse("reports:issue_figure", args=[issue.ref, number])
    assert opens(client, office.people.manager, url).status_code == 404


def test_a_live_figure_leads_to_its_records_in_the_same_days(office, paid, client):
    url = reverse("reports:live_figure", args=[office.programme.key, "awards"])
    assert paid.ref in opens(client, office.people.manager, url).content.decode()
    day_before = f"{url}?period_to={paid.approved_on.replace(day=1):%Y-%m-%d}"
    assert opens(client, office.people.manager, day_before).status_code == 404
    assert opens(client, office.people.adviser, url).status_code == 404
    page = opens(client, office.people.manager, reverse("reports:programme", args=[office.programme.key]))
    assert f'href="{url}' in page.content.decode()


def test_unpacking_gives_what_was_packed(office, paid):
    row = row_of(published(office), "paid")
    assert unpacked(row.behind).keys == {"grants.award": (paid.pk,)}


# What proves it ------------------------------------------------------------------------------------------------------


def test_a_figure_says_how_many_of_its_records_a_second_person_verified(office):
    award = signed_award(office)
    now = {figure.code: figure for figure in figures(office.programme)}
    pledged = now["cofinancing_pledged"]
    assert award.contributions.filter(accepted_on=None).count() == pledged.records - pledged.verified
    assert (now["awards"].verified, now["awards"].grade) == (None, "A")


@pytest.mark.parametrize(
    ("records", "verified", "entered", "letter"),
    [(100, 95, False, "A"), (100, 94, False, "B"), (100, 49, False, "D"), (9, None, False, "A"), (9, None, True, "B")],
)
def test_the_grade_follows_the_printed_rule(records, verified, entered, letter):
    figure = Figure("a", "A", "way", COUNT, "", "v1", value=records, records=records, verified=verified)
    assert grade_of(figure, entered=entered) == letter


def test_of_a_share_the_lower_grade_stands():
    figure = Figure("a", "A", "way", SHARE, "", "v1", numerator=40, denominator=70, unknown=30, records=100)
    assert [grade_of(figure.but(verified=number)) for number in (100, 20)] == ["C", "D"]
    assert grade_of(figure.but(numerator=None, denominator=None)) == ""


def test_every_share_says_what_it_divides_and_every_code_of_donors_is_of_a_figure():
    assert {one.code for one in INDICATORS if one.unit == SHARE} == set(SIDES)
    assert set(CODES) | set(PROOF) <= set(BY_CODE)


def test_donors_learn_of_no_few_who_were_not_verified(office):
    few = Figure("a", "A", "way", COUNT, "", "v1", value=30, records=30, verified=27, of_people=True)
    assert [evidence_shown(few.but(verified=number), strict=False).verified for number in (30, 27, 25, 3)] == [
        30,
        None,
        25,
        None,
    ]
