"""From a draft to the committee's door: what may be put forward, who plays which part, what is found out."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction

from applicants.models import Application, Part, Revision, Waiver
from applicants.services import (
    add_evidence,
    attach_document,
    claim_part,
    edit_application,
    give_consent,
    return_application,
    set_investments,
    start_application,
    submit_application,
    waive_training,
    withdraw_consent,
    write_plan,
)
from applicants.services.application import digest
from audit.models import Event
from audit.refusals import Blocked, Invalid, KeyReused, NotAllowed, Stale
from programmes.clock import standing_at
from programmes.models import Membership, RequiredDocument, Role
from programmes.roles import forget
from programmes.services import approve_delegation, request_delegation
from tests.office import DAY, grant_office, make_user, seat
from tests.steps_applicants import (
    completed,
    draft_application,
    registered_enterprise,
    registered_person,
    submitted_application,
    trained,
)


def start(office, applicant=None, **facts):
    return start_application(
        **{
            "call": office.call,
            "window": office.window,
            "applicant": applicant or registered_person(office),
            "title": "A milk cooler",
            "asked_amount": 1_000_000,
            "on": DAY,
            "by": office.people.adviser,
            **facts,
        }
    )


def ready(office, *, amount, own, **facts):
    """A complete plan of a trained applicant, waiting for its submission."""
    person = registered_person(office)
    trained(office, person)
    return draft_application(office, person, amount=amount, own=own, **facts)


def test_a_draft_is_opened_by_the_adviser_of_the_region(office):
    case = start(office)
    assert (case.ref, case.state, case.adviser, case.region) == (
        "A-2026-00001",
        "draft",
        office.people.adviser,
        office.region,
    )
    assert (case.plan_form, case.currency, case.started_on) == ("one_page", "EUR", DAY)
    assert case.plan.first_month == date(2026, 4, 1)
    event = Event.objects.get(kind="application.create")
    assert (event.subject, event.programme, event.state_to) == ("A-2026-00001", "spring", "draft")


def test_a_draft_is_not_opened_by_others_nor_for_strangers(office):
    person = registered_person(office)
    for role in ("secretary", "manager", "field_agent", "maker", "member1", "administrator"):
        with pytest.raises(NotAllowed):
            start(office, person, by=getattr(office.people, role))
    elsewhere = grant_office("elsewhere")
    with pytest.raises(Invalid, match="does not belong to this programme"):
        start(office, registered_person(elsewhere, "Karine Zakaryan"))
    with pytest.raises(Invalid, match="another call"):
        start(office, person, window=elsewhere.window)
    with pytest.raises(Invalid, match="what the money is for"):
        start(office, person, title="  ")
    with pytest.raises(Invalid, match="not possible"):
        start(office, person, asked_amount=0)
    assert Application.objects.count() == 0


def test_an_adviser_of_another_region_opens_nothing_here(office):
    stranger = make_user("Davit Sargsyan", "X-1")
    seat(stranger, office.programme, Role.ADVISER, region=office.other_region)
    with pytest.raises(NotAllowed):
        start(office, by=stranger)
    case = start(office)
    assert not Application.objects.visible_to(stranger).exists()
    assert Application.objects.visible_to(office.people.adviser).get() == case


def test_a_field_agent_sees_the_cases_of_the_assigned_villages(office):
    case = start(office)
    agent = office.people.field_agent
    assert not Application.objects.visible_to(agent).exists()
    agent.memberships.get().villages.add(office.village)
    forget(agent)
    assert Application.objects.visible_to(agent).get() == case


def test_the_same_key_opens_one_draft(office):
    person = registered_person(office)
    first = start(office, person, key="k1")
    assert start(office, person, key="k1") == first
    with pytest.raises(KeyReused):
        start(office, person, key="k1", title="Another thing")
    assert Application.objects.count() == 1


def test_a_call_that_is_over_takes_no_draft(office):
    person = registered_person(office)
    with standing_at(date(2027, 1, 1)):
        with pytest.raises(Blocked, match=r"closed on 31\.12\.2026"):
            start(office, person, on=date(2027, 1, 1))
        assert start(office, person, on=date(2026, 12, 31)).started_on == date(2026, 12, 31)


@pytest.mark.parametrize(("amount", "accepted"), [(2_499_999, True), (2_500_000, True), (2_500_001, False)])
def test_the_ceiling_is_kept_to_the_cent(office, amount, accepted):
    case = ready(office, amount=amount, own=700_000)
    if accepted:
        assert submit_application(application=case, on=DAY, by=office.people.adviser).state == "submitted"
        return
    with pytest.raises(Blocked) as refused:
        submit_application(application=case, on=DAY, by=office.people.adviser)
    assert refused.value.missing == ["EUR 25,000.01 is over the ceiling of EUR 25,000.00 of the window Micro."]
    assert Application.objects.get().state == "draft"
    assert not Revision.objects.exists()


@pytest.mark.parametrize(("amount", "accepted"), [(499_999, False), (500_000, True), (500_001, True)])
def test_the_least_amount_is_kept_to_the_cent(office, amount, accepted):
    office.window.floor_amount = 500_000
    office.window.save()
    case = ready(office, amount=amount, own=200_000)
    if accepted:
        submit_application(application=case, on=DAY, by=office.people.adviser)
        return
    with pytest.raises(Blocked, match=r"EUR 4,999\.99 is under the least amount of EUR 5,000\.00"):
        submit_application(application=case, on=DAY, by=office.people.adviser)


@pytest.mark.parametrize(
    ("base", "own", "accepted"),
    [
        ("share_of_total", 249_999, False),
        ("share_of_total", 250_000, True),
        ("share_of_total", 250_001, True),
        ("own_over_grant", 199_999, False),
        ("own_over_grant", 200_000, True),
        ("own_over_grant", 200_001, True),
    ],
)
def test_the_own_part_reaches_its_minimum_to_the_cent(office, base, own, accepted):
    office.window.cofinancing_base = base
    office.window.save()
    case = ready(office, amount=1_000_000, own=own)
    if accepted:
        submit_application(application=case, on=DAY, by=office.people.adviser)
        return
    with pytest.raises(Blocked) as refused:
        submit_application(application=case, on=DAY, by=office.people.adviser)
    least = {"share_of_total": "2,500.00", "own_over_grant": "2,000.00"}[base]
    (sentence,) = refused.value.missing
    assert "19.99%" in sentence
    assert f"the least is EUR {least} (20%)" in sentence


def test_only_the_sources_that_the_window_names_count_as_own_part(office):
    office.window.cofinancing_sources = ["remittance"]
    office.window.save()
    case = ready(office, amount=1_000_000, own=250_000)
    with pytest.raises(Blocked, match=r"counts is EUR 0\.00"):
        submit_application(application=case, on=DAY, by=office.people.adviser)
    case.finance_sources.update(source="remittance")
    submit_application(application=case, on=DAY, by=office.people.adviser)


def test_in_kind_counts_up_to_its_cap(office):
    office.window.in_kind_cap_pct = 50
    office.window.save()
    case = ready(office, amount=1_000_000, own=250_000)
    case.finance_sources.update(source="own_in_kind")
    with pytest.raises(Blocked, match=r"counts is EUR 1,250\.00"):
        submit_application(application=case, on=DAY, by=office.people.adviser)


def test_submission_says_everything_that_is_missing(office):
    person = registered_person(office, consent=False)
    case = start(office, person, asked_amount=2_500_001)
    with standing_at(date(2027, 1, 2)), pytest.raises(Blocked) as refused:
        submit_application(application=case, on=date(2027, 1, 2), by=office.people.adviser)
    assert [str(sentence) for sentence in refused.value.missing] == [
        "The plan is not complete: 3 parts are open.",
        "Consent of the applicant is not recorded.",
        "The call Spring call is not open on that day.",
        "EUR 25,000.01 is over the ceiling of EUR 25,000.00 of the window Micro.",
        "The own part that counts is EUR 0.00, 0.00% by own part / (grant + own part); "
        "the least is EUR 6,250.01 (20%).",
        "The training “small business” is neither completed nor waived.",
    ]


def test_a_withdrawn_consent_stops_the_submission(office):
    case = ready(office, amount=1_000_000, own=250_000)
    consent = case.applicant.consents.get()
    withdraw_consent(consent=consent, on=DAY, by=office.people.adviser, reason="She asked")
    with pytest.raises(Blocked, match="Consent of the applicant is not recorded"):
        submit_application(application=case, on=DAY, by=office.people.adviser)
    give_consent(
        party=case.applicant,
        programme=office.programme,
        purpose="processing",
        text_version="1",
        on=DAY,
        by=office.people.adviser,
    )
    submit_application(application=case, on=DAY, by=office.people.adviser)


def test_what_is_put_forward_is_frozen_with_its_hash(office):
    case = submitted_application(office)
    revision = Revision.objects.get()
    assert (revision.number, revision.body["asked_amount"], revision.body["ref"]) == (1, 1_000_000, case.ref)
    assert revision.sha256 == digest(revision.body)
    event = Event.objects.get(kind="application.submit")
    assert revision.sha256 in event.body
    assert (case.revision, case.submitted_on) == (1, DAY)


def test_a_submitted_application_cannot_be_edited(office):
    case = submitted_application(office)
    by = office.people.adviser
    items = [{"label": "A car", "quantity": 1, "unit_amount": 9_00, "own_amount": 0}]
    for act in (
        lambda: edit_application(application=case, version=case.version, title="More", on=DAY, by=by),
        lambda: write_plan(application=case, summary="Another plan", on=DAY, by=by),
        lambda: set_investments(application=case, items=items, on=DAY, by=by),
    ):
        with pytest.raises(Blocked, match="state “Submitted” and cannot be changed") as refused:
            act()
        assert refused.value.status == 409
    assert case.investments.get().label == "Milk cooler, 300 l"


def test_a_returned_application_is_mended_and_put_forward_again(office):
    people = office.people
    case = submitted_application(office)
    case = return_application(application=case, reason="A quote is missing", on=DAY, by=people.secretary)
    items = [{"label": "Cooler, 200 l", "quantity": 1, "unit_amount": 1_000_000, "own_amount": 200_000}]
    case = set_investments(application=case, items=items, on=DAY, by=people.adviser)
    assert (case.asked_amount, case.own_amount) == (800_000, 200_000)
    with pytest.raises(Blocked, match="1 part is open"):
        submit_application(application=case, on=DAY, by=people.adviser)
    case.finance_sources.update(amount=200_000)
    case = submit_application(application=case, on=DAY, by=people.adviser)
    assert [row.body["asked_amount"] for row in Revision.objects.order_by("number")] == [1_000_000, 800_000]


def test_only_the_adviser_of_the_case_edits_it(office):
    case = draft_application(office)
    other = make_user("Gor Papikyan", "X-2")
    seat(other, office.programme, Role.ADVISER, region=office.region)
    for user in (other, office.people.secretary, office.people.manager, office.people.field_agent):
        with pytest.raises(NotAllowed):
            write_plan(application=case, summary="Another plan", on=DAY, by=user)


def test_a_colleague_who_covers_the_advisers_leave_submits_and_the_part_is_theirs(office):
    case = ready(office, amount=1_000_000, own=250_000)
    cover = make_user("Gor Papikyan", "X-2")
    seat(cover, office.programme, Role.ADVISER, region=office.region)
    with pytest.raises(NotAllowed):
        submit_application(application=case, on=DAY, by=cover)
    adviser = office.people.adviser
    delegation = request_delegation(
        membership=Membership.objects.get(user=adviser),
        delegate=cover,
        starts_on=DAY,
        ends_on=DAY + timedelta(days=7),
        by=adviser,
        on=DAY,
    )
    approve_delegation(delegation=delegation, by=office.people.manager, on=DAY)
    submit_application(application=case, on=DAY, by=cover)
    assert Part.objects.get().user == cover


def test_an_edit_from_an_old_page_is_refused(office):
    case = draft_application(office)
    edit_application(application=case, version=case.version, title="A larger cooler", on=DAY, by=office.people.adviser)
    with pytest.raises(Stale):
        edit_application(application=case, version=case.version, title="A car", on=DAY, by=office.people.adviser)
    assert Application.objects.get().title == "A larger cooler"


def test_nobody_is_two_of_the_five_people(office):
    case = submitted_application(office)
    adviser = office.people.adviser
    for part in ("member", "maker", "checker", "verifier"):
        with pytest.raises(NotAllowed, match="You are already the adviser on this dossier"):
            claim_part(application=case, user=adviser, part=part, on=DAY)
    assert claim_part(application=case, user=adviser, part="adviser", on=DAY).part == "adviser"
    claim_part(application=case, user=office.people.maker, part="maker", on=DAY)
    with pytest.raises(NotAllowed, match="You are already the payment maker"):
        claim_part(application=case, user=office.people.maker, part="checker", on=DAY)
    with pytest.raises(IntegrityError), transaction.atomic():
        Part.objects.create(application=case, user=adviser, part="checker", since=DAY)


def test_a_voting_member_cannot_put_the_case_forward(office):
    case = ready(office, amount=1_000_000, own=250_000)
    claim_part(application=case, user=office.people.adviser, part="member", on=DAY)
    with pytest.raises(NotAllowed, match="You are already the voting member"):
        submit_application(application=case, on=DAY, by=office.people.adviser)


def test_an_application_is_not_put_forward_before_it_was_started_nor_tomorrow(office):
    case = ready(office, amount=1_000_000, own=250_000)
    with pytest.raises(Invalid, match="started later"):
        submit_application(application=case, on=DAY - timedelta(days=1), by=office.people.adviser)
    with pytest.raises(Invalid, match="lies in the future"):
        submit_application(application=case, on=DAY + timedelta(days=1), by=office.people.adviser)


def test_a_repeat_opens_filled_and_asks_what_changed(office):
    person = registered_person(office)
    trained(office, person)
    first = draft_application(office, person)
    again = start(office, person, repeat_of=first, asked_amount=1_000_000, on=DAY)
    assert again.plan.summary == "Fresh cheese for the shops of Vanadzor."
    assert [item.label for item in again.investments.all()] == ["Milk cooler, 300 l"]
    assert again.own_amount == 250_000
    assert again.finance_sources.get().amount == 250_000
    assert again.cash_lines.count() == 2
    assert first.investments.count() == 1
    with pytest.raises(Blocked, match="1 part is open"):
        submit_application(application=again, on=DAY, by=office.people.adviser)
    write_plan(application=again, changes="Two more cows since May.", on=DAY, by=office.people.adviser)
    submit_application(application=again, on=DAY, by=office.people.adviser)
    with pytest.raises(Invalid, match="same applicant"):
        start(office, registered_person(office, "Karine Zakaryan"), repeat_of=first)


def test_a_repeat_keeps_the_season_of_the_cash_flow(office):
    person = registered_person(office)
    first = draft_application(office, person)
    months = list(range(12))
    first.cash_lines.filter(kind="sales").update(months=months)
    with standing_at(date(2026, 9, 10)):
        again = start(office, person, repeat_of=first, on=date(2026, 9, 10))
    assert again.plan.first_month == date(2026, 10, 1)
    assert again.cash_lines.get(kind="sales").months == [*range(6, 12), *range(6)]


def test_a_training_is_waived_by_another_person_for_a_reason_that_the_call_names(office):
    people = office.people
    person = registered_person(office)
    case = draft_application(office, person)
    rule = office.call.training_rules.get()
    facts = {"application": case, "rule": rule, "reason": "Twelve years a baker", "on": DAY}
    with pytest.raises(NotAllowed):
        waive_training(**facts, reason_code="experience", by=people.adviser)
    with pytest.raises(Invalid, match="does not allow"):
        waive_training(**facts, reason_code="earlier", by=people.secretary)
    with pytest.raises(Invalid, match="no earlier approved"):
        waive_training(**facts, reason_code="repeat", by=people.secretary)
    with pytest.raises(Invalid, match="Say why"):
        waive_training(**{**facts, "reason": " "}, reason_code="experience", by=people.secretary)
    waive_training(**facts, reason_code="experience", by=people.secretary)
    with pytest.raises(Blocked, match="waived already"):
        waive_training(**facts, reason_code="experience", by=people.manager)
    assert Waiver.objects.count() == 1
    assert submit_application(application=case, on=DAY, by=people.adviser).state == "submitted"


def test_a_required_document_is_answered_by_a_file_of_the_case(office):
    RequiredDocument.objects.create(call=office.call, code="quote", label="Quote of the supplier")
    case = ready(office, amount=1_000_000, own=250_000)
    by = office.people.adviser
    with pytest.raises(Blocked, match="1 part is open"):
        submit_application(application=case, on=DAY, by=by)
    facts = {"programme": office.programme, "purpose": "quote", "content": b"300 l, 1,250.00", "name": "quote.txt"}
    stray = add_evidence(**facts, case_ref="A-2026-00099", on=DAY, by=by)
    with pytest.raises(Invalid, match="another case"):
        attach_document(application=case, code="quote", evidence=stray, on=DAY, by=by)
    file = add_evidence(**facts, case_ref=case.ref, on=DAY, by=by)
    with pytest.raises(Invalid, match="does not ask"):
        attach_document(application=case, code="licence", evidence=file, on=DAY, by=by)
    attach_document(application=case, code="quote", evidence=file, on=DAY, by=by)
    attach_document(application=case, code="quote", evidence=file, on=DAY, by=by)
    assert case.documents.count() == 1
    submit_application(application=case, on=DAY, by=by)


def test_a_business_is_named_from_the_register_of_the_programme(office):
    person = registered_person(office)
    business = registered_enterprise(office, manager=person)
    case = start(office, person, business=business)
    assert case.business == business
    with pytest.raises(Invalid, match="A business is"):
        start(office, person, business=registered_person(office, "Karine Zakaryan", birth_year=1971))


def test_a_loan_is_asked_for_with_its_months(lending):
    case = start(lending, asked_amount=120_000)
    assert case.term_months == 12
    with pytest.raises(Invalid, match="1 to 120 months"):
        start(lending, registered_person(lending, "Karine Zakaryan"), asked_amount=1, term_months=121)


def test_the_plan_grows_with_the_amount_and_a_repeat_asks_less(office):
    office.window.bands.create(from_amount=1_500_000, plan_form="short")
    office.window.bands.create(from_amount=2_000_000, plan_form="full")
    person = registered_person(office)
    case = start(office, person, asked_amount=1_499_999)
    assert case.plan_form == "one_page"
    case = edit_application(
        application=case, version=case.version, asked_amount=1_500_000, on=DAY, by=office.people.adviser
    )
    assert case.plan_form == "short"
    case = completed(case, amount=2_000_000, own=500_000, by=office.people.adviser)
    assert case.plan_form == "full"
    assert start(office, person, repeat_of=case, asked_amount=1_500_000).plan_form == "one_page"
    assert start(office, person, repeat_of=case, asked_amount=2_000_000).plan_form == "full"
