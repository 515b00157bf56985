"""A whole session in the browser: twenty cases, five members, one conflicted on two cases, one late declaration.

One member goes from card to card and one types in the table, each in a browser; the clicks are counted and printed.
"""

import io
from collections import Counter

import pytest
from PIL import Image, ImageDraw
from pypdf import PdfReader

from applicants.models import Application
from applicants.services import add_evidence, confirm_group, confirm_vulnerability
from applicants.services.evidence import path_of
from programmes.clock import standing_at
from programmes.models import Criterion, Role
from selection.checks import checks
from selection.models import Decision, Letter, Review, Seat, Session, Vote
from selection.services import (
    add_cases,
    cast_votes,
    confirm_interests,
    declare_interests,
    draw_minutes,
    plan_session,
    record_sitting,
    save_review,
    seat_member,
    send_packet,
    start_sitting,
)
from tests.office import DAY, grant_office, make_user, seat
from tests.steps_applicants import eligible_application, registered_person
from tests.steps_selection import committee_of
from tests.test_pages_browser import reader
from tests.twins import twins

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

CASES = 20
MOST_CLICKS, MOST_IN_TABLE = 145, 85
GRID = [
    ("relevance", "Does it answer a need of the village?", 3, {"0": "Nobody asked for it.", "5": "Many wait for it."}),
    ("market", "Are there customers who pay?", 2, {"0": "None is named.", "3": "Some are named.", "5": "Contracts."}),
    ("skills", "Can these people do it?", 2, {}),
    ("jobs", "Does it make jobs, and for whom?", 2, {}),
    ("money", "Does the own part stand?", 1, {}),
]
CONFLICTS = {4: ("family", "My cousin."), 9: ("family", "My brother rents the hall.")}
CONDITION = "The connection is checked at the first visit."


class Walker:
    """Everybody's browser, which counts what the pointer does."""

    def __init__(self, browser, base):
        self.browser, self.base, self.readers, self.clicks = browser, base, {}, {}

    def of(self, user):
        """The page of `user`, who signs in once. A press of the pointer is a click, whatever it hits."""
        if user not in self.readers:
            one = reader(self.browser, self.base)
            one.enter(user)
            self.clicks[user] = 0
            one.page.expose_function("counted", lambda user=user: self._count(user))
            one.page.add_init_script("addEventListener('pointerdown', () => counted(), true)")
            one.page.set_default_timeout(15000)
            self.readers[user] = one
        return self.readers[user].page

    def _count(self, user):
        self.clicks[user] += 1

    def counted(self, user):
        """Clicks of `user` since the last time this was asked."""
        self.of(user).wait_for_timeout(50)
        count, self.clicks[user] = self.clicks[user], 0
        return count

    def open(self, user, path):
        page = self.of(user)
        page.goto(self.base + path)
        return page

    def look_aside(self, user, path):
        """What a page says, opened beside the one that the user is on."""
        beside = self.of(user).context.new_page()
        beside.goto(self.base + path)
        said = beside.inner_text("main")
        beside.close()
        return said

    def complaints(self):
        return [said for one in self.readers.values() for said in one.complaints]


@pytest.fixture
def walker(live_server, settings, live_browser):
    settings.STANDING_DAY = DAY
    return Walker(live_browser, live_server.url)


def office_of_five():
    """A grant office with a grid of five, a committee of five, and twenty cases; the money is short for the last."""
    office = grant_office(line_ceiling=18_000_000)
    office.call.criteria.all().delete()
    for position, (code, question, weight, guidance) in enumerate(GRID, 1):
        Criterion.objects.create(
            call=office.call,
            position=position,
            section="Quality",
            code=code,
            question=question,
            weight=weight,
            guidance=guidance,
        )
    office.call.quorum_number = 3
    office.call.save()
    people = office.people
    for number, name in enumerate(("Gayane Hovhannisyan", "Levon Asatryan"), 4):
        member = make_user(name, f"SPRING-M{number}")
        seat(member, office.programme, Role.MEMBER)
        setattr(people, f"member{number}", member)
    committee = committee_of(office)
    for member in (people.member4, people.member5):
        seat_member(committee=committee, user=member, role=Seat.Role.MEMBER, on=DAY, by=people.manager)
    office.committee = committee
    model = eligible_application(office, registered_person(office, "Hasmik Arakelyan"))
    confirm_group(party=model.applicant, programme=office.programme, group=office.group, on=DAY, by=people.adviser)
    confirm_vulnerability(application=model, band="yes", on=DAY, by=people.adviser)
    for number in range(2):
        add_evidence(
            programme=office.programme,
            case_ref=model.ref,
            purpose="field_photo",
            content=photo(number),
            name="cows.png",
            on=DAY,
            by=people.adviser,
        )
    twins(office, model, CASES - 1)
    return office


