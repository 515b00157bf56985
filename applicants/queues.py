"""What the desk asks of the register and of applications."""

from applicants.case_queues import cases_for, find_cases
from applicants.register_queues import (
    courses_waiting,
    doubles_waiting,
    imports_waiting,
    parties_found,
    referrals_waiting,
)


def queue_for(user):
    waiting = (referrals_waiting, courses_waiting, imports_waiting, doubles_waiting)
    return [*cases_for(user), *(item for ask in waiting for item in ask(user))]


def search_for(user, text):
    return [*parties_found(user, text), *find_cases(user, text)]
