"""What must be true of visits and jobs, for `verify`."""

from django.db.models import Count, F, Sum

from applicants.figures import Scope
from monitoring.baseline import baseline_posts, seen_open_after, standing_posts
from monitoring.figures import SHORT_TERM_MONTHS, baseline_jobs, jobs_net
from monitoring.models import (
    AttendanceRow,
    AttendanceSheet,
    BaselineLoss,
    Employment,
    JobPlace,
    MonitoringVisit,
    ShortTermJob,
    WorkDay,
)
from programmes.clock import today
from programmes.models import Programme


def checks():
    for visit in MonitoringVisit.objects.filter(verified_by=F("made_by"))[:5]:
        yield f"monitoring_monitoringvisit {visit.ref} was verified by its visitor"
    for row in Employment.objects.filter(evidenced_on__gt=F("found_at__made_on"))[:5]:
        yield f"monitoring_employment {row.pk} has evidence dated after the visit that found it"
    for row in Employment.objects.filter(evidence_kind="")[:5]:
        yield f"monitoring_employment {row.pk} has no evidence"
    for row in ShortTermJob.objects.filter(verified_by=F("recorded_by"))[:5]:
        yield f"monitoring_shorttermjob {row.pk} was verified by who entered it"
    yield from post_faults()
    yield from attendance_faults()


def post_faults():
    """Posts that were lost are of the baseline, and what was there and was made less what went is what stands."""
    for row in BaselineLoss.objects.filter(lost_on__lt=F("post__verification__visited_on"))[:5]:
        yield f"monitoring_baselineloss {row.pk} is older than the visit that found the post"
    for programme in Programme.objects.order_by("key"):
        yield from _balance(programme, Scope(programme=programme, to_on=today(programme)))
    closed = MonitoringVisit.objects.filter(business_state="closed", state="verified").select_related("application")
    for visit in closed.iterator(chunk_size=500):
        if seen_open_after(visit):
            continue
        made, before = standing_posts(visit.application, visit.made_on)
        if made.exists() or before.exists():
            yield f"monitoring_monitoringvisit {visit.ref} found the business closed, and posts of it stand"


def _balance(programme, scope):
    counted = baseline_posts(scope)
    own = BaselineLoss.objects.filter(post__verification__application__programme=programme)
    for row in own.exclude(post__in=counted)[:5]:
        yield f"monitoring_baselineloss {row.pk} is of a post that is not in the baseline"
    # Row by row, not by the figures' own sums.
    gone = set(own.filter(what="post", lost_on__lte=scope.to_on).values_list("post", flat=True))
    stand = sum(pk not in gone for pk in counted.values_list("pk", flat=True).iterator(chunk_size=2000))
    places = JobPlace.objects.filter(application__programme=programme, found_at__state="verified")
    days = places.values_list("created_on", "ended_on").iterator(chunk_size=2000)
    stand += sum(began <= scope.to_on and (ended is None or ended > scope.to_on) for began, ended in days)
    definition = programme.definition_at(scope.to_on)
    net = jobs_net(scope, definition.short_term_months if definition else SHORT_TERM_MONTHS).value
    reckoned = baseline_jobs(scope).value + net
    if reckoned != stand:
        yield f"programme {programme.key}: baseline and net jobs say {reckoned} posts, {stand} stand"


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
