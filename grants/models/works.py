"""Works contracts, their certificates, variations and defects. Amounts: minor units of the award's currency."""

from django.conf import settings
from django.db import models
from django.db.models import F, OuterRef, Q, Subquery, Sum
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django_fsm import FSMField, transition

from applicants.models import Evidence, Party
from audit.models import Moving
from audit.moves import allowed
from grants import conditions_works as conditions
from grants.models.awards import GRANT_ROLES, Award, OfAward
from grants.models.tenders import Tender
from grants.models.tranches import Tranche
from grants.works_account import NOTHING, Line, delay_days
from ledger.fields import AmountField
from programmes.clock import months_after
from programmes.roles import rows_for

SECOND_PERSON = _("Another person than the one who measured the work must certify it.")


class WorksContractQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.filter(rows_for(user, GRANT_ROLES, programme="award__programme", region="award__region"))

    def with_account(self):
        """Annotate `done_amount` and `held_amount`: minor units certified, and held back of it."""
        last = Certificate.objects.filter(contract=OuterRef("pk"), state="certified").order_by("-number")
        return self.annotate(
            done_amount=Coalesce(Subquery(last.values("work_done_amount")[:1]), 0),
            held_amount=Coalesce(Subquery(last.values("held_amount")[:1]), 0),
        )


class WorksContract(OfAward, Moving):
    """The contract with the builder. `amount` as signed; what changes is a variation, approved by a second person."""

    class State(models.TextChoices):
        DRAFTED = "drafted", _("Drafted")
        RUNNING = "running", _("Works running")
        ACCEPTED = "accepted", _("Provisionally accepted")
        CLOSED = "closed", _("Finally accepted")
        TERMINATED = "terminated", _("Terminated")

    ref = models.CharField(_("reference"), max_length=24, unique=True)
    award = models.ForeignKey(Award, models.PROTECT, related_name="works_contracts")
    number = models.PositiveSmallIntegerField()
    tender = models.OneToOneField(Tender, models.PROTECT, related_name="contract")
    contractor = models.ForeignKey(Party, models.PROTECT, related_name="works_contracts")
    amount = AmountField(_("contract sum"))
    starts_on = models.DateField(_("works start"))
    ends_on = models.DateField(_("works end"))
    retention_pct = models.PositiveSmallIntegerField(_("held back, percent"), default=10)
    damages_per_day_amount = AmountField(_("damages for a day of delay"), default=0)
    defects_months = models.PositiveSmallIntegerField(_("months of liability for defects"), default=12)
    signed_on = models.DateField(_("signed"), null=True, blank=True)
    signed_paper = models.ForeignKey(Evidence, models.PROTECT, null=True, blank=True, related_name="+")
    accepted_on = models.DateField(_("provisionally accepted"), null=True, blank=True)
    accepted_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    present = models.CharField(_("who was present"), max_length=240, blank=True)
    acceptance_paper = models.ForeignKey(Evidence, models.PROTECT, null=True, blank=True, related_name="+")
    closed_on = models.DateField(_("finally accepted"), null=True, blank=True)
    state = FSMField(_("state"), max_length=10, default=State.DRAFTED, choices=State.choices, protected=True)

    objects = WorksContractQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        verbose_name = _("works contract")
        constraints = [
            models.UniqueConstraint(fields=["award", "number"], name="works_number"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="works_amount"),
            models.CheckConstraint(condition=Q(ends_on__gt=F("starts_on")), name="works_days"),
            models.CheckConstraint(condition=Q(retention_pct__lte=30), name="works_retention"),
            models.CheckConstraint(condition=Q(damages_per_day_amount__gte=0), name="works_damages"),
        ]

    def __str__(self):
        return self.ref

    def get_absolute_url(self):
        return reverse("grants:works", args=[self.award.ref, self.number])

    @transition(
        state,
        source=State.DRAFTED,
        target=State.RUNNING,
        conditions=[conditions.works_award_active, conditions.covered_by_tranches],
        permission=allowed("grants.manage_works"),
        custom={"label": _("Sign the contract"), "style": "primary"},
    )
    def sign(self):
        self.signed_on = self.move.on

    @transition(
        state,
        source=State.RUNNING,
        target=State.ACCEPTED,
        conditions=[conditions.nothing_waits],
        permission=allowed("grants.measure_works"),
        custom={"label": _("Accept provisionally"), "style": "primary"},
    )
    def accept_provisionally(self, *, present, paper):
        self.accepted_on = self.move.on
        self.accepted_by = self.move.by
        self.present = present
        self.acceptance_paper = paper

    @transition(
        state,
        source=State.ACCEPTED,
        target=State.CLOSED,
        conditions=[conditions.nothing_waits, conditions.defects_time_over, conditions.defects_closed],
        permission=allowed("grants.manage_works"),
        custom={"label": _("Accept finally"), "style": "primary"},
    )
    def accept_finally(self):
        self.closed_on = self.move.on

    @transition(
        state,
        source=[State.DRAFTED, State.RUNNING, State.ACCEPTED],
        target=State.TERMINATED,
        conditions=[conditions.nothing_waits],
        permission=allowed("grants.manage_works"),
        custom={"label": _("Terminate"), "style": "stop"},
    )
    def terminate(self):
        self.closed_on = self.move.on

    @property
    def total_amount(self):
        """Minor units of the contract with its approved variations."""
        return self.amount + self.variations.in_force().total_amount()

    @property
    def account(self):
        """What is certified so far, as a Line of the account."""
        last = self.certificates.filter(state=Certificate.State.CERTIFIED).order_by("number").last()
        return last.line if last else NOTHING

    @property
    def takes_amount(self):
        """Minor units of the award that this contract needs: one that ended early only what was certified net."""
        return self.account.paid if self.state == self.State.TERMINATED else self.total_amount

    @property
    def defects_until(self):
        """The first day on which the works can be accepted finally; None before the provisional acceptance."""
        return months_after(self.accepted_on, self.defects_months) if self.accepted_on else None

    def delay_days(self, on):
        """Days late on the day `on`, or when it was accepted."""
        return delay_days(self.ends_on, self.accepted_on or on) if self.signed_on else 0

    def damages_amount(self, on):
        """Minor units that the builder owes for the delay. Shown; it is claimed by letter, not taken from a net."""
        return self.delay_days(on) * self.damages_per_day_amount


