"""The donor's report on paper: read aloud, kept for decades, and every name in it whole."""

import io
from dataclasses import replace
from datetime import date
from decimal import Decimal
from itertools import chain, pairwise

import pikepdf
import pytest
from babel.messages import Catalog
from babel.messages.mofile import write_mo
from django.test import override_settings
from django.utils import translation
from django.utils.translation import trans_real
from pikepdf import Name
from PIL import Image

from applicants.services.evidence import keep
from reports import framework
from reports.edition import Gap, Rate, Report, Restated, Said
from reports.figure import COUNT, MONEY, SHARE, Cell, Figure, Goal, ratio
from reports.render_pdf import render
from reports.tagged import Story, tagged_paper
from tests import verapdf

NAMES = {
    "hy": "Գեղարքունիք, Սարգսյան Անահիտ",
    "ka": "სამეგრელო, ბერიძე თამარ",
    "ru": "Ошская область, Ольга Щербакова",
    "tg": "Хатлон, Ҷӯраев Ҳусейн",
    "az": "Ağcabədi, Şəhla Quliyeva",
    "sq": "Gjakovë, Shpëtim Çelaj",
}


def figure(code, section, unit, **facts):
    facts.setdefault("name", code.replace("_", " ").capitalize())
    facts.setdefault("in_all", facts.get("value"))
    return Figure(code=code, section=section, unit=unit, definition="Counted once.", version="v1", records=40, **facts)


def by(dim, **values):
    return tuple(Cell(dim, key, key, value, records=value, units=value) for key, value in values.items())


@pytest.fixture(scope="module")
def sign(tmp_path_factory):
    """SHA-256 of a donor's picture with a transparent ground, among the files of the house."""
    picture = io.BytesIO()
    Image.new("RGBA", (240, 80), (0, 51, 153, 128)).save(picture, "PNG")
    with override_settings(EVIDENCE_DIR=tmp_path_factory.mktemp("files")):
        yield keep(picture.getvalue())


@pytest.fixture(scope="module")
def report(sign):
    regions = tuple(Cell("region", code, name, 10, records=10, units=10) for code, name in NAMES.items())
    quarters = tuple(
        Cell("quarter", f"2015-{number}", f"Quarter {number} of 2015", 50_000_00, records=9, units=9)
        for number in range(1, 5)
    )
    figures = [
        figure("applied", "way", COUNT, value=80, by=by("sex", female=48, male=32)),
        figure("approved", "way", COUNT, value=40, by=by("sex", female=30, male=10)),
        figure("paid", "way", COUNT, value=36),
        figure("alive", "way", SHARE, numerator=30, denominator=36, unknown=4, in_all=ratio(30, 36)),
        figure(
            "awards",
            "grants",
            COUNT,
            value=60,
            headline=True,
            target=Goal(Decimal(50), ">="),
            published=Goal(Decimal(60), "=", "Final brochure"),
            by=regions,
        ),
        figure("grants_disbursed", "grants", MONEY, value=200_000_00, currency="EUR", by=quarters),
        figure("cofinancing_pledged", "grants", MONEY, value=90_000_00, currency="EUR"),
        figure(
            "direct",
            "people",
            COUNT,
            value=50,
            by=by("sex", female=20, male=20) + by("age", **{"18-29": 10, "60+": 30}),
        ),
        figure("sales_baseline", "income", MONEY, value=1_000_00, currency="EUR"),
        figure("sales_latest", "income", MONEY, value=1_500_00, currency="EUR", target=Goal(Decimal(2_000_00), ">")),
        figure("women_run_share", "people", SHARE, numerator=19, denominator=36, in_all=ratio(19, 36)),
        figure("found_tomorrow", "a section of next year", COUNT, value=7),
        figure("hidden_one", "jobs", COUNT, hidden=True),
        figure("short_term_jobs", "jobs", COUNT, name="Short-term jobs", target=Goal(Decimal(1700), ">")),
        figure(
            "jobs_net",
            "jobs",
            COUNT,
            value=12,
            verified=30,
            grade="A",
            codes=(("IRIS", "PI3687"), ("SDG", "8.5.2")),
            records_sha256="cd" * 32,
        ),
    ]
    return Report(
        key="all",
        name="Programme of all letters",
        place="Kosovo*",
        footnote="* This designation is without prejudice to positions on status.",
        confidential=False,
        illustrative=True,
        currency="EUR",
        edition="donor",
        period_from=date(2014, 2, 1),
        period_to=date(2016, 7, 31),
        donors=tuple(NAMES.values()),
        title="Final report",
        reference="R-2016-Q3-ALL",
        sha256="ab" * 32,
        published_on=date(2016, 12, 31),
        agreement="EU 2014/338-123, European Union",
        cut_off="2016-12-31T10:30:00+00:00",
        approved_by="Manager Ghazaryan",
        reporting_currency="CHF",
        visibility="This programme is funded by the European Union.",
        logo=sign,
        grade="B",
        rates=(Rate("EUR", "CHF", "1.0875", "2016-07-01", "InforEuro"),),
        passages=(
            Said("summary", "Summary", "Sixty awards.\n\nAll <b>signed</b> & paid."),
            Said("grants", "Grants", "; ".join(NAMES.values())),
            Said("lessons", "Lessons learned", "Begin with the market."),
        ),
        stories=(Said("story", "A bakery in Gjakovë", "She bakes =SUM(A1) loaves."),),
        restatements=(Restated("R-2016-Q2-ALL", "awards", "Grants awarded", "59", "60", "One was entered late."),),
        gaps=(Gap("visits_due", "Visits that were due and not made", 3, 36),),
        figures=tuple(figures),
    )


