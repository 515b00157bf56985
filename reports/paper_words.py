"""Every word that the house itself puts on papers of reports and loans, and the catalogues of other languages."""

import io
from datetime import UTC, datetime
from pathlib import Path

from babel.messages import Catalog, extract, mofile, pofile
from django.conf import settings
from django.utils import translation
from django.utils.translation import to_locale

from applicants.models import Party
from grants.models import Contribution
from loans.models import LendingRules, LoanTerms
from monitoring.models import MonitoringVisit
from pages.paper_language import ENGLISH, PAPER
from programmes.models import Definition, TrainingRule
from reports.models import Target

# Where the words of the paper are written, from the top of the house.
SOURCES = (
    "reports/charts.py",
    "reports/framework.py",
    "reports/indicators/collect.py",
    "reports/indicators/kinds.py",
    "reports/indicators/money.py",
    "reports/indicators/registry.py",
    "reports/indicators/results.py",
    "reports/indicators/way.py",
    "reports/language.py",
    "reports/quality.py",
    "reports/render_annexes.py",
    "reports/render_columns.py",
    "reports/render_pdf.py",
    "reports/render_way.py",
    "reports/render_written.py",
    "reports/shown.py",
    "reports/tagged/story.py",
    "reports/words.py",
    "loans/account.py",
    "loans/charge.py",
    "loans/contract.py",
    "loans/fund.py",
    "loans/papers/account.py",
    "loans/papers/cash.py",
    "loans/papers/frame.py",
    "loans/papers/letters.py",
    "loans/papers/release.py",
    "pages/paper.py",
)
CHOICES = (
    Party.Sex,
    Contribution.Source,
    TrainingRule.Waiver,
    MonitoringVisit.Business,
    Definition.DirectRule,
    Definition.WomenRunRule,
    Target.Comparator,
    LendingRules.Charge,
    LoanTerms.DayCount,
    LoanTerms.Early,
    LoanTerms.EarlyInterest,
    LoanTerms.Frequency,
    LoanTerms.Prepay,
)
# The head of a catalogue carries a day: the same one always, so that the same words give the same bytes.
BEGUN = datetime(2026, 1, 1, tzinfo=UTC)
KEYWORDS = {"_": None, "gettext": None, "gettext_lazy": None, "gettext_noop": None, "ngettext": (1, 2)}


def wanted():
    """The texts in English, in the order in which they are written, each once; a counted one as (singular, plural)."""
    found = {}
    for pattern in SOURCES:
        for path in sorted(settings.BASE_DIR.glob(pattern)):
            with path.open("rb") as file:
                for _line, text, _comments, _context in extract.extract("python", file, KEYWORDS):
                    found[text] = None
    with translation.override(ENGLISH):
        for choices in CHOICES:
            found |= dict.fromkeys(str(label) for label in choices.labels)
    return list(found)


def folder_of(lang):
    """Where the catalogue of that language lies."""
    return Path(settings.LOCALE_PATHS[0]) / to_locale(f"{lang}{PAPER}") / "LC_MESSAGES"


def translated(lang):
    """{text in English: text in that language} of the catalogue as it is written; {} before there is one.

    A counted text is (singular, plural), and in that language as many forms as it has.
    """
    path = folder_of(lang) / "django.po"
    if not path.is_file():
        return {}
    with path.open("rb") as file:
        written = pofile.read_po(file, locale=locale_of(lang))
    return {message.id: message.string for message in written if message.id}


def catalogue_of(lang, words, texts):
    """The Babel catalogue of `words` ({English: translated}) for `texts`, and nothing besides."""
    made = Catalog(locale=locale_of(lang), fuzzy=False, charset="utf-8", creation_date=BEGUN, revision_date=BEGUN)
    for text in texts:
        made.add(text, words.get(text, ""), flags=["python-format"] if "%(" in "".join(text) else [])
    return made


def locale_of(lang):
    """The locale that says how many forms a counted text has."""
    return lang.partition("-")[0]


def compiled(lang, words, texts):
    """The catalogue as programs read it (.mo), as bytes."""
    buffer = io.BytesIO()
    mofile.write_mo(buffer, catalogue_of(lang, words, texts))
    return buffer.getvalue()


def write(lang, words):
    """Write both forms of the catalogue. Returns the texts that nobody translated yet."""
    folder = folder_of(lang)
    folder.mkdir(parents=True, exist_ok=True)
    texts = wanted()
    made = catalogue_of(lang, words, texts)
    with (folder / "django.po").open("wb") as file:
        pofile.write_po(file, made, omit_header=True, width=110, sort_output=False)
    (folder / "django.mo").write_bytes(compiled(lang, words, texts))
    return [message.id for message in made if message.id and not is_said(message.string)]


def is_said(string):
    """Is there a text, or for a counted one each of its forms?"""
    return bool(string) and all(string)
