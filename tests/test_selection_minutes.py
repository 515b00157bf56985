"""The minutes: everything that an auditor asks for, frozen, proved by hashes, and readable in every script."""

import io
import json
from datetime import time

import pytest
from pypdf import PdfReader

from applicants.models import Application, Party
from applicants.services import anonymise_party
from audit.models import Event, Remark
from audit.refusals import Invalid
from programmes.clock import standing_at
from selection.call_rules import frozen_hash
from selection.checks import checks
from selection.minutes import body_of, said, told
from selection.minutes_words import cases_told, head, proofs
from selection.models import Case, Clarification, Decision, Session, Vote
from selection.papers import minutes_paper
from selection.services import (
    answer_clarification,
    ask_clarification,
    cast_vote,
    close_session,
    decide_all,
    declare_interests,
    record_sitting,
    reopen_session,
    save_review,
    start_sitting,
)
from tests.office import DAY, grant_office
from tests.steps_applicants import eligible_application, protector_of, registered_person
from tests.steps_selection import (
    closed_session,
    declare_all,
    members_of,
    open_session,
    sitting_session,
    vote_all,
)

# What they tell does not depend on the database; tests/test_urls.py opens them on PostgreSQL.
pytestmark = pytest.mark.once


@pytest.fixture
def visit(client):
    def read(user, url, data=None, status=200):
        client.force_login(user)
        answer = client.post(url, data) if data is not None else client.get(url)
        assert answer.status_code == status, (answer.status_code, answer.content.decode()[:2000])
        return answer.content.decode() if answer["Content-Type"].startswith("text/html") else answer

    return read


def named(office, name="Hasmik Arakelyan", **facts):
    return eligible_application(office, registered_person(office, name, **facts))


def closed(office, session):
    decide_all(session=session, on=DAY, by=office.people.secretary)
    return close_session(session=session, on=DAY, by=office.people.secretary)


def case_of(session, position=1):
    body = told(session)
    names = dict(Party.objects.values_list("ref", "name"))
    return next(case for case in cases_told(body, names) if case.row["position"] == position)


def on_paper(session):
    pages = [page.extract_text() for page in PdfReader(io.BytesIO(minutes_paper(session))).pages]
    return " ".join("\n".join(pages).split())


# What they say ---------------------------------------------------------------------------------------------------


def test_scores_stand_with_their_spread_and_sections_and_without_whose_they_are(office):
    session = declare_all(office, open_session(office, named(office)))
    case, day, secretary = session.cases.get(), DAY, office.people.secretary
    for member, value in zip(members_of(office), (5, 3, 4), strict=True):
        save_review(case=case, scores={"relevance": value, "feasibility": value}, on=day, by=member)
    record_sitting(session=session, present=members_of(office), on=day, by=secretary)
    session = closed(office, vote_all(office, start_sitting(session=session, on=day, by=secretary)))
    scores = session.minutes_body["cases"][0]["scores"]
    assert (scores["cards"], scores["total"], scores["least"], scores["most"]) == (3, "80.0", "60.0", "100.0")
    assert scores["sections"] == [{"name": "Quality", "points": "12.0", "top": 15, "threshold": 0}]
    told_at_the_head = dict(head(told(session)))
    assert told_at_the_head["Decided"] == "1 approved: EUR 10,000.00."
    assert told_at_the_head["Minutes kept by"] == secretary.name
    assert f"{secretary.name} Kept the minutes" in on_paper(session)
    line = dict(case_of(session).lines)["Scores"]
    assert line == "80.0 of 100 from 3 cards. The totals lie between 60.0 and 100.0. Quality: 12.0 of 15."


