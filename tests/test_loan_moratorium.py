"""A moratorium of an area: shown first, decided by the committee in one vote, put in effect by another person."""

from datetime import date

import pytest
from django.db import transaction

from applicants.models import Part
from applicants.personal import holdings
from audit.models import Event
from audit.refusals import Blocked, Invalid, NotAllowed
from config.proof import faults
from loans.models import Moratorium, MoratoriumLoan, ReliefRequest
from loans.moratoria import told
from loans.queues_people import people_waiting
from loans.queues_requests import requests_waiting
from loans.services import (
    apply_moratorium,
    cancel_moratorium,
    prepare_moratorium,
    reverse_repayment,
    write_off_loan,
)
from loans.services.moratorium import totals_of
from programmes.clock import standing_at
from programmes.models import AmountBand
from selection.models import Motion, MotionVote
from selection.motions import own_motions, standings_of, waiting_for
from selection.papers import minutes_paper
from selection.papers.packet import packet_paper
from selection.printed import printed_packet
from selection.services import (
    found_committee,
    plan_session,
    put_motions,
    remove_motion,
    reopen_session,
    set_bands,
)
from selection.services.declaring import declare_standing_interest
from selection.services.motions import cast_motion_vote
from tests.steps_loans import FIRST_DUE, active_loan, repay
from tests.steps_relief import asked, closed, decided, declared, on_agenda, seated, voted
from tests.steps_selection import committee_of, members_of
from tests.test_loan_papers import text as words_of

pytestmark = [pytest.mark.django_db]

HAIL = date(2026, 4, 20)


def prepared(office, interest="carried", **facts):
    given = {
        "months": 3,
        "interest": interest,
        "starts_on": HAIL,
        "reason": "Hail took the harvest.",
        "on": HAIL,
        "by": office.people.loan_officer,
        **facts,
    }
    return prepare_moratorium(programme=office.programme, **given)


def in_effect(office, moratorium, by=None):
    return apply_moratorium(moratorium=moratorium, on=HAIL, by=by or office.people.manager)


@pytest.fixture
def two(lending):
    """(office, two active loans) on 20 April; of the first 88.85 was paid on 12 April, of the other nothing."""
    loan = active_loan(lending)
    other = active_loan(lending, bank_reference="BANK-2")
    repay(lending, loan, 8885, FIRST_DUE)
    with standing_at(HAIL):
        yield lending, [loan, other]


def test_the_committee_reads_the_sums_and_one_vote_decides_on_every_loan(two):
    office, (loan, other) = two
    people = office.people
    with pytest.raises(Invalid, match="No active loan"):
        prepared(office, sector="fishing")
    assert not Moratorium.objects.exists()
    with pytest.raises(NotAllowed):
        prepared(office, by=people.adviser)
    moratorium = prepared(office, villages=[office.village])
    assert (moratorium.ref, moratorium.state) == ("MO-2026-001", "asked")
    line = MoratoriumLoan.objects.get(loan=loan)
    assert (line.instalments_number, line.first_due_on) == (11, date(2026, 8, 12))
    assert (line.matured_on, line.matures_on) == (date(2027, 3, 12), date(2027, 6, 12))
    # 921.15 at 1% a month: the first period has 122 days instead of a month of 31, 36.25 instead of 9.21.
    assert line.interest_before_amount == 5619
    assert line.interest_after_amount - line.interest_before_amount == 2704
    assert [item.verb_text for item in requests_waiting(people.secretary)] == [
        "Plan a session for requests about loans"
    ]
    session = on_agenda(office, moratorium)
    motion = session.motions.get()
    assert {one.pk for one in motion.applications.all()} == {loan.application_id, other.application_id}
    assert motion.amounts == {"USD": 192_115}
    assert (motion.facts["loans"], motion.facts["totals"]) == (2, totals_of(moratorium))
    for name in (loan.borrower.name, loan.ref):
        assert name not in str(motion.facts)
    # Of members who came after the loan was approved the vote makes voting members on its dossier.
    Part.objects.filter(part="member", application=loan.application_id).delete()
    seated(office, declared(office, session))
    closed(office, voted(office, session))
    moratorium.refresh_from_db()
    assert (moratorium.state, moratorium.decision_ref) == ("approved", f"{session.ref}/M1")
    # Each member has the part on each dossier, once.
    parts = Part.objects.filter(part="member", user__in=members_of(office), application__motions=motion)
    assert parts.count() == 6
    assert [item.verb_text for item in people_waiting(people.manager)] == ["Put the moratorium into effect"]
    with pytest.raises(NotAllowed, match="than who prepared it"):
        in_effect(office, moratorium, people.loan_officer)
    before = list(loan.instalments.filter(version=1).order_by("number").values())
    in_effect(office, moratorium)
    with pytest.raises(Blocked, match="In force"):
        in_effect(office, moratorium)
    loan.refresh_from_db()
    other.refresh_from_db()
    assert (loan.current_version, other.current_version, loan.ever_rescheduled) == (2, 2, True)
    assert list(loan.instalments.filter(version=1).order_by("number").values()) == before
    assert set(loan.versions.filter(number=2).values_list("decision_ref", flat=True)) == {f"{session.ref}/M1"}
    new = list(loan.instalments.filter(version=2).order_by("number"))
    assert sum(row.interest_amount for row in new) == line.interest_after_amount
    assert (new[0].due_on, new[-1].due_on) == (line.first_due_on, line.matures_on)
    assert Event.objects.filter(kind="moratorium.put_in_force").count() == 1
    assert not list(faults())
    Motion.objects.update(outcome="reject")
    assert f"loans_moratorium {moratorium.ref} is in_force, and the committee decided reject" in list(faults())


