"""An office sets a programme of its own up by the pages alone; rules that judge somebody already change in the open."""

import json
from datetime import date

import pytest
from django.urls import reverse

from audit.models import Event
from audit.refusals import NotAllowed
from loans.models import LoanProduct
from programmes.clock import standing_at
from programmes.models import (
    AmountBand,
    Call,
    Criterion,
    Definition,
    EligibilityRule,
    FundingLine,
    Programme,
    RequiredDocument,
    Role,
    TargetGroup,
    TrainingRule,
    Village,
    Window,
)
from programmes.readiness import gaps_before_opening, gaps_of
from programmes.services import copy_call, reserve
from programmes.set_up import PARTS
from tests.office import DAY, make_user, seat
from tests.steps_applicants import submitted_application
from tests.steps_loans import loan_product

pytestmark = [pytest.mark.django_db, pytest.mark.in_turn]

PROGRAMME = {
    "key": "valley",
    "name": "Valley enterprises",
    "neutral_name": "Small business support",
    "country": "am",
    "place_name": "Armenia",
    "time_zone": "Asia/Yerevan",
    "language": "hy",
    "currency": "usd",
    "starts_on": "01.01.2026",
    "ends_on": "31.12.2027",
    "backdate_days": "7",
    "complaint_ack_days": "5",
    "complaint_answer_days": "30",
    "complaint_keep_months": "24",
    "region_names": "Lori\nTavush",
}
CALL = {
    "key": "valley-2026",
    "name": "Spring",
    "instrument": "grant",
    "opens_on": "01.02.2026",
    "closes_on": "30.06.2026",
    "method": "scored",
    "quorum_number": "2",
    "quorum_share_pct": "50",
    "majority_pct": "50",
    "tie_rule": "not_approved",
    "assessors": "1",
    "third_assessor_pct": "20",
    "reasoned_values": "0, 5",
    "total_threshold_pct": "60",
    "verification_days": "180",
    "screening_days": "90",
    "list_days": "45",
    "appeal_days": "14",
    "appeal_answer_days": "30",
    "duration_months": "12",
    "visit_months": "12, 6",
}


@pytest.fixture(autouse=True)
def day(settings):
    settings.STANDING_DAY = DAY
    with standing_at(DAY):
        yield


@pytest.fixture
def enter(client):
    def door(user):
        client.force_login(user)
        return client

    return door


@pytest.fixture
def valley(office, enter):
    """Founded by the administrator, who then names its manager."""
    answer = enter(office.people.administrator).post("/programmes/new/", PROGRAMME)
    assert answer.status_code == 302, answer.content.decode()
    programme = Programme.objects.get(key="valley")
    programme.boss = make_user("Nare Sargsyan", "V-01")
    seat(programme.boss, programme, Role.MANAGER)
    return programme


def put(client, kind, values, under=None, key="valley"):
    """Enter a new part; it must be accepted."""
    tail = f"?under={under.pk}" if under else ""
    answer = client.post(reverse("programmes:new_part", args=[key, kind]) + tail, values)
    assert answer.status_code == 302, answer.content.decode()


