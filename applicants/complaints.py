"""Complaints, read: who must not know, who receives and handles, which programme is meant, how it stands outside."""

import secrets

from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from rapidfuzz import fuzz

from accounts.encryption import blind_index
from accounts.models import User
from applicants.complaint_facts import excluded_from
from applicants.models import Complaint, ComplaintExclusion
from applicants.models.complaints import RECEIVING
from applicants.names import search_key
from audit.models import Event
from programmes.clock import today
from programmes.models import Delegation, Membership, Programme, Role

# Letters and figures that nobody mistakes for each other when they are read aloud or copied from paper.
SIGNS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
REFERENCE_SIGNS, CODE_SIGNS = 8, 12
ALIKE = 85  # of 100: one word of a name in another spelling
LEAST_LETTERS = 3
STANDING = {
    "received": _("Received. Somebody will acknowledge it."),
    "acknowledged": _("Acknowledged. Somebody works on the answer."),
    "answered": _("Answered."),
    "referred": _("Passed to the person responsible for protection, and to nobody else in the office."),
    "passed_on": _("The person responsible for protection has taken it up. It is not handled in the office."),
}


def new_reference():
    """A reference that tells nothing of how many complaints there are."""
    while True:
        ref = "C-" + "".join(secrets.choice(SIGNS) for _number in range(REFERENCE_SIGNS))
        if not Complaint.objects.filter(ref=ref).exists():
            return ref


def new_code():
    """A secret of some 59 bits, in groups of four: "K7QM-2P9X-4TRD"."""
    signs = "".join(secrets.choice(SIGNS) for _number in range(CODE_SIGNS))
    return "-".join(signs[place : place + 4] for place in range(0, CODE_SIGNS, 4))


def mark_of(code):
    """The keyed hash under which a code is stored; blanks, dashes and case do not matter."""
    return blind_index(f"complaint {code}")


def public_names():
    """The names under which programmes are chosen outside, each once: a confidential one by its neutral name alone."""
    return sorted({programme.public_name for programme in Programme.objects.all()})


def programme_named(public_name):
    """The Programme that a public name means; None when it is no one's, or when several share it."""
    if not public_name:
        return None
    rows = Programme.objects.filter(
        Q(confidential=False, name=public_name) | Q(confidential=True, neutral_name=public_name)
    )
    found = list(rows[:2])
    return found[0] if len(found) == 1 else None


def found_by(ref, code):
    """The Complaint of a reference and its code, or None; whether the reference exists is not told."""
    row = Complaint.objects.filter(ref=ref.strip().upper()).first()
    mark = mark_of(code)
    if row is None:
        secrets.compare_digest(mark, mark_of("no complaint"))
        return None
    return row if mark and secrets.compare_digest(row.code_mark, mark) else None


def people_named(text, programme):
    """Users whose name has a word like one in `text`: rather one too many than the person complained of."""
    words = [word for word in search_key(text).split() if len(word) >= LEAST_LETTERS]
    if not words:
        return []
    people = User.objects.filter(memberships__isnull=False)
    if programme is not None:
        here = Q(memberships__programme=programme) | Q(safeguarding__programme=programme)
        people = people.filter(here | Q(memberships__role=Role.ADMINISTRATOR))
    return [user for user in people.distinct() if _is_named(user, words)]


def _is_named(user, words):
    own = [word for word in search_key(user.name).split() if len(word) >= LEAST_LETTERS]
    return any(fuzz.ratio(word, other) >= ALIKE for word in own for other in words)


def people_of_dossier(application):
    """Users who advise the case, play a part on its dossier, or did anything with it: they may be what it is about."""
    found = {application.adviser_id}
    for rows in (
        application.parts.values_list("user_id"),
        application.opinions.values_list("given_by_id"),
        application.checks.values_list("checked_by_id", "confirmed_by_id"),
        application.verifications.values_list("visited_by_id"),
        application.waivers.values_list("decided_by_id"),
        Event.objects.about(application.ref).values_list("actor_id"),
    ):
        found.update(pk for row in rows for pk in row)
    return User.objects.filter(pk__in=found - {None})


def keep_out(complaint, users, why):
    """Users of this list must not know of the complaint from now on."""
    ComplaintExclusion.objects.bulk_create(
        [ComplaintExclusion(complaint=complaint, user=user, why=why) for user in users], ignore_conflicts=True
    )


def receivers_of(complaint):
    """First receivers who may know of it: data protection people, else managers; of any programme if none is named."""
    excluded = excluded_from(complaint)
    for role in RECEIVING:
        rows = Membership.objects.current().filter(role=role, user__is_active=True).exclude(user__in=excluded)
        if complaint.programme_id:
            rows = rows.filter(programme=complaint.programme_id)
        found = User.objects.filter(pk__in=rows.values("user"))
        if found:
            return list(found)
    return []


def possible_handlers(complaint):
    """Users who can be named: staff of the programme who may know of it, and cover for nobody who may not.

    Of a complaint that names no programme: whoever could be its first receiver.
    """
    day = today()
    excluded = excluded_from(complaint)
    covering = Delegation.objects.filter(
        membership__user__in=excluded, starts_on__lte=day, ends_on__gte=day, approved_by__isnull=False
    )
    rows = Membership.objects.current(day).filter(user__is_active=True)
    rows = rows.exclude(role__in=[Role.DONOR, Role.ADMINISTRATOR, Role.MEMBER])
    if complaint.programme_id:
        rows = rows.filter(programme=complaint.programme_id)
    else:
        rows = rows.filter(role__in=RECEIVING)
    people = User.objects.filter(pk__in=rows.values("user"))
    return people.exclude(pk__in=excluded).exclude(pk__in=covering.values("delegate")).order_by("name")


def unreceived():
    """Complaints that wait for a person nobody is: no receiver may know of them, or no contact is there to refer to."""
    waiting = Complaint.objects.filter(state=Complaint.State.RECEIVED, handler=None)
    return [row for row in waiting if not receivers_of(row)]
