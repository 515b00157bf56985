"""Appeals: recorded in time, answered by somebody who did not decide, and the only way back to the committee."""

from datetime import timedelta

import pytest

from applicants.models import Application
from applicants.services import lapse_application
from audit.models import Event, Remark
from audit.moves import advance
from audit.refusals import Blocked, Invalid, NotAllowed
from audit.services import unit_of_work
from programmes.clock import standing_at
from programmes.models import Commitment, Membership, Role
from programmes.roles import forget
from programmes.services import available_on
from selection.appeals import answerers_of, deadline_of, deciders_of
from selection.checks import checks
from selection.models import Appeal, Letter, Seat
from selection.queues import queue_for
from selection.services import (
    answer_appeal,
    mark_letters_sent,
    record_appeal,
    reopen_session,
    seat_member,
    write_call_letters,
    write_letters,
)
from tests.office import DAY, grant_office, make_user, seat
from tests.steps_applicants import eligible_application
from tests.steps_selection import approved_application, closed_session, committee_of, decided_session, rejected_session
from tests.test_application_moves import ineligible, internally

pytestmark = pytest.mark.in_turn


def days(number):
    return DAY + timedelta(days=number)


def appealed(office, application=None, on=DAY, by=None):
    application = application or rejected_session(office)[0]
    return record_appeal(
        application=application,
        means="hand",
        grounds="There is a buyer in Vanadzor.",
        on=on,
        by=by or office.people.secretary,
    )


def answered(office, appeal, *, upheld, by=None, on=DAY, answer="The contract was shown."):
    return answer_appeal(appeal=appeal, upheld=upheld, answer=answer, on=on, by=by or office.people.manager)


def other_secretary(office):
    user = make_user("Hermine Asatryan", f"{office.programme.key.upper()}-55")
    seat(user, office.programme, Role.SECRETARY)
    return user


def test_an_upheld_appeal_makes_the_case_eligible_again_and_promises_no_money(office):
    application, session = rejected_session(office)
    left = available_on(office.line)
    appeal = appealed(office, application)
    assert (appeal.decision_ref, appeal.due_on) == (f"{session.ref}/1", days(30))
    appeal = answered(office, appeal, upheld=True)
    application.refresh_from_db()
    assert (application.state, application.decided_on, application.decision_ref) == ("eligible", None, "")
    assert (available_on(office.line), Commitment.objects.count()) == (left, 0)
    event = Event.objects.get(kind="application.uphold_appeal")
    assert event.actor_id == office.people.manager.pk
    assert f'"appeal":{appeal.pk}' in event.body
    remark = Remark.objects.get(event_seq=event.seq)
    assert remark.text == "The appeal of 12.03.2026 is upheld: The contract was shown."
    assert list(checks()) == []


def test_a_case_that_came_back_is_decided_anew_by_the_same_rules(office):
    application, _session = rejected_session(office)
    answered(office, appealed(office, application), upheld=True)
    closed_session(office, Application.objects.get(pk=application.pk))
    application.refresh_from_db()
    assert (application.state, application.approved_amount) == ("approved", 1_000_000)
    assert available_on(office.line) == 9_000_000
    assert list(checks()) == []


def test_a_refused_appeal_changes_nothing_and_is_the_last_one(office):
    application, session = rejected_session(office)
    answered(office, appealed(office, application), upheld=False, answer="The buyer has closed.")
    application.refresh_from_db()
    assert (application.state, application.decision_ref) == ("rejected", f"{session.ref}/1")
    with pytest.raises(Blocked, match=r"was answered on 12\.03\.2026"):
        appealed(office, application)
    assert list(checks()) == []


def test_an_appeal_is_possible_to_the_last_day_and_not_the_day_after(office):
    application, _session = rejected_session(office)
    assert deadline_of(application) == days(14)
    with standing_at(days(15)):
        with pytest.raises(Blocked, match=r"ended on 26\.03\.2026"):
            appealed(office, application, on=days(15))
        assert appealed(office, application, on=days(14)).received_on == days(14)


