"""The application from its start to its end: started, put forward, returned, waived, withdrawn."""

import hashlib
import json

from django.utils.translation import gettext_lazy as _

from applicants.models import Application, BusinessPlan, CashLine, Enrolment, Part, Revision, Waiver
from applicants.services.access import demand
from audit.moves import advance, begin
from audit.refusals import Blocked, Invalid, NotAllowed, Stale
from audit.services import record, service
from programmes.models import AmountBand, Call, Role, TrainingRule
from programmes.roles import holds
from programmes.services import check_date, take_reference

LARGEST = 10**15  # minor units; far above any ceiling, and sums of many stay inside a 64-bit column
EDITABLE = ("title", "asked_amount", "own_amount", "term_months", "business", "window")


def lock_application(application):
    """The application's fresh row, locked until the transaction ends. Every service on a dossier begins with it.

    Only the programme comes along: most acts need no more, and six joins cost four times the row.
    """
    return Application.objects.select_for_update(of=("self",)).select_related("programme").get(pk=application.pk)


def lock_applications(keys):
    """{pk: Application} of these primary keys, as lock_application gives one, locked in the order of their keys."""
    rows = Application.objects.select_for_update(of=("self",)).select_related("programme")
    return {row.pk: row for row in rows.filter(pk__in=keys).order_by("pk")}


def claim_part(*, application, user, part, on):
    """`user` plays `part` on the dossier; raises NotAllowed when they play another one. Returns the Part.

    Call it with the application locked and before the act, so that nobody is two of the five people.
    """
    kept, _made = Part.objects.get_or_create(
        application=application, user=user, defaults={"part": Part.Name(part), "since": on}
    )
    if kept.part != part:
        raise _other_part(kept)
    return kept


def claim_parts(*, applications, user, part, on):
    """The same on each of these dossiers (a queryset), in a bounded number of queries."""
    played = Part.objects.filter(application__in=applications, user=user)
    other = played.exclude(part=part).first()
    if other is not None:
        raise _other_part(other)
    Part.objects.bulk_create(
        Part(application_id=pk, user=user, part=Part.Name(part), since=on)
        for pk in applications.exclude(pk__in=played.values("application")).values_list("pk", flat=True)
    )


def _other_part(kept):
    return NotAllowed(
        _(
            "You are already the %(part)s on this dossier. "
            "Adviser, voting member, maker, checker and verifier are five people."
        )
        % {"part": kept.get_part_display()}
    )


def check_editable(application, *, by, version=None):
    """Raises what stands in the way of an edit of the application by `by`."""
    if not application.is_editable:
        raise Blocked(
            _("%(ref)s is in the state “%(state)s” and cannot be changed. The secretary can return it for revision.")
            % {"ref": application.ref, "state": application.state_label}
        )
    demand("applicants.edit_application", by, application)
    if version is not None and int(version) != application.version:
        raise Stale()


def band_form(window, amount, *, repeat):
    """The plan form that the amount asks for. A repeat of a short plan needs one page; a full plan stays full."""
    band = window.band_for(amount)
    form = band.plan_form if band else AmountBand.Form.SHORT
    if repeat and form == AmountBand.Form.SHORT:
        return AmountBand.Form.ONE_PAGE
    return form


def check_amount(amount, field, least=0):
    if not isinstance(amount, int) or not least <= amount < LARGEST:
        raise Invalid(_("This amount is not possible."), field=field)


@service
def start_application(
    *,
    call,
    window,
    applicant,
    title,
    asked_amount,
    on,
    by,
    adviser=None,
    business=None,
    term_months=None,
    repeat_of=None,
    reason="",
    key=None,
):
    """Open a draft for a party of the programme. Amounts are minor units of the window's currency.

    With `repeat_of`, an earlier application of the same party, the plan opens filled with what it said then.
    """
    enrolment = _enrolment(call, applicant, "applicant")
    application = Application(
        programme=call.programme,
        call=call,
        window=window,
        region=enrolment.region,
        applicant=applicant,
        business=business,
        title=" ".join(title.split()),
        asked_amount=asked_amount,
        currency=window.currency,
        term_months=term_months,
        repeat_of=repeat_of,
        started_on=on,
    )
    demand("applicants.start", by, application)
    check_date(on=on, programme=call.programme, by=by, reason=reason)
    _check_start(application, on)
    application.adviser = _adviser(application, adviser, enrolment, by)
    application.plan_form = band_form(window, asked_amount, repeat=repeat_of is not None)
    if repeat_of is not None:
        application.own_amount = repeat_of.own_amount
    application.ref = take_reference("A", on.year)
    application.save()
    plan = BusinessPlan(application=application, first_month=first_of_next_month(on))
    if repeat_of is None:
        plan.save()
    else:
        _copy_plan(repeat_of, application, plan)
    body = {"call": call.key, "window": window.key, "applicant": applicant.ref, "asked": asked_amount}
    if repeat_of is not None:
        body["repeat_of"] = repeat_of.ref
    return begin(application, by=by, on=on, body=body, reason=reason)


