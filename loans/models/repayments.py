"""Repayments, their allocation, refunds of an overpayment. Amounts are minor units."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from ledger.fields import AmountField, CurrencyField
from ledger.models import Entry
from loans.models.loans import Loan
from loans.models.schedules import Instalment


class RepaymentQuerySet(models.QuerySet):
    def live(self):
        return self.filter(reversed_on=None)

    def visible_to(self, user):
        return self.filter(loan__in=Loan.objects.visible_to(user))

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
