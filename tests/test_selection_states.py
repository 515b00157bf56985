"""Every state of a session, every state of a case, every act, every role: allowed or refused, by crafted POSTs.

The reviewed table is tests/data/committee_table.csv; SEEDBED_WRITE_TABLE=1 writes it anew. "done" is an act that left
its event in the chain (or a page that opened); a number is the status with which it was refused, without a trace. The
long setting asks everybody everything, the short one those whom an act is for and those nearest to them.
"""

import csv
import itertools
import logging
import os
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import transaction
from django.http import HttpResponse
from django.template import base
from django.test import Client

from accounts.models import User
from applicants.services import withdraw_application
from audit.models import Event
from config import urls
from pages import middleware
from programmes.clock import standing_at
from programmes.models import AmountBand, Role
from programmes.roles import forget
from selection.models import Seat, Session
from selection.services import add_cases as put_on_agenda
from selection.services import (
    cast_vote,
    close_session,
    decide_case,
    declare_interests,
    end_seat,
    found_committee,
    plan_session,
    record_sitting,
    remove_case,
    save_review,
    seat_member,
    send_packet,
    start_sitting,
)
from tests.markup import read
from tests.office import DAY, PASSWORD, grant_office, make_user, seat
from tests.steps_applicants import eligible_application
from tests.steps_selection import NONE

pytestmark = [pytest.mark.django_db, pytest.mark.once]

TABLE = Path(__file__).parent / "data" / "committee_table.csv"
HEAD = ("session", "case", "act")
KEEPING = ("send_packet", "start", "close", "reopen", "add_cases", "attendance", "decide_all", "more_time")
KEEPING_CASE = ("decide", "remove", "approve_reserve")
JUDGING_CASE = ("score", "abstain", "vote", "lift", "take_back")
LONG = "SEEDBED_SOAK" in os.environ or "SEEDBED_WRITE_TABLE" in os.environ
OUTSIDE = ("former", "adviser", "elsewhere", "superuser", "anonymous")
# What stands on the agenda of each session, in order.
CASES = {
    "planned": ("waiting",),
    "open": ("waiting", "consent", "removed", "withdrawn"),
    "sitting": ("waiting", "voted", "consent", "decided", "removed", "withdrawn"),
    "closed": ("approved", "reserve", "rejected", "put off"),
}


@dataclass
class House:
    """One committee with a session in each state; `cast` are the people by role, `free` an application that waits.

    `judges` are the three who score and vote: the chair, the member of the table, and one more.
    """

    office: object
    cast: dict
    judges: list
    committee: object = None
    sessions: dict = field(default_factory=dict)
    free: object = None
    seen: dict = field(default_factory=dict)
    keys: object = field(default_factory=itertools.count)


def furnished():
    """Built through the services; the clock must stand at DAY."""
    office = grant_office(line_ceiling=1_500_000)
    office.call.quorum_number = 2
    office.call.save()
    AmountBand.objects.filter(window=office.window).update(consent=True, assessors=0)
    AmountBand.objects.create(window=office.window, from_amount=500_000, plan_form="one_page", assessors=1)
    cast = _cast(office)
    house = House(office, cast, [cast["chair"], cast["member"], make_user("Levon Asatryan", "S-9")])
    seat(house.judges[2], office.programme, Role.MEMBER)
    house.committee = _committee(house)
    for state, cases in CASES.items():
        house.sessions[state] = _planned(house, [_application(office, case) for case in cases])
    house.free = _application(office, "waiting")
    for state in ("open", "sitting", "closed"):
        house.sessions[state] = send_packet(session=house.sessions[state], on=DAY, by=office.people.secretary)
        _declared(house, house.sessions[state])
        for judge in house.judges[:2] if state != "closed" else ():
            begun = {"relevance": 3, "feasibility": 3}
            save_review(case=house.sessions[state].cases.first(), scores=begun, submit=False, on=DAY, by=judge)
    _close(house)
    _sit(house)
    _gone(house, house.sessions["open"])
    return house


def _application(office, case):
    """A small one goes on the consent agenda; a large one is scored."""
    return eligible_application(office, **({"amount": 200_000, "own": 60_000} if case == "consent" else {}))


