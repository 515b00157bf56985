"""Payee accounts, payment orders with their own lines, and batches. Payments knows no instalment and no tranche."""

from django.conf import settings
from django.db import models
from django.db.models import Count, Exists, F, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django_fsm import FSMField, transition

from accounts.encryption import EncryptedField
from applicants.models import Application, Part, Party
from audit.models import Moving, Versioned
from audit.moves import allowed
from ledger.fields import AmountField, CurrencyField
from payments import conditions
from programmes.models import FundingLine, Programme, Role
from programmes.roles import rows_for

MONEY_ROLES = (Role.FINANCE, Role.MANAGER)
SECOND_PERSON = _(
    "Another finance officer must approve: not the one who prepared it, and nobody with another part on this dossier."
)


class PayeeAccountQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.filter(rows_for(user, MONEY_ROLES, region=None))

    def open(self):
        return self.filter(closed_on=None)

    def without_number(self):
        """Rows for pages: the encrypted number stays in the database."""
        return self.defer("number")


class PayeeAccount(Versioned):
    """Where a party is paid by one programme. The number is encrypted; a changed account waits for a second person.

    `entered_by` and `entered_on` are of the last change; `version` counts the changes of its facts.
    """

    class Kind(models.TextChoices):
        IBAN = "iban", _("Bank account (IBAN)")
        DOMESTIC = "domestic", _("Bank account without IBAN")
        CASH = "cash", _("Cash against signature")
        MOBILE = "mobile", _("Mobile money")

    programme = models.ForeignKey(Programme, models.PROTECT, related_name="payee_accounts")
    party = models.ForeignKey(Party, models.PROTECT, related_name="payee_accounts")
    kind = models.CharField(_("kind"), max_length=8, choices=Kind.choices)
    holder = models.CharField(_("account holder"), max_length=160)
    number = EncryptedField(_("number"), blank=True)
    number_index = models.CharField(max_length=64, blank=True, db_index=True)
    number_tail = models.CharField(max_length=4, blank=True)
    bank = models.CharField(_("bank"), max_length=120, blank=True)
    currency = CurrencyField(_("currency"))
    entered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    entered_on = models.DateField()
    confirmed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    confirmed_on = models.DateField(null=True, blank=True)
    closed_on = models.DateField(null=True, blank=True)

    objects = PayeeAccountQuerySet.as_manager()

    class Meta:
        ordering = ["party", "-pk"]
        verbose_name = _("payee account")
        constraints = [
            models.CheckConstraint(
                condition=Q(confirmed_by=None) | ~Q(confirmed_by=F("entered_by")), name="payee_account_second_person"
            )
        ]

    def __str__(self):
        return f"{self.get_kind_display()} ···{self.number_tail}" if self.number_tail else str(self.get_kind_display())

    def get_absolute_url(self):
        return reverse("payments:account", args=[self.pk])

    @property
    def ref(self):
        """What events call it: the number itself never stands in the log."""
        return f"account:{self.pk}"

    @property
    def is_confirmed(self):
        return self.confirmed_by_id is not None

    @property
    def was_changed(self):
        return self.version > 1


class OwnAccountQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.filter(rows_for(user, MONEY_ROLES, region=None))

    def open(self):
        return self.filter(closed_on=None)

    def confirmed(self):
        return self.exclude(confirmed_by=None)

    def paying(self, lines):
        """Those from which one of these funding lines is paid."""
        return self.filter(lines__in=lines).distinct()

    def without_number(self):
        """Rows for pages: the encrypted number stays in the database."""
        return self.defer("number")


