"""A motion: what an app above asks the committee to decide besides applications, such as relief of a running loan."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from applicants.models import Application
from ledger.money import Money
from selection.models.case import Decision, Declaration
from selection.models.judging import Vote
from selection.models.session import Session


class MotionQuerySet(models.QuerySet):
    def on_agenda(self):
        return self.filter(removed_on=None)

    def undecided(self):
        return self.on_agenda().filter(decided_on=None)


class Motion(models.Model):
    """A question on a session's agenda, about what grew out of one application or many (`subject_ref`, opaque here).

    `matter` names who registered it (selection.motions); `facts` are the plain values that the members read, amounts
    in minor units. `amounts` (currency -> minor units) are what the mandates go by, and `approvals` how many votes for
    it an approval of them needs, as the bands said when it was put on the agenda. The outcome is computed from the
    votes when the session closes, and takes effect then.
    """

    session = models.ForeignKey(Session, models.PROTECT, related_name="motions")
    applications = models.ManyToManyField(Application, related_name="motions")
    number = models.PositiveSmallIntegerField()
    matter = models.CharField(max_length=20)
    subject_ref = models.CharField(_("about"), max_length=24)
    facts = models.JSONField(default=dict)
    amounts = models.JSONField(_("amounts that it is about"), default=dict)
    approvals = models.PositiveSmallIntegerField(default=0)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    put_on = models.DateField()
    put_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    outcome = models.CharField(max_length=8, choices=Decision.Outcome.choices, blank=True)
    tally = models.JSONField(default=dict, blank=True)
    decided_on = models.DateField(null=True, blank=True)
    removed_on = models.DateField(_("taken off the agenda"), null=True, blank=True)

    objects = MotionQuerySet.as_manager()

    class Meta:
        ordering = ["session", "number"]
        verbose_name = _("motion")
        constraints = [
            models.UniqueConstraint(fields=["session", "number"], name="motion_number_once"),
            models.UniqueConstraint(
                fields=["subject_ref"], condition=Q(decided_on=None, removed_on=None), name="motion_one_live"
            ),
            models.CheckConstraint(
                condition=Q(decided_on=None, outcome="")
                | Q(decided_on__isnull=False, removed_on=None, outcome__in=["approve", "defer", "reject"]),
                name="motion_decided",
            ),
        ]

    def __str__(self):
        return self.ref

    @property
    def ref(self):
        return f"{self.session.ref}/M{self.number}"

    @property
    def programme_id(self):
        return self.session.programme_id

    @property
    def money(self):
        """The amounts, one Money for each currency."""
        return [Money(minor, currency) for currency, minor in sorted(self.amounts.items())]

    def get_absolute_url(self):
        return reverse("selection:motion", args=[self.session.ref, self.number])


class MotionDeclarationQuerySet(models.QuerySet):
    def live(self):
        return self.filter(superseded_on=None)


class MotionDeclaration(models.Model):
    """A member's declaration on one motion, as on a case: no interest, or which. The last one counts."""

    motion = models.ForeignKey(Motion, models.PROTECT, related_name="declarations")
    member = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="motion_declarations")
    kind = models.CharField(_("your interest"), max_length=8, choices=Declaration.Kind.choices)
    reason = models.CharField(_("what interest"), max_length=200, blank=True)
    declared_on = models.DateField()
    superseded_on = models.DateField(null=True, blank=True)

    objects = MotionDeclarationQuerySet.as_manager()

    class Meta:
        ordering = ["motion", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["motion", "member"], condition=Q(superseded_on=None), name="motion_declaration_live"
            ),
            models.CheckConstraint(condition=Q(kind="none") | ~Q(reason=""), name="motion_declaration_reason"),
        ]

    @property
    def is_conflict(self):
        return self.kind != Declaration.Kind.NONE


class MotionVoteQuerySet(models.QuerySet):
    def live(self):
        return self.filter(voided_on=None)


class MotionVote(models.Model):
    """A member's vote on a motion. It is for or against the whole: terms are asked for anew."""

    class Choice(models.TextChoices):
        FOR = Vote.Choice.FOR.value, Vote.Choice.FOR.label
        AGAINST = Vote.Choice.AGAINST.value, Vote.Choice.AGAINST.label
        DEFER = Vote.Choice.DEFER.value, Vote.Choice.DEFER.label
        ABSTAIN = Vote.Choice.ABSTAIN.value, Vote.Choice.ABSTAIN.label

    motion = models.ForeignKey(Motion, models.PROTECT, related_name="votes")
    member = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="motion_votes")
    choice = models.CharField(max_length=10, choices=Choice.choices)
    reason = models.TextField(_("reason"), blank=True)
    cast_on = models.DateField()
    voided_on = models.DateField(null=True, blank=True)

    objects = MotionVoteQuerySet.as_manager()

    class Meta:
        ordering = ["motion", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["motion", "member"], condition=Q(voided_on=None), name="motion_vote_live"),
            models.CheckConstraint(
                condition=~Q(choice__in=["against", "defer"]) | ~Q(reason=""), name="motion_vote_reason"
            ),
        ]
