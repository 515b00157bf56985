"""Money before its day, payoff, waivers, other rates, and every kind of product: to the unit and to the leg."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.urls import reverse
from hypothesis import given, settings
from hypothesis import strategies as st

from audit.refusals import Blocked, Invalid, NotAllowed
from config.proof import faults
from ledger.models import Entry
from ledger.services import close_period
from loans import contract
from loans.models import Loan, LoanProduct
from loans.payoff import payoff_quote
from loans.portfolio import portfolios
from loans.products import ProductForm
from loans.schedule import RateChange, build_schedule
from loans.services import (
    change_rate,
    record_repayment,
    reschedule_loan,
    reverse_repayment,
    reverse_waiver,
    set_terms,
    sign_loan,
    waive,
)
from loans.terms import interest_grace_of, request_for, rows_for, rows_of, step_after
from programmes.clock import standing_at, today
from programmes.models import Holiday
from tests.office import DAY
from tests.steps_loans import active_loan, approved_loan, repay, signed_loan
from tests.test_loans import assert_sound, legs, state_of

pytestmark = pytest.mark.in_turn

EARLY = {"prepay": "reduce_number", "first_period": "actual_days_in_annuity", "early_interest": "date"}
DUE = date(2026, 4, 12)


def rows(loan, version=None):
    found = loan.instalments.filter(version=version or loan.current_version).order_by("number")
    return list(found.values_list("principal_amount", "interest_amount"))


def test_money_above_the_instalment_makes_the_loan_shorter(lending):
    loan = active_loan(lending, months=6, terms=EARLY)
    before = state_of(loan)
    paid = repay(lending, loan, 17_255 + 40_000, DUE)
    assert legs(paid.entry) == [("1000", "", 57_255), ("1100", loan.ref, -56_255), ("4000", loan.ref, -1000)]
    # 437.45 is left and bears 4.37: the instalment of 172.55 stays, and three of them are enough.
    assert rows(loan) == [(56_255, 1000), (16_818, 437), (16_986, 269), (9941, 99), (0, 0), (0, 0)]
    assert (loan.principal_amount, loan.matures_on) == (43_745, date(2026, 7, 12))
    with standing_at(DUE):
        assert_sound()
        reverse_repayment(repayment=paid, reason="Not hers.", on=DUE, by=lending.people.maker)
        loan.refresh_from_db()
        assert (state_of(loan), loan.matures_on) == (before, date(2026, 9, 12))
        assert_sound()


@pytest.mark.both
def test_verify_finds_an_instalment_that_early_money_cannot_explain(lending):
    loan = active_loan(lending, months=6, terms=EARLY)
    loan.instalments.filter(number=1).update(planned_principal_amount=1)
    assert any(f"{loan.ref}: its instalments repay 100000" in fault for fault in faults())


@pytest.mark.both
def test_money_above_the_instalment_makes_the_coming_ones_smaller(lending):
    loan = active_loan(lending, months=6, terms=EARLY | {"prepay": "reduce_instalment"})
    repay(lending, loan, 17_255 + 40_000, DUE)
    assert [sum(row) for row in rows(loan)][1:] == [9013, 9013, 9013, 9013, 9014]
    assert sum(row[0] for row in rows(loan)) == 100_000


def test_too_little_before_its_day_is_held_and_used_when_it_reaches(lending):
    loan = active_loan(lending, months=6, terms=EARLY)
    repay(lending, loan, 10_000, date(2026, 3, 22))
    assert (loan.principal_amount, loan.overpaid_amount) == (100_000, 10_000)
    second = repay(lending, loan, 10_000, date(2026, 3, 27))
    # 15 of 31 days of 10.00 are 4.84; the rest lowers the principal that day.
    assert rows(loan)[0] == (19_516, 484)
    assert (loan.principal_amount, loan.overpaid_amount, second.principal_amount) == (80_484, 0, 10_000)
    held = loan.repayments.get(means="held")
    assert legs(held.entry) == [("1100", loan.ref, -9516), ("2000", loan.ref, 10_000), ("4000", loan.ref, -484)]
    with standing_at(date(2026, 3, 27)):
        assert_sound()


@pytest.mark.parametrize(
    "prepay",
    [
        "next_instalments",
        "reduce_number",
        *(pytest.param(name, marks=pytest.mark.soak) for name in ("hold", "reduce_instalment")),
    ],
)
def test_the_payoff_closes_the_loan_exactly_and_one_unit_less_does_not(lending, client, prepay):
    late = {"penalty_pct": Decimal("36.5"), "fee_pct": Decimal(1)}
    loan = active_loan(lending, months=6, terms=EARLY | late | {"prepay": prepay})
    repay(lending, loan, 10_000, date(2026, 4, 20))
    on = date(2026, 5, 2)
    with standing_at(on):
        client.force_login(lending.people.loan_officer)
        page = client.get(reverse("loans:payoff", args=[loan.ref]), {"on": "2026-05-02"})
        quote = page.context["quote"]
        # 1.30 of the 100.00 paid eight days of penalty; 73.85 were late twelve days more; 837.45 bear 20 of 30 days.
        assert quote.parts == {"principal": 91_130, "interest": 558, "fee": 0, "penalty": 89}
        assert f"{quote.total / 100:.2f}" in page.content.decode()
        assert client.get(reverse("loans:payoff", args=[loan.ref]), {"on": "2026-05-01"}).status_code == 400
        less = record_repayment(loan=loan, amount=quote.total - 1, on=on, by=lending.people.loan_officer)
        loan.refresh_from_db()
        assert loan.state == "active"
        reverse_repayment(repayment=less, reason="Miscounted.", on=on, by=lending.people.maker)
        assert payoff_quote(loan, on) == quote
        record_repayment(loan=loan, amount=quote.total, on=on, by=lending.people.loan_officer)
        loan.refresh_from_db()
        assert (loan.state, loan.principal_amount, loan.overpaid_amount, loan.closed_on) == ("closed", 0, 0, on)
        assert_sound()


# Waivers --------------------------------------------------------------------------------------------------------------


def waived(office, loan, **facts):
    given = {
        "component": "interest",
        "amount": 600,
        "decision_ref": "S-2026-05/3",
        "reason": "Hail.",
        "on": date(2026, 4, 20),
        "by": office.people.manager,
    } | facts
    with standing_at(date(2026, 4, 20)):
        row = waive(loan=loan, **given)
    loan.refresh_from_db()
    return row


def test_interest_is_waived_by_a_decision_of_another_and_no_money_moves(lending):
    loan = active_loan(lending)
    entries = Entry.objects.count()
    for stranger in (lending.people.loan_officer, lending.people.adviser, lending.people.maker):
        with pytest.raises(NotAllowed):
            waived(lending, loan, by=stranger)
    for facts, sentence in (
        ({"amount": 1001}, r"USD 10\.00 of it fell due"),
        ({"amount": 0}, "only that can be waived"),
        ({"component": "penalty"}, r"USD 0\.00 of it"),
        ({"component": "principal"}, "interest or penalties"),
        ({"decision_ref": " "}, "Name the decision"),
        ({"reason": ""}, "Say why"),
    ):
        with pytest.raises(Invalid, match=sentence):
            waived(lending, loan, **facts)
    waived(lending, loan)
    first = loan.instalments.get(number=1)
    assert (first.interest_amount, first.planned_interest_amount, first.open_amount) == (400, 1000, 7885 + 400)
    assert (Entry.objects.count(), loan.principal_amount) == (entries, 100_000)
    with standing_at(date(2026, 4, 20)):
        assert_sound()
    # Money of an earlier day, entered later, paid the interest before it could be waived.
    repay(lending, loan, 700, date(2026, 4, 15), reason="Found in the drawer.")
    first.refresh_from_db()
    assert (first.interest_paid_amount, first.interest_amount) == (700, 700)
    with standing_at(date(2026, 4, 20)):
        assert_sound()


def test_a_waiver_taken_back_leaves_every_figure_as_if_it_had_not_been(lending):
    """It had closed the loan: the loan is owed again, to the unit, and both acts stay to be seen."""
    people, on = lending.people, date(2026, 6, 20)
    order = {"allocation_order": ["principal", "interest", "fee", "penalty"]}
    loan = active_loan(lending, months=3, terms=order)
    repay(lending, loan, 101_700, date(2026, 6, 12))
    with standing_at(on):
        entries, before = Entry.objects.count(), state_of(loan)
        less = {"component": "interest", "decision_ref": "S-2026-06/1", "reason": "Hail.", "on": on}
        waiver = waive(loan=loan, amount=307, by=people.manager, **less)
        loan.refresh_from_db()
        assert (loan.state, loan.closed_on, loan.instalments.get(number=3).settled_on) == ("closed", on, on)
        given = {"waiver": waiver, "reason": "Decided for another loan.", "on": on, "by": people.manager}
        for stranger in (people.loan_officer, people.adviser, people.maker):
            with pytest.raises(NotAllowed):
                reverse_waiver(**given | {"by": stranger})
        with pytest.raises(Invalid, match="Say why"):
            reverse_waiver(**given | {"reason": " "})
        assert reverse_waiver(**given).reversed_by == people.manager
        assert (state_of(loan), Entry.objects.count()) == (before, entries)
        with pytest.raises(Blocked, match="taken back already"):
            reverse_waiver(**given)
        assert_sound()


@pytest.mark.both
def test_interest_is_waived_taken_back_and_the_rate_changed_on_the_pages(lending, client, visit):
    people, on = lending.people, date(2026, 4, 20)
    loan = active_loan(lending)
    with standing_at(on):
        officer, manager = people.loan_officer, people.manager
        url = reverse("loans:waive", args=[loan.ref])
        sent = {"component": "interest", "amount": "6.00", "decision_ref": "S-2026-05/3", "reason": "Hail."}
        visit(officer, url, sent, status=403)
        form = {name: visit(manager, url).one("input", name=name)["value"] for name in ("version", "key")}
        assert "10.00 of it fell due" in visit(manager, url, sent | form | {"amount": "10.01"}, status=400).text
        visit(manager, url, sent | form)
        visit(manager, url, sent | form)  # pressed twice: the same answer, one waiver
        waiver = loan.waivers.get()
        assert (waiver.amount, loan.instalments.get(number=1).interest_amount) == (600, 400)
        back = reverse("loans:reverse_waiver", args=[loan.ref, waiver.pk])
        assert visit(manager, loan.get_absolute_url()).all("a", href=back)
        assert not visit(officer, loan.get_absolute_url()).all("a", href=back)
        visit(officer, back, status=403)
        key = visit(manager, back).one("input", name="key")["value"]
        visit(manager, back, {"key": key, "reason": ""}, status=400)
        visit(manager, back, {"key": key, "reason": "<b>Hers</b> it was not."})
        assert loan.instalments.get(number=1).interest_amount == 1000
        said = visit(manager, loan.get_absolute_url())
        assert "“<b>Hers</b> it was not.”" in said.text
        assert not said.all("a", href=back)
        kept = waived(lending, loan, amount=100)
        url = reverse("loans:rate", args=[loan.ref])
        form = {name: visit(manager, url).one("input", name=name)["value"] for name in ("version", "key")}
        sent = {"annual_rate_pct": "6", "decision_ref": "S-2026-05/4", "reason": "The donor lowered it."}
        visit(officer, url, sent | form, status=403)
        visit(manager, url, sent | form | {"annual_rate_pct": "101"}, status=400)
        visit(manager, url, sent | form)
        loan.refresh_from_db()
        assert (loan.current_version, loan.annual_rate_pct, loan.ever_rescheduled) == (2, 6, False)
        visit(manager, url, sent | form | {"key": "other"}, status=409)
        # Another rate goes on with the instalments and their waivers; what was waived before a new schedule stays.
        back = reverse("loans:reverse_waiver", args=[loan.ref, kept.pk])
        assert visit(manager, loan.get_absolute_url()).all("a", href=back)
        new = {"instalments_number": 6, "first_due_on": date(2026, 6, 12), "decision_ref": "S-9", "reason": "Hail."}
        reschedule_loan(loan=loan, on=today(loan.programme), by=manager, **new)
        assert not visit(manager, loan.get_absolute_url()).all("a", href=back)
        assert "rescheduled or ended" in visit(manager, back, {"key": "a", "reason": "No."}, status=409).text
        assert_sound()


def test_a_penalty_begins_after_its_days_of_grace_and_stops_at_its_cap(lending):
    terms = {"penalty_pct": Decimal("36.5"), "penalty_grace_days": 5, "penalty_cap_pct": Decimal("0.5")}
    loan = active_loan(lending, terms=terms)
    for day, penalty in ((17, 0), (18, 8), (21, 32), (22, 39), (29, 39)):
        with standing_at(date(2026, 4, day)):
            assert payoff_quote(loan, date(2026, 4, day)).parts["penalty"] == penalty, day


@pytest.mark.parametrize(
    ("terms", "quote"),
    [
        ({"prepay": "hold", "early_interest": "schedule"}, 103_528),
        ({"prepay": "hold", "early_interest": "period_end"}, 101_000),
        ({**EARLY, "interest_grace": 1, "interest_grace_kind": "deferred"}, 101_000),
    ],
    ids=["all the interest", "to the next due date", "deferred interest"],
)
def test_who_pays_what_the_quote_says_on_the_first_due_date_has_repaid_the_loan(lending, terms, quote):
    """1,000.00 at 12% in six months, nothing paid before: 35.28 is all the interest, 10.00 that of a month."""
    loan = active_loan(lending, months=6, terms=terms)
    with standing_at(DUE):
        assert payoff_quote(loan, DUE).total == quote
    repay(lending, loan, quote, DUE)
    loan.refresh_from_db()
    assert (loan.state, loan.principal_amount, loan.overpaid_amount) == ("closed", 0, 0)


def test_who_paid_interest_ahead_and_then_repays_everything_has_repaid_the_loan(lending):
    """5.00 of the first 10.00 of interest came a day before; on the day after 0.67 would be due, and is paid."""
    terms = {"early_interest": "date", "allocation_order": ["interest", "principal", "fee", "penalty"]}
    loan = active_loan(lending, months=6, terms={**terms, "prepay": "next_instalments", "method": "bullet"})
    first, then = DAY + timedelta(days=1), DAY + timedelta(days=2)
    repay(lending, loan, 500, first)
    with standing_at(then):
        assert payoff_quote(loan, then).parts == {"principal": 100_000, "interest": 0, "fee": 0, "penalty": 0}
    repay(lending, loan, 100_000, then)
    loan.refresh_from_db()
    assert (loan.state, loan.principal_amount, loan.overpaid_amount) == ("closed", 0, 0)
    assert_sound()


# Another rate ---------------------------------------------------------------------------------------------------------


def test_another_rate_counts_from_its_day_on_the_same_due_dates_and_is_no_rescheduling(lending):
    loan = active_loan(lending, months=6)
    repay(lending, loan, 17_255, DUE)
    on = date(2026, 4, 27)
    with standing_at(on):
        facts = {"decision_ref": "S-2026-04/9", "reason": "The donor lowered it.", "on": on}
        with pytest.raises(NotAllowed):
            change_rate(loan=loan, annual_rate_pct=Decimal(6), by=lending.people.loan_officer, **facts)
        with pytest.raises(Invalid, match="rate already"):
            change_rate(loan=loan, annual_rate_pct=Decimal(12), by=lending.people.manager, **facts)
        loan = change_rate(loan=loan, annual_rate_pct=Decimal(6), by=lending.people.manager, **facts)
        assert (loan.current_version, loan.ever_rescheduled, loan.annual_rate_pct) == (2, False, 6)
        dues = loan.instalments.filter(version=2).order_by("number").values_list("due_on", flat=True)
        assert list(dues) == [date(2026, month, 12) for month in range(4, 10)]
        # 837.45: 14 of 30 days at 12% are 3.91, 16 at 6% are 2.23.
        assert rows(loan)[1][1] == 391 + 223
        assert sum(row[0] for row in rows(loan)[1:]) == loan.principal_amount == 83_745
        assert_sound()


def test_another_rate_leaves_what_is_late_as_late_as_it_was(lending):
    """Nothing is paid; on 27 April the first of six instalments is 15 days late, and stays so, with its penalties."""
    loan = active_loan(lending, months=6, terms={"penalty_pct": Decimal("36.5")})
    on = date(2026, 4, 27)
    with standing_at(on):
        before, owed = loan.instalments.get(version=1, number=1), payoff_quote(loan, on).parts
        facts = {"decision_ref": "S-2026-04/9", "reason": "The donor lowered it.", "on": on}
        loan = change_rate(loan=loan, annual_rate_pct=Decimal(6), by=lending.people.manager, **facts)
        after = loan.instalments.get(version=2, number=1)
        assert (after.due_on, after.principal_amount, after.interest_amount) == (
            before.due_on,
            before.principal_amount,
            before.interest_amount,
        )
        assert (after.settled_on, payoff_quote(loan, on).parts["penalty"]) == (None, owed["penalty"])
        assert portfolios(Loan.objects.all(), on)["USD"].buckets["1-30"] == (1, 100_000)
        assert_sound()
    # On the day before as on the day after: the days late go on counting from 12 April.
    assert portfolios(Loan.objects.all(), date(2026, 5, 13))["USD"].at_risk == {1: 100_000, 30: 100_000, 90: 0}
    # Money of a day before the change, entered later, pays the instalment of its day and 1.30 of its penalty.
    repay(lending, loan, 17_385, date(2026, 4, 20))
    assert loan.instalments.get(version=2, number=1).principal_paid_amount == before.principal_amount
    assert portfolios(Loan.objects.all(), on)["USD"].at_risk[1] == 0


def test_a_new_schedule_asks_for_the_days_before_another_rate_at_the_rate_of_those_days(lending):
    """Paid to 12 April, 60% from the 27th on, rescheduled on the 28th: its first month is half of the old rate."""
    loan = active_loan(lending, months=6)
    repay(lending, loan, 17_255, DUE)
    on, manager = date(2026, 4, 27), lending.people.manager
    decided = {"decision_ref": "S-2026-04/9", "reason": "The subsidy ended.", "by": manager}
    with standing_at(on):
        loan = change_rate(loan=loan, annual_rate_pct=Decimal(60), on=on, **decided)
    with standing_at(date(2026, 4, 28)):
        terms = {"instalments_number": 12, "first_due_on": date(2026, 5, 12), "on": date(2026, 4, 28)}
        loan = reschedule_loan(loan=loan, **terms, **decided)
        # 837.45: 14 of 30 days at 12% are 3.91, 16 at 60% are 22.33. The second month bears 60% on what is left.
        new = rows(loan)
        assert new[0][1] == 391 + 2233
        assert new[1][1] == round(Decimal(83_745 - new[0][0]) * 60 / 1200)
        assert sum(row[0] for row in new) == 83_745
        assert_sound()
    # A rate of before the day to which interest is paid is no matter of the new schedule.
    with standing_at(date(2026, 5, 12)):
        repay(lending, loan, sum(new[0]), date(2026, 5, 12))
    with standing_at(date(2026, 6, 1)):
        terms = {"instalments_number": 6, "first_due_on": date(2026, 6, 12), "on": date(2026, 6, 1)}
        loan = reschedule_loan(loan=Loan.objects.get(pk=loan.pk), **terms, **decided)
        request = loan.versions.get(number=loan.current_version).request
        assert (request["annual_rate_pct"], request.get("rate_changes", [])) == ("60", [])


@settings(max_examples=60)
@given(st.data())
def test_another_rate_never_changes_what_fell_due(data):
    """Any method and day: the instalments up to the day of the change are the same, and all of them repay the loan."""
    number = data.draw(st.integers(2, 24))
    terms = {
        "method": data.draw(
            st.sampled_from(["declining_equal_instalment", "declining_equal_principal", "flat", "bullet"])
        ),
        "frequency": data.draw(st.sampled_from(["month", "week", "quarter"])),
        "day_count": data.draw(st.sampled_from(["30/360", "actual/365"])),
    }
    terms["annual_rate_pct"] = Decimal(data.draw(st.integers(0, 40)))
    loan = Loan(currency="USD", instalments_number=number, **terms)
    request = request_for(loan, principal=100_000, starts_on=DAY, first_due=step_after(DAY, loan), number=number)
    was = rows_of(build_schedule(request), "USD")
    on = data.draw(st.sampled_from([row.due for row in was[:-1]])) + timedelta(days=data.draw(st.integers(0, 5)))
    least = 1 if terms["method"] == "flat" else 0  # flat without any: the rest of a rounding has no row; it is refused
    rate = RateChange(on, Decimal(data.draw(st.integers(least, 60))))
    rows = rows_of(build_schedule(replace(request, rate_changes=(rate,))), "USD")
    assert [row for row in rows if row.due <= on] == [row for row in was if row.due <= on]
    assert sum(row.principal for row in rows) == 100_000
    assert [row.due for row in rows] == [row.due for row in was]


# Products -------------------------------------------------------------------------------------------------------------


def planned(terms, first_due, number, holidays=()):
    """The instalments of 1,000.00 paid out on 12 March 2026 under the terms of a product."""
    loan = Loan(currency="USD", instalments_number=number, **({"annual_rate_pct": Decimal(12)} | terms))
    facts = {"principal": 100_000, "starts_on": DAY, "first_due": first_due, "number": number, "holidays": holidays}
    return rows_for(loan, **facts, **interest_grace_of(loan))[1]


@pytest.mark.parametrize(
    ("terms", "dues", "expected"),
    [
        (
            {"frequency": "quarter", "method": "declining_equal_principal"},
            [(6, 12), (9, 12), (12, 12), (3, 12)],
            [(25_000, 3000), (25_000, 2250), (25_000, 1500), (25_000, 750)],
        ),
        (
            {"frequency": "quarter", "method": "bullet"},
            [(6, 12), (9, 12), (12, 12), (3, 12)],
            [(0, 3000), (0, 3000), (0, 3000), (100_000, 3000)],
        ),
        (
            {"frequency": "quarter", "method": "balloon", "balloon_pct": Decimal(40)},
            [(6, 12), (9, 12), (12, 12), (3, 12)],
            [(20_000, 3000), (20_000, 2400), (20_000, 1800), (40_000, 1200)],
        ),
        (
            {"frequency": "quarter", "method": "declining_weighted_principal", "harvest_months": {"9": 60, "12": 40}},
            [(6, 12), (9, 12), (12, 12), (3, 12)],
            [(0, 3000), (60_000, 3000), (40_000, 1200), (0, 0)],
        ),
        (
            {"frequency": "half_year", "method": "flat", "interest_grace": 1, "interest_grace_kind": "deferred"},
            [(9, 12), (3, 12)],
            [(50_000, 0), (50_000, 12_000)],
        ),
        (
            {"frequency": "quarter", "day_count": "period", "annual_rate_pct": Decimal(2), "multiple_amount": 1000},
            [(6, 12), (9, 12), (12, 12), (3, 12)],
            [(24_000, 2000), (24_480, 1520), (24_970, 1030), (26_550, 531)],
        ),
    ],
    ids=["quarterly", "bullet", "balloon", "harvest", "deferred", "per period, whole tens"],
)
def test_the_settings_of_a_product_make_the_schedule(terms, dues, expected):
    made = planned(terms, date(2026, dues[0][0], 12), number=len(dues))
    assert [(row.due.month, row.due.day) for row in made] == dues
    assert [(row.principal, row.interest) for row in made] == expected


@pytest.mark.parametrize(
    ("days_off", "due_on", "interest"),
    [
        ("stay", date(2026, 4, 12), 1019),
        ("move", date(2026, 4, 14), 1019),
        ("move_interest", date(2026, 4, 14), 1085),
    ],
)
def test_a_due_date_on_a_day_off_moves_and_interest_with_it_where_the_product_says(days_off, due_on, interest):
    """12 April 2026 is a Sunday, the day after it a holiday: 31 days bear 10.19, 33 bear 10.85."""
    terms = {"days_off": days_off, "day_count": "actual/365", "method": "bullet"}
    first, *_later = planned(terms, DUE, number=6, holidays=[date(2026, 4, 13)])
    assert (first.due, first.interest) == (due_on, interest)


@pytest.mark.both
def test_a_signed_loan_has_the_schedule_of_its_product_with_the_holidays_of_the_country(lending):
    Holiday.objects.create(country=lending.programme.country, on=date(2026, 4, 13), name="Easter Monday")
    terms = {"days_off": "move_interest", "day_count": "actual/365", "method": "bullet"}
    made = signed_loan(lending, months=6, terms=terms).instalments.order_by("number")
    found = [(row.due_on, row.principal_amount, row.interest_amount) for row in made]
    wanted = planned(terms, DUE, number=6, holidays=[date(2026, 4, 13)])
    assert found == [(row.due, row.principal, row.interest) for row in wanted]
    assert found[0] == (date(2026, 4, 14), 0, 1085)


def test_months_on_the_paper_become_instalments_of_the_product(lending):
    loan = signed_loan(lending, terms={"frequency": "fortnight"}, months=6, first_due_on=date(2026, 3, 26))
    assert (loan.instalments_number, loan.matures_on) == (13, date(2026, 9, 10))
    with pytest.raises(Blocked):
        record_repayment(loan=loan, amount=1, on=DAY, by=lending.people.loan_officer)


def test_the_contract_says_the_annual_cost_and_what_a_subsidised_borrower_is_spared(lending):
    terms = {"fee_pct": Decimal(2), "reference_rate_pct": Decimal(24), "early_interest": "date"}
    loan = signed_loan(lending, terms=terms, months=6)
    told = {str(name): str(value) for name, value in contract._terms(loan, contract._Words("en"))}
    # Six of 172.55 are worth the 980.00 that were received at 1.59% a month, and 1.0159 to the twelfth is 1.209.
    assert told["Annual cost (APR)"] == "20.9%"
    assert told["Interest"] == "12% a year"
    assert told["Instalments"] == "6, every month"
    # At 24% six instalments of 178.53 bear 71.16 of interest, at 12% six of 172.55 bear 35.28.
    assert told["Subsidy"].endswith("35.88 less interest than at 24% a year")


# Bad input -----------------------------------------------------------------------------------------------------------


def test_money_of_a_closed_month_keeps_its_day_and_is_posted_in_the_open_one(lending):
    loan = active_loan(lending)
    with standing_at(date(2026, 5, 4)):
        close_period(book_key=lending.programme.key, through=date(2026, 4, 30), by=None, on=date(2026, 5, 4))
        row = record_repayment(
            loan=loan, amount=8885, on=DUE, by=lending.people.loan_officer, reason="Found in the drawer."
        )
        assert (row.entry.value_on, row.entry.posted_on) == (DUE, date(2026, 5, 1))
        assert loan.instalments.get(number=1).settled_on == DUE
        assert_sound()


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"frequency": "days"}, "frequency_days"),
        ({"method": "declining_weighted_principal"}, "harvest_months"),
        ({"method": "declining_weighted_principal", "harvest_months": "9: 60, 13: 40"}, "harvest_months"),
        ({"method": "declining_weighted_principal", "harvest_months": "9, 9"}, "harvest_months"),
        ({"method": "balloon", "balloon_pct": "100"}, "balloon_pct"),
        ({"method": "bullet", "prepay": "reduce_number"}, "prepay"),
        ({"method": "flat", "prepay": "reduce_instalment"}, "prepay"),
        ({"prepay": "reduce_instalment"}, "first_period"),
        ({"prepay": "reduce_number", "remainder": "first"}, "remainder"),
        ({"annual_rate_pct": "1000"}, "annual_rate_pct"),
        ({"annual_rate_pct": "-1"}, "annual_rate_pct"),
        ({"grace_months": "24"}, "grace_months"),
        ({"allocation_order": "interest"}, "allocation_order"),
    ],
)
@pytest.mark.both
def test_terms_that_do_not_go_together_are_named_at_their_field(lending, change, field):
    form = product_form(lending, change)
    assert field in form.errors
    assert not LoanProduct.objects.exists()


@pytest.mark.both
def test_a_product_takes_every_setting_as_people_write_it(lending):
    form = product_form(
        lending,
        {
            "method": "declining_weighted_principal",
            "harvest_months": "9: 60, 10: 40",
            "multiple_amount": "5",
            "days_off": "move",
            "early_interest": "period_end",
        },
    )
    assert form.errors == {}
    product = form.instance
    assert (product.harvest_months, product.multiple_amount) == ({"9": 60, "10": 40}, 500)
    assert (product.days_off, product.early_interest, product.rounding) == ("move", "period_end", "half_up")


def test_a_product_whose_multiple_no_instalment_reaches_is_refused(lending):
    """The most that is lent is 2,000.00: in the fewest instalments, three, each is 680.04."""
    form = product_form(lending, {"multiple_amount": "1400"})
    said = "Even of USD 2,000.00 in 3 instalments, one instalment would repay the whole loan."
    assert " ".join(form.errors["multiple_amount"][0].split()) == said
    for change in ({"multiple_amount": "1300"}, {"multiple_amount": "1400", "method": "bullet"}):
        assert product_form(lending, change).errors == {}


def test_a_multiple_does_not_leave_the_whole_loan_to_one_instalment(lending):
    """1,000.00 in 24 instalments are 47.07 each, which is nothing in hundreds; in 12 they are 88.85."""
    loan = approved_loan(lending, months=24, terms={"multiple_amount": 10_000})
    officer = lending.people.loan_officer
    said = r"^In multiples of USD\s100\.00, one of the 24 instalments would repay the whole loan\. Agree on other"
    with pytest.raises(Blocked, match=said):
        sign_loan(loan=loan, first_due_on=DUE, on=DAY, by=officer)
    set_terms(loan=loan, instalments_number=12, on=DAY, by=officer)
    loan = sign_loan(loan=loan, first_due_on=DUE, on=DAY, by=officer)
    assert rows(loan)[:2] == [(9_000, 1_000), (9_090, 910)]


def product_form(office, change):
    facts = {
        "key": "orchard-harvest",
        "name": "Harvest loan",
        "windows": [office.window.pk],
        "method": "declining_equal_instalment",
        "annual_rate_pct": "12",
        "day_count": "30/360",
        "least_months": "3",
        "most_months": "24",
        "grace_months": "0",
        "fee_pct": "0",
        "penalty_pct": "0",
        "allocation_order": "penalty, fee, interest, principal",
        "prepay": "next_instalments",
    }
    return ProductForm(facts | change, programme=office.programme)


@pytest.mark.both
def test_a_new_schedule_falls_due_after_the_day_to_which_interest_is_paid(lending):
    """200.00 repay the first instalment and the 8.37 of interest of the second: it is paid to 12 May."""
    terms = {"prepay": "next_instalments", "early_interest": "date"}
    loan = active_loan(lending, terms=terms, months=6)
    repay(lending, loan, 20_000, date(2026, 3, 23))
    agreed = {"instalments_number": 6, "decision_ref": "S-9", "reason": "Hail.", "by": lending.people.manager}
    day = date(2026, 4, 14)
    with standing_at(day):
        with pytest.raises(Invalid, match=r"Interest is paid to 12\.05\.2026\. Choose a first due date after it\."):
            reschedule_loan(loan=loan, first_due_on=date(2026, 5, 12), on=day, **agreed)
        loan = reschedule_loan(loan=loan, first_due_on=date(2026, 6, 12), on=day, **agreed)
        # Who repays everything before the new schedule bears interest owes the principal alone: 1,000.00 less 181.63.
        quote = payoff_quote(loan, day)
        assert (quote.parts["interest"], quote.parts["principal"]) == (0, 81_837)
        row = repay(lending, loan, 90_000, day)
    assert (row.interest_amount, row.principal_amount) == (0, 81_837)
    loan.refresh_from_db()
    assert (loan.state, loan.overpaid_amount) == ("overpaid", 8_163)
