"""A case on the agenda: what its members declare about it, and what the rule made of their votes."""

from django.conf import settings
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from applicants.models import Application, Part
from ledger.fields import AmountField, CurrencyField
from selection.models.committee import Seat, StandingInterest
from selection.models.session import Session


class CaseQuerySet(models.QuerySet):
    def on_agenda(self):
        """Cases that were not taken off the agenda, and whose applicant has not withdrawn."""
        return self.filter(removed_on=None).exclude(application__state="withdrawn")

    def on_consent_agenda(self):
        """Cases that one vote of each member decides together: none that a member has lifted out."""
        return self.on_agenda().filter(on_consent=True, lifted_on=None)

    def undecided(self):
        return self.on_agenda().exclude(Exists(Decision.objects.live().filter(case=OuterRef("pk"))))

    def readable_by(self, user):
        """Cases that `user` may open: those they keep, and as a member those declared free of interest.

        A case in which the member plays another part, or whose adviser they are, is none of them.
        """
        declared = Declaration.objects.live().filter(case=OuterRef("pk"), member_id=user.pk)
        parts = Part.objects.filter(application=OuterRef("application"), user_id=user.pk).exclude(part=Part.Name.MEMBER)
        as_member = (
            Q(Exists(declared.filter(kind=Declaration.Kind.NONE)))
            & ~Q(Exists(parts))
            & ~Q(application__adviser_id=user.pk)
            & Q(session__in=Session.objects.visible_to(user), removed_on=None)
        )
        return self.filter(_as_keeper(user) | as_member)

    def kept_by(self, user):
        """Cases that `user` reads as secretary or manager, with everything that was scored and voted."""
        return self.filter(_as_keeper(user))


def _as_keeper(user):
    """Whoever judges reads as a judge, also when another role of theirs would open the file."""
    interests = Declaration.objects.live().filter(case=OuterRef("pk"), member_id=user.pk)
    seats = Seat.objects.voting().filter(user_id=user.pk, committee=OuterRef("session__committee"))
    return (
        Q(session__in=Session.objects.kept_by(user))
        & ~Q(Exists(seats.held_on(OuterRef("session__sits_on"))))
        & ~Q(Exists(interests.exclude(kind=Declaration.Kind.NONE)))
    )


class Case(models.Model):
    """An application on a session's agenda, in the revision that the members read.

    `assessors` is how many members must score it, by its amount and the call's method (0: no grid).
    """

    session = models.ForeignKey(Session, models.PROTECT, related_name="cases")
    application = models.ForeignKey(Application, models.PROTECT, related_name="cases")
    position = models.PositiveSmallIntegerField()
    revision = models.PositiveSmallIntegerField()
    proposed_amount = AmountField(_("amount before the committee"))
    proposed_months = models.PositiveSmallIntegerField(_("months to repay before the committee"), null=True, blank=True)
    currency = CurrencyField()
    assessors = models.PositiveSmallIntegerField(_("members who must score it"), default=0)
    on_consent = models.BooleanField(
        _("on the consent agenda"), default=False, help_text=_("Small and repeat cases that one vote decides together.")
    )
    lifted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("lifted out by"),
    )
    lifted_on = models.DateField(_("lifted out of the consent agenda"), null=True, blank=True)
    removed_on = models.DateField(_("taken off the agenda"), null=True, blank=True)
    removed_reason = models.CharField(_("why it was taken off"), max_length=300, blank=True)

    objects = CaseQuerySet.as_manager()

    class Meta:
        ordering = ["session", "position"]
        constraints = [
            models.UniqueConstraint(fields=["session", "application"], name="case_once_per_session"),
            models.UniqueConstraint(fields=["session", "position"], name="case_position_once"),
            models.CheckConstraint(condition=Q(removed_on=None) | ~Q(removed_reason=""), name="case_removed_reason"),
            models.CheckConstraint(
                condition=Q(lifted_on=None, lifted_by=None) | Q(lifted_on__isnull=False, lifted_by__isnull=False),
                name="case_lifted_by_whom",
            ),
        ]

    def __str__(self):
        return self.ref

    @property
    def ref(self):
        return f"{self.session.ref}/{self.position}"

    @property
    def votes_by_consent(self):
        """True while one act of each member decides it together with the other cases of the consent agenda."""
        return self.on_consent and self.lifted_on is None

    def get_absolute_url(self):
        return reverse("selection:case", args=[self.session.ref, self.position])


