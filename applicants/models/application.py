"""The application and its state machine, and what is established about it before the committee sits."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django_fsm import FSMField, transition

from applicants import conditions
from applicants.models.party import Party
from applicants.recusal import not_withheld
from audit.models import Moving
from audit.moves import allowed
from ledger.fields import AmountField, CurrencyField
from programmes.models import AmountBand, Call, Programme, Region, Role, TrainingRule, Window
from programmes.roles import CASE_ROLES, held_by, rows_for


class ApplicationQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Applications of the user's programmes and regions. Committee members see theirs through the session.

        Without those from which the user stands back.
        """
        found = rows_for(user, CASE_ROLES)
        for held in held_by(user):
            if held.role == Role.FIELD_AGENT:
                found |= Q(programme_id=held.programme_id, applicant__village_id__in=held.village_ids)
        return self.filter(found).filter(not_withheld(user))

    def in_state(self, *states):
        return self.filter(state__in=states)

    def undecided(self):
        return self.filter(state__in=Application.UNDECIDED)


class Application(Moving):
    """A business plan put forward under a call. Amounts are minor units of `currency`."""

    class State(models.TextChoices):
        DRAFT = "draft", _("Draft")
        SUBMITTED = "submitted", _("Submitted")
        RETURNED = "returned", _("Returned to the adviser")
        ELIGIBLE = "eligible", _("Eligible")
        INELIGIBLE = "ineligible", _("Not eligible")
        UNDER_REVIEW = "under_review", _("Under review")
        APPROVED = "approved", _("Approved")
        RESERVE = "reserve", _("On the reserve list")
        REJECTED = "rejected", _("Rejected")
        WITHDRAWN = "withdrawn", _("Withdrawn")

    UNDECIDED = (State.DRAFT, State.SUBMITTED, State.RETURNED, State.ELIGIBLE, State.UNDER_REVIEW)
    EDITABLE = (State.DRAFT, State.RETURNED)

    ref = models.CharField(_("reference"), max_length=16, unique=True)
    programme = models.ForeignKey(Programme, models.PROTECT, related_name="applications")
    call = models.ForeignKey(Call, models.PROTECT, related_name="applications")
    window = models.ForeignKey(Window, models.PROTECT, related_name="applications")
    region = models.ForeignKey(Region, models.PROTECT, related_name="+")
    applicant = models.ForeignKey(Party, models.PROTECT, related_name="applications")
    business = models.ForeignKey(Party, models.PROTECT, null=True, blank=True, related_name="applications_for")
    adviser = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="applications")
    title = models.CharField(_("what it is for"), max_length=200)
    asked_amount = AmountField(_("asks for"))
    own_amount = AmountField(_("own part"), default=0)
    currency = CurrencyField(_("currency"))
    term_months = models.PositiveSmallIntegerField(_("months to repay"), null=True, blank=True)
    plan_form = models.CharField(max_length=8, choices=AmountBand.Form.choices, default=AmountBand.Form.SHORT)
    repeat_of = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="repeats")
    revision = models.PositiveSmallIntegerField(_("revision"), default=0)
    started_on = models.DateField(_("started"))
    submitted_on = models.DateField(_("submitted"), null=True, blank=True)
    decided_on = models.DateField(_("decided"), null=True, blank=True)
    decision_ref = models.CharField(max_length=40, blank=True)
    approved_amount = AmountField(_("approved"), null=True, blank=True)
    approval_conditions = models.TextField(_("conditions of the approval"), blank=True)
    state = FSMField(_("state"), max_length=12, default=State.DRAFT, choices=State.choices, protected=True)

    objects = ApplicationQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        verbose_name = _("application")
        constraints = [
            models.CheckConstraint(condition=Q(asked_amount__gt=0) & Q(own_amount__gte=0), name="application_amounts"),
            models.CheckConstraint(
                condition=Q(state__in=["draft", "withdrawn"]) | Q(submitted_on__isnull=False),
                name="application_submitted_dated",
            ),
            models.CheckConstraint(
                condition=~Q(state="approved")
                | (
                    Q(approved_amount__gt=0)
                    & Q(approved_amount__lte=F("asked_amount"))
                    & ~Q(decision_ref="")
                    & Q(decided_on__isnull=False)
                ),
                name="application_approved_by_decision",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["reserve"]) | ~Q(decision_ref=""), name="application_reserve_by_decision"
            ),
        ]
        indexes = [
            models.Index(fields=["programme", "state", "-id"], name="application_list"),
            models.Index(fields=["programme", "region", "-id"], name="application_region"),
            models.Index(fields=["adviser", "state"], name="application_adviser"),
        ]

    def __str__(self):
        return self.ref

    def get_absolute_url(self):
        return reverse("applicants:application", args=[self.ref])

    @property
    def is_editable(self):
        return self.state in self.EDITABLE

    @property
    def total_cost_amount(self):
        return self.asked_amount + self.own_amount

    @transition(
        state,
        source=[State.DRAFT, State.RETURNED],
        target=State.SUBMITTED,
        conditions=[
            conditions.plan_complete,
            conditions.consent_recorded,
            conditions.call_open,
            conditions.within_ceiling,
            conditions.cofinancing_reached,
            conditions.training_done,
        ],
        permission=allowed("applicants.submit"),
        custom={"label": _("Submit"), "style": "primary"},
    )
    def submit(self):
        self.revision += 1
        self.submitted_on = self.move.on

    @transition(
        state,
        source=State.SUBMITTED,
        target=State.RETURNED,
        permission=allowed("applicants.check"),
        custom={"label": _("Return for revision")},
    )
    def return_for_revision(self):
        pass

    @transition(
        state,
        source=State.SUBMITTED,
        target=State.ELIGIBLE,
        conditions=[conditions.checks_passed],
        permission=allowed("applicants.check"),
        custom={"label": _("Pass the checks"), "style": "primary"},
    )
    def pass_checks(self):
        pass

    @transition(
        state,
        source=[State.SUBMITTED, State.ELIGIBLE],
        target=State.INELIGIBLE,
        conditions=[conditions.failure_confirmed],
        permission=allowed("applicants.check"),
        custom={"label": _("Close as not eligible"), "style": "stop"},
    )
    def fail_checks(self):
        self.decided_on = self.move.on

    @transition(
        state,
        source=State.ELIGIBLE,
        target=State.UNDER_REVIEW,
        conditions=[conditions.verified_in_the_field, conditions.opinion_given],
        custom={"internal": True},
    )
    def open_review(self):
        pass

    @transition(state, source=[State.UNDER_REVIEW, State.RESERVE], target=State.APPROVED, custom={"internal": True})
    def approve(self, *, decision_ref, amount, conditions_text=""):
        self.decision_ref = decision_ref
        self.approved_amount = amount
        self.approval_conditions = conditions_text
        self.decided_on = self.move.on

    @transition(state, source=State.UNDER_REVIEW, target=State.RESERVE, custom={"internal": True})
    def place_on_reserve(self, *, decision_ref):
        self.decision_ref = decision_ref
        self.decided_on = self.move.on

    @transition(state, source=State.UNDER_REVIEW, target=State.ELIGIBLE, custom={"internal": True})
    def defer(self, *, decision_ref):
        self.decision_ref = decision_ref

    @transition(state, source=State.UNDER_REVIEW, target=State.REJECTED, custom={"internal": True})
    def reject(self, *, decision_ref):
        self.decision_ref = decision_ref
        self.decided_on = self.move.on

    @transition(
        state,
        source=State.RESERVE,
        target=State.REJECTED,
        permission=allowed("applicants.lapse"),
        custom={"label": _("Let lapse"), "style": "stop"},
    )
    def lapse(self):
        self.decided_on = self.move.on

    @transition(
        state,
        source=[State.INELIGIBLE, State.REJECTED],
        target=State.ELIGIBLE,
        custom={"internal": True},
    )
    def uphold_appeal(self):
        """An appeal was answered, and upheld."""
        self.decision_ref = ""
        self.decided_on = None

    @transition(
        state,
        source=[
            State.DRAFT,
            State.SUBMITTED,
            State.RETURNED,
            State.ELIGIBLE,
            State.UNDER_REVIEW,
            State.RESERVE,
        ],
        target=State.WITHDRAWN,
        permission=allowed("applicants.withdraw"),
        custom={"label": _("Withdraw for the applicant"), "style": "stop"},
    )
    def withdraw(self):
        self.decided_on = self.move.on

    @transition(
        state,
        source=[State.APPROVED, State.RESERVE, State.REJECTED],
        target=State.UNDER_REVIEW,
        custom={"internal": True},
    )
    def reopen_review(self):
        """The session that decided was reopened: its decisions are undone by new events."""
        self.decision_ref = ""
        self.approved_amount = None
        self.approval_conditions = ""
        self.decided_on = None


