"""Money ahead: what a funding line has left at the end of each month if the cases before the committee are approved."""

from dataclasses import dataclass

from babel.dates import format_date
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from applicants.cashchart import draw_amounts, in_thousands
from ledger.money import Money, locale_of
from programmes import ahead, forecast
from programmes.models import FundingLine
from programmes.services import available_on
from programmes.shares import parts_of, weights_of


@dataclass(frozen=True)
class Ahead:
    """One line over the coming months. `free` may be promised today, `held` is not paid out yet (minor units)."""

    line: FundingLine
    count: int
    free: int
    held: int
    months: list

    @property
    def short(self):
        """The first Month in which the money does not reach, or None."""
        return forecast.first_short(self.months)

    @property
    def sentence(self):
        """ "If you approve all 12, the line Seed money is short by EUR 8,400.00 in March 2026." """
        short, lowest = self.short, forecast.lowest(self.months)
        words = {"count": self.count, "line": self.line.name}
        if short is None:
            words |= {"left": Money(lowest.left, self.line.currency), "month": month_name(lowest.first)}
            return (
                ngettext(
                    "If you approve it, the money of %(line)s reaches: the least is %(left)s, in %(month)s.",
                    "If you approve all %(count)s, the money of %(line)s reaches: the least is %(left)s, in %(month)s.",
                    self.count,
                )
                % words
            )
        words |= {"short": Money(short.short, self.line.currency), "month": month_name(short.first)}
        said = (
            ngettext(
                "If you approve it, the line %(line)s is short by %(short)s in %(month)s.",
                "If you approve all %(count)s, the line %(line)s is short by %(short)s in %(month)s.",
                self.count,
            )
            % words
        )
        if lowest.first == short.first:
            return said
        return _("%(said)s It is short by most, %(short)s, in %(month)s.") % {
            "said": said,
            "short": Money(lowest.short, self.line.currency),
            "month": month_name(lowest.first),
        }

    @property
    def rows(self):
        """(name of the month, Month, is it the first that is short) for the table under the chart."""
        return [(month_name(month.first), month, month is self.short) for month in self.months]

    @property
    def totals(self):
        """(receipts, payments, cases) over all months, minor units."""
        return tuple(sum(getattr(month, name) for month in self.months) for name in ("receipts", "payments", "cases"))

    @property
    def in_thousands(self):
        return in_thousands([month.left for month in self.months], self.line.currency)

    @property
    def drawing(self):
        """The chart over the table: what is left at the end of each month, in whole units or in thousands."""
        heads = [format_date(month.first, "LLL", locale=locale_of()) for month in self.months]
        return draw_amounts([month.left for month in self.months], heads, self.line.currency)


def month_name(first):
    return format_date(first, "LLLL yyyy", locale=locale_of())


def money_ahead(line, cases, on):
    """The Ahead of `line` on the day `on`, if all of `cases` (of the agenda, not decided yet) are approved as asked.

    Of a case that several lines share, this line's part. A loan is expected to be paid out in the month of the sitting;
    a grant by its window's tranche plan.
    """
    asked = [row for case in cases for row in _expected(case, line, on)]
    return Ahead(
        line=line,
        count=len(cases),
        free=available_on(line),
        held=ahead.held_on(line),
        months=forecast.forecast(
            on=on,
            held=ahead.held_on(line),
            receipts=ahead.receipts_of(line, on),
            payments=ahead.payments_of(line, on),
            cases=asked,
        ),
    )


def _expected(case, line, on):
    window = case.application.window
    plan = window.tranche_plan if case.session.call.instrument == "grant" else None
    part = parts_of(window, case.proposed_amount).get(line, 0)
    return forecast.by_tranche_plan(plan, part, max(on, case.session.sits_on))


def lines_ahead(cases, on):
    """The Ahead of each line that the open cases would use, in the order of the agenda."""
    by_line = {}
    for case in cases:
        for line in weights_of(case.application.window):
            by_line.setdefault(line, []).append(case)
    return [money_ahead(line, rows, on) for line, rows in by_line.items()]
