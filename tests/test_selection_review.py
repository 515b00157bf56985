"""The review loop: what a member reads of a case, in a blind call too, where they go on, and whose scores they see."""

import io

import pytest
from PIL import Image

from accounts.models import User
from applicants.services import add_evidence, confirm_group, confirm_vulnerability
from config.desk import queue_for, search
from programmes.models import Role
from programmes.roles import forget
from selection.models import Case, Review, Seat
from selection.own_packet import packet_of
from selection.packet import summary_of
from selection.services import (
    cast_votes,
    decide_case,
    declare_interests,
    record_sitting,
    save_review,
    seat_member,
    start_sitting,
)
from tests.markup import read
from tests.office import DAY, seat
from tests.steps_applicants import eligible_application, registered_enterprise, registered_person
from tests.steps_selection import NONE, closed_session, declare_all, members_of, open_session, sitting_session

# What they tell does not depend on the database; tests/test_urls.py opens them on PostgreSQL.
pytestmark = pytest.mark.once

CARD = {"relevance": 4, "feasibility": 3}


@pytest.fixture
def visit(client):
    """visit(user, path, data=None): the answer, with its status checked."""

    def read(user, path, data=None, status=200):
        client.force_login(user)
        answer = client.post(path, data) if data is not None else client.get(path)
        assert answer.status_code == status, (answer.status_code, path)
        return answer

    return read


def named(office, name, **facts):
    return eligible_application(office, registered_person(office, name, **facts))


def at(session, *path):
    return f"/committee/{session.ref}/" + "".join(f"{part}/" for part in path)


def picture(colour="green"):
    kept = io.BytesIO()
    Image.new("RGB", (8, 6), colour).save(kept, "JPEG")
    return kept.getvalue()


def photographed(office, case, purpose="field_photo"):
    return add_evidence(
        programme=office.programme,
        case_ref=case.application.ref,
        purpose=purpose,
        content=picture(),
        name=f"{case.application.applicant.name}.jpg",
        on=DAY,
        by=office.people.adviser,
    )


def test_the_summary_says_what_a_member_asks_first(office):
    manager = registered_person(office, "Gayane Hovhannisyan")
    first = eligible_application(office, manager)
    closed_session(office, first, choice="against", reason="No cold room.")
    business = registered_enterprise(office, "Lori Cheese", manager=manager)
    again = eligible_application(office, manager, business=business, amount=800_000, own=300_000)
    case = open_session(office, again).cases.get()
    summary = summary_of(case)
    facts = dict(summary.facts)
    assert (str(summary.asked), str(summary.own)) == ("EUR 8,000.00", "EUR 3,000.00")
    assert summary.share == "27.3%, at least 20%"
    assert facts["Women-run"] == "Yes"
    assert facts["Jobs"] == "Now 1.0 FTE, found at the visit."
    assert facts["Adviser’s opinion"] == "For. She has kept a milk book for two years."
    assert facts["With us before"] == f"{first.ref}: Rejected, 03.2026"
    assert summary.pays.word == "Yes, from May."


# Vulnerability ---------------------------------------------------------------------------------------------------


def test_members_read_that_vulnerability_is_confirmed_and_never_which(office, visit):
    application = named(office, "Hasmik Arakelyan")
    office.group.name, office.group.code = "Survivors of canary seven", "canary_seven"
    office.group.save()
    confirm_group(
        party=application.applicant,
        programme=office.programme,
        group=office.group,
        detail="canary detail nonesuch",
        on=DAY,
        by=office.people.adviser,
    )
    confirm_vulnerability(application=application, band="much", on=DAY, by=office.people.adviser)
    session = declare_all(office, open_session(office, application))
    member = office.people.member1
    pages = [(), ("cases", "1"), ("declare",), ("vote",)]
    texts = [visit(member, at(session, *path)).content.decode() for path in pages]
    assert "Confirmed: yes, band 2 of 3" in texts[1]
    for text in texts:
        for canary in ("canary", "Survivors", "nonesuch"):
            assert canary not in text


def test_without_a_confirmation_or_with_a_no_the_packet_says_nothing(office):
    application = named(office, "Hasmik Arakelyan")
    case = open_session(office, application).cases.get()
    assert "Vulnerability" not in dict(summary_of(case).facts)
    confirm_vulnerability(application=application, band="no", on=DAY, by=office.people.adviser)
    assert "Vulnerability" not in dict(summary_of(case).facts)


# Photos ----------------------------------------------------------------------------------------------------------