class Revision(models.Model):
    """What was put forward at a submission: the plan's data, frozen, with its hash."""

    application = models.ForeignKey(Application, models.PROTECT, related_name="revisions")
    number = models.PositiveSmallIntegerField()
    body = models.JSONField()
    sha256 = models.CharField(max_length=64)
    made_on = models.DateField()

    class Meta:
        ordering = ["application", "number"]
        constraints = [models.UniqueConstraint(fields=["application", "number"], name="revision_once")]


class Part(models.Model):
    """Who plays which of the five parts on a dossier. One person plays one part, whatever flags they carry."""

    class Name(models.TextChoices):
        ADVISER = "adviser", _("adviser")
        MEMBER = "member", _("voting member")
        MAKER = "maker", _("payment maker")
        CHECKER = "checker", _("payment checker")
        VERIFIER = "verifier", _("verifier of a visit")

    application = models.ForeignKey(Application, models.PROTECT, related_name="parts")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="parts")
    part = models.CharField(max_length=8, choices=Name.choices)
    since = models.DateField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["application", "user"], name="five_people")]

    def __str__(self):
        return f"{self.user} {self.get_part_display()} on {self.application}"


class Check(models.Model):
    """The result of one eligibility rule; a failure counts when a second person has confirmed it.

    `earlier_*` is what the run before the last one said, on this revision or the one before, where that was different.
    """

    class Result(models.TextChoices):
        PASSED = "passed", _("Passed")
        FAILED = "failed", _("Failed")
        PERSON = "person", _("Needs a person")

    application = models.ForeignKey(Application, models.PROTECT, related_name="checks")
    revision = models.PositiveSmallIntegerField()
    code = models.SlugField(max_length=40)
    question = models.CharField(max_length=200)
    result = models.CharField(max_length=6, choices=Result.choices)
    finding = models.CharField(_("what was found"), max_length=300)
    answered = models.BooleanField(_("answered by a person"), default=False)
    checked_on = models.DateField()
    checked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    earlier_result = models.CharField(max_length=6, choices=Result.choices, blank=True)
    earlier_finding = models.CharField(max_length=300, blank=True)
    earlier_on = models.DateField(null=True, blank=True)
    confirmed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    confirmed_on = models.DateField(null=True, blank=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["application", "revision", "code"], name="check_once"),
            models.CheckConstraint(
                condition=Q(confirmed_by=None) | ~Q(confirmed_by=F("checked_by")), name="check_second_person"
            ),
        ]

    def __str__(self):
        return f"{self.code} {self.result}"


