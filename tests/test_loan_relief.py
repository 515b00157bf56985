"""Relief of a loan: the officer asks, the committee decides in its session, and another person puts it in force."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from audit.models import Event
from audit.refusals import Blocked, Invalid, NotAllowed
from loans.checks_requests import request_faults
from loans.models import LendingRules, Loan, ReliefRequest
from loans.queues_requests import requests_waiting as queue_for
from loans.requests import told
from loans.services import (
    change_rate,
    record_repayment,
    reverse_repayment,
    reverse_waiver,
    waive,
    write_off_loan,
)
from loans.services.requests import ask_relief, put_in_force, withdraw_request
from programmes.clock import standing_at, today
from programmes.models import AmountBand, Role
from selection.checks import checks
from selection.invitations import invitation_text
from selection.models import Declaration, Motion, MotionVote
from selection.motions import own_motions, waiting_for
from selection.papers import minutes_paper
from selection.papers.packet import packet_paper
from selection.printed import printed_packet
from selection.services import (
    cast_motion_vote,
    declare_on_motion,
    found_committee,
    plan_session,
    put_motions,
    remove_motion,
    reopen_session,
    seat_member,
    send_packet,
    set_bands,
    start_sitting,
)
from selection.services.declaring import declare_standing_interest
from tests.office import make_user, seat
from tests.steps_loans import active_loan
from tests.steps_relief import (
    FIRST_NEW,
    TERMS,
    asked,
    closed,
    decided,
    declared,
    on_agenda,
    seated,
    voted,
)
from tests.steps_selection import committee_of, members_of
from tests.test_loan_papers import text as words_of

pytestmark = [pytest.mark.django_db, pytest.mark.in_turn]

# A loan of 1,000.00 in twelve instalments of 88.85 from 12 April; nothing is paid by then.
ASKING = date(2026, 4, 20)


@pytest.fixture
def late(lending):
    """(office, loan) on 20 April: the first instalment is eight days late."""
    loan = active_loan(lending)
    with standing_at(ASKING):
        yield lending, loan


def in_force(office, request, **how):
    return put_in_force(request=request, on=today(office.programme), by=office.people.manager, **how)


def test_a_new_schedule_is_asked_for_decided_and_put_in_force_by_three_people(late):
    office, loan = late
    request = asked(office, loan)
    assert (request.ref, request.state, request.owed_amount) == (f"{loan.ref}/R1", "asked", 100_000)
    session = on_agenda(office, request)
    motion = session.motions.get()
    facts = motion.facts
    assert [facts[name] for name in ("principal", "interest", "days_late", "instalments")] == [100_000, 1000, 8, 18]
    assert sum(row[1] for row in facts["rows"]) == 100_000
    request.refresh_from_db()
    assert (request.state, request.motion) == ("before", motion)
    seated(office, declared(office, session))
    closed(office, voted(office, session))
    motion.refresh_from_db()
    assert (motion.outcome, motion.tally["for"], motion.tally["needed"]) == ("approve", 3, 2)
    request.refresh_from_db()
    assert (request.state, request.decision_ref) == ("approved", f"{session.ref}/M1")
    loan.refresh_from_db()
    assert (loan.current_version, loan.ever_rescheduled) == (1, False)
    in_force(office, request)
    loan.refresh_from_db()
    version = loan.versions.get(number=2)
    rows = list(loan.instalments.filter(version=2).order_by("number"))
    assert (version.decision_ref, len(rows), rows[0].due_on) == (f"{session.ref}/M1", 18, FIRST_NEW)
    # What the committee read is what is booked.
    booked = [[row.due_on.isoformat(), row.principal_amount, row.interest_amount, row.penalty_amount] for row in rows]
    assert booked == facts["rows"]
    request.refresh_from_db()
    assert (request.state, request.in_force_by) == ("in_force", office.people.manager)
    assert "harvest" not in version.reason


@pytest.mark.parametrize(("kind", "state"), [("write_off", "written_off"), ("forgive", "closed")])
@pytest.mark.both
def test_an_end_is_booked_with_the_decision_of_the_session(late, kind, state):
    office, loan = late
    request = decided(office, asked(office, loan, kind))
    in_force(office, request)
    loan.refresh_from_db()
    assert (loan.state, loan.principal_amount, loan.end_decision_ref) == (state, 0, request.decision_ref)
    assert loan.written_off_amount + loan.forgiven_amount == 100_000


@pytest.mark.both
def test_a_waiver_above_the_limit_and_another_rate_go_through_the_committee(late):
    """Of the 10.00 of interest that fell due the manager waives 4.00 in all and no more, and changes no rate."""
    office, loan = late
    LendingRules.objects.create(product=loan.product, waiver_limit_amount=400)
    facts = {"reason": "Hail.", "decision_ref": "typed", "on": ASKING, "by": office.people.manager}
    waive(loan=loan, component="interest", amount=300, **facts)
    waive(loan=loan, component="interest", amount=100, **facts)
    for act in (
        lambda: waive(loan=loan, component="interest", amount=1, **facts),
        lambda: change_rate(loan=loan, annual_rate_pct=Decimal(6), **facts),
    ):
        with pytest.raises(Blocked, match="Ask for it on the page of the loan"):
            act()
    with pytest.raises(Invalid, match="of it fell due and is not paid"):
        asked(office, loan, "waive", component="interest", amount=601)
    request = decided(office, asked(office, loan, "waive", component="interest", amount=600))
    assert request.motion.amounts == {"USD": 600}
    assert dict(told(request.motion.facts))["To be waived"] == "Interest, USD 6.00"
    in_force(office, request)
    assert loan.instalments.get(number=1).interest_amount == 0
    # Nothing more is the manager's: what the committee waived is no part of the limit, and does not make it larger.
    assert list(loan.waivers.values_list("amount", "decision_ref"))[-1] == (600, request.decision_ref)
    request = decided(office, asked(office, loan, "rate", annual_rate_pct=Decimal(6)))
    assert dict(told(request.motion.facts))["Interest a year"].startswith("12% now, 6% from")
    in_force(office, request)
    loan.refresh_from_db()
    rows = loan.instalments.filter(version=2, due_on__gt=ASKING).order_by("number")
    booked = [[row.due_on.isoformat(), row.principal_amount, row.interest_amount, 0] for row in rows]
    assert booked == request.motion.facts["rows"]
    assert (loan.annual_rate_pct, loan.ever_rescheduled, list(request_faults())) == (6, False, [])
    loan.waivers.filter(amount=600).update(decision_ref="other")
    loan.versions.filter(number=2).update(decision_ref="other")
    assert len(list(request_faults())) == 2


def test_what_the_committee_approved_is_put_in_force_once_and_not_typed_again(late):
    """A waiver of 6.00 and a rate that the committee approved open neither a larger waiver nor another rate."""
    office, loan = late
    LendingRules.objects.create(product=loan.product, waiver_limit_amount=0)
    request = decided(office, asked(office, loan, "waive", component="interest", amount=600))
    facts = {"reason": "Hail.", "decision_ref": f" {request.decision_ref.lower()}", "on": ASKING}
    facts["by"] = office.people.manager
    with pytest.raises(Invalid, match="put in force once, on the page of the request"):
        waive(loan=loan, component="interest", amount=1000, **facts)
    in_force(office, request)
    with pytest.raises(Invalid, match="put in force once, on the page of the request"):
        waive(loan=loan, component="interest", amount=400, **facts)
    request = decided(office, asked(office, loan, "rate", annual_rate_pct=Decimal(6)))
    in_force(office, request)
    loan.refresh_from_db()
    with pytest.raises(Invalid, match="put in force once, on the page of the request"):
        change_rate(loan=loan, annual_rate_pct=Decimal(0), **facts | {"decision_ref": request.decision_ref})
    assert (loan.waivers.get().amount, loan.annual_rate_pct) == (600, 6)


def test_what_the_committee_waived_is_taken_back_by_another_than_who_put_it_in_force(late):
    office, loan = late
    request = decided(office, asked(office, loan, "waive", component="interest", amount=600))
    in_force(office, request)
    second = seated_manager(office)
    given = {"waiver": loan.waivers.get(), "reason": "The committee meant another loan.", "on": ASKING}
    with pytest.raises(NotAllowed, match="Another person than who put it in force"):
        reverse_waiver(**given, by=office.people.manager)
    assert reverse_waiver(**given, by=second).reversed_by == second
    # A waiver that one person decided may be taken back by the same one.
    facts = {"reason": "Hail.", "decision_ref": "S-1", "on": ASKING, "by": office.people.manager}
    own = waive(loan=loan, component="interest", amount=100, **facts)
    reverse_waiver(**{**given, "waiver": own}, by=office.people.manager)
    assert loan.instalments.get(number=1).interest_amount == 1000


def seated_manager(office):
    manager = make_user("Second Manager", "T-078")
    seat(manager, office.programme, "manager")
    return manager


def test_nobody_puts_in_force_what_they_asked_for_themselves(late):
    office, loan = late
    request = decided(office, asked(office, loan, by=office.people.manager))
    with pytest.raises(NotAllowed):
        in_force(office, request)
    # The officer who signed the contract does not either, nor does the adviser.
    for who in (office.people.loan_officer, office.people.adviser):
        with pytest.raises(NotAllowed):
            put_in_force(request=request, on=ASKING, by=who)
    assert Loan.objects.get().current_version == 1


def test_nothing_is_put_in_force_without_an_approval(late):
    office, loan = late
    request = asked(office, loan, "write_off")
    with pytest.raises(Blocked):
        in_force(office, request)
    session = seated(office, declared(office, on_agenda(office, request)))
    voted(office, session)
    with pytest.raises(Blocked):
        in_force(office, ReliefRequest.objects.get())
    assert Loan.objects.get().principal_amount == 100_000


@pytest.mark.both
def test_a_refused_request_is_over_and_another_may_be_asked(late):
    office, loan = late
    request = decided(office, asked(office, loan), "against", reason="The harvest was insured.")
    assert (request.state, request.motion.outcome) == ("refused", "reject")
    with pytest.raises(Blocked):
        in_force(office, request)
    assert asked(office, loan, "write_off").ref == f"{loan.ref}/R2"


def test_below_the_quorum_it_is_put_off_and_waits_for_another_session(late):
    office, loan = late
    request = asked(office, loan)
    after = decided(office, request, members=[office.people.member1])
    motion = Motion.objects.get()
    assert (motion.outcome, motion.tally["rule"], motion.tally["voted"]) == ("defer", "quorum", 1)
    assert (after.state, after.motion) == ("asked", None)
    assert decided(office, after).state == "approved"


@pytest.mark.both
def test_one_request_is_open_at_a_time(late):
    office, loan = late
    first = asked(office, loan)
    with pytest.raises(Blocked, match=f"{loan.ref}/R1 is open already"):
        asked(office, loan, "write_off")
    withdraw_request(request=first, reason="He pays.", on=ASKING, by=office.people.loan_officer)
    assert asked(office, loan, "write_off").number == 2


def test_a_member_with_an_interest_neither_sees_the_request_nor_votes(late):
    office, loan = late
    people = office.people
    session = on_agenda(office, asked(office, loan))
    declared(office, session, [people.member1, people.member2])
    declared(office, session, [people.member3], kind="family", reason="His brother.")
    seated(office, session)
    motion = session.motions.get()
    with pytest.raises(NotAllowed):
        cast_motion_vote(motion=motion, choice="for", on=ASKING, by=people.member3)
    assert own_motions(session, people.member3) == []
    voted(office, session, members=[people.member1, people.member2])
    session = closed(office, session)
    told = session.minutes_body["motions"][0]
    assert [one["member"] for one in told["interests"]] == [people.member3.name]
    assert (told["tally"]["unconflicted"], told["outcome"]) == (2, "approve")


@pytest.mark.both
def test_a_standing_interest_in_the_borrower_reaches_the_request(late):
    office, loan = late
    people = office.people
    session = on_agenda(office, asked(office, loan))
    given = {"committee": session.committee, "party": loan.borrower, "kind": "friend", "reason": "Neighbours."}
    declared(office, session)
    declare_standing_interest(**given, on=ASKING, by=people.member2)
    seated(office, session)
    with pytest.raises(NotAllowed):
        cast_motion_vote(motion=session.motions.get(), choice="for", on=ASKING, by=people.member2)


@pytest.mark.both
def test_an_interest_declared_in_the_sitting_voids_the_vote(late):
    office, loan = late
    people = office.people
    session = seated(office, declared(office, on_agenda(office, asked(office, loan))))
    voted(office, session, members=[people.member1, people.member2])
    declared(office, session, [people.member2], kind="business", reason="He owes me money.")
    assert MotionVote.objects.live().count() == 1
    closed(office, session)
    assert Motion.objects.get().tally["voted"] == 1
    assert ReliefRequest.objects.get().state == "asked"


def test_relief_of_a_loan_that_was_repaid_meanwhile_is_blocked_in_words(late):
    office, loan = late
    request = decided(office, asked(office, loan))
    owed = sum(row.open_amount for row in loan.instalments.all())
    record_repayment(loan=loan, amount=owed, means="cash", on=ASKING, by=office.people.loan_officer)
    with pytest.raises(Blocked) as refused:
        in_force(office, request)
    assert [str(one) for one in refused.value.missing] == [
        f"{loan.ref} is in the state “{Loan.objects.get().state_label}”: there is nothing to relieve."
    ]


def test_terms_whose_first_day_has_passed_are_asked_for_again(late):
    office, loan = late
    request = decided(office, asked(office, loan))
    with standing_at(FIRST_NEW), pytest.raises(Blocked) as refused:
        put_in_force(request=request, on=FIRST_NEW, by=office.people.manager)
    assert "20.05.2026, and that day has passed" in str(refused.value.missing[0])
    waits = withdraw_request(request=request, reason="Too late.", on=ASKING, by=office.people.loan_officer)
    assert waits.state == "withdrawn"
    # Terms that no schedule can have do not even come before the committee.
    with pytest.raises(Invalid):
        asked(office, loan, **{**TERMS, "first_due_on": ASKING})


def test_a_request_with_terms_that_have_passed_is_not_put_on_an_agenda(late):
    office, loan = late
    request = asked(office, loan)
    with standing_at(FIRST_NEW), pytest.raises(Blocked, match="falls due after the day"):
        on_agenda(office, request)
    assert Motion.objects.count() == 0


def test_more_principal_than_the_committee_was_told_is_not_written_off(late):
    office, loan = late
    people = office.people
    paid = record_repayment(loan=loan, amount=20_000, means="cash", on=ASKING, by=people.loan_officer)
    request = decided(office, asked(office, loan, "write_off"))
    reverse_repayment(repayment=paid, on=ASKING, reason="Of another borrower.", by=people.maker)
    with pytest.raises(Blocked) as refused:
        in_force(office, request)
    assert "USD 1,000.00 is owed now" in str(refused.value.missing[0])


@pytest.mark.both
def test_a_sitting_that_is_opened_again_takes_the_approval_back_until_it_closes(late):
    office, loan = late
    people = office.people
    request = decided(office, asked(office, loan))
    session = request.motion.session
    reopen_session(session=session, reason="A vote was miscounted.", on=ASKING, by=people.secretary)
    with pytest.raises(Blocked) as refused:
        in_force(office, ReliefRequest.objects.get())
    assert "sits again" in str(refused.value.missing[0])
    closed(office, session)
    in_force(office, ReliefRequest.objects.get())
    session.refresh_from_db()
    with pytest.raises(Blocked, match="has moved on since"):
        reopen_session(session=session, reason="Again.", on=ASKING, by=people.secretary)


@pytest.mark.both
def test_a_request_that_is_taken_off_the_agenda_waits_again(late):
    office, loan = late
    request = asked(office, loan)
    session = on_agenda(office, request)
    assert waiting_for(session) == []
    remove_motion(motion=session.motions.get(), reason="A paper is missing.", on=ASKING, by=office.people.secretary)
    assert [one.subject_ref for _matter, one in waiting_for(session)] == [request.ref]
    put_motions(session=session, subjects=[request.ref], on=ASKING, by=office.people.secretary)
    assert session.motions.on_agenda().get().number == 2


@pytest.mark.both
def test_only_the_office_asks_and_only_about_a_loan_that_runs(late):
    office, loan = late
    for who in (office.people.adviser, office.people.member1, office.people.maker):
        with pytest.raises(NotAllowed):
            asked(office, loan, by=who)
    write_off_loan(loan=loan, decision_ref="D-1", reason="Lost.", on=ASKING, by=office.people.manager)
    with pytest.raises(Blocked):
        ask_relief(loan=loan, kind="forgive", reason="Gone.", on=ASKING, by=office.people.loan_officer)


def test_who_asked_does_not_vote_on_it(late):
    office, loan = late
    people = office.people
    other = make_user("Second Manager", "M-2")
    seat(other, office.programme, Role.MANAGER)
    seat(people.manager, office.programme, Role.MEMBER)
    request = asked(office, loan, by=people.manager)
    committee = committee_of(office)
    seat_member(committee=committee, user=people.manager, role="member", on=ASKING, by=other)
    session = seated(office, declared(office, on_agenda(office, request)))
    with pytest.raises(NotAllowed):
        declared_and_voted(session, people.manager)
    closed(office, voted(office, session))
    assert session.motions.get().tally["unconflicted"] == 3


def declared_and_voted(session, member):
    motion = session.motions.get()
    declare_on_motion(motion=motion, kind="none", on=ASKING, by=member)
    cast_motion_vote(motion=motion, choice="for", on=ASKING, by=member)


# Pages ---------------------------------------------------------------------------------------------------------------


@pytest.mark.both
def test_packet_and_invitation_tell_of_requests_but_not_who_has_an_interest(late, visit, client):
    office, loan = late
    loan.borrower.phone = "+37491123456"
    loan.borrower.save()
    session, people = on_agenda(office, asked(office, loan, reason="Hail. Ring 091 123456.")), office.people
    first, second, third = members_of(office)
    declared(office, session, [first])
    declared(office, session, [second], Declaration.Kind.FAMILY, "My cousin.")
    address = f"/committee/{session.ref}/packet"
    assert "Nothing is in your packet yet" in visit(third, f"{address}/").text
    assert "1 request is in your packet" in visit(first, f"{address}/").text
    on_paper = words_of(packet_paper(printed_packet(session, first), ASKING))
    for said in ("Requests 1 request", f"New schedule, loan {loan.ref}", "Principal owed USD 1,000.00", "Why Hail."):
        assert said in on_paper
    assert [f"{due:%d.%m.%Y}" in on_paper for due in (FIRST_NEW, date(2027, 10, 20))] == [True, True]
    assert "123456" not in on_paper
    gone = printed_packet(session, second)
    assert (gone.is_empty, gone.motions_gone) == (True, 1)
    client.force_login(first)
    assert client.get(f"{address}.pdf").status_code == 200
    assert f"{session.ref}/M1" in Event.objects.get(kind="packet.pdf").body
    _subject, body = invitation_text(session, first, "https://x", people.secretary.name)
    assert "On the agenda: 1 request" in body
    assert loan.borrower.name not in body


@pytest.mark.both
def test_a_request_about_an_amount_of_another_committee_goes_to_that_one(late):
    """1,000.00 is owed, and from 1,000.00 on it is the board's; there three votes for it are needed."""
    office, loan = late
    request = asked(office, loan)
    committee = committee_of(office)
    board = found_committee(programme=office.programme, name="Upper board", on=ASKING, by=office.people.manager)
    window = office.call.windows.get()
    band = AmountBand.objects.create(window=window, from_amount=100_000, plan_form="one_page", assessors=1)
    set_bands(committee=board, bands=[band], on=ASKING, by=office.people.manager)
    sentence = f"{request.ref} is about USD 1,000.00; from USD 1,000.00 on the window {window} goes to: Upper board."
    with pytest.raises(Blocked) as refused:
        on_agenda(office, request)
    assert str(refused.value.sentence) == sentence
    set_bands(committee=committee, bands=[band], on=ASKING, by=office.people.manager)
    band.approvals = 3
    band.save()
    facts = {"on": ASKING, "by": office.people.secretary}
    session = plan_session(committee=committee, call=office.call, sits_on=ASKING, **facts)
    put_motions(session=session, subjects=[request.ref], **facts)
    session.refresh_from_db()
    session = declared(office, send_packet(session=session, reason="Amounts from 1,000.00 on.", **facts))
    closed(office, voted(office, seated(office, session), members=members_of(office)[:2]))
    motion = Motion.objects.get()
    assert (motion.amounts, motion.approvals, motion.outcome, motion.tally["for"]) == ({"USD": 100_000}, 3, "defer", 2)
    session.refresh_from_db()
    assert "an approval of this amount needs 3 votes for; it had 2" in words_of(minutes_paper(session))
    assert list(checks()) == []
    Motion.objects.update(outcome="approve")
    assert any("fewer votes for it than its amount needs" in fault for fault in checks())


