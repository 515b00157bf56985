"""Orientation and training: plan, enrol, attendance day by day, how it ended. Whole lists at once, one event each."""

from django.utils.translation import gettext_lazy as _

from applicants.models import Attendance, Course, Enrolment, TrainingPlace
from applicants.services.access import demand
from audit.refusals import Blocked, Invalid
from audit.services import record, service
from programmes.services import check_date

BATCH = 500


def subject(course):
    return f"course:{course.pk}"


@service
def plan_course(
    *,
    programme,
    region,
    kind,
    title,
    starts_on,
    ends_on,
    on,
    by,
    days=1,
    trainer=None,
    orientation=False,
    village=None,
    reason="",
    key=None,
):
    """A course will be held. Returns the Course."""
    course = Course(programme=programme, region=region, kind=kind, title=title.strip(), village=village)
    demand("applicants.train", by, course)
    check_date(on=on, programme=programme, by=by, reason=reason)
    if not course.title:
        raise Invalid(_("Enter the title."), field="title")
    if ends_on < starts_on:
        raise Invalid(_("The last day lies before the first."), field="ends_on")
    if not 1 <= days <= (ends_on - starts_on).days + 1:
        raise Invalid(_("There are not so many days from the first to the last."), field="days")
    if not programme.regions.filter(pk=region.pk).exists():
        raise Invalid(_("The programme does not work in %(region)s.") % {"region": region}, field="region")
    course.starts_on, course.ends_on, course.days = starts_on, ends_on, days
    course.trainer, course.orientation = trainer, orientation
    course.save()
    record(
        "course.plan",
        subject(course),
        by=by,
        on=on,
        programme=programme.key,
        body={"kind": kind, "region": region.pk, "from": starts_on, "to": ends_on},
        reason=reason,
    )
    return course


def _open(course):
    if course.closed_on:
        raise Blocked(_("The outcomes of this course are recorded. It is closed."))


@service
def enrol_on_course(*, course, persons, on, by, reason=""):
    """Give persons of the programme a place on the course. Returns the course's new TrainingPlaces."""
    demand("applicants.attend", by, course)
    check_date(on=on, programme=course.programme, by=by, reason=reason)
    _open(course)
    persons = list(persons)
    if not persons:
        raise Invalid(_("Choose at least one person."), field="persons")
    wrong = [party.ref for party in persons if not party.is_person]
    if wrong:
        raise Invalid(_("Only persons attend: %(refs)s.") % {"refs": ", ".join(wrong)}, field="persons")
    belong = set(
        Enrolment.objects.filter(programme_id=course.programme_id, party__in=persons).values_list("party", flat=True)
    )
    strangers = [party.ref for party in persons if party.pk not in belong]
    if strangers:
        raise Invalid(_("Not in this programme: %(refs)s.") % {"refs": ", ".join(strangers[:10])}, field="persons")
    there = set(course.places.values_list("person", flat=True))
    fresh = [party for party in {party.pk: party for party in persons}.values() if party.pk not in there]
    places = TrainingPlace.objects.bulk_create(
        [TrainingPlace(course=course, person=party) for party in fresh], batch_size=BATCH
    )
    record(
        "course.enrol",
        subject(course),
        by=by,
        on=on,
        programme=course.programme.key,
        body={"persons": sorted(party.ref for party in fresh)},
        reason=reason,
    )
    return places


@service
def record_attendance(*, course, day, present, on, by, among=None, reason=""):
    """Who came on a day of the course. Those on the sheet who are not in `present` were absent.

    `among` limits the sheet to these persons (a field agent's villages); without it, it is everybody enrolled.
    Recording a day again corrects it. Returns the course.
    """
    demand("applicants.attend", by, course)
    check_date(on=on, programme=course.programme, by=by, reason=reason)
    _open(course)
    if not course.starts_on <= day <= course.ends_on:
        raise Invalid(_("The course has no such day."), field="day")
    if day > on:
        raise Invalid(_("That day has not come yet."), field="day")
    places = {place.person_id: place for place in course.places.select_related("person")}
    came = {party.pk: party for party in present}
    strangers = sorted(party.ref for pk, party in came.items() if pk not in places)
    if strangers:
        raise Invalid(_("Not enrolled on this course: %(refs)s.") % {"refs": ", ".join(strangers)}, field="present")
    sheet = set(places) if among is None else {party.pk for party in among} & set(places)
    sheet |= set(came)
    rows = [
        Attendance(place=places[pk], day=day, present=pk in came, recorded_by=by)
        for pk in sorted(sheet, key=lambda pk: places[pk].pk)
    ]
    Attendance.objects.bulk_create(
        rows,
        batch_size=BATCH,
        update_conflicts=True,
        unique_fields=["place", "day"],
        update_fields=["present", "recorded_by"],
    )
    record(
        "course.attendance",
        subject(course),
        by=by,
        on=on,
        programme=course.programme.key,
        body={"day": day, "sheet": len(rows), "present": sorted(party.ref for party in came.values())},
        reason=reason,
    )
    return course


@service
def record_outcomes(*, course, completed, dropped_out, on, by, reason=""):
    """How the course ended for each: `completed` persons, `dropped_out` {person: why}. Closes it; returns the course.

    When attendance was kept, nobody completes who never came.
    """
    demand("applicants.train", by, course)
    check_date(on=on, programme=course.programme, by=by, reason=reason)
    if on < course.starts_on:
        raise Invalid(_("The course begins later than that."), field="on")
    completed, dropped_out = list(completed), dict(dropped_out)
    places = {place.person_id: place for place in course.places.all()}
    _check_outcomes(course, places, completed, dropped_out)
    changed = []
    for party in completed:
        place = places[party.pk]
        place.outcome, place.outcome_on = TrainingPlace.Outcome.COMPLETED, on
        changed.append(place)
    for party, why in dropped_out.items():
        place = places[party.pk]
        place.outcome, place.outcome_on = TrainingPlace.Outcome.DROPPED_OUT, on
        place.dropout_reason = why.strip()[:160]
        changed.append(place)
    if not Course.objects.filter(pk=course.pk, closed_on=None).update(closed_on=on):
        raise Blocked(_("The outcomes of this course are recorded. It is closed."))
    TrainingPlace.objects.bulk_update(changed, ["outcome", "outcome_on", "dropout_reason"], batch_size=BATCH)
    course.closed_on = on
    record(
        "course.outcomes",
        subject(course),
        by=by,
        on=on,
        programme=course.programme.key,
        body={
            "completed": sorted(party.ref for party in completed),
            "dropped_out": sorted(party.ref for party in dropped_out),
        },
        reason=reason,
    )
    return course


def _check_outcomes(course, places, completed, dropped_out):
    named = [*completed, *dropped_out]
    strangers = sorted(party.ref for party in named if party.pk not in places)
    if strangers:
        raise Invalid(_("Not enrolled on this course: %(refs)s.") % {"refs": ", ".join(strangers)})
    if len({party.pk for party in named}) < len(named):
        raise Invalid(_("One person has two outcomes."))
    if len(named) < len(places):
        raise Invalid(_("Say for each person on the course how it ended."))
    for party, why in dropped_out.items():
        if not why.strip():
            raise Invalid(_("Say why %(ref)s left.") % {"ref": party.ref})
    kept = Attendance.objects.filter(place__course=course)
    if kept.exists():
        came = set(kept.filter(present=True).values_list("place__person", flat=True))
        absent = sorted(party.ref for party in completed if party.pk not in came)
        if absent:
            raise Invalid(_("Never present and so not completed: %(refs)s.") % {"refs": ", ".join(absent)})
