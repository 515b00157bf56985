"""From the register to an eligible application, as adviser, secretary and field visitor live it."""

from dataclasses import dataclass, field
from datetime import timedelta

from applicants.models import Check
from applicants.services import (
    add_evidence,
    answer_check,
    attach_document,
    confirm_failure,
    fail_checks,
    give_consent,
    give_opinion,
    pass_checks,
    run_checks,
    set_cash_flow,
    set_finance,
    set_investments,
    set_jobs,
    start_application,
    submit_application,
    verify_in_field,
    waive_training,
    withdraw_application,
    write_plan,
)
from demo.files import paper

WAIVED_BECAUSE = "Shown by papers or by the loan before."
IN_KIND_TEXT = "Works for some years in this trade; the figures were compared with the book of sales."


@dataclass
class Plan:
    """What one application asks for and says. Amounts in minor units."""

    window: str
    region: str
    applicant: object
    business: object
    title: str
    asked: int
    own: int = 0
    own_sources: tuple = (("own_cash", 100),)
    approved: int | None = None
    jobs_now: int = 1
    jobs_planned: int = 1
    monthly_sales: int = 0
    term_months: int | None = None
    ending: str = "approve"
    waiver: str = ""
    repeat_of: object = None
    application: object = field(default=None)


def consent(cast, day, party):
    give_consent(
        party=party,
        programme=cast.programme,
        purpose="processing",
        text_version="1",
        on=day,
        by=cast.advisers[_region(cast, party)],
    )


def _region(cast, party):
    return party.enrolments.select_related("region").get(programme=cast.programme).region.name


def apply(cast, day, plan):
    """Start the application, fill the plan, attach the papers and submit, all on one day at the adviser's table."""
    adviser = cast.advisers[plan.region]
    window = cast.windows[plan.window]
    facts = {"on": day, "by": adviser}
    application = start_application(
        call=window.call,
        window=window,
        applicant=plan.applicant,
        business=plan.business,
        title=plan.title,
        asked_amount=plan.asked,
        term_months=plan.term_months,
        repeat_of=plan.repeat_of,
        **facts,
    )
    plan.application = application
    write_plan(application=application, **texts_of(plan), **facts)
    set_investments(application=application, items=investments_of(plan), **facts)
    set_cash_flow(
        application=application,
        lines=cash_lines_of(plan),
        cash_at_start_amount=plan.asked // 10,
        instalment_amount=instalment_of(plan),
        **facts,
    )
    if plan.own:
        set_finance(application=application, sources=sources_of(plan), **facts)
    set_jobs(application=application, jobs=jobs_of(plan), **facts)
    for document in window.call.documents.all():
        evidence = add_evidence(
            programme=cast.programme,
            case_ref=application.ref,
            purpose=document.code,
            content=paper(document.label, application.ref),
            name=f"{document.code}-{application.ref}.pdf",
            **facts,
        )
        attach_document(application=application, code=document.code, evidence=evidence, **facts)
    if plan.ending == "draft":
        return application
    if plan.waiver:
        for rule in window.call.training_rules.all():
            waive_training(
                application=application,
                rule=rule,
                reason_code=plan.waiver,
                reason=WAIVED_BECAUSE,
                on=day,
                by=cast["secretary_1"],
            )
    return submit_application(application=application, **facts)


def texts_of(plan):
    """The texts of the plan by section."""
    return {
        "summary": f"{plan.title}. {IN_KIND_TEXT}",
        "product": "Made and sold by the business itself.",
        "market": "Shops and households of the district, and buyers in the next town.",
        "people": "The owner and the people named under jobs.",
        "risks": "A bad season; the stock and a second buyer cover two months.",
        "changes": "The first equipment works; demand has grown." if plan.repeat_of else "",
    }


def investments_of(plan):
    whole = plan.asked + plan.own
    if whole < 10_000:
        return [{"label": plan.title[:100], "quantity": 1, "unit_amount": whole, "own_amount": plan.own}]
    first = whole * 7 // 10
    own_first = plan.own * 7 // 10
    return [
        {"label": "Main equipment", "quantity": 1, "unit_amount": first, "own_amount": own_first},
        {
            "label": "Fitting and materials",
            "quantity": 1,
            "unit_amount": whole - first,
            "own_amount": plan.own - own_first,
        },
    ]


