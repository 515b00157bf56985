"""One member's packet as it is printed: what is theirs to read, in agenda order, and how many cases are not.

Requests (motions) follow the same rule: those that the member declared no interest in, and a count of the others.

Everything goes through Case.readable_by() and Naming, as on the pages; a case that is not the member's leaves a count
and nothing else. `contents_key` says what a packet holds, so that one drawn before a declaration is not handed out
after it.
"""

import hashlib
import json
from dataclasses import dataclass

from selection.access import keeps
from selection.models import Case, Review
from selection.motions import own_motions, standings_of
from selection.naming import Naming

# Above it a packet is drawn in the background: so many are drawn while one waits.
DRAWN_AT_ONCE = 8


@dataclass(frozen=True)
class Printed:
    """What a packet of `member` holds. `unnamed`: ids of the cases that are read without names."""

    session: object
    member: object
    cases: list
    gone: int
    unnamed: frozenset
    own_scores: dict
    motions: list
    motions_gone: int

    @property
    def contents_key(self):
        """SHA-256 of what would be printed: another case, revision, amount or name makes another key."""
        body = [
            [self.session.ref, self.session.rules_hash, self.member.pk, self.member.name, self.gone],
            [[case.pk, case.revision, case.proposed_amount, case.pk in self.unnamed] for case in self.cases],
            [[one.motion.pk for one in self.motions], self.motions_gone],
        ]
        return hashlib.sha256(json.dumps(body).encode()).hexdigest()

    @property
    def is_empty(self):
        return not self.cases and not self.motions

    @property
    def is_large(self):
        return len(self.cases) > DRAWN_AT_ONCE


def printed_packet(session, user):
    """The Printed packet of whoever keeps the session or holds a seat in it."""
    on_agenda = session.cases.on_agenda()
    cases = list(
        Case.objects.readable_by(user)
        .filter(pk__in=on_agenda.values("pk"))
        .select_related("application__applicant", "application__business__manager")
        .order_by("position")
    )
    kept = keeps(session, user)
    naming = Naming(session, user, kept)
    for case in cases:
        case.session = session
    naming.dress(cases)
    motions = standings_of(session) if kept else [one for one, told, _vote in own_motions(session, user) if told]
    return Printed(
        session=session,
        member=user,
        cases=cases,
        gone=on_agenda.count() - len(cases),
        unnamed=frozenset(case.pk for case in cases if naming.hides(case)),
        own_scores=_own_scores(session, user),
        motions=motions,
        motions_gone=session.motions.on_agenda().count() - len(motions),
    )


def _own_scores(session, user):
    """{case id: {criterion code: value}} of the member's own cards that are in and count."""
    rows = Review.objects.standing(user).filter(case__session=session).prefetch_related("scores__criterion")
    return {row.case_id: {one.criterion.code: one.value for one in row.scores.all()} for row in rows}
