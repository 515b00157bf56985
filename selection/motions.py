"""Motions: what apps above put before a committee, who may judge each, and what their votes come to. Reads only.

An app above registers its Matter in AppConfig.ready(), as it does its panels; nothing here knows what it is about.
"""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, replace

from django.db.models import Prefetch, QuerySet
from django.utils.translation import gettext as _

from applicants.models import Application
from selection.call_rules import rules_of
from selection.interests import standing_matches
from selection.models import Declaration, Motion, MotionVote, Seat
from selection.quorum import Room, absent_members, parts_around, room_of, voting_members
from selection.tally import Ballot, counted, tally


@dataclass(frozen=True)
class Ask:
    """One question that waits for a committee; `facts` are plain values, amounts in minor units.

    `name` says what it is about where the reader may know; `applications` are the dossiers that it grew out of.
    `amounts` (currency -> minor units) are what the mandates of committees go by.
    """

    subject_ref: str
    name: str
    applications: QuerySet
    asked_by_id: int
    amounts: dict
    facts: dict
    why_not: str = ""


@dataclass(frozen=True)
class Table:
    """Figures beside a question: the first column names the row, the others are amounts, counts or days."""

    title: str
    head: list
    rows: list


@dataclass(frozen=True)
class Matter:
    """What an app above asks committees to decide.

    waiting(session) -> [Ask]; count(session) -> how many these are, without working out their facts;
    taken(subject_ref, motion, on, by) and returned(subject_ref, on, by) when one goes on an agenda and is taken off;
    moved_on(subject_ref) -> why its decision cannot be undone any more, or "";
    apart(subject_refs) -> [(subject_ref, id)] of those who had a hand in it above and take no part;
    about(facts) -> the name of a question about many dossiers, "" where it is its applicant's;
    title(facts) and rows(motion) -> [(label, text)] say in words what the members read, and
    told(facts) what the minutes do; table(facts) -> a Table or None.
    """

    key: str
    waiting: Callable
    count: Callable
    taken: Callable
    returned: Callable
    moved_on: Callable
    apart: Callable
    about: Callable
    title: Callable
    rows: Callable
    told: Callable
    table: Callable


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

    `application` is set where it is about one, whose applicant it is named by. `missing`: how many votes the quorum
    lacks. Below the quorum the motion is put off.
    """

    motion: Motion
    application: Application | None
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
        return str(self.application.applicant) if self.application else about(self.motion)


def about(motion):
    return matter_of(motion.matter).about(motion.facts)


def standings_of(session, motions=None):
    """The Standing of each motion on the agenda, by number, in a bounded number of queries."""
    rows = session.motions.all() if motions is None else motions
    rows = list(
        rows.on_agenda()
        .select_related("asked_by")
        .prefetch_related(
            "declarations__member",
            Prefetch("votes", MotionVote.objects.live(), to_attr="live_votes"),
        )
        .order_by("number")
    )
    if not rows:
        return []
    rules, voting, absent = rules_of(session), voting_members(session), absent_members(session)
    seats = session.committee.seats.held_on(session.sits_on).filter(role=Seat.Role.CHAIR)
    chairs = set(seats.values_list("user_id", flat=True))
    others, interested, applications = parts_around(rows, voting), _interested(session, rows), _named(rows)
    found = []
    for motion in rows:
        motion.session = session
        room = room_of(motion, voting, absent, rules, others[motion.pk])
        apart = (interested[motion.pk] | {motion.asked_by_id}) & room.voting
        room = replace(room, conflicted=room.conflicted | apart)
        found.append(_standing(motion, applications.get(motion.pk), room, rules, chairs))
    return found


def standing_of(motion):
    return standings_of(motion.session, Motion.objects.filter(pk=motion.pk))[0]


def _named(motions):
    """{motion pk: its application} of those that are named by the applicant of the one dossier they are about."""
    single = [motion for motion in motions if not about(motion)]
    pairs = Motion.applications.through.objects.filter(motion__in=single)
    return {pair.motion_id: pair.application for pair in pairs.select_related("application__applicant")}


def _interested(session, motions):
    """{motion pk: ids of members with an interest known before} in one of its dossiers or in how it came to be.

    For good, declared on a case of the application, or a hand in what is asked about.
    """
    found = defaultdict(set)
    applications = Application.objects.filter(motions__in=motions)
    matches = defaultdict(set)
    for pk, member in standing_matches(session, applications, session.sits_on):
        matches[pk].add(member)
    pairs = Motion.applications.through.objects.filter(motion__in=motions, application__in=matches)
    for motion, application in pairs.values_list("motion", "application"):
        found[motion] |= matches[application]
    conflicts = Declaration.objects.live().exclude(kind=Declaration.Kind.NONE)
    declared = conflicts.filter(case__application__motions__in=motions)
    for motion, member in declared.values_list("case__application__motions", "member").distinct():
        found[motion].add(member)
    for key in {motion.matter for motion in motions}:
        of_ref = {motion.subject_ref: motion.pk for motion in motions if motion.matter == key}
        for ref, user in matter_of(key).apart(list(of_ref)):
            found[of_ref[ref]].add(user)
    return found


def _standing(motion, application, room, rules, chairs):
    votes = [vote for vote in motion.live_votes if vote.member_id in room.able]
    ballots = [Ballot(vote.choice, chair=vote.member_id in chairs) for vote in votes]
    result = tally(
        ballots,
        majority_pct=rules.get("majority_pct", 50),
        tie_rule=rules.get("tie_rule", "not_approved"),
        proposed_amount=0,
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
    return Standing(motion, application, room, votes, result.outcome if enough else "defer", told)


def own_motions(session, user):
    """[(Standing, whether the voting member has declared, their vote or None)] of those free of an interest."""
    found = []
    for one in standings_of(session):
        if user.pk not in one.room.unconflicted:
            continue
        vote = next((vote for vote in one.votes if vote.member_id == user.pk), None)
        found.append((one, user.pk not in one.room.undeclared, vote))
    return found
