"""Who belongs together: the same party, the same business, the same household or group."""

from collections import defaultdict

from django.db.models import Q

from applicants.models import DuplicateAnswer, Party, PartyMember

SHARING = (Party.Kind.HOUSEHOLD, Party.Kind.GROUP)


class Circles:
    """Parties joined by what the register says. `of(pk)` is the same for all who are joined (union-find)."""

    def __init__(self, pairs):
        self.parent = {}
        for one, other in pairs:
            self.parent[self.of(one)] = self.of(other)

    def of(self, pk):
        root = pk
        while root in self.parent and self.parent[root] != root:
            root = self.parent[root]
        while self.parent.get(pk, root) != root:
            self.parent[pk], pk = root, self.parent[pk]
        return root


def circles(on):
    """(`same`, `near`): one party or one business; with households and groups besides. Three queries."""
    own, shared = [], []
    own += DuplicateAnswer.objects.same().values_list("party", "other")
    own += Party.objects.exclude(manager=None).order_by().values_list("pk", "manager")
    now = PartyMember.objects.filter(Q(until=None) | Q(until__gte=on)).order_by()
    for party, person, kind in now.values_list("party", "person", "party__kind"):
        (shared if kind in SHARING else own).append((party, person))
    return Circles(own), Circles([*own, *shared])


def strangers(pks, joined):
    """The pks by circle, when there are two circles or more; otherwise nothing."""
    found = defaultdict(set)
    for pk in pks:
        found[joined.of(pk)].add(pk)
    return found if len(found) > 1 else {}
