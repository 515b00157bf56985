"""Who may judge a case, and whether enough of them are there. Reads declarations, seats, parts; decides nothing.

A member may judge a case when they hold a voting seat on the day, have declared no interest in it, and are not its
adviser or any other part of the dossier.
"""

from collections import defaultdict
from dataclasses import dataclass

from applicants.models import Application, Part
from selection.call_rules import rules_of


@dataclass(frozen=True)
class Room:
    """One case: voting members by id, who of them is conflicted, undeclared, absent, and the quorum that follows."""

    case_id: int
    voting: frozenset
    conflicted: frozenset
    undeclared: frozenset
    absent: frozenset
    quorum_number: int
    quorum_share_pct: int

    @property
    def unconflicted(self):
        return self.voting - self.conflicted

    @property
    def able(self):
        """Unconflicted members who have declared."""
        return self.unconflicted - self.undeclared

    @property
    def here(self):
        """Able members who are not recorded as absent."""
        return self.able - self.absent

    @property
    def needed(self):
        """Votes needed for a quorum: the number, or the share of the unconflicted, whichever is more."""
        return max(self.quorum_number, -(-len(self.unconflicted) * self.quorum_share_pct // 100))

    @property
    def could_decide(self):
        return len(self.here) >= self.needed


def voting_members(session, on=None):
    """Ids of the users who hold a voting seat on `on`, by default on the session's day."""
    return set(session.committee.seats.held_on(on or session.sits_on).voting().values_list("user_id", flat=True))


def absent_members(session):
    return {row.member_id for row in session.attendance.all() if not row.present}


def rooms_of(session, cases=None, on=None):
    """The Room of each case of the session, in agenda order, in a bounded number of queries."""
    voting, absent, rules = voting_members(session, on), absent_members(session), rules_of(session)
    rows = cases if cases is not None else session.cases.on_agenda()
    rows = rows.select_related("application").prefetch_related("declarations", "application__parts")
    return [room_of(case, voting, absent, rules) for case in rows]


def rooms_of_motions(session, motions, on=None):
    """The Room of each of these motions (a queryset), in a bounded number of queries, however many its dossiers."""
    voting, absent, rules = voting_members(session, on), absent_members(session), rules_of(session)
    rows = list(motions.prefetch_related("declarations"))
    others = parts_around(rows, voting)
    return [room_of(row, voting, absent, rules, others[row.pk]) for row in rows]


def parts_around(motions, voting):
    """{motion pk: ids of the voting members who advise on, or play another part in, one of its dossiers}."""
    found = defaultdict(set)
    dossiers = Application.motions.through.objects.filter(motion__in=motions)
    advised = dossiers.filter(application__adviser__in=voting).values_list("motion", "application__adviser")
    others = Part.objects.exclude(part=Part.Name.MEMBER).filter(user__in=voting, application__motions__in=motions)
    for motion, user in [*advised.distinct(), *others.values_list("application__motions", "user").distinct()]:
        found[motion].add(user)
    return found


def other_parts(case):
    """Ids of those who never judge the case: its adviser, and whoever plays another part on the dossier."""
    others = {part.user_id for part in case.application.parts.all() if part.part != Part.Name.MEMBER}
    return others | {case.application.adviser_id}


def room_of(case, voting, absent, rules, others=None):
    """The Room of a case; of a motion, with `others` who never judge it (parts_around)."""
    declared = {row.member_id: row.is_conflict for row in case.declarations.all() if row.superseded_on is None}
    others = other_parts(case) if others is None else others
    return Room(
        case_id=case.pk,
        voting=frozenset(voting),
        conflicted=frozenset(user for user in voting if declared.get(user) or user in others),
        undeclared=frozenset(user for user in voting if user not in declared),
        absent=frozenset(absent),
        quorum_number=rules["quorum_number"],
        quorum_share_pct=rules["quorum_share_pct"],
    )