class OfContract:
    """What a row of a contract says about whose it is."""

    @property
    def programme(self):
        return self.contract.programme

    @property
    def programme_id(self):
        return self.contract.programme_id

    @property
    def region_id(self):
        return self.contract.region_id

    @property
    def currency(self):
        return self.contract.currency


class VariationQuerySet(models.QuerySet):
    def in_force(self):
        return self.exclude(approved_on=None)

    def waiting(self):
        return self.filter(approved_on=None, refused_on=None)

    def total_amount(self):
        return self.aggregate(total=Sum("amount", default=0))["total"]


class Variation(OfContract, models.Model):
    """More or less work than was contracted. `amount` may be below zero."""

    contract = models.ForeignKey(WorksContract, models.PROTECT, related_name="variations")
    number = models.PositiveSmallIntegerField()
    amount = AmountField(_("more or less"))
    text = models.CharField(_("what changes"), max_length=240)
    proposed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    proposed_on = models.DateField()
    approved_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    approved_on = models.DateField(null=True, blank=True)
    refused_on = models.DateField(null=True, blank=True)

    objects = VariationQuerySet.as_manager()

    class Meta:
        ordering = ["contract", "number"]
        constraints = [
            models.UniqueConstraint(fields=["contract", "number"], name="variation_number"),
            models.CheckConstraint(
                condition=Q(approved_on=None) | (Q(approved_by__isnull=False) & ~Q(approved_by=F("proposed_by"))),
                name="variation_second_person",
            ),
        ]

    def __str__(self):
        return self.text


