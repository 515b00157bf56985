"""Targets, the Issue (a published report whose figures are frozen; donors open it by sign-in or by a link), answers to
what looks odd in a programme.
"""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django_fsm import FSMField, transition

from accounts.encryption import EncryptedField
from applicants.models import Application, Party
from audit.models import Moving, Versioned
from audit.moves import allowed
from programmes.models import Donor, Programme, Role
from programmes.roles import held_by, rows_for

REPORT_ROLES = (Role.MANAGER, Role.MONITORING, Role.FINANCE)
WARNING_READERS = (Role.MANAGER, Role.MONITORING, Role.DATA_PROTECTION)
AUDIT_READERS = (Role.MANAGER, Role.DATA_PROTECTION)


class Target(models.Model):
    """A value that a figure should reach, with its comparator, or the published value that it reproduces.

    `value` is a count, a ratio (0 to 1) or whole minor units of `currency`, by the figure's unit.
    """

    class Kind(models.TextChoices):
        PLANNED = "planned", _("Planned")
        ACHIEVED = "achieved", _("Published as achieved")

    class Comparator(models.TextChoices):
        EQUAL = "=", _("exactly")
        AT_LEAST = ">=", _("at least")
        MORE_THAN = ">", _("more than")
        ABOUT = "~", _("about")

    programme = models.ForeignKey(Programme, models.PROTECT, related_name="targets")
    code = models.SlugField(max_length=40)
    kind = models.CharField(max_length=8, choices=Kind.choices, default=Kind.PLANNED)
    comparator = models.CharField(max_length=2, choices=Comparator.choices, default=Comparator.EQUAL)
    value = models.DecimalField(max_digits=20, decimal_places=4)
    currency = models.CharField(max_length=3, blank=True)
    source = models.CharField(_("source"), max_length=200, blank=True)
    note = models.CharField(_("note"), max_length=200, blank=True)

    class Meta:
        ordering = ["programme", "code"]
        constraints = [models.UniqueConstraint(fields=["programme", "code", "kind"], name="target_unique")]


class IssueQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Staff of the programme; a donor sees the published Issues of the programme made for them or for all."""
        found = rows_for(user, REPORT_ROLES, region=None)
        for held in held_by(user):
            if held.role == Role.DONOR:
                found |= Q(programme_id=held.programme_id, state__in=["published", "superseded"]) & (
                    Q(donor=None) | Q(donor_id=held.donor_id)
                )
        return self.filter(found)


class Issue(Moving):
    """A report of a programme for a period. Published, it never changes; a correction is a new Issue."""

    class State(models.TextChoices):
        DRAFT = "draft", _("Draft")
        PUBLISHED = "published", _("Published")
        SUPERSEDED = "superseded", _("Superseded")

    ref = models.CharField(_("reference"), max_length=24, unique=True)
    programme = models.ForeignKey(Programme, models.PROTECT, related_name="issues")
    donor = models.ForeignKey(Donor, models.PROTECT, null=True, blank=True, related_name="issues")
    title = models.CharField(_("title"), max_length=160)
    period_from = models.DateField(_("from"))
    period_to = models.DateField(_("to"))
    drafted_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    published_on = models.DateField(null=True, blank=True)
    published_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    body = models.JSONField(_("frozen figures"), default=dict)
    sha256 = models.CharField(max_length=64, blank=True)
    supersedes = models.OneToOneField("self", models.PROTECT, null=True, blank=True, related_name="superseded_by")
    state = FSMField(_("state"), max_length=10, default=State.DRAFT, choices=State.choices, protected=True)

    objects = IssueQuerySet.as_manager()

    class Meta:
        ordering = ["-period_to", "-pk"]
        verbose_name = _("report")
        constraints = [
            models.CheckConstraint(condition=Q(state="draft") | ~Q(sha256=""), name="issue_frozen"),
            models.CheckConstraint(condition=Q(period_to__gte=models.F("period_from")), name="issue_period"),
        ]

    def __str__(self):
        return self.ref

    def get_absolute_url(self):
        return reverse("reports:issue", args=[self.ref])

    @transition(
        state,
        source=State.DRAFT,
        target=State.PUBLISHED,
        permission=allowed("reports.publish"),
        custom={"label": _("Publish"), "style": "primary"},
    )
    def publish(self, *, figures, sha256):
        self.body = figures
        self.sha256 = sha256
        self.published_on = self.move.on
        self.published_by = self.move.by

    @transition(state, source=State.PUBLISHED, target=State.SUPERSEDED, custom={"internal": True})
    def supersede(self):
        pass


class DonorLink(models.Model):
    """A link that opens one Issue without an account: its token is stored hashed, it ends, it can be revoked."""

    issue = models.ForeignKey(Issue, models.PROTECT, related_name="links")
    token_hash = models.CharField(max_length=64, unique=True)
    label = models.CharField(_("for whom"), max_length=120)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    made_on = models.DateField()
    expires_on = models.DateField(_("valid to"))
    revoked_on = models.DateField(null=True, blank=True)

    class Meta:
        ordering = ["-pk"]


class LinkOpening(models.Model):
    """Each time a link was opened."""

    link = models.ForeignKey(DonorLink, models.PROTECT, related_name="openings")
    opened_at = models.DateTimeField(auto_now_add=True)
    format = models.CharField(max_length=8, default="html")

    class Meta:
        ordering = ["-pk"]


class WarningRule(models.Model):
    """What a programme holds for odd. Units are whole money (1000: a sum of 3,000.00 is round); 0 looks at none."""

    programme = models.OneToOneField(Programme, models.PROTECT, related_name="warning_rule")
    award_unit = models.PositiveIntegerField(_("An award is round by"), default=0)
    purchase_unit = models.PositiveIntegerField(_("A purchase is round by"), default=1000)
    invoice_unit = models.PositiveIntegerField(_("An invoice is round by"), default=1000)
    adviser_cases = models.PositiveSmallIntegerField(_("Decided cases from which an adviser is looked at"), default=10)
    account_days = models.PositiveSmallIntegerField(
        _("Days before a payment in which a new account is odd"), default=14
    )

    def __str__(self):
        return str(self.programme)


class WarningCount(models.Model):
    """How many warnings waited for an answer when the report was last computed: what the queue says."""

    programme = models.OneToOneField(Programme, models.PROTECT, related_name="warning_count")
    waiting = models.PositiveIntegerField(default=0)
    on = models.DateField()

    def __str__(self):
        return f"{self.programme} {self.waiting}"


class WarningAnswerQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.filter(rows_for(user, WARNING_READERS, region=None))

    def to_close(self):
        return self.filter(closed_on=None).exclude(verdict=WarningAnswer.Verdict.LOOK)


class WarningAnswer(Versioned):
    """What somebody found about one warning. `key`: SHA-256 of its kind and references (reports/warnings/found.py)."""

    class Verdict(models.TextChoices):
        EXPLAINED = "explained", _("Explained")
        LOOK = "look", _("To look into")
        CONFIRMED = "confirmed", _("Confirmed")

    programme = models.ForeignKey(Programme, models.PROTECT, related_name="warning_answers")
    key = models.CharField(max_length=64)
    kind = models.SlugField(max_length=20)
    about = models.JSONField(default=list)
    parties = models.ManyToManyField(Party, related_name="+")
    cases = models.ManyToManyField(Application, related_name="+")
    verdict = models.CharField(_("verdict"), max_length=9, choices=Verdict.choices)
    text = EncryptedField(_("what was found"))
    answered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    answered_on = models.DateField()
    closed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    closed_on = models.DateField(null=True, blank=True)

    objects = WarningAnswerQuerySet.as_manager()

    class Meta:
        ordering = ["programme", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["programme", "key"], name="warning_answered_once"),
            models.CheckConstraint(
                condition=Q(closed_by=None) | ~Q(closed_by=models.F("answered_by")), name="warning_second_person"
            ),
            models.CheckConstraint(
                condition=Q(closed_by=None, closed_on=None)
                | (Q(closed_by__isnull=False, closed_on__isnull=False) & ~Q(verdict="look")),
                name="warning_closed",
            ),
        ]

    def __str__(self):
        return f"{self.programme.key} {self.kind} {self.key[:8]}"

    @property
    def ref(self):
        """What events call it."""
        return f"warning:{self.key[:32]}"
