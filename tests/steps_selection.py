"""The committee's part of a case, through its services: each step takes a case one stage further."""

from programmes.clock import today
from selection.models import Committee, Declaration, Seat
from selection.services import (
    add_cases,
    cast_vote,
    close_session,
    decide_all,
    declare_interests,
    found_committee,
    plan_session,
    record_sitting,
    save_review,
    seat_member,
    send_packet,
    start_sitting,
)
from tests.replay import replayed
from tests.steps_applicants import eligible_application, registered_person

NONE = (Declaration.Kind.NONE, "")


def members_of(office):
    return [office.people.member1, office.people.member2, office.people.member3]


@replayed
def committee_of(office):
    """The programme's committee of three, the first of them its voting chair."""
    people, day = office.people, today(office.programme)
    found = Committee.objects.filter(programme=office.programme).first()
    if found is not None:
        return found
    committee = found_committee(programme=office.programme, name="Selection committee", on=day, by=people.manager)
    for member in members_of(office):
        role = Seat.Role.CHAIR if member == people.member1 else Seat.Role.MEMBER
        seat_member(committee=committee, user=member, role=role, on=day, by=people.manager)
    return committee


@replayed
def planned_session(office, *applications, sits_on=None):
    day, secretary = today(office.programme), office.people.secretary
    session = plan_session(
        committee=committee_of(office), call=office.call, sits_on=sits_on or day, on=day, by=secretary
    )
    return add_cases(session=session, applications=list(applications), on=day, by=secretary)


@replayed
def open_session(office, *applications):
    session = planned_session(office, *applications)
    return send_packet(session=session, on=today(office.programme), by=office.people.secretary)


def declare_all(office, session, members=None):
    """Everybody declares: no interest in any case."""
    refs = session.cases.values_list("application__ref", flat=True)
    for member in members or members_of(office):
        declare_interests(
            session=session, declarations=dict.fromkeys(refs, NONE), on=today(office.programme), by=member
        )
    return session


def score_all(office, session, value=4, members=None):
    """Everybody gives every case the same value on every criterion."""
    codes = [row["code"] for row in session.rules["criteria"]]
    for case in session.cases.all() if codes else ():
        for member in members or members_of(office):
            save_review(case=case, scores=dict.fromkeys(codes, value), on=today(office.programme), by=member)
    return session


@replayed
def sitting_session(office, *applications):
    """A session that sits, everybody present, declared and done with the scores; nobody has voted."""
    session = score_all(office, declare_all(office, open_session(office, *applications)))
    day, secretary = today(office.programme), office.people.secretary
    record_sitting(session=session, present=members_of(office), on=day, by=secretary)
    return start_sitting(session=session, on=day, by=secretary)


def vote_all(office, session, choice="for", members=None, **how):
    for case in session.cases.all():
        for member in members or members_of(office):
            cast_vote(case=case, choice=choice, on=today(office.programme), by=member, **how)
    return session


@replayed
def decided_session(office, *applications, choice="for", **how):
    session = vote_all(office, sitting_session(office, *applications), choice, **how)
    return decide_all(session=session, on=today(office.programme), by=office.people.secretary)


@replayed
def closed_session(office, *applications, choice="for", **how):
    session = decided_session(office, *applications, choice=choice, **how)
    return close_session(session=session, on=today(office.programme), by=office.people.secretary)


@replayed
def rejected_session(office, **facts):
    """(application, session): one that the committee of three has rejected, and the closed sitting."""
    application = eligible_application(office, **facts)
    session = closed_session(office, application, choice="against", reason="The market is too small.")
    application.refresh_from_db()
    return application, session


@replayed
def approved_application(office, **facts):
    """An eligible application that the committee has approved as asked."""
    application = eligible_application(office, **facts)
    closed_session(office, application)
    application.refresh_from_db()
    return application


NAMES = ("Hasmik Arakelyan", "Vardan Ghazaryan", "Zaruhi Hakobyan")


@replayed
def three(office):
    """Eligible cases of NAMES."""
    return [eligible_application(office, registered_person(office, name)) for name in NAMES]


def at(session, *path):
    """The address of a page of the session."""
    return f"/committee/{session.ref}/" + "".join(f"{part}/" for part in path)
