"""Steps of a case on the register, through the services, for the tests of the apps above."""

from datetime import date

from applicants.services import (
    enrol_on_course,
    give_consent,
    plan_course,
    record_attendance,
    record_outcomes,
    register_party,
)
from tests.office import DAY

CONSENT = "1"


def registered_person(
    office, name="Anahit Sargsyan", *, on=DAY, by=None, consent=True, sex="female", birth_year=1984, **facts
):
    """A person on the register of the office's programme, in its region and village, with consent."""
    by = by or office.people.adviser
    person = register_party(
        kind="person",
        name=name,
        programme=office.programme,
        region=facts.pop("region", office.region),
        village=facts.pop("village", office.village),
        sex=sex,
        birth_year=birth_year,
        on=on,
        by=by,
        **facts,
    )
    if consent:
        give_consent(party=person, programme=office.programme, purpose="processing", text_version=CONSENT, on=on, by=by)
    return person


def trained(office, *persons, kind="small_business", on=DAY, by=None):
    """The persons completed a one-day course of that kind on `on`. Returns the Course."""
    by = by or office.people.adviser
    course = plan_course(
        programme=office.programme,
        region=office.region,
        kind=kind,
        title="Small business, the first steps",
        starts_on=on,
        ends_on=on,
        on=on,
        by=by,
    )
    enrol_on_course(course=course, persons=persons, on=on, by=by)
    record_attendance(course=course, day=on, present=persons, on=on, by=by)
    return record_outcomes(course=course, completed=persons, dropped_out={}, on=on, by=by)


def registered_enterprise(office, name="Sargsyan Cheese", *, manager=None, on=DAY, by=None, **facts):
    """An enterprise on the register, run by `manager` (a person on the register)."""
    return register_party(
        kind="enterprise",
        name=name,
        programme=office.programme,
        region=facts.pop("region", office.region),
        village=facts.pop("village", office.village),
        manager=manager,
        started_on=facts.pop("started_on", date(2021, 5, 1)),
        on=on,
        by=by or office.people.adviser,
        **facts,
    )
