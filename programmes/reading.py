"""What the set-up page of a programme shows: its people, whether the five parts can be five persons, its money."""

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from ledger.money import Money
from programmes.models import FundingLine, Membership, Role
from programmes.services import available_on, cash_on

# The five parts of a dossier, and the roles that can play each.
PARTS = (
    (_("Adviser"), (Role.ADVISER,)),
    (_("Voting member"), (Role.MEMBER,)),
    (_("Payment maker"), (Role.FINANCE,)),
    (_("Payment checker"), (Role.FINANCE,)),
    (_("Verifier of visits"), (Role.MONITORING,)),
)


@dataclass(frozen=True)
class PartCover:
    """One of the five parts: who can play it, so that all five are different persons; `user` is one such choice."""

    name: str
    people: int
    user: object


def five_people(programme, on):
    """The five parts with a person each, all different; `user` is None where none is left.

    A small matching: parts with the fewest candidates choose first, and a taken person is moved if they can be.
    """
    rows = Membership.objects.current(on).filter(programme=programme, user__is_active=True).select_related("user")
    by_role = {}
    for row in rows:
        by_role.setdefault(row.role, {})[row.user_id] = row.user
    candidates = [{pk: user for role in roles for pk, user in by_role.get(role, {}).items()} for _name, roles in PARTS]
    taken = {}

    def place(part, seen):
        for pk in candidates[part]:
            if pk in seen:
                continue
            seen.add(pk)
            if pk not in taken or place(taken[pk], seen):
                taken[pk] = part
                return True
        return False

    for part in range(len(PARTS)):
        place(part, set())
    chosen = {part: candidates[part][pk] for pk, part in taken.items()}
    return [
        PartCover(name=name, people=len(candidates[part]), user=chosen.get(part))
        for part, (name, _roles) in enumerate(PARTS)
    ]


def lines_of(programme):
    """Funding lines as rows: what they hold, what is promised, what is left (Money each)."""
    found = []
    for line in FundingLine.objects.filter(programme=programme).select_related("donor", "programme"):
        whole = cash_on(line) if line.kind == FundingLine.Kind.REVOLVING else line.ceiling_amount
        found.append(
            {
                "line": line,
                "whole": Money(whole, line.currency),
                "promised": Money(line.commitments.total_unused_amount(), line.currency),
                "left": Money(available_on(line), line.currency),
            }
        )
    return found
