"""Visits, what they found, and the registers of short-term workers. Figures count what another person verified."""

import rules
from django.utils.translation import gettext_lazy as _

from applicants.services import claim_part, lock_application
from audit.moves import advance, begin
from audit.refusals import Blocked, Invalid, NotAllowed
from audit.services import record, service
from monitoring.baseline import counts_at, seen_open_after, standing_posts
from monitoring.models import (
    ActionPoint,
    BaselineLoss,
    Employment,
    JobPlace,
    Measurement,
    MonitoringVisit,
    ShortTermJob,
)
from programmes.clock import months_after, today
from programmes.services import check_date, take_reference, take_references

MONEY_CODES = {"sales", "profit", "household_income", "exports", "imports_replaced"}


@service
def plan_visits(*, application, first_paid_on, on, by, assigned_to=None):
    """Plan the visits of the call's months after the first payment, once for each month. Returns the application."""
    application = lock_application(application)
    planned = set(application.visits.exclude(state="cancelled").values_list("month", flat=True))
    months = [month for month in application.call.visit_months if month not in planned]
    refs = take_references("V", len(months), on.year) if months else []
    visits = [
        MonitoringVisit(
            ref=ref,
            programme=application.programme,
            application=application,
            region_id=application.region_id,
            month=month,
            planned_on=months_after(first_paid_on, month),
            assigned_to_id=assigned_to.pk if assigned_to else application.adviser_id,
        )
        for month, ref in zip(months, refs, strict=True)
    ]
    for visit in MonitoringVisit.objects.bulk_create(visits):
        begin(visit, by=by, on=on, body={"application": application.ref, "month": visit.month})
    return application


@service
def plan_visit(*, application, planned_on, on, by, assigned_to=None, month=0):
    """Plan one visit besides those of the call."""
    if not rules.test_rule("monitoring.plan", by, application):
        raise NotAllowed()
    visit = MonitoringVisit.objects.create(
        ref=take_reference("V", on.year),
        programme=application.programme,
        application=application,
        region=application.region,
        month=month,
        planned_on=planned_on,
        assigned_to=assigned_to or application.adviser,
    )
    return begin(visit, by=by, on=on, body={"application": application.ref, "month": month})


@service
def record_visit(
    *, visit, business_state, findings, on, by, measurements=None, jobs=(), version=None, reason="", key=None
):
    """Record what was seen on `on`.

    `measurements`: code -> minor units of the application's currency a month (or a count for users_served). `jobs`:
    dicts with title, hours_per_week, created_on, with_contract, insured, minimum_wage and `employments`, a
    list of dicts person, starts_on, ends_on, evidence_kind, evidenced_on, evidence.
    """
    application = lock_application(visit.application)
    visit = MonitoringVisit.objects.select_for_update().get(pk=visit.pk)
    check_date(on=on, programme=application.programme, by=by, reason=reason)
    if not findings.strip():
        raise Invalid(_("Write what was seen."), field="findings")
    if business_state not in MonitoringVisit.Business.values:
        raise Invalid(_("Say whether the business is open."), field="business_state")
    advance(
        visit,
        "record",
        by=by,
        on=on,
        version=version,
        reason=reason,
        body={"business": business_state, "measured": sorted(measurements or {}), "jobs": len(jobs)},
        made_on=on,
        business_state=business_state,
        findings=findings.strip(),
    )
    visit.measurements.all().delete()
    _keep_measurements(visit, application, measurements or {})
    _drop_jobs(visit)
    for job in jobs:
        _keep_job(visit, application, on, **job)
    return visit


def _keep_measurements(visit, application, measurements):
    rows = []
    for code, value in measurements.items():
        if value is None:
            continue
        if code not in Measurement.Code.values or value < 0:
            raise Invalid(_("“%(code)s” cannot be measured as %(value)s.") % {"code": code, "value": value})
        money = code in MONEY_CODES
        rows.append(
            Measurement(
                visit=visit,
                code=code,
                amount=value if money else None,
                number=None if money else value,
                currency=application.currency if money else "",
            )
        )
    Measurement.objects.bulk_create(rows)


def _drop_jobs(visit):
    """A returned visit is recorded anew: what it had found is replaced."""
    visit.employments.all().delete()
    visit.job_places.all().delete()


def _keep_job(visit, application, on, *, title, created_on=None, employments=(), **facts):
    place = JobPlace.objects.create(
        application=application,
        business=application.business or application.applicant,
        title=title,
        created_on=created_on or on,
        found_at=visit,
        **facts,
    )
    if place.created_on > on:
        raise Invalid(_("A post cannot begin after the visit that found it."), field="created_on")
    for employment in employments:
        _keep_employment(visit, place, on, **employment)
    return place


