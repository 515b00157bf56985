"""Cash that a paymaster carries to a village: the advance, the pay sheet, its rows, and what came back.

An advance stands in the ledger under account 1000 with the subject `cash:<reference>`: it stays money of the funding
line until it is in the hands of the payees.
"""

from django.conf import settings
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django_fsm import FSMField, transition

from applicants.models import Evidence
from audit.models import Moving, Versioned
from audit.moves import allowed
from ledger.fields import AmountField, CurrencyField
from ledger.money import Money
from payments import conditions
from payments.models.accounts import MONEY_ROLES
from payments.models.orders import Batch, PaymentOrder
from payments.models.statements import StatementLine
from programmes.models import FundingLine, Programme, Village
from programmes.roles import rows_for

# What holds where a programme has said nothing: minor units of the currency, and whole days.
DEFAULT_ADVANCE_AMOUNT = 1_000_000
DEFAULT_COOLING_DAYS = 1


class MoneyRuleQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.filter(rows_for(user, MONEY_ROLES, region=None))

    def waiting(self):
        return self.filter(confirmed_on=None)

    def _last(self, programme_id, currency, name):
        """What the rule in force says: the last that a second person confirmed."""
        known = self.exclude(confirmed_on=None).filter(programme=programme_id, currency=currency)
        return known.order_by("-pk").values_list(name, flat=True).first()

    def cooling_days(self, programme_id, currency):
        """Days that a changed account of this programme waits before a payment to it is approved."""
        days = self._last(programme_id, currency, "cooling_days")
        return DEFAULT_COOLING_DAYS if days is None else days

    def advance_amount(self, programme_id, currency):
        """Minor units of cash that a paymaster of this programme carries at most."""
        most = self._last(programme_id, currency, "advance_amount")
        return DEFAULT_ADVANCE_AMOUNT if most is None else most


class MoneyRule(Versioned):
    """What a programme says of its payments in one currency; without a row the defaults of this module hold.

    The last row that a second person confirmed is in force, and one more may wait for that.

    `advance_amount`: how much cash a paymaster carries at most. `cooling_days`: how many days a changed account waits
    before a payment to it can be approved; 0 switches the wait off.
    """

    programme = models.ForeignKey(Programme, models.PROTECT, related_name="money_rules")
    currency = CurrencyField(_("currency"))
    advance_amount = AmountField(_("cash that a paymaster carries at most"), default=DEFAULT_ADVANCE_AMOUNT)
    cooling_days = models.PositiveSmallIntegerField(
        _("days before a payment to a changed account is approved"), default=DEFAULT_COOLING_DAYS
    )

    # Empty on rules from before a second person was asked.
    proposed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    proposed_on = models.DateField(null=True)
    confirmed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    confirmed_on = models.DateField(null=True)

    objects = MoneyRuleQuerySet.as_manager()

    class Meta:
        ordering = ["programme", "currency", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["programme", "currency"], condition=Q(confirmed_on=None), name="money_rule_one_waits"
            ),
            models.CheckConstraint(
                condition=Q(proposed_by=None) | Q(confirmed_by=None) | ~Q(confirmed_by=F("proposed_by")),
                name="money_rule_second_person",
            ),
            models.CheckConstraint(condition=Q(advance_amount__gte=0), name="money_rule_amount"),
        ]

    def __str__(self):
        return f"{self.programme} {self.currency}"

    @property
    def in_force(self):
        return self.confirmed_on is not None

    @property
    def most(self):
        """What a paymaster carries at most, as Money."""
        return Money(self.advance_amount, self.currency)


class CashAdvanceQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Those who handle the programme's money see all, a paymaster their own."""
        return self.filter(rows_for(user, MONEY_ROLES, region=None) | Q(paymaster=user.pk))

    def live(self):
        return self.filter(state__in=["prepared", "open"])


