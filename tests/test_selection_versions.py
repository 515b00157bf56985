"""The rules of a call are frozen as numbered versions: each says why it came, what it changed and what it governs."""

import pytest
from django.db import DatabaseError, transaction
from django.urls import reverse

from audit.models import Event
from audit.refusals import Blocked, Invalid, NotAllowed
from programmes.models import AmountBand
from selection.call_rules import band_of, frozen_hash
from selection.checks import checks
from selection.governing import versions_of, waiting_changes
from selection.models import RulesVersion, Session
from selection.services import close_session, send_packet
from tests.office import DAY, loan_office
from tests.steps_applicants import eligible_application
from tests.steps_selection import closed_session, decided_session, open_session, planned_session


def send(office, session, reason=""):
    return send_packet(session=session, on=DAY, by=office.people.secretary, reason=reason)


def test_sessions_under_the_same_rules_share_one_version_and_say_which(office):
    first = closed_session(office, eligible_application(office))
    second = open_session(office, eligible_application(office))
    version = RulesVersion.objects.get()
    assert (version.number, version.effective_from, version.reason) == (1, DAY, "")
    assert first.rules_version == second.rules_version == version
    assert first.rules == second.rules == version.body
    assert version.sha256 == second.rules_hash == frozen_hash(version.body)
    assert first.minutes_body["rules_version"] == 1
    assert Event.objects.filter(kind="rules.freeze", subject=f"call:{office.call.key}").count() == 1


def test_everything_that_decides_about_a_case_is_frozen(office):
    call, band = office.call, office.window.bands.get()
    call.third_assessor_pct, call.reasoned_values, call.blind, call.odd_number = 20, [0, 5], True, True
    call.consent_repeats, call.verification_days = True, 90
    call.save()
    AmountBand.objects.filter(pk=band.pk).update(approvals=2, consent=True)
    rules = open_session(office, eligible_application(office)).rules
    frozen = {name: rules[name] for name in ("third_assessor_pct", "reasoned_values", "blind", "odd_number")}
    assert frozen == {"third_assessor_pct": 20, "reasoned_values": [0, 5], "blind": True, "odd_number": True}
    assert (rules["version"], rules["consent_repeats"], rules["recheck_selected"]) == (1, True, True)
    assert (rules["verification_days"], rules["appeal_days"], rules["appeal_answer_days"]) == (90, 14, 30)
    assert [row["kind"] for row in rules["checks"]] == [
        "ceiling",
        "cofinancing",
        "training",
        "consent",
        "live_award",
        "duplicate",
    ]
    assert rules["bands"] == [
        {"window": office.window.key, "from_amount": 0, "assessors": 1, "approvals": 2, "consent": True}
    ]


def test_the_band_of_an_amount_is_the_highest_that_it_reaches():
    rules = {"bands": [{"window": "w", "from_amount": start} for start in (0, 150_001)]}
    assert [band_of(rules, "w", amount)["from_amount"] for amount in (1, 150_000, 150_001, 150_002)] == [
        0,
        0,
        150_001,
        150_001,
    ]
    assert band_of(rules, "another", 1) is None


def test_changed_rules_make_a_new_version_that_says_why_and_leave_open_sessions_alone(office):
    first = open_session(office, eligible_application(office))
    office.call.quorum_number = 3
    office.call.save()
    office.call.criteria.filter(code="relevance").update(weight=4)
    session = planned_session(office, eligible_application(office))
    with pytest.raises(Invalid, match=r"since version 1 \(quorum, members, the evaluation grid\): say why") as refused:
        send(office, session)
    assert refused.value.field == "reason"
    assert RulesVersion.objects.count() == 1
    session = send(office, session, "The ministry asks for three members.")
    assert (session.rules_version.number, session.rules["quorum_number"]) == (2, 3)
    assert session.rules_version.reason == "The ministry asks for three members."
    first.refresh_from_db()
    assert (first.rules_version.number, first.rules["quorum_number"]) == (1, 2)
    assert list(checks()) == []


def test_a_refused_packet_freezes_nothing(office):
    session = planned_session(office)
    with pytest.raises(Blocked, match="No case is on the agenda"):
        send(office, session)
    session = planned_session(office, eligible_application(office))
    with pytest.raises(NotAllowed):
        send_packet(session=session, on=DAY, by=office.people.manager)
    assert not RulesVersion.objects.exists()


def test_a_frozen_version_cannot_be_changed_or_removed(office):
    open_session(office, eligible_application(office))
    for change in (
        lambda: RulesVersion.objects.update(reason="It was always so."),
        lambda: Session.objects.update(rules_version=None) and RulesVersion.objects.all().delete(),
    ):
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            change()


def test_a_session_whose_rules_are_not_those_of_its_version_is_named(office):
    session = open_session(office, eligible_application(office))
    rules = {**session.rules, "majority_pct": 66}
    Session.objects.update(rules=rules, rules_hash=frozen_hash(rules))
    assert list(checks()) == [
        f"selection_session {session.ref}: its rules are not those of the version that it names",
        f"selection_session {session.ref}: its rules are not those that the log says it was opened with",
    ]


def test_the_page_of_a_call_tells_what_each_version_governs_and_what_waits(office, client):
    first = decided_session(office, eligible_application(office))
    close_session(session=first, on=DAY, by=office.people.secretary)
    office.call.tie_rule, office.call.blind = "chair", True
    office.call.save()
    assert waiting_changes(office.call) == [
        ("tie rule", "A tie does not approve", "The chair's vote decides a tie"),
        ("assessors do not see who applies", "no", "yes"),
    ]
    second = send(office, planned_session(office, eligible_application(office)), "As the donor asked.")
    assert waiting_changes(office.call) == []
    newest, oldest = versions_of(office.call, office.people.secretary)
    assert ([row.ref for row in newest.sessions], [row.ref for row in oldest.sessions]) == ([second.ref], [first.ref])
    assert [len(row.governed) for row in oldest.sessions] == [1]
    address = reverse("selection:rules", args=[office.call.key])
    for reader in (office.people.secretary, office.people.manager, office.people.member1):
        client.force_login(reader)
        page = client.get(address).content.decode()
        assert "As the donor asked." in page
        assert "A tie does not approve → The chair&#x27;s vote decides a tie" in page
    for stranger in (office.people.adviser, loan_office("elsewhere").people.secretary):
        client.force_login(stranger)
        assert client.get(address).status_code == 404


def test_the_page_names_no_case_that_its_reader_may_not_open(office, client):
    application = eligible_application(office)
    session = open_session(office, application)
    client.force_login(office.people.member1)
    page = client.get(reverse("selection:rules", args=[office.call.key])).content.decode()
    assert session.ref in page
    assert application.ref not in page