def test_a_member_sees_the_photos_of_the_visit_and_no_other_file(office, visit):
    session = declare_all(office, open_session(office, named(office, "Hasmik Arakelyan")))
    case, member = session.cases.get(), office.people.member1
    photo, scan = photographed(office, case), photographed(office, case, purpose="identity")
    page = read(visit(member, at(session, "cases", "1")))
    address = at(session, "cases", "1", "photos", photo.pk)
    assert [image["src"] for image in page.all("img", loading="lazy")] == [address]
    answer = visit(member, address)
    assert answer["Content-Type"] == "image/jpeg"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "Hasmik" not in answer["Content-Disposition"]
    assert b"".join(answer.streaming_content).startswith(b"\xff\xd8")
    visit(member, at(session, "cases", "1", "photos", scan.pk), status=404)
    visit(member, f"/files/{photo.pk}/", status=404)
    for stranger in (office.people.adviser, office.people.donor, office.people.maker):
        visit(stranger, address, status=404)
    visit(office.people.secretary, address).close()


def test_a_conflicted_member_opens_no_photo(office, visit):
    session = open_session(office, named(office, "Hasmik Arakelyan"))
    case, member = session.cases.get(), office.people.member1
    photo = photographed(office, case)
    address = at(session, "cases", "1", "photos", photo.pk)
    visit(member, address, status=404)
    declare_interests(session=session, declarations={case.application.ref: ("family", "My cousin.")}, on=DAY, by=member)
    visit(member, address, status=404)


# Blind calls -----------------------------------------------------------------------------------------------------


@pytest.fixture
def blind(office):
    """An open session of a blind call: a business whose texts name its people. Everybody has declared."""
    office.call.blind = True
    office.call.save()
    person = registered_person(office, "Tamara Kvirikashvili", name_script="თამარა", script_language="ka")
    business = registered_enterprise(office, "Kazbegi Dairy", manager=person)
    one = eligible_application(office, person, business=business, title="A cooler for Kazbegi Dairy")
    plan = one.plan
    plan.summary = "Tamara makes cheese; Kvirikashvilis sell it as KAZBEGI DAIRY in Gudauri."
    plan.save()
    session = declare_all(office, open_session(office, one, named(office, "Aram Zakaryan")))
    photographed(office, session.cases.get(position=1))
    return session


NAMES = ("tamara", "kvirikashvili", "თამარა", "kazbegi", "aram", "zakaryan")


def test_in_a_blind_call_nobody_reads_a_name_before_the_own_card_is_in(office, blind, visit):
    member = office.people.member2
    start_sitting(session=blind, on=DAY, by=office.people.secretary)
    for path in ((), ("cases", "1"), ("cases", "2"), ("vote",)):
        text = visit(member, at(blind, *path)).content.decode().lower()
        assert [name for name in NAMES if name in text] == [], path
    assert read(visit(member, at(blind, "cases", "1"))).one("title").text == "Case 1 - Seedbed"
    text = visit(member, at(blind, "cases", "1")).content.decode()
    assert "(name) makes cheese; (name) sell it as (name) in Gudauri." in text
    assert "photos/" not in text
    told = [item for items in queue_for(member).values() for item in items]
    assert [name for name in NAMES if name in str(told).lower()] == []
    assert [hit for name in NAMES for hit in search(member, name)] == []


def test_once_the_own_card_is_in_the_names_of_that_case_show_and_of_no_other(office, blind, visit):
    member = office.people.member2
    case = blind.cases.get(position=1)
    save_review(case=case, scores=CARD, submit=False, on=DAY, by=member)
    assert "Kazbegi" not in visit(member, at(blind)).content.decode()
    save_review(case=case, scores=CARD, on=DAY, by=member)
    text = visit(member, at(blind)).content.decode()
    assert "Kazbegi Dairy" in text
    assert "Zakaryan" not in text
    assert "photos/" in visit(member, at(blind, "cases", "1")).content.decode()
    assert "Zakaryan" not in visit(office.people.member3, at(blind)).content.decode()


