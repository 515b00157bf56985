"""The evaluation of a call: exact counts, one reading for page, PDF and workbook, no group that can be reckoned."""

import io

import pytest
from django.db import transaction
from hypothesis import given
from hypothesis import strategies as st
from pypdf import PdfReader
from python_calamine import CalamineWorkbook

from applicants.services import (
    answer_check,
    confirm_failure,
    fail_checks,
    return_application,
    run_checks,
    withdraw_application,
)
from audit.models import Event
from ledger.money import Money
from programmes.clock import standing_at
from programmes.models import AmountBand, EligibilityRule, Window
from reports.evaluation import MEASURES, OUTCOMES, WITHIN, Row, _hidden, compile_evaluation
from reports.suppression import LEAST
from selection.services import close_session, decide_all, mark_letters_sent, write_letters
from tests.office import DAY, grant_office, loan_office
from tests.steps_applicants import eligible_application, registered_person, submitted_application
from tests.steps_selection import closed_session, sitting_session, vote_all

pytestmark = pytest.mark.in_turn

LATER = DAY.replace(day=16)


def named(office, name, **facts):
    window = facts.pop("window", office.window)
    return eligible_application(office, registered_person(office, name, **facts), window=window)


def table(found, key):
    return next(one for one in found.tables if one.key == key)


def line(found, key, label):
    return next(row for row in table(found, key).rows if row[0] == label)[1:]


def not_eligible(office, name):
    EligibilityRule.objects.get_or_create(
        call=office.call, code="extra", defaults={"kind": "person", "question": "A market?", "position": 9}
    )
    application = submitted_application(office, registered_person(office, name))
    people = office.people
    run_checks(application=application, on=DAY, by=people.secretary)
    check = application.checks.get(code="extra")
    answer_check(check=check, result="failed", finding="None.", on=DAY, by=people.secretary)
    check.refresh_from_db()
    confirm_failure(check=check, on=DAY, by=people.manager)
    return fail_checks(application=application, reason="No market.", on=DAY, by=people.secretary)


@pytest.fixture(scope="module")
def finished(django_db_setup, django_db_blocker):
    """The call of `called`, once for the module: each test works in a savepoint of this transaction."""
    with django_db_blocker.unblock(), standing_at(DAY), transaction.atomic():
        yield with_every_ending(grant_office("harvest"))
        transaction.set_rollback(True)


@pytest.fixture
def called(finished, db):
    with standing_at(DAY):
        yield finished


def with_every_ending(office):
    """A call with every ending; two are approved, a man in a second window."""
    second = Window.objects.create(
        call=office.call, key="small", name="Small", line=office.line, currency="EUR", ceiling_amount=5_000_000
    )
    AmountBand.objects.create(window=second, from_amount=0, plan_form="one_page", assessors=1, visits=2)
    yes = [named(office, "Hasmik Arakelyan"), named(office, "Vardan Ghazaryan", sex="male", window=second)]
    closed_session(office, *yes)
    closed_session(office, named(office, "Karen Sahakyan", sex="male"), choice="against", reason="No.")
    closed_session(office, named(office, "Nune Petrosyan"), choice="defer", reason="Later.")
    gone = named(office, "Gohar Mkrtchyan")
    withdraw_application(application=gone, reason="Moved.", on=DAY, by=office.people.secretary)
    not_eligible(office, "Lusine Harutyunyan")
    waiting = submitted_application(office, registered_person(office, "Levon Arakelyan", sex="male"))
    return_application(application=waiting, reason="A page is missing.", on=DAY, by=office.people.secretary)
    return office


def test_every_application_is_counted_once_in_how_it_ended(called):
    found = compile_evaluation(called.call, DAY, internal=True)
    assert table(found, "steps_window").total[1:] == [7, 6, 5, 4]
    # Selected, reserve, rejected, not eligible, withdrawn, under way.
    assert table(found, "outcomes_window").total[1:] == [2, 0, 1, 1, 1, 2]
    assert line(found, "outcomes_sex", "Man") == [1, 0, 1, 0, 0, 1]
    assert line(found, "outcomes_sex", "Woman") == [1, 0, 0, 1, 1, 1]
    assert line(found, "outcomes_window", "Small") == [1, 0, 0, 0, 0, 0]
    assert line(found, "outcomes_region", "Lori") == [2, 0, 1, 1, 1, 2]
    assert line(found, "reasons_rejected", "The votes were against it") == [1]
    assert line(found, "reasons_ineligible", "A market?") == [1]


