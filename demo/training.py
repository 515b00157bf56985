"""A course from its plan to its outcomes."""

from datetime import timedelta

from applicants.services import enrol_on_course, plan_course, record_attendance, record_outcomes


def hold(agenda, cast, day, region, kind, title, persons, *, days=3, dropouts=0, orientation=False):
    """Plan a course for `persons` (a function that returns them on the day) and live through it."""
    state = {}

    def plan(on):
        state["persons"] = list(persons())
        if not state["persons"]:
            return
        state["course"] = plan_course(
            programme=cast.programme,
            region=cast.regions[region],
            kind=kind,
            title=title,
            starts_on=on + timedelta(days=1),
            ends_on=on + timedelta(days=days),
            days=days,
            orientation=orientation,
            trainer=cast.advisers[region],
            on=on,
            by=cast.advisers[region],
        )
        enrol_on_course(course=state["course"], persons=state["persons"], on=on, by=cast.advisers[region])

    def first_day(on):
        if not state["persons"]:
            return
        record_attendance(course=state["course"], day=on, present=state["persons"], on=on, by=cast.advisers[region])

    def end(on):
        people = state["persons"]
        if not people:
            return
        left = people[: min(dropouts, max(len(people) - 1, 0))]
        record_outcomes(
            course=state["course"],
            completed=people[len(left) :],
            dropped_out=dict.fromkeys(left, "Found work elsewhere"),
            on=on,
            by=cast.advisers[region],
        )

    agenda.at(day, plan)
    agenda.at(day + timedelta(days=1), first_day)
    agenda.at(day + timedelta(days=days), end)
