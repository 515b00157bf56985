"""What follows a decision: the letter to the applicant, and the appeal against it."""

from datetime import timedelta

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from applicants.models import Application, Evidence
from programmes.clock import today
from programmes.models import Call, Role
from programmes.roles import rows_for
from selection.models.case import Declaration
from selection.models.session import Session

STATES = {"open": _("Open"), "late": _("Late"), "upheld": _("Upheld"), "refused": _("Refused")}


class LetterKind(models.TextChoices):
    APPROVE = "approve", _("Approved")
    RESERVE = "reserve", _("Reserve list")
    DEFER = "defer", _("Put off")
    REJECT = "reject", _("Not approved")
    INELIGIBLE = "ineligible", _("Not eligible")
    UPHELD = "upheld", _("The appeal is upheld")
    REFUSED = "refused", _("The appeal is refused")


class LetterTemplate(models.Model):
    """The words of one kind of letter of a call in one language. A new wording is a new version."""

    call = models.ForeignKey(Call, models.PROTECT, related_name="letter_templates")
    kind = models.CharField(_("letter"), max_length=10, choices=LetterKind.choices)
    language = models.CharField(_("language"), max_length=10)
    version = models.PositiveSmallIntegerField(default=1)
    subject = models.CharField(_("subject"), max_length=160)
    body = models.TextField(_("text"))
    made_on = models.DateField()
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["call", "kind", "language", "version"]
        constraints = [
            models.UniqueConstraint(fields=["call", "kind", "language", "version"], name="letter_template_once")
        ]

    def __str__(self):
        return f"{self.call} {self.kind} {self.language} {self.version}"


class LetterQuerySet(models.QuerySet):
    def live(self):
        """Letters that still tell the truth: the decision that they tell of stands."""
        return self.filter(withdrawn_on=None)

    def unsent(self):
        return self.live().filter(sent_on=None)


class Letter(models.Model):
    """A letter to the applicant of one application: the paper as it was sent is its evidence.

    `withdrawn_on`: the decision that it tells of was undone, or an appeal was upheld; another letter takes its place.
    """

    class Means(models.TextChoices):
        HAND = "hand", _("Handed over")
        POST = "post", _("By post")
        MAIL = "mail", _("By e-mail")

    application = models.ForeignKey(Application, models.PROTECT, related_name="letters")
    session = models.ForeignKey(Session, models.PROTECT, null=True, blank=True, related_name="letters")
    template = models.ForeignKey(LetterTemplate, models.PROTECT, null=True, related_name="letters")
    kind = models.CharField(_("letter"), max_length=10, choices=LetterKind.choices)
    language = models.CharField(_("language"), max_length=10)
    decision_ref = models.CharField(max_length=40, blank=True)
    paper = models.ForeignKey(Evidence, models.PROTECT, related_name="+")
    appeal_until = models.DateField(_("appeal until"), null=True, blank=True)
    written_on = models.DateField(_("written"))
    written_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    sent_on = models.DateField(_("sent"), null=True, blank=True)
    means = models.CharField(max_length=4, choices=Means.choices, blank=True)
    withdrawn_on = models.DateField(_("withdrawn"), null=True, blank=True)

    objects = LetterQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["application", "kind", "decision_ref"],
                condition=Q(withdrawn_on=None),
                name="letter_one_live",
            ),
            models.CheckConstraint(
                condition=Q(sent_on=None, means="") | (Q(sent_on__isnull=False) & ~Q(means="")), name="letter_sent_how"
            ),
        ]

    def __str__(self):
        return f"{self.application} {self.kind}"


class AppealQuerySet(models.QuerySet):
    def open(self):
        return self.filter(answered_on=None)

    def late(self, on):
        """Open appeals whose last day to answer has passed."""
        return self.open().filter(due_on__lt=on)

    def visible_to(self, user):
        """Appeals of the programmes whose secretary or manager the user is, and of the cases that they advise.

        Not against what they voted on, nor in a case in which they declared an interest.
        """
        voted = Application.objects.filter(pk=OuterRef("application"), cases__votes__member=user)
        interested = Declaration.objects.live().filter(case__application=OuterRef("application"), member=user)
        where = {"programme": "application__programme", "region": "application__region"}
        advised = rows_for(user, [Role.ADVISER], **where) & Q(application__adviser=user)
        return (
            self.filter(rows_for(user, [Role.SECRETARY, Role.MANAGER], **where) | advised)
            .exclude(Exists(voted))
            .exclude(Exists(interested.exclude(kind=Declaration.Kind.NONE)))
        )


class Appeal(models.Model):
    """An applicant's appeal, answered within the call's days by somebody who did not decide."""

    class Means(models.TextChoices):
        HAND = "hand", _("In person")
        POST = "post", _("By letter")
        MAIL = "mail", _("By e-mail")
        PHONE = "phone", _("By telephone")

    application = models.ForeignKey(Application, models.PROTECT, related_name="appeals")
    decision_ref = models.CharField(max_length=40, blank=True)
    received_on = models.DateField(_("received"))
    received_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    means = models.CharField(_("how it came"), max_length=5, choices=Means.choices)
    grounds = models.TextField(_("what the applicant says"))
    due_on = models.DateField(_("answer due"))
    upheld = models.BooleanField(_("upheld"), null=True, blank=True)
    answer = models.TextField(_("answer"), blank=True)
    answered_on = models.DateField(null=True, blank=True)
    answered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")

    objects = AppealQuerySet.as_manager()

    class Meta:
        ordering = ["due_on", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["application"], condition=Q(answered_on=None), name="appeal_one_open"),
            models.CheckConstraint(
                condition=Q(answered_on=None, answered_by=None, upheld=None, answer="")
                | (Q(answered_on__isnull=False, answered_by__isnull=False, upheld__isnull=False) & ~Q(answer="")),
                name="appeal_answered_whole",
            ),
        ]

    def __str__(self):
        return f"{self.application} {self.received_on}"

    def get_absolute_url(self):
        return reverse("selection:appeal", args=[self.pk])

    @staticmethod
    def due_from(on, call):
        """The last day to answer an appeal that came on `on`."""
        return on + timedelta(days=call.appeal_answer_days)

    @property
    def programme_id(self):
        return self.application.programme_id

    @property
    def region_id(self):
        return self.application.region_id

    @property
    def state(self):
        """Derived: how far it has come today."""
        if self.answered_on:
            return "upheld" if self.upheld else "refused"
        return "late" if self.due_on < today(self.application.programme) else "open"

    @property
    def state_label(self):
        return STATES[self.state]

    @property
    def was_late(self):
        """True when the answer came, or still waits, after the last day."""
        return (self.answered_on or today(self.application.programme)) > self.due_on
