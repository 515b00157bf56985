"""A programme, its places, its calendar, and the dated definitions by which its figures are counted."""

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from audit.models import Versioned
from ledger.fields import CurrencyField


class Region(models.Model):
    country = models.CharField(_("country"), max_length=2)
    name = models.CharField(_("region"), max_length=80)

    class Meta:
        ordering = ["country", "name"]
        constraints = [models.UniqueConstraint(fields=["country", "name"], name="region_unique")]

    def __str__(self):
        return self.name


class District(models.Model):
    region = models.ForeignKey(Region, models.PROTECT, related_name="districts")
    name = models.CharField(_("district"), max_length=80)

    class Meta:
        ordering = ["name"]
        constraints = [models.UniqueConstraint(fields=["region", "name"], name="district_unique")]

    def __str__(self):
        return self.name


class Village(models.Model):
    """A town or village: the smallest place the register knows."""

    district = models.ForeignKey(District, models.PROTECT, related_name="villages")
    name = models.CharField(_("town or village"), max_length=80)

    class Meta:
        ordering = ["name"]
        constraints = [models.UniqueConstraint(fields=["district", "name"], name="village_unique")]

    def __str__(self):
        return self.name


class ProgrammeQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Programmes in which the user holds a role today."""
        return self.filter(pk__in=user.memberships.current().values("programme"))


class Programme(Versioned):
    """One programme as its donors know it. `confidential`: belonging to it is itself the sensitive fact."""

    key = models.SlugField(_("key"), unique=True)
    name = models.CharField(_("name"), max_length=160)
    neutral_name = models.CharField(
        _("neutral name"), max_length=160, help_text=_("What letters, bank texts, files and messages say instead.")
    )
    country = models.CharField(_("country"), max_length=2)
    place_name = models.CharField(
        _("name of the country in reports"),
        max_length=80,
        help_text=_("As the donor agreement says, for example “Kosovo/UNSCR 1244”."),
    )
    place_footnote = models.TextField(_("footnote to that name"), blank=True)
    confidential = models.BooleanField(_("confidential"), default=False)
    illustrative = models.BooleanField(
        _("illustrative"), default=False, help_text=_("Its figures are plausible, not published.")
    )
    time_zone = models.CharField(_("time zone"), max_length=40)
    language = models.CharField(_("second language of papers"), max_length=10, default="en")
    currency = CurrencyField(_("currency"))
    starts_on = models.DateField(_("starts"))
    ends_on = models.DateField(_("ends"), null=True, blank=True)
    # [[code, basis points]]: five digits of the DAC list, basis points adding up to 10,000. Open data needs them.
    sectors = models.JSONField(_("DAC sectors"), default=list, blank=True)
    # {currency: [major units as text, largest first]}, where they are not those that the cash count knows.
    notes_and_coins = models.JSONField(_("notes and coins"), default=dict, blank=True)
    backdate_days = models.PositiveSmallIntegerField(_("days a fact may be entered late without a reason"), default=7)
    complaint_ack_days = models.PositiveSmallIntegerField(_("days to acknowledge a complaint"), default=5)
    complaint_answer_days = models.PositiveSmallIntegerField(_("days to answer a complaint"), default=30)
    complaint_keep_months = models.PositiveSmallIntegerField(
        _("months after which the words of a closed complaint are erased"), default=24
    )
    regions = models.ManyToManyField(Region, related_name="programmes")

    objects = ProgrammeQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        verbose_name = _("programme")

    def __str__(self):
        return self.name

    @property
    def ref(self):
        return f"programme:{self.key}"

    @property
    def programme_id(self):
        """Lets a rule that reads `row.programme_id` be asked about the programme itself."""
        return self.pk

    @property
    def public_name(self):
        """The name that may leave the programme: neutral when it is confidential."""
        return self.neutral_name if self.confidential else self.name

    def definition_at(self, on):
        """The Definition in force on `on`, or the first one before any was in force."""
        return self.definitions.filter(effective_from__lte=on).last() or self.definitions.first()


class Definition(models.Model):
    """One dated version of how the programme counts. Figures name the version they used."""

    class DirectRule(models.TextChoices):
        RECIPIENTS_AND_EMPLOYED = "recipients_and_employed", _("Recipients of loans or grants, and persons employed")
        TRAINED_OR_GRANTED = "trained_or_granted", _("Persons trained or granted")
        RECIPIENTS = "recipients", _("Recipients of loans or grants")
        EMPLOYED = "employed", _("Persons employed")

    class WomenRunRule(models.TextChoices):
        MANAGER = "manager", _("The manager of the business is a woman")

    class AttributionMethod(models.TextChoices):
        COUNTERFACTUAL = "counterfactual", _("Compared with businesses that were not supported")
        BEFORE_AFTER = "before_after", _("Before and after, with the owners' own estimate")
        CO_FUNDING = "co_funding", _("By the part of the money that was the programme's")

    programme = models.ForeignKey(Programme, models.PROTECT, related_name="definitions")
    number = models.PositiveSmallIntegerField(_("version"))
    effective_from = models.DateField(_("in force from"))
    women_run = models.CharField(max_length=20, choices=WomenRunRule.choices, default=WomenRunRule.MANAGER)
    direct_rule = models.CharField(max_length=30, choices=DirectRule.choices)
    full_time_hours = models.DecimalField(_("hours of a full-time week"), max_digits=4, decimal_places=1, default=40)
    short_term_months = models.PositiveSmallIntegerField(
        _("a job shorter than this many months is short-term"), default=6
    )
    full_time_days = models.PositiveSmallIntegerField(
        _("days of short-term work that are one full-time year"), default=240, validators=[MinValueValidator(1)]
    )
    attribution_share = models.DecimalField(
        _("part of the net jobs that is owed to the programme"),
        max_digits=4,
        decimal_places=3,
        null=True,
        blank=True,
        help_text=_("From 0 to 1. Empty: no figure of attributable jobs."),
    )
    attribution_method = models.CharField(
        _("how that part was found"), max_length=16, choices=AttributionMethod.choices, blank=True
    )
    displacement_share = models.DecimalField(
        _("of those, the part that other businesses lost"),
        max_digits=4,
        decimal_places=3,
        null=True,
        blank=True,
        help_text=_("From 0 to 1."),
    )
    two_x_leaders_pct = models.DecimalField(
        _("2X, leadership: women among senior managers or on the board, percent"),
        max_digits=4,
        decimal_places=1,
        null=True,
        blank=True,
        help_text=_("2X gives it by country and sector. Empty: this criterion is not asked."),
    )
    two_x_workers_pct = models.DecimalField(
        _("2X, employment: women among those who work there, percent"),
        max_digits=4,
        decimal_places=1,
        null=True,
        blank=True,
        help_text=_("2X gives it by country and sector. Empty: this criterion is not asked."),
    )
    note = models.TextField(_("note"), blank=True)

    class Meta:
        ordering = ["programme", "effective_from", "number"]
        constraints = [
            models.UniqueConstraint(fields=["programme", "number"], name="definition_version"),
            models.CheckConstraint(
                condition=Q(attribution_share=None, displacement_share=None, attribution_method="")
                | (
                    Q(attribution_share__gte=0, attribution_share__lte=1)
                    & Q(displacement_share__gte=0, displacement_share__lte=1)
                    & ~Q(attribution_method="")
                ),
                name="definition_attribution",
            ),
            models.CheckConstraint(condition=Q(full_time_days__gt=0), name="definition_full_time_days"),
            *(
                models.CheckConstraint(
                    condition=Q(**{name: None}) | Q(**{f"{name}__gt": 0, f"{name}__lt": 100}), name=f"definition_{name}"
                )
                for name in ("two_x_leaders_pct", "two_x_workers_pct")
            ),
        ]

    def __str__(self):
        return f"v{self.number}"


class TargetGroup(models.Model):
    """A group that the programme counts. Who belongs to it is a sensitive fact of the person."""

    programme = models.ForeignKey(Programme, models.PROTECT, related_name="target_groups")
    code = models.SlugField(max_length=40)
    name = models.CharField(_("group"), max_length=120)
    sensitive = models.BooleanField(default=True)
    figure_code = models.SlugField(_("figure that counts its employed"), max_length=40, default="target_group_employed")

    class Meta:
        ordering = ["programme", "name"]
        constraints = [models.UniqueConstraint(fields=["programme", "code"], name="target_group_unique")]

    def __str__(self):
        return self.name


class Holiday(models.Model):
    """A day on which the offices and banks of a country are closed."""

    country = models.CharField(max_length=2)
    on = models.DateField()
    name = models.CharField(max_length=80)

    class Meta:
        ordering = ["country", "on"]
        constraints = [models.UniqueConstraint(fields=["country", "on"], name="holiday_unique")]

    def __str__(self):
        return f"{self.on} {self.name}"


class Counter(models.Model):
    """Gives references. Locked late (after the Book); gaps are allowed."""

    key = models.CharField(max_length=40, primary_key=True)
    last = models.PositiveIntegerField(default=0)
