"""The periods of a donor agreement: quarters, half-years or years of the calendar, cut to its first and last day."""

from dataclasses import dataclass
from datetime import date, timedelta

from django.utils.translation import gettext_lazy as _

from audit.refusals import Invalid
from programmes.clock import months_after
from reports.models import DonorAgreement, Issue

MONTHS = {DonorAgreement.Every.QUARTER: 3, DonorAgreement.Every.HALF: 6, DonorAgreement.Every.YEAR: 12}


@dataclass(frozen=True)
class Period:
    """From the first to the last day, both included."""

    first: date
    last: date

    def __str__(self):
        return f"{self.first:%d.%m.%Y} \u2013 {self.last:%d.%m.%Y}"


def period_with(agreement, day):
    """The Period of the agreement in which `day` lies; cut to the agreement's days."""
    months = MONTHS[agreement.every]
    start = date(day.year, (day.month - 1) // months * months + 1, 1)
    last = months_after(start, months) - timedelta(days=1)
    return Period(max(start, agreement.starts_on), min(last, agreement.ends_on))


def due_period(agreement, day):
    """The first period that no report covers and that has ended on `day`; None when every ended one is covered."""
    covered = Issue.objects.filter(agreement=agreement).order_by("-period_to").values_list("period_to", flat=True)
    return _ended(agreement, _after(agreement, covered.first()), day)


def next_period(issue, day):
    """The period after that of the report, if it has ended on `day`, else None.

    Without an agreement it is as many whole months long as the report's own.
    """
    start = issue.period_to + timedelta(days=1)
    if issue.agreement:
        return _ended(issue.agreement, start, day)
    months = (start.year - issue.period_from.year) * 12 + start.month - issue.period_from.month
    last = months_after(start, max(months, 1)) - timedelta(days=1)
    end = issue.programme.ends_on
    period = Period(start, min(last, end) if end else last)
    return period if period.first <= period.last <= day else None


def _after(agreement, covered):
    return max(covered + timedelta(days=1), agreement.starts_on) if covered else agreement.starts_on


def _ended(agreement, start, day):
    if start > agreement.ends_on:
        return None
    period = Period(start, period_with(agreement, start).last)
    return period if period.last <= day else None


def ask_period(agreement, period_from, period_to):
    """Raises Invalid when the period reaches out of the agreement."""
    said = {"first": f"{agreement.starts_on:%d.%m.%Y}", "last": f"{agreement.ends_on:%d.%m.%Y}"}
    if period_from < agreement.starts_on:
        raise Invalid(_("The agreement runs from %(first)s to %(last)s.") % said, field="period_from")
    if period_to > agreement.ends_on:
        raise Invalid(_("The agreement runs from %(first)s to %(last)s.") % said, field="period_to")
