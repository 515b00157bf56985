"""The table of cards: the whole packet typed in one form, kept, and handed in by row or all at once."""

import pytest

from selection.models import Case, Review
from selection.own_packet import packet_of
from selection.services import declare_interests, save_review
from tests.office import DAY, loan_office
from tests.steps_applicants import eligible_application, registered_person
from tests.steps_selection import NAMES, at, declare_all, open_session, sitting_session, three

pytestmark = pytest.mark.once


def filled(page, what, **typed):
    """What the browser sends: every box of the page, with what was typed in some."""
    boxes = page.all("input")
    return {box["name"]: box.get("value", "") for box in boxes if box.get("name")} | typed | {"what": what}


def cards(member):
    """[(position, in or kept, values)] of the member."""
    rows = Review.objects.filter(member=member).order_by("case__position").prefetch_related("scores")
    return [
        (row.case.position, "in" if row.submitted_on else "kept", [one.value for one in row.scores.all()])
        for row in rows
    ]


def opened_packet(office, *applications):
    session = open_session(office, *(applications or three(office)))
    return declare_all(office, session), office.people.member1


def test_what_is_typed_is_kept_and_comes_back_and_is_nobody_elses(office, visit):
    session, member = opened_packet(office)
    page = visit(member, at(session, "table"))
    visit(member, at(session, "table"), filled(page, "keep", v_1_relevance="4", v_2_relevance="N", c_2="Far away."))
    assert cards(member) == [(1, "kept", [4]), (2, "kept", [None])]
    page = visit(member, at(session, "table"))
    assert "2 cards are kept." in page.text
    values = [page.one("input", id=name)["value"] for name in ("v_1_relevance", "v_2_relevance", "c_2")]
    assert values == ["4", "n", "Far away."]
    assert list(Review.objects.shown_to(office.people.member2)) == []


def test_one_row_is_handed_in_and_what_else_was_typed_is_kept(office, visit):
    session, member = opened_packet(office)
    page = visit(member, at(session, "table"))
    typed = {"v_2_relevance": "4", "v_2_feasibility": "n", "v_3_relevance": "5"}
    visit(member, at(session, "table"), filled(page, "row_2", **typed))
    assert cards(member) == [(2, "in", [4, None]), (3, "kept", [5])]
    page = visit(member, at(session, "table"))
    assert "1 card is in. 1 card is kept." in page.text
    assert [row.text for row in page.all("table")[1].one("tbody").all("tr")] == ["2. Vardan Ghazaryan4n/a"]


def test_a_row_that_is_not_whole_is_not_handed_in(office, visit):
    session, member = opened_packet(office)
    page = visit(member, at(session, "table"))
    page = visit(member, at(session, "table"), filled(page, "row_2", v_2_relevance="4", v_1_relevance="3"), 400)
    assert "Case 2: Choose a value for “Can it be done?”." in page.text
    assert cards(member) == [(1, "kept", [3])]
    assert page.one("input", id="v_2_relevance")["value"] == "4"
    visit(member, at(session, "table"), filled(page, "row_2", v_2_feasibility="2"))
    assert cards(member) == [(1, "kept", [3]), (2, "in", [4, 2])]


def test_all_complete_cards_are_handed_in_with_one_confirmation(office, visit):
    session, member = opened_packet(office)
    page = visit(member, at(session, "table"))
    typed = {"v_1_relevance": "5", "v_1_feasibility": "4", "v_2_relevance": "2", "v_2_feasibility": "n"}
    visit(member, at(session, "table"), filled(page, "all", **typed, v_3_relevance="1"))
    assert {state for _position, state, _values in cards(member)} == {"kept"}
    page = visit(member, at(session, "table", "hand-in"))
    rows = [row.text for row in page.one("tbody").all("tr")]
    assert [row[-4:] for row in rows] == ["86.7", "40.0"]
    assert "1 card is not complete and stays kept." in page.text
    assert [button.text for button in page.one("main").all("button")] == ["Hand in 2 cards"]
    visit(member, at(session, "table", "hand-in"), filled(page, ""))
    assert cards(member) == [(1, "in", [5, 4]), (2, "in", [2, None]), (3, "kept", [1])]
    visit(member, at(session, "table", "hand-in"), filled(page, ""), 409)


@pytest.mark.parametrize("value", ["6", "-1", "4.5", "x", "1000", "٣"])
def test_a_figure_outside_the_scale_stays_in_its_box_and_the_other_rows_are_kept(office, visit, value):
    session, member = opened_packet(office)
    page = visit(member, at(session, "table"))
    page = visit(member, at(session, "table"), filled(page, "all", v_1_relevance=value, v_2_relevance="3"), 400)
    assert "Case 1: 0 to 5, or n for not applicable." in page.text
    assert page.one("input", id="v_1_relevance")["value"] == value
    assert cards(member) == [(2, "kept", [3])]


