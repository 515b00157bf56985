"""What a page says when nothing was done: one sentence, what is missing, and the status that scripts rely on."""

import pytest
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import BadRequest, PermissionDenied
from django.urls import path

from audit.refusals import Blocked, Invalid, KeyReused, LostRace, NotAllowed, Stale
from config.urls import urlpatterns as real
from tests.markup import read

REFUSALS = {
    "blocked": Blocked("Not possible yet.", ["Co-financing is not paid.", "<b>Two</b> quotes are missing."]),
    "stale": Stale(),
    "race": LostRace(),
    "theirs": NotAllowed(),
    "reused": KeyReused(),
    "invalid": Invalid("No such account."),
    "denied": PermissionDenied(),
    "bad": BadRequest(),
    "fault": RuntimeError("a fault of ours"),
}


@login_not_required
def refuse(request, what):
    raise REFUSALS[what]


urlpatterns = [path("refuse/<str:what>/", refuse), *real]
pytestmark = [pytest.mark.urls(__name__), pytest.mark.django_db]


@pytest.mark.parametrize(
    ("what", "status", "title"),
    [
        ("blocked", 409, "Nothing was changed"),
        ("stale", 409, "Nothing was changed"),
        ("race", 409, "Nothing was changed"),
        ("theirs", 403, "This is not yours to do"),
        ("reused", 422, "This was sent before"),
        ("invalid", 400, "This cannot be accepted"),
        ("denied", 403, "This is not yours to do"),
        ("bad", 400, "This cannot be read"),
    ],
)
def test_each_refusal_has_its_page_and_status(what, status, title, client, office):
    client.force_login(office.people.adviser)
    response = client.get(f"/refuse/{what}/")
    assert response.status_code == status
    assert read(response).one("h1").text == title
    assert response["Cache-Control"] == "no-store"


def test_a_blocked_page_lists_what_is_missing_as_text(client):
    page = read(client.get("/refuse/blocked/"))
    assert [item.text for item in page.one("div", class_="sb-notice--stop").all("li")] == [
        "Co-financing is not paid.",
        "<b>Two</b> quotes are missing.",
    ]


def test_a_fault_of_ours_says_so_without_telling_what_broke(client):
    client.raise_request_exception = False
    response = client.get("/refuse/fault/")
    assert response.status_code == 500
    assert read(response).one("h1").text == "Something went wrong here"
    assert b"a fault of ours" not in response.content
