"""In which language a report is put on paper: wholly in one, never half in another.

The words of the paper have catalogues of their own, `locale/<language>_X-paper`: the pages stay in the language that
they are whole in. `manage.py paper_words` writes what must be translated into them, and compiles them.
"""

import re
from dataclasses import replace
from pathlib import Path

from django.conf import settings
from django.utils.translation import get_language, gettext, gettext_noop, to_locale

# In which Issues are frozen.
ENGLISH = "en"
# The private part of a language tag (BCP 47) that stands for the words of papers.
PAPER = "-x-paper"
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


def languages_of_paper():
    """{code: name} of the languages in which a report can be had on paper, English first."""
    named = dict(settings.LANGUAGES)
    return {ENGLISH: named[ENGLISH], **{code: name for code, name in named.items() if _has_catalogue(code)}}


def language_of_paper():
    """The reader's language if the words of papers are translated into it, else English."""
    lang = (get_language() or ENGLISH).partition(PAPER)[0]
    return lang if _has_catalogue(lang) else ENGLISH


def words_of(lang):
    """The language to activate for the words of a paper in `lang`."""
    return lang if lang == ENGLISH else f"{lang}{PAPER}"


def _has_catalogue(lang):
    catalogue = Path(to_locale(f"{lang}{PAPER}")) / "LC_MESSAGES" / "django.mo"
    return any((Path(folder) / catalogue).is_file() for folder in settings.LOCALE_PATHS)


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
