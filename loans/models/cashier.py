"""The cash box: its days, numbered receipts, counts by denomination, deposits at the bank. Amounts are minor units.

Cash that borrowers pay stands in the ledger under account 1000 with the subject `till:<programme>:<currency>` until it
is deposited: it is money of the funding line all the time.
"""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django_fsm import FSMField, transition

from audit.models import Moving
from audit.moves import allowed
from ledger.fields import AmountField, CurrencyField
from ledger.models import Entry
from loans.models.repayments import Repayment
from payments.models import OwnAccount, StatementLine
from programmes.models import Programme, Role
from programmes.roles import rows_for

CASHIERS = (Role.LOAN_OFFICER, Role.FINANCE, Role.MANAGER)


def till_of(programme, currency):
    """The subject under which the programme's cash box in that currency stands in the ledger."""
    return f"till:{programme.pk}:{currency}"


class OfProgramme(models.QuerySet):
    def visible_to(self, user):
        return self.filter(rows_for(user, CASHIERS, region=None))


class CashDay(Moving):
    """The cash box on one day: open, counted by one person, closed by another.

    `expected_amount` is what the ledger said when it was counted; a difference is explained, and booked by the one who
    closes the day: `difference_entry`, so that the ledger has in the box what was counted. When it is found later, the
    entry is reversed.
    """

    class State(models.TextChoices):
        OPEN = "open", _("Open")
        COUNTED = "counted", _("Counted")
        CLOSED = "closed", _("Closed")

    ref = models.CharField(max_length=32, unique=True)
    programme = models.ForeignKey(Programme, models.PROTECT, related_name="cash_days")
    currency = CurrencyField()
    on = models.DateField(_("day"))
    expected_amount = AmountField(_("by the receipts"), default=0)
    counted_amount = AmountField(_("counted"), default=0)
    explanation = models.CharField(_("why it differs"), max_length=300, blank=True)
    counted_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    closed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    difference_entry = models.OneToOneField(Entry, models.PROTECT, null=True, related_name="+")
    state = FSMField(_("state"), max_length=7, default=State.OPEN, choices=State.choices, protected=True)

    objects = OfProgramme.as_manager()

    class Meta:
        ordering = ["-on", "currency"]
        verbose_name = _("day of the cash box")
        constraints = [
            models.UniqueConstraint(fields=["programme", "currency", "on"], name="cash_day_once"),
            models.CheckConstraint(
                condition=Q(state="open") | Q(counted_amount=F("expected_amount")) | ~Q(explanation=""),
                name="cash_day_difference_explained",
            ),
            models.CheckConstraint(
                condition=Q(state="open") | Q(counted_by__isnull=False), name="cash_day_counted_by_somebody"
            ),
            models.CheckConstraint(
                condition=~Q(state="closed") | (Q(closed_by__isnull=False) & ~Q(closed_by=F("counted_by"))),
                name="cash_day_closed_by_another",
            ),
            models.CheckConstraint(
                condition=Q(difference_entry=None) | (Q(state="closed") & ~Q(counted_amount=F("expected_amount"))),
                name="cash_day_difference_booked_when_closed",
            ),
            models.CheckConstraint(
                condition=~Q(state="closed")
                | Q(counted_amount=F("expected_amount"))
                | Q(difference_entry__isnull=False),
                name="cash_day_no_difference_left",
            ),
        ]

    def __str__(self):
        return f"{self.on:%d.%m.%Y} {self.currency}"

    def get_absolute_url(self):
        return reverse("loans:cash_day", args=[self.pk])

    @property
    def is_found(self):
        """Was the difference that was booked explained since, and its entry reversed?"""
        return self.difference_entry is not None and hasattr(self.difference_entry, "reversed_by")

    @property
    def difference_amount(self):
        return self.counted_amount - self.expected_amount

    @transition(
        state,
        source=State.OPEN,
        target=State.COUNTED,
        permission=allowed("loans.take_cash"),
        custom={"label": _("Count the cash"), "style": "primary"},
    )
    def count(self, *, expected, counted, explanation):
        self.expected_amount, self.counted_amount, self.explanation = expected, counted, explanation
        self.counted_by = self.move.by

    @transition(
        state,
        source=State.COUNTED,
        target=State.CLOSED,
        permission=allowed("loans.close_day", _("Another person than the one who counted closes the day.")),
        custom={"label": _("Close the day"), "style": "primary"},
    )
    def close(self, *, difference_entry):
        self.closed_by = self.move.by
        self.difference_entry = difference_entry

    @transition(
        state,
        source=State.COUNTED,
        target=State.OPEN,
        permission=allowed("loans.close_day", _("Another person than the one who counted sends the count back.")),
        custom={"label": _("Count it again")},
    )
    def send_back(self):
        self.counted_by = None


class CashPiece(models.Model):
    """So many notes or coins of one denomination (minor units) in a count."""

    day = models.ForeignKey(CashDay, models.CASCADE, related_name="pieces")
    denomination_amount = AmountField()
    number = models.PositiveIntegerField()

    class Meta:
        ordering = ["-denomination_amount"]
        constraints = [
            models.UniqueConstraint(fields=["day", "denomination_amount"], name="cash_piece_once"),
            models.CheckConstraint(condition=Q(denomination_amount__gt=0), name="cash_piece_amount"),
        ]


class CashReceipt(models.Model):
    """A numbered receipt of cash for one repayment. It is void when its repayment is reversed; the number stays."""

    ref = models.CharField(_("number"), max_length=20, unique=True)
    programme = models.ForeignKey(Programme, models.PROTECT, related_name="cash_receipts")
    day = models.ForeignKey(CashDay, models.PROTECT, related_name="receipts")
    repayment = models.OneToOneField(Repayment, models.PROTECT, related_name="cash_receipt")
    issued_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    objects = OfProgramme.as_manager()

    class Meta:
        ordering = ["-pk"]

    def __str__(self):
        return self.ref

    @property
    def is_void(self):
        return self.repayment.reversed_on is not None


class CashDeposit(models.Model):
    """Cash carried to the bank with a slip; `line` is the line of the statement on which it arrived."""

    programme = models.ForeignKey(Programme, models.PROTECT, related_name="cash_deposits")
    own_account = models.ForeignKey(OwnAccount, models.PROTECT, verbose_name=_("account"), related_name="+")
    amount = AmountField(_("amount"))
    currency = CurrencyField()
    deposited_on = models.DateField(_("deposited"))
    slip = models.CharField(_("number of the slip"), max_length=40)
    deposited_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    entry = models.OneToOneField(Entry, models.PROTECT, null=True, related_name="+")
    line = models.OneToOneField(StatementLine, models.PROTECT, null=True, blank=True, related_name="+")

    objects = OfProgramme.as_manager()

    class Meta:
        ordering = ["-pk"]
        verbose_name = _("deposit")
        constraints = [
            models.UniqueConstraint(fields=["own_account", "slip"], name="cash_deposit_slip_once"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="cash_deposit_amount"),
        ]

    def __str__(self):
        return self.slip