def _cast(office):
    people = office.people
    cousin, watcher, left = (
        make_user(name, f"S-{number}")
        for number, name in enumerate(("Knarik Hakobyan", "Nune Karapetyan", "Hrant Davtyan"), 1)
    )
    for user in (cousin, watcher, left):
        seat(user, office.programme, Role.MEMBER)
    return {
        "secretary": people.secretary,
        "manager": people.manager,
        "chair": people.member1,
        "member": people.member2,
        "undeclared": people.member3,
        "conflicted": cousin,
        "observer": watcher,
        "former": left,
        "adviser": people.adviser,
        "elsewhere": grant_office("kura").people.secretary,
        "superuser": User.objects.create_superuser("root@seedbed.test", PASSWORD, name="Root", staff_number="X-03"),
        "anonymous": None,
    }


def _committee(house):
    programme, cast, manager = house.office.programme, house.cast, house.office.people.manager
    committee = found_committee(programme=programme, name="Selection committee", on=DAY, by=manager)
    for user in (cast["chair"], cast["member"], cast["undeclared"], cast["conflicted"], house.judges[2]):
        role = Seat.Role.CHAIR if user == cast["chair"] else Seat.Role.MEMBER
        seat_member(committee=committee, user=user, role=role, on=DAY, by=manager)
    seat_member(committee=committee, user=cast["observer"], role=Seat.Role.OBSERVER, on=DAY, by=manager)
    long_ago = DAY - timedelta(days=30)
    held = Seat.objects.create(committee=committee, user=cast["former"], role=Seat.Role.MEMBER, starts_on=long_ago)
    end_seat(seat=held, on=DAY - timedelta(days=1), by=manager, reason="Elected elsewhere.")
    return committee


def _planned(house, applications):
    secretary = house.office.people.secretary
    session = plan_session(
        committee=house.committee, call=house.office.call, sits_on=DAY, scores_due_on=DAY, on=DAY, by=secretary
    )
    return put_on_agenda(session=session, applications=applications, on=DAY, by=secretary)


def _declared(house, session):
    refs = list(session.cases.values_list("application__ref", flat=True))
    for user in (*house.judges, house.cast["observer"]):
        declare_interests(session=session, declarations=dict.fromkeys(refs, NONE), on=DAY, by=user)
    # An interest would take the small case off the consent agenda: of that one the cousin has not said anything.
    refs = list(session.cases.filter(on_consent=False).values_list("application__ref", flat=True))
    conflict = dict.fromkeys(refs, ("family", "My cousin."))
    declare_interests(session=session, declarations=conflict, on=DAY, by=house.cast["conflicted"])


def _started(house, session, *positions):
    """The session sits; the members of `positions` have a card and their votes."""
    for case in session.cases.filter(position__in=positions):
        for judge in house.judges:
            save_review(case=case, scores={"relevance": 4, "feasibility": 4}, on=DAY, by=judge)
    present = [*house.judges, house.cast["undeclared"], house.cast["conflicted"], house.cast["observer"]]
    record_sitting(session=session, present=present, on=DAY, by=house.office.people.secretary)
    return start_sitting(session=session, on=DAY, by=house.office.people.secretary)


def _voted(house, session, position, choice="for", reason=""):
    case = session.cases.get(position=position)
    for judge in house.judges:
        cast_vote(case=case, choice=choice, reason=reason, on=DAY, by=judge)
    return case


def _close(house):
    """Approved; short of money and so on the reserve list; rejected; put off."""
    session, secretary = _started(house, house.sessions["closed"], 1, 2, 3, 4), house.office.people.secretary
    for position, choice in enumerate(("for", "for", "against", "defer"), 1):
        case = _voted(house, session, position, choice, "No cold room." if position > 2 else "")
        decide_case(case=case, reserve_list=True, on=DAY, by=secretary)
    house.sessions["closed"] = close_session(session=session, on=DAY, by=secretary)
    # So much comes free that the case on the reserve list fits, and one more after it.
    house.office.line.ceiling_amount = 4_500_000
    house.office.line.save()


def _sit(house):
    session = _started(house, house.sessions["sitting"], 2, 4)
    _voted(house, session, 2)
    decide_case(case=_voted(house, session, 4), on=DAY, by=house.office.people.secretary)
    house.sessions["sitting"] = session
    _gone(house, session)


def _gone(house, session):
    """The last two of the agenda: taken off, and withdrawn by the applicant."""
    last = session.cases.count()
    secretary = house.office.people.secretary
    remove_case(case=session.cases.get(position=last - 1), reason="The shop burnt down.", on=DAY, by=secretary)
    application = session.cases.get(position=last).application
    withdraw_application(application=application, reason="Moved away.", on=DAY, by=secretary)


# Acts ----------------------------------------------------------------------------------------------------------------