class CashAdvance(Moving):
    """Cash of one funding line in the hands of one paymaster. Amounts are minor units of `currency`."""

    class State(models.TextChoices):
        PREPARED = "prepared", _("Prepared")
        OPEN = "open", _("In the paymaster's hands")
        CLOSED = "closed", _("Accounted for")
        CANCELLED = "cancelled", _("Cancelled")

    ref = models.CharField(_("reference"), max_length=16, unique=True)
    programme = models.ForeignKey(Programme, models.PROTECT, related_name="cash_advances")
    line = models.ForeignKey(FundingLine, models.PROTECT, related_name="+")
    paymaster = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    amount = AmountField(_("amount"))
    currency = CurrencyField()
    prepared_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    prepared_on = models.DateField()
    approved_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    paid_on = models.DateField(_("paid out"), null=True, blank=True)
    bank_reference = models.CharField(_("bank reference"), max_length=60, blank=True)
    state = FSMField(_("state"), max_length=9, default=State.PREPARED, choices=State.choices, protected=True)

    objects = CashAdvanceQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        verbose_name = _("cash advance")
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="advance_amount"),
            models.CheckConstraint(
                condition=~Q(prepared_by=F("paymaster"))
                & (Q(approved_by=None) | (~Q(approved_by=F("prepared_by")) & ~Q(approved_by=F("paymaster")))),
                name="advance_three_people",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["open", "closed"])
                | (Q(approved_by__isnull=False) & Q(paid_on__isnull=False) & ~Q(bank_reference="")),
                name="advance_paid_facts",
            ),
            models.UniqueConstraint(
                fields=["paymaster"], condition=Q(state__in=["prepared", "open"]), name="advance_one_live"
            ),
        ]

    def __str__(self):
        return self.ref

    def get_absolute_url(self):
        return reverse("payments:advance", args=[self.ref])

    @property
    def purse(self):
        """The subject under which its cash stands in the ledger."""
        return f"cash:{self.ref}"

    @transition(
        state,
        source=State.PREPARED,
        target=State.OPEN,
        permission=allowed(
            "payments.pay_out_advance",
            _("Another finance officer must pay it out: neither who prepared it nor the paymaster."),
        ),
        custom={"label": _("Pay out"), "style": "primary"},
    )
    def pay_out(self, *, bank_reference):
        self.approved_by = self.move.by
        self.paid_on = self.move.on
        self.bank_reference = bank_reference

    @transition(
        state,
        source=State.PREPARED,
        target=State.CANCELLED,
        permission=allowed("payments.cancel"),
        custom={"label": _("Cancel"), "style": "stop"},
    )
    def cancel(self):
        pass

    @transition(state, source=State.OPEN, target=State.CLOSED, custom={"internal": True})
    def close(self):
        """The last of it was paid, brought back or accounted for."""


class PaySheetQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.filter(rows_for(user, MONEY_ROLES, region=None) | Q(advance__paymaster=user.pk))

    def live(self):
        return self.exclude(state="confirmed")


class PaySheet(Moving):
    """The payees of one village who are paid in cash on one day, out of one advance. Its orders went out as `batch`."""

    class State(models.TextChoices):
        ISSUED = "issued", _("With the paymaster")
        RECORDED = "recorded", _("Waits for a second person")
        CONFIRMED = "confirmed", _("Confirmed")

    ref = models.CharField(_("reference"), max_length=16, unique=True)
    programme = models.ForeignKey(Programme, models.PROTECT, related_name="pay_sheets")
    advance = models.ForeignKey(CashAdvance, models.PROTECT, related_name="sheets")
    village = models.ForeignKey(Village, models.PROTECT, related_name="+")
    batch = models.OneToOneField(Batch, models.PROTECT, related_name="pay_sheet")
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    made_on = models.DateField()
    paid_on = models.DateField(_("day of the payment"), null=True, blank=True)
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    confirmed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    scan = models.ForeignKey(Evidence, models.PROTECT, null=True, related_name="+")
    state = FSMField(_("state"), max_length=9, default=State.ISSUED, choices=State.choices, protected=True)

    objects = PaySheetQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        verbose_name = _("pay sheet")
        constraints = [
            models.CheckConstraint(
                condition=Q(state="issued") | (Q(recorded_by__isnull=False) & Q(paid_on__isnull=False)),
                name="pay_sheet_recorded_facts",
            ),
            models.CheckConstraint(
                condition=~Q(state="confirmed")
                | (Q(confirmed_by__isnull=False) & ~Q(confirmed_by=F("recorded_by")) & Q(scan__isnull=False)),
                name="pay_sheet_second_person",
            ),
        ]

    def __str__(self):
        return self.ref

    def get_absolute_url(self):
        return reverse("payments:pay_sheet", args=[self.ref])

    @transition(
        state,
        source=State.ISSUED,
        target=State.RECORDED,
        permission=allowed("payments.record_run", _("The paymaster who carried the money records who was paid.")),
        custom={"label": _("Record who was paid"), "style": "primary"},
    )
    def record(self):
        self.recorded_by = self.move.by
        self.paid_on = self.move.on

    @transition(
        state,
        source=State.RECORDED,
        target=State.ISSUED,
        permission=allowed("payments.confirm_run"),
        custom={"label": _("Give it back to the paymaster"), "style": "stop"},
    )
    def give_back(self):
        self.recorded_by = None
        self.paid_on = None

    @transition(
        state,
        source=State.RECORDED,
        target=State.CONFIRMED,
        conditions=[conditions.rows_witnessed],
        permission=allowed(
            "payments.confirm_run", _("Another finance officer than the paymaster compares the signed sheet.")
        ),
        custom={"label": _("Confirm by the signed sheet"), "style": "primary"},
    )
    def confirm(self, *, scan):
        self.confirmed_by = self.move.by
        self.scan = scan


