"""What an applicant may read about the own application: a public status, never an internal state.

Every state has one; how far the office has come with its checks, who said what and where a case lies do not show.
"""

from django.db import models
from django.utils.translation import gettext_lazy as _

from applicants.models import Application

State = Application.State


class PublicStatus(models.TextChoices):
    PREPARED = "prepared", _("being prepared")
    RECEIVED = "received", _("received")
    CHECKED = "checked", _("being checked")
    COMMITTEE = "committee", _("with the committee")
    SUPPORTED = "supported", _("decided: supported")
    RESERVE = "reserve", _("decided: on the reserve list")
    NOT_SUPPORTED = "not_supported", _("decided: not supported")
    NOT_ELIGIBLE = "not_eligible", _("decided: not eligible")
    WITHDRAWN = "withdrawn", _("withdrawn by you")


STATUS_OF = {
    State.DRAFT: PublicStatus.PREPARED,
    State.SUBMITTED: PublicStatus.RECEIVED,
    State.RETURNED: PublicStatus.CHECKED,
    State.ELIGIBLE: PublicStatus.CHECKED,
    State.INELIGIBLE: PublicStatus.NOT_ELIGIBLE,
    State.UNDER_REVIEW: PublicStatus.COMMITTEE,
    State.APPROVED: PublicStatus.SUPPORTED,
    State.RESERVE: PublicStatus.RESERVE,
    State.REJECTED: PublicStatus.NOT_SUPPORTED,
    State.WITHDRAWN: PublicStatus.WITHDRAWN,
}


def public_status(application):
    """The PublicStatus of an application. What the committee put off is with the committee still."""
    if application.state == State.ELIGIBLE and application.decision_ref:
        return PublicStatus.COMMITTEE
    if application.state == State.SUBMITTED and application.checks.filter(revision=application.revision).exists():
        return PublicStatus.CHECKED
    return STATUS_OF[application.state]
