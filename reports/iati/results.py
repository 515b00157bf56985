"""Results: each figure that has data as an indicator with baseline, target, actual and what it is broken down by."""

from decimal import Decimal

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _

from reports.figure import COUNT, MONEY, SHARE, cell_result, machine
from reports.framework import BASELINES
from reports.iati.elements import add, told
from reports.indicators import BY_CODE
from reports.words import goal_words

OUTPUT, OUTCOME = "1", "2"
OUTCOMES = ("jobs", "income")
UNITS, PERCENT = "1", "2"
OWN_VOCABULARY = "99"
# Code list IndicatorVocabulary, of the catalogues that donors name.
VOCABULARIES = {"HIPSO": "8"}
# Less of these is better.
FALLING = ("par", "written_off", "write_off", "jobs_lost", "trained_dropped_out", "days_", "cost_per_job")
# What a confidential programme is not broken down by where everybody reads.
TELLING = {"region", "line", "window", "sector", "source", "reason"}


def add_results(activity, report):
    """One result for each figure. A hidden figure, and one without data, is no result."""
    for figure in report.figures:
        if figure.has_data and _may_stand(figure, report):
            _result(activity, figure, report)


def _may_stand(figure, report):
    """A confidential programme's windows and target groups are named nowhere; the figures that count them neither."""
    return not report.confidential or figure.code in BY_CODE


def _result(activity, figure, report):
    name = str(BY_CODE[figure.code].name) if report.confidential else figure.name
    name = f"{name}, {figure.currency}" if figure.unit == MONEY else name
    result = add(activity, "result", type=OUTCOME if figure.section in OUTCOMES else OUTPUT)
    told(result, "title", name)
    falls = figure.code.startswith(FALLING)
    measure = PERCENT if figure.unit == SHARE else UNITS
    indicator = add(result, "indicator", measure=measure, ascending="0" if falls else "1")
    told(indicator, "title", name)
    if not report.confidential:
        told(indicator, "description", f"{figure.definition} ({figure.version})")
    _references(indicator, figure, report)
    _baseline(indicator, figure, report)
    _periods(indicator, figure, report)


def _references(indicator, figure, report):
    for scheme, code in figure.codes:
        if scheme in VOCABULARIES:
            add(indicator, "reference", vocabulary=VOCABULARIES[scheme], code=code)
    address = ""
    if report.reference:
        address = f"{settings.PUBLIC_ADDRESS}{reverse('reports:issue', args=[report.reference])}#figure-{figure.code}"
    add(indicator, "reference", vocabulary=OWN_VOCABULARY, code=figure.code, indicator_uri=address)


def _baseline(indicator, figure, report):
    before = report.figure(BASELINES.get(figure.code, ""))
    if before is not None and before.has_data:
        first = report.open_data.starts_on
        add(indicator, "baseline", year=first[:4], iso_date=first, value=value_of(before, before.result()))


def _periods(indicator, figure, report):
    """The whole since the beginning, beside which the target stands; where the report is of a part, that part too."""
    begins = report.open_data.starts_on
    first = report.period_from.isoformat() if report.period_from else begins
    if first <= begins:
        _period(indicator, figure, first, report, target=figure.target)
        return
    if figure.in_all is not None:
        _period(indicator, figure, begins, report, target=figure.target, whole=True)
    _period(indicator, figure, first, report, target=None if figure.in_all is not None else figure.target)


def _period(indicator, figure, first, report, *, target, whole=False):
    period = add(indicator, "period")
    add(period, "period-start", iso_date=first)
    add(period, "period-end", iso_date=report.period_to)
    if target:
        goal = add(period, "target", value=value_of(figure, target.value))
        told(goal, "comment", ". ".join(filter(None, [goal_words(figure, published=False), target.note])))
    if whole:
        add(period, "actual", value=value_of(figure, figure.in_all))
        return
    told(add(period, "actual", value=value_of(figure, figure.result())), "comment", _comment(figure))
    for cell in figure.by:
        result = cell_result(figure, cell)
        if cell.hidden or result is None or (report.confidential and cell.by in TELLING):
            continue
        part = add(period, "actual", value=value_of(figure, result))
        add(part, "dimension", name=cell.by, value=cell.key if cell.by == "sex" else cell.label)


def _comment(figure):
    if figure.unit != SHARE:
        return _("Records: %(number)s") % {"number": figure.records} if figure.records else _("Counted from records")
    facts = {"part": figure.numerator, "whole": figure.denominator, "unknown": figure.unknown or 0}
    if figure.currency:
        facts |= {name: machine(facts[name], MONEY, figure.currency) for name in facts}
    return _("%(part)s of %(whole)s, unknown %(unknown)s") % facts


def value_of(figure, value):
    """A value as IATI says it: money in major units, shares in percent, decimals with a dot."""
    if figure.unit == SHARE:
        return format(Decimal(value) * 100, ".2f")
    if figure.unit in (COUNT, MONEY):
        return str(machine(value, figure.unit, figure.currency))
    return format(Decimal(str(value)), "f")