def _enrolment(call, party, field):
    row = Enrolment.objects.filter(programme=call.programme_id, party=party).select_related("region", "adviser").first()
    if row is None:
        raise Invalid(_("%(ref)s does not belong to this programme.") % {"ref": party.ref}, field=field)
    return row


def _check_start(application, on):
    call = application.call
    if application.window.call_id != call.pk:
        raise Invalid(_("This window belongs to another call."), field="window")
    if call.closes_on is not None and on > call.closes_on:
        raise Blocked(_("The call %(call)s closed on %(date)s.") % {"call": call, "date": f"{call.closes_on:%d.%m.%Y}"})
    _check_facts(application)
    earlier = application.repeat_of
    if earlier is not None and (
        earlier.applicant_id != application.applicant_id or earlier.programme_id != application.programme_id
    ):
        raise Invalid(_("Only an earlier application of the same applicant can be repeated."), field="repeat_of")


def _check_facts(application):
    """The facts that a draft must satisfy at any time; ceilings and shares are asked at submission."""
    if not application.title:
        raise Invalid(_("Say in a few words what the money is for."), field="title")
    if len(application.title) > 200:
        raise Invalid(_("There is room for 200 letters."), field="title")
    check_amount(application.asked_amount, "asked_amount", least=1)
    check_amount(application.own_amount, "own_amount")
    months = application.term_months
    if months is not None and not 1 <= months <= 120:
        raise Invalid(_("A loan is repaid in 1 to 120 months."), field="term_months")
    if months is None and application.call.instrument == Call.Instrument.LOAN:
        application.term_months = 12
    if application.business is not None:
        _enrolment(application.call, application.business, "business")
        if application.business.is_person:
            raise Invalid(_("A business is an enterprise, a household or a group."), field="business")


def _adviser(application, adviser, enrolment, by):
    where = (application.programme_id, application.region_id)
    if adviser is None:
        adviser = by if by and holds(by, [Role.ADVISER], *where) else enrolment.adviser
    if adviser is None or not holds(adviser, [Role.ADVISER], *where):
        raise Invalid(_("Choose an adviser of this programme and region."), field="adviser")
    return adviser