def test_money_is_added_by_window_and_days_are_medians(called):
    with standing_at(LATER):
        secretary = called.people.secretary
        for session in called.call.sessions.all():
            write_letters(session=session, on=LATER, by=secretary)
        letters = list(called.call.sessions.values_list("letters", flat=True))
        mark_letters_sent(letters=letters, means="post", on=LATER, by=secretary)
        found = compile_evaluation(called.call, LATER, internal=True)
    amounts = line(found, "amounts", "Small")
    assert amounts == [Money(1_000_000, "EUR")] * 4
    assert line(found, "amounts", "Micro")[0] == Money(6_000_000, "EUR")
    assert line(found, "amounts", "Micro")[3] == Money(1_000_000, "EUR")
    assert line(found, "days", "From handing in to the decision") == [0, 5]
    assert line(found, "days", "From the decision to the letter") == [4, 3]


def test_sessions_are_told_with_who_was_there(called):
    found = compile_evaluation(called.call, DAY, internal=True)
    assert [row[2] for row in table(found, "sessions").rows] == ["3 of 3"] * 3
    assert [row[4] for row in table(found, "sessions").rows] == [2, 1, 1]


def test_a_case_that_the_grid_rejects_has_that_reason(office):
    office.call.total_threshold_pct = 90
    office.call.save()
    session = vote_all(office, sitting_session(office, named(office, "Hasmik Arakelyan")))
    decide_all(session=session, on=DAY, by=office.people.secretary)
    close_session(session=session, on=DAY, by=office.people.secretary)
    found = compile_evaluation(office.call, DAY, internal=True)
    assert line(found, "reasons_rejected", "Under the least score") == [1]


def test_the_donors_edition_hides_what_is_small_and_tells_no_name(called):
    found = compile_evaluation(called.call, DAY)
    assert not found.internal
    assert table(found, "outcomes_sex").total[1] is None
    assert all(cell is None or cell == 0 for row in table(found, "outcomes_sex").rows for cell in row[1:])
    assert [len(row) for row in table(found, "days").rows] == [2, 2, 2]


KEYS = {"window": ["Micro", "Small"], "sex": ["Woman", "Man"], "region": ["Lori", "Shirak", "Tavush"]}


@st.composite
def people(draw):
    rows = []
    for _number in range(draw(st.integers(0, 60))):
        outcome = draw(st.sampled_from(list(OUTCOMES)))
        measures = {"received", outcome}
        if draw(st.booleans()):
            measures |= {"admissible"} | ({"eligible"} if draw(st.booleans()) else set())
        if draw(st.booleans()):
            measures.add("scored")
        reason = draw(st.sampled_from(["x", "y"])) if outcome in ("rejected", "ineligible") else ""
        keys = {dim: draw(st.sampled_from(found)) for dim, found in KEYS.items()}
        rows.append(Row(keys, frozenset(measures), reason, Money(1, "EUR"), None, {}))
    return rows


@pytest.mark.parametrize("strict", [True, False])
@given(rows=people())
def test_no_hidden_group_follows_from_what_is_shown(rows, strict):
    hidden = _hidden(rows, strict=strict)

    def count(measure, dim="", key=""):
        found = [row for row in rows if measure in row.measures]
        return len(found if not dim else [row for row in found if {**row.keys, "reason": row.reason}[dim] == key])

    for measure in MEASURES:
        assert (measure, "", "") in hidden or not 0 < count(measure) < LEAST
        for dim, keys in KEYS.items():
            here = sorted({row.keys[dim] for row in rows})
            gone = [key for key in here if (measure, dim, key) in hidden]
            assert set(keys) >= set(here)
            assert all(key in gone or not 0 < count(measure, dim, key) < LEAST for key in here)
            if (measure, "", "") not in hidden and gone:
                assert len(gone) > 1
                assert sum(count(measure, dim, key) for key in gone) >= LEAST
            elif (measure, "", "") in hidden and here:
                assert gone
    for part, whole in WITHIN:
        if {(part, "", ""), (whole, "", "")} & hidden:
            continue
        assert not 0 < count(whole) - count(part) < LEAST
    shown = [outcome for outcome in OUTCOMES if (outcome, "", "") not in hidden]
    if ("received", "", "") not in hidden and len(shown) < len(OUTCOMES):
        assert len(OUTCOMES) - len(shown) > 1


