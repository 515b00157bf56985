"""The way from referral to support on paper: each step beside the step before it, and what share of each sex passed."""

from itertools import pairwise

from django.utils.translation import gettext as _

from applicants.models import Party
from reports.figure import COUNT, SHARE, printed, ratio

SEXES = (Party.Sex.FEMALE, Party.Sex.MALE)


def shares(values):
    """For each step what it is of the step before it, printed; "" for the first, and after a step of nobody."""
    found = [ratio(value, before) for before, value in pairwise(values)]
    return ["", *("" if share is None else printed(share, SHARE, "") for share in found)]


def approvals(story, report):
    """Applied and approved by sex, where both are shown."""
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
