"""What must be true of visits and jobs, for `verify`."""

from django.db.models import Count, F, Sum

from monitoring.models import AttendanceRow, AttendanceSheet, Employment, MonitoringVisit, ShortTermJob, WorkDay


def checks():
    for visit in MonitoringVisit.objects.filter(verified_by=F("made_by"))[:5]:
        yield f"monitoring_monitoringvisit {visit.ref} was verified by its visitor"
    for row in Employment.objects.filter(evidenced_on__gt=F("found_at__made_on"))[:5]:
        yield f"monitoring_employment {row.pk} has evidence dated after the visit that found it"
    for row in Employment.objects.filter(evidence_kind="")[:5]:
        yield f"monitoring_employment {row.pk} has no evidence"
    for row in ShortTermJob.objects.filter(verified_by=F("recorded_by"))[:5]:
        yield f"monitoring_shorttermjob {row.pk} was verified by who entered it"
    yield from attendance_faults()


def attendance_faults():
    """A register row is the sum of its sheets, and nobody works on two sites on one day."""
    sums = ShortTermJob.objects.annotate(days=Sum("attendance__person_days"), wages=Sum("attendance__wage_amount"))
    known = sums.exclude(days=None)
    wrong = known.exclude(days=F("person_days")) | known.exclude(wages=F("wage_amount"))
    for row in wrong[:5]:
        yield f"monitoring_shorttermjob {row.pk} says {row.person_days} days, its sheets {row.days}"
    for sheet in AttendanceSheet.objects.exclude(month__day=1)[:5]:
        yield f"monitoring_attendancesheet {sheet.pk} is of no month: {sheet.month} is no first day"
    taken = AttendanceRow.objects.annotate(taken=Count("work_days")).exclude(taken=F("person_days"))
    for row in taken[:5]:
        yield f"monitoring_attendancerow {row.pk} says {row.person_days} days, {row.taken} are taken for its worker"
    for day in WorkDay.objects.exclude(worker=F("row__worker"))[:5]:
        yield f"monitoring_workday {day.pk} is of another worker than its row"
    seen = {}
    rows = AttendanceRow.objects.order_by().values_list("pk", "worker", "sheet__month", "days", "person_days")
    for pk, worker, month, days, count in rows.iterator(chunk_size=2000):
        if len(set(days)) != count:
            yield f"monitoring_attendancerow {pk} says {count} days, its list has {len(set(days))}"
        taken = seen.setdefault((worker, month), set())
        if taken & set(days):
            yield f"monitoring_attendancerow {pk}: the worker is on two sites on one day"
        taken.update(days)
