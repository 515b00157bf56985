"""Loans: from the decision to the last repayment. Amounts are minor units."""

from datetime import timedelta

from django.conf import settings
from django.db import models
from django.db.models import F, OuterRef, Q, Subquery, Sum
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django_fsm import FSMField, transition

from applicants.models import Application, Evidence, Party
from audit.models import Moving
from audit.moves import allowed
from ledger.fields import AmountField, CurrencyField
from ledger.models import Leg
from ledger.postings import PRINCIPAL
from loans import conditions
from loans import conditions_people as people
from loans.models.products import LoanProduct, LoanTerms
from loans.models.schedules import Instalment, ScheduleVersion, open_part
from payments.conditions import lists_new_enough
from programmes.models import FundingLine, Programme, Region, Role
from programmes.roles import rows_for

LOAN_ROLES = (Role.ADVISER, Role.MANAGER, Role.LOAN_OFFICER, Role.FINANCE, Role.MONITORING)

# Who leads what is done with many loans.
LEADING = (Role.LOAN_OFFICER, Role.MANAGER)


class LoanQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.filter(rows_for(user, LOAN_ROLES))

    def outstanding(self, as_of=None):
        """Loans with principal to repay: late and rescheduled ones included, written off and forgiven ones not.

        With `as_of`, the loans of which that was true at the end of that day.
        """
        if as_of is None:
            return self.filter(state=Loan.State.ACTIVE)
        return self.filter(
            Q(closed_on=None) | Q(closed_on__gt=as_of),
            Q(written_off_on=None) | Q(written_off_on__gt=as_of),
            disbursed_on__lte=as_of,
        ).exclude(state__in=[Loan.State.APPROVED, Loan.State.SIGNED, Loan.State.CANCELLED])

    def with_first_overdue(self, as_of):
        """Annotate `first_overdue_on`: the due date of the oldest instalment that was late and unpaid on `as_of`.

        The schedule asked is the version in force that day; an instalment paid later counts as unpaid.
        """
        version = (
            ScheduleVersion.objects.filter(loan=OuterRef(OuterRef("pk")), made_on__lte=as_of)
            .order_by("-number")
            .values("number")[:1]
        )
        late = (
            Instalment.objects.filter(
                Q(settled_on=None) | Q(settled_on__gt=as_of),
                loan=OuterRef("pk"),
                version=Subquery(version),
                due_on__lt=as_of,
            )
            .order_by("due_on")
            .values("due_on")[:1]
        )
        return self.annotate(first_overdue_on=Subquery(late))

    def at_risk(self, as_of, days=0):
        """Loans outstanding on `as_of` with an instalment more than `days` days past due: PAR counts them whole."""
        bound = as_of - timedelta(days=days)
        return self.outstanding(as_of).with_first_overdue(as_of).filter(first_overdue_on__lt=bound)

    def with_principal(self, as_of):
        """Annotate `principal_on`: minor units owed by the ledger at the end of `as_of` (account 1100)."""
        legs = (
            Leg.objects.filter(account__subject=OuterRef("ref"), account__code=PRINCIPAL, entry__value_on__lte=as_of)
            .order_by()
            .values("account__subject")
            .annotate(total=Sum("amount"))
            .values("total")
        )
        return self.annotate(principal_on=Coalesce(Subquery(legs), 0, output_field=models.BigIntegerField()))

    def with_overdue(self, as_of):
        """Annotate `overdue_amount`: minor units due before `as_of` and not paid by now, on the schedule in force."""
        rows = (
            Instalment.objects.filter(
                loan=OuterRef("pk"), version=OuterRef("current_version"), due_on__lt=as_of, settled_on=None
            )
            .order_by()
            .values("loan")
            .annotate(total=Sum(open_part()))
            .values("total")
        )
        return self.annotate(overdue_amount=Coalesce(Subquery(rows), 0, output_field=models.BigIntegerField()))

    def with_next_due(self):
        """Annotate `next_due_on`: the due date of the oldest instalment that is not paid in full."""
        rows = (
            Instalment.objects.filter(loan=OuterRef("pk"), version=OuterRef("current_version"), settled_on=None)
            .order_by("due_on")
            .values("due_on")[:1]
        )
        return self.annotate(next_due_on=Subquery(rows))

    def lent_to(self, party):
        """Loans that were paid out to that borrower and are repaid, or run; not those written off or forgiven."""
        states = (Loan.State.ACTIVE, Loan.State.OVERPAID, Loan.State.CLOSED)
        return self.filter(borrower=party, state__in=states, forgiven_on=None)

    def total_principal_amount(self):
        return self.aggregate(total=Sum("principal_amount", default=0))["total"]


