"""Questions to the adviser: who asks, who answers, who reads, and that an answer changes neither score nor revision."""

import json

import pytest

from audit.models import Event
from audit.refusals import Blocked, Invalid, NotAllowed
from config.desk import queue_for
from programmes.models import Delegation, Membership, Role
from selection.models import Case, Clarification, Review, Seat
from selection.ruling import rulings_of
from selection.services import (
    answer_clarification,
    ask_clarification,
    decide_all,
    declare_interests,
    remove_case,
    seat_member,
)
from tests.office import DAY, make_user, seat
from tests.steps_applicants import eligible_application, registered_person
from tests.steps_selection import declare_all, open_session, score_all, sitting_session, vote_all

pytestmark = pytest.mark.in_turn

QUESTION = "Who milks the cows when she is at the market?"
ANSWER = "Her son; he is trained too."


@pytest.fixture
def session(office):
    """An open session with one case; everybody has declared."""
    application = eligible_application(office, registered_person(office, "Hasmik Arakelyan"))
    return declare_all(office, open_session(office, application))


def asked(session, by, question=QUESTION):
    return ask_clarification(case=session.cases.get(), question=question, on=DAY, by=by)


def answered(row, by, answer=ANSWER):
    return answer_clarification(clarification=row, answer=answer, on=DAY, by=by)


def waiting(user):
    return [item for items in queue_for(user).values() for item in items if "question" in str(item.verb_text)]


def test_a_member_asks_the_adviser_answers_and_the_members_read_it(office, session, client):
    member, adviser = office.people.member1, office.people.adviser
    client.force_login(member)
    address = f"/committee/{session.ref}/cases/1/ask/"
    assert client.post(address, {"question": " "}).status_code == 400
    assert client.post(address, {"question": QUESTION}).status_code == 302
    row = Clarification.objects.get()
    assert [item.url for item in waiting(adviser)] == [f"/committee/questions/{row.pk}/"]
    client.force_login(adviser)
    page = client.get(f"/committee/questions/{row.pk}/").content.decode()
    assert QUESTION in page
    assert member.name not in page
    assert client.post(f"/committee/questions/{row.pk}/", {"answer": ANSWER}).status_code == 302
    assert waiting(adviser) == []
    for reader in (office.people.member2, office.people.secretary):
        client.force_login(reader)
        text = client.get(f"/committee/{session.ref}/cases/1/").content.decode()
        assert QUESTION in text
        assert ANSWER in text


def test_an_answer_changes_no_score_no_vote_and_no_revision(office):
    session = sitting_session(office, eligible_application(office))
    vote_all(office, session, members=[office.people.member1])
    before = _standing(session)
    row = asked(session, office.people.member2)
    answered(row, office.people.adviser)
    assert _standing(session) == before


def _standing(session):
    ruling = rulings_of(session, session.cases.all())[0]
    cards = sorted(Review.objects.values_list("member", "revision", "scores__value"))
    application = ruling.case.application
    return ruling.tally, cards, application.revision, application.version, application.asked_amount


def test_nobody_asks_who_does_not_judge_the_case(office, session):
    people = office.people
    declare_interests(
        session=session,
        declarations={session.cases.get().application.ref: ("family", "My cousin.")},
        on=DAY,
        by=people.member3,
    )
    watcher = make_user("Knarik Hakobyan", "X-07")
    seat(watcher, office.programme, Role.MEMBER)
    seat_member(committee=session.committee, user=watcher, role=Seat.Role.OBSERVER, on=DAY, by=people.manager)
    declare_all(office, session, [watcher])
    for stranger in (people.member3, people.manager, people.adviser, people.maker, watcher):
        with pytest.raises(NotAllowed):
            asked(session, stranger)
    assert asked(session, people.secretary).asked_by == people.secretary


def test_one_who_has_not_declared_cannot_ask(office):
    session = open_session(office, eligible_application(office))
    with pytest.raises(NotAllowed):
        asked(session, office.people.member1)


