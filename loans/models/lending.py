"""What a product asks beside its terms: who lends, what the charge is called, security by amount, limits by cycle."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from ledger.fields import AmountField
from loans.models.products import LoanProduct


class LendingRules(models.Model):
    """The lender of record, the local name of the charge, and what guarantors are asked. Empty or null: not asked."""

    class Charge(models.TextChoices):
        INTEREST = "interest", _("Interest")
        SERVICE = "service", _("Service charge")
        MARKUP = "markup", _("Mark-up")

    product = models.OneToOneField(LoanProduct, models.PROTECT, related_name="lending_rules")
    lender = models.CharField(_("lender of record"), max_length=160, blank=True)
    charge = models.CharField(_("name of the charge"), max_length=8, choices=Charge.choices, default=Charge.INTEREST)
    charge_names = models.JSONField(_("local names of the charge"), default=dict, blank=True)
    guarantor_ceiling_amount = AmountField(_("most that one person guarantees"), null=True, blank=True)
    notice_days = models.PositiveSmallIntegerField(
        _("days late until guarantors are told"), null=True, blank=True, default=15
    )

    waiver_limit_amount = AmountField(_("most that is waived of a loan without the committee"), null=True, blank=True)

    class Meta:
        ordering = ["product"]

    def __str__(self):
        return str(self.product)


class SecurityBand(models.Model):
    """What a loan of `from_amount` or more must be secured by, until the next band begins."""

    product = models.ForeignKey(LoanProduct, models.PROTECT, related_name="security_bands")
    from_amount = AmountField(_("from an amount of"))
    guarantors_number = models.PositiveSmallIntegerField(_("guarantors"), default=0)
    collateral_pct = models.DecimalField(
        _("collateral, percent of the loan"), max_digits=6, decimal_places=2, default=0
    )
    spouse_consent = models.BooleanField(_("a married guarantor's spouse agrees in writing"), default=False)

    class Meta:
        ordering = ["product", "from_amount"]
        constraints = [
            models.UniqueConstraint(fields=["product", "from_amount"], name="security_band_once"),
            models.CheckConstraint(
                condition=Q(from_amount__gte=0) & Q(collateral_pct__gte=0), name="security_band_amounts"
            ),
        ]

    def __str__(self):
        return f"{self.product}, {self.from_amount}"


class CycleLimit(models.Model):
    """The most that a borrower may ask for with the loan of that number; a later loan has the last number's limit."""

    product = models.ForeignKey(LoanProduct, models.PROTECT, related_name="cycle_limits")
    cycle = models.PositiveSmallIntegerField(_("how many-th loan of the borrower"))
    limit_amount = AmountField(_("up to"))

    class Meta:
        ordering = ["product", "cycle"]
        constraints = [
            models.UniqueConstraint(fields=["product", "cycle"], name="cycle_limit_once"),
            models.CheckConstraint(condition=Q(cycle__gte=1) & Q(limit_amount__gt=0), name="cycle_limit_sense"),
        ]

    def __str__(self):
        return f"{self.product}, {self.cycle}"
