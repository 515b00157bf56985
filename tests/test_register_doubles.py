"""Two records that look alike: who compares them, who agrees, and what is held until somebody has."""

import pytest

from applicants import duplicates
from applicants.eligibility import evaluate
from applicants.holds import holds_on
from applicants.models import DuplicateAnswer
from applicants.queues import queue_for
from applicants.services import (
    answer_check,
    answer_duplicate,
    confirm_duplicate,
    pass_checks,
    run_checks,
    withdraw_duplicate,
)
from audit.models import Event
from audit.refusals import Blocked, Invalid, NotAllowed
from programmes.models import EligibilityRule, Role
from programmes.roles import forget
from programmes.services import reserve
from selection.forms import AddCasesForm
from tests.office import DAY, grant_office, seat
from tests.steps_applicants import (
    compared,
    draft_application,
    eligible_application,
    protector_of,
    registered_enterprise,
    registered_person,
    submitted_application,
)
from tests.steps_selection import closed_session, planned_session

HOLD = "Hold: ask the data protection person of your programme."


def two(office):
    """A person who is on the register twice, it seems."""
    return registered_person(office, "Gayane Hovhannisyan"), registered_person(office, "Gayane Hovhannisian")


def same(office, one, other, by=None, kept=None):
    answer_duplicate(
        party=one,
        others=[other],
        verdict="same",
        kept=kept or one,
        reason="Saw her card twice.",
        on=DAY,
        by=by or office.people.secretary,
    )
    return DuplicateAnswer.objects.live().get()


def another(office, one, *others, by=None):
    return answer_duplicate(
        party=one,
        others=others,
        verdict="other",
        reason="Spoke with both.",
        on=DAY,
        by=by or office.people.secretary,
    )


def likely(office, party):
    return [match.party for match in duplicates.of_party(party, office.people.secretary).seen]


def test_another_person_counts_at_once_for_both_records(office):
    one, other = two(office)
    assert (likely(office, one), likely(office, other)) == ([other], [one])
    another(office, one, other)
    assert (likely(office, one), likely(office, other)) == ([], [])
    event = Event.objects.get(kind="duplicate.answer")
    assert (event.subject, event.programme, "Gayane" in event.body) == (one.ref, office.programme.key, False)


def test_the_same_person_counts_when_a_second_person_has_agreed(office):
    one, other = two(office)
    answer = same(office, one, other)
    assert likely(office, one) == [other]
    assert duplicates.same_as(one) == {one.pk}
    with pytest.raises(NotAllowed, match="You said it"):
        confirm_duplicate(answer=answer, party=one, on=DAY, by=office.people.secretary)
    confirm_duplicate(answer=answer, party=one, on=DAY, by=office.people.second_secretary)
    assert likely(office, other) == []
    assert duplicates.same_as(other) == {one.pk, other.pk}
    with pytest.raises(Blocked, match="Nothing waits"):
        confirm_duplicate(answer=answer, party=one, on=DAY, by=office.people.manager)


def test_whoever_is_one_with_a_second_is_one_with_a_third(office):
    one, other = two(office)
    third = registered_person(office, "Gayane Hovhannisyan")
    for pair in ((one, other), (other, third)):
        answer_duplicate(
            party=pair[0], others=[pair[1]], verdict="same", reason="x", on=DAY, by=office.people.secretary
        )
    for answer in DuplicateAnswer.objects.waiting():
        confirm_duplicate(answer=answer, party=answer.party, on=DAY, by=office.people.manager)
    assert duplicates.same_as(one) == {one.pk, other.pk, third.pk}


def test_the_second_person_may_not_agree_and_the_two_are_open_again(office):
    one, other = two(office)
    answer = same(office, one, other)
    with pytest.raises(Blocked, match="A second person agrees first"):
        another(office, one, other)
    with pytest.raises(Invalid, match="Say how you know"):
        withdraw_duplicate(answer=answer, party=one, reason=" ", on=DAY, by=office.people.manager)
    withdraw_duplicate(answer=answer, party=one, reason="Two villages.", on=DAY, by=office.people.manager)
    with pytest.raises(Blocked, match="taken back already"):
        confirm_duplicate(answer=answer, party=one, on=DAY, by=office.people.second_secretary)
    another(office, one, other)
    assert likely(office, one) == []


