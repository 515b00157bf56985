"""Complaints: open to anybody, read by few, and never by the person complained of."""

from datetime import timedelta

from django.conf import settings
from django.db import models
from django.db.models import Count, Exists, F, OuterRef, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django_fsm import FSMField, transition

from accounts.encryption import EncryptedField
from applicants import complaint_facts as facts
from applicants.models.application import Application, Part
from audit.models import Moving
from audit.moves import allowed
from programmes.clock import today
from programmes.models import Delegation, Membership, Programme, Role, SafeguardingContact

RECEIVING = (Role.DATA_PROTECTION, Role.MANAGER)


class ComplaintQuerySet(models.QuerySet):
    def open_ones(self):
        """Received or acknowledged, and still to be answered here."""
        return self.filter(state__in=[Complaint.State.RECEIVED, Complaint.State.ACKNOWLEDGED])

    def referred(self):
        return self.filter(state__in=Complaint.REFERRED_STATES)

    def without(self, user_id):
        """Complaints from which that user is not excluded: not named, and without a part on the named dossier."""
        excluded = ComplaintExclusion.objects.filter(complaint=OuterRef("pk"), user=user_id)
        plays = Part.objects.filter(application=OuterRef("application"), user=user_id)
        return self.exclude(Exists(excluded)).exclude(Exists(plays)).exclude(application__adviser=user_id)

    def visible_to(self, user):
        """What `user` may open, and so may know of at all.

        First receivers of their programme: the data protection person, and the manager where there is none who may
        know of it. The named handler. Of what is referred, the safeguarding contact alone. Never whoever is named or
        plays a part on the named dossier; a flag of the account opens nothing.
        """
        if user is None or not user.pk or not user.is_active:
            return self.none()
        handled_here = ~Q(state__in=Complaint.REFERRED_STATES)
        found = handled_here & (self._received_by(user) | Q(handler=user.pk))
        referred = [row.pk for row in Complaint.objects.referred_to(user)]
        return self.filter(found | Q(pk__in=referred)).without(user.pk)

    def received_by(self, user):
        """Complaints whose first receiver the user is today."""
        return self.filter(self._received_by(user)).without(user.pk)

    def _received_by(self, user):
        """A Q: complaints whose first receiver the user is today, by a role of their own or one lent to them.

        A role that the person complained of has lent opens nothing: who covers for somebody stands in their place.
        """
        day = today()
        protector = Membership.objects.current(day).filter(role=Role.DATA_PROTECTION, user__is_active=True)
        excluded = ComplaintExclusion.objects.filter(complaint=OuterRef(OuterRef("pk")), user=OuterRef("user"))
        here = protector.filter(programme=OuterRef("programme")).exclude(Exists(excluded))
        anywhere = protector.exclude(Exists(excluded))
        own = Membership.objects.current(day).filter(user=user, role__in=RECEIVING)
        lent = Delegation.objects.filter(
            delegate=user,
            approved_by__isnull=False,
            starts_on__lte=day,
            ends_on__gte=day,
            membership__role__in=RECEIVING,
        ).select_related("membership")
        held = [(row, None) for row in own] + [(row.membership, row.membership.user_id) for row in lent]
        found = Q(pk__in=[])
        for membership, lender in held:
            is_protector = membership.role == Role.DATA_PROTECTION
            if is_protector:
                part = Q(programme=membership.programme_id) | Q(programme=None)
            else:
                part = Q(~Exists(here), programme=membership.programme_id) | Q(~Exists(anywhere), programme=None)
            if lender is not None:
                part &= Q(pk__in=Complaint.objects.without(lender).values("pk"))
            found |= part
        return found

    def referred_to(self, user):
        """Referred complaints whose referral person the user is today (a list: sometimes the next contact is asked)."""
        mine = SafeguardingContact.objects.current().filter(user=user).values_list("programme_id", flat=True)
        where = Q(programme__in=[pk for pk in mine if pk])
        if None in mine:
            where |= Q(programme=None)
        rows = self.referred().filter(where)
        return [row for row in rows if facts.referral_person(row) == user]

    # For the report --------------------------------------------------------------------------------------------------

    def received_between(self, from_on, to_on):
        return self.filter(received_on__range=(from_on, to_on))

    def counts(self, as_of):
        """One dict for each kind, in the order of Kind, with what the report prints; no text and no name is read.

        received, anonymous, referred; of those due or done by `as_of`: acknowledged_in_time, acknowledged_late,
        acknowledgement_overdue, answered_in_time, answered_late, answer_overdue. What is left waits and is not due yet.
        A referral is acknowledged when the referral person has passed it on, and is answered by nobody here.
        """
        acknowledged = Q(acknowledged_on__lte=as_of)
        answered = Q(answered_on__lte=as_of)
        here = Q(answer_due_on__isnull=False)
        in_time = Q(acknowledged_on__lte=F("ack_due_on"))
        figures = {
            "received": Count("pk"),
            "anonymous": Count("pk", filter=Q(anonymous=True)),
            "referred": Count("pk", filter=Q(answer_due_on=None)),
            "acknowledged_in_time": Count("pk", filter=acknowledged & in_time),
            "acknowledged_late": Count("pk", filter=acknowledged & ~in_time),
            "acknowledgement_overdue": Count(
                "pk", filter=(Q(acknowledged_on=None) | Q(acknowledged_on__gt=as_of)) & Q(ack_due_on__lt=as_of)
            ),
            "answered_in_time": Count("pk", filter=here & answered & Q(answered_on__lte=F("answer_due_on"))),
            "answered_late": Count("pk", filter=here & answered & Q(answered_on__gt=F("answer_due_on"))),
            "answer_overdue": Count(
                "pk",
                filter=here & (Q(answered_on=None) | Q(answered_on__gt=as_of)) & Q(answer_due_on__lt=as_of),
            ),
        }
        found = {row["kind"]: row for row in self.order_by().values("kind").annotate(**figures)}
        nothing = dict.fromkeys(figures, 0)
        return [{"kind": kind, **nothing, **found.get(kind, {})} for kind in Complaint.Kind.values]


