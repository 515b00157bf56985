"""The report as a PDF: cover, headline figures, results against targets, charts with their tables, definitions."""

from django.utils.translation import gettext as _
from reportlab.lib.units import mm

from pages.paper import WIDTH, bar_chart, new_page, paper, space, table, text, together
from reports.charts import charts
from reports.figure import MONEY, printed
from reports.indicators import SECTIONS
from reports.shown import matrices
from reports.words import goal_words, period_words, value_cell, value_words


def render(report):
    """PDF as bytes."""
    name = report.title or _("Impact report")
    subtitle = report.name
    footer = report.footnote or report.place
    story = [*_cover(report, name), *_results(report), *_charts(report), *_breakdowns(report), *_definitions(report)]
    return paper(name, story, reference=report.reference, footer=footer, subtitle=subtitle)


def _cover(report, name):
    story = [text(name, "title"), text(_("%(name)s, %(place)s") % {"name": report.name, "place": report.place}, "h2")]
    story.append(text(period_words(report)))
    if report.donors:
        story.append(text(_("Financed by %(donors)s.") % {"donors": ", ".join(report.donors)}))
    if report.donor:
        story.append(text(_("This edition counts what the lines of %(donor)s paid.") % {"donor": report.donor}))
    if report.uncompared:
        story.append(
            text(
                _(
                    "It covers a part of the programme's time: "
                    "what was published of the whole programme is not compared with it."
                )
            )
        )
    if report.illustrative:
        story.append(text(_("Illustrative: the figures of this programme are plausible, not published."), "h3"))
    if report.edition == "donor":
        story.append(text(_("No person and no group smaller than five is shown."), "quiet"))
    else:
        story.append(text(_("Internal edition: small groups are shown. Not to be passed on."), "quiet"))
    if report.sha256:
        story.append(text(_("SHA-256 of the figures: %(hash)s") % {"hash": report.sha256}, "quiet"))
    if report.footnote:
        story.append(text(report.footnote, "small"))
    story.append(space(8))
    for figure in report.headlines():
        story.append(
            together([text(figure.name, "h3"), text(value_words(figure), "figure"), text(goal_words(figure), "quiet")])
        )
    return story


def _results(report):
    story = [new_page(), text(_("Results against targets"), "h2")]
    with_all = report.period_from is not None
    head = [_("Figure"), _("Unit"), _("Target"), _("Published"), _("This period") if with_all else _("In all")]
    head += [_("In all")] if with_all else []
    head += [_("Records")]
    for section, found in report.sections():
        story.append(text(SECTIONS.get(section, section), "h3"))
        rows = []
        for figure in found:
            name = f"{figure.name} ({_('all donors')})" if figure.whole_programme else figure.name
            row = [
                name,
                figure.currency if figure.unit == MONEY else "",
                goal_words(figure, published=False),
                goal_words(figure, target=False),
            ]
            row.append(value_cell(figure))
            if with_all:
                row.append(_("hidden") if figure.hidden else printed(figure.in_all, figure.unit, figure.currency))
            row.append("" if figure.records is None else f"{figure.records:,}")
            rows.append(row)
        widths = [58, 14, 30, 30, 38, 30, 18] if with_all else [64, 14, 32, 32, 46, 20]
        story.append(table(rows, widths, head=head, numbers=range(2, len(head))))
    return story


def _charts(report):
    story = []
    for chart in charts(report):
        drawing = bar_chart(
            chart.labels, chart.series, names=chart.names, height=62 * mm, width=WIDTH, printed=chart.printed
        )
        rows = [
            [label, *(chart.cell(values[place]) for values in chart.exact)] for place, label in enumerate(chart.labels)
        ]
        head = [chart.over, *chart.names]
        story.append(
            together(
                [
                    text(chart.title, "h2"),
                    text(chart.subtitle, "quiet"),
                    drawing,
                    table(rows, [50, *([40] * len(chart.names))], head=head, numbers=range(1, len(head))),
                ]
            )
        )
    return story


def _breakdowns(report):
    found = matrices(report)
    story = [text(_("Breakdowns"), "h2")] if found else []
    for matrix in found:
        columns = len(matrix["heads"])
        rows = [[label, *cells] for label, cells in matrix["rows"]]
        total = [_("All"), *matrix["totals"]] if matrix["dim"] != "term" else None
        part = table(
            rows,
            [42, *([26] * columns)],
            head=[_("Group"), *matrix["heads"]],
            numbers=range(1, columns + 1),
            total=total,
        )
        story += [text(matrix["title"], "h3"), part]
    if any(matrix["hidden"] for matrix in found):
        story.append(text(_("Hidden: fewer than five, or needed to protect a cell that has fewer than five."), "quiet"))
    return story


def _definitions(report):
    story = [new_page(), text(_("How it is counted"), "h2")]
    rows = [[figure.name, figure.definition, figure.version] for figure in report.figures]
    story.append(table(rows, [42, 108, 20], head=[_("Figure"), _("Definition"), _("Version")]))
    sources = dict.fromkeys(
        goal.source for figure in report.figures for goal in (figure.target, figure.published) if goal and goal.source
    )
    if sources:
        story += [space(8), text(_("Published values: %(sources)s") % {"sources": "; ".join(sources)}, "quiet")]
    return story
