"""What the desk asks of the register and of applications."""

from applicants.case_queues import cases_for, find_cases
from applicants.register_queues import courses_waiting, imports_waiting, parties_found, referrals_waiting


def queue_for(user):
    return [*cases_for(user), *referrals_waiting(user), *courses_waiting(user), *imports_waiting(user)]


def search_for(user, text):
    return [*parties_found(user, text), *find_cases(user, text)]
