"""The packet as a paper: one page for each case, a name on every page, and nothing that is not its reader's."""

import io
import json
from datetime import timedelta

import pytest
from PIL import Image
from pypdf import PdfReader

from applicants.models import Application, BusinessPlan, InvestmentItem, Opinion
from applicants.services import add_evidence, anonymise_party, confirm_group, record_identity
from audit.models import Event
from audit.refusals import Blocked
from pages.sheets import read_table
from programmes.clock import standing_at
from programmes.models import Criterion
from selection import printed as printing
from selection.daily import daily
from selection.models import PacketFile, Seat
from selection.papers.packet import packet_paper
from selection.printed import printed_packet
from selection.services import ask_packet, declare_interests, save_review, seat_member
from selection.tasks import draw_packet
from tests.office import DAY, grant_office, loan_office
from tests.steps_applicants import eligible_application, protector_of, registered_enterprise, registered_person
from tests.steps_selection import committee_of, declare_all, open_session, planned_session

# What they tell does not depend on the database; tests/test_urls.py opens them on PostgreSQL.
pytestmark = pytest.mark.once

PHONE, NUMBER = "+374 91 707172", "AN 0447 1190"


@pytest.fixture
def visit(client):
    def read(user, url, data=None, status=200):
        client.force_login(user)
        answer = client.post(url, data) if data is not None else client.get(url)
        assert answer.status_code == status, (answer.status_code, answer.content.decode()[:2000])
        return answer.content.decode() if answer["Content-Type"].startswith("text/html") else answer

    return read


def named(office, name, **facts):
    return eligible_application(office, registered_person(office, name, **facts))


def pages(content):
    return [page.extract_text() for page in PdfReader(io.BytesIO(content)).pages]


def told(content):
    return " ".join("\n".join(pages(content)).split())


def drawn(session, member):
    return packet_paper(printed_packet(session, member), DAY)


def outline(content):
    reader = PdfReader(io.BytesIO(content))
    return [(entry.title, reader.get_destination_page_number(entry)) for entry in reader.outline]


def photo(color=(200, 30, 30), size=(2400, 1800)):
    picture, kept = Image.new("RGB", size, color), io.BytesIO()
    exif = Image.Exif()
    exif[0x010E] = "EXIF-CANARY"
    picture.save(kept, "JPEG", exif=exif)
    return kept.getvalue()


def with_photos(office, application, count=1):
    for number in range(count):
        add_evidence(
            programme=office.programme,
            case_ref=application.ref,
            purpose="field_photo",
            content=photo((number * 40, 30, 30)),
            name=f"house of {application.applicant.name}.jpg",
            on=DAY,
            by=office.people.adviser,
        )


def test_a_packet_holds_cover_rules_grid_agenda_one_page_and_annex_for_each_case(office):
    one, two = named(office, "Hasmik Arakelyan"), named(office, "Vardan Ghazaryan")
    Criterion.objects.filter(code="relevance").update(guidance={"0": "No need is named.", "5": "Need and numbers."})
    session = declare_all(office, open_session(office, one, two))
    content = drawn(session, office.people.member1)
    titles = [title for title, _page in outline(content)]
    assert titles == [
        "Cover",
        "Evaluation grid",
        "Agenda",
        "1. Hasmik Arakelyan",
        "2. Vardan Ghazaryan",
        "1. Annex",
        "2. Annex",
    ]
    said = told(content)
    assert "Each case needs the votes of 2 members, and of 50% of those without an interest in it." in said
    assert "A tie does not approve." in said
    assert "5: Need and numbers." in said
    assert "sits on 12.03.2026" in said
    assert "Can the business pay? Yes, from May." in said
    assert "Six cows, a clean room, a milk book." in said
    assert "For. She has kept a milk book for two years." in said


