"""In which language a paper is put: wholly in one, never half in another.

The words of papers have catalogues of their own, `locale/<language>_X-paper`: the pages stay in the language that they
are whole in. `manage.py paper_words` writes what must be translated into them, and compiles them.
"""

from pathlib import Path

from django.conf import settings
from django.utils.translation import get_language, to_locale

# What every text is written in; Issues of reports are frozen in it.
ENGLISH = "en"
# The private part of a language tag (BCP 47) that stands for the words of papers.
PAPER = "-x-paper"


def languages_of_paper():
    """{code: name} of the languages in which a paper can be had, English first."""
    named = dict(settings.LANGUAGES)
    return {ENGLISH: named[ENGLISH], **{code: name for code, name in named.items() if has_catalogue(code)}}


def language_of_paper():
    """The reader's language if the words of papers are translated into it, else English."""
    lang = language_in_force()
    return lang if has_catalogue(lang) else ENGLISH


def language_in_force():
    """The active language, of pages or of a paper, by its plain code."""
    return (get_language() or ENGLISH).partition(PAPER)[0]


def words_of(lang):
    """The language to activate for the words of a paper in `lang`."""
    return lang if lang == ENGLISH else f"{lang}{PAPER}"


def has_catalogue(lang):
    """Are the words of papers translated into that language?"""
    catalogue = Path(to_locale(f"{lang}{PAPER}")) / "LC_MESSAGES" / "django.mo"
    return any((Path(folder) / catalogue).is_file() for folder in settings.LOCALE_PATHS)
