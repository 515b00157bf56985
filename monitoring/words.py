"""How monitoring is called in a history."""

from django.utils.translation import gettext_lazy as _

EVENTS = {
    "monitoringvisit.create": _("Planned"),
    "monitoringvisit.record": _("Recorded"),
    "monitoringvisit.verify": _("Verified"),
    "monitoringvisit.return_visit": _("Returned"),
    "monitoringvisit.cancel": _("Cancelled"),
    "action_point.add": _("Action point added"),
    "action_point.close": _("Action point done"),
    "workers.record": _("Workers entered"),
    "workers.attend": _("Attendance and wages entered"),
    "workers.verify": _("Workers verified"),
    "job_place.end": _("Job place ended"),
    "job_place.closed": _("Posts ended: the business is closed"),
    "employment.end": _("Employment ended"),
    "baseline_loss.record": _("What became of a post from before the support"),
}
