"""Trainings: who has a place, who came on which day, who completed and who left and why."""

from datetime import date

import pytest

from applicants.models import Attendance, Course, TrainingPlace
from applicants.services import enrol_on_course, plan_course, record_attendance, record_outcomes
from audit.models import Event
from audit.refusals import Blocked, Invalid, NotAllowed
from programmes.models import Role
from programmes.roles import forget
from tests.office import DAY, grant_office, make_user, seat
from tests.steps_applicants import registered_person

FIRST, SECOND = date(2026, 3, 10), date(2026, 3, 11)


def planned(office, **facts):
    return plan_course(
        **{
            "programme": office.programme,
            "region": office.region,
            "kind": "small_business",
            "title": "Small business, the first steps",
            "starts_on": FIRST,
            "ends_on": SECOND,
            "days": 2,
            "on": DAY,
            "by": office.people.adviser,
            **facts,
        }
    )


@pytest.fixture
def course(office):
    return planned(office)


@pytest.fixture
def people(office, course):
    people = [registered_person(office, name) for name in ("Ani Grigoryan", "Sona Melkonyan", "Hayk Sargsyan")]
    enrol_on_course(course=course, persons=people, on=DAY, by=office.people.adviser)
    return people


def test_two_complete_and_one_leaves_with_a_reason(office, course, people):
    by = office.people.adviser
    record_attendance(course=course, day=FIRST, present=people, on=DAY, by=by)
    record_attendance(course=course, day=SECOND, present=people[:2], on=DAY, by=by)
    record_outcomes(course=course, completed=people[:2], dropped_out={people[2]: "Found work"}, on=DAY, by=by)
    outcomes = [(place.outcome, place.outcome_on, place.dropout_reason) for place in course.places.order_by("pk")]
    assert outcomes == [("completed", DAY, ""), ("completed", DAY, ""), ("dropped_out", DAY, "Found work")]
    days = [tuple(row) for row in Attendance.objects.order_by("day", "place").values_list("day", "present")]
    assert days == [(FIRST, True)] * 3 + [(SECOND, True), (SECOND, True), (SECOND, False)]
    assert Course.objects.get().closed_on == DAY


def test_each_list_is_one_event_with_references_only(office, course, people):
    by = office.people.adviser
    record_attendance(course=course, day=FIRST, present=people[:2], on=DAY, by=by)
    event = Event.objects.get(kind="course.attendance")
    assert event.body == '{"day":"2026-03-10","present":["P-000001","P-000002"],"sheet":3}'
    assert Event.objects.filter(kind="course.enrol").count() == 1


def test_a_day_recorded_again_is_corrected_and_not_doubled(office, course, people):
    by = office.people.adviser
    record_attendance(course=course, day=FIRST, present=people, on=DAY, by=by)
    record_attendance(course=course, day=FIRST, present=people[1:], on=DAY, by=by)
    assert list(Attendance.objects.order_by("place").values_list("present", flat=True)) == [False, True, True]


def test_a_sheet_of_some_leaves_the_others_alone(office, course, people):
    agent = office.people.field_agent
    record_attendance(course=course, day=FIRST, present=people[:1], among=people[:2], on=DAY, by=agent)
    assert list(Attendance.objects.order_by("place").values_list("place__person", "present")) == [
        (people[0].pk, True),
        (people[1].pk, False),
    ]


@pytest.mark.parametrize(("day", "words"), [(date(2026, 3, 9), "no such day"), (date(2026, 3, 12), "no such day")])
def test_only_days_of_the_course_can_be_recorded(office, course, people, day, words):
    with pytest.raises(Invalid, match=words):
        record_attendance(course=course, day=day, present=people, on=DAY, by=office.people.adviser)


def test_attendance_of_a_day_that_has_not_come_is_refused(office):
    course = planned(office, starts_on=DAY, ends_on=date(2026, 3, 13))
    with pytest.raises(Invalid, match="not come yet"):
        record_attendance(course=course, day=date(2026, 3, 13), present=[], on=DAY, by=office.people.adviser)


