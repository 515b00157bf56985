"""What a donor agreement asks of the reports made for it."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from applicants.models import Evidence
from audit.models import Versioned
from ledger.fields import CurrencyField
from programmes.models import Donor, Programme


class DonorAgreement(Versioned):
    """The agreement with one donor about one programme, as far as its reports hang on it.

    `currency` is the one in which the donor reads money; `codes` names the indicators that the donor asked for (none:
    all that have data). Name and footnote of the country are the agreement's own; empty, the programme's stand.
    """

    class Every(models.TextChoices):
        QUARTER = "quarter", _("Every quarter")
        HALF = "half", _("Every half-year")
        YEAR = "year", _("Every year")

    programme = models.ForeignKey(Programme, models.PROTECT, related_name="donor_agreements")
    donor = models.ForeignKey(Donor, models.PROTECT, related_name="agreements")
    number = models.CharField(_("number of the agreement"), max_length=60)
    title = models.CharField(_("title"), max_length=200)
    signed_on = models.DateField(_("signed on"))
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("to"))
    every = models.CharField(_("reports"), max_length=8, choices=Every.choices, default=Every.QUARTER)
    currency = CurrencyField(_("currency of the reports"))
    codes = models.JSONField(_("indicators"), default=list, blank=True)
    visibility = models.TextField(_("visibility text"), blank=True)
    place_name = models.CharField(_("name of the country in its reports"), max_length=80, blank=True)
    place_footnote = models.TextField(_("footnote to that name"), blank=True)
    logo = models.ForeignKey(Evidence, models.PROTECT, null=True, blank=True, related_name="+")
    language = models.CharField(_("second language of the report"), max_length=10, blank=True)
    record_lists = models.BooleanField(_("the donor may have pseudonymised lists of records"), default=False)

    class Meta:
        ordering = ["programme", "donor", "starts_on"]
        constraints = [
            models.UniqueConstraint(fields=["programme", "donor", "number"], name="donor_agreement_unique"),
            models.CheckConstraint(condition=Q(ends_on__gte=F("starts_on")), name="donor_agreement_period"),
        ]

    def __str__(self):
        return f"{self.number}, {self.donor}"

    @property
    def ref(self):
        return f"donor-agreement:{self.pk}"
