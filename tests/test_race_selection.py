"""Committees that act at the same moment, in processes of their own on PostgreSQL."""

from collections import Counter

import pytest

from accounts.models import User
from applicants.models import Application
from audit import chain
from audit.services import unit_of_work
from config.proof import faults
from programmes.clock import standing_at
from programmes.models import Commitment
from programmes.services import available_on
from selection.models import Case, Decision, Session, Vote
from selection.services import cast_vote, cast_votes, close_session, decide_case, declare_interests, remove_case
from tests.office import DAY, grant_office
from tests.processes import together
from tests.steps_applicants import eligible_application
from tests.steps_selection import members_of, sitting_session, vote_all

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


# What the processes do -----------------------------------------------------------------------------------------------


def decide(cases, by):
    """Decide the cases one after the other, all in one transaction."""
    user = User.objects.get(pk=by)
    with unit_of_work():
        return [decide_case(case=Case.objects.get(pk=case), on=DAY, by=user).outcome for case in cases]


def vote(case, by, key):
    return cast_vote(case=Case.objects.get(pk=case), choice="for", on=DAY, by=User.objects.get(pk=by), key=key).pk


def vote_on(session, cases, by):
    votes = [{"case": Case.objects.get(pk=case), "choice": "for"} for case in cases]
    return cast_votes(session=Session.objects.get(pk=session), votes=votes, on=DAY, by=User.objects.get(pk=by)).ref


def declare(session, ref, by):
    interest = {ref: ("family", "My cousin.")}
    return declare_interests(
        session=Session.objects.get(pk=session), declarations=interest, on=DAY, by=User.objects.get(pk=by)
    ).ref


def close(session, by):
    return close_session(session=Session.objects.get(pk=session), on=DAY, by=User.objects.get(pk=by)).ref


def put_off(case, by):
    return remove_case(
        case=Case.objects.get(pk=case), reason="The quotes came late.", on=DAY, by=User.objects.get(pk=by)
    ).ref


HERE = "tests.test_race_selection"


@pytest.fixture
def busy(transactional_db):
    """A grant office whose line holds 25,000.00 in all; it is 12 March 2026."""
    with standing_at(DAY):
        yield grant_office("busy", line_ceiling=2_500_000)


def whole(results):
    assert [result.failed for result in results if result.failed] == []
    assert list(chain.faults()) == []
    return results


def test_two_committees_approve_against_the_last_money_of_a_line_and_one_of_them_is_refused(busy, database_url):
    sessions = [
        vote_all(busy, sitting_session(busy, eligible_application(busy, amount=1_500_000, own=400_000)))
        for _time in range(4)
    ]
    secretary = busy.people.secretary.pk
    results = whole(
        together(
            database_url,
            [(f"{HERE}:decide", {"cases": [row.cases.get().pk], "by": secretary}) for row in sessions],
        )
    )
    assert Counter(result.refused for result in results) == {"": 1, "Blocked": 3}
    assert all("has EUR 10,000.00 left" in result.sentence for result in results if result.refused)
    assert Decision.objects.count() == Commitment.objects.live().count() == 1
    assert available_on(busy.line) == 1_000_000


def test_the_same_cases_decided_in_opposite_order_by_two_secretaries_do_not_lock_each_other_out(busy, database_url):
    applications = [eligible_application(busy, amount=300_000, own=100_000) for _time in range(2)]
    session = vote_all(busy, sitting_session(busy, *applications))
    one, two = session.cases.values_list("pk", flat=True)
    first, second = busy.people.secretary.pk, busy.people.second_secretary.pk
    results = whole(
        together(
            database_url,
            [
                (f"{HERE}:decide", {"cases": [one, two], "by": first}),
                (f"{HERE}:decide", {"cases": [two, one], "by": second}),
            ],
        )
    )
    assert Counter(result.refused for result in results) == {"": 1, "Blocked": 1}
    assert Decision.objects.count() == 2
    assert available_on(busy.line) == 2_500_000 - 600_000