@pytest.fixture(scope="module")
def content(report):
    return render(report)


@pytest.fixture
def pdf(content):
    with pikepdf.open(io.BytesIO(content)) as opened:
        yield opened


def elements(pdf, tag=""):
    """The structure elements in the order in which they are read, of one tag or all."""
    found, waiting = [], [pdf.Root.StructTreeRoot.K]
    while waiting:
        one = waiting.pop()
        if isinstance(one, pikepdf.Dictionary) and Name.S in one:
            found.append(one)
            kids = one.get(Name.K, [])
            waiting += reversed(list(kids) if isinstance(kids, pikepdf.Array) else [kids])
    return [one for one in found if not tag or f"/{tag}" == one.S]


# What breaks a paper, each by itself ----------------------------------------------------------------------------------


def without_language(pdf):
    del pdf.Root.Lang


def without_words_for_a_picture(pdf):
    del elements(pdf, "Figure")[0].Alt


def with_text_that_is_nowhere_in_the_structure(pdf):
    page = pdf.pages[-1]
    font = next(iter(page.obj.Resources.Font.keys()))
    page.contents_add(f"BT {font} 9 Tf 90 90 Td (x) Tj ET".encode())


def with_a_cell_outside_its_row(pdf):
    elements(pdf, "TD")[0].S = Name.P


def without_colours(pdf):
    del pdf.Root.OutputIntents


FAULTS = {
    without_language: ("ua1", "7.2"),
    without_words_for_a_picture: ("ua1", "7.3-1"),
    with_text_that_is_nowhere_in_the_structure: ("ua1", "7.1-3"),
    with_a_cell_outside_its_row: ("ua1", "7.2"),
    without_colours: ("2a", "6.2.4.3"),
}


@pytest.fixture(scope="module")
def verdicts(report, content, tmp_path_factory):
    """{(name, flavour): broken rules} of the report and of one copy of it with each fault: Java starts once."""
    folder = tmp_path_factory.mktemp("papers")
    whole = folder / "whole.pdf"
    whole.write_bytes(content)
    asked = [(str(whole), flavour) for flavour in verapdf.FLAVOURS]
    # A young programme without a figure, and names of any length in letters that no face of the house has.
    odd = report.figure("awards").but(
        name=f"{'W' * 200} <b>&amp; 王 \N{GRINNING FACE}", by=by("region", **{"\u1200" * 90: 9})
    )
    for name, figures in (("empty", ()), ("odd", (odd, *report.figures))):
        (folder / f"{name}.pdf").write_bytes(render(replace(report, name="N" * 400, figures=figures)))
        asked += [(str(folder / f"{name}.pdf"), flavour) for flavour in verapdf.FLAVOURS]
    # In the language of one programme, whose letters are those of another one.
    with translation.override("ky"):
        (folder / "kyrgyz.pdf").write_bytes(render(report))
    asked += [(str(folder / "kyrgyz.pdf"), flavour) for flavour in verapdf.FLAVOURS]
    for plant, (flavour, _rule) in FAULTS.items():
        with pikepdf.open(io.BytesIO(content)) as pdf:
            plant(pdf)
            pdf.save(folder / f"{plant.__name__}.pdf")
        asked.append((str(folder / f"{plant.__name__}.pdf"), flavour))
    found = verapdf.broken_rules(asked)
    return {(path.rsplit("/", 1)[1].removesuffix(".pdf"), flavour): rules for (path, flavour), rules in found.items()}