def furnish(client):
    put(
        client,
        "line",
        {
            "key": "valley-line",
            "name": "Valley grants",
            "donor_name": "Valley Foundation",
            "currency": "usd",
            "kind": "allocation",
            "ceiling_amount": "50,000",
            "starts_on": "01.01.2026",
            "rate_rule": "bank",
            "translation": "frozen",
        },
    )
    counting = {"effective_from": "01.01.2026", "direct_rule": "recipients", "women_run": "manager"}
    put(client, "definition", {**counting, "full_time_hours": "40", "short_term_months": "6", "full_time_days": "240"})
    put(client, "group", {"code": "returnee", "name": "Returnees", "sensitive": "on", "figure_code": "target_group"})
    put(client, "call", CALL)
    call = Call.objects.get(key="valley-2026")
    window = {
        "key": "valley-micro",
        "name": "Micro",
        "line": FundingLine.objects.get(key="valley-line").pk,
        "floor_amount": "100",
        "ceiling_amount": "25,000",
        "cofinancing_pct": "20",
        "cofinancing_base": "share_of_total",
        "cofinancing_sources": ["own_cash", "remittance"],
        "in_kind_cap_pct": "50",
        "accounted_pct": "70",
        "retention_pct": "10",
        "acceptance_days": "30",
        "overrun_pct": "10",
        "aid_limit_amount": "",
        "aid_years": "3",
        "title_months": "24",
        "purchases_required": "on",
        "visibility_text": "The flag of the donor stands on the machine.",
        "modality": "cash",
        "tranche_plan": "60: Quote of the supplier\n40: Photo of the machine",
        "live_awards": "1",
    }
    put(client, "window", window, under=call)
    micro = Window.objects.get(key="valley-micro")
    band = {"from_amount": "0", "plan_form": "short", "assessors": "1", "quotes": "1", "visits": "2", "approvals": "0"}
    put(client, "band", band, under=micro)
    row = {"section": "Relevance", "code": "need", "question": "Is there a need?", "weight": "2", "top": "5"}
    put(client, "criterion", {**row, "section_threshold": "4", "guidance": "0: none\n5: very clear"}, under=call)
    put(client, "eligibility", {"code": "age", "kind": "age", "least": "18", "most": "65"}, under=call)
    put(client, "eligibility", {"code": "who", "kind": "applicant_kind", "kinds": ["person"]}, under=call)
    put(
        client,
        "training",
        {"course_kind": "basics", "effective_from": "01.02.2026", "waivers": ["earlier"]},
        under=call,
    )
    put(client, "document", {"code": "passport", "label": "Passport", "plan_forms": ["full"]}, under=call)
    return call, micro


def test_a_programme_is_set_up_by_pages_alone_to_the_last_rule(valley, enter):
    assert (valley.country, valley.currency) == ("AM", "USD")
    assert [region.name for region in valley.regions.all()] == ["Lori", "Tavush"]
    client = enter(valley.boss)
    places = {"places": "Lori; Stepanavan; Gyulagarak\nTavush; Ijevan; Gandzakar"}
    assert client.post("/programmes/valley/set-up/places/", places).status_code == 302
    assert Village.objects.filter(district__region__in=valley.regions.all()).count() == 2
    call, micro = furnish(client)
    assert (call.visit_months, call.reasoned_values, call.third_assessor_pct) == ([6, 12], [0, 5], 20)
    assert (micro.currency, micro.floor_amount, micro.ceiling_amount) == ("USD", 10_000, 2_500_000)
    assert micro.tranche_plan == [
        {"percent": 60, "deliverable": "Quote of the supplier"},
        {"percent": 40, "deliverable": "Photo of the machine"},
    ]
    assert FundingLine.objects.get(key="valley-line").ceiling_amount == 5_000_000
    assert call.criteria.get().guidance == {"0": "none", "5": "very clear"}
    assert [rule.parameters for rule in call.eligibility_rules.all()] == [
        {"least": 18, "most": 65},
        {"kinds": ["person"]},
    ]
    assert call.training_rules.get().waivers == ["earlier"]
    assert call.documents.get().plan_forms == ["full"]
    assert Definition.objects.get(programme=valley).number == 1
    assert TargetGroup.objects.get(programme=valley).code == "returnee"
    lacking = [str(sentence) for sentence in gaps_of(valley, DAY)]
    assert lacking == [
        f"Nobody is left for the part “{part}”."
        for part in ("Adviser", "Voting member", "Payment maker", "Payment checker", "Verifier of visits")
    ]
    assert Event.objects.filter(kind="programme.set_up", programme="valley").count() == 11


def test_crafted_numbers_of_a_window_are_refused_by_a_sentence(office, enter):
    client = enter(office.people.manager)
    page = f"{reverse('programmes:new_part', args=[office.programme.key, 'window'])}?under={office.call.pk}"
    given = {"name": "Micro", "tranche_plan": "100: Quote"}
    for wrong in ({"line": "²"}, {"line": "9" * 30}, {"tranche_plan": f"{'9' * 5000}: Quote"}):
        assert client.post(page, {**given, **wrong}).status_code == 400