def test_members_vote_on_the_same_cases_in_opposite_order_and_every_vote_is_kept(busy, database_url):
    session = sitting_session(busy, *(eligible_application(busy, amount=100_000, own=30_000) for _time in range(6)))
    cases = list(session.cases.values_list("pk", flat=True))
    orders = [cases, cases[::-1], cases[3:] + cases[:3]]
    calls = [
        (f"{HERE}:vote_on", {"session": session.pk, "cases": order, "by": member.pk})
        for order, member in zip(orders, members_of(busy), strict=True)
    ]
    assert [result.value for result in whole(together(database_url, calls))] == [session.ref] * 3
    assert Vote.objects.live().count() == 18


def test_one_member_votes_eight_times_at_once_and_has_one_vote(busy, database_url):
    session = sitting_session(busy, eligible_application(busy))
    case, member = session.cases.get().pk, busy.people.member1.pk
    calls = [(f"{HERE}:vote", {"case": case, "by": member, "key": f"click-{click % 4}"}) for click in range(8)]
    results = whole(together(database_url, calls))
    assert Vote.objects.count() == 1
    assert {result.value for result in results if not result.refused} == {Vote.objects.get().pk}
    assert {result.refused for result in results} <= {"", "Blocked", "LostRace"}


def test_an_interest_declared_while_the_case_is_decided_never_leaves_a_decision_that_counted_it(busy, database_url):
    application = eligible_application(busy)
    session = vote_all(busy, sitting_session(busy, application))
    case, people = session.cases.get().pk, busy.people
    whole(
        together(
            database_url,
            [
                (f"{HERE}:decide", {"cases": [case], "by": people.secretary.pk}),
                (f"{HERE}:declare", {"session": session.pk, "ref": application.ref, "by": people.member1.pk}),
            ],
        )
    )
    live = Decision.objects.live().first()
    assert live is None or live.tally["voted"] == 2
    assert Commitment.objects.live().count() == Decision.objects.live().count()


def test_a_vote_that_comes_while_the_sitting_closes_is_counted_or_refused_but_never_lost(busy, database_url):
    session = sitting_session(busy, eligible_application(busy))
    case, people = session.cases.get(), busy.people
    vote_all(busy, session, members=[people.member1, people.member2])
    with standing_at(DAY):
        decide_case(case=case, on=DAY, by=people.secretary)
    results = whole(
        together(
            database_url,
            [
                (f"{HERE}:close", {"session": session.pk, "by": people.secretary.pk}),
                (f"{HERE}:close", {"session": session.pk, "by": people.second_secretary.pk}),
                (f"{HERE}:vote", {"case": case.pk, "by": people.member3.pk, "key": "late"}),
            ],
        )
    )
    assert sorted(result.refused for result in results[:2]) == ["", "Blocked"]
    assert results[2].refused == "Blocked"
    assert Vote.objects.count() == 2
    assert Application.objects.get().state == "approved"


def test_a_case_that_is_put_off_for_another_session_while_members_vote_is_decided_by_one_of_them_alone(
    busy, database_url
):
    session = sitting_session(busy, eligible_application(busy))
    case, people = session.cases.get().pk, busy.people
    calls = [(f"{HERE}:vote", {"case": case, "by": member.pk, "key": member.ref}) for member in members_of(busy)]
    results = whole(together(database_url, [(f"{HERE}:put_off", {"case": case, "by": people.secretary.pk}), *calls]))
    off, refused = not results[0].refused, [result.refused for result in results[1:] if result.refused]
    assert list(Decision.objects.values_list("outcome", flat=True)) == (["defer"] if off else [])
    # Two votes make the quorum: then the case is the committee's to decide, and before that nobody votes after it left.
    assert (Vote.objects.live().count() < 2) == off
    assert refused == ["Blocked"] * (3 - Vote.objects.live().count())
    if off:
        with standing_at(DAY):
            close_session(session=session, on=DAY, by=people.secretary)
            again = vote_all(busy, sitting_session(busy, Application.objects.get()))
            assert decide_case(case=again.cases.get(), on=DAY, by=people.secretary).tally["voted"] == 3
    assert list(faults()) == []