@pytest.mark.parametrize("length", [1, 40, 400])
def test_the_summary_of_a_case_is_one_page_whatever_was_written(office, length):
    applications = [named(office, f"Person {number}") for number in range(3)]
    BusinessPlan.objects.filter(application=applications[0]).update(summary="Fresh cheese for the shops. " * length)
    Opinion.objects.filter(application=applications[1]).update(text="She has kept a milk book. " * length)
    for number in range(min(length, 60)):
        InvestmentItem.objects.create(
            application=applications[2], label=f"Machine {number} " * 8, unit_amount=100, programme_amount=100
        )
    session = declare_all(office, open_session(office, *applications))
    content = drawn(session, office.people.member1)
    places = dict(outline(content))
    first = [places[f"{number}. Person {number - 1}"] for number in (1, 2, 3)]
    assert first == [first[0], first[0] + 1, first[0] + 2]
    assert places["1. Annex"] == first[2] + 1
    found = pages(content)
    for number, place in enumerate(first, 1):
        assert f"{number}. Person {number - 1}" in found[place]
    if length == 400:
        assert "(continued in annex)" in found[first[0]]
        assert "(continued in annex)" in found[first[1]]
        assert "more in the annex" in found[first[2]]
        annexes = " ".join(" ".join(found[place] for place in range(places["1. Annex"], len(found))).split())
        assert annexes.count("shops.") >= 400
        assert annexes.count("book.") >= 400


def test_every_page_says_whose_copy_it_is_which_session_and_which_day(office):
    session = declare_all(office, open_session(office, named(office, "Hasmik Arakelyan")))
    for member in (office.people.member1, office.people.member2):
        for page in pages(drawn(session, member)):
            assert f"{member.name} · {session.ref} · 12.03.2026" in page
    other = office.people.member3
    assert other.name not in told(drawn(session, office.people.member1))


def test_a_case_of_an_interest_leaves_one_line_and_no_trace(office):
    cousin, other = named(office, "Zaruhi Hakobyan"), named(office, "Hasmik Arakelyan")
    session, member = open_session(office, cousin, other), office.people.member1
    declarations = {cousin.ref: ("family", "She is my cousin."), other.ref: ("none", "")}
    declare_interests(session=session, declarations=declarations, on=DAY, by=member)
    content = drawn(session, member)
    said = told(content)
    assert "1 case. 1 case is not in your packet." in said
    assert "Hasmik Arakelyan" in said
    for trace in ("Zaruhi", "Hakobyan", cousin.ref, "cousin"):
        assert trace not in said
        assert trace.encode() not in content


def test_before_the_declaration_nothing_is_in_the_packet(office, visit):
    session = open_session(office, named(office, "Hasmik Arakelyan"))
    member, url = office.people.member1, f"/committee/{session.ref}/"
    assert "Nothing is in your packet yet." in visit(member, f"{url}packet/")
    visit(member, f"{url}packet.pdf", status=404)
    with pytest.raises(Blocked, match="declare first"):
        ask_packet(session=session, language="en", on=DAY, by=member)


def test_an_adviser_with_a_seat_does_not_get_the_own_case(office):
    application = named(office, "Hasmik Arakelyan")
    other = eligible_application(office, registered_person(office, "Vardan Ghazaryan"))
    committee = committee_of(office)
    Seat.objects.filter(user=office.people.member3).delete()
    session = open_session(office, application, other)
    Application.objects.filter(pk=application.pk).update(adviser=office.people.member2)
    declare_interests(session=session, declarations={other.ref: ("none", "")}, on=DAY, by=office.people.member2)
    said = told(drawn(session, office.people.member2))
    assert committee.seats.count() == 2
    assert "Hasmik Arakelyan" not in said
    assert "Vardan Ghazaryan" in said


def test_no_identity_number_no_telephone_and_no_kind_of_vulnerability_reach_a_packet(office):
    person = registered_person(
        office, "Hasmik Arakelyan", phone=PHONE, address="17 Walnut street, the house with the blue gate"
    )
    manager = registered_person(office, "Karen Hakobyan", phone="091 55 66 77")
    adviser = office.people.adviser
    record_identity(party=person, kind="national", number=NUMBER, on=DAY, by=adviser)
    record_identity(party=manager, kind="passport", number="AB7712345", on=DAY, by=adviser)
    confirm_group(party=person, programme=office.programme, group=office.group, detail="canary", on=DAY, by=adviser)
    business = registered_enterprise(office, "Walnut Cheese", manager=manager)
    application = eligible_application(office, person, business=business, title=f"A cooler, call {PHONE}")
    BusinessPlan.objects.filter(application=application).update(
        summary="Ask Hasmik under 37491707172 or 091-70-71-72. Passport AN04471190.",
        product="Her number is AN 0447 1190 and his AB7712345. Sales of 1 250 000 in 2026, phone 091556677.",
    )
    Opinion.objects.filter(application=application).update(text="Reach her at 091 707 172.")
    session = declare_all(office, open_session(office, application))
    said = told(drawn(session, office.people.member1)).lower()
    for canary in ("707172", "70-71-72", "707 172", "4471190", "0447", "ab7712345", "556677", "walnut street"):
        assert canary not in said, canary
    for canary in ("canary", "returnee", "blue gate"):
        assert canary not in said
    assert "(number)" in said
    # What is no such number stays.
    assert "sales of 1 250 000 in 2026" in said


