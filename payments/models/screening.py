"""Sanctions and debarment lists, and who was compared with them. Lists are of the whole house; a screening and its
possible matches belong to a programme, and show to its people alone.
"""

from datetime import timedelta

from django.conf import settings
from django.db import models
from django.db.models import Exists, F, Min, OuterRef, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from applicants.models import Party
from audit.models import Versioned
from programmes.models import Call, Programme, Role
from programmes.roles import rows_for

# Days before the end of a screening when it is shown to the manager.
RUNS_OUT = 14
SCREENING_ROLES = (Role.FINANCE, Role.MANAGER, Role.LOAN_OFFICER)


class ScreeningListQuerySet(models.QuerySet):
    def newest(self, on):
        """Of each source the version that was loaded last by that day."""
        found = {}
        for row in self.filter(loaded_on__lte=on).order_by("loaded_on", "pk"):
            found[row.source] = row
        return sorted(found.values(), key=lambda row: row.pk)


class ScreeningList(models.Model):
    """One loaded version of a list. `source` is what its versions have in common; the file lies under its SHA-256."""

    class Kind(models.TextChoices):
        UN_XML = "un_xml", _("United Nations, XML")
        CSV = "csv", _("CSV")

    kind = models.CharField(_("format"), max_length=8, choices=Kind.choices)
    name = models.CharField(_("list"), max_length=120)
    source = models.SlugField(max_length=120)
    listed_on = models.DateField(_("date of the list"))
    loaded_on = models.DateField(_("loaded"))
    loaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    sha256 = models.CharField(max_length=64, unique=True)
    entries_number = models.PositiveIntegerField(_("entries"))

    objects = ScreeningListQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        verbose_name = _("sanctions list")
        constraints = [
            models.CheckConstraint(condition=Q(entries_number__gt=0), name="screening_list_not_empty"),
            models.CheckConstraint(condition=Q(listed_on__lte=F("loaded_on")), name="screening_list_dates"),
        ]

    def __str__(self):
        return self.name

    @property
    def ref(self):
        return f"screening-list:{self.pk}"


class ScreeningEntry(models.Model):
    """A person or entity on one version of a list. `aliases`: [name, weak]; `fingerprint`: of all that it says."""

    class Kind(models.TextChoices):
        PERSON = "person", _("Person")
        ENTITY = "entity", _("Entity")

    source_list = models.ForeignKey(ScreeningList, models.PROTECT, related_name="entries")
    reference = models.CharField(_("reference in the list"), max_length=60)
    kind = models.CharField(_("kind"), max_length=6, choices=Kind.choices)
    name = models.CharField(_("name"), max_length=300)
    aliases = models.JSONField(_("other names"), default=list)
    birth_years = models.JSONField(_("years of birth"), default=list)
    country = models.CharField(_("country"), max_length=80, blank=True)
    fingerprint = models.CharField(max_length=64)

    class Meta:
        ordering = ["source_list", "pk"]
        verbose_name = _("entry of a list")
        constraints = [models.UniqueConstraint(fields=["source_list", "reference"], name="screening_entry_once")]

    def __str__(self):
        return self.name


class ScreeningName(models.Model):
    """One name of an entry as folded words (payments.screening.likeness)."""

    entry = models.ForeignKey(ScreeningEntry, models.CASCADE, related_name="names")
    words = models.CharField(max_length=620)
    alias = models.BooleanField(default=False)
    weak = models.BooleanField(default=False)

    def __str__(self):
        return self.words


class ScreeningWord(models.Model):
    """The sound of one word of a name, in one version of a list: the index by which entries are found."""

    name = models.ForeignKey(ScreeningName, models.CASCADE, related_name="sounds")
    source_list = models.ForeignKey(ScreeningList, models.CASCADE, related_name="+")
    sound = models.CharField(max_length=60)

    class Meta:
        indexes = [models.Index(fields=["sound", "source_list", "name"], name="screening_sound")]

    def __str__(self):
        return self.sound


class ScreeningQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.filter(rows_for(user, SCREENING_ROLES, region=None))

    def newest(self):
        """Of each party and each member of the staff of a programme the last one."""
        later = Screening.objects.filter(programme=OuterRef("programme"), party=OuterRef("party"))
        later = later.filter(Q(on__gt=OuterRef("on")) | Q(on=OuterRef("on"), pk__gt=OuterRef("pk")))
        of_staff = Screening.objects.filter(programme=OuterRef("programme"), staff=OuterRef("staff"))
        of_staff = of_staff.filter(Q(on__gt=OuterRef("on")) | Q(on=OuterRef("on"), pk__gt=OuterRef("pk")))
        return self.exclude(Exists(later)).exclude(Exists(of_staff))

    def running_out(self, on, within=RUNS_OUT):
        """The newest ones that are clear on that day and, by the shortest rule of their programme's calls, not long."""
        shortest = Call.objects.order_by().values("programme").annotate(days=Min("screening_days"))
        found = Q(pk__in=[])
        for programme, days in shortest.values_list("programme", "days"):
            first = on - timedelta(days=days)
            found |= Q(programme=programme, on__range=(first, first + timedelta(days=within)))
        return self.newest().filter(found, outcome=Screening.Outcome.CLEAR, staff=None)

    def latest(self, programme, parties, on):
        """{pk of a party: its last screening in the programme by that day}."""
        rows = self.filter(programme=programme, party__in=parties, on__lte=on).order_by("on", "pk")
        return {row.party_id: row for row in rows}