class Waiver(models.Model):
    """A training that a person waived, with a reason; counted in the report."""

    application = models.ForeignKey(Application, models.PROTECT, related_name="waivers")
    rule = models.ForeignKey(TrainingRule, models.PROTECT, related_name="+")
    reason_code = models.CharField(max_length=12, choices=TrainingRule.Waiver.choices)
    reason = models.CharField(max_length=300)
    decided_on = models.DateField()
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["application", "rule"], name="waiver_once")]


class FieldVerification(models.Model):
    """What somebody saw at the business before the committee sat; its figures become the baseline.

    Amounts are minor units of the application's currency for one month.
    """

    application = models.ForeignKey(Application, models.PROTECT, related_name="verifications")
    visited_on = models.DateField(_("visited"))
    visited_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    confirmed = models.BooleanField(_("the business is as the plan says"))
    seen = models.TextField(_("what was seen"))
    assets = models.TextField(_("assets found"), blank=True)
    sales_amount = AmountField(_("sales in a month"), null=True, blank=True)
    profit_amount = AmountField(_("profit in a month"), null=True, blank=True)
    household_income_amount = AmountField(_("household income in a month"), null=True, blank=True)

    class Meta:
        ordering = ["-visited_on", "-pk"]

    def __str__(self):
        return f"{self.application} {self.visited_on}"


class Opinion(models.Model):
    """The adviser's opinion on a revision of the plan."""

    class Verdict(models.TextChoices):
        FOR = "for", _("For")
        AGAINST = "against", _("Against")

    application = models.ForeignKey(Application, models.PROTECT, related_name="opinions")
    revision = models.PositiveSmallIntegerField()
    verdict = models.CharField(max_length=7, choices=Verdict.choices)
    text = models.TextField(_("opinion"))
    given_on = models.DateField()
    given_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    class Meta:
        ordering = ["-pk"]
        constraints = [models.UniqueConstraint(fields=["application", "revision"], name="opinion_once")]

    def __str__(self):
        return f"{self.application} {self.verdict}"