def test_the_set_up_leads_to_the_words_of_agreements_and_to_the_rules_of_payments(office, lending, enter):
    words = reverse("grants:agreement_text", args=[office.call.key, office.programme.language])
    rules = reverse("payments:money_rules")
    page = reverse("programmes:set_up", args=[office.programme.key])
    client = enter(office.people.manager)
    said = client.get(page).content.decode()
    assert [f'href="{url}"' in said for url in (words, rules)] == [True, True]
    assert f'href="{page}"' in client.get(words).content.decode()
    assert client.get(rules).status_code == 200
    client = enter(lending.people.manager)
    loans = client.get(reverse("programmes:set_up", args=[lending.programme.key])).content.decode()
    assert "Words of the agreement" not in loans


def test_a_loan_product_is_set_up_beside_its_window(lending, enter):
    client = enter(lending.people.manager)
    product = {
        "key": "orchard-harvest",
        "name": "Harvest loan",
        "windows": [lending.window.pk],
        "method": "flat",
        "annual_rate_pct": "12.5",
        "day_count": "30/360",
        "least_months": "3",
        "most_months": "18",
        "grace_months": "2",
        "fee_pct": "1",
        "penalty_pct": "0",
        "allocation_order": "penalty, fee, interest, principal",
        "prepay": "hold",
    }
    put(client, "product", product, key=lending.programme.key)
    made = LoanProduct.objects.get(key="orchard-harvest")
    assert (made.currency, made.method, made.allocation_order[0]) == ("USD", "flat", "penalty")
    wrong = client.post(
        reverse("programmes:new_part", args=[lending.programme.key, "product"]),
        {**product, "key": "orchard-other", "grace_months": "18", "allocation_order": "interest"},
    )
    assert wrong.status_code == 400
    assert "Some months must be left to repay in." in wrong.content.decode()
    assert not LoanProduct.objects.filter(key="orchard-other").exists()


def test_every_field_that_the_demo_sets_up_can_be_set_up_by_a_page():
    """A field without a form would be a rule that only a developer can give."""
    automatic = {"id", "programme", "call", "window", "position", "number", "version", "country", "currency"}
    for kind, model in {
        "line": FundingLine,
        "definition": Definition,
        "group": TargetGroup,
        "call": Call,
        "window": Window,
        "band": AmountBand,
        "criterion": Criterion,
        "eligibility": EligibilityRule,
        "training": TrainingRule,
        "document": RequiredDocument,
        "product": LoanProduct,
    }.items():
        fields = {field.name for field in model._meta.get_fields() if field.concrete} - automatic
        asked = set(PARTS[kind].form.base_fields)
        if kind == "eligibility":
            asked |= {"parameters"}
        assert fields <= asked, (kind, fields - asked)


def test_only_the_manager_sets_rules_and_a_stranger_finds_nothing(office, lending, enter):
    page = reverse("programmes:new_part", args=[office.programme.key, "group"])
    facts = {"code": "x", "name": "X", "figure_code": "target_group"}
    assert enter(office.people.administrator).post(page, facts).status_code == 403
    assert enter(office.people.secretary).post(page, facts).status_code == 403
    assert enter(lending.people.manager).post(page, facts).status_code == 404
    assert enter(office.people.manager).post("/programmes/new/", PROGRAMME).status_code == 403
    assert not TargetGroup.objects.filter(code="x").exists()


def _call_values(call):
    values = {name: getattr(call, name) for name in CALL if name not in ("key", "instrument", "visit_months")}
    values |= {"opens_on": "01.01.2026", "closes_on": "31.12.2026", "visit_months": "3, 6, 12", "reasoned_values": ""}
    values["recheck_selected"] = "on"
    return {**values, "version": call.version}


