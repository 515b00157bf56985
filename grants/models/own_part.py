"""The grantee's own part of the costs. Amounts are minor units of the award's currency."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q, Sum
from django.utils.translation import gettext_lazy as _

from applicants.models import Evidence
from audit.models import Versioned
from grants.models.awards import GRANT_ROLES, Award
from ledger.fields import AmountField, CurrencyField
from programmes.models import ExchangeRate
from programmes.roles import rows_for


class ContributionQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.filter(rows_for(user, GRANT_ROLES, programme="award__programme", region="award__region"))

    def accepted_through(self, as_of):
        return self.filter(accepted_on__lte=as_of)

    def total(self, name):
        """Minor units of `pledged_amount`, `evidenced_amount` or `accepted_amount`."""
        return self.aggregate(total=Sum(name, default=0))["total"]

    def in_kind(self):
        return self.filter(source=Contribution.Source.OWN_IN_KIND)


class Contribution(Versioned):
    """The grantee's co-financing from one source: pledged, evidenced, accepted by another person.

    A paper in another currency keeps its own amount and the rate by which it was reckoned.
    `invoice_key` is number, supplier and amount of the invoice, `file_hash` its file: each counts once, in any award.
    """

    class Source(models.TextChoices):
        OWN_CASH = "own_cash", _("Own cash")
        OWN_IN_KIND = "own_in_kind", _("Own, in kind")
        REMITTANCE = "remittance", _("Remittances")
        BANK = "bank", _("Bank loan")
        OTHER_DONOR = "other_donor", _("Another donor")

    award = models.ForeignKey(Award, models.PROTECT, related_name="contributions")
    source = models.CharField(max_length=12, choices=Source.choices)
    pledged_amount = AmountField(_("pledged"))
    pledged_on = models.DateField()
    evidenced_amount = AmountField(_("evidenced"), null=True, blank=True)
    evidenced_on = models.DateField(null=True, blank=True)
    evidenced_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    evidence = models.ForeignKey(Evidence, models.PROTECT, null=True, blank=True, related_name="+")
    supplier = models.CharField(max_length=160, blank=True)
    invoice_number = models.CharField(max_length=60, blank=True)
    invoice_key = models.CharField(max_length=64, null=True, blank=True, unique=True)
    file_hash = models.CharField(max_length=64, null=True, blank=True, unique=True)
    paper_amount = AmountField(_("amount on the paper"), null=True, blank=True)
    paper_currency = CurrencyField(_("currency of the paper"), blank=True)
    rate = models.ForeignKey(ExchangeRate, models.PROTECT, null=True, blank=True, related_name="+")
    accepted_amount = AmountField(_("accepted"), null=True, blank=True)
    accepted_on = models.DateField(null=True, blank=True)
    accepted_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    objects = ContributionQuerySet.as_manager()

    class Meta:
        ordering = ["award", "pk"]
        constraints = [
            models.CheckConstraint(condition=Q(pledged_amount__gt=0), name="contribution_pledged"),
            models.CheckConstraint(
                condition=Q(accepted_by=None) | ~Q(accepted_by=F("evidenced_by")), name="contribution_second_person"
            ),
            models.CheckConstraint(
                condition=Q(accepted_amount=None)
                | (Q(evidenced_amount__isnull=False) & Q(accepted_amount__lte=F("evidenced_amount"))),
                name="contribution_accepted",
            ),
            models.CheckConstraint(
                condition=Q(paper_amount=None) | Q(rate__isnull=False), name="contribution_rate_named"
            ),
        ]

    def __str__(self):
        return f"{self.award} {self.get_source_display()}"

    @property
    def subject(self):
        """What the memo accounts call it."""
        return f"{self.award.ref}:{self.source}"

    @property
    def step(self):
        """How far it has come: pledged, evidenced or accepted."""
        if self.accepted_on:
            return "accepted"
        return "evidenced" if self.evidenced_on else "pledged"
