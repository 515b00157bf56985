"""In which language a report is put on paper: wholly in one, never half in another."""

from dataclasses import replace
from pathlib import Path

from django.conf import settings
from django.utils.translation import get_language, gettext, to_locale

# In which Issues are frozen.
ENGLISH = "en"


def language_of_paper():
    """The reader's language, if the house has a catalogue of it. Django's own alone translates every tenth word."""
    lang = get_language() or ENGLISH
    catalogue = Path(to_locale(lang)) / "LC_MESSAGES" / "django.mo"
    return lang if any((Path(folder) / catalogue).is_file() for folder in settings.LOCALE_PATHS) else ENGLISH


def in_language(report, lang):
    """The report with the words of its figures in the active language; names that people gave stay as they are."""
    if lang == ENGLISH:
        return report
    return replace(report, figures=tuple(_translated(figure) for figure in report.figures))


def _translated(figure):
    cells = tuple(replace(cell, label=_word(cell.label)) for cell in figure.by)
    return figure.but(name=_word(figure.name), definition=_word(figure.definition), by=cells)


def _word(said):
    # Nothing is the head of the catalogue.
    return gettext(said) if said else said
