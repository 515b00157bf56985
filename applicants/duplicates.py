"""Likely duplicates on the register: by identity number, by phone, by folded name and year of birth.

What lies where the user works is shown. Anything else, whether in another region, another programme or a confidential
one, is one and the same word: hold. Two records that somebody has compared (DuplicateAnswer) are no longer likely.
"""

from dataclasses import dataclass, field

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.encryption import blind_index
from applicants.models import Application, DuplicateAnswer, Identity, Party
from applicants.names import likeness, phone_digits, search_key
from audit.refusals import Blocked

ALIKE = 90  # of 100: the same name in another spelling or script
MOST_SHOWN = 10
CHECKS_TO_PASS = (Application.State.DRAFT, Application.State.SUBMITTED, Application.State.RETURNED)
ALIKE_WITH_PHONE = 70  # families share a phone, and a phone outlives a spelling
SENTENCES = {
    "number": _("same identity number"),
    "registration": _("same registration number"),
    "name": _("same name, and year of birth where it is known"),
    "phone": _("same phone and a similar name"),
}
HOLD = _(
    "Hold: ask the data protection person of your programme before this is entered. Nothing was saved, "
    "and nothing more can be said here."
)


@dataclass(frozen=True)
class Match:
    party: Party
    why: str

    @property
    def sentence(self):
        return SENTENCES[self.why]


@dataclass
class Found:
    """`seen`: matches that the user may see. `hold`: there is another, of which nothing may be said."""

    seen: list = field(default_factory=list)
    hold: bool = False


class PerhapsKnown(Blocked):
    """Somebody very like this is on the register. `matches` are rows that the user may see."""

    def __init__(self, matches):
        super().__init__(
            _("Perhaps you know this person already. Open the record, or say that this is another person."),
            [f"{match.party.ref} {match.party.name}: {match.sentence}" for match in matches],
        )
        self.matches = matches


def held():
    return Blocked(HOLD)


def hold_of_a_case():
    return Blocked(_("Hold: ask the data protection person of your programme. Nothing more can be said here."))


def reasons(
    *, kind, name, name_script="", birth_year=None, phone="", number="", registration_number="", leave_out=None
):
    """{pk of a party: code of the strongest reason} over the whole register, whoever may see it."""
    key = search_key(f"{name} {name_script}")
    found = {}
    alike = Party.objects.filter(kind=kind, anonymised_on=None).exclude(pk=leave_out)
    digits = phone_digits(phone)
    if len(digits) >= 6:
        for pk, other in alike.filter(phone_digits=digits).values_list("pk", "search_key"):
            if likeness(key, other) >= ALIKE_WITH_PHONE:
                found[pk] = "phone"
    if birth_year:
        candidates = alike.filter(birth_year=birth_year)
    else:
        candidates = alike.filter(search_key=key)
    for pk, other in candidates.values_list("pk", "search_key").iterator(chunk_size=2000):
        if likeness(key, other) >= ALIKE:
            found[pk] = "name"
    if registration_number:
        for pk in alike.filter(registration_number=registration_number).values_list("pk", flat=True):
            found[pk] = "registration"
    index = blind_index(number)
    if index:
        for pk in Identity.objects.filter(number_index=index).exclude(party=leave_out).values_list("party", flat=True):
            found[pk] = "number"
    return found


def find(*, user, **facts):
    """Found for `user` who is about to enter somebody with these facts (the arguments of `reasons`)."""
    found = reasons(**facts)
    if not found:
        return Found()
    rows = Party.objects.visible_to(user).filter(pk__in=found).select_related("village__district__region")
    seen = [Match(party, found[party.pk]) for party in rows.order_by("pk")]
    return Found(seen=seen[:MOST_SHOWN], hold=len(found) > len(seen))


def unsettled(party):
    """{pk of a party: code of the strongest reason}: what looks like this party and nobody has compared with it."""
    numbers = Q(number_index__in=Identity.objects.filter(party=party).values("number_index"))
    found = reasons(
        kind=party.kind,
        name=party.name,
        name_script=party.name_script,
        birth_year=party.birth_year,
        phone=party.phone,
        registration_number=party.registration_number,
        leave_out=party.pk,
    )
    for pk in Identity.objects.filter(numbers).exclude(party=party).values_list("party", flat=True):
        found[pk] = "number"
    if found:
        for pair in DuplicateAnswer.objects.settled().about(party).values_list("party", "other"):
            for pk in pair:
                found.pop(pk, None)
    return found


def of_party(party, user):
    """Found for somebody who is on the register already."""
    return _found(unsettled(party), user)


def _found(found, user):
    if not found:
        return Found()
    rows = Party.objects.visible_to(user).filter(pk__in=found).order_by("pk")
    seen = [Match(row, found[row.pk]) for row in rows.select_related("village__district__region")]
    return Found(seen=seen[:MOST_SHOWN], hold=len(found) > len(seen))


def of_case(application, user):
    """Found for the applicant of a case, as far as asked_of() goes."""
    return _found(asked_of(application), user)


def asked_of(application):
    """{pk of a party: code of the strongest reason}: the unsettled doubles that the checks of a case ask about.

    Until the checks are passed that is the whole register. Afterwards it is this programme alone: only here can the
    same window promise twice. Whoever is entered elsewhere later is asked about there, and a hold that appears in the
    middle of a case would tell this programme that somebody has just come to another.
    """
    found = unsettled(application.applicant)
    if found and application.state not in CHECKS_TO_PASS:
        here = Party.objects.filter(pk__in=found).in_programme(application.programme)
        found = {pk: found[pk] for pk in here.values_list("pk", flat=True)}
    return found


def same_as(party):
    """Pks of all records that are this party by answers that count, the party's own among them."""
    known, new = set(), {party.pk}
    while new:
        known |= new
        pairs = DuplicateAnswer.objects.same().about(*new).values_list("party", "other")
        new = {pk for pair in pairs for pk in pair} - known
    return known


def references_of(party):
    """References of all records that are this party: what was promised to any of them was promised to one applicant."""
    same = same_as(party) - {party.pk}
    return [party.ref, *Party.objects.filter(pk__in=same).values_list("ref", flat=True)] if same else [party.ref]
