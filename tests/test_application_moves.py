"""The application's moves: who can make which from where. The table is for a programme officer to read."""

import pytest

from applicants.models import Application
from applicants.services import (
    answer_check,
    confirm_failure,
    fail_checks,
    give_opinion,
    lapse_application,
    pass_checks,
    return_application,
    run_checks,
    submit_application,
    verify_in_field,
    withdraw_application,
)
from audit.models import Event
from audit.moves import advance, doors
from audit.refusals import Blocked, NotAllowed, Refusal
from audit.services import unit_of_work
from programmes.models import EligibilityRule
from tests.office import DAY
from tests.steps_applicants import draft_application, eligible_application, submitted_application

pytestmark = pytest.mark.in_turn

# state: {role: moves offered}. Roles that are not named are offered none; the committee's moves have no button.
TABLE = {
    "draft": {"adviser": {"submit", "withdraw"}, "secretary": {"withdraw"}, "second_secretary": {"withdraw"}},
    "submitted": {
        "adviser": {"withdraw"},
        "secretary": {"return_for_revision", "pass_checks", "fail_checks", "withdraw"},
        "second_secretary": {"return_for_revision", "pass_checks", "fail_checks", "withdraw"},
    },
    "returned": {"adviser": {"submit", "withdraw"}, "secretary": {"withdraw"}, "second_secretary": {"withdraw"}},
    "eligible": {
        "adviser": {"withdraw"},
        "secretary": {"fail_checks", "withdraw"},
        "second_secretary": {"fail_checks", "withdraw"},
    },
    "ineligible": {},
    "under_review": {"adviser": {"withdraw"}, "secretary": {"withdraw"}, "second_secretary": {"withdraw"}},
    "approved": {},
    "reserve": {
        "adviser": {"withdraw"},
        "secretary": {"withdraw", "lapse"},
        "second_secretary": {"withdraw", "lapse"},
    },
    "rejected": {},
    "withdrawn": {},
}
ROLES = [
    "adviser",
    "field_agent",
    "secretary",
    "second_secretary",
    "manager",
    "loan_officer",
    "maker",
    "checker",
    "monitor",
    "member1",
    "donor",
    "administrator",
]
VERBS = {
    "submit": lambda **facts: submit_application(**_but_reason(facts)),
    "return_for_revision": return_application,
    "pass_checks": lambda **facts: pass_checks(**_but_reason(facts)),
    "fail_checks": fail_checks,
    "lapse": lapse_application,
    "withdraw": withdraw_application,
}


def _but_reason(facts):
    return {name: value for name, value in facts.items() if name != "reason"}


def internally(case, *verbs, **arguments):
    """What the committee's services do with an application: moves without a button."""
    for verb in verbs:
        with unit_of_work():
            case = Application.objects.get(pk=case.pk)
            advance(case, verb, by=None, on=DAY, **(arguments if verb != "open_review" else {}))
    return case


def ineligible(office, **facts):
    """Closed as not eligible: a rule that a person answers has failed, and a second person has confirmed it."""
    EligibilityRule.objects.create(call=office.call, position=9, code="market", kind="person", question="A market?")
    case = submitted_application(office, **facts)
    run_checks(application=case, on=DAY, by=office.people.secretary)
    check = case.checks.get(code="market")
    check = answer_check(check=check, result="failed", finding="No buyer", on=DAY, by=office.people.secretary)
    confirm_failure(check=check, on=DAY, by=office.people.second_secretary)
    return fail_checks(application=case, reason="Nobody buys it", on=DAY, by=office.people.secretary)


def case_in(state, office):
    """An application of the office in that state; it got there by services, or by what the committee calls."""
    people = office.people
    if state == "draft":
        return draft_application(office)
    if state == "submitted":
        return submitted_application(office)
    if state == "returned":
        case = submitted_application(office)
        return return_application(application=case, reason="A quote is missing", on=DAY, by=people.secretary)
    if state == "ineligible":
        return ineligible(office)
    case = eligible_application(office)
    if state == "eligible":
        return case
    if state == "withdrawn":
        return withdraw_application(application=case, reason="She found work", on=DAY, by=people.adviser)
    if state == "under_review":
        return internally(case, "open_review")
    verb = {"approved": "approve", "reserve": "place_on_reserve", "rejected": "reject"}[state]
    decision = {"decision_ref": "S-2026-01/1"} | ({"amount": case.asked_amount} if state == "approved" else {})
    return internally(case, "open_review", verb, **decision)


