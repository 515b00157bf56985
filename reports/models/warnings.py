"""What a programme holds for odd, and the answers to what looks odd in it."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.encryption import EncryptedField
from applicants.models import Application, Party
from audit.models import Versioned
from programmes.models import Programme
from programmes.roles import rows_for
from reports.models.roles import WARNING_READERS


class WarningRule(models.Model):
    """What a programme holds for odd. Units are whole money (1000: a sum of 3,000.00 is round); 0 looks at none."""

    programme = models.OneToOneField(Programme, models.PROTECT, related_name="warning_rule")
    award_unit = models.PositiveIntegerField(_("An award is round by"), default=0)
    purchase_unit = models.PositiveIntegerField(_("A purchase is round by"), default=1000)
    invoice_unit = models.PositiveIntegerField(_("An invoice is round by"), default=1000)
    adviser_cases = models.PositiveSmallIntegerField(_("Decided cases from which an adviser is looked at"), default=10)
    account_days = models.PositiveSmallIntegerField(
        _("Days before a payment in which a new account is odd"), default=14
    )

    def __str__(self):
        return str(self.programme)


class WarningCount(models.Model):
    """How many warnings waited for an answer when the report was last computed: what the queue says."""

    programme = models.OneToOneField(Programme, models.PROTECT, related_name="warning_count")
    waiting = models.PositiveIntegerField(default=0)
    on = models.DateField()

    def __str__(self):
        return f"{self.programme} {self.waiting}"


class WarningAnswerQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.filter(rows_for(user, WARNING_READERS, region=None))

    def to_close(self):
        return self.filter(closed_on=None).exclude(verdict=WarningAnswer.Verdict.LOOK)


class WarningAnswer(Versioned):
    """What somebody found about one warning. `key`: SHA-256 of its kind and references (reports/warnings/found.py)."""

    class Verdict(models.TextChoices):
        EXPLAINED = "explained", _("Explained")
        LOOK = "look", _("To look into")
        CONFIRMED = "confirmed", _("Confirmed")

    programme = models.ForeignKey(Programme, models.PROTECT, related_name="warning_answers")
    key = models.CharField(max_length=64)
    kind = models.SlugField(max_length=20)
    about = models.JSONField(default=list)
    parties = models.ManyToManyField(Party, related_name="+")
    cases = models.ManyToManyField(Application, related_name="+")
    verdict = models.CharField(_("verdict"), max_length=9, choices=Verdict.choices)
    text = EncryptedField(_("what was found"))
    answered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    answered_on = models.DateField()
    closed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    closed_on = models.DateField(null=True, blank=True)

    objects = WarningAnswerQuerySet.as_manager()

    class Meta:
        ordering = ["programme", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["programme", "key"], name="warning_answered_once"),
            models.CheckConstraint(
                condition=Q(closed_by=None) | ~Q(closed_by=models.F("answered_by")), name="warning_second_person"
            ),
            models.CheckConstraint(
                condition=Q(closed_by=None, closed_on=None)
                | (Q(closed_by__isnull=False, closed_on__isnull=False) & ~Q(verdict="look")),
                name="warning_closed",
            ),
        ]

    def __str__(self):
        return f"{self.programme.key} {self.kind} {self.key[:8]}"

    @property
    def ref(self):
        """What events call it."""
        return f"warning:{self.key[:32]}"
