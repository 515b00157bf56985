"""What is held about a person, declared once: for the file that the person may ask for, and for forgetting them.

Each app declares its models in AppConfig.ready(): how a row leads to the person, and what stands in its personal fields
once the person is forgotten. A declaration without fields is handed out and stays as it is.
"""

from dataclasses import dataclass, field

from django.db.models import Q


@dataclass(frozen=True)
class Holding:
    """Rows of `model` that belong to a person: any of `paths` leads to the person's party.

    `inside`: what colleagues said among themselves; it is forgotten with the person and never handed out.
    `only`: of the rows those that this holds for; the others are kept until they are closed.
    """

    model: type
    paths: tuple
    blanks: dict = field(default_factory=dict)
    delete: bool = False
    inside: bool = False
    only: Q = field(default_factory=Q)

    def rows(self, parties):
        """The rows of these parties (ids)."""
        found = Q()
        for path in self.paths:
            found |= Q(**{f"{path}__in": parties})
        # A path may lead over many rows to the person; each row of theirs is one.
        theirs = self.model._base_manager.filter(found, self.only)
        return self.model._base_manager.filter(pk__in=theirs.values("pk")).order_by("pk")


_holdings = []
_needs = []
_references = []


def declare(model, *paths, delete=False, inside=False, only=None, **blanks):
    """`paths` are look-ups from the row to the person's party; `blanks` what each personal field becomes."""
    _holdings.append(Holding(model, paths, blanks, delete, inside, only or Q()))


def declare_references(function):
    """`function(parties) -> references` under which the events and files of an app stand, such as its contracts."""
    _references.append(function)


def declare_need(function):
    """`function(parties) -> sentence or None` says why these parties (ids) cannot be forgotten yet."""
    _needs.append(function)


def needed(parties):
    """The first sentence that says why these parties (ids) cannot be forgotten yet, or None."""
    return next(filter(None, (need(parties) for need in _needs)), None)


def holdings():
    return list(_holdings)


def references_of(parties):
    """Every reference under which something about these parties (ids) stands."""
    return sorted({ref for function in _references for ref in function(parties)})
