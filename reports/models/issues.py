"""The Issue: a published report whose figures are frozen, each with the records behind it."""

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
from reports.models.agreements import DonorAgreement
from reports.models.roles import REPORT_ROLES


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
    agreement = models.ForeignKey(DonorAgreement, models.PROTECT, null=True, blank=True, related_name="issues")
    title = models.CharField(_("title"), max_length=160)
    period_from = models.DateField(_("from"))
    period_to = models.DateField(_("to"))
    drafted_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    published_on = models.DateField(null=True, blank=True)
    published_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    cut_off_at = models.DateTimeField(_("data cut-off"), null=True, blank=True)
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
    def publish(self, *, figures, sha256, cut_off_at):
        self.cut_off_at = cut_off_at
        self.body = figures
        self.sha256 = sha256
        self.published_on = self.move.on
        self.published_by = self.move.by

    @transition(state, source=State.PUBLISHED, target=State.SUPERSEDED, custom={"internal": True})
    def supersede(self):
        pass


class RecordSet(models.Model):
    """The records behind a figure, kept once however many figures rest on them.

    `packed` is zlib-compressed text, one line for each kind in order, "grants.award:3,4,9", numbers rising;
    `sha256` is the hash of that text before it is compressed. It holds primary keys and nothing else.
    """

    sha256 = models.CharField(max_length=64, unique=True)
    count = models.PositiveIntegerField()
    packed = models.BinaryField()


class IssueFigure(models.Model):
    """One figure of an Issue as it was published (a hidden one has no values), and the records behind it.

    Values as in reports.figure.Figure: counts, whole minor units of `currency`, days; a share has numerator and
    denominator. `number` is the figure's number in the paper, such as "3.2".
    """

    issue = models.ForeignKey(Issue, models.PROTECT, related_name="rows")
    place = models.PositiveSmallIntegerField()
    number = models.CharField(max_length=8)
    code = models.CharField(max_length=60)
    name = models.CharField(max_length=300)
    unit = models.CharField(max_length=8)
    currency = models.CharField(max_length=3, blank=True)
    value = models.DecimalField(max_digits=24, decimal_places=4, null=True)
    numerator = models.BigIntegerField(null=True)
    denominator = models.BigIntegerField(null=True)
    unknown = models.BigIntegerField(null=True)
    hidden = models.BooleanField(default=False)
    version = models.CharField(_("version of the definition"), max_length=60)
    records = models.PositiveIntegerField(null=True)
    behind = models.ForeignKey(RecordSet, models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["issue", "place"]
        constraints = [
            models.UniqueConstraint(fields=["issue", "code"], name="issue_figure_once"),
            models.UniqueConstraint(fields=["issue", "number"], name="issue_figure_number"),
        ]


# What a row says exactly as the frozen figure does.
AS_PUBLISHED = (
    "code",
    "name",
    "unit",
    "currency",
    "value",
    "numerator",
    "denominator",
    "unknown",
    "hidden",
    "version",
    "records",
)


def row_facts(figure):
    """The fields of an IssueFigure that repeat a reports.figure.Figure."""
    return {name: getattr(figure, name) for name in AS_PUBLISHED}


class Restatement(models.Model):
    """A value of the report before this one that the records say otherwise today, with the reason.

    `before` and `after` are machine values as in the report's JSON ("3000000.00", "0.5501", "36"; empty: no data).
    """

    issue = models.ForeignKey(Issue, models.CASCADE, related_name="restatements")
    of = models.ForeignKey(Issue, models.PROTECT, related_name="+")
    code = models.CharField(max_length=60)
    before = models.CharField(max_length=40, blank=True)
    after = models.CharField(max_length=40, blank=True)
    reason = models.CharField(_("reason"), max_length=300)
    said_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    said_on = models.DateField()

    class Meta:
        ordering = ["issue", "code"]
        constraints = [models.UniqueConstraint(fields=["issue", "code"], name="restatement_once")]
