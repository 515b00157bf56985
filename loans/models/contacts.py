"""What was said with a borrower about what is owed, and the reminders that are sent. Amounts are minor units."""

from django.conf import settings
from django.db import models
from django.db.models import F, OuterRef, Q, Subquery, Sum
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from accounts.encryption import EncryptedField
from ledger.fields import AmountField
from loans.models.loans import Loan
from loans.models.repayments import Repayment
from loans.models.schedules import Instalment
from programmes.models import Programme

NOTE_LENGTH = 1000


class LoanContactQuerySet(models.QuerySet):
    def with_paid(self, as_of):
        """Annotate `paid_since`: minor units that came from the day of the promise to its last day, or to `as_of`."""
        came = (
            Repayment.objects.live()
            .exclude(means=Repayment.Means.HELD)
            .filter(
                loan=OuterRef("loan"),
                value_on__gte=OuterRef("on"),
                value_on__lte=OuterRef("promised_on"),
            )
            .filter(value_on__lte=as_of)
            .order_by()
            .values("loan")
            .annotate(total=Sum("amount"))
            .values("total")
        )
        return self.annotate(paid_since=Coalesce(Subquery(came), 0, output_field=models.BigIntegerField()))


class LoanContact(models.Model):
    """A call, a visit or a talk about what is owed: what came of it, what was promised, what comes next."""

    class Kind(models.TextChoices):
        CALL = "call", _("Call")
        VISIT = "visit", _("Visit")
        OFFICE = "office", _("Talk in the office")
        LETTER = "letter", _("Letter")

    class Result(models.TextChoices):
        PROMISED = "promised", _("Promised to pay")
        REACHED = "reached", _("Reached, no promise")
        CANNOT = "cannot", _("Cannot pay now")
        DISPUTES = "disputes", _("Says it is paid or not owed")
        NOT_REACHED = "not_reached", _("Not reached")
        WRONG_NUMBER = "wrong_number", _("Number or address is wrong")

    class Step(models.TextChoices):
        CALL = "call", _("Call")
        VISIT = "visit", _("Visit")
        GUARANTOR = "guarantor", _("Tell the guarantor")
        LETTER = "letter", _("Write a letter")
        COMMITTEE = "committee", _("Ask the committee")
        WAIT = "wait", _("Wait for the money")

    loan = models.ForeignKey(Loan, models.PROTECT, related_name="contacts")
    kind = models.CharField(_("how"), max_length=6, choices=Kind.choices, default=Kind.CALL)
    on = models.DateField(_("day"))
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    result = models.CharField(_("what came of it"), max_length=12, choices=Result.choices)
    promised_on = models.DateField(_("will be paid by"), null=True, blank=True)
    promised_amount = AmountField(_("will pay"), null=True, blank=True)
    next_step = models.CharField(_("next step"), max_length=9, choices=Step.choices, blank=True)
    next_on = models.DateField(_("on"), null=True, blank=True)
    note = EncryptedField(_("note"), blank=True)

    objects = LoanContactQuerySet.as_manager()

    class Meta:
        ordering = ["loan", "-on", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(result="promised", promised_on__isnull=False, promised_amount__gt=0)
                | (~Q(result="promised") & Q(promised_on=None, promised_amount=None)),
                name="contact_promise_whole",
            ),
            models.CheckConstraint(
                condition=Q(promised_on=None) | Q(promised_on__gte=F("on")), name="contact_promise_ahead"
            ),
            models.CheckConstraint(
                condition=Q(next_on=None) | (Q(next_on__gte=F("on")) & ~Q(next_step="")), name="contact_next_step"
            ),
        ]
        indexes = [models.Index(fields=["loan", "-on", "-id"], name="contact_last")]

    def promise(self, as_of):
        """ "kept", "broken" or "open" on that day; None without a promise. Needs `paid_since` of that day."""
        if self.promised_on is None:
            return None
        if self.paid_since >= self.promised_amount:
            return "kept"
        return "broken" if as_of > self.promised_on else "open"


class ReminderText(models.Model):
    """What a reminder says so many days after (before: negative) an instalment falls due, in one language.

    The words {amount}, {day} and {sender} are filled in.
    """

    programme = models.ForeignKey(Programme, models.PROTECT, related_name="reminder_texts")
    days = models.SmallIntegerField(_("days after the due date"), help_text=_("Before it: a negative number."))
    language = models.CharField(_("language"), max_length=10)
    text = models.CharField(_("text"), max_length=400)

    class Meta:
        ordering = ["programme", "days", "language"]
        constraints = [
            models.UniqueConstraint(fields=["programme", "days", "language"], name="reminder_text_once"),
            models.CheckConstraint(condition=Q(days__gte=-30) & Q(days__lte=365), name="reminder_text_days"),
        ]


class Reminder(models.Model):
    """One message about one instalment by one rule. Sent once, or it failed and is tried again."""

    class State(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        SENDING = "sending", _("On its way, no answer yet")
        SENT = "sent", _("Sent")
        FAILED = "failed", _("Failed")
        DROPPED = "dropped", _("Not needed any more")

    loan = models.ForeignKey(Loan, models.PROTECT, related_name="reminders")
    instalment = models.ForeignKey(Instalment, models.PROTECT, related_name="+")
    days = models.SmallIntegerField()
    made_on = models.DateField()
    text = EncryptedField()
    parts = models.PositiveSmallIntegerField(_("messages that it is charged as"))
    state = models.CharField(max_length=7, choices=State.choices, default=State.WAITING)
    attempts = models.PositiveSmallIntegerField(default=0)
    sent_on = models.DateField(null=True, blank=True)
    fault = models.CharField(_("what went wrong"), max_length=200, blank=True)

    class Meta:
        ordering = ["-made_on", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["instalment", "days"], name="reminder_once"),
            models.CheckConstraint(
                condition=Q(state="sent", sent_on__isnull=False) | (~Q(state="sent") & Q(sent_on=None)),
                name="reminder_sent_on",
            ),
        ]
        indexes = [models.Index(fields=["state", "made_on"], name="reminder_waiting")]


class QuietHours(models.Model):
    """When nobody is disturbed, in the programme's time zone. Without a row from 20:00 to 9:00."""

    programme = models.OneToOneField(Programme, models.PROTECT, primary_key=True, related_name="quiet_hours")
    from_time = models.TimeField(_("quiet from"))
    to_time = models.TimeField(_("quiet to"))
