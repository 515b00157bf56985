"""Visits after the decision, measurements, job places and employments, lost posts, short-term work, action points."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django_fsm import FSMField, transition

from applicants.models import Application, BaselineJob, Evidence, Party, called
from audit.models import Moving
from audit.moves import allowed
from ledger.fields import AmountField, CurrencyField
from ledger.money import Money
from monitoring import conditions
from programmes.models import Programme, Region, Role
from programmes.roles import held_by, rows_for

VISIT_ROLES = (Role.ADVISER, Role.MANAGER, Role.LOAN_OFFICER, Role.MONITORING)


class VisitQuerySet(models.QuerySet):
    def visible_to(self, user):
        found = rows_for(user, VISIT_ROLES)
        for held in held_by(user):
            if held.role == Role.FIELD_AGENT:
                found |= Q(programme_id=held.programme_id, application__applicant__village_id__in=held.village_ids)
        return self.filter(found)

    def matching(self, text):
        """Visits by their own or their application's reference, or by the applicant's name in any script."""
        ref = text.strip()
        wanted = called(text, "application__applicant")
        return self.filter(Q(ref__iexact=ref) | Q(application__ref__iexact=ref) | wanted)

    def missed(self, on):
        """Planned for a day before `on` and not made."""
        return self.filter(state=MonitoringVisit.State.PLANNED, planned_on__lt=on)

    def verified_through(self, as_of):
        return self.filter(state=MonitoringVisit.State.VERIFIED, made_on__lte=as_of)


class MonitoringVisit(Moving):
    """A visit to a supported business. What it found counts in figures once another person has verified it."""

    class State(models.TextChoices):
        PLANNED = "planned", _("Planned")
        RECORDED = "recorded", _("Recorded")
        VERIFIED = "verified", _("Verified")
        RETURNED = "returned", _("Returned")
        CANCELLED = "cancelled", _("Cancelled")

    class Business(models.TextChoices):
        OPEN = "open", _("Open")
        PAUSED = "paused", _("Paused")
        CLOSED = "closed", _("Closed")
        NOT_FOUND = "not_found", _("Not found")

    ref = models.CharField(_("reference"), max_length=16, unique=True)
    programme = models.ForeignKey(Programme, models.PROTECT, related_name="visits")
    application = models.ForeignKey(Application, models.PROTECT, related_name="visits")
    region = models.ForeignKey(Region, models.PROTECT, related_name="+")
    month = models.PositiveSmallIntegerField(_("months after the first payment"), default=0)
    planned_on = models.DateField(_("planned for"))
    assigned_to = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    made_on = models.DateField(_("made"), null=True, blank=True)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    business_state = models.CharField(_("the business is"), max_length=9, choices=Business.choices, blank=True)
    findings = models.TextField(_("what was seen"), blank=True)
    verified_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    verified_on = models.DateField(null=True, blank=True)
    state = FSMField(_("state"), max_length=9, default=State.PLANNED, choices=State.choices, protected=True)

    objects = VisitQuerySet.as_manager()

    class Meta:
        ordering = ["planned_on", "pk"]
        verbose_name = _("monitoring visit")
        constraints = [
            models.CheckConstraint(
                condition=Q(verified_by=None) | ~Q(verified_by=F("made_by")), name="visit_second_person"
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["recorded", "verified", "returned"])
                | (Q(made_on__isnull=False) & Q(made_by__isnull=False) & ~Q(business_state="")),
                name="visit_recorded_facts",
            ),
            models.CheckConstraint(
                condition=~Q(state="verified") | Q(verified_by__isnull=False), name="visit_verified_by"
            ),
        ]
        indexes = [models.Index(fields=["programme", "state", "planned_on"], name="visit_list")]

    def __str__(self):
        return self.ref

    def get_absolute_url(self):
        return reverse("monitoring:visit", args=[self.ref])

    @transition(
        state,
        source=[State.PLANNED, State.RETURNED],
        target=State.RECORDED,
        permission=allowed("monitoring.record"),
        custom={"label": _("Record the visit"), "style": "primary"},
    )
    def record(self, *, made_on, business_state, findings):
        self.made_on = made_on
        self.made_by = self.move.by
        self.business_state = business_state
        self.findings = findings

    @transition(
        state,
        source=State.RECORDED,
        target=State.VERIFIED,
        conditions=[conditions.jobs_have_evidence],
        permission=allowed("monitoring.verify", _("Another person than the one who made the visit must verify it.")),
        custom={"label": _("Verify"), "style": "primary"},
    )
    def verify(self):
        self.verified_by = self.move.by
        self.verified_on = self.move.on

    @transition(
        state,
        source=State.RECORDED,
        target=State.RETURNED,
        permission=allowed("monitoring.verify"),
        custom={"label": _("Return")},
    )
    def return_visit(self):
        pass

    @transition(
        state,
        source=State.PLANNED,
        target=State.CANCELLED,
        permission=allowed("monitoring.plan"),
        custom={"label": _("Cancel"), "style": "stop"},
    )
    def cancel(self):
        pass


class Measurement(models.Model):
    """A quantity found at a visit: money in minor units a month, or a count."""

    class Code(models.TextChoices):
        SALES = "sales", _("Sales in a month")
        PROFIT = "profit", _("Profit in a month")
        HOUSEHOLD_INCOME = "household_income", _("Household income in a month")
        EXPORTS = "exports", _("Exports in a month")
        IMPORTS_REPLACED = "imports_replaced", _("Imports replaced in a month")
        USERS_SERVED = "users_served", _("Users served")

    visit = models.ForeignKey(MonitoringVisit, models.PROTECT, related_name="measurements")
    code = models.CharField(max_length=16, choices=Code.choices)
    amount = AmountField(null=True, blank=True)
    currency = CurrencyField(blank=True)
    number = models.PositiveIntegerField(null=True, blank=True)

    class Meta:
        ordering = ["visit", "code"]
        constraints = [
            models.UniqueConstraint(fields=["visit", "code"], name="measurement_once"),
            models.CheckConstraint(
                condition=Q(amount__isnull=False, number=None) | Q(amount=None, number__isnull=False),
                name="measurement_amount_or_number",
            ),
        ]


class JobPlace(models.Model):
    """A post with weekly hours that a business made with the support, from a day to a day.

    Posts that existed before are `applicants.BaselineJob`; what became of them is BaselineLoss.
    """

    application = models.ForeignKey(Application, models.PROTECT, related_name="job_places")
    business = models.ForeignKey(Party, models.PROTECT, null=True, blank=True, related_name="job_places")
    title = models.CharField(_("post"), max_length=120)
    hours_per_week = models.DecimalField(_("hours a week"), max_digits=4, decimal_places=1, default=40)
    created_on = models.DateField(_("since"))
    ended_on = models.DateField(_("until"), null=True, blank=True)
    with_contract = models.BooleanField(_("written contract"), null=True, blank=True)
    insured = models.BooleanField(_("social insurance"), null=True, blank=True)
    minimum_wage = models.BooleanField(_("at or above the minimum wage"), null=True, blank=True)
    found_at = models.ForeignKey(MonitoringVisit, models.PROTECT, related_name="job_places")

    class Meta:
        ordering = ["application", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ended_on=None) | Q(ended_on__gte=F("created_on")), name="job_place_dates"
            ),
        ]

    def __str__(self):
        return self.title


class BaselineLoss(models.Model):
    """What became of a post that was found before the support: it is gone, or its holder left and it stays.

    A loss lowers the net of jobs from the day it is entered: what speaks against a programme waits for nobody's
    confirmation. found_at: the visit that found the business closed, where that is how the post went.
    """

    class What(models.TextChoices):
        POST = "post", _("The post is gone")
        HOLDER = "holder", _("Who held it left, and the post stays")

    post = models.ForeignKey(BaselineJob, models.PROTECT, related_name="losses")
    what = models.CharField(_("what happened"), max_length=6, choices=What.choices)
    lost_on = models.DateField(_("last day"))
    found_at = models.ForeignKey(MonitoringVisit, models.PROTECT, null=True, blank=True, related_name="losses")
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    class Meta:
        ordering = ["lost_on", "pk"]
        constraints = [models.UniqueConstraint(fields=["post", "what"], name="baseline_loss_once")]

    def __str__(self):
        return f"{self.post}, {self.get_what_display()}"


class Employment(models.Model):
    """A person in a post, from a day to a day, with dated evidence. People may hold a post in turn."""

    place = models.ForeignKey(JobPlace, models.PROTECT, related_name="employments")
    person = models.ForeignKey(Party, models.PROTECT, related_name="employments")
    starts_on = models.DateField()
    ends_on = models.DateField(null=True, blank=True)
    evidence = models.ForeignKey(Evidence, models.PROTECT, null=True, blank=True, related_name="+")
    evidence_kind = models.CharField(
        _("means of verification"),
        max_length=12,
        choices=[
            ("contract", _("Contract")),
            ("payroll", _("Payroll")),
            ("tax", _("Tax or insurance record")),
            ("seen", _("Seen at work by the visitor")),
        ],
    )
    evidenced_on = models.DateField(_("date of the evidence"))
    found_at = models.ForeignKey(MonitoringVisit, models.PROTECT, related_name="employments")

    class Meta:
        ordering = ["place", "starts_on", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["place", "person", "starts_on"], name="employment_once"),
            models.CheckConstraint(condition=Q(ends_on=None) | Q(ends_on__gte=F("starts_on")), name="employment_dates"),
        ]


class ShortTermJob(models.Model):
    """Work of a person on a project for some days, from attendance and wage sheets."""

    application = models.ForeignKey(Application, models.PROTECT, related_name="short_term_jobs")
    programme = models.ForeignKey(Programme, models.PROTECT, related_name="+")
    worker = models.ForeignKey(Party, models.PROTECT, related_name="short_term_jobs")
    starts_on = models.DateField()
    ends_on = models.DateField()
    person_days = models.PositiveSmallIntegerField(_("days worked"))
    wage_amount = AmountField(_("wages paid"))
    currency = CurrencyField()
    registered = models.BooleanField(_("registered at an employment centre"), null=True, blank=True)
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    verified_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    verified_on = models.DateField(null=True, blank=True)

    class Meta:
        ordering = ["application", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["application", "worker", "starts_on"], name="short_term_job_once"),
            models.CheckConstraint(
                condition=Q(ends_on__gte=F("starts_on")) & Q(person_days__gt=0), name="short_term_job_days"
            ),
            models.CheckConstraint(
                condition=Q(verified_by=None) | ~Q(verified_by=F("recorded_by")), name="short_term_job_second_person"
            ),
        ]


class AttendanceSheet(models.Model):
    """Who worked on a project on which days of one month (its first day), and what each earned.

    That it is a first day is asked by `verify`: SQLite could check it only with a function of Django, and then no other
    program could open the file.
    """

    application = models.ForeignKey(Application, models.PROTECT, related_name="attendance_sheets")
    month = models.DateField(_("month"))
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    recorded_on = models.DateField()

    class Meta:
        ordering = ["application", "month"]
        constraints = [
            models.UniqueConstraint(fields=["application", "month"], name="attendance_sheet_once"),
        ]

    def __str__(self):
        return f"{self.month:%m.%Y}"


class AttendanceRow(models.Model):
    """A worker on a sheet. `days`: numbers of the days worked, ascending. Amounts: minor units of the application's
    currency; the wage is the daily wage times the days."""

    sheet = models.ForeignKey(AttendanceSheet, models.PROTECT, related_name="rows")
    worker = models.ForeignKey(Party, models.PROTECT, related_name="attendance")
    days = models.JSONField(_("days"))
    person_days = models.PositiveSmallIntegerField(_("days worked"))
    daily_amount = AmountField(_("daily wage"))
    wage_amount = AmountField(_("wage"))
    registered = models.BooleanField(_("registered at an employment centre"), null=True, blank=True)
    paid_on = models.DateField(_("paid"), null=True, blank=True)
    job = models.ForeignKey(ShortTermJob, models.PROTECT, null=True, blank=True, related_name="attendance")

    class Meta:
        ordering = ["sheet", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["sheet", "worker"], name="attendance_row_once"),
            models.CheckConstraint(
                condition=Q(wage_amount=F("daily_amount") * F("person_days")), name="attendance_row_wage"
            ),
            models.CheckConstraint(condition=Q(person_days__range=(1, 31)), name="attendance_row_days"),
        ]

    def __str__(self):
        return str(self.worker)

    def money(self, name):
        return Money(getattr(self, name), self.sheet.application.currency)

    @property
    def dates(self):
        """The days worked, as dates."""
        return [self.sheet.month.replace(day=number) for number in self.days]


class WorkDay(models.Model):
    """A day of a worker, taken by the row that brought it: nobody works on two sites on one day, in no race either."""

    row = models.ForeignKey(AttendanceRow, models.CASCADE, related_name="work_days")
    worker = models.ForeignKey(Party, models.PROTECT, related_name="+")
    day = models.DateField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["worker", "day"], name="work_day_once"),
        ]

    def __str__(self):
        return f"{self.worker} {self.day}"


class ActionPoint(models.Model):
    """What a visit found that somebody must do, by when."""

    visit = models.ForeignKey(MonitoringVisit, models.PROTECT, related_name="action_points")
    text = models.CharField(_("what must be done"), max_length=200)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="action_points")
    due_on = models.DateField(_("by"))
    done_on = models.DateField(null=True, blank=True)
    done_note = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["due_on", "pk"]
