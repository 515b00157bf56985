"""What people write into a report: passages with figures as live tokens, and stories with consent."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.encryption import EncryptedField
from applicants.models import Evidence, Party
from audit.models import Versioned
from reports.models.issues import Issue


class Passage(Versioned):
    """The text of one box of a report. `[[code]]` stands for that figure and is never typed as a number.

    `box` is "summary", "lessons", "next", or the key of a chapter (reports/framework.py).
    """

    issue = models.ForeignKey(Issue, models.CASCADE, related_name="passages")
    box = models.SlugField(max_length=20)
    text = models.TextField(_("text"), blank=True)
    saved_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    saved_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["issue", "box"]
        constraints = [models.UniqueConstraint(fields=["issue", "box"], name="passage_once")]


class Story(Versioned):
    """A story of somebody, told with their written consent (a file). Without the consent it is not printed."""

    issue = models.ForeignKey(Issue, models.CASCADE, related_name="stories")
    party = models.ForeignKey(Party, models.PROTECT, related_name="+")
    title = EncryptedField(_("title"))
    text = EncryptedField(_("story"))
    consent = models.ForeignKey(Evidence, models.PROTECT, related_name="+")
    told_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    class Meta:
        ordering = ["issue", "pk"]