def test_only_the_adviser_or_who_covers_the_leave_answers_and_only_once(office, session, client):
    row, people = asked(session, office.people.member1), office.people
    deputy = make_user("Hasmik Poghosyan", "X-01")
    seat(deputy, office.programme, Role.ADVISER, region=office.region)
    for other in (people.secretary, people.manager, people.member1, deputy):
        with pytest.raises(NotAllowed):
            answered(row, other)
        client.force_login(other)
        assert client.get(f"/committee/questions/{row.pk}/").status_code == 404
        assert client.post(f"/committee/questions/{row.pk}/", {"answer": "x"}).status_code == 404
    Delegation.objects.create(
        membership=Membership.objects.get(user=people.adviser, role=Role.ADVISER),
        delegate=deputy,
        starts_on=DAY,
        ends_on=DAY,
        requested_by=people.adviser,
        approved_by=people.manager,
    )
    deputy = type(deputy).objects.get(pk=deputy.pk)
    assert answered(row, deputy).answered_by == deputy
    with pytest.raises(Blocked, match="answered already"):
        answered(row, people.adviser)
    assert Clarification.objects.get().answer == ANSWER


def test_after_the_decision_and_off_the_agenda_nothing_is_asked_or_answered(office):
    session = vote_all(office, sitting_session(office, eligible_application(office)))
    row = asked(session, office.people.member1)
    decide_all(session=session, on=DAY, by=office.people.secretary)
    assert waiting(office.people.adviser) == []
    with pytest.raises(Blocked, match="decided already"):
        asked(session, office.people.member1, "Again?")
    with pytest.raises(Blocked, match="decided already"):
        answered(row, office.people.adviser)


def test_a_case_that_left_the_agenda_has_no_open_question(office, session):
    row = asked(session, office.people.member1)
    remove_case(case=session.cases.get(), reason="The shop burnt down.", on=DAY, by=office.people.secretary)
    assert list(Clarification.objects.open()) == []
    with pytest.raises(Blocked):
        answered(row, office.people.adviser)


def test_the_same_question_twice_an_empty_one_and_an_empty_answer_are_refused(office, session):
    row = asked(session, office.people.member1)
    with pytest.raises(Blocked, match="asked already"):
        asked(session, office.people.member2)
    with pytest.raises(Invalid):
        asked(session, office.people.member2, "  ")
    with pytest.raises(Invalid):
        asked(session, office.people.member2, "w" * 501)
    with pytest.raises(Invalid):
        answered(row, office.people.adviser, " ")


def test_the_events_hold_references_and_no_word_of_it(office, session):
    answered(asked(session, office.people.member1), office.people.adviser)
    events = Event.objects.filter(kind__startswith="clarification.").order_by("seq")
    ref = session.cases.get().application.ref
    assert [(event.kind, json.loads(event.body)["case"]) for event in events] == [
        ("clarification.ask", ref),
        ("clarification.answer", ref),
    ]
    assert "cows" not in "".join(event.body for event in events)


def test_in_a_blind_call_question_and_answer_are_read_without_names(office, client):
    office.call.blind = True
    office.call.save()
    application = eligible_application(office, registered_person(office, "Tamara Kvirikashvili"))
    session = declare_all(office, open_session(office, application))
    row = asked(session, office.people.secretary, "Does Tamara own the barn?")
    answered(row, office.people.adviser, "Kvirikashvili rents it.")
    client.force_login(office.people.member1)
    for path in ("", "ask/"):
        text = client.get(f"/committee/{session.ref}/cases/1/{path}").content.decode()
        assert "Tamara" not in text
        assert "Kvirikashvili" not in text
    score_all(office, session, members=[office.people.member1])
    assert "Tamara own the barn" in client.get(f"/committee/{session.ref}/cases/1/").content.decode()


def test_a_changed_case_keeps_its_questions(office, session):
    asked(session, office.people.member1)
    Case.objects.update(revision=2)
    assert Clarification.objects.open().count() == 1