def test_the_minority_is_set_apart_with_its_reasons_and_without_names(office):
    session = sitting_session(office, named(office))
    people = office.people
    vote_all(office, session, "for", members=[people.member1, people.member2])
    cast_vote(case=session.cases.get(), choice="against", reason="The road is closed.", on=DAY, by=people.member3)
    session = closed(office, session)
    case = case_of(session)
    assert case.dissent == [("Against", "The road is closed.")]
    assert case.votes == "2 for, 1 against. 3 of 3 members without an interest voted; 2 were needed."
    assert "The road is closed." not in dict(case.lines).values()
    said_on_paper = on_paper(session)
    assert "The minority: Against: The road is closed." in said_on_paper
    assert f"Against: {people.member3.name}" not in said_on_paper


def test_a_late_interest_of_one_who_has_not_voted_voids_no_vote(office):
    session = sitting_session(office, application := named(office))
    people = office.people
    vote_all(office, session, members=[people.member1, people.member2])
    declare_interests(session=session, declarations={application.ref: ("friend", "x")}, on=DAY, by=people.member3)
    told_of = case_of(closed(office, session)).recusals
    assert told_of == [f"{people.member3.name} took no part: Friend or neighbour, declared during the sitting."]


def test_the_minority_of_a_rejection_is_who_was_for_it(office):
    session = sitting_session(office, named(office))
    people = office.people
    vote_all(office, session, "against", reason="No market.", members=[people.member1, people.member2])
    case = session.cases.get()
    cast_vote(case=case, choice="conditions", reason="With a second quote.", on=DAY, by=people.member3)
    session = closed(office, session)
    found = case_of(session)
    assert found.dissent == [("For, with conditions", "With a second quote.")]
    assert dict(found.lines)["Reasons"] == "No market."


def test_who_took_no_part_stands_with_kind_and_day_late_ones_too_and_other_parts(office):
    first, second, third = (named(office, name) for name in ("Hasmik A.", "Vardan G.", "Karen S."))
    people = office.people
    session = open_session(office, first, second, third)
    free = ("none", "")
    declare_interests(session=session, declarations={first.ref: ("family", "x")}, on=DAY, by=people.member1)
    declare_interests(session=session, declarations={second.ref: free, third.ref: free}, on=DAY, by=people.member1)
    declare_all(office, session, [people.member2, people.member3])
    for case in session.cases.all():
        for member in (people.member2, people.member3):
            save_review(case=case, scores={"relevance": 4, "feasibility": 4}, on=DAY, by=member)
    third.parts.create(user=people.member1, part="maker", since=DAY)
    session = start_sitting(session=session, on=DAY, by=people.secretary)
    vote_all(office, session, members=[people.member2, people.member3])
    declare_interests(session=session, declarations={second.ref: ("business", "y")}, on=DAY, by=people.member3)
    cast_vote(case=session.cases.get(position=2), choice="for", on=DAY, by=people.member1)
    session = closed(office, session)
    one, two, three = (case_of(session, position).recusals for position in (1, 2, 3))
    assert one == [f"{people.member1.name} took no part: Family, declared on 12.03.2026."]
    assert two == [
        f"{people.member3.name} took no part: Business or money, declared during the sitting; the vote is void."
    ]
    assert three == [f"{people.member1.name} took no part: is the payment maker of the case."]
    said_on_paper = on_paper(session)
    for sentence in (*one, *two, *three):
        assert sentence in said_on_paper


def test_attendance_stands_with_its_times(office, visit):
    session = declare_all(office, open_session(office, named(office)))
    people = office.people
    form = {
        "present": [people.member1.pk, people.member2.pk],
        f"came_{people.member1.pk}": "10:05",
        f"left_{people.member1.pk}": "11.30",
        f"came_{people.member2.pk}": "quarter past",
    }
    url = f"/committee/{session.ref}/attendance/"
    assert "Write the time like 10:30." in visit(people.secretary, url, form, 400)
    form[f"came_{people.member2.pk}"] = ""
    visit(people.secretary, url, form, 302)
    assert 'value="10:05"' in visit(people.secretary, url)
    save_all = [people.member1, people.member2]
    for member in save_all:
        save_review(case=session.cases.get(), scores={"relevance": 4, "feasibility": 4}, on=DAY, by=member)
    session.refresh_from_db()
    session = start_sitting(session=session, on=DAY, by=people.secretary)
    session = closed(office, vote_all(office, session, members=save_all))
    assert session.minutes_body["present"][0] == {
        "member": people.member1.name,
        "role": "chair",
        "came": "10:05",
        "left": "11:30",
    }
    text = visit(people.secretary, f"/committee/{session.ref}/minutes/")
    assert "10:05\u201311:30" in text
    assert "10:05\u201311:30" in on_paper(session)


