"""What is established about an application before the committee sits: checks, the field verification, the opinion."""

import rules
from django.utils.translation import gettext_lazy as _

from applicants import duplicates, eligibility
from applicants.models import (
    Application,
    BaselineJob,
    Check,
    DuplicateAnswer,
    FieldVerification,
    Opinion,
    Part,
    Party,
)
from applicants.services.access import demand
from applicants.services.application import check_amount, claim_part, lock_application
from applicants.services.doubles import answer_duplicate
from applicants.services.plan import hours
from audit.moves import advance, moving
from audit.refusals import Blocked, Invalid, NotAllowed
from audit.services import record, service
from programmes.models import EligibilityRule
from programmes.services import check_date

State = Application.State
MOST_FINDING = 300
# From the submission to the decision, and as long as a place on the reserve list can become an approval.
CHECKED = (State.SUBMITTED, State.ELIGIBLE, State.UNDER_REVIEW, State.RESERVE)


def _note(kind, application, *, by, on, body, reason=""):
    record(kind, application.ref, by=by, on=on, programme=application.programme.key, body=body, reason=reason)


def _in_checks(application):
    if application.state not in CHECKED:
        raise Blocked(
            _("%(ref)s is in the state “%(state)s”; an application is checked from its submission to its decision.")
            % {"ref": application.ref, "state": application.state_label}
        )


@service
def run_checks(*, application, on, by, reason=""):
    """Try every eligibility rule of the call on this revision; a person's answer stays. Returns the Application."""
    application = lock_application(application)
    _in_checks(application)
    demand("applicants.check", by, application)
    check_date(on=on, programme=application.programme, by=by, reason=reason)
    _try_rules("application.run_checks", application, application.call.eligibility_rules.all(), on, by)
    return application


@service
def recheck_application(*, application, rules, on, by):
    """Try the machine's part of `rules` (EligibilityRules, also unsaved ones) again, before something rests on them.

    Returns the Checks of the revision that are not passed now. The caller has asked who may do this.
    """
    application = lock_application(application)
    _in_checks(application)
    machine = [rule for rule in rules if rule.kind != rule.Kind.PERSON]
    if machine:
        _try_rules("application.recheck", application, machine, on, by)
    return list(application.checks.filter(revision=application.revision).exclude(result=Check.Result.PASSED))


def _try_rules(kind, application, rules, on, by):
    """Write what each rule gives now. A row that says the same already keeps its day and its second person."""
    moving(application, by, on)
    kept = {check.code: check for check in application.checks.filter(revision=application.revision)}
    before = {check.code: check for check in application.checks.filter(revision=application.revision - 1)}
    results = {}
    for rule in rules:
        result, finding = eligibility.evaluate(rule, application, by=by, on=on)
        check = kept.get(rule.code)
        if check is not None and check.answered and result == Check.Result.PERSON and _answer_stands(rule, check):
            result = check.result
        results[rule.code] = result
        if check is not None and result == check.result:
            _forget_earlier(check)
            continue
        earlier = check or before.get(rule.code)
        check = check or Check(application=application, revision=application.revision, code=rule.code)
        _keep_earlier(check, earlier, result)
        check.question, check.result, check.finding = str(rule), result, str(finding)[:MOST_FINDING]
        check.answered, check.checked_on, check.checked_by = False, on, by
        check.confirmed_by, check.confirmed_on = None, None
        check.save()
    body = {"revision": application.revision, "results": {code: str(result) for code, result in results.items()}}
    _note(kind, application, by=by, on=on, body=body)


def _keep_earlier(check, earlier, result):
    """What the run before said stays beside the new result, where the two differ."""
    if earlier is None or earlier.result == result:
        check.earlier_result, check.earlier_finding, check.earlier_on = "", "", None
    else:
        facts = earlier.result, earlier.finding, earlier.checked_on
        check.earlier_result, check.earlier_finding, check.earlier_on = facts


def _forget_earlier(check):
    """This run says the same as the last one: nothing has changed since."""
    if check.earlier_result:
        check.earlier_result, check.earlier_finding, check.earlier_on = "", "", None
        check.save(update_fields=["earlier_result", "earlier_finding", "earlier_on"])


