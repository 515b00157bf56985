"""Writing the plan: the task list of its sections, a page for each, check answers."""

from babel.dates import format_date
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from applicants.cashchart import draw
from applicants.conditions import TEXT_SECTIONS, wanted_documents
from applicants.forms.applications import DocumentForm, FactsForm
from applicants.forms.plan import CashFlowForm, FinanceTable, InvestmentsTable, JobsTable, TextForm
from applicants.holds import holds_on
from applicants.services import (
    add_evidence,
    attach_document,
    edit_application,
    remove_document,
    set_cash_flow,
    set_finance,
    set_investments,
    set_jobs,
    write_plan,
)
from applicants.services.application import check_editable
from applicants.summary import SECTIONS, Case, months_from
from applicants.views.applications import businesses_of
from applicants.views.cases import files, find_case, opened, posted, sent
from audit.refusals import Invalid
from audit.services import service
from pages.forms import done, form_page
from pages.templatetags.seedbed import locale_of

HINTS = {
    "changes": gettext_lazy(
        "Since the last application: sales, people, animals, machines, plans. Four lines are enough."
    ),
    "summary": gettext_lazy("What the business makes or does, what is to be bought, what will be better then."),
    "product": gettext_lazy("What is made, from what, with which tools; how much in a week."),
    "market": gettext_lazy("Who buys, at what price; who else sells the same nearby."),
    "people": gettext_lazy("Who works in the business, what they have learned and done before."),
    "risks": gettext_lazy("What can go wrong, and what is done about it."),
    "export": gettext_lazy("What is sold abroad, or replaces what came from abroad. Leave it empty if nothing."),
}
TABLES = {
    "investments": (InvestmentsTable, set_investments, "applicants/plan_investments.html"),
    "finance": (FinanceTable, set_finance, "applicants/plan_finance.html"),
    "jobs": (JobsTable, set_jobs, "applicants/plan_jobs.html"),
}


def _editable(request, ref):
    application, case, day = opened(request, ref)
    check_editable(application, by=request.user)
    return application, case, day


def _crumbs(application):
    base = application.get_absolute_url()
    return [(_("Applications"), "/applications/"), (application.ref, base), (_("Plan"), f"{base}plan/")]


def plan(request, ref):
    """The task list: what is done, what is open, where to go on."""
    application, case, day = _editable(request, ref)
    return render(
        request,
        "applicants/plan.html",
        {
            "title": _("Business plan"),
            "row": application,
            "case": case,
            "today": day,
            "crumbs": _crumbs(application)[:2],
        },
    )


def section(request, ref, code):
    """The page of one section. "Save and continue" leads to the next one, "Save" back to the task list or here."""
    if code not in SECTIONS:
        raise Http404
    application, case, day = _editable(request, ref)
    if code in TABLES:
        return _table(request, application, case, day, code)
    if code == "cash_flow":
        return _cash_flow(request, application, case, day)
    if code == "documents":
        return _documents(request, application, case, day)
    return _text(request, application, case, day, code)


def _saved(request, application, case, code):
    """Where "Save" leads: the button says it."""
    then = request.POST.get("then", "list")
    if then == "stay":
        return redirect("applicants:plan_section", application.ref, code)
    following = Case(find_case(request, application.ref)).after(code)
    if then == "next" and following:
        return redirect("applicants:plan_section", application.ref, following)
    if then == "next":
        return redirect("applicants:check_answers", application.ref)
    return done(request, _("%(part)s: saved.") % {"part": SECTIONS[code]}, "applicants:plan", application.ref)


def _page(request, application, case, code, form, template, **context):
    return form_page(
        request,
        form,
        title=SECTIONS[code],
        crumbs=_crumbs(application),
        back=f"{application.get_absolute_url()}plan/",
        template=template,
        context={
            "row": application,
            "case": case,
            "code": code,
            "following": case.after(code),
            "number": next((n for n, part in enumerate(case.sections, 1) if part.code == code), None),
            **context,
        },
    )


def _text(request, application, case, day, code):
    if code not in TEXT_SECTIONS:
        raise Http404
    names = ["market", "export"] if code == "market" else [code]
    labels = {**SECTIONS, "export": _("Export and imports replaced")}
    form = TextForm(
        sent(request),
        names=names,
        labels=labels,
        hints=HINTS,
        instance=application,
        initial={name: getattr(case.plan, name, "") for name in names},
    )
    if posted(request, form, write_plan, application=application, on=day, by=request.user) is not None:
        return _saved(request, application, case, code)
    return _page(request, application, case, code, form, "applicants/plan_text.html")


def _stored(application, code):
    if code == "investments":
        return [
            {
                "label": row.label,
                "quantity": row.quantity,
                "unit_amount": row.unit_amount,
                "own_amount": row.own_amount,
            }
            for row in application.investments.all()
        ]
    if code == "finance":
        return [
            {"source": row.source, "amount": row.amount, "note": row.note} for row in application.finance_sources.all()
        ]
    return [
        {
            "title": row.title,
            "posts": row.posts,
            "hours_per_week": row.hours_per_week,
            "exists_now": row.exists_now,
            "for_women": row.for_women,
            "for_target_group": row.for_target_group,
        }
        for row in application.job_plans.all()
    ]


