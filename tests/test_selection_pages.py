"""The pages of the committee: what each person sees of a session, and what the conflicted member never does."""

import io

import pytest
from django.urls import reverse
from pypdf import PdfReader

from applicants.services import confirm_group, record_identity
from audit.models import Event
from config.desk import queue_for, search
from programmes.clock import standing_at
from programmes.models import Commitment
from selection.models import Case, Committee, Decision, Declaration, Review, Session, Vote
from selection.services import declare_interests, send_packet
from tests.office import DAY, grant_office, loan_office
from tests.steps_applicants import eligible_application, registered_person
from tests.steps_loans import loan_product
from tests.steps_selection import (
    closed_session,
    committee_of,
    declare_all,
    members_of,
    open_session,
    planned_session,
    score_all,
    sitting_session,
    vote_all,
)

# Every page is opened on PostgreSQL in tests/test_urls.py.
pytestmark = pytest.mark.once

FAMILY = ("family", "She is my cousin.")


@pytest.fixture
def tight(db):
    """A grant office whose line holds 15,000.00 in all."""
    with standing_at(DAY):
        yield grant_office("tight", line_ceiling=1_500_000)


@pytest.fixture
def quiet(db):
    """A grant office of a confidential programme."""
    with standing_at(DAY):
        yield grant_office("quiet", confidential=True)


@pytest.fixture
def visit(client):
    """visit(user, url, data=None): the text of the answer; checks its status."""

    def read(user, url, data=None, status=200):
        client.force_login(user)
        answer = client.post(url, data) if data is not None else client.get(url)
        assert answer.status_code == status, (answer.status_code, answer.content.decode()[:3000])
        return answer.content.decode() if answer["Content-Type"].startswith("text/html") else answer

    return read


def at(session, *path):
    return f"/committee/{session.ref}/" + "".join(f"{part}/" for part in path)


def named(office, name):
    return eligible_application(office, registered_person(office, name))


def test_a_secretary_plans_a_session_chooses_its_cases_and_sends_the_packet(office, visit):
    application, people = named(office, "Hasmik Arakelyan"), office.people
    unseen = eligible_application(office, registered_person(office, "Vardan Ghazaryan"), opinion=False)
    committee = committee_of(office)
    form = {"committee": committee.pk, "call": office.call.pk, "procedure": "live", "sits_on": "12.03.2026"}
    visit(people.secretary, "/committee/new/", form, 302)
    session = Session.objects.get()
    text = visit(people.secretary, at(session))
    assert "No case is on the agenda yet" in text
    text = visit(people.secretary, at(session, "add"))
    assert "Hasmik Arakelyan" in text
    assert "Nobody has visited the business yet." in text
    assert "Tick at least one" in visit(people.secretary, at(session, "add"), {}, 400)
    visit(people.secretary, at(session, "add"), {"applications": [application.pk]}, 302)
    assert "Hasmik Arakelyan" in visit(people.secretary, at(session))
    assert "The rules of the call are frozen" in visit(people.secretary, at(session, "do", "send_packet"))
    assert Session.objects.get().state == "planned"
    confirm = {"version": session.version, "key": "k1"}
    visit(people.secretary, at(session, "do", "send_packet"), confirm, 302)
    assert Session.objects.get().state == "open"
    unseen.refresh_from_db()
    assert unseen.state == "eligible"


def test_strangers_find_no_session_and_members_none_before_the_packet(office, visit):
    other = loan_office("elsewhere")
    session, people = planned_session(office, eligible_application(office)), office.people
    for stranger in (people.member1, people.adviser, people.donor, people.maker, other.people.secretary):
        visit(stranger, at(session), status=404)
    send_packet(session=session, on=DAY, by=people.secretary)
    visit(people.member1, at(session))
    for stranger in (people.adviser, people.maker, other.people.secretary, other.people.member1):
        for path in ((), ("declare",), ("vote",), ("cases", "1"), ("add",), ("attendance",), ("minutes",)):
            visit(stranger, at(session, *path), status=404)
    for path in (("add",), ("attendance",), ("do", "start"), ("do", "decide_all"), ("cases", "1", "do", "decide")):
        visit(people.member1, at(session, *path), status=404)


def test_before_the_declaration_a_member_reads_names_and_nothing_else(office, visit):
    application = named(office, "Hasmik Arakelyan")
    session = open_session(office, application)
    member = office.people.member1
    for path in ((), ("declare",)):
        text = visit(member, at(session, *path))
        assert application.title not in text
        assert "10,000.00" not in text
    assert "Hasmik Arakelyan" in visit(member, at(session, "declare"))
    visit(member, at(session, "cases", "1"), status=404)