def test_strangers_the_adviser_and_repeats_are_refused(office):
    one, other = two(office)
    people = office.people
    for role in ("adviser", "manager", "member1", "maker", "field_agent", "donor", "administrator"):
        with pytest.raises(NotAllowed):
            another(office, one, other, by=getattr(people, role))
    seat(people.adviser, office.programme, Role.SECRETARY)
    forget(people.adviser)
    draft_application(office, one)
    with pytest.raises(NotAllowed):
        another(office, one, other, by=people.adviser)
    another(office, one, other)
    with pytest.raises(Blocked, match="answered already"):
        another(office, one, other)
    with pytest.raises(Blocked, match="not alike"):
        another(office, one, registered_person(office, "Davit Karapetyan"))


@pytest.mark.parametrize("verdict", ["", "perhaps"])
def test_an_answer_is_one_of_two(office, verdict):
    one, other = two(office)
    with pytest.raises(Invalid, match="same person or another"):
        answer_duplicate(party=one, others=[other], verdict=verdict, reason="x", on=DAY, by=office.people.secretary)


def test_one_at_a_time_is_the_same_and_the_kept_record_is_one_of_the_two(office):
    one, other = two(office)
    third = registered_person(office, "Gayane Hovhannisyan")
    with pytest.raises(Invalid, match="one record at a time"):
        answer_duplicate(
            party=one, others=[other, third], verdict="same", reason="x", on=DAY, by=office.people.secretary
        )
    with pytest.raises(Invalid, match="one of the two"):
        same(office, one, other, kept=third)


def test_what_lies_in_another_programme_is_lifted_by_the_data_protection_person_alone(office):
    one = registered_person(office, "Gayane Hovhannisyan")
    quiet = grant_office("quiet", confidential=True)
    hidden = registered_person(quiet, "Gayane Hovhannisyan")
    with pytest.raises(NotAllowed):
        another(office, one, hidden)
    compared(office, one)
    assert duplicates.unsettled(one) == {}
    event = Event.objects.filter(kind="duplicate.answer").last()
    assert (hidden.ref in event.body, '"held":1' in event.body) == (False, True)


def test_an_unanswered_double_holds_the_case_until_it_is_compared(office):
    one, other = two(office)
    case = submitted_application(office, one)
    secretary = office.people.secretary
    run_checks(application=case, on=DAY, by=secretary)
    assert case.checks.get(code="duplicate").result == "person"
    assert holds_on(case, by=secretary, on=DAY) == [f"Perhaps the same as {other.ref}."]
    with pytest.raises(Blocked, match="1 check is not passed"):
        pass_checks(application=case, on=DAY, by=secretary)
    another(office, one, other)
    run_checks(application=case, on=DAY, by=secretary)
    assert pass_checks(application=case, on=DAY, by=secretary).state == "eligible"
    assert holds_on(case, by=secretary, on=DAY) == []


def test_passing_the_check_by_hand_says_of_each_that_it_is_another_person(office):
    one, other = two(office)
    case = submitted_application(office, one)
    secretary = office.people.secretary
    run_checks(application=case, on=DAY, by=secretary)
    check = case.checks.get(code="duplicate")
    answer_check(check=check, result="passed", finding="Two cousins.", on=DAY, by=secretary)
    answer = DuplicateAnswer.objects.get()
    assert (answer.verdict, answer.reason, answer.beside(one)) == ("other", "Two cousins.", other)


