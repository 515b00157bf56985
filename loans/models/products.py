"""Loan products: the terms of a kind of loan."""

from decimal import Decimal

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from audit.models import Versioned
from ledger.fields import AmountField, CurrencyField
from programmes.models import Programme, Window


class LoanTerms(models.Model):
    """The terms that a contract takes over from its product: what interest is, when it is due, what money pays first.

    Words are those of `loans.schedule` where it knows the setting. Amounts are minor units, rates are per cent.
    """

    class Method(models.TextChoices):
        EQUAL_INSTALMENT = "declining_equal_instalment", _("Equal instalments")
        EQUAL_PRINCIPAL = "declining_equal_principal", _("Equal principal")
        SEASONAL = "declining_weighted_principal", _("Principal in the harvest months")
        WEIGHTED = "weighted", _("Principal in parts of its own for each instalment")
        BULLET = "bullet", _("Interest first, all principal at the end")
        BALLOON = "balloon", _("Equal principal, and a larger last instalment")
        FLAT = "flat", _("Flat")

    class Frequency(models.TextChoices):
        MONTH = "month", _("Every month")
        QUARTER = "quarter", _("Every quarter")
        HALF_YEAR = "half_year", _("Every half-year")
        WEEK = "week", _("Every week")
        FORTNIGHT = "fortnight", _("Every fortnight")
        DAYS = "days", _("Every so many days")

    class DayCount(models.TextChoices):
        THIRTY_360 = "30/360", _("30/360: each month counts the same")
        ACTUAL_365 = "actual/365", _("Actual/365: days of the calendar")
        ACTUAL_364 = "actual/364", _("Actual/364: 52 equal weeks")
        ACTUAL_360 = "actual/360", _("Actual/360: days of the calendar over 360")
        ACTUAL_ACTUAL = "actual/actual", _("Actual/actual: leap years count 366 days")
        PERIOD = "period", _("None: the rate is per instalment")

    class FirstPeriod(models.TextChoices):
        ON_TOP = "actual_days_on_top", _("Its days change the first interest only")
        IN_ANNUITY = "actual_days_in_annuity", _("Its days are shared by all instalments")
        NOMINAL = "nominal", _("It counts as one whole period")

    class Annuity(models.TextChoices):
        SOLVED = "solved", _("So that the last instalment differs least")
        MEAN_RATE = "mean_rate", _("By the formula, with the mean rate")

    class OnDisbursement(models.TextChoices):
        RECOMPUTE = "recompute_instalment", _("It covers what is paid out by then")
        APPROVED = "instalment_on_approved_amount", _("It is that of the whole loan from the start")

    class InterestGrace(models.TextChoices):
        WAIVED = "waived", _("It is not charged")
        DEFERRED = "deferred", _("It falls due with the first instalment after them")

    class Rounding(models.TextChoices):
        HALF_UP = "half_up", _("Half up")
        HALF_EVEN = "half_even", _("Half to the even digit")
        UP = "ceiling", _("Always up")

    class Remainder(models.TextChoices):
        LAST = "last", _("In the last instalment")
        FIRST = "first", _("In the first instalment")
        SPREAD = "spread", _("Spread over all instalments")

    class DaysOff(models.TextChoices):
        STAY = "stay", _("It stays")
        MOVE = "move", _("It moves to the next working day, interest does not")
        MOVE_INTEREST = "move_interest", _("It moves to the next working day, and interest with it")

    class Weekend(models.TextChoices):
        SAT_SUN = "sat,sun", _("Saturday and Sunday")
        SUN = "sun", _("Sunday")
        FRI_SAT = "fri,sat", _("Friday and Saturday")
        FRI = "fri", _("Friday")
        NONE = "none", _("None: holidays only")

    class Early(models.TextChoices):
        CLOSES = (
            "next_instalment",
            _("It pays the coming instalment once it covers it"),
        )
        PRINCIPAL = "principal_first", _("All of it lowers the principal that day")

    class Prepay(models.TextChoices):
        NEXT = "next_instalments", _("Early money pays the coming instalments")
        SHORTER = "reduce_number", _("Early money makes the loan shorter")
        SMALLER = "reduce_instalment", _("Early money makes the instalments smaller")
        HOLD = "hold", _("Early money is held as an overpayment")

    class EarlyInterest(models.TextChoices):
        DATE = "date", _("To the day of the money")
        PERIOD_END = "period_end", _("To the next due date")
        SCHEDULE = "schedule", _("To the end of the schedule")

    method = models.CharField(_("repayment"), max_length=30, choices=Method.choices, default=Method.EQUAL_INSTALMENT)
    harvest_months = models.JSONField(_("harvest months"), default=dict, blank=True)
    principal_parts = models.JSONField(_("parts of principal"), default=list, blank=True)
    interest_parts = models.JSONField(_("parts of flat interest"), default=list, blank=True)
    balloon_pct = models.DecimalField(
        _("last instalment, percent of principal"), max_digits=5, decimal_places=2, default=0
    )
    frequency = models.CharField(
        _("an instalment falls due"), max_length=9, choices=Frequency.choices, default=Frequency.MONTH
    )
    frequency_days = models.PositiveSmallIntegerField(_("days between instalments"), null=True, blank=True)
    annual_rate_pct = models.DecimalField(_("interest, percent a year"), max_digits=7, decimal_places=4)
    reference_rate_pct = models.DecimalField(
        _("market rate, percent a year"), max_digits=7, decimal_places=4, null=True, blank=True
    )
    day_count = models.CharField(
        _("days counted"), max_length=13, choices=DayCount.choices, default=DayCount.THIRTY_360
    )
    first_period = models.CharField(
        _("a first period that is longer or shorter"),
        max_length=22,
        choices=FirstPeriod.choices,
        default=FirstPeriod.ON_TOP,
    )
    interest_grace = models.PositiveSmallIntegerField(_("first instalments without interest"), default=0)
    interest_grace_kind = models.CharField(
        _("interest of those instalments"), max_length=8, choices=InterestGrace.choices, default=InterestGrace.WAIVED
    )
    annuity = models.CharField(
        _("how the equal instalment is found"), max_length=9, choices=Annuity.choices, default=Annuity.SOLVED
    )
    instalment_given = models.BooleanField(_("the instalment may be agreed as an amount"), default=False)
    multiple_amount = AmountField(_("instalments are multiples of"), null=True, blank=True)
    coin_amount = AmountField(_("smallest amount"), null=True, blank=True)
    rounding = models.CharField(_("rounding"), max_length=9, choices=Rounding.choices, default=Rounding.HALF_UP)
    instalment_rounding = models.CharField(
        _("rounding of the equal instalment"), max_length=9, choices=Rounding.choices, default="", blank=True
    )
    remainder = models.CharField(
        _("what rounding leaves"), max_length=6, choices=Remainder.choices, default=Remainder.LAST
    )
    days_off = models.CharField(
        _("a due date on a day off"), max_length=13, choices=DaysOff.choices, default=DaysOff.STAY
    )
    weekend = models.CharField(_("days off every week"), max_length=7, choices=Weekend.choices, default=Weekend.SAT_SUN)
    penalty_pct = models.DecimalField(
        _("penalty, percent a year of overdue principal"), max_digits=6, decimal_places=2, default=0
    )
    penalty_grace_days = models.PositiveSmallIntegerField(_("days late without penalty"), default=0)
    penalty_cap_pct = models.DecimalField(
        _("most penalty, percent of the instalment's principal"), max_digits=5, decimal_places=2, null=True, blank=True
    )
    allocation_order = models.JSONField(_("a repayment pays first"), default=list)
    prepay = models.CharField(_("early money"), max_length=17, choices=Prepay.choices, default=Prepay.NEXT)
    early = models.CharField(
        _("early money between two due dates"), max_length=15, choices=Early.choices, default=Early.CLOSES
    )
    early_interest = models.CharField(
        _("interest of a loan repaid early"), max_length=10, choices=EarlyInterest.choices, default=EarlyInterest.DATE
    )

    on_disbursement = models.CharField(
        _("the instalment of a loan in tranches"),
        max_length=29,
        choices=OnDisbursement.choices,
        default=OnDisbursement.RECOMPUTE,
    )
    interest_only = models.BooleanField(
        _("only interest until the last tranche"),
        default=False,
        help_text=_("For loans paid out in tranches: no principal falls due by the day planned for the last of them."),
    )

    class Meta:
        abstract = True

    @classmethod
    def names(cls):
        """The names of the terms, in the order of their columns."""
        return tuple(field.name for field in LoanTerms._meta.get_fields())