def test_the_days_run_from_the_letter_once_it_is_sent(office):
    application, session = rejected_session(office)
    secretary = office.people.secretary
    write_letters(session=session, on=DAY, by=secretary)
    letter = Letter.objects.get()
    assert (deadline_of(application), letter.appeal_until) == (days(14), days(14))
    with standing_at(days(6)):
        mark_letters_sent(letters=[letter], means="post", on=days(6), by=secretary)
    # It lay in the office for six days: they are not the applicant's.
    assert deadline_of(application) == days(20)
    Letter.objects.filter(pk=letter.pk).update(appeal_until=days(25))
    with standing_at(days(26)):
        with pytest.raises(Blocked, match=r"ended on 06\.04\.2026"):
            appealed(office, application, on=days(26))
        assert appealed(office, application, on=days(25)).received_on == days(25)


def test_an_upheld_appeal_takes_the_letter_back_and_has_one_of_its_own(office):
    application, session = rejected_session(office)
    secretary = office.people.secretary
    write_letters(session=session, on=DAY, by=secretary)
    first = Letter.objects.get()
    mark_letters_sent(letters=[first], means="hand", on=DAY, by=secretary)
    answered(office, appealed(office, application), upheld=True)
    first.refresh_from_db()
    assert (first.withdrawn_on, first.sent_on) == (DAY, DAY)
    write_call_letters(call=office.call, on=DAY, by=secretary)
    assert [letter.kind for letter in Letter.objects.live()] == ["upheld"]


def test_a_refused_appeal_leaves_the_letter_and_is_told_in_another(office):
    application, session = rejected_session(office)
    secretary = office.people.secretary
    write_letters(session=session, on=DAY, by=secretary)
    answered(office, appealed(office, application), upheld=False)
    write_call_letters(call=office.call, on=DAY, by=secretary)
    assert sorted(letter.kind for letter in Letter.objects.live()) == ["refused", "reject"]


def test_an_appeal_is_not_older_than_the_decision_nor_from_tomorrow(office):
    application, _session = rejected_session(office)
    with pytest.raises(Invalid, match="an appeal comes later"):
        appealed(office, application, on=days(-1))
    with pytest.raises(Invalid, match="lies in the future"):
        appealed(office, application, on=days(1))


def test_one_appeal_is_open_at_a_time(office):
    application, _session = rejected_session(office)
    appealed(office, application)
    with pytest.raises(Blocked, match="is open already"):
        appealed(office, application)


@pytest.mark.parametrize("state", ["eligible", "approved"])
def test_without_a_decision_against_it_there_is_nothing_to_appeal(office, state):
    application = eligible_application(office) if state == "eligible" else approved_application(office)
    assert deadline_of(application) is None
    with pytest.raises(Blocked, match="no decision to appeal against"):
        appealed(office, application)


def test_the_adviser_and_the_secretary_write_it_down_and_nobody_else(office):
    application, _session = rejected_session(office)
    people = office.people
    for role in ("manager", "member1", "maker", "field_agent", "loan_officer", "donor", "administrator"):
        with pytest.raises(NotAllowed):
            appealed(office, application, by=getattr(people, role))
    with pytest.raises(NotAllowed):
        appealed(office, application, by=grant_office("elsewhere").people.secretary)
    assert appealed(office, application, by=people.adviser).received_by == people.adviser


@pytest.mark.parametrize(("field", "given"), [("grounds", " "), ("means", "pigeon")])
def test_an_appeal_says_what_and_how(office, field, given):
    application, _session = rejected_session(office)
    facts = {"means": "post", "grounds": "There is a buyer.", field: given}
    with pytest.raises(Invalid):
        record_appeal(application=application, on=DAY, by=office.people.secretary, **facts)


# Who did not decide -----------------------------------------------------------------------------------------------


