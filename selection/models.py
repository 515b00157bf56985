"""The committee, its sessions, declarations of interest, scores, votes, decisions and minutes."""

from django.conf import settings
from django.db import models
from django.db.models import Count, Exists, F, OuterRef, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django_fsm import FSMField, transition

from applicants.models import Application, Evidence, Part
from audit.models import Moving
from audit.moves import allowed
from ledger.fields import AmountField, CurrencyField
from programmes.models import Call, Criterion, Programme, Role
from programmes.roles import rows_for
from selection import conditions

SESSION_ROLES = (Role.SECRETARY, Role.MANAGER)


class CommitteeQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Committees of the programmes whose secretary or manager the user is."""
        return self.filter(rows_for(user, SESSION_ROLES, region=None))


class Committee(models.Model):
    """A selection committee (or loan selection committee) of a programme."""

    programme = models.ForeignKey(Programme, models.PROTECT, related_name="committees")
    name = models.CharField(_("committee"), max_length=120)

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


class SessionQuerySet(models.QuerySet):
    def with_case_count(self):
        return self.annotate(case_count=Count("cases", filter=Q(cases__removed_on=None)))

    def kept_by(self, user):
        """Sessions of the programmes whose secretary or manager the user is."""
        return self.filter(rows_for(user, SESSION_ROLES, region=None))

    def visible_to(self, user):
        """Sessions that the user keeps, and those on whose day the user holds a seat, once the packet is sent."""
        seats = Seat.objects.filter(user_id=getattr(user, "pk", None), committee=OuterRef("committee")).held_on(
            OuterRef("sits_on")
        )
        return self.filter(
            rows_for(user, SESSION_ROLES, region=None) | (~Q(state=Session.State.PLANNED) & Exists(seats))
        )


class Session(Moving):
    """A sitting of a committee under one call. `rules` is the frozen version of the call's rules."""

    class State(models.TextChoices):
        PLANNED = "planned", _("Planned")
        OPEN = "open", _("Open")
        SITTING = "sitting", _("Sitting")
        CLOSED = "closed", _("Closed")

    ref = models.CharField(_("reference"), max_length=12, unique=True)
    programme = models.ForeignKey(Programme, models.PROTECT, related_name="sessions")
    committee = models.ForeignKey(Committee, models.PROTECT, related_name="sessions")
    call = models.ForeignKey(Call, models.PROTECT, related_name="sessions")
    sits_on = models.DateField(_("sits on"))
    planned_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    rules = models.JSONField(_("rules of this session"), default=dict)
    rules_hash = models.CharField(max_length=64, blank=True)
    closed_on = models.DateField(null=True, blank=True)
    minutes_body = models.JSONField(default=dict, blank=True)
    minutes_hash = models.CharField(max_length=64, blank=True)
    minutes = models.ForeignKey(Evidence, models.PROTECT, null=True, blank=True, related_name="+")
    state = FSMField(_("state"), max_length=8, default=State.PLANNED, choices=State.choices, protected=True)

    objects = SessionQuerySet.as_manager()

    class Meta:
        ordering = ["-sits_on", "-pk"]
        verbose_name = _("session")
        constraints = [
            models.CheckConstraint(
                condition=~Q(state="closed") | (~Q(minutes_hash="") & Q(closed_on__isnull=False)),
                name="session_closed_has_minutes",
            ),
            models.CheckConstraint(condition=Q(state="planned") | ~Q(rules_hash=""), name="session_open_has_rules"),
        ]

    def __str__(self):
        return self.ref

    @transition(
        state,
        source=State.PLANNED,
        target=State.OPEN,
        conditions=[conditions.has_cases, conditions.has_enough_members],
        permission=allowed("selection.keep_session"),
        custom={"label": _("Send the packet"), "style": "primary"},
    )
    def send_packet(self, *, rules, rules_hash):
        self.rules = rules
        self.rules_hash = rules_hash

    @transition(
        state,
        source=State.OPEN,
        target=State.SITTING,
        conditions=[conditions.some_case_has_quorum],
        permission=allowed("selection.keep_session"),
        custom={"label": _("Start the sitting"), "style": "primary"},
    )
    def start(self):
        """From here on the session's day is the day on which it really sits: seats are judged on it."""
        self.sits_on = self.move.on

    @transition(
        state,
        source=State.SITTING,
        target=State.CLOSED,
        conditions=[conditions.every_case_decided],
        permission=allowed("selection.keep_session"),
        custom={"label": _("Close the sitting"), "style": "primary"},
    )
    def close(self, *, minutes_body, minutes_hash):
        self.minutes_body = minutes_body
        self.minutes_hash = minutes_hash
        self.closed_on = self.move.on

    @transition(
        state,
        source=State.CLOSED,
        target=State.SITTING,
        permission=allowed("selection.keep_session"),
        custom={"label": _("Reopen the sitting"), "style": "stop"},
    )
    def reopen(self):
        self.minutes = None
        self.minutes_body = {}
        self.minutes_hash = ""
        self.closed_on = None

    def get_absolute_url(self):
        return reverse("selection:session", args=[self.ref])


