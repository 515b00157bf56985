"""What people write into a report: figures as tokens, words that are kept, stories with consent, gaps and grade."""

from datetime import date

import pytest
from django.urls import reverse

from applicants.services import withdraw_evidence
from audit.models import Event
from audit.refusals import Blocked, Invalid, NotAllowed, Stale
from monitoring.services import plan_visit
from programmes.clock import standing_at
from programmes.models import Donor, FundingLine
from reports import quality
from reports.builder.services import change_story, draft_next, take_out_story, tell_story
from reports.builder.tokens import typed_figures
from reports.checks import checks
from reports.edition import Gap
from reports.figure import COUNT, Cell, Figure
from reports.models import Passage, Story
from reports.services import correct_issue, publish_issue, report_of_draft
from reports.views.issues import report_of
from tests.office import DAY, grant_office, make_user, seat
from tests.steps_applicants import registered_person
from tests.steps_grants import paid_tranche, signed_award
from tests.test_reports_builder import FOOTNOTE, agreed, begun, wrote

pytestmark = [pytest.mark.django_db, pytest.mark.in_turn]


@pytest.fixture
def draft(office):
    return begun(office, agreed(office))


@pytest.fixture
def paid(office):
    """EUR 20,000.00 are paid in one award."""
    award = signed_award(office)
    paid_tranche(office, award.tranches.get())
    return award


def published(issue, office):
    return publish_issue(issue=issue, on=DAY, by=office.people.manager)


def said(issue, box="summary"):
    return {one["box"]: one["text"] for one in issue.body["passages"]}.get(box)


# Figures in words ----------------------------------------------------------------------------------------------------


def test_a_token_becomes_the_frozen_value_of_its_figure(office, paid, draft):
    wrote(draft, "Paid: [[grants_disbursed]] in [[ awards ]] award; loans: [[loans]].")
    assert said(published(draft, office)) == "Paid: 20,000.00 EUR in 1 award; loans: no data."


def test_an_unknown_figure_is_refused_with_the_nearest_one_named(office, draft):
    with pytest.raises(Invalid) as refused:
        wrote(draft, "We paid [[grant_disbursed]].")
    assert str(refused.value) == (
        "There is no figure “grant_disbursed” in this report. The nearest is [[grants_disbursed]]."
    )
    assert not Passage.objects.exists()


def test_a_figure_that_the_agreement_does_not_ask_for_cannot_be_put_in(office):
    issue = begun(office, agreed(office, codes=["awards"]))
    wrote(issue, "[[awards]]")
    with pytest.raises(Invalid):
        wrote(issue, "[[grants_disbursed]]", version=1)


def test_only_the_figures_of_the_agreement_are_published(office, paid):
    issue = published(begun(office, agreed(office, codes=["awards", "grants_disbursed", "par30"])), office)
    assert [one["code"] for one in issue.body["figures"]] == ["awards", "grants_disbursed"]
    assert {"code": "figures_empty", "count": 1, "of": 3}.items() <= issue.body["gaps"][-1].items()


def test_a_typed_number_that_is_a_figure_is_pointed_out_and_years_are_left_alone(office, paid, draft):
    figures = {figure.code: figure for figure in report_of_draft(draft).figures}
    text = "In 2026 we paid EUR 20,000.00, or 20,000, in [[awards]] award, of 12 people."
    assert typed_figures(text, figures) == [("20,000.00", "grants_disbursed"), ("20,000", "grants_disbursed")]


def test_markup_and_formulas_in_words_stay_plain_text_on_the_page(office, draft, client):
    text = '<script>alert(1)</script> =HYPERLINK("http://x") [link](x) {{ 7*7 }} <b>'
    wrote(draft, text)
    issue = published(draft, office)
    assert said(issue) == text
    client.force_login(office.people.donor)
    page = client.get(issue.get_absolute_url()).content.decode()
    assert text.replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;") in page
    assert "<script>alert" not in page


# Words that are kept -------------------------------------------------------------------------------------------------


def test_two_who_write_in_one_box_do_not_write_over_each_other(office, draft):
    wrote(draft, "First", by=office.people.monitor)
    for version in (0, 2):
        with pytest.raises(Stale):
            wrote(draft, "Second", version=version, by=office.people.manager)
    wrote(draft, "Second", version=1, by=office.people.manager)
    assert list(Passage.objects.values_list("text", "version")) == [("Second", 2)]


