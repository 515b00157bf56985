"""What changes under a running loan: a death or a move abroad, a moratorium of an area, another loan officer."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django_fsm import transition

from applicants.models import Evidence, Party
from audit.models import Versioned
from audit.moves import allowed
from ledger.fields import AmountField, CurrencyField
from loans import conditions_requests as conditions
from loans.models.loans import Loan
from loans.models.requests import CommitteeRequest, State
from programmes.models import Programme, Region, Village


class LifeEvent(Versioned):
    """The borrower died or moved abroad. Penalties and reminders rest from that day until it is decided what follows.

    `payer` is who pays from then on, `attorney` the power of attorney by which somebody acts for the borrower, until it
    ends and the borrower acts and pays again.
    """

    class Kind(models.TextChoices):
        DEATH = "death", _("The borrower died")
        ABROAD = "abroad", _("The borrower moved abroad")

    class Outcome(models.TextChoices):
        CONTINUE = "continue", _("It is repaid as agreed, by the payer")
        RESCHEDULE = "reschedule", _("It gets a new schedule")
        WRITE_OFF = "write_off", _("It is written off")
        FORGIVE = "forgive", _("The rest is forgiven")

    loan = models.ForeignKey(Loan, models.PROTECT, related_name="life_events")
    kind = models.CharField(_("what happened"), max_length=6, choices=Kind.choices)
    happened_on = models.DateField(_("when"))
    evidence = models.ForeignKey(Evidence, models.PROTECT, related_name="+")
    payer = models.ForeignKey(
        Party, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("who pays from now on")
    )
    attorney = models.ForeignKey(Evidence, models.PROTECT, null=True, blank=True, related_name="+")
    recorded_on = models.DateField()
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    outcome = models.CharField(_("what follows"), max_length=10, choices=Outcome.choices, blank=True)
    decision_ref = models.CharField(_("decision"), max_length=40, blank=True)
    decided_on = models.DateField(null=True, blank=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    attorney_ended_on = models.DateField(_("power of attorney ended"), null=True, blank=True)
    attorney_ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    attorney_end_reason = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["loan", "happened_on", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(attorney_ended_on=None, attorney_ended_by=None, attorney_end_reason="")
                | (
                    Q(kind="abroad", attorney_ended_on__gte=F("happened_on"), attorney_ended_by__isnull=False)
                    & ~Q(attorney_end_reason="")
                ),
                name="life_event_attorney_ended",
            ),
            models.UniqueConstraint(fields=["loan"], condition=Q(decided_on=None), name="life_event_one_open"),
            models.CheckConstraint(
                condition=Q(decided_on=None, outcome="")
                | (Q(decided_on__gte=F("happened_on")) & ~Q(outcome="") & ~Q(decision_ref="")),
                name="life_event_decided",
            ),
            models.CheckConstraint(
                condition=Q(decided_by=None) | ~Q(decided_by=F("recorded_by")), name="life_event_second_person"
            ),
        ]

    @property
    def is_acted_for(self):
        """Does somebody act or pay for the borrower abroad?"""
        acts = self.payer_id is not None or self.attorney_id is not None
        return self.kind == self.Kind.ABROAD and acts and self.attorney_ended_on is None


class Moratorium(CommitteeRequest):
    """Many loans of an area rest for some months by one decision of the committee.

    One person prepares the list with its effect, another puts it in force. `reason` is about the area, not people.
    """

    class Interest(models.TextChoices):
        CARRIED = "carried", _("It is owed, with the first instalment after them")
        WAIVED = "waived", _("It is not charged")

    programme = models.ForeignKey(Programme, models.PROTECT, related_name="moratoria")
    region = models.ForeignKey(Region, models.PROTECT, null=True, blank=True, verbose_name=_("region"))
    villages = models.ManyToManyField(Village, blank=True, related_name="+", verbose_name=_("towns and villages"))
    sector = models.CharField(_("sector"), max_length=60, blank=True)
    months = models.PositiveSmallIntegerField(_("months without instalments"))
    interest = models.CharField(_("interest of these months"), max_length=7, choices=Interest.choices)
    starts_on = models.DateField(_("in effect from"))
    reason = models.CharField(_("reason"), max_length=300)

    class Meta:
        ordering = ["-pk"]
        verbose_name = _("moratorium")
        constraints = [
            models.CheckConstraint(condition=Q(months__gte=1, months__lte=11), name="moratorium_months"),
            *CommitteeRequest.Meta.constraints,
        ]

    def get_absolute_url(self):
        return reverse("loans:moratorium", args=[self.ref])

    @transition(
        "state",
        source=State.APPROVED,
        target=State.IN_FORCE,
        conditions=[conditions.decision_stands],
        permission=allowed("loans.apply_moratorium", _("Another person than who prepared it must do this.")),
        custom={"label": _("Put it into effect"), "style": "primary"},
    )
    def put_in_force(self):
        self.in_force_on = self.move.on
        self.in_force_by = self.move.by

    @transition(
        "state",
        source=[State.ASKED, State.APPROVED],
        target=State.WITHDRAWN,
        conditions=[conditions.no_sitting_decides],
        permission=allowed("loans.moratorium"),
        custom={"label": _("Cancel the moratorium"), "style": "stop"},
    )
    def withdraw(self):
        pass


class MoratoriumLoan(models.Model):
    """One loan of a moratorium and its effect, as it was shown before the decision took effect. Minor units.

    `done_...` is what was done where something of the loan had changed since: it was reckoned anew, with the money up
    to `done_on`, and never beyond what was shown. `left_out` says why a loan got nothing.
    """

    class LeftOut(models.TextChoices):
        ENDED = "ended", _("It is not active any more.")
        DECIDED = "decided", _("Another decision gave it a new schedule.")
        BEYOND = "beyond", _("More would be owed, or not charged, than the committee was shown.")
        LATE = "late", _("Its money is dated after the first instalment that was shown.")
        TERMS = "terms", _("Its terms make no new schedule of what is owed by now.")

    moratorium = models.ForeignKey(Moratorium, models.PROTECT, related_name="loans")
    loan = models.ForeignKey(Loan, models.PROTECT, related_name="moratoria")
    currency = CurrencyField()
    principal_amount = AmountField()
    instalments_number = models.PositiveSmallIntegerField()
    first_due_on = models.DateField()
    matured_on = models.DateField(_("last instalment before"))
    matures_on = models.DateField(_("last instalment after"))
    interest_before_amount = AmountField()
    interest_after_amount = AmountField()
    waived_amount = AmountField(default=0)
    version = models.PositiveSmallIntegerField(_("schedule version made"), null=True)
    done_on = models.DateField(_("reckoned anew with the money up to"), null=True)
    done_principal_amount = AmountField(null=True)
    done_waived_amount = AmountField(null=True)
    left_out = models.CharField(_("why it was left out"), max_length=7, choices=LeftOut.choices, blank=True)

    class Meta:
        ordering = ["moratorium", "loan"]
        constraints = [
            models.UniqueConstraint(fields=["moratorium", "loan"], name="moratorium_loan_once"),
            models.CheckConstraint(
                condition=Q(done_on=None)
                | Q(done_principal_amount__lte=F("principal_amount"), done_waived_amount__lte=F("waived_amount")),
                name="moratorium_loan_within",
            ),
        ]

    @property
    def interest_amounts(self):
        """Interest still to be paid before, after, and not charged."""
        return self.interest_before_amount, self.interest_after_amount, self.waived_amount


class Handover(Versioned):
    """A list of loans that one adviser hands to another. It takes effect when the taker signs it."""

    programme = models.ForeignKey(Programme, models.PROTECT, related_name="loan_handovers")
    giver = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("from"))
    taker = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("to"))
    reason = models.CharField(_("reason"), max_length=300)
    prepared_on = models.DateField()
    prepared_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    signed_on = models.DateField(_("signed by the taker"), null=True, blank=True)

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(condition=~Q(giver=F("taker")), name="handover_between_two"),
            models.CheckConstraint(
                condition=Q(signed_on=None) | Q(signed_on__gte=F("prepared_on")), name="handover_days"
            ),
        ]


class HandoverLoan(models.Model):
    """A loan on the list as it stood when it was handed over. Amounts are minor units."""

    handover = models.ForeignKey(Handover, models.PROTECT, related_name="loans")
    loan = models.ForeignKey(Loan, models.PROTECT, related_name="handovers")
    principal_amount = AmountField(_("outstanding principal"))
    days_late = models.PositiveIntegerField(_("days past due"))

    class Meta:
        ordering = ["handover", "loan"]
        constraints = [models.UniqueConstraint(fields=["handover", "loan"], name="handover_loan_once")]
