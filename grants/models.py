"""Award, tranches, co-financing, deliverables, assets. Amounts are minor units of the award's currency."""

from django.conf import settings
from django.db import models
from django.db.models import F, OuterRef, Q, Subquery, Sum
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django_fsm import FSMField, transition

from applicants.models import Application, Evidence, Party
from audit.models import Moving, Versioned
from audit.moves import allowed
from grants import conditions
from ledger.fields import AmountField, CurrencyField
from programmes.models import FundingLine, Programme, Region, Role, Window
from programmes.roles import rows_for

GRANT_ROLES = (Role.ADVISER, Role.MANAGER, Role.FINANCE, Role.MONITORING)


class AwardQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.filter(rows_for(user, GRANT_ROLES))

    def approved_through(self, as_of):
        return self.filter(approved_on__lte=as_of).exclude(state=Award.State.CANCELLED)

    def signed_through(self, as_of):
        return self.filter(signed_on__lte=as_of)

    def with_money(self):
        """Annotate `paid_amount`, `accepted_amount` and `pledged_amount`: minor units paid out, and of the own part."""
        tranches = Tranche.objects.filter(award=OuterRef("pk"), state="paid").order_by().values("award")
        own = Contribution.objects.filter(award=OuterRef("pk")).order_by().values("award")
        return self.annotate(
            paid_amount=Coalesce(Subquery(tranches.annotate(total=Sum("amount")).values("total")), 0),
            accepted_amount=Coalesce(Subquery(own.annotate(total=Sum("accepted_amount")).values("total")), 0),
            pledged_amount=Coalesce(Subquery(own.annotate(total=Sum("pledged_amount")).values("total")), 0),
        )


class Award(Moving):
    """The promise: born of a decision, signed by agreement, paid in tranches."""

    class State(models.TextChoices):
        APPROVED = "approved", _("Approved, not signed")
        ACTIVE = "active", _("Active")
        SUSPENDED = "suspended", _("Suspended")
        CLOSED = "closed", _("Closed")
        TERMINATED = "terminated", _("Terminated")
        CANCELLED = "cancelled", _("Cancelled")

    ref = models.CharField(_("reference"), max_length=16, unique=True)
    programme = models.ForeignKey(Programme, models.PROTECT, related_name="awards")
    application = models.OneToOneField(Application, models.PROTECT, related_name="award")
    window = models.ForeignKey(Window, models.PROTECT, related_name="awards")
    region = models.ForeignKey(Region, models.PROTECT, related_name="+")
    applicant = models.ForeignKey(Party, models.PROTECT, related_name="awards")
    business = models.ForeignKey(Party, models.PROTECT, null=True, blank=True, related_name="awards_for")
    line = models.ForeignKey(FundingLine, models.PROTECT, related_name="awards")
    amount = AmountField(_("award"))
    currency = CurrencyField()
    decision_ref = models.CharField(max_length=40)
    conditions_text = models.TextField(_("conditions"), blank=True)
    conditions_met_on = models.DateField(_("conditions met"), null=True, blank=True)
    conditions_met_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    screened_on = models.DateField(_("screening clear"), null=True, blank=True)
    screened_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    approved_on = models.DateField(_("approved"))
    signed_on = models.DateField(_("agreement dated"), null=True, blank=True)
    ends_on = models.DateField(_("implementation ends"), null=True, blank=True)
    agreement = models.ForeignKey(Evidence, models.PROTECT, null=True, blank=True, related_name="+")
    closed_on = models.DateField(null=True, blank=True)
    ended_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    recovery_amount = AmountField(_("to be recovered"), default=0)
    state = FSMField(_("state"), max_length=10, default=State.APPROVED, choices=State.choices, protected=True)

    objects = AwardQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        verbose_name = _("award")
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="award_amount"),
            models.CheckConstraint(condition=~Q(decision_ref=""), name="award_by_decision"),
            models.CheckConstraint(
                condition=Q(state__in=["approved", "cancelled"]) | Q(signed_on__isnull=False), name="award_signed"
            ),
        ]
        indexes = [models.Index(fields=["programme", "state", "-id"], name="award_list")]

    def __str__(self):
        return self.ref

    def get_absolute_url(self):
        return reverse("grants:award", args=[self.ref])

    @transition(
        state,
        source=State.APPROVED,
        target=State.ACTIVE,
        conditions=[
            conditions.still_approved,
            conditions.screening_clear,
            conditions.conditions_met,
            conditions.cofinancing_pledged,
            conditions.tranches_cover_award,
        ],
        permission=allowed("grants.sign"),
        custom={"label": _("Sign the agreement"), "style": "primary"},
    )
    def sign(self, *, ends_on):
        self.signed_on = self.move.on
        self.ends_on = ends_on

    @transition(
        state,
        source=State.ACTIVE,
        target=State.SUSPENDED,
        permission=allowed("grants.manage"),
        custom={"label": _("Suspend"), "style": "stop"},
    )
    def suspend(self):
        pass

    @transition(
        state,
        source=State.SUSPENDED,
        target=State.ACTIVE,
        permission=allowed("grants.manage"),
        custom={"label": _("Resume"), "style": "primary"},
    )
    def resume(self):
        pass

    @transition(
        state,
        source=State.ACTIVE,
        target=State.CLOSED,
        conditions=[conditions.nothing_open, conditions.cofinancing_accepted],
        permission=allowed("grants.manage"),
        custom={"label": _("Close"), "style": "primary"},
    )
    def close(self):
        self.closed_on = self.move.on

    @transition(
        state,
        source=[State.ACTIVE, State.SUSPENDED],
        target=State.TERMINATED,
        conditions=[conditions.nothing_in_payment],
        permission=allowed("grants.manage"),
        custom={"label": _("Terminate"), "style": "stop"},
    )
    def terminate(self, *, recovery_amount):
        self.closed_on = self.move.on
        self.ended_by = self.move.by
        self.recovery_amount = recovery_amount

    @transition(
        state,
        source=State.APPROVED,
        target=State.CANCELLED,
        permission=allowed("grants.manage"),
        custom={"label": _("Cancel the award"), "style": "stop"},
    )
    def cancel(self):
        self.closed_on = self.move.on

    @transition(state, source=State.APPROVED, target=State.CANCELLED, custom={"internal": True})
    def undo(self):
        """The sitting was reopened and decided otherwise."""
        self.closed_on = self.move.on

    @transition(state, source=[State.APPROVED, State.CANCELLED], target=State.APPROVED, custom={"internal": True})
    def renew(self, *, decision_ref, amount, conditions_text):
        """The committee decided on the same application again, before anything was signed."""
        self.decision_ref = decision_ref
        self.amount = amount
        self.conditions_text = conditions_text
        self.conditions_met_on = self.conditions_met_by = None
        self.approved_on = self.move.on
        self.closed_on = None

    @property
    def is_open(self):
        return self.state in (self.State.APPROVED, self.State.ACTIVE, self.State.SUSPENDED)

    @property
    def recovery_due_amount(self):
        """Minor units asked back and neither received nor given up."""
        return self.recovery_amount - self.recoveries.total_amount()


class TrancheQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.filter(rows_for(user, GRANT_ROLES, programme="award__programme", region="award__region"))

    def kept(self):
        """Tranches of the present plan: those that a newer plan left out do not count."""
        return self.exclude(state=Tranche.State.DROPPED)

    def total_amount(self):
        return self.aggregate(total=Sum("amount", default=0))["total"]

    def live(self):
        """Tranches of awards that are still owed or paid (a terminated award keeps only what it paid)."""
        return self.kept().filter(Q(award__state__in=["approved", "active", "suspended"]) | Q(state=Tranche.State.PAID))


class Tranche(Moving):
    """A part of an award. It can be certified when its deliverables are accepted and its co-financing evidenced."""

    class State(models.TextChoices):
        PLANNED = "planned", _("Planned")
        REQUESTED = "requested", _("Requested")
        CERTIFIED = "certified", _("Certified")
        IN_PAYMENT = "in_payment", _("In payment")
        PAID = "paid", _("Paid")
        RETURNED = "returned", _("Returned by the bank")
        DROPPED = "dropped", _("Left out of the plan")

    class Modality(models.TextChoices):
        CASH = "cash", _("To the grantee")
        SUPPLIER = "supplier", _("To the supplier on the grantee's purchase")
        IN_KIND = "in_kind", _("Bought by the agency and handed over")
        REIMBURSEMENT = "reimbursement", _("Reimbursed against invoices")
        WORKS = "works", _("Works contract of the agency")

    ref = models.CharField(max_length=20, unique=True)
    award = models.ForeignKey(Award, models.PROTECT, related_name="tranches")
    number = models.PositiveSmallIntegerField()
    amount = AmountField()
    cofinancing_amount = AmountField(_("co-financing that goes with it"), default=0)
    modality = models.CharField(max_length=14, choices=Modality.choices, default=Modality.CASH)
    due_on = models.DateField(_("planned for"), null=True, blank=True)
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    requested_on = models.DateField(null=True, blank=True)
    certified_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    certified_on = models.DateField(null=True, blank=True)
    paid_on = models.DateField(null=True, blank=True)
    payee = models.ForeignKey(Party, models.PROTECT, null=True, blank=True, related_name="+")
    order_ref = models.CharField(max_length=16, blank=True)
    state = FSMField(_("state"), max_length=10, default=State.PLANNED, choices=State.choices, protected=True)

    objects = TrancheQuerySet.as_manager()

    class Meta:
        ordering = ["award", "number"]
        verbose_name = _("tranche")
        constraints = [
            models.UniqueConstraint(fields=["award", "number"], name="tranche_number"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="tranche_amount"),
            models.CheckConstraint(
                condition=Q(certified_by=None) | ~Q(certified_by=F("requested_by")), name="tranche_second_person"
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["certified", "in_payment", "paid"]) | Q(certified_by__isnull=False),
                name="tranche_certified",
            ),
        ]

    def __str__(self):
        return self.ref

    def get_absolute_url(self):
        return reverse("grants:tranche", args=[self.award.ref, self.number])

    @property
    def programme(self):
        return self.award.programme

    @property
    def programme_id(self):
        return self.award.programme_id

    @property
    def region_id(self):
        return self.award.region_id

    @property
    def currency(self):
        return self.award.currency

    @transition(
        state,
        source=State.PLANNED,
        target=State.REQUESTED,
        conditions=[conditions.award_active, conditions.earlier_tranche_paid],
        permission=allowed("grants.request_tranche"),
        custom={"label": _("Request"), "style": "primary"},
    )
    def request(self):
        self.requested_by = self.move.by
        self.requested_on = self.move.on

    @transition(
        state,
        source=State.REQUESTED,
        target=State.CERTIFIED,
        conditions=[
            conditions.award_active,
            conditions.deliverables_accepted,
            conditions.tranche_cofinancing_evidenced,
        ],
        permission=allowed("grants.certify_tranche", _("Another person than the one who requested it must certify.")),
        custom={"label": _("Certify"), "style": "primary"},
    )
    def certify(self):
        self.certified_by = self.move.by
        self.certified_on = self.move.on

    @transition(
        state,
        source=[State.CERTIFIED, State.RETURNED],
        target=State.IN_PAYMENT,
        conditions=[conditions.award_active],
        permission=allowed("grants.order_payment"),
        custom={"label": _("Order the payment"), "style": "primary"},
    )
    def order(self, *, order_ref):
        self.order_ref = order_ref

    @transition(state, source=State.IN_PAYMENT, target=State.PAID, custom={"internal": True})
    def settle(self, *, value_on):
        self.paid_on = value_on

    @transition(state, source=[State.IN_PAYMENT, State.PAID], target=State.RETURNED, custom={"internal": True})
    def bounce(self):
        self.paid_on = None
        self.order_ref = ""

    @transition(state, source=State.PLANNED, target=State.DROPPED, custom={"internal": True})
    def drop(self):
        """A newer plan has fewer tranches."""

    @transition(state, source=State.DROPPED, target=State.PLANNED, custom={"internal": True})
    def restore(self):
        """A newer plan has this tranche again."""


