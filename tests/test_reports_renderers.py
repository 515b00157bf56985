"""One report, five faces: page, PDF, XLSX, CSV and JSON say the same, and no name in it does anything."""

import csv
import io
import json
import re
from datetime import date
from decimal import Decimal

import pypdf
import pytest
from django.template.loader import render_to_string
from python_calamine import CalamineWorkbook

from reports.edition import Report, digest, frozen, thawed
from reports.figure import COUNT, DAYS, MONEY, SHARE, Cell, Figure, Goal, meets, printed, ratio
from reports.renderers import FORMATS
from reports.rows import rows as sheet_rows
from reports.shown import page_of
from reports.words import goal_words

NASTY = "Smith & Sons <Ltd>"
FORMULA = '=HYPERLINK("x")'
IMAGE = '<img src="x">'
ARMENIAN = "Անահիտ Սարգսյան"


def figure(code, unit, **facts):
    facts.setdefault("name", code)
    facts.setdefault("in_all", facts.get("value"))
    facts.setdefault("records", 12)
    return Figure(code=code, section="grants", unit=unit, definition="Counted.", version="v2", **facts)


@pytest.fixture
def report():
    cells = [
        Cell("region", NASTY, NASTY, 30, records=30, units=30),
        Cell("region", FORMULA, FORMULA, 6, records=6, units=6),
        Cell("region", "gone", "gone", None, records=None, units=None, hidden=True),
    ]
    figures = [
        figure("awards", COUNT, name=IMAGE, value=36, by=tuple(cells), published=Goal(Decimal(36), "="), headline=True),
        figure(
            "grants_disbursed",
            MONEY,
            name=ARMENIAN,
            value=300_000_000,
            currency="EUR",
            target=Goal(Decimal(250_000_000), ">", "The agreement", ""),
            headline=True,
        ),
        figure("women_run_share", SHARE, numerator=1951, denominator=3547, in_all=ratio(1951, 3547), headline=True),
        figure("survival_24", SHARE, name="+1 no data", numerator=0, denominator=0, unknown=36),
        figure("hidden_one", COUNT, value=None, records=None, hidden=True),
        figure("days_to_money", DAYS, value=Decimal("31.5")),
    ]
    return Report(
        key="msme",
        name=NASTY,
        place="Kosovo*",
        footnote="* This designation is without prejudice to positions on status, and is in line with UNSCR 1244 and "
        "the ICJ Opinion on the Kosovo declaration of independence.",
        confidential=False,
        illustrative=True,
        currency="EUR",
        edition="donor",
        period_from=date(2014, 2, 1),
        period_to=date(2016, 7, 31),
        donors=("European Union",),
        title="Final report",
        reference="R-2016-Q3-EU",
        figures=tuple(figures),
    )


def as_json(report):
    return json.loads(FORMATS["json"].render(report))


def as_csv(report):
    text = FORMATS["csv"].render(report).decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text)))


def as_xlsx(report):
    return (
        CalamineWorkbook.from_filelike(io.BytesIO(FORMATS["xlsx"].render(report)))
        .get_sheet_by_name("Figures")
        .to_python()
    )


def as_text(report):
    pages = [page.extract_text() for page in pypdf.PdfReader(io.BytesIO(FORMATS["pdf"].render(report))).pages]
    return [" ".join(page.split()) for page in pages]


def test_json_gives_counts_as_numbers_and_money_and_shares_as_decimal_strings(report):
    found = {one["code"]: one for one in as_json(report)["figures"]}
    assert found["awards"]["value"] == 36
    assert found["grants_disbursed"]["value"] == "3000000.00"
    assert found["women_run_share"]["value"] == "0.5500"
    assert (found["women_run_share"]["numerator"], found["women_run_share"]["denominator"]) == (1951, 3547)
    assert found["survival_24"]["value"] is None
    assert found["survival_24"]["unknown"] == 36
    assert (found["hidden_one"]["value"], found["hidden_one"]["records"]) == (None, None)
    assert found["days_to_money"]["value"] == "31.5"


def test_money_of_which_it_is_not_known_who_got_it_is_said_as_money():
    one = figure("women_run_amount_share", SHARE, numerator=5, denominator=9, unknown=123_456, currency="USD")
    report = Report("med", "Med", "", "", False, False, "USD", "internal", None, date(2016, 12, 31), figures=(one,))
    assert as_json(report)["figures"][0]["unknown"] == "1234.56"
    assert [row[9] for row in sheet_rows(report)] == [Decimal("1234.56")]
    assert goal_words(one) == "Unknown: 1,234.56 USD."
    assert goal_words(one.but(unknown=0)) == ""
    assert goal_words(one.but(unknown=0, currency="")) == "Unknown: 0."


