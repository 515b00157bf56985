"""Members: declarations before anything is read, scores hidden until one's own are in, one vote each, no interest."""

import json
from datetime import timedelta

import pytest

from applicants.models import Part
from audit.models import Event, Remark
from audit.refusals import Blocked, Invalid, NotAllowed
from programmes.models import Commitment, Membership, Role
from programmes.roles import forget
from selection.checks import checks
from selection.models import Case, Decision, Declaration, Review, Seat, Vote
from selection.ruling import rulings_of
from selection.services import (
    cast_vote,
    cast_votes,
    decide_case,
    declare_interests,
    save_review,
    seat_member,
    start_sitting,
    take_back_vote,
)
from tests.office import DAY, loan_office, make_user, seat
from tests.steps_applicants import eligible_application
from tests.steps_selection import (
    closed_session,
    committee_of,
    declare_all,
    members_of,
    open_session,
    score_all,
    sitting_session,
    vote_all,
)

FAMILY = ("family", "She is my cousin.")
NONE = ("none", "")


def readable(user):
    return list(Case.objects.readable_by(user).values_list("application__ref", flat=True))


def test_nothing_of_a_case_is_readable_before_the_member_has_declared(office):
    first, second = eligible_application(office), eligible_application(office)
    session = open_session(office, first, second)
    member = office.people.member1
    assert readable(member) == []
    declare_interests(session=session, declarations={first.ref: NONE, second.ref: FAMILY}, on=DAY, by=member)
    assert readable(member) == [first.ref]
    assert readable(office.people.secretary) == [first.ref, second.ref]
    assert readable(office.people.adviser) == []


def test_a_declaration_is_made_by_a_seat_for_cases_of_the_agenda_and_an_interest_says_which(office):
    application = eligible_application(office)
    session = open_session(office, application)
    member = office.people.member1
    for stranger in (office.people.secretary, office.people.adviser, loan_office("elsewhere").people.member1):
        with pytest.raises(NotAllowed, match="hold a seat"):
            declare_interests(session=session, declarations={application.ref: NONE}, on=DAY, by=stranger)
    with pytest.raises(Invalid, match="A-1999-00001 is not on the agenda"):
        declare_interests(session=session, declarations={"A-1999-00001": NONE}, on=DAY, by=member)
    with pytest.raises(Invalid, match="Say what interest"):
        declare_interests(session=session, declarations={application.ref: ("family", " ")}, on=DAY, by=member)
    with pytest.raises(Invalid, match="Choose what interest"):
        declare_interests(session=session, declarations={application.ref: ("cousin", "x")}, on=DAY, by=member)
    assert not Declaration.objects.exists()


def test_an_interest_is_not_taken_back_and_the_same_declaration_twice_changes_nothing(office):
    application = eligible_application(office)
    session = open_session(office, application)
    member = office.people.member1
    for _time in range(2):
        declare_interests(session=session, declarations={application.ref: NONE}, on=DAY, by=member)
    assert Declaration.objects.count() == 1
    for _time in range(2):
        declare_interests(session=session, declarations={application.ref: FAMILY}, on=DAY, by=member)
    assert [(row.kind, row.superseded_on) for row in Declaration.objects.all()] == [("none", DAY), ("family", None)]
    with pytest.raises(Blocked, match="is not taken back"):
        declare_interests(session=session, declarations={application.ref: NONE}, on=DAY, by=member)


def test_what_the_interest_is_stands_beside_the_event_and_not_in_it(office):
    application = eligible_application(office)
    session = open_session(office, application)
    declare_interests(session=session, declarations={application.ref: FAMILY}, on=DAY, by=office.people.member1)
    event = Event.objects.get(kind="interest.declare")
    assert "cousin" not in event.body
    assert Remark.objects.get(event_seq=event.seq).text == "She is my cousin."


def test_a_conflicted_member_neither_scores_nor_votes_and_leaves_the_quorum(office):
    office.call.quorum_number, office.call.quorum_share_pct = 1, 60
    office.call.save()
    application = eligible_application(office)
    session = sitting_session(office, application)
    case, member = session.cases.get(), office.people.member1
    assert rulings_of(session, session.cases.all())[0].room.needed == 2
    declare_interests(session=session, declarations={application.ref: FAMILY}, on=DAY, by=member)
    with pytest.raises(NotAllowed, match="take no part"):
        cast_vote(case=case, choice="for", on=DAY, by=member)
    with pytest.raises(NotAllowed, match="take no part"):
        save_review(case=case, scores={"relevance": 5, "feasibility": 5}, on=DAY, by=member)
    room = rulings_of(session, session.cases.all())[0].room
    assert (len(room.voting), len(room.unconflicted), room.needed) == (3, 2, 2)


