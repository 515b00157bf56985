"""What is established before the committee sits: the secretary's checks, the visit, the opinion, waivers."""

import rules
from django.http import Http404
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _

from applicants.check_evidence import evidence_for
from applicants.eligibility import evaluate, undecided_elsewhere
from applicants.forms.applications import AnswerForm, OpinionForm, VerificationForm, WaiverForm
from applicants.forms.plan import PostsTable
from applicants.holds import holds_on
from applicants.models import Check
from applicants.panels import panels_for
from applicants.services import (
    add_evidence,
    answer_check,
    confirm_failure,
    give_opinion,
    run_checks,
    verify_in_field,
    waive_training,
)
from applicants.services.checks import CHECKED
from applicants.views.cases import files, opened, posted, sent
from audit.refusals import NotAllowed
from audit.services import service
from pages.forms import done, form_page


def _crumbs(application):
    return [(_("Applications"), "/applications/"), (application.ref, application.get_absolute_url())]


def checks(request, ref):
    """The rules of the call and what was found; POST runs them on this revision."""
    application, case, day = opened(request, ref)
    may_check = rules.test_rule("applicants.check", request.user, application)
    may_confirm = rules.test_rule("applicants.confirm_failure", request.user, application)
    if not (may_check or may_confirm):
        raise NotAllowed()
    if request.method == "POST":
        run_checks(application=application, on=day, by=request.user)
        return done(request, _("The checks are run."), "applicants:checks", application.ref)
    state = application.State
    submitted = application.state == state.SUBMITTED
    checked_now = application.state in CHECKED
    rows = {
        check.code: check
        for check in application.checks.filter(revision=application.revision).select_related(
            "checked_by", "confirmed_by"
        )
    }
    lines = [
        _line(rule, rows.get(rule.code), application, request.user, day, open_now=checked_now)
        for rule in application.call.eligibility_rules.all()
    ]
    waits = application.state in (state.SUBMITTED, state.ELIGIBLE)
    return render(
        request,
        "applicants/check_list.html",
        {
            "title": _("Check eligibility"),
            "row": application,
            "case": case,
            "today": day,
            "crumbs": _crumbs(application),
            "lines": lines,
            "changed": [line for line in lines if line["check"] and line["check"].earlier_result],
            "holds": holds_on(application, by=request.user, on=day) if waits else [],
            "may_compare": rules.test_rule("applicants.confirm_duplicate", request.user, application.applicant),
            "panels": panels_for("checks", request.user, application),
            "submitted": submitted,
            "may_check": may_check and checked_now,
            "may_confirm": may_confirm and checked_now,
            "elsewhere": undecided_elsewhere(application).visible_to(request.user)[:5],
        },
    )


SHAPES = {"passed": "done", "failed": "no", "person": "wait"}


def _line(rule, check, application, user, day, *, open_now):
    """One rule with its answer, and what the user can do about it."""
    evidence = evidence_for(rule, application, user)
    if check is None:
        return {"rule": rule, "check": None, "shape": "start", "word": _("Not run yet"), "evidence": evidence}
    asks = open_now and not check.confirmed_by_id and evaluate(rule, application, by=user, on=day)[0] == "person"
    return {
        "rule": rule,
        "check": check,
        "shape": SHAPES[check.result],
        "word": check.get_result_display(),
        "evidence": evidence,
        "asks": asks,
        "confirms": open_now
        and check.result == Check.Result.FAILED
        and not check.confirmed_by_id
        and check.checked_by_id != user.pk,
    }


def _check(application, code):
    return get_object_or_404(application.checks, code=code, revision=application.revision)


def answer(request, ref, code):
    application, _case, day = opened(request, ref)
    if not rules.test_rule("applicants.check", request.user, application):
        raise NotAllowed()
    check = _check(application, code)
    initial = {} if check.result == Check.Result.PERSON else {"result": check.result, "finding": check.finding}
    form = AnswerForm(sent(request), initial=initial)
    if posted(request, form, answer_check, check=check, on=day, by=request.user) is not None:
        return done(request, _("The answer is saved."), "applicants:checks", application.ref)
    return form_page(
        request,
        form,
        title=check.question,
        lead=check.finding,
        crumbs=[*_crumbs(application), (_("Check eligibility"), f"{application.get_absolute_url()}checks/")],
        back=f"{application.get_absolute_url()}checks/",
        submit=_("Save the answer"),
    )


