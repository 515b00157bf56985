"""How a programme stands today, for those who steer it: a few figures, money by line, cases by state, what waits.

The figures are those of the internal report, by the same arithmetic and only as many as the page shows.
"""

from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Count
from django.urls import reverse
from django.utils.translation import gettext as _

from applicants.models import Application
from grants.models import Award
from ledger.money import Money
from loans import figures as loans
from loans.models import Loan
from pages.states import shape_of
from programmes.models import FundingLine, TargetGroup
from programmes.services import available_on
from reports.charts import money_over_time
from reports.drawing import draw
from reports.figure import MONEY, printed
from reports.indicators import figures_with_tallies, scope_of
from reports.shown import headline
from reports.waiting import list_of, waiting_in
from reports.words import goal_words, state_of, value_parts

PLAN = ("budget", "committed", "grants_disbursed")
OVER_TIME = ("cofinancing_accepted", "loans_disbursed")
RISKS = ("par1", "par30", "par90", "par30_rescheduled")
JOBS = "jobs_net"
PORTFOLIO = ("loans_outstanding", "loans_outstanding_number", "written_off")
BASE = (*PLAN, *OVER_TIME, *RISKS, *PORTFOLIO, JOBS, "women_run_share")
# The head of the page takes four: money first, then women, jobs, risk.
HEAD = ("grants_disbursed", "loans_disbursed", "women_run_share", JOBS, "par30")
MOST_HEADLINES = 4


@dataclass(frozen=True)
class Standing:
    """The figures of the page, as the internal report of the same day has them."""

    programme: object
    figures: tuple
    job_codes: frozenset

    def figure(self, code):
        return next((one for one in self.figures if one.code == code), None)

    def known(self, code):
        """The figure if it has data, else None."""
        figure = self.figure(code)
        return figure if figure and figure.has_data else None

    def in_all_currencies(self, code):
        """The figure in the programme's currency and in each other one in which there is something."""
        return [one for one in self.figures if one.code == code or one.code == f"{code}_{one.currency.lower()}"]

    def aimed(self):
        """Figures with a target or a published value: jobs first, then as the report orders them."""
        return sorted((one for one in self.figures if one.goal()), key=lambda one: not self.of_jobs(one))

    def of_jobs(self, figure):
        """Is it about jobs, or about who of a target group found work?"""
        return figure.section == "jobs" or figure.code in self.job_codes


def standing_of(programme):
    """The Standing of today: the base figures, and whatever somebody set a target for."""
    aimed = programme.targets.filter(withdrawn_on=None).values_list("code", flat=True)
    wanted = {*BASE, *aimed}
    found = figures_with_tallies(programme, only=wanted)
    groups = (
        TargetGroup.objects.filter(programme=programme).exclude(figure_code="").values_list("figure_code", flat=True)
    )
    return Standing(programme, tuple(figure for figure, _tally in found), frozenset(groups))


def page_of(programme, user):
    """The context of templates/reports/dashboard.html."""
    now = standing_of(programme)
    goals = [_goal(now, one) for one in now.aimed()]
    return {
        "headlines": [(headline(one), records_of(programme, one)) for one in headlines(now)],
        "waiting": waiting_in(programme, user),
        "lines": plan_lines(now),
        "funds": fund_lines(programme),
        "charts": [draw(number, chart) for number, chart in enumerate(money_over_time(now), 1)],
        "machines": machines(programme, user),
        "goals": goals,
        "any_target": any(goal["target"] for goal in goals),
        "any_published": any(goal["published"] for goal in goals),
        "risks": [(one, *value_parts(one), records_of(programme, one)) for one in map(now.known, RISKS) if one],
        "portfolio": [(one, _said(one), records_of(programme, one)) for one in _portfolio(now)],
    }


def headlines(now):
    """At most four figures; jobs stand here by the first of them that has a target, if one has."""
    jobs = next((one.code for one in now.aimed() if now.of_jobs(one)), JOBS)
    found = [now.figure(jobs if code == JOBS else code) for code in HEAD]
    return [one for one in found if one and (one.has_data or one.goal())][:MOST_HEADLINES]


def records_of(programme, figure):
    """The page of the records behind a figure as it stands."""
    return reverse("reports:live_figure", args=[programme.key, figure.code])


# Money ---------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Line:
    """One funding line with a ceiling, in one currency. `bar`: percent paid, and percent promised beyond that."""

    name: str
    url: str
    donor: str
    currency: str
    budget: int | None
    committed: int
    paid: int

    @property
    def free(self):
        return None if self.budget is None else self.budget - self.committed

    @property
    def bar(self):
        if not self.budget:
            return None
        paid = min(max(Decimal(self.paid) / self.budget, Decimal(0)), Decimal(1))
        promised = min(max(Decimal(self.committed) / self.budget, paid), Decimal(1))
        return f"{paid * 100:.1f}", f"{(promised - paid) * 100:.1f}", f"{paid * 100:.0f}"


