"""Which dossiers a standing interest is about: those of the party itself, and of the people and businesses around it.

Asked from the party's side: interests are few, and one question may be about thousands of dossiers. Reads the register;
decides nothing.
"""

from collections import defaultdict

from django.db.models import Q

from applicants.models import Party, PartyMember
from selection.models import StandingInterest

SHARING = (Party.Kind.HOUSEHOLD, Party.Kind.GROUP)


def near(parties, on):
    """{party pk: pks of the parties whose dossiers it has to do with} of these parties (pks).

    The party itself; what it runs; the businesses, households and groups that it belongs to and those who share them;
    the members of a household or group. Memberships count as they were on `on`. Four queries, whatever the number.
    """
    found = {party: {party} for party in parties}
    for manager, party in Party.objects.filter(manager__in=found).values_list("manager", "pk"):
        found[manager].add(party)
    live = PartyMember.objects.filter(Q(since=None) | Q(since__lte=on)).filter(Q(until=None) | Q(until__gte=on))
    shared = defaultdict(set)
    for party, person, kind in live.filter(person__in=found).values_list("party", "person", "party__kind"):
        found[person].add(party)
        if kind in SHARING:
            shared[party].add(person)
    for party, person in live.filter(party__in=shared).values_list("party", "person"):
        for one in shared[party]:
            found[one].add(person)
    for party, person in live.filter(party__in=found, party__kind__in=SHARING).values_list("party", "person"):
        found[party].add(person)
    return found


def dossiers_of(parties, applications, on):
    """{party pk: pks of those of `applications` (a queryset) that an interest in the party (pk) is about}."""
    circles = near(parties, on)
    everybody = set().union(*circles.values()) if circles else set()
    theirs = applications.filter(Q(applicant__in=everybody) | Q(business__in=everybody)).distinct()
    found = defaultdict(set)
    for pk, *named in theirs.order_by().values_list("pk", "applicant", "business"):
        for party, circle in circles.items():
            if not circle.isdisjoint(named):
                found[party].add(pk)
    return found


def standing_matches(session, applications, on, member=None):
    """{(application pk, member pk): StandingInterest} of the session's committee that are live on `on`.

    `applications` is a queryset; of several interests of a member in a dossier the first counts.
    """
    live = StandingInterest.objects.held_on(on).filter(committee=session.committee_id).order_by("pk")
    rows = list(live if member is None else live.filter(member=member))
    if not rows:
        return {}
    dossiers = dossiers_of({row.party_id for row in rows}, applications, on)
    return {(pk, row.member_id): row for row in reversed(rows) for pk in dossiers[row.party_id]}
