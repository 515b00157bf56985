"""The second language of a report on paper: whole, with its numbers in place, and for paper only."""

import re
from datetime import date

import pytest
from django.utils import translation
from django.utils.translation import gettext

from demo.programmes import BLUEPRINTS
from pages.paper_language import language_of_paper, languages_of_paper, words_of
from reports.edition import Report
from reports.figure import COUNT, SHARE, Cell, Figure, printed
from reports.language import in_language
from reports.paper_words import compiled, folder_of, is_said, translated, wanted

pytestmark = pytest.mark.once
LANGUAGES = sorted({blueprint.language for blueprint in BLUEPRINTS} - {"en"})
PLACES = re.compile(r"%\(\w+\)s|%%")


@pytest.fixture(scope="module")
def texts():
    return wanted()


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_word_of_the_paper_is_said_in_the_second_language_of_each_programme(lang, texts):
    said = translated(lang)
    assert [text for text in texts if not is_said(said.get(text))] == []
    assert [text for text in said if _places(text) != _places(said[text])] == []
    assert (folder_of(lang) / "django.mo").read_bytes() == compiled(lang, said, texts)


def _places(said):
    """The places that a text leaves, the same in each form of a counted one."""
    forms = [said] if isinstance(said, str) else said
    (places,) = {tuple(sorted(PLACES.findall(form))) for form in forms}
    return places


def test_the_words_of_papers_leave_the_pages_in_the_language_that_they_are_whole_in():
    assert list(languages_of_paper()) == ["en", "hy", "ka", "sq", "az", "tg", "ky"]
    with translation.override("hy"):
        assert language_of_paper() == "hy"
        assert gettext("Results against targets") == "Results against targets"
    with translation.override(words_of("hy")):
        assert gettext("Results against targets") == "Արդյունքները թիրախների համեմատ"
    with translation.override("sr-latn"):
        assert language_of_paper() == "en"


def test_a_frozen_sentence_is_taken_apart_and_said_again_with_what_people_named_as_they_named_it():
    figure = Figure(
        "direct_beneficiaries",
        "Grants awarded: Micro, Small",
        "people",
        COUNT,
        "Persons who gain directly, each once, by the rule of the programme. "
        "Rule: Persons trained or granted. As annex 2 of the agreement says.",
        "v1",
        by=(Cell("quarter", "2015-2", "Quarter 2 of 2015", 7), Cell("region", "x", "Gjakovë", 9)),
    )

    report = Report("k", "n", "p", "", False, False, "EUR", "donor", None, date(2016, 12, 31), figures=(figure,))
    with translation.override(words_of("sq")):
        said = in_language(report, "sq").figures[0]
    assert said.name == "Grante të dhëna: Micro, Small"
    assert said.definition == (
        "Persona që përfitojnë drejtpërdrejt, secili një herë, sipas rregullit të programit. "
        "Rregulli: Persona të trajnuar ose me grant. As annex 2 of the agreement says."
    )
    assert [cell.label for cell in said.by] == ["Tremujori 2 i vitit 2015", "Gjakovë"]


def test_numbers_have_the_signs_of_the_language():
    with translation.override(words_of("sq")):
        assert [printed(1234567, COUNT, ""), printed("0.5501", SHARE, "")] == ["1\u00a0234\u00a0567", "55,0%"]
    with translation.override("en"):
        assert [printed(1234567, COUNT, ""), printed("0.5501", SHARE, "")] == ["1,234,567", "55.0%"]