def test_nobody_who_had_a_hand_in_the_decision_answers_the_appeal(office):
    people = office.people
    observer = make_user("Aram Observer", "SPRING-60")
    for user in (people.member1, people.member2, observer, people.adviser):
        seat(user, office.programme, Role.MANAGER)
        forget(user)
    committee = committee_of(office)
    seat_member(committee=committee, user=observer, role=Seat.Role.OBSERVER, on=DAY, by=people.manager)
    application, _session = rejected_session(office)
    appeal = appealed(office, application)
    for user in (people.member1, people.member2, observer, people.adviser, people.secretary):
        assert user.pk in deciders_of(application)
        with pytest.raises(NotAllowed, match="You had a hand in this decision"):
            answered(office, appeal, upheld=True, by=user)
    for role in ("maker", "monitor", "field_agent", "donor", "administrator"):
        with pytest.raises(NotAllowed):
            answered(office, appeal, upheld=True, by=getattr(people, role))
    assert answerers_of(application, DAY) == [people.second_secretary, people.manager]
    assert answered(office, appeal, upheld=True, by=people.second_secretary).upheld


def test_who_confirmed_the_failure_or_checked_the_case_does_not_answer(office):
    application = ineligible(office)
    appeal = appealed(office, application)
    people = office.people
    for user in (people.secretary, people.second_secretary, people.adviser):
        with pytest.raises(NotAllowed, match="You had a hand"):
            answered(office, appeal, upheld=True, by=user)
    answered(office, appeal, upheld=True, by=people.manager)
    application.refresh_from_db()
    assert application.state == "eligible"
    assert list(checks()) == []


def test_a_superuser_answers_nothing(office):
    appeal = appealed(office)
    root = make_user("Root", "ROOT-1")
    root.is_superuser = root.is_staff = True
    root.save()
    with pytest.raises(NotAllowed):
        answered(office, appeal, upheld=True, by=root)


def test_an_appeal_is_answered_once(office):
    appeal = appealed(office)
    answered(office, appeal, upheld=False)
    with pytest.raises(Blocked, match="was answered on"):
        answered(office, appeal, upheld=True, by=office.people.second_secretary)
    assert Event.objects.filter(kind="appeal.answer").count() == 1


def test_the_answer_needs_words_and_is_not_older_than_the_appeal(office):
    appeal = appealed(office)
    with pytest.raises(Invalid, match="Write the answer"):
        answered(office, appeal, upheld=True, answer="  ")
    with pytest.raises(Invalid, match="The appeal came on"):
        answered(office, appeal, upheld=True, on=days(-1))
    assert Application.objects.get(pk=appeal.application_id).state == "rejected"


def test_no_other_service_makes_a_case_eligible_again_and_verify_names_one_that_did(office):
    application, _session = rejected_session(office)
    with unit_of_work():
        advance(Application.objects.get(pk=application.pk), "uphold_appeal", by=None, on=DAY)
    assert list(checks()) == [
        f"applicants_application {application.ref} came back 1 times and 0 of its appeals were upheld"
    ]


def test_verify_names_an_answer_by_somebody_who_voted(office):
    appeal = answered(office, appealed(office), upheld=False)
    Appeal.objects.filter(pk=appeal.pk).update(answered_by=office.people.member1)
    assert list(checks()) == [
        f"selection_appeal {appeal.pk} of {appeal.application.ref} was answered by somebody who decided"
    ]


def test_a_sitting_reopened_under_an_open_appeal_leaves_nothing_to_uphold(office):
    application, session = rejected_session(office)
    appeal = appealed(office, application)
    reopen_session(session=session, reason="A vote was missed.", on=DAY, by=office.people.secretary)
    with pytest.raises(Blocked, match="there is nothing left to uphold"):
        answered(office, appeal, upheld=True)
    assert answered(office, appeal, upheld=False, answer="The sitting is open again.").upheld is False


def test_a_reserve_place_that_lapsed_can_be_appealed(office):
    application = eligible_application(office)
    application = internally(application, "open_review", "place_on_reserve", decision_ref="S-2026-01/1")
    application = lapse_application(application=application, reason="No money.", on=DAY, by=office.people.secretary)
    appeal = appealed(office, application)
    with pytest.raises(NotAllowed, match="You had a hand"):
        answered(office, appeal, upheld=True, by=office.people.secretary)


# Queue and pages --------------------------------------------------------------------------------------------------


def waiting(user):
    return [item for item in queue_for(user) if "appeal" in item.verb_text.lower()]


