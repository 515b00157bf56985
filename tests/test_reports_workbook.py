"""The workbook: a sheet for each table, numbers in the format of their unit, nothing that a spreadsheet would run."""

import csv
import io
import json
from dataclasses import replace
from datetime import date

import openpyxl
import pandas
import pytest

from reports.edition import Gap, Rate, Report, Restated, Said
from reports.figure import COUNT, MONEY, SHARE, Cell, Figure, Goal
from reports.renderers import FORMATS

FORMULAS = ('=HYPERLINK("x")', "+1", "-1", "@SUM(A1)", "\tx", "\rx", "＝1+1")


def figure(code, unit, **facts):
    facts.setdefault("in_all", facts.get("value"))
    return Figure(code=code, name=code, section="grants", unit=unit, definition="Counted.", version="v2", **facts)


PLAIN = Report(
    key="msme",
    name="Grants",
    place="Kosovo*",
    footnote="",
    confidential=False,
    illustrative=False,
    currency="EUR",
    edition="donor",
    period_from=None,
    period_to=date(2016, 12, 31),
    reporting_currency="USD",
    figures=(
        figure(
            "jobs_net",
            COUNT,
            value=-3,
            codes=(("IRIS", "PI1"),),
            grade="B",
            verified=7,
            translated=1250,
            records_sha256="ab" * 32,
        ),
    ),
)


@pytest.fixture(scope="module")
def book():
    quarters = tuple(Cell("quarter", f"2016-{n}", f"Quarter {n} of 2016", n * 100_000, records=6) for n in (1, 2, 3))
    odd = tuple(Cell("region", text, text, 6, records=6) for text in FORMULAS)
    figures = (
        figure("grants_disbursed", MONEY, value=600_000, currency="EUR", by=quarters, codes=(("IRIS", "PI1"),)),
        figure("wages_paid_jpy", MONEY, value=1234, currency="JPY", by=(Cell("quarter", "2016-1", "Q", 1234),)),
        figure("women_run_share", SHARE, numerator=11, denominator=20, unknown=3),
        figure("awards", COUNT, value=42, by=odd, headline=True, target=Goal(40, ">=", "Agreement", ""), verified=30),
    )
    records = {
        "columns": ["record", "recipient", "sex", "currency", "amount", "paid", "state"],
        "rows": [["aa", "p1", "female", "EUR", 2_500_050, 100, "Active"], ["bb", "=p2", "male", "JPY", 7, 0, "Closed"]],
    }
    report = Report(
        key="msme",
        name="=Name",
        place="Kosovo*",
        footnote="* Without prejudice.",
        confidential=False,
        illustrative=False,
        currency="EUR",
        edition="donor",
        period_from=None,
        period_to=date(2016, 12, 31),
        figures=figures,
        rates=(Rate("USD", "EUR", "0.91", "2016-12-01", "inforeuro"),),
        gaps=(Gap("visits_due", "Visits due and not done", 3, 36),),
        restatements=(Restated("R-2016-Q3-EU", "awards", "Awards", "41", "42", "=late"),),
        passages=(Said("summary", "Summary", "=not a formula"),),
        lists={"records": {"awards": records}},
    )
    return FORMATS["xlsx"].render(report)


def table(book, name):
    return pandas.read_excel(io.BytesIO(book), sheet_name=name, engine="openpyxl")


@pytest.fixture
def sheets(book):
    return openpyxl.load_workbook(io.BytesIO(book))


def test_each_table_has_a_sheet_and_a_reader_finds_the_summary_first(sheets):
    assert sheets.sheetnames == [
        "Summary",
        "Results framework",
        "Figures",
        "By quarter",
        "By region",
        "Awards, records",
        "Charts",
        "Definitions",
        "Data quality",
        "Texts",
        "Code book",
        "About",
    ]
    for name in sheets.sheetnames:
        if name not in ("Summary", "Charts"):
            assert sheets[name].freeze_panes[1:] == "2"
            assert sheets[name].auto_filter.ref.startswith("A1:")
    # Native charts, drawn by the spreadsheet from the cells beside them.
    assert len(sheets["Charts"]._charts) == 1
    values = sheets["Charts"]._charts[0].series[0].val.numRef.f
    assert values.replace("'", "") == "Charts!$B$4:$B$6"
    assert [row[1].value for row in sheets["Charts"]["A4:B6"]] == [1, 3, 6]