def test_the_adviser_of_a_case_never_judges_it_even_with_a_seat(office):
    application = eligible_application(office)
    adviser = office.people.adviser
    seat(adviser, office.programme, Role.MEMBER)
    forget(adviser)
    session_members = [*members_of(office), adviser]
    seat_member(committee=committee_of(office), user=adviser, role="member", on=DAY, by=office.people.manager)
    session = open_session(office, application)
    with pytest.raises(Invalid, match="You have a part in"):
        declare_interests(session=session, declarations={application.ref: NONE}, on=DAY, by=adviser)
    assert readable(adviser) == []
    room = rulings_of(session, session.cases.all())[0].room
    assert room.conflicted == {adviser.pk}
    assert len(room.unconflicted) == len(session_members) - 1
    Declaration.objects.create(case=session.cases.get(), member=adviser, kind="none", declared_on=DAY)
    with pytest.raises(NotAllowed, match="another part"):
        save_review(case=session.cases.get(), scores={}, on=DAY, by=adviser)


@pytest.mark.parametrize("part", ["maker", "checker", "verifier"])
def test_whoever_plays_another_part_on_the_dossier_is_no_judge_of_it(office, part):
    session = sitting_session(office, eligible_application(office))
    case, member = session.cases.get(), office.people.member1
    Part.objects.filter(application=case.application, user=member).update(part=part)
    with pytest.raises(NotAllowed, match="another part"):
        cast_vote(case=case, choice="for", on=DAY, by=member)
    assert readable(member) == []


def test_scores_are_whole_values_of_the_grid_and_all_of_them_when_they_are_handed_in(office):
    session = declare_all(office, open_session(office, eligible_application(office)))
    case, member = session.cases.get(), office.people.member1

    def save(scores, submit=True):
        return save_review(case=case, scores=scores, on=DAY, by=member, submit=submit)

    for wrong in (6, -1, 2.5, "4", True):
        with pytest.raises(Invalid, match="from 0 to 5"):
            save({"relevance": wrong, "feasibility": 3})
    with pytest.raises(Invalid, match="no criterion"):
        save({"charm": 3})
    with pytest.raises(Invalid, match="Choose a value for “Can it be done"):
        save({"relevance": 3})
    kept = save({"relevance": 3}, submit=False)
    assert kept.submitted_on is None
    assert save({"relevance": 5, "feasibility": 0}).pk == kept.pk
    with pytest.raises(Blocked, match="are in already"):
        save({"relevance": 1, "feasibility": 1})
    assert [row.value for row in Review.objects.get().scores.all()] == [5, 0]


def test_a_member_without_declaration_or_before_the_packet_scores_nothing(office):
    session = open_session(office, eligible_application(office))
    with pytest.raises(Blocked, match="Declare first"):
        save_review(case=session.cases.get(), scores={}, on=DAY, by=office.people.member1)
    closed = closed_session(office, eligible_application(office))
    with pytest.raises(Blocked, match="cannot be done from there"):
        save_review(case=closed.cases.get(), scores={}, on=DAY, by=office.people.member1)


def test_a_member_votes_once_while_the_committee_sits(office):
    application = eligible_application(office)
    session = declare_all(office, open_session(office, application))
    member, case = office.people.member1, session.cases.get()
    with pytest.raises(Blocked, match="cannot be done from there"):
        cast_vote(case=case, choice="for", on=DAY, by=member)
    session = sitting_session(office, eligible_application(office))
    case = session.cases.get()
    cast_vote(case=case, choice="for", on=DAY, by=member)
    with pytest.raises(Blocked, match=f"You have voted on {case.application.ref} already"):
        cast_vote(case=case, choice="against", reason="second thoughts", on=DAY, by=member)
    assert Vote.objects.count() == 1
    assert Part.objects.get(application=case.application, user=member).part == "member"


def test_the_same_vote_sent_twice_with_one_key_is_one_vote(office):
    case = sitting_session(office, eligible_application(office)).cases.get()
    votes = [cast_vote(case=case, choice="for", on=DAY, by=office.people.member1, key="k-1") for _time in range(2)]
    assert votes[0] == votes[1]
    assert Vote.objects.count() == 1


