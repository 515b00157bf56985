"""The words of agreements, as data of a call: one text for each language, in versions that are never changed."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from programmes.models import Call


class AgreementTextQuerySet(models.QuerySet):
    def in_force(self, call, language, on):
        """The last version made up to the day, or None: then the words of the house stand."""
        return self.filter(call=call, language=language, made_on__lte=on).order_by("-version").first()


class AgreementText(models.Model):
    """What the parties of a call's agreements agree, in one language: a clause on each line."""

    call = models.ForeignKey(Call, models.PROTECT, related_name="agreement_texts")
    language = models.CharField(_("language"), max_length=10)
    version = models.PositiveSmallIntegerField()
    clauses = models.TextField(_("clauses, one on each line"))
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    made_on = models.DateField()

    objects = AgreementTextQuerySet.as_manager()

    class Meta:
        ordering = ["call", "language", "version"]
        constraints = [
            models.UniqueConstraint(fields=["call", "language", "version"], name="agreement_text_version"),
            models.CheckConstraint(condition=~models.Q(clauses=""), name="agreement_text_said"),
        ]

    def __str__(self):
        return f"{self.call} {self.language} {self.version}"
