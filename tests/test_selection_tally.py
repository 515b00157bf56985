"""From votes to a decision, from scores to a total: the arithmetic of the committee, on both sides of each limit."""

from collections import Counter
from fractions import Fraction
from math import ceil

import pytest
from hypothesis import given
from hypothesis import strategies as st

from selection.quorum import Room
from selection.scoring import one_decimal, score
from selection.tally import CHOICES, Ballot, tally

ASKED = 120_000


def votes(text, **rules):
    """`votes("f f a")`: f for, c with conditions, a against, d defer, x abstain; a capital letter is the chair's."""
    names = {"f": "for", "c": "conditions", "a": "against", "d": "defer", "x": "abstain"}
    ballots = [Ballot(names[letter.lower()], chair=letter.isupper()) for letter in text.split()]
    rules = {"majority_pct": 50, "tie_rule": "not_approved", "proposed_amount": ASKED, **rules}
    return tally(ballots, **rules)


@pytest.mark.parametrize(
    ("cast", "outcome"),
    [
        ("f f a", "approve"),
        ("f c a", "approve"),
        ("f a a", "reject"),
        ("f a", "reject"),
        ("f", "approve"),
        ("f x x", "approve"),
        ("a x x", "reject"),
        ("x x x", "defer"),
        ("", "defer"),
        ("f f d", "approve"),
        ("f f d d", "defer"),
        ("f a d", "defer"),
        ("a a d", "reject"),
        ("a d", "defer"),
        ("f f a a a d", "reject"),
    ],
)
def test_a_simple_majority_approves_and_whoever_hesitates_puts_it_off(cast, outcome):
    assert votes(cast).outcome == outcome


def test_a_tie_does_not_approve_unless_the_rule_gives_it_to_the_chair():
    assert votes("F a").outcome == "reject"
    assert votes("F a", tie_rule="chair").outcome == "approve"
    assert votes("f A", tie_rule="chair").outcome == "reject"
    assert votes("f f a a X", tie_rule="chair").outcome == "reject"
    assert votes("F a", tie_rule="chair").rule == "tie"


def test_a_two_thirds_rule_needs_more_than_its_share_and_no_chair_bends_it():
    assert votes("f f a", majority_pct=66).outcome == "approve"
    assert votes("f f a", majority_pct=67).outcome == "reject"
    assert votes("F a", majority_pct=66, tie_rule="chair").outcome == "reject"
    assert votes("f a a", majority_pct=10).outcome == "reject"


@pytest.mark.parametrize(
    ("months", "decided"),
    [((None, None, None), 12), ((10, None, None), 12), ((10, 24, None), 12), ((10, 8, None), 10), ((18, 24), 18)],
)
def test_the_months_are_the_middle_of_those_voted_for_and_those_against_have_no_say(months, decided):
    ballots = [Ballot("for", months=number) for number in months] + [Ballot("against", months=1)]
    rules = {"majority_pct": 50, "tie_rule": "not_approved", "proposed_amount": ASKED}
    assert tally(ballots, proposed_months=12, **rules).months == decided
    assert tally(ballots, **rules).months is None


def test_the_amount_is_the_largest_that_a_majority_accepts():
    ballots = [Ballot("for"), Ballot("for", 90_000), Ballot("conditions", 80_000)]
    rules = {"majority_pct": 50, "tie_rule": "not_approved", "proposed_amount": ASKED}
    assert tally(ballots, **rules).amount == 90_000
    assert tally([*ballots, Ballot("against")], **rules).amount == 80_000
    assert tally([Ballot("for"), Ballot("for"), Ballot("for", 1)], **rules).amount == ASKED
    assert tally([Ballot("for", 5), Ballot("against")], **rules).amount is None


ballots_of = st.lists(
    st.builds(Ballot, st.sampled_from(CHOICES), st.none() | st.integers(1, ASKED), st.booleans()), max_size=9
)


@given(ballots_of, st.integers(0, 100), st.sampled_from(["not_approved", "chair"]))
def test_an_independent_count_comes_to_the_same_decision(ballots, majority_pct, tie_rule):
    result = tally(ballots, majority_pct=majority_pct, tie_rule=tie_rule, proposed_amount=ASKED)
    by = Counter(ballot.choice for ballot in ballots)
    yes, no, later = by["for"] + by["conditions"], by["against"], by["defer"]
    share = Fraction(max(majority_pct, 50), 100)
    carried = yes > 0 and Fraction(yes, yes + no) > share
    if yes == no and share == Fraction(1, 2) and tie_rule == "chair":
        carried = any(ballot.chair for ballot in ballots if ballot.choice in ("for", "conditions"))
    if carried and yes > later:
        assert result.outcome == "approve"
    else:
        assert result.outcome == ("defer" if (later and later >= no) or not (yes + no + later) else "reject")
    assert sum(result.counts.values()) == len(ballots)


