"""Repayments, their allocation, refunds of an overpayment. Amounts are minor units."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from ledger.fields import AmountField, CurrencyField
from ledger.models import Entry
from loans.allocation import COMPONENTS
from loans.models.loans import Loan
from loans.models.schedules import Instalment


class RepaymentQuerySet(models.QuerySet):
    def live(self):
        return self.filter(reversed_on=None)

    def visible_to(self, user):
        return self.filter(loan__in=Loan.objects.visible_to(user))

    def counted(self):
        """What the schedules show as paid: live repayments, and recalled ones, which are owed anew elsewhere."""
        return self.filter(Q(reversed_on=None) | Q(recalled=True))

    def on_schedule(self, version):
        """Live repayments that were allocated to that schedule version, in the order of their value dates."""
        return self.live().filter(version=version).order_by("value_on", "pk")


class Repayment(models.Model):
    """Money received from the borrower, in its parts. Parts add up to the amount; the rest is an overpayment."""

    class Means(models.TextChoices):
        BANK = "bank", _("Bank transfer")
        CASH = "cash", _("Cash")
        MOBILE = "mobile", _("Mobile money")
        HELD = "held", _("From the overpayment held")

    loan = models.ForeignKey(Loan, models.PROTECT, related_name="repayments")
    amount = AmountField()
    currency = CurrencyField()
    value_on = models.DateField(_("received"))
    counts_on = models.DateField(
        _("counts from"),
        null=True,
        blank=True,
        help_text=_("The day of the new schedule, for money of an earlier day that was entered after it."),
    )
    means = models.CharField(max_length=6, choices=Means.choices, default=Means.BANK)
    reference = models.CharField(_("bank reference or receipt"), max_length=60, blank=True)
    receipt = models.CharField(
        max_length=24, blank=True, help_text=_("The receipt of the bank (2100) that it was claimed from.")
    )
    purse = models.CharField(max_length=24, blank=True, help_text=_("The cash box (1000) that holds the money."))
    version = models.PositiveSmallIntegerField(
        null=True, help_text=_("The schedule version it was allocated to; empty for a recovery after write-off.")
    )
    penalty_amount = AmountField(default=0)
    fee_amount = AmountField(default=0)
    interest_amount = AmountField(default=0)
    principal_amount = AmountField(default=0)
    overpaid_amount = AmountField(default=0)
    recovered_amount = AmountField(_("recovery after write-off"), default=0)
    entry = models.ForeignKey(Entry, models.PROTECT, null=True, related_name="+")
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    reversed_on = models.DateField(null=True, blank=True)
    reversal_reason = models.CharField(max_length=300, blank=True)
    recalled = models.BooleanField(
        default=False, help_text=_("Reversed after a decision: what it had paid stays paid, and is owed anew.")
    )

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
            ),
            models.UniqueConstraint(
                fields=["receipt"], condition=Q(reversed_on=None) & ~Q(receipt=""), name="repayment_claims_receipt_once"
            ),
            models.CheckConstraint(condition=Q(receipt="") | Q(purse=""), name="repayment_from_one_place"),
            models.CheckConstraint(
                condition=Q(reversed_on=None) | ~Q(reversal_reason=""), name="repayment_reversal_has_reason"
            ),
            models.CheckConstraint(
                condition=Q(recalled=False) | Q(reversed_on__isnull=False), name="repayment_recalled_is_reversed"
            ),
            models.CheckConstraint(
                condition=Q(counts_on=None) | Q(counts_on__gt=F("value_on")), name="repayment_counts_later"
            ),
        ]
        indexes = [models.Index(fields=["value_on"], name="repayment_value_on")]

    @property
    def pays_on(self):
        """The day on which it pays on its schedule."""
        return self.counts_on or self.value_on


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


class Refund(models.Model):
    """An overpayment paid back. `returned_on`: the bank returned it, and the money is held again."""

    loan = models.ForeignKey(Loan, models.PROTECT, related_name="refunds")
    version = models.PositiveSmallIntegerField(
        null=True, help_text=_("The schedule version whose money it was; none after a write-off or forgiveness.")
    )
    order_ref = models.CharField(_("payment order"), max_length=16, unique=True)
    amount = AmountField()
    value_on = models.DateField(_("paid back"))
    returned_on = models.DateField(null=True, blank=True)
    after_end = models.BooleanField(
        default=False, help_text=_("Returned after the write-off or forgiveness, which it does not change.")
    )

    class Meta:
        ordering = ["loan", "value_on", "pk"]
        constraints = [models.CheckConstraint(condition=Q(amount__gt=0), name="refund_amount")]


class Recall(models.Model):
    """A repayment that was reversed when the loan could not be as if it had never come any more. Minor units.

    Because a decision came after it, its parts are owed anew; or because an overpayment that came from it was paid
    back, that much is owed as principal. `instalment` is where it stands in the schedule, none where the debt is gone.
    """

    loan = models.ForeignKey(Loan, models.PROTECT, related_name="recalls")
    repayment = models.OneToOneField(Repayment, models.PROTECT, related_name="recall")
    version = models.PositiveSmallIntegerField(help_text=_("The schedule version in force."))
    value_on = models.DateField(_("taken back"))
    due_on = models.DateField(_("owed anew from"))
    penalty_amount = AmountField(default=0)
    fee_amount = AmountField(default=0)
    interest_amount = AmountField(default=0)
    principal_amount = AmountField(default=0)
    held_amount = AmountField(
        default=0, help_text=_("What changes of the money held: below zero it is less, above it fills a refund.")
    )
    instalment = models.OneToOneField(Instalment, models.PROTECT, null=True, related_name="recall")
    entry = models.ForeignKey(Entry, models.PROTECT, null=True, related_name="+")
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    class Meta:
        ordering = ["loan", "due_on", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(penalty_amount__gte=0, fee_amount__gte=0, interest_amount__gte=0, principal_amount__gte=0),
                name="recall_parts_not_negative",
            ),
            models.CheckConstraint(condition=Q(due_on__gte=F("value_on")), name="recall_days"),
        ]

    @property
    def parts(self):
        """Minor units in the order of COMPONENTS."""
        return tuple(getattr(self, f"{name}_amount") for name in COMPONENTS)

    @property
    def owed_amount(self):
        return sum(self.parts)

    def used_amount(self, component):
        """What of a part comes from money that had been held: it was used, or paid back, before it was taken back."""
        own = getattr(self.repayment, f"{component}_amount") if self.repayment.recalled else 0
        return getattr(self, f"{component}_amount") - own