def test_words_are_saved_while_one_writes_and_a_stale_page_is_told_so(office, draft, client):
    client.force_login(office.people.monitor)
    url = reverse("reports:passage", args=[draft.ref, "lessons"])
    asks = {"headers": {"Accept": "application/json"}}
    answer = client.post(url, {"text": "One", "version": 0}, **asks)
    assert (answer.status_code, answer.json()["version"]) == (200, 1)
    # Who presses the button leaves the box first: the script saves, and the button brings the same words once more.
    again = client.post(url, {"text": "One", "version": 0})
    assert (again.status_code, Passage.objects.get().version) == (302, 1)
    late = client.post(url, {"text": "Two", "version": 0}, **asks)
    assert late.status_code == 409
    assert late.json()["error"].startswith("Somebody else wrote in this box")
    wrong = client.post(url, {"text": "[[award]]", "version": 1}, **asks)
    assert (wrong.status_code, "[[awards]]" in wrong.json()["error"]) == (400, True)
    assert Passage.objects.get().text == "One"


def test_without_a_script_the_button_saves_and_a_stale_page_shows_both_texts(office, draft, client):
    client.force_login(office.people.monitor)
    url = reverse("reports:passage", args=[draft.ref, "summary"])
    assert client.post(url, {"text": "One", "version": 0}).status_code == 302
    page = client.post(url, {"text": "Mine", "version": 0})
    assert page.status_code == 409
    assert "Mine" in page.content.decode()
    assert "What is saved now" in page.content.decode()
    assert client.post(reverse("reports:passage", args=[draft.ref, "nonsense"]), {"version": 0}).status_code == 404


@pytest.mark.parametrize("who", ["maker", "adviser", "donor", "administrator"])
def test_only_the_manager_and_the_m_and_e_officer_write(office, draft, client, who):
    with pytest.raises(NotAllowed):
        wrote(draft, "Hello", by=getattr(office.people, who))
    client.force_login(getattr(office.people, who))
    for name in ("quality", "write", "stories", "follow_up"):
        status = client.get(reverse(f"reports:{name}", args=[draft.ref])).status_code
        assert status == (403 if who == "maker" else 404)
    url = reverse("reports:passage", args=[draft.ref, "summary"])
    assert client.post(url, {"text": "x", "version": 0}).status_code == (403 if who == "maker" else 404)


def test_what_is_published_cannot_be_written_in(office, draft, client):
    wrote(draft, "Before")
    published(draft, office)
    with pytest.raises(Blocked):
        wrote(draft, "After", version=1)
    client.force_login(office.people.manager)
    assert client.get(reverse("reports:write", args=[draft.ref])).status_code == 409
    late = client.post(
        reverse("reports:passage", args=[draft.ref, "summary"]),
        {"text": "After", "version": 1},
        headers={"Accept": "application/json"},
    )
    assert late.status_code == 409
    assert "published" in late.json()["error"]


def test_the_next_report_brings_the_words_and_says_that_they_are_old(office, draft, client):
    wrote(draft, "We paid [[grants_disbursed]].")
    issue = published(draft, office)
    with pytest.raises(Blocked):
        draft_next(issue=issue, on=DAY, by=office.people.manager)
    later = date(2026, 7, 1)
    with standing_at(later):
        newer = draft_next(issue=issue, on=later, by=office.people.manager)
        assert (newer.period_from, newer.period_to) == (date(2026, 3, 13), date(2026, 3, 31))
        assert newer.agreement == issue.agreement
        client.force_login(office.people.manager)
        page = client.get(reverse("reports:write", args=[newer.ref])).content.decode()
        assert page.count("From last time") == 1
        publish = reverse("reports:move", args=[newer.ref, "publish"])
        place = f'<a href="{reverse("reports:write", args=[newer.ref])}#summary">Summary</a>'
        assert client.get(publish).content.decode().count(place) == 1
        wrote(newer, "Nothing new.", version=1)
        assert "From last time" not in client.get(reverse("reports:write", args=[newer.ref])).content.decode()
        assert "still those of the report before" not in client.get(publish).content.decode()


def test_a_correction_begins_with_the_words_of_the_report_that_it_corrects(office, draft):
    wrote(draft, "We paid [[grants_disbursed]].")
    newer = correct_issue(issue=published(draft, office), on=DAY, by=office.people.manager)
    assert newer.agreement == draft.agreement
    assert newer.passages.get().text == "We paid [[grants_disbursed]]."


# What the agreement says ---------------------------------------------------------------------------------------------


