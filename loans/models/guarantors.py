"""Those who stand for a loan, and what they were told when it was late. Amounts are minor units of the loan."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q, Sum
from django.utils.translation import gettext_lazy as _

from applicants.models import Evidence, Party
from audit.models import Versioned
from ledger.fields import AmountField
from loans.models.loans import Loan

# States of a loan for which nobody stands any more.
OVER = (Loan.State.CLOSED, Loan.State.OVERPAID, Loan.State.CANCELLED)


class GuarantorQuerySet(models.QuerySet):
    def standing(self):
        """Guarantees not released."""
        return self.filter(released_on=None)

    def stood_on(self, day):
        """Those who stood for a loan at the end of that day."""
        return self.filter(Q(released_on=None) | Q(released_on__gt=day))

    def live(self):
        """Guarantees not released, of loans that are not over; what was written off is still guaranteed."""
        return self.standing().exclude(loan__state__in=OVER)

    def known_in(self, programme):
        """Of loans that the programme may know of: its own, and those of programmes that are not confidential."""
        return self.filter(Q(loan__programme=programme) | Q(loan__programme__confidential=False))

    def total_amount(self):
        return self.aggregate(total=Sum("amount", default=0))["total"]


class Guarantor(Versioned):
    """A party stands for a loan up to `amount`, by a consent it signed; released on a day, or when the loan is over."""

    loan = models.ForeignKey(Loan, models.PROTECT, related_name="guarantors")
    party = models.ForeignKey(Party, models.PROTECT, related_name="guarantees")
    amount = AmountField(_("guarantees up to"))
    consented_on = models.DateField(_("consent signed"))
    consent = models.ForeignKey(Evidence, models.PROTECT, related_name="+")
    married = models.BooleanField(_("married"), default=False)
    spouse_consented_on = models.DateField(_("the spouse's consent signed"), null=True, blank=True)
    spouse_consent = models.ForeignKey(Evidence, models.PROTECT, null=True, blank=True, related_name="+")
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    released_on = models.DateField(_("released"), null=True, blank=True)
    release_reason = models.CharField(max_length=300, blank=True)
    released_with_loan = models.BooleanField(
        default=False, help_text=_("Released because the loan was over; it comes back when the loan is owed again.")
    )

    objects = GuarantorQuerySet.as_manager()

    class Meta:
        ordering = ["loan", "pk"]
        verbose_name = _("guarantor")
        constraints = [
            models.UniqueConstraint(fields=["loan", "party"], condition=Q(released_on=None), name="guarantor_once"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="guarantor_amount"),
            models.CheckConstraint(
                condition=Q(released_on=None) | (Q(released_on__gte=F("consented_on")) & ~Q(release_reason="")),
                name="guarantor_released_with_reason",
            ),
            models.CheckConstraint(
                condition=Q(released_with_loan=False) | Q(released_on__isnull=False),
                name="guarantor_released_with_loan",
            ),
            models.CheckConstraint(
                condition=Q(spouse_consented_on=None, spouse_consent=None)
                | Q(spouse_consented_on__isnull=False, spouse_consent__isnull=False),
                name="guarantor_spouse_on_paper",
            ),
        ]

    def __str__(self):
        return f"{self.party} / {self.loan_id}"


class GuarantorNotice(models.Model):
    """A guarantor was told that the loan is late. `letter` is the text that waits to be printed or sent.

    One notice for each late instalment: `instalment_number` of the schedule `version`.
    """

    guarantor = models.ForeignKey(Guarantor, models.PROTECT, related_name="notices")
    version = models.PositiveSmallIntegerField()
    instalment_number = models.PositiveSmallIntegerField()
    noticed_on = models.DateField()
    overdue_amount = AmountField()
    days_late = models.PositiveIntegerField()
    letter = models.TextField()
    sent_on = models.DateField(null=True, blank=True)

    class Meta:
        ordering = ["guarantor", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["guarantor", "version", "instalment_number"], name="guarantor_notice_once"),
            models.CheckConstraint(condition=Q(overdue_amount__gt=0), name="guarantor_notice_of_something"),
        ]