class Screening(models.Model):
    """One party of a programme, or one of its staff, was compared with the lists of that day.

    `clear_on`: the day since which it is clear.

    `facts_hash` is of the names and the year of birth that were compared.
    """

    class Outcome(models.TextChoices):
        CLEAR = "clear", _("Clear")
        HELD = "held", _("On hold")
        CONFIRMED = "confirmed", _("On a list")

    programme = models.ForeignKey(Programme, models.PROTECT, related_name="screenings")
    party = models.ForeignKey(Party, models.PROTECT, null=True, related_name="screenings")
    staff = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    on = models.DateField(_("screened"))
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    lists = models.ManyToManyField(ScreeningList, verbose_name=_("lists"), related_name="screenings")
    oldest_list_on = models.DateField(_("oldest list"))
    facts_hash = models.CharField(max_length=64)
    outcome = models.CharField(_("outcome"), max_length=9, choices=Outcome.choices)
    clear_on = models.DateField(_("clear since"), null=True, blank=True)

    objects = ScreeningQuerySet.as_manager()

    class Meta:
        ordering = ["-on", "-pk"]
        verbose_name = _("screening")
        constraints = [
            models.CheckConstraint(
                condition=Q(outcome="clear", clear_on__isnull=False, clear_on__gte=F("on"))
                | (~Q(outcome="clear") & Q(clear_on=None)),
                name="screening_clear_on",
            ),
            models.CheckConstraint(
                condition=Q(party=None, staff__isnull=False) | Q(party__isnull=False, staff=None),
                name="screening_of_one",
            ),
        ]
        indexes = [
            models.Index(fields=["programme", "party", "on"], name="screening_latest"),
            models.Index(fields=["programme", "-id"], name="screening_list_page"),
        ]

    def __str__(self):
        return f"{self.who_ref} {self.on}"

    @property
    def who(self):
        """The party, or the member of the staff."""
        return self.party or self.staff

    @property
    def who_ref(self):
        return self.party.ref if self.party_id else f"user:{self.staff_id}"

    @property
    def ref(self):
        return f"screening:{self.pk}"


class MatchQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.filter(rows_for(user, SCREENING_ROLES, programme="screening__programme", region=None))

    def open(self):
        return self.filter(decision="")

    def for_pages(self):
        return self.select_related(
            "screening__party__village__district__region",
            "screening__programme",
            "screening__staff",
            "entry__source_list",
            "screened_by",
            "decided_by",
        )


class Match(Versioned):
    """A possible match: a party beside an entry of a list. It holds the party until a second person decides.

    `carried_from`: the same pair was decided before, and neither the entry nor the party's facts changed since.
    """

    class Decision(models.TextChoices):
        OTHER = "other", _("Not the same")
        SAME = "same", _("The same: confirmed")

    screening = models.ForeignKey(Screening, models.PROTECT, related_name="matches")
    entry = models.ForeignKey(ScreeningEntry, models.PROTECT, related_name="matches")
    points = models.PositiveSmallIntegerField(_("likeness"))
    reasons = models.JSONField(default=list)
    screened_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    decision = models.CharField(_("decision"), max_length=5, choices=Decision.choices, blank=True)
    decided_on = models.DateField(null=True, blank=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    note = models.CharField(_("note"), max_length=500, blank=True)
    carried_from = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="carried")

    objects = MatchQuerySet.as_manager()

    class Meta:
        ordering = ["screening", "-points", "pk"]
        verbose_name = _("possible match")
        constraints = [
            models.UniqueConstraint(fields=["screening", "entry"], name="screening_match_once"),
            models.CheckConstraint(
                condition=Q(decided_by=None) | Q(carried_from__isnull=False) | ~Q(decided_by=F("screened_by")),
                name="screening_match_second_person",
            ),
            models.CheckConstraint(
                condition=Q(decision="", decided_by=None, decided_on=None)
                | (~Q(decision="") & Q(decided_by__isnull=False, decided_on__isnull=False)),
                name="screening_match_decided",
            ),
        ]

    def __str__(self):
        return f"{self.screening.who_ref} / {self.entry.reference}"

    def get_absolute_url(self):
        return reverse("payments:match", args=[self.pk])

    @property
    def ref(self):
        return f"match:{self.pk}"

    @property
    def programme(self):
        return self.screening.programme

    @property
    def programme_id(self):
        return self.screening.programme_id