def test_the_declaration_page_of_a_blind_call_lists_names_and_does_not_say_which_case_is_whose(office, blind, visit):
    page = read(visit(office.people.member1, at(blind, "declare")))
    rows = [row.one("th", scope="row").text for row in page.one("tbody").all("tr")]
    assert [row.split()[0] for row in rows] == ["Aram", "Tamara"]
    assert "Case 1" not in page.text
    selects = [select["name"] for select in page.all("select") if select.get("name", "").startswith("kind")]
    assert selects == ["kind_1", "kind_2"]
    form = {"kind_1": "friend", "reason_1": "My neighbour.", "what": "confirm"}
    visit(office.people.member1, at(blind, "declare"), form, 302)
    conflict = Case.objects.get(declarations__kind="friend")
    assert (conflict.application.applicant.name, conflict.position) == ("Aram Zakaryan", 2)


def test_the_secretary_reads_the_names_of_a_blind_call(office, blind, visit):
    assert "Kazbegi Dairy" in visit(office.people.secretary, at(blind, "cases", "1")).content.decode()


# Whose scores ----------------------------------------------------------------------------------------------------


def test_others_scores_show_with_the_own_card_and_stop_showing_when_the_application_changes(office, visit):
    session = declare_all(office, open_session(office, named(office, "Hasmik Arakelyan")))
    case = session.cases.get()
    one, two, three = members_of(office)
    save_review(case=case, scores=CARD, comment="The price is a fable.", on=DAY, by=one)
    assert list(Review.objects.shown_to(two)) == []
    save_review(case=case, scores=CARD, submit=False, on=DAY, by=two)
    assert list(Review.objects.shown_to(two)) == []
    assert [review.member for review in Review.objects.shown_to(one)] == [one]
    save_review(case=case, scores={"relevance": 1, "feasibility": 5}, on=DAY, by=two)
    assert [review.member for review in Review.objects.shown_to(two)] == [one, two]
    assert list(Review.objects.shown_to(three)) == []
    assert len(Review.objects.shown_to(office.people.secretary)) == 2
    assert list(Review.objects.shown_to(office.people.adviser)) == []
    Case.objects.update(revision=2)
    assert [review.member for review in Review.objects.shown_to(two)] == [two]
    assert packet_of(session, two).rows[0].status == ("late", "Changed since: score it again")
    text = visit(two, at(session, "cases", "1")).content.decode()
    assert "The application has changed since you scored it." in text
    assert "The price is a fable." not in text


def test_a_late_interest_takes_the_scores_away(office):
    session = declare_all(office, open_session(office, named(office, "Hasmik Arakelyan")))
    case = session.cases.get()
    for member in members_of(office):
        save_review(case=case, scores=CARD, on=DAY, by=member)
    member = office.people.member2
    assert len(Review.objects.shown_to(member)) == 3
    declare_interests(
        session=session, declarations={case.application.ref: ("friend", "We share a well.")}, on=DAY, by=member
    )
    assert list(Review.objects.shown_to(member)) == []


def test_the_comparison_says_how_far_the_cards_lie_apart(office, visit):
    session = declare_all(office, open_session(office, named(office, "Hasmik Arakelyan")))
    case = session.cases.get()
    save_review(case=case, scores={"relevance": 5, "feasibility": 4}, on=DAY, by=office.people.member1)
    save_review(case=case, scores={"relevance": 1, "feasibility": None}, on=DAY, by=office.people.member2)
    page = read(visit(office.people.secretary, at(session, "cases", "1")))
    table = page.one("section", aria_labelledby="cards").one("table")
    rows = [[cell.text for cell in row.all("th", "td")] for row in table.all("tr")]
    assert rows == [
        ["Criterion", "Ruben Harutyunyan", "Sona Melkonyan", "Mean", "Apart"],
        ["Does it answer a need? weight 1", "5", "1", "3.0", "4"],
        ["Can it be done? weight 2", "4", "n/a", "4.0", ""],
        ["Total of 100", "86.7", "20.0", "73.3", "66.7"],
    ]


# Where to go on --------------------------------------------------------------------------------------------------


@pytest.fixture
def packet(office):
    """Four cases, open; everybody has declared."""
    return declare_all(office, open_session(office, *(named(office, f"Applicant {letter}") for letter in "ABCD")))


def home(user):
    item = next(item for item in queue_for(user)["today"] if item.verb_text == "Score the packet")
    return item.why.rsplit(" · ", 1)[1], item.url


