"""The report as CSV: UTF-8 with byte order mark, one row for each figure and cell, text never a formula.

Under them, in the same columns, what stands beside the figures: restatements, gaps, rates, passages, stories.
"""

from itertools import chain

from pages.sheets import csv_lines
from reports.rows import HEADERS, beside, rows


def render(report):
    """CSV as bytes."""
    return "".join(csv_lines(HEADERS, chain(rows(report), beside(report)))).encode()