# Files and pages -------------------------------------------------------------------------------------------------


@pytest.fixture
def visit(client):
    def read(user, url, status=200):
        client.force_login(user)
        answer = client.get(url)
        assert answer.status_code == status, (answer.status_code, answer.content.decode()[:2000])
        return answer

    return read


def at(office, query=""):
    return f"/committee/calls/{office.call.key}/evaluation/{query}"


def test_page_pdf_and_workbook_print_the_same_cells(called, visit):
    manager = called.people.manager
    found = compile_evaluation(called.call, DAY, internal=True)
    page = " ".join(visit(manager, at(called, "?edition=internal")).content.decode().split())
    paper = visit(manager, at(called, "?edition=internal&format=pdf"))
    said = " ".join("\n".join(one.extract_text() for one in PdfReader(io.BytesIO(paper.content)).pages).split())
    book = CalamineWorkbook.from_filelike(
        io.BytesIO(visit(manager, at(called, "?edition=internal&format=xlsx")).content)
    )
    sheets = {name: book.get_sheet_by_name(name).to_python() for name in book.sheet_names}
    for number, one in enumerate(found.tables, 2):
        name, rows = next((name, rows) for name, rows in sheets.items() if name.startswith(f"{number}. "))
        assert rows[0] == [str(head) for head in one.head], name
        for row, kept in zip([*one.rows, *([one.total] if one.total else [])], rows[1:], strict=True):
            assert [str(int(cell)) if isinstance(cell, float) else cell for cell in kept] == one.printed(row)
        if one.key == "definitions":
            continue
        for row in one.rows:
            assert " ".join(" ".join(one.printed(row)).split()) in said.replace("\u00a0", " ")
            cells = "".join(f'<td class="num">{cell}</td>' for cell in one.printed(row)[1:])
            assert cells in page
    assert Event.objects.filter(kind="evaluation.export").count() == 2


def test_a_confidential_programme_has_no_internal_edition_and_its_neutral_name(db, visit):
    with standing_at(DAY):
        office = grant_office("quiet", confidential=True)
        office.call.name = "Call for survivors"
        office.call.save()
        closed_session(office, named(office, "Hasmik Arakelyan"))
        for query in ("", "?edition=internal"):
            text = visit(office.people.manager, at(office, query)).content.decode()
            assert '<td class="num">1</td>' not in text
            assert "Internal edition" not in text
        paper = visit(office.people.manager, at(office, "?edition=internal&format=pdf"))
        assert paper["Content-Disposition"] == 'attachment; filename="evaluation-call-2026-03-12.pdf"'
        said = "\n".join(one.extract_text() for one in PdfReader(io.BytesIO(paper.content)).pages)
        assert "Small business support" in said
        for trace in ("survivors", "Programme quiet", "Hasmik"):
            assert trace not in said


def test_only_those_who_read_reports_and_the_secretary_open_it(called, visit):
    people, stranger = called.people, loan_office("elsewhere").people.manager
    for user in (people.manager, people.secretary, people.monitor):
        visit(user, at(called))
    for user in (people.adviser, people.member1, people.donor, people.administrator, stranger):
        visit(user, at(called), status=404)
    visit(people.manager, at(called, "?format=doc"), status=404)
    visit(people.manager, at(called, "?edition=both"), status=404)
    assert "Evaluation of the calls" in visit(people.manager, "/reports/programmes/harvest/").content.decode()


@pytest.mark.parametrize("cases", [1, 6])
def test_it_asks_the_database_as_often_for_six_applications_as_for_one(office, cases, django_assert_max_num_queries):
    for number in range(cases):
        named(office, f"Person {number}")
    with django_assert_max_num_queries(8):
        compile_evaluation(office.call, DAY, internal=True)
