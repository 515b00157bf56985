"""Published reports: frozen, corrected by new ones, read by their donors, opened by links that end."""

import hashlib
from datetime import timedelta

import pytest
from django.urls import reverse

from accounts.models import User
from audit.models import Event
from audit.refusals import Blocked, Invalid, NotAllowed
from programmes.clock import standing_at
from programmes.models import Donor, FundingLine
from reports.checks import checks
from reports.edition import digest
from reports.links import make_link, revoke_link
from reports.models import DonorLink, Issue, LinkOpening
from reports.services import (
    correct_issue,
    draft_issue,
    explain_restatement,
    publish_issue,
    set_target,
    withdraw_target,
)
from tests.office import DAY, grant_office, make_user, seat
from tests.steps_grants import paid_tranche, signed_award

pytestmark = [pytest.mark.django_db, pytest.mark.in_turn]
START = DAY.replace(month=1, day=1)


@pytest.fixture
def paid(office):
    award = signed_award(office)
    paid_tranche(office, award.tranches.get())
    return award


def drafted(office, **facts):
    facts = {"title": "First quarter", "period_from": START, "period_to": DAY, "on": DAY, **facts}
    return draft_issue(programme=office.programme, by=facts.pop("by", office.people.manager), **facts)


def published(office, **facts):
    return publish_issue(issue=drafted(office, **facts), on=DAY, by=office.people.manager)


def linked(office, issue=None, **facts):
    issue = issue or published(office)
    facts = {"label": "Head office", "expires_on": DAY + timedelta(days=30), "on": DAY, **facts}
    return make_link(issue=issue, by=facts.pop("by", office.people.manager), **facts)


def value_of(issue, code):
    return next(one for one in issue.body["figures"] if one["code"] == code)["value"]


# The Issue -----------------------------------------------------------------------------------------------------------


def test_a_report_is_called_by_its_quarter_and_donor(office):
    assert drafted(office).ref == "R-2026-Q1-ALL"
    assert drafted(office, donor=office.donor).ref == "R-2026-Q1-DONOR-SPRI"
    assert drafted(office).ref == "R-2026-Q1-ALL-2"


def test_a_published_report_never_changes_whatever_is_paid_later(office, paid):
    issue = published(office)
    assert (issue.state, value_of(issue, "grants_disbursed")) == ("published", 2_000_000)
    before = issue.body
    issue = Issue.objects.get()
    assert issue.body == before
    assert issue.sha256 == digest(issue.body)
    assert list(checks()) == []


def test_verify_names_the_report_whose_figure_was_changed_behind_its_back(office, paid):
    issue = published(office)
    issue.body["figures"][0]["value"] = 99
    Issue.objects.filter(pk=issue.pk).update(body=issue.body)
    assert [issue.ref in fault for fault in checks()] == [True]


def test_the_m_and_e_officer_drafts_and_only_the_manager_publishes(office):
    issue = drafted(office, by=office.people.monitor)
    with pytest.raises(NotAllowed):
        publish_issue(issue=issue, on=DAY, by=office.people.monitor)
    assert publish_issue(issue=issue, on=DAY, by=office.people.manager).state == "published"


@pytest.mark.parametrize("who", ["adviser", "maker", "donor", "administrator", "member1"])
def test_nobody_else_drafts_a_report(office, who):
    with pytest.raises(NotAllowed):
        drafted(office, by=getattr(office.people, who))


def test_a_report_is_published_once(office):
    issue = published(office)
    with pytest.raises(Blocked):
        publish_issue(issue=issue, on=DAY, by=office.people.manager)


@pytest.mark.parametrize(
    "facts",
    [
        {"period_from": DAY, "period_to": START},
        {"period_to": DAY + timedelta(days=1)},
        {"title": "  "},
    ],
)
def test_a_report_needs_a_title_and_a_period_that_is_over(office, facts):
    with pytest.raises(Invalid):
        drafted(office, **facts)
    assert not Issue.objects.exists()


def test_a_donor_who_pays_for_nothing_has_no_report(office):
    with pytest.raises(Invalid):
        drafted(office, donor=Donor.objects.create(key="stranger", name="Stranger"))


