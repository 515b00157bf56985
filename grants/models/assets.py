"""What was bought under awards. Amounts are minor units of the award's currency."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from applicants.models import Evidence
from grants.models.awards import Award
from grants.models.tranches import Tranche
from ledger.fields import AmountField


class Asset(models.Model):
    """Something bought under the award: handed over with serial number, on the asset register."""

    award = models.ForeignKey(Award, models.PROTECT, related_name="assets")
    tranche = models.ForeignKey(Tranche, models.PROTECT, null=True, blank=True, related_name="assets")
    label = models.CharField(_("asset"), max_length=160)
    serial_number = models.CharField(_("serial number"), max_length=80, blank=True)
    supplier = models.CharField(_("supplier"), max_length=160, blank=True)
    amount = AmountField(_("cost"))
    handed_over_on = models.DateField(null=True, blank=True)
    handed_over_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    evidence = models.ForeignKey(Evidence, models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        ordering = ["award", "pk"]

    def __str__(self):
        return self.label
