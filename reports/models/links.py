"""Links by which donors open an Issue without an account."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from reports.models.issues import Issue


class DonorLink(models.Model):
    """A link that opens one Issue without an account: its token is stored hashed, it ends, it can be revoked."""

    issue = models.ForeignKey(Issue, models.PROTECT, related_name="links")
    token_hash = models.CharField(max_length=64, unique=True)
    label = models.CharField(_("for whom"), max_length=120)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    made_on = models.DateField()
    expires_on = models.DateField(_("valid to"))
    revoked_on = models.DateField(null=True, blank=True)
    # A password hash; empty: the link opens without a passcode.
    passcode = models.CharField(max_length=128, blank=True)
    failures = models.PositiveSmallIntegerField(default=0)
    failed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-pk"]


class LinkOpening(models.Model):
    """Each time a link was opened, or refused: the passcode was wrong, or the link had ended."""

    class Outcome(models.TextChoices):
        OPENED = "opened", _("Opened")
        WRONG = "wrong", _("Wrong passcode")
        ENDED = "ended", _("Had ended")

    link = models.ForeignKey(DonorLink, models.PROTECT, related_name="openings")
    opened_at = models.DateTimeField(auto_now_add=True)
    format = models.CharField(max_length=8, default="html")
    outcome = models.CharField(max_length=6, choices=Outcome.choices, default=Outcome.OPENED)

    class Meta:
        ordering = ["-pk"]
