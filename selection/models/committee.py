"""The committee, its mandate, who holds a seat on it, and which interests members have declared for good."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from applicants.models import Party
from programmes.models import AmountBand, Programme, Role
from programmes.roles import rows_for

SESSION_ROLES = (Role.SECRETARY, Role.MANAGER)


class CommitteeQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Committees of the programmes whose secretary or manager the user is."""
        return self.filter(rows_for(user, SESSION_ROLES, region=None))


class Committee(models.Model):
    """A selection committee (or loan selection committee) of a programme."""

    programme = models.ForeignKey(Programme, models.PROTECT, related_name="committees")
    name = models.CharField(_("committee"), max_length=120)
    bands = models.ManyToManyField(
        AmountBand,
        blank=True,
        related_name="committees",
        verbose_name=_("amounts that only this committee decides"),
        help_text=_("A band that no committee names is decided by any committee of the programme."),
    )

    objects = CommitteeQuerySet.as_manager()

    class Meta:
        ordering = ["programme", "name"]
        constraints = [models.UniqueConstraint(fields=["programme", "name"], name="committee_unique")]

    def __str__(self):
        return self.name

    def get_absolute_url(self):
        return reverse("selection:committee", args=[self.pk])


class SeatQuerySet(models.QuerySet):
    def held_on(self, on):
        return self.filter(starts_on__lte=on).filter(Q(ends_on=None) | Q(ends_on__gte=on))

    def voting(self):
        return self.filter(Q(role=Seat.Role.MEMBER) | Q(role=Seat.Role.CHAIR, chair_votes=True))


class Seat(models.Model):
    """Somebody's seat on a committee from a day to a day. A chair votes only where the committee says so."""

    class Role(models.TextChoices):
        CHAIR = "chair", _("Chair")
        SECRETARY = "secretary", _("Secretary")
        MEMBER = "member", _("Voting member")
        OBSERVER = "observer", _("Observer")

    committee = models.ForeignKey(Committee, models.PROTECT, related_name="seats")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="seats")
    role = models.CharField(max_length=9, choices=Role.choices, default=Role.MEMBER)
    chair_votes = models.BooleanField(_("this chair votes"), default=True)
    starts_on = models.DateField()
    ends_on = models.DateField(null=True, blank=True)

    objects = SeatQuerySet.as_manager()

    class Meta:
        ordering = ["committee", "pk"]
        constraints = [models.UniqueConstraint(fields=["committee", "user", "starts_on"], name="seat_once")]

    def __str__(self):
        return f"{self.user} ({self.get_role_display()})"

    @property
    def votes(self):
        return self.role == self.Role.MEMBER or (self.role == self.Role.CHAIR and self.chair_votes)


class StandingInterestQuerySet(models.QuerySet):
    def held_on(self, on):
        return self.filter(starts_on__lte=on).filter(Q(ends_on=None) | Q(ends_on__gte=on))


class StandingInterest(models.Model):
    """An interest that a member has declared for good: every case of this party is a conflict of theirs.

    Loan selection committees sit often over many small cases: the sitting's declaration is then one confirmation over
    the names, with the standing interests filled in.
    """

    class Kind(models.TextChoices):
        FAMILY = "family", _("Family")
        BUSINESS = "business", _("Business or money")
        FRIEND = "friend", _("Friend or neighbour")
        OTHER = "other", _("Another interest")

    committee = models.ForeignKey(Committee, models.PROTECT, related_name="standing_interests")
    member = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="standing_interests")
    party = models.ForeignKey(Party, models.PROTECT, related_name="+")
    kind = models.CharField(max_length=8, choices=Kind.choices)
    reason = models.CharField(_("what interest"), max_length=200)
    starts_on = models.DateField()
    ends_on = models.DateField(null=True, blank=True)

    objects = StandingInterestQuerySet.as_manager()

    class Meta:
        ordering = ["committee", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["committee", "member", "party"], condition=Q(ends_on=None), name="standing_interest_once"
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="standing_interest_reason"),
        ]

    def __str__(self):
        return f"{self.member} {self.kind} {self.party.ref}"