class DeclarationQuerySet(models.QuerySet):
    def live(self):
        return self.filter(superseded_on=None)


class Declaration(models.Model):
    """A member's declaration on one case: no interest, or a conflict with its kind. The last one counts.

    An earlier one stays as superseded. `late`: the interest was declared when the committee sat already.
    `standing`: the interest that the member had declared for good, and that applies to this case.
    """

    class Kind(models.TextChoices):
        NONE = "none", _("No interest")
        FAMILY = "family", _("Family")
        BUSINESS = "business", _("Business or money")
        FRIEND = "friend", _("Friend or neighbour")
        ADVISED = "advised", _("I advised the applicant")
        OTHER = "other", _("Another interest")

    case = models.ForeignKey(Case, models.PROTECT, related_name="declarations")
    member = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="declarations")
    kind = models.CharField(max_length=8, choices=Kind.choices)
    reason = models.CharField(_("what interest"), max_length=200, blank=True)
    declared_on = models.DateField()
    late = models.BooleanField(_("declared during the sitting"), default=False)
    standing = models.ForeignKey(
        StandingInterest, models.PROTECT, null=True, blank=True, related_name="declarations", verbose_name=_("standing")
    )
    superseded_on = models.DateField(null=True, blank=True)

    objects = DeclarationQuerySet.as_manager()

    class Meta:
        ordering = ["case", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["case", "member"], condition=Q(superseded_on=None), name="declaration_one_live"
            ),
            models.CheckConstraint(condition=Q(kind="none") | ~Q(reason=""), name="declaration_conflict_reason"),
        ]

    def __str__(self):
        return f"{self.case} {self.member} {self.kind}"

    @property
    def is_conflict(self):
        return self.kind != self.Kind.NONE


class DecisionQuerySet(models.QuerySet):
    def live(self):
        return self.filter(undone_on=None)


class Decision(models.Model):
    """What the rule made of the votes. Computed, never typed; takes effect when the session closes."""

    class Outcome(models.TextChoices):
        APPROVE = "approve", _("Approved")
        RESERVE = "reserve", _("Reserve list")
        DEFER = "defer", _("Deferred")
        REJECT = "reject", _("Rejected")

    class Undone(models.TextChoices):
        INTEREST = "interest", _("A member declared an interest during the sitting")
        REOPENED = "reopened", _("The sitting was reopened")
        WITHDRAWN = "withdrawn", _("The applicant withdrew")
        RESERVE = "reserve", _("Money came free: approved from the reserve list")

    ref = models.CharField(_("decision"), max_length=24)
    case = models.ForeignKey(Case, models.PROTECT, related_name="decisions")
    application = models.ForeignKey(Application, models.PROTECT, related_name="decisions")
    outcome = models.CharField(max_length=8, choices=Outcome.choices)
    amount = AmountField(null=True, blank=True)
    months = models.PositiveSmallIntegerField(_("months to repay"), null=True, blank=True)
    currency = CurrencyField()
    conditions = models.TextField(blank=True)
    reason = models.TextField(blank=True)
    tally = models.JSONField(default=dict)
    decided_on = models.DateField()
    effective_on = models.DateField(null=True, blank=True)
    undone_on = models.DateField(null=True, blank=True)
    undone_by = models.CharField(max_length=10, choices=Undone.choices, blank=True)

    objects = DecisionQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["case"], condition=Q(undone_on=None), name="decision_one_live"),
            models.UniqueConstraint(fields=["ref"], condition=Q(undone_on=None), name="decision_ref_live"),
            models.CheckConstraint(
                condition=Q(undone_on=None, undone_by="") | (Q(undone_on__isnull=False) & ~Q(undone_by="")),
                name="decision_undone_why",
            ),
            models.CheckConstraint(condition=~Q(outcome="approve") | Q(amount__gt=0), name="decision_amount"),
            models.CheckConstraint(
                condition=Q(effective_on=None) | Q(effective_on__gte=F("decided_on")), name="decision_dates"
            ),
        ]

    def __str__(self):
        return f"{self.ref} {self.outcome}"