def test_a_member_declares_scores_and_is_led_to_the_next_case(office, visit):
    one, two = named(office, "Hasmik Arakelyan"), named(office, "Vardan Ghazaryan")
    session, member = open_session(office, one, two), office.people.member1
    assert "Choose an interest in at least one case." in visit(member, at(session, "declare"), {}, 400)
    wrong = visit(member, at(session, "declare"), {"kind_1": "family", "what": "confirm"}, 400)
    assert "Say what interest you have in this case." in wrong
    assert not Declaration.objects.exists()
    visit(member, at(session, "declare"), {"what": "confirm"}, 302)
    assert Declaration.objects.filter(kind="none").count() == 2
    text = visit(member, at(session, "cases", "1"))
    assert "Hasmik Arakelyan" in text
    assert "A milk cooler" in text
    assert "Six cows, a clean room" in text
    answer = visit(member, at(session, "cases", "1"), {"what": "submit", "score_relevance": "4"}, 400)
    assert "Choose a value for “Can it be done?”" in answer
    card = {"what": "submit", "score_relevance": "4", "score_feasibility": "na", "comment": "A good milk book."}
    visit(member, at(session, "cases", "1"), card, 302)
    review = Review.objects.get()
    assert ([row.value for row in review.scores.all()], review.comment) == ([4, None], "A good milk book.")
    assert "1 of 2 scored" in visit(member, at(session))
    visit(member, at(session, "cases", "2"), {"what": "keep", "score_relevance": "2"}, 302)
    assert Review.objects.get(case__position=2).submitted_on is None
    visit(member, at(session, "cases", "2"), {"what": "abstain"}, 302)
    assert [row.value for row in Review.objects.get(case__position=2).scores.all()] == [None, None]


def test_the_scores_of_others_show_once_ones_own_are_in(office, visit):
    session = declare_all(office, open_session(office, named(office, "Hasmik Arakelyan")))
    first, second = office.people.member1, office.people.member2
    form = {"what": "submit", "score_relevance": "1", "score_feasibility": "1", "comment": "The price is a fable."}
    visit(first, at(session, "cases", "1"), form, 302)
    assert "The price is a fable." not in visit(second, at(session, "cases", "1"))
    visit(second, at(session, "cases", "1"), {**form, "comment": "I know the place."}, 302)
    assert "The price is a fable." in visit(second, at(session, "cases", "1"))


def test_a_conflicted_members_case_is_gone_by_every_address(office, visit):
    cousin, other = named(office, "Zaruhi Hakobyan"), named(office, "Hasmik Arakelyan")
    session = open_session(office, cousin, other)
    member = office.people.member1
    form = {"kind_1": "family", "reason_1": "She is my cousin.", "what": "confirm"}
    visit(member, at(session, "declare"), form, 302)
    for path in (
        ("cases", "1"),
        ("cases", "1", "do", "take_back_vote"),
        ("cases", "1", "do", "decide"),
        ("cases", "1", "do", "approve_reserve"),
    ):
        visit(member, at(session, *path), status=404)
        visit(member, at(session, *path), {"what": "vote", "choice": "for"}, 404)
    text = visit(member, at(session))
    assert "Zaruhi Hakobyan" not in text
    assert cousin.ref not in text
    assert "Not in your packet" in text
    assert "Zaruhi Hakobyan" not in visit(member, at(session, "vote"))
    assert "Zaruhi Hakobyan" not in visit(member, at(session, "cases", "2"))
    for address in (f"/applications/{cousin.ref}/", f"/applicants/{cousin.applicant.ref}/"):
        visit(member, address, status=404)
    assert all(cousin.ref not in str(hit) for hit in search(member, cousin.ref))


def test_the_vote_page_takes_all_votes_or_none_and_says_what_is_missing(office, visit):
    session = sitting_session(office, named(office, "Hasmik Arakelyan"), named(office, "Vardan Ghazaryan"))
    member = office.people.member1
    text = visit(member, at(session, "vote"), {"choice_1": "for", "choice_2": "against"}, 400)
    assert "Give the reason or the conditions." in text
    session.cases.filter(position=1).update(revision=2)
    visit(member, at(session, "vote"), {"choice_1": "for", "revision_1": "1", "choice_2": "for"}, 409)
    assert not Vote.objects.exists()
    form = {
        "revision_1": "2",
        "choice_1": "for",
        "amount_1": "9,000.00",
        "reason_1": "Less.",
        "choice_2": "against",
        "reason_2": "No.",
    }
    visit(member, at(session, "vote"), form, 302)
    assert list(Vote.objects.values_list("choice", "amount")) == [("for", 900_000), ("against", None)]
    assert "No case waits for your vote" in visit(member, at(session, "vote"))