def test_the_queue_names_the_day_it_is_due_and_how_late_it_is(office):
    appealed(office)
    people = office.people
    (item,) = waiting(people.manager)
    assert (item.verb_text, item.due, item.state_class, item.section) == (
        "Answer the appeal",
        days(30),
        "wait",
        "later",
    )
    assert waiting(people.secretary) == []
    assert waiting(people.member1) == []
    with standing_at(days(30)):
        (item,) = waiting(people.manager)
        assert (item.state_class, item.section) == ("wait", "today")
    with standing_at(days(32)):
        (item,) = waiting(people.manager)
        assert (item.state_class, item.state_text) == ("late", "2 days late")


def test_where_nobody_can_answer_the_manager_is_asked_to_find_somebody(office):
    people = office.people
    Membership.objects.filter(user=people.second_secretary).delete()
    application = eligible_application(office)
    session = decided_session(office, application, choice="against", reason="Too small.")
    # The manager has recorded who sat there: a hand in it.
    Seat.objects.create(committee=session.committee, user=people.manager, role=Seat.Role.OBSERVER, starts_on=DAY)
    application = Application.objects.get(pk=application.pk)
    internally(application, "reject", decision_ref=f"{session.ref}/1")
    appealed(office, Application.objects.get(pk=application.pk))
    (item,) = waiting(people.manager)
    assert item.verb_text == "Find somebody who can answer the appeal"
    assert waiting(people.secretary) == []
    fresh = other_secretary(office)
    assert waiting(people.manager) == []
    assert [item.verb_text for item in waiting(fresh)] == ["Answer the appeal"]


def test_the_pages_record_answer_and_show_it(office, client):
    application, _session = rejected_session(office)
    people = office.people
    client.force_login(people.adviser)
    page = client.get(f"/applications/{application.ref}/").content.decode()
    assert "Record an appeal" in page
    assert "possible until 26.03.2026" in page
    address = f"/committee/appeals/new/{application.ref}/"
    assert client.post(address, {"key": "k-1"}).status_code == 400
    given = {"key": "k-1", "on": "12.03.2026", "means": "hand", "grounds": "<b>There is a buyer.</b>"}
    assert client.post(address, given).status_code == 302
    assert client.post(address, given).status_code == 302
    appeal = Appeal.objects.get()
    assert client.post(address, {**given, "key": "k-2"}).status_code == 409
    here = appeal.get_absolute_url()
    page = client.get(here).content.decode()
    assert "&lt;b&gt;There is a buyer.&lt;/b&gt;" in page
    assert "Gohar Simonyan" in page
    assert "Why?" not in page
    answer = {"key": "k-3", "upheld": "yes", "answer": "The contract was shown."}
    assert client.post(here, answer).status_code == 403
    client.force_login(people.secretary)
    assert "You had a hand in this decision" in client.get(here).content.decode()
    assert client.post(here, answer).status_code == 403
    client.force_login(people.manager)
    assert client.post(here, {"key": "k-3"}).status_code == 400
    assert client.post(here, answer).status_code == 302
    assert client.post(here, {**answer, "key": "k-4"}).status_code == 409
    assert "The contract was shown." in client.get(here).content.decode()
    page = client.get("/committee/appeals/?which=answered").content.decode()
    assert "Upheld" in page
    application.refresh_from_db()
    assert application.state == "eligible"


def test_the_list_counts_what_waits_and_what_is_late(office, client):
    appealed(office)
    client.force_login(office.people.manager)
    assert "1 waits for an answer" in client.get("/committee/appeals/").content.decode()
    with standing_at(days(31)):
        page = client.get("/committee/appeals/?which=late").content.decode()
        assert "1 waits for an answer, 1 of them late" in page
        assert "Late" in page


def test_strangers_members_and_the_conflicted_find_no_appeal(office, client):
    appeal = appealed(office)
    people = office.people
    for user in (people.member1, people.maker, people.donor, grant_office("elsewhere").people.manager):
        client.force_login(user)
        assert client.get(appeal.get_absolute_url()).status_code == 404
    seat(people.member2, office.programme, Role.MANAGER)
    client.force_login(people.member2)
    assert client.get(appeal.get_absolute_url()).status_code == 404
    for user in (people.member1, people.donor):
        client.force_login(user)
        assert client.get("/committee/appeals/").status_code == 403