def test_a_hold_is_not_passed_by_hand_without_the_data_protection_person(office):
    one = registered_person(office, "Gayane Hovhannisyan")
    registered_person(grant_office("quiet", confidential=True), "Gayane Hovhannisyan")
    case = submitted_application(office, one)
    secretary = office.people.secretary
    run_checks(application=case, on=DAY, by=secretary)
    check = case.checks.get(code="duplicate")
    with pytest.raises(Blocked, match="ask the data protection person"):
        answer_check(check=check, result="passed", finding="Nobody.", on=DAY, by=secretary)
    assert DuplicateAnswer.objects.count() == 0
    assert holds_on(case, by=secretary, on=DAY) == [HOLD]
    compared(office, one)
    run_checks(application=case, on=DAY, by=secretary)
    assert case.checks.get(code="duplicate").result == "passed"


def test_a_double_that_comes_after_the_check_holds_the_eligible_case(office):
    one = registered_person(office, "Gayane Hovhannisyan")
    case = eligible_application(office, one)
    other = registered_person(office, "Gayane Hovhannisian")
    assert holds_on(case, by=office.people.secretary, on=DAY) == [f"Perhaps the same as {other.ref}."]


def test_who_comes_to_another_programme_later_is_held_there_and_no_case_here_that_has_passed(office):
    case = eligible_application(office, registered_person(office, "Gayane Hovhannisyan"))
    secretary, quiet = office.people.secretary, grant_office("quiet", confidential=True)
    later = submitted_application(quiet, registered_person(quiet, "Gayane Hovhannisyan"))
    assert holds_on(later, by=quiet.people.secretary, on=DAY) == [HOLD]
    assert holds_on(case, by=secretary, on=DAY) == []
    run_checks(application=case, on=DAY, by=secretary)
    assert case.checks.get(code="duplicate").result == "passed"
    assert closed_session(office, case).cases.get().decisions.get().outcome == "approve"


def test_a_later_double_of_this_programme_is_answered_without_a_word_about_another_programme(office):
    case = eligible_application(office, registered_person(office, "Gayane Hovhannisyan"))
    registered_person(grant_office("quiet", confidential=True), "Gayane Hovhannisyan")
    other, secretary = registered_person(office, "Gayane Hovhannisian"), office.people.secretary
    run_checks(application=case, on=DAY, by=secretary)
    check = case.checks.get(code="duplicate")
    assert (check.result, check.finding) == ("person", f"Perhaps the same as {other.ref}.")
    answer_check(check=check, result="passed", finding="Two cousins.", on=DAY, by=secretary)
    assert DuplicateAnswer.objects.get().beside(case.applicant) == other
    assert holds_on(case, by=secretary, on=DAY) == []


def test_a_passed_double_check_does_not_cover_the_one_that_comes_later(office):
    one, _other = two(office)
    case = submitted_application(office, one)
    secretary = office.people.secretary
    run_checks(application=case, on=DAY, by=secretary)
    answer_check(check=case.checks.get(code="duplicate"), result="passed", finding="x", on=DAY, by=secretary)
    third = registered_person(office, "Gayane Hovhannisian")
    run_checks(application=case, on=DAY, by=secretary)
    check = case.checks.get(code="duplicate")
    assert (check.result, check.finding) == ("person", f"Perhaps the same as {third.ref}.")
    assert (check.earlier_result, check.earlier_finding) == ("passed", "x")


def test_a_live_award_that_comes_after_the_check_holds_the_eligible_case(office):
    case = eligible_application(office)
    secretary = office.people.secretary
    assert holds_on(case, by=secretary, on=DAY) == []
    reserve(
        window=office.window,
        applicant_ref=case.applicant.ref,
        case_ref="A-2025-00007",
        amount=80_000,
        by=None,
        on=DAY,
    )
    assert holds_on(case, by=secretary, on=DAY) == ["Live in this window: A-2025-00007 (EUR 800.00)."]
    EligibilityRule.objects.filter(call=office.call, kind="live_award").delete()
    assert holds_on(case, by=secretary, on=DAY) == []