def test_a_member_votes_on_one_case_and_takes_it_back(office, visit):
    session = sitting_session(office, named(office, "Hasmik Arakelyan"))
    member, address = office.people.member1, at(session, "cases", "1")
    assert "Give the reason" in visit(member, address, {"what": "vote", "choice": "defer", "key": "v1"}, 400)
    visit(member, address, {"what": "vote", "choice": "for", "key": "v1"}, 302)
    assert "Take my vote back" in visit(member, address)
    visit(member, at(session, "cases", "1", "do", "take_back_vote"), {}, 302)
    assert not Vote.objects.live().exists()


def test_the_sitting_shows_quorum_money_and_where_it_ends(tight, visit):
    office = tight
    one, two = named(office, "Hasmik Arakelyan"), named(office, "Vardan Ghazaryan")
    session = sitting_session(office, one, two)
    vote_all(office, session, members=[office.people.member1])
    secretary = office.people.secretary
    text = visit(secretary, at(session))
    assert "If you approve all 2, the line Seed money is short by EUR\xa05,000.00" in text.replace("EUR 5", "EUR\xa05")
    assert "3 of 3 are here, 2 needed" in text
    assert "not enough for this case" in text
    assert "1 vote of 2 needed is in" in visit(secretary, at(session, "cases", "1"))
    visit(secretary, at(session, "cases", "1", "do", "decide"), {}, 409)
    vote_all(office, session, members=[office.people.member2, office.people.member3])
    assert "The votes decide:" in visit(secretary, at(session, "cases", "1"))
    visit(secretary, at(session, "cases", "1", "do", "decide"), {}, 302)
    answer = visit(secretary, at(session, "cases", "2", "do", "decide"), {}, 409)
    assert "has EUR 5,000.00 left" in answer
    visit(secretary, at(session, "do", "decide_all"), {}, 302)
    assert list(Decision.objects.values_list("outcome", flat=True)) == ["approve", "reserve"]
    close = {"version": Session.objects.get().version, "key": "c1"}
    visit(secretary, at(session, "do", "close"), close, 302)
    assert "Approve now" in visit(secretary, at(session))
    assert "has EUR 5,000.00 left" in visit(
        secretary, at(session, "cases", "2", "do", "approve_reserve"), {"key": "r1"}, 409
    )
    Commitment.objects.all().delete()
    visit(secretary, at(session, "cases", "2", "do", "approve_reserve"), {"key": "r2"}, 302)
    two.refresh_from_db()
    assert two.state == "approved"


def test_the_manager_reads_the_session_and_does_not_keep_it(office, visit):
    session = sitting_session(office, named(office, "Hasmik Arakelyan"))
    manager = office.people.manager
    text = visit(manager, at(session))
    assert "Hasmik Arakelyan" in text
    assert "Record all decisions" not in text
    visit(manager, at(session, "cases", "1"))
    visit(manager, at(session, "attendance"), {"present": []}, 403)
    visit(manager, at(session, "cases", "1", "do", "decide"), {}, 403)
    session.refresh_from_db()
    visit(manager, at(session, "do", "close"), {"version": session.version, "key": "c1"}, 409)


def test_the_attendance_is_recorded_from_its_page(office, visit):
    session = declare_all(office, open_session(office, named(office, "Hasmik Arakelyan")))
    people = office.people
    visit(people.secretary, at(session, "attendance"), {"present": [people.member1.pk, people.member2.pk]}, 302)
    text = visit(people.secretary, at(session))
    assert text.count("absent") == 1
    visit(people.secretary, at(session, "do", "start"), {"version": session.version, "key": "s1"}, 302)
    assert "Davit Karapetyan is absent." in visit(people.secretary, at(session))


