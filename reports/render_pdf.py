"""The donor's report as a tagged, archivable PDF: cover, contents, summary, results, chapters, annexes.

Its figures are those of the Report and no others; a figure's number leads to its definition, and from there to the page
of the Issue, where those who may see them find the records.
"""

from contextlib import nullcontext
from dataclasses import replace
from decimal import Decimal

from django.utils import translation
from django.utils.translation import gettext as _
from reportlab.lib.units import mm

from pages.paper import SHORT_TABLE, WIDTH, bar_chart
from pages.paper_language import language_of_paper, words_of
from reports import framework, render_annexes, render_way, render_written
from reports.charts import charts, way
from reports.figure import COUNT, MONEY, SHARE, counted, printed, printed_unknown
from reports.language import in_language
from reports.render_columns import columns_of, in_all, named
from reports.shown import matrices
from reports.tagged import Story, tagged_paper
from reports.words import DIMS, goal_words, period_words, state_of, translated_words, value_cell, value_parts

MOST_HEADLINES = 6
# Points that a letter of a chart's labels takes, about.
LETTER = 4
# From here on a number at a bar has no parts: the table has them.
LARGE = 100


def render(report):
    """PDF as bytes, in the reader's language if the words of papers are translated into it, else in English."""
    lang = language_of_paper()
    with translation.override(words_of(lang)):
        return _rendered(framework.as_read(in_language(report, lang)), lang)


def _rendered(report, lang):
    story = Story(lang)
    name = report.title or _("Impact report")
    _cover(story, report, name)
    story.space(24)
    story.contents()
    story.new_page()
    _summary(story, report)
    # On the page of the summary where there is room for most of it.
    story.room(70 * mm)
    _framework(story, report)
    for chapter, figures in framework.chapters(report):
        _chapter(story, report, chapter, figures)
    render_written.written(story, report)
    _regions(story, report)
    # The grade and what it comes from are read together.
    story.room(60 * mm)
    render_annexes.quality(story, report)
    story.room(60 * mm)
    render_annexes.restatements(story, report)
    render_annexes.definitions(story, report)
    render_annexes.traces(story, report)
    foot = report.footnote or render_written.office_of(report)
    facts = {"reference": report.reference, "footer": foot, "subtitle": report.name}
    return tagged_paper(name, story, on=report.published_on, **facts)


# Before the figures ---------------------------------------------------------------------------------------------------


def _cover(story, report, name):
    story.space(40)
    render_written.sign(story, report)
    story.heading(1, name)
    story.text(_named_with_place(report), "strong")
    story.text(period_words(report))
    story.text(_("Prepared by %(office)s.") % {"office": render_written.office_of(report)})
    if report.donors:
        story.text(_("Financed by %(donors)s.") % {"donors": ", ".join(report.donors)})
    if report.donor and not report.alone:
        story.text(_("This edition counts what the lines of %(donor)s paid.") % {"donor": report.donor})
    render_written.agreed(story, report)
    if report.uncompared:
        story.text(
            _(
                "It covers a part of the programme's time: "
                "what was published of the whole programme is not compared with it."
            )
        )
    if report.illustrative:
        story.text(_("Illustrative: the figures of this programme are plausible, not published."), "strong")
    story.space(12)
    if report.edition == "donor":
        story.text(_("No person and no group smaller than five is shown."), "quiet")
    else:
        story.text(_("Internal edition: small groups are shown. Not to be passed on."), "quiet")
    if report.published_on:
        story.text(_("Published on %(day)s.") % {"day": f"{report.published_on:%d.%m.%Y}"}, "quiet")
    if report.sha256:
        story.text(_("SHA-256 of the figures: %(hash)s") % {"hash": report.sha256}, "quiet")
    if report.footnote:
        story.text(report.footnote, "small")


def _named_with_place(report):
    plain = report.place.rstrip("*")
    if plain in report.name:
        # The asterisk of the footnote stands where the name of the country does.
        return report.name.replace(plain, report.place, 1) if report.place not in report.name else report.name
    return _("%(name)s, %(place)s") % {"name": report.name, "place": report.place}


def _summary(story, report):
    story.heading(2, _("Summary"))
    render_written.passage(story, report, "summary")
    headlines = report.headlines(MOST_HEADLINES)
    if headlines:
        story.tiles(_tile(one) for one in headlines)
    aimed = [one for one in report.figures if one.target and one.reached is not None]
    if aimed:
        reached = sum(one.reached for one in aimed)
        said = _("Targets reached: %(reached)s of %(all)s.")
        story.text(said % {"all": len(aimed), "reached": reached}, "strong")
        story.items([_stands(one, _("target %(goal)s")) for one in aimed])
    compared = [one for one in report.figures if not one.target and one.reached is not None]
    if compared:
        story.text(_("Compared with what was published:"), "strong")
        story.items([_stands(one, _("published %(goal)s")) for one in compared])
    hidden = sum(one.hidden or any(cell.hidden for cell in one.by) for one in report.figures)
    if hidden:
        story.text(
            _("Figures in which something is hidden, so that nobody can be recognised: %(number)s.")
            % {"number": hidden},
            "quiet",
        )


