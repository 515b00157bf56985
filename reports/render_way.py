"""The way from referral to support on paper: each step beside the step before it, and what share of each sex passed."""

from itertools import pairwise

from django.utils.translation import gettext as _

from applicants.models import Party
from reports.figure import SHARE, printed, ratio

SEXES = (Party.Sex.FEMALE, Party.Sex.MALE)


def shares(chart):
    """{code: what the step is of the step before it, printed}: nothing for the first, nor for one that is larger."""
    found = zip(chart.codes[1:], pairwise(chart.exact[0]), strict=True)
    kept = {code: ratio(value, before) for code, (before, value) in found}
    return {code: printed(share, SHARE, "") for code, share in kept.items() if share is not None and share <= 1}


def grows(chart):
    """Is a step larger than the one before it?"""
    return any(value > before for before, value in pairwise(chart.exact[0]))


def with_visits(report, figures):
    """The figures of the chapter with that of the visits after the payment: it is a step of the way, too."""
    visited = report.figure("visited")
    if visited is None or not visited.has_data or visited in figures:
        return figures
    at = next((place for place, one in enumerate(figures, 1) if one.code == "paid"), len(figures))
    return [*figures[:at], visited, *figures[at:]]


def with_approvals(matrix, report):
    """The steps by sex with what was approved of what was applied for, where both steps are told of each sex."""
    found = [_by_label(report.figure(code)) for code in ("applied", "approved")]
    if not all(found):
        return matrix
    applied, approved = found
    said = _("Approved of applied")
    kept = {label: _share(approved.get(label, 0), number) for label, number in applied.items()}
    whole = _share(report.figure("approved").value, report.figure("applied").value)
    if matrix["totals"]:
        rows = [(label, [*cells, kept.get(label, "")]) for label, cells in matrix["rows"]]
        return {**matrix, "heads": [*matrix["heads"], said], "rows": rows, "totals": [*matrix["totals"], whole]}
    return {
        **matrix,
        "rows": [*matrix["rows"], (said, [*(kept.get(label, "") for label in matrix["heads"][:-1]), whole])],
    }


def _by_label(figure):
    """{label: number} of each sex, or None where one is hidden."""
    cells = figure.cells("sex") if figure and figure.has_data else []
    shown = [cell.key for cell in cells if not cell.hidden]
    whole = all(sex in shown for sex in SEXES) and len(shown) == len(cells)
    return {cell.label: cell.value for cell in cells} if whole else None


def _share(part, whole):
    share = ratio(part, whole)
    return _("no data") if share is None else printed(share, SHARE, "")
