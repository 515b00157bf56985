"""How good the data of a report is: what is missing in it, line by line, each with the page that mends it.

The printed rule (RULE): every line that asks about something has a share in order; the grade is that of their mean,
and no better than C while one of them has less than half in order.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

from django.db.models import Case, Count, Exists, F, OuterRef, Q, When
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from applicants.figures import UNKNOWN, Scope, sex_of
from applicants.models import FieldVerification, Party
from applicants.models.party import REGISTER_ROLES
from grants import figures as grants
from grants.models import GRANT_ROLES, Award, Contribution
from loans import figures as loans
from monitoring.models import VISIT_ROLES, Employment, MonitoringVisit, ShortTermJob
from payments.models import MONEY_ROLES, PaymentOrder, StatementLine
from programmes.models import ExchangeRate, FundingLine, Role
from programmes.roles import holds
from reports.edition import Gap
from reports.framework import grade
from reports.models import REPORT_ROLES
from reports.suppression import LEAST

VISIT_LINE = ("application__window__line", "application__window")
# A rate of the month is old when the month after it is over.
FRESH = timedelta(days=62)
WORST, CAPPED = Decimal("0.5"), "C"
RULE = _(
    "Each line has a share in order. The grade is that of the mean of these shares: A at least 95 percent, B at least "
    "80, C at least 50, D less; and no better than C while one line has less than 50 percent in order."
)


@dataclass(frozen=True)
class Check:
    """One line: `measure(scope, currency)` gives (lacking, asked about); `page(programme)` mends it, for `roles`.

    `dim`: the breakdown of people that the line is about. Where the donor's edition does not show that breakdown whole,
    the line would tell what is hidden, and is left out of what is frozen. `of_people`: its cases are persons.
    `impersonal`: behind its cases there is nobody.
    """

    code: str
    name: str
    measure: Callable
    page: Callable
    roles: tuple
    dim: str = ""
    of_people: bool = False
    impersonal: bool = False


def _ratio(rows, lacking):
    said = rows.order_by().aggregate(of=Count("pk", distinct=True), lacking=Count("pk", filter=lacking, distinct=True))
    return said["lacking"], said["of"]


# What is asked -------------------------------------------------------------------------------------------------------


def _visits(scope):
    return MonitoringVisit.objects.filter(scope.line(*VISIT_LINE), programme=scope.programme)


def visits_due(scope, _currency):
    rows = _visits(scope).filter(scope.through("planned_on")).exclude(state=MonitoringVisit.State.CANCELLED)
    return _ratio(rows, Q(state=MonitoringVisit.State.PLANNED))


def visits_unverified(scope, _currency):
    return _ratio(_visits(scope).filter(scope.through("made_on")), ~Q(state=MonitoringVisit.State.VERIFIED))


def employments_unverified(scope, _currency):
    at = [f"place__{path}" for path in VISIT_LINE]
    rows = Employment.objects.filter(
        scope.line(*at), scope.through("starts_on"), place__application__programme=scope.programme
    )
    return _ratio(rows, ~Q(found_at__state=MonitoringVisit.State.VERIFIED))


def short_term_unverified(scope, _currency):
    rows = ShortTermJob.objects.filter(scope.line(*VISIT_LINE), scope.through("starts_on"), programme=scope.programme)
    return _ratio(rows, Q(verified_by=None))


def _supported(scope):
    """Businesses with money paid by the last day, and whoever is their own business."""
    whole = Scope(programme=scope.programme, to_on=scope.to_on, donor=scope.donor)
    return Party.objects.filter(Q(pk__in=grants.supported(whole)) | Q(pk__in=loans.supported(whole)))


def sex_unknown(scope, _currency):
    return _ratio(_supported(scope).annotate(run=sex_of("")), Q(run=UNKNOWN))


def age_unknown(scope, _currency):
    born = Case(When(kind=Party.Kind.PERSON, then=F("birth_year")), default=F("manager__birth_year"))
    rows = _supported(scope).annotate(born=born)
    return _ratio(rows.filter(Q(kind=Party.Kind.PERSON) | Q(manager__isnull=False)), Q(born=None))


def baseline_missing(scope, _currency):
    whole = Scope(programme=scope.programme, to_on=scope.to_on, donor=scope.donor)
    known = FieldVerification.objects.filter(application=OuterRef("application"), sales_amount__isnull=False)
    rows = Award.objects.filter(
        application__in=grants.paid_applications(whole), application__applicant__kind__in=PRODUCERS
    )
    return _ratio(rows.annotate(based=Exists(known)), Q(based=False))


PRODUCERS = (Party.Kind.PERSON, Party.Kind.HOUSEHOLD, Party.Kind.GROUP, Party.Kind.ENTERPRISE)


def own_part_unverified(scope, _currency):
    rows = Contribution.objects.filter(
        scope.line("award__line", "award__window"), scope.through("pledged_on"), award__programme=scope.programme
    ).exclude(award__state=Award.State.CANCELLED)
    return _ratio(rows, Q(accepted_on=None) | Q(accepted_on__gt=scope.to_on))


def payments_unsettled(scope, _currency):
    rows = PaymentOrder.objects.filter(programme=scope.programme, prepared_on__lte=scope.to_on)
    rows = rows.exclude(state__in=[PaymentOrder.State.CANCELLED, PaymentOrder.State.RETURNED])
    return _ratio(rows, ~Q(state=PaymentOrder.State.SETTLED) | Q(value_on__gt=scope.to_on))


def lines_unmatched(scope, _currency):
    rows = StatementLine.objects.filter(scope.through("booked_on"), statement__programme=scope.programme)
    return _ratio(rows, Q(state=StatementLine.State.OPEN))


def rates_stale(scope, currency):
    """Pairs of a line's currency with that of the report: those whose last rate is missing or old on the last day."""
    lines = scope.programme.funding_lines.exclude(rate_rule=FundingLine.RateRule.INSTALMENTS)
    if scope.donor:
        lines = lines.filter(donor=scope.donor)
    pairs = {
        (line.currency, wanted, line.rate_rule)
        for line in lines
        for wanted in {scope.programme.currency, currency} - {line.currency, ""}
    }
    lacking = sum(not _has_fresh_rate(*pair, scope.to_on) for pair in pairs)
    return lacking, len(pairs)


