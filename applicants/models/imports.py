"""A file that somebody imports: read, shown, confirmed, written in the background, all or nothing."""

from datetime import timedelta

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from programmes.models import Programme, Region

SILENT = timedelta(minutes=10)


# The address of an import's page, of kinds that apps above bring: each adds its own in AppConfig.ready().
PAGES = {}


class ImportQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Imports are their maker's own."""
        return self.filter(made_by=user.pk)


class Import(models.Model):
    """One import. It is done exactly when its rows are on the register: both are one transaction."""

    class State(models.TextChoices):
        CHECKED = "checked", _("Checked, not written")
        WAITING = "waiting", _("Waiting")
        READING = "reading", _("Reading")
        WRITING = "writing", _("Writing")
        DONE = "done", _("Done")
        FAILED = "failed", _("Nothing was written")

    RUNNING = (State.WAITING, State.READING, State.WRITING)

    programme = models.ForeignKey(Programme, models.PROTECT, related_name="+")
    region = models.ForeignKey(Region, models.PROTECT, null=True, blank=True, related_name="+")
    kind = models.CharField(max_length=12)
    name = models.CharField(_("file"), max_length=160)
    sha256 = models.CharField(max_length=64)
    state = models.CharField(max_length=8, choices=State.choices, default=State.CHECKED)
    rows_total = models.PositiveIntegerField(default=0)
    rows_done = models.PositiveIntegerField(default=0)
    message = models.CharField(max_length=300, blank=True)
    totals = models.JSONField(
        default=list, blank=True, help_text=_("What the rows add up to beside what was stated, of kinds that state it.")
    )
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    made_on = models.DateField()
    touched_at = models.DateTimeField(default=timezone.now)

    objects = ImportQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]

    def __str__(self):
        return self.name

    def get_absolute_url(self):
        return reverse(PAGES.get(self.kind, "applicants:import"), args=[self.pk])

    @property
    def ref(self):
        return f"import:{self.pk}"

    @property
    def is_running(self):
        return self.state in self.RUNNING

    @property
    def has_stopped(self):
        """The worker died on it: it is running by its state, and nobody has touched it for long."""
        return self.is_running and timezone.now() - self.touched_at > SILENT
