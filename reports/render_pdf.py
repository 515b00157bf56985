"""The report as a PDF: cover, headline figures, results against targets, charts with their tables, definitions."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from reportlab.lib.units import mm

from pages.paper import WIDTH, bar_chart, new_page, paper, space, table, text, together
from reports.charts import charts
from reports.figure import MONEY, SHARE, cell_result, printed, printed_parts
from reports.indicators import SECTIONS
from reports.rows import COMPARATORS

DIMS = {
    "sex": gettext_lazy("by sex"),
    "age": gettext_lazy("by age"),
    "region": gettext_lazy("by region"),
    "window": gettext_lazy("by window"),
    "source": gettext_lazy("by source"),
    "reason": gettext_lazy("by reason"),
    "sector": gettext_lazy("by sector"),
    "cycle": gettext_lazy("first and repeat"),
    "line": gettext_lazy("by funding line"),
    "half": gettext_lazy("by half year"),
    "year": gettext_lazy("by year"),
    "term": gettext_lazy("statement"),
}


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


def period_words(report):
    """ "1 February 2014 to 31 July 2016", or "to 31 July 2016"."""
    last = f"{report.period_to:%d.%m.%Y}"
    if report.period_from:
        return _("%(first)s to %(last)s") % {"first": f"{report.period_from:%d.%m.%Y}", "last": last}
    return _("From the beginning to %(last)s") % {"last": last}


def value_words(figure):
    """The value as people read it, with currency: "3,000,000.00 EUR", "55.0% (1,951 of 3,547)", "no data"."""
    if figure.hidden:
        return _("hidden")
    result = figure.result()
    if result is None:
        return _("no data")
    said = printed(result, figure.unit, figure.currency)
    if figure.unit == MONEY:
        return f"{said} {figure.currency}"
    if figure.unit == SHARE:
        numerator, denominator = printed_parts(figure, figure)
        unit = f" {figure.currency}" if figure.currency else ""
        return _("%(share)s (%(part)s of %(whole)s%(unit)s)") % {
            "share": said,
            "part": numerator,
            "whole": denominator,
            "unit": unit,
        }
    return said


def goal_words(figure):
    """The target or published value in words, and what is unknown; empty without either."""
    said = []
    for goal, words in (
        (figure.target, gettext_lazy("Target: %(comparator)s %(value)s.")),
        (figure.published, gettext_lazy("Published: %(comparator)s %(value)s.")),
    ):
        if goal:
            value = printed(goal.value, figure.unit, figure.currency)
            said.append(words % {"comparator": COMPARATORS[goal.comparator], "value": value})
    if figure.unit == SHARE and figure.unknown is not None and not figure.hidden:
        said.append(_("Unknown: %(number)s.") % {"number": f"{figure.unknown:,}"})
    return " ".join(said)


def goal_cell(figure, goal):
    if goal is None:
        return ""
    value = printed(goal.value, figure.unit, figure.currency)
    return value if goal.comparator == "=" else f"{COMPARATORS[goal.comparator]} {value}"


def unit_words(figure):
    return figure.currency if figure.unit == MONEY else ""


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
            row = [name, unit_words(figure), goal_cell(figure, figure.target), goal_cell(figure, figure.published)]
            row.append(_value_cell(figure))
            if with_all:
                row.append(_("hidden") if figure.hidden else printed(figure.in_all, figure.unit, figure.currency))
            row.append("" if figure.records is None else f"{figure.records:,}")
            rows.append(row)
        widths = [58, 14, 30, 30, 38, 30, 18] if with_all else [64, 14, 32, 32, 46, 20]
        story.append(table(rows, widths, head=head, numbers=range(2, len(head))))
    return story


def _value_cell(figure):
    if figure.hidden:
        return _("hidden")
    result = figure.result()
    if result is None:
        return _("no data")
    said = printed(result, figure.unit, figure.currency)
    if figure.unit == SHARE:
        numerator, denominator = printed_parts(figure, figure)
        return _("%(share)s (%(part)s of %(whole)s)") % {"share": said, "part": numerator, "whole": denominator}
    return said


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
    story = [text(_("Breakdowns"), "h2")]
    for figure in report.figures:
        for dim in figure.dims():
            cells = figure.cells(dim)
            rows = [[cell.label, _("hidden") if cell.hidden else _cell_words(figure, cell)] for cell in cells]
            title = f"{figure.name}, {DIMS.get(dim, dim)}"
            if figure.unit == MONEY:
                title = f"{title}, {figure.currency}"
            total = [_("All"), _value_cell(figure)]
            story += [text(title, "h3"), table(rows, [3, 1], head=[_("Group"), figure.name], numbers=[1], total=total)]
    return story if len(story) > 1 else []


def _cell_words(figure, cell):
    said = printed(cell_result(figure, cell), figure.unit, figure.currency)
    return said or _("no data")


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