@pytest.mark.parametrize("state", TABLE)
def test_each_role_is_offered_the_moves_of_the_table(office, state):
    case = case_in(state, office)
    assert case.state == state
    offered = {
        role: {door.verb for door in doors(Application.objects.get(pk=case.pk), getattr(office.people, role), DAY)}
        for role in ROLES
    }
    assert {role: moves for role, moves in offered.items() if moves} == TABLE[state]


@pytest.mark.parametrize("state", TABLE)
def test_a_move_that_the_table_does_not_offer_is_refused_and_changes_nothing(office, state):
    case = case_in(state, office)
    before = Event.objects.count()
    for role in ROLES:
        for verb, make in VERBS.items():
            if verb in TABLE[state].get(role, ()):
                continue
            with pytest.raises((Blocked, NotAllowed)):
                make(application=case, reason="because", on=DAY, by=getattr(office.people, role))
    assert Application.objects.get(pk=case.pk).state == state
    assert Event.objects.count() == before


def test_every_move_of_the_machine_is_in_the_table_or_internal():
    field = Application._meta.get_field("state")
    steps = list(field.get_all_transitions(Application))
    listed = {(state, verb) for state, roles in TABLE.items() for verbs in roles.values() for verb in verbs}
    assert {(step.source, step.name) for step in steps if not step.custom.get("internal")} == listed
    assert {state for state, _label in field.choices} == set(TABLE)


def test_a_superuser_gets_no_move_from_the_flag(office):
    case = submitted_application(office)
    member = office.people.member1
    member.is_superuser = member.is_staff = True
    member.save()
    assert doors(case, member, DAY) == []
    with pytest.raises(NotAllowed):
        withdraw_application(application=case, reason="because", on=DAY, by=member)


def test_what_is_missing_is_said_before_who_may(office):
    case = eligible_application(office)
    with pytest.raises(Blocked, match="state “Eligible”"):
        submit_application(application=case, on=DAY, by=office.people.maker)


def test_a_move_made_twice_is_refused_the_second_time(office):
    case = submitted_application(office)
    withdraw_application(application=case, reason="She found work", on=DAY, by=office.people.adviser)
    with pytest.raises(Blocked, match="state “Withdrawn”"):
        withdraw_application(application=case, reason="She found work", on=DAY, by=office.people.adviser)
    assert Event.objects.filter(kind="application.withdraw").count() == 1


def test_a_move_on_a_page_that_is_out_of_date_is_refused(office):
    case = submitted_application(office)
    return_application(application=case, reason="A quote", on=DAY, by=office.people.secretary)
    with pytest.raises(Refusal, match="Somebody changed this record") as stale:
        submit_application(application=case, on=DAY, by=office.people.adviser, version=case.version)
    assert stale.value.status == 409


@pytest.mark.parametrize("verb", ["return_for_revision", "fail_checks", "lapse", "withdraw"])
def test_a_hard_move_asks_a_reason(office, verb):
    state = {"return_for_revision": "submitted", "fail_checks": "submitted", "lapse": "reserve"}.get(verb, "eligible")
    case = case_in(state, office)
    with pytest.raises(Refusal, match="Say why"):
        VERBS[verb](application=case, reason="  ", on=DAY, by=office.people.manager)


def test_the_committee_opens_a_case_only_after_the_visit_and_the_opinion(office):
    people = office.people
    case = eligible_application(office, opinion=False)
    with pytest.raises(Blocked) as refused:
        internally(case, "open_review")
    assert refused.value.missing == [
        "Nobody has visited the business yet.",
        "The adviser has not given an opinion on this revision.",
    ]
    verify_in_field(application=case, confirmed=False, seen="An empty room.", on=DAY, by=people.adviser)
    give_opinion(application=case, verdict="against", text="There is no cow.", on=DAY, by=people.adviser)
    with pytest.raises(Blocked, match="did not confirm the plan"):
        internally(case, "open_review")
    verify_in_field(application=case, confirmed=True, seen="She had moved next door.", on=DAY, by=people.adviser)
    assert internally(case, "open_review").state == "under_review"
