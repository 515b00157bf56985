"""What the votes and scores of a case come to by the frozen rules: one reading for page, decision and `verify`."""

from dataclasses import dataclass, field

from django.db.models import Prefetch
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from selection.call_rules import rules_of
from selection.models import Case, Decision, Review, Score, Seat, Vote
from selection.quorum import Room, absent_members, room_of, voting_members
from selection.scoring import score
from selection.tally import CONDITIONS, Ballot, tally

REASONS = {Decision.Outcome.REJECT: Vote.Choice.AGAINST, Decision.Outcome.DEFER: Vote.Choice.DEFER}


@dataclass
class Ruling:
    """One case as it stands. `missing` says in a sentence why it cannot be decided yet, or is empty.

    `outcome` and `amount` (minor units) are what the votes so far would decide; `tally` is what a Decision keeps.
    """

    case: Case
    room: Room
    votes: list
    score: object
    outcome: str
    amount: int | None
    rule: str
    conditions: str
    reason: str
    below: list = field(default_factory=list)
    missing: str = ""
    tally: dict = field(default_factory=dict)

    def rank(self):
        """Sorts the best score first, then the agenda."""
        return (-(self.score.percent if self.score.percent is not None else -1), self.case.position)

    @property
    def voted(self):
        return len(self.votes)


def cases_with_judgements(session, cases):
    """The cases of the queryset with all that a ruling reads, in a bounded number of queries."""
    return (
        cases.select_related("application__applicant", "application__window__line")
        .prefetch_related(
            "declarations",
            "application__parts",
            Prefetch("votes", Vote.objects.live().select_related("member"), to_attr="live_votes"),
            Prefetch(
                "reviews",
                Review.objects.filter(submitted_on__isnull=False).prefetch_related(
                    Prefetch("scores", Score.objects.select_related("criterion"))
                ),
                to_attr="cards_in",
            ),
        )
        .order_by("position")
    )


def rulings_of(session, cases):
    """The Ruling of each case of the queryset, in agenda order."""
    rules, voting, absent = rules_of(session), voting_members(session), absent_members(session)
    chairs = set(
        session.committee.seats.held_on(session.sits_on).filter(role=Seat.Role.CHAIR).values_list("user_id", flat=True)
    )
    found = []
    for case in cases_with_judgements(session, cases):
        room = room_of(case, voting, absent, rules)
        found.append(rule_on(case, room, rules, chairs))
    return found


def rule_on(case, room, rules, chairs):
    """The Ruling of one case. Only votes and cards of members who may judge it count."""
    votes = [vote for vote in case.live_votes if vote.member_id in room.able]
    cards = {
        review.member_id: {row.criterion.code: row.value for row in review.scores.all()}
        for review in case.cards_in
        if review.member_id in room.able
    }
    points = score(rules.get("criteria", []), list(cards.values()))
    ballots = [Ballot(vote.choice, vote.amount, vote.member_id in chairs) for vote in votes]
    result = tally(
        ballots,
        majority_pct=rules.get("majority_pct", 50),
        tie_rule=rules.get("tie_rule", "not_approved"),
        proposed_amount=case.proposed_amount,
    )
    ruling = Ruling(
        case=case,
        room=room,
        votes=votes,
        score=points,
        outcome=result.outcome,
        amount=result.amount,
        rule=result.rule,
        conditions=_lines(vote.reason for vote in votes if vote.choice == CONDITIONS),
        reason=_reason(result.outcome, votes),
        below=points.below(rules.get("total_threshold_pct", 0)),
    )
    if ruling.outcome == Decision.Outcome.APPROVE and ruling.below:
        ruling.outcome, ruling.amount, ruling.rule = Decision.Outcome.REJECT, None, "threshold"
        names = [str(_("total score")) if name == "total" else name for name in ruling.below]
        ruling.reason = str(_("Under the least score: %(names)s.") % {"names": ", ".join(names)})
    ruling.missing = _missing(case, room, votes, cards)
    ruling.tally = {
        **result.counts,
        "rule": ruling.rule,
        "voted": len(votes),
        "needed": room.needed,
        "unconflicted": len(room.unconflicted),
        "cards": points.cards,
        "score": points.shown,
        "below": ruling.below,
    }
    return ruling


def _reason(outcome, votes):
    if outcome in REASONS:
        return _lines(vote.reason for vote in votes if vote.choice == REASONS[outcome])
    return _lines(vote.reason for vote in votes if vote.amount is not None)


def _lines(texts):
    return "\n".join(dict.fromkeys(text for text in texts if text))


def _missing(case, room, votes, cards):
    """The sentence that names what is missing before the case can be decided, or ""."""
    if len(votes) < room.needed:
        return ngettext(
            "%(have)s vote of %(need)s needed is in.", "%(have)s votes of %(need)s needed are in.", len(votes)
        ) % {"have": len(votes), "need": room.needed}
    scored = {member for member, card in cards.items() if any(value is not None for value in card.values())}
    abstained = set(cards) - scored
    due = min(case.assessors, len(room.able - abstained))
    if len(scored) < due:
        return ngettext(
            "%(have)s score card of %(need)s needed is in.",
            "%(have)s score cards of %(need)s needed are in.",
            len(scored),
        ) % {"have": len(scored), "need": due}
    return ""