def photo(number):
    picture = Image.new("RGB", (640, 480), ("#7da37d", "#8aa0b8")[number])
    ImageDraw.Draw(picture).rectangle((160, 200, 480, 400), fill="#8b5e3c")
    kept = io.BytesIO()
    picture.save(kept, "PNG")
    return kept.getvalue()


# The session, step by step -------------------------------------------------------------------------------------------


def packet_sent(office):
    """The secretary plans the session over the twenty cases and sends the packet."""
    given = {"on": DAY, "by": office.people.secretary}
    session = plan_session(committee=office.committee, call=office.call, sits_on=DAY, **given)
    session = add_cases(session=session, applications=list(Application.objects.order_by("pk")), **given)
    return send_packet(session=session, **given)


def declared_by_pointer(walker, member):
    """From the home page: one confirmation over the names."""
    page = walker.open(member, "/")
    walker.counted(member)
    page.click("text=Declare your interests")
    page.click("text=Confirm: these interests and no other")
    return page


def reviewed_by_pointer(walker, member, session):
    """Declares, then five values and one button for each case, to the last card. Returns the clicks."""
    page = declared_by_pointer(walker, member)
    for position in range(1, CASES + 1):
        page.wait_for_url(f"**/cases/{position}/")
        if position == 9:
            assert "12 of 20 left" in walker.look_aside(member, "/")
        for number, (code, *_rest) in enumerate(GRID):
            page.click(f'label[for="id_score_{code}_{3 + (position + number) % 3}"]')
        page.click('button[value="submit"]')
    page.wait_for_url(f"**/committee/{session.ref}/")
    assert Review.objects.filter(member=member, submitted_on=DAY).count() == CASES
    return walker.counted(member)


def reviewed_in_the_table(walker, member, session):
    """Declares, opens the table, types a hundred figures, reads the totals and hands in. Returns (clicks, keys)."""
    page = declared_by_pointer(walker, member)
    page.click("text=All cases in one table")
    page.click("#v_1_relevance")
    keys = [str(2 + (position * 2 + number) % 4) for position in range(CASES) for number in range(len(GRID))]
    keys[7] = "n"
    for key in keys:
        page.keyboard.press(key)
    page.keyboard.press("Enter")
    page.click("text=Keep, and hand in all complete cards")
    page.click("text=Hand in 20 cards")
    page.wait_for_selector("text=20 cards are in.")
    reviews = Review.objects.filter(member=member, submitted_on=DAY).order_by("case__position")
    typed = [None if key == "n" else int(key) for key in keys]
    assert [score.value for review in reviews for score in review.scores.all()] == typed
    return walker.counted(member), len(keys)


def voted_by_pointer(walker, member):
    page = walker.open(member, "/")
    walker.counted(member)
    page.click(".sb-task a:text-is('Vote')")
    for position in range(1, CASES + 1):
        page.click(f'label[for="id_choice_{position}_1"]')
    page.click("text=Cast my votes")
    page.wait_for_selector("text=Your votes are cast.")
    return walker.counted(member)


def voted_by_keys(walker, member):
    """1 is for; 2 is with conditions, and the reason takes the focus. Returns (clicks, keys)."""
    page = walker.open(member, "/")
    walker.counted(member)
    page.click(".sb-task a:text-is('Vote')")
    page.focus("#id_choice_1_0")
    for _position in range(1, CASES):
        page.keyboard.press("1")
    page.keyboard.press("2")
    assert page.evaluate("document.activeElement.id") == "id_reason_20"
    page.keyboard.type(CONDITION)
    page.click("text=Cast my votes")
    page.wait_for_selector("text=Your votes are cast.")
    return walker.counted(member), CASES


def reads_the_minutes(walker, member):
    """The page on which the votes left the member becomes that of the closed session by itself.

    Returns (clicks, what the page says).
    """
    page = walker.of(member)
    page.click("main >> text=Minutes")
    page.wait_for_selector("#attendance")
    return walker.counted(member), page.inner_text("main")