def test_somebody_absent_has_no_times_and_nobody_leaves_before_coming(office):
    session = open_session(office, named(office))
    people = office.people
    given = {"session": session, "present": [people.member1], "on": DAY, "by": people.secretary}
    with pytest.raises(Invalid, match="is absent and has no times"):
        record_sitting(times={people.member2.pk: (time(10, 0), None)}, **given)
    with pytest.raises(Invalid, match="cannot leave before coming"):
        record_sitting(times={people.member1.pk: (time(10, 0), time(10, 0))}, **given)
    assert not session.attendance.exists()


def test_questions_and_answers_stand_in_the_minutes(office):
    session = sitting_session(office, named(office))
    people = office.people
    asked = ask_clarification(case=session.cases.get(), question="Who milks the cows?", on=DAY, by=people.member1)
    answer_clarification(clarification=asked, answer="Her sister.", on=DAY, by=people.adviser)
    ask_clarification(case=session.cases.get(), question="And in winter?", on=DAY, by=people.member2)
    session = closed(office, vote_all(office, session))
    lines = case_of(session).lines
    assert lines[1:5] == [
        ("Question, 12.03.2026", "Who milks the cows?"),
        ("Answer, 12.03.2026", "Her sister."),
        ("Question, 12.03.2026", "And in winter?"),
        ("Answer", "none"),
    ]
    assert people.member1.name not in str(lines)


def test_cases_of_the_consent_agenda_stand_together_and_a_lifted_one_with_who_lifted_it(office):
    session = sitting_session(office, named(office), named(office, "Vardan Ghazaryan"))
    Case.objects.update(on_consent=True)
    Case.objects.filter(position=2).update(lifted_by=office.people.member1, lifted_on=DAY)
    session = closed(office, vote_all(office, session))
    together, apart = case_of(session, 1), case_of(session, 2)
    assert (together.on_consent, apart.on_consent) == (True, False)
    assert dict(apart.lines)["Consent agenda"] == f"{office.people.member1.name} lifted it out on 12.03.2026."
    assert "These cases were decided together; no member lifted one out." in on_paper(session)


def test_a_reopening_stands_with_its_reason_and_the_hash_of_the_minutes_that_it_replaced(office, visit):
    session = closed_session(office, named(office))
    secretary, first = office.people.secretary, session.minutes_hash
    session = reopen_session(session=session, reason="A quote was false.", on=DAY, by=secretary)
    assert (session.chain_seq, session.chain_hash) == (None, "")
    session = closed(office, session)
    assert session.minutes_hash != first
    body = told(session)
    assert body["corrections"] == [
        {"on": "2026-03-12", "by": secretary.name, "reason": "A quote was false.", "minutes": first}
    ]
    assert "An earlier decision (Approved, EUR 10,000.00) was undone: The sitting was reopened." in [
        sentence.replace("\u00a0", " ") for sentence in case_of(session).undone
    ]
    text = visit(secretary, f"/committee/{session.ref}/minutes/")
    assert "A quote was false." in text
    assert first in text
    assert "Reopened on 12.03.2026 by Lilit Danielyan: A quote was false." in on_paper(session)


# What proves them ------------------------------------------------------------------------------------------------


