"""What an amount asks of the committee: whose it is, how many approvals; and the checks before it is decided."""

import pytest

from applicants.services import answer_check, confirm_failure, fail_checks, run_checks, withdraw_consent
from audit.models import Event
from audit.refusals import Blocked, Invalid, NotAllowed
from programmes.models import AmountBand, Commitment
from programmes.services import available_on, release, reserve
from selection.checks import checks
from selection.models import Case, Decision
from selection.services import (
    add_cases,
    approve_reserve,
    close_session,
    decide_all,
    decide_case,
    found_committee,
    send_packet,
    set_bands,
)
from tests.office import DAY, grant_office, loan_office
from tests.steps_applicants import eligible_application, registered_person
from tests.steps_selection import (
    closed_session,
    committee_of,
    decided_session,
    planned_session,
    sitting_session,
    vote_all,
)

pytestmark = pytest.mark.in_turn


def state_of(application):
    application.refresh_from_db()
    return application.state


@pytest.fixture
def large(office):
    """Amounts from 15,000.00 on are another committee's."""
    band = AmountBand.objects.create(window=office.window, from_amount=1_500_000, plan_form="one_page", assessors=1)
    committee_of(office)
    board = found_committee(programme=office.programme, name="Small board", on=DAY, by=office.people.manager)
    set_bands(committee=board, bands=[band], on=DAY, by=office.people.manager)
    return board


@pytest.mark.parametrize("amount", [1_499_999, 1_500_000])
def test_a_committee_takes_no_case_whose_amount_is_another_committees(office, large, amount):
    application = eligible_application(office, amount=amount, own=500_000)
    session = planned_session(office)
    if amount < 1_500_000:
        add_cases(session=session, applications=[application], on=DAY, by=office.people.secretary)
        assert session.cases.count() == 1
        return
    sentence = f"{application.ref} asks for EUR 15,000.00; from EUR 15,000.00 on the window Micro goes to: Small board."
    with pytest.raises(Blocked) as refused:
        add_cases(session=session, applications=[application], on=DAY, by=office.people.secretary)
    assert str(refused.value) == sentence
    set_bands(committee=session.committee, bands=AmountBand.objects.all(), on=DAY, by=office.people.manager)
    add_cases(session=session, applications=[application], on=DAY, by=office.people.secretary)
    assert session.cases.count() == 1


def test_an_amount_that_was_given_to_another_committee_meanwhile_stays_out_of_the_packet(office):
    session = planned_session(office, eligible_application(office))
    board = found_committee(programme=office.programme, name="Small board", on=DAY, by=office.people.manager)
    set_bands(committee=board, bands=office.window.bands.all(), on=DAY, by=office.people.manager)
    with pytest.raises(Blocked, match="goes to: Small board"):
        send_packet(session=session, on=DAY, by=office.people.secretary)


def test_only_a_manager_gives_a_committee_its_amounts_and_only_of_the_own_programme(office):
    committee, other = committee_of(office), loan_office("elsewhere")
    for stranger in (office.people.secretary, office.people.member1, other.people.manager):
        with pytest.raises(NotAllowed):
            set_bands(committee=committee, bands=office.window.bands.all(), on=DAY, by=stranger)
    with pytest.raises(Invalid, match="another programme"):
        set_bands(committee=committee, bands=other.window.bands.all(), on=DAY, by=office.people.manager)
    set_bands(committee=committee, bands=office.window.bands.all(), on=DAY, by=office.people.manager)
    assert f'"{office.window.key}:0"' in Event.objects.get(kind="committee.set_bands").body


@pytest.mark.parametrize(("approvals", "outcome"), [(2, "approve"), (3, "defer")])
def test_an_approval_needs_the_votes_for_that_its_amount_asks_and_is_put_off_without_them(office, approvals, outcome):
    office.window.bands.update(approvals=approvals)
    session = sitting_session(office, eligible_application(office))
    people = office.people
    vote_all(office, session, members=[people.member1, people.member2])
    vote_all(office, session, "abstain", members=[people.member3])
    decision = decide_case(case=session.cases.get(), on=DAY, by=people.secretary)
    assert (decision.outcome, decision.tally["approvals"]) == (outcome, approvals)
    if outcome == "defer":
        assert decision.tally["rule"] == "approvals"
        assert decision.reason == "An approval of this amount needs 3 votes for; it has 2."
        assert available_on(office.line) == 10_000_000
    assert list(checks()) == []


def live_award_of(office, application):
    return reserve(
        window=office.window,
        applicant_ref=application.applicant.ref,
        case_ref="A-2025-00007",
        amount=80_000,
        by=None,
        on=DAY,
    )


def test_a_live_award_in_the_window_holds_a_case_back_from_the_agenda_and_the_reason_is_kept(office):
    application = eligible_application(office)
    live_award_of(office, application)
    session = planned_session(office)
    with pytest.raises(Blocked, match=r"is held. Live in this window: A-2025-00007 \(EUR 800.00\)"):
        add_cases(session=session, applications=[application], on=DAY, by=office.people.secretary)
    assert not session.cases.exists()
    assert application.checks.get(code="live_award").result == "failed"
    release(case_ref="A-2025-00007", by=None, on=DAY)
    add_cases(session=session, applications=[application], on=DAY, by=office.people.secretary)
    assert session.cases.count() == 1


def test_a_double_on_the_register_holds_a_case_back_until_a_person_says_who_it_is(office):
    application = eligible_application(office)
    twin = registered_person(office, birth_year=application.applicant.birth_year)
    session, secretary = planned_session(office), office.people.secretary
    with pytest.raises(Blocked, match=f"is held. Perhaps the same as {twin.ref}"):
        add_cases(session=session, applications=[application], on=DAY, by=secretary)
    check = application.checks.get(code="duplicate")
    assert check.result == "person"
    answer_check(check=check, result="passed", finding="A cousin of the same name.", on=DAY, by=secretary)
    add_cases(session=session, applications=[application], on=DAY, by=secretary)
    assert session.cases.count() == 1


