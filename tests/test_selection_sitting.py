"""The sitting: live quorum, ranking against the money, score cards as list and files, and the reserve list."""

import csv
import io
import json

import pytest
from openpyxl import load_workbook

from applicants.services import withdraw_application
from config.desk import queue_for
from programmes.clock import standing_at
from programmes.models import Commitment
from selection.models import Decision
from selection.services import (
    cast_vote,
    close_session,
    decide_all,
    declare_interests,
    record_sitting,
    save_review,
    start_sitting,
)
from tests.markup import read
from tests.office import DAY, grant_office
from tests.steps_applicants import eligible_application, registered_person
from tests.steps_selection import (
    declare_all,
    members_of,
    open_session,
    sitting_session,
    vote_all,
)

pytestmark = pytest.mark.in_turn

FRIEND = ("friend", "We share a well.")


@pytest.fixture
def tight(db):
    """A grant office whose line holds 15,000.00 in all."""
    with standing_at(DAY):
        yield grant_office("tight", line_ceiling=1_500_000)


@pytest.fixture
def visit(client):
    """visit(user, path, data=None): the answer, with its status checked."""

    def opened(user, path, data=None, status=200, **headers):
        client.force_login(user)
        answer = client.post(path, data) if data is not None else client.get(path, headers=headers)
        assert answer.status_code == status, (answer.status_code, path)
        return answer

    return opened


def named(office, name, **facts):
    return eligible_application(office, registered_person(office, name), **facts)


def at(session, *path):
    return f"/committee/{session.ref}/" + "".join(f"{part}/" for part in path)


# Live --------------------------------------------------------------------------------------------------------------


def test_the_quorum_of_each_case_follows_who_is_here_and_who_declared_an_interest(office, visit):
    office.call.quorum_number = 3
    office.call.save()
    session = sitting_session(office, named(office, "Hasmik Arakelyan"), named(office, "Vardan Ghazaryan"))
    secretary = office.people.secretary
    page = read(visit(secretary, at(session, "live")))
    assert "3 of 3 are here, 3 needed" in page.one("section", id="live").text
    ref = session.cases.get(position=2).application.ref
    declare_interests(session=session, declarations={ref: FRIEND}, on=DAY, by=office.people.member3)
    table = read(visit(secretary, at(session))).all("table")[0]
    cells = [row.all("td")[-2].text for row in table.one("tbody").all("tr")]
    assert cells == ["3 of 3, 3 needed", "2 of 2, 3 needed"]
    assert "1 open case lacks its quorum." in visit(secretary, at(session, "live")).content.decode()
    mine = read(visit(office.people.member1, at(session))).one("section", id="live").text
    assert "Case 2 lacks it" in mine
    theirs = read(visit(office.people.member3, at(session))).one("section", id="live").text
    assert "1 open case has it" in theirs
    assert "0 of 1 of yours" in theirs


def test_the_live_part_comes_alone_to_a_page_that_refreshes_itself_and_whole_to_a_reader(office, visit):
    session = sitting_session(office, named(office, "Hasmik Arakelyan"))
    for reader in (office.people.secretary, office.people.member1):
        alone = visit(reader, at(session, "live"), **{"HX-Request": "true"}).content.decode()
        assert alone.lstrip().startswith('<section class="sb-live" id="live"')
        assert "<title>" in visit(reader, at(session, "live")).content.decode()
    visit(office.people.adviser, at(session, "live"), status=404)


def test_outside_a_sitting_there_is_no_live_page_and_one_that_refreshes_itself_becomes_the_closed_one(office, visit):
    session = open_session(office, named(office, "Hasmik Arakelyan"))
    for reader in (office.people.secretary, office.people.member1):
        visit(reader, at(session, "live"), status=404)
        answer = visit(reader, at(session, "live"), **{"HX-Request": "true"})
        assert (answer["HX-Refresh"], answer.content) == ("true", b"")
    visit(office.people.adviser, at(session, "live"), status=404, **{"HX-Request": "true"})