def test_the_minutes_name_the_event_of_the_audit_log_that_stood_before_them(office):
    session = closed_session(office, named(office))
    event = Event.objects.get(seq=session.chain_seq)
    assert event.hash == session.chain_hash
    assert event.seq < Event.objects.get(kind="session.close").seq
    sentences = list(proofs(session, session.minutes_body))
    assert f"event {session.chain_seq} before the close; its hash: {session.chain_hash}" in sentences[1]
    assert sentences[2].endswith(session.minutes_hash)
    assert session.minutes_hash in on_paper(session).replace(" ", "")
    assert list(checks()) == []
    Session.objects.update(chain_hash="0" * 64)
    assert list(checks()) == [
        f"selection_session {session.ref}: the audit log has no event {session.chain_seq} with that hash"
    ]


def test_the_frozen_body_holds_no_word_of_anybody_and_proves_each(office):
    session = sitting_session(office, named(office))
    vote_all(office, session, "conditions", reason="Hasmik brings a quote.")
    session = closed(office, session)
    text = json.dumps(session.minutes_body, ensure_ascii=False)
    for word in ("Hasmik", "quote", "cooler"):
        assert word not in text
    row = session.minutes_body["cases"][0]
    assert row["conditions"] == said("Hasmik brings a quote.")
    assert told(session)["cases"][0]["conditions"] == "Hasmik brings a quote."
    Vote.objects.update(reason="Hasmik brings nothing.")
    Decision.objects.update(conditions="Hasmik brings nothing.")
    assert told(session)["cases"][0]["conditions"] == "(taken out on request)"
    assert f"selection_session {session.ref}: words that its minutes keep by their hash were changed" in list(checks())


def test_a_person_who_is_forgotten_is_forgotten_in_the_minutes_which_stay_proved(office):
    person = registered_person(office, "Hasmik Arakelyan")
    application = eligible_application(office, person, title="Cheese of Hasmik")
    session = sitting_session(office, application)
    session = closed(office, vote_all(office, session, "against", reason="Hasmik has no buyers."))
    frozen = session.minutes_hash
    with standing_at(DAY):
        anonymise_party(party=person, reason="She asked.", on=DAY, by=protector_of(office))
    session.refresh_from_db()
    assert frozen_hash(session.minutes_body) == frozen
    assert "Hasmik" not in on_paper(session)
    assert "(taken out on request)" in on_paper(session)
    assert [fault for fault in checks() if "minutes" in fault] == []


def test_a_reason_that_was_redacted_in_the_log_is_gone_from_the_minutes_too(office):
    session = closed_session(office, named(office))
    session = reopen_session(session=session, reason="Ani said so.", on=DAY, by=office.people.secretary)
    session = closed(office, session)
    reopened = Event.objects.get(kind="session.reopen")
    Remark.objects.filter(event_seq=reopened.seq).update(redacted=True, text="")
    assert told(session)["corrections"][0]["reason"] == "(taken out on request)"
    assert [fault for fault in checks() if "minutes" in fault] == []


