"""A report says what the records say otherwise today of the report before it, each with a reason."""

import json

import pytest
from django.urls import reverse

from audit.models import Event
from audit.refusals import Blocked, Invalid, NotAllowed
from reports.checks import checks
from reports.edition import digest
from reports.figure import COUNT, MONEY, SHARE, Figure
from reports.models import Issue
from reports.restating import differences, is_delicate
from reports.services import explain_restatement, publish_issue
from tests.office import DAY
from tests.steps_grants import paid_tranche, signed_award
from tests.test_reports_issues import drafted, opens, published

pytestmark = [pytest.mark.django_db, pytest.mark.in_turn]


@pytest.fixture
def told(office):
    """A published report, and a grant entered afterwards that was paid within its days."""
    issue = published(office)
    award = signed_award(office)
    paid_tranche(office, award.tranches.get())
    return issue, award


def explained(office, draft, old, **facts):
    facts = {"codes": [one.code for one in differences(old)], "reason": "Entered late.", "on": DAY, **facts}
    return explain_restatement(issue=draft, by=facts.pop("by", office.people.manager), **facts)


def test_what_was_entered_late_is_told_with_the_records_that_came(office, told):
    old, award = told
    found = {one.code: one for one in differences(old)}
    assert (found["grants_disbursed"].before, found["grants_disbursed"].after) == ("", "20000.00")
    assert (found["awards"].came.keys, found["awards"].went.count) == ({"grants.award": (award.pk,)}, 0)
    assert old.body == Issue.objects.get(pk=old.pk).body


def test_a_report_waits_until_each_figure_that_changed_has_its_reason(office, told):
    old, _award = told
    draft = drafted(office)
    with pytest.raises(Blocked, match=r"R-2026-Q1-ALL says otherwise .*Grants paid"):
        publish_issue(issue=draft, on=DAY, by=office.people.manager)
    codes = [one.code for one in differences(old)]
    explained(office, draft, old, codes=codes[1:])
    with pytest.raises(Blocked):
        publish_issue(issue=draft, on=DAY, by=office.people.manager)
    explained(office, draft, old, codes=codes[:1])
    new = publish_issue(issue=draft, on=DAY, by=office.people.manager)
    said = {one["code"]: one for one in new.body["restatements"]}
    assert list(said) == codes
    assert (said["grants_disbursed"]["of"], said["grants_disbursed"]["after"]) == (old.ref, "20000.00")
    assert {one["reason"] for one in said.values()} == {"Entered late."}
    assert new.sha256 == digest(new.body)
    assert list(checks()) == []


def test_a_report_after_which_nothing_changed_needs_no_reason(office):
    published(office)
    assert published(office, title="Again").body["restatements"] == []


def test_a_correction_gives_its_reasons_too(office, told):
    old, _award = told
    draft = drafted(office, supersedes=old)
    with pytest.raises(Blocked):
        publish_issue(issue=draft, on=DAY, by=office.people.manager)
    explained(office, draft, old)
    publish_issue(issue=draft, on=DAY, by=office.people.manager)
    old.refresh_from_db()
    assert old.state == "superseded"


def test_a_reason_is_a_sentence_about_a_figure_that_changed_by_who_drafts_reports(office, told):
    old, _award = told
    draft = drafted(office)
    for facts in ({"reason": "  "}, {"codes": []}, {"codes": ["par30"]}):
        with pytest.raises(Invalid):
            explained(office, draft, old, **facts)
    with pytest.raises(NotAllowed):
        explained(office, draft, old, by=office.people.adviser)
    with pytest.raises(Blocked):
        explained(office, old, old)
    assert not draft.restatements.exists()


def test_the_reason_leaves_an_event_without_its_words(office, told):
    old, _award = told
    draft = drafted(office)
    explained(office, draft, old, codes=["awards"], reason="Entered late by Karen.")
    event = Event.objects.get(kind="restatement.explain")
    assert json.loads(event.body) == {"of": old.ref, "figures": ["awards"]}
    assert "Karen" not in event.body


def test_a_change_of_few_people_is_told_to_donors_without_its_numbers():
    people = Figure("trained", "Trained", "way", COUNT, "", "v1", value=20, records=20, of_people=True)
    assert is_delicate(people, people.but(value=24), strict=False)
    assert not is_delicate(people, people.but(value=25), strict=False)
    assert is_delicate(people, None, strict=False)
    share = people.but(unit=SHARE, value=None, numerator=30, denominator=40)
    assert is_delicate(share, share.but(numerator=31), strict=False)
    assert not is_delicate(share, share.but(numerator=35, denominator=45), strict=False)
    money = Figure("paid", "Paid", "grants", MONEY, "", "v1", value=20_00, records=9, currency="CHF")
    assert (is_delicate(money, money.but(value=30_00), strict=False), is_delicate(money, money, strict=True)) == (
        False,
        True,
    )


# The page ------------------------------------------------------------------------------------------------------------


def page(client, user, issue):
    return opens(client, user, reverse("reports:restatements", args=[issue.ref]))


def test_the_page_of_a_published_report_lists_what_the_records_say_otherwise_today(office, told, client):
    old, award = told
    text = page(client, office.people.monitor, old).content.decode()
    assert "20000.00" in text
    assert f'href="{award.get_absolute_url()}"' in text
    assert "Keep the reason" not in text
    for who in ("donor", "adviser"):
        assert page(client, getattr(office.people, who), old).status_code == 404


def test_the_reason_is_given_on_the_page_of_the_draft(office, told, client):
    old, _award = told
    draft = drafted(office)
    text = page(client, office.people.manager, draft).content.decode()
    key = text.partition('name="key" value="')[2].partition('"')[0]
    codes = [one.code for one in differences(old)]
    url = reverse("reports:restatements", args=[draft.ref])
    answer = client.post(url, {"codes": codes, "reason": "Entered late.", "key": key})
    assert answer.status_code == 302
    assert set(draft.restatements.values_list("code", flat=True)) == set(codes)
    assert client.post(reverse("reports:restatements", args=[old.ref]), {"codes": codes}).status_code == 403