def test_only_current_voting_members_of_the_programme_vote(office):
    session = sitting_session(office, eligible_application(office))
    case, people = session.cases.get(), office.people
    observer = make_user("Knar Aghajanyan", "OBS-1")
    seat(observer, office.programme, Role.MEMBER)
    seat_member(committee=session.committee, user=observer, role="observer", on=DAY, by=people.manager)
    for stranger in (people.secretary, people.manager, people.adviser, loan_office("elsewhere").people.member1):
        with pytest.raises(NotAllowed, match="hold a seat"):
            cast_vote(case=case, choice="for", on=DAY, by=stranger)
    with pytest.raises(NotAllowed, match="has no vote"):
        cast_vote(case=case, choice="for", on=DAY, by=observer)
    Membership.objects.filter(user=people.member2).update(ends_on=DAY - timedelta(1))
    forget(people.member2)
    with pytest.raises(NotAllowed):
        cast_vote(case=case, choice="for", on=DAY, by=people.member2)
    seat(people.member3, office.programme, Role.SECRETARY)
    forget(people.member3)
    with pytest.raises(NotAllowed):
        cast_vote(case=case, choice="for", on=DAY, by=people.member3)
    Seat.objects.filter(user=people.member1).update(ends_on=DAY - timedelta(1), starts_on=DAY - timedelta(9))
    with pytest.raises(NotAllowed, match="hold a seat"):
        cast_vote(case=case, choice="for", on=DAY, by=people.member1)
    assert not Vote.objects.exists()


def test_no_flag_of_an_account_lifts_the_separation(office):
    session = sitting_session(office, eligible_application(office))
    case, people = session.cases.get(), office.people
    for user in (people.secretary, people.adviser, people.manager):
        user.is_superuser = user.is_staff = True
        user.save()
        with pytest.raises(NotAllowed):
            cast_vote(case=case, choice="for", on=DAY, by=user)
    people.member1.is_superuser = True
    people.member1.save()
    with pytest.raises(NotAllowed):
        decide_case(case=case, on=DAY, by=people.member1)
    assert not Vote.objects.exists()


@pytest.mark.parametrize("choice", ["against", "conditions", "defer"])
def test_a_vote_that_others_must_understand_needs_its_reason(office, choice):
    case = sitting_session(office, eligible_application(office)).cases.get()
    with pytest.raises(Invalid, match="Give the reason"):
        cast_vote(case=case, choice=choice, reason="  ", on=DAY, by=office.people.member1)
    assert (
        cast_vote(case=case, choice=choice, reason="No lease.", on=DAY, by=office.people.member1).reason == "No lease."
    )


def test_a_vote_may_be_for_less_with_a_reason_and_never_for_more(office):
    office.window.floor_amount = 500_000
    office.window.save()
    case = sitting_session(office, eligible_application(office, amount=1_000_000, own=250_000)).cases.get()

    def vote(amount, member=office.people.member1, reason="The van is dear."):
        return cast_vote(case=case, choice="for", amount=amount, reason=reason, on=DAY, by=member)

    for wrong in (1_000_001, 499_999, 0, -5):
        with pytest.raises(Invalid, match=r"from EUR 5,000.00 to EUR 10,000.00"):
            vote(wrong)
    with pytest.raises(Invalid, match="Say why"):
        vote(999_999, reason="")
    assert vote(999_999).amount == 999_999
    assert vote(1_000_000, office.people.member2, reason="").amount is None
    assert vote(500_000, office.people.member3).amount == 500_000


def test_a_vote_is_one_of_the_choices(office):
    case = sitting_session(office, eligible_application(office)).cases.get()
    with pytest.raises(Invalid, match="Choose how"):
        cast_vote(case=case, choice="perhaps", on=DAY, by=office.people.member1)


def test_a_member_votes_on_all_cases_at_once_or_on_none(office):
    session = sitting_session(office, *(eligible_application(office) for _time in range(3)))
    member, cases = office.people.member1, list(session.cases.all())
    votes = [{"case": case, "choice": "for", "amount": None, "reason": ""} for case in cases]
    votes[1]["choice"] = "against"
    with pytest.raises(Invalid, match="Give the reason"):
        cast_votes(session=session, votes=votes, on=DAY, by=member)
    assert not Vote.objects.exists()
    with pytest.raises(Invalid, match="once"):
        cast_votes(session=session, votes=[votes[0], votes[0]], on=DAY, by=member)
    votes[1]["reason"] = "No market."
    cast_votes(session=session, votes=votes, on=DAY, by=member)
    assert list(Vote.objects.order_by("case").values_list("choice", flat=True)) == ["for", "against", "for"]


