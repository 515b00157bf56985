"""Loan products, loans, schedule versions, repayments and their allocation. Amounts are minor units."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q, Sum
from django.utils.translation import gettext_lazy as _
from django_fsm import FSMField, transition

from applicants.models import Application, Evidence, Party
from audit.models import Moving, Versioned
from audit.moves import allowed
from ledger.fields import AmountField, CurrencyField
from ledger.models import Entry
from loans import conditions
from programmes.models import FundingLine, Programme, Region, Role, Window
from programmes.roles import rows_for

LOAN_ROLES = (Role.ADVISER, Role.MANAGER, Role.LOAN_OFFICER, Role.FINANCE, Role.MONITORING)


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
    day_count = models.CharField(_("days counted"), max_length=12, choices=DayCount.choices, default=DayCount.THIRTY_360)
    least_months = models.PositiveSmallIntegerField(_("least months"), default=3)
    most_months = models.PositiveSmallIntegerField(_("most months"), default=24)
    grace_months = models.PositiveSmallIntegerField(_("months without principal"), default=0)
    fee_pct = models.DecimalField(_("fee withheld, percent"), max_digits=5, decimal_places=2, default=0)
    penalty_pct = models.DecimalField(_("penalty, percent a year of overdue principal"), max_digits=6, decimal_places=2, default=0)
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


class LoanQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.filter(rows_for(user, LOAN_ROLES))

    def outstanding(self):
        """Loans with principal to repay: active ones, late or rescheduled included, written off excluded."""
        return self.filter(state=Loan.State.ACTIVE)

    def with_first_overdue(self, as_of):
        """Annotate `first_overdue_on`: the due date of the oldest instalment not fully paid before `as_of`."""
        open_rows = Q(
            instalments__version=F("current_version"),
            instalments__due_on__lt=as_of,
            instalments__settled_on=None,
        )
        return self.annotate(first_overdue_on=models.Min("instalments__due_on", filter=open_rows))

    def total_principal_amount(self):
        return self.aggregate(total=Sum("principal_amount", default=0))["total"]


class Loan(Moving):
    """A loan from its decision to its last repayment. `principal_amount` is what is outstanding by the ledger (1100)."""

    class State(models.TextChoices):
        APPROVED = "approved", _("Approved, not signed")
        SIGNED = "signed", _("Signed, not paid out")
        ACTIVE = "active", _("Active")
        OVERPAID = "overpaid", _("Repaid, overpaid")
        CLOSED = "closed", _("Repaid")
        WRITTEN_OFF = "written_off", _("Written off")
        CANCELLED = "cancelled", _("Cancelled")

    ref = models.CharField(_("reference"), max_length=16, unique=True)
    programme = models.ForeignKey(Programme, models.PROTECT, related_name="loans")
    application = models.OneToOneField(Application, models.PROTECT, related_name="loan")
    product = models.ForeignKey(LoanProduct, models.PROTECT, related_name="loans")
    region = models.ForeignKey(Region, models.PROTECT, related_name="+")
    borrower = models.ForeignKey(Party, models.PROTECT, related_name="loans")
    business = models.ForeignKey(Party, models.PROTECT, null=True, blank=True, related_name="loans_for")
    line = models.ForeignKey(FundingLine, models.PROTECT, related_name="loans")
    amount = AmountField(_("loan"))
    fee_amount = AmountField(_("fee withheld"), default=0)
    currency = CurrencyField()
    annual_rate_pct = models.DecimalField(max_digits=7, decimal_places=4)
    instalments_number = models.PositiveSmallIntegerField(_("instalments"))
    grace_months = models.PositiveSmallIntegerField(default=0)
    cycle = models.PositiveSmallIntegerField(_("how many-th loan of the borrower"), default=1)
    decision_ref = models.CharField(max_length=40)
    approved_on = models.DateField(_("approved"))
    signed_on = models.DateField(_("signed"), null=True, blank=True)
    contract = models.ForeignKey(Evidence, models.PROTECT, null=True, blank=True, related_name="+")
    disbursed_on = models.DateField(_("paid out"), null=True, blank=True)
    first_due_on = models.DateField(_("first instalment"), null=True, blank=True)
    matures_on = models.DateField(_("last instalment"), null=True, blank=True)
    principal_amount = AmountField(_("outstanding principal"), default=0)
    overpaid_amount = AmountField(_("overpaid"), default=0)
    current_version = models.PositiveSmallIntegerField(default=0)
    ever_rescheduled = models.BooleanField(default=False)
    payee_order_ref = models.CharField(max_length=16, blank=True)
    closed_on = models.DateField(null=True, blank=True)
    written_off_on = models.DateField(null=True, blank=True)
    written_off_amount = AmountField(default=0)
    state = FSMField(_("state"), max_length=11, default=State.APPROVED, choices=State.choices, protected=True)

    objects = LoanQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        verbose_name = _("loan")
        constraints = [
            models.CheckConstraint(
                condition=Q(amount__gt=0) & Q(fee_amount__gte=0) & Q(fee_amount__lt=F("amount")), name="loan_amounts"
            ),
            models.CheckConstraint(condition=Q(principal_amount__gte=0), name="loan_principal_not_negative"),
            models.CheckConstraint(condition=~Q(decision_ref=""), name="loan_by_decision"),
            models.CheckConstraint(
                condition=~Q(state__in=["active", "overpaid", "closed", "written_off"])
                | (Q(disbursed_on__isnull=False) & Q(signed_on__isnull=False)),
                name="loan_disbursed",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["overpaid", "closed", "written_off", "cancelled"]) | Q(principal_amount=0),
                name="loan_closed_is_zero",
            ),
        ]
        indexes = [
            models.Index(fields=["programme", "state", "-id"], name="loan_list"),
            models.Index(fields=["borrower", "state"], name="loan_borrower"),
        ]

    def __str__(self):
        return self.ref

    @transition(
        state,
        source=State.APPROVED,
        target=State.SIGNED,
        conditions=[conditions.terms_within_product],
        permission=allowed("loans.sign"),
        custom={"label": _("Sign the contract"), "style": "primary"},
    )
    def sign(self):
        self.signed_on = self.move.on

    @transition(state, source=State.SIGNED, target=State.ACTIVE, custom={"internal": True})
    def activate(self, *, disbursed_on):
        self.disbursed_on = disbursed_on

    @transition(state, source=State.ACTIVE, target=State.SIGNED, custom={"internal": True})
    def bounce(self):
        """The bank returned the disbursement: nothing was lent."""
        self.principal_amount = 0
        self.payee_order_ref = ""

    @transition(state, source=State.ACTIVE, target=State.CLOSED, custom={"internal": True})
    def finish(self):
        self.closed_on = self.move.on

    @transition(state, source=State.ACTIVE, target=State.OVERPAID, custom={"internal": True})
    def finish_overpaid(self):
        self.closed_on = self.move.on

    @transition(
        state,
        source=State.OVERPAID,
        target=State.CLOSED,
        permission=allowed("loans.refund"),
        custom={"label": _("Refund the overpayment")},
    )
    def refund(self):
        self.overpaid_amount = 0

    @transition(
        state,
        source=State.ACTIVE,
        target=State.WRITTEN_OFF,
        permission=allowed("loans.write_off", _("Another person than the loan officer of this loan must write it off.")),
        custom={"label": _("Write off"), "style": "stop"},
    )
    def write_off(self, *, decision_ref, amount):
        self.written_off_on = self.move.on
        self.written_off_amount = amount
        self.principal_amount = 0

    @transition(state, source=State.ACTIVE, target=State.CLOSED, custom={"internal": True})
    def forgive(self, *, decision_ref):
        self.closed_on = self.move.on
        self.principal_amount = 0

    @transition(state, source=[State.CLOSED, State.OVERPAID], target=State.ACTIVE, custom={"internal": True})
    def reopen(self, *, principal_amount):
        """A repayment was reversed: principal is owed again."""
        self.closed_on = None
        self.principal_amount = principal_amount

    @transition(
        state,
        source=[State.APPROVED, State.SIGNED],
        target=State.CANCELLED,
        conditions=[conditions.not_in_payment],
        permission=allowed("loans.cancel"),
        custom={"label": _("Cancel the loan"), "style": "stop"},
    )
    def cancel(self):
        self.closed_on = self.move.on


class ScheduleVersion(models.Model):
    """A schedule of the loan; rescheduling makes a new one, and the old stays to be seen."""

    loan = models.ForeignKey(Loan, models.PROTECT, related_name="versions")
    number = models.PositiveSmallIntegerField()
    starts_on = models.DateField()
    request = models.JSONField(help_text=_("The request of which the schedule is the answer."))
    reason = models.CharField(max_length=300, blank=True)
    decision_ref = models.CharField(max_length=40, blank=True)

    class Meta:
        ordering = ["loan", "number"]
        constraints = [models.UniqueConstraint(fields=["loan", "number"], name="schedule_version_once")]


class Instalment(models.Model):
    """One row of a schedule version: what is due, what was paid of each part, and when it was settled in full."""

    loan = models.ForeignKey(Loan, models.PROTECT, related_name="instalments")
    version = models.PositiveSmallIntegerField()
    number = models.PositiveSmallIntegerField()
    due_on = models.DateField()
    principal_amount = AmountField()
    interest_amount = AmountField(default=0)
    fee_amount = AmountField(default=0)
    penalty_amount = AmountField(default=0)
    principal_paid_amount = AmountField(default=0)
    interest_paid_amount = AmountField(default=0)
    fee_paid_amount = AmountField(default=0)
    penalty_paid_amount = AmountField(default=0)
    settled_on = models.DateField(null=True, blank=True)

    class Meta:
        ordering = ["loan", "version", "number"]
        constraints = [
            models.UniqueConstraint(fields=["loan", "version", "number"], name="instalment_once"),
            models.CheckConstraint(
                condition=Q(principal_paid_amount__gte=0)
                & Q(principal_paid_amount__lte=F("principal_amount"))
                & Q(interest_paid_amount__gte=0)
                & Q(interest_paid_amount__lte=F("interest_amount"))
                & Q(fee_paid_amount__gte=0)
                & Q(fee_paid_amount__lte=F("fee_amount"))
                & Q(penalty_paid_amount__gte=0)
                & Q(penalty_paid_amount__lte=F("penalty_amount")),
                name="instalment_paid_within_due",
            ),
        ]
        indexes = [models.Index(fields=["settled_on", "due_on"], name="instalment_open")]

    @property
    def due_amount(self):
        return self.principal_amount + self.interest_amount + self.fee_amount + self.penalty_amount

    @property
    def paid_amount(self):
        return (
            self.principal_paid_amount
            + self.interest_paid_amount
            + self.fee_paid_amount
            + self.penalty_paid_amount
        )


class RepaymentQuerySet(models.QuerySet):
    def live(self):
        return self.filter(reversed_on=None)


class Repayment(models.Model):
    """Money received from the borrower, in its parts. Parts add up to the amount; the rest is an overpayment."""

    class Means(models.TextChoices):
        BANK = "bank", _("Bank transfer")
        CASH = "cash", _("Cash")
        MOBILE = "mobile", _("Mobile money")

    loan = models.ForeignKey(Loan, models.PROTECT, related_name="repayments")
    amount = AmountField()
    currency = CurrencyField()
    value_on = models.DateField(_("received"))
    means = models.CharField(max_length=6, choices=Means.choices, default=Means.BANK)
    reference = models.CharField(_("bank reference or receipt"), max_length=60, blank=True)
    penalty_amount = AmountField(default=0)
    fee_amount = AmountField(default=0)
    interest_amount = AmountField(default=0)
    principal_amount = AmountField(default=0)
    overpaid_amount = AmountField(default=0)
    recovered_amount = AmountField(_("recovery after write-off"), default=0)
    entry = models.ForeignKey(Entry, models.PROTECT, null=True, related_name="+")
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    reversed_on = models.DateField(null=True, blank=True)
    reversal_reason = models.CharField(max_length=200, blank=True)

    objects = RepaymentQuerySet.as_manager()

    class Meta:
        ordering = ["loan", "value_on", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    amount=F("penalty_amount")
                    + F("fee_amount")
                    + F("interest_amount")
                    + F("principal_amount")
                    + F("overpaid_amount")
                    + F("recovered_amount")
                )
                & Q(amount__gt=0),
                name="repayment_conserved",
            )
        ]
        indexes = [models.Index(fields=["value_on"], name="repayment_value_on")]


class Allocation(models.Model):
    """The part of a repayment that paid one component of one instalment."""

    class Component(models.TextChoices):
        PENALTY = "penalty", _("Penalty")
        FEE = "fee", _("Fee")
        INTEREST = "interest", _("Interest")
        PRINCIPAL = "principal", _("Principal")

    repayment = models.ForeignKey(Repayment, models.PROTECT, related_name="allocations")
    instalment = models.ForeignKey(Instalment, models.PROTECT, related_name="allocations")
    component = models.CharField(max_length=9, choices=Component.choices)
    amount = AmountField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["repayment", "instalment", "component"], name="allocation_once"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="allocation_amount"),
        ]