class Deliverable(models.Model):
    """What must be shown before a tranche is certified; accepted by somebody other than who showed it."""

    tranche = models.ForeignKey(Tranche, models.PROTECT, related_name="deliverables")
    text = models.CharField(_("deliverable"), max_length=200)
    evidence = models.ForeignKey(Evidence, models.PROTECT, null=True, blank=True, related_name="+")
    shown_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    shown_on = models.DateField(null=True, blank=True)
    accepted_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    accepted_on = models.DateField(null=True, blank=True)

    class Meta:
        ordering = ["tranche", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(accepted_by=None) | ~Q(accepted_by=F("shown_by")), name="deliverable_second_person"
            )
        ]

    def __str__(self):
        return self.text


class ContributionQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.filter(rows_for(user, GRANT_ROLES, programme="award__programme", region="award__region"))

    def accepted_through(self, as_of):
        return self.filter(accepted_on__lte=as_of)

    def total(self, name):
        """Minor units of `pledged_amount`, `evidenced_amount` or `accepted_amount`."""
        return self.aggregate(total=Sum(name, default=0))["total"]

    def in_kind(self):
        return self.filter(source=Contribution.Source.OWN_IN_KIND)


class Contribution(Versioned):
    """The grantee's co-financing from one source: pledged, evidenced, accepted by another person.

    `invoice_key` is number, supplier and amount of the invoice, `file_hash` its file: each counts once, in any award.
    """

    class Source(models.TextChoices):
        OWN_CASH = "own_cash", _("Own cash")
        OWN_IN_KIND = "own_in_kind", _("Own, in kind")
        REMITTANCE = "remittance", _("Remittances")
        BANK = "bank", _("Bank loan")
        OTHER_DONOR = "other_donor", _("Another donor")

    award = models.ForeignKey(Award, models.PROTECT, related_name="contributions")
    source = models.CharField(max_length=12, choices=Source.choices)
    pledged_amount = AmountField(_("pledged"))
    pledged_on = models.DateField()
    evidenced_amount = AmountField(_("evidenced"), null=True, blank=True)
    evidenced_on = models.DateField(null=True, blank=True)
    evidenced_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    evidence = models.ForeignKey(Evidence, models.PROTECT, null=True, blank=True, related_name="+")
    supplier = models.CharField(max_length=160, blank=True)
    invoice_number = models.CharField(max_length=60, blank=True)
    invoice_key = models.CharField(max_length=64, null=True, blank=True, unique=True)
    file_hash = models.CharField(max_length=64, null=True, blank=True, unique=True)
    accepted_amount = AmountField(_("accepted"), null=True, blank=True)
    accepted_on = models.DateField(null=True, blank=True)
    accepted_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    objects = ContributionQuerySet.as_manager()

    class Meta:
        ordering = ["award", "pk"]
        constraints = [
            models.CheckConstraint(condition=Q(pledged_amount__gt=0), name="contribution_pledged"),
            models.CheckConstraint(
                condition=Q(accepted_by=None) | ~Q(accepted_by=F("evidenced_by")), name="contribution_second_person"
            ),
            models.CheckConstraint(
                condition=Q(accepted_amount=None)
                | (Q(evidenced_amount__isnull=False) & Q(accepted_amount__lte=F("evidenced_amount"))),
                name="contribution_accepted",
            ),
        ]

    def __str__(self):
        return f"{self.award} {self.get_source_display()}"

    @property
    def subject(self):
        """What the memo accounts call it."""
        return f"{self.award.ref}:{self.source}"

    @property
    def step(self):
        """How far it has come: pledged, evidenced or accepted."""
        if self.accepted_on:
            return "accepted"
        return "evidenced" if self.evidenced_on else "pledged"


