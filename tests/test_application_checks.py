"""Before the committee: what the checks find, who confirms, who visits, what the adviser thinks."""

from datetime import timedelta

import pytest

from applicants import eligibility
from applicants.models import Application, Check
from applicants.services import (
    answer_check,
    confirm_failure,
    fail_checks,
    give_opinion,
    pass_checks,
    recheck_application,
    return_application,
    run_checks,
    submit_application,
    verify_in_field,
    withdraw_application,
    withdraw_consent,
)
from audit.models import Event
from audit.refusals import Blocked, Invalid, NotAllowed
from loans.services import record_repayment
from programmes.clock import standing_at
from programmes.models import EligibilityRule, RequiredDocument, Role
from programmes.roles import forget
from programmes.services import release, reserve
from tests.office import DAY, grant_office, seat
from tests.steps_applicants import (
    draft_application,
    eligible_application,
    registered_person,
    submitted_application,
)
from tests.steps_loans import active_loan
from tests.test_application import start


def test_the_checks_find_what_the_record_says(office):
    case = submitted_application(office)
    run_checks(application=case, on=DAY, by=office.people.secretary)
    assert {check.code: check.result for check in case.checks.all()} == {
        "ceiling": "passed",
        "cofinancing": "passed",
        "training": "passed",
        "consent": "passed",
        "live_award": "passed",
        "duplicate": "passed",
    }
    run_checks(application=case, on=DAY, by=office.people.secretary)
    assert case.checks.count() == 6
    assert pass_checks(application=case, on=DAY, by=office.people.secretary).state == "eligible"
    withdraw_application(application=case, reason="She found work.", on=DAY, by=office.people.adviser)
    with pytest.raises(Blocked, match="is checked from its submission to its decision"):
        run_checks(application=case, on=DAY, by=office.people.secretary)


def test_an_eligible_case_that_fails_when_it_is_checked_again_is_closed_by_two_people(office):
    case, people = eligible_application(office), office.people
    reserve(
        window=office.window,
        applicant_ref=case.applicant.ref,
        case_ref="A-2025-00007",
        amount=80_000,
        by=None,
        on=DAY,
    )
    run_checks(application=case, on=DAY, by=people.secretary)
    check = case.checks.get(code="live_award")
    assert (check.result, check.finding) == ("failed", "Live in this window: A-2025-00007 (EUR 800.00).")
    with pytest.raises(Blocked, match="No failed check is confirmed by a second person"):
        fail_checks(application=case, reason="A live award.", on=DAY, by=people.secretary)
    confirm_failure(check=check, on=DAY, by=people.second_secretary)
    assert fail_checks(application=case, reason="A live award.", on=DAY, by=people.secretary).state == "ineligible"


def test_a_double_that_came_later_reopens_the_check_and_an_answered_one_stays_answered(office):
    case, secretary = eligible_application(office), office.people.secretary
    twin = registered_person(office, birth_year=case.applicant.birth_year)
    run_checks(application=case, on=DAY, by=secretary)
    check = case.checks.get(code="duplicate")
    assert (check.result, check.finding) == ("person", f"Perhaps the same as {twin.ref}.")
    answer_check(check=check, result="passed", finding="Her cousin of the same name.", on=DAY, by=secretary)
    run_checks(application=case, on=DAY, by=secretary)
    check.refresh_from_db()
    assert (check.result, check.finding, check.answered) == ("passed", "Her cousin of the same name.", True)


def test_the_machine_checks_are_run_again_for_a_committee_and_leave_the_persons_answers_alone(office):
    EligibilityRule.objects.create(call=office.call, position=9, code="market", kind="person", question="A market?")
    case, secretary = eligible_application(office), office.people.secretary
    rules = list(office.call.eligibility_rules.all())
    assert recheck_application(application=case, rules=rules, on=DAY, by=secretary) == []
    event = Event.objects.filter(kind="application.recheck", subject=case.ref).get()
    assert "market" not in event.body
    withdraw_consent(consent=case.applicant.consents.get(), on=DAY, by=office.people.adviser, reason="She moved away.")
    (check,) = recheck_application(application=case, rules=rules, on=DAY, by=secretary)
    assert (check.code, check.result) == ("consent", "failed")
    assert case.checks.get(code="market").result == "passed"


def test_a_case_does_not_pass_unchecked_nor_by_its_own_adviser(office):
    case = submitted_application(office)
    with pytest.raises(Blocked, match="have not been run"):
        pass_checks(application=case, on=DAY, by=office.people.secretary)
    adviser = office.people.adviser
    seat(adviser, office.programme, Role.SECRETARY)
    forget(adviser)
    with pytest.raises(NotAllowed):
        run_checks(application=case, on=DAY, by=adviser)
    for role in ("manager", "member1", "maker", "field_agent"):
        with pytest.raises(NotAllowed):
            run_checks(application=case, on=DAY, by=getattr(office.people, role))


