"""A member's own way through a session: what is declared, scored and voted, and where to go on."""

from dataclasses import dataclass, field

from django.db.models import Q
from django.utils.translation import gettext as _

from applicants.models import Part, Party
from selection.models import Case, Decision, Declaration, Review, Session, Vote
from selection.naming import Naming
from selection.quorum import absent_members, rooms_of

# How many cases before and behind the open one stand in the rail of a long packet.
NEAR = 20


@dataclass
class PacketRow:
    """One case as its member meets it. `declared` is the kind of the declaration, "" before there is one.

    `scored`: the card is in and counts. `kept`: it is begun. `stale`: it was on an earlier revision. `skipped`: the
    member went on to later cases. `decision` is told to those who voted, and to all once the sitting is closed.
    Without a `grid` there is nothing to score.
    """

    case: Case
    readable: bool
    declared: str
    other_part: bool
    scored: bool = False
    kept: bool = False
    stale: bool = False
    skipped: bool = False
    voted: bool = False
    decided: bool = False
    decision: Decision | None = None
    grid: bool = True

    @property
    def status(self):
        """(mark, words) of the case in the rail."""
        if self.decision is not None:
            return "yes", self.decision.get_outcome_display()
        if self.decided:
            return "yes", _("Decided")
        if self.stale:
            return "late", _("Changed since: score it again")
        if self.voted:
            return "yes", _("Voted")
        if self.scored:
            return "yes", _("Saved")
        if self.kept:
            return "wait", _("Begun")
        if not self.grid:
            return "", _("To vote on at the sitting")
        return "", _("Skipped") if self.skipped else _("To do")

    @property
    def why_gone(self):
        """Why the case is not in the packet; its name is not told."""
        if self.declared and self.declared != Declaration.Kind.NONE:
            return _("You declared an interest")
        return _("You have another part in it") if self.other_part else _("Not declared yet")


@dataclass
class Packet:
    """The whole packet in agenda order. `last` is the position of the card that was touched last, 0 before any.

    `near` are the rows whose cases are read whole: those that the page shows.
    """

    rows: list
    naming: Naming
    last: int = 0
    near: list = field(default_factory=list)

    @property
    def is_cut(self):
        return len(self.near) < len(self.rows)

    @property
    def own(self):
        return [row for row in self.rows if row.readable]

    @property
    def undeclared(self):
        return sum(not row.declared and not row.other_part for row in self.rows)

    @property
    def gone(self):
        return [row for row in self.rows if not row.readable and (row.declared or row.other_part)]

    def left_to_score(self):
        return [row for row in self.own if not row.scored and not row.decided]

    def left_to_vote(self):
        return [row for row in self.own if not row.voted and not row.decided]

    def left_to_consent(self):
        """Cases that wait for the member's one vote over the consent agenda."""
        return [row for row in self.left_to_vote() if row.case.votes_by_consent]

    @property
    def scored(self):
        return len([row for row in self.own if row.scored])

    @property
    def total(self):
        return len(self.own)

    def where_stopped(self):
        """The case at which the member goes on: the card begun last, else the next that waits behind it."""
        waiting = self.left_to_score()
        begun = next((row for row in waiting if row.case.position == self.last and row.kept), None)
        return begun or self.after(self.last)

    def after(self, position):
        """The next case that waits for this member's scores behind `position`, else the first one that does."""
        waiting = self.left_to_score()
        return next((row for row in waiting if row.case.position > position), waiting[0] if waiting else None)

    def beside(self, position):
        """(the readable case before, the one after) for the steps at the head of a case."""
        before = [row for row in self.own if row.case.position < position]
        after = [row for row in self.own if row.case.position > position]
        return (before[-1] if before else None, after[0] if after else None)