def test_a_correction_takes_the_place_of_the_report_when_it_is_published(office):
    issue = published(office)
    newer = correct_issue(issue=issue, on=DAY, by=office.people.manager)
    issue.refresh_from_db()
    assert (issue.state, newer.state) == ("published", "draft")
    with pytest.raises(Blocked):
        correct_issue(issue=issue, on=DAY, by=office.people.manager)
    publish_issue(issue=newer, on=DAY, by=office.people.manager)
    issue.refresh_from_db()
    assert (issue.state, issue.superseded_by.ref) == ("superseded", "R-2026-Q1-ALL-2")


def test_drafting_publishing_and_linking_leave_one_event_each(office):
    issue = published(office)
    link = linked(office, issue)
    revoke_link(link=link, on=DAY, by=office.people.manager)
    kinds = list(Event.objects.about(issue.ref).order_by("seq").values_list("kind", flat=True))
    assert kinds == ["issue.create", "issue.publish", "link.make", "link.revoke"]


def test_a_report_of_a_confidential_programme_carries_its_neutral_name_alone(db):
    with standing_at(DAY):
        secret = grant_office("veiled", confidential=True)
        issue = published(secret)
    assert secret.programme.name not in str(issue.body)
    assert secret.programme.key not in str(issue.body)
    assert issue.body["name"] == "Small business support"
    facts = {"on": DAY, "by": secret.people.manager}
    for act in (
        lambda: explain_restatement(
            issue=drafted(secret), codes=["awards"], reason=f"{secret.programme.name}.", **facts
        ),
        lambda: set_target(programme=secret.programme, code="awards", value=5, note=secret.programme.name, **facts),
    ):
        with standing_at(DAY), pytest.raises(Invalid, match="Write “Small business support” instead"):
            act()


# Who reads it --------------------------------------------------------------------------------------------------------


def opens(client, user, url):
    client.force_login(user)
    return client.get(url)


def test_the_donor_reads_what_is_published_and_no_draft(office, client):
    draft = drafted(office)
    assert opens(client, office.people.donor, draft.get_absolute_url()).status_code == 404
    publish_issue(issue=draft, on=DAY, by=office.people.manager)
    page = opens(client, office.people.donor, draft.get_absolute_url())
    assert page.status_code == 200
    assert b"Links for donors" not in page.content
    assert draft.ref.encode() in opens(client, office.people.donor, reverse("reports:issues")).content


def test_a_donor_does_not_read_the_report_made_for_another(office, client):
    other = Donor.objects.create(key="ministry", name="Ministry")
    FundingLine.objects.create(
        programme=office.programme, donor=other, key="m-line", name="M", currency="EUR", starts_on=START
    )
    issue = published(office, donor=other)
    assert opens(client, office.people.donor, issue.get_absolute_url()).status_code == 404
    user = make_user("Minister", "M-01")
    seat(user, office.programme, "donor", donor=other)
    assert opens(client, user, issue.get_absolute_url()).status_code == 200


@pytest.mark.parametrize(
    ("who", "status"),
    [("manager", 200), ("monitor", 200), ("maker", 200), ("donor", 404), ("adviser", 404), ("member1", 404)],
)
def test_live_figures_are_for_those_who_answer_for_them(office, client, who, status):
    url = reverse("reports:programme", args=[office.programme.key])
    assert opens(client, getattr(office.people, who), url).status_code == status


def test_the_people_of_another_programme_find_nothing(office, client):
    issue = published(office)
    with standing_at(DAY):
        other = grant_office("autumn")
    for user in (other.people.manager, other.people.donor):
        for url in (issue.get_absolute_url(), reverse("reports:programme", args=[office.programme.key])):
            assert opens(client, user, url).status_code == 404
        assert issue.ref.encode() not in opens(client, user, reverse("reports:issues")).content


