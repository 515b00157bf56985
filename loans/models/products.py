"""Loan products: the terms of a kind of loan."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from audit.models import Versioned
from ledger.fields import CurrencyField
from programmes.models import Programme, Window


class LoanProduct(Versioned):
    """Terms of a kind of loan: how interest is reckoned, when it is due, how repayments are allocated."""

    class Method(models.TextChoices):
        EQUAL_INSTALMENT = "declining_equal_instalment", _("Equal instalments")
        EQUAL_PRINCIPAL = "declining_equal_principal", _("Equal principal")
        FLAT = "flat", _("Flat")

    class DayCount(models.TextChoices):
        THIRTY_360 = "30/360", _("30/360")
        ACTUAL_365 = "actual/365", _("Actual/365")

    class Prepay(models.TextChoices):
        NEXT = "next_instalments", _("Early money pays the coming instalments")
        HOLD = "hold", _("Early money is held as an overpayment")

    programme = models.ForeignKey(Programme, models.PROTECT, related_name="loan_products")
    windows = models.ManyToManyField(Window, related_name="loan_products")
    key = models.SlugField(unique=True, max_length=60)
    name = models.CharField(_("loan product"), max_length=120)
    currency = CurrencyField()
    method = models.CharField(_("repayment"), max_length=30, choices=Method.choices, default=Method.EQUAL_INSTALMENT)
    annual_rate_pct = models.DecimalField(_("interest, percent a year"), max_digits=7, decimal_places=4)
    day_count = models.CharField(
        _("days counted"), max_length=12, choices=DayCount.choices, default=DayCount.THIRTY_360
    )
    least_months = models.PositiveSmallIntegerField(_("least months"), default=3)
    most_months = models.PositiveSmallIntegerField(_("most months"), default=24)
    grace_months = models.PositiveSmallIntegerField(_("months without principal"), default=0)
    fee_pct = models.DecimalField(_("fee withheld, percent"), max_digits=5, decimal_places=2, default=0)
    penalty_pct = models.DecimalField(
        _("penalty, percent a year of overdue principal"), max_digits=6, decimal_places=2, default=0
    )
    allocation_order = models.JSONField(_("a repayment pays first"), default=list)
    prepay = models.CharField(max_length=16, choices=Prepay.choices, default=Prepay.NEXT)

    class Meta:
        ordering = ["programme", "name"]
        constraints = [
            models.CheckConstraint(
                condition=Q(annual_rate_pct__gte=0) & Q(annual_rate_pct__lte=100), name="loan_product_rate"
            )
        ]

    def __str__(self):
        return self.name
