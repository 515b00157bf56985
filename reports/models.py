"""Targets, and the Issue: a published report whose figures are frozen. Donors open it by sign-in or by a link."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django_fsm import FSMField, transition

from audit.models import Moving
from audit.moves import allowed
from programmes.models import Donor, Programme, Role
from programmes.roles import held_by, rows_for

REPORT_ROLES = (Role.MANAGER, Role.MONITORING, Role.FINANCE)


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
