"""Motions: what apps above put before a committee, who may judge each, and what their votes come to. Reads only.

An app above registers its Matter in AppConfig.ready(), as it does its panels; nothing here knows what it is about.
"""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, replace

from django.db.models import Prefetch
from django.utils.translation import gettext as _

from applicants.models import Application
from selection.call_rules import rules_of
from selection.interests import standing_matches
from selection.models import Declaration, Motion, MotionVote, Seat
from selection.quorum import Room, absent_members, room_of, voting_members
from selection.tally import Ballot, counted, tally


@dataclass(frozen=True)
class Ask:
    """One question that waits for a committee; `facts` are plain values, amounts in minor units.

    `amount` is what the mandates of committees go by, in the application's currency.
    """

    subject_ref: str
    application: Application
    asked_by_id: int
    amount: int
    facts: dict
    why_not: str = ""


@dataclass(frozen=True)
class Matter:
    """What an app above asks committees to decide.

    waiting(session) -> [Ask]; count(session) -> how many these are, without working out their facts;
    taken(subject_ref, motion, on, by) and returned(subject_ref, on, by) when one goes on an agenda and is taken off;
    moved_on(subject_ref) -> why its decision cannot be undone any more, or "";
    title(facts) and rows(motion) -> [(label, text)] say in words what the members read, and
    told(facts) what the minutes do; schedule(facts) -> a table.
    """

    key: str
    waiting: Callable
    count: Callable
    taken: Callable
    returned: Callable
    moved_on: Callable
    title: Callable
    rows: Callable
    told: Callable
    schedule: Callable


_matters = {}


def register(matter):
    _matters[matter.key] = matter


def matter_of(key):
    return _matters[key]


def waiting_for(session):
    """[(Matter, Ask)] of everything that could go on the session's agenda now."""
    return [(matter, ask) for matter in _matters.values() for ask in matter.waiting(session)]


def waiting_count(session):
    """How many questions could go on the session's agenda now."""
    return sum(matter.count(session) for matter in _matters.values())


@dataclass(frozen=True)
class Standing:
    """A motion as it stands: who may judge it, the votes that count, and what they come to now.

    `missing`: how many votes the quorum lacks. Below the quorum the motion is put off.
    """

    motion: Motion
    room: Room
    votes: list
    outcome: str
    tally: dict

    @property
    def missing(self):
        return max(0, self.room.needed - len(self.votes))

    @property
    def waiting(self):
        """Ids of those who may vote and have not."""
        return self.room.here - {vote.member_id for vote in self.votes}

    @property
    def title(self):
        return matter_of(self.motion.matter).title(self.motion.facts)

    @property
    def status(self):
        """(shape, word) of the motion in its session."""
        shapes = {"approve": "done", "defer": "over", "reject": "no"}
        if self.motion.decided_on:
            return shapes[self.motion.outcome], self.motion.get_outcome_display()
        if self.votes:
            words = {"voted": len(self.votes), "able": len(self.room.here)}
            return "moving", _("%(voted)s of %(able)s voted") % words
        return "start", _("Not voted yet")

    @property
    def name(self):
        return str(self.motion.application.applicant)


def standings_of(session, motions=None):
    """The Standing of each motion on the agenda, by number, in a bounded number of queries."""
    rows = session.motions.all() if motions is None else motions
    rows = list(
        rows.on_agenda()
        .select_related("application__applicant", "application__business", "asked_by")
        .prefetch_related(
            "declarations__member",
            "application__parts",
            Prefetch("votes", MotionVote.objects.live(), to_attr="live_votes"),
        )
        .order_by("number")
    )
    if not rows:
        return []
    rules, voting, absent = rules_of(session), voting_members(session), absent_members(session)
    seats = session.committee.seats.held_on(session.sits_on).filter(role=Seat.Role.CHAIR)
    chairs = set(seats.values_list("user_id", flat=True))
    interested = _interested(session, rows)
    found = []
    for motion in rows:
        motion.session = session
        room = _room(motion, voting, absent, rules, interested)
        found.append(_standing(motion, room, rules, chairs))
    return found


def standing_of(motion):
    return standings_of(motion.session, Motion.objects.filter(pk=motion.pk))[0]


def _interested(session, motions):
    """{application pk: ids of members with an interest known before}: for good, or declared on the application."""
    applications = [motion.application for motion in motions]
    found = defaultdict(set)
    for pk, member in standing_matches(session, applications, session.sits_on):
        found[pk].add(member)
    conflicts = Declaration.objects.live().exclude(kind=Declaration.Kind.NONE)
    declared = conflicts.filter(case__application__in=applications).values_list("case__application", "member")
    for pk, member in declared:
        found[pk].add(member)
    return found


def _room(motion, voting, absent, rules, interested):
    """As the room of a case; who asked takes no part either, nor who has an interest in what it grew out of."""
    room = room_of(motion, voting, absent, rules)
    apart = (interested[motion.application_id] | {motion.asked_by_id}) & room.voting
    return replace(room, conflicted=room.conflicted | apart)


def _standing(motion, room, rules, chairs):
    votes = [vote for vote in motion.live_votes if vote.member_id in room.able]
    ballots = [Ballot(vote.choice, chair=vote.member_id in chairs) for vote in votes]
    result = tally(
        ballots,
        majority_pct=rules.get("majority_pct", 50),
        tie_rule=rules.get("tie_rule", "not_approved"),
        proposed_amount=motion.amount,
        approvals=motion.approvals,
    )
    enough = len(votes) >= room.needed
    told = {
        **counted(ballots),
        "rule": result.rule if enough else "quorum",
        "voted": len(votes),
        "needed": room.needed,
        "unconflicted": len(room.unconflicted),
        **({"approvals": motion.approvals} if motion.approvals else {}),
    }
    return Standing(motion, room, votes, result.outcome if enough else "defer", told)


def own_motions(session, user):
    """[(Standing, whether the voting member has declared, their vote or None)] of those free of an interest."""
    found = []
    for one in standings_of(session):
        if user.pk not in one.room.unconflicted:
            continue
        vote = next((vote for vote in one.votes if vote.member_id == user.pk), None)
        found.append((one, user.pk not in one.room.undeclared, vote))
    return found