def test_waived_interest_leaves_what_was_owed(two):
    office, (loan, _other) = two
    moratorium = prepared(office, "waived")
    assert {row.loan_id: row.waived_amount for row in moratorium.loans.all()}[loan.pk] == 2704
    in_effect(office, decided(office, moratorium))
    loan.refresh_from_db()
    assert loan.current_version == 2
    assert not moratorium.loans.exclude(done_on=None, left_out="").exists()
    assert not list(faults())


def test_who_pays_on_between_list_and_decision_rests_all_the_same_within_what_was_approved(two, visit):
    """The instalment of May is paid on 12 May; the list of 20 April is put into effect on 15 May."""
    office, (loan, other) = two
    moratorium = decided(office, prepared(office, "waived"))
    shown = moratorium.loans.get(loan=loan)
    paid_on, later = date(2026, 5, 12), date(2026, 5, 15)
    repay(office, loan, 8885, paid_on)
    with standing_at(later):
        apply_moratorium(moratorium=moratorium, on=later, by=office.people.manager)
        done = moratorium.loans.get(loan=loan)
        # 921.15 less 79.64 of principal. 92 of 31 days at 1% of the rest are 24.97; the last day bears its interest.
        assert (shown.principal_amount, shown.waived_amount) == (92_115, 2_704)
        assert (done.done_on, done.done_principal_amount, done.done_waived_amount) == (paid_on, 84_151, 2_472)
        assert done.left_out == ""
        rows = loan.instalments.filter(version=2).order_by("number")
        # The first instalment is due on the day that was shown, and the last no later.
        assert (len(rows), rows[0].due_on) == (10, shown.first_due_on)
        assert (rows[9].due_on <= shown.matures_on, sum(row.principal_amount for row in rows)) == (True, 84_151)
        assert moratorium.loans.get(loan=other).done_on is None
        event = Event.objects.get(kind="moratorium.put_in_force")
        assert '"anew":1' in event.body.replace(" ", "")
        page = visit(office.people.manager, moratorium.get_absolute_url()).text
        assert "Reckoned anew with its money up to 12 May 2026" in page
        assert not list(faults())


def test_what_is_beyond_the_decision_is_left_out_and_the_list_says_why(two, visit):
    """Of one loan a repayment was taken back: more is owed than was shown. The other one rests."""
    office, (loan, other) = two
    people = office.people
    moratorium = decided(office, prepared(office))
    reverse_repayment(repayment=loan.repayments.get(), reason="Bounced.", on=HAIL, by=people.loan_officer)
    stale = prepared(office)
    in_effect(office, moratorium)
    assert dict(moratorium.loans.values_list("loan", "left_out")) == {loan.pk: "beyond", other.pk: ""}
    loan.refresh_from_db()
    assert loan.current_version == 1
    assert "More would be owed, or not charged" in visit(people.manager, moratorium.get_absolute_url()).text
    assert not list(faults())
    given_up = {"decision_ref": "S-1", "reason": "Gone.", "on": HAIL, "by": people.manager}
    with transaction.atomic():
        single = decided(office, prepared(office))
        for one in (loan, other):
            write_off_loan(loan=one, **given_up)
        with pytest.raises(Blocked, match="No loan of this list can rest any more"):
            in_effect(office, single)
        transaction.set_rollback(True)
    # Of which more is owed than was shown does not come before the committee either; paying on keeps nothing back.
    repay(office, loan, 8885, HAIL)
    on_agenda(office, stale)
    moratorium = prepared(office)
    reverse_repayment(repayment=loan.repayments.live().get(), reason="Bounced.", on=HAIL, by=people.loan_officer)
    with pytest.raises(Blocked, match=f"More is owed on {loan.ref}"):
        on_agenda(office, moratorium)