def plan_lines(now):
    """[{currency, lines, total, sums}]: the allocations of each currency; sums are (label, minor units, its records).

    A line stands here when it has a ceiling, or when money of it was promised or paid.
    """
    cells = {}
    for code in PLAN:
        for figure in now.in_all_currencies(code):
            for cell in figure.cells("line"):
                cells.setdefault((figure.currency, cell.key), {})[code] = cell.value
    rows = now.programme.funding_lines.select_related("donor")
    known, lent = {}, set()
    for row in rows:
        known.setdefault((row.currency, row.name), []).append(row)
        if row.kind == FundingLine.Kind.REVOLVING:
            lent.add((row.currency, row.name))
    by_currency = {}
    for key, values in cells.items():
        if key in lent and "budget" not in values and not values.get("grants_disbursed"):
            continue
        by_currency.setdefault(key[0], []).append(_line(*key, values, known.get(key, [])))
    return [_plan(now, currency, lines) for currency, lines in sorted(by_currency.items())]


def _line(currency, name, values, rows):
    one = rows[0] if len(rows) == 1 else None
    return Line(
        name=name,
        url=reverse("loans:fund", args=[one.key]) if one else "",
        donor=", ".join(dict.fromkeys(row.donor.name for row in rows)),
        currency=currency,
        budget=values.get("budget"),
        committed=values.get("committed", 0),
        paid=values.get("grants_disbursed", 0),
    )


def _plan(now, currency, lines):
    budgets = [line.budget for line in lines if line.budget is not None]
    total = Line(
        name=_("Total"),
        url="",
        donor="",
        currency=currency,
        budget=sum(budgets) if budgets else None,
        committed=sum(line.committed for line in lines),
        paid=sum(line.paid for line in lines),
    )
    sums = [
        (label, value, _leads(now, code, currency, value))
        for label, code, value in (
            (_("Budget"), "budget", total.budget),
            (_("Committed"), "committed", total.committed),
            (_("Paid"), "grants_disbursed", total.paid),
        )
    ]
    return {"currency": currency, "lines": lines, "total": total, "sums": [*sums, (_("Free"), total.free, "")]}


def _leads(now, code, currency, value):
    """The records of the figure of which this is the value; of a sum that leaves out a revolving line, nowhere."""
    figure = next((one for one in now.in_all_currencies(code) if one.currency == currency), None)
    return records_of(now.programme, figure) if figure and figure.records and figure.value == value else ""


def fund_lines(programme):
    """The statements of the revolving lines from their first day to today; each leads to its own page."""
    return [
        {
            "line": one.line,
            "url": reverse("loans:fund", args=[one.line.key]),
            "capital": Money(one.capital_ever, one.line.currency),
            "lent": Money(one.disbursed_ever, one.line.currency),
            "cash": Money(one.closing, one.line.currency),
            "free": Money(available_on(one.line), one.line.currency),
        }
        for one in loans.funds(scope_of(programme))
    ]


# Cases ---------------------------------------------------------------------------------------------------------------

MACHINES = (
    (Application, "applicants:applications"),
    (Award, "grants:awards"),
    (Loan, "loans:loans"),
)


def machines(programme, user):
    """[{title, rows, count}]: applications, grants and loans by state, those that the user may see; empty ones not."""
    titles = {Application: _("Applications"), Award: _("Grants"), Loan: _("Loans")}
    found = []
    for model, name in MACHINES:
        rows = model.objects.visible_to(user).filter(programme=programme).order_by()
        counts = dict(rows.values_list("state").annotate(number=Count("pk")))
        most = max(counts.values(), default=0)
        if most:
            states = [
                {
                    "shape": shape_of(model._meta.model_name, state),
                    "word": word,
                    "count": counts[state],
                    "width": f"{Decimal(counts[state] * 100) / most:.1f}",
                    "url": list_of(programme, name, state=state),
                }
                for state, word in model.State.choices
                if state in counts
            ]
            whole = {"count": sum(counts.values()), "url": list_of(programme, name)}
            found.append({"key": model._meta.model_name, "title": titles[model], "rows": states, **whole})
    return found


# Targets and risk ----------------------------------------------------------------------------------------------------


def _goal(now, figure):
    shown = headline(figure)
    return {
        "figure": figure,
        "value": shown.value,
        "small": shown.small,
        "target": goal_words(figure, published=False),
        "published": goal_words(figure, target=False),
        "progress": shown.progress,
        "state": state_of(figure),
        "url": records_of(now.programme, figure) if figure.records else "",
    }


def _portfolio(now):
    """What is out and how much was given up, in every currency."""
    return [one for code in PORTFOLIO for one in now.in_all_currencies(code) if one.has_data]


def _said(figure):
    value = printed(figure.result(), figure.unit, figure.currency)
    return f"{value} {figure.currency}" if figure.unit == MONEY else value
