"""The named facts that the application's moves ask for. Each returns what is missing in one sentence, or None."""

from datetime import timedelta
from decimal import ROUND_FLOOR, Decimal
from fractions import Fraction
from math import ceil

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from applicants import asks
from audit.moves import fact
from ledger.money import Money
from programmes.clock import today

# The plan's sections by form: (section code, what is missing).
PLAN_SECTIONS = {
    "one_page": ("summary", "investments", "cash_flow"),
    "short": ("summary", "product", "market", "investments", "cash_flow", "finance", "jobs"),
    "full": (
        "summary",
        "product",
        "market",
        "people",
        "risks",
        "investments",
        "cash_flow",
        "finance",
        "jobs",
        "documents",
    ),
}


def _on(row):
    move = getattr(row, "move", None)
    return move.on if move and move.on else today(row.programme)


def cofinancing_share(own_amount, programme_amount, base):
    """Percent (Decimal, exact) of the own part by the base that the window names."""
    whole = programme_amount if base == "own_over_grant" else programme_amount + own_amount
    return Decimal(own_amount) * 100 / Decimal(whole) if whole else Decimal(0)


def least_own_amount(programme_amount, window):
    """The smallest own part (minor units) that reaches the window's minimum beside `programme_amount`."""
    percent = Fraction(window.cofinancing_pct)
    rest = 100 if window.cofinancing_base == "own_over_grant" else max(100 - percent, Fraction(1, 100))
    return ceil(programme_amount * percent / rest)


def counted_own_amount(application):
    """Minor units of the own part that count: from the sources that the window names, in kind up to its cap."""
    window = application.window
    if not window.cofinancing_sources and window.in_kind_cap_pct >= 100:
        return application.own_amount
    sources = [
        source
        for source in application.finance_sources.all()
        if not window.cofinancing_sources or source.source in window.cofinancing_sources
    ]
    in_kind = sum(source.amount for source in sources if source.source == "own_in_kind")
    rest = sum(source.amount for source in sources) - in_kind
    cap = int(Decimal(application.own_amount) * window.in_kind_cap_pct / 100)
    return min(rest + min(in_kind, cap), application.own_amount)


def wanted_sections(application):
    """Codes of the plan's sections for this application: by its form, its documents, its own part, its cycle."""
    sections = list(PLAN_SECTIONS[application.plan_form])
    if application.repeat_of_id:
        sections.insert(0, "changes")
    if wanted_documents(application) and "documents" not in sections:
        sections.append("documents")
    if application.own_amount and "finance" not in sections:
        sections.append("finance")
    return sections


def wanted_documents(application):
    """RequiredDocuments that a plan of this form must carry."""
    return [
        document
        for document in application.call.documents.all()
        if not document.plan_forms or application.plan_form in document.plan_forms
    ]


TEXT_SECTIONS = ("changes", "summary", "product", "market", "people", "risks")


def cash_flow_gap(application):
    """What the twelve months lack, in one sentence, or None. A loan's plan is tested against its instalment."""
    plan = getattr(application, "plan", None)
    kinds = {line.kind for line in application.cash_lines.all() if any(line.months)}
    if "sales" not in kinds:
        return _("No sales are written down.")
    if not kinds - {"sales", "other_in"}:
        return _("No costs are written down.")
    if application.call.instrument == "loan" and not (plan and plan.instalment_amount):
        return _("The monthly instalment is missing: without it nobody sees whether the loan can be repaid.")
    return None


def open_sections(application):
    """Codes of the plan sections that the application's form asks for and that are not complete."""
    plan = getattr(application, "plan", None)
    items = list(application.investments.all())
    sources = sum(source.amount for source in application.finance_sources.all())
    wanted = {document.code for document in wanted_documents(application)}
    given = {document.code for document in application.documents.all() if document.evidence.withdrawn_on is None}
    done = {
        "investments": bool(items)
        and sum(item.programme_amount for item in items) == application.asked_amount
        and sum(item.own_amount for item in items) == application.own_amount,
        "cash_flow": cash_flow_gap(application) is None,
        "finance": sources == application.own_amount,
        "jobs": bool(application.job_plans.all()),
        "documents": wanted <= given,
    }
    for text in TEXT_SECTIONS:
        done[text] = bool(plan and getattr(plan, text).strip())
    return [section for section in wanted_sections(application) if not done[section]]


@fact(_("The plan is complete."))
def plan_complete(application):
    missing = len(open_sections(application))
    if missing:
        return ngettext(
            "The plan is not complete: %(count)s part is open.",
            "The plan is not complete: %(count)s parts are open.",
            missing,
        ) % {"count": missing}
    return None