def consent_withdrawn(office, application):
    consent = application.applicant.consents.get()
    withdraw_consent(consent=consent, on=DAY, by=office.people.adviser, reason="She moved away.")
    return "Consent of the applicant is not recorded."


def ceiling_lowered(office, application):
    office.window.ceiling_amount = 999_999
    office.window.save()
    return "EUR 10,000.00 is over the ceiling of EUR 9,999.99 of the window Micro."


def award_arisen(office, application):
    live_award_of(office, application)
    return "Live in this window: A-2025-00007 (EUR 800.00)."


@pytest.mark.parametrize("happens", [consent_withdrawn, ceiling_lowered, award_arisen])
def test_what_happened_since_the_checks_blocks_the_approval_and_is_kept(office, happens):
    application = eligible_application(office)
    session = vote_all(office, sitting_session(office, application))
    finding, case, secretary = happens(office, application), session.cases.get(), office.people.secretary
    for decide in (
        lambda: decide_case(case=case, on=DAY, by=secretary),
        lambda: decide_all(session=session, on=DAY, by=secretary),
    ):
        with pytest.raises(Blocked, match="The checks were run again") as refused:
            decide()
        assert refused.value.missing == [f"{application.ref}: {finding}"]
    assert not Decision.objects.exists()
    assert not Commitment.objects.filter(case_ref=application.ref).exists()
    assert application.checks.exclude(result="passed").get().finding == finding


def test_a_case_whose_check_fails_now_is_put_off_with_the_reason_and_closed_by_a_second_person(office):
    application, people = eligible_application(office), office.people
    session = vote_all(office, sitting_session(office, application))
    finding = consent_withdrawn(office, application)
    decide_all(session=session, on=DAY, by=people.secretary, put_off_failing=True)
    decision = Decision.objects.get()
    assert (decision.outcome, decision.amount, decision.tally["rule"]) == ("defer", None, "failing")
    assert decision.reason == f"{application.ref}: {finding}"
    close_session(session=session, on=DAY, by=people.secretary)
    assert list(checks()) == []
    assert state_of(application) == "eligible"
    check = application.checks.get(code="consent")
    confirm_failure(check=check, on=DAY, by=people.second_secretary)
    assert fail_checks(application=application, reason=finding, on=DAY, by=people.secretary).state == "ineligible"


def test_a_rejection_runs_no_checks(office):
    application = eligible_application(office)
    session = vote_all(office, sitting_session(office, application), "against", reason="No market.")
    consent_withdrawn(office, application)
    decision = decide_case(case=session.cases.get(), on=DAY, by=office.people.secretary)
    assert (decision.outcome, "checked_on" in decision.tally) == ("reject", False)


def test_a_call_that_asks_for_no_second_look_decides_on_the_first(office):
    office.call.recheck_selected = False
    office.call.save()
    application = eligible_application(office)
    session = vote_all(office, sitting_session(office, application))
    consent_withdrawn(office, application)
    assert decide_case(case=session.cases.get(), on=DAY, by=office.people.secretary).outcome == "approve"
    assert not Event.objects.filter(kind="application.recheck").exists()


def test_one_applicant_is_not_approved_twice_in_one_sitting(office):
    person = registered_person(office)
    first, second = (eligible_application(office, person, title=title) for title in ("A cooler", "A van"))
    session = vote_all(office, sitting_session(office, first, second))
    with pytest.raises(Blocked, match=f"{second.ref}: Live in this window: {first.ref}"):
        decide_all(session=session, on=DAY, by=office.people.secretary)
    assert not Decision.objects.exists()
    decide_all(session=session, on=DAY, by=office.people.secretary, put_off_failing=True)
    assert dict(Decision.objects.values_list("application__ref", "outcome")) == {
        first.ref: "approve",
        second.ref: "defer",
    }
    assert Commitment.objects.live().count() == 1


def test_a_case_on_the_reserve_list_is_checked_again_when_money_comes_free(db, office):
    tight = grant_office("tight", line_ceiling=2_500_000)
    first = eligible_application(tight, amount=2_000_000, own=500_000)
    second = eligible_application(tight, amount=1_500_000, own=400_000)
    session = decided_session(tight, first, second)
    close_session(session=session, on=DAY, by=tight.people.secretary)
    release(case_ref=first.ref, by=tight.people.manager, on=DAY)
    finding = consent_withdrawn(tight, second)
    with pytest.raises(Blocked, match="The checks were run again"):
        approve_reserve(application=second, on=DAY, by=tight.people.secretary)
    assert state_of(second) == "reserve"
    assert second.checks.get(code="consent").finding == finding


def test_verify_names_an_approval_whose_checks_were_not_run_again(office):
    closed_session(office, eligible_application(office))
    decision = Decision.objects.get()
    Decision.objects.update(tally={**decision.tally, "checked_on": "2026-03-11"})
    assert list(checks()) == [f"selection_decision {decision.ref}: the checks were not run again before it"]


def test_a_case_is_checked_by_the_rules_that_the_session_froze(office):
    session = vote_all(office, sitting_session(office, eligible_application(office)))
    office.call.eligibility_rules.filter(kind="ceiling").delete()
    ceiling_lowered(office, None)
    with pytest.raises(Blocked, match="over the ceiling"):
        decide_case(case=session.cases.get(), on=DAY, by=office.people.secretary)
    assert Case.objects.count() == 1
    run_checks(application=session.cases.get().application, on=DAY, by=office.people.secretary)
