"""What stands after the figures on paper: data quality, restatements, definitions, where each figure comes from."""

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _

from reports import framework
from reports.figure import SHARE, counted, ratio
from reports.quality import RULE as GRADING
from reports.render_columns import columns_of, named
from reports.words import value_parts

# So many letters of a hash tell two sets of records apart on paper.
HASH = 12


def quality(story, report):
    story.heading(2, _("Data quality"))
    if report.grade:
        story.text(_("Grade of the data: %(grade)s.") % {"grade": report.grade}, "strong")
        story.text(str(GRADING), "quiet")
    if report.gaps:
        rows = [[one.name, counted(one.count), counted(one.of), _share(one)] for one in report.gaps]
        head = [_("What is missing or late"), _("Cases"), _("Of"), _("Share")]
        story.table(rows, [90, 24, 24, 24], head=head, numbers=(1, 2, 3))
    asked = framework.ordered(report, [one for one in report.figures if framework.known(one) is not None])
    if asked:
        number = framework.numbers(report)
        columns = [
            (9, _("No."), lambda one: number[one.code]),
            (70, _("Figure"), named),
            (22, _("Answer known"), lambda one: counted(one.denominator)),
            (22, _("Unknown"), lambda one: counted(one.unknown or 0)),
            (18, _("Known"), lambda one: framework.percent(framework.known(one))),
            (14, _("Grade"), lambda one: framework.grade(framework.known(one))),
        ]
        columns_of(story, asked, columns)
    story.text(str(framework.RULE), "quiet")
    story.items(
        [
            _("Figures of visits, employments and registers count what a second person verified."),
            _money(report),
            _("A share of nothing is “no data”, never zero."),
            _("Planned values stand in the column of targets only; they are added to no figure."),
        ]
    )


def _share(gap):
    return framework.percent(ratio(gap.count, gap.of))


def _money(report):
    if report.rates:
        return _(
            "Money is counted from the ledger in its own currency; what stands in another was put into it by a rate."
        )
    return _("Money is counted from the ledger, in one currency only; nothing is converted.")


def restatements(story, report):
    """What the last report said otherwise, and why; at which rates money was put into the report's currency."""
    if report.restatements:
        story.heading(2, _("Changed since the last report"))
        columns = [_("Report"), _("Figure"), _("Said then"), _("Says now"), _("Reason")]
        rows = [[one.of, one.name, one.before, one.after, one.reason] for one in report.restatements]
        story.table(rows, [30, 44, 26, 26, 50], head=columns, numbers=(2, 3))
    if report.rates:
        story.heading(2, _("Exchange rates"))
        rows = [[f"{one.base} → {one.quote}", one.value, _day(one.on), one.source] for one in report.rates]
        story.table(rows, [30, 30, 30, 80], head=[_("From, to"), _("Rate"), _("Of"), _("Source")], numbers=(1,))


def _day(text):
    return ".".join(reversed(text.split("-"))) if text else ""


def definitions(story, report):
    story.heading(2, _("Annex A: how it is counted"))
    number = framework.numbers(report)
    ordered = framework.ordered(report, report.figures)
    rows = [[number[one.code], one.name, one.definition, one.version] for one in ordered]
    widths, head = [11, 42, 97, 20], [_("No."), _("Figure"), _("Definition"), _("Version")]
    if any(one.codes for one in ordered):
        rows = [[*row, _codes(one)] for row, one in zip(rows, ordered, strict=True)]
        widths, head = [11, 42, 84, 18, 25], [*head, _("Donors' codes")]
    links = {}
    if report.reference:
        links = {
            row: (_address(report, one), _("The records of %(figure)s") % {"figure": one.name})
            for row, one in enumerate(ordered)
        }
    story.table(
        rows,
        widths,
        head=head,
        links=links,
        anchors={row: one.code for row, one in enumerate(ordered)},
    )
    goals = [goal for figure in report.figures for goal in (figure.target, figure.published) if goal]
    sources = list(dict.fromkeys(goal.source for goal in goals if goal.source))
    if sources:
        story.space(8)
        story.text(_("Sources of targets and published values: %(sources)s") % {"sources": "; ".join(sources)}, "quiet")


def _codes(figure):
    return "; ".join(f"{scheme} {code}" for scheme, code in figure.codes)


def traces(story, report):
    """From which records each figure comes, and the arithmetic of its shares."""
    story.heading(2, _("Annex B: where it comes from"))
    if report.reference:
        story.text(_("The number of a figure in Annex A leads to its page. Who may see the records finds them there."))
    if report.sha256:
        story.text(
            _("The figures are frozen. The SHA-256 of all of them is %(hash)s.") % {"hash": report.sha256}, "quiet"
        )
    number = framework.numbers(report)
    ordered = framework.ordered(report, report.figures)
    rows = []
    for one in ordered:
        parts = value_parts(one)[1] if one.unit == SHARE else ""
        records = "" if one.records is None else counted(one.records)
        rows.append([number[one.code], one.code, parts, records])
    widths = [11, 60, 70, 24]
    head = [_("No."), _("Code"), _("Numerator of denominator"), _("Records")]
    if any(one.records_sha256 for one in ordered):
        rows = [[*row, one.records_sha256[:HASH]] for row, one in zip(rows, ordered, strict=True)]
        widths, head = [11, 56, 60, 22, 26], [*head, _("Their hash begins")]
    story.table(rows, widths, head=head, numbers=(2, 3, 4))


def _address(report, figure):
    return f"{settings.PUBLIC_ADDRESS}{reverse('reports:issue', args=[report.reference])}#figure-{figure.code}"