@given(ballots_of, st.integers(0, 100))
def test_no_tie_approves_and_no_minority_does(ballots, majority_pct):
    result = tally(ballots, majority_pct=majority_pct, tie_rule="not_approved", proposed_amount=ASKED)
    if result.outcome == "approve":
        assert result.counts["for"] + result.counts["conditions"] > result.counts["against"]


@given(ballots_of, st.integers(50, 99))
def test_the_approved_amount_is_accepted_by_a_majority_and_no_larger_one_is(ballots, majority_pct):
    result = tally(ballots, majority_pct=majority_pct, tie_rule="not_approved", proposed_amount=ASKED)
    if result.outcome != "approve":
        assert result.amount is None
        return
    yes = [ballot.amount or ASKED for ballot in ballots if ballot.choice in ("for", "conditions")]
    judged = len(yes) + result.counts["against"]

    def carried(amount):
        return sum(one >= amount for one in yes) * 100 > majority_pct * judged

    assert 0 < result.amount <= ASKED
    assert carried(result.amount)
    assert not any(carried(amount) for amount in yes if amount > result.amount)


@given(ballots_of, st.data())
def test_a_vote_that_turns_from_against_to_for_never_costs_an_approval(ballots, data):
    rules = {"majority_pct": data.draw(st.integers(0, 99)), "tie_rule": "not_approved", "proposed_amount": ASKED}
    before = tally(ballots, **rules)
    turned = [place for place, ballot in enumerate(ballots) if ballot.choice == "against"]
    if before.outcome == "approve" and turned:
        ballots[data.draw(st.sampled_from(turned))] = Ballot("for")
        assert tally(ballots, **rules).outcome == "approve"


people = st.frozensets(st.integers(1, 12))


@given(people, people, people, people, st.integers(1, 6), st.integers(0, 100))
def test_only_unconflicted_declared_members_make_a_quorum(voting, conflicted, undeclared, absent, number, share):
    room = Room(1, voting, conflicted & voting, undeclared & voting, absent, number, share)
    assert room.needed >= number
    assert room.needed >= len(room.unconflicted) * Fraction(share, 100)
    assert room.needed == max(number, ceil(len(room.unconflicted) * Fraction(share, 100)))
    assert not room.here & (conflicted | undeclared | absent)
    assert room.could_decide == (sum(m not in conflicted | undeclared | absent for m in voting) >= room.needed)


GRID = [
    {"code": "need", "section": "Quality", "weight": 1, "top": 5, "section_threshold": 9},
    {"code": "plan", "section": "Quality", "weight": 2, "top": 5, "section_threshold": 0},
    {"code": "money", "section": "Money", "weight": 1, "top": 10, "section_threshold": 0},
]


def test_a_score_is_the_weighted_mean_and_not_applicable_is_left_out_of_it():
    both = score(GRID, [{"need": 4, "plan": 3, "money": 5}, {"need": 5, "plan": None, "money": 6}])
    # need 4.5 x1, plan 3 x2, money 5.5: 16 of 25 points.
    assert both.percent == 64
    assert both.shown == "64.0"
    assert [(part.name, part.points, part.top) for part in both.sections] == [
        ("Quality", Fraction("10.5"), 15),
        ("Money", Fraction("5.5"), 10),
    ]
    assert both.cards == 2


def test_a_criterion_that_nobody_scored_is_left_out_of_the_total_and_of_its_section():
    card = score(GRID, [{"need": 4, "plan": None, "money": 5}])
    assert card.percent == 60
    assert card.sections[0].points == 12
    assert score(GRID, [{"need": None, "plan": None, "money": None}]).percent is None
    assert score(GRID, []).shown == ""


def test_a_section_and_the_total_have_their_own_least_score():
    def below(need, plan, money, total):
        return score(GRID, [{"need": need, "plan": plan, "money": money}]).below(total)

    assert below(3, 3, 0, 0) == []
    assert below(2, 3, 10, 0) == ["Quality"]
    assert below(3, 3, 1, 40) == []
    assert below(3, 3, 0, 40) == ["total"]
    assert below(0, 0, 0, 1) == ["total", "Quality"]


@given(
    st.lists(st.fixed_dictionaries({row["code"]: st.none() | st.integers(0, row["top"]) for row in GRID}), max_size=5)
)
def test_a_score_lies_between_nothing_and_everything_and_does_not_depend_on_who_was_first(cards):
    found = score(GRID, cards)
    assert found.percent is None or 0 <= found.percent <= 100
    assert score(GRID, cards[::-1]) == found


def test_half_a_tenth_goes_up():
    assert one_decimal(Fraction(8265, 100)) == "82.7"
    assert one_decimal(Fraction(8264, 100)) == "82.6"
    assert one_decimal(Fraction(100)) == "100.0"
