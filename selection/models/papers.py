"""What goes out to the members of a session: the invitation, and the packet while it waits to be fetched."""

from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from selection.models.session import Session

SILENT = timedelta(minutes=10)


def packet_folder():
    return Path(settings.VAR_DIR) / "packets"


class Invitation(models.Model):
    """A member is invited to a session. `times`: how often it was sent; `mailed_at`: when the last mail left."""

    session = models.ForeignKey(Session, models.PROTECT, related_name="invitations")
    member = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="invitations")
    sent_on = models.DateField(_("sent"))
    sent_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    times = models.PositiveSmallIntegerField(_("times"), default=1)
    mailed_at = models.DateTimeField(_("mailed"), null=True, blank=True)

    class Meta:
        ordering = ["session", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["session", "member"], name="invitation_once"),
            models.CheckConstraint(condition=Q(times__gt=0), name="invitation_times"),
        ]

    def __str__(self):
        return f"{self.session} {self.member}"


class PacketFile(models.Model):
    """A member's packet that is drawn in the background and waits to be fetched. It is no evidence and goes after days.

    `contents_key` is printed.Printed.contents_key of what was drawn: when the member's packet is another by now, the
    file is handed out no more.
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        DRAWING = "drawing", _("Drawing")
        DONE = "done", _("Done")
        FAILED = "failed", _("Nothing was drawn")

    RUNNING = (State.WAITING, State.DRAWING)

    session = models.ForeignKey(Session, models.CASCADE, related_name="+")
    member = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    language = models.CharField(max_length=10)
    contents_key = models.CharField(max_length=64)
    cases_total = models.PositiveSmallIntegerField()
    cases_done = models.PositiveSmallIntegerField(default=0)
    state = models.CharField(max_length=7, choices=State.choices, default=State.WAITING)
    asked_on = models.DateField()
    touched_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["session", "member"], name="packet_file_one")]

    def __str__(self):
        return f"packet of {self.session} for {self.member}"

    @property
    def path(self):
        """Where its bytes lie while it waits."""
        return packet_folder() / f"{self.pk}-{self.contents_key[:16]}.pdf"

    @property
    def is_running(self):
        return self.state in self.RUNNING

    @property
    def has_stopped(self):
        """The worker died on it: it is running by its state, and nobody has touched it for long."""
        return self.is_running and timezone.now() - self.touched_at > SILENT
