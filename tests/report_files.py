"""The files of a report read back: every value that JSON gives is looked for in each of the others, to the cent."""

import csv
import io
import json
import xml.etree.ElementTree as ET
from decimal import Decimal

import openpyxl

from reports import open_data
from reports.figure import MONEY, cell_result, machine
from reports.iati.results import TELLING, value_of
from reports.renderers import FORMATS


def number(value):
    return None if value in ("", None) else Decimal(str(value))


def said_of(report):
    """[(code, by, group, value, numerator, denominator)] of every figure and cell, as JSON gives them."""
    figures = json.loads(FORMATS["json"].render(report))["figures"]
    found = []
    for one in figures:
        found.append((one["code"], "", "", *(number(one[name]) for name in ("value", "numerator", "denominator"))))
        for cell in one["by"]:
            parts = (number(cell[name]) for name in ("value", "numerator", "denominator"))
            found.append((one["code"], cell["by"], cell["label"], *parts))
    return found


def in_csv(report):
    text = FORMATS["csv"].render(report).decode("utf-8-sig")
    rows = [row for row in list(csv.reader(io.StringIO(text)))[1:] if report.figure(row[0])]
    return [(row[0], row[4], row[5].removeprefix("'"), *map(number, row[6:9])) for row in rows]


def in_xlsx(report):
    """The rows of its sheet of figures; a live formula anywhere in the workbook is an error. Money to its digits."""
    book = openpyxl.load_workbook(io.BytesIO(FORMATS["xlsx"].render(report)))
    live = [cell.coordinate for sheet in book for row in sheet.iter_rows() for cell in row if cell.data_type == "f"]
    if live:
        raise AssertionError(f"formulas stand in {live}")
    rows = list(book["Figures"].iter_rows(min_row=2, values_only=True))
    return [
        (row[0], row[4] or "", (row[5] or "").removeprefix("'"), *(number(value) for value in row[6:9])) for row in rows
    ]


def missing_in_tables(report):
    """Cells of JSON that are not in the sheet of their breakdown: each sheet has all of one dimension."""
    book = openpyxl.load_workbook(io.BytesIO(FORMATS["xlsx"].render(report)), read_only=True)
    found = []
    for sheet in book:
        rows = list(sheet.iter_rows(values_only=True))
        if len(rows) > 1 and rows[0][4:6] == ("Key", "Group"):
            found += [(row[0], (row[5] or "").removeprefix("'"), number(row[6])) for row in rows[1:]]
    wanted = [(code, group, value) for code, by, group, value, *_parts in said_of(report) if by]
    return sorted(map(str, set(wanted) ^ set(found)))


def missing_in_iati(report):
    """What the activity says otherwise than the figures: results, and transactions against the figures they add to."""
    tree = ET.fromstring(FORMATS["iati"].render(report))
    found = {}
    for result in tree.iter("result"):
        code = next(one.get("code") for one in result.iter("reference") if one.get("vocabulary") == "99")
        for actual in result.findall("indicator/period")[-1].findall("actual"):
            dim = actual.find("dimension")
            key = (code, *((dim.get("name"), dim.get("value")) if dim is not None else ("", "")))
            found[key] = actual.get("value")
    wanted = {}
    for figure in report.figures:
        if not figure.has_data or (report.confidential and (figure.code, "", "") not in found):
            continue
        wanted[figure.code, "", ""] = value_of(figure, figure.result())
        for cell in figure.by:
            value = cell_result(figure, cell)
            if value is not None and not cell.hidden and not (report.confidential and cell.by in TELLING):
                wanted[figure.code, cell.by, cell.key if cell.by == "sex" else cell.label] = value_of(figure, value)
    return [key for key in wanted.keys() | found.keys() if wanted.get(key) != found.get(key)] + _unlike(report, tree)


def _unlike(report, tree):
    """Figures of money whose transactions, as the file has them, do not add up to them."""
    sums = {}
    kinds = [flow.kind for flow in report.open_data.flows]
    for kind, one in zip(kinds, tree.iter("transaction"), strict=True):
        value = one.find("value")
        code = open_data.FIGURES.get(kind)
        sums[code, value.get("currency")] = sums.get((code, value.get("currency")), 0) + Decimal(value.text)
    asked = [one for one in report.figures if one.unit == MONEY and one.has_data]
    found = []
    for figure in asked:
        code = figure.code.removesuffix(f"_{figure.currency.lower()}")
        if code in open_data.FIGURES.values():
            said = sums.get((code, figure.currency), Decimal(0))
            if said != Decimal(machine(figure.value, MONEY, figure.currency)):
                found.append((figure.code, str(said)))
    return found


def unlike_in_360giving(report):
    """Number of grants, and money paid, where they differ from the figures. Grants to few individuals are left out."""
    grants = json.loads(FORMATS["360giving"].render(report))["grants"]
    found = []
    awards, paid = report.figure("awards"), report.figure("grants_disbursed")
    if awards and awards.has_data and len(grants) != awards.value:
        found.append(("awards", len(grants)))
    mine = [grant for grant in grants if grant["currency"] == report.currency]
    total = sum(Decimal(str(grant["amountDisbursed"])) for grant in mine)
    if paid and paid.has_data and total != Decimal(machine(paid.in_all, MONEY, paid.currency)):
        found.append(("grants_disbursed", total))
    return found
