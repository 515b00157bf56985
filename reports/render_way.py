"""The way from referral to support on paper: each step beside the step before it, and what share of each sex passed."""

from django.utils.translation import gettext as _

from applicants.models import Party
from reports.charts import WAY
from reports.figure import COUNT, SHARE, printed, ratio

SEXES = (Party.Sex.FEMALE, Party.Sex.MALE)


def write(story, report):
    """A table of the steps, and one of the committee's approvals by sex, as far as there are figures."""
    steps = [one for one in map(report.figure, WAY) if one and one.has_data]
    if len(steps) > 1:
        rows, before = [], None
        for step in steps:
            share = ratio(int(step.value), int(before.value)) if before else None
            rows.append([step.name, printed(step.value, COUNT, ""), "" if share is None else printed(share, SHARE, "")])
            before = step
        story.heading(3, _("From step to step"))
        head = [_("Step"), _("Number"), _("Of the step before")]
        story.table(rows, [80, 40, 40], head=head, numbers=(1, 2))
        story.text(
            _("A step may be larger than the one before it: not everybody is referred, and training can be waived."),
            "quiet",
        )
    _approvals(story, report)


def _approvals(story, report):
    found = [_by_sex(report.figure(code)) for code in ("applied", "approved")]
    if not all(found):
        return
    applied, approved = found
    rows = []
    for sex in SEXES:
        share = ratio(approved[sex].value, applied[sex].value)
        cells = [printed(one[sex].value, COUNT, "") for one in (applied, approved)]
        rows.append([applied[sex].label, *cells, _("no data") if share is None else printed(share, SHARE, "")])
    story.heading(3, _("Approved by sex"))
    head = [_("Group"), _("Applied"), _("Approved"), _("Approved of applied")]
    story.table(rows, [60, 34, 34, 34], head=head, numbers=(1, 2, 3))


def _by_sex(figure):
    """{sex: cell} with both sexes shown, or None."""
    cells = {cell.key: cell for cell in figure.cells("sex")} if figure else {}
    return cells if all(sex in cells and not cells[sex].hidden for sex in SEXES) else None