def _tile(figure):
    value, small = value_parts(figure)
    if figure.unit == SHARE:
        return [(figure.name, "strong"), (value, "figure"), (small, "quiet"), (goal_words(figure), "quiet")]
    return [(figure.name, "strong"), (f"{value} {small}".strip(), "figure"), (goal_words(figure), "quiet")]


def _stands(figure, beside):
    """ "Grants paid: 3,000,000.00 EUR in all, target more than 2,500,000.00. Reached." """
    currency = figure.currency if figure.unit == MONEY else ""
    facts = {
        "name": figure.name,
        "value": f"{printed(figure.in_all, figure.unit, figure.currency)} {currency}".strip(),
        "goal": beside % {"goal": goal_words(figure, target=bool(figure.target), published=not figure.target)},
        "state": state_of(figure)[1],
    }
    return _("%(name)s: %(value)s in all, %(goal)s. %(state)s.") % facts


# Results --------------------------------------------------------------------------------------------------------------


def _framework(story, report):
    """Headline figures and all that have a goal. Planned values stand in the column of targets only."""
    number = framework.numbers(report)
    with_all = framework.has_before(report)
    chosen = framework.ordered(report, [one for one in report.figures if one.goal() or one.headline] or report.figures)
    columns = [
        (9, _("No."), lambda one: number[one.code]),
        (48, _("Figure"), named),
        (20, _("Baseline"), lambda one: framework.baseline(report, one)),
        (25, _("Target"), lambda one: goal_words(one, published=False)),
        (25, _("Published"), lambda one: goal_words(one, target=False)),
        (25, _("This period") if with_all else _("In all"), lambda one: value_parts(one)[0]),
        (25, _("In all"), in_all) if with_all else None,
        (17, _("Women"), lambda one: framework.percent(framework.women(one))),
        (17, _("Under 30"), lambda one: framework.percent(framework.youth(one))),
        (17, _("Verified"), lambda one: framework.percent(framework.verified(one))),
        (17, _("Known"), lambda one: framework.percent(framework.known(one))),
        (13, _("Grade"), _grade),
    ]
    story.heading(2, _("Results against targets"))
    columns_of(story, chosen, columns)
    _hidden(story, any(one.hidden for one in chosen))
    if any(map(_grade, chosen)):
        said = _("How known, verified and grade are reckoned is said under “%(chapter)s”.")
        story.text(said % {"chapter": _("Data quality")}, "quiet")
    if any(part(one) is not None for part in (framework.women, framework.youth) for one in chosen):
        story.text(_("Women, and those under 30: of all whose sex or age is known, where no cell is hidden."), "quiet")


def _grade(figure):
    return figure.grade or framework.grade(framework.known(figure))


def _hidden(story, is_there):
    if is_there:
        story.text(_("Hidden: fewer than five, or needed to protect a cell that has fewer than five."), "quiet")


def _chapter(story, report, chapter, figures):
    """The figures of a chapter, its charts over their tables, its breakdowns but those by region."""
    told = _way(story, report, chapter, figures) if chapter.key == "way" else _plain(story, report, chapter, figures)
    part = replace(report, figures=tuple(figures))
    dims = dict.fromkeys(dim for figure in figures for dim in figure.dims() if dim != "region")
    for matrix in matrices(part, dims=list(dims), without=told, turned=True) if dims else ():
        if chapter.key == "way" and matrix["dim"] == "sex":
            matrix = render_way.with_approvals(matrix, report)
        _matrix(story, matrix, matrix["title"])


def _columns(report, figures, *more):
    number = framework.numbers(report)
    with_all = framework.has_before(report)
    # A share has both its numbers beside it.
    shares = any(one.unit == SHARE and not one.hidden for one in figures)
    narrow, wide = (58, 77) if shares else (74, 30)
    return [
        (9, _("No."), lambda one: number[one.code]),
        (narrow, _("Figure"), named),
        (wide, _("This period") if with_all else _("In all"), value_cell),
        (26, _("In all"), in_all) if with_all else None,
        *more,
        (26, report.reporting_currency, lambda one: translated_words(one, report)),
        (18, _("Unknown"), lambda one: printed_unknown(one) if one.unknown and not one.hidden else ""),
        (18, _("Records"), lambda one: "" if one.records is None else counted(one.records)),
    ]