class PaySheetRow(models.Model):
    """One payee on a sheet: paid before a witness, or not paid for a reason. An order stands on one sheet ever."""

    class Result(models.TextChoices):
        OPEN = "", _("Not recorded")
        PAID = "paid", _("Paid")
        UNPAID = "unpaid", _("Not paid")

    class Mark(models.TextChoices):
        SIGNATURE = "signature", _("Signature")
        THUMB = "thumb", _("Thumb mark")

    sheet = models.ForeignKey(PaySheet, models.PROTECT, related_name="rows")
    number = models.PositiveSmallIntegerField()
    order = models.OneToOneField(PaymentOrder, models.PROTECT, related_name="pay_row")
    result = models.CharField(_("result"), max_length=6, choices=Result.choices, blank=True)
    identity_checked = models.BooleanField(_("identity document seen"), default=False)
    mark = models.CharField(_("signed by"), max_length=9, choices=Mark.choices, blank=True)
    witness_name = models.CharField(_("witness"), max_length=160, blank=True)
    witness_role = models.CharField(_("who the witness is"), max_length=80, blank=True)
    why_unpaid = models.CharField(_("why not"), max_length=200, blank=True)

    class Meta:
        ordering = ["sheet", "number"]
        constraints = [
            models.UniqueConstraint(fields=["sheet", "number"], name="pay_row_number"),
            models.CheckConstraint(
                condition=~Q(result="paid")
                | (Q(identity_checked=True) & ~Q(mark="") & ~Q(witness_name="") & ~Q(witness_role="")),
                name="pay_row_paid_facts",
            ),
            models.CheckConstraint(condition=~Q(result="unpaid") | ~Q(why_unpaid=""), name="pay_row_unpaid_why"),
        ]

    def __str__(self):
        return self.ref

    @property
    def ref(self):
        """The bank reference of the payment: the sheet and the row on it."""
        return f"{self.sheet.ref}/{self.number}"


class CashReturnQuerySet(models.QuerySet):
    def on_no_statement(self):
        """Deposits that no line of the bank names yet."""
        named = StatementLine.objects.filter(entry=OuterRef("entry"))
        return self.filter(Q(kind=CashReturn.Kind.DEPOSIT) & ~Exists(named))


class CashReturn(models.Model):
    """Cash of an advance that was brought back to the bank, or that a manager counted as lost."""

    class Kind(models.TextChoices):
        DEPOSIT = "deposit", _("Brought back to the bank")
        LOSS = "loss", _("Lost, by a manager's decision")

    advance = models.ForeignKey(CashAdvance, models.PROTECT, related_name="returns")
    kind = models.CharField(max_length=7, choices=Kind.choices)
    amount = AmountField(_("amount"))
    on = models.DateField(_("day"))
    reference = models.CharField(_("bank reference"), max_length=60, blank=True)
    entry = models.OneToOneField("ledger.Entry", models.PROTECT, related_name="+")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    objects = CashReturnQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        constraints = [models.CheckConstraint(condition=Q(amount__gt=0), name="cash_return_amount")]

    def __str__(self):
        return f"{self.advance} {self.kind} {self.amount}"
