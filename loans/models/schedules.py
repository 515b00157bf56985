"""Schedule versions, their instalments, and what was waived of them. Amounts are minor units."""

from django.conf import settings
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from ledger.fields import AmountField
from loans.allocation import COMPONENTS


def open_part():
    """What is unpaid of an instalment, all parts, as an expression."""
    parts = [F(f"{name}_amount") - F(f"{name}_paid_amount") for name in COMPONENTS]
    return sum(parts[1:], parts[0])


class ScheduleVersionQuerySet(models.QuerySet):
    def kept_to_be_seen(self):
        """Versions whose instalments are copies: a tranche came or went, or the rate is another, and one goes on."""
        later = ScheduleVersion.objects.filter(loan=OuterRef("loan"), continues=OuterRef("number"))
        return self.filter(Exists(later))

    def decided(self):
        """The versions that begin anew: the contract, a rescheduling."""
        return self.filter(continues=None)


class ScheduleVersion(models.Model):
    """A schedule of the loan; rescheduling makes a new one, and the old stays to be seen.

    A tranche that is paid out, comes back or is given up makes one too, and so does another rate: it `continues` the
    one before, holds all instalments from the beginning, and the old version keeps a copy of them as they stood.
    """

    loan = models.ForeignKey("loans.Loan", models.PROTECT, related_name="versions")
    number = models.PositiveSmallIntegerField()
    made_on = models.DateField(_("in force from"))
    starts_on = models.DateField(_("interest runs from"))
    held_amount = AmountField(_("overpayment held at its start"), default=0)
    request = models.JSONField(help_text=_("The request of which the schedule is the answer."))
    reason = models.CharField(max_length=300, blank=True)
    decision_ref = models.CharField(max_length=40, blank=True)
    continues = models.PositiveSmallIntegerField(
        null=True,
        blank=True,
        help_text=_("The version that it goes on with: all money of that one counts on this one."),
    )
    changed_on = models.DateField(_("changed"), null=True, blank=True)

    objects = ScheduleVersionQuerySet.as_manager()

    class Meta:
        ordering = ["loan", "number"]
        constraints = [
            models.UniqueConstraint(fields=["loan", "number"], name="schedule_version_once"),
            models.UniqueConstraint(fields=["loan", "continues"], name="schedule_version_continued_once"),
        ]

    @property
    def since(self):
        """The day from which the borrower was shown it."""
        return self.changed_on or self.made_on


class InstalmentQuerySet(models.QuerySet):
    def in_turn(self):
        """Oldest due date first, as money pays them."""
        return self.order_by("due_on", "number")


class Instalment(models.Model):
    """One row of a schedule version: what is due, what was paid of each part, and when it was settled in full.

    Early money may raise its principal or lower its interest, and a waiver lowers what is asked; `planned` stays.
    One that is `recalled` stands beside the schedule: what it asks is in its Recall.
    """

    loan = models.ForeignKey("loans.Loan", models.PROTECT, related_name="instalments")
    version = models.PositiveSmallIntegerField()
    number = models.PositiveSmallIntegerField()
    due_on = models.DateField()
    planned_principal_amount = AmountField(_("principal before any early money"))
    planned_interest_amount = AmountField(_("interest before any early money or waiver"), default=0)
    principal_amount = AmountField()
    interest_amount = AmountField(default=0)
    fee_amount = AmountField(default=0)
    penalty_amount = AmountField(default=0)
    penalty_brought_amount = AmountField(_("of it from an earlier schedule"), default=0)
    principal_paid_amount = AmountField(default=0)
    interest_paid_amount = AmountField(default=0)
    fee_paid_amount = AmountField(default=0)
    penalty_paid_amount = AmountField(default=0)
    settled_on = models.DateField(null=True, blank=True)
    recalled = models.BooleanField(_("owed because money was taken back"), default=False)

    objects = InstalmentQuerySet.as_manager()

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
        indexes = [
            models.Index(fields=["settled_on", "due_on"], name="instalment_open"),
            # What is unpaid of a loan. Without it SQLite goes through the unpaid ones of all loans for each loan.
            models.Index(fields=["loan", "version", "due_on"], condition=Q(settled_on=None), name="instalment_unpaid"),
        ]

    @property
    def parts_planned(self):
        """Minor units in the order of COMPONENTS, before any early money, waiver or lateness."""
        return (
            self.penalty_brought_amount,
            self.fee_amount,
            self.planned_interest_amount,
            self.planned_principal_amount,
        )

    @property
    def due_amount(self):
        return self.principal_amount + self.interest_amount + self.fee_amount + self.penalty_amount

    @property
    def open_amount(self):
        return self.due_amount - self.paid_amount

    @property
    def due(self):
        """The names by which loans/arrears.py reads an instalment."""
        return self.due_on

    @property
    def outstanding(self):
        return self.open_amount

    @property
    def paid_amount(self):
        return self.principal_paid_amount + self.interest_paid_amount + self.fee_paid_amount + self.penalty_paid_amount


class WaiverQuerySet(models.QuerySet):
    def live(self):
        """Waivers that were not taken back."""
        return self.filter(reversed_on=None)


class Waiver(models.Model):
    """Interest or penalties that fell due and are not asked for any more, by a decision. It moves no money.

    One that is taken back stays, with the day, the reason and who did it; then the loan is as if it had not been.
    """

    class Component(models.TextChoices):
        INTEREST = "interest", _("Interest")
        PENALTY = "penalty", _("Penalties")

    loan = models.ForeignKey("loans.Loan", models.PROTECT, related_name="waivers")
    version = models.PositiveSmallIntegerField(help_text=_("The schedule version in force."))
    component = models.CharField(_("what is waived"), max_length=8, choices=Component.choices)
    amount = AmountField()
    value_on = models.DateField(_("waived"))
    decision_ref = models.CharField(max_length=40)
    reason = models.CharField(max_length=300)
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    reversed_on = models.DateField(_("taken back"), null=True, blank=True)
    reversed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    reversal_reason = models.CharField(max_length=300, blank=True)

    objects = WaiverQuerySet.as_manager()

    class Meta:
        ordering = ["loan", "value_on", "pk"]
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0) & ~Q(decision_ref=""), name="waiver_by_decision"),
            models.CheckConstraint(
                condition=Q(reversed_on=None, reversed_by=None, reversal_reason="")
                | (Q(reversed_on__gte=F("value_on"), reversed_by__isnull=False) & ~Q(reversal_reason="")),
                name="waiver_reversal_has_reason",
            ),
        ]