def test_the_published_report_carries_the_words_of_its_agreement(office):
    issue = begun(
        office,
        agreed(office, place_name="Kosovo*", place_footnote=FOOTNOTE, visibility="Paid by Seed.", language="hy"),
    )
    body = published(issue, office).body
    wanted = {"agreement": "SF-2025/7", "place": "Kosovo*", "footnote": FOOTNOTE, "visibility": "Paid by Seed."}
    assert {**wanted, "language": "hy"}.items() <= body.items()
    assert (body["donor"], issue.donor) == ("Seed Foundation", office.donor)


def test_a_report_under_an_agreement_is_read_by_its_donor_and_by_no_other(office, client):
    issue = published(begun(office), office)
    other = Donor.objects.create(key="ministry", name="Ministry")
    FundingLine.objects.create(
        programme=office.programme, donor=other, key="m-line", name="M", currency="EUR", starts_on=DAY
    )
    stranger = make_user("Minister", "M-01")
    seat(stranger, office.programme, "donor", donor=other)
    for user, status in ((office.people.donor, 200), (stranger, 404)):
        client.force_login(user)
        assert client.get(issue.get_absolute_url()).status_code == status


def test_nobody_names_a_confidential_programme_in_its_agreement_report_or_words(db):
    with standing_at(DAY):
        veiled = grant_office("veiled", confidential=True)
        with pytest.raises(Invalid):
            agreed(veiled, visibility="For Programme  VEILED")
        issue = begun(veiled, agreed(veiled))
        with pytest.raises(Invalid) as refused:
            wrote(issue, "What programme veiled reached", by=veiled.people.manager)
        assert "Small business support" in str(refused.value)
        body = published(issue, veiled).body
    assert (body["name"], body["agreement"]) == ("Small business support", "SF-2025/7")
    assert "veiled" not in str(body).replace("donor-veiled", "")


# Stories -------------------------------------------------------------------------------------------------------------

PAPER = b"%PDF-1.4 I agree that my story is printed."


def told(issue, office, party=None, by=None, **facts):
    party = party or registered_person(office, "Karen Melkonyan")
    given = {"title": "A loom", "text": "She weaves <b>again</b>.", "consent": PAPER, "consent_name": "consent.pdf"}
    return tell_story(issue=issue, party=party, on=DAY, by=by or office.people.monitor, **{**given, **facts})


def test_a_story_is_printed_with_its_consent_and_its_words_are_kept_out_of_the_frozen_body(office, draft, client):
    story = told(draft, office)
    issue = published(draft, office)
    assert "weaves" not in str(issue.body)
    assert [(one.title, one.text) for one in report_of(issue).stories] == [("A loom", "She weaves <b>again</b>.")]
    client.force_login(office.people.donor)
    page = client.get(issue.get_absolute_url()).content.decode()
    assert "She weaves &lt;b&gt;again&lt;/b&gt;." in page
    assert "Karen Melkonyan" not in page
    assert (story.consent.party, story.consent.case_ref) == (story.party, issue.ref)
    assert list(checks()) == []
    Story.objects.update(title="Another loom")
    assert [f"its story {story.pk}" in fault for fault in checks()] == [True]


def test_a_story_whose_consent_is_withdrawn_is_told_no_more_anywhere(office, draft, client):
    story = told(draft, office)
    issue = published(draft, office)
    withdraw_evidence(evidence=story.consent, on=DAY, by=office.people.manager, reason="She changed her mind")
    assert report_of(issue).stories == ()
    assert list(checks()) == []


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        ({"consent": b""}, "consent"),
        ({"consent": b"just words"}, "consent"),
        ({"title": " "}, "title"),
        ({"text": ""}, "text"),
    ],
)
def test_a_story_without_words_or_a_signed_consent_is_refused(office, draft, facts, field):
    with pytest.raises(Invalid) as refused:
        told(draft, office, **facts)
    assert refused.value.field == field
    assert not Story.objects.exists()


def test_nobody_tells_a_story_of_people_they_may_not_see(office, draft):
    with standing_at(DAY):
        stranger = registered_person(grant_office("autumn"), "Arman Petrosyan")
    with pytest.raises(Invalid) as refused:
        told(draft, office, party=stranger)
    assert refused.value.field == "party"
    with pytest.raises(NotAllowed):
        told(draft, office, by=office.people.maker)


