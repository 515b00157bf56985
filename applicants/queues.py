"""What the desk asks of the register and of applications."""

from applicants.case_queues import cases_for, find_cases, verifications_to_take_along
from applicants.complaint_queues import complaints_waiting
from applicants.register_queues import (
    courses_waiting,
    doubles_waiting,
    imports_waiting,
    parties_found,
    referrals_waiting,
    register_to_take_along,
)


def queue_for(user):
    waiting = (referrals_waiting, courses_waiting, imports_waiting, doubles_waiting, complaints_waiting)
    return [*cases_for(user), *(item for ask in waiting for item in ask(user))]


def search_for(user, text):
    return [*parties_found(user, text), *find_cases(user, text)]


def to_take_along(user):
    return [*register_to_take_along(user), *verifications_to_take_along(user)]
