"""Score cards: values that need a reason, a third assessor where two differ, cards on an earlier revision."""

from fractions import Fraction

import pytest

from audit.refusals import Blocked, Invalid, Stale
from selection.models import Case, Review
from selection.ruling import rulings_of
from selection.scoring import spread
from selection.services import cast_vote, decide_case, save_review, start_sitting
from tests.office import DAY
from tests.steps_applicants import eligible_application
from tests.steps_selection import declare_all, open_session, score_all, vote_all

pytestmark = pytest.mark.in_turn

FOURS = {"relevance": 4, "feasibility": 4}


def scored(office, *values, assessors=2):
    """A sitting in which the members, in order, gave these values on every criterion, and all voted for it."""
    office.window.bands.update(assessors=assessors)
    session = declare_all(office, open_session(office, eligible_application(office)))
    people = office.people
    for member, value in zip((people.member1, people.member2, people.member3), values, strict=False):
        score_all(office, session, value=value, members=[member])
    start_sitting(session=session, on=DAY, by=people.secretary)
    return vote_all(office, session)


def ruling(session):
    return rulings_of(session, session.cases.all())[0]


def test_a_value_that_the_call_wants_reasoned_is_refused_without_a_reason(office):
    office.call.reasoned_values = [0, 5]
    office.call.save()
    session = declare_all(office, open_session(office, eligible_application(office)))
    case, member = session.cases.get(), office.people.member1
    given = {"case": case, "on": DAY, "by": member}
    for value in (0, 5):
        scores = {"relevance": value, "feasibility": 3}
        with pytest.raises(Invalid, match=f"Say why you give {value} for “Does it answer a need") as refused:
            save_review(**given, scores=scores, comments={"relevance": "  "})
        assert refused.value.field == "relevance"
    save_review(**given, scores={"relevance": 0}, submit=False)
    with pytest.raises(Invalid, match="There is room for 300 letters"):
        save_review(**given, scores=FOURS, comments={"relevance": "x" * 301})
    review = save_review(
        **given, scores={"relevance": 5, "feasibility": 4}, comments={"relevance": "The only dairy for 40 km."}
    )
    assert dict(review.scores.values_list("criterion__code", "comment")) == {
        "relevance": "The only dairy for 40 km.",
        "feasibility": "",
    }


def test_not_applicable_needs_no_reason_and_is_left_out_of_the_mean(office):
    office.call.reasoned_values = [0, 5]
    office.call.save()
    session = declare_all(office, open_session(office, eligible_application(office)))
    save_review(
        case=session.cases.get(), scores={"relevance": None, "feasibility": 4}, on=DAY, by=office.people.member1
    )
    assert ruling(session).score.shown == "80.0"


GRID = [{"code": "a", "section": "S", "weight": 1, "top": 5, "section_threshold": 0}]


def test_the_spread_lies_between_the_highest_and_the_lowest_total():
    assert spread(GRID, [{"a": 5}, {"a": 3}, {"a": 4}]) == Fraction(40)
    assert spread(GRID, [{"a": 5}, {"a": None}]) is None
    assert spread(GRID, []) is None


@pytest.mark.parametrize(("limit", "third"), [(20, False), (19, True), (0, False)])
def test_two_totals_that_differ_by_more_than_the_rule_ask_for_a_third(office, limit, third):
    office.call.third_assessor_pct = limit
    office.call.save()
    session = scored(office, 4, 3)
    now = ruling(session)
    assert (now.spread, now.spread_shown, now.third_due) == (20, "20.0", third)
    case, people = session.cases.get(), office.people
    if third:
        sentence = "The totals differ by 20.0 points of 100: one more member scores it."
        assert now.missing == sentence
        with pytest.raises(Blocked, match="one more member scores it"):
            decide_case(case=case, on=DAY, by=people.secretary)
        save_review(case=case, scores=dict.fromkeys(FOURS, 1), on=DAY, by=people.member3)
    decision = decide_case(case=case, on=DAY, by=people.secretary)
    assert decision.tally["cards"] == decision.tally["cards_due"] == (3 if third else 2)
    assert decision.tally.get("spread") == ("60.0" if third else "20.0" if limit else None)


def test_nobody_is_waited_for_when_no_third_member_can_score(office):
    office.call.third_assessor_pct = 10
    office.call.save()
    session = scored(office, 5, 1, None)
    now = ruling(session)
    assert (now.third_due, now.missing) == (False, "")


def test_one_assessor_asks_for_no_second_opinion(office):
    office.call.third_assessor_pct = 10
    office.call.save()
    session = scored(office, 5, 1, assessors=1)
    assert (ruling(session).third_due, ruling(session).missing) == (False, "")


def test_a_card_on_an_earlier_revision_does_not_count_and_is_made_anew(office):
    session = scored(office, 5, 5, assessors=2)
    case, people = session.cases.get(), office.people
    Case.objects.update(revision=2)
    now = ruling(session)
    assert now.stale == {people.member1.pk, people.member2.pk}
    assert (now.score.shown, now.missing) == ("", "0 score cards of 2 needed are in.")
    with pytest.raises(Stale):
        save_review(case=case, scores=FOURS, on=DAY, by=people.member1, revision=1)
    save_review(case=case, scores=FOURS, on=DAY, by=people.member1, revision=2)
    save_review(case=case, scores=FOURS, on=DAY, by=people.member3, revision=2)
    now = ruling(session)
    assert (now.stale, now.score.shown, now.missing) == ({people.member2.pk}, "80.0", "")
    assert Review.objects.count() == 3
    with pytest.raises(Blocked, match="are in already"):
        save_review(case=case, scores=FOURS, on=DAY, by=people.member1)


def test_a_vote_on_another_revision_or_state_than_the_members_page_is_refused(office):
    session = declare_all(office, open_session(office, eligible_application(office)))
    start_sitting(session=session, on=DAY, by=office.people.secretary)
    case, member = session.cases.get(), office.people.member1
    session.refresh_from_db()
    for stale in ({"revision": 0}, {"version": session.version - 1}):
        with pytest.raises(Stale, match="Somebody changed this record"):
            cast_vote(case=case, choice="for", on=DAY, by=member, **stale)
    assert cast_vote(case=case, choice="for", on=DAY, by=member, revision=1, version=session.version)


def test_a_section_has_its_own_least_points_beside_the_total(office):
    office.call.criteria.update(section_threshold=9)
    office.call.total_threshold_pct = 50
    office.call.save()
    session = scored(office, 3, 3)
    decision = decide_case(case=session.cases.get(), on=DAY, by=office.people.secretary)
    assert (decision.outcome, decision.tally["below"]) == ("approve", [])
    session = scored(office, 3, 2)
    decision = decide_case(case=session.cases.get(), on=DAY, by=office.people.secretary)
    assert (decision.outcome, decision.tally["below"]) == ("reject", ["Quality"])
    assert decision.reason == "Under the least score: Quality."
