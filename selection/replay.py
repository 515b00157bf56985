"""A decision worked out a second time from nothing but the rows and the frozen rules, for `verify`.

On purpose nothing here is shared with ruling, tally, quorum and scoring: a mistake there, or a row that was changed
behind the committee's back, comes out as a difference between the two.
"""

from dataclasses import dataclass
from fractions import Fraction


@dataclass(frozen=True)
class Replay:
    """What a case comes to. `judges` are the ids of those who may judge it; `tally` has the keys of a Decision's."""

    judges: frozenset
    outcome: str
    amount: int | None
    months: int | None
    tally: dict


def replay(case, rules, seats, chairs):
    """The Replay of a case with its live votes, cards that are in, declarations and parts.

    `seats` are the ids of those who hold a voting seat on the session's day, `chairs` those of its chairs.
    """
    declared = {row.member_id: row.kind for row in case.declarations.all() if not row.superseded_on}
    elsewhere = {case.application.adviser_id}
    elsewhere |= {row.user_id for row in case.application.parts.all() if row.part != "member"}
    free = {user for user in seats if user not in elsewhere and declared.get(user, "none") == "none"}
    judges = frozenset(free & set(declared))
    votes = [vote for vote in case.live_votes if vote.member_id in judges]
    cards = [
        [(row.criterion.code, row.value) for row in card.scores.all()]
        for card in case.cards_in
        if card.member_id in judges and card.revision == case.revision
    ]
    band = _band(rules, case)
    approvals = band.get("approvals", 0) if band else 0
    outcome, amount, rule = _outcome(votes, chairs, rules, case.proposed_amount, approvals)
    percent, below = _points(rules, cards)
    if outcome == "approve" and below:
        outcome, amount, rule = "reject", None, "threshold"
    filled = [card for card in cards if _has_values(card)]
    apart = _apart(rules, filled)
    tally = {
        **{name: sum(vote.choice == name for vote in votes) for name in _CHOICES},
        "rule": rule,
        "voted": len(votes),
        "needed": max(rules["quorum_number"], -(-len(free) * rules["quorum_share_pct"] // 100)),
        "unconflicted": len(free),
        "cards": len(filled),
        "score": _one_decimal(percent),
        "below": below,
    }
    if case.assessors:
        limit = rules.get("third_assessor_pct", 0)
        third = bool(limit) and case.assessors > 1 and apart is not None and apart > limit
        tally["cards_due"] = min(case.assessors + third, len(judges) - (len(cards) - len(filled)))
    if approvals:
        tally["approvals"] = approvals
    if rules.get("third_assessor_pct"):
        tally["spread"] = _one_decimal(apart)
    months = _months(votes, case.proposed_months) if outcome == "approve" else None
    return Replay(judges, outcome, amount, months, tally)


_CHOICES = ("for", "conditions", "against", "defer", "abstain")


def _band(rules, case):
    found = None
    for band in sorted(rules.get("bands", ()), key=lambda row: row["from_amount"]):
        if band["window"] == case.application.window.key and band["from_amount"] <= case.proposed_amount:
            found = band
    return found


def _outcome(votes, chairs, rules, proposed, approvals):
    """(outcome, amount or None, rule) of the votes."""
    favour = [vote for vote in votes if vote.choice in ("for", "conditions")]
    against = sum(vote.choice == "against" for vote in votes)
    off = sum(vote.choice == "defer" for vote in votes)
    least = max(50, rules.get("majority_pct", 50))
    judged = len(favour) + against
    tied = against == len(favour) and against > 0
    if tied:
        casting = rules.get("tie_rule") == "chair" and least == 50
        carried = casting and any(vote.member_id in chairs for vote in favour)
    else:
        carried = Fraction(len(favour), judged) > Fraction(least, 100) if judged else False
    if carried and len(favour) > off:
        if len(favour) >= approvals:
            return "approve", _accepted(favour, judged, least, proposed), "tie" if tied else "majority"
        return "defer", None, "approvals"
    if not judged + off or (off and off >= against):
        return "defer", None, "majority"
    return "reject", None, "tie" if tied else "majority"


def _accepted(favour, judged, least, proposed):
    """The largest amount (minor units) that enough votes accept: whoever is for an amount is for each lower one."""
    amounts = [proposed if vote.amount is None else vote.amount for vote in favour]
    return max(
        amount
        for amount in amounts
        if sum(other >= amount for other in amounts) * 100 > least * judged or amount == min(amounts)
    )


def _months(votes, proposed):
    """The months with as many votes for fewer as for more, as near as that goes; None where nothing is repaid."""
    if proposed is None:
        return None
    named = [vote.months or proposed for vote in votes if vote.choice in ("for", "conditions")]
    return min(months for months in named if 2 * sum(other <= months for other in named) >= len(named))


def _has_values(card):
    return any(value is not None for _code, value in card)


def _apart(rules, filled):
    """Percentage points between the highest and the lowest card, or None with fewer than two."""
    shares = [_share(rules["criteria"], [card]) for card in filled]
    totals = [share for share in shares if share is not None]
    return (max(totals) - min(totals)) * 100 if len(totals) > 1 else None


def _points(rules, cards):
    """(percent of the points that could be had or None, names of what lies under its threshold)."""
    grid = rules.get("criteria", [])
    share = _share(grid, cards)
    percent = None if share is None else share * 100
    below = ["total"] if percent is not None and percent < rules.get("total_threshold_pct", 0) else []
    for section in dict.fromkeys(row["section"] for row in grid):
        rows = [row for row in grid if row["section"] == section]
        part = _share(rows, cards)
        if part is not None and part * sum(row["top"] * row["weight"] for row in rows) < max(
            row["section_threshold"] for row in rows
        ):
            below.append(section)
    return percent, below


def _share(rows, cards):
    """Points won of the points that could be had, over the criteria that somebody gave a value; None without one."""
    won, could = Fraction(0), 0
    for row in rows:
        values = [value for card in cards for code, value in card if code == row["code"] and value is not None]
        if values:
            won += row["weight"] * Fraction(sum(values), len(values))
            could += row["weight"] * row["top"]
    return won / could if could else None


def _one_decimal(number):
    """ "82.7", half up; "" for None."""
    if number is None:
        return ""
    whole, tenth = divmod((number.numerator * 20 + number.denominator) // (2 * number.denominator), 10)
    return f"{whole}.{tenth}"
