"""From votes to an outcome: pure functions of the ballots and the rules that the session froze.

- Abstentions count for the quorum, and for nothing else.
- Approved: more than `majority_pct` percent of the votes for and against are for (never less than half), and more are
  for than want to put the case off. As many for as against is a tie: the chair's vote decides it where the rule says
  so and half is enough; otherwise a tie does not approve.
- Not approved, and at least as many want to put it off as are against, or nobody voted but by abstaining: deferred.
- An approval that has fewer votes for than `approvals` asks is put off: nobody was against it by the rule, and it may
  come back before a fuller committee.
- The amount is the largest that a majority accepts; whoever votes for an amount accepts every lower one.
- The months to repay are the middle of those that the votes for it name, the shorter of two middles: a member who
  wants more months does not thereby accept fewer, or the other way round.
"""

from dataclasses import dataclass

FOR, CONDITIONS, AGAINST, DEFER, ABSTAIN = "for", "conditions", "against", "defer", "abstain"
CHOICES = (FOR, CONDITIONS, AGAINST, DEFER, ABSTAIN)


@dataclass(frozen=True)
class Ballot:
    """One live vote. `amount` in minor units and `months`: None is what is before the committee."""

    choice: str
    amount: int | None = None
    chair: bool = False
    months: int | None = None


@dataclass(frozen=True)
class Tally:
    """`outcome` is approve, defer or reject; `rule` is majority, tie or approvals.

    `amount` is set for approve, and so are the `months` of a loan.
    """

    outcome: str
    amount: int | None
    counts: dict
    rule: str
    months: int | None = None


def counted(ballots):
    """Votes by choice, every choice named."""
    return {choice: sum(ballot.choice == choice for ballot in ballots) for choice in CHOICES}


def tally(ballots, *, majority_pct, tie_rule, proposed_amount, approvals=0, proposed_months=None):
    """The Tally of `ballots`. Whether they make a quorum is asked before, by quorum.Room."""
    counts = counted(ballots)
    in_favour = [ballot for ballot in ballots if ballot.choice in (FOR, CONDITIONS)]
    against, put_off = counts[AGAINST], counts[DEFER]
    share = max(50, majority_pct)
    judged = len(in_favour) + against
    tie = bool(in_favour) and len(in_favour) == against
    rule = "majority"
    approved = len(in_favour) * 100 > share * judged
    if tie:
        rule = "tie"
        approved = tie_rule == "chair" and share == 50 and any(ballot.chair for ballot in in_favour)
    if approved and len(in_favour) > put_off:
        if len(in_favour) < approvals:
            return Tally("defer", None, counts, "approvals")
        amount = accepted_amount(in_favour, judged, share, proposed_amount)
        return Tally("approve", amount, counts, rule, middle_months(in_favour, proposed_months))
    if (put_off and put_off >= against) or judged + put_off == 0:
        return Tally("defer", None, counts, "majority")
    return Tally("reject", None, counts, rule)


def accepted_amount(in_favour, judged, share, proposed_amount):
    """The largest amount that more than `share` percent of `judged` votes accept (after a tie: all that are for)."""
    amounts = sorted(
        (proposed_amount if ballot.amount is None else ballot.amount for ballot in in_favour), reverse=True
    )
    needed = share * judged // 100 + 1
    return amounts[min(needed, len(amounts)) - 1]


def middle_months(in_favour, proposed_months):
    """The middle of the months voted for, the shorter of two; None where nothing is repaid."""
    if proposed_months is None:
        return None
    named = sorted(proposed_months if ballot.months is None else ballot.months for ballot in in_favour)
    return named[(len(named) - 1) // 2]