def test_what_the_other_record_of_the_same_person_was_promised_is_a_live_award(office):
    one, other = two(office)
    case = draft_application(office, one)
    reserve(
        window=office.window,
        applicant_ref=other.ref,
        case_ref="A-2025-00007",
        amount=80_000,
        by=None,
        on=DAY,
    )
    rule = EligibilityRule.objects.get(call=office.call, kind="live_award")

    def result():
        return evaluate(rule, case, by=office.people.secretary, on=DAY)[0]

    answer = same(office, one, other)
    assert result() == "passed"
    confirm_duplicate(answer=answer, party=one, on=DAY, by=office.people.manager)
    assert result() == "failed"


# Pages ------------------------------------------------------------------------------------------------------------


def test_the_page_compares_answers_and_asks_a_second_person(office, client):
    one, other = two(office)
    people = office.people
    client.force_login(people.secretary)
    page = client.get(f"/applicants/{one.ref}/doubles/").content.decode()
    assert f"/applicants/{one.ref}/doubles/{other.ref}/" in page
    address = f"/applicants/{one.ref}/doubles/{other.ref}/"
    page = client.get(address).content.decode()
    assert "Gayane Hovhannisian" in page
    assert client.post(address, {}).status_code == 400
    answer = {"verdict": "same", "kept": other.pk, "reason": "Saw her card twice."}
    assert client.post(address, answer).status_code == 302
    row = DuplicateAnswer.objects.get()
    assert (row.verdict, row.kept) == ("same", other)
    assert client.post(address, answer).status_code == 409
    assert client.post(f"/applicants/{one.ref}/doubles/answers/{row.pk}/agree/").status_code == 403
    assert [item.verb_text for item in queue_for(people.secretary) if "same person" in item.verb_text] == []
    items = [item for item in queue_for(people.manager) if "same person" in item.verb_text]
    assert [item.url for item in items] == [f"/applicants/{one.ref}/doubles/"]
    client.force_login(people.manager)
    assert f"answers/{row.pk}/agree/" in client.get(items[0].url).content.decode()
    assert client.post(f"/applicants/{one.ref}/doubles/answers/{row.pk}/agree/").status_code == 302
    assert client.get(address).status_code == 403
    withdrawn = client.post(f"/applicants/{one.ref}/doubles/answers/{row.pk}/withdraw/", {"reason": "A sister."})
    assert withdrawn.status_code == 302
    assert client.post(f"/applicants/{one.ref}/doubles/answers/{row.pk}/withdraw/", {"reason": "x"}).status_code == 404


def test_the_page_of_a_hold_shows_nothing_and_is_the_data_protection_persons(office, client):
    one = registered_person(office, "Gayane Hovhannisyan")
    hidden = registered_person(grant_office("quiet", confidential=True), "Gayane Hovhannisyan", address="Abovyan 12")
    client.force_login(office.people.secretary)
    page = client.get(f"/applicants/{one.ref}/doubles/").content.decode()
    assert "Hold: ask the data protection person" in page
    assert client.get(f"/applicants/{one.ref}/doubles/hidden/").status_code == 403
    assert client.get(f"/applicants/{one.ref}/doubles/{hidden.ref}/").status_code == 404
    client.force_login(protector_of(office))
    for address in (f"/applicants/{one.ref}/doubles/", f"/applicants/{one.ref}/doubles/hidden/"):
        page = client.get(address).content.decode()
        assert (hidden.ref in page, "Programme quiet" in page, "Abovyan" in page) == (False, False, False)
    lifted = client.post(f"/applicants/{one.ref}/doubles/hidden/", {"reason": "Asked there: two women."})
    assert lifted.status_code == 302
    assert client.get(f"/applicants/{one.ref}/doubles/hidden/").status_code == 404
    client.force_login(office.people.second_secretary)
    answer = DuplicateAnswer.objects.get()
    page = client.get(f"/applicants/{one.ref}/doubles/").content.decode()
    assert ("A record outside of what you see" in page, hidden.ref in page, "two women" in page) == (True, False, False)
    address = f"/applicants/{one.ref}/doubles/answers/{answer.pk}/withdraw/"
    assert client.get(address).status_code == 404
    client.force_login(grant_office("third").people.secretary)
    assert client.get(f"/applicants/{one.ref}/doubles/").status_code == 404


