"""A conflicted member finds no trace of the case: by every address, link, file and search, before and after.

The case carries words that stand nowhere else. Whoever may read it finds them, which proves that the walk would.
"""

import io
import itertools
import logging
import zipfile
from urllib.parse import urljoin, urlsplit

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import NoReverseMatch, reverse
from pypdf import PdfReader

from applicants.services import add_evidence, confirm_group, confirm_vulnerability
from config import urls
from pages import middleware
from programmes.models import Role
from selection.models import Case, Seat
from selection.services import (
    answer_clarification,
    ask_clarification,
    cast_vote,
    close_session,
    decide_all,
    declare_interests,
    declare_standing_interest,
    record_sitting,
    save_review,
    seat_member,
    send_packet,
    start_sitting,
)
from tests.crawl import PICTURE, VERBS, addresses, people_known
from tests.markup import read
from tests.office import DAY, make_user, seat
from tests.steps_applicants import eligible_application, registered_enterprise, registered_person
from tests.steps_selection import NONE, members_of, planned_session

pytestmark = [pytest.mark.django_db, pytest.mark.once]

COUSIN = ("family", "My cousin.")
FORMATS = ("csv", "xlsx", "json")
# Where a case would come up first. What else there is, one walk asks of everything.
CORNERS = ("committee/S", "committee/<str:ref>/", "applications/", "search/")
# The hidden case is made first: whatever is about it has one of the first keys.
MOST_PK = 3


def hidden_case(office):
    """An application whose every text holds "qanar": names, plan, opinion, photo."""
    person = registered_person(
        office, "Zoravar Qanarian", name_script="Զորավար Քանարյան", script_language="hy", birth_year=1961
    )
    business = registered_enterprise(office, "Qanari Cheese", manager=person)
    case = eligible_application(office, person, business=business, title="A qanari cooler")
    case.plan.summary = "Qanari makes cheese."
    case.plan.save()
    confirm_group(party=person, programme=office.programme, group=office.group, on=DAY, by=office.people.adviser)
    confirm_vulnerability(application=case, band="most", on=DAY, by=office.people.adviser)
    add_evidence(
        programme=office.programme,
        case_ref=case.ref,
        purpose="field_photo",
        content=PICTURE,
        name="qanari.png",
        on=DAY,
        by=office.people.adviser,
    )
    return case


class Trace:
    """What gives the case away: its words, and its references."""

    def __init__(self, case):
        self.words = ("qanar", "քանար", "զորավար")
        self.refs = tuple(
            ref.lower() for ref in (case.application.ref, case.application.applicant.ref, case.application.business.ref)
        )
        self.case = case

    def in_text(self, path, text):
        text = text.lower()
        # The declaration pages list names: that is what they are for, and they say nothing else of a case.
        names = () if path.endswith(("/declare/", "/committee/interests/")) else self.words
        return [word for word in (*names, *self.refs, "a qanari cooler") if word in text]


@pytest.fixture
def prepared(office):
    """An open session of three: the hidden case first. Questions are asked; cards are in; nobody has an interest."""
    application = hidden_case(office)
    others = [eligible_application(office, registered_person(office, name)) for name in ("Ani Roe", "Vardan Doe")]
    session = planned_session(office, application, *others)
    watcher = make_user("Knarik Hakobyan", "X-07")
    seat(watcher, office.programme, Role.MEMBER)
    seat_member(committee=session.committee, user=watcher, role=Seat.Role.OBSERVER, on=DAY, by=office.people.manager)
    session = send_packet(session=session, on=DAY, by=office.people.secretary)
    for member in (*members_of(office)[1:], watcher):
        declare(session, member)
    office.watcher, office.session = watcher, session
    office.trace = Trace(Case.objects.select_related("application__applicant", "application__business").first())
    return office


def declare(session, member, first=NONE):
    refs = list(session.cases.order_by("position").values_list("application__ref", flat=True))
    declare_interests(session=session, declarations={**dict.fromkeys(refs, NONE), refs[0]: first}, on=DAY, by=member)


def score(session, member):
    for case in session.cases.exclude(reviews__member=member):
        if Case.objects.readable_by(member).filter(pk=case.pk).exists():
            comment = "A qanari comment." if case.position == 1 else "A comment."
            save_review(case=case, scores={"relevance": 4, "feasibility": 3}, comment=comment, on=DAY, by=member)


def question(office):
    case = office.session.cases.first()
    asked = ask_clarification(case=case, question="Whose is the qanari?", on=DAY, by=office.people.secretary)
    answer_clarification(clarification=asked, answer="The qanari is his.", on=DAY, by=office.people.adviser)


def sit(office):
    for member in members_of(office):
        score(office.session, member)
    record_sitting(session=office.session, present=members_of(office), on=DAY, by=office.people.secretary)
    office.session = start_sitting(session=office.session, on=DAY, by=office.people.secretary)


def vote(office, *members):
    for case, member in itertools.product(office.session.cases.all(), members):
        if Case.objects.readable_by(member).filter(pk=case.pk).exists():
            reason = "No qanari." if case.position == 1 else "No."
            cast_vote(case=case, choice="conditions", reason=reason, on=DAY, by=member)


def close(office):
    decide_all(session=office.session, on=DAY, by=office.people.secretary)
    office.session = close_session(session=office.session, on=DAY, by=office.people.secretary)


# The walk ------------------------------------------------------------------------------------------------------------