def test_publishing_on_the_page_freezes_the_report(office, client):
    issue = drafted(office)
    url = reverse("reports:move", args=[issue.ref, "publish"])
    client.force_login(office.people.manager)
    assert client.get(url).status_code == 200
    assert Issue.objects.get().state == "draft"
    answer = client.post(url, {"version": issue.version, "key": "once"})
    assert (answer.status_code, Issue.objects.get().state) == (302, "published")
    assert client.post(url, {"version": issue.version, "key": "twice"}).status_code == 409


def test_an_internal_verb_has_no_page(office, client):
    issue = published(office)
    client.force_login(office.people.manager)
    assert client.get(reverse("reports:move", args=[issue.ref, "supersede"])).status_code == 404


@pytest.mark.parametrize("wanted", ["pdf", "xlsx", "csv", "json"])
def test_the_published_report_can_be_had_as_a_file(office, client, wanted):
    issue = published(office)
    answer = opens(client, office.people.donor, f"{issue.get_absolute_url()}?format={wanted}")
    assert answer.status_code == 200
    assert answer["Content-Disposition"] == f'attachment; filename="r-2026-q1-all.{wanted}"'
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert client.get(f"{issue.get_absolute_url()}?format=exe").status_code == 404


def test_a_new_report_is_drafted_on_its_page(office, client):
    client.force_login(office.people.manager)
    url = reverse("reports:new")
    page = client.get(url)
    assert page.status_code == 200
    facts = {
        "programme": office.programme.key,
        "title": "Spring",
        "period_from": "01.01.2026",
        "period_to": "12.03.2026",
        "key": page.context["form"]["key"].value(),
    }
    wrong = client.post(url, {**facts, "title": ""})
    assert wrong.status_code == 400
    answer = client.post(url, facts)
    assert (answer.status_code, Issue.objects.get().title) == (302, "Spring")


def test_a_target_is_typed_as_it_is_printed_and_kept_in_minor_units(office, client):
    client.force_login(office.people.manager)
    url = reverse("reports:target", args=[office.programme.key])
    facts = {"code": "grants_disbursed", "kind": "planned", "comparator": ">=", "value": "3000000"}
    assert client.post(url, facts).status_code == 302
    assert client.post(url, {**facts, "code": "women_run_share", "value": "55"}).status_code == 302
    found = {target.code: (target.value, target.currency) for target in office.programme.targets.all()}
    assert found["grants_disbursed"] == (300_000_000, "EUR")
    assert str(found["women_run_share"][0]) == "0.5500"


def test_only_the_manager_sets_a_target(office):
    with pytest.raises(NotAllowed):
        set_target(programme=office.programme, code="awards", value=36, on=DAY, by=office.people.monitor)


def test_a_target_is_of_a_figure_that_the_programme_has(office):
    facts = {"programme": office.programme, "value": 36, "on": DAY, "by": office.people.manager}
    with pytest.raises(Invalid, match="no figure “awarded”"):
        set_target(code="awarded", **facts)
    with pytest.raises(Invalid):
        set_target(code="awards_usd", **facts)
    assert set_target(code="grants_disbursed_usd", **facts).value == 36


def test_a_withdrawn_target_is_compared_with_nothing_and_not_set_again(office, client):
    facts = {"programme": office.programme, "code": "awards", "value": 36, "on": DAY, "by": office.people.manager}
    target = set_target(**facts)
    issue = published(office)
    url = reverse("reports:withdraw_target", args=[office.programme.key, target.pk])
    for who, status in (("monitor", 403), ("adviser", 404)):
        assert opens(client, getattr(office.people, who), url).status_code == status
    assert opens(client, office.people.manager, url).status_code == 200
    with pytest.raises(Invalid):
        withdraw_target(target=target, reason=" ", on=DAY, by=office.people.manager)
    withdraw_target(target=target, reason="The donor agreed to drop it.", on=DAY, by=office.people.manager)
    with pytest.raises(Blocked, match="withdrawn"):
        set_target(**facts)
    with pytest.raises(Blocked):
        withdraw_target(target=target, reason="Again.", on=DAY, by=office.people.manager)
    kept = next(one for one in issue.body["figures"] if one["code"] == "awards")
    again = [one for one in published(office).body["figures"] if one["code"] == "awards"]
    assert (kept["target"]["value"], again) == ({"decimal": "36.0000"}, [])


