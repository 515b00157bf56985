"""A report as its page prints it: headlines, results, matrices of the breakdowns, charts. No queries."""

from base64 import b64encode
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from applicants.services.evidence import path_of
from pages.paper_language import ENGLISH, languages_of_paper
from reports.charts import charts
from reports.drawing import draw
from reports.figure import MONEY, SHARE, cell_result, printed, printed_parts, printed_unknown
from reports.framework import as_read, has_before
from reports.indicators import SECTIONS
from reports.quality import RULE
from reports.words import DIMS, goal_words, state_of, translated_words, value_parts

MOST_COLUMNS = 5
# Breakdowns that are told even where there is but one group: elsewhere it would say again what the total says.
TOLD_ALWAYS = ("line", "term", "region")


@dataclass
class Headline:
    figure: object
    value: str
    small: str
    note: str
    fold: str
    progress: tuple | None


def page_of(report, records=None):
    """The context of templates/reports/body.html. `records(figure)`: address of its records, for who may see them."""
    records, report = records or (lambda figure: ""), as_read(report)
    papers = {code: name for code, name in languages_of_paper().items() if code != ENGLISH}
    return {
        "report": report,
        "quality_rule": RULE,
        "logo": logo_of(report),
        "second_language": next(((code, name) for code, name in papers.items() if code == report.language), None),
        "headlines": [headline(figure) for figure in report.headlines()],
        "sections": [
            (SECTIONS.get(name, name), [result(one, report, records(one)) for one in found])
            for name, found in report.sections()
        ],
        "with_all": has_before(report),
        "matrices": matrices(report),
        "charts": [draw(number, chart) for number, chart in enumerate(charts(report), 1)],
    }


def logo_of(report):
    """The donor's logo as an address that holds the picture itself: whoever reads the report needs no other."""
    path = path_of(report.logo) if report.logo else None
    if path is None or not path.is_file():
        return ""
    return f"data:image/png;base64,{b64encode(path.read_bytes()).decode()}"


def headline(figure):
    value, small = value_parts(figure)
    return Headline(figure, value, small, goal_words(figure), fold_words(figure), progress_of(figure))


def fold_words(figure):
    """ "1,951 of 3,547, unknown 0, definition v2": what a reader gets who asks how it was counted."""
    said = []
    if figure.unit == SHARE and figure.numerator is not None:
        said.append(
            _("%(part)s of %(whole)s") % dict(zip(("part", "whole"), printed_parts(figure, figure), strict=True))
        )
        said.append(_("unknown %(number)s") % {"number": printed_unknown(figure)})
    if figure.records:
        said.append(
            ngettext("%(count)s record", "%(count)s records", figure.records) % {"count": f"{figure.records:,}"}
        )
    said.append(_("definition %(version)s") % {"version": figure.version})
    return ", ".join(said)


def progress_of(figure):
    """(value, most, words) of the bar under a headline; None without a goal, or when the figure has no data."""
    if figure.hidden or figure.in_all is None:
        return None
    goal = figure.goal()
    if goal is None or not goal.value:
        if figure.unit != SHARE or not figure.denominator or figure.currency:
            return None
        words = _("%(part)s of %(whole)s") % {"part": f"{figure.numerator:,}", "whole": f"{figure.denominator:,}"}
        return figure.numerator, figure.denominator, words
    share = min(float(figure.in_all) / float(goal.value), 1) if figure.in_all > 0 else 0
    words = _("%(percent)s%% of %(goal)s") % {
        "percent": f"{share * 100:.0f}",
        "goal": printed(goal.value, figure.unit, figure.currency),
    }
    return round(share * 100), 100, words


def result(figure, report, records=""):
    """A row of the results table. `records`: the address of its records."""
    return {
        "figure": figure,
        "records": records,
        "unit": figure.currency if figure.unit == MONEY else "",
        "value": value_parts(figure)[0],
        "small": value_parts(figure)[1] if figure.unit == SHARE else "",
        "in_all": _("hidden") if figure.hidden else printed(figure.in_all, figure.unit, figure.currency),
        "target": goal_words(figure, published=False),
        "published": goal_words(figure, target=False),
        "translated": translated_words(figure, report),
        "state": state_of(figure),
        "fold": fold_words(figure),
    }


def matrices(report, *, dims=None, without=frozenset(), turned=False):
    """Breakdowns of several figures side by side: one table for each dimension and few columns, groups as rows.

    dims: those asked for, else all; without: {(code, dim)} told elsewhere. turned: many figures by few groups are one
    table with a row for each figure.
    """
    found = []
    for dim in dims or dict.fromkeys(dim for figure in report.figures for dim in figure.dims()):
        figures = [figure for figure in report.figures if figure.cells(dim) and (figure.code, dim) not in without]
        groups = {cell.key: cell.label for figure in figures for cell in figure.cells(dim)}
        if not figures or (len(groups) < 2 and dim not in TOLD_ALWAYS):
            continue
        if turned and len(figures) > MOST_COLUMNS >= len(groups):
            found.append(_turned(dim, figures, groups))
            continue
        # As many tables as it takes, and each as wide as the others.
        parts = -(-len(figures) // MOST_COLUMNS)
        wide = -(-len(figures) // parts)
        for part in range(parts):
            found.append(_matrix(dim, figures[part * wide : (part + 1) * wide], groups, part + 1))
    return found


def _matrix(dim, figures, groups, number):
    title = str(DIMS.get(dim, dim))
    keys = [key for key in groups if any(cell.key == key for figure in figures for cell in figure.cells(dim))]
    return {
        "dim": dim,
        "title": title if number == 1 else _("%(title)s, part %(number)s") % {"title": title, "number": number},
        "corner": _("Group"),
        "heads": [_named(figure) for figure in figures],
        "rows": [(groups[key], [_at(figure, dim, key) for figure in figures]) for key in keys],
        "totals": [value_parts(figure)[0] for figure in figures],
        "hidden": _hides(figures, dim),
    }


def _turned(dim, figures, groups):
    """The same with a row for each figure and its total at the end; of one group the total says nothing more."""
    rows = []
    for figure in figures:
        total = [value_parts(figure)[0]] if len(groups) > 1 else []
        rows.append((_named(figure), [*(_at(figure, dim, key) for key in groups), *total]))
    return {
        "dim": dim,
        "title": str(DIMS.get(dim, dim)),
        "corner": _("Figure"),
        "heads": [*groups.values(), *([_("All")] if len(groups) > 1 else [])],
        "rows": rows,
        "totals": None,
        "hidden": _hides(figures, dim),
    }


def _named(figure):
    return f"{figure.name}, {figure.currency}" if figure.unit == MONEY else figure.name


def _hides(figures, dim):
    return any(cell.hidden for figure in figures for cell in figure.cells(dim))


def _at(figure, dim, key):
    return next((_cell(figure, cell) for cell in figure.cells(dim) if cell.key == key), "")


def _cell(figure, cell):
    if cell.hidden:
        return _("hidden")
    return printed(cell_result(figure, cell), figure.unit, figure.currency) or _("no data")
