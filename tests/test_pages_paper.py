"""Papers: every script comes out, text from users is never markup, pages are counted, bars start at zero."""

import io

import pypdf
import pytest
from reportlab.graphics.charts.barcharts import VerticalBarChart

from pages import paper as papers
from pages.paper import bar_chart, facts, mark, new_page, one_page, paper, signatures, table, text, together

NAMES = [
    "Անահիտ Սարգսյան",
    "მანანა კაპანაძე",
    "Ҷамшед Қурбонов",
    "Айгүл Өмүрбекова",
    "Əliyeva Günəş Şükür qızı",
    "Përparim Çelaj",
    "Živković Đorđe",
    "Smith & Sons <Ltd>",
    '<img src="file:///etc/passwd">',
    '=HYPERLINK("x")',
    "a &amp; b &lt; c",
]


def read(content):
    return pypdf.PdfReader(io.BytesIO(content))


def words(content):
    return "\n".join(page.extract_text() for page in read(content).pages)


@pytest.mark.parametrize("name", NAMES)
def test_a_name_in_any_script_comes_out_whole_in_text_and_in_a_table(name):
    content = paper("Agreement", [text(name), facts([("Borrower", name)]), table([[name, 1]], head=["Name", "No"])])
    assert words(content).count(name) == 3


def test_a_title_and_a_footer_from_users_are_plain_text_too():
    content = paper("Smith & <b>Sons</b>", [text("x")], footer="<i>foot</i> & so on", reference="L-2026-0099")
    found = words(content)
    assert "Smith & <b>Sons</b>" in found
    assert "<i>foot</i> & so on" in found
    assert "L-2026-0099" in found


def test_pages_are_counted_and_the_head_of_a_long_table_repeats():
    content = paper("Schedule", [table([[n, f"{n}.00"] for n in range(1, 121)], head=["No", "Principal"], numbers=[1])])
    pages = [page.extract_text() for page in read(content).pages]
    assert len(pages) == 4
    for number, page in enumerate(pages, 1):
        assert f"Page {number} of 4" in page
        assert "Principal" in page


def test_a_long_table_begins_under_its_heading_and_a_short_one_is_not_torn():
    above = [text("x") for _number in range(20)]
    rows = [[n, "Hasmik"] for n in range(40)]
    first = read(paper("Minutes", [*above, text("Decisions", "h2"), table(rows)])).pages[0].extract_text()
    assert "Decisions" in first
    assert "Hasmik" in first
    above = [text("x") for _number in range(36)]
    pages = read(paper("Minutes", [*above, text("Decisions", "h2"), table(rows[:6])])).pages
    assert "Decisions" not in pages[0].extract_text()
    assert pages[1].extract_text().count("Hasmik") == 6


def test_what_stays_together_with_the_signatures_stays_on_a_page_that_has_the_room():
    names = [("Chair", "Ruben Harutyunyan"), ("Voting member", "Sona Melkonyan")]
    assert len(read(paper("Minutes", [text("x"), together([text("y"), signatures(names)])])).pages) == 1


def test_the_same_story_gives_the_same_bytes():
    def make():
        return paper("Minutes", [text("Անահիտ"), table([["a", "b"]])], reference="S-2026-03")

    assert make() == make()


def test_the_paper_embeds_its_font_so_that_it_prints_anywhere():
    page = read(paper("Minutes", [text("Անահիտ")])).pages[0]
    embedded = [font.get_object()["/BaseFont"] for font in page["/Resources"]["/Font"].values()]
    assert any("DejaVuSans" in name for name in embedded)


def test_bars_begin_at_zero_so_that_the_smallest_does_not_vanish(monkeypatch):
    made = []
    monkeypatch.setattr(papers, "VerticalBarChart", lambda: made.append(VerticalBarChart()) or made[-1])
    drawing = bar_chart(["2024", "2025"], [[900, 1000], [None, 950]], names=["Target", "Actual"])
    assert made[0].valueAxis.valueMin == 0
    assert made[0].data == [[900.0, 1000.0], [0, 950.0]]
    assert "1,000" in words(paper("Report", [drawing]))


def test_a_chart_of_nothing_says_so_instead_of_drawing_empty_axes():
    assert "No data for this chart." in words(paper("Report", [bar_chart(["a"], [[None]])]))


def test_signature_lines_carry_who_signs_and_as_what():
    content = paper("Agreement", [signatures([("Programme manager", "Vahan Stepanyan"), ("Borrower", "Գայանե")])])
    assert "Vahan Stepanyan" in words(content)
    assert "Գայանե" in words(content)


def test_a_very_long_word_does_not_break_the_table():
    content = paper("List", [table([["x" * 400, "1"]], head=["Name", "No"], numbers=[1])])
    assert words(content).replace("\n", "").count("x") == 400


def test_a_cell_that_is_taller_than_a_page_goes_on_over_the_next():
    long = "A long reason. " * 1000
    content = paper("List", [facts([("Why", long)]), table([[1, long]], widths=[10, 100], head=["No", "Reason"])])
    assert words(content).count("reason.") == 2000


def test_a_watermark_stands_on_every_page_and_the_outline_leads_to_its_page():
    story = [mark("First"), text("one"), new_page(), text("two"), new_page(), mark("Third"), text("three")]
    content = paper("Packet", story, watermark="Ruben Harutyunyan")
    found = read(content)
    assert all("Ruben Harutyunyan" in page.extract_text() for page in found.pages)
    assert [(one.title, found.get_destination_page_number(one)) for one in found.outline] == [
        ("First", 0),
        ("Third", 2),
    ]


@pytest.mark.parametrize("lines", [1, 40, 200])
def test_one_page_is_one_page_by_saying_less_and_at_last_by_setting_it_smaller(lines):
    def make(level):
        return [text(f"level {level}")] + [text(f"line {number}") for number in range(min(lines, level))]

    content = paper("Summary", [*one_page(make, (100, 60, 20)), text("the next")])
    pages = [page.extract_text() for page in read(content).pages]
    assert len(pages) == 2
    assert "the next" in pages[1]
    assert f"level {100 if lines == 1 else (100 if lines <= 36 else 20)}" in pages[0]
    content = paper("Summary", [*one_page(lambda _level: make(300), (1,)), text("the next")])
    assert len(read(content).pages) == 2