def test_nobody_attends_or_completes_without_a_place(office, course, people):
    stranger = registered_person(office, "Vardan Petrosyan")
    by = office.people.adviser
    with pytest.raises(Invalid, match="Not enrolled on this course: P-000004"):
        record_attendance(course=course, day=FIRST, present=[stranger], on=DAY, by=by)
    with pytest.raises(Invalid, match="Not enrolled on this course: P-000004"):
        record_outcomes(course=course, completed=[*people, stranger], dropped_out={}, on=DAY, by=by)
    assert Attendance.objects.count() == 0


@pytest.mark.parametrize(
    ("completed", "dropped", "words"),
    [
        ([0, 1], {}, "for each person"),
        ([0, 1, 2], {2: "Ill"}, "two outcomes"),
        ([0, 1], {2: " "}, "Say why P-000003 left"),
    ],
)
def test_each_person_has_one_outcome_and_a_drop_out_has_a_reason(office, course, people, completed, dropped, words):
    with pytest.raises(Invalid, match=words):
        record_outcomes(
            course=course,
            completed=[people[index] for index in completed],
            dropped_out={people[index]: why for index, why in dropped.items()},
            on=DAY,
            by=office.people.adviser,
        )
    assert set(TrainingPlace.objects.values_list("outcome", flat=True)) == {"enrolled"}


def test_who_never_came_has_not_completed(office, course, people):
    by = office.people.adviser
    record_attendance(course=course, day=FIRST, present=people[:2], on=DAY, by=by)
    with pytest.raises(Invalid, match="Never present and so not completed: P-000003"):
        record_outcomes(course=course, completed=people, dropped_out={}, on=DAY, by=by)


def test_a_closed_course_takes_nothing_more(office, course, people):
    by = office.people.adviser
    record_outcomes(course=course, completed=people, dropped_out={}, on=DAY, by=by)
    for act in (
        lambda: record_outcomes(course=course, completed=people, dropped_out={}, on=DAY, by=by),
        lambda: record_attendance(course=course, day=FIRST, present=people, on=DAY, by=by),
        lambda: enrol_on_course(course=course, persons=people, on=DAY, by=by),
    ):
        with pytest.raises(Blocked, match="It is closed"):
            act()


def test_a_person_has_one_place_however_often_the_list_is_sent(office, course, people):
    again = enrol_on_course(course=course, persons=[*people, people[0]], on=DAY, by=office.people.adviser)
    assert again == []
    assert course.places.count() == 3


def test_people_of_other_programmes_and_businesses_get_no_place(office, course):
    stranger = registered_person(grant_office("autumn"), "Nino Beridze")
    with pytest.raises(Invalid, match=f"Not in this programme: {stranger.ref}"):
        enrol_on_course(course=course, persons=[stranger], on=DAY, by=office.people.adviser)


def test_trainings_are_of_the_region_and_planned_by_those_who_hold_them(office, course):
    far = make_user("Meri Adamyan", "SPRING-71")
    seat(far, office.programme, Role.ADVISER, region=office.other_region)
    assert list(Course.objects.visible_to(far)) == []
    assert list(Course.objects.visible_to(office.people.field_agent)) == [course]
    for by in (far, office.people.field_agent, office.people.member1, office.people.maker):
        forget(by)
        with pytest.raises(NotAllowed):
            planned(office, by=by)


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        ({"title": " "}, "title"),
        ({"ends_on": date(2026, 3, 9)}, "ends_on"),
        ({"days": 3}, "days"),
        ({"days": 0}, "days"),
    ],
)
def test_a_course_that_cannot_be_is_refused(office, facts, field):
    with pytest.raises(Invalid) as refused:
        planned(office, **facts)
    assert refused.value.field == field
    assert Course.objects.count() == 0