class OwnAccount(Versioned):
    """The programme's account at the bank, and the funding lines that are paid from it.

    A line is paid from at most one open account (the services see to it, with the line locked). Nothing of it is
    changed: a wrong one is closed and another entered.
    """

    class Kind(models.TextChoices):
        IBAN = "iban", _("Bank account (IBAN)")
        DOMESTIC = "domestic", _("Bank account without IBAN")

    programme = models.ForeignKey(Programme, models.PROTECT, related_name="own_accounts")
    kind = models.CharField(_("kind"), max_length=8, choices=Kind.choices)
    holder = models.CharField(_("account holder"), max_length=140)
    number = EncryptedField(_("number"))
    number_index = models.CharField(max_length=64, db_index=True)
    number_tail = models.CharField(max_length=4, blank=True)
    bank = models.CharField(_("bank"), max_length=120)
    bic = models.CharField(_("bank code (BIC)"), max_length=11, blank=True)
    country = models.CharField(_("country"), max_length=2)
    currency = CurrencyField(_("currency"))
    lines = models.ManyToManyField(FundingLine, verbose_name=_("funding lines"), related_name="own_accounts")
    entered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    entered_on = models.DateField()
    confirmed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    confirmed_on = models.DateField(null=True, blank=True)
    closed_on = models.DateField(null=True, blank=True)

    objects = OwnAccountQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        verbose_name = _("the programme's account at the bank")
        constraints = [
            models.CheckConstraint(
                condition=Q(confirmed_by=None) | ~Q(confirmed_by=F("entered_by")), name="own_account_second_person"
            )
        ]

    def __str__(self):
        return f"{self.bank} {self.currency}" + (f" ···{self.number_tail}" if self.number_tail else "")

    def get_absolute_url(self):
        return reverse("payments:own_account", args=[self.pk])

    @property
    def ref(self):
        """What events call it: the number itself never stands in the log."""
        return f"own-account:{self.pk}"

    @property
    def is_confirmed(self):
        return self.confirmed_by_id is not None


class BatchQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.filter(rows_for(user, MONEY_ROLES, region=None))

    def with_counts(self):
        """Annotate `payments`, and `waiting`: those on which the bank has not answered."""
        orders = PaymentOrder.objects.filter(batch=OuterRef("pk")).order_by().values("batch")
        counted = orders.annotate(rows=Count("pk")).values("rows")
        waiting = orders.filter(state="sent").annotate(rows=Count("pk")).values("rows")
        return self.annotate(payments=Coalesce(Subquery(counted), 0), waiting=Coalesce(Subquery(waiting), 0))


class Batch(models.Model):
    """Orders sent to the bank together, with their control sum.

    `own_account`: the programme's account from which all their lines are paid; without one the batch is typed by hand.
    """

    ref = models.CharField(max_length=12, unique=True)
    programme = models.ForeignKey(Programme, models.PROTECT, related_name="batches")
    own_account = models.ForeignKey(OwnAccount, models.PROTECT, null=True, blank=True, related_name="batches")
    currency = CurrencyField()
    control_amount = AmountField()
    made_on = models.DateField()
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    objects = BatchQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        verbose_name = _("batch")
        verbose_name_plural = _("batches")

    def __str__(self):
        return self.ref

    def get_absolute_url(self):
        return reverse("payments:batch", args=[self.ref])


class PaymentOrderQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.filter(rows_for(user, MONEY_ROLES, region=None))

    def in_state(self, *states):
        return self.filter(state__in=states)

    def live(self):
        return self.exclude(state__in=["cancelled", "returned"])

    def for_pages(self):
        """With what a table prints, and without the encrypted number."""
        related = ("payee", "account", "programme", "application", "prepared_by", "approved_by", "batch")
        return self.select_related(*related).defer("account__number")

    def with_paid_before(self):
        """Annotate `paid_before`: money has reached this account before."""
        earlier = PaymentOrder.objects.filter(account=OuterRef("account"), state="settled", pk__lt=OuterRef("pk"))
        return self.annotate(paid_before=Exists(earlier))

    def with_own_part(self, user):
        """Annotate `own_part`: the user plays another part on the dossier, and so cannot check it."""
        others = Part.objects.filter(application=OuterRef("application"), user=user).exclude(part=Part.Name.CHECKER)
        return self.annotate(own_part=Exists(others))


