"""Complaints for tests, through their services."""

from datetime import timedelta

from applicants.models import Complaint
from applicants.queues import queue_for
from applicants.services import name_handler, receive_complaint
from programmes.services import name_contact
from tests.office import DAY, make_user
from tests.steps_applicants import protector_of

WORDS = "She asked for a hen before she wrote my name down."


def days(number):
    return DAY + timedelta(days=number)


def complaint_of(office, **facts):
    facts = {"kind": "money", "text": WORDS, "public_name": office.programme.public_name, "on": DAY, **facts}
    return receive_complaint(**facts)


def handled(office, complaint, handler=None):
    """Received by the data protection person, who names the loan officer."""
    return name_handler(
        complaint=complaint, handler=handler or office.people.loan_officer, on=DAY, by=protector_of(office)
    )


def contact_of(office, user=None, position=1):
    return name_contact(
        user=user or office.people.monitor,
        programme=office.programme,
        position=position,
        on=DAY,
        by=office.people.administrator,
    )


def knows(user, complaint):
    return Complaint.objects.visible_to(user).filter(pk=complaint.pk).exists()


def waiting(user):
    return [(item.verb_text, item.url) for item in queue_for(user) if "/complaints/" in item.url]


def root():
    user = make_user("Root", "ROOT-1")
    user.is_superuser = user.is_staff = True
    user.save()
    return user
