"""Reports built from donor agreements: periods, words with figures in them, stories with consent, gaps and grade."""

import io
from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from PIL import Image

from audit.models import Event
from audit.refusals import Invalid, NotAllowed, Stale
from programmes.models import Donor
from reports.builder.periods import due_period
from reports.builder.services import draft_from_agreement, keep_agreement, save_passage
from reports.models import DonorAgreement, Issue
from reports.services import publish_issue
from tests.office import DAY

pytestmark = [pytest.mark.django_db, pytest.mark.in_turn]
FOOTNOTE = "* Without prejudice to positions on status."


def agreement_row(office, **facts):
    given = {
        "programme": office.programme,
        "donor": office.donor,
        "number": "SF-2025/7",
        "title": "Seed money for the spring",
        "signed_on": date(2025, 9, 1),
        "starts_on": date(2025, 10, 15),
        "ends_on": date(2026, 6, 20),
        "currency": "EUR",
    }
    return DonorAgreement(**{**given, **facts})


def agreed(office, by=None, on=DAY, logo=None, **facts):
    by = by or office.people.manager
    return keep_agreement(
        row=agreement_row(office, **facts), changed=["number"], logo=logo, logo_name="l.png", on=on, by=by
    )


def begun(office, agreement=None, by=None):
    agreement = agreement or agreed(office)
    facts = {"period_from": date(2026, 1, 1), "period_to": DAY, "on": DAY}
    return draft_from_agreement(agreement=agreement, by=by or office.people.manager, **facts)


def wrote(issue, text, box="summary", version=0, by=None):
    by = by or issue.drafted_by
    return save_passage(issue=issue, box=box, text=text, version=version, on=DAY, by=by)


def picture(kind="PNG"):
    kept = io.BytesIO()
    Image.new("RGB", (40, 20), "navy").save(kept, kind)
    return kept.getvalue()


# The agreement -------------------------------------------------------------------------------------------------------


def test_the_manager_enters_an_agreement_and_it_leaves_an_event_without_its_words(office):
    one = agreed(office, visibility="Paid by the seed foundation", codes=["awards", "grants_disbursed"])
    event = Event.objects.about(one.ref).get()
    assert (event.kind, one.version) == ("donor_agreement.keep", 1)
    assert "seed foundation" not in event.body
    assert '"codes":["awards","grants_disbursed"]' in event.body.replace(" ", "")


@pytest.mark.parametrize("who", ["monitor", "maker", "adviser", "donor", "administrator"])
def test_nobody_else_enters_an_agreement(office, who):
    with pytest.raises(NotAllowed):
        agreed(office, by=getattr(office.people, who))
    assert not DonorAgreement.objects.exists()


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        ({"ends_on": date(2025, 10, 14)}, "ends_on"),
        ({"codes": ["awards", "happiness"]}, "codes"),
        ({"place_name": "Kosovo*"}, "place_footnote"),
        ({"place_footnote": FOOTNOTE}, "place_name"),
    ],
)
def test_an_agreement_that_contradicts_itself_is_refused_where_it_does(office, facts, field):
    with pytest.raises(Invalid) as refused:
        agreed(office, **facts)
    assert refused.value.field == field
    assert not DonorAgreement.objects.exists()


def test_an_agreement_with_a_donor_who_pays_for_nothing_is_refused(office):
    with pytest.raises(Invalid):
        agreed(office, donor=Donor.objects.create(key="stranger", name="Stranger"))


@pytest.mark.parametrize("content", [b"%PDF-1.4 a paper", b"GIF89a broken", b"<svg onload=alert(1)>", b"name,sum\n"])
def test_a_logo_that_is_no_picture_is_refused_with_a_sentence_and_keeps_nothing(office, content):
    with pytest.raises(Invalid) as refused:
        agreed(office, logo=content)
    assert refused.value.field == "logo"
    assert not DonorAgreement.objects.exists()


def test_a_logo_is_drawn_anew_and_the_published_report_shows_its_bytes(office, client):
    one = agreed(office, logo=picture("GIF"))
    assert one.logo.media_type == "image/png"
    issue = publish_issue(issue=begun(office, one), on=DAY, by=office.people.manager)
    assert issue.body["logo"] == one.logo.sha256
    client.force_login(office.people.donor)
    page = client.get(issue.get_absolute_url()).content.decode()
    assert 'src="data:image/png;base64,' in page
    assert 'alt="Logo of Seed Foundation"' in page


def test_two_who_change_an_agreement_at_once_do_not_write_over_each_other(office):
    one = agreed(office)
    mine, theirs = DonorAgreement.objects.get(pk=one.pk), DonorAgreement.objects.get(pk=one.pk)
    theirs.title = "Theirs"
    keep_agreement(row=theirs, changed=["title"], version=1, on=DAY, by=office.people.manager)
    mine.title = "Mine"
    with pytest.raises(Stale):
        keep_agreement(row=mine, changed=["title"], version=1, on=DAY, by=office.people.manager)
    assert DonorAgreement.objects.get().title == "Theirs"


