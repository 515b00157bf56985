"""What the bank said of the programme's accounts: statements and their lines, each of which becomes a fact once."""

from django.conf import settings
from django.db import models
from django.db.models import Count, F, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django_fsm import FSMField, transition

from accounts.encryption import EncryptedField
from audit.models import Moving
from audit.moves import allowed
from ledger.fields import AmountField, CurrencyField
from payments import conditions
from payments.models.accounts import MONEY_ROLES, OwnAccount
from payments.models.orders import Batch, PaymentOrder
from programmes.models import Programme
from programmes.roles import rows_for


class StatementQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.filter(rows_for(user, MONEY_ROLES, region=None))

    def before(self, statement):
        """Those of the same account that end before this one begins or on that day, the last first."""
        same = self.filter(own_account=statement.own_account_id, to_on__lte=statement.from_on)
        return same.exclude(pk=statement.pk).order_by("-to_on", "-pk")

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
        return f"{self.own_account}, {self.number}" if self.number else str(self.own_account)

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
        target=State.BOOKED,
        conditions=[conditions.money_came_in],
        custom={"internal": True},
    )
    def receive(self, *, entry):
        """Money of a borrower: kept as a receipt (2100) until a loan claims it, or moved here from the cash box."""
        self.entry = entry

    @transition(state, source=State.BOOKED, target=State.OPEN, custom={"internal": True})
    def release(self):
        """Its entry was reversed: the line says nothing any more."""
        self.entry = None

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
