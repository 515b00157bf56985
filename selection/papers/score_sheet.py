"""The score sheet that goes with a packet: the same cases in the same order, one column for each criterion."""

from django.utils.translation import gettext as _

from ledger.money import Money
from pages.sheets import xlsx_bytes
from selection.scoring import score


def score_sheet(printed, on):
    """The workbook (a file) of a printed.Printed packet: the member's own values once the card is in, else empty.

    Its second sheet says whose copy it is and what each value means.
    """
    grid = printed.session.rules["criteria"]
    return xlsx_bytes(
        [
            (
                _("Score sheet"),
                [*_headers(), *(_headed(row) for row in grid), _("Total of 100")],
                _cases(printed, grid),
            ),
            (_("The grid"), [_("Criterion"), _("Value"), _("What it means")], _grid(printed, grid, on)),
        ]
    )


def _headers():
    return [_("Case"), _("Application"), _("Name"), _("What for"), _("Amount"), _("Currency")]


def _headed(row):
    return f"{row['question']} (0-{row['top']})"


def _cases(printed, grid):
    for case in printed.cases:
        own = printed.own_scores.get(case.pk)
        values = [""] * len(grid) if own is None else [_shown(own.get(row["code"])) for row in grid]
        amount = Money(case.proposed_amount, case.currency)
        about = [case.position, case.application.ref, case.shown_name, case.shown_title, amount, case.currency]
        yield [*about, *values, score(grid, [own]).shown if own is not None else ""]


def _shown(value):
    return _("n/a") if value is None else value


def _grid(printed, grid, on):
    for row in grid:
        said = [(value, words) for value, words in sorted(row["guidance"].items(), key=_as_number) if words]
        for value, words in said or [("", "")]:
            yield [row["question"], value, words]
    session, member = printed.session, printed.member.name
    yield [_("Copy of %(member)s. Confidential: not to be passed on.") % {"member": member}, session.ref, on]


def _as_number(item):
    return int(item[0])
