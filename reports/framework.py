"""How a figure stands in the report on paper: its number, baseline, shares of women and youth, what is known, grade."""

from dataclasses import dataclass, replace
from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from applicants.models import Party
from reports.figure import SHARE, printed, ratio

# A figure of how things are now, and the figure of how they were before.
BASELINES = {"sales_latest": "sales_baseline"}
YOUTH = ("0-17", "18-29")
# The printed rule: at least so much of a figure is known, that is the grade.
GRADES = (("A", Decimal("0.95")), ("B", Decimal("0.80")), ("C", Decimal("0.50")), ("D", Decimal(0)))
RULE = _(
    "Known: of the cases that a share asks about, the part whose answer is known. "
    "Grade A: at least 95 percent known; B: at least 80; C: at least 50; D: less. "
    "Verified: of the records behind a figure, the part that a second person verified, by the same bounds; what the "
    "ledger or a recorded decision proves counts as verified, and what one person entered is B at best. "
    "The lower grade stands."
)


@dataclass(frozen=True)
class Chapter:
    """Figures that are read together: those of `sections`, or whose code is named or begins with one of `codes`."""

    key: str
    title: str
    sections: tuple = ()
    codes: tuple = ()

    def has(self, figure):
        return figure.section in self.sections or figure.code.startswith(self.codes or ("\0",))


# The first chapter that has a figure takes it, so what is special comes before what is general.
CHAPTERS = (
    Chapter("cofinancing", _("Co-financing"), codes=("cofinancing_",)),
    Chapter("women", _("Women's enterprises"), codes=("women_",)),
    Chapter("monitoring", _("Monitoring"), codes=("visited", "alive", "survival_")),
    Chapter("enterprises", _("Enterprises"), sections=("income",), codes=("businesses_supported",)),
    Chapter("way", _("From referral to support"), sections=("way",)),
    Chapter("finance", _("Finance by donor and line"), sections=("money",), codes=("grants_disbursed",)),
    Chapter("grants", _("Grants"), sections=("grants",)),
    Chapter("loans", _("Loans and revolving fund"), sections=("loans", "portfolio")),
    Chapter("jobs", _("Jobs"), sections=("jobs",)),
    Chapter("people", _("People"), sections=("people",)),
)
ORDER = ("way", "finance", "grants", "cofinancing", "loans", "jobs", "women", "people", "enterprises", "monitoring")
OTHER = Chapter("other", _("Further figures"))


def chapters(report):
    """[(Chapter, figures)] in the order of the report; each figure in one of them, whatever the registry gains."""
    found = {}
    for figure in report.figures:
        chapter = next((one for one in CHAPTERS if one.has(figure)), OTHER)
        found.setdefault(chapter.key, (chapter, []))[1].append(figure)
    return [found[key] for key in (*ORDER, OTHER.key) if key in found]


def numbers(report):
    """{code: "3.2"}: the number of a figure is its chapter and its place in it, the same all through the report."""
    return {
        figure.code: f"{number}.{place}"
        for number, (_chapter, figures) in enumerate(chapters(report), 1)
        for place, figure in enumerate(figures, 1)
    }


def ordered(report, figures):
    """The figures in the order of their numbers."""
    place = {one.code: at for at, one in enumerate(one for _chapter, found in chapters(report) for one in found)}
    return sorted(figures, key=lambda one: place[one.code])


def has_before(report):
    """Is any figure since the beginning another one than in the period, or kept back?"""
    known = [one for one in report.figures if one.has_data]
    return report.period_from is not None and any(one.in_all is None or one.in_all != one.result() for one in known)


def as_read(report):
    """The report as people read it: where nobody else pays, no figure is marked as one of all donors."""
    if not report.alone:
        return report
    return replace(report, figures=tuple(one.but(whole_programme=False) for one in report.figures))


def baseline(report, figure):
    """The value before the support, printed; "" where none is reckoned."""
    before = report.figure(BASELINES.get(figure.code, ""))
    if before is None or not before.has_data:
        return ""
    return printed(before.result(), before.unit, before.currency)


def women(figure):
    """The share of women among those whose sex is known, or None; never a share of nothing or of a hidden cell."""
    return _part(figure, "sex", (Party.Sex.FEMALE,), (Party.Sex.FEMALE, Party.Sex.MALE))


def youth(figure):
    """The share of those under thirty among those whose age is known, or None."""
    return _part(figure, "age", YOUTH, [cell.key for cell in figure.cells("age") if cell.key not in ("", "unknown")])


def _part(figure, dim, part, whole):
    cells = {cell.key: cell for cell in figure.cells(dim)}
    asked = [cells[key] for key in whole if key in cells]
    if figure.hidden or figure.unit == SHARE or not asked or any(cell.hidden for cell in asked):
        return None
    return ratio(sum(cell.value for cell in asked if cell.key in part), sum(cell.value for cell in asked))


def known(figure):
    """Of the cases that a share of cases asks about, the part of which something is known; None for other figures."""
    if figure.unit != SHARE or figure.currency or figure.hidden or figure.denominator is None:
        return None
    return ratio(figure.denominator, figure.denominator + (figure.unknown or 0))


def verified(figure):
    """The part of a figure's records that a second person verified; None where nobody verifies, or it is hidden."""
    return None if figure.hidden or figure.verified is None else ratio(figure.verified, figure.records)


def grade(share):
    """The letter of a share known, by the printed rule; "" without one."""
    return "" if share is None else next(letter for letter, least in GRADES if share >= least)


def grade_of(figure, *, entered=False):
    """The letter of a figure with data, by the printed rule: the lower of what is known and what is verified."""
    if not figure.has_data:
        return ""
    if figure.verified is not None and figure.records:
        proved = grade(ratio(figure.verified, figure.records))
    else:
        proved = "B" if entered else "A"
    return max(proved, grade(known(figure)))


def percent(share):
    return "" if share is None else printed(share, SHARE, "")
