"""Which cases a standing interest is about: those of the party itself, and of the people and businesses around it.

Reads the register; decides nothing.
"""

from collections import defaultdict

from django.db.models import Q

from applicants.models import Party, PartyMember
from selection.models import StandingInterest


def parties_around(applications, on):
    """{application pk: pks of its parties}: applicant, business, who runs and owns it, household and group members.

    Memberships count as they were on `on`. Three queries, whatever the number of applications.
    """
    found = {row.pk: {row.applicant_id, row.business_id} - {None} for row in applications}
    named = set().union(*found.values()) if found else set()
    joined = defaultdict(set)
    managers = Party.objects.filter(pk__in=named, manager__isnull=False).values_list("pk", "manager")
    for party, manager in managers:
        joined[party].add(manager)
    live = PartyMember.objects.filter(Q(since=None) | Q(since__lte=on)).filter(Q(until=None) | Q(until__gte=on))
    # Inside out: the members of a household, and from a member to the household and those who share it.
    households = defaultdict(set)
    shared = live.filter(person__in=named, party__kind__in=[Party.Kind.HOUSEHOLD, Party.Kind.GROUP])
    for party, person in shared.values_list("party", "person"):
        households[person].add(party)
    wanted = named.union(*households.values())
    for party, person in live.filter(party__in=wanted).values_list("party", "person"):
        joined[party].add(person)
    for parties in found.values():
        for party in list(parties):
            parties |= joined[party]
            for household in households[party]:
                parties |= {household} | joined[household]
    return found


def standing_matches(session, applications, on, member=None):
    """{(application pk, member pk): StandingInterest} of the session's committee that are live on `on`."""
    live = StandingInterest.objects.held_on(on).filter(committee=session.committee_id).order_by("pk")
    rows = list(live if member is None else live.filter(member=member))
    if not rows:
        return {}
    around = parties_around(applications, on)
    return {
        (pk, row.member_id): row for pk, parties in around.items() for row in reversed(rows) if row.party_id in parties
    }
