"""What was bought under awards. Amounts are minor units of the award's currency."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from applicants.models import Evidence
from grants.models.awards import GRANT_ROLES, Award
from grants.models.purchases import Purchase
from grants.models.tranches import Tranche
from ledger.fields import AmountField
from programmes.roles import rows_for


class AssetQuerySet(models.QuerySet):
    def claimed(self):
        """Let go early, with money asked back for it."""
        return self.filter(claimed_amount__gt=0)

    def visible_to(self, user):
        return self.filter(rows_for(user, GRANT_ROLES, programme="award__programme", region="award__region"))


class Asset(models.Model):
    """Something bought under the award: handed over with serial number, on the asset register.

    `clawback_amount`: minor units of its cost that were not used yet when it was disposed of before its title passed.
    `claimed_amount`: what a second person decided to ask back of that; `claimed_on` is the day of that decision.
    """

    award = models.ForeignKey(Award, models.PROTECT, related_name="assets")
    tranche = models.ForeignKey(Tranche, models.PROTECT, null=True, blank=True, related_name="assets")
    purchase = models.ForeignKey(Purchase, models.PROTECT, null=True, blank=True, related_name="assets")
    label = models.CharField(_("asset"), max_length=160)
    serial_number = models.CharField(_("serial number"), max_length=80, blank=True)
    supplier = models.CharField(_("supplier"), max_length=160, blank=True)
    amount = AmountField(_("cost"))
    handed_over_on = models.DateField(null=True, blank=True)
    handed_over_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    evidence = models.ForeignKey(Evidence, models.PROTECT, null=True, blank=True, related_name="+")
    title_passes_on = models.DateField(_("title passes on"), null=True, blank=True)
    disposed_on = models.DateField(_("disposed of on"), null=True, blank=True)
    disposed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    clawback_amount = AmountField(_("value not used yet"), default=0)
    claimed_amount = AmountField(_("asked back"), default=0)
    claimed_on = models.DateField(null=True, blank=True)
    claimed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    objects = AssetQuerySet.as_manager()

    class Meta:
        ordering = ["award", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(disposed_on=None) | (Q(handed_over_on__isnull=False) & Q(disposed_by__isnull=False)),
                name="asset_disposed",
            ),
            models.CheckConstraint(
                condition=Q(clawback_amount__gte=0) & Q(clawback_amount__lte=F("amount")), name="asset_clawback"
            ),
            models.CheckConstraint(
                condition=Q(claimed_by=None, claimed_on=None, claimed_amount=0)
                | (
                    Q(claimed_by__isnull=False, claimed_on__isnull=False, claimed_amount__gte=0)
                    & Q(claimed_amount__lte=F("clawback_amount"))
                    & ~Q(claimed_by=F("disposed_by"))
                ),
                name="asset_claimed_second_person",
            ),
        ]

    def __str__(self):
        return self.label
