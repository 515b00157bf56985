"""The award: a promise made by a committee's decision. Amounts are minor units of its currency."""

from django.apps import apps
from django.conf import settings
from django.db import models
from django.db.models import OuterRef, Q, Subquery, Sum
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django_fsm import FSMField, transition

from applicants.models import Application, Evidence, Party
from audit.models import Moving
from audit.moves import allowed
from grants import conditions, conditions_works
from grants.conditions_purchases import no_purchase_open
from ledger.fields import AmountField, CurrencyField
from payments.clearance import current_screening
from payments.conditions import lists_new_enough
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

    def waiting_for(self, what):
        """Awards in which somebody asked for a decision of the kind (Award.Waits) that nobody has taken."""
        asked = {
            Award.Waits.CERTIFICATE: Q(state=Award.State.ACTIVE, tranches__state="requested"),
            Award.Waits.OWN_PART: Q(
                state__in=[Award.State.APPROVED, Award.State.ACTIVE, Award.State.SUSPENDED],
                contributions__evidenced_on__isnull=False,
                contributions__accepted_on=None,
            ),
            Award.Waits.AMENDMENT: Q(amendments__state="proposed"),
        }[what]
        return self.filter(pk__in=Award.objects.filter(asked).values("pk"))

    def with_money(self):
        """Annotate `paid_amount`, `accepted_amount` and `pledged_amount`: minor units paid out, and of the own part."""
        mine = {"award": OuterRef("pk")}
        paid = apps.get_model("grants", "Tranche").objects.filter(**mine, state="paid").order_by().values("award")
        own = apps.get_model("grants", "Contribution").objects.filter(**mine).order_by().values("award")
        return self.annotate(
            paid_amount=Coalesce(Subquery(paid.annotate(total=Sum("amount")).values("total")), 0),
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

    class Waits(models.TextChoices):
        CERTIFICATE = "certificate", _("A tranche to certify")
        OWN_PART = "own_part", _("Own part to accept")
        AMENDMENT = "amendment", _("An amendment to decide")

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
    signed_scan = models.ForeignKey(Evidence, models.PROTECT, null=True, blank=True, related_name="+")
    code = models.CharField(max_length=32, unique=True, null=True, blank=True, editable=False)
    aid_declared_on = models.DateField(_("public aid declared"), null=True, blank=True)
    visibility_waived_on = models.DateField(_("visibility waived"), null=True, blank=True)
    visibility_waived_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
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
            lists_new_enough,
            conditions.conditions_met,
            conditions.cofinancing_pledged,
            conditions.tranches_cover_award,
            conditions.budget_adds_up,
            conditions.aid_within_limit,
        ],
        permission=allowed("grants.sign"),
        custom={"label": _("Sign the agreement"), "style": "primary"},
    )
    def sign(self, *, ends_on, code):
        self.signed_on = self.move.on
        days = self.application.call.screening_days
        screening = current_screening(self.applicant, self.programme, self.move.on, days)
        self.screened_on, self.screened_by = screening.on, screening.by
        self.ends_on = ends_on
        self.code = code

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
        conditions=[
            conditions.nothing_open,
            no_purchase_open,
            conditions.cofinancing_accepted,
            conditions.no_cost_waits,
            conditions_works.works_finished,
        ],
        permission=allowed("grants.manage"),
        custom={"label": _("Close"), "style": "primary"},
    )
    def close(self, *, recovery_amount):
        self.closed_on = self.move.on
        self.ended_by = self.move.by
        self.recovery_amount += recovery_amount

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
        self.recovery_amount += recovery_amount

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
    def asked_back_on(self):
        """The first day on which something was asked back, or None."""
        days = list(self.assets.claimed().values_list("claimed_on", flat=True))
        if self.state in (self.State.CLOSED, self.State.TERMINATED):
            days.append(self.closed_on)
        return min(days, default=None)

    @property
    def recovery_due_amount(self):
        """Minor units asked back and neither received nor given up."""
        return self.recovery_amount - self.recoveries.total_amount()

    def works_certificates(self):
        """Payment certificates of the award's works contracts."""
        return apps.get_model("grants", "Certificate").objects.filter(contract__award=self)


class AidReceivedQuerySet(models.QuerySet):
    def since(self, day):
        return self.filter(given_on__gte=day)

    def total_amount(self):
        return self.aggregate(total=Sum("amount", default=0))["total"]


class AidReceived(models.Model):
    """Public aid that the grantee declared before signing. `amount`: minor units of the award's currency."""

    award = models.ForeignKey(Award, models.PROTECT, related_name="aid")
    giver = models.CharField(_("given by"), max_length=160)
    amount = AmountField(_("amount"))
    given_on = models.DateField(_("given on"))

    objects = AidReceivedQuerySet.as_manager()

    class Meta:
        ordering = ["award", "given_on", "pk"]
        constraints = [models.CheckConstraint(condition=Q(amount__gt=0), name="aid_amount")]

    def __str__(self):
        return self.giver


class OfAward:
    """What a row of an award says about whose it is."""

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
