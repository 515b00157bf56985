"""Calls and their windows: every rule of selection is a row here, none is code of a programme."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from audit.models import Versioned
from ledger.fields import AmountField, CurrencyField
from programmes.models.money import FundingLine
from programmes.models.programme import Programme


class Call(Versioned):
    """The invitation: dates, instrument, how its committee works."""

    class Instrument(models.TextChoices):
        GRANT = "grant", _("Grant")
        LOAN = "loan", _("Loan")

    class Method(models.TextChoices):
        SCORED = "scored", _("Scored on a grid, then voted")
        CONSENSUS = "consensus", _("Consensus: no grid, votes")

    class TieRule(models.TextChoices):
        NOT_APPROVED = "not_approved", _("A tie does not approve")
        CHAIR = "chair", _("The chair's vote decides a tie")

    programme = models.ForeignKey(Programme, models.PROTECT, related_name="calls")
    key = models.SlugField(_("key"), unique=True, max_length=60)
    name = models.CharField(_("call"), max_length=160)
    instrument = models.CharField(_("instrument"), max_length=6, choices=Instrument.choices)
    opens_on = models.DateField(_("opens"))
    closes_on = models.DateField(_("closes"), null=True, blank=True, help_text=_("Empty: a standing call."))
    method = models.CharField(_("method"), max_length=10, choices=Method.choices, default=Method.SCORED)
    quorum_number = models.PositiveSmallIntegerField(_("quorum, members"), default=3)
    quorum_share_pct = models.PositiveSmallIntegerField(_("quorum, percent of the unconflicted"), default=50)
    majority_pct = models.PositiveSmallIntegerField(
        _("votes for, more than percent of votes for and against"), default=50
    )
    odd_number = models.BooleanField(_("the voting members must be an odd number"), default=False)
    tie_rule = models.CharField(max_length=14, choices=TieRule.choices, default=TieRule.NOT_APPROVED)
    assessors = models.PositiveSmallIntegerField(_("assessors for each case"), default=2)
    third_assessor_pct = models.PositiveSmallIntegerField(
        _("one more assessor when two totals differ by more than, percentage points"),
        default=0,
        help_text=_("0: never."),
    )
    reasoned_values = models.JSONField(
        _("values that need a written reason"), default=list, blank=True, help_text=_("For example 0, 1 and 5.")
    )
    blind = models.BooleanField(
        _("assessors do not see who applies"),
        default=False,
        help_text=_("Until their own scores are in, members read the plan without names of people and business."),
    )
    consent_repeats = models.BooleanField(
        _("repeat cases go on the consent agenda"),
        default=False,
        help_text=_("One vote decides them together, unless a member lifts a case out."),
    )
    recheck_selected = models.BooleanField(_("the checks are run again on cases about to be approved"), default=True)
    total_threshold_pct = models.PositiveSmallIntegerField(_("least total score, percent"), default=0)
    verification_days = models.PositiveSmallIntegerField(_("a field verification is valid, days"), default=180)
    appeal_days = models.PositiveSmallIntegerField(_("days to appeal"), default=14)
    appeal_answer_days = models.PositiveSmallIntegerField(_("days to answer an appeal"), default=30)
    screening_days = models.PositiveSmallIntegerField(_("a screening is valid, days"), default=90)
    list_days = models.PositiveSmallIntegerField(
        _("a sanctions list is valid, days after its date"), default=0, help_text=_("0: its age is not asked.")
    )
    duration_months = models.PositiveSmallIntegerField(_("months of implementation"), default=12)
    visit_months = models.JSONField(_("visits after the first payment, months"), default=list)

    class Meta:
        ordering = ["programme", "opens_on", "key"]
        verbose_name = _("call")

    def __str__(self):
        return self.name

    def is_open_at(self, on):
        return self.opens_on <= on and (self.closes_on is None or on <= self.closes_on)


class Window(Versioned):
    """A part of a call: its ceiling, its money, its co-financing minimum and the base of that."""

    class Base(models.TextChoices):
        SHARE_OF_TOTAL = "share_of_total", _("own part / (grant + own part)")
        OWN_OVER_GRANT = "own_over_grant", _("own part / grant")

    call = models.ForeignKey(Call, models.PROTECT, related_name="windows")
    key = models.SlugField(_("key"), unique=True, max_length=60)
    name = models.CharField(_("window"), max_length=120)
    figure_code = models.SlugField(
        _("figure that counts its awards"), max_length=40, blank=True, help_text=_("For example awards_micro.")
    )
    line = models.ForeignKey(FundingLine, models.PROTECT, related_name="windows", verbose_name=_("funding line"))
    currency = CurrencyField(_("currency"))
    floor_amount = AmountField(_("least amount"), default=1)
    ceiling_amount = AmountField(_("ceiling"))
    cofinancing_pct = models.DecimalField(_("least co-financing, percent"), max_digits=5, decimal_places=2, default=0)
    cofinancing_base = models.CharField(
        _("base of that percentage"), max_length=16, choices=Base.choices, default=Base.SHARE_OF_TOTAL
    )
    cofinancing_sources = models.JSONField(
        _("sources that count"), default=list, blank=True, help_text=_("Empty: any source.")
    )
    in_kind_cap_pct = models.PositiveSmallIntegerField(_("in kind counts up to, percent of the own part"), default=100)
    modality = models.CharField(
        _("how it is paid"),
        max_length=14,
        default="cash",
        choices=[
            ("cash", _("To the grantee or borrower")),
            ("supplier", _("To the supplier on the grantee's purchase")),
            ("in_kind", _("Bought by the agency and handed over")),
            ("reimbursement", _("Reimbursed against invoices")),
            ("works", _("Works contract of the agency")),
        ],
    )
    tranche_plan = models.JSONField(
        _("tranches"),
        default=list,
        help_text=_("Rows of percent, the deliverable that must be shown first, and months after the decision."),
    )
    accounted_pct = models.PositiveSmallIntegerField(
        _("percent of a tranche paid in cash that is accounted for before the next one"),
        default=0,
        help_text=_("0: its costs are not accounted for one by one. The tranches before it then always in full."),
    )
    retention_pct = models.PositiveSmallIntegerField(
        _("percent of a grant that is retained to the end"),
        default=0,
        help_text=_("A last tranche, of a grant that is paid to the grantee. Builders are held back by certificate."),
    )
    acceptance_days = models.PositiveSmallIntegerField(
        _("days after the last deliverable was accepted until the retention can be requested"), default=0
    )
    overrun_pct = models.PositiveSmallIntegerField(
        _("percent by which a budget line may be passed without an amendment"), default=10
    )
    aid_limit_amount = AmountField(
        _("limit of public aid to one applicant, with this grant"), default=0, help_text=_("0: there is none.")
    )
    aid_years = models.PositiveSmallIntegerField(_("years that this limit looks back"), default=3)
    visibility_text = models.TextField(
        _("how the grantee makes the donor visible"), blank=True, help_text=_("Stands in the agreement.")
    )
    purchases_required = models.BooleanField(
        _("a supplier is paid, and goods are handed over, only on a purchase with its quotes"), default=False
    )
    title_months = models.PositiveSmallIntegerField(
        _("months after the handover until what the grantee bought is the grantee's own"), default=0
    )
    live_awards = models.PositiveSmallIntegerField(_("live awards of one applicant, at most"), default=1)

    class Meta:
        ordering = ["call", "ceiling_amount"]
        constraints = [
            models.CheckConstraint(
                condition=Q(floor_amount__gt=0) & Q(ceiling_amount__gte=F("floor_amount")), name="window_amounts"
            ),
            models.CheckConstraint(
                condition=Q(cofinancing_pct__gte=0) & Q(cofinancing_pct__lte=100), name="window_cofinancing"
            ),
            models.CheckConstraint(
                condition=Q(accounted_pct__lte=100) & Q(overrun_pct__lte=100), name="window_percentages"
            ),
            models.CheckConstraint(
                condition=Q(retention_pct=0) | Q(retention_pct__lte=30, modality__in=["cash", "reimbursement"]),
                name="window_retention",
            ),
        ]

    def __str__(self):
        return self.name

    def band_for(self, amount):
        """The AmountBand that `amount` (minor units) falls into: weight follows the amount."""
        return self.bands.filter(from_amount__lte=amount).order_by("-from_amount").first()


class AmountBand(models.Model):
    """What an amount from `from_amount` (minor units) upwards asks of applicant and office."""

    class Form(models.TextChoices):
        ONE_PAGE = "one_page", _("One page")
        SHORT = "short", _("Short plan")
        FULL = "full", _("Full plan")

    window = models.ForeignKey(Window, models.CASCADE, related_name="bands")
    from_amount = AmountField(default=0)
    plan_form = models.CharField(max_length=8, choices=Form.choices, default=Form.SHORT)
    assessors = models.PositiveSmallIntegerField(default=2)
    quotes = models.PositiveSmallIntegerField(_("quotes for each purchase"), default=1)
    visits = models.PositiveSmallIntegerField(_("visits in the first year"), default=2)
    approvals = models.PositiveSmallIntegerField(
        _("votes for that an approval needs at least"), default=0, help_text=_("0: the majority is enough.")
    )
    consent = models.BooleanField(_("goes on the consent agenda"), default=False)

    class Meta:
        ordering = ["window", "from_amount"]
        constraints = [models.UniqueConstraint(fields=["window", "from_amount"], name="band_unique")]

    def __str__(self):
        return f"{self.window} {self.from_amount}"


class Criterion(models.Model):
    """A row of the evaluation grid: 0 to `top` points, times `weight`; a section may have its own threshold."""

    call = models.ForeignKey(Call, models.CASCADE, related_name="criteria")
    position = models.PositiveSmallIntegerField()
    section = models.CharField(_("section"), max_length=80)
    code = models.SlugField(max_length=40)
    question = models.CharField(_("criterion"), max_length=200)
    guidance = models.JSONField(_("what each value means"), default=dict, blank=True)
    weight = models.PositiveSmallIntegerField(_("weight"), default=1)
    top = models.PositiveSmallIntegerField(_("highest value"), default=5)
    section_threshold = models.PositiveSmallIntegerField(_("least points of its section"), default=0)

    class Meta:
        ordering = ["call", "position"]
        constraints = [models.UniqueConstraint(fields=["call", "code"], name="criterion_unique")]

    def __str__(self):
        return self.question


class TrainingRule(models.Model):
    """A training that must be completed before applying, from a day on, with the waivers a person may decide."""

    class Waiver(models.TextChoices):
        REPEAT = "repeat", _("Second or later loan")
        EARLIER = "earlier", _("Completed an equal training earlier")
        EXPERIENCE = "experience", _("Experience proven")

    call = models.ForeignKey(Call, models.CASCADE, related_name="training_rules")
    course_kind = models.SlugField(max_length=40)
    effective_from = models.DateField()
    waivers = models.JSONField(default=list)

    def __str__(self):
        return self.course_kind


class RequiredDocument(models.Model):
    """A document that the application must carry, for plans of the named forms (empty: for all)."""

    call = models.ForeignKey(Call, models.CASCADE, related_name="documents")
    code = models.SlugField(max_length=40)
    label = models.CharField(_("document"), max_length=160)
    plan_forms = models.JSONField(default=list, blank=True)

    class Meta:
        ordering = ["call", "pk"]
        constraints = [models.UniqueConstraint(fields=["call", "code"], name="document_unique")]

    def __str__(self):
        return self.label


class EligibilityRule(models.Model):
    """One rule of the secretary's check. `kind` names a test in applicants/eligibility.py, `parameters` its data."""

    class Kind(models.TextChoices):
        CEILING = "ceiling", _("The amount is within the window's limits")
        COFINANCING = "cofinancing", _("The co-financing reaches its minimum")
        TRAINING = "training", _("The required training is done or waived")
        CONSENT = "consent", _("Consent is recorded")
        DOCUMENTS = "documents", _("The required documents are there")
        AGE = "age", _("The applicant is of age")
        REGION = "region", _("The business is in a region of the programme")
        LIVE_AWARD = "live_award", _("No other live award in this window")
        DUPLICATE = "duplicate", _("No unresolved duplicate")
        APPLICANT_KIND = "applicant_kind", _("The applicant is of a kind that may apply")
        PERSON = "person", _("A question that a person answers")

    call = models.ForeignKey(Call, models.CASCADE, related_name="eligibility_rules")
    position = models.PositiveSmallIntegerField()
    code = models.SlugField(max_length=40)
    kind = models.CharField(max_length=16, choices=Kind.choices)
    question = models.CharField(max_length=200, blank=True)
    parameters = models.JSONField(default=dict, blank=True)

    class Meta:
        ordering = ["call", "position"]
        constraints = [models.UniqueConstraint(fields=["call", "code"], name="eligibility_rule_unique")]

    def __str__(self):
        return self.question or self.get_kind_display()
