"""Orientation and training: courses, who enrolled, who came, who completed or dropped out."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from applicants.models.party import Party
from programmes.models import Programme, Region, Role, Village
from programmes.roles import rows_for

TRAINING_ROLES = (
    Role.ADVISER,
    Role.FIELD_AGENT,
    Role.SECRETARY,
    Role.MANAGER,
    Role.MONITORING,
    Role.LOAN_OFFICER,
)


class CourseQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.filter(rows_for(user, TRAINING_ROLES))


class Course(models.Model):
    """A course held somewhere: its kind is what TrainingRule asks for, for example "small_business"."""

    programme = models.ForeignKey(Programme, models.PROTECT, related_name="courses")
    region = models.ForeignKey(Region, models.PROTECT, related_name="+")
    village = models.ForeignKey(Village, models.PROTECT, null=True, blank=True, related_name="+")
    kind = models.SlugField(_("kind"), max_length=40)
    title = models.CharField(_("title"), max_length=160)
    orientation = models.BooleanField(_("orientation only"), default=False)
    starts_on = models.DateField(_("first day"))
    ends_on = models.DateField(_("last day"))
    days = models.PositiveSmallIntegerField(_("days"), default=1)
    trainer = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="courses")
    closed_on = models.DateField(_("outcomes recorded"), null=True, blank=True)

    objects = CourseQuerySet.as_manager()

    class Meta:
        ordering = ["-starts_on", "-pk"]
        constraints = [
            models.CheckConstraint(condition=Q(ends_on__gte=models.F("starts_on")), name="course_dates"),
            models.CheckConstraint(condition=Q(days__gt=0), name="course_days"),
        ]
        indexes = [models.Index(fields=["programme", "kind"], name="course_kind")]

    def __str__(self):
        return self.title

    def get_absolute_url(self):
        return reverse("applicants:course", args=[self.pk])


class TrainingPlace(models.Model):
    """A person's place on a course and how it ended."""

    class Outcome(models.TextChoices):
        ENROLLED = "enrolled", _("Enrolled")
        COMPLETED = "completed", _("Completed")
        DROPPED_OUT = "dropped_out", _("Dropped out")

    course = models.ForeignKey(Course, models.PROTECT, related_name="places")
    person = models.ForeignKey(Party, models.PROTECT, related_name="training_places")
    outcome = models.CharField(max_length=12, choices=Outcome.choices, default=Outcome.ENROLLED)
    outcome_on = models.DateField(null=True, blank=True)
    dropout_reason = models.CharField(_("why they left"), max_length=160, blank=True)

    class Meta:
        ordering = ["course", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["course", "person"], name="training_place_once"),
            models.CheckConstraint(
                condition=Q(outcome="enrolled") | Q(outcome_on__isnull=False), name="training_outcome_dated"
            ),
        ]
        indexes = [models.Index(fields=["person", "outcome"], name="training_person")]

    def __str__(self):
        return f"{self.person} {self.course}"


class Attendance(models.Model):
    """Present or not on one day of a course."""

    place = models.ForeignKey(TrainingPlace, models.PROTECT, related_name="attendance")
    day = models.DateField()
    present = models.BooleanField()
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["place", "day"], name="attendance_once")]