def test_json_has_the_keys_that_scripts_rely_on(report):
    data = as_json(report)
    assert {"programme", "scope", "figures"} <= set(data)
    keys = {
        "code",
        "name",
        "unit",
        "value",
        "numerator",
        "denominator",
        "unknown",
        "target",
        "comparator",
        "records",
        "by",
    }
    assert all(keys <= set(one) for one in data["figures"])


def test_a_target_carries_its_comparator_and_a_published_value_is_no_target(report):
    found = {one["code"]: one for one in as_json(report)["figures"]}
    assert (found["grants_disbursed"]["target"], found["grants_disbursed"]["comparator"]) == ("2500000.00", ">")
    assert (found["awards"]["target"], found["awards"]["published"], found["awards"]["comparator"]) == (None, 36, "=")


def test_csv_and_xlsx_have_the_values_of_json_row_by_row(report):
    figures = as_json(report)["figures"]
    wanted = []
    for one in figures:
        wanted.append((one["code"], one["value"], one["records"]))
        wanted += [(one["code"], cell["value"], cell["records"]) for cell in one["by"]]

    def number(value):
        return None if value in ("", None) else Decimal(str(value))

    wanted = [(code, number(value), number(records)) for code, value, records in wanted]
    for rows in (as_csv(report), as_xlsx(report)):
        assert [(row[0], number(row[6]), number(row[14])) for row in rows[1:]] == wanted


def test_the_pdf_prints_every_value_that_json_gives(report):
    text = " ".join(as_text(report))
    for words in (
        "36",
        "3,000,000.00",
        "55.0% (1,951 of 3,547)",
        "no data",
        "hidden",
        "31.5",
        "more than 2,500,000.00",
    ):
        assert words in text


def test_the_page_prints_every_value_that_json_gives(report):
    html = render_to_string("reports/body.html", page_of(report))
    for words in (
        "36",
        "3,000,000.00",
        "55.0%",
        "1,951 of 3,547",
        "no data",
        "hidden",
        "31.5",
        "more than 2,500,000.00",
    ):
        assert words in html


def test_the_name_of_the_place_and_its_whole_footnote_stand_on_every_page_of_the_pdf(report):
    pages = as_text(report)
    assert "Kosovo*" in pages[0]
    assert len(pages) > 2
    for page in pages:
        assert "without prejudice to positions on status" in page
        assert "Kosovo declaration of independence." in page


def test_an_illustrative_programme_says_so_on_page_and_paper(report):
    assert "Illustrative" in " ".join(as_text(report))
    assert "Illustrative" in render_to_string("reports/body.html", page_of(report))


def test_names_are_whole_everywhere_and_do_nothing_anywhere(report):
    html = render_to_string("reports/body.html", page_of(report))
    assert "<img" not in html
    assert "&lt;img src=&quot;x&quot;&gt;" in html
    text = " ".join(as_text(report))
    for name in (NASTY, FORMULA, IMAGE, ARMENIAN):
        assert name in text
    for rows in (as_csv(report), as_xlsx(report)):
        cells = [str(cell) for row in rows for cell in row]
        assert NASTY in cells
        assert f"'{FORMULA}" in cells
        assert not any(cell.startswith(("=", "+", "@")) for cell in cells)


def test_the_same_report_gives_the_same_bytes(report):
    for wanted in ("pdf", "csv", "json"):
        assert FORMATS[wanted].render(report) == FORMATS[wanted].render(report)


def test_a_frozen_report_thaws_to_the_same_report_and_keeps_its_hash(report):
    body = frozen(report)
    assert thawed(body) == report
    assert digest(json.loads(json.dumps(body))) == digest(body)
    body["figures"][0]["value"] = 37
    assert digest(body) != digest(frozen(report))


def test_no_style_and_no_script_stand_in_the_page(report):
    html = render_to_string("reports/body.html", page_of(report))
    assert not re.search(r"\sstyle=|<script|\son[a-z]+=", html)


@pytest.mark.parametrize(
    ("result", "comparator", "value", "kept"),
    [
        (36, "=", 36, True),
        (35, "=", 36, False),
        (120, ">=", 120, True),
        (119, ">=", 120, False),
        (1700, ">", 1700, False),
        (1701, ">", 1700, True),
        (Decimal("0.7619"), "~", Decimal("0.76"), True),
        (Decimal("0.80"), "~", Decimal("0.76"), False),
    ],
)
def test_a_comparator_is_tested_as_it_was_written(result, comparator, value, kept):
    assert meets(Decimal(result), comparator, Decimal(value)) is kept


def test_a_share_of_nothing_is_no_data_and_never_zero():
    assert ratio(0, 0) is None
    assert ratio(None, None) is None
    assert ratio(0, 5) == 0
    assert printed(None, SHARE, "") == ""