def _has_fresh_rate(one, other, source, on):
    either = Q(base=one, quote=other) | Q(base=other, quote=one)
    return ExchangeRate.objects.filter(either, source=source, on__gt=on - FRESH, on__lte=on).exists()


# The lines -----------------------------------------------------------------------------------------------------------


def _list(name, **filters):
    query = "&".join(f"{key}={value}" for key, value in filters.items())
    return lambda programme: f"{reverse(name)}?{query}" if query else reverse(name)


CHECKS = (
    Check(
        "visits_due",
        _("Visits that were due and are not made"),
        visits_due,
        _list("monitoring:visits", state="planned"),
        VISIT_ROLES,
    ),
    Check(
        "visits_unverified",
        _("Visits that no second person has verified"),
        visits_unverified,
        _list("monitoring:visits", state="recorded"),
        VISIT_ROLES,
    ),
    Check(
        "employments_unverified",
        _("Employments found at visits that nobody verified"),
        employments_unverified,
        _list("monitoring:visits", state="recorded"),
        VISIT_ROLES,
        of_people=True,
    ),
    Check(
        "short_term_unverified",
        _("Short-term jobs that no second person has verified"),
        short_term_unverified,
        _list("monitoring:registers"),
        VISIT_ROLES,
        of_people=True,
    ),
    Check(
        "sex_unknown",
        _("Businesses of which it is not known whether a woman or a man runs them"),
        sex_unknown,
        _list("applicants:parties", sex="unknown"),
        REGISTER_ROLES,
        dim="sex",
    ),
    Check(
        "age_unknown",
        _("Businesses of which the year of birth of who runs them is not known"),
        age_unknown,
        _list("applicants:parties"),
        REGISTER_ROLES,
        dim="age",
    ),
    Check(
        "baseline_missing",
        _("Paid grants without sales before the support"),
        baseline_missing,
        _list("grants:awards"),
        GRANT_ROLES,
    ),
    Check(
        "own_part_unverified",
        _("Co-financing pledged and not accepted yet"),
        own_part_unverified,
        _list("grants:awards", state="active"),
        GRANT_ROLES,
    ),
    Check(
        "payments_unsettled",
        _("Payments not settled at the bank yet"),
        payments_unsettled,
        _list("payments:queue"),
        MONEY_ROLES,
    ),
    Check(
        "lines_unmatched",
        _("Lines of bank statements that are matched with nothing"),
        lines_unmatched,
        _list("payments:statements"),
        MONEY_ROLES,
    ),
    Check(
        "rates_stale",
        _("Exchange rates that are missing or older than two months"),
        rates_stale,
        lambda programme: reverse("programmes:rate", args=[programme.key]),
        (Role.FINANCE,),
        impersonal=True,
    ),
)
BY_CODE = {check.code: check for check in CHECKS}