def test_no_number_of_a_borrower_stands_in_the_printed_reason(two):
    office, (_loan, other) = two
    other.borrower.phone = "+374 91 555 123"
    other.borrower.save()
    session = declared(office, on_agenda(office, prepared(office, reason="Telephone 091 555 123 about the hail.")))
    paper = words_of(packet_paper(printed_packet(session, office.people.member1), HAIL))
    assert "Telephone (number) about the hail." in paper
    assert "555 123" not in paper


def test_nothing_is_in_effect_before_the_committee_approves_and_a_refusal_stays(two):
    office, (loan, _other) = two
    moratorium = prepared(office)
    with pytest.raises(Blocked):
        in_effect(office, moratorium)
    session = seated(office, declared(office, on_agenda(office, moratorium)))
    with pytest.raises(Blocked):
        in_effect(office, moratorium)
    with pytest.raises(Blocked):
        cancel_moratorium(moratorium=moratorium, reason="Rain.", on=HAIL, by=office.people.manager)
    closed(office, voted(office, session, "against", reason="The harvest was insured."))
    moratorium.refresh_from_db()
    assert moratorium.state == "refused"
    with pytest.raises(Blocked):
        in_effect(office, moratorium)
    loan.refresh_from_db()
    assert loan.current_version == 1
    assert waiting_for(session) == []


def test_below_the_quorum_it_waits_for_another_session(two):
    office, _loans = two
    after = decided(office, prepared(office), members=[office.people.member1])
    assert (Motion.objects.get().tally["rule"], after.state, after.motion) == ("quorum", "asked", None)
    assert decided(office, after).state == "approved"


def test_an_interest_in_one_loan_of_the_list_keeps_the_member_from_all_of_it(two):
    """A friend of one borrower for good, the adviser's part on another dossier: of three, one may judge."""
    office, (loan, other) = two
    people = office.people
    session = on_agenda(office, prepared(office), asked(office, other, "write_off"))
    declared(office, session)
    given = {"committee": session.committee, "party": loan.borrower, "kind": "friend", "reason": "Neighbours."}
    declare_standing_interest(**given, on=HAIL, by=people.member2)
    Part.objects.filter(application=other.application, user=people.member3).update(part="verifier")
    seated(office, session)
    many, single = standings_of(session)
    assert many.room.unconflicted == {people.member1.pk}
    borrower = {people.member2.pk} if loan.borrower_id == other.borrower_id else set()
    assert single.room.unconflicted == {people.member1.pk, people.member2.pk} - borrower
    for member in (people.member2, people.member3):
        with pytest.raises(NotAllowed):
            cast_motion_vote(motion=many.motion, choice="for", on=HAIL, by=member)
    assert many.motion not in [one.motion for one, _declared, _vote in own_motions(session, people.member2)]
    # One vote of the two that a quorum needs: put off, not approved.
    cast_motion_vote(motion=many.motion, choice="for", on=HAIL, by=people.member1)
    closed(office, session)
    assert (Moratorium.objects.get().state, ReliefRequest.objects.get().state) == ("asked", "asked")


def test_who_signed_a_contract_of_the_list_takes_no_part(two):
    office, (_loan, other) = two
    member = office.people.member3
    type(other).objects.filter(pk=other.pk).update(signed_by=member)
    session = declared(office, on_agenda(office, prepared(office)))
    assert member.pk in standings_of(session)[0].room.conflicted


def test_a_sitting_opened_again_takes_the_approval_back_until_it_closes(two):
    office, _loans = two
    moratorium = decided(office, prepared(office))
    session, secretary = moratorium.motion.session, office.people.secretary
    reopen_session(session=session, reason="A vote was miscounted.", on=HAIL, by=secretary)
    with pytest.raises(Blocked) as refused:
        in_effect(office, moratorium)
    assert "sits again" in str(refused.value.missing[0])
    assert not list(faults())
    closed(office, session)
    in_effect(office, moratorium)
    session.refresh_from_db()
    with pytest.raises(Blocked, match="has moved on since"):
        reopen_session(session=session, reason="Again.", on=HAIL, by=secretary)