def test_rules_that_judge_somebody_already_change_only_with_a_reason(office, enter):
    submitted_application(office)
    client, call = enter(office.people.manager), office.call
    page = reverse("programmes:edit_part", args=[office.programme.key, "call", call.pk])
    values = {**_call_values(call), "quorum_number": "3"}
    refused = client.post(page, values)
    assert refused.status_code == 400
    assert "1 applications were handed in under this call" in refused.content.decode()
    call.refresh_from_db()
    assert call.quorum_number == 2
    assert client.post(page, {**values, "reason": "Two members left."}).status_code == 302
    call.refresh_from_db()
    assert call.quorum_number == 3
    event = Event.objects.filter(kind="programme.set_up").last()
    assert json.loads(event.body)["fields"] == ["quorum_number"]
    assert client.post(page, {**values, "reason": "Again."}).status_code == 409
    gone = reverse("programmes:remove_part", args=[office.programme.key, "criterion", call.criteria.first().pk])
    assert client.post(gone).status_code == 409
    assert call.criteria.count() == 2


@pytest.mark.parametrize(("ceiling", "status"), [("999.99", 409), ("1,000.00", 302), ("1,000.01", 302)])
def test_a_ceiling_never_falls_under_what_is_promised(ceiling, status, office, enter):
    line = office.line
    reserve(
        window=office.window,
        applicant_ref="P-1",
        case_ref="A-1",
        amount=100_000,
        by=office.people.secretary,
        on=DAY,
    )
    values = {
        "name": line.name,
        "donor": line.donor_id,
        "currency": line.currency,
        "kind": line.kind,
        "ceiling_amount": ceiling,
        "starts_on": "01.01.2024",
        "rate_rule": line.rate_rule,
        "translation": line.translation,
        "version": line.version,
    }
    page = reverse("programmes:edit_part", args=[office.programme.key, "line", line.pk])
    answer = enter(office.people.manager).post(page, values)
    assert answer.status_code == status, answer.content.decode()
    if status == 409:
        assert "is promised already" in answer.content.decode()


def test_a_definition_is_followed_by_a_later_one_and_never_edited(office, enter):
    client = enter(office.people.manager)
    first = office.programme.definitions.get()
    page = reverse("programmes:edit_part", args=[office.programme.key, "definition", first.pk])
    assert client.get(page).status_code == 409
    values = {
        "direct_rule": "employed",
        "women_run": "manager",
        "full_time_hours": "40",
        "short_term_months": "6",
        "full_time_days": "240",
    }
    new = reverse("programmes:new_part", args=[office.programme.key, "definition"])
    assert client.post(new, {**values, "effective_from": "01.01.2024"}).status_code == 400
    assert client.post(new, {**values, "effective_from": "02.01.2024"}).status_code == 302
    assert office.programme.definition_at(date(2024, 1, 1)) == first
    assert office.programme.definition_at(date(2024, 1, 2)).number == 2


def test_a_village_of_a_foreign_region_is_refused_and_nothing_is_half_done(office, enter):
    places = {"places": "Lori; Stepanavan; Kurtan\nParis; Paris; Paris"}
    before = Village.objects.count()
    answer = enter(office.people.manager).post(f"/programmes/{office.programme.key}/set-up/places/", places)
    assert answer.status_code == 400
    assert "“Paris” is not a region of the programme." in answer.content.decode()
    assert Village.objects.count() == before


def test_the_set_up_page_tells_what_is_missing_and_leads_to_each_part(office, enter):
    page = enter(office.people.manager).get(f"/programmes/{office.programme.key}/set-up/").content.decode()
    assert "Nothing is missing" in page
    office.call.eligibility_rules.all().delete()
    page = enter(office.people.manager).get(f"/programmes/{office.programme.key}/set-up/").content.decode()
    assert "Spring call has no check of eligibility." in page
    for kind in ("line", "call", "group", "product"):
        assert reverse("programmes:new_part", args=[office.programme.key, kind]) in page


NEW = {"key": "spring-autumn", "name": "Autumn call", "opens_on": "01.09.2026", "closes_on": "30.11.2026"}


def of_call(call, name):
    return reverse(f"programmes:{name}", args=[call.programme.key, call.pk])


