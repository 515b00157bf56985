"""Balances confirmed with borrowers: a random sample asked by somebody outside the loan team. Amounts: minor units."""

import hashlib

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from ledger.fields import AmountField, CurrencyField
from loans.models.loans import Loan
from programmes.models import Programme, Role
from programmes.roles import rows_for

CONFIRMERS = (Role.MONITORING, Role.MANAGER)


class BalanceSampleQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.filter(rows_for(user, CONFIRMERS, region=None))


class BalanceSample(models.Model):
    """Loans drawn by a printed seed: those whose SHA-256 of "seed:reference" comes first.

    `drawn_from` are the references of all loans of the draw, so that anybody can draw again and see the same ones.
    """

    programme = models.ForeignKey(Programme, models.PROTECT, related_name="balance_samples")
    seed = models.CharField(_("seed"), max_length=40)
    as_of = models.DateField(_("balances of"))
    drawn_from = models.JSONField(_("loans to draw from"), default=list)
    drawn_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    objects = BalanceSampleQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        verbose_name = _("sample of balances")

    def __str__(self):
        return f"{self.as_of:%d.%m.%Y}, {self.seed}"

    def get_absolute_url(self):
        return reverse("loans:balance_sample", args=[self.pk])

    @property
    def ref(self):
        return f"balances:{self.pk}"

    @property
    def population(self):
        return len(self.drawn_from)

    @property
    def ranked(self):
        """[(SHA-256, reference)] of all loans of the draw, in the order in which they are taken."""
        return sorted((hashlib.sha256(f"{self.seed}:{ref}".encode()).hexdigest(), ref) for ref in self.drawn_from)


class BalanceCheckQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.filter(sample__in=BalanceSample.objects.visible_to(user))

    def waiting(self):
        return self.filter(answer="")

    def in_question(self):
        """Answers that are not what the books say, and that nobody has explained yet."""
        return self.exclude(answer__in=["", "agrees"]).filter(settled_on=None)


class BalanceCheck(models.Model):
    """One borrower of a sample: what the books say, what the borrower says, and how a difference was explained."""

    class Answer(models.TextChoices):
        AGREES = "agrees", _("Agrees")
        DIFFERS = "differs", _("Says another amount")
        UNKNOWN = "unknown", _("Knows of no such loan")
        NOT_FOUND = "not_found", _("Was not found")

    sample = models.ForeignKey(BalanceSample, models.PROTECT, related_name="checks")
    loan = models.ForeignKey(Loan, models.PROTECT, related_name="balance_checks")
    number = models.PositiveSmallIntegerField()
    principal_amount = AmountField(_("by the books"))
    currency = CurrencyField()
    answer = models.CharField(_("answer"), max_length=9, choices=Answer.choices, blank=True)
    said_amount = AmountField(_("the borrower says"), null=True, blank=True)
    note = models.CharField(_("note"), max_length=300, blank=True)
    asked_on = models.DateField(_("asked"), null=True, blank=True)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    settled_on = models.DateField(null=True, blank=True)
    settled_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    settlement = models.CharField(_("what it was"), max_length=300, blank=True)

    objects = BalanceCheckQuerySet.as_manager()

    class Meta:
        ordering = ["sample", "number"]
        constraints = [
            models.UniqueConstraint(fields=["sample", "loan"], name="balance_check_once"),
            models.CheckConstraint(
                condition=Q(answer="") | (Q(asked_on__isnull=False) & Q(asked_by__isnull=False)),
                name="balance_check_asked_by_somebody",
            ),
            models.CheckConstraint(
                condition=~Q(answer="differs") | (Q(said_amount__isnull=False) & ~Q(said_amount=F("principal_amount"))),
                name="balance_check_differs_by",
            ),
            models.CheckConstraint(
                condition=Q(settled_on=None) | (~Q(settlement="") & ~Q(settled_by=F("asked_by"))),
                name="balance_check_settled_by_another",
            ),
        ]

    def __str__(self):
        return f"{self.sample_id}/{self.number}"

    @property
    def programme_id(self):
        return self.sample.programme_id
