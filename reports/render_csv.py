"""The report as CSV: UTF-8 with byte order mark, one row for each figure and cell, text never a formula."""

from pages.sheets import csv_lines
from reports.rows import HEADERS, rows


def render(report):
    """CSV as bytes."""
    return "".join(csv_lines(HEADERS, rows(report))).encode()
