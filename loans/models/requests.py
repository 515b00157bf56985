"""What is asked of the committee by one person and put in force by another: relief of a running loan, above all."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django_fsm import FSMField, transition

from accounts.encryption import EncryptedField
from audit.models import Moving
from audit.moves import allowed
from ledger.fields import AmountField
from loans import conditions_requests as conditions
from loans.models.loans import LOAN_ROLES, Loan
from loans.models.schedules import Waiver
from programmes.roles import rows_for
from selection.models import Motion

OTHER_PERSON = _("Another person than the one who asked, the adviser and the officer of this loan must do this.")


class CommitteeRequest(Moving):
    """What a loan officer asks the committee and another person puts in force, only while its decision stands.

    It has a `programme`. The moves between are the committee's; putting in force and withdrawing are each kind's own.
    """

    class State(models.TextChoices):
        ASKED = "asked", _("Asked for")
        BEFORE = "before", _("Before the committee")
        APPROVED = "approved", _("Approved by the committee")
        REFUSED = "refused", _("Refused by the committee")
        IN_FORCE = "in_force", _("In force")
        WITHDRAWN = "withdrawn", _("Withdrawn")

    OPEN = (State.ASKED, State.BEFORE, State.APPROVED)

    ref = models.CharField(max_length=24, unique=True)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    asked_on = models.DateField(_("asked for"))
    motion = models.ForeignKey(Motion, models.PROTECT, null=True, blank=True, related_name="+")
    decision_ref = models.CharField(_("decision of the committee"), max_length=40, blank=True)
    in_force_on = models.DateField(_("in force"), null=True, blank=True)
    in_force_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    state = FSMField(_("state"), max_length=9, default=State.ASKED, choices=State.choices, protected=True)

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                condition=~Q(state__in=["approved", "refused", "in_force"])
                | (Q(motion__isnull=False) & ~Q(decision_ref="")),
                name="%(class)s_by_decision",
            ),
            models.CheckConstraint(
                condition=Q(state="in_force", in_force_on__isnull=False, in_force_by__isnull=False)
                | (~Q(state="in_force") & Q(in_force_on=None, in_force_by=None)),
                name="%(class)s_in_force",
            ),
            models.CheckConstraint(
                condition=Q(in_force_by=None) | ~Q(in_force_by=F("asked_by")), name="%(class)s_second_person"
            ),
        ]

    def __str__(self):
        return self.ref

    @transition(state, source=State.ASKED, target=State.BEFORE, custom={"internal": True})
    def put_before(self, *, motion):
        self.motion = motion

    @transition(state, source=State.BEFORE, target=State.ASKED, custom={"internal": True})
    def put_back(self):
        """The committee put it off, or it was taken off the agenda: it waits for another session."""
        self.motion = None

    @transition(
        state,
        source=[State.BEFORE, State.APPROVED, State.REFUSED],
        target=State.APPROVED,
        custom={"internal": True},
    )
    def approve(self):
        """Also from a decision that was undone when the sitting was opened again."""
        self.decision_ref = self.motion.ref

    @transition(
        state,
        source=[State.BEFORE, State.APPROVED, State.REFUSED],
        target=State.REFUSED,
        custom={"internal": True},
    )
    def refuse(self):
        self.decision_ref = self.motion.ref

    @transition(state, source=[State.APPROVED, State.REFUSED], target=State.ASKED, custom={"internal": True})
    def ask_again(self):
        """The sitting was opened again, and this time the committee put it off."""
        self.motion = None
        self.decision_ref = ""


State = CommitteeRequest.State


class ReliefRequestQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.filter(rows_for(user, LOAN_ROLES, programme="loan__programme", region="loan__region"))

    def open(self):
        """Asked for, and neither refused, withdrawn nor in force."""
        return self.filter(state__in=ReliefRequest.OPEN)


class ReliefRequest(CommitteeRequest):
    """A request to the committee about an active loan, with the terms that are asked for.

    `owed_amount` is the principal that was owed when it was asked for (minor units of the loan's currency). A new
    schedule, a waiver (`component` and `waived_amount`) and another rate have their own terms. `reason` is about people
    and kept encrypted.
    """

    class Kind(models.TextChoices):
        RESCHEDULE = "reschedule", _("New schedule")
        WRITE_OFF = "write_off", _("Write-off")
        FORGIVE = "forgive", _("Forgiveness of the rest")
        WAIVE = "waive", _("Waiver of interest or penalties")
        RATE = "rate", _("Another rate")

    loan = models.ForeignKey(Loan, models.PROTECT, related_name="relief_requests")
    number = models.PositiveSmallIntegerField()
    kind = models.CharField(_("what is asked for"), max_length=10, choices=Kind.choices)
    owed_amount = AmountField(_("principal owed when it was asked for"))
    instalments_number = models.PositiveSmallIntegerField(_("instalments"), null=True, blank=True)
    first_due_on = models.DateField(_("first new instalment"), null=True, blank=True)
    grace_months = models.PositiveSmallIntegerField(_("first months without principal"), default=0)
    capitalise = models.BooleanField(_("unpaid interest becomes principal"), default=False)
    component = models.CharField(_("what is waived"), max_length=8, choices=Waiver.Component.choices, blank=True)
    waived_amount = AmountField(_("amount to be waived"), null=True, blank=True)
    annual_rate_pct = models.DecimalField(_("rate"), max_digits=7, decimal_places=4, null=True, blank=True)
    reason = EncryptedField(_("reason"))

    objects = ReliefRequestQuerySet.as_manager()

    class Meta:
        ordering = ["loan", "number"]
        verbose_name = _("request for relief")
        constraints = [
            models.UniqueConstraint(fields=["loan", "number"], name="relief_number"),
            models.UniqueConstraint(
                fields=["loan"], condition=Q(state__in=["asked", "before", "approved"]), name="relief_one_open"
            ),
            models.CheckConstraint(
                condition=(Q(kind="reschedule") & Q(instalments_number__gt=0, first_due_on__isnull=False))
                | (~Q(kind="reschedule") & Q(instalments_number=None, first_due_on=None, capitalise=False)),
                name="relief_terms",
            ),
            models.CheckConstraint(
                condition=(Q(kind="waive", waived_amount__gt=0) & ~Q(component=""))
                | (~Q(kind="waive") & Q(waived_amount=None, component="")),
                name="relief_waiver",
            ),
            models.CheckConstraint(
                condition=Q(kind="rate", annual_rate_pct__gte=0, annual_rate_pct__lte=100)
                | (~Q(kind="rate") & Q(annual_rate_pct=None)),
                name="relief_rate",
            ),
            *CommitteeRequest.Meta.constraints,
        ]

    @property
    def programme(self):
        return self.loan.programme

    @property
    def application(self):
        return self.loan.application

    @property
    def terms(self):
        """The terms as the service of the kind takes them."""
        if self.kind == self.Kind.RESCHEDULE:
            names = ("instalments_number", "first_due_on", "grace_months", "capitalise")
            return {name: getattr(self, name) for name in names}
        if self.kind == self.Kind.WAIVE:
            return {"component": self.component, "amount": self.waived_amount}
        return {"annual_rate_pct": self.annual_rate_pct} if self.kind == self.Kind.RATE else {}

    @property
    def amount(self):
        """What the mandates of committees go by, in minor units: the waiver, else the principal that is owed."""
        return self.waived_amount if self.kind == self.Kind.WAIVE else self.loan.principal_amount

    def get_absolute_url(self):
        return reverse("loans:relief_request", args=[self.loan.ref, self.number])

    @transition(
        "state",
        source=State.APPROVED,
        target=State.IN_FORCE,
        conditions=[
            conditions.loan_runs,
            conditions.decision_stands,
            conditions.first_due_is_ahead,
            conditions.no_more_is_owed,
        ],
        permission=allowed("loans.put_in_force", OTHER_PERSON),
        custom={"label": _("Put in force"), "style": "primary"},
    )
    def put_in_force(self):
        self.in_force_on = self.move.on
        self.in_force_by = self.move.by

    @transition(
        "state",
        source=[State.ASKED, State.APPROVED],
        target=State.WITHDRAWN,
        conditions=[conditions.no_sitting_decides],
        permission=allowed("loans.ask_relief"),
        custom={"label": _("Withdraw the request"), "style": "stop"},
    )
    def withdraw(self):
        pass