@pytest.mark.verapdf
@pytest.mark.parametrize("name", ["whole", "empty", "odd", "kyrgyz"])
def test_the_report_can_be_read_aloud_and_kept(name, verdicts):
    assert [verdicts[name, flavour] for flavour in verapdf.FLAVOURS] == [[], []]


@pytest.mark.verapdf
@pytest.mark.parametrize("plant", FAULTS, ids=lambda plant: plant.__name__)
def test_a_paper_with_a_fault_does_not_pass(plant, verdicts):
    flavour, rule = FAULTS[plant]
    assert any(found.startswith(rule) for found in verdicts[plant.__name__, flavour])


# What it says ---------------------------------------------------------------------------------------------------------


@pytest.mark.verapdf
def test_the_names_of_every_script_come_out_of_the_paper_whole(content, tmp_path):
    (tmp_path / "report.pdf").write_bytes(content)
    said = verapdf.words_of(tmp_path / "report.pdf")
    assert [name for name in NAMES.values() if name not in said] == []


@pytest.mark.verapdf
def test_what_is_planned_stands_in_the_column_of_targets_only(content, tmp_path):
    (tmp_path / "report.pdf").write_bytes(content)
    said = verapdf.words_of(tmp_path / "report.pdf")
    assert said.count("1,700") == 1
    assert "Short-term jobs more than 1,700 no data" in said


@pytest.mark.verapdf
def test_what_people_wrote_and_where_it_comes_from_is_on_the_paper(content, tmp_path):
    (tmp_path / "report.pdf").write_bytes(content)
    said = verapdf.words_of(tmp_path / "report.pdf")
    wanted = (
        "Under the agreement EU 2014/338-123, European Union.",
        "This programme is funded by the European Union.",
        "Approved by Manager Ghazaryan.",
        "Nothing entered after 31.12.2016 10:30 UTC is in it.",
        "All <b>signed</b> & paid.",
        "She bakes =SUM(A1) loaves.",
        "Begin with the market.",
        "R-2016-Q2-ALL Grants awarded 59 60 One was entered late.",
        "EUR → CHF 1.0875 01.07.2016 InforEuro",
        "Visits that were due and not made 3 36 8.3%",
        "IRIS PI3687; SDG 8.5.2",
        "cdcdcdcdcdcd",
    )
    assert [words for words in wanted if words not in " ".join(said.split())] == []


def test_words_of_another_script_are_said_in_their_language(pdf):
    streams = b"".join(page.Contents.read_bytes() for page in pdf.pages)
    assert [code for code in ("hy", "ka", "ru", "tg", "az") if f"/Lang ({code})".encode() not in streams] == []


@pytest.mark.parametrize(("lang", "said"), [("en", True), ("ky", False)])
def test_a_word_of_another_language_is_closed_wherever_it_breaks(lang, said):
    story = Story(lang)
    words = [f"{'Щербакова' * 9} {number}" for number in range(12)]
    story.table([[word, word] for word in words], [8, 60], head=["Name", "Name"])
    story.text(" ".join(words) * 9)
    with pikepdf.open(io.BytesIO(tagged_paper("Names", story))) as pdf:
        for page in pdf.pages:
            content = page.Contents.read_bytes()
            assert content.count(b"BDC") + content.count(b"BMC") == content.count(b"EMC")
            # A word in Cyrillic letters is no foreign one on a paper in them.
            assert (b"/Lang (ru)" in content) is said