def test_a_copy_has_every_rule_of_its_call_and_opens_later(office, enter):
    RequiredDocument.objects.create(call=office.call, code="id", label="Passport", plan_forms=["full"])
    Criterion.objects.filter(call=office.call, code="relevance").update(guidance={"5": "very clear"})
    Call.objects.filter(pk=office.call.pk).update(blind=True, reasoned_values=[0, 5], version=4)
    client, address = enter(office.people.manager), of_call(office.call, "copy_call")
    for wrong, sentence in (
        ({"key": office.call.key}, "This key is taken."),
        ({"closes_on": "31.08.2026"}, "The last day lies before the first."),
        ({"opens_on": f"{DAY:%d.%m.%Y}"}, "A copy opens on a later day"),
    ):
        answer = client.post(address, {**NEW, **wrong})
        assert (answer.status_code, sentence in answer.content.decode()) == (400, True), wrong
    assert Call.objects.count() == 1
    assert client.post(address, NEW).status_code == 302
    made, old = Call.objects.get(key="spring-autumn"), Call.objects.get(pk=office.call.pk)
    assert (made.opens_on, made.closes_on, made.version) == (date(2026, 9, 1), date(2026, 11, 30), 1)
    assert _values(Call, {"pk": made.pk}, "key", "name", "opens_on", "closes_on", "version") == _values(
        Call, {"pk": old.pk}, "key", "name", "opens_on", "closes_on", "version"
    )
    assert made.windows.get().key == "spring-autumn-window"
    assert _values(Window, {"call": made}, "key", "call", "version") == _values(
        Window, {"call": old}, "key", "call", "version"
    )
    for model in (Criterion, EligibilityRule, RequiredDocument, TrainingRule):
        assert _values(model, {"call": made}, "call") == _values(model, {"call": old}, "call") != []
    bands = [_values(AmountBand, {"window__call": call}, "window") for call in (made, old)]
    assert bands[0] == bands[1] != []
    assert Event.objects.filter(kind="call.copy", subject="call:spring-autumn").count() == 1


def test_the_page_of_a_user_lists_the_roles_and_names_no_confidential_programme(office, enter):
    adviser, client = office.people.adviser, enter(office.people.administrator)
    page = reverse("accounts:user", args=[adviser.pk])
    said = client.get(page).content.decode()
    assert f"Business adviser, {office.programme.name}, {office.region}, since 1 January 2020" in said
    adviser.memberships.update(ends_on=date(2026, 6, 30))
    office.programme.confidential = True
    office.programme.save()
    said = client.get(page).content.decode()
    assert f"{office.programme.neutral_name}, {office.region}, 1 January 2020 to 30 June 2026" in said
    assert f", {office.programme.name}," not in said


def test_whether_a_key_is_taken_elsewhere_is_told_to_nobody(office, lending, enter):
    client = enter(office.people.manager)
    for key in (lending.call.key, "orchard-of-nobody"):
        answer = client.post(of_call(office.call, "copy_call"), {**NEW, "key": key})
        said = answer.content.decode()
        assert (answer.status_code, "The key begins with “spring-”." in said, "taken" in said) == (400, True, False), (
            key
        )
    lending.programme.key = "spring-orchard"
    lending.programme.save()
    for key in ("spring-orchard", "spring-orchard-of-nobody", "spring-orchards"):
        answer = client.post(of_call(office.call, "copy_call"), {**NEW, "key": key, "opens_on": f"{DAY:%d.%m.%Y}"})
        assert ("This key is kept free." in answer.content.decode()) is (key != "spring-orchards"), key
    for kind, key in (("line", lending.line.key), ("call", lending.call.key), ("call", "orchard-of-nobody")):
        page = reverse("programmes:new_part", args=[office.programme.key, kind])
        said = client.post(page, {**CALL, "key": key}).content.decode()
        assert ("The key begins with “spring-”." in said, "already exists" in said) == (True, False), key
        assert 'value="spring-"' in client.get(page).content.decode()


def _values(model, which, *but):
    names = [field.name for field in model._meta.concrete_fields if field.name not in ("id", *but)]
    return list(model.objects.filter(**which).order_by("pk").values(*names))