# Periods -------------------------------------------------------------------------------------------------------------


def test_the_next_ended_period_is_proposed_cut_to_the_days_of_the_agreement(office):
    one = agreed(office)
    assert str(due_period(one, DAY)) == "15.10.2025 – 31.12.2025"
    facts = {"on": DAY, "by": office.people.manager}
    draft_from_agreement(agreement=one, period_from=date(2025, 10, 15), period_to=date(2025, 12, 31), **facts)
    assert due_period(one, DAY) is None
    assert str(due_period(one, date(2026, 3, 31))) == "01.01.2026 – 31.03.2026"


@pytest.mark.parametrize(
    ("first", "last", "field"),
    [
        (date(2025, 10, 14), date(2025, 12, 31), "period_from"),
        (date(2026, 3, 12), date(2026, 3, 11), "period_to"),
        (date(2026, 3, 1), date(2026, 3, 13), "period_to"),
    ],
)
def test_a_period_outside_of_the_agreement_turned_round_or_to_come_is_refused(office, first, last, field):
    one = agreed(office)
    with pytest.raises(Invalid) as refused:
        draft_from_agreement(agreement=one, period_from=first, period_to=last, on=DAY, by=office.people.manager)
    assert refused.value.field == field
    assert not Issue.objects.exists()


def test_a_report_to_the_last_day_of_the_agreement_and_not_one_day_more(office):
    one = agreed(office, ends_on=date(2026, 3, 10))
    facts = {"period_from": date(2026, 1, 1), "on": DAY, "by": office.people.manager}
    with pytest.raises(Invalid):
        draft_from_agreement(agreement=one, period_to=date(2026, 3, 11), **facts)
    issue = draft_from_agreement(agreement=one, period_to=date(2026, 3, 10), **facts)
    assert (issue.title, issue.donor) == ("Final report", office.donor)


@pytest.mark.parametrize("who", ["maker", "adviser", "donor", "administrator"])
def test_only_the_manager_and_the_m_and_e_officer_begin_a_report(office, who):
    one = agreed(office)
    with pytest.raises(NotAllowed):
        begun(office, one, by=getattr(office.people, who))
    assert begun(office, one, by=office.people.monitor).drafted_by == office.people.monitor


def test_the_report_that_is_due_waits_for_the_manager_and_is_begun_by_one_press(office, client):
    one = agreed(office)
    client.force_login(office.people.manager)
    assert "15.10.2025 – 31.12.2025" in client.get("/", follow=True).content.decode()
    page = client.get(reverse("reports:new"))
    facts = {"agreement": one.pk, "period_from": "2025-10-15", "period_to": "2025-12-31"}
    answer = client.post(reverse("reports:new"), {**facts, "key": page.context["key"]})
    issue = Issue.objects.get()
    assert answer["Location"] == reverse("reports:quality", args=[issue.ref])
    assert (issue.agreement, issue.donor, issue.title) == (one, office.donor, "Progress report")
    assert "15.10.2025 – 31.12.2025" not in client.get("/", follow=True).content.decode()


def test_an_agreement_is_entered_and_changed_on_its_pages(office, client):
    client.force_login(office.people.manager)
    home = reverse("reports:agreements", args=[office.programme.key])
    facts = {
        "donor": office.donor.pk,
        "number": "SF-9",
        "title": "Seed",
        "signed_on": "01.01.2026",
        "starts_on": "01.01.2026",
        "ends_on": "31.12.2026",
        "every": "half",
        "currency": "eur",
        "codes": ["awards"],
    }
    url = reverse("reports:new_agreement", args=[office.programme.key])
    assert client.post(url, {**facts, "version": 1, "currency": "EUX"}).status_code == 400
    wrong = SimpleUploadedFile("logo.png", b"%PDF-1.4 no picture")
    page = client.post(url, {**facts, "version": 1, "logo": wrong})
    assert (page.status_code, "This file is not a picture" in page.content.decode()) == (400, True)
    assert client.post(url, {**facts, "version": 1})["Location"] == home
    one = DonorAgreement.objects.get()
    assert (one.currency, one.codes, one.every) == ("EUR", ["awards"], "half")
    again = client.post(url, {**facts, "version": 1})
    assert again.status_code == 400
    edit = reverse("reports:agreement", args=[office.programme.key, one.pk])
    assert client.post(edit, {**facts, "version": 1, "title": "Seed money"})["Location"] == home
    assert client.post(edit, {**facts, "version": 1, "title": "Late"}).status_code == 409
    assert DonorAgreement.objects.get().title == "Seed money"
    client.force_login(office.people.monitor)
    assert (client.get(home).status_code, client.get(edit).status_code, client.get(url).status_code) == (200, 403, 403)