def candidates(office, corners):
    """Every address that begins like one of `corners`, with what belongs to the case where something is taken."""
    case, session = office.trace.case, office.session
    application = case.application
    pools = {
        "other": [application.applicant.ref],
        "position": [case.position],
        "number": [1],
        "part": [1],
        "place": [1],
        "pk": range(1, MOST_PK + 1),
        "seat": [1],
        "rule": [1],
        "adviser_pk": [office.people.adviser.pk],
        "key": [office.programme.key, office.call.key],
        "act": ["receive"],
        "code": ["summary", "ceiling"],
        "kind": ["approve", "applicants", "enterprise"],
        "language": ["en"],
        "currency": ["EUR"],
        "ending": ["csv"],
        "token": ["none"],
        "box": ["summary"],
    }
    refs = {
        "committee/": [session.ref, application.ref],
        "applicants/": [application.applicant.ref, application.business.ref],
    }
    for one in addresses():
        if one.name in ("set_language", "desk:programme") or not one.route.startswith(corners):
            continue
        at = next((found for start, found in refs.items() if one.route.startswith(start)), [application.ref])
        here = {**pools, "ref": at, "verb": VERBS.get(one.name, ["no_such_verb"])}
        for values in itertools.product(*(here[name] for name in one.takes)):
            try:
                yield reverse(one.name, kwargs=dict(zip(one.takes, values, strict=True)))
            except NoReverseMatch:
                continue
    # The search is asked by a part of the name and of the reference, so that the page does not repeat all of it.
    for text in ("Zoravar Q", "Qana", application.ref[-5:], application.applicant.ref[-4:]):
        yield f"/search/?q={text}"
        yield f"/applications/?q={text}"


def links_of(path, text):
    for node in read(text).all("a", "form", "img", "link", "section"):
        for name in ("href", "action", "src", "hx-get"):
            found = urlsplit(urljoin(path, node.get(name) or ""))
            sorts = "sort=" in found.query
            if (
                node.get(name)
                and not found.netloc
                and not sorts
                and not found.path.startswith(("/static/", "/accounts/", "/admin/"))
            ):
                yield found.path + (f"?{found.query}" if found.query else "")


def text_of(answer):
    """Everything that an answer says: its headers, its page, the text of its PDF, the parts of its workbook."""
    head = " ".join(f"{name}: {value}" for name, value in answer.items())
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content
    answer.close()
    kind = answer.get("Content-Type", "")
    if content.startswith(b"%PDF"):
        pages = PdfReader(io.BytesIO(content)).pages
        return head + " ".join(page.extract_text() for page in pages)
    if content.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(content)) as box:
            return head + " ".join(box.read(name).decode("utf-8", "replace") for name in box.namelist())
    return head + content.decode("utf-8", "replace") if "image/" not in kind else head


@pytest.fixture
def walk(monkeypatch):
    """walk(office, user, corners): {path: what gives the case away there} over these addresses and every link."""
    monkeypatch.setattr(urls, "handler404", lambda request, exception: HttpResponse(status=404), raising=False)
    monkeypatch.setattr(middleware, "refusal_page", lambda request, refusal: HttpResponse(status=refusal.status))
    monkeypatch.setattr(logging.getLogger("django.request"), "disabled", True)

    def walked(office, user, corners=("",)):
        client, user = Client(), type(user).objects.get(pk=user.pk)
        client.force_login(user)
        with people_known([user]):
            return follow(office, client, corners)

    def follow(office, client, corners):
        seen, waiting, found = set(), ["/", *candidates(office, corners)], {}
        while waiting:
            path = waiting.pop()
            if path in seen or "/accounts/logout" in path:
                continue
            seen.add(path)
            answer = client.get(path)
            text = text_of(answer)
            traces = office.trace.in_text(urlsplit(path).path, text)
            if traces and answer.status_code != 404:
                found[path] = traces
            is_page = answer.get("Content-Type", "").startswith("text/html") and answer.status_code == 200
            if is_page:
                links = [link for link in links_of(path, text) if link.lstrip("/").startswith(corners)]
                waiting += [link for link in links if link not in seen]
                if "?" not in path and "format=csv" in text:
                    waiting += [f"{path}?format={wanted}" for wanted in FORMATS]
        return found

    return walked


def test_a_member_who_scored_and_voted_and_declares_late_finds_nothing_of_it_any_more(prepared, walk):
    office, (cousin, reader, _other) = prepared, members_of(prepared)
    declare(office.session, cousin)
    question(office)
    sit(office)
    vote(office, *members_of(office))
    case = f"/committee/{office.session.ref}/cases/1/"
    declare_interests(
        session=office.session, declarations={office.trace.case.application.ref: COUSIN}, on=DAY, by=cousin
    )
    assert walk(office, cousin) == {}
    close(office)
    assert walk(office, cousin, CORNERS) == {}
    # The same walk finds it where it may be read, so that it would have found it above.
    told = walk(office, reader, CORNERS)
    minutes = f"/committee/{office.session.ref}/minutes"
    assert {case, f"{minutes}/", f"{minutes}.pdf", f"/committee/{office.session.ref}/scores/?format=xlsx"} <= set(told)


def test_before_the_sitting_neither_a_declared_nor_an_undeclared_nor_a_standing_interest_opens_the_case(prepared, walk):
    office, (undeclared, cousin, neighbour) = prepared, members_of(prepared)
    question(office)
    application = office.trace.case.application
    for member in (cousin, office.watcher):
        declare_interests(session=office.session, declarations={application.ref: COUSIN}, on=DAY, by=member)
    declare_standing_interest(
        committee=office.session.committee,
        party=application.business,
        kind="friend",
        reason="We share a shop.",
        on=DAY,
        by=neighbour,
    )
    for member in (undeclared, cousin, neighbour, office.watcher):
        assert walk(office, member, CORNERS) == {}, member