def the_others_score(session, *members):
    """Their declarations and cards, through the services: the cousin has two conflicts."""
    refs = dict(session.cases.values_list("position", "application__ref"))
    for number, member in enumerate(members):
        own = {refs[place]: kind for place, kind in CONFLICTS.items()} if number == 0 else {}
        confirm_interests(session=session, additional=own, on=DAY, by=member)
        for case in session.cases.all():
            if case.application.ref not in own:
                scores = {code: 2 + (case.position + number) % 4 for code, *_rest in GRID}
                save_review(case=case, scores=scores, on=DAY, by=member)


def the_others_vote(session, *members):
    for number, member in enumerate(members):
        cases = [case for case in session.cases.all() if number or case.position not in CONFLICTS]
        votes = [{"case": case, "choice": "for"} for case in cases]
        if number == 1:
            votes[2] |= {"choice": "against", "reason": "Three others in the village bake bread."}
        cast_votes(session=session, votes=votes, on=DAY, by=member)


def paper_of(session, secretary):
    """The words of the minutes as a PDF, as one line."""
    content = path_of(draw_minutes(session=session, on=DAY, by=secretary).sha256).read_bytes()
    text = "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages)
    return " ".join(text.split())


def test_twenty_cases_from_the_packet_to_minutes_and_letters(walker):
    with standing_at(DAY):
        office = office_of_five()
        session = packet_sent(office)
    people = office.people
    chair, second, cousin, fourth, late = (getattr(people, f"member{number}") for number in range(1, 6))
    base = f"/committee/{session.ref}/"

    by_pointer = reviewed_by_pointer(walker, chair, session)
    in_the_table, keys = reviewed_in_the_table(walker, second, session)
    with standing_at(DAY):
        the_others_score(session, cousin, fourth, late)
        everybody = [chair, second, cousin, fourth, late]
        record_sitting(session=session, present=everybody, on=DAY, by=people.secretary)
        start_sitting(session=session, on=DAY, by=people.secretary)
    votes_by_pointer = voted_by_pointer(walker, chair)
    votes_by_keys, vote_keys = voted_by_keys(walker, second)
    with standing_at(DAY):
        the_others_vote(session, cousin, fourth, late)
        seventh = session.cases.get(position=7).application.ref
        declare_interests(
            session=session, declarations={seventh: ("business", "I sell her the milk.")}, on=DAY, by=late
        )
    assert Vote.objects.exclude(voided_on=None).get().member == late

    page = walker.open(people.secretary, base)
    assert "short by" in page.inner_text("main")
    page.click("text=Record all decisions")
    page.click("main form button.btn-primary")
    outcomes = list(Decision.objects.live().values_list("outcome", flat=True))
    assert (outcomes.count("approve"), outcomes.count("reserve")) == (18, 2)
    page.click("text=Close the sitting")
    page.click("main form button.btn-primary")
    page.click("main >> text=Letters")
    page.click("main form button.btn-primary")
    page.wait_for_selector("text=Every decision has its letter.")
    letters = dict(Counter(Letter.objects.values_list("kind", flat=True)))
    assert letters == {"approve": 18, "reserve": 2}

    reading, minutes = reads_the_minutes(walker, chair)
    reading_too, _minutes = reads_the_minutes(walker, second)
    with standing_at(DAY):
        paper = paper_of(Session.objects.get(), people.secretary)
        assert list(checks()) == []
    for told in (minutes, paper):
        assert told.count("Davit Karapetyan took no part: Family, declared on 12.03.2026.") >= 2
        assert "Levon Asatryan took no part: Business or money, declared during the sitting; the vote is void." in told
        assert CONDITION in told
        assert "Three others in the village bake bread." in told
    assert walker.complaints() == []

    single = by_pointer + votes_by_pointer + reading
    table = in_the_table + votes_by_keys + reading_too
    print(f"\nclicks of a member, {CASES} cases on {len(GRID)} criteria:")
    print(f"  one by one: {by_pointer} (declared and scored), {single} with the votes and the minutes")
    print(
        f"  in the table: {in_the_table} and {keys} keys (declared and scored), {table} and {keys + vote_keys} in all"
    )
    assert single <= MOST_CLICKS
    assert table <= MOST_IN_TABLE