def _answer_stands(rule, check):
    """A person's answer stays; but who passed the check for doubles has not seen the one that came later."""
    return rule.kind != EligibilityRule.Kind.DUPLICATE or check.result != Check.Result.PASSED


def _open_check(check):
    """The check's fresh row, of the revision that is on the table."""
    application = lock_application(check.application)
    check = Check.objects.get(pk=check.pk)
    check.application = application
    _in_checks(application)
    if check.revision != application.revision:
        raise Blocked(_("This check belongs to an earlier revision."))
    return check, application


@service
def answer_check(*, check, result, finding, on, by, reason=""):
    """A person answers a check that needs one: passed, or failed with what was found. Returns the Check."""
    check, application = _open_check(check)
    demand("applicants.check", by, application)
    check_date(on=on, programme=application.programme, by=by, reason=reason)
    if result not in (Check.Result.PASSED, Check.Result.FAILED):
        raise Invalid(_("Answer passed or failed."), field="result")
    rule = application.call.eligibility_rules.get(code=check.code)
    if eligibility.evaluate(rule, moving(application, by, on), by=by, on=on)[0] != Check.Result.PERSON:
        raise Blocked(_("This check is answered by the record. Correct the record and run the checks again."))
    if check.confirmed_by_id:
        raise Blocked(_("A second person has confirmed this answer."))
    finding = " ".join(finding.split())
    if result == Check.Result.FAILED and not finding:
        raise Invalid(_("Say what was found."), field="finding")
    if len(finding) > MOST_FINDING:
        raise Invalid(_("There is room for %(room)s letters.") % {"room": MOST_FINDING}, field="finding")
    check.result, check.finding, check.checked_on, check.checked_by = result, finding, on, by
    check.answered = True
    check.save()
    if rule.kind == EligibilityRule.Kind.DUPLICATE and result == Check.Result.PASSED:
        _compare(application, finding, on, by)
    body = {"revision": check.revision, "code": check.code, "result": str(result)}
    _note("application.answer_check", application, by=by, on=on, body=body)
    return check


def _compare(application, finding, on, by):
    """Whoever passes the check for doubles says of each that it is another person: it is not asked again elsewhere."""
    applicant = application.applicant
    found = duplicates.of_case(application, by)
    if found.hold and not rules.test_rule("applicants.answer_hidden_duplicate", by, applicant):
        raise duplicates.hold_of_a_case()
    others = Party.objects.filter(pk__in=duplicates.asked_of(application))
    answer_duplicate(
        party=applicant,
        others=others,
        verdict=DuplicateAnswer.Verdict.OTHER,
        reason=finding or str(_("Compared at the check.")),
        on=on,
        by=by,
    )


@service
def confirm_failure(*, check, on, by, reason=""):
    """A second person agrees that a check failed. Returns the Check."""
    check, application = _open_check(check)
    if check.result != Check.Result.FAILED:
        raise Blocked(_("This check has not failed."))
    if check.confirmed_by_id:
        raise Blocked(_("This failure is confirmed already."))
    demand("applicants.confirm_failure", by, application)
    check_date(on=on, programme=application.programme, by=by, reason=reason)
    if check.checked_by_id == by.pk:
        raise NotAllowed(_("A second person confirms a failure. You found it."))
    check.confirmed_by, check.confirmed_on = by, on
    check.save()
    _note(
        "application.confirm_failure", application, by=by, on=on, body={"revision": check.revision, "code": check.code}
    )
    return check


@service
def pass_checks(*, application, on, by, version=None, reason=""):
    """Every check is passed: the application is eligible."""
    application = lock_application(application)
    check_date(on=on, programme=application.programme, by=by, reason=reason)
    return advance(application, "pass_checks", by=by, on=on, version=version)


