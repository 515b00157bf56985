"""Who may judge a case, and whether enough of them are there. Reads declarations, seats, parts; decides nothing.

A member may judge a case when they hold a voting seat on the day, have declared no interest in it, and are not its
adviser or any other part of the dossier.
"""

from dataclasses import dataclass
from math import ceil


@dataclass(frozen=True)
class Room:
    """One case: voting members by id, who of them is conflicted, undeclared, present, and the quorum that follows."""

    case_id: int
    voting: frozenset
    conflicted: frozenset
    undeclared: frozenset
    present: frozenset
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
    def needed(self):
        """Votes needed for a quorum: the number, or the share of the unconflicted, whichever is more."""
        return max(self.quorum_number, ceil(len(self.unconflicted) * self.quorum_share_pct / 100))

    @property
    def could_decide(self):
        return len(self.able) >= self.needed


def rooms_of(session, cases=None):
    """The Room of each case of the session, in agenda order, in a bounded number of queries."""
    rules = session.rules or {
        "quorum_number": session.call.quorum_number,
        "quorum_share_pct": session.call.quorum_share_pct,
    }
    voting = {seat.user_id for seat in session.committee.seats.held_on(session.sits_on) if seat.votes}
    present = {row.member_id for row in session.attendance.all() if row.present}
    rows = cases if cases is not None else session.cases.all()
    rows = rows.prefetch_related("declarations", "application__parts")
    return [room_of(case, voting, present, rules) for case in rows]


def room_of(case, voting, present, rules):
    declared = {row.member_id: row.is_conflict for row in case.declarations.all()}
    others = {part.user_id for part in case.application.parts.all() if part.part != "member"}
    others.add(case.application.adviser_id)
    return Room(
        case_id=case.pk,
        voting=frozenset(voting),
        conflicted=frozenset(user for user in voting if declared.get(user) or user in others),
        undeclared=frozenset(user for user in voting if user not in declared),
        present=frozenset(present),
        quorum_number=rules["quorum_number"],
        quorum_share_pct=rules["quorum_share_pct"],
    )