def test_the_ranking_says_where_the_money_of_the_line_ends(tight, visit):
    office = tight
    session = declare_all(
        office, open_session(office, named(office, "Hasmik Arakelyan"), named(office, "Vardan Ghazaryan"))
    )
    for case, value in zip(session.cases.all(), (2, 5), strict=True):
        scores = {"relevance": value, "feasibility": value}
        save_review(case=case, scores=scores, on=DAY, by=office.people.member1)
    record_sitting(session=session, present=members_of(office), on=DAY, by=office.people.secretary)
    start_sitting(session=session, on=DAY, by=office.people.secretary)
    table = read(visit(office.people.secretary, at(session))).all("table")[0]
    rows = [" ".join(cell.text for cell in row.all("th", "td")) for row in table.one("tbody").all("tr")]
    assert rows[0].startswith("1 Vardan Ghazaryan")
    assert rows[1] == "The money of Seed money ends here: EUR 5,000.00 is left, not enough for this case."
    assert "40.0" in rows[2]
    assert "short 5,000.00" in rows[2]


# Score cards as list and files ---------------------------------------------------------------------------------------


@pytest.fixture
def scored(office):
    """Two cases. Member 1 has both cards in, member 2 the first, member 3 none."""
    session = declare_all(
        office, open_session(office, named(office, "Hasmik Arakelyan"), named(office, "Vardan Ghazaryan"))
    )
    one, two, _three = members_of(office)
    first, second = session.cases.all()
    scores = {"relevance": 5, "feasibility": None}
    save_review(case=first, scores=scores, comment="A canary: the first milk.", on=DAY, by=one)
    save_review(case=second, scores=scores, comment="A canary: the second milk.", on=DAY, by=one)
    save_review(case=first, scores={"relevance": 1, "feasibility": 2}, on=DAY, by=two)
    return session


def files(visit, user, session):
    """The rows of the list of cards as CSV, XLSX and JSON, each as a list of texts."""
    base = at(session, "scores")
    text = b"".join(visit(user, f"{base}?format=csv").streaming_content).decode("utf-8-sig")
    table = list(csv.reader(io.StringIO(text)))[1:]
    answer = visit(user, f"{base}?format=xlsx")
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content
    sheet = load_workbook(io.BytesIO(content), read_only=True).worksheets[0]
    cells = [list(row) for row in sheet.iter_rows(min_row=2, values_only=True)]
    data = json.loads(b"".join(visit(user, f"{base}?format=json").streaming_content))["rows"]
    return [
        [" ".join(map(str, row)) for row in found] for found in (table, cells, [list(row.values()) for row in data])
    ]


def test_the_files_hold_the_cards_that_the_page_shows_and_no_other(office, scored, visit):
    one, two, three = members_of(office)
    cousin = scored.cases.get(position=2).application
    for reader, count in ((office.people.secretary, 3), (one, 3), (two, 2), (three, 0)):
        page = read(visit(reader, at(scored, "scores")))
        shown = page.all("tbody")
        assert (len(shown[0].all("tr")) if shown else 0) == count
        for rows in files(visit, reader, scored):
            assert len([row for row in rows if "A-2026" in row]) == count
            if reader == two:
                assert "second milk" not in " ".join(rows)
                assert cousin.ref not in " ".join(rows)
    declare_interests(session=scored, declarations={cousin.ref: FRIEND}, on=DAY, by=one)
    for rows in files(visit, one, scored):
        assert cousin.ref not in " ".join(rows)
        assert len(rows) == 2


def test_not_applicable_is_told_as_that_and_left_out_of_the_total(office, scored, visit):
    data = json.loads(
        b"".join(visit(office.people.secretary, at(scored, "scores") + "?format=json").streaming_content)
    )["rows"]
    assert {key: data[0][key] for key in ("member", "relevance", "feasibility", "total")} == {
        "member": "Ruben Harutyunyan",
        "relevance": 5,
        "feasibility": "n/a",
        "total": "100.0",
    }


def test_strangers_find_no_cards(office, scored, visit):
    for stranger in (office.people.adviser, office.people.donor, office.people.maker, office.people.monitor):
        visit(stranger, at(scored, "scores"), status=404)
        visit(stranger, at(scored, "scores") + "?format=csv", status=404)


def test_a_call_without_a_grid_has_no_cards(lending, visit):
    session = sitting_session(lending, eligible_application(lending))
    visit(lending.people.secretary, at(session, "scores"), status=404)


