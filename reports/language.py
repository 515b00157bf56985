"""A frozen report in another language: the words of its figures, whole and in their sentences."""

import re
from dataclasses import replace

from django.utils.translation import gettext, gettext_noop

from pages.paper_language import ENGLISH

# Sentences that are frozen with their parts in place, as they are taken apart again: {number} of what, in what order.
SENTENCES = (
    gettext_noop("%(definition)s Rule: %(rule)s."),
    gettext_noop("%(hours)s hours are a full-time week"),
    gettext_noop("%(days)s days are a full-time year"),
    gettext_noop("a post that ended within %(months)s months is short-term work and no job"),
    gettext_noop("%(share)s of the net jobs, of those %(displaced)s displaced; %(method)s"),
    gettext_noop("Quarter %(number)s of %(year)s"),
    gettext_noop("Grants awarded: %(windows)s"),
    gettext_noop("Awards approved and not cancelled in the window: %(windows)s."),
    gettext_noop("Employed: %(groups)s"),
    gettext_noop(
        "leadership from %(leaders)s percent women, and employment from %(workers)s percent women, with more for them "
        "than the law asks"
    ),
    gettext_noop("leadership from %(leaders)s percent women"),
    gettext_noop("employment from %(workers)s percent women, with more for them than the law asks"),
)
# Titles that a report gets when nobody gives it one; they are frozen in English as well.
TITLES = (gettext_noop("Final report"), gettext_noop("Progress report"), gettext_noop("Impact report"))
PLACE = re.compile(r"%\\\((\w+)\\\)s")


def in_language(report, lang):
    """The report with the words of its figures in the active language; names that people gave stay as they are."""
    if lang == ENGLISH:
        return report
    gaps = tuple(replace(gap, name=_word(gap.name)) for gap in report.gaps)
    restatements = tuple(replace(one, name=_word(one.name)) for one in report.restatements)
    figures = tuple(_translated(figure) for figure in report.figures)
    title = gettext(report.title) if report.title in TITLES else report.title
    return replace(report, title=title, gaps=gaps, restatements=restatements, figures=figures)


def _translated(figure):
    cells = tuple(replace(cell, label=_word(cell.label)) for cell in figure.by)
    return figure.but(name=_word(figure.name), definition=_word(figure.definition), by=cells)


def _word(said):
    """One frozen text in the active language: whole, or as a sentence whose parts are translated in their places."""
    # Nothing is the head of the catalogue.
    if not said or (found := gettext(said)) != said:
        return found if said else said
    for sentence in SENTENCES:
        parts = re.match(PLACE.sub(r"(?P<\1>.+?)", re.escape(sentence)) + r"(?P<rest> .*)?$", said, re.DOTALL)
        if parts:
            given = parts.groupdict(default="")
            rest = given.pop("rest")
            return gettext(sentence) % {name: _word(part) for name, part in given.items()} + rest
    return said
