"""What is written for a report: donor agreements, drafts from them, passages, stories with consent."""

import io

import rules
from django.utils import translation
from django.utils.translation import gettext_lazy as _
from PIL import Image

from applicants.models import Enrolment, Party
from applicants.services import add_evidence
from applicants.services.evidence import clean_content
from audit.letters import unseen_letter
from audit.refusals import Blocked, Invalid, NotAllowed, Stale
from audit.services import record, service
from reports.builder.copies import copy_passages
from reports.builder.neutral import ask_neutral
from reports.builder.periods import next_period
from reports.builder.tokens import ask_codes, choices_of
from reports.builder.written import BOXES, fingerprint
from reports.indicators import indicators_of
from reports.models import Issue, Passage, Story
from reports.services import ISSUE_LANGUAGE, draft_issue

LONGEST = 8000
PAPERS = ("application/pdf", "image/jpeg", "image/png")
MOST_LOGO_BYTES = 2 * 1024 * 1024
LOGO_PIXELS = (900, 360)


# Agreements ----------------------------------------------------------------------------------------------------------


@service
def keep_agreement(*, row, changed, on, by, logo=None, logo_name="", without_logo=False, version=None):
    """Keep a new or changed DonorAgreement (`row` carries the values, `changed` names the fields). `logo`: bytes.

    Raises Invalid for a donor without a funding line, an unknown indicator, a starred name without its footnote, a
    logo that is no picture, words that name a confidential programme; Stale.
    """
    if not rules.test_rule("reports.set_agreement", by, row.programme):
        raise NotAllowed(_("The manager of the programme enters its agreements with donors."))
    if version is not None and row.pk and int(version) != row.version:
        raise Stale()
    _ask_agreement(row)
    new = row.pk is None
    if without_logo:
        row.logo = None
    row.save()
    if logo:
        row.logo = _kept_logo(row, logo, logo_name, on, by)
        row.save()
    body = {"agreement": row.pk, "new": new, "fields": sorted(changed), "codes": sorted(row.codes)}
    if row.logo:
        body["logo"] = row.logo.sha256
    record("donor_agreement.keep", row.ref, by=by, on=on, programme=row.programme.key, body=body)
    return row


def _ask_agreement(row):
    programme = row.programme
    if not programme.funding_lines.filter(donor=row.donor).exists():
        raise Invalid(_("This donor pays for no line of the programme."), field="donor")
    if row.ends_on < row.starts_on:
        raise Invalid(_("The last day lies before the first."), field="ends_on")
    unknown = sorted(set(row.codes) - {one.code for one in indicators_of(programme)})
    if unknown:
        raise Invalid(_("There is no indicator “%(code)s”.") % {"code": unknown[0]}, field="codes")
    if row.place_footnote.strip() and not row.place_name.strip():
        raise Invalid(_("Give the name to which the footnote belongs."), field="place_name")
    if "*" in row.place_name and not row.place_footnote.strip():
        raise Invalid(_("A name with an asterisk needs its footnote."), field="place_footnote")
    for field in ("number", "visibility", "place_name", "place_footnote"):
        ask_neutral(programme, getattr(row, field), field)


def _kept_logo(row, content, name, on, by):
    """The logo as Evidence: drawn anew without its metadata, as a PNG no larger than a page can use."""
    if len(content) > MOST_LOGO_BYTES:
        raise Invalid(_("A logo has up to 2 MB. Make the picture smaller."), field="logo")
    try:
        kept, kind = clean_content(content)
    except Invalid as refused:
        raise Invalid(refused.sentence, field="logo") from refused
    if not kind.startswith("image/"):
        raise Invalid(_("This file is not a picture. Choose a PNG or JPEG file."), field="logo")
    drawn = io.BytesIO()
    with Image.open(io.BytesIO(kept)) as picture:
        picture.thumbnail(LOGO_PIXELS)
        picture.save(drawn, "PNG")
    return add_evidence(
        programme=row.programme,
        case_ref=row.ref,
        purpose="donor-logo",
        content=drawn.getvalue(),
        name=name,
        on=on,
        by=by,
    )


# Drafts --------------------------------------------------------------------------------------------------------------


@service
def draft_from_agreement(*, agreement, period_from, period_to, on, by, title="", key=None):
    """Begin the report of a period of the agreement. Without a title it is the progress or the final report."""
    with translation.override(ISSUE_LANGUAGE):
        usual = str(_("Final report") if period_to >= agreement.ends_on else _("Progress report"))
    return draft_issue(
        programme=agreement.programme,
        agreement=agreement,
        period_from=period_from,
        period_to=period_to,
        title=title.strip() or usual,
        on=on,
        by=by,
    )


@service
def draft_next(*, issue, on, by, key=None):
    """Begin the report of the period after this one: same agreement, the passages as they were written."""
    if not rules.test_rule("reports.draft", by, issue):
        raise NotAllowed()
    period = next_period(issue, on)
    if period is None:
        raise Blocked(_("The period after this report has not ended yet, or lies outside of the agreement."))
    facts = {"period_from": period.first, "period_to": period.last, "on": on, "by": by}
    if issue.agreement:
        newer = draft_from_agreement(agreement=issue.agreement, **facts)
    else:
        newer = draft_issue(programme=issue.programme, donor=issue.donor, title=issue.title, **facts)
    copy_passages(issue, newer, by)
    return newer