class LoanProduct(Versioned, LoanTerms):
    """Terms of a kind of loan: how interest is reckoned, when it is due, how repayments are allocated."""

    programme = models.ForeignKey(Programme, models.PROTECT, related_name="loan_products")
    windows = models.ManyToManyField(Window, related_name="loan_products")
    key = models.SlugField(unique=True, max_length=60)
    name = models.CharField(_("loan product"), max_length=120)
    currency = CurrencyField()
    least_months = models.PositiveSmallIntegerField(_("least months"), default=3)
    most_months = models.PositiveSmallIntegerField(_("most months"), default=24)
    grace_months = models.PositiveSmallIntegerField(_("months without principal"), default=0)
    most_tranches = models.PositiveSmallIntegerField(_("most tranches"), default=1)
    fee_pct = models.DecimalField(_("fee withheld, percent"), max_digits=5, decimal_places=2, default=0)

    class Meta:
        ordering = ["programme", "name"]
        constraints = [
            models.CheckConstraint(
                condition=Q(annual_rate_pct__gte=0) & Q(annual_rate_pct__lte=100), name="loan_product_rate"
            ),
            models.CheckConstraint(
                condition=Q(balloon_pct__gte=0) & Q(balloon_pct__lt=Decimal(100)), name="loan_product_balloon"
            ),
            models.CheckConstraint(
                condition=Q(most_tranches=1)
                | (Q(most_tranches__gt=1) & Q(most_tranches__lte=12) & ~Q(method="flat") & ~Q(remainder="first")),
                name="loan_product_tranches",
            ),
            models.CheckConstraint(
                condition=Q(instalment_given=False)
                | (
                    Q(method="declining_equal_instalment", most_tranches=1)
                    & ~Q(prepay="reduce_instalment")
                    & ~Q(remainder="spread")
                ),
                name="loan_product_given",
            ),
            models.CheckConstraint(
                condition=Q(early="next_instalment")
                | (
                    ~Q(method="flat")
                    & ~Q(prepay="hold")
                    & ~Q(remainder="first")
                    & ~Q(first_period="actual_days_on_top")
                ),
                name="loan_product_early",
            ),
            models.CheckConstraint(
                condition=~Q(method="declining_equal_instalment")
                | ~Q(remainder="spread")
                | Q(prepay="reduce_instalment")
                | (Q(early="next_instalment") & ~Q(prepay="reduce_number")),
                name="loan_product_spread",
            ),
            models.CheckConstraint(
                condition=Q(most_tranches=1)
                | Q(on_disbursement="recompute_instalment")
                | (~Q(prepay="reduce_instalment") & ~Q(remainder="spread")),
                name="loan_product_approved",
            ),
            models.CheckConstraint(condition=Q(coin_amount=None) | Q(coin_amount__gt=0), name="loan_product_coin"),
        ]

    def __str__(self):
        return self.name