def test_no_cell_is_a_live_formula_and_its_text_is_whole(sheets):
    cells = [cell for sheet in sheets for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert [cell.coordinate for cell in cells if cell.data_type == "f"] == []
    texts = {cell.value for cell in cells if isinstance(cell.value, str)}
    assert {'\'=HYPERLINK("x")', "'+1", "'-1", "'@SUM(A1)", "'＝1+1", "'=not a formula", "'=p2"} <= texts


def test_numbers_stand_in_the_format_of_their_unit_and_currency(sheets):
    rows = {row[0].value: row for row in sheets["Figures"].iter_rows(min_row=2) if not row[4].value}
    said = {code: (row[6].value, row[6].number_format) for code, row in rows.items()}
    assert said == {
        "grants_disbursed": (6000, "#,##0.00"),
        "wages_paid_jpy": (1234, "#,##0"),
        "women_run_share": (0.55, "0.0%"),
        "awards": (42, "#,##0"),
    }


def test_records_are_in_major_units_of_their_own_currency(book):
    found = table(book, "Awards, records")
    assert list(found["Amount"]) == [25000.50, 7]
    assert list(found["Paid"]) == [1.0, 0]
    assert "Region" not in found.columns


def test_gaps_restatements_rates_and_what_was_verified_are_told(book):
    found = table(book, "Data quality").astype(object)
    found = found.where(found.notna(), "")
    columns = ["Number", "Of", "Before", "Now", "Remark"]
    said = {(row["What"], row["Code"]): tuple(row[columns]) for _place, row in found.iterrows()}
    assert said["Gap", "visits_due"] == (3, 36, "", "", "")
    assert said["Answer known", "women_run_share"][:2] == (20, 23)
    assert (said["Restated", "awards"][2:]) == (41, 42, "R-2016-Q3-EU: =late")
    assert said["Rate", "USD/EUR"][3:] == (0.91, "inforeuro")
    framework = table(book, "Results framework").set_index("Code")
    assert tuple(framework.loc["awards", ["Target", "In all", "Reached", "Verified"]]) == (40, 42, "yes", 30)


def test_csv_and_json_carry_what_stands_beside_the_figures():
    report = replace(
        PLAIN,
        restatements=(Restated("R-2016-Q3-EU", "jobs_net", "Net jobs", "5", "-3", "two left"),),
        rates=(Rate("USD", "EUR", "0.91", "2016-12-01", "inforeuro"),),
        gaps=(Gap("visits_due", "Visits due", 3, 36),),
        passages=(Said("summary", "Summary", "=1"),),
    )
    rows = list(csv.reader(io.StringIO(FORMATS["csv"].render(report).decode("utf-8-sig"))))
    said = {row[0]: row for row in rows[1:]}
    assert [said["restatement"][at] for at in (1, 4, 5, 6, 16)] == ["Net jobs", "R-2016-Q3-EU", "two left", "-3", "5"]
    assert [said["gap"][at] for at in (1, 6, 8)] == ["Visits due", "3", "36"]
    assert [said["rate"][at] for at in (1, 4, 5, 6)] == ["USD/EUR", "2016-12-01", "inforeuro", "0.91"]
    assert said["passage"][16] == "'=1"
    head = dict(zip(rows[0], said["jobs_net"], strict=True))
    assert (head["Number"], head["Codes of donors"], head["Grade"], head["Verified"]) == ("1.1", "IRIS PI1", "B", "7")
    assert (head["In the donor's currency"], head["SHA-256 of the records"]) == ("12.50", "ab" * 32)
    data = json.loads(FORMATS["json"].render(report))
    one = data["figures"][0]
    assert (one["number"], one["codes"], one["grade"]) == ("1.1", [{"scheme": "IRIS", "code": "PI1"}], "B")
    assert (one["verified"], one["translated"], one["records_sha256"]) == (7, "12.50", "ab" * 32)
    assert data["restatements"][0]["after"] == "-3"
    assert [len(data[name]) for name in ("rates", "gaps", "passages", "stories")] == [1, 1, 1, 0]