def test_the_mandate_goes_by_the_sum_of_the_list(two):
    """Each loan is below the board's 1,500.00, the 1,921.15 of both are not; there three votes for it are needed."""
    office, _loans = two
    moratorium = prepared(office)
    committee, people = committee_of(office), office.people
    board = found_committee(programme=office.programme, name="Upper board", on=HAIL, by=people.manager)
    window = office.call.windows.get()
    band = AmountBand.objects.create(window=window, from_amount=150_000, plan_form="one_page", assessors=1, approvals=3)
    set_bands(committee=board, bands=[band], on=HAIL, by=people.manager)
    with pytest.raises(Blocked) as refused:
        on_agenda(office, moratorium)
    assert str(refused.value.sentence) == (
        f"{moratorium.ref} is about USD 1,921.15; from USD 1,500.00 on the window {window} goes to: Upper board."
    )
    set_bands(committee=committee, bands=[band], on=HAIL, by=people.manager)
    facts = {"on": HAIL, "by": people.secretary}
    session = plan_session(committee=committee, call=office.call, sits_on=HAIL, **facts)
    put_motions(session=session, subjects=[moratorium.ref], **facts)
    motion = session.motions.get()
    assert motion.approvals == 3
    remove_motion(motion=motion, reason="Again.", **facts)
    band.from_amount = 192_116
    band.save()
    session.refresh_from_db()
    put_motions(session=session, subjects=[moratorium.ref], **facts)
    assert session.motions.on_agenda().get().approvals == 0


def test_packet_pages_and_minutes_tell_sums_and_no_borrower(two, visit):
    office, (loan, other) = two
    people = office.people
    moratorium = prepared(office, villages=[office.village])
    session = on_agenda(office, moratorium)
    at, name = f"/committee/{session.ref}/requests/1/", f"2 loans, {office.village.name}"
    asking = visit(people.member1, f"{at}declare/").text
    assert name in asking
    assert "It is about many dossiers" in asking
    declared(office, session)
    totals = moratorium.loans.all()
    after = sum(row.interest_after_amount for row in totals)
    page = visit(people.member1, at).text.replace("\u00a0", " ")
    paper = words_of(packet_paper(printed_packet(session, people.member1), HAIL))
    closed(office, voted(office, seated(office, session)))
    session.refresh_from_db()
    minutes = visit(people.secretary, f"/committee/{session.ref}/minutes/").text.replace("\u00a0", " ")
    # The paper writes numbers as the programme's language does.
    drawn = words_of(minutes_paper(session)).replace("1 921,15", "1,921.15").replace(",77", ".77")
    for told_by in (page, paper, minutes, drawn):
        assert name in told_by
        assert "1,921.15" in told_by
        assert f"{after / 100:,.2f}" in told_by
        for row in (loan, other):
            assert row.borrower.name not in told_by
            assert row.ref not in told_by
    assert "Hail took the harvest." in page
    assert "Hail" not in minutes
    assert "Moratorium of 3 months from 20.04.2026" in minutes
    assert dict(told(Motion.objects.get().facts))["Loans"] == "2"
    body = session.minutes_body["motions"][0]
    assert "applicant" not in body
    assert "application" not in body


def test_what_members_wrote_is_found_once_for_each_of_the_borrowers(two):
    """Both dossiers may be of one borrower: a reason is one row of theirs, and is forgotten with them."""
    office, (loan, _other) = two
    decided(office, prepared(office), "against", reason="Her field was insured.")
    holding = next(one for one in holdings() if one.model is MotionVote)
    assert holding.rows([loan.borrower_id]).count() == 3
    holding.rows([loan.borrower_id]).order_by().update(**holding.blanks)
    assert set(MotionVote.objects.values_list("reason", flat=True)) == {"-"}


def test_the_queries_of_a_session_do_not_grow_with_the_loans(two, django_assert_max_num_queries):
    office, (loan, _other) = two
    session = declared(office, on_agenda(office, prepared(office)))
    given = {"committee": session.committee, "party": loan.business or loan.borrower, "kind": "friend", "reason": "N."}
    declare_standing_interest(**given, on=HAIL, by=office.people.member2)
    with django_assert_max_num_queries(22):
        standings_of(session)
