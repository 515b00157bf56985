"""What part of the portfolio is expected to be lost, by lateness: rates as data, dated."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from loans.arrears import AGE_BUCKETS, OLDEST_BUCKET
from programmes.models import Programme


class ProvisionRate(models.Model):
    """Percent of what is owed by loans of one age bucket, in force from a day until a later one."""

    programme = models.ForeignKey(Programme, models.PROTECT, related_name="provision_rates")
    bucket = models.CharField(
        max_length=10, choices=[(name, name) for name in (*(name for name, _last in AGE_BUCKETS), OLDEST_BUCKET)]
    )
    percent = models.DecimalField(_("percent of what is owed"), max_digits=5, decimal_places=2)
    effective_from = models.DateField(_("in force from"))

    class Meta:
        ordering = ["programme", "effective_from", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["programme", "bucket", "effective_from"], name="provision_rate_once"),
            models.CheckConstraint(condition=Q(percent__gte=0) & Q(percent__lte=100), name="provision_rate_percent"),
        ]
