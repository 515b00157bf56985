"""The parts of a plan as they are saved: sums, refusals that name the row, nothing half done."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from applicants.conditions import least_own_amount, open_sections
from applicants.models import Application
from applicants.services import (
    add_evidence,
    attach_document,
    remove_document,
    set_cash_flow,
    set_finance,
    set_investments,
    set_jobs,
    withdraw_evidence,
    write_plan,
)
from applicants.summary import Case
from audit.models import Event
from audit.refusals import Blocked, Invalid, Stale
from programmes.models import RequiredDocument
from tests.office import DAY
from tests.steps_applicants import draft_application

pytestmark = pytest.mark.in_turn

COOLER = {"label": "Milk cooler, 300 l", "quantity": 2, "unit_amount": 49_000, "own_amount": 12_000}
WIRES = {"label": "Electrical connection", "quantity": 1, "unit_amount": 20_000, "own_amount": 6_000}
ODD = ["Smith & Sons <Ltd>", '=HYPERLINK("x")', "<img src=x>", "Անահիտ Սարգսյան"]


@pytest.fixture
def case(office):
    return draft_application(office)


def test_what_is_asked_for_is_the_sum_of_the_list(case):
    saved = set_investments(application=case, items=[COOLER, WIRES], on=DAY, by=case.adviser)
    assert (saved.asked_amount, saved.own_amount, saved.total_cost_amount) == (100_000, 18_000, 118_000)
    assert [(row.programme_amount, row.own_amount) for row in saved.investments.all()] == [
        (86_000, 12_000),
        (14_000, 6_000),
    ]
    assert Event.objects.filter(kind="plan.investments").count() == 2


@pytest.mark.parametrize(
    ("row", "field", "says"),
    [
        ({**COOLER, "label": " "}, "label", "Row 2: Enter what it is"),
        ({**COOLER, "label": "x" * 161}, "label", "Row 2: There is room for 160 letters"),
        ({**COOLER, "quantity": 0}, "quantity", "Row 2: The quantity is a whole number"),
        ({**COOLER, "quantity": 1.5}, "quantity", "Row 2: The quantity is a whole number"),
        ({**COOLER, "unit_amount": 0}, "unit_amount", "Row 2: Enter an amount"),
        ({**COOLER, "unit_amount": -1}, "unit_amount", "Row 2: Enter an amount"),
        ({**COOLER, "unit_amount": 10**15}, "unit_amount", "Row 2: Enter an amount"),
        ({**COOLER, "own_amount": 98_001}, "own_amount", "Row 2: The own part is more than the whole cost"),
    ],
)
def test_a_wrong_row_is_named_and_nothing_is_saved(case, row, field, says):
    with pytest.raises(Invalid, match=says) as refused:
        set_investments(application=case, items=[WIRES, row], on=DAY, by=case.adviser)
    assert refused.value.field == field
    assert case.investments.get().label == "Milk cooler, 300 l"
    assert Application.objects.get().version == case.version


def test_a_list_on_which_the_programme_pays_nothing_is_refused(case):
    with pytest.raises(Invalid, match="at least one"):
        set_investments(application=case, items=[], on=DAY, by=case.adviser)
    whole = {**COOLER, "own_amount": 98_000}
    with pytest.raises(Invalid, match="would pay nothing"):
        set_investments(application=case, items=[whole], on=DAY, by=case.adviser)


def test_the_database_keeps_the_parts_of_an_item_together(case):
    item = case.investments.get()
    item.own_amount += 1
    with pytest.raises(IntegrityError), transaction.atomic():
        item.save()


def test_texts_are_kept_as_written_and_odd_names_stay_whole(case):
    for text in ODD:
        write_plan(application=case, summary=text, on=DAY, by=case.adviser)
        assert Application.objects.get().plan.summary == text
    with pytest.raises(Invalid, match="room for 6000 letters; this has 6001"):
        write_plan(application=case, summary="x" * 6001, on=DAY, by=case.adviser)


def test_saving_the_same_again_leaves_no_trace(case):
    before = Event.objects.count()
    saved = write_plan(application=case, summary=case.plan.summary, on=DAY, by=case.adviser)
    assert saved.version == case.version
    assert Event.objects.count() == before


def test_two_tabs_do_not_overwrite_each_other(case):
    write_plan(application=case, version=case.version, summary="First", on=DAY, by=case.adviser)
    for act in (
        lambda: write_plan(application=case, version=case.version, summary="Second", on=DAY, by=case.adviser),
        lambda: set_investments(application=case, version=case.version, items=[WIRES], on=DAY, by=case.adviser),
        lambda: set_finance(application=case, version=case.version, sources=[], on=DAY, by=case.adviser),
    ):
        with pytest.raises(Stale):
            act()
    assert Application.objects.get().plan.summary == "First"


def test_the_cash_flow_has_twelve_months_of_amounts(case):
    line = {"kind": "sales", "label": "Cheese", "months": [100] * 12}
    facts = {"application": case, "on": DAY, "by": case.adviser}
    set_cash_flow(
        **facts,
        lines=[line],
        cash_at_start_amount=5_000,
        first_month=date(2026, 5, 17),
        instalment_amount=900,
        season="Cows are dry in winter.",
    )
    plan = Application.objects.get().plan
    assert (plan.cash_at_start_amount, plan.first_month, plan.instalment_amount, plan.season) == (
        5_000,
        date(2026, 5, 1),
        900,
        "Cows are dry in winter.",
    )
    for months in ([100] * 11, [100] * 13, [-1] + [0] * 11, [1.5] + [0] * 11, ["1"] + [0] * 11):
        with pytest.raises(Invalid, match="Row 1: Twelve amounts"):
            set_cash_flow(**facts, lines=[{**line, "months": months}])
    with pytest.raises(Invalid, match="kind of line"):
        set_cash_flow(**facts, lines=[{**line, "kind": "luck"}])
    with pytest.raises(Invalid, match="not possible"):
        set_cash_flow(**facts, lines=[line], cash_at_start_amount=-1)
    assert case.cash_lines.get().months == [100] * 12


def test_a_cash_flow_of_zeros_or_without_costs_is_not_complete(case):
    facts = {"application": case, "on": DAY, "by": case.adviser}
    sales = {"kind": "sales", "label": "Cheese", "months": [100] * 12}
    costs = {"kind": "materials", "label": "Milk", "months": [0] * 12}
    set_cash_flow(**facts, lines=[sales, costs])
    assert open_sections(Application.objects.get()) == ["cash_flow"]
    set_cash_flow(**facts, lines=[sales, {**costs, "months": [0] * 11 + [1]}])
    assert open_sections(Application.objects.get()) == []


def test_the_cash_flow_of_a_loan_is_open_until_its_instalment_is_written_down(lending):
    case = draft_application(lending)
    lines = [
        {"kind": "sales", "label": "Cheese", "months": [60_000] * 12},
        {"kind": "materials", "label": "Milk", "months": [20_000] * 12},
    ]
    facts = {"application": case, "lines": lines, "on": DAY, "by": case.adviser}
    for amount, left in ((1, []), (0, ["cash_flow"])):
        set_cash_flow(**facts, instalment_amount=amount)
        assert open_sections(Application.objects.get()) == left
    plan = Case(Application.objects.get())
    assert [(part.word, part.why[:33]) for part in plan.sections if part.is_open] == [
        ("Not finished", "The monthly instalment is missing")
    ]


def test_the_sources_add_up_to_the_own_part(case):
    facts = {"application": case, "on": DAY, "by": case.adviser}
    set_finance(**facts, sources=[{"source": "own_cash", "amount": 249_999}])
    assert open_sections(Application.objects.get()) == ["finance"]
    set_finance(**facts, sources=[{"source": "own_cash", "amount": 249_999}, {"source": "remittance", "amount": 1}])
    assert open_sections(Application.objects.get()) == []
    with pytest.raises(Invalid, match="Row 1: Choose where"):
        set_finance(**facts, sources=[{"source": "lottery", "amount": 1}])
    with pytest.raises(Invalid, match="Row 1: Enter an amount"):
        set_finance(**facts, sources=[{"source": "bank", "amount": 0}])


def test_posts_are_counted_with_their_hours(case):
    facts = {"application": case, "on": DAY, "by": case.adviser}
    job = {"title": "Cheese maker", "posts": 2, "hours_per_week": "37.5", "exists_now": True, "for_women": 2}
    set_jobs(**facts, jobs=[job])
    saved = case.job_plans.get()
    assert (saved.posts, saved.hours_per_week, saved.exists_now, saved.for_women) == (2, Decimal("37.5"), True, 2)
    for wrong, says in (
        ({"posts": 0}, "whole number from 1"),
        ({"for_women": 3}, "More posts for women"),
        ({"for_target_group": 3}, "More posts for the target group"),
        ({"hours_per_week": "0"}, "above 0"),
        ({"hours_per_week": "84.1"}, "up to 84"),
        ({"hours_per_week": "many"}, "a number"),
        ({"title": ""}, "Enter what it is"),
    ):
        with pytest.raises(Invalid, match=says):
            set_jobs(**facts, jobs=[{**job, **wrong}])


def test_a_withdrawn_file_answers_no_requirement(office, case):
    RequiredDocument.objects.create(call=office.call, code="quote", label="Quote")
    RequiredDocument.objects.create(call=office.call, code="audit", label="Audit", plan_forms=["full"])
    by = case.adviser
    assert open_sections(Application.objects.get()) == ["documents"]
    file = add_evidence(
        programme=office.programme,
        case_ref=case.ref,
        purpose="quote",
        content=b"A quote",
        name="quote.txt",
        on=DAY,
        by=by,
    )
    document = attach_document(application=case, code="quote", evidence=file, on=DAY, by=by)
    assert open_sections(Application.objects.get()) == []
    withdraw_evidence(evidence=file, on=DAY, by=by, reason="The wrong page")
    assert open_sections(Application.objects.get()) == ["documents"]
    remove_document(document=document, on=DAY, by=by)
    with pytest.raises(Blocked, match="removed already"):
        remove_document(document=document, on=DAY, by=by)
    with pytest.raises(Blocked, match="withdrawn"):
        attach_document(application=case, code="quote", evidence=file, on=DAY, by=by)


@pytest.mark.parametrize(
    ("base", "pct", "amount", "least"),
    [
        ("share_of_total", "20", 2_500_001, 625_001),
        ("share_of_total", "40", 300, 200),
        ("share_of_total", "33.33", 6_667, 3_333),
        ("own_over_grant", "10", 1_000_001, 100_001),
        ("share_of_total", "0", 1_000_000, 0),
    ],
)
def test_the_least_own_part_is_exact(office, base, pct, amount, least):
    window = office.window
    window.cofinancing_base, window.cofinancing_pct = base, Decimal(pct)
    assert least_own_amount(amount, window) == least