def test_minutes_that_were_frozen_before_are_read_as_they_were(office, visit):
    """A body of the first release: words themselves, no attendance times, no scores, no chain."""
    session = closed_session(office, named(office))
    body = {
        "session": session.ref,
        "committee": "Selection committee",
        "call": "Spring call",
        "sits_on": "2026-03-12",
        "closed_on": "2026-03-12",
        "rules": session.rules_hash,
        "quorum_number": 2,
        "quorum_share_pct": 50,
        "majority_pct": 50,
        "present": [{"member": "Ruben Harutyunyan", "role": "chair"}],
        "absent": [{"member": "Davit Karapetyan", "role": "member"}],
        "cases": [
            {
                "position": 1,
                "application": "A-2026-00001",
                "applicant": Application.objects.get().applicant.ref,
                "title": "A milk cooler",
                "revision": 1,
                "asked_amount": 1_000_000,
                "currency": "EUR",
                "withdrawn": False,
                "outcome": "approve",
                "amount": 1_000_000,
                "conditions": "A quote.",
                "reason": "",
                "tally": {
                    **{"for": 2, "conditions": 0, "against": 0, "defer": 0, "abstain": 0},
                    **{"rule": "majority", "voted": 2, "needed": 2, "unconflicted": 3, "cards": 2, "score": "80.0"},
                },
                "interests": [{"member": "Davit Karapetyan", "kind": "family", "late": False}],
                "undone": [],
            }
        ],
    }
    Session.objects.update(minutes_body=body, minutes_hash=frozen_hash(body), chain_seq=None, chain_hash="")
    session.refresh_from_db()
    text = visit(office.people.secretary, f"/committee/{session.ref}/minutes/")
    for said_there in ("Conditions: A quote.", "Davit Karapetyan took no part: Family.", "2 for. 2 of 3 members"):
        assert said_there in text
        assert said_there in on_paper(session)
    # This test froze them behind the log's back, and nothing else is wrong with them.
    assert list(checks()) == [
        f"selection_session {session.ref}: its minutes are not those that the log says it was closed with"
    ]


# How they look ---------------------------------------------------------------------------------------------------


def test_sixty_cases_with_long_names_in_every_script_come_out_whole(office):
    names = ["Անահիտ Սարգսյան", "მანანა კაპანაძე", "Ҷамшед Қурбонов", "Əliyeva Günəş Şükür qızı", "Përparim Çelaj"]
    long = " ".join(["Konstantinopolskaya"] * 7)
    template = named(office)
    session = sitting_session(office, template)
    session = closed(office, vote_all(office, session, "conditions", reason="A quote. " * 60))
    row = session.minutes_body["cases"][0]
    parties = [registered_person(office, name) for name in (*names, long)]
    rows = [{**row, "position": number, "applicant": parties[number % len(parties)].ref} for number in range(1, 61)]
    session.minutes_body = {**session.minutes_body, "cases": rows}
    content = minutes_paper(session)
    pages = [page.extract_text() for page in PdfReader(io.BytesIO(content)).pages]
    said_there = " ".join("\n".join(pages).split())
    for name in (*names, long):
        assert name in said_there
    assert f"Page {len(pages)} of {len(pages)}" in pages[-1]
    assert [str(number) for number in range(1, 61)] == [
        part for part in (str(number) for number in range(1, 61)) if f"{part}. " in said_there
    ]


def test_the_minutes_of_a_confidential_programme_name_neither_call_nor_committee(db):
    with standing_at(DAY):
        office = grant_office("quiet", confidential=True)
        office.call.name = "Call for survivors"
        office.call.save()
        session = closed_session(office, named(office))
        session.committee.name = "Committee for survivors"
        said_there = on_paper(session)
        assert "Small business support" in said_there
        assert "survivors" not in said_there


def test_the_draft_says_what_the_minutes_would_say_now(office, visit):
    session = sitting_session(office, named(office))
    Clarification.objects.create(
        case=session.cases.get(), question="Why?", asked_on=DAY, asked_by=office.people.member1
    )
    body = body_of(session, closed_on=DAY)
    assert (body["cases"][0]["outcome"], body["cases"][0]["dissent"]) == ("", [])
    text = visit(office.people.secretary, f"/committee/{session.ref}/minutes/")
    assert "Why?" in text
    assert "Closed on" not in text


def test_the_minutes_ask_the_database_as_often_for_six_cases_as_for_one(office, django_assert_max_num_queries):
    session = vote_all(office, sitting_session(office, *(named(office, f"Person {n}") for n in range(6))))
    decide_all(session=session, on=DAY, by=office.people.secretary)
    session = Session.objects.select_related("committee", "call", "programme").get()
    with django_assert_max_num_queries(20):
        body_of(session, closed_on=DAY)