def _opening(story, report, chapter, figures, *columns):
    """Heading, words and figures; on one page where they are few."""
    with _whole(story, figures):
        story.heading(2, str(chapter.title))
        render_written.passage(story, report, chapter.key)
        columns_of(story, figures, _columns(report, figures, *columns))
        _hidden(story, any(one.hidden for one in figures))


def _whole(story, rows):
    return story.together() if len(rows) <= SHORT_TABLE else nullcontext()


def _plain(story, report, chapter, figures):
    """Figures and charts; returns {(code, dim)} of what the tables of the charts say."""
    _opening(story, report, chapter, figures)
    told = set()
    # One bar says nothing that its number does not.
    for chart in (one for one in charts(replace(report, figures=tuple(figures))) if len(one.labels) > 1):
        _chart(story, chart)
        _over_time(story, chart)
        told |= {(code, chart.dim) for code in chart.codes}
    return told


def _way(story, report, chapter, figures):
    """The steps with the share that each keeps of the one before it, as table and chart."""
    chart = way(report)
    shares = render_way.shares(chart) if chart else {}
    kept = (26, _("Of the step before"), lambda one: shares.get(one.code, ""))
    _opening(story, report, chapter, render_way.with_visits(report, figures) if chart else figures, kept)
    if chart and render_way.grows(chart):
        story.text(
            _("A step may be larger than the one before it: not everybody is referred, and training can be waived."),
            "quiet",
        )
    if chart:
        _chart(story, chart, lying=True)
    return set()


def _chart(story, chart, *, lying=False):
    """The drawing with its title; the table beside it says the same."""
    cells = [", ".join(chart.cell(values[place]) for values in chart.exact) for place in range(len(chart.labels))]
    said = "; ".join(f"{label}: {cell}" for label, cell in zip(chart.labels, cells, strict=True))
    # Long names run into each other under upright bars.
    lying = lying or max(map(len, chart.labels)) * LETTER > (WIDTH - 30 * mm) / len(chart.labels)
    drawing = bar_chart(
        chart.labels,
        chart.series,
        # One kind of bars needs no legend: the title names it.
        names=chart.names if len(chart.names) > 1 else (),
        height=(16 + 6 * len(chart.labels) * len(chart.series) if lying else 54) * mm,
        width=WIDTH,
        horizontal=lying,
        printed=chart.printed or _at_a_bar,
    )
    with story.together():
        story.heading(3, chart.title)
        story.text(chart.subtitle, "quiet")
        story.picture(drawing, f"{chart.title}. {chart.subtitle} {said}.")
        story.space(4)


def _at_a_bar(value):
    """A number at its bar, with the reader's signs; large ones without parts."""
    number = Decimal(str(value))
    return printed(number.quantize(Decimal(1) if abs(number) >= LARGE else Decimal("0.1")), COUNT, "")


def _over_time(story, chart):
    """The table of a chart over time: what each period brought, and what it was in all by its end."""
    rows = []
    for place, label in enumerate(chart.labels):
        before = [values[place - 1] if place else 0 for values in chart.exact]
        pairs = [(values[place] - first, values[place]) for values, first in zip(chart.exact, before, strict=True)]
        rows.append([label, *(chart.cell(value) for pair in pairs for value in pair)])
    head = [chart.over]
    whole = _("In all")
    for name in chart.names:
        head += [f"{name}, {chart.currency}", f"{name}, {chart.currency} ({whole})"]
    # A head and three rows, or none of it.
    story.room(30 * mm)
    story.table(rows, [50, *([40] * (len(head) - 1))], head=head, numbers=range(1, len(head)))


def _regions(story, report):
    """All that is told by region in one place: the table that stands for a map."""
    found = matrices(report, dims=["region"], turned=True)
    if found:
        story.heading(2, str(DIMS["region"]))
    for matrix in found:
        _matrix(story, matrix)


def _matrix(story, matrix, title=""):
    columns = len(matrix["heads"])
    total = None
    if matrix["totals"]:
        total = [_("Closing cash") if matrix["dim"] == "term" else _("All"), *matrix["totals"]]
    rows = [[label, *cells] for label, cells in matrix["rows"]]
    head, widths = [matrix["corner"], *matrix["heads"]], [42, *([26] * columns)]
    # What “hidden” means stands on the page on which it is read.
    with _whole(story, rows):
        if title:
            story.heading(3, title)
        story.table(rows, widths, head=head, numbers=range(1, columns + 1), total=total)
        _hidden(story, matrix["hidden"])
