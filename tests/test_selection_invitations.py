"""Invitations: who gets them, what they say, and what never stands in them."""

from smtplib import SMTPException

import pytest
from django.core import mail

from audit.models import Event
from audit.refusals import Blocked, Invalid, NotAllowed
from config.desk import queue_for
from programmes.clock import standing_at
from selection import tasks
from selection.models import Invitation, Session
from selection.services import invite_members
from tests.office import DAY, grant_office, loan_office
from tests.steps_applicants import eligible_application, registered_person
from tests.steps_selection import closed_session, members_of, open_session, planned_session

pytestmark = pytest.mark.in_turn


@pytest.fixture
def visit(client):
    def read(user, url, data=None, status=200):
        client.force_login(user)
        answer = client.post(url, data) if data is not None else client.get(url)
        assert answer.status_code == status, (answer.status_code, answer.content.decode()[:2000])
        return answer.content.decode()

    return read


def named(office, name="Hasmik Arakelyan"):
    return eligible_application(office, registered_person(office, name))


def at(session):
    return f"/committee/{session.ref}/invitation/"


def invite(session, office, members=None, **how):
    members = members_of(office) if members is None else members
    return invite_members(session=session, members=members, on=DAY, by=office.people.secretary, **how)


def test_a_secretary_invites_the_members_by_mail_and_on_their_desk(office, visit):
    session, people = open_session(office, named(office)), office.people
    text = visit(people.secretary, at(session))
    assert "What the message says" in text
    form = {"members": [user.pk for user in members_of(office)], "place": "Town hall, room 12, at 10:00", "key": "i1"}
    visit(people.secretary, at(session), form, 302)
    assert {message.to[0] for message in mail.outbox} == {user.email for user in members_of(office)}
    message = next(one for one in mail.outbox if one.to == [people.member1.email])
    assert message.subject == "Programme spring: committee session S-2026-01"
    for said in (
        "Dear Ruben Harutyunyan,",
        "The committee sits on: 12.03.2026",
        "Place and hour: Town hall, room 12, at 10:00",
        f"http://testserver/committee/{session.ref}/",
        "Lilit Danielyan",
    ):
        assert said in message.body
    assert Invitation.objects.filter(mailed_at__isnull=False).count() == 3
    assert Event.objects.get(kind="session.invite").subject == session.ref
    waiting = [item for rows in queue_for(people.member1).values() for item in rows]
    assert ("Committee, S-2026-01", "Town hall, room 12, at 10:00") in [(i.verb_text, i.state_text) for i in waiting]
    own = visit(people.member1, at(session))
    assert "Town hall, room 12" in own
    assert "Lilit Danielyan, 12 March 2026" in own


def test_no_case_and_no_applicant_stands_in_an_invitation(office):
    application = named(office)
    session = open_session(office, application)
    invite(session, office)
    tasks.mail_invitations.call(session.pk, "http://testserver/x")
    said = "\n".join(f"{message.subject}\n{message.body}" for message in mail.outbox)
    for trace in ("Hasmik", "Arakelyan", application.ref, application.title, "10,000"):
        assert trace not in said


def test_the_invitation_of_a_confidential_programme_carries_its_neutral_name(db):
    with standing_at(DAY):
        office = grant_office("quiet", confidential=True)
        session = open_session(office, named(office))
        session.committee.name = "Committee for survivors"
        session.committee.save()
        office.call.name = "Call for survivors"
        office.call.save()
        invite(session, office)
        tasks.mail_invitations.call(session.pk, "http://testserver/x")
        message = mail.outbox[0]
        assert message.subject == "Small business support: committee session S-2026-01"
        for trace in ("survivors", "quiet", "Returnees"):
            assert trace not in f"{message.subject}{message.body}"
        items = [item for rows in queue_for(office.people.member1).values() for item in rows]
        meeting = next(item for item in items if item.verb_text.startswith("Committee, "))
        assert meeting.why == "Small business support"


def test_the_written_procedure_is_told_with_its_last_day(office):
    session = open_session(office, named(office))
    Session.objects.filter(pk=session.pk).update(procedure="written", votes_due_on=DAY, scores_due_on=DAY)
    invite(session, office, place="nowhere")
    tasks.mail_invitations.call(session.pk, "http://testserver/x")
    body = mail.outbox[0].body
    assert "Written procedure, votes until: 12.03.2026" in body
    assert "Scores until: 12.03.2026" in body
    assert "nowhere" not in body
    assert "sits on" not in body


def test_an_invitation_is_sent_again_to_those_who_are_ticked(office, visit):
    session, people = open_session(office, named(office)), office.people
    invite(session, office, place="Room 1")
    tasks.mail_invitations.call(session.pk, "http://testserver/x")
    mail.outbox.clear()
    visit(people.secretary, at(session), {"members": [people.member2.pk], "place": "Room 2", "key": "i2"}, 302)
    assert [message.to for message in mail.outbox] == [[people.member2.email]]
    assert "Room 2" in mail.outbox[0].body
    row = Invitation.objects.get(member=people.member2)
    assert row.times == 2
    assert "2 times" in visit(people.secretary, at(session))
    assert Invitation.objects.count() == 3


def test_a_mail_that_cannot_leave_is_shown_and_stops_no_other(office, visit, monkeypatch):
    session, people = open_session(office, named(office)), office.people
    sent = []

    def send(subject, body, sender, to):
        if to == [people.member1.email]:
            raise SMTPException("no such box")
        sent.extend(to)

    monkeypatch.setattr(tasks, "send_mail", send)
    invite(session, office)
    tasks.mail_invitations.call(session.pk, "http://testserver/x")
    assert len(sent) == 2
    assert Invitation.objects.get(mailed_at=None).member == people.member1
    assert "not mailed" in visit(people.secretary, at(session))
    monkeypatch.undo()
    tasks.mail_invitations.call(session.pk, "http://testserver/x")
    assert [message.to for message in mail.outbox] == [[people.member1.email]]


def test_only_the_secretary_invites_only_members_and_only_to_an_open_session(office, visit):
    people = office.people
    planned = planned_session(office, named(office, "Vardan Ghazaryan"))
    with pytest.raises(Blocked):
        invite(planned, office)
    session = open_session(office, named(office))
    for user in (people.manager, people.member1, people.adviser):
        with pytest.raises(NotAllowed):
            invite_members(session=session, members=members_of(office), on=DAY, by=user)
    with pytest.raises(Invalid, match="no seat"):
        invite(session, office, [people.adviser])
    with pytest.raises(Invalid, match="Tick at least one"):
        invite(session, office, [])
    visit(people.manager, at(session), {"members": [people.member1.pk], "key": "i3"}, 403)
    for user in (people.member1, people.adviser, loan_office("elsewhere").people.secretary):
        visit(user, at(session), status=404)
        visit(user, at(session), {"members": [people.member1.pk]}, 404)
    closed = closed_session(office, named(office, "Karen Sahakyan"))
    with pytest.raises(Blocked):
        invite(closed, office)
    visit(people.secretary, at(closed), status=404)
    assert not Invitation.objects.exists()