def test_the_votes_of_a_list_and_single_votes_leave_the_same_rows(office):
    session = sitting_session(office, eligible_application(office), eligible_application(office))
    one, two = session.cases.all()
    cast_vote(case=one, choice="for", amount=900_000, reason="less", on=DAY, by=office.people.member1)
    cast_votes(
        session=session,
        votes=[{"case": two, "choice": "for", "amount": 900_000, "reason": "less"}],
        on=DAY,
        by=office.people.member1,
    )
    skip = {"id", "case_id", "_state"}
    single, listed = ({k: v for k, v in vote.__dict__.items() if k not in skip} for vote in Vote.objects.order_by("pk"))
    assert single == listed
    events = [json.loads(event.body) for event in Event.objects.filter(kind="vote.cast").order_by("seq")]
    assert [event.pop("case") for event in events] == [one.application.ref, two.application.ref]
    assert events[0] == events[1]


def test_a_member_takes_the_vote_back_before_the_decision_and_votes_anew(office):
    session = vote_all(office, sitting_session(office, eligible_application(office)))
    case, people = session.cases.get(), office.people
    take_back_vote(case=case, on=DAY, by=people.member1)
    with pytest.raises(Blocked, match="no vote on this case"):
        take_back_vote(case=case, on=DAY, by=people.member1)
    cast_vote(case=case, choice="against", reason="The quote was false.", on=DAY, by=people.member1)
    assert Vote.objects.live().filter(case=case).count() == 3
    assert Vote.objects.filter(case=case).count() == 4
    decide_case(case=case, on=DAY, by=people.secretary)
    with pytest.raises(Blocked, match="is decided already"):
        take_back_vote(case=case, on=DAY, by=people.member2)


def test_an_interest_declared_during_the_sitting_voids_the_vote_undoes_the_decision_and_frees_the_money(office):
    application = eligible_application(office)
    session = vote_all(office, sitting_session(office, application))
    case, people = session.cases.get(), office.people
    decide_case(case=case, on=DAY, by=people.secretary)
    assert Commitment.objects.live().get().case_ref == application.ref
    declare_interests(session=session, declarations={application.ref: FAMILY}, on=DAY, by=people.member1)
    declaration = Declaration.objects.live().get(member=people.member1)
    assert declaration.late
    assert Vote.objects.get(member=people.member1).void_reason == "Interest declared during the sitting"
    undone = Decision.objects.get()
    assert (undone.undone_on, undone.undone_by) == (DAY, "interest")
    assert not Commitment.objects.live().exists()
    assert readable(people.member1) == []
    again = decide_case(case=case, on=DAY, by=people.secretary)
    assert (again.outcome, again.tally["voted"], again.ref) == ("approve", 2, undone.ref)


def test_an_interest_declared_before_the_member_voted_leaves_the_decision_of_the_others_alone(office):
    application = eligible_application(office)
    session = declare_all(office, open_session(office, application))
    case, people = session.cases.get(), office.people
    others = [people.member2, people.member3]
    score_all(office, session, members=others)
    start_sitting(session=session, on=DAY, by=people.secretary)
    vote_all(office, session, members=others)
    decide_case(case=case, on=DAY, by=people.secretary)
    declare_interests(session=session, declarations={application.ref: FAMILY}, on=DAY, by=people.member1)
    assert Decision.objects.live().get().outcome == "approve"


def test_an_interest_of_a_member_who_had_scored_undoes_the_decision_that_counted_the_scores(office):
    application = eligible_application(office)
    session = declare_all(office, open_session(office, application))
    case, people = session.cases.get(), office.people
    score_all(office, session, value=5, members=[people.member1])
    score_all(office, session, value=3, members=[people.member2, people.member3])
    start_sitting(session=session, on=DAY, by=people.secretary)
    vote_all(office, session, members=[people.member2, people.member3])
    assert decide_case(case=case, on=DAY, by=people.secretary).tally["score"] == "73.3"
    declare_interests(session=session, declarations={application.ref: FAMILY}, on=DAY, by=people.member1)
    assert not Decision.objects.live().exists()
    assert decide_case(case=case, on=DAY, by=people.secretary).tally["score"] == "60.0"
    assert list(checks()) == []


def test_scores_of_a_member_with_an_interest_leave_the_mean(office):
    application = eligible_application(office)
    session = declare_all(office, open_session(office, application))
    people = office.people
    score_all(office, session, value=5, members=[people.member1])
    score_all(office, session, value=3, members=[people.member2])
    assert rulings_of(session, session.cases.all())[0].score.shown == "80.0"
    declare_interests(session=session, declarations={application.ref: FAMILY}, on=DAY, by=people.member1)
    assert rulings_of(session, session.cases.all())[0].score.shown == "60.0"


def test_an_interest_is_not_declared_in_a_sitting_that_is_closed(office):
    application = eligible_application(office)
    session = closed_session(office, application)
    with pytest.raises(Blocked, match="cannot be done from there"):
        declare_interests(session=session, declarations={application.ref: FAMILY}, on=DAY, by=office.people.member1)