def _keep_employment(visit, place, on, *, person, starts_on, evidence_kind, evidenced_on, ends_on=None, evidence=None):
    if evidenced_on > on:
        raise Invalid(_("The evidence is dated after the visit."), field="evidenced_on")
    if ends_on and ends_on < starts_on:
        raise Invalid(_("The employment ends before it begins."), field="ends_on")
    return Employment.objects.create(
        place=place,
        person=person,
        starts_on=starts_on,
        ends_on=ends_on,
        evidence_kind=evidence_kind,
        evidenced_on=evidenced_on,
        evidence=evidence,
        found_at=visit,
    )


@service
def verify_visit(*, visit, on, by, version=None):
    """Another person than the visitor confirms the visit; its findings count from now on."""
    application = lock_application(visit.application)
    visit = MonitoringVisit.objects.select_for_update().get(pk=visit.pk)
    if visit.made_by_id == by.pk:
        raise NotAllowed(_("Another person than the one who made the visit must verify it."))
    claim_part(application=application, user=by, part="verifier", on=on)
    if visit.business_state == MonitoringVisit.Business.CLOSED:
        _end_all_posts(visit, application, on, by)
    return advance(visit, "verify", by=by, on=on, version=version)


def _end_all_posts(visit, application, on, by):
    """A business that is closed has no posts: those that stand ended on the day that the visit found it so."""
    if seen_open_after(visit):
        return
    made, before = standing_posts(application, visit.made_on)
    Employment.objects.filter(place__in=made.values("pk"), ends_on=None, starts_on__lte=visit.made_on).update(
        ends_on=visit.made_on
    )
    lost = [
        BaselineLoss(post=post, what=BaselineLoss.What.POST, lost_on=visit.made_on, found_at=visit, recorded_by=by)
        for post in before
    ]
    ended = made.update(ended_on=visit.made_on)
    BaselineLoss.objects.bulk_create(lost)
    if ended or lost:
        programme = application.programme.key
        body = {"visit": visit.ref, "posts": ended, "baseline": len(lost)}
        record("job_place.closed", application.ref, by=by, on=on, programme=programme, body=body)


@service
def return_visit(*, visit, reason, on, by, version=None):
    """Send a recorded visit back to the visitor with a reason."""
    visit = MonitoringVisit.objects.select_for_update().get(pk=visit.pk)
    if not reason.strip():
        raise Invalid(_("Say what must be mended."), field="reason")
    return advance(visit, "return_visit", by=by, on=on, reason=reason, version=version)


@service
def cancel_visit(*, visit, reason, on, by, version=None):
    """A planned visit will not be made."""
    visit = MonitoringVisit.objects.select_for_update().get(pk=visit.pk)
    if not reason.strip():
        raise Invalid(_("Say why the visit is not made."), field="reason")
    return advance(visit, "cancel", by=by, on=on, reason=reason, version=version)


@service
def end_job_place(*, place, on, by, reason=""):
    """A post is gone from `on`; who held it is no longer employed there."""
    _may_record(place, by)
    if place.ended_on:
        raise Blocked(_("This post has ended already."))
    _not_ahead(on, place.application.programme)
    if on < place.created_on:
        raise Invalid(_("The post began later than that."), field="on")
    place.ended_on = on
    place.save(update_fields=["ended_on"])
    place.employments.filter(ends_on=None).update(ends_on=on)
    _note_job("job_place.end", place, by, on, reason)
    return place


@service
def record_loss(*, post, what, on, by, reason=""):
    """A post found before the support is gone from `on`, or who held it left. Returns the BaselineLoss."""
    application = lock_application(post.verification.application)
    visit = application.visits.first()
    if visit is None or not rules.test_rule("monitoring.record", by, visit):
        raise NotAllowed()
    if what not in BaselineLoss.What.values:
        raise Invalid(_("Say whether the post is gone or who held it left."), field="what")
    _not_ahead(on, application.programme)
    if on < post.verification.visited_on:
        raise Invalid(_("The post was found there later than that."), field="on")
    if not counts_at(post, application):
        raise Blocked(_("This post is not of the baseline: the business was supported before, or was not paid yet."))
    if post.losses.filter(what__in=[what, BaselineLoss.What.POST]).exists():
        raise Blocked(_("That is entered already."))
    loss = BaselineLoss.objects.create(post=post, what=what, lost_on=on, recorded_by=by)
    record(
        "baseline_loss.record",
        application.ref,
        by=by,
        on=on,
        programme=application.programme.key,
        body={"post": post.pk, "what": what},
        reason=reason,
    )
    return loss


