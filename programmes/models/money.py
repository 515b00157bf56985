"""Donors, their funding lines, what is promised on them, and the rates at which currencies meet."""

from fractions import Fraction

from django.db import models
from django.db.models import F, Min, Q, Sum
from django.utils.translation import gettext_lazy as _

from audit.models import Versioned
from ledger.fields import AmountField, CurrencyField
from programmes.models.programme import Programme


class Donor(models.Model):
    key = models.SlugField(_("key"), unique=True)
    name = models.CharField(_("donor"), max_length=160)
    labels = models.JSONField(
        _("the donor's words"), default=dict, blank=True, help_text=_("Figure code to the donor's own label.")
    )

    class Meta:
        ordering = ["name"]

    def __str__(self):
        return self.name


class FundingLine(Versioned):
    """Money of one donor for one programme. An allocation is spent once; a revolving fund is lent again.

    `ceiling_amount` is in minor units of `currency`; a revolving fund's limit is its cash in the ledger.
    """

    class Kind(models.TextChoices):
        ALLOCATION = "allocation", _("Allocation")
        REVOLVING = "revolving", _("Revolving fund")

    class RateRule(models.TextChoices):
        UN_MONTH = "un_month", _("UN operational rate of the month")
        INFOREURO = "inforeuro", _("InforEuro rate of the month")
        INSTALMENTS = "instalments", _("Average rate of the instalments received")
        BANK = "bank", _("Rate of the bank on the day")

    class Translation(models.TextChoices):
        FROZEN = "frozen", _("At the rate of the fact's own date, kept")
        CLOSING = "closing", _("At the closing rate of the report")

    programme = models.ForeignKey(Programme, models.PROTECT, related_name="funding_lines")
    donor = models.ForeignKey(Donor, models.PROTECT, related_name="funding_lines")
    key = models.SlugField(_("key"), unique=True, max_length=60)
    name = models.CharField(_("funding line"), max_length=160)
    donor_iati_ref = models.CharField(
        _("the donor's IATI identifier"),
        max_length=60,
        blank=True,
        help_text=_("For open data, such as XM-DAC-46004. Without it the donor stands there by name."),
    )
    currency = CurrencyField(_("currency"))
    kind = models.CharField(_("kind"), max_length=12, choices=Kind.choices, default=Kind.ALLOCATION)
    ceiling_amount = AmountField(_("ceiling"), default=0)
    starts_on = models.DateField(_("eligible from"))
    ends_on = models.DateField(_("eligible to"), null=True, blank=True)
    rate_rule = models.CharField(_("exchange rate"), max_length=12, choices=RateRule.choices, default=RateRule.BANK)
    translation = models.CharField(max_length=8, choices=Translation.choices, default=Translation.FROZEN)

    class Meta:
        ordering = ["programme", "key"]
        constraints = [
            models.CheckConstraint(condition=Q(ceiling_amount__gte=0), name="funding_line_ceiling"),
        ]

    def __str__(self):
        return self.name


class CommitmentQuerySet(models.QuerySet):
    def live(self):
        return self.exclude(state=Commitment.State.RELEASED)

    def total_live_amount(self):
        """Minor units still promised or already spent: amount less what was released."""
        return self.live().aggregate(total=Sum(F("amount") - F("released_amount"), default=0))["total"]

    def total_unused_amount(self):
        """Minor units promised and not yet paid out."""
        return self.live().aggregate(total=Sum(F("amount") - F("released_amount") - F("used_amount"), default=0))[
            "total"
        ]

    def by_case(self):
        """A dict for each case, its lines together: case_ref, currency, made_on, promised and paid in minor units."""
        return (
            self.order_by()
            .values("case_ref", "currency", "made_on")
            .annotate(promised=Sum("amount"), paid=Sum("used_amount"), first=Min("pk"))
            .order_by("first")
        )


