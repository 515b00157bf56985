"""The report as JSON (DESIGN section 7): counts as integers, money and shares as decimal strings, null for no data."""

import json
from dataclasses import asdict

from reports import framework
from reports.figure import MONEY, SHARE, cell_result, machine, parts_of, unknown_of


def as_data(report):
    """The report as plain data, in the order of its figures."""
    numbers = framework.numbers(report)
    return {
        "programme": report.key,
        "scope": {
            "name": report.name,
            "title": report.title,
            "reference": report.reference,
            "place": report.place,
            "footnote": report.footnote,
            "from": report.period_from.isoformat() if report.period_from else None,
            "to": report.period_to.isoformat(),
            "donor": report.donor or None,
            "donors": list(report.donors),
            "edition": report.edition,
            "illustrative": report.illustrative,
            "sha256": report.sha256 or None,
            "agreement": report.agreement or None,
            "cut_off": report.cut_off or None,
            "approved_by": report.approved_by or None,
            "language": report.language or None,
            "reporting_currency": report.reporting_currency or None,
            "visibility": report.visibility,
            "grade": report.grade or None,
            "annexes": dict(report.annexes),
        },
        "figures": [
            {"number": numbers[figure.code], **figure_data(figure, report.reporting_currency)}
            for figure in report.figures
        ],
        "rates": [asdict(one) for one in report.rates],
        "passages": [asdict(one) for one in report.passages],
        "stories": [asdict(one) for one in report.stories],
        "restatements": [asdict(one) for one in report.restatements],
        "gaps": [asdict(one) for one in report.gaps],
    }


def figure_data(figure, reporting_currency=""):
    """One figure. `comparator` belongs to the target, or to the published value where there is no target.

    `translated`: its money in the currency in which the donor reads money.
    """
    numerator, denominator = parts_of(figure, figure)
    goal = figure.goal()
    return {
        "code": figure.code,
        "name": figure.name,
        "unit": figure.unit,
        "currency": figure.currency if figure.unit in (MONEY, SHARE) else "",
        "value": _said(figure, figure.result()),
        "numerator": numerator,
        "denominator": denominator,
        "unknown": unknown_of(figure),
        "target": _goal(figure, figure.target),
        "comparator": goal.comparator if goal else None,
        "published": _goal(figure, figure.published),
        "reached": figure.reached,
        "in_all": _said(figure, figure.in_all),
        "records": figure.records,
        "hidden": figure.hidden,
        "all_donors": figure.whole_programme,
        "definition": figure.definition,
        "version": figure.version,
        "codes": [{"scheme": scheme, "code": code} for scheme, code in figure.codes],
        "grade": figure.grade or None,
        "verified": figure.verified,
        "records_sha256": figure.records_sha256 or None,
        "translated": machine(figure.translated, MONEY, reporting_currency) if reporting_currency else None,
        "by": [_cell(figure, cell) for cell in figure.by],
    }


def _cell(figure, cell):
    numerator, denominator = parts_of(figure, cell)
    return {
        "by": cell.by,
        "key": cell.key,
        "label": cell.label,
        "value": _said(figure, cell_result(figure, cell)),
        "numerator": numerator,
        "denominator": denominator,
        "records": cell.records,
        "hidden": cell.hidden,
    }


def _said(figure, value):
    return machine(value, figure.unit, figure.currency)


def _goal(figure, goal):
    if goal is None:
        return None
    value = goal.value.normalize() if figure.unit in (SHARE,) else goal.value
    return machine(format(value, "f") if figure.unit == SHARE else value, figure.unit, figure.currency)


def render(report):
    """JSON as bytes."""
    return (json.dumps(as_data(report), ensure_ascii=False, indent=1) + "\n").encode()
