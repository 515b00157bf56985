"""What members score, vote and ask the adviser, and who was there."""

from django.conf import settings
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from ledger.fields import AmountField
from programmes.models import Criterion, Role
from programmes.roles import rows_for
from selection.models.case import Case
from selection.models.session import Session


class ReviewQuerySet(models.QuerySet):
    def submitted(self):
        """Cards that are in; a card that is only kept is its member's own business."""
        return self.filter(submitted_on__isnull=False)

    def standing(self, user):
        """The user's own cards that are in and on the revision before the committee."""
        return self.submitted().filter(member_id=user.pk, revision=F("case__revision"))

    def shown_to(self, user):
        """Cards that are in and that `user` may read, on every page and in every file.

        All cards of the cases that they keep; of the cases that they judge their own, and those of the others once
        their own is in.
        """
        own = Review.objects.standing(user).filter(case=OuterRef("case"))
        judged = Case.objects.readable_by(user)
        return self.submitted().filter(
            Q(case__in=Case.objects.kept_by(user)) | Q(Q(member_id=user.pk) | Exists(own), case__in=judged)
        )


class Review(models.Model):
    """One member's scores on a case, tied to the revision that was read. `submitted_on` empty: kept, not yet in."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="reviews")
    member = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="reviews")
    revision = models.PositiveSmallIntegerField()
    comment = models.TextField(_("comment"), blank=True)
    submitted_on = models.DateField(null=True, blank=True)

    objects = ReviewQuerySet.as_manager()

    class Meta:
        ordering = ["case", "pk"]
        constraints = [models.UniqueConstraint(fields=["case", "member"], name="review_once")]

    @property
    def is_stale(self):
        """The application has changed since: the card does not count."""
        return self.revision != self.case.revision


class Score(models.Model):
    """0 to the criterion's top; empty means not applicable and is left out of the mean."""

    review = models.ForeignKey(Review, models.CASCADE, related_name="scores")
    criterion = models.ForeignKey(Criterion, models.PROTECT, related_name="+")
    value = models.PositiveSmallIntegerField(null=True, blank=True)
    comment = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["review", "criterion__position"]
        constraints = [models.UniqueConstraint(fields=["review", "criterion"], name="score_once")]


class VoteQuerySet(models.QuerySet):
    def live(self):
        return self.filter(voided_on=None)


class Vote(models.Model):
    """A member's vote on a case. A voided vote stays; one live vote per member and case."""

    class Choice(models.TextChoices):
        FOR = "for", _("For")
        CONDITIONS = "conditions", _("For, with conditions")
        AGAINST = "against", _("Against")
        DEFER = "defer", _("Defer")
        ABSTAIN = "abstain", _("Abstain")

    case = models.ForeignKey(Case, models.PROTECT, related_name="votes")
    member = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="votes")
    choice = models.CharField(max_length=10, choices=Choice.choices)
    amount = AmountField(_("amount voted for"), null=True, blank=True)
    months = models.PositiveSmallIntegerField(_("months to repay voted for"), null=True, blank=True)
    reason = models.TextField(_("reason or conditions"), blank=True)
    cast_on = models.DateField()
    on_consent = models.BooleanField(_("cast with the consent agenda"), default=False)
    voided_on = models.DateField(null=True, blank=True)
    void_reason = models.CharField(max_length=200, blank=True)

    objects = VoteQuerySet.as_manager()

    class Meta:
        ordering = ["case", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["case", "member"], condition=Q(voided_on=None), name="vote_one_live"),
            models.CheckConstraint(
                condition=~Q(choice__in=["against", "conditions", "defer"]) | ~Q(reason=""), name="vote_reason_due"
            ),
            models.CheckConstraint(
                condition=Q(on_consent=False) | Q(choice="for", amount=None, months=None),
                name="vote_on_consent_is_for",
            ),
        ]


class SittingAttendance(models.Model):
    """Who was present when the committee sat, and from when to when where that was written down."""

    session = models.ForeignKey(Session, models.PROTECT, related_name="attendance")
    member = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    present = models.BooleanField()
    came_at = models.TimeField(_("came"), null=True, blank=True)
    left_at = models.TimeField(_("left"), null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["session", "member"], name="sitting_attendance_once"),
            models.CheckConstraint(
                condition=Q(present=True) | Q(came_at=None, left_at=None), name="sitting_attendance_times"
            ),
        ]


class ClarificationQuerySet(models.QuerySet):
    def open(self):
        """Questions that still can be answered: of cases that are before a committee and not decided."""
        undecided = Case.objects.undecided().filter(session__state__in=[Session.State.OPEN, Session.State.SITTING])
        return self.filter(answered_on=None, case__in=undecided)

    def advised_by(self, user):
        """Questions about applications of the programmes and regions in which the user is an adviser."""
        where = {"programme": "case__application__programme", "region": "case__application__region"}
        return self.filter(rows_for(user, [Role.ADVISER], **where))


class Clarification(models.Model):
    """A question to the adviser of a case, and the answer. It explains the plan and changes no score."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="clarifications")
    question = models.CharField(_("question"), max_length=500)
    asked_on = models.DateField()
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    answer = models.TextField(_("answer"), blank=True)
    answered_on = models.DateField(null=True, blank=True)
    answered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")

    objects = ClarificationQuerySet.as_manager()

    class Meta:
        ordering = ["case", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(answer="", answered_on=None, answered_by=None)
                | (~Q(answer="") & Q(answered_on__isnull=False, answered_by__isnull=False)),
                name="clarification_answered_whole",
            ),
        ]

    def __str__(self):
        return f"{self.case} {self.asked_on}"

    def get_absolute_url(self):
        return reverse("selection:clarification", args=[self.pk])