class RecoveryQuerySet(models.QuerySet):
    def total_amount(self):
        return self.aggregate(total=Sum("amount", default=0))["total"]


class Recovery(models.Model):
    """What became of a part of the money that a terminated award asks back. `amount` in the award's minor units."""

    class Kind(models.TextChoices):
        RECEIVED = "received", _("Received")
        GIVEN_UP = "given_up", _("Given up")
        CAME_BACK = "came_back", _("Sent back by the bank")

    award = models.ForeignKey(Award, models.PROTECT, related_name="recoveries")
    kind = models.CharField(max_length=9, choices=Kind.choices)
    amount = AmountField(_("amount"))
    on = models.DateField()
    bank_reference = models.CharField(_("bank reference"), max_length=60, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    objects = RecoveryQuerySet.as_manager()

    class Meta:
        ordering = ["award", "pk"]
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="recovery_amount"),
            models.CheckConstraint(condition=~Q(kind="received") | ~Q(bank_reference=""), name="recovery_received"),
        ]

    def __str__(self):
        return f"{self.award} {self.get_kind_display()}"


class Asset(models.Model):
    """Something bought under the award: handed over with serial number, on the asset register."""

    award = models.ForeignKey(Award, models.PROTECT, related_name="assets")
    tranche = models.ForeignKey(Tranche, models.PROTECT, null=True, blank=True, related_name="assets")
    label = models.CharField(_("asset"), max_length=160)
    serial_number = models.CharField(_("serial number"), max_length=80, blank=True)
    supplier = models.CharField(_("supplier"), max_length=160, blank=True)
    amount = AmountField(_("cost"))
    handed_over_on = models.DateField(null=True, blank=True)
    handed_over_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    evidence = models.ForeignKey(Evidence, models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        ordering = ["award", "pk"]

    def __str__(self):
        return self.label