def test_the_minutes_are_a_page_and_a_paper_with_the_names_of_the_register(office, visit):
    one, two = named(office, "Անահիտ Սարգսյան"), named(office, "Smith & Sons <Ltd>")
    people = office.people
    session = open_session(office, one, two)
    declare_interests(session=session, declarations={two.ref: FAMILY}, on=DAY, by=people.member1)
    declare_all(office, session, [people.member2, people.member3])
    declare_interests(session=session, declarations={one.ref: ("none", "")}, on=DAY, by=people.member1)
    score_all(office, session, members=[people.member2])
    visit(people.secretary, at(session, "do", "start"), {"version": session.version, "key": "s1"}, 302)
    vote_all(office, session, members=[people.member2, people.member3])
    so_far = visit(people.secretary, at(session, "minutes"))
    assert "these are the minutes so far" in so_far
    assert "Not decided yet." in so_far
    visit(people.member2, at(session, "minutes"), status=404)
    visit(people.secretary, f"/committee/{session.ref}/minutes.pdf", status=404)
    visit(people.secretary, at(session, "do", "decide_all"), {}, 302)
    session.refresh_from_db()
    visit(people.secretary, at(session, "do", "close"), {"version": session.version, "key": "c1"}, 302)
    text = visit(people.secretary, at(session, "minutes"))
    assert "Անահիտ Սարգսյան" in text
    assert "Smith &amp; Sons &lt;Ltd&gt;" in text
    assert "Ruben Harutyunyan took no part: Family, declared on 12.03.2026." in text
    assert "Approved: EUR 10,000.00, as asked." in text
    own = visit(people.member1, at(session, "minutes"))
    assert "Անահիտ Սարգսյան" in own
    assert "Smith" not in own
    assert "1 case in which you took no part is left out here." in own
    visit(people.member1, f"/committee/{session.ref}/minutes.pdf", status=404)
    drawn = visit(people.member2, f"/committee/{session.ref}/minutes.pdf")
    assert Session.objects.get().minutes is None
    kept = visit(people.secretary, f"/committee/{session.ref}/minutes.pdf")
    assert kept.content == drawn.content == visit(people.manager, f"/committee/{session.ref}/minutes.pdf").content
    assert kept["Content-Disposition"] == f'attachment; filename="minutes-{session.ref}.pdf"'
    words = "".join(sheet.extract_text() for sheet in PdfReader(io.BytesIO(kept.content)).pages)
    assert "Անահիտ Սարգսյան" in words
    assert "Smith & Sons <Ltd>" in words
    assert "She is my cousin" not in words
    assert Event.objects.filter(kind="minutes.draw").count() == 1


def test_papers_of_a_confidential_programme_carry_its_neutral_name(quiet, visit):
    session = closed_session(quiet, named(quiet, "Hasmik Arakelyan"))
    paper = visit(quiet.people.secretary, f"/committee/{session.ref}/minutes.pdf")
    words = "".join(sheet.extract_text() for sheet in PdfReader(io.BytesIO(paper.content)).pages)
    assert "Small business support" in words
    assert "quiet" not in words


def test_a_reopened_sitting_asks_for_its_reason(office, visit):
    session = closed_session(office, named(office, "Hasmik Arakelyan"))
    secretary = office.people.secretary
    version = Session.objects.get().version
    assert "Say why." in visit(secretary, at(session, "do", "reopen"), {"version": version, "key": "o1"}, 400)
    form = {"version": version, "key": "o1", "reason": "A quote was false."}
    visit(secretary, at(session, "do", "reopen"), form, 302)
    assert Session.objects.get().state == "sitting"
    visit(secretary, at(session, "do", "reopen"), {**form, "key": "o2"}, 409)


def test_each_finds_on_the_desk_what_waits_for_them(office, visit):
    session, people = (
        open_session(office, named(office, "Hasmik Arakelyan"), named(office, "V. Ghazaryan")),
        office.people,
    )

    def waiting(user):
        return [(item.verb_text, item.why.split(" · ")[-1]) for rows in queue_for(user).values() for item in rows]

    assert ("Declare your interests", "2 cases to declare") in waiting(people.member1)
    assert ("Prepare the sitting", "2 cases") in waiting(people.secretary)
    assert waiting(people.administrator) == []
    declare_all(office, session)
    assert waiting(people.member1) == [("Score the packet", "2 of 2 left")]
    score_all(office, session)
    visit(people.secretary, at(session, "do", "start"), {"version": session.version, "key": "s1"}, 302)
    assert waiting(people.member1) == [("Vote", "2 of 2 left")]
    vote_all(office, session)
    assert waiting(people.member1) == []
    assert ("Record the decisions", "2 cases") in waiting(people.secretary)