class Complaint(Moving):
    """Somebody complains. Words are stored encrypted; what is said of it outside is its kind and its days.

    `code_mark` is the keyed hash of the code by which the person sees how it stands. Abuse and fraud are referred and
    never handled here: they have no day on which an answer is due.
    """

    class Kind(models.TextChoices):
        SERVICE = "service", _("The service: late, refused, unfriendly")
        DECISION = "decision", _("A decision that I think is wrong")
        CONDUCT = "conduct", _("How somebody of the office behaves")
        MONEY = "money", _("Money or a favour was asked for")
        ABUSE = "abuse", _("Abuse or exploitation")
        FRAUD = "fraud", _("Fraud")

    class Means(models.TextChoices):
        WEB = "web", _("On the open page")
        PAPER = "paper", _("By letter or complaint box")
        PHONE = "phone", _("By telephone")
        PERSON = "person", _("In person")

    class State(models.TextChoices):
        RECEIVED = "received", _("Received")
        ACKNOWLEDGED = "acknowledged", _("Acknowledged")
        ANSWERED = "answered", _("Answered")
        REFERRED = "referred", _("Referred")
        PASSED_ON = "passed_on", _("Passed on")

    REFERRED_KINDS = (Kind.ABUSE, Kind.FRAUD)
    REFERRED_STATES = (State.REFERRED, State.PASSED_ON)

    ref = models.CharField(_("reference"), max_length=12, unique=True)
    programme = models.ForeignKey(Programme, models.PROTECT, null=True, blank=True, related_name="complaints")
    public_name = models.CharField(_("programme as the person named it"), max_length=160, blank=True)
    kind = models.CharField(_("about"), max_length=8, choices=Kind.choices)
    means = models.CharField(_("how it came"), max_length=6, choices=Means.choices, default=Means.WEB)
    language = models.CharField(max_length=10, default="en")
    text = EncryptedField(_("complaint"), blank=True)
    about = EncryptedField(_("who it is about"), blank=True)
    contact = EncryptedField(_("how to reach the person"), blank=True)
    anonymous = models.BooleanField(_("without a name"), default=True)
    application = models.ForeignKey(Application, models.PROTECT, null=True, blank=True, related_name="complaints")
    code_mark = models.CharField(max_length=64)
    sent_key = models.CharField(max_length=80, null=True, unique=True, editable=False)
    received_on = models.DateField(_("received"))
    received_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    ack_due_on = models.DateField(_("to be acknowledged by"))
    answer_due_on = models.DateField(_("to be answered by"), null=True, blank=True)
    handler = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="complaints_to_handle"
    )
    acknowledged_on = models.DateField(null=True, blank=True)
    answer = EncryptedField(_("answer"), blank=True)
    answered_on = models.DateField(null=True, blank=True)
    answered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    passed_to = EncryptedField(_("to whom it was passed on"), blank=True)
    passed_on_on = models.DateField(null=True, blank=True)
    passed_on_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    erased_on = models.DateField(null=True, blank=True)
    state = FSMField(_("state"), max_length=12, default=State.RECEIVED, choices=State.choices, protected=True)

    objects = ComplaintQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        verbose_name = _("complaint")
        constraints = [
            models.CheckConstraint(
                condition=~Q(state="answered") | Q(answered_on__isnull=False, answered_by__isnull=False),
                name="complaint_answered_by_somebody",
            ),
            models.CheckConstraint(
                condition=~Q(state="acknowledged") | Q(acknowledged_on__isnull=False),
                name="complaint_acknowledged_dated",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["referred", "passed_on"])
                | Q(handler=None, answered_on=None, answer_due_on=None),
                name="complaint_referred_not_handled",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["referred", "passed_on"]) | ~Q(kind__in=["abuse", "fraud"]),
                name="complaint_abuse_and_fraud_referred",
            ),
            models.CheckConstraint(
                condition=~Q(state="passed_on") | Q(passed_on_on__isnull=False, passed_on_by__isnull=False),
                name="complaint_passed_on_by_somebody",
            ),
        ]
        indexes = [models.Index(fields=["programme", "state"], name="complaint_list")]

    def __str__(self):
        return self.ref

    def get_absolute_url(self):
        return reverse("applicants:complaint", args=[self.ref])

    @property
    def is_referred(self):
        return self.state in self.REFERRED_STATES

    @property
    def language_name(self):
        return dict(settings.LANGUAGES).get(self.language, self.language)

    @property
    def due_on(self):
        """The next day by which something is due, or None."""
        if self.state in (self.State.RECEIVED, self.State.REFERRED):
            return self.ack_due_on
        return self.answer_due_on if self.state == self.State.ACKNOWLEDGED else None

    @transition(
        state,
        source=State.RECEIVED,
        target=State.ACKNOWLEDGED,
        conditions=[facts.handler_named],
        permission=allowed("applicants.acknowledge_complaint"),
        custom={"label": _("Acknowledge"), "style": "primary"},
    )
    def acknowledge(self):
        self.acknowledged_on = self.move.on

    @transition(
        state,
        source=[State.RECEIVED, State.ACKNOWLEDGED],
        target=State.ANSWERED,
        conditions=[facts.handler_named],
        permission=allowed("applicants.answer_complaint", _("The named handler answers.")),
        custom={"label": _("Answer"), "style": "primary"},
    )
    def give_answer(self, *, answer):
        self.acknowledged_on = self.acknowledged_on or self.move.on
        self.answer = answer
        self.answered_on = self.move.on
        self.answered_by = self.move.by

    @transition(
        state,
        source=[State.RECEIVED, State.ACKNOWLEDGED],
        target=State.REFERRED,
        permission=allowed("applicants.refer_complaint"),
        custom={"label": _("Refer: it is about abuse or fraud"), "style": "stop"},
    )
    def refer(self, *, kind):
        self.kind = kind
        self.handler = None
        self.answer_due_on = None

    @transition(
        state,
        source=State.REFERRED,
        target=State.PASSED_ON,
        permission=allowed("applicants.pass_on_complaint"),
        custom={"label": _("Say that it is passed on"), "style": "primary"},
    )
    def pass_on(self, *, passed_to):
        self.passed_to = passed_to
        self.passed_on_on = self.move.on
        self.passed_on_by = self.move.by
        self.acknowledged_on = self.acknowledged_on or self.move.on

    @staticmethod
    def due_days(programme):
        """(days to acknowledge, days to answer) of the programme; without one those that a programme starts with."""
        names = ("complaint_ack_days", "complaint_answer_days")
        return tuple(
            getattr(programme, name) if programme else Programme._meta.get_field(name).default for name in names
        )

    def set_days(self):
        """Work out by when it is acknowledged and answered, from the day of receipt."""
        acknowledge, answer = self.due_days(self.programme)
        self.ack_due_on = self.received_on + timedelta(days=acknowledge)
        referred = self.kind in self.REFERRED_KINDS
        self.answer_due_on = None if referred else self.received_on + timedelta(days=answer)


class ComplaintExclusion(models.Model):
    """Somebody who must not know of the complaint: named in it, or with a part on the dossier that it names."""

    class Why(models.TextChoices):
        NAMED = "named", _("named in the complaint")
        DOSSIER = "dossier", _("has a part on the dossier")

    complaint = models.ForeignKey(Complaint, models.CASCADE, related_name="exclusions")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    why = models.CharField(max_length=7, choices=Why.choices)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["complaint", "user"], name="complaint_exclusion_once")]

    def __str__(self):
        return f"{self.complaint} {self.user}"


class Knock(models.Model):
    """Somebody used a page that is open to all. `mark` is a keyed hash of address and hour, kept for an hour."""

    purpose = models.CharField(max_length=20)
    mark = models.CharField(max_length=64, db_index=True)
    at = models.DateTimeField(auto_now_add=True, db_index=True)