@fact(_("Consent is recorded."))
def consent_recorded(application):
    on = _on(application)
    live = [
        consent
        for consent in application.applicant.consents.all()
        if consent.programme_id == application.programme_id
        and consent.purpose == "processing"
        and consent.given_on <= on
        and (consent.withdrawn_on is None or consent.withdrawn_on > on)
    ]
    return None if live else _("Consent of the applicant is not recorded.")


@fact(_("The call is open."))
def call_open(application):
    if application.call.is_open_at(_on(application)):
        return None
    return _("The call %(call)s is not open on that day.") % {"call": application.call}


@fact(_("The amount is within the ceiling."))
def within_ceiling(application):
    window = application.window
    if application.asked_amount > window.ceiling_amount:
        return _("%(amount)s is over the ceiling of %(ceiling)s of the window %(window)s.") % {
            "amount": Money(application.asked_amount, application.currency),
            "ceiling": Money(window.ceiling_amount, window.currency),
            "window": window,
        }
    if application.asked_amount < window.floor_amount:
        return _("%(amount)s is under the least amount of %(floor)s of the window %(window)s.") % {
            "amount": Money(application.asked_amount, application.currency),
            "floor": Money(window.floor_amount, window.currency),
            "window": window,
        }
    return asks.over_limit(application)


@fact(_("The co-financing reaches its minimum."))
def cofinancing_reached(application):
    window = application.window
    if not window.cofinancing_pct:
        return None
    own = counted_own_amount(application)
    share = cofinancing_share(own, application.asked_amount, window.cofinancing_base)
    if share < window.cofinancing_pct:
        return _(
            "The own part that counts is %(own)s, %(share)s%% by %(base)s; the least is %(least)s (%(pct)s%%)."
        ) % {
            "own": Money(own, application.currency),
            "share": share.quantize(Decimal("0.01"), rounding=ROUND_FLOOR),
            "base": window.get_cofinancing_base_display(),
            "least": Money(least_own_amount(application.asked_amount, window), application.currency),
            "pct": format(Decimal(window.cofinancing_pct).normalize(), "f"),
        }
    return None


@fact(_("The required training is done or waived."))
def training_done(application):
    on = _on(application)
    waived = {waiver.rule_id for waiver in application.waivers.all()}
    rules = [rule for rule in application.call.training_rules.all() if rule.effective_from <= on]
    asked = [rule for rule in rules if rule.pk not in waived]
    applicant = application.applicant
    persons = [applicant.pk, *applicant.members.filter(until=None).values_list("person", flat=True)] if asked else []
    for rule in asked:
        done = type(applicant).objects.filter(
            pk__in=persons,
            training_places__course__kind=rule.course_kind,
            training_places__course__programme_id=application.programme_id,
            training_places__outcome="completed",
            training_places__outcome_on__lte=on,
        )
        if not done.exists():
            kind = rule.course_kind.replace("_", " ")
            return _("The training “%(kind)s” is neither completed nor waived.") % {"kind": kind}
    return None


@fact(_("Every check is passed."))
def checks_passed(application):
    rules = application.call.eligibility_rules.count()
    checks = [check for check in application.checks.all() if check.revision == application.revision]
    open_ones = [check for check in checks if check.result != "passed"]
    if len(checks) < rules:
        return _("The checks have not been run on this revision.")
    if open_ones:
        return ngettext("%(count)s check is not passed.", "%(count)s checks are not passed.", len(open_ones)) % {
            "count": len(open_ones)
        }
    return None


@fact(_("A failed check is confirmed by a second person."))
def failure_confirmed(application):
    for check in application.checks.all():
        if check.revision == application.revision and check.result == "failed" and check.confirmed_by_id:
            return None
    return _("No failed check is confirmed by a second person.")


@fact(_("The field verification is done and still valid."))
def verified_in_the_field(application):
    last = application.verifications.first()
    if last is None or last.visited_on > _on(application):
        return _("Nobody has visited the business yet.")
    if not last.confirmed:
        return _("The field verification did not confirm the plan.")
    if last.visited_on < _on(application) - timedelta(days=application.call.verification_days):
        return _("The field verification of %(date)s is too old.") % {"date": last.visited_on.strftime("%d.%m.%Y")}
    return None


@fact(_("The adviser has given an opinion on this revision."))
def opinion_given(application):
    if any(opinion.revision == application.revision for opinion in application.opinions.all()):
        return None
    return _("The adviser has not given an opinion on this revision.")
