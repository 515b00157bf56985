"""What monitoring holds about a person."""

from applicants.personal import declare, declare_references
from monitoring.models import (
    ActionPoint,
    AttendanceRow,
    BaselineLoss,
    Employment,
    JobPlace,
    Measurement,
    MonitoringVisit,
    ShortTermJob,
)

CASE = "application__applicant"


def connect():
    declare(MonitoringVisit, CASE, findings="-")
    declare(Measurement, f"visit__{CASE}")
    declare(JobPlace, CASE, title="-")
    declare(BaselineLoss, f"post__verification__{CASE}")
    declare(Employment, "person")
    declare(ShortTermJob, "worker")
    declare(AttendanceRow, "worker")
    declare(ActionPoint, f"visit__{CASE}", text="-", done_note="")
    visits = MonitoringVisit.objects.all()
    declare_references(lambda parties: visits.filter(application__applicant__in=parties).values_list("ref", flat=True))