def test_numbers_stay_out_of_the_page_as_well(office, visit):
    application = named(office, "Hasmik Arakelyan", phone=PHONE)
    BusinessPlan.objects.filter(application=application).update(summary="Call 091707172.")
    session = declare_all(office, open_session(office, application))
    text = visit(office.people.member1, f"/committee/{session.ref}/cases/1/")
    assert "707172" not in text
    assert "(number)" in text


def test_a_blind_call_tells_no_name_until_the_own_card_is_in(office):
    office.call.blind = True
    office.call.save()
    person = registered_person(office, "Hasmik Arakelyan", name_script="Հասմիկ Առաքելյան", script_language="hy")
    application = eligible_application(office, person, title="Cheese of Hasmik Arakelyan")
    BusinessPlan.objects.filter(application=application).update(product="Hasmik makes it with Arakelyan milk.")
    application.cash_lines.filter(kind="sales").update(label="Cheese of Hasmik")
    with_photos(office, application)
    session, member = declare_all(office, open_session(office, application)), office.people.member1
    content = drawn(session, member)
    said = told(content)
    for name in ("Hasmik", "Arakelyan", "Հասմիկ", "Առաքելյան"):
        assert name not in said, name
    assert "Case 1" in said
    assert images(content) == []
    case = session.cases.get()
    save_review(case=case, scores={"relevance": 4, "feasibility": 4}, on=DAY, by=member)
    told_now = drawn(session, member)
    assert "Hasmik Arakelyan" in told(told_now)
    assert len(images(told_now)) == 1


def images(content):
    return [image for page in PdfReader(io.BytesIO(content)).pages for image in page.images]


def test_photos_are_set_small_and_without_what_the_camera_wrote(office):
    application = named(office, "Hasmik Arakelyan")
    with_photos(office, application, count=4)
    session = declare_all(office, open_session(office, application))
    content = drawn(session, office.people.member1)
    found = images(content)
    assert len(found) == 4
    assert all(max(image.image.size) <= 640 for image in found)
    assert b"EXIF-CANARY" not in content
    assert b"house of" not in content


def test_others_scores_are_in_no_packet_and_the_own_total_is_once_it_is_in(office):
    session = declare_all(office, open_session(office, named(office, "Hasmik Arakelyan")))
    case, people = session.cases.get(), office.people
    save_review(case=case, scores={"relevance": 1, "feasibility": 1}, comment="FABLE", on=DAY, by=people.member2)
    before = told(drawn(session, people.member1))
    assert "FABLE" not in before
    assert "20.0" not in before.replace("20.0%, at least", "")
    save_review(case=case, scores={"relevance": 5, "feasibility": 5}, on=DAY, by=people.member1)
    after = told(drawn(session, people.member1))
    assert "100.0" in after
    assert "FABLE" not in after


def test_a_confidential_programme_is_not_named_in_its_packet(db):
    with standing_at(DAY):
        office = grant_office("quiet", confidential=True)
        office.call.name = "Call for survivors"
        office.call.save()
        session = declare_all(office, open_session(office, named(office, "Hasmik Arakelyan")))
        said = told(drawn(session, office.people.member1))
        assert "Small business support" in said
        for canary in ("survivors", "Programme quiet", "Returnees"):
            assert canary not in said