def cash_lines_of(plan):
    sales = plan.monthly_sales or max(plan.asked // 4, 1000)
    season = [80, 85, 90, 95, 100, 105, 110, 110, 105, 100, 95, 100]
    return [
        {"kind": "sales", "label": "Sales", "months": [sales * share // 100 for share in season]},
        {"kind": "materials", "label": "Materials", "months": [sales * share // 250 for share in season]},
        {"kind": "other_out", "label": "Rent and power", "months": [sales // 12] * 12},
    ]


def instalment_of(plan):
    """What a borrower pays back each month before interest, in minor units, rounded up; 0 for a grant."""
    return -(-plan.asked // plan.term_months) if plan.term_months else 0


def sources_of(plan):
    parts, left = [], plan.own
    for source, percent in plan.own_sources[:-1]:
        amount = plan.own * percent // 100
        parts.append({"source": source, "amount": amount, "note": ""})
        left -= amount
    return [*parts, {"source": plan.own_sources[-1][0], "amount": left, "note": ""}]


def jobs_of(plan):
    rows = []
    if plan.jobs_now:
        rows.append({"title": "Work today", "posts": plan.jobs_now, "hours_per_week": 40, "exists_now": True})
    if plan.jobs_planned:
        rows.append({"title": "New post", "posts": plan.jobs_planned, "hours_per_week": 40, "exists_now": False})
    return [
        {"for_women": 0, "for_target_group": 0, **row}
        for row in rows or [{"title": "Owner", "posts": 1, "hours_per_week": 40, "exists_now": True}]
    ]


def check(cast, day, plan):
    """The secretary's checks: passed, or one failure that a second person confirms."""
    application, secretary = plan.application, cast["secretary_1"]
    run_checks(application=application, on=day, by=secretary)
    asked = list(Check.objects.filter(application=application, result="person").order_by("pk"))
    for row in asked:
        failed = plan.ending == "ineligible"
        answer_check(
            check=row,
            result="failed" if failed else "passed",
            finding="Taxes of two quarters are open." if failed else "Seen on paper.",
            on=day,
            by=secretary,
        )
    if plan.ending == "ineligible":
        confirm_failure(check=asked[0], on=day, by=cast["secretary_2"])
        fail_checks(application=application, reason="Taxes are not paid.", on=day, by=secretary)
        return
    pass_checks(application=application, on=day, by=secretary)


def visit_before(cast, day, plan):
    """The field verification, whose figures become the baseline, and the adviser's opinion."""
    facts = {"application": plan.application, "on": day, "by": cast.advisers[plan.region]}
    verify_in_field(**seen_of(plan), **facts)
    give_opinion(**opinion_of(plan), **facts)


def seen_of(plan):
    """What the field verification finds: the facts of verify_in_field."""
    sales = plan.monthly_sales or plan.asked // 5
    return {
        "confirmed": True,
        "seen": "The workplace, the stock and the book of sales were seen; they agree with the plan.",
        "assets": "Tools and a workplace of the applicant's own.",
        "sales_amount": sales,
        "profit_amount": sales // 4,
        "household_income_amount": sales // 3,
        "jobs": [
            {"title": "Work today", "hours_per_week": 40, "holder_sex": "unknown", "holder": None}
            for _number in range(plan.jobs_now)
        ],
    }


def opinion_of(plan):
    """The adviser's opinion: the facts of give_opinion."""
    if plan.ending == "reject":
        return {"verdict": "against", "text": "The market is too small for two."}
    return {"verdict": "for", "text": "Knows the trade and keeps a book."}


def withdraw(cast, day, plan):
    withdraw_application(
        application=plan.application, reason="Found work abroad.", on=day, by=cast.advisers[plan.region]
    )


def schedule(agenda, cast, plan, day):
    """Put an application's way to eligibility on the agenda: applied on `day`, verified within the month."""
    agenda.at(day, lambda on: apply(cast, on, plan))
    if plan.ending in ("draft", "submitted"):
        return
    agenda.at(day + timedelta(days=6), lambda on: check(cast, on, plan))
    if plan.ending == "ineligible":
        return
    agenda.at(day + timedelta(days=13), lambda on: visit_before(cast, on, plan))
    if plan.ending == "withdraw":
        agenda.at(day + timedelta(days=15), lambda on: withdraw(cast, on, plan))