def test_a_confidential_programme_tells_no_story(db, client):
    with standing_at(DAY):
        veiled = grant_office("veiled", confidential=True)
        issue = begun(veiled, agreed(veiled))
        with pytest.raises(Blocked):
            told(issue, veiled)
        client.force_login(veiled.people.manager)
        assert client.get(reverse("reports:stories", args=[issue.ref])).status_code == 409
        assert "Stories" not in client.get(reverse("reports:quality", args=[issue.ref])).content.decode()


def test_a_story_is_changed_and_taken_out_while_the_report_is_a_draft(office, draft):
    story = told(draft, office)
    change_story(story=story, title="Two looms", text="More.", version=1, on=DAY, by=office.people.manager)
    stale = Story.objects.get()
    with pytest.raises(Stale):
        change_story(story=stale, title="Three", text="More.", version=1, on=DAY, by=office.people.manager)
    take_out_story(story=Story.objects.get(), on=DAY, by=office.people.manager)
    assert not Story.objects.exists()
    events = Event.objects.filter(subject=draft.ref, kind__startswith="story.").order_by("seq")
    assert [event.kind for event in events] == ["story.tell", "story.change", "story.take_out"]
    assert not any("loom" in event.body for event in events)


# How good the data is ------------------------------------------------------------------------------------------------


def test_the_visit_that_is_due_and_not_made_is_counted_and_leads_to_the_list(office, paid, draft, client):
    before = {gap["code"]: gap for gap in published(draft, office).body["gaps"]}
    issue = begun(office, draft.agreement)
    plan_visit(application=paid.application, planned_on=DAY, on=DAY, by=office.people.adviser)
    client.force_login(office.people.manager)
    page = client.get(reverse("reports:quality", args=[issue.ref])).content.decode()
    assert 'href="/monitoring/visits/?state=planned"' in page
    after = {gap["code"]: gap for gap in published(issue, office).body["gaps"]}
    assert "visits_due" not in before
    assert (after["visits_due"]["count"], after["visits_due"]["of"]) == (1, 1)
    assert (after["own_part_unverified"]["count"], after["own_part_unverified"]["of"]) == (1, 1)


@pytest.mark.once
@pytest.mark.parametrize(
    ("lines", "grade"),
    [
        ([], ""),
        ([(0, 10)], "A"),
        ([(5, 100)], "A"),
        ([(51, 1000)], "B"),
        ([(1, 5)], "B"),
        ([(201, 1000)], "C"),
        ([(1, 2)], "C"),
        ([(501, 1000)], "D"),
        ([(0, 10), (0, 10), (0, 10), (0, 10), (0, 10), (0, 10), (51, 100)], "C"),
        ([(0, 10), (0, 10), (0, 10), (0, 10), (0, 10), (0, 10), (50, 100)], "B"),
    ],
)
def test_the_grade_follows_the_printed_rule_on_both_sides_of_each_border(lines, grade):
    assert quality.grade_of([Gap("x", "x", count, of) for count, of in lines]) == grade


def test_a_line_about_people_is_printed_only_where_the_whole_breakdown_of_them_is(office, paid, draft):
    """One business, run by somebody of a known sex: its cell is hidden, and “0 of 1 unknown” would say too much."""
    assert "sex_unknown" not in {gap.code for gap in report_of_draft(draft).gaps}
    line = Gap("sex_unknown", "", 7, 50)
    cells = [Cell("sex", key, key, number) for key, number in (("female", 20), ("male", 23), ("unknown", 7))]
    shown = Figure("businesses_supported", "", "people", COUNT, "", "v1", value=50, by=tuple(cells))
    assert quality.for_donors([line], [shown], strict=False) == [line]
    veiled = shown.but(by=(cells[0], *(cell.but_hidden() for cell in cells[1:])))
    for found in ([], [veiled], [shown.but(by=())]):
        assert quality.for_donors([line], found, strict=False) == []


@pytest.mark.once
def test_a_line_of_data_quality_tells_donors_of_no_few_persons_and_of_nobody_in_a_confidential_programme():
    few = [Gap("employments_unverified", "", *said) for said in ((2, 40), (38, 40), (0, 3))]
    many = [Gap("employments_unverified", "", 0, 5), Gap("visits_due", "", 1, 1)]
    nobody = [Gap("rates_stale", "", 1, 2), Gap("figures_empty", "", 1, 3)]
    assert quality.for_donors([*few, *many, *nobody], [], strict=False) == [*many, *nobody]
    assert quality.for_donors([*few, *many, *nobody], [], strict=True) == nobody
