"""The reserve list: approved in substance and waiting for money, against what each funding line has free now."""

from dataclasses import dataclass

from programmes.services import available_on
from programmes.shares import parts_of, weights_of
from selection.models import Decision, Session


@dataclass
class Waiting:
    """One case on the reserve list. `left` is what the line has free after it and those before it (minor units).

    Where several lines share the case, that of the line which has the least.
    """

    decision: Decision
    left: int = 0

    @property
    def fits(self):
        return self.left >= 0

    @property
    def score(self):
        return self.decision.tally.get("score") or ""


@dataclass
class ReserveList:
    """The reserve list of one call on one funding line, best score first. A case never leaves its call.

    Where several lines share the money, `line` is the one whose `free` money reaches least far.
    """

    call: object
    line: object
    free: int
    rows: list

    @property
    def fitting(self):
        return [row for row in self.rows if row.fits]


def reserve_lists(user):
    """The ReserveLists of the sessions that `user` keeps, by call."""
    rows = (
        Decision.objects.live()
        .filter(outcome=Decision.Outcome.RESERVE, effective_on__isnull=False, application__state="reserve")
        .filter(case__session__in=Session.objects.kept_by(user))
        .select_related(
            "case__session__committee__programme",
            "case__session__call",
            "application__applicant",
            "application__window__line",
        )
        .prefetch_related("application__window__shares__line")
    )
    found = {}
    for decision in rows.order_by("case__session__call__name", "case__session__sits_on", "case__position"):
        key = (decision.case.session.call_id, *weights_of(decision.application.window))
        found.setdefault(key, []).append(Waiting(decision))
    return [_list(waiting) for waiting in found.values()]


def _list(waiting):
    first = waiting[0].decision
    weights = weights_of(first.application.window)
    left = {line: available_on(line) for line in weights}
    line = min(weights, key=lambda line: left[line] / weights[line])
    free = left[line]
    waiting.sort(key=lambda row: -float(row.score or 0))
    for row in waiting:
        # Money that does not reach for one case may reach for a smaller one behind it.
        after = left | {
            line: left[line] - part
            for line, part in parts_of(row.decision.application.window, row.decision.amount).items()
        }
        row.left = min(after.values())
        left = after if row.fits else left
    return ReserveList(first.case.session.call, line, free, waiting)