def rule(office, kind, **parameters):
    return EligibilityRule.objects.create(
        call=office.call, position=20, code=f"x-{kind}", kind=kind, parameters=parameters, question=f"About {kind}"
    )


def found(office, case, kind, **parameters):
    result, finding = eligibility.evaluate(
        EligibilityRule(call=office.call, code="x", kind=kind, parameters=parameters),
        case,
        by=office.people.secretary,
        on=DAY,
    )
    return str(result), str(finding)


@pytest.mark.parametrize(
    ("born", "result"),
    [
        (2009, "failed"),
        (2008, "person"),
        (2007, "passed"),
        (1961, "passed"),
        (1960, "person"),
        (1959, "failed"),
        (None, "person"),
    ],
)
def test_age_is_judged_on_both_sides_and_the_birthday_year_by_a_person(office, born, result):
    case = start(office, registered_person(office, birth_year=born))
    assert found(office, case, "age", least=18, most=65)[0] == result


def test_region_kind_and_documents_are_judged_by_the_calls_data(office):
    case = start(office)
    assert found(office, case, "region") == ("passed", "The business is in Lori.")
    assert found(office, case, "region", regions=["Shirak"]) == ("failed", "Lori is not a region of this call.")
    assert found(office, case, "applicant_kind", kinds=["person"])[0] == "passed"
    assert found(office, case, "applicant_kind", kinds=["enterprise"])[0] == "failed"
    assert found(office, case, "documents")[0] == "passed"
    RequiredDocument.objects.create(call=office.call, code="licence", label="Licence")
    assert found(office, case, "documents") == ("failed", "Missing: Licence.")
    assert found(office, case, "person") == ("person", "Nobody has answered yet.")


def test_another_live_award_in_the_window_is_a_failure_until_it_is_released(office):
    case = start(office)
    promise = {"window": office.window, "applicant_ref": case.applicant.ref, "on": DAY, "by": None}
    reserve(**promise, case_ref=case.ref, amount=1_00)
    assert found(office, case, "live_award")[0] == "passed"
    reserve(**promise, case_ref="A-2025-00007", amount=80_000)
    assert found(office, case, "live_award") == ("failed", "Live in this window: A-2025-00007 (EUR 800.00).")
    office.window.live_awards = 2
    office.window.save()
    case.refresh_from_db()
    assert found(office, case, "live_award")[0] == "passed"
    office.window.live_awards = 1
    office.window.save()
    case.refresh_from_db()
    release(case_ref="A-2025-00007", by=None, on=DAY)
    assert found(office, case, "live_award")[0] == "passed"


def test_an_award_that_is_over_is_not_live(office, monkeypatch):
    case = start(office)
    reserve(
        window=office.window,
        applicant_ref=case.applicant.ref,
        case_ref="A-2025-00007",
        amount=80_000,
        by=None,
        on=DAY,
    )
    monkeypatch.setattr(eligibility, "_finished", [lambda refs: refs & {"A-2025-00007"}])
    assert found(office, case, "live_award")[0] == "passed"


def test_a_double_in_this_programme_is_named_and_one_elsewhere_is_only_a_hold(office):
    person = registered_person(office, "Gayane Hovhannisyan", birth_year=1984)
    case = start(office, person)
    assert found(office, case, "duplicate")[0] == "passed"
    quiet = grant_office("quiet", confidential=True)
    both = office.people.secretary
    seat(both, quiet.programme, Role.SECRETARY)
    forget(both)
    registered_person(quiet, "Gayane Hovhannisyan", birth_year=1984)
    assert found(office, case, "duplicate") == ("person", "Hold: ask the data protection person of your programme.")


def test_a_failure_counts_when_a_second_person_confirms_it(office):
    people = office.people
    rule(office, "person")
    case = submitted_application(office)
    run_checks(application=case, on=DAY, by=people.secretary)
    check = case.checks.get(code="x-person")
    with pytest.raises(Blocked, match="has not failed"):
        confirm_failure(check=check, on=DAY, by=people.second_secretary)
    with pytest.raises(Invalid, match="what was found"):
        answer_check(check=check, result="failed", finding=" ", on=DAY, by=people.secretary)
    with pytest.raises(Invalid, match="passed or failed"):
        answer_check(check=check, result="person", finding="?", on=DAY, by=people.secretary)
    with pytest.raises(NotAllowed):
        answer_check(check=check, result="passed", finding="Fine", on=DAY, by=people.adviser)
    answer_check(check=check, result="failed", finding="No market", on=DAY, by=people.secretary)
    with pytest.raises(NotAllowed, match="second person"):
        confirm_failure(check=check, on=DAY, by=people.secretary)
    confirm_failure(check=check, on=DAY, by=people.second_secretary)
    with pytest.raises(Blocked, match="confirmed already"):
        confirm_failure(check=check, on=DAY, by=people.manager)
    with pytest.raises(Blocked, match="second person has confirmed"):
        answer_check(check=check, result="passed", finding="Well", on=DAY, by=people.secretary)
    assert Check.objects.get(pk=check.pk).confirmed_by == people.second_secretary


