"""What became of money that is asked back. Amounts are minor units of the award's currency."""

from django.conf import settings
from django.db import models
from django.db.models import Q, Sum
from django.utils.translation import gettext_lazy as _

from grants.models.awards import Award
from ledger.fields import AmountField


class RecoveryQuerySet(models.QuerySet):
    def total_amount(self):
        return self.aggregate(total=Sum("amount", default=0))["total"]


class Recovery(models.Model):
    """What became of a part of the money that a terminated award asks back. `amount` in the award's minor units."""

    class Kind(models.TextChoices):
        RECEIVED = "received", _("Received")
        GIVEN_UP = "given_up", _("Given up")
        CAME_BACK = "came_back", _("Sent back by the bank")

    award = models.ForeignKey(Award, models.PROTECT, related_name="recoveries")
    kind = models.CharField(max_length=9, choices=Kind.choices)
    amount = AmountField(_("amount"))
    on = models.DateField()
    bank_reference = models.CharField(_("bank reference"), max_length=60, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    objects = RecoveryQuerySet.as_manager()

    class Meta:
        ordering = ["award", "pk"]
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="recovery_amount"),
            models.CheckConstraint(condition=~Q(kind="received") | ~Q(bank_reference=""), name="recovery_received"),
        ]

    def __str__(self):
        return f"{self.award} {self.get_kind_display()}"