# Words ---------------------------------------------------------------------------------------------------------------


@service
def save_passage(*, issue, box, text, version, on, by):
    """Save the text of one box of a draft. `version`: that of the Passage that was read; 0 when there was none.

    The words that stand there already are saved: the script saves a box when it is left, which pressing the button
    does too. Raises Invalid for a figure that the report does not have, Stale when other words were saved meanwhile.
    """
    issue = _open_draft(issue, by)
    if box not in BOXES:
        raise Invalid(_("The report has no box of this name."), field="box")
    text = _plain(text, "text")
    ask_codes(text, choices_of(issue))
    ask_neutral(issue.programme, text, "text")
    passage = Passage.objects.filter(issue=issue, box=box).first()
    if passage is not None and passage.text == text:
        return passage
    if int(version) != (passage.version if passage else 0):
        raise Stale(_("Somebody else wrote in this box after you opened it. Open the page again to see their words."))
    if passage is None:
        passage = Passage(issue=issue, box=box)
    passage.text, passage.saved_by = text, by
    passage.save()
    body = {"box": box, "version": passage.version, "letters": len(text)}
    record("passage.save", issue.ref, by=by, on=on, programme=issue.programme.key, body=body)
    return passage


def _open_draft(issue, by):
    """The Issue, locked and still a draft, for those who write in it."""
    rows = Issue.objects.select_for_update(of=("self",)).select_related("programme", "agreement")
    issue = rows.get(pk=issue.pk)
    if not rules.test_rule("reports.draft", by, issue):
        raise NotAllowed()
    if issue.state != Issue.State.DRAFT:
        raise Blocked(_("This report is published. What is written in it stays."))
    return issue


def _plain(text, field):
    text = text.replace("\r\n", "\n").replace("\r", "\n").strip()
    if len(text) > LONGEST:
        said = {"most": LONGEST, "letters": len(text)}
        raise Invalid(_("Up to %(most)s letters go into a box; these are %(letters)s.") % said, field=field)
    if refused := unseen_letter(text.replace("\n", " ")):
        raise Invalid(refused, field=field)
    return text


# Stories -------------------------------------------------------------------------------------------------------------


@service
def tell_story(*, issue, party, title, text, consent, consent_name, on, by):
    """A story of somebody of the programme, with their written consent: the bytes of a PDF or a picture of it."""
    issue = _open_draft(issue, by)
    if issue.programme.confidential:
        raise Blocked(_("A report of a confidential programme tells no story of anybody."))
    enrolled = Enrolment.objects.visible_to(by).filter(programme=issue.programme, party=party)
    if party.anonymised_on or not enrolled.exists():
        raise Invalid(_("Choose a person or business of this programme that you may see."), field="party")
    title, text = _story_words(title, text)
    if not consent:
        raise Invalid(_("A story needs the written consent of the person: a PDF or a picture of it."), field="consent")
    story = Story.objects.create(
        issue=issue,
        party=party,
        title=title,
        text=text,
        consent=_kept_consent(issue, party, consent, consent_name, on, by),
        told_by=by,
    )
    _record_story("story.tell", story, on, by)
    return story


@service
def change_story(*, story, title, text, on, by, version=None):
    """Other words for the story; whose it is and their consent stay."""
    _open_draft(story.issue, by)
    if version is not None and int(version) != story.version:
        raise Stale()
    story.title, story.text = _story_words(title, text)
    story.save()
    _record_story("story.change", story, on, by)
    return story


@service
def take_out_story(*, story, on, by):
    """Take a story out of a draft. The consent stays on the person's file."""
    issue = _open_draft(story.issue, by)
    _record_story("story.take_out", story, on, by)
    story.delete()
    return issue


def _story_words(title, text):
    title, text = _plain(title, "title"), _plain(text, "text")
    if not title:
        raise Invalid(_("Give the story a title."), field="title")
    if not text:
        raise Invalid(_("Write the story."), field="text")
    return title, text


def _kept_consent(issue, party, content, name, on, by):
    try:
        _kept, kind = clean_content(content)
    except Invalid as refused:
        raise Invalid(refused.sentence, field="consent") from refused
    if kind not in PAPERS:
        raise Invalid(_("The consent is a PDF or a picture of the signed paper."), field="consent")
    return add_evidence(
        programme=issue.programme,
        case_ref=issue.ref,
        party=party,
        purpose="story-consent",
        content=content,
        name=name,
        on=on,
        by=by,
    )


def _record_story(kind, story, on, by):
    body = {"story": story.pk, "party": story.party.ref, "consent": story.consent.sha256, "sha256": fingerprint(story)}
    record(kind, story.issue.ref, by=by, on=on, programme=story.issue.programme.key, body=body)


def story_party(reference, user):
    """The party of that reference that the user may see, or None."""
    return Party.objects.visible_to(user).filter(ref=reference.strip().upper()).first()