def test_the_list_of_sessions_filters_and_leaves_as_a_file(office, visit):
    closed_session(office, named(office, "Hasmik Arakelyan"))
    planned_session(office, named(office, "Vardan Ghazaryan"))
    secretary = office.people.secretary
    text = visit(secretary, "/committee/")
    assert "S-2026-01" in text
    assert "S-2026-02" in text
    assert "S-2026-01" not in visit(secretary, "/committee/?state=planned")
    assert "S-2026-02" not in visit(office.people.member1, "/committee/")
    file = visit(secretary, "/committee/?format=csv")
    assert b"S-2026-01" in b"".join(file.streaming_content)


def test_a_manager_founds_a_committee_and_gives_and_ends_seats(office, visit):
    people = office.people
    visit(people.manager, "/committee/committees/", {"programme": office.programme.pk, "name": "Micro"}, 302)
    committee = Committee.objects.get()
    address = reverse("selection:committee", args=[committee.pk])
    seat = {"user": people.member1.pk, "role": "member", "chair_votes": "on", "ends_on": ""}
    visit(people.manager, address, seat, 302)
    visit(people.manager, address, {**seat, "user": people.adviser.pk}, 409)
    visit(people.secretary, address, {**seat, "user": people.member2.pk}, 403)
    end = reverse("selection:end_seat", args=[committee.pk, committee.seats.get().pk])
    visit(people.secretary, end, {"reason": "left"}, 403)
    visit(people.manager, end, {"reason": "left"}, 302)
    assert committee.seats.get().ends_on == DAY
    visit(people.member1, "/committee/committees/", status=403)
    visit(loan_office("elsewhere").people.manager, address, status=404)


def test_an_application_tells_of_a_decision_once_it_took_effect(office, visit):
    application = named(office, "Hasmik Arakelyan")
    closed_session(office, application)
    text = visit(office.people.adviser, f"/applications/{application.ref}/")
    assert "S-2026-01, 12.03.2026" in text
    assert "EUR 10,000.00" in text


@pytest.mark.parametrize("cases", [1, 6])
def test_the_sitting_asks_the_database_as_often_for_six_cases_as_for_one(
    office, client, cases, django_assert_max_num_queries
):
    session = vote_all(office, sitting_session(office, *(named(office, f"Person {n}") for n in range(cases))))
    client.force_login(office.people.secretary)
    client.get(at(session))
    with django_assert_max_num_queries(60):
        client.get(at(session))
    assert Case.objects.count() == cases


def test_the_packet_tells_neither_an_identity_number_nor_a_kind_of_vulnerability(office, visit):
    application = named(office, "Hasmik Arakelyan")
    adviser, party = office.people.adviser, application.applicant
    record_identity(party=party, kind="national", number="CANARY-4711", on=DAY, by=adviser)
    confirm_group(
        party=party, programme=office.programme, group=office.group, detail="canary detail", on=DAY, by=adviser
    )
    session = declare_all(office, open_session(office, application))
    for user in (office.people.member1, office.people.secretary):
        for path in ((), ("cases", "1")):
            text = visit(user, at(session, *path)).lower()
            assert "canary" not in text
            assert "returnee" not in text


def test_a_call_without_a_grid_has_no_score_card_and_takes_votes(lending, visit):
    session = sitting_session(lending, named(lending, "Hasmik Arakelyan"))
    people = lending.people
    text = visit(people.member1, at(session, "cases", "1"))
    assert "Your score card" not in text
    assert "Can the business pay?" in text
    visit(people.member1, at(session, "vote"), {"choice_1": "for"}, 302)
    assert "Agenda against the money" in visit(people.secretary, at(session))
    assert "Score" not in visit(people.member1, at(session))


def test_a_loan_is_voted_for_other_months_on_the_page_of_all_votes_and_on_its_own(lending, visit):
    loan_product(lending)
    session = sitting_session(lending, eligible_application(lending, amount=100_000, own=0, term_months=12))
    first, second, _third = members_of(lending)
    short = {"choice_1": "for", "months_1": "10", "reason_1": "The season is short."}
    visit(first, at(session, "vote"), short, 302)
    case = at(session, "cases", "1")
    shorter = {"what": "vote", "choice": "for", "months": "8", "reason": "So is mine.", "key": "v2"}
    visit(second, case, shorter, 302)
    assert list(Vote.objects.order_by("pk").values_list("months", flat=True)) == [10, 8]
    assert "For, 10 months" in visit(first, case)
    assert ", 8 months</strong>" in visit(lending.people.secretary, case)
