"""The business plan as data. Amounts are minor units of the application's currency."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from applicants.models.application import Application, FieldVerification
from applicants.models.evidence import Evidence
from applicants.models.party import Party
from audit.models import Versioned
from ledger.fields import AmountField


class BusinessPlan(Versioned):
    """The text sections of a plan; which of them count is told by the application's form."""

    application = models.OneToOneField(Application, models.CASCADE, related_name="plan")
    summary = models.TextField(_("the business in a few sentences"), blank=True)
    product = models.TextField(_("product and how it is made"), blank=True)
    market = models.TextField(_("market, buyers, competitors"), blank=True)
    people = models.TextField(_("who works, skills"), blank=True)
    risks = models.TextField(_("risks and what is done about them"), blank=True)
    export = models.TextField(_("export and import substitution"), blank=True)
    changes = models.TextField(_("what changed since the last application"), blank=True)
    season = models.TextField(_("why some months are different"), blank=True)
    cash_at_start_amount = AmountField(_("cash at the start"), default=0)
    first_month = models.DateField(_("first month of the cash flow"), null=True, blank=True)
    instalment_amount = AmountField(_("monthly instalment assumed"), default=0)

    def __str__(self):
        return f"plan of {self.application.ref}"


class InvestmentItem(models.Model):
    """One thing to buy: its whole cost, and how much of it the programme and the applicant bear."""

    application = models.ForeignKey(Application, models.CASCADE, related_name="investments")
    label = models.CharField(_("what"), max_length=160)
    quantity = models.PositiveIntegerField(_("quantity"), default=1)
    unit_amount = AmountField(_("price of one"))
    programme_amount = AmountField(_("from the programme"))
    own_amount = AmountField(_("own part"), default=0)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(unit_amount__gt=0) & Q(programme_amount__gte=0) & Q(own_amount__gte=0),
                name="investment_amounts",
            ),
            models.CheckConstraint(
                condition=Q(programme_amount=models.F("quantity") * models.F("unit_amount") - models.F("own_amount")),
                name="investment_parts",
            ),
        ]

    def __str__(self):
        return self.label

    @property
    def total_amount(self):
        return self.programme_amount + self.own_amount


class CashLine(models.Model):
    """A line of the twelve-month cash flow; `months` holds twelve amounts of at least zero."""

    class Kind(models.TextChoices):
        SALES = "sales", _("Sales")
        OTHER_IN = "other_in", _("Other money in")
        MATERIALS = "materials", _("Materials and goods")
        WAGES = "wages", _("Wages")
        OTHER_OUT = "other_out", _("Other costs")
        HOUSEHOLD = "household", _("Taken for the household")

    INCOMING = (Kind.SALES, Kind.OTHER_IN)

    application = models.ForeignKey(Application, models.CASCADE, related_name="cash_lines")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    label = models.CharField(_("line"), max_length=120)
    months = models.JSONField(default=list)

    class Meta:
        ordering = ["pk"]

    def __str__(self):
        return self.label


class FinanceSource(models.Model):
    """Where the own part comes from."""

    class Source(models.TextChoices):
        OWN_CASH = "own_cash", _("Own cash")
        OWN_IN_KIND = "own_in_kind", _("Own, in kind")
        REMITTANCE = "remittance", _("Remittances")
        BANK = "bank", _("Bank loan")
        OTHER_DONOR = "other_donor", _("Another donor")

    application = models.ForeignKey(Application, models.CASCADE, related_name="finance_sources")
    source = models.CharField(max_length=12, choices=Source.choices)
    amount = AmountField(_("amount"))
    note = models.CharField(_("note"), max_length=160, blank=True)

    class Meta:
        ordering = ["pk"]
        constraints = [models.CheckConstraint(condition=Q(amount__gt=0), name="finance_source_amount")]

    def __str__(self):
        return self.get_source_display()


class JobPlan(models.Model):
    """Posts now and posts planned, counted as posts with weekly hours."""

    application = models.ForeignKey(Application, models.CASCADE, related_name="job_plans")
    title = models.CharField(_("post"), max_length=120)
    posts = models.PositiveSmallIntegerField(_("how many"), default=1)
    hours_per_week = models.DecimalField(_("hours a week"), max_digits=4, decimal_places=1, default=40)
    exists_now = models.BooleanField(_("exists now"), default=False)
    for_women = models.PositiveSmallIntegerField(_("of these for women"), default=0)
    for_target_group = models.PositiveSmallIntegerField(_("of these for the target group"), default=0)

    class Meta:
        ordering = ["pk"]
        constraints = [models.CheckConstraint(condition=Q(posts__gt=0), name="job_plan_posts")]

    def __str__(self):
        return self.title


class Document(models.Model):
    """A required document of the application, with the evidence that answers it."""

    application = models.ForeignKey(Application, models.CASCADE, related_name="documents")
    code = models.SlugField(max_length=40)
    evidence = models.ForeignKey(Evidence, models.PROTECT, related_name="+")

    class Meta:
        ordering = ["pk"]

    def __str__(self):
        return self.code


class BaselineJob(models.Model):
    """A post that the verifier found at the business before the award: the baseline of jobs."""

    verification = models.ForeignKey(FieldVerification, models.PROTECT, related_name="jobs")
    title = models.CharField(max_length=120)
    hours_per_week = models.DecimalField(max_digits=4, decimal_places=1, default=40)
    holder_sex = models.CharField(max_length=8, choices=Party.Sex.choices, default=Party.Sex.UNKNOWN)
    holder = models.ForeignKey(Party, models.PROTECT, null=True, blank=True, related_name="+")

    def __str__(self):
        return self.title