class PaymentOrder(Moving):
    """One payment: maker, checker, bank. Settling books its lines. Amounts are minor units of `currency`."""

    class State(models.TextChoices):
        PREPARED = "prepared", _("Prepared")
        APPROVED = "approved", _("Approved")
        SENT = "sent", _("Sent to the bank")
        SETTLED = "settled", _("Settled")
        RETURNED = "returned", _("Returned by the bank")
        CANCELLED = "cancelled", _("Cancelled")

    class Kind(models.TextChoices):
        GRANT = "grant", _("Grant tranche")
        LOAN = "loan", _("Loan disbursement")
        REFUND = "refund", _("Refund of an overpayment")

    ref = models.CharField(_("reference"), max_length=16, unique=True)
    programme = models.ForeignKey(Programme, models.PROTECT, related_name="payment_orders")
    application = models.ForeignKey(Application, models.PROTECT, related_name="payment_orders")
    kind = models.CharField(max_length=6, choices=Kind.choices)
    source_ref = models.CharField(_("for"), max_length=40, db_index=True)
    payee = models.ForeignKey(Party, models.PROTECT, related_name="+")
    account = models.ForeignKey(PayeeAccount, models.PROTECT, related_name="orders")
    account_version = models.PositiveIntegerField()
    amount = AmountField(_("amount"))
    currency = CurrencyField()
    purpose = models.CharField(_("text for the bank"), max_length=140)
    prepared_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    prepared_on = models.DateField()
    approved_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    approved_on = models.DateField(null=True, blank=True)
    batch = models.ForeignKey(Batch, models.PROTECT, null=True, blank=True, related_name="orders")
    bank_reference = models.CharField(_("bank reference"), max_length=60, blank=True)
    value_on = models.DateField(_("value date"), null=True, blank=True)
    state = FSMField(_("state"), max_length=9, default=State.PREPARED, choices=State.choices, protected=True)

    objects = PaymentOrderQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        verbose_name = _("payment order")
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="payment_amount"),
            models.CheckConstraint(
                condition=Q(approved_by=None) | ~Q(approved_by=F("prepared_by")), name="payment_four_eyes"
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["approved", "sent", "settled"]) | Q(approved_by__isnull=False),
                name="payment_approved_by",
            ),
            models.CheckConstraint(
                condition=~Q(state="settled") | (~Q(bank_reference="") & Q(value_on__isnull=False)),
                name="payment_settled_facts",
            ),
            models.UniqueConstraint(
                fields=["source_ref"],
                condition=~Q(state__in=["cancelled", "returned"]),
                name="payment_one_live_per_source",
            ),
        ]
        indexes = [models.Index(fields=["programme", "state", "-id"], name="payment_queue")]

    def __str__(self):
        return self.ref

    def get_absolute_url(self):
        return reverse("payments:order", args=[self.ref])

    @transition(
        state,
        source=State.PREPARED,
        target=State.APPROVED,
        conditions=[conditions.account_confirmed, conditions.account_unchanged],
        permission=allowed("payments.approve", SECOND_PERSON),
        custom={"label": _("Approve"), "style": "primary"},
    )
    def approve(self):
        self.approved_by = self.move.by
        self.approved_on = self.move.on

    @transition(
        state,
        source=State.APPROVED,
        target=State.PREPARED,
        custom={"internal": True},
    )
    def void_approval(self):
        """The payee's account changed after the approval."""
        self.approved_by = None
        self.approved_on = None
        self.account_version = self.account.version

    @transition(
        state,
        source=State.APPROVED,
        target=State.SENT,
        conditions=[conditions.account_confirmed, conditions.account_unchanged],
        permission=allowed("payments.send"),
        custom={"label": _("Send to the bank"), "style": "primary"},
    )
    def send(self):
        pass

    @transition(
        state,
        source=State.SENT,
        target=State.SETTLED,
        permission=allowed("payments.settle"),
        custom={"label": _("Settle"), "style": "primary"},
    )
    def settle(self, *, bank_reference, value_on):
        self.bank_reference = bank_reference
        self.value_on = value_on

    @transition(
        state,
        source=State.SENT,
        target=State.RETURNED,
        permission=allowed("payments.settle"),
        custom={"label": _("Returned unpaid"), "style": "stop"},
    )
    def return_unpaid(self):
        pass

    @transition(
        state,
        source=State.SETTLED,
        target=State.RETURNED,
        permission=allowed("payments.settle"),
        custom={"label": _("Returned by the bank"), "style": "stop"},
    )
    def bounce(self):
        pass

    @transition(
        state,
        source=[State.PREPARED, State.APPROVED],
        target=State.CANCELLED,
        permission=allowed("payments.cancel"),
        custom={"label": _("Cancel"), "style": "stop"},
    )
    def cancel(self):
        pass