# Links ---------------------------------------------------------------------------------------------------------------


def address(link):
    return reverse("reports:opened", args=[link.token])


def test_a_link_opens_the_report_without_account_and_without_cookie(office, client, paid):
    link = linked(office)
    page = client.get(address(link))
    assert page.status_code == 200
    assert b"20,000.00" in page.content
    assert not page.cookies
    assert not client.cookies
    assert page["Cache-Control"] == "no-store"
    assert page["Referrer-Policy"] == "no-referrer"
    assert page["X-Robots-Tag"] == "noindex, nofollow"


def test_the_token_is_kept_as_its_hash_alone(office):
    link = linked(office)
    kept = DonorLink.objects.get()
    assert len(link.token) >= 40
    assert kept.token_hash == hashlib.sha256(link.token.encode()).hexdigest()
    assert link.token not in str(list(DonorLink.objects.values()))


def test_each_opening_is_counted_with_its_format(office, client):
    link = linked(office)
    for query in ("", "?format=pdf", "?format=json"):
        assert client.get(address(link) + query).status_code == 200
    assert list(LinkOpening.objects.order_by("pk").values_list("format", flat=True)) == ["html", "pdf", "json"]


def test_a_revoked_link_and_one_past_its_day_answer_410(office, client):
    link = linked(office, expires_on=DAY)
    assert client.get(address(link)).status_code == 200
    with standing_at(DAY + timedelta(days=1)):
        assert client.get(address(link)).status_code == 410
        assert client.get(f"{address(link)}?format=json").status_code == 410
    second = linked(office, link.issue)
    revoke_link(link=second, on=DAY, by=office.people.manager)
    assert client.get(address(second)).status_code == 410
    with pytest.raises(Blocked):
        revoke_link(link=second, on=DAY, by=office.people.manager)


def test_a_token_that_was_never_given_answers_404(office, client):
    link = linked(office)
    assert client.get(address(link)[:-2] + "x/").status_code == 404


def test_a_draft_has_no_link_and_a_link_ends_within_a_year(office):
    with pytest.raises(Blocked):
        linked(office, drafted(office))
    issue = published(office)
    for days in (-1, 367):
        with pytest.raises(Invalid):
            linked(office, issue, expires_on=DAY + timedelta(days=days))
    with pytest.raises(Invalid):
        linked(office, issue, label=" ")
    with pytest.raises(NotAllowed):
        linked(office, issue, by=office.people.monitor)


def test_the_page_of_links_shows_the_address_once_and_ends_a_link(office, client):
    issue = published(office)
    client.force_login(office.people.manager)
    url = reverse("reports:links", args=[issue.ref])
    key = client.get(url).context["form"]["key"].value()
    page = client.post(url, {"label": "Head office", "expires_on": "01.06.2026", "key": key})
    assert page.status_code == 200
    assert "/r/" in page.context["address"]
    assert b"/r/" not in client.get(url).content
    link = DonorLink.objects.get()
    ending = reverse("reports:revoke", args=[issue.ref, link.pk])
    assert client.post(ending, {"version": issue.version, "key": "end"}).status_code == 302
    link.refresh_from_db()
    assert link.revoked_on == DAY


@pytest.mark.parametrize("who", ["monitor", "maker", "donor"])
def test_others_do_not_reach_the_links(office, client, who):
    issue = published(office)
    url = reverse("reports:links", args=[issue.ref])
    assert opens(client, getattr(office.people, who), url).status_code == 403


def test_a_superseded_report_still_opens_and_says_that_it_was_corrected(office, client):
    link = linked(office)
    newer = correct_issue(issue=link.issue, on=DAY, by=office.people.manager)
    publish_issue(issue=newer, on=DAY, by=office.people.manager)
    page = client.get(address(link))
    assert page.status_code == 200
    assert b"corrects this one" in page.content


def test_no_page_of_reports_names_a_user_to_a_donor(office, client, paid):
    link = linked(office)
    page = client.get(address(link)).content.decode()
    for name in User.objects.values_list("name", flat=True):
        assert name not in page
    assert paid.applicant.name not in page
