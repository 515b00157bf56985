"""What is bought for a tranche: requested, offered, chosen, ordered, received, matched. Amounts: award's currency."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django_fsm import FSMField, transition

from applicants.models import Evidence, Party
from audit.models import Moving
from audit.moves import allowed
from grants import conditions
from grants import conditions_purchases as buying
from grants.models.awards import GRANT_ROLES, Award, OfAward
from grants.models.tranches import Tranche
from ledger.fields import AmountField
from programmes.roles import rows_for

STAFF = settings.AUTH_USER_MODEL


class PurchaseQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.filter(rows_for(user, GRANT_ROLES, programme="award__programme", region="award__region"))

    def live(self):
        return self.exclude(state=Purchase.State.CANCELLED)

    def unfinished(self):
        return self.exclude(state__in=[Purchase.State.MATCHED, Purchase.State.CANCELLED])

    def for_pages(self):
        return self.select_related("tranche", "supplier", "requested_by", "chosen_by", "approved_by", "evidence")


def _person():
    return models.ForeignKey(STAFF, models.PROTECT, null=True, related_name="+")


class Purchase(OfAward, Moving):
    """One purchase for a tranche that is paid to a supplier or handed over in kind.

    `amount`: of the chosen quote. `received_quantity`, `serial_numbers`: of all that has arrived so far.
    `invoice_key`, `file_hash`: the invoice and its file count once, in any award.
    """

    class State(models.TextChoices):
        REQUESTED = "requested", _("Quotes are asked for")
        CHOSEN = "chosen", _("Quote chosen")
        APPROVED = "approved", _("Approved")
        ORDERED = "ordered", _("Ordered")
        RECEIVED = "received", _("Goods received")
        MATCHED = "matched", _("Matched")
        CANCELLED = "cancelled", _("Cancelled")

    class Buyer(models.TextChoices):
        GRANTEE = "grantee", _("The grantee")
        AGENCY = "agency", _("The agency")

    ref = models.CharField(_("reference"), max_length=24, unique=True)
    award = models.ForeignKey(Award, models.PROTECT, related_name="purchases")
    tranche = models.ForeignKey(Tranche, models.PROTECT, related_name="purchases")
    number = models.PositiveSmallIntegerField()
    buyer = models.CharField(_("bought by"), max_length=7, choices=Buyer.choices)
    what = models.CharField(_("what is bought"), max_length=160)
    quantity = models.PositiveSmallIntegerField(_("quantity"), default=1)
    requested_by = models.ForeignKey(STAFF, models.PROTECT, related_name="+")
    requested_on = models.DateField()
    quotes_until = models.DateField(_("quotes until"), null=True, blank=True)
    waiver = models.TextField(_("why fewer quotes are enough"), blank=True)
    waived_by = _person()
    waived_on = models.DateField(null=True, blank=True)
    supplier = models.ForeignKey(Party, models.PROTECT, null=True, blank=True, related_name="+")
    amount = AmountField(_("amount"), null=True, blank=True)
    choice_reason = models.TextField(_("why this one"), blank=True)
    chosen_by = _person()
    chosen_on = models.DateField(null=True, blank=True)
    approved_by = _person()
    approved_on = models.DateField(null=True, blank=True)
    order_number = models.CharField(_("number of the order"), max_length=40, blank=True)
    ordered_by = _person()
    ordered_on = models.DateField(null=True, blank=True)
    received_quantity = models.PositiveSmallIntegerField(_("quantity received"), default=0)
    serial_numbers = models.JSONField(_("serial numbers"), default=list, blank=True)
    received_by = _person()
    received_on = models.DateField(null=True, blank=True)
    invoice_number = models.CharField(_("number of the invoice"), max_length=60, blank=True)
    invoice_on = models.DateField(_("date of the invoice"), null=True, blank=True)
    invoice_amount = AmountField(_("amount of the invoice"), null=True, blank=True)
    invoice_key = models.CharField(max_length=64, null=True, blank=True, unique=True)
    file_hash = models.CharField(max_length=64, null=True, blank=True, unique=True)
    evidence = models.ForeignKey(Evidence, models.PROTECT, null=True, blank=True, related_name="+")
    invoiced_by = _person()
    matched_by = _person()
    matched_on = models.DateField(null=True, blank=True)
    certificate = models.ForeignKey(Evidence, models.PROTECT, null=True, blank=True, related_name="+")
    state = FSMField(_("state"), max_length=9, default=State.REQUESTED, choices=State.choices, protected=True)

    objects = PurchaseQuerySet.as_manager()

    class Meta:
        ordering = ["award", "number"]
        verbose_name = _("purchase")
        constraints = [
            models.UniqueConstraint(fields=["award", "number"], name="purchase_number"),
            models.CheckConstraint(condition=Q(quantity__gt=0), name="purchase_quantity"),
            models.CheckConstraint(
                condition=(Q(chosen_by=None) | ~Q(chosen_by=F("requested_by")))
                & (Q(approved_by=None) | ~Q(approved_by=F("requested_by")))
                & (Q(received_by=None) | ~Q(received_by=F("ordered_by")))
                & (Q(matched_by=None) | ~Q(matched_by=F("invoiced_by"))),
                name="purchase_second_person",
            ),
            # With the agency's own money in hand, no two of the four are the same person.
            models.CheckConstraint(
                condition=Q(buyer="grantee")
                | (
                    (Q(approved_by=None) | ~Q(approved_by=F("chosen_by")))
                    & (
                        Q(received_by=None)
                        | (
                            ~Q(received_by=F("requested_by"))
                            & ~Q(received_by=F("chosen_by"))
                            & ~Q(received_by=F("approved_by"))
                        )
                    )
                ),
                name="purchase_agency_four_eyes",
            ),
            models.CheckConstraint(
                condition=Q(waived_by=None)
                | (
                    ~Q(waived_by=F("requested_by")) & (Q(chosen_by=None) | ~Q(waived_by=F("chosen_by"))) & ~Q(waiver="")
                ),
                name="purchase_waiver",
            ),
            models.CheckConstraint(
                condition=~Q(state="matched")
                | Q(
                    amount__isnull=False,
                    invoice_amount=F("amount"),
                    received_quantity=F("quantity"),
                    matched_by__isnull=False,
                ),
                name="purchase_matched",
            ),
        ]

    def __str__(self):
        return self.ref

    def get_absolute_url(self):
        return reverse("grants:purchase", args=[self.award.ref, self.number])

    @property
    def by_agency(self):
        return self.buyer == self.Buyer.AGENCY

    @transition(
        state,
        source=State.REQUESTED,
        target=State.CHOSEN,
        conditions=[conditions.award_active, buying.enough_quotes],
        permission=allowed("grants.choose_quote", _("Another person than the one who requested it must choose.")),
        custom={"label": _("Choose a quote"), "style": "primary"},
    )
    def choose(self, *, quote, choice_reason):
        self.supplier = quote.supplier
        self.amount = quote.amount
        self.choice_reason = choice_reason
        self.chosen_by = self.move.by
        self.chosen_on = self.move.on

    @transition(
        state,
        source=State.CHOSEN,
        target=State.REQUESTED,
        permission=allowed("grants.approve_purchase", buying.APPROVER),
        custom={"label": _("Send back"), "style": "plain"},
    )
    def send_back(self):
        self.supplier = self.amount = self.chosen_by = self.chosen_on = None
        self.choice_reason = ""

    @transition(
        state,
        source=State.CHOSEN,
        target=State.APPROVED,
        conditions=[conditions.award_active, buying.flags_answered, buying.within_tranche],
        permission=allowed("grants.approve_purchase", buying.APPROVER),
        custom={"label": _("Approve"), "style": "primary"},
    )
    def approve(self):
        self.approved_by = self.move.by
        self.approved_on = self.move.on

    @transition(
        state,
        source=State.APPROVED,
        target=State.ORDERED,
        conditions=[conditions.award_active, buying.payee_is_supplier],
        permission=allowed("grants.order_purchase"),
        custom={"label": _("Order"), "style": "primary"},
    )
    def order(self, *, order_number):
        self.order_number = order_number
        self.ordered_by = self.move.by
        self.ordered_on = self.move.on

    @transition(
        state,
        source=[State.ORDERED, State.RECEIVED],
        target=State.RECEIVED,
        conditions=[buying.award_open],
        permission=allowed("grants.receive_goods", buying.RECEIVER),
        custom={"label": _("Record what arrived"), "style": "primary"},
    )
    def receive(self, *, quantity, serial_numbers):
        self.received_quantity = quantity
        self.serial_numbers = serial_numbers
        self.received_by = self.move.by
        self.received_on = self.move.on

    @transition(
        state,
        source=State.RECEIVED,
        target=State.MATCHED,
        conditions=[buying.award_open, buying.invoice_entered, buying.amounts_equal, buying.quantities_equal],
        permission=allowed("grants.match_purchase", _("Another person than the one who entered the invoice matches.")),
        custom={"label": _("Match order, goods and invoice"), "style": "primary"},
    )
    def match(self):
        self.matched_by = self.move.by
        self.matched_on = self.move.on

    @transition(
        state,
        source=[State.REQUESTED, State.CHOSEN, State.APPROVED, State.ORDERED, State.RECEIVED],
        target=State.CANCELLED,
        permission=allowed("grants.manage"),
        custom={"label": _("Cancel the purchase"), "style": "stop"},
    )
    def cancel(self):
        # The invoice counts for nothing then, and may be brought again for what it really is.
        self.invoice_key = self.file_hash = None


class QuoteQuerySet(models.QuerySet):
    def in_time(self):
        return self.filter(late=False)


class Quote(models.Model):
    """What one supplier asks. `amount`: minor units of the award's currency, for the whole quantity.

    A quote that came after the last day is kept and shown, and does not count.
    """

    purchase = models.ForeignKey(Purchase, models.PROTECT, related_name="quotes")
    supplier = models.ForeignKey(Party, models.PROTECT, related_name="+")
    amount = AmountField(_("amount"))
    quoted_on = models.DateField(_("date of the quote"))
    evidence = models.ForeignKey(Evidence, models.PROTECT, null=True, blank=True, related_name="+")
    late = models.BooleanField(_("came too late"), default=False)
    entered_by = models.ForeignKey(STAFF, models.PROTECT, related_name="+")
    entered_on = models.DateField()

    objects = QuoteQuerySet.as_manager()

    class Meta:
        ordering = ["purchase", "amount", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["purchase", "supplier"], name="quote_once"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="quote_amount"),
        ]

    def __str__(self):
        return f"{self.purchase} {self.supplier}"


class FlagAnswer(models.Model):
    """What a second person found about something that looks odd in a purchase (grants/flags.py)."""

    class Kind(models.TextChoices):
        SPLIT = "split", _("Several purchases from one supplier that together pass a threshold")
        RELATED = "related", _("Supplier and grantee or staff seem related")

    purchase = models.ForeignKey(Purchase, models.PROTECT, related_name="answers")
    kind = models.CharField(max_length=7, choices=Kind.choices)
    about = models.CharField(max_length=200)
    answer = models.TextField(_("what was found"))
    requested_by = models.ForeignKey(STAFF, models.PROTECT, related_name="+")
    answered_by = models.ForeignKey(STAFF, models.PROTECT, related_name="+")
    answered_on = models.DateField()

    class Meta:
        ordering = ["purchase", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["purchase", "kind", "about"], name="flag_answered_once"),
            models.CheckConstraint(condition=~Q(answered_by=F("requested_by")), name="flag_second_person"),
        ]

    def __str__(self):
        return f"{self.purchase} {self.kind}"
