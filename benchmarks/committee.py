"""The review loop at a session of 500 cases: from one case to the next, with summary, score card and rail."""

import time

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from benchmarks import ground
from benchmarks.measure import Figure, seconds
from programmes.clock import standing_at
from selection.models import Session
from selection.services import confirm_interests
from tests.office import DAY
from tests.steps_applicants import eligible_application, registered_person
from tests.steps_selection import open_session
from tests.twins import twins

FEW, MANY = 20, 500
TURNS = 15
MOST_SECONDS = 0.3
CARD = {"what": "submit", "score_relevance": "4", "score_feasibility": "3"}


def run(quick):
    with standing_at(DAY):
        return list(_figures(50 if quick else MANY))


def _figures(many):
    """Server time is the processor time of the process that answers; the clock of the wall stands in the note."""
    places = _session("review-few", FEW), _session("review-many", many)
    for what, act in (("open the next case", _read), ("hand in a card and open the next", _hand_in)):
        for place in places:
            act(place, 1)
        floor, taken, walls = [], [], []
        for turn in range(TURNS):
            floor.append(_timed(act, places[0], 2 + turn)[0])
            spent, wall = _timed(act, places[1], 2 + turn)
            taken.append(spent)
            walls.append(wall)
        queries = [_queries(act, place, 2 + TURNS) for place in places]
        yield Figure(
            name=f"{what}, {many} cases",
            unit="s",
            target=f"each within {MOST_SECONDS} s of server time",
            values=taken,
            floor=floor,
            floor_name=f"{FEW} cases",
            note=f"{queries[0]} queries at {FEW} cases, {queries[1]} at {many}; by the wall {max(walls):.3f} s at most",
            met=max(taken) <= MOST_SECONDS,
        )


def _timed(act, place, position):
    """(processor seconds, seconds by the wall) of one act."""
    started = time.process_time()
    wall, _answer = seconds(lambda: act(place, position))
    return time.process_time() - started, wall


def _read(place, position):
    session, client = place
    return _ok(client.get(f"/committee/{session.ref}/cases/{position}/"), 200)


def _hand_in(place, position):
    """The card is saved, and the page of the next case comes."""
    session, client = place
    return _ok(client.post(f"/committee/{session.ref}/cases/{position}/", CARD, follow=True), 200)


def _ok(answer, status):
    if answer.status_code != status:
        raise RuntimeError(f"{answer.request['PATH_INFO']} answered {answer.status_code}")
    return answer


def _queries(act, place, position):
    with CaptureQueriesContext(connection) as caught:
        act(place, position)
    return len(caught)


def _session(key, count):
    """(session open with `count` cases, client of a member who has declared them all)."""
    place = ground.office(key)
    model = eligible_application(place, registered_person(place, "Anahit Sargsyan"))
    session = Session.objects.get(pk=open_session(place, model, *twins(place, model, count - 1)).pk)
    member = place.people.member1
    confirm_interests(session=session, on=DAY, by=member)
    client = Client()
    client.force_login(member)
    return session, client