class Loan(Moving, LoanTerms):
    """A loan from its decision to its last repayment. `principal_amount` is what is owed by the ledger (1100)."""

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
    application = models.ForeignKey(Application, models.PROTECT, related_name="loans")
    product = models.ForeignKey(LoanProduct, models.PROTECT, related_name="loans")
    region = models.ForeignKey(Region, models.PROTECT, related_name="+")
    borrower = models.ForeignKey(Party, models.PROTECT, related_name="loans")
    business = models.ForeignKey(Party, models.PROTECT, null=True, blank=True, related_name="loans_for")
    line = models.ForeignKey(FundingLine, models.PROTECT, related_name="loans")
    amount = AmountField(_("loan"))
    fee_amount = AmountField(_("fee withheld"), default=0)
    currency = CurrencyField()
    instalments_number = models.PositiveSmallIntegerField(_("instalments"))
    instalment_amount = AmountField(_("instalment agreed"), null=True, blank=True)
    grace_months = models.PositiveSmallIntegerField(_("months without principal"), default=0)
    cycle = models.PositiveSmallIntegerField(_("how many-th loan of the borrower"), default=1)
    tranche_plan = models.JSONField(
        default=list,
        blank=True,
        help_text=_("Before the contract is signed: amount, day and what must be shown, for each tranche."),
    )
    decision_ref = models.CharField(max_length=40)
    approved_on = models.DateField(_("approved"))
    signed_on = models.DateField(_("signed"), null=True, blank=True)
    signed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    contract = models.ForeignKey(Evidence, models.PROTECT, null=True, blank=True, related_name="+")
    disbursed_on = models.DateField(_("paid out"), null=True, blank=True)
    first_due_on = models.DateField(_("first instalment"), null=True, blank=True)
    matures_on = models.DateField(_("last instalment"), null=True, blank=True)
    principal_amount = AmountField(_("outstanding principal"), default=0)
    overpaid_amount = AmountField(_("overpaid"), default=0)
    reckoned_on = models.DateField(_("penalties reckoned to"), null=True, blank=True)
    current_version = models.PositiveSmallIntegerField(default=0)
    ever_rescheduled = models.BooleanField(default=False)
    penalty_pauses = models.JSONField(
        default=list, blank=True, help_text=_("Days without penalties: pairs of the first day and the last, or null.")
    )
    payee_order_ref = models.CharField(max_length=16, blank=True)
    closed_on = models.DateField(null=True, blank=True)
    written_off_on = models.DateField(null=True, blank=True)
    written_off_amount = AmountField(_("principal written off"), default=0)
    forgiven_on = models.DateField(null=True, blank=True)
    forgiven_amount = AmountField(_("principal forgiven"), default=0)
    capitalised_amount = AmountField(_("interest capitalised"), default=0)
    end_decision_ref = models.CharField(_("decision on write-off or forgiveness"), max_length=40, blank=True)
    state = FSMField(_("state"), max_length=11, default=State.APPROVED, choices=State.choices, protected=True)

    objects = LoanQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        verbose_name = _("loan")
        constraints = [
            models.CheckConstraint(
                condition=Q(amount__gt=0) & Q(fee_amount__gte=0) & Q(fee_amount__lt=F("amount")), name="loan_amounts"
            ),
            models.CheckConstraint(
                condition=Q(principal_amount__gte=0) & Q(overpaid_amount__gte=0), name="loan_principal_not_negative"
            ),
            models.UniqueConstraint(
                fields=["application"], condition=~Q(state="cancelled"), name="loan_one_live_per_application"
            ),
            models.CheckConstraint(
                condition=Q(written_off_amount=0, forgiven_amount=0) | ~Q(end_decision_ref=""),
                name="loan_ended_by_decision",
            ),
            models.CheckConstraint(condition=~Q(decision_ref=""), name="loan_by_decision"),
            models.CheckConstraint(
                condition=Q(instalment_amount=None) | Q(instalment_amount__gt=0, method="declining_equal_instalment"),
                name="loan_instalment_agreed",
            ),
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
        conditions=[
            conditions.decision_in_effect,
            conditions.screening_clear,
            lists_new_enough,
            conditions.terms_within_product,
            conditions.tranches_whole,
            people.within_cycle_limit,
            people.guarantors_enough,
            people.guarantors_sound,
            people.collateral_enough,
            people.group_constituted,
        ],
        permission=allowed("loans.sign"),
        custom={"label": _("Sign the contract"), "style": "primary"},
    )
    def sign(self):
        self.signed_on = self.move.on
        self.signed_by = self.move.by

    @transition(state, source=State.SIGNED, target=State.ACTIVE, custom={"internal": True})
    def activate(self, *, disbursed_on):
        self.disbursed_on = disbursed_on

    @transition(state, source=State.ACTIVE, target=State.SIGNED, custom={"internal": True})
    def bounce(self):
        """The bank returned the disbursement: nothing was lent."""
        self.principal_amount = 0
        self.disbursed_on = None
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
        custom={"internal": True},
    )
    def refund(self):
        self.overpaid_amount = 0

    @transition(state, source=State.CLOSED, target=State.OVERPAID, custom={"internal": True})
    def return_refund(self, *, amount):
        """The bank returned the refund: the borrower's money is here again."""
        self.overpaid_amount = amount

    @transition(
        state,
        source=State.ACTIVE,
        target=State.WRITTEN_OFF,
        conditions=[conditions.no_open_tranche],
        permission=allowed(
            "loans.relieve", _("Another person than the adviser and the officer of this loan must do this.")
        ),
        custom={"internal": True},
    )
    def write_off(self, *, decision_ref, amount):
        self.written_off_on = self.move.on
        self.written_off_amount = amount
        self.end_decision_ref = decision_ref
        self.principal_amount = 0

    @transition(
        state,
        source=State.ACTIVE,
        target=State.CLOSED,
        conditions=[conditions.no_open_tranche],
        permission=allowed(
            "loans.relieve", _("Another person than the adviser and the officer of this loan must do this.")
        ),
        custom={"internal": True},
    )
    def forgive(self, *, decision_ref, amount):
        self.closed_on = self.move.on
        self.forgiven_on = self.move.on
        self.forgiven_amount = amount
        self.end_decision_ref = decision_ref
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

    @transition(state, source=State.APPROVED, target=State.CANCELLED, custom={"internal": True})
    def withdraw_approval(self):
        """The committee decided otherwise when its session was opened again."""
        self.closed_on = self.move.on

    @property
    def ended_by_decision_on(self):
        """The day of its write-off or forgiveness: its schedule takes no more money since; or None."""
        return self.written_off_on or self.forgiven_on

    def get_absolute_url(self):
        return reverse("loans:loan", args=[self.ref])