def confirm(request, ref, code):
    """A second person agrees with a failure: POST only, from the page of the checks."""
    application, _case, day = opened(request, ref)
    check = _check(application, code)
    if request.method != "POST":
        raise Http404
    confirm_failure(check=check, on=day, by=request.user)
    return done(request, _("The failure is confirmed."), "applicants:checks", application.ref)


@service
def _verify(
    *,
    application,
    confirmed,
    seen,
    assets,
    sales_amount,
    profit_amount,
    household_income_amount,
    jobs,
    photos,
    on,
    by,
    key=None,
):
    """The visit with its photos, or neither; a second click finds the first visit."""
    verification = verify_in_field(
        application=application,
        confirmed=confirmed,
        seen=seen,
        assets=assets,
        sales_amount=sales_amount,
        profit_amount=profit_amount,
        household_income_amount=household_income_amount,
        jobs=jobs,
        on=on,
        by=by,
    )
    for photo in photos:
        add_evidence(
            programme=application.programme,
            case_ref=application.ref,
            purpose="field_photo",
            content=photo.read(),
            name=photo.name,
            on=on,
            by=by,
            party=application.applicant,
        )
    return verification


def field_verification(request, ref):
    application, case, day = opened(request, ref)
    if not rules.test_rule("applicants.verify_in_field", request.user, application):
        raise NotAllowed()
    form = VerificationForm(
        sent(request),
        files(request),
        currency=application.currency,
        posts=PostsTable(sent(request), stored=_planned_posts(case)),
        initial={"on": day},
    )
    if posted(request, form, _verify, application=application, by=request.user) is not None:
        return done(request, _("The visit is recorded."), "applicants:application", application.ref)
    return form_page(
        request,
        form,
        title=_("Field verification"),
        lead=f"{application.applicant.name}, {application.title}",
        crumbs=_crumbs(application),
        back=application.get_absolute_url(),
        submit=_("Save the visit"),
        template="applicants/check_field.html",
        context={"row": application, "case": case},
    )


def _planned_posts(case):
    """The posts that the plan says exist now: what the visitor compares with."""
    return [
        {"title": job.title, "hours_per_week": job.hours_per_week, "holder_sex": "unknown"}
        for job in case.jobs
        if job.exists_now
        for _number in range(min(job.posts, 20))
    ]


def opinion(request, ref):
    application, case, day = opened(request, ref)
    if not rules.test_rule("applicants.give_opinion", request.user, application):
        raise NotAllowed()
    form = OpinionForm(sent(request))
    if posted(request, form, give_opinion, application=application, on=day, by=request.user) is not None:
        return done(request, _("Your opinion is saved."), "applicants:application", application.ref)
    return form_page(
        request,
        form,
        title=_("Your opinion on the plan"),
        lead=f"{application.applicant.name}, {application.title}",
        crumbs=_crumbs(application),
        back=application.get_absolute_url(),
        submit=_("Give the opinion"),
        template="applicants/check_opinion.html",
        context={"row": application, "case": case},
    )


def waive(request, ref, rule):
    application, _case, day = opened(request, ref)
    if not rules.test_rule("applicants.waive", request.user, application):
        raise NotAllowed()
    training = get_object_or_404(application.call.training_rules, pk=rule)
    form = WaiverForm(sent(request), rule=training, application=application)
    if (
        posted(request, form, waive_training, application=application, rule=training, on=day, by=request.user)
        is not None
    ):
        return done(request, _("The training is waived."), "applicants:application", application.ref)
    return form_page(
        request,
        form,
        title=_("Waive the training “%(kind)s”") % {"kind": training.course_kind.replace("_", " ")},
        lead=_("It is counted in the report as an exemption."),
        crumbs=_crumbs(application),
        back=application.get_absolute_url(),
        submit=_("Waive the training"),
    )
