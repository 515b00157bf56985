"""What the session page shows: each case as it stands, the members' progress, the ranking against the money."""

from dataclasses import dataclass, field

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from ledger.money import Money
from programmes.services import available_on
from programmes.shares import parts_of
from selection.models import Case, Decision, Declaration, Review, Seat
from selection.quorum import Room
from selection.ruling import Ruling, rulings_of


@dataclass
class Row:
    """One case on the page. `left` is what its line still has if all up to here are approved (minor units)."""

    case: Case
    ruling: Ruling
    readable: bool
    decision: Decision | None = None
    interests: list = field(default_factory=list)
    rank: int = 0
    left: int | None = None
    cut: str = ""

    @property
    def room(self) -> Room:
        return self.ruling.room

    @property
    def short(self):
        return -self.left if self.left is not None and self.left < 0 else None

    @property
    def status(self):
        """(shape, word) of the case in its session."""
        if self.case.application.state == "withdrawn":
            return "over", _("Withdrawn")
        if self.decision is not None:
            shapes = {"approve": "done", "reserve": "wait", "defer": "over", "reject": "no"}
            return shapes[self.decision.outcome], self.decision.get_outcome_display()
        if self.ruling.voted:
            words = _("%(voted)s of %(able)s voted") % {"voted": self.ruling.voted, "able": len(self.room.here)}
            return "moving", words
        return "start", _("Not yet")


@dataclass
class LineNow:
    """A funding line in the sitting: what it has left now, and what the open cases ask for (minor units)."""

    line: object
    available: int
    asked: int
    cases: int

    @property
    def short(self):
        return max(0, self.asked - self.available)

    @property
    def left(self):
        return max(0, self.available - self.asked)


@dataclass
class Progress:
    """How far one seat is: cases declared, scored, voted, of those that are theirs."""

    seat: Seat
    declared: int
    cases: int
    conflicts: int
    scored: int
    voted: int
    present: bool | None

    @property
    def own(self):
        return self.cases - self.conflicts


class Board:
    """Everything about one session for one reader, in a bounded number of queries."""

    def __init__(self, session, user):
        self.session = session
        self.user = user
        self.rows = self._rows()

    def _rows(self):
        session = self.session
        cases = session.cases.all()
        readable = set(Case.objects.readable_by(self.user).filter(session=session).values_list("pk", flat=True))
        decisions = {row.case_id: row for row in Decision.objects.live().filter(case__session=session)}
        interests = {}
        conflicts = Declaration.objects.live().exclude(kind=Declaration.Kind.NONE).select_related("member")
        for row in conflicts.filter(case__session=session):
            interests.setdefault(row.case_id, []).append(row)
        rows = [
            Row(
                case=ruling.case,
                ruling=ruling,
                readable=ruling.case.pk in readable,
                decision=decisions.get(ruling.case.pk),
                interests=interests.get(ruling.case.pk, []),
            )
            for ruling in rulings_of(session, cases)
        ]
        for row in rows:
            row.case.session = session
        return rows

    @property
    def agenda(self):
        return [row for row in self.rows if not row.case.removed_on and row.case.application.state != "withdrawn"]

    @property
    def open_rows(self):
        return [row for row in self.agenda if row.decision is None]

    @property
    def decided(self):
        return [row for row in self.agenda if row.decision is not None]

    @property
    def decided_words(self):
        """ "2 approved, 1 rejected" """
        counts = {}
        for row in self.decided:
            counts[row.decision.get_outcome_display()] = counts.get(row.decision.get_outcome_display(), 0) + 1
        return ", ".join(f"{count} {word.lower()}" for word, count in counts.items()) or _("none yet")

    @property
    def next_row(self):
        """The open case that the sitting is at: the first by rank."""
        return min(self.open_rows, key=lambda row: row.ruling.rank(), default=None)

    def lines(self):
        """The LineNow of each funding line that a case on the agenda would use, with its share of what is asked."""
        found = {}
        for row in self.agenda:
            for line, part in _asked(row).items():
                now = found.setdefault(line.pk, LineNow(line, 0, 0, 0))
                if row.decision is None:
                    now.asked += part
                    now.cases += 1
        for now in found.values():
            now.available = available_on(now.line)
        return list(found.values())

    def ranking(self):
        """The agenda by rank, each open case with what its shortest line has left after it, and where money ends."""
        left = {now.line.pk: now.available for now in self.lines()}
        rows = sorted(self.agenda, key=lambda row: row.ruling.rank())
        ended = set()
        for rank, row in enumerate(rows, 1):
            row.rank = rank
            if row.decision is not None:
                continue
            for line, part in _asked(row).items():
                before = left[line.pk]
                left[line.pk] -= part
                row.left = left[line.pk] if row.left is None else min(row.left, left[line.pk])
                if left[line.pk] < 0 and line.pk not in ended:
                    ended.add(line.pk)
                    row.cut = row.cut or _(
                        "The money of %(line)s ends here: %(left)s is left, not enough for this case."
                    ) % {
                        "line": line.name,
                        "left": Money(max(0, before), line.currency),
                    }
        return rows

    def progress(self):
        """The Progress of each seat that declares, in the order of the seats."""
        session = self.session
        declared, conflicts = {}, {}
        for row in Declaration.objects.live().filter(case__session=session, case__removed_on=None):
            declared[row.member_id] = declared.get(row.member_id, 0) + 1
        for row in self.agenda:
            for member in row.room.conflicted:
                conflicts[member] = conflicts.get(member, 0) + 1
        scored = {}
        for member in Review.objects.filter(case__session=session, submitted_on__isnull=False).values_list(
            "member_id", flat=True
        ):
            scored[member] = scored.get(member, 0) + 1
        voted = {}
        for row in self.agenda:
            for vote in row.ruling.votes:
                voted[vote.member_id] = voted.get(vote.member_id, 0) + 1
        attendance = {row.member_id: row.present for row in session.attendance.all()}
        seats = session.committee.seats.held_on(session.sits_on).exclude(role=Seat.Role.SECRETARY)
        return [
            Progress(
                seat=seat,
                declared=declared.get(seat.user_id, 0),
                cases=len(self.agenda),
                conflicts=conflicts.get(seat.user_id, 0),
                scored=scored.get(seat.user_id, 0),
                voted=voted.get(seat.user_id, 0),
                present=attendance.get(seat.user_id),
            )
            for seat in seats.select_related("user")
        ]


def _asked(row):
    """{FundingLine: minor units} of what the case asks for."""
    return parts_of(row.case.application.window, row.case.proposed_amount)


def quorum_words(row):
    """ "4 of 5 are here, 3 needed" """
    room = row.room
    return _("%(here)s of %(all)s are here, %(needed)s needed") % {
        "here": len(room.here),
        "all": len(room.unconflicted),
        "needed": room.needed,
    }


def shortage_sentence(now):
    """ "If you approve all 12, the line is short by 8,400.00." """
    return ngettext(
        "If you approve it, the line %(line)s is short by %(short)s.",
        "If you approve all %(count)s, the line %(line)s is short by %(short)s.",
        now.cases,
    ) % {"count": now.cases, "line": now.line.name, "short": Money(now.short, now.line.currency)}
