"""Things that secure a loan. Amounts are minor units of the loan's currency."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q, Sum
from django.utils.translation import gettext_lazy as _

from applicants.models import Evidence, Party
from audit.models import Versioned
from ledger.fields import AmountField
from loans.models.loans import Loan


class CollateralQuerySet(models.QuerySet):
    def held(self):
        return self.filter(released_on=None)

    def stood_on(self, day):
        """What secured a loan at the end of that day."""
        return self.filter(Q(released_on=None) | Q(released_on__gt=day))

    def twins_of(self, loan, registration):
        """What secures another loan of the programme under the same registration of the lien."""
        if not registration:
            return self.none()
        held = self.held().filter(loan__programme=loan.programme_id, registration__iexact=registration)
        return held.exclude(loan=loan)

    def total_value_amount(self):
        return self.aggregate(total=Sum("value_amount", default=0))["total"]


class Collateral(Versioned):
    """A thing pledged for a loan: what it is, whose, its value and who valued it, where the lien is registered."""

    class Kind(models.TextChoices):
        LAND = "land", _("Land")
        BUILDING = "building", _("Building")
        VEHICLE = "vehicle", _("Vehicle")
        EQUIPMENT = "equipment", _("Equipment")
        LIVESTOCK = "livestock", _("Livestock")
        STOCK = "stock", _("Stock of goods")
        DEPOSIT = "deposit", _("Deposit")
        OTHER = "other", _("Other")

    loan = models.ForeignKey(Loan, models.PROTECT, related_name="collateral")
    kind = models.CharField(_("kind"), max_length=9, choices=Kind.choices)
    description = models.CharField(_("what it is"), max_length=300)
    owner = models.ForeignKey(Party, models.PROTECT, related_name="pledged", verbose_name=_("owner"))
    value_amount = AmountField(_("value"))
    valued_by = models.CharField(_("valued by"), max_length=120)
    valued_on = models.DateField(_("valued"))
    registration = models.CharField(_("registration of the lien"), max_length=80, blank=True)
    paper = models.ForeignKey(Evidence, models.PROTECT, related_name="+")
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    released_on = models.DateField(_("released"), null=True, blank=True)
    release_reason = models.CharField(max_length=300, blank=True)
    released_with_loan = models.BooleanField(
        default=False, help_text=_("Released because the loan was over; it comes back when the loan is owed again.")
    )

    objects = CollateralQuerySet.as_manager()

    class Meta:
        ordering = ["loan", "pk"]
        verbose_name = _("collateral")
        constraints = [
            models.CheckConstraint(condition=Q(value_amount__gt=0), name="collateral_value"),
            models.CheckConstraint(
                condition=Q(released_on=None) | (Q(released_on__gte=F("valued_on")) & ~Q(release_reason="")),
                name="collateral_released_with_reason",
            ),
            models.CheckConstraint(
                condition=Q(released_with_loan=False) | Q(released_on__isnull=False),
                name="collateral_released_with_loan",
            ),
        ]

    def __str__(self):
        return self.description