class CaseQuerySet(models.QuerySet):
    def on_agenda(self):
        """Cases that were not taken off the agenda, and whose applicant has not withdrawn."""
        return self.filter(removed_on=None).exclude(application__state="withdrawn")

    def undecided(self):
        return self.on_agenda().exclude(Exists(Decision.objects.live().filter(case=OuterRef("pk"))))

    def readable_by(self, user):
        """Cases that `user` may open: those they keep, and as a member those declared free of interest.

        A case in which the member plays another part, or whose adviser they are, is none of them.
        """
        declared = Declaration.objects.live().filter(case=OuterRef("pk"), member_id=user.pk)
        parts = Part.objects.filter(application=OuterRef("application"), user_id=user.pk).exclude(part=Part.Name.MEMBER)
        seats = Seat.objects.voting().filter(user_id=user.pk, committee=OuterRef("session__committee"))
        as_member = (
            Q(Exists(declared.filter(kind=Declaration.Kind.NONE)))
            & ~Q(Exists(parts))
            & ~Q(application__adviser_id=user.pk)
            & Q(session__in=Session.objects.visible_to(user), removed_on=None)
        )
        # Whoever judges reads as a judge, also when another role of theirs would open the file.
        as_keeper = (
            Q(session__in=Session.objects.kept_by(user))
            & ~Q(Exists(seats.held_on(OuterRef("session__sits_on"))))
            & ~Q(Exists(declared.exclude(kind=Declaration.Kind.NONE)))
        )
        return self.filter(as_keeper | as_member)


class Case(models.Model):
    """An application on a session's agenda, in the revision that the members read.

    `assessors` is how many members must score it, by its amount and the call's method (0: no grid).
    """

    session = models.ForeignKey(Session, models.PROTECT, related_name="cases")
    application = models.ForeignKey(Application, models.PROTECT, related_name="cases")
    position = models.PositiveSmallIntegerField()
    revision = models.PositiveSmallIntegerField()
    proposed_amount = AmountField(_("amount before the committee"))
    currency = CurrencyField()
    assessors = models.PositiveSmallIntegerField(_("members who must score it"), default=0)
    removed_on = models.DateField(_("taken off the agenda"), null=True, blank=True)
    removed_reason = models.CharField(_("why it was taken off"), max_length=300, blank=True)

    objects = CaseQuerySet.as_manager()

    class Meta:
        ordering = ["session", "position"]
        constraints = [
            models.UniqueConstraint(fields=["session", "application"], name="case_once_per_session"),
            models.UniqueConstraint(fields=["session", "position"], name="case_position_once"),
            models.CheckConstraint(condition=Q(removed_on=None) | ~Q(removed_reason=""), name="case_removed_reason"),
        ]

    def __str__(self):
        return self.ref

    @property
    def ref(self):
        return f"{self.session.ref}/{self.position}"

    def get_absolute_url(self):
        return reverse("selection:case", args=[self.session.ref, self.position])


class DeclarationQuerySet(models.QuerySet):
    def live(self):
        return self.filter(superseded_on=None)


class Declaration(models.Model):
    """A member's declaration on one case: no interest, or a conflict with its kind. The last one counts.

    An earlier one stays as superseded. `late`: the interest was declared when the committee sat already.
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


class Review(models.Model):
    """One member's scores on a case, tied to the revision that was read. `submitted_on` empty: kept, not yet in."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="reviews")
    member = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="reviews")
    revision = models.PositiveSmallIntegerField()
    comment = models.TextField(_("comment"), blank=True)
    submitted_on = models.DateField(null=True, blank=True)

    class Meta:
        ordering = ["case", "pk"]
        constraints = [models.UniqueConstraint(fields=["case", "member"], name="review_once")]


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
    reason = models.TextField(_("reason or conditions"), blank=True)
    cast_on = models.DateField()
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
        ]


class SittingAttendance(models.Model):
    """Who was present when the committee sat."""

    session = models.ForeignKey(Session, models.PROTECT, related_name="attendance")
    member = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    present = models.BooleanField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["session", "member"], name="sitting_attendance_once")]


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