@service
def end_employment(*, employment, on, by, reason=""):
    """A person left a post on `on`; the post stays and others may hold it."""
    _may_record(employment.place, by)
    if employment.ends_on:
        raise Blocked(_("This employment has ended already."))
    if on < employment.starts_on:
        raise Invalid(_("The employment began later than that."), field="on")
    employment.ends_on = on
    employment.save(update_fields=["ends_on"])
    _note_job("employment.end", employment.place, by, on, reason)
    return employment


def _not_ahead(on, programme):
    """What a visitor finds out may be long ago, and is not to come."""
    if on > today(programme):
        raise Invalid(_("%(date)s lies in the future.") % {"date": on.strftime("%d.%m.%Y")}, field="on")


def _may_record(place, by):
    if not rules.test_rule("monitoring.record", by, place.found_at):
        raise NotAllowed()


def _note_job(kind, place, by, on, reason):
    application = place.application
    record(
        kind,
        application.ref,
        by=by,
        on=on,
        programme=application.programme.key,
        body={"place": place.pk},
        reason=reason,
    )


@service
def record_workers(*, application, rows, on, by, reason=""):
    """Enter a register of short-term workers from attendance and wage sheets: all rows or none.

    `rows`: dicts worker (Party), starts_on, ends_on, person_days, wage_amount (minor units of the application's
    currency), registered (True, False or None when not known). Returns the application.
    """
    application = lock_application(application)
    check_date(on=on, programme=application.programme, by=by, reason=reason)
    if not rules.test_rule("monitoring.record_workers", by, application):
        raise NotAllowed()
    jobs = []
    for number, row in enumerate(rows, 1):
        days = (row["ends_on"] - row["starts_on"]).days + 1
        if days < 1 or row["ends_on"] > on:
            raise Invalid(_("Row %(row)s: the days of work are not possible.") % {"row": number})
        if not 0 < row["person_days"] <= days:
            raise Invalid(_("Row %(row)s: more days worked than there were.") % {"row": number})
        if row["wage_amount"] < 0:
            raise Invalid(_("Row %(row)s: a wage is not below zero.") % {"row": number})
        jobs.append(
            ShortTermJob(
                application=application,
                programme=application.programme,
                currency=application.currency,
                recorded_by=by,
                **row,
            )
        )
    taken = set(application.short_term_jobs.values_list("worker_id", "starts_on"))
    for number, job in enumerate(jobs, 1):
        if (job.worker_id, job.starts_on) in taken:
            raise Blocked(_("Row %(row)s: %(worker)s is entered already.") % {"row": number, "worker": job.worker.ref})
        taken.add((job.worker_id, job.starts_on))
    ShortTermJob.objects.bulk_create(jobs, batch_size=500)
    record(
        "workers.record",
        application.ref,
        by=by,
        on=on,
        programme=application.programme.key,
        body={"rows": len(jobs), "days": sum(job.person_days for job in jobs)},
        reason=reason,
    )
    return application


@service
def verify_workers(*, application, on, by):
    """Another person confirms every entered row of the register that is not confirmed yet."""
    application = lock_application(application)
    if not rules.test_rule("monitoring.verify_workers", by, application):
        raise NotAllowed()
    waiting = application.short_term_jobs.filter(verified_by=None)
    if waiting.filter(recorded_by=by).exists():
        raise NotAllowed(_("Another person than the one who entered the register must verify it."))
    claim_part(application=application, user=by, part="verifier", on=on)
    count = waiting.update(verified_by=by, verified_on=on)
    if not count:
        raise Blocked(_("No row of this register waits to be verified."))
    record("workers.verify", application.ref, by=by, on=on, programme=application.programme.key, body={"rows": count})
    return application


@service
def add_action_point(*, visit, text, owner, due_on, on, by):
    """Somebody must do something by a day."""
    if not rules.test_rule("monitoring.record", by, visit):
        raise NotAllowed()
    if due_on < on:
        raise Invalid(_("The day lies in the past."), field="due_on")
    point = ActionPoint.objects.create(visit=visit, text=text, owner=owner, due_on=due_on)
    record("action_point.add", visit.ref, by=by, on=on, programme=visit.programme.key, body={"owner": owner.pk})
    return point


@service
def close_action_point(*, point, note, on, by):
    """The owner, or the M&E officer, says that it is done."""
    if point.owner_id != by.pk and not rules.test_rule("monitoring.verify", by, point.visit):
        raise NotAllowed()
    if point.done_on:
        raise Blocked(_("This is done already."))
    point.done_on, point.done_note = on, note
    point.save(update_fields=["done_on", "done_note"])
    record("action_point.close", point.visit.ref, by=by, on=on, programme=point.visit.programme.key)
    return point
