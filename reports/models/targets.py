"""What a figure should reach, or the published value that it reproduces."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from programmes.models import Programme


class Target(models.Model):
    """A value that a figure should reach, with its comparator, or the published value that it reproduces.

    `value` is a count, a ratio (0 to 1) or whole minor units of `currency`, by the figure's unit.
    """

    class Kind(models.TextChoices):
        PLANNED = "planned", _("Planned")
        ACHIEVED = "achieved", _("Published as achieved")

    class Comparator(models.TextChoices):
        EQUAL = "=", _("exactly")
        AT_LEAST = ">=", _("at least")
        MORE_THAN = ">", _("more than")
        ABOUT = "~", _("about")

    programme = models.ForeignKey(Programme, models.PROTECT, related_name="targets")
    code = models.SlugField(max_length=40)
    kind = models.CharField(max_length=8, choices=Kind.choices, default=Kind.PLANNED)
    comparator = models.CharField(max_length=2, choices=Comparator.choices, default=Comparator.EQUAL)
    value = models.DecimalField(max_digits=20, decimal_places=4)
    currency = models.CharField(max_length=3, blank=True)
    source = models.CharField(_("source"), max_length=200, blank=True)
    note = models.CharField(_("note"), max_length=200, blank=True)
    withdrawn_on = models.DateField(_("withdrawn on"), null=True, blank=True)

    class Meta:
        ordering = ["programme", "code"]
        constraints = [models.UniqueConstraint(fields=["programme", "code", "kind"], name="target_unique")]
