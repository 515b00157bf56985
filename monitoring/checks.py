"""What must be true of visits and jobs, for `verify`."""

from django.db.models import F

from monitoring.models import Employment, MonitoringVisit, ShortTermJob


def checks():
    for visit in MonitoringVisit.objects.filter(verified_by=F("made_by"))[:5]:
        yield f"monitoring_monitoringvisit {visit.ref} was verified by its visitor"
    for row in Employment.objects.filter(evidenced_on__gt=F("found_at__made_on"))[:5]:
        yield f"monitoring_employment {row.pk} has evidence dated after the visit that found it"
    for row in Employment.objects.filter(evidence_kind="")[:5]:
        yield f"monitoring_employment {row.pk} has no evidence"
    for row in ShortTermJob.objects.filter(verified_by=F("recorded_by"))[:5]:
        yield f"monitoring_shorttermjob {row.pk} was verified by who entered it"
