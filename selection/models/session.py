"""A sitting of the committee under one call."""

from django.conf import settings
from django.db import models
from django.db.models import Count, Exists, OuterRef, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django_fsm import FSMField, transition

from applicants.models import Evidence
from audit.models import Moving
from audit.moves import allowed
from programmes.models import Call, Programme
from programmes.roles import rows_for
from selection import conditions
from selection.models.committee import SESSION_ROLES, Committee, Seat


class RulesVersion(models.Model):
    """A version of a call's rules, frozen by the first session that was held under it.

    `body` is call_rules.rules_of_call(); `effective_from` the day of that session's packet.
    """

    call = models.ForeignKey(Call, models.PROTECT, related_name="rules_versions")
    number = models.PositiveSmallIntegerField(_("version"))
    body = models.JSONField()
    sha256 = models.CharField(max_length=64)
    effective_from = models.DateField(_("from"))
    reason = models.CharField(_("why the rules changed"), max_length=300, blank=True)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    class Meta:
        ordering = ["call", "number"]
        verbose_name = _("version of the rules")
        constraints = [
            models.UniqueConstraint(fields=["call", "number"], name="rules_version_once"),
            models.CheckConstraint(condition=Q(number=1) | ~Q(reason=""), name="rules_version_reason"),
        ]

    def __str__(self):
        return _("version %(number)s") % {"number": self.number}


class SessionQuerySet(models.QuerySet):
    def with_case_count(self):
        return self.annotate(case_count=Count("cases", filter=Q(cases__removed_on=None)))

    def kept_by(self, user):
        """Sessions of the programmes whose secretary or manager the user is."""
        return self.filter(rows_for(user, SESSION_ROLES, region=None))

    def seated(self, user):
        """Sessions on whose day the user holds a seat, once the packet is sent."""
        return self.filter(_seated(user))

    def visible_to(self, user):
        """Sessions that the user keeps, and those on whose day the user holds a seat, once the packet is sent."""
        return self.filter(rows_for(user, SESSION_ROLES, region=None) | _seated(user))


def _seated(user):
    seats = Seat.objects.filter(user_id=getattr(user, "pk", None), committee=OuterRef("committee"))
    return ~Q(state=Session.State.PLANNED) & Exists(seats.held_on(OuterRef("sits_on")))


class Session(Moving):
    """A sitting of a committee under one call. `rules` is the frozen version of the call's rules."""

    class State(models.TextChoices):
        PLANNED = "planned", _("Planned")
        OPEN = "open", _("Open")
        SITTING = "sitting", _("Sitting")
        CLOSED = "closed", _("Closed")

    class Procedure(models.TextChoices):
        LIVE = "live", _("The committee meets")
        WRITTEN = "written", _("Written procedure: votes until a day")

    ref = models.CharField(_("reference"), max_length=12, unique=True)
    programme = models.ForeignKey(Programme, models.PROTECT, related_name="sessions")
    committee = models.ForeignKey(Committee, models.PROTECT, related_name="sessions")
    call = models.ForeignKey(Call, models.PROTECT, related_name="sessions")
    procedure = models.CharField(_("procedure"), max_length=7, choices=Procedure.choices, default=Procedure.LIVE)
    sits_on = models.DateField(_("sits on"))
    scores_due_on = models.DateField(_("scores are due"), null=True, blank=True)
    votes_due_on = models.DateField(
        _("votes are due"), null=True, blank=True, help_text=_("In the written procedure: the last day to vote.")
    )
    place = models.CharField(
        _("place and hour"), max_length=200, blank=True, help_text=_("For example: town hall, room 12, at 10:00.")
    )
    planned_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    rules = models.JSONField(_("rules of this session"), default=dict)
    rules_version = models.ForeignKey(RulesVersion, models.PROTECT, null=True, blank=True, related_name="sessions")
    rules_hash = models.CharField(max_length=64, blank=True)
    closed_on = models.DateField(null=True, blank=True)
    minutes_body = models.JSONField(default=dict, blank=True)
    minutes_hash = models.CharField(max_length=64, blank=True)
    chain_seq = models.BigIntegerField(_("last event before the close"), null=True, blank=True)
    chain_hash = models.CharField(_("hash of that event"), max_length=64, blank=True)
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
            models.CheckConstraint(
                condition=~Q(procedure="written") | Q(votes_due_on__isnull=False), name="session_written_has_deadline"
            ),
        ]

    def __str__(self):
        return self.ref

    @property
    def is_written(self):
        return self.procedure == self.Procedure.WRITTEN

    @transition(
        state,
        source=State.PLANNED,
        target=State.OPEN,
        conditions=[conditions.has_cases, conditions.has_enough_members],
        permission=allowed("selection.keep_session"),
        custom={"label": _("Send the packet"), "style": "primary"},
    )
    def send_packet(self, *, rules_version):
        self.rules_version = rules_version
        self.rules = rules_version.body
        self.rules_hash = rules_version.sha256

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
        conditions=[conditions.every_case_decided, conditions.motions_voted],
        permission=allowed("selection.keep_session"),
        custom={"label": _("Close the sitting"), "style": "primary"},
    )
    def close(self, *, minutes_body, minutes_hash, chain):
        self.minutes_body = minutes_body
        self.minutes_hash = minutes_hash
        self.chain_seq, self.chain_hash = chain
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
        self.chain_seq, self.chain_hash = None, ""
        self.closed_on = None

    def get_absolute_url(self):
        return reverse("selection:session", args=[self.ref])
