"""The one-page summary that a member reads: facts of the plan, the visit, the opinion. No kind of vulnerability in it.

It reads nothing of identities, target groups or consents, so that none of these can reach the packet.
"""

from dataclasses import dataclass
from datetime import date

from babel.dates import format_date
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from applicants.cashflow import Line, answer
from applicants.conditions import cofinancing_share
from applicants.models import Application
from ledger.money import Money, locale_of
from programmes.clock import today

TEXTS = ("product", "market", "people", "risks", "export", "changes")


@dataclass(frozen=True)
class Summary:
    """What the page of a case prints; sentences are ready, amounts are Money."""

    name: str
    script: str
    script_lang: str
    title: str
    lead: str
    asked: Money
    own: Money
    share: str
    facts: list
    pays: object
    investments: list
    texts: list
    documents: list


def summary_of(case):
    """The Summary of a case, in a bounded number of queries."""
    application = (
        Application.objects.select_related(
            "applicant__village__district__region", "business__manager", "window", "programme", "plan", "call"
        )
        .prefetch_related("investments", "cash_lines", "job_plans", "documents", "verifications__jobs", "opinions")
        .get(pk=case.application_id)
    )
    plan = getattr(application, "plan", None)
    party = application.business or application.applicant
    return Summary(
        name=party.name,
        script=party.name_script,
        script_lang=party.script_language,
        title=application.title,
        lead=plan.summary if plan else "",
        asked=Money(case.proposed_amount, case.currency),
        own=Money(application.own_amount, case.currency),
        share=_share(application),
        facts=[pair for pair in _facts(application) if pair[1]],
        pays=_pays(application, plan),
        investments=list(application.investments.all()),
        texts=[(plan._meta.get_field(name).verbose_name, getattr(plan, name)) for name in TEXTS if getattr(plan, name)]
        if plan
        else [],
        documents=_documents(application),
    )


def _share(application):
    window = application.window
    if not application.own_amount and not window.cofinancing_pct:
        return ""
    share = cofinancing_share(application.own_amount, application.asked_amount, window.cofinancing_base)
    return _("%(share).1f%%, at least %(least).0f%%") % {"share": share, "least": window.cofinancing_pct}


def _facts(application):
    applicant = application.applicant
    yield _("Applicant"), _person(applicant) if applicant.is_person else f"{applicant} ({applicant.get_kind_display()})"
    business = application.business
    if business is not None:
        manager = business.manager
        yield _("Run by"), _person(manager) if manager else business.get_manager_sex_display()
        yield _("Trading since"), f"{business.started_on:%m.%Y}" if business.started_on else ""
    yield _("Place"), applicant.place
    yield _("Months to repay"), application.term_months
    visit = next(iter(application.verifications.all()), None)
    yield _("Jobs"), _jobs(application, visit)
    if visit is not None:
        yield _("Seen in the field"), f"{visit.visited_on:%d.%m.%Y}. {visit.seen}"
        yield _("Assets found"), visit.assets
        for label, minor in (
            (_("Sales in a month"), visit.sales_amount),
            (_("Profit in a month"), visit.profit_amount),
            (_("Household income in a month"), visit.household_income_amount),
        ):
            yield label, str(Money(minor, application.currency)) if minor is not None else ""
    opinion = next((row for row in application.opinions.all() if row.revision == application.revision), None)
    if opinion is not None:
        yield _("Adviser’s opinion"), f"{opinion.get_verdict_display()}. {opinion.text}"
    yield _("With us before"), _before(application)


def _person(party):
    words = [party.name]
    if party.sex != party.Sex.UNKNOWN:
        words.append(str(party.get_sex_display()).lower())
    if party.birth_year:
        words.append(_("born %(year)s") % {"year": party.birth_year})
    return ", ".join(words)


def _jobs(application, visit):
    """ "2 posts found at the visit; the plan adds 3." """
    parts = []
    if visit is not None:
        found = len(visit.jobs.all())
        parts.append(ngettext("%(count)s post found", "%(count)s posts found", found) % {"count": found})
    planned = sum(row.posts for row in application.job_plans.all() if not row.exists_now)
    if planned:
        parts.append(ngettext("the plan adds %(count)s", "the plan adds %(count)s", planned) % {"count": planned})
    return "; ".join(parts)


def _before(application):
    earlier = Application.objects.filter(
        applicant=application.applicant, programme=application.programme, pk__lt=application.pk
    ).exclude(state="draft")
    return "; ".join(
        f"{row.ref}: {row.state_label}" + (f", {row.decided_on:%m.%Y}" if row.decided_on else "")
        for row in earlier.order_by("-pk")[:5]
    )


def _pays(application, plan):
    """The plan's answer to “can they pay?”, or None without a cash flow."""
    rows = list(application.cash_lines.all())
    if plan is None or not rows:
        return None
    start = plan.first_month or today(application.programme).replace(day=1)
    names = [format_date(_month(start, number), "LLLL", locale=locale_of()) for number in range(12)]
    return answer(
        [Line(row.kind, row.label, tuple(row.months)) for row in rows],
        names=names,
        shown=lambda minor: str(Money(minor, application.currency)),
        cash_at_start=plan.cash_at_start_amount,
        instalment=plan.instalment_amount,
        instalments=application.term_months,
    )


def _month(start, number):
    months = start.month - 1 + number
    return date(start.year + months // 12, months % 12 + 1, 1)


def _documents(application):
    labels = dict(application.call.documents.values_list("code", "label"))
    return [labels.get(document.code, document.code) for document in application.documents.all()]