def test_headings_lead_through_the_paper_and_stand_in_outline_and_contents(pdf):
    levels = [int(str(one.S)[2:]) for one in elements(pdf) if str(one.S)[1] == "H"]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))
    with pdf.open_outline() as outline:
        titles = [item.title for item in chain(*(one.children for one in outline.root))]
    assert titles[:3] == ["Contents", "Summary", "Results against targets"]
    assert "Further figures" in titles
    assert len(elements(pdf, "TOCI")) == len(titles) - 1


def test_each_link_says_where_it_leads_and_each_figure_leads_to_its_records(pdf, report):
    links = list(chain(*(page.obj.get(Name.Annots, []) for page in pdf.pages)))
    assert all(str(link.Contents) for link in links)
    led = {str(link.A.URI) for link in links if Name.A in link}
    wanted = {f"/reports/R-2016-Q3-ALL/#figure-{one.code}" for one in report.figures}
    assert {address.partition("8000")[2] for address in led} == wanted


def test_every_chart_is_told_in_words_with_its_values(pdf):
    told = [str(one.Alt) for one in elements(pdf, "Figure")]
    assert len(told) == 3
    assert told[0] == "Sign of " + ", ".join(NAMES.values())
    assert any("Quarter 4 of 2015: 200,000.00" in words for words in told)


def test_the_results_have_baseline_comparator_women_and_youth(report):
    direct, sales, alive = map(report.figure, ("direct", "sales_latest", "alive"))
    assert framework.baseline(report, sales) == "1,000.00"
    assert (framework.women(direct), framework.youth(direct)) == (Decimal("0.5"), Decimal("0.25"))
    assert (framework.known(alive), framework.grade(framework.known(alive))) == (Decimal("0.9"), "B")
    hidden = direct.but(by=(direct.by[0], direct.by[1].but_hidden()))
    assert framework.women(hidden) is None


def test_a_figure_that_nobody_foresaw_still_has_a_chapter_and_a_number(report):
    placed = {one.code: chapter.key for chapter, figures in framework.chapters(report) for one in figures}
    assert placed["found_tomorrow"] == "other"
    assert set(placed) == {one.code for one in report.figures} == set(framework.numbers(report))
    assert (placed["cofinancing_pledged"], placed["women_run_share"], placed["alive"]) == (
        "cofinancing",
        "women",
        "monitoring",
    )


def test_the_head_of_a_long_table_is_read_once_and_seen_on_every_page():
    story = Story("en")
    story.table([[number, number * number] for number in range(100)], [1, 1], head=["Number", "Square"], numbers=(1,))
    with pikepdf.open(io.BytesIO(tagged_paper("Squares", story))) as pdf:
        pages = [page.Contents.read_bytes() for page in pdf.pages]
        heads = [one for one in elements(pdf, "TH") if one.A.Scope == "/Column"]
        assert len(elements(pdf, "TR")) == 101
        assert [one.K for one in heads] == [0, 1]
    assert sum(page.count(b"/TH <</MCID") for page in pages) == 2 + 100
    # Its two words, besides the head and the foot of the page.
    assert [page.count(b"/Artifact <</Type /Pagination>> BDC") for page in pages] == [1, 3, 3]


def test_a_reader_of_another_language_has_the_paper_wholly_in_one(report, content, settings, tmp_path):
    with translation.override("sr-latn"):
        assert render(report) == content
    folder = tmp_path / "hy_X-paper" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    catalogue = Catalog("hy")
    for said, translated in (("Contents", "Բովանդակություն"), ("Awards", "Դրամաշնորհներ")):
        catalogue.add(said, translated)
    with open(folder / "django.mo", "wb") as file:
        write_mo(file, catalogue)
    settings.LOCALE_PATHS = [tmp_path]
    trans_real._translations.clear()
    with translation.override("hy"), pikepdf.open(io.BytesIO(render(report))) as pdf:
        assert str(pdf.Root.Lang) == "hy"
        with pdf.open_outline() as outline:
            assert outline.root[0].children[0].title == "Բովանդակություն"
        streams = b"".join(page.Contents.read_bytes() for page in pdf.pages)
    assert b"/Lang (hy)" not in streams
    assert b"/Lang (ka)" in streams
    trans_real._translations.clear()
