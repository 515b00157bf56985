"""What the desk asks of the register and of applications."""

from applicants.case_queues import cases_for, find_cases


def queue_for(user):
    return cases_for(user)


def search_for(user, text):
    return find_cases(user, text)