class Commitment(models.Model):
    """The one record of committed money. It is taken with the FundingLine row locked, so two approvals cannot oversell.

    A case of a window that is shared by several lines has one on each of them.
    `case_ref` is the application ("A-2026-00123"), `applicant_ref` its party; both are opaque here.
    """

    class State(models.TextChoices):
        RESERVED = "reserved", _("Reserved by a decision")
        COMMITTED = "committed", _("Committed by a contract")
        USED = "used", _("Paid out")
        RELEASED = "released", _("Released")

    line = models.ForeignKey(FundingLine, models.PROTECT, related_name="commitments")
    window = models.ForeignKey("programmes.Window", models.PROTECT, related_name="commitments")
    applicant_ref = models.CharField(max_length=20)
    case_ref = models.CharField(max_length=20)
    amount = AmountField(_("amount"))
    used_amount = AmountField(default=0)
    released_amount = AmountField(default=0)
    currency = CurrencyField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.RESERVED)
    made_on = models.DateField()

    objects = CommitmentQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        indexes = [
            models.Index(fields=["line", "state"], name="commitment_line"),
            models.Index(fields=["applicant_ref", "window"], name="commitment_applicant"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["case_ref", "line"], condition=~Q(state="released"), name="commitment_one_live_per_line"
            ),
            models.CheckConstraint(
                condition=Q(amount__gt=0)
                & Q(used_amount__gte=0)
                & Q(released_amount__gte=0)
                & Q(amount__gte=F("used_amount") + F("released_amount")),
                name="commitment_parts",
            ),
        ]

    def __str__(self):
        return f"{self.case_ref} {self.amount} {self.currency}"

    @property
    def promised_amount(self):
        """Minor units still promised or already paid: what was not released."""
        return self.amount - self.released_amount

    @property
    def unused_amount(self):
        """Minor units promised and not yet paid out."""
        return self.promised_amount - self.used_amount


class LineShareQuerySet(models.QuerySet):
    def of_donor(self, donor):
        return self.filter(line__donor=donor)


class LineShare(models.Model):
    """A part of a window's money that comes from one line: `weight` in basis points; those of a window are 10,000.

    They are set before the first money of the window is promised, and stay. A window without any has its one line.
    """

    window = models.ForeignKey("programmes.Window", models.CASCADE, related_name="shares")
    line = models.ForeignKey(FundingLine, models.PROTECT, related_name="shares")
    weight = models.PositiveSmallIntegerField(_("basis points"))

    objects = LineShareQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["window", "line"], name="line_share_once"),
            models.CheckConstraint(condition=Q(weight__gt=0, weight__lt=10_000), name="line_share_weight"),
        ]

    def __str__(self):
        return f"{self.line} {self.weight}"


class ExchangeRateQuerySet(models.QuerySet):
    def of_day(self, base, quote, on, source):
        """The last rate of that source up to the day, or None."""
        return self.filter(base=base, quote=quote, source=source, on__lte=on).order_by("-on").first()

    def units(self, base, quote, on, source):
        """Units of `quote` for one of `base`, exact, by the last rate up to the day either way; None without one."""
        both = [self.of_day(*pair, on, source) for pair in ((base, quote), (quote, base))]
        known = [row for row in both if row]
        if not known:
            return None
        last = max(known, key=lambda row: (row.on, row.pk))
        return Fraction(last.rate) if last.base == base else 1 / Fraction(last.rate)


class ExchangeRate(models.Model):
    """Units of `quote` for one unit of `base` on a day, with its source. Never changed; a later row corrects."""

    base = CurrencyField()
    quote = CurrencyField()
    on = models.DateField()
    rate = models.DecimalField(max_digits=20, decimal_places=10)
    source = models.CharField(max_length=12, choices=FundingLine.RateRule.choices)
    note = models.CharField(max_length=160, blank=True)

    objects = ExchangeRateQuerySet.as_manager()

    class Meta:
        ordering = ["base", "quote", "on"]
        constraints = [
            models.UniqueConstraint(fields=["base", "quote", "on", "source"], name="rate_unique"),
            models.CheckConstraint(condition=Q(rate__gt=0), name="rate_positive"),
        ]

    def __str__(self):
        return f"{self.base}/{self.quote} {self.on} {self.rate}"
