"""What applications put on the desk, what the search finds, and what `verify` proves about them."""

import pytest

from applicants.case_queues import cases_for, find_cases
from applicants.checks import checks
from applicants.models import Application, Check, Opinion, Part, Revision
from applicants.services import answer_check, give_opinion, return_application, run_checks, verify_in_field
from applicants.summary import Case, next_step
from programmes.models import EligibilityRule, Role
from programmes.roles import forget
from tests.office import DAY, make_user, seat
from tests.steps_applicants import (
    draft_application,
    eligible_application,
    registered_person,
    submitted_application,
    trained,
)

pytestmark = pytest.mark.in_turn


def verbs(user):
    forget(user)
    return [(str(item.verb_text), item.section) for item in cases_for(user)]


def test_the_adviser_is_told_the_next_part_of_a_draft(office):
    case = draft_application(office)
    adviser = office.people.adviser
    blocked = "Have the training completed, or ask for it to be waived"
    missing = "The training “small business” is neither completed nor waived."
    assert verbs(adviser) == [(blocked, "today")]
    assert cases_for(adviser)[0].why.endswith(f" · A milk cooler · {missing}")
    head = next_step(Case(case), DAY)
    assert head[0] == f"Next: {blocked[0].lower()}{blocked[1:]}."
    assert head[1].startswith(missing)
    trained(office, case.applicant)
    assert verbs(adviser) == [("Submit the application", "today")]
    assert next_step(Case(case), DAY)[0] == "Next: check the answers and submit."
    case.cash_lines.all().delete()
    assert verbs(adviser) == [("Finish the cash flow", "today")]
    item = cases_for(adviser)[0]
    assert item.url == f"/applications/{case.ref}/plan/cash_flow/"
    assert item.why == "Anahit Sargsyan · A-2026-00001 · Gyulagarak · A milk cooler"


def test_each_role_finds_its_own_part_of_a_case_and_no_other(office):
    EligibilityRule.objects.create(call=office.call, position=9, code="market", kind="person", question="A market?")
    people = office.people
    case = submitted_application(office)
    waiting = {
        role: verbs(getattr(people, role)) for role in ("adviser", "secretary", "manager", "maker", "member1", "donor")
    }
    assert waiting == {
        "adviser": [
            ("Give your opinion on the plan", "today"),
            ("Visit the business and say what you saw", "later"),
        ],
        "secretary": [("Check eligibility", "today")],
        "manager": [],
        "maker": [],
        "member1": [],
        "donor": [],
    }
    give_opinion(application=case, verdict="for", text="Good", on=DAY, by=people.adviser)
    verify_in_field(application=case, confirmed=True, seen="Six cows", on=DAY, by=people.adviser)
    assert verbs(people.adviser) == []
    run_checks(application=case, on=DAY, by=people.secretary)
    answer_check(check=case.checks.get(code="market"), result="failed", finding="No buyer", on=DAY, by=people.secretary)
    assert verbs(people.secretary) == []
    assert verbs(people.second_secretary) == [("Confirm a failed check, or not", "today")]
    assert verbs(people.manager) == [("Confirm a failed check, or not", "today")]
    return_application(application=case, reason="A quote", on=DAY, by=people.second_secretary)
    assert verbs(people.adviser) == [("Mend what the secretary returned", "today")]


def test_a_field_agent_is_sent_to_the_villages_that_are_theirs(office):
    eligible_application(office, opinion=False)
    agent = office.people.field_agent
    assert verbs(agent) == []
    agent.memberships.get().villages.add(office.village)
    assert verbs(agent) == [("Visit the business and say what you saw", "today")]


def test_the_search_finds_a_case_by_reference_and_by_name_for_those_who_see_it(office):
    person = registered_person(office, "Գայանե Հովհաննիսյան")
    case = draft_application(office, person)
    adviser = office.people.adviser
    for text in (case.ref.lower(), "Hovhannisyan", "Гаяне"):
        assert [hit.url for hit in find_cases(adviser, text)] == [f"/applications/{case.ref}/"], text
    assert find_cases(adviser, "  ") == []
    other = make_user("Davit Sargsyan", "X-1")
    seat(other, office.programme, Role.ADVISER, region=office.other_region)
    assert find_cases(other, case.ref) == []


def test_a_sound_register_has_no_fault(office):
    eligible_application(office)
    draft_application(office, registered_person(office, "Karine Zakaryan", birth_year=1971))
    assert list(checks()) == []


@pytest.mark.parametrize(
    ("damage", "says"),
    [
        (
            lambda case: Revision.objects.update(body={**Revision.objects.get().body, "asked_amount": 1}),
            "is not what was put forward",
        ),
        (lambda case: Application.objects.update(revision=2), "has 1 revisions and says 2"),
        (lambda case: case.investments.update(own_amount=0, unit_amount=1_000_000), "the sum of its list"),
        (lambda case: case.cash_lines.filter(kind="sales").update(months=[1] * 11), "no twelve amounts"),
        (lambda case: Part.objects.all().delete(), "is not its adviser's"),
        (lambda case: Part.objects.update(part="member"), "is not its adviser's"),
        (lambda case: Application.objects.update(currency="USD"), "currency of its window"),
        (lambda case: case.plan.delete(), "without a plan"),
        (lambda case: Application.objects.update(state="ineligible"), "no failure is confirmed"),
        (lambda case: (Opinion.objects.all().delete(), Application.objects.update(state="under_review")), "opinion"),
        (
            lambda case: Application.objects.update(
                approved_amount=2_600_000, asked_amount=2_600_000, decision_ref="x", decided_on=DAY
            ),
            "above the ceiling",
        ),
    ],
)
def test_what_was_changed_behind_the_back_is_named(office, damage, says):
    case = eligible_application(office)
    damage(case)
    faults = list(checks())
    assert any(says in fault for fault in faults), faults
    assert all("applicants_" in fault for fault in faults)


def test_the_database_refuses_a_failure_confirmed_by_its_finder(office):
    case = submitted_application(office, registered_person(office, birth_year=1990))
    run_checks(application=case, on=DAY, by=office.people.secretary)
    with pytest.raises(Exception, match=r"check_second_person|CHECK"):
        Check.objects.filter(code="ceiling").update(confirmed_by=office.people.secretary)


def test_a_trained_person_needs_no_second_training(office):
    person = registered_person(office)
    trained(office, person)
    submitted_application(office, person)
    assert person.training_places.count() == 1