def test_a_reason_is_asked_where_the_call_asks_for_it(office, visit):
    office.call.reasoned_values = [0, 5]
    office.call.save()
    session, member = opened_packet(office)
    page = visit(member, at(session, "table"))
    typed = {"v_1_relevance": "5", "v_1_feasibility": "4"}
    page = visit(member, at(session, "table"), filled(page, "row_1", **typed), 400)
    assert "Case 1: Say why you give 5 for" in page.text
    visit(member, at(session, "table"), filled(page, "row_1", r_1_relevance="Forty families wait."))
    assert cards(member) == [(1, "in", [5, 4])]
    assert Review.objects.get().scores.first().comment == "Forty families wait."


def test_a_case_of_ones_cousin_is_not_in_the_table_and_cannot_be_put_there(office, visit):
    applications = three(office)
    session, member = open_session(office, *applications), office.people.member1
    declare_all(office, session)
    declare_interests(session=session, declarations={applications[1].ref: ("family", "My cousin.")}, on=DAY, by=member)
    page = visit(member, at(session, "table"))
    assert "Vardan" not in page.text
    assert [row.one("th").text[:2] for row in page.one("tbody").all("tr")] == ["1.", "3."]
    forged = {"seen_2": "1-x", "v_2_relevance": "5", "v_2_feasibility": "5"}
    page = visit(member, at(session, "table"), filled(page, "row_2", **forged), 409)
    assert "Case 2 waits for no card of yours any more; nothing of it was saved." in page.text
    assert "Vardan" not in page.text
    assert cards(member) == []


def test_a_page_that_is_older_than_the_card_saves_nothing_of_that_row(office, visit):
    """The same member has typed in another window: what is kept there is not written over unseen."""
    session, member = opened_packet(office)
    page = visit(member, at(session, "table"))
    save_review(case=session.cases.get(position=1), scores={"relevance": 5}, submit=False, on=DAY, by=member)
    typed = {"v_1_relevance": "0", "v_1_feasibility": "0", "v_2_relevance": "3"}
    page = visit(member, at(session, "table"), filled(page, "row_1", **typed), 409)
    assert "Case 1: It has changed since this page was opened." in page.text
    assert page.one("input", id="v_1_relevance")["value"] == "5"
    assert cards(member) == [(1, "kept", [5]), (2, "kept", [3])]


def test_a_card_on_a_revision_that_changed_meanwhile_is_not_handed_in(office, visit):
    session, member = opened_packet(office)
    page = visit(member, at(session, "table"))
    visit(member, at(session, "table"), filled(page, "keep", v_1_relevance="4", v_1_feasibility="4"))
    page = visit(member, at(session, "table", "hand-in"))
    Case.objects.filter(session=session, position=1).update(revision=2)
    page = visit(member, at(session, "table", "hand-in"), filled(page, ""), 409)
    assert "Case 1: It has changed since this page was opened." in page.text
    assert cards(member) == [(1, "kept", [4, 4])]


def test_a_stale_card_is_typed_anew(office, visit):
    session, member = opened_packet(office)
    case = session.cases.get(position=1)
    save_review(case=case, scores={"relevance": 5, "feasibility": 5}, on=DAY, by=member)
    Case.objects.filter(pk=case.pk).update(revision=2)
    page = visit(member, at(session, "table"))
    assert "Changed since: score it again" in page.one("tbody").all("tr")[0].text
    assert page.one("input", id="v_1_relevance")["value"] == ""


def test_who_has_no_seat_finds_no_table_and_without_a_grid_there_is_none(office, visit):
    session, member = opened_packet(office)
    for stranger in (office.people.adviser, office.people.secretary, office.people.maker):
        visit(stranger, at(session, "table"), status=404)
        visit(stranger, at(session, "table", "hand-in"), {"seen_1": "1-x"}, 404)
    lending = loan_office()
    sitting = sitting_session(lending, eligible_application(lending))
    visit(lending.people.member1, at(sitting, "table"), status=404)
    page = visit(lending.people.member1, at(sitting, "vote"))
    assert [cell.text for cell in page.one("tbody").all("td", class_="num")] == ["USD 1,200.00", "12"]
    visit(member, at(session, "table"), {"what": "everything"}, 400)
    visit(member, at(session, "table", "hand-in"), {}, 400)
    assert packet_of(session, member).scored == 0


def test_a_long_packet_shows_the_cases_near_the_open_one_and_counts_all(office, visit, monkeypatch):
    monkeypatch.setattr("selection.own_packet.NEAR", 1)
    names = (*NAMES, "Karen Sahakyan", "Lilit Avagyan")
    session = open_session(office, *(eligible_application(office, registered_person(office, name)) for name in names))
    member = office.people.member1
    declare_all(office, session, [member])
    save_review(
        case=session.cases.get(position=5), scores=dict.fromkeys(("relevance", "feasibility"), 4), on=DAY, by=member
    )
    page = visit(member, at(session, "cases", "2"))
    rail = page.one("nav", id="packet")
    assert [link.text for link in rail.one("ol").all("a")] == list(NAMES)
    assert "Your packet: 1 of 5 scored" in rail.text
    assert rail.all("a")[-1].text == "All 5 cases"
    assert packet_of(session, member, around=2).after(2).case.get_absolute_url() == at(session, "cases", "3")