class PaymentLine(models.Model):
    """A part of an order drawn from one funding line. `legs` on settlement: debit `debit_code`, credit bank.

    `fee_amount` is withheld from a loan: the bank pays amount - fee of the principal in `amount`.
    """

    order = models.ForeignKey(PaymentOrder, models.PROTECT, related_name="lines")
    line = models.ForeignKey(FundingLine, models.PROTECT, related_name="+")
    debit_code = models.CharField(max_length=4)
    subject = models.CharField(max_length=40)
    amount = AmountField()
    fee_amount = AmountField(default=0)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(amount__gt=0) & Q(fee_amount__gte=0) & Q(fee_amount__lt=F("amount")),
                name="payment_line_amounts",
            )
        ]


class StatementQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.filter(rows_for(user, MONEY_ROLES, region=None))

    def with_counts(self):
        """Annotate `lines_total`, and `lines_open`: those of which nobody has said yet what they are."""
        lines = StatementLine.objects.filter(statement=OuterRef("pk")).order_by().values("statement")
        counted = lines.annotate(rows=Count("pk")).values("rows")
        waiting = lines.filter(state="open").annotate(rows=Count("pk")).values("rows")
        return self.annotate(lines_total=Coalesce(Subquery(counted), 0), lines_open=Coalesce(Subquery(waiting), 0))


class Statement(models.Model):
    """What the bank said of one account for some days. The file lies under its SHA-256, as evidence does.

    Lines that an earlier statement of the account had already are not added again: `known_count` and `known_amount`
    (signed minor units) say how many and how much, so that opening + own lines + known lines = closing.
    """

    class Form(models.TextChoices):
        CAMT053 = "camt053", "camt.053"
        MT940 = "mt940", "MT940"
        CSV = "csv", "CSV"

    programme = models.ForeignKey(Programme, models.PROTECT, related_name="statements")
    own_account = models.ForeignKey(OwnAccount, models.PROTECT, related_name="statements")
    form = models.CharField(_("format"), max_length=8, choices=Form.choices)
    name = models.CharField(_("file"), max_length=160)
    sha256 = models.CharField(max_length=64)
    number = models.CharField(_("number"), max_length=75, blank=True)
    currency = CurrencyField()
    from_on = models.DateField(_("from"))
    to_on = models.DateField(_("to"))
    opening_amount = AmountField(_("opening balance"))
    closing_amount = AmountField(_("closing balance"))
    known_count = models.PositiveIntegerField(default=0)
    known_amount = AmountField(default=0)
    loaded_on = models.DateField(_("loaded"))
    loaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    objects = StatementQuerySet.as_manager()

    class Meta:
        ordering = ["-to_on", "-pk"]
        verbose_name = _("bank statement")
        constraints = [
            models.UniqueConstraint(fields=["own_account", "sha256"], name="statement_file_once"),
            models.CheckConstraint(condition=Q(from_on__lte=F("to_on")), name="statement_days"),
        ]

    def __str__(self):
        return f"{self.own_account} {self.number}".strip()

    def get_absolute_url(self):
        return reverse("payments:statement", args=[self.pk])

    @property
    def ref(self):
        return f"statement:{self.pk}"


class StatementLineQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.filter(rows_for(user, MONEY_ROLES, programme="statement__programme", region=None))

    def open(self):
        return self.filter(state="open")

    def for_pages(self):
        """With what a table prints, and without the encrypted number."""
        related = ("statement__own_account", "statement__programme", "order", "batch", "entry")
        return self.select_related(*related).defer("counterparty_number", "statement__own_account__number")


