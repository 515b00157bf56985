"""What stands in a report beside its figures: its agreement's words, passages with their figures, stories, gaps."""

import hashlib
from dataclasses import replace

from django.utils.translation import gettext_lazy as _

from applicants.figures import Scope
from reports import quality
from reports.builder.tokens import with_values
from reports.edition import Said
from reports.framework import CHAPTERS, ORDER
from reports.models import Issue, Passage

# Boxes that stand outside of the chapters: the first before them, the others behind.
SUMMARY, LESSONS, NEXT = "summary", "lessons", "next"
TITLES = {chapter.key: chapter.title for chapter in CHAPTERS}
BOXES = {
    SUMMARY: _("Summary"),
    **{key: TITLES[key] for key in ORDER},
    LESSONS: _("Lessons learned"),
    NEXT: _("Next steps"),
}
STORY = "story-"


def with_words(issue, report):
    """The donor's edition of a draft with everything that its builder adds, in the active language."""
    agreement = issue.agreement
    if agreement:
        asked = agreement.codes
        report = replace(
            report,
            agreement=agreement.number,
            place=agreement.place_name or report.place,
            footnote=agreement.place_footnote if agreement.place_name else report.footnote,
            visibility=agreement.visibility,
            logo=agreement.logo.sha256 if agreement.logo else "",
            language=agreement.language,
            figures=tuple(figure for figure in report.figures if not asked or is_asked(figure.code, asked)),
            without_data=tuple(code for code in report.without_data if not asked or is_asked(code, asked)),
        )
    gaps = gaps_of(issue, report.figures)
    return replace(
        report,
        passages=tuple(passages_of(issue, report.figures)),
        stories=tuple(told(issue)),
        gaps=tuple(quality.for_donors(gaps, report.figures, strict=issue.programme.confidential)),
        grade=quality.grade_of(gaps),
    )


def is_asked(code, asked):
    """Is the figure, in any currency, among the codes asked for?"""
    head, _mark, currency = code.rpartition("_")
    return code in asked or (len(currency) == 3 and head in asked)


def gaps_of(issue, figures):
    """The Gaps of a draft as its makers see them: all of them."""
    scope = Scope(programme=issue.programme, to_on=issue.period_to, from_on=issue.period_from, donor=issue.donor)
    agreement = issue.agreement
    gaps = quality.gaps_of(scope, agreement.currency if agreement else "")
    empty = quality.empty_figures(figures, agreement.codes if agreement else ())
    return [*gaps, *([empty] if empty else [])]


def passages_of(issue, figures):
    """The passages that say something, in the order of BOXES, their figures in place."""
    by_code = {figure.code: figure for figure in figures}
    texts = dict(Passage.objects.filter(issue=issue).values_list("box", "text"))
    return [
        Said(box, str(title), with_values(texts[box], by_code).strip())
        for box, title in BOXES.items()
        if texts.get(box, "").strip()
    ]


# Stories -------------------------------------------------------------------------------------------------------------
# A story is about somebody who may take the consent back, or be forgotten. Its words stay in its own row, encrypted;
# the frozen report holds their fingerprint, and whoever reads the report reads the row.


def stories_of(issue):
    """The stories whose consent is on file and whose people are not forgotten."""
    rows = issue.stories.select_related("consent", "party").order_by("pk")
    return rows.filter(consent__withdrawn_on=None, party__anonymised_on=None)


def told(issue):
    """The stories of a report as they are printed."""
    return [Said(f"{STORY}{story.pk}", story.title, story.text) for story in stories_of(issue)]


def sealed(report):
    """The report as it is frozen: the words of its stories replaced by their fingerprints."""
    return replace(report, stories=tuple(Said(story.box, "", fingerprint(story)) for story in report.stories))


def fingerprint(story):
    """SHA-256 of a story (anything with title and text)."""
    return hashlib.sha256(f"{story.title}\n{story.text}".encode()).hexdigest()


def stories_frozen_in(issue):
    """Of the stories that were published, those that may still be told."""
    frozen = {one["box"] for one in issue.body.get("stories", ())}
    return tuple(one for one in told(issue) if one.box in frozen)


def story_faults():
    """Yield a sentence for each published story whose words were changed afterwards: what `verify` asks."""
    published = Issue.objects.exclude(state=Issue.State.DRAFT).filter(stories__isnull=False).distinct()
    for issue in published.order_by("pk"):
        frozen = {one["box"]: one["text"] for one in issue.body.get("stories", ())}
        for story in stories_of(issue):
            if frozen.get(f"{STORY}{story.pk}") != fingerprint(story):
                yield f"report {issue.ref}: its story {story.pk} is not the one that was published"
