"""The one-page summary that a member reads: facts of the plan, the visit, the opinion. No kind of vulnerability in it.

It shows nothing of identities, target groups or consents, so that none of these can reach the packet; telephones and
identity numbers are taken out of texts. In a blind call the names of people and business stay out of it too.
"""

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from babel.dates import format_date
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from applicants.cashflow import Line, answer
from applicants.conditions import cofinancing_share
from applicants.models import Application, Evidence, Party, Vulnerability
from ledger.money import Money, locale_of
from programmes.clock import today
from programmes.models import Commitment
from selection.naming import names_of, without_names
from selection.private import private_numbers, without_numbers

TEXTS = ("product", "market", "people", "risks", "export", "changes", "season")


@dataclass(frozen=True)
class Summary:
    """What the page of a case prints; sentences are ready, amounts are Money, photos are Evidence."""

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
    photos: list


def summary_of(case, unnamed=False):
    """The Summary of a case, in a bounded number of queries; `unnamed` as naming.Naming.hides() says of its reader."""
    application = _whole(case)
    plan = getattr(application, "plan", None)
    party = application.business or application.applicant
    texts = [name for name in TEXTS if getattr(plan, name, "")]
    summary = Summary(
        name=party.name,
        script=party.name_script,
        script_lang=party.script_language,
        title=application.title,
        lead=plan.summary if plan else "",
        asked=Money(case.proposed_amount, case.currency),
        own=Money(application.own_amount, case.currency),
        share=_share(application),
        facts=[(label, str(value)) for label, value in _facts(application, unnamed) if value],
        pays=_pays(application, plan),
        investments=list(application.investments.all()),
        texts=[(plan._meta.get_field(name).verbose_name, getattr(plan, name)) for name in texts],
        documents=_documents(application),
        photos=list(photos_of(application)),
    )
    summary = _cleaned(summary, cleaner_of(application, unnamed=unnamed))
    return _unnamed(summary, case) if unnamed else summary


def cleaner_of(*applications, unnamed=False):
    """The function that takes out of a text what no packet tells: private numbers, and names while they are hidden."""
    found = private_numbers(*applications).values()
    numbers = tuple(set().union(*kinds) for kinds in zip(*found, strict=True)) if found else (set(), set())
    names = set().union(*map(names_of, applications)) if unnamed else ()
    return lambda text: without_names(without_numbers(str(text), numbers), names)


def _whole(case):
    """The application with everything that the summary reads."""
    people = ("applicant__village__district__region", "applicant__manager", "business__manager")
    lists = (
        "investments",
        "cash_lines",
        "job_plans",
        "documents",
        "verifications__jobs",
        "opinions",
        "vulnerabilities",
    )
    rows = Application.objects.select_related(*people, "window", "programme", "plan", "call")
    return rows.prefetch_related(*lists).get(pk=case.application_id)


def _cleaned(summary, clean):
    """The same with every text that somebody wrote passed through `clean`."""
    for item in summary.investments:
        item.label = clean(item.label)
    return replace(
        summary,
        title=clean(summary.title),
        lead=clean(summary.lead),
        facts=[(label, clean(value)) for label, value in summary.facts],
        texts=[(label, clean(words)) for label, words in summary.texts],
        documents=[clean(label) for label in summary.documents],
    )


def _unnamed(summary, case):
    """The same without a name of its own. Photos show a face or a shop sign: they wait as well."""
    name = _("Case %(number)s") % {"number": case.position}
    return replace(summary, name=name, script="", script_lang="", photos=[])


def photos_of(application):
    """Photos of the field verification that still count. Other files of the case are no part of the packet."""
    return Evidence.objects.filter(
        case_ref=application.ref, purpose="field_photo", media_type__startswith="image/", withdrawn_on=None
    ).order_by("pk")


