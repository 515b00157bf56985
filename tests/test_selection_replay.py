"""A decision worked out a second time: whatever the votes, cards, interests and rules, both readings agree."""

from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from selection.quorum import room_of
from selection.replay import replay
from selection.ruling import rule_on
from selection.tally import CHOICES

pytestmark = pytest.mark.once

ASKED = 120_000  # minor units
MEMBERS = range(1, 6)
ADVISER, CHAIR = 5, 1
GRID = [
    {"code": "market", "section": "Relevance", "weight": 2, "top": 5, "section_threshold": 6},
    {"code": "jobs", "section": "Relevance", "weight": 1, "top": 5, "section_threshold": 0},
    {"code": "own-part", "section": "Capacity", "weight": 3, "top": 4, "section_threshold": 0},
]
VALUES = st.fixed_dictionaries(
    {row["code"]: st.one_of(st.none(), st.integers(min_value=0, max_value=row["top"])) for row in GRID}
)
RULES = st.fixed_dictionaries(
    {
        "quorum_number": st.integers(1, 3),
        "quorum_share_pct": st.sampled_from([0, 50, 67, 100]),
        "majority_pct": st.sampled_from([0, 50, 66, 75]),
        "tie_rule": st.sampled_from(["not_approved", "chair"]),
        "third_assessor_pct": st.sampled_from([0, 15, 40]),
        "total_threshold_pct": st.sampled_from([0, 50, 60]),
        "criteria": st.sampled_from([[], GRID]),
        "bands": st.lists(
            st.fixed_dictionaries(
                {
                    "window": st.sampled_from(["micro", "other"]),
                    "from_amount": st.sampled_from([0, ASKED, ASKED + 1]),
                    "approvals": st.integers(0, 4),
                }
            ),
            max_size=3,
            unique_by=lambda band: (band["window"], band["from_amount"]),
        ),
    }
)


def rows(*found):
    return SimpleNamespace(all=lambda: found)


@st.composite
def cases(draw):
    """A case as the database gives it: each of five people has voted, scored, declared, or not."""
    seated = draw(st.sets(st.sampled_from(MEMBERS), min_size=2))
    votes, cards, declarations, parts = [], [], [], []
    for member in MEMBERS:
        kind = draw(st.sampled_from(["none", "none", "none", "family", ""]))
        if kind:
            declared = {"member_id": member, "kind": kind, "is_conflict": kind != "none", "superseded_on": None}
            declarations.append(SimpleNamespace(**declared))
        choice = draw(st.sampled_from([*CHOICES, "for", ""]))
        if choice:
            lower = draw(st.sampled_from([None, None, 70_000, 100_000])) if choice in ("for", "conditions") else None
            months = draw(st.sampled_from([None, None, 6, 18, 24]))
            given = {"choice": choice, "amount": lower, "months": months, "reason": "Because."}
            votes.append(SimpleNamespace(member_id=member, **given))
        if draw(st.booleans()):
            values = draw(VALUES).items()
            scores = [SimpleNamespace(criterion=SimpleNamespace(code=code), value=value) for code, value in values]
            revision = draw(st.sampled_from([1, 2, 2]))
            cards.append(SimpleNamespace(member_id=member, revision=revision, scores=rows(*scores)))
        parts.append(SimpleNamespace(user_id=member, part=draw(st.sampled_from(["member"] * 5 + ["maker"]))))
    application = SimpleNamespace(
        adviser_id=draw(st.sampled_from([ADVISER, 99])), parts=rows(*parts), window=SimpleNamespace(key="micro")
    )
    case = SimpleNamespace(
        pk=1,
        application=application,
        declarations=rows(*declarations),
        live_votes=votes,
        cards_in=cards,
        revision=2,
        proposed_amount=ASKED,
        proposed_months=draw(st.sampled_from([None, 12])),
        assessors=draw(st.integers(0, 3)),
    )
    return case, seated


@given(cases(), RULES)
def test_two_readings_of_the_same_rows_agree(drawn, rules):
    case, seated = drawn
    room = room_of(case, seated, (), rules)
    ruling = rule_on(case, room, rules, {CHAIR})
    again = replay(case, rules, seated, {CHAIR})
    assert (again.outcome, again.amount, again.judges) == (ruling.outcome, ruling.amount, room.able)
    assert again.months == ruling.months
    assert again.tally == ruling.tally
