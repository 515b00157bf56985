"""Payment orders with their own lines, and the batches in which they leave. They know no instalment and no tranche."""

from django.conf import settings
from django.db import models
from django.db.models import Count, Exists, F, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django_fsm import FSMField, transition

from applicants.models import Application, Part, Party
from audit.models import Moving
from audit.moves import allowed
from ledger.fields import AmountField, CurrencyField
from payments import conditions
from payments.clearance import current_screening
from payments.models.accounts import MONEY_ROLES, OwnAccount, PayeeAccount
from payments.models.screening import Screening
from programmes.models import FundingLine, Programme
from programmes.roles import rows_for

SECOND_PERSON = _(
    "Another finance officer must approve: not the one who prepared it, and nobody with another part on this dossier."
)


class BatchQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.filter(rows_for(user, MONEY_ROLES, region=None))

    def paid_from(self, own_account):
        """Batches that were drawn on this account, and those typed by hand, of which nobody knows it; no cash."""
        return self.filter(Q(own_account=own_account) | Q(own_account=None)).filter(pay_sheet=None)

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

    def paid_from(self, own_account):
        """Payments of batches that were drawn on this account, or typed by hand."""
        return self.filter(Q(batch__own_account=own_account) | Q(batch__own_account=None)).filter(pay_row=None)

    def for_pages(self):
        """With what a table prints, and without the encrypted number."""
        related = ("payee", "account", "programme", "application", "prepared_by", "approved_by", "batch", "screening")
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
    screening = models.ForeignKey(Screening, models.PROTECT, null=True, blank=True, related_name="orders")
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
        indexes = [
            models.Index(fields=["programme", "state", "-id"], name="payment_queue"),
            models.Index(fields=["programme", "-id"], name="payment_latest"),
        ]

    def __str__(self):
        return self.ref

    def get_absolute_url(self):
        return reverse("payments:order", args=[self.ref])

    @transition(
        state,
        source=State.PREPARED,
        target=State.APPROVED,
        conditions=[
            conditions.account_confirmed,
            conditions.account_unchanged,
            conditions.account_cooled,
            conditions.payee_clear,
            conditions.lists_new_enough,
        ],
        permission=allowed("payments.approve", SECOND_PERSON),
        custom={"label": _("Approve"), "style": "primary"},
    )
    def approve(self):
        self.approved_by = self.move.by
        self.approved_on = self.move.on
        days = self.application.call.screening_days
        self.screening = current_screening(self.payee, self.programme, self.move.on, days)

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
        self.screening = None
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
