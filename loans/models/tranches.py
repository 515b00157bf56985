"""The parts in which a loan is paid out, where it is not paid out at once. Amounts: minor units of its currency."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q, Sum
from django.utils.translation import gettext_lazy as _
from django_fsm import FSMField, transition

from audit.models import Moving
from audit.moves import allowed
from ledger.fields import AmountField
from loans import conditions_tranches as conditions
from loans.models.loans import LOAN_ROLES, Loan
from programmes.roles import rows_for

OTHER_PERSON = _("Another person than the one who asked must do this.")


class LoanTrancheQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.filter(rows_for(user, LOAN_ROLES, programme="loan__programme", region="loan__region"))

    def open(self):
        """Promised, and neither paid out nor given up."""
        return self.exclude(state__in=LoanTranche.OVER)

    def paid(self):
        return self.filter(state=LoanTranche.State.PAID)

    def total_amount(self):
        return self.aggregate(total=Sum("amount", default=0))["total"]


class LoanTranche(Moving):
    """A part of a signed loan. It is paid out once what it asks for was shown, or given up by two people.

    `fee_amount` is its part of the fee that the product withholds.
    """

    class State(models.TextChoices):
        PLANNED = "planned", _("Planned")
        ASKED = "asked", _("Waits for a second person")
        CONFIRMED = "confirmed", _("Shown and confirmed")
        PAID = "paid", _("Paid out")
        RETURNED = "returned", _("Returned by the bank")
        GIVING_UP = "giving_up", _("To be given up")
        GIVEN_UP = "given_up", _("Given up")

    OVER = (State.PAID, State.GIVEN_UP)

    ref = models.CharField(max_length=20, unique=True)
    loan = models.ForeignKey(Loan, models.PROTECT, related_name="tranches")
    number = models.PositiveSmallIntegerField()
    amount = AmountField()
    fee_amount = AmountField(_("fee withheld"), default=0)
    planned_on = models.DateField(_("planned for"))
    condition = models.CharField(_("what must be shown before"), max_length=300, blank=True)
    shown = models.CharField(_("what was shown"), max_length=300, blank=True)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    confirmed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    confirmed_on = models.DateField(null=True, blank=True)
    end_asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    end_reason = models.CharField(_("why it is given up"), max_length=300, blank=True)
    ended_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    ended_on = models.DateField(null=True, blank=True)
    paid_on = models.DateField(null=True, blank=True)
    state = FSMField(_("state"), max_length=9, default=State.PLANNED, choices=State.choices, protected=True)

    objects = LoanTrancheQuerySet.as_manager()

    class Meta:
        ordering = ["loan", "number"]
        verbose_name = _("tranche")
        constraints = [
            models.UniqueConstraint(fields=["loan", "number"], name="loantranche_number"),
            models.CheckConstraint(
                condition=Q(amount__gt=0) & Q(fee_amount__gte=0) & Q(fee_amount__lt=F("amount")),
                name="loantranche_amounts",
            ),
            models.CheckConstraint(
                condition=Q(confirmed_by=None) | ~Q(confirmed_by=F("asked_by")), name="loantranche_second_person"
            ),
            models.CheckConstraint(
                condition=Q(ended_by=None) | ~Q(ended_by=F("end_asked_by")), name="loantranche_end_second_person"
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["confirmed", "paid"]) | Q(condition="") | Q(confirmed_by__isnull=False),
                name="loantranche_shown",
            ),
            models.CheckConstraint(
                condition=Q(state="paid", paid_on__isnull=False) | (~Q(state="paid") & Q(paid_on=None)),
                name="loantranche_paid_on",
            ),
        ]
        indexes = [models.Index(fields=["state", "planned_on"], name="loantranche_due")]

    def __str__(self):
        return self.ref

    @property
    def programme(self):
        return self.loan.programme

    @property
    def region(self):
        return self.loan.region

    @property
    def application(self):
        return self.loan.application

    @property
    def region_id(self):
        return self.loan.region_id

    @property
    def programme_id(self):
        return self.loan.programme_id

    @property
    def source_ref(self):
        """What its payment orders name."""
        return f"{self.loan.ref}:{self.number}"

    def get_absolute_url(self):
        return f"{self.loan.get_absolute_url()}#tranches"

    @transition(
        state,
        source=State.PLANNED,
        target=State.ASKED,
        conditions=[conditions.asks_for_something, conditions.loan_runs, conditions.earlier_are_over],
        permission=allowed("loans.ask_tranche"),
        custom={"label": _("Say what was shown"), "style": "primary"},
    )
    def ask(self, *, shown):
        self.shown = shown[:300]
        self.asked_by = self.move.by

    @transition(
        state,
        source=State.ASKED,
        target=State.CONFIRMED,
        permission=allowed("loans.confirm_tranche", OTHER_PERSON),
        custom={"label": _("Confirm what was shown"), "style": "primary"},
    )
    def confirm(self):
        self.confirmed_by = self.move.by
        self.confirmed_on = self.move.on

    @transition(
        state,
        source=State.ASKED,
        target=State.PLANNED,
        permission=allowed("loans.ask_tranche"),
        custom={"label": _("It was not shown")},
    )
    def send_back(self):
        self.shown, self.asked_by = "", None

    @transition(
        state,
        source=[State.PLANNED, State.ASKED, State.CONFIRMED, State.RETURNED],
        target=State.GIVING_UP,
        conditions=[conditions.not_in_payment, conditions.not_the_only_one],
        permission=allowed("loans.end_tranche"),
        custom={"label": _("Ask to give it up"), "style": "stop"},
    )
    def ask_to_give_up(self, *, why):
        self.end_asked_by = self.move.by
        self.end_reason = why[:300]

    @transition(
        state,
        source=State.GIVING_UP,
        target=State.GIVEN_UP,
        conditions=[conditions.not_the_only_one],
        permission=allowed("loans.give_up_tranche", OTHER_PERSON),
        custom={"label": _("Give it up"), "style": "stop"},
    )
    def give_up(self):
        self.ended_by = self.move.by
        self.ended_on = self.move.on

    @transition(
        state,
        source=State.GIVING_UP,
        target=State.PLANNED,
        permission=allowed("loans.end_tranche"),
        custom={"label": _("Keep it")},
    )
    def keep(self):
        """What was shown before is asked again: time has passed."""
        self.end_asked_by, self.end_reason = None, ""
        self.shown, self.asked_by, self.confirmed_by, self.confirmed_on = "", None, None, None

    @transition(
        state,
        source=[State.PLANNED, State.CONFIRMED, State.RETURNED],
        target=State.PAID,
        custom={"internal": True},
    )
    def settle(self):
        self.paid_on = self.move.on

    @transition(state, source=State.PAID, target=State.RETURNED, custom={"internal": True})
    def bounce(self):
        self.paid_on = None

    @transition(state, source=State.PAID, target=State.GIVEN_UP, custom={"internal": True})
    def lapse(self):
        """The bank returned it, and what was repaid covers the rest: nothing is to be paid out any more."""
        self.paid_on = None
        self.ended_on = self.move.on

    @transition(
        state,
        source=[State.PLANNED, State.ASKED, State.CONFIRMED, State.RETURNED, State.GIVING_UP],
        target=State.GIVEN_UP,
        custom={"internal": True},
    )
    def drop(self):
        """The loan was cancelled before any of it was paid out."""
        self.ended_on = self.move.on
