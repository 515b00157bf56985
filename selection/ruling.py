"""What the votes and scores of a case come to by the frozen rules: one reading for page, decision and `verify`."""

from dataclasses import dataclass, field
from functools import cached_property

from django.db.models import Prefetch
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from selection.call_rules import band_of, rules_of
from selection.models import Case, Decision, Review, Score, Seat, Vote
from selection.quorum import Room, absent_members, room_of, voting_members
from selection.scoring import one_decimal, score, spread
from selection.tally import CONDITIONS, Ballot, tally

REASONS = {Decision.Outcome.REJECT: Vote.Choice.AGAINST, Decision.Outcome.DEFER: Vote.Choice.DEFER}


@dataclass
class Ruling:
    """One case as it stands. `missing` says in a sentence why it cannot be decided yet, or is empty.

    `outcome`, `amount` (minor units) and `months` are what the votes so far would decide; `tally` is what a Decision
    keeps.
    `cards` (member -> criterion -> value) are those that count; `stale` the members whose card is on another revision.
    `cards_due` is how many cards with values the case needs.
    """

    case: Case
    room: Room
    votes: list
    score: object
    outcome: str
    amount: int | None
    months: int | None
    rule: str
    conditions: str
    reason: str
    below: list = field(default_factory=list)
    missing: str = ""
    tally: dict = field(default_factory=dict)
    grid: list = field(default_factory=list)
    cards: dict = field(default_factory=dict)
    stale: frozenset = frozenset()
    cards_due: int = 0

    def rank(self):
        """Sorts the best score first, then the agenda."""
        return (-(self.score.percent if self.score.percent is not None else -1), self.case.position)

    @property
    def voted(self):
        return len(self.votes)

    @cached_property
    def spread(self):
        """Percentage points between the totals of the cards that count, or None."""
        return spread(self.grid, list(self.cards.values()))

    @property
    def scored(self):
        """Ids of the members who gave a value; a card without one is an abstention."""
        return {member for member, card in self.cards.items() if any(value is not None for value in card.values())}

    @property
    def third_due(self):
        """True while the totals lie so far apart that one more member must score the case."""
        return self.case.assessors <= len(self.scored) < self.cards_due

    @property
    def can_score(self):
        """How many members can give values at most: the able ones who have not abstained."""
        return len(self.room.able - (set(self.cards) - self.scored))

    @property
    def spread_shown(self):
        return "" if self.spread is None else one_decimal(self.spread)


def cases_with_judgements(session, cases):
    """The cases of the queryset with all that a ruling reads, in a bounded number of queries."""
    return (
        cases.select_related("application__applicant", "application__window__line")
        .prefetch_related(
            "declarations",
            "application__parts",
            "application__window__shares__line",
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
    cards, stale = _cards(case, room)
    grid = rules.get("criteria", [])
    points = score(grid, list(cards.values()))
    band = band_of(rules, case.application.window.key, case.proposed_amount) or {}
    approvals = band.get("approvals", 0)
    result = tally(
        [Ballot(vote.choice, vote.amount, vote.member_id in chairs, vote.months) for vote in votes],
        majority_pct=rules.get("majority_pct", 50),
        tie_rule=rules.get("tie_rule", "not_approved"),
        proposed_amount=case.proposed_amount,
        approvals=approvals,
        proposed_months=case.proposed_months,
    )
    ruling = Ruling(
        case=case,
        room=room,
        votes=votes,
        score=points,
        outcome=result.outcome,
        amount=result.amount,
        months=result.months,
        rule=result.rule,
        conditions=_lines(vote.reason for vote in votes if vote.choice == CONDITIONS),
        reason=_reason(result.outcome, votes),
        below=points.below(rules.get("total_threshold_pct", 0)),
        grid=grid,
        cards=cards,
        stale=stale,
    )
    if ruling.rule == "approvals":
        ruling.reason = _too_few(approvals, result.counts)
    if ruling.outcome == Decision.Outcome.APPROVE and ruling.below:
        ruling.outcome, ruling.amount, ruling.months, ruling.rule = Decision.Outcome.REJECT, None, None, "threshold"
        names = [str(_("total score")) if name == "total" else name for name in ruling.below]
        ruling.reason = str(_("Under the least score: %(names)s.") % {"names": ", ".join(names)})
    ruling.cards_due = _cards_due(ruling, rules)
    ruling.missing = _missing(ruling)
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
    if case.assessors:
        ruling.tally["cards_due"] = ruling.cards_due
    if approvals:
        ruling.tally["approvals"] = approvals
    if rules.get("third_assessor_pct"):
        ruling.tally["spread"] = ruling.spread_shown
    return ruling


def _cards(case, room):
    """({member: {criterion: value}} of the cards that count, ids of members whose card is on another revision)."""
    cards, stale = {}, set()
    for review in case.cards_in:
        if review.member_id not in room.able:
            continue
        if review.revision != case.revision:
            stale.add(review.member_id)
            continue
        cards[review.member_id] = {row.criterion.code: row.value for row in review.scores.all()}
    return cards, frozenset(stale)


def _cards_due(ruling, rules):
    """How many cards with values the case needs: its assessors, and one more where their totals lie far apart."""
    limit, assessors = rules.get("third_assessor_pct", 0), ruling.case.assessors
    far_apart = limit and assessors > 1 and ruling.spread is not None and ruling.spread > limit
    return min(assessors + bool(far_apart), ruling.can_score)


def _too_few(approvals, counts):
    return str(
        _("An approval of this amount needs %(need)s votes for; it has %(have)s.")
        % {"need": approvals, "have": counts["for"] + counts[CONDITIONS]}
    )


def _reason(outcome, votes):
    if outcome in REASONS:
        return _lines(vote.reason for vote in votes if vote.choice == REASONS[outcome])
    return _lines(vote.reason for vote in votes if vote.amount is not None or vote.months is not None)


def _lines(texts):
    return "\n".join(dict.fromkeys(text for text in texts if text))


def _missing(ruling):
    """The sentence that names what is missing before the case can be decided, or ""."""
    room, have = ruling.room, ruling.voted
    if have < room.needed:
        return ngettext(
            "%(have)s vote of %(need)s needed is in.", "%(have)s votes of %(need)s needed are in.", have
        ) % {"have": have, "need": room.needed}
    scored = len(ruling.scored)
    if ruling.third_due:
        return _("The totals differ by %(spread)s points of 100: one more member scores it.") % {
            "spread": ruling.spread_shown
        }
    if scored < ruling.cards_due:
        return ngettext(
            "%(have)s score card of %(need)s needed is in.", "%(have)s score cards of %(need)s needed are in.", scored
        ) % {"have": scored, "need": ruling.cards_due}
    return ""
