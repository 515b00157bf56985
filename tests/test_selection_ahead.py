"""Money ahead: what a line has left month by month, worked out by hand beside what the program says."""

from datetime import date

import pytest

from loans.models import Loan
from programmes.ahead import payments_of, receipts_of
from programmes.clock import standing_at
from programmes.forecast import by_tranche_plan, first_short, forecast, lowest, month_of
from selection.ahead import lines_ahead, money_ahead
from tests.office import DAY, loan_office
from tests.steps_applicants import eligible_application, registered_person
from tests.steps_grants import ready_award, signed_award
from tests.steps_loans import active_loan, approved_loan, repay, signed_loan
from tests.steps_selection import approved_application, decided_session, open_session, planned_session

pytestmark = pytest.mark.in_turn

MARCH, APRIL, MAY, JUNE = (date(2026, month, 1) for month in (3, 4, 5, 6))


def test_twelve_approvals_leave_the_line_short_by_8400_in_march():
    """By hand: 20,000 are held, 1,600 come back in March; twelve loans of 2,500 are 30,000. 21,600 - 30,000 = -8,400.
    In April 5,000 come back: -3,400. In May 4,000: 600 are left.
    """
    months = forecast(
        on=date(2026, 3, 12),
        held=20_000_00,
        receipts=[(date(2026, 3, 31), 1_600_00), (date(2026, 4, 30), 5_000_00), (date(2026, 5, 31), 4_000_00)],
        cases=[(date(2026, 3, 12), 2_500_00)] * 12,
    )
    assert [month.left for month in months[:4]] == [-8_400_00, -3_400_00, 600_00, 600_00]
    assert (first_short(months).first, first_short(months).short) == (MARCH, 8_400_00)
    assert lowest(months).first == MARCH
    assert len(months) == 12


def test_what_is_past_falls_into_this_month_and_what_is_far_is_left_out():
    months = forecast(
        on=date(2026, 12, 31),
        held=100,
        receipts=[(date(2026, 1, 5), 7), (date(2027, 11, 30), 11), (date(2027, 12, 1), 13)],
        payments=[(date(2025, 12, 31), 2)],
    )
    assert (months[0].first, months[-1].first) == (date(2026, 12, 1), date(2027, 11, 1))
    assert (months[0].left, months[-1].left) == (105, 116)
    assert first_short(months) is None


def test_a_line_that_ends_at_nothing_is_not_short_and_one_cent_more_is():
    def left(asked):
        return first_short(forecast(on=DAY, held=10_000, cases=[(DAY, asked)]))

    assert left(10_000) is None
    assert left(10_001).short == 1


def test_a_tranche_plan_says_when_the_parts_of_a_case_fall_due_and_loses_no_cent():
    plan = [{"percent": 60, "deliverable": "Contract"}, {"percent": 40, "deliverable": "Delivered", "months": 3}]
    assert by_tranche_plan(plan, 100_01, DAY) == [(MARCH, 60_01), (JUNE, 40_00)]
    assert by_tranche_plan([], 100_01, DAY) == [(DAY, 100_01)]
    assert month_of(date(2026, 11, 30), 3) == date(2027, 2, 1)


def test_a_revolving_line_counts_instalments_that_come_and_not_those_that_are_late(lending):
    loan = active_loan(lending, amount=120_000, months=12, terms={"annual_rate_pct": 0})
    with standing_at(date(2026, 5, 2)):
        late = loan.instalments.get(number=1)
        assert late.due_on == date(2026, 4, 12)
        rows = receipts_of(lending.line, date(2026, 5, 2))
        assert rows[0] == (date(2026, 5, 12), 10_000)
        assert sum(amount for _day, amount in rows) == 110_000
        repay(lending, loan, 25_000)
        rows = receipts_of(lending.line, date(2026, 5, 2))
        assert rows[:2] == [(date(2026, 6, 12), 5_000), (date(2026, 7, 12), 10_000)]


def test_a_loan_that_is_promised_leaves_the_line_this_month_less_its_fee(lending):
    signed_loan(lending, amount=100_000, terms={"fee_pct": 2})
    assert payments_of(lending.line, DAY) == [(DAY, 98_000)]
    decided_session(lending, eligible_application(lending, amount=50_000))
    assert sorted(payments_of(lending.line, DAY)) == [(MARCH, 50_000), (DAY, 98_000)]


def test_a_loan_paid_out_or_given_up_is_no_longer_ahead(lending):
    loan = approved_loan(lending, amount=100_000)
    assert payments_of(lending.line, DAY) == [(DAY, 100_000)]
    active_loan(lending, loan=signed_loan(lending, amount=70_000))
    assert payments_of(lending.line, DAY) == [(DAY, 100_000)]
    assert Loan.objects.get(pk=loan.pk).state == "approved"