class StatementLine(Moving):
    """One movement on the programme's account: `amount` (signed minor units) above zero came in.

    It becomes a fact once: it settles a payment (or all of a batch), says that one came back, is booked (`entry`), or
    is set aside with a reason. What is none of these stays open until a loan claims it.
    """

    class State(models.TextChoices):
        OPEN = "open", _("Open")
        SETTLED = "settled", _("Payment settled")
        RETURNED = "returned", _("Payment returned")
        BOOKED = "booked", _("Booked")
        SET_ASIDE = "set_aside", _("Set aside")

    ref = models.CharField(max_length=24, unique=True)
    statement = models.ForeignKey(Statement, models.PROTECT, related_name="lines")
    own_account = models.ForeignKey(OwnAccount, models.PROTECT, related_name="+")
    position = models.PositiveIntegerField()
    fingerprint = models.CharField(max_length=64)
    booked_on = models.DateField(_("booked on"))
    value_on = models.DateField(_("value date"))
    amount = AmountField(_("amount"))
    currency = CurrencyField()
    counterparty = models.CharField(_("counterparty"), max_length=160, blank=True)
    counterparty_number = EncryptedField(blank=True)
    counterparty_index = models.CharField(max_length=64, blank=True, db_index=True)
    counterparty_tail = models.CharField(max_length=4, blank=True)
    text = models.CharField(_("text"), max_length=500, blank=True)
    end_to_end = models.CharField(_("end-to-end reference"), max_length=35, blank=True)
    batch_reference = models.CharField(_("reference of the batch"), max_length=35, blank=True)
    bank_reference = models.CharField(_("bank reference"), max_length=60)
    return_reason = models.CharField(_("why it came back"), max_length=140, blank=True)
    order = models.ForeignKey(PaymentOrder, models.PROTECT, null=True, blank=True, related_name="statement_lines")
    batch = models.ForeignKey(Batch, models.PROTECT, null=True, blank=True, related_name="statement_lines")
    entry = models.OneToOneField("ledger.Entry", models.PROTECT, null=True, blank=True, related_name="+")
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    state = FSMField(_("state"), max_length=9, default=State.OPEN, choices=State.choices, protected=True)

    objects = StatementLineQuerySet.as_manager()

    class Meta:
        ordering = ["statement", "position"]
        verbose_name = _("statement line")
        constraints = [
            models.UniqueConstraint(fields=["own_account", "fingerprint"], name="statement_line_once"),
            models.UniqueConstraint(fields=["statement", "position"], name="statement_line_position"),
            models.UniqueConstraint(
                fields=["order"], condition=Q(state="settled"), name="statement_line_settles_order_once"
            ),
            models.UniqueConstraint(
                fields=["batch"], condition=Q(state="settled"), name="statement_line_settles_batch_once"
            ),
            models.UniqueConstraint(
                fields=["order"], condition=Q(state="returned"), name="statement_line_returns_order_once"
            ),
            models.CheckConstraint(condition=~Q(amount=0), name="statement_line_amount"),
            models.CheckConstraint(
                condition=~Q(state="settled")
                | (Q(order__isnull=False) & Q(batch=None))
                | (Q(order=None) & Q(batch__isnull=False)),
                name="statement_line_settled_what",
            ),
            models.CheckConstraint(
                condition=~Q(state="returned") | Q(order__isnull=False), name="statement_line_returned_what"
            ),
            models.CheckConstraint(
                condition=~Q(state="booked") | Q(entry__isnull=False), name="statement_line_booked_what"
            ),
            models.CheckConstraint(
                condition=~Q(state="set_aside") | ~Q(reason=""), name="statement_line_set_aside_why"
            ),
        ]

    def __str__(self):
        return self.ref

    def get_absolute_url(self):
        return reverse("payments:statement_line", args=[self.pk])

    @property
    def programme(self):
        return self.statement.programme

    @property
    def programme_id(self):
        return self.statement.programme_id

    @transition(
        state,
        source=State.OPEN,
        target=State.SETTLED,
        conditions=[conditions.money_went_out],
        permission=allowed("payments.settle"),
        custom={"label": _("Settle"), "style": "primary"},
    )
    def settle(self, *, order=None, batch=None):
        self.order, self.batch = order, batch

    @transition(
        state,
        source=State.OPEN,
        target=State.RETURNED,
        conditions=[conditions.money_came_in],
        permission=allowed("payments.settle"),
        custom={"label": _("A payment that came back"), "style": "primary"},
    )
    def take_return(self, *, order):
        self.order = order

    @transition(
        state,
        source=State.OPEN,
        target=State.BOOKED,
        permission=allowed("payments.book"),
        custom={"label": _("Book")},
    )
    def book(self, *, entry):
        self.entry = entry

    @transition(
        state,
        source=State.OPEN,
        target=State.SET_ASIDE,
        permission=allowed("payments.settle"),
        custom={"label": _("Set aside")},
    )
    def set_aside(self, *, why):
        self.reason = why

    @transition(
        state,
        source=State.SET_ASIDE,
        target=State.OPEN,
        permission=allowed("payments.settle"),
        custom={"label": _("Take up again")},
    )
    def take_up(self):
        self.reason = ""
