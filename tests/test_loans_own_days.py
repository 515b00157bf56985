"""What a loan costs for the days it was out, and no others: worked by hand, each once found by the second reckoning."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

from loans.payoff import payoff_quote
from loans.schedule import RateChange, ScheduleRequest, build_schedule
from loans.services import change_rate, reschedule_loan
from loans.standing import Receipt, Terms, fold
from loans.terms import request_for, rows_of
from programmes.clock import standing_at
from tests.steps_loans import active_loan, loan_product, repay

LAST_OF_JANUARY = date(2026, 1, 31)
REQUEST = ScheduleRequest(
    principal=Decimal(1000),
    currency_digits=2,
    disbursed_on=date(2026, 1, 31),
    first_due=date(2026, 2, 28),
    n=2,
    method="declining_equal_instalment",
    annual_rate_pct=Decimal(12),
    first_period="nominal",
    annuity="solved",
)


def interest_of(product, **facts):
    facts = {"principal": 100_000, "starts_on": LAST_OF_JANUARY, "number": 4} | facts
    return [row.interest for row in rows_of(build_schedule(request_for(product, **facts)), "USD")]


def closed_by(request, money, prepay, early_interest="date", through=None):
    rows = rows_of(build_schedule(request), "USD")
    receipts = [Receipt(place, on, amount) for place, (on, amount) in enumerate(money)]
    terms = Terms(prepay=prepay, early_interest=early_interest, request=request)
    return fold(rows, receipts, terms, through or money[-1][0])


def test_by_the_calendar_no_day_before_the_pay_out_bears_interest(lending):
    """From 31 January to 28 February are 28 days, and 31 from the 28th on: 28/31 of their 10.19, and not all of it."""
    product = loan_product(lending, day_count="actual/365")
    assert interest_of(product, first_due=date(2026, 2, 28))[0] == 920
    product.day_count = "30/360"
    assert interest_of(product, first_due=date(2026, 2, 28))[0] == 1000


def test_interest_that_a_grace_defers_is_that_of_the_days_since_the_pay_out(lending):
    """Five days to 5 February, of a period of 31, are 1.61, then 10.00 a month; a whole period was 8.39 more."""
    product = loan_product(lending, interest_grace=1, interest_grace_kind="deferred", method="flat")
    more = {"grace_interest": 1, "grace_interest_kind": "deferred"}
    assert interest_of(product, first_due=date(2026, 2, 5), **more) == [0, 161 + 1000, 1000, 1000]


def test_another_rate_in_an_odd_first_period_counts_for_its_own_days(lending):
    """Paid out on 12 March, due on 27 April, 46 days: 44 at 12% and 2 at 60%, each the 31st part of a month."""
    loan = active_loan(lending, months=6, first_due_on=date(2026, 4, 27), terms={"early_interest": "date"})
    on = date(2026, 4, 26)
    with standing_at(on):
        facts = {"decision_ref": "S-1", "reason": "The subsidy ended.", "on": on, "by": lending.people.manager}
        loan = change_rate(loan=loan, annual_rate_pct=Decimal(60), **facts)
        # 44/31 of 10.00 and 2/31 of 50.00. The rates of the last 31 days, drawn out over all 46, were 18.67.
        assert loan.instalments.get(version=2, number=1).interest_amount == 1419 + 323
        # The day before, she owed what 44 days cost at the rate of those days.
        assert payoff_quote(loan, on - timedelta(days=1)).parts["interest"] == 1419


def test_who_repays_a_flat_loan_within_a_grace_owes_what_the_grace_deferred():
    """1,000.00 at 12% flat, two instalments deferred: after one and a half months 15.00 was earned, and none asked."""
    request = replace(
        REQUEST,
        method="flat",
        n=4,
        disbursed_on=date(2026, 4, 1),
        first_due=date(2026, 5, 1),
        grace_interest=2,
        grace_interest_kind="deferred",
    )
    row_two_half_way = date(2026, 5, 16)
    for rule, interest in (("date", 1000 + 484), ("period_end", 2000), ("schedule", 4000)):
        standing = closed_by(request, [(row_two_half_way, 100_000 + interest)], "next_instalments", rule)
        assert (standing.principal, standing.overpaid, standing.settled_on) == (0, 0, row_two_half_way)
        standing = closed_by(request, [(row_two_half_way, 100_000 + interest - 1)], "next_instalments", rule)
        assert standing.settled_on is None


def test_on_a_due_date_to_the_next_due_date_is_nothing_more_for_a_flat_loan_too():
    """Both instalments of 510.00; repaid with the first one she owes its 10.00, and was asked for 10.00 more."""
    request = replace(REQUEST, method="flat", disbursed_on=date(2026, 4, 1), first_due=date(2026, 5, 1))
    standing = closed_by(request, [(date(2026, 5, 1), 101_000)], "next_instalments", "period_end")
    assert (standing.principal, standing.settled_on) == (0, date(2026, 5, 1))


def test_a_higher_rate_does_not_undo_what_early_money_did_before_it():
    """507.51 close the first of two instalments on its pay-out day. 60% from the 16th on made it more for that
    day as well: the money was held, and 1,000.00 bore the new rate instead of 492.49."""
    request = replace(REQUEST, disbursed_on=date(2026, 4, 1), first_due=date(2026, 5, 1))
    first = build_schedule(request).rows[0]
    amount = int((first.principal + first.interest) * 100)
    money = [(date(2026, 4, 1), amount)]
    before = closed_by(request, money, "reduce_number")
    changed = replace(request, rate_changes=(RateChange(date(2026, 4, 16), Decimal(60)),))
    after = closed_by(changed, money, "reduce_number")
    assert (before.principal, before.overpaid) == (after.principal, after.overpaid) == (100_000 - amount, 0)
    # 14 of 30 days at 12%, 16 at 60%, and a month at 60%, each on 492.49.
    left = 100_000 - amount
    pieces = [left * 14 * 12 / 36000, left * 16 * 60 / 36000, left * 60 / 1200]
    assert after.rows[1].row.interest == sum(int(piece + 0.5) for piece in pieces)


def test_to_the_next_due_date_is_at_the_rate_of_the_day_of_the_money():
    """1,010.00 repay it on 10 April; that 60% began on the 16th, as is known later, does not make 1,031.34 of it."""
    request = replace(REQUEST, disbursed_on=date(2026, 4, 1), first_due=date(2026, 5, 1))
    changed = replace(request, rate_changes=(RateChange(date(2026, 4, 16), Decimal(60)),))
    standing = closed_by(changed, [(date(2026, 4, 10), 101_000)], "next_instalments", "period_end")
    assert (standing.principal, standing.settled_on) == (0, date(2026, 4, 10))


def test_interest_paid_ahead_is_not_lost_where_a_new_schedule_begins_with_few_days(lending):
    """5.00 of the next interest are paid. The new first period is a day, of 0.28: the 4.72 over lowers the second."""
    loan = active_loan(lending, months=6, terms={"early_interest": "date"})
    repay(lending, loan, 17_255 + 500, date(2026, 4, 12))
    with standing_at(date(2026, 4, 12)):
        facts = {"decision_ref": "S-1", "reason": "Hail.", "on": date(2026, 4, 12), "by": lending.people.manager}
        loan = reschedule_loan(loan=loan, instalments_number=6, first_due_on=date(2026, 4, 13), **facts)
        rows = list(loan.instalments.filter(version=2).order_by("number"))
    own = interest_of(loan, principal=83_745, starts_on=date(2026, 4, 12), first_due=date(2026, 4, 13), number=6)
    assert own[0] < 500
    assert [row.interest_amount for row in rows] == [0, own[1] - (500 - own[0]), *own[2:]]


def test_a_month_of_grace_that_comes_to_owe_something_is_not_settled():
    """Nothing falls due in the first month; on its tenth day 1,000.00 is paid: ten days of interest are owed."""
    request = replace(
        REQUEST,
        disbursed_on=date(2026, 1, 28),
        grace_principal=1,
        grace_interest=1,
        grace_interest_kind="deferred",
    )
    day = date(2026, 2, 7)
    terms = Terms(prepay="next_instalments", early="principal_first", early_interest="date", request=request)
    rows = rows_of(build_schedule(request), "USD")
    quote = sum(fold(rows, [], terms, day).payoff_on(day).values())
    # 1,000.00 x 1 % x 10/31
    assert quote == 100_323
    short = fold(rows, [Receipt("money", day, 100_000)], terms, day)
    assert (short.settled_on, short.principal, sum(row.outstanding for row in short.rows)) == (None, 0, 323)
    assert fold(rows, [Receipt("money", day, quote)], terms, day).settled_on == day
