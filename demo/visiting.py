"""Visits after the money is out: recorded by the adviser, verified by the M&E officer."""

from datetime import timedelta

from monitoring.models import MonitoringVisit
from monitoring.services import record_visit, verify_visit


def schedule(agenda, cast, application, region, day, what):
    """Put the planned visits of the application on the agenda.

    `what(month, on)` gives the facts of record_visit for the visit of that month: business_state, findings,
    measurements, jobs; or None when the visit is not made.
    """
    for visit in MonitoringVisit.objects.filter(application=application, state="planned").order_by("month"):
        agenda.at(visit.planned_on + timedelta(days=3), _record, cast, region, visit.pk, agenda, what)


def _record(day, cast, region, visit_pk, agenda, what):
    visit = MonitoringVisit.objects.get(pk=visit_pk)
    facts = what(visit.month, day)
    if facts is None or visit.state != "planned":
        return
    record_visit(visit=visit, on=day, by=cast.advisers[region], **facts)
    agenda.at(day + timedelta(days=9), _verify, cast, visit_pk)


def _verify(day, cast, visit_pk):
    verify_visit(visit=MonitoringVisit.objects.get(pk=visit_pk), on=day, by=cast["monitoring"])


def open_business(sales, *, found="The business is open and sells.", jobs=(), **more):
    """Facts of a visit to an open business; amounts in minor units a month."""
    return {
        "business_state": "open",
        "findings": found,
        "measurements": {"sales": sales, "profit": sales // 4, "household_income": sales // 3, **more},
        "jobs": list(jobs),
    }


def post(title, created_on, person, starts_on, evidenced_on, *, hours=40, ends_on=None, kind="contract"):
    """A job place held by one person, as record_visit takes it."""
    return {
        "title": title,
        "hours_per_week": hours,
        "created_on": created_on,
        "with_contract": kind == "contract",
        "insured": True,
        "minimum_wage": True,
        "employments": [
            {
                "person": person,
                "starts_on": starts_on,
                "ends_on": ends_on,
                "evidence_kind": kind,
                "evidenced_on": evidenced_on,
            }
        ],
    }