@service
def fail_checks(*, application, reason, on, by, version=None):
    """A failure is confirmed by a second person: the application is closed as not eligible, with the reason."""
    application = lock_application(application)
    check_date(on=on, programme=application.programme, by=by, reason=reason)
    if not reason.strip():
        raise Invalid(_("Say why."), field="reason")
    return advance(application, "fail_checks", by=by, on=on, reason=reason, version=version)


@service
def verify_in_field(
    *,
    application,
    confirmed,
    seen,
    on,
    by,
    assets="",
    sales_amount=None,
    profit_amount=None,
    household_income_amount=None,
    jobs=(),
    reason="",
    key=None,
):
    """Somebody was at the business on `on`; amounts are for one month. Returns the FieldVerification.

    `jobs`, dicts title, hours_per_week, holder_sex, holder (a Party), are the posts found: the baseline.
    """
    application = lock_application(application)
    if application.state not in (State.SUBMITTED, State.RETURNED, State.ELIGIBLE):
        raise Blocked(
            _(
                "%(ref)s is in the state “%(state)s”; "
                "a field verification comes after submission and before the committee."
            )
            % {"ref": application.ref, "state": application.state_label}
        )
    demand("applicants.verify_in_field", by, application)
    check_date(on=on, programme=application.programme, by=by, reason=reason)
    if not seen.strip():
        raise Invalid(_("Say what was seen."), field="seen")
    for name, amount in (("sales_amount", sales_amount), ("household_income_amount", household_income_amount)):
        if amount is not None:
            check_amount(amount, name)
    verification = FieldVerification.objects.create(
        application=application,
        visited_on=on,
        visited_by=by,
        confirmed=confirmed,
        seen=seen.strip(),
        assets=assets.strip(),
        sales_amount=sales_amount,
        profit_amount=profit_amount,
        household_income_amount=household_income_amount,
    )
    posts = [_post(verification, row, number) for number, row in enumerate(jobs, 1)]
    BaselineJob.objects.bulk_create(posts)
    body = {"confirmed": bool(confirmed), "sales": sales_amount, "profit": profit_amount, "jobs": len(posts)}
    _note("application.verify_in_field", application, by=by, on=on, body=body, reason=reason)
    return verification


def _post(verification, row, number):
    title = " ".join(str(row.get("title") or "").split())[:120]
    if not title:
        raise Invalid(_("Row %(number)s: Enter the post.") % {"number": number}, field="jobs")
    holder = row.get("holder")
    sex = row.get("holder_sex") or (holder.sex if holder else Party.Sex.UNKNOWN)
    if sex not in Party.Sex.values:
        raise Invalid(_("Row %(number)s: Woman, man or not known.") % {"number": number}, field="jobs")
    return BaselineJob(
        verification=verification,
        title=title,
        hours_per_week=hours(row.get("hours_per_week", 40), number),
        holder_sex=sex,
        holder=holder,
    )


@service
def give_opinion(*, application, verdict, text, on, by, reason="", key=None):
    """The adviser's opinion on the revision that is on the table. Returns the Opinion."""
    application = lock_application(application)
    if application.state not in (State.SUBMITTED, State.ELIGIBLE):
        raise Blocked(
            _("%(ref)s is in the state “%(state)s”; the opinion is given after submission and before the committee.")
            % {"ref": application.ref, "state": application.state_label}
        )
    demand("applicants.give_opinion", by, application)
    check_date(on=on, programme=application.programme, by=by, reason=reason)
    claim_part(application=application, user=by, part=Part.Name.ADVISER, on=on)
    if verdict not in Opinion.Verdict.values:
        raise Invalid(_("Answer for or against."), field="verdict")
    if not text.strip():
        raise Invalid(_("Say in a sentence or two why."), field="text")
    if Opinion.objects.filter(application=application, revision=application.revision).exists():
        raise Blocked(_("The opinion on this revision is given already."))
    opinion = Opinion.objects.create(
        application=application,
        revision=application.revision,
        verdict=verdict,
        text=text.strip(),
        given_on=on,
        given_by=by,
    )
    body = {"revision": application.revision, "verdict": str(verdict)}
    _note("application.give_opinion", application, by=by, on=on, body=body)
    return opinion