def _table(request, application, case, day, code):
    form_class, act, template = TABLES[code]
    form = form_class(
        sent(request), instance=application, stored=_stored(application, code), currency=application.currency
    )
    if posted(request, form, act, application=application, on=day, by=request.user) is not None:
        return _saved(request, application, case, code)
    return _page(request, application, case, code, form, template)


def _month_words(month):
    return format_date(month, "LLLL y", locale=locale_of())


def _firsts(case, day):
    """Months in which the twelve can begin: from a year before today to a year after, and the stored one."""
    months = months_from(day.replace(day=1, year=day.year - 1)) + months_from(day.replace(day=1))
    months += [months_from(day.replace(day=1, year=day.year + 1))[0], case.months[0]]
    return [(month.isoformat(), _month_words(month)) for month in sorted(set(months))]


def _cash_flow(request, application, case, day):
    instalment = case.plan.instalment_amount if case.plan else 0
    if not instalment and application.call.instrument == "loan" and application.term_months:
        instalment = -(-application.asked_amount // application.term_months)
    form = CashFlowForm(
        sent(request),
        instance=application,
        stored=[(line.kind, line.label, line.months) for line in application.cash_lines.all()],
        firsts=_firsts(case, day),
        currency=application.currency,
        initial={
            "cash_at_start_amount": case.plan.cash_at_start_amount if case.plan else 0,
            "instalment_amount": instalment,
            "first": case.months[0].isoformat(),
            "season": case.plan.season if case.plan else "",
        },
    )
    if posted(request, form, set_cash_flow, application=application, on=day, by=request.user) is not None:
        return _saved(request, application, case, "cash_flow")
    rows = [
        {
            "head": head,
            "number": number,
            "cells": [(column, column.boxes[number], column.errors.get(number)) for column in form.columns],
            "month": case.flow.months[number],
        }
        for number, head in enumerate(case.month_heads)
    ]
    totals = [(column, sum(column.months) if form.is_bound else _sum_of(case, column)) for column in form.columns]
    chart = draw(case.flow, case.month_letters, case.shown) if case.lines else None
    return _page(
        request,
        application,
        case,
        "cash_flow",
        form,
        "applicants/plan_cash_flow.html",
        rows=rows,
        totals=totals,
        chart=chart,
    )


def _sum_of(case, column):
    return sum(sum(line.months) for line in case.lines[column.number : column.number + 1])


@service
def _add_document(*, application, code, content, on, by, version):
    """Keep the file and let it answer the document, or neither."""
    evidence = add_evidence(
        programme=application.programme,
        case_ref=application.ref,
        purpose=code,
        content=content.read(),
        name=content.name,
        on=on,
        by=by,
        party=application.applicant,
    )
    return attach_document(application=application, code=code, evidence=evidence, on=on, by=by, version=version)


def _documents(request, application, case, day):
    labels = [(row.code, row.label) for row in wanted_documents(application)]
    form = DocumentForm(sent(request), files(request), instance=application, labels=labels)
    if request.method == "POST" and "remove" in request.POST:
        document = application.documents.filter(pk=_number(request.POST["remove"])).first()
        if document is None:
            raise Http404
        remove_document(document=document, on=day, by=request.user, version=_number(request.POST.get("version")))
        return done(request, _("The document is removed."), "applicants:plan_section", application.ref, "documents")
    if posted(request, form, _add_document, application=application, on=day, by=request.user) is not None:
        return done(request, _("The document is added."), "applicants:plan_section", application.ref, "documents")
    return _page(request, application, case, "documents", form, "applicants/plan_documents.html")


def _number(text):
    if not str(text or "").isdecimal() or len(text) > 18:
        raise Invalid(_("This page is incomplete. Open it again."))
    return int(text)


def facts(request, ref):
    """What it is for, window, business, term: the facts beside the plan."""
    application, _case, day = _editable(request, ref)
    form = FactsForm(sent(request), instance=application, businesses=businesses_of(application.applicant, request.user))
    if posted(request, form, edit_application, application=application, on=day, by=request.user) is not None:
        return done(request, _("Saved."), "applicants:plan", application.ref)
    return form_page(
        request,
        form,
        title=_("What it is about"),
        crumbs=_crumbs(application),
        back=f"{application.get_absolute_url()}plan/",
    )


def check_answers(request, ref):
    """Everything on one page before it is put forward, each part with its way back."""
    application, case, day = _editable(request, ref)
    return render(
        request,
        "applicants/plan_check.html",
        {
            "title": _("Check the answers"),
            "row": application,
            "case": case,
            "today": day,
            "holds": holds_on(application, by=request.user, on=day),
            "may_edit": True,
            "crumbs": _crumbs(application),
        },
    )