# Reserve list ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def reserved(tight):
    """Three cases of 10,000, 8,000 and 9,000 on a line of 15,000, all voted for and closed: the first has the money."""
    office = tight
    cases = [
        named(office, "Hasmik Arakelyan"),
        named(office, "Vardan Ghazaryan", amount=800_000, own=200_000),
        named(office, "Gayane Hovhannisyan", amount=900_000, own=250_000),
    ]
    session = declare_all(office, open_session(office, *cases))
    for case, value in zip(session.cases.all(), (5, 4, 3), strict=True):
        for member in members_of(office):
            save_review(case=case, scores={"relevance": value, "feasibility": value}, on=DAY, by=member)
    record_sitting(session=session, present=members_of(office), on=DAY, by=office.people.secretary)
    session = start_sitting(session=session, on=DAY, by=office.people.secretary)
    vote_all(office, session)
    decide_all(session=session, on=DAY, by=office.people.secretary)
    close_session(session=session, on=DAY, by=office.people.secretary)
    office.session = session
    return office


def rows_of(page):
    return [[cell.text for cell in row.all("th", "td")] for row in page.one("tbody").all("tr")]


def test_the_reserve_list_stands_by_score_against_what_is_free(reserved, visit):
    office = reserved
    page = read(visit(office.people.secretary, "/committee/reserve/"))
    assert "EUR 5,000.00 is free: it reaches for none of them." in page.text.replace("\xa0", " ")
    assert [row[0:4] for row in rows_of(page)] == [
        ["1", rows_of(page)[0][1], "80.0", "8,000.00"],
        ["2", rows_of(page)[1][1], "60.0", "9,000.00"],
    ]
    assert rows_of(page)[0][1].startswith("Vardan Ghazaryan")
    assert [item for item in queue_for(office.people.secretary)["today"] if "reserve" in item.url] == []


def test_when_money_is_freed_the_secretary_approves_from_the_list_and_the_manager_reads_it(reserved, visit):
    office, secretary = reserved, reserved.people.secretary
    office.line.ceiling_amount = 2_300_000
    office.line.save()
    item = next(item for item in queue_for(secretary)["today"] if item.url == "/committee/reserve/")
    assert "EUR 13,000.00 reaches for 1 case" in item.why.replace("\xa0", " ")
    page = read(visit(secretary, "/committee/reserve/"))
    assert [row[4] for row in rows_of(page)] == ["5,000.00", "too little"]
    link = next(link for link in page.all("a") if link.text.startswith("Approve from"))
    assert not [a for a in read(visit(office.people.manager, "/committee/reserve/")).all("a") if "Approve" in a.text]
    visit(secretary, link["href"], {"key": "r1", "reason": "The donor gave more."}, 302)
    decision = Decision.objects.live().get(case__position=2)
    assert (decision.outcome, decision.amount) == ("approve", 800_000)
    assert Commitment.objects.live().filter(case_ref=decision.application.ref).get().amount == 800_000
    assert [row[1][:6] for row in rows_of(read(visit(secretary, "/committee/reserve/")))] == ["Gayane"]


def test_a_withdrawn_case_leaves_the_reserve_list_and_strangers_find_none(reserved, visit):
    office = reserved
    for position in (2, 3):
        application = office.session.cases.get(position=position).application
        withdraw_application(application=application, reason="Moved away.", on=DAY, by=office.people.secretary)
    assert "No case waits on a reserve list." in visit(office.people.secretary, "/committee/reserve/").content.decode()
    for stranger in (office.people.member1, office.people.adviser, office.people.donor):
        visit(stranger, "/committee/reserve/", status=404)


def test_a_secretary_of_another_programme_sees_no_case_of_this_list(reserved, visit):
    other = grant_office("elsewhere")
    assert "Ghazaryan" not in visit(other.people.secretary, "/committee/reserve/").content.decode()


# Amounts -------------------------------------------------------------------------------------------------------------


def test_the_amounts_that_members_propose_and_the_one_that_follows_stand_beside_the_votes(office, visit):
    session = sitting_session(office, named(office, "Hasmik Arakelyan"))
    case = session.cases.get()
    for member, amount in zip(members_of(office), (None, 900_000, 700_000), strict=True):
        cast_vote(case=case, choice="for", amount=amount, reason="Less will do." if amount else "", on=DAY, by=member)
    text = read(visit(office.people.secretary, at(session, "cases", "1"))).text.replace("\xa0", " ")
    assert "For, EUR 9,000.00" in text
    assert "For, EUR 7,000.00" in text
    assert "The votes decide: Approved, EUR 9,000.00" in text
