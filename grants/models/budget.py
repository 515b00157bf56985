"""What the award's money may buy, and what it was spent on. Amounts are minor units of the award's currency."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q, Sum
from django.utils.translation import gettext_lazy as _

from applicants.models import Evidence
from audit.models import Versioned
from grants.models.awards import Award
from grants.models.tranches import Tranche
from ledger.fields import AmountField, CurrencyField
from programmes.models import ExchangeRate


class Vat(models.TextChoices):
    """How the value added tax on a cost is treated."""

    NONE = "none", _("No VAT on it")
    RECOVERABLE = "recoverable", _("The grantee gets it back")
    KEPT = "kept", _("The grantee cannot get it back")
    EXEMPT = "exempt", _("Exempt by certificate")


class BudgetLineQuerySet(models.QuerySet):
    def total(self, name):
        """Minor units of `net_amount`, `vat_amount` or `grant_amount`."""
        return self.aggregate(total=Sum(name, default=0))["total"]

    def with_accepted(self):
        """Annotate `accepted_total`: minor units of the costs that were accepted on each line."""
        return self.annotate(accepted_total=Sum("expenses__accepted_amount", default=0))


class BudgetLine(models.Model):
    """One row of the agreement's budget: its cost, and how much of that the grant bears."""

    award = models.ForeignKey(Award, models.PROTECT, related_name="budget")
    position = models.PositiveSmallIntegerField()
    label = models.CharField(_("what for"), max_length=160)
    eligible = models.BooleanField(_("eligible"), default=True)
    net_amount = AmountField(_("cost without VAT"))
    vat_amount = AmountField(_("VAT"), default=0)
    vat = models.CharField(_("VAT"), max_length=12, choices=Vat.choices, default=Vat.NONE)
    certificate = models.ForeignKey(Evidence, models.PROTECT, null=True, blank=True, related_name="+")
    grant_amount = AmountField(_("from the grant"))

    objects = BudgetLineQuerySet.as_manager()

    class Meta:
        ordering = ["award", "position"]
        constraints = [
            models.UniqueConstraint(fields=["award", "position"], name="budget_line_position"),
            models.CheckConstraint(
                condition=Q(net_amount__gt=0) & Q(vat_amount__gte=0) & Q(grant_amount__gte=0), name="budget_amounts"
            ),
            models.CheckConstraint(
                condition=Q(vat__in=["recoverable", "kept"]) | Q(vat_amount=0), name="budget_vat_named"
            ),
            models.CheckConstraint(condition=Q(eligible=True) | Q(grant_amount=0), name="budget_eligible"),
            # What the grantee gets back from the tax office is nobody's cost.
            models.CheckConstraint(
                condition=Q(grant_amount__lte=F("net_amount"))
                | (Q(vat="kept") & Q(grant_amount__lte=F("net_amount") + F("vat_amount"))),
                name="budget_grant_within_cost",
            ),
        ]

    def __str__(self):
        return self.label

    @property
    def cost_amount(self):
        """Minor units that the grantee pays in the end: VAT that comes back is not among them."""
        return self.net_amount + (self.vat_amount if self.vat == Vat.KEPT else 0)

    @property
    def own_amount(self):
        return self.cost_amount - self.grant_amount


class ExpenseQuerySet(models.QuerySet):
    def accepted(self):
        return self.exclude(accepted_on=None)

    def waiting(self):
        return self.filter(accepted_on=None)

    def total_accepted_amount(self):
        return self.aggregate(total=Sum("accepted_amount", default=0))["total"]


class Expense(Versioned):
    """A cost that the grantee paid from the grant: entered with its paper, accepted by another person.

    A paper in another currency keeps its whole amount and the rate of its day by which it was reckoned.
    Accepted costs account for tranches that were paid in cash, and are what a reimbursement is paid for.
    """

    award = models.ForeignKey(Award, models.PROTECT, related_name="expenses")
    line = models.ForeignKey(BudgetLine, models.PROTECT, related_name="expenses", verbose_name=_("budget line"))
    tranche = models.ForeignKey(Tranche, models.PROTECT, null=True, blank=True, related_name="expenses")
    supplier = models.CharField(_("supplier"), max_length=160)
    invoice_number = models.CharField(_("number of the invoice"), max_length=60)
    invoice_on = models.DateField(_("date of the invoice"))
    net_amount = AmountField(_("cost without VAT"))
    vat_amount = AmountField(_("VAT"), default=0)
    paper_amount = AmountField(_("amount on the paper"), null=True, blank=True)
    paper_currency = CurrencyField(_("currency of the paper"), blank=True)
    rate = models.ForeignKey(ExchangeRate, models.PROTECT, null=True, blank=True, related_name="+")
    invoice_key = models.CharField(max_length=64, null=True, blank=True, unique=True)
    file_hash = models.CharField(max_length=64, null=True, blank=True, unique=True)
    evidence = models.ForeignKey(Evidence, models.PROTECT, null=True, blank=True, related_name="+")
    entered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    entered_on = models.DateField()
    accepted_amount = AmountField(_("accepted"), null=True, blank=True)
    accepted_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    accepted_on = models.DateField(null=True, blank=True)

    objects = ExpenseQuerySet.as_manager()

    class Meta:
        ordering = ["award", "pk"]
        constraints = [
            models.CheckConstraint(condition=Q(net_amount__gt=0) & Q(vat_amount__gte=0), name="expense_amounts"),
            models.CheckConstraint(condition=Q(paper_amount=None) | Q(rate__isnull=False), name="expense_rate_named"),
            models.CheckConstraint(
                condition=Q(accepted_by=None) | ~Q(accepted_by=F("entered_by")), name="expense_second_person"
            ),
            models.CheckConstraint(
                condition=Q(accepted_amount=None)
                | (
                    Q(accepted_by__isnull=False)
                    & Q(accepted_amount__gte=0)
                    & Q(accepted_amount__lte=F("net_amount") + F("vat_amount"))
                ),
                name="expense_accepted",
            ),
        ]

    def __str__(self):
        return f"{self.supplier} {self.invoice_number}"

    @property
    def eligible_amount(self):
        """Minor units that can be accepted: VAT counts where the grantee cannot get it back."""
        return self.net_amount + (self.vat_amount if self.line.vat == Vat.KEPT else 0)
