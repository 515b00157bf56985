"""The pages of screening: lists, possible matches, a second person's decision, and where a screening is asked for."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from applicants.panels import panels_for
from payments.models import Match, PaymentOrder, Screening, ScreeningList
from payments.queues import queue_for
from tests.office import DAY, grant_office
from tests.steps_grants import approved_award, ordered_tranche, signed_award
from tests.steps_loans import approved_loan
from tests.steps_payments import held_match, screened

# Every page is opened on PostgreSQL in tests/test_urls.py.
pytestmark = pytest.mark.once

PAGE = "/money/screening/"
ROWS = b"name,aliases,kind,birth_year,country,reference\nUlmira Invented <b>,,person,,,X-1\n"


@pytest.fixture(autouse=True)
def kept_here(settings, tmp_path):
    settings.EVIDENCE_DIR = tmp_path / "evidence"


def said(response, status=200):
    assert response.status_code == status, response.content.decode()[:3000]
    return " ".join(response.content.decode().replace("\u00a0", " ").split())


def given(client, url, **data):
    """The form of a page filled in, with its version and key."""
    form = client.get(url).context["form"]
    hidden = {name: form.initial[name] for name in ("version", "key") if name in form.initial}
    return client.post(url, {**hidden, **data})


def test_a_list_is_loaded_by_a_form_and_a_wrong_one_says_why(office, client):
    client.force_login(office.people.maker)
    page = said(client.get(PAGE))
    assert "Invented list" in page
    assert "Nobody is screened yet" in page
    load = f"{PAGE}load/"

    def sent(content, status=400, **more):
        facts = {"content": SimpleUploadedFile("list.csv", content), "name": "House list", **more}
        return said(client.post(load, facts), status) if status != 302 else client.post(load, facts)

    assert "The first line must name the columns" in sent(b"a,b\n1,2\n")
    assert "Enter the date of the list" in sent(ROWS)
    assert sent(ROWS, 302, listed_on="01.03.2026").headers["Location"] == PAGE
    assert "1 entry is loaded." in said(client.get(PAGE))
    assert "loaded on 12.03.2026 by Narine Petrosyan. Nothing was added." in sent(ROWS, 409, listed_on="01.03.2026")
    assert ScreeningList.objects.count() == 2
    for who, status in (("loan_officer", 403), ("adviser", 403), ("administrator", 403)):
        client.force_login(getattr(office.people, who))
        assert client.get(load).status_code == status
    client.force_login(office.people.loan_officer)
    assert "Load a list" not in said(client.get(PAGE))


def test_the_second_person_sees_both_sides_and_decides(office, client):
    people = office.people
    match = held_match(office, name="Zorbek <i> Qadiruk")
    url = match.get_absolute_url()
    client.force_login(people.manager)
    page = said(client.get(url))
    assert "You screened this party: another person must decide." in page
    assert "Record the decision" not in page
    assert client.post(url, {"decision": "other", "note": "x"}).status_code == 403
    assert queue_for(people.manager) == []
    (item,) = [item for item in queue_for(people.checker) if "sanctions list" in item.verb_text]
    assert (item.url, item.why) == (url, "Zorbek <i> Qadiruk · Invented list")
    client.force_login(people.checker)
    page = said(client.get(url))
    assert "Zorbek Invented Qadiruk" in page
    assert "Born 1962 beside 1961." in page
    assert "Zorbek &lt;i&gt; Qadiruk" in page
    assert url in said(client.get(PAGE))
    assert "There is a problem" in said(given(client, url, decision="other"), 400)
    stale = client.get(url).context["form"].initial["version"]
    assert given(client, url, decision="other", note="Another father's name.").headers["Location"] == PAGE
    assert Match.objects.get().decision == "other"
    assert client.post(url, {"version": stale, "decision": "same", "note": "x"}).status_code == 409
    page = said(client.get(url))
    assert "Decided by Tigran Avetisyan on" in page
    assert "Another father" in page
    assert queue_for(people.checker) == []


def test_a_stranger_and_another_programme_learn_nothing(office, client):
    other = grant_office("quiet", confidential=True)
    match = held_match(other)
    party = match.screening.party
    for user in (office.people.manager, office.people.maker, office.people.adviser, other.people.adviser):
        client.force_login(user)
        assert client.get(match.get_absolute_url()).status_code == 404
        assert client.post(match.get_absolute_url(), {"decision": "same"}).status_code == 404
    client.force_login(office.people.manager)
    assert "Qadiruk" not in said(client.get(PAGE))
    assert b"Qadiruk" not in b"".join(client.get(f"{PAGE}?format=csv").streaming_content)
    assert queue_for(office.people.checker) == []
    assert [panel.title for panel in panels_for("party", office.people.manager, party)] == []
    assert client.get(f"{PAGE}?outcome=held").status_code == 200
    client.force_login(other.people.manager)
    rows = b"".join(client.get(f"{PAGE}?format=csv&outcome=held").streaming_content).decode()
    assert "Zorbek Qadiruk" in rows
    assert "On hold" in rows
    (panel,) = [one for one in panels_for("party", other.people.manager, party) if one.title == "Sanctions lists"]
    assert (panel.rows[0].state, panel.rows[0].url) == ("On hold", match.get_absolute_url())


def test_an_award_and_a_payment_are_screened_where_they_wait_for_it(office, client):
    award = approved_award(office)
    base = award.get_absolute_url()
    client.force_login(office.people.manager)
    assert f'{base}screening/"' in said(client.get(base))
    assert given(client, f"{base}screening/").headers["Location"] == base
    assert "Compared with the lists: nobody stands on them." in said(client.get(base))
    row = Screening.objects.get()
    order = ordered_tranche(office, signed_award(office, award=award).tranches.get())
    Screening.objects.update(on=DAY - timedelta(days=91), clear_on=DAY - timedelta(days=91))
    client.force_login(office.people.checker)
    url = order.get_absolute_url()
    assert "The screening of Anahit Sargsyan of 11.12.2025 is too old." in said(client.get(url))
    page = said(client.get(f"{url}screening/"))
    assert "Invented list" in page
    given(client, f"{url}screening/")
    assert given(client, f"{url}do/approve/").status_code == 302
    assert PaymentOrder.objects.get().screening != row
    assert "Screening clear" in said(client.get(url))
    client.force_login(office.people.adviser)
    assert client.get(f"{base}screening/").status_code == 403
    assert client.get(f"{url}screening/").status_code == 404


def test_a_loan_officer_screens_a_borrower_and_does_not_decide(lending, client):
    loan = approved_loan(lending)
    client.force_login(lending.people.loan_officer)
    url = f"{loan.get_absolute_url()}screening/"
    assert f'{url}"' in said(client.get(loan.get_absolute_url()))
    given(client, url)
    assert Screening.objects.filter(party=loan.borrower, by=lending.people.loan_officer).exists()
    match = held_match(lending)
    assert "Record the decision" not in said(client.get(match.get_absolute_url()))
    assert client.post(match.get_absolute_url(), {"decision": "same"}).status_code == 403


def test_the_manager_sees_what_runs_out_within_fourteen_days(office, client):
    award = approved_award(office)
    screened(office, award.applicant)
    client.force_login(office.people.manager)
    for days, waits in ((75, False), (76, True), (90, True), (91, False)):
        Screening.objects.update(on=DAY - timedelta(days=days), clear_on=DAY - timedelta(days=days))
        found = [item.why for item in queue_for(office.people.manager) if "runs out" in item.verb_text]
        assert found == (["1 screening"] if waits else [])
        assert ("1 screening" in said(client.get(f"{PAGE}?due=soon"))) is waits
    screened(office, award.applicant)
    Screening.objects.exclude(on=DAY).update(on=DAY - timedelta(days=80), clear_on=DAY)
    assert queue_for(office.people.manager) == []
