"""The parts in which an award is paid, and what is shown before each. Amounts: minor units of its currency."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q, Sum
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django_fsm import FSMField, transition

from applicants.models import Evidence, Party
from audit.models import Moving
from audit.moves import allowed
from grants import conditions, conditions_works
from grants.conditions_purchases import purchases_matched
from grants.models.awards import GRANT_ROLES, Award, OfAward
from ledger.fields import AmountField
from programmes.roles import rows_for


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


class Tranche(OfAward, Moving):
    """A part of an award. It can be certified when its deliverables are accepted and its co-financing evidenced."""

    class State(models.TextChoices):
        PLANNED = "planned", _("Planned")
        REQUESTED = "requested", _("Requested")
        CERTIFIED = "certified", _("Certified")
        IN_PAYMENT = "in_payment", _("In payment")
        PAID = "paid", _("Paid")
        RETURNED = "returned", _("Returned by the bank")
        DROPPED = "dropped", _("Left out of the plan")

    class Kind(models.TextChoices):
        PART = "part", _("Part of the award")
        RETENTION = "retention", _("Retention, paid at the end")

    class Modality(models.TextChoices):
        CASH = "cash", _("To the grantee")
        SUPPLIER = "supplier", _("To the supplier on the grantee's purchase")
        IN_KIND = "in_kind", _("Bought by the agency and handed over")
        REIMBURSEMENT = "reimbursement", _("Reimbursed against invoices")
        WORKS = "works", _("Works contract of the agency")

    ref = models.CharField(max_length=20, unique=True)
    award = models.ForeignKey(Award, models.PROTECT, related_name="tranches")
    number = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=9, choices=Kind.choices, default=Kind.PART)
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
                condition=Q(kind="part") | Q(modality__in=["cash", "reimbursement"]),
                name="tranche_retention_to_grantee",
            ),
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

    @transition(
        state,
        source=State.PLANNED,
        target=State.REQUESTED,
        conditions=[
            conditions.award_active,
            conditions.earlier_tranche_paid,
            conditions.earlier_tranches_accounted,
            conditions.retention_due,
        ],
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
            conditions.reimbursed_costs_accepted,
            purchases_matched,
            conditions_works.works_certificate,
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
        conditions=[conditions.award_active, purchases_matched, conditions_works.works_certificate],
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