def session_acts(house, session):
    """(act, path after the session's, data or None for GET)."""
    fresh = Session.objects.get(pk=session.pk)
    move = {"version": fresh.version, "reason": "It is asked for."}
    waiting = next((number for number, case in enumerate(CASES[fresh.state], 1) if case == "waiting"), 1)
    present = [*house.judges, house.cast["undeclared"], house.cast["conflicted"], house.cast["observer"]]
    later = f"{DAY + timedelta(days=3):%d.%m.%Y}"
    yield from ((verb, f"do/{verb}/", move) for verb in ("send_packet", "start", "close", "reopen"))
    yield "add_cases", "add/", {"applications": [house.free.pk]}
    yield "attendance", "attendance/", {"present": [user.pk for user in present]}
    yield "decide_all", "do/decide_all/", {}
    yield "more_time", "more-time/", {"scores_due_on": later, "reason": "Two members are ill."}
    yield "declare", "declare/", {"what": "confirm"}
    yield "interest", "declare/", {"what": "some", f"kind_{waiting}": "friend", f"reason_{waiting}": "My neighbour."}
    seen = house.seen.get((fresh.state, f"seen_{waiting}"), "-")
    card = {f"seen_{waiting}": seen, f"v_{waiting}_relevance": "3", f"v_{waiting}_feasibility": "3"}
    yield "table", "table/", {"what": f"row_{waiting}", **card, f"v_{waiting}_relevance": "4"}
    yield "hand_in", "table/hand-in/", card
    yield "votes", "vote/", {f"choice_{waiting}": "for"}
    yield "consent_votes", "consent/", {"version": fresh.version}
    for page in ("", "scores/?format=csv", "live/", "minutes/", "minutes.pdf"):
        yield f"read {page or 'session'}", page, None


def case_acts(position):
    here = f"cases/{position}/"
    yield "read", here, None
    yield "score", here, {"what": "submit", "score_relevance": "3", "score_feasibility": "3"}
    yield "abstain", here, {"what": "abstain"}
    yield "vote", here, {"what": "vote", "choice": "for"}
    yield "ask", f"{here}ask/", {"question": "Who milks the cows?"}
    yield "lift", f"{here}do/lift/", {}
    yield "take_back", f"{here}do/take_back_vote/", {}
    yield "decide", f"{here}do/decide/", {"reserve_list": "on"}
    yield "remove", f"{here}do/remove/", {"reason": "The shop burnt down."}
    yield "approve_reserve", f"{here}do/approve_reserve/", {}


def calls(house):
    """(row of the table, position of the case or 0, path, data or None for GET)."""
    for state, session in house.sessions.items():
        base = f"/committee/{session.ref}/"
        for act, path, data in session_acts(house, session):
            yield (state, "", act), 0, base + path, data
        for position, case in enumerate(CASES[state], 1):
            for act, path, data in case_acts(position):
                yield (state, case, act), position, base + path, data


def is_asked(role, act, position):
    if LONG:
        return True
    if act.startswith("read"):
        return role in ("conflicted", "member")
    if act in KEEPING + KEEPING_CASE:
        return role == "secretary" or (position < 2 and role in ("manager", "member", "anonymous"))
    return role == "member" or (position < 2 and role in ("secretary", "observer", "conflicted", "undeclared"))


def seen_by(client, house):
    """{(state, name): value} of the hidden boxes by which the table of cards knows what its reader saw of each case."""
    found = {}
    for state in ("open", "sitting"):
        page = client.get(f"/committee/{house.sessions[state].ref}/table/").content.decode()
        for box in read(page).all("input"):
            found[state, box.get("name", "")] = box.get("value", "")
    return found


@pytest.fixture(scope="module")
def house(django_db_setup, django_db_blocker):
    """One house for the whole module, and nothing of it left behind."""
    with django_db_blocker.unblock(), standing_at(DAY), transaction.atomic():
        yield furnished()
        transaction.set_rollback(True)


@pytest.fixture(scope="module")
def told(house):
    """{(session, case, act): {role: what came of it}}."""
    visitors = {}
    for role, user in house.cast.items():
        visitors[role] = Client(raise_request_exception=False)
        if user is not None:
            forget(user)
            visitors[role].force_login(user)
    house.seen = seen_by(visitors["member"], house)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(urls, "handler404", lambda request, exception: HttpResponse(status=404), raising=False)
        patch.setattr(logging.getLogger("django.request"), "disabled", True)
        patch.setattr(middleware, "refusal_page", lambda request, refusal: HttpResponse(status=refusal.status))
        # What the pages look like is tested elsewhere; here only their status is read.
        patch.setattr(base.Template, "render", lambda self, context: "")
        return {
            key: {
                role: answered(house, client, path, data)
                for role, client in visitors.items()
                if is_asked(role, key[2], position)
            }
            for key, position, path, data in calls(house)
        }