def test_the_loan_products_of_a_window_come_along_and_without_one_it_is_missing(lending, enter):
    lacking = "Micro has no loan product in its currency: nothing says how a loan is repaid."
    client = enter(lending.people.manager)
    assert lacking in client.get(of_call(lending.call, "check_call")).content.decode()
    product = loan_product(lending)
    assert lacking not in client.get(of_call(lending.call, "check_call")).content.decode()
    assert client.post(of_call(lending.call, "copy_call"), {**NEW, "key": "orchard-autumn"}).status_code == 302
    assert list(Call.objects.get(key="orchard-autumn").windows.get().loan_products.all()) == [product]


def test_only_the_manager_copies_a_call_or_reads_what_it_lacks(office, lending, enter):
    for name in ("copy_call", "check_call"):
        assert enter(office.people.secretary).get(of_call(office.call, name)).status_code == 403
        assert enter(lending.people.manager).get(of_call(office.call, name)).status_code == 404
    assert enter(office.people.secretary).post(of_call(office.call, "copy_call"), NEW).status_code == 403
    facts = {
        "call": office.call,
        "key": "spring-autumn",
        "name": "Autumn",
        "opens_on": date(2026, 9, 1),
        "closes_on": None,
    }
    with pytest.raises(NotAllowed):
        copy_call(**facts, on=DAY, by=office.people.secretary)
    assert not Call.objects.filter(key="spring-autumn").exists()


GAPS = [
    (lambda office: office.people.monitor.memberships.all().delete(), "Nobody is left for the part “Verifier"),
    (lambda office: office.programme.definitions.all().delete(), "Nothing says how the programme counts."),
    (
        lambda office: AmountBand.objects.update(from_amount=2),
        "nothing says which plan is written for EUR 0.01.",
    ),
    (lambda office: AmountBand.objects.all().delete(), "Micro has no amount band"),
    (lambda office: FundingLine.objects.update(ends_on=date(2026, 3, 11)), "the line Seed money is not eligible on"),
    (lambda office: Criterion.objects.update(weight=0), "is scored and has no evaluation grid."),
    (
        lambda office: Criterion.objects.filter(code="relevance").update(section_threshold=16),
        "the section “Quality” asks for 16 points, and gives at most 15.",
    ),
    (lambda office: EligibilityRule.objects.all().delete(), "has no check of eligibility."),
]


@pytest.mark.once
@pytest.mark.parametrize(("spoil", "sentence"), GAPS, ids=[sentence for _spoil, sentence in GAPS])
def test_each_thing_that_a_call_lacks_is_named_and_leads_to_its_page(spoil, sentence, office, enter):
    Criterion.objects.filter(code="relevance").update(section_threshold=15)
    assert gaps_before_opening(office.call, DAY) == []
    spoil(office)
    [gap] = [gap for gap in gaps_before_opening(office.call, DAY) if sentence in gap.sentence][:1]
    client = enter(office.people.manager)
    assert f'href="{gap.url}"' in client.get(of_call(office.call, "check_call")).content.decode()
    assert client.get(gap.url).status_code == 200


def test_a_change_says_which_cases_it_governs_and_the_sitting_case_keeps_its_rules(office, enter):
    waiting, sitting = submitted_application(office), submitted_application(office)
    type(sitting).objects.filter(pk=sitting.pk).update(state="under_review")
    client, call = enter(office.people.manager), office.call
    page = reverse("programmes:edit_part", args=[office.programme.key, "call", call.pk])
    words = client.get(page).content.decode()
    assert f"governs 1 application that is not before the committee yet: {waiting.ref}." in words
    assert f"1 application that is before it or decided keeps its version of the rules: {sitting.ref}." in words
    values = {**_call_values(call), "quorum_number": "3", "reason": "Two members left."}
    assert client.post(page, values).status_code == 302
    event = Event.objects.filter(kind="programme.set_up").last()
    body = json.loads(event.body)
    assert (body["governs"], body["keep"]) == ([waiting.ref], [sitting.ref])
    assert body["governs_from"] == DAY.isoformat()