def test_what_the_record_answers_no_person_can_answer(office):
    case = submitted_application(office)
    run_checks(application=case, on=DAY, by=office.people.secretary)
    with pytest.raises(Blocked, match="answered by the record"):
        answer_check(
            check=case.checks.get(code="ceiling"), result="failed", finding="No", on=DAY, by=office.people.secretary
        )


def test_an_answer_stays_when_the_checks_are_run_again_and_goes_with_its_revision(office):
    people = office.people
    rule(office, "person")
    case = submitted_application(office)
    run_checks(application=case, on=DAY, by=people.secretary)
    check = answer_check(
        check=case.checks.get(code="x-person"), result="passed", finding="Yes", on=DAY, by=people.secretary
    )
    run_checks(application=case, on=DAY, by=people.second_secretary)
    assert case.checks.get(code="x-person").finding == "Yes"
    case = return_application(application=case, reason="A quote", on=DAY, by=people.secretary)
    case = submit_application(application=case, on=DAY, by=people.adviser)
    with pytest.raises(Blocked, match="earlier revision"):
        answer_check(check=check, result="failed", finding="No", on=DAY, by=people.secretary)
    with pytest.raises(Blocked, match="have not been run on this revision"):
        pass_checks(application=case, on=DAY, by=people.secretary)


def test_who_visited_and_what_was_seen_becomes_the_baseline(office):
    case = eligible_application(office)
    visit = case.verifications.get()
    assert (visit.visited_on, visit.visited_by, visit.sales_amount, visit.profit_amount) == (
        DAY,
        office.people.adviser,
        60_000,
        40_000,
    )
    post = visit.jobs.get()
    assert (post.title, post.hours_per_week, post.holder_sex) == ("Cheese maker", 40, "female")
    assert case.opinions.get().verdict == "for"


def test_a_field_verification_is_for_those_who_were_sent_and_only_before_the_committee(office):
    case = draft_application(office)
    facts = {"confirmed": True, "seen": "Six cows.", "on": DAY}
    with pytest.raises(Blocked, match="after submission"):
        verify_in_field(application=case, **facts, by=office.people.adviser)
    person = registered_person(office, "Karine Zakaryan", birth_year=1971)
    case = submitted_application(office, person)
    for role in ("secretary", "manager", "maker", "member1", "field_agent"):
        with pytest.raises(NotAllowed):
            verify_in_field(application=case, **facts, by=getattr(office.people, role))
    agent = office.people.field_agent
    agent.memberships.get().villages.add(office.village)
    forget(agent)
    assert verify_in_field(application=case, **facts, by=agent).visited_by == agent
    with pytest.raises(Invalid, match="what was seen"):
        verify_in_field(application=case, confirmed=True, seen=" ", on=DAY, by=agent)
    with pytest.raises(Invalid, match="Row 1"):
        verify_in_field(application=case, **facts, jobs=[{"title": ""}], by=agent)


def test_an_old_field_verification_does_not_open_the_committees_door(office):
    office.call.verification_days = 10
    office.call.save()
    case = eligible_application(office)
    later = DAY + timedelta(days=10)
    with standing_at(later):
        assert eligibility.conditions.verified_in_the_field.missing(Application.objects.get(pk=case.pk)) is None
    with standing_at(later + timedelta(days=1)):
        sentence = eligibility.conditions.verified_in_the_field.missing(Application.objects.get(pk=case.pk))
    assert sentence == "The field verification of 12.03.2026 is too old."


def test_the_opinion_is_the_advisers_and_given_once(office):
    people = office.people
    case = submitted_application(office)
    for user in (people.field_agent, people.secretary, people.manager):
        with pytest.raises(NotAllowed):
            give_opinion(application=case, verdict="for", text="Good", on=DAY, by=user)
    with pytest.raises(Invalid, match="for or against"):
        give_opinion(application=case, verdict="perhaps", text="Good", on=DAY, by=people.adviser)
    with pytest.raises(Invalid, match="why"):
        give_opinion(application=case, verdict="for", text="", on=DAY, by=people.adviser)
    give_opinion(application=case, verdict="for", text="Good", on=DAY, by=people.adviser)
    with pytest.raises(Blocked, match="given already"):
        give_opinion(application=case, verdict="against", text="No", on=DAY, by=people.adviser)


def test_a_borrower_who_repaid_has_no_live_loan_and_one_who_owes_has(lending):
    loan = active_loan(lending)
    again = start(lending, loan.borrower, asked_amount=50_000)
    assert found(lending, again, "live_award")[0] == "failed"
    owed = loan.amount * 2
    record_repayment(loan=loan, amount=owed, on=DAY, by=lending.people.loan_officer)
    assert found(lending, again, "live_award")[0] == "passed"