def first_of_next_month(on):
    return on.replace(year=on.year + on.month // 12, month=on.month % 12 + 1, day=1)


def _copy_plan(source, application, plan):
    """Fill the new draft with the plan of `source`; the months of the cash flow keep their season."""
    old = getattr(source, "plan", None)
    shift = 0
    if old is not None:
        for name in ("summary", "product", "market", "people", "risks", "export", "season"):
            setattr(plan, name, getattr(old, name))
        plan.cash_at_start_amount = old.cash_at_start_amount
        plan.instalment_amount = old.instalment_amount
        if old.first_month:
            shift = (plan.first_month.month - old.first_month.month) % 12
    plan.save()
    for rows in (source.investments, source.cash_lines, source.finance_sources, source.job_plans):
        copies = []
        for row in rows.all():
            row.pk, row._state.adding, row.application = None, True, application
            if rows.model is CashLine:
                row.months = row.months[shift:] + row.months[:shift]
            copies.append(row)
        rows.model.objects.bulk_create(copies)


@service
def edit_application(*, application, version, on, by, reason="", **facts):
    """Change facts of a draft or returned application. Returns the Application."""
    unknown = set(facts) - set(EDITABLE)
    if unknown:
        raise TypeError(f"an application has no editable {', '.join(sorted(unknown))}")
    application = lock_application(application)
    check_editable(application, by=by, version=version)
    check_date(on=on, programme=application.programme, by=by, reason=reason)
    window = facts.get("window", application.window)
    if window.call_id != application.call_id:
        raise Invalid(_("This window belongs to another call."), field="window")
    if window.currency != application.currency:
        raise Invalid(_("This window pays in %(currency)s.") % {"currency": window.currency}, field="window")
    if "title" in facts:
        facts["title"] = " ".join(facts["title"].split())
    changed = sorted(name for name in facts if getattr(application, name) != facts[name])
    for name in changed:
        setattr(application, name, facts[name])
    _check_facts(application)
    if not changed:
        return application
    return save_edit(application, "application.edit", by=by, on=on, body={"fields": changed}, reason=reason)


def save_edit(application, kind, *, by, on, body=None, reason=""):
    """Save an edit of the application or of its plan: a new version, the form that the amount asks, the event."""
    application.plan_form = band_form(
        application.window, application.asked_amount, repeat=application.repeat_of_id is not None
    )
    application.save()
    record(kind, application.ref, by=by, on=on, programme=application.programme.key, body=body or {}, reason=reason)
    return application


@service
def submit_application(*, application, on, by, version=None, reason="", key=None):
    """Put the plan forward: freezes a Revision, and the adviser's part on the dossier is theirs."""
    application = lock_application(application)
    check_date(on=on, programme=application.programme, by=by, reason=reason)
    if on < application.started_on:
        raise Invalid(_("The application was started later than that."), field="on")
    claim_part(application=application, user=by, part=Part.Name.ADVISER, on=on)
    number = application.revision + 1
    body = frozen(application)
    sha256 = digest(body)
    advance(
        application,
        "submit",
        by=by,
        on=on,
        version=version,
        reason=reason,
        body={"revision": number, "sha256": sha256, "asked": application.asked_amount, "own": application.own_amount},
    )
    Revision.objects.create(application=application, number=number, body=body, sha256=sha256, made_on=on)
    return application


def frozen(application):
    """What is put forward, as plain data: the bytes of its canonical JSON are the same on every database."""
    plan = application.plan
    texts = ("summary", "product", "market", "people", "risks", "export", "changes", "season")
    return {
        "ref": application.ref,
        "applicant": application.applicant.ref,
        "business": application.business.ref if application.business else None,
        "call": application.call.key,
        "window": application.window.key,
        "title": application.title,
        "currency": application.currency,
        "asked_amount": application.asked_amount,
        "own_amount": application.own_amount,
        "term_months": application.term_months,
        "plan_form": str(application.plan_form),
        "plan": {name: getattr(plan, name) for name in texts if getattr(plan, name)},
        "cash": {
            "at_start_amount": plan.cash_at_start_amount,
            "first_month": plan.first_month.isoformat() if plan.first_month else None,
            "instalment_amount": plan.instalment_amount,
            "lines": [[line.kind, line.label, line.months] for line in application.cash_lines.all()],
        },
        "investments": [
            [item.label, item.quantity, item.unit_amount, item.own_amount] for item in application.investments.all()
        ],
        "finance": [[source.source, source.amount, source.note] for source in application.finance_sources.all()],
        "jobs": [
            [job.title, job.posts, f"{job.hours_per_week:.1f}", job.exists_now, job.for_women, job.for_target_group]
            for job in application.job_plans.all()
        ],
        "documents": [[document.code, document.evidence.sha256] for document in application.documents.all()],
    }


def digest(body):
    """SHA-256 of the canonical JSON (sorted keys, UTF-8, no blanks) of a frozen body."""
    text = json.dumps(body, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _ask_reason(reason):
    if not reason.strip():
        raise Invalid(_("Say why."), field="reason")


def _move_with_reason(application, verb, *, on, by, reason, version):
    application = lock_application(application)
    check_date(on=on, programme=application.programme, by=by, reason=reason)
    _ask_reason(reason)
    return advance(application, verb, by=by, on=on, reason=reason, version=version)


@service
def return_application(*, application, reason, on, by, version=None):
    """The secretary sends a submitted application back to its adviser, saying what is missing."""
    return _move_with_reason(application, "return_for_revision", on=on, by=by, reason=reason, version=version)


@service
def withdraw_application(*, application, reason, on, by, version=None):
    """The applicant does not want it any more. Possible before a decision, and from the reserve list."""
    return _move_with_reason(application, "withdraw", on=on, by=by, reason=reason, version=version)


@service
def lapse_application(*, application, reason, on, by, version=None):
    """A place on the reserve list ends without money."""
    return _move_with_reason(application, "lapse", on=on, by=by, reason=reason, version=version)


@service
def waive_training(*, application, rule, reason_code, reason, on, by):
    """A person lets an application go on without a required training, for a reason that the rule names."""
    application = lock_application(application)
    demand("applicants.waive", by, application)
    check_date(on=on, programme=application.programme, by=by, reason=reason)
    if application.state not in (*Application.EDITABLE, Application.State.SUBMITTED):
        raise Blocked(_("%(ref)s is past its checks.") % {"ref": application.ref})
    if rule.call_id != application.call_id:
        raise Invalid(_("This training is asked by another call."), field="rule")
    if reason_code not in rule.waivers:
        raise Invalid(_("The call does not allow this exemption."), field="reason_code")
    _ask_reason(reason)
    if len(reason) > 300:
        raise Invalid(_("There is room for 300 letters."), field="reason")
    if reason_code == TrainingRule.Waiver.REPEAT and not had_before(application).exists():
        raise Invalid(_("The applicant has no earlier approved application here."), field="reason_code")
    if Waiver.objects.filter(application=application, rule=rule).exists():
        raise Blocked(_("This training is waived already."))
    waiver = Waiver.objects.create(
        application=application, rule=rule, reason_code=reason_code, reason=reason, decided_on=on, decided_by=by
    )
    record(
        "application.waive",
        application.ref,
        by=by,
        on=on,
        programme=application.programme.key,
        body={"training": rule.course_kind, "reason": reason_code},
        reason=reason,
    )
    return waiver


def had_before(application):
    """Earlier approved applications of the same applicant in the programme."""
    return Application.objects.filter(
        programme=application.programme_id, applicant=application.applicant_id, state=Application.State.APPROVED
    ).exclude(pk=application.pk)