def answered(house, client, path, data):
    """ "done", the status of the refusal, or "login". What was written is undone; a refusal that writes is an error."""
    before = Event.objects.count()
    with transaction.atomic():
        if data is None:
            answer = client.get(path)
        else:
            answer = client.post(path, {"key": f"key-{next(house.keys)}", **data})
        answer.close()
        written = Event.objects.count() - before
        transaction.set_rollback(True)
    if answer.status_code == 302 and answer["Location"].startswith("/accounts/login/"):
        return "login"
    if data is None:
        return "done" if answer.status_code == 200 else str(answer.status_code)
    if written:
        return "done" if answer.status_code == 302 else f"{answer.status_code} and {written} events"
    return "nothing" if answer.status_code == 302 else str(answer.status_code)


@pytest.fixture(scope="module")
def reviewed():
    """The whole table: {(session, case, act): {role: what should come of it}}."""
    with TABLE.open(newline="") as file:
        head, *rows = csv.reader(file)
    return {tuple(row[:3]): dict(zip(head[3:], row[3:], strict=True)) for row in rows}


def test_every_act_in_every_state_by_every_role_is_as_the_reviewed_table_says(told, request):
    if "SEEDBED_WRITE_TABLE" in os.environ:
        roles = list(next(iter(told.values())))
        with TABLE.open("w", newline="") as file:
            rows = [(*key, *row.values()) for key, row in told.items()]
            csv.writer(file, lineterminator="\n").writerows([(*HEAD, *roles), *rows])
    reviewed = request.getfixturevalue("reviewed")
    assert told.keys() == reviewed.keys()
    differences = [
        f"{' '.join(key)}, {role}: the table says {reviewed[key][role]}, the house {now}"
        for key, row in told.items()
        for role, now in row.items()
        if reviewed[key][role] != now
    ]
    assert differences == []


def doers(told, acts):
    """{(session, case, act): roles that can} of these acts."""
    return {key: {role for role, said in row.items() if said == "done"} for key, row in told.items() if key[2] in acts}


def test_nothing_is_written_behind_a_refusal_and_nothing_breaks(reviewed):
    answers = {(*key, role): said for key, row in reviewed.items() for role, said in row.items()}
    assert {key: said for key, said in answers.items() if said.startswith("5") or " " in said} == {}


def test_only_the_secretary_keeps_the_session(reviewed):
    for key, roles in doers(reviewed, KEEPING + KEEPING_CASE).items():
        assert roles <= {"secretary"}, key


def test_only_members_judge_and_neither_secretary_nor_manager_nor_observer_does(reviewed):
    for key, roles in doers(reviewed, (*JUDGING_CASE, "table", "hand_in", "votes", "consent_votes")).items():
        assert roles <= {"chair", "member"}, key
    assert doers(reviewed, ("declare",))[("open", "", "declare")] >= {"undeclared", "member"}


def test_a_conflicted_member_does_and_opens_nothing_of_a_case(reviewed):
    wanted = {key: row["conflicted"] for key, row in reviewed.items() if key[1]}
    assert set(wanted.values()) == {"404"}


def test_who_has_not_declared_reads_no_case_and_judges_none(reviewed):
    assert {row["undeclared"] for key, row in reviewed.items() if key[1]} == {"404"}


def test_whoever_is_outside_finds_nothing_in_any_state(reviewed):
    said = {row[role] for row in reviewed.values() for role in OUTSIDE}
    assert said == {"404", "login"}


def test_scores_before_and_in_the_sitting_votes_in_it_decisions_in_it(reviewed):
    scored = {key[:2] for key, roles in doers(reviewed, ("score",)).items() if roles}
    assert scored == {("open", "waiting"), ("open", "consent"), ("sitting", "waiting"), ("sitting", "consent")}
    assert {key[:2] for key, roles in doers(reviewed, ("vote",)).items() if roles} == {
        ("sitting", "waiting"),
        ("sitting", "consent"),
    }
    assert {key[:2] for key, roles in doers(reviewed, ("decide",)).items() if roles} == {("sitting", "voted")}
    assert {key[:2] for key, roles in doers(reviewed, ("approve_reserve",)).items() if roles} == {("closed", "reserve")}
    assert {key[0] for key, roles in doers(reviewed, ("reopen",)).items() if roles} == {"closed"}