class DefectQuerySet(models.QuerySet):
    def open(self):
        return self.filter(closed_on=None)


class Defect(OfContract, models.Model):
    """Something that the builder must put right by a day."""

    contract = models.ForeignKey(WorksContract, models.PROTECT, related_name="defects")
    text = models.CharField(_("defect"), max_length=240)
    noted_on = models.DateField()
    due_on = models.DateField(_("to be put right by"))
    closed_on = models.DateField(_("put right"), null=True, blank=True)
    closed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    objects = DefectQuerySet.as_manager()

    class Meta:
        ordering = ["contract", "pk"]

    def __str__(self):
        return self.text


class Certificate(OfContract, Moving):
    """A payment certificate: work done since the beginning, measured by one person and certified by another."""

    class State(models.TextChoices):
        MEASURED = "measured", _("Measured, to be certified")
        CERTIFIED = "certified", _("Certified")
        WITHDRAWN = "withdrawn", _("Withdrawn")

    class Kind(models.TextChoices):
        INTERIM = "interim", _("Work done")
        RETENTION = "retention", _("Retention given back")

    ref = models.CharField(_("reference"), max_length=30, unique=True)
    contract = models.ForeignKey(WorksContract, models.PROTECT, related_name="certificates")
    number = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=9, choices=Kind.choices, default=Kind.INTERIM)
    period_to = models.DateField(_("work until"))
    work_done_amount = AmountField(_("work done since the beginning"))
    held_amount = AmountField(_("held back in all"))
    net_amount = AmountField(_("to be paid"))
    tranche = models.OneToOneField(Tranche, models.PROTECT, null=True, blank=True, related_name="certificate")
    evidence = models.ForeignKey(Evidence, models.PROTECT, null=True, blank=True, related_name="+")
    measured_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    measured_on = models.DateField()
    certified_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    certified_on = models.DateField(null=True, blank=True)
    state = FSMField(_("state"), max_length=9, default=State.MEASURED, choices=State.choices, protected=True)

    class Meta:
        ordering = ["contract", "number"]
        verbose_name = _("payment certificate")
        constraints = [
            models.UniqueConstraint(fields=["contract", "number"], name="certificate_number"),
            models.UniqueConstraint(
                fields=["contract"], condition=Q(state="measured"), name="certificate_one_at_a_time"
            ),
            models.UniqueConstraint(
                fields=["contract"],
                condition=Q(kind="retention") & ~Q(state="withdrawn"),
                name="certificate_one_retention",
            ),
            models.CheckConstraint(condition=Q(net_amount__gt=0), name="certificate_net"),
            models.CheckConstraint(
                condition=Q(held_amount__gte=0, held_amount__lte=F("work_done_amount")), name="certificate_held"
            ),
            models.CheckConstraint(
                condition=~Q(state="certified") | (Q(certified_by__isnull=False) & ~Q(certified_by=F("measured_by"))),
                name="certificate_second_person",
            ),
        ]

    def __str__(self):
        return self.ref

    def get_absolute_url(self):
        return reverse("grants:certificate", args=[self.contract.award.ref, self.contract.number, self.number])

    @property
    def line(self):
        return Line(done=self.work_done_amount, held=self.held_amount, net=self.net_amount)

    @transition(
        state,
        source=State.MEASURED,
        target=State.CERTIFIED,
        conditions=[conditions.contract_allows, conditions.within_contract],
        permission=allowed("grants.certify_works", SECOND_PERSON),
        custom={"label": _("Certify"), "style": "primary"},
    )
    def certify(self):
        self.certified_by = self.move.by
        self.certified_on = self.move.on

    @transition(
        state,
        source=State.MEASURED,
        target=State.WITHDRAWN,
        permission=allowed("grants.measure_works"),
        custom={"label": _("Withdraw"), "style": "stop"},
    )
    def withdraw(self):
        """It was measured wrongly: the next certificate measures again."""
