"""Attendance and wage sheets: a sheet for each project and month, whose sums are the workers' register."""

from calendar import monthrange

import rules
from django.db import IntegrityError, transaction
from django.db.models import OuterRef, Subquery
from django.utils.translation import gettext_lazy as _

from applicants.services import lock_application
from audit.refusals import Blocked, Invalid, NotAllowed, Stale
from audit.services import record, service
from monitoring.models import AttendanceRow, AttendanceSheet, ShortTermJob, WorkDay
from monitoring.services import record_workers
from programmes.services import check_date


@service
def record_attendance(*, application, month, rows, on, by, reason=""):
    """Enter the sheet of one month (its first day): all rows or none. Returns the sheet.

    `rows`: dicts worker (Party), days (numbers of the days worked), daily_amount (minor units of the application's
    currency), and optionally registered (True, False or None when not known), paid_on.
    """
    application = lock_application(application)
    check_date(on=on, programme=application.programme, by=by, reason=reason)
    if not rules.test_rule("monitoring.record_workers", by, application):
        raise NotAllowed()
    month = month.replace(day=1)
    if application.attendance_sheets.filter(month=month).exists():
        raise Blocked(_("The sheet of %(month)s is entered already.") % {"month": f"{month:%m.%Y}"})
    if not rows:
        raise Invalid(_("Enter at least one worker."))
    sheet = AttendanceSheet.objects.create(application=application, month=month, recorded_by=by, recorded_on=on)
    made = [_row(sheet, number, row, on) for number, row in enumerate(rows, 1)]
    _check_workers(sheet, made)
    AttendanceRow.objects.bulk_create(made, batch_size=500)
    _take_days(made)
    record(
        "workers.attend",
        application.ref,
        by=by,
        on=on,
        programme=application.programme.key,
        body={
            "month": f"{month:%Y-%m}",
            "rows": len(made),
            "days": sum(row.person_days for row in made),
            "wages": sum(row.wage_amount for row in made),
        },
        reason=reason,
    )
    return sheet


def _row(sheet, number, row, on):
    days, last = sorted(set(row["days"])), monthrange(sheet.month.year, sheet.month.month)[1]
    if not days or not 1 <= days[0] <= days[-1] <= last or sheet.month.replace(day=days[-1]) > on:
        raise Invalid(_("Row %(row)s: the days of work are not possible.") % {"row": number})
    if row["daily_amount"] < 0:
        raise Invalid(_("Row %(row)s: a wage is not below zero.") % {"row": number})
    paid_on = row.get("paid_on")
    if paid_on is not None and paid_on > on:
        raise Invalid(_("Row %(row)s: the wage is paid by today, or not yet.") % {"row": number})
    return AttendanceRow(
        sheet=sheet,
        worker=row["worker"],
        days=days,
        person_days=len(days),
        daily_amount=row["daily_amount"],
        wage_amount=row["daily_amount"] * len(days),
        registered=row.get("registered"),
        paid_on=paid_on,
    )


def _check_workers(sheet, made):
    """Once on the sheet, and on no other site on the same day."""
    days_of = {row.worker_id: set(row.days) for row in made}
    if len(days_of) < len(made):
        raise Invalid(_("A worker stands on the sheet twice."))
    others = AttendanceRow.objects.filter(worker__in=days_of, sheet__month=sheet.month).exclude(sheet=sheet)
    for other in others.select_related("worker"):
        both = days_of[other.worker_id] & set(other.days)
        if both:
            raise Invalid(
                _("%(worker)s is on another site on day %(day)s.") % {"worker": other.worker.ref, "day": min(both)}
            )


def _take_days(rows):
    """Another site may enter the same worker's day at the same moment: the database lets one of them in.

    Days are taken in one order, so that two sheets never wait for each other.
    """
    days = [WorkDay(row=row, worker_id=row.worker_id, day=day) for row in rows for day in row.dates]
    days.sort(key=lambda taken: (taken.worker_id, taken.day))
    try:
        with transaction.atomic():
            WorkDay.objects.bulk_create(days, batch_size=500)
    except IntegrityError as twin:
        raise Stale() from twin


@service
def register_attendance(*, application, on, by, reason=""):
    """Put the sheets that are not on the workers' register yet on it: a row for each worker, the sum of the sheets."""
    application = lock_application(application)
    waiting = AttendanceRow.objects.filter(sheet__application=application, job=None)
    by_worker = {}
    for row in waiting.select_related("sheet", "worker").order_by("sheet__month", "pk"):
        by_worker.setdefault(row.worker_id, []).append(row)
    if not by_worker:
        raise Blocked(_("Every sheet is on the register already."))
    record_workers(application=application, rows=[_sum(rows) for rows in by_worker.values()], on=on, by=by)
    # The newest row of each worker is the one that was just made of these sheets.
    made = ShortTermJob.objects.filter(application=application, worker=OuterRef("worker")).order_by("-pk")
    waiting.update(job=Subquery(made.values("pk")[:1]))
    return application


def _sum(rows):
    """A worker's rows in order of months, as one row of the register."""
    return {
        "worker": rows[0].worker,
        "starts_on": rows[0].dates[0],
        "ends_on": rows[-1].dates[-1],
        "person_days": sum(row.person_days for row in rows),
        "wage_amount": sum(row.wage_amount for row in rows),
        "registered": rows[-1].registered,
    }