def _share(application):
    window = application.window
    if not application.own_amount and not window.cofinancing_pct:
        return ""
    share = cofinancing_share(application.own_amount, application.asked_amount, window.cofinancing_base)
    return _("%(share).1f%%, at least %(least).0f%%") % {"share": share, "least": window.cofinancing_pct}


def _facts(application, unnamed):
    applicant, business = application.applicant, application.business
    if applicant.is_person:
        yield _("Applicant"), _person(applicant, unnamed)
    else:
        yield (
            _("Applicant"),
            applicant.get_kind_display() if unnamed else f"{applicant} ({applicant.get_kind_display()})",
        )
    if business is not None:
        manager = business.manager
        yield _("Run by"), _person(manager, unnamed) if manager else business.get_manager_sex_display()
        yield _("Trading since"), f"{business.started_on:%m.%Y}" if business.started_on else ""
    yield _("Women-run"), _women_run(application)
    yield _("Vulnerability"), _vulnerability(application)
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


def _person(party, unnamed):
    words = [] if unnamed else [party.name]
    if party.sex != Party.Sex.UNKNOWN:
        words.append(str(party.get_sex_display()).lower())
    if party.birth_year:
        words.append(_("born %(year)s") % {"year": party.birth_year})
    return ", ".join(words)


def _women_run(application):
    """Whether the manager is a woman, as the report counts it; a person without an enterprise is their own business."""
    party = application.business or application.applicant
    sex = party.sex if party.is_person else party.manager_sex
    if sex == Party.Sex.UNKNOWN and not party.is_person and party.manager:
        sex = party.manager.sex
    return {Party.Sex.FEMALE: _("Yes"), Party.Sex.MALE: _("No")}.get(sex, _("Not known"))


def _vulnerability(application):
    """ "Confirmed: yes". The answer of whoever may read the closed record; which kind it is, nobody here can read."""
    found = next((row for row in application.vulnerabilities.all() if row.superseded_on is None), None)
    if found is None or found.band == Vulnerability.Band.NO:
        return ""
    return _("Confirmed: %(band)s") % {"band": str(found.get_band_display()).lower()}


def _jobs(application, visit):
    """ "Now 1.0 FTE, found at the visit. The plan adds 2.5 FTE." """
    definition = application.programme.definition_at(today(application.programme))
    week = definition.full_time_hours if definition else Decimal(40)
    parts = []
    if visit is not None:
        hours = sum((row.hours_per_week for row in visit.jobs.all()), Decimal(0))
        parts.append(_("Now %(now)s FTE, found at the visit.") % {"now": f"{hours / week:.1f}"})
    new = [row for row in application.job_plans.all() if not row.exists_now]
    if new:
        hours = sum((row.hours_per_week * row.posts for row in new), Decimal(0))
        parts.append(_("The plan adds %(more)s FTE.") % {"more": f"{hours / week:.1f}"})
        women = sum(row.for_women for row in new)
        if women:
            parts.append(
                ngettext("%(count)s new post is for a woman.", "%(count)s new posts are for women.", women)
                % {"count": women}
            )
    return " ".join(parts)


def _before(application):
    """Earlier applications of the applicant in this programme, with what was approved and paid."""
    rows = Application.objects.filter(
        applicant=application.applicant, programme=application.programme, pk__lt=application.pk
    ).exclude(state=Application.State.DRAFT)
    rows = list(rows.order_by("-pk")[:5])
    used = Commitment.objects.filter(case_ref__in=[row.ref for row in rows], used_amount__gt=0)
    paid = {row["case_ref"]: row["paid"] for row in used.by_case()}
    return "; ".join(_earlier(row, paid.get(row.ref)) for row in rows)


def _earlier(row, paid):
    words = [f"{row.ref}: {row.state_label}"]
    if row.decided_on:
        words.append(f"{row.decided_on:%m.%Y}")
    if row.approved_amount:
        words.append(str(Money(row.approved_amount, row.currency)))
    if paid:
        words.append(_("paid %(amount)s") % {"amount": Money(paid, row.currency)})
    return ", ".join(words)


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