@pytest.mark.both
def test_a_written_procedure_waits_for_every_vote_until_its_last_day(late):
    office, loan = late
    secretary, last_day = office.people.secretary, date(2026, 4, 27)
    request = asked(office, loan)
    facts = {"sits_on": ASKING, "procedure": "written", "votes_due_on": last_day, "on": ASKING, "by": secretary}
    session = plan_session(committee=committee_of(office), call=office.call, **facts)
    put_motions(session=session, subjects=[request.ref], on=ASKING, by=secretary)
    session.refresh_from_db()
    session = declared(office, send_packet(session=session, on=ASKING, by=secretary))
    session.refresh_from_db()
    session = voted(office, start_sitting(session=session, on=ASKING, by=secretary), members=members_of(office)[:2])
    with pytest.raises(Blocked) as refused:
        closed(office, session)
    assert [str(one) for one in refused.value.missing] == ["Members can vote on requests until 27.04.2026."]
    with standing_at(last_day + timedelta(days=1)):
        closed(office, session)
    assert ReliefRequest.objects.get().state == "approved"


@pytest.mark.both
def test_a_member_takes_a_vote_back_and_votes_anew(late, visit):
    office, loan = late
    session = voted(office, seated(office, declared(office, on_agenda(office, asked(office, loan)))))
    at = f"/committee/{session.ref}/requests/1/"
    for number, member in enumerate((office.people.member1, office.people.member2)):
        visit(member, f"{at}do/take_back/", {})
        visit(member, at, {"choice": "against", "reason": "The field was sold.", "key": f"again-{number}"})
    session = closed(office, session)
    assert ReliefRequest.objects.get().state == "refused"
    said = visit(office.people.secretary, f"/committee/{session.ref}/minutes/").text
    assert "Rejected. 1 for, 2 against." in said