def packet_of(session, user, around=None):
    """The Packet of a member who holds a seat, in a bounded number of queries: gaps for what is not theirs to read.

    With `around` (a position) only the cases near it are read whole, for a page that shows no more than these.
    """
    cases, near = _cases(session, around)
    mine = _Mine(session, user)
    told = session.state == Session.State.CLOSED
    rows = []
    for case in cases:
        review = mine.reviews.get(case.pk)
        in_now = review is not None and review.submitted_on is not None
        rows.append(
            PacketRow(
                case=case,
                readable=case.pk in mine.readable,
                declared=mine.declared.get(case.pk, ""),
                other_part=case.application_id in mine.parts,
                scored=in_now and review.revision == case.revision,
                kept=review is not None and not in_now,
                stale=in_now and review.revision != case.revision,
                voted=case.pk in mine.votes,
                decided=case.pk in mine.decisions,
                decision=mine.decisions.get(case.pk) if told or case.pk in mine.votes else None,
                grid=bool(session.rules.get("criteria")),
            )
        )
    last = _touched_last(rows, mine.reviews)
    for row in rows:
        row.skipped = row.case.position < last and not (row.scored or row.kept or row.stale)
    naming = Naming(session, user)
    naming.dress([row.case for row in rows if row.readable and row.case.pk in near])
    return Packet(rows, naming, last, [row for row in rows if row.case.pk in near])


class _Mine:
    """What one member did in a session, by case."""

    def __init__(self, session, user):
        own = {"case__session": session, "member": user}
        self.readable = set(Case.objects.readable_by(user).filter(session=session).values_list("pk", flat=True))
        self.declared = dict(Declaration.objects.live().filter(**own).values_list("case_id", "kind"))
        reviews = Review.objects.filter(**own).values_list("case_id", "pk", "submitted_on", "revision", named=True)
        self.reviews = {row.case_id: row for row in reviews}
        self.votes = set(Vote.objects.live().filter(**own).values_list("case_id", flat=True))
        self.decisions = {row.case_id: row for row in Decision.objects.live().filter(case__session=session)}
        parts = Part.objects.filter(user=user).exclude(part=Part.Name.MEMBER)
        others = session.cases.filter(Q(application__adviser=user) | Q(application__in=parts.values("application")))
        self.parts = set(others.values_list("application_id", flat=True))


def _cases(session, around):
    """(cases in agenda order, pks of those that are read whole)."""
    whole = session.cases.on_agenda().select_related("application__applicant", "application__business__manager")
    if around is None:
        cases = list(whole)
        near = {case.pk for case in cases}
    else:
        found = {case.pk: case for case in whole.filter(position__range=(around - NEAR, around + NEAR))}
        bare = session.cases.on_agenda().exclude(pk__in=found)
        bare = bare.only("pk", "position", "revision", "application_id", "session_id", "on_consent", "lifted_on")
        cases, near = sorted([*found.values(), *bare], key=lambda case: case.position), set(found)
    for case in cases:
        case.session = session
    return cases, near


def _touched_last(rows, reviews):
    """The position of the case whose card was begun last, 0 before any."""
    positions = {row.case.pk: row.case.position for row in rows}
    touched = max((pk for pk in reviews if pk in positions), key=lambda pk: reviews[pk].pk, default=None)
    return positions.get(touched, 0)


@dataclass(frozen=True)
class MemberLive:
    """The sitting as a member sees it now: who is here, and whether the own open cases have their quorum."""

    here: int
    seats: int
    absent: list
    open: int
    decided: int
    lacking: list


def member_live(session, packet):
    """The MemberLive of a packet: counts of the own cases alone, in a bounded number of queries."""
    seats = session.committee.seats.held_on(session.sits_on).voting().select_related("user")
    people = {seat.user_id: str(seat.user) for seat in seats}
    absent = sorted(people[pk] for pk in absent_members(session) if pk in people)
    waiting = {row.case.pk: row.case.position for row in packet.own if not row.decided}
    rooms = rooms_of(session, session.cases.filter(pk__in=waiting)) if waiting else []
    return MemberLive(
        here=len(people) - len(absent),
        seats=len(people),
        absent=absent,
        open=len(waiting),
        decided=sum(row.decided for row in packet.own),
        lacking=sorted(waiting[room.case_id] for room in rooms if not room.could_decide),
    )


def parties_named_to(user):
    """Parties whose names the member has read on a declaration page: applicants and businesses of their agendas."""
    cases = Case.objects.on_agenda().filter(session__in=Session.objects.seated(user))
    named = Q(pk__in=cases.values("application__applicant")) | Q(pk__in=cases.values("application__business"))
    return Party.objects.filter(named).order_by("name", "pk")