def test_scripts_of_all_programmes_come_out(office):
    names = ["Անահիտ Սարգսյան", "მანანა კაპანაძე", "Ҷамшед Қурбонов", "Əliyeva Günəş", "Përparim Çelaj"]
    session = declare_all(office, open_session(office, *(named(office, name) for name in names)))
    said = told(drawn(session, office.people.member1))
    for name in names:
        assert name in said


# Handing out -----------------------------------------------------------------------------------------------------


def test_a_small_packet_is_drawn_at_once_and_each_download_is_an_event(office, visit):
    application = named(office, "Hasmik Arakelyan")
    session = declare_all(office, open_session(office, application))
    member, url = office.people.member1, f"/committee/{session.ref}/packet.pdf"
    for _time in range(2):
        answer = visit(member, url)
        assert answer["Content-Disposition"] == f'attachment; filename="packet-{session.ref}.pdf"'
    events = Event.objects.filter(kind="packet.pdf")
    assert [(event.actor_id, event.subject) for event in events] == [(member.pk, f"packet:{session.ref}")] * 2
    assert json.loads(events[0].body) == {"cases": [application.ref], "gone": 0}


def test_the_score_sheet_holds_the_cases_of_the_packet_in_its_order_and_no_card_but_the_own(office, visit):
    names = ("Hasmik Arakelyan", "Vardan Ghazaryan", "Karen Sahakyan")
    cousin, *others = applications = [named(office, name) for name in names]
    session, member = declare_all(office, open_session(office, *applications)), office.people.member1
    declare_interests(session=session, declarations={cousin.ref: ("family", "My cousin.")}, on=DAY, by=member)
    case, url = session.cases.get(position=3), f"/committee/{session.ref}/packet.xlsx"
    save_review(case=case, scores={"relevance": 4, "feasibility": None}, on=DAY, by=member)
    for other in session.cases.all():
        save_review(case=other, scores={"relevance": 1, "feasibility": 2}, on=DAY, by=office.people.member2)
    assert "packet.xlsx" in visit(member, f"/committee/{session.ref}/packet/")
    content = b"".join(visit(member, url).streaming_content)
    rows = [list(row.cells.values()) for row in read_table(io.BytesIO(content)).rows]
    assert [row[:3] + row[6:] for row in rows] == [
        [2, others[0].ref, "Vardan Ghazaryan", "", "", ""],
        [3, others[1].ref, "Karen Sahakyan", 4, "n/a", "80.0"],
    ]
    copy = read_table(io.BytesIO(content), sheet=1).rows[-1]
    assert f"Copy of {member.name}" in next(iter(copy.cells.values()))
    assert "Arakelyan" not in str(rows)
    event = Event.objects.get(kind="packet.xlsx")
    assert json.loads(event.body) == {"cases": [other.ref for other in others], "gone": 1}


@pytest.fixture
def large(monkeypatch):
    monkeypatch.setattr(printing, "DRAWN_AT_ONCE", 0)


def test_a_large_packet_is_drawn_in_the_background_with_a_page_that_tells_how_far(office, visit, large):
    session = declare_all(office, open_session(office, named(office, "Hasmik Arakelyan"), named(office, "V. G.")))
    member, url = office.people.member1, f"/committee/{session.ref}/"
    visit(member, f"{url}packet.pdf", status=302)
    assert "Draw my packet" in visit(member, f"{url}packet/")
    assert not PacketFile.objects.exists()
    visit(member, f"{url}packet/", {}, 302)
    file = PacketFile.objects.get()
    assert (file.state, file.cases_done, file.cases_total, file.member) == ("done", 2, 2, member)
    assert "My packet (PDF)" in visit(member, f"{url}packet/")
    answer = visit(member, f"{url}packet.pdf")
    assert "Hasmik Arakelyan" in told(answer.content)
    PacketFile.objects.update(state="drawing", cases_done=1)
    assert "1 of 2 cases drawn" in visit(member, f"{url}packet/")
    PacketFile.objects.update(state="failed")
    assert "could not be drawn" in visit(member, f"{url}packet/")
    visit(office.people.member2, f"{url}packet.pdf", status=302)