@pytest.mark.both
def test_the_pages_lead_from_the_request_to_the_decision(late, visit):
    office, loan = late
    people = office.people
    page = f"/loans/{loan.ref}/relief/reschedule/"
    sent = {"instalments_number": "18", "first_due_on": "20.05.2026", "grace_months": "0", "key": "a", "version": "2"}
    sent["version"] = Loan.objects.get().version
    shown = visit(people.loan_officer, page, {**sent, "show": "1"}, status=200)
    assert "20.05.2026" in shown.text
    assert ReliefRequest.objects.count() == 0
    visit(people.loan_officer, page, {**sent, "reason": "Hail <b>took</b> it."})
    said = visit(people.loan_officer, loan.get_absolute_url()).text
    assert "Asked for" in said
    assert "Ask for a write-off" not in said
    # Nobody types a decision any more: the old ways are closed.
    visit(people.manager, f"/loans/{loan.ref}/do/write_off/", status=404)
    visit(people.manager, f"/loans/{loan.ref}/reschedule/", status=404)
    assert [item.verb_text for item in queue_for(people.secretary)] == ["Plan a session for requests about loans"]
    request = ReliefRequest.objects.get()
    session = on_agenda(office, request)
    assert queue_for(people.secretary) == []
    at = f"/committee/{session.ref}/requests/1/"
    visit(people.adviser, at, status=404)
    # Before the declaration the name stands alone.
    visit(people.member1, at, status=302)
    assert "18" not in visit(people.member1, f"{at}declare/").text.replace("2018", "")
    visit(people.member1, f"{at}declare/", {"kind": "none", "reason": ""})
    assert "Hail <b>took</b> it." in visit(people.member1, at).text
    visit(people.member3, f"{at}declare/", {"kind": "family", "reason": ""}, status=400)
    visit(people.member3, f"{at}declare/", {"kind": "family", "reason": "My brother."})
    for path in (at, f"{at}declare/"):
        visit(people.member3, path, status=404)
    assert "1 request is not in your packet" in visit(people.member3, f"/committee/{session.ref}/").text
    visit(people.member2, f"{at}declare/", {"kind": "none", "reason": ""})
    visit(people.member1, at, {"choice": "for", "key": "v"}, status=404)
    session = seated(office, session)
    visit(people.member1, at, {"choice": "against", "reason": "", "key": "v"}, status=400)
    for member in (people.member1, people.member2):
        visit(member, at, {"choice": "for", "key": member.ref})
    assert "2 of 2 voted" in visit(people.secretary, f"/committee/{session.ref}/").text
    session = closed(office, session)
    minutes = visit(people.secretary, f"/committee/{session.ref}/minutes/").text
    assert "Approved. 2 for. 2 of 2 members without an interest voted; 2 were needed." in minutes
    assert f"{people.member3.name} took no part: Family" in minutes
    assert "Instalments from now: 18. First new instalment: 20.05.2026." in minutes
    assert "Hail" not in minutes
    assert "1 request in which you took no part" in visit(people.member3, f"/committee/{session.ref}/minutes/").text
    visit(people.member3, f"/committee/{session.ref}/minutes.pdf", status=404)
    assert b"%PDF" in minutes_paper(session)[:5]
    assert "Next: another person puts" in visit(people.loan_officer, loan.get_absolute_url()).text
    assert [item.verb_text for item in queue_for(people.manager)] == ["Put the committee’s decision in force"]
    move = f"/loans/{loan.ref}/requests/1/do/put_in_force/"
    visit(people.loan_officer, move, {"version": "3", "key": "b"}, status=403)
    form = visit(people.manager, move).text
    assert "Everything that is needed is there" in form
    visit(people.manager, move, {"version": ReliefRequest.objects.get().version, "key": "b"})
    assert Loan.objects.get().current_version == 2


@pytest.mark.both
def test_verify_notices_relief_without_the_committees_decision(late):
    office, loan = late
    request = decided(office, asked(office, loan))
    in_force(office, request)
    session = request.motion.session

    def faults():
        return [*request_faults(), *(one for one in checks() if "motion" in one)]

    assert faults() == []
    Motion.objects.update(outcome="reject")
    assert faults() == [f"loans_reliefrequest {request.ref} is in_force, and the committee decided reject"]
    Motion.objects.update(outcome="approve")
    MotionVote.objects.all().delete()
    assert faults() == [f"selection_motion {session.ref}/M1: it counts votes that nobody cast"]
