"""A link with a passcode: who knows both reads, who guesses waits, and nothing is kept in the browser."""

import json
from datetime import timedelta

import pytest
import time_machine
from django.contrib.auth.hashers import check_password
from django.test import Client
from django.urls import reverse
from django.utils.timezone import now

from audit.models import Event
from audit.refusals import Invalid
from reports.links import MOST_FAILURES, PASS_MINUTES, PAUSE, make_link, revoke_link
from reports.models import DonorLink, LinkOpening
from tests.office import DAY
from tests.test_reports_issues import published

pytestmark = [pytest.mark.django_db, pytest.mark.in_turn]
PASSCODE = "quince-71"


@pytest.fixture
def link(office):
    facts = {"label": "Head office", "expires_on": DAY + timedelta(days=30), "on": DAY, "passcode": PASSCODE}
    return make_link(issue=published(office), by=office.people.manager, **facts)


def address(link):
    return reverse("reports:opened", args=[link.token])


def said(client, link, passcode):
    return client.post(address(link), {"passcode": passcode})


def test_a_link_with_a_passcode_tells_nothing_of_the_report_before_it_is_said(client, link):
    page = client.get(address(link))
    assert page.status_code == 200
    assert link.issue.ref not in page.content.decode()
    assert link.issue.title not in page.content.decode()
    assert client.get(f"{address(link)}?format=json")["Content-Type"].startswith("text/html")
    assert not LinkOpening.objects.exists()


@pytest.mark.parametrize("query", ["", "?format=json", "?lang=hy&format=csv"])
def test_after_the_right_passcode_the_address_itself_opens_the_report_and_its_files(query, link):
    client = Client(enforce_csrf_checks=True)
    answer = client.post(address(link) + query, {"passcode": f" {PASSCODE} "})
    assert answer.status_code == 303
    assert PASSCODE not in answer["Location"]
    opened = client.get(answer["Location"])
    assert opened.status_code == 200
    assert link.issue.ref.lower() in (opened.get("Content-Disposition") or opened.content.decode()).lower()
    assert (opened["Cache-Control"], opened["Referrer-Policy"]) == ("no-store", "no-referrer")
    assert not client.cookies
    assert LinkOpening.objects.get().outcome == "opened"


def test_the_links_on_an_opened_page_carry_what_stands_for_the_passcode(client, link):
    page = client.get(said(client, link, PASSCODE)["Location"]).content.decode()
    assert page.count("pass=") >= 4 + 2
    assert PASSCODE not in page


def test_what_stands_for_the_passcode_ends_after_half_an_hour_and_is_good_for_one_link(office, client, link):
    where = said(client, link, PASSCODE)["Location"]
    other = make_link(
        issue=link.issue, label="B", expires_on=link.expires_on, passcode=PASSCODE, on=DAY, by=office.people.manager
    )
    assert b"asks for a passcode" in client.get(f"{address(other)}?{where.split('?')[1]}").content
    later = now() + timedelta(minutes=PASS_MINUTES)
    with time_machine.travel(later - timedelta(seconds=5)):
        assert link.issue.ref.encode() in client.get(where).content
    with time_machine.travel(later + timedelta(seconds=5)):
        assert b"asks for a passcode" in client.get(where).content


def test_a_revoked_link_is_ended_even_for_who_knows_the_passcode(office, client, link):
    where = said(client, link, PASSCODE)["Location"]
    revoke_link(link=link, on=DAY, by=office.people.manager)
    assert client.get(where).status_code == 410
    assert said(client, link, PASSCODE).status_code == 410
    assert [one.outcome for one in LinkOpening.objects.all()] == ["ended", "ended"]


def test_after_five_wrong_passcodes_not_even_the_right_one_is_taken_for_a_quarter_of_an_hour(client, link):
    for _number in range(MOST_FAILURES - 1):
        assert said(client, link, "guessed-1").status_code == 403
    paused = said(client, link, "guessed-2")
    assert paused.status_code == 429
    assert 890 <= int(paused["Retry-After"]) <= 901
    assert said(client, link, PASSCODE).status_code == 429
    assert client.get(address(link)).status_code == 429
    assert LinkOpening.objects.filter(outcome="wrong").count() == MOST_FAILURES
    with time_machine.travel(now() + PAUSE + timedelta(seconds=1)):
        assert said(client, link, "guessed-3").status_code == 403
        assert said(client, link, PASSCODE).status_code == 303
    link.refresh_from_db()
    assert (link.failures, link.failed_at) == (0, None)


def test_who_is_in_stays_in_while_a_stranger_guesses(client, link):
    where = said(client, link, PASSCODE)["Location"]
    for _number in range(MOST_FAILURES):
        said(client, link, "guessed-1")
    assert client.get(where).status_code == 200


def test_no_passcode_is_not_a_guess_and_a_link_without_one_takes_no_post(office, client, link):
    assert said(client, link, "").status_code == 400
    assert not LinkOpening.objects.exists()
    plain = make_link(issue=link.issue, label="B", expires_on=link.expires_on, on=DAY, by=office.people.manager)
    assert client.post(address(plain), {"passcode": "x"}).status_code == 405
    assert client.post(reverse("reports:opened", args=["x" * 43]), {"passcode": PASSCODE}).status_code == 404


def test_the_passcode_is_kept_as_a_hash_and_the_event_says_only_that_there_is_one(office, link):
    kept = DonorLink.objects.get()
    assert PASSCODE not in kept.passcode
    assert check_password(PASSCODE, kept.passcode)
    assert json.loads(Event.objects.get(kind="link.make").body)["passcode"] is True
    with pytest.raises(Invalid):
        make_link(
            issue=link.issue, label="B", expires_on=link.expires_on, passcode="12345", on=DAY, by=office.people.manager
        )


def test_the_manager_sees_when_a_link_was_opened_and_refused_and_nobody_else_does(office, client, link):
    client.get(said(client, link, PASSCODE)["Location"])
    said(client, link, "guessed-1")
    url = reverse("reports:link_log", args=[link.issue.ref, link.pk])
    for who, status in (("monitor", 403), ("donor", 403), ("adviser", 404)):
        client.force_login(getattr(office.people, who))
        assert client.get(url).status_code == status
    client.force_login(office.people.manager)
    page = client.get(url).content.decode()
    assert ("Wrong passcode" in page, "Opened" in page) == (True, True)
    assert "refused 1 time" in client.get(reverse("reports:links", args=[link.issue.ref])).content.decode()