def gaps_of(scope, currency=""):
    """The Gaps of a report in this Scope, in the order of CHECKS; lines that ask about nothing are left out."""
    found = []
    for check in CHECKS:
        count, of = check.measure(scope, currency)
        if of:
            found.append(Gap(check.code, str(check.name), count, of))
    return found


def empty_figures(figures, asked):
    """The Gap of the figures that the agreement asks for and that have no data; None where it names none."""
    if not asked:
        return None
    known = {figure.code for figure in figures if figure.hidden or figure.result() is not None}
    return Gap("figures_empty", str(EMPTY), len([code for code in asked if code not in known]), len(asked))


EMPTY = _("Figures that the agreement asks for and that have no data")


def grade_of(gaps):
    """A to D by RULE; "" where nothing is asked about."""
    shares = [1 - Decimal(gap.count) / gap.of for gap in gaps if gap.of]
    if not shares:
        return ""
    letter = grade(sum(shares) / len(shares))
    return max(letter, CAPPED) if min(shares) < WORST else letter


def for_donors(gaps, figures, *, strict):
    """The gaps that may be frozen beside these figures of the donor's edition.

    How many are unknown is a cell like any other: it is printed where the whole breakdown of the same businesses is. Of
    persons a line with few on one side of it is not. `strict` (a confidential programme): every count is one of people,
    and none of these is weighed against those of other reports, so that only lines behind which there is nobody stay.
    """
    counted = next((figure for figure in figures if figure.code == "businesses_supported" and not figure.hidden), None)
    whole = {""}
    if counted:
        whole |= {dim for dim in counted.dims() if not any(cell.hidden for cell in counted.cells(dim))}
    return [gap for gap in gaps if gap.code not in BY_CODE or _may_be_told(BY_CODE[gap.code], gap, whole, strict)]


def _may_be_told(check, gap, whole, strict):
    few = 0 < gap.count < LEAST or 0 < gap.of - gap.count < LEAST
    return check.dim in whole and not (few and check.of_people) and (check.impersonal or not strict)


def page_for(gap, programme, user):
    """The address of the page that mends the gap, for those who may open it; else ""."""
    if gap.code not in BY_CODE:
        may = holds(user, REPORT_ROLES, programme.pk)
        return reverse("reports:programme", args=[programme.key]) if may else ""
    return page_of(gap.code, programme, user)


def page_of(code, programme, user):
    """The address of the page that mends what this line asks about, for those who may open it; else ""."""
    check = BY_CODE[code]
    return check.page(programme) if holds(user, check.roles, programme.pk) else ""