def test_a_business_and_its_double_are_compared_by_registration_number(office, client):
    one = registered_enterprise(office, "Sargsyan Cheese", registration_number="77.110.1")
    other = registered_enterprise(office, "Lori Dairy", registration_number="77.110.1")
    client.force_login(office.people.secretary)
    page = client.get(f"/applicants/{one.ref}/doubles/{other.ref}/").content.decode()
    assert "Is it the same business?" in page
    assert "same registration number" in page


def test_the_page_of_the_checks_shows_evidence_and_what_changed(office, client):
    one = registered_person(office, "Gayane Hovhannisyan")
    case = submitted_application(office, one)
    client.force_login(office.people.secretary)
    address = f"/applications/{case.ref}/checks/"
    client.post(address)
    page = client.get(address).content.decode()
    for evidence in (
        "Asks for EUR 10,000.00; the window Micro takes EUR 0.01 to EUR 25,000.00.",
        "Own part EUR 2,500.00, of which EUR 2,500.00 count: 20.00% by",
        "Gayane Hovhannisyan completed “Small business, the first steps” on 12.03.2026.",
        "Given on 12.03.2026, On paper, signed, text 1, recorded by Anahit Grigoryan.",
        "No other promise to this applicant in the window Micro.",
        "No double was compared with this applicant.",
    ):
        assert evidence in page
    assert "changed since the run before" not in page
    assert "is held" not in page
    reserve(
        window=office.window,
        applicant_ref=one.ref,
        case_ref="A-2025-00007",
        amount=80_000,
        by=None,
        on=DAY,
    )
    assert "The case is held and goes to no committee" in client.get(address).content.decode()
    client.post(address)
    page = client.get(address).content.decode()
    assert "1 result changed since the run before" in page
    assert "No other live award in this window: Passed on 12.03.2026, now Failed." in page
    assert "A-2025-00007: EUR 800.00 promised on 12.03.2026, live." in page
    client.post(address)
    assert "changed since the run before" not in client.get(address).content.decode()


def test_the_adviser_reads_before_submitting_that_the_case_will_be_held(office, client):
    one, other = two(office)
    case = draft_application(office, one)
    client.force_login(office.people.adviser)
    for address in (f"/applications/{case.ref}/plan/check/", f"/applications/{case.ref}/do/submit/"):
        page = client.get(address).content.decode()
        assert "The secretary will hold this case" in page
        assert f"Perhaps the same as {other.ref}." in page


def test_the_secretary_reads_what_holds_a_case_where_cases_are_chosen(office, client):
    one = registered_person(office, "Gayane Hovhannisyan")
    case = eligible_application(office, one)
    session = planned_session(office)
    client.force_login(office.people.secretary)
    address = f"{session.get_absolute_url()}add/"
    assert "Ready" in client.get(address).content.decode()
    other = registered_person(office, "Gayane Hovhannisian")
    reserve(
        window=office.window,
        applicant_ref=case.applicant.ref,
        case_ref="A-2025-00007",
        amount=80_000,
        by=None,
        on=DAY,
    )
    page = client.get(address).content.decode()
    assert f"Perhaps the same as {other.ref}." in page
    assert "Live in this window: A-2025-00007 (EUR 800.00)." in page


def test_what_holds_many_cases_is_asked_in_few_queries_for_each(office, django_assert_max_num_queries):
    for number in range(5):
        eligible_application(office, registered_person(office, f"Gayane {'abcde'[number] * 6}yan", birth_year=1960))
    session = planned_session(office)
    with django_assert_max_num_queries(15 + 5 * 4):
        AddCasesForm(session=session, user=office.people.secretary, on=DAY)