def test_tranches_fall_into_the_months_they_are_planned_for(office):
    office.window.tranche_plan = [
        {"percent": 50, "deliverable": "Contract"},
        {"percent": 50, "deliverable": "Delivered", "months": 2},
    ]
    office.window.save()
    approved_application(office, amount=1_000_000)
    assert payments_of(office.line, DAY) == [(MARCH, 500_000), (MAY, 500_000)]
    award = signed_award(office, amount=900_000, own=300_000, parts=[600_000, 300_000])
    award.tranches.filter(number=1).update(due_on=date(2026, 2, 1))
    award.tranches.filter(number=2).update(due_on=date(2026, 6, 20))
    rows = sorted(payments_of(office.line, DAY))
    assert rows == [(date(2026, 2, 1), 600_000), (MARCH, 500_000), (MAY, 500_000), (date(2026, 6, 20), 300_000)]


def test_what_a_half_planned_award_leaves_open_is_not_forgotten(office):
    ready_award(office, amount=900_000, own=300_000, parts=[200_000])
    assert sorted(payments_of(office.line, DAY)) == [(DAY, 200_000), (DAY, 700_000)]


def test_the_sentence_of_the_sitting_names_the_sum_and_the_month(db):
    with standing_at(DAY):
        lending = loan_office(capital=200_000)
        active_loan(lending, amount=120_000, months=12, terms={"annual_rate_pct": 0})
        names = ["Gohar Mkrtchyan", "Sona Avagyan", "Narine Hakobyan"]
        cases = [
            eligible_application(lending, registered_person(lending, name, birth_year=1960 + number), amount=60_000)
            for number, name in enumerate(names)
        ]
        session = open_session(lending, *cases)
        shown = money_ahead(lending.line, list(session.cases.all()), DAY)
    # By hand: 200,000 - 120,000 lent = 80,000 held; three cases of 60,000: short by 100,000 (1,000.00) in March.
    # 10,000 come back from April on: after ten months, in January 2027, nothing is missing.
    assert (shown.held, shown.free, shown.count) == (80_000, 80_000, 3)
    assert [month.left for month in shown.months][:3] == [-100_000, -90_000, -80_000]
    assert shown.months[10].left == 0
    assert shown.sentence == "If you approve all 3, the line Seed money is short by USD 1,000.00 in March 2026."
    assert shown.totals == (110_000, 0, 180_000)
    assert len(shown.drawing.bars) == 12
    assert shown.drawing.bars[0].value == "−1,000"


def test_a_shortage_that_grows_is_named_where_it_is_largest(office):
    office.window.tranche_plan = [{"percent": 50}, {"percent": 50, "months": 2}]
    office.window.save()
    office.line.ceiling_amount = 900_000
    office.line.save()
    session = planned_session(office, eligible_application(office, amount=2_000_000, own=500_000))
    (shown,) = lines_ahead(session.cases.all(), DAY)
    assert shown.sentence == (
        "If you approve it, the line Seed money is short by EUR 1,000.00 in March 2026. "
        "It is short by most, EUR 11,000.00, in May 2026."
    )


def test_a_session_that_sits_later_is_paid_out_later(office):
    session = planned_session(office, eligible_application(office, amount=1_000_000), sits_on=date(2026, 5, 2))
    (shown,) = lines_ahead(session.cases.all(), DAY)
    assert [month.cases for month in shown.months[:4]] == [0, 0, 1_000_000, 0]


def test_money_that_reaches_says_what_is_left(office):
    session = planned_session(office, eligible_application(office, amount=1_000_000))
    (shown,) = lines_ahead(session.cases.all(), DAY)
    assert shown.short is None
    assert shown.sentence == (
        "If you approve it, the money of Seed money reaches: the least is EUR 90,000.00, in March 2026."
    )


def test_cases_of_two_lines_are_reckoned_apart(office):
    other = type(office.line).objects.create(
        programme=office.programme,
        donor=office.donor,
        key="second-line",
        name="Second line",
        currency="EUR",
        ceiling_amount=500_000,
        starts_on=date(2024, 1, 1),
    )
    second = type(office.window).objects.create(
        call=office.call, key="second-window", name="Small", line=other, currency="EUR", ceiling_amount=2_500_000
    )
    second.bands.create(from_amount=0, plan_form="one_page")
    session = planned_session(
        office,
        eligible_application(office, amount=1_000_000),
        eligible_application(office, registered_person(office, "Sona Avagyan"), amount=600_000, own=0, window=second),
    )
    first, last = lines_ahead(session.cases.all(), DAY)
    assert (first.line, first.count, first.short) == (office.line, 1, None)
    assert (last.line, last.count, last.short.short) == (other, 1, 100_000)


def test_the_page_of_the_sitting_says_it_before_the_vote_and_not_after_the_close(db, client):
    with standing_at(DAY):
        lending = loan_office(capital=100_000)
        session = open_session(lending, eligible_application(lending, amount=120_000))
        client.force_login(lending.people.secretary)
        page = client.get(session.get_absolute_url()).content.decode()
        assert "If you approve it, the line Seed money is short by USD 200.00 in March 2026." in page
        assert "short 200.00" in page
        client.force_login(lending.people.member1)
        assert "Money ahead" not in client.get(session.get_absolute_url()).content.decode()