def test_home_says_how_many_are_left_and_goes_on_where_the_member_stopped(office, packet, visit):
    member = office.people.member1
    assert home(member) == ("4 of 4 left", at(packet, "cases", "1"))
    save_review(case=packet.cases.get(position=2), scores=CARD, on=DAY, by=member)
    assert home(member) == ("3 of 4 left", at(packet, "cases", "3"))
    save_review(case=packet.cases.get(position=3), scores={"relevance": 4}, submit=False, on=DAY, by=member)
    assert home(member) == ("3 of 4 left", at(packet, "cases", "3"))
    save_review(case=packet.cases.get(position=3), scores=CARD, on=DAY, by=member)
    save_review(case=packet.cases.get(position=4), scores=CARD, on=DAY, by=member)
    assert home(member) == ("1 of 4 left", at(packet, "cases", "1"))
    rows = packet_of(packet, member).rows
    assert [row.status[1] for row in rows] == ["Skipped", "Saved", "Saved", "Saved"]


def test_skipping_leads_to_the_next_case_that_waits(office, packet, visit):
    member = office.people.member1
    save_review(case=packet.cases.get(position=2), scores=CARD, on=DAY, by=member)
    page = read(visit(member, at(packet, "cases", "1")))
    skip = next(link for link in page.all("a") if link.text == "Skip for now")
    assert skip["href"] == at(packet, "cases", "3")


def test_each_value_has_its_guidance_beside_it(office, visit):
    criterion = office.call.criteria.get(code="relevance")
    criterion.guidance = {"0": "Nobody asked for it.", "5": "The village waits for it."}
    criterion.save()
    session = declare_all(office, open_session(office, named(office, "Hasmik Arakelyan")))
    page = read(visit(office.people.member1, at(session, "cases", "1")))
    guide = page.one("fieldset", id="id_score_relevance").one("dl")
    assert [(row.one("dt").text, row.one("dd").text) for row in guide.all("div")] == [
        ("0", "Nobody asked for it."),
        ("5", "The village waits for it."),
    ]


def test_a_decided_case_waits_for_nobody(office):
    session = sitting_session(office, named(office, "Hasmik Arakelyan"))
    record_sitting(session=session, present=members_of(office)[:2], on=DAY, by=office.people.secretary)
    case = session.cases.get()
    for member in members_of(office)[:2]:
        cast_votes(session=session, votes=[{"case": case, "choice": "for"}], on=DAY, by=member)
    decide_case(case=case, on=DAY, by=office.people.secretary)
    packet = packet_of(session, office.people.member3)
    assert packet.left_to_vote() == []
    assert packet.rows[0].status == ("yes", "Decided")


def test_one_who_has_not_declared_reads_nothing(office):
    session = open_session(office, named(office, "Hasmik Arakelyan"))
    member, ref = office.people.member1, session.cases.get().application.ref
    assert packet_of(session, member).own == []
    declare_interests(session=session, declarations={ref: NONE}, on=DAY, by=member)
    assert len(packet_of(session, member).own) == 1


def test_who_declared_an_interest_meets_the_case_in_no_other_role_either(office, visit):
    application, other = named(office, "Zaruhi Hakobyan"), named(office, "Hasmik Arakelyan")
    session, member = open_session(office, application, other), office.people.member1
    seat(member, office.programme, Role.MONITORING)
    address = f"/applications/{application.ref}/"
    visit(member, address)
    declare_interests(session=session, declarations={application.ref: ("family", "My cousin.")}, on=DAY, by=member)
    member = User.objects.get(pk=member.pk)
    for path in ("", "history/", "checks/"):
        visit(member, address + path, status=404)
    for path in ("/applications/", "/applications/?q=Zaruhi", "/search/?q=Zaruhi", "/"):
        assert application.ref not in visit(member, path).content.decode()
    assert other.ref in visit(member, "/applications/").content.decode()
    text = b"".join(visit(member, "/applications/?format=csv").streaming_content).decode()
    assert (application.ref in text, other.ref in text) == (False, True)
    photo = photographed(office, session.cases.get(position=1))
    visit(member, f"/files/{photo.pk}/", status=404)


def test_the_adviser_of_a_case_who_declares_that_keeps_working_on_it(office, visit):
    application = named(office, "Zaruhi Hakobyan")
    adviser = office.people.adviser
    seat(adviser, office.programme, Role.MEMBER)
    forget(adviser)
    session = open_session(office, application)
    seat_member(committee=session.committee, user=adviser, role=Seat.Role.MEMBER, on=DAY, by=office.people.manager)
    declare_interests(
        session=session, declarations={application.ref: ("advised", "I am the adviser.")}, on=DAY, by=adviser
    )
    visit(User.objects.get(pk=adviser.pk), f"/applications/{application.ref}/")
    visit(User.objects.get(pk=adviser.pk), at(session, "cases", "1"), status=404)
