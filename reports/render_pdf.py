"""The donor's report as a tagged, archivable PDF: cover, contents, summary, results, chapters, annexes.

Its figures are those of the Report and no others; a figure's number leads to its definition, and from there to the page
of the Issue, where those who may see them find the records.
"""

from dataclasses import replace

from django.utils import translation
from django.utils.translation import gettext as _
from reportlab.lib.units import mm

from pages.paper import WIDTH, bar_chart
from reports import framework, render_annexes, render_way, render_written
from reports.charts import charts, way
from reports.figure import MONEY, SHARE, counted, printed, printed_unknown
from reports.language import in_language, language_of_paper, words_of
from reports.render_columns import columns_of, in_all, named
from reports.shown import matrices
from reports.tagged import Story, tagged_paper
from reports.words import goal_words, period_words, state_of, translated_words, value_cell, value_parts

MOST_HEADLINES = 6
# Points that a letter of a chart's labels takes, about.
LETTER = 4


def render(report):
    """PDF as bytes, in the reader's language if the words of papers are translated into it, else in English."""
    lang = language_of_paper()
    with translation.override(words_of(lang)):
        return _rendered(in_language(report, lang), lang)


def _rendered(report, lang):
    story = Story(lang)
    name = report.title or _("Impact report")
    _cover(story, report, name)
    story.space(24)
    story.contents()
    story.new_page()
    _summary(story, report)
    story.new_page()
    _framework(story, report)
    for chapter, figures in framework.chapters(report):
        _chapter(story, report, chapter, figures)
    render_written.written(story, report)
    render_annexes.quality(story, report)
    story.new_page()
    render_annexes.restatements(story, report)
    render_annexes.definitions(story, report)
    render_annexes.traces(story, report)
    facts = {"reference": report.reference, "footer": report.footnote or report.place, "subtitle": report.name}
    return tagged_paper(name, story, on=report.published_on, **facts)


# Before the figures ---------------------------------------------------------------------------------------------------


def _cover(story, report, name):
    story.space(40)
    render_written.sign(story, report)
    story.heading(1, name)
    story.text(_named_with_place(report), "strong")
    story.text(period_words(report))
    if report.donors:
        story.text(_("Financed by %(donors)s.") % {"donors": ", ".join(report.donors)})
    if report.donor:
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
    if report.place in report.name:
        return report.name
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
            _("In %(number)s figures something is hidden, so that nobody can be recognised.") % {"number": hidden},
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
    with_all = report.period_from is not None
    chosen = [one for one in report.figures if one.goal() or one.headline] or report.figures
    columns = [
        (9, _("No."), lambda one: number[one.code]),
        (40, _("Figure"), named),
        (20, _("Baseline"), lambda one: framework.baseline(report, one)),
        (25, _("Target"), lambda one: goal_words(one, published=False)),
        (25, _("Published"), lambda one: goal_words(one, target=False)),
        (25, _("This period") if with_all else _("In all"), lambda one: value_parts(one)[0]),
        (25, _("In all"), in_all) if with_all else None,
        (19, _("Women"), lambda one: framework.percent(framework.women(one))),
        (19, _("Under 30"), lambda one: framework.percent(framework.youth(one))),
        (19, _("Verified"), lambda one: framework.percent(framework.verified(one))),
        (21, _("Known, grade"), _known_and_grade),
    ]
    story.heading(2, _("Results against targets"))
    columns_of(story, chosen, columns)
    if any(_known_and_grade(one) for one in chosen):
        story.text(str(framework.RULE), "quiet")
    if any(part(one) is not None for part in (framework.women, framework.youth) for one in chosen):
        story.text(_("Women, and those under 30: of all whose sex or age is known, where no cell is hidden."), "quiet")


def _known_and_grade(figure):
    share = framework.known(figure)
    return f"{framework.percent(share)} {figure.grade or framework.grade(share)}".strip()


def _chapter(story, report, chapter, figures):
    """The figures of a chapter, its charts over their tables, its breakdowns."""
    number = framework.numbers(report)
    with_all = report.period_from is not None

    columns = [
        (9, _("No."), lambda one: number[one.code]),
        (48, _("Figure"), named),
        (62, _("This period") if with_all else _("In all"), value_cell),
        (26, _("In all"), in_all) if with_all else None,
        (26, report.reporting_currency, lambda one: translated_words(one, report)),
        (18, _("Unknown"), lambda one: printed_unknown(one) if one.unknown and not one.hidden else ""),
        (18, _("Records"), lambda one: "" if one.records is None else counted(one.records)),
    ]
    story.heading(2, str(chapter.title))
    render_written.passage(story, report, chapter.key)
    columns_of(story, figures, columns)
    part = replace(report, figures=tuple(figures))
    if chapter.key == "way":
        _way(story, report)
    else:
        # One bar says nothing that its number does not.
        for chart in (one for one in charts(part) if len(one.labels) > 1):
            _chart(story, chart, *_chart_table(chart))
    for matrix in matrices(part):
        _matrix(story, matrix)


def _way(story, report):
    """The steps as a chart, the share that each keeps of the one before it, approvals by sex."""
    chart = way(report)
    if chart:
        head, rows = _chart_table(chart)
        shares = render_way.shares(chart.exact[0])
        rows = [[*row, share] for row, share in zip(rows, shares, strict=True)]
        _chart(story, chart, [*head, _("Of the step before")], rows)
        story.text(
            _("A step may be larger than the one before it: not everybody is referred, and training can be waived."),
            "quiet",
        )
    render_way.approvals(story, report)


def _chart_table(chart):
    """(head, rows) of the table beside a chart."""
    rows = [[label, *(chart.cell(values[place]) for values in chart.exact)] for place, label in enumerate(chart.labels)]
    return [chart.over, *chart.names], rows


def _chart(story, chart, head, rows):
    said = "; ".join(f"{label}: {', '.join(cells)}" for label, *cells in rows)
    # Long names run into each other under upright bars.
    lying = max(map(len, chart.labels)) * LETTER > (WIDTH - 30 * mm) / len(chart.labels)
    height = max(62, 7 * len(chart.labels) * len(chart.series)) * mm if lying else 62 * mm
    drawing = bar_chart(
        chart.labels,
        chart.series,
        names=chart.names,
        height=height,
        width=WIDTH,
        horizontal=lying,
        printed=chart.printed,
    )
    with story.together():
        story.heading(3, chart.title)
        story.text(chart.subtitle, "quiet")
        story.picture(drawing, f"{chart.title}. {chart.subtitle} {said}.")
    # A head and three rows, or none of it.
    story.room(30 * mm)
    story.table(rows, [50, *([40] * (len(head) - 1))], head=head, numbers=range(1, len(head)))


def _matrix(story, matrix):
    columns = len(matrix["heads"])
    rows = [[label, *cells] for label, cells in matrix["rows"]]
    total = [_("Closing cash") if matrix["dim"] == "term" else _("All"), *matrix["totals"]]
    story.heading(3, matrix["title"])
    story.table(
        rows,
        [42, *([26] * columns)],
        head=[_("Group"), *matrix["heads"]],
        numbers=range(1, columns + 1),
        total=total,
    )
    if matrix["hidden"]:
        story.text(_("Hidden: fewer than five, or needed to protect a cell that has fewer than five."), "quiet")