def test_a_packet_drawn_before_a_declaration_is_not_handed_out_after_it(office, visit, large):
    cousin, other = named(office, "Zaruhi Hakobyan"), named(office, "Hasmik Arakelyan")
    session, member = declare_all(office, open_session(office, cousin, other)), office.people.member1
    url = f"/committee/{session.ref}/"
    visit(member, f"{url}packet/", {}, 302)
    path = PacketFile.objects.get().path
    assert path.exists()
    declare_interests(session=session, declarations={cousin.ref: ("family", "A cousin.")}, on=DAY, by=member)
    visit(member, f"{url}packet.pdf", status=302)
    assert "Draw my packet" in visit(member, f"{url}packet/")
    visit(member, f"{url}packet/", {}, 302)
    assert not path.exists()
    answer = visit(member, f"{url}packet.pdf")
    assert "Zaruhi" not in told(answer.content)


def test_what_a_packet_may_hold_is_asked_when_it_is_drawn(office, monkeypatch):
    application = named(office, "Zaruhi Hakobyan")
    session, member = declare_all(office, open_session(office, application)), office.people.member1
    file = ask_packet(session=session, language="en", on=DAY, by=member)
    declare_interests(session=session, declarations={application.ref: ("family", "x")}, on=DAY, by=member)
    draw_packet.call(file.pk)
    file.refresh_from_db()
    assert file.state == "failed"
    assert not file.path.exists()


def test_packets_that_nobody_fetches_are_thrown_away_after_days(office):
    session = declare_all(office, open_session(office, named(office, "Hasmik Arakelyan")))
    file = ask_packet(session=session, language="en", on=DAY, by=office.people.member1)
    draw_packet.call(file.pk)
    file.refresh_from_db()
    daily(DAY + timedelta(days=3))
    assert file.path.exists()
    daily(DAY + timedelta(days=4))
    daily(DAY + timedelta(days=4))
    assert not file.path.exists()
    assert not PacketFile.objects.exists()


def test_a_packet_that_waits_goes_when_one_of_its_people_is_forgotten(office):
    person = registered_person(office, "Hasmik Arakelyan")
    session = open_session(office, eligible_application(office, person), named(office, "Vardan Ghazaryan"))
    declare_all(office, session)
    file = ask_packet(session=session, language="en", on=DAY, by=office.people.member1)
    draw_packet.call(file.pk)
    file.refresh_from_db()
    assert file.path.exists()
    Application.objects.filter(applicant=person).update(state="withdrawn")
    anonymise_party(party=person, reason="She asked.", on=DAY, by=protector_of(office))
    assert not PacketFile.objects.exists()
    daily(DAY)
    assert not file.path.exists()


def test_strangers_have_no_packet_and_nobody_has_one_before_it_is_sent(office, visit):
    session = planned_session(office, named(office, "Hasmik Arakelyan"))
    people, stranger = office.people, loan_office("elsewhere").people.manager
    for user in (people.secretary, people.member1, stranger):
        for path in ("packet/", "packet.pdf"):
            visit(user, f"/committee/{session.ref}/{path}", status=404)
    session = declare_all(office, open_session(office, named(office, "Vardan Ghazaryan")))
    for user in (people.adviser, people.donor, people.maker, stranger):
        for path in ("packet/", "packet.pdf"):
            visit(user, f"/committee/{session.ref}/{path}", status=404)
        visit(user, f"/committee/{session.ref}/packet/", {}, 404)
    assert not PacketFile.objects.exists()
    assert not Event.objects.filter(kind="packet.pdf").exists()


def test_an_observer_reads_what_was_declared_free_and_the_secretary_all(office):
    people = office.people
    committee = committee_of(office)
    seat_member(committee=committee, user=people.monitor, role="observer", on=DAY, by=people.manager)
    session = declare_all(office, open_session(office, named(office, "Hasmik Arakelyan")), [people.monitor])
    assert "Hasmik Arakelyan" in told(drawn(session, people.monitor))
    assert "Hasmik Arakelyan" in told(drawn(session, people.secretary))


@pytest.mark.parametrize("cases", [1, 5])
def test_a_packet_asks_the_database_a_bounded_number_of_times_for_each_case(
    office, cases, django_assert_max_num_queries
):
    session = declare_all(office, open_session(office, *(named(office, f"Person {n}") for n in range(cases))))
    with django_assert_max_num_queries(30 + 36 * cases):
        drawn(session, office.people.member1)
