"""Figures in words: the same on the page and in the PDF."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from reports.figure import MONEY, SHARE, printed, printed_parts, printed_unknown
from reports.rows import COMPARATORS

DIMS = {
    "sex": gettext_lazy("By sex"),
    "age": gettext_lazy("By age"),
    "region": gettext_lazy("By region"),
    "window": gettext_lazy("By window"),
    "source": gettext_lazy("By source"),
    "reason": gettext_lazy("By reason"),
    "sector": gettext_lazy("By sector"),
    "cycle": gettext_lazy("First and repeat loans"),
    "line": gettext_lazy("By funding line"),
    "quarter": gettext_lazy("By quarter"),
    "year": gettext_lazy("By year"),
    "term": gettext_lazy("Fund statement"),
}


def period_words(report):
    """ "01.02.2014 to 31.07.2016", or from the beginning."""
    return period_text(report.period_from, report.period_to)


def period_text(first, last):
    """The same of two days, the first of which may be None."""
    last = f"{last:%d.%m.%Y}"
    if first:
        return _("%(first)s to %(last)s") % {"first": f"{first:%d.%m.%Y}", "last": last}
    return _("From the beginning to %(last)s") % {"last": last}


def value_parts(figure):
    """(value, what stands small beside it): ("3,000,000.00", "EUR"), ("55.0%", "1,951 of 3,547"), ("no data", "")."""
    if figure.hidden:
        return _("hidden"), ""
    result = figure.result()
    if result is None:
        return _("no data"), ""
    said = printed(result, figure.unit, figure.currency)
    if figure.unit == MONEY:
        return said, figure.currency
    if figure.unit == SHARE:
        numerator, denominator = printed_parts(figure, figure)
        beside = _("%(part)s of %(whole)s") % {"part": numerator, "whole": denominator}
        return said, f"{beside} {figure.currency}".strip()
    return said, ""


def value_words(figure):
    """The value in one line: "3,000,000.00 EUR", "55.0% (1,951 of 3,547)", "no data"."""
    value, small = value_parts(figure)
    if figure.unit == SHARE and small:
        return f"{value} ({small})"
    return f"{value} {small}".strip()


def value_cell(figure):
    """The value in a table whose head has the currency."""
    value, small = value_parts(figure)
    return f"{value} ({small})" if figure.unit == SHARE and small else value


def translated_words(figure, report):
    """Its money in the currency in which the donor reads: "21,674.00"; "no rate" in a draft that lacks one; else ""."""
    currency = report.reporting_currency
    if not currency or figure.unit != MONEY or not figure.has_data:
        return ""
    if figure.currency == currency:
        return printed(figure.value, MONEY, currency)
    return _("no rate") if figure.translated is None else printed(figure.translated, MONEY, currency)


def goal_words(figure, *, target=True, published=True):
    """The target and the published value: in a table (one of them) the bare value, else a sentence each."""
    found = [(figure.target, gettext_lazy("Target %(value)s.")) if target else None]
    found.append((figure.published, gettext_lazy("Published: %(value)s.")) if published else None)
    said = []
    for goal, words in filter(None, found):
        if goal is None:
            continue
        value = printed(goal.value, figure.unit, figure.currency)
        if goal.comparator != "=":
            value = f"{COMPARATORS[goal.comparator]} {value}"
        said.append(words % {"value": value} if target and published else value)
    known = figure.unknown == 0 and figure.currency
    if target and published and figure.unit == SHARE and figure.unknown is not None and not (figure.hidden or known):
        said.append(_("Unknown: %(number)s.") % {"number": printed_unknown(figure)})
    return " ".join(said)


def state_of(figure):
    """(shape, word) against the target; None without one. A published value is compared, never a duty."""
    if figure.reached is None:
        return None
    if figure.target:
        if figure.reached:
            return "done", _("Reached")
        percent = f"{float(figure.in_all) / float(figure.target.value) * 100:.0f}" if figure.target.value else "0"
        return "wait", _("%(percent)s%% of target") % {"percent": percent}
    return ("done", _("As published")) if figure.reached else ("wait", _("Not as published"))
