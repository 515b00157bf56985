"""A loan to a group that answers for it jointly: its act, its members' shares and payments, its claims. Minor units."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from applicants.models import Evidence, Party
from ledger.fields import AmountField
from loans.models.loans import Loan
from loans.models.repayments import Repayment


class GroupLoan(models.Model):
    """The group constituted itself for this loan by a signed act, and named its leader."""

    loan = models.OneToOneField(Loan, models.PROTECT, related_name="group")
    constituted_on = models.DateField(_("act signed"))
    act = models.ForeignKey(Evidence, models.PROTECT, related_name="+")
    leader = models.ForeignKey(Party, models.PROTECT, related_name="+", verbose_name=_("leader"))
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")


class GroupShareQuerySet(models.QuerySet):
    def in_force(self, on):
        """Shares of the members on that day; a share that ends on a day is no longer in force then."""
        return self.filter(Q(until=None) | Q(until__gt=on), since__lte=on)


class GroupShare(models.Model):
    """A member's part of the loan's principal, from a day to a day. On each day the shares add up to the loan."""

    loan = models.ForeignKey(Loan, models.PROTECT, related_name="shares")
    member = models.ForeignKey(Party, models.PROTECT, related_name="group_shares")
    amount = AmountField(_("share"))
    since = models.DateField()
    until = models.DateField(null=True, blank=True)
    reason = models.CharField(max_length=300, blank=True)

    objects = GroupShareQuerySet.as_manager()

    class Meta:
        ordering = ["loan", "since", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["loan", "member", "since"], name="group_share_once"),
            models.UniqueConstraint(
                fields=["loan", "member"], condition=Q(until=None), name="group_share_one_in_force"
            ),
            models.CheckConstraint(condition=Q(amount__gt=0), name="group_share_amount"),
            models.CheckConstraint(condition=Q(until=None) | Q(until__gt=F("since")), name="group_share_days"),
        ]


class MemberPayment(models.Model):
    """What of a repayment came from a member. The payments of a repayment add up to it."""

    repayment = models.ForeignKey(Repayment, models.PROTECT, related_name="member_payments")
    member = models.ForeignKey(Party, models.PROTECT, related_name="group_payments")
    amount = AmountField()
    typed = models.BooleanField(_("typed, not reckoned by share"), default=False)

    class Meta:
        ordering = ["repayment", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["repayment", "member"], name="member_payment_once"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="member_payment_amount"),
        ]


class GroupClaim(models.Model):
    """The group paid for a member and claims it back: an internal default. It is no claim of the programme's."""

    loan = models.ForeignKey(Loan, models.PROTECT, related_name="group_claims")
    member = models.ForeignKey(Party, models.PROTECT, related_name="claims_of_group")
    amount = AmountField()
    claimed_on = models.DateField(_("claimed"))
    reason = models.CharField(max_length=300)
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    settled_on = models.DateField(_("settled within the group"), null=True, blank=True)

    class Meta:
        ordering = ["loan", "claimed_on", "pk"]
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0) & ~Q(reason=""), name="group_claim_of_something"),
            models.CheckConstraint(
                condition=Q(settled_on=None) | Q(settled_on__gte=F("claimed_on")), name="group_claim_days"
            ),
        ]
