"""The list of all figures as a page of the documentation, written from the registry itself."""

from django.utils import translation

from reports.figure import COUNT, DAYS, MONEY, NUMBER, SHARE
from reports.framework import RULE
from reports.indicators import INDICATORS, SECTIONS
from reports.indicators.standards import PROOFS
from reports.words import DIMS

UNITS = {COUNT: "count", MONEY: "money", SHARE: "share", DAYS: "days", NUMBER: "number"}
COLUMNS = (
    "code",
    "figure",
    "unit",
    "by",
    "definition",
    "numerator",
    "denominator",
    "unknown",
    "proof",
    "donors' codes",
)
HEAD = """# The figures of the report

Written by `python manage.py indicators`; a test keeps it equal to the registry in `reports/indicators/`.

Money is in major units, added in one currency only: what a programme has in another currency is a figure of its own,
its code ending in that currency. A share keeps its numerator, its denominator and those of whom nothing is known; a
share of nothing is "no data". Persons count once. Figures of visits, employments and registers count what a second
person verified. Two families come from the programme itself: a window's figure code counts its awards (`awards_micro`,
`projects_phase_2`), a target group's figure code counts the persons of those groups at work (`target_group_employed`).

In the donor's edition a count of fewer than five people is hidden, with as many others as it takes that nobody can
reckon it. Figures marked "whole programme" do not hang on a funding line and are not divided among donors.
"""


def page():
    """The page as Markdown, in English."""
    with translation.override("en"):
        parts = [HEAD, f"\n{RULE}\n"]
        for code, title in SECTIONS.items():
            parts.append(f"\n## {title}\n\n| {' | '.join(COLUMNS)} |\n|{'---|' * len(COLUMNS)}\n")
            parts += [_row(one) for one in INDICATORS if one.section == code]
        return "".join(parts)


def _row(one):
    dims = ", ".join(str(DIMS[dim]).removeprefix("By ").lower() for dim in one.by)
    said = str(one.definition)
    if one.rule:
        said += " The programme's own dated definition decides."
    if not one.by_line:
        said += " Whole programme."
    over, under, unknown = one.sides or ("", "", "")
    codes = ", ".join(f"{scheme} {code}" for scheme, code in one.codes)
    cells = (f"`{one.code}`", one.name, UNITS[one.unit], dims, f"{said} (v{one.version})", over, under, unknown)
    return f"| {' | '.join(map(str, (*cells, PROOFS[one.proof], codes)))} |\n"
