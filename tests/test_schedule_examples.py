"""Schedules worked by hand. Amounts in major units; the arithmetic stands beside each."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from loans.schedule import (
    Disbursement,
    Frequency,
    NonWorking,
    OnPayment,
    Payment,
    Payoff,
    RateChange,
    Rounding,
    ScheduleError,
    ScheduleRequest,
    build_schedule,
)

D = Decimal
# 1,000.00 on 1 January 2024 in four months at 1 % a month on the declining balance.
FOUR = ScheduleRequest(
    principal=D("1000.00"),
    currency_digits=2,
    disbursed_on=date(2024, 1, 1),
    first_due=date(2024, 2, 1),
    n=4,
    method="declining_equal_principal",
    annual_rate_pct=D("12"),
)
LEVEL = replace(FOUR, method="declining_equal_instalment")
FLAT = replace(FOUR, method="flat")


def rows(request, *names):
    """The named columns of each row, as words; money as written."""
    names = names or ("principal", "interest", "balance")
    return [" ".join(str(getattr(row, name)) for name in names) for row in build_schedule(request).rows]


def paid(*payments, **kinds):
    """Settings for payments written as ("2024-02-01", "250.00")."""
    received = tuple(Payment(date.fromisoformat(day), D(amount)) for day, amount in payments)
    return {"payments": received, "on_payment": OnPayment(**kinds)}


def test_a_product_needs_only_its_own_settings():
    schedule = build_schedule(replace(LEVEL, n=12))
    # 1000 x 0.01 / (1 - 1.01^-12) = 88.8487...; the last row takes what half-up rounding left.
    assert {row.total for row in schedule.rows[:-1]} == {D("88.85")}
    assert schedule.rows[0] == (schedule.rows[0].__class__)(
        no=1, due=date(2024, 2, 1), principal=D("78.85"), interest=D("10.00"), total=D("88.85"), balance=D("921.15")
    )
    assert schedule.rows[-1].total == D("88.84")
    assert (schedule.total_interest, schedule.total_due) == (D("66.19"), D("1066.19"))


def test_equal_principal():
    assert rows(FOUR) == ["250.00 10.00 750.00", "250.00 7.50 500.00", "250.00 5.00 250.00", "250.00 2.50 0.00"]


def test_a_loan_without_interest():
    free = replace(LEVEL, annual_rate_pct=D("0"), n=3)
    assert rows(free) == ["333.33 0.00 666.67", "333.33 0.00 333.34", "333.34 0.00 0.00"]
    assert rows(replace(free, annuity="solved")) == rows(free)


def test_one_instalment():
    assert rows(replace(LEVEL, n=1)) == ["1000.00 10.00 0.00"]


def test_three_digits_and_none():
    dinar = replace(FOUR, currency_digits=3, principal=D("1000.001"))
    # 250.00025 to the fils; interest 10.00001, 7.50001, ...
    assert rows(dinar) == [
        "250.000 10.000 750.001",
        "250.000 7.500 500.001",
        "250.000 5.000 250.001",
        "250.001 2.500 0.000",
    ]
    dram = replace(FOUR, currency_digits=0, principal=D("1001"))
    assert rows(dram) == ["250 10 751", "250 8 501", "250 5 251", "251 3 0"]


def test_half_a_coin_goes_up_to_even_or_always_up():
    # 1 % of 50.00, 150.00, 250.00 drams: 0.5, 1.5, 2.5.
    for principal, half_up, half_even, ceiling in (
        ("50", "1", "0", "1"),
        ("150", "2", "2", "2"),
        ("250", "3", "2", "3"),
    ):
        one = replace(FOUR, currency_digits=0, principal=D(principal), n=1)
        interests = [
            rows(replace(one, rounding=Rounding(mode=mode)), "interest") for mode in ("half_up", "half_even", "ceiling")
        ]
        assert interests == [[half_up], [half_even], [ceiling]]


def test_the_smallest_note_is_ten():
    tens = replace(FOUR, currency_digits=0, currency_multiple=D("10"), principal=D("1010"))
    # 252.5 -> 250; the last takes 260. Interest 10.1, 7.6, 5.1, 2.6 -> 10, 10, 10, 0.
    assert rows(tens) == ["250 10 760", "250 10 510", "250 10 260", "260 0 0"]


def test_a_due_day_of_the_31st_comes_back_after_short_months():
    late = replace(FOUR, disbursed_on=date(2023, 12, 31), first_due=date(2024, 1, 31), day_count="actual/365")
    # 31 days 10.19, 29 days on 750: 7.15, 31 on 500: 5.10, 30 on 250: 2.47.
    assert rows(late, "due", "interest") == [
        "2024-01-31 10.19",
        "2024-02-29 7.15",
        "2024-03-31 5.10",
        "2024-04-30 2.47",
    ]


@pytest.mark.parametrize(
    ("day_count", "interest"),
    [("30/360", "100.00"), ("actual/365", "101.92"), ("actual/364", "102.20"), ("actual/360", "103.33")],
)
def test_a_month_of_31_days_at_each_day_count(day_count, interest):
    one = replace(FOUR, principal=D("10000.00"), n=1, day_count=day_count)
    assert rows(one, "interest") == [interest]


def test_actual_actual_is_parted_at_the_last_day_of_the_year():
    one = replace(FOUR, principal=D("1000000.00"), n=1, day_count="actual/actual")
    one = replace(one, disbursed_on=date(2023, 12, 12), first_due=date(2024, 1, 12))
    # 120,000 x (19/365 + 12/366) = 6,246.575... + 3,934.426...
    assert rows(one, "interest") == ["10181.00"]


def test_weekly_instalments_at_30_360_count_days():
    weekly = replace(FOUR, frequency=Frequency(1, "week"), first_due=date(2024, 1, 8), n=1)
    assert rows(weekly, "due", "interest") == ["2024-01-08 2.33"]


def test_a_weekend_moves_the_shown_day_and_no_interest():
    plain = replace(FOUR, first_due=date(2024, 2, 3), disbursed_on=date(2024, 1, 3), day_count="actual/365")
    moved = replace(plain, non_working=NonWorking(weekend=("sat", "sun"), holidays=(date(2024, 2, 5),)))
    assert rows(moved) == rows(plain)
    assert rows(moved, "due") == ["2024-02-06", "2024-03-04", "2024-04-03", "2024-05-03"]


def test_a_solved_instalment_moves_when_the_rounded_rows_then_end_nearer_to_it():
    # 31 at 5 % a month: 11.38, so 11, and the rounded rows would end with 13. With 12 they end with 11.
    drams = replace(LEVEL, principal=D("31"), currency_digits=0, n=3, annual_rate_pct=D("60"), annuity="solved")
    assert rows(drams, "total", "interest") == ["12 2", "12 1", "11 1"]
    assert rows(replace(drams, annuity="mean_rate"), "total", "interest") == ["11 2", "11 1", "13 1"]


def test_a_solved_instalment_stays_where_the_loan_ends_before_its_last_row():
    # 7 over 5 at 3 % a month: 1.53, so 2, which repays it in four rows.
    drams = replace(LEVEL, principal=D("7"), currency_digits=0, n=5, annual_rate_pct=D("36"), annuity="solved")
    assert rows(drams, "total") == ["2", "2", "2", "1"]


def test_grace_on_principal():
    grace = replace(FOUR, grace_principal=2)
    assert rows(grace) == ["0.00 10.00 1000.00", "0.00 10.00 1000.00", "500.00 10.00 500.00", "500.00 5.00 0.00"]


def test_waived_interest_is_never_charged_and_deferred_interest_comes_on_top():
    waived = replace(FOUR, grace_interest=2, grace_interest_kind="waived")
    assert rows(waived, "interest") == ["0.00", "0.00", "5.00", "2.50"]
    deferred = replace(waived, grace_interest_kind="deferred")
    # 10.00 + 7.50 on top of the third row's own 5.00.
    assert rows(deferred, "interest") == ["0.00", "0.00", "22.50", "2.50"]


def test_deferred_interest_leaves_the_level_instalment_its_principal():
    deferred = replace(LEVEL, grace_interest=1, grace_principal=1, grace_interest_kind="deferred")
    # 1000 x 0.01 / (1 - 1.01^-3) = 340.02; row 2 repays 340.02 - 10.00 and shows 20.00.
    assert rows(deferred, "principal", "interest", "total") == [
        "0.00 0.00 0.00",
        "330.02 20.00 350.02",
        "333.32 6.70 340.02",
        "336.66 3.37 340.03",
    ]


def test_flat_interest_stays_on_the_amount_lent():
    assert rows(replace(FLAT, principal=D("1000.01"))) == [
        "250.00 10.00 750.01",
        "250.00 10.00 500.01",
        "250.00 10.00 250.01",
        "250.01 10.00 0.00",
    ]


def test_deferred_flat_interest_comes_on_top_of_the_first_row_after_the_grace():
    deferred = replace(FLAT, grace_principal=1, grace_interest=2, grace_interest_kind="deferred")
    assert rows(deferred, "principal", "interest") == ["0.00 0.00", "333.33 0.00", "333.33 30.00", "333.34 10.00"]
    waived = replace(deferred, grace_interest_kind="waived")
    assert rows(waived, "interest") == ["0.00", "0.00", "10.00", "10.00"]


def test_rounding_every_coin_up_never_makes_the_last_flat_row_negative():
    # 0.004 a month rounds up to 0.01; the total of 12 is 0.048, up to 0.05.
    tiny = replace(FLAT, principal=D("0.40"), n=12, rounding=Rounding(mode="ceiling"))
    assert rows(tiny, "interest") == ["0.01"] * 5 + ["0.00"] * 7
    assert [row.principal for row in build_schedule(tiny).rows] == [D("0.04")] * 10 + [D("0.00")] * 2


def test_flat_interest_in_a_long_first_period_runs_from_the_pay_out():
    long = replace(FLAT, disbursed_on=date(2023, 12, 15), first_period="actual_days_in_annuity")
    # 48 days of a nominal 31: 10.00 x 48/31 = 15.48.
    assert rows(long, "interest") == ["15.48", "10.00", "10.00", "10.00"]


def test_a_flat_period_bears_the_rate_of_its_first_day():
    change = RateChange(date(2024, 2, 15), D("6"))
    assert rows(replace(FLAT, rate_changes=(change,)), "interest") == ["10.00", "10.00", "5.00", "5.00"]
    on_due_date = RateChange(date(2024, 2, 1), D("6"))
    assert rows(replace(FLAT, rate_changes=(on_due_date,)), "interest") == ["10.00", "5.00", "5.00", "5.00"]


@pytest.mark.parametrize(
    ("kind", "interest"),
    [("nominal", "10.00"), ("actual_days_in_annuity", "5.48"), ("actual_days_on_top", "5.48")],
)
def test_a_short_first_period(kind, interest):
    short = replace(FOUR, disbursed_on=date(2024, 1, 15), first_period=kind)
    # 17 of the nominal 31 days.
    assert rows(short, "interest") == [interest, "7.50", "5.00", "2.50"]


def test_on_top_counts_the_days_to_the_shown_date():
    moved = replace(
        FOUR,
        disbursed_on=date(2024, 1, 15),
        first_period="actual_days_on_top",
        non_working=NonWorking(holidays=(date(2024, 2, 1), date(2024, 2, 2))),
    )
    # 19 days to 3 February, of a nominal 31: 6.129.
    assert rows(moved, "due", "interest")[0] == "2024-02-03 6.13"


@pytest.mark.parametrize("excess", ["reduce_number", "reduce_instalment"])
def test_days_on_top_are_no_principal_of_who_pays_the_first_instalment_on_its_day(excess):
    """31 days before the usual period of 31: twice the interest, 265.24 + 10.00 asked on 1 February."""
    long = replace(LEVEL, n=4, disbursed_on=date(2023, 12, 1), first_period="actual_days_on_top", as_booked=True)
    asked = rows(long)
    assert asked[0] == "246.28 20.00 753.72"
    kept = paid(("2024-02-01", "266.28"), early="next_instalment", excess=excess)
    assert rows(replace(long, **kept)) == asked
    more = paid(("2024-02-01", "276.28"), early="next_instalment", excess=excess)
    assert rows(replace(long, **more))[0] == "256.28 20.00 743.72"
    late = paid(("2024-02-10", "266.28"), early="next_instalment", excess=excess)
    assert rows(replace(long, **late))[0] == asked[0]


def test_the_first_instalment_of_days_on_top_is_closed_early_with_interest_to_that_day():
    """30 of 62 days to 1 February: 10.00 x 30/31 = 9.68; the other 32, on 700.00 x 1 % a month, come with the second:
    7.23, and 7.00 of its own."""
    long = replace(FOUR, disbursed_on=date(2023, 12, 1), first_period="actual_days_on_top")
    early = paid(("2023-12-31", "309.68"), early="next_instalment", excess="reduce_instalment")
    assert rows(replace(long, as_booked=True, **early))[:2] == ["300.00 9.68 700.00", "233.33 14.23 466.67"]


def test_the_day_named_in_a_change_already_bears_the_new_rate():
    change = RateChange(date(2024, 2, 15), D("24"))
    # 750 x 1 % x 13/29 = 3.36, 750 x 2 % x 16/29 = 8.28.
    assert rows(replace(FOUR, rate_changes=(change,)), "interest") == ["10.00", "11.64", "10.00", "5.00"]


@pytest.mark.parametrize(
    ("day", "interests"),
    [
        (date(2024, 2, 1), ["10.00", "15.00", "10.00", "5.00"]),
        (date(2024, 2, 2), ["10.00", "15.00", "10.00", "5.00"]),
        # 1 of 29 days still old: 0.26 + 14.48.
        (date(2024, 2, 3), ["10.00", "14.74", "10.00", "5.00"]),
        (date(2023, 6, 1), ["20.00", "15.00", "10.00", "5.00"]),
    ],
)
def test_a_change_on_and_about_a_due_date(day, interests):
    assert rows(replace(FOUR, rate_changes=(RateChange(day, D("24")),)), "interest") == interests


def test_a_changed_rate_finds_a_new_level_instalment():
    change = RateChange(date(2024, 3, 1), D("24"))
    # 256.28 at 1 % over 4; after two rows 2 % over 2: 504.98 x 0.02 / (1 - 1.02^-2) = 260.09.
    assert rows(replace(LEVEL, rate_changes=(change,)), "interest", "total", "balance") == [
        "10.00 256.28 753.72",
        "7.54 256.28 504.98",
        "10.10 260.09 254.99",
        "5.10 260.09 0.00",
    ]


TRANCHES = (Disbursement(date(2024, 1, 1), D("600.00")), Disbursement(date(2024, 2, 15), D("400.00")))


def test_a_tranche_bears_interest_from_its_day_and_is_planned_from_then():
    two = replace(FOUR, disbursements=TRANCHES)
    # 600/4 = 150; then 450 x 1 % x 14/29 = 2.17 and 850 x 1 % x 15/29 = 4.40; then 850/3.
    assert rows(two) == ["150.00 6.00 450.00", "283.33 6.57 566.67", "283.33 5.67 283.34", "283.34 2.83 0.00"]


def test_a_tranche_on_a_due_date_shows_in_the_balance_and_bears_interest_from_then():
    tranches = (TRANCHES[0], Disbursement(date(2024, 2, 1), D("400.00")))
    assert rows(replace(FOUR, disbursements=tranches))[:2] == ["150.00 6.00 850.00", "283.33 8.50 566.67"]


def test_a_loan_that_is_repaid_goes_on_when_a_tranche_is_still_to_come():
    repaid = replace(LEVEL, disbursements=TRANCHES, **paid(("2024-02-01", "606.00")))
    # 400 from 15 February: 2.07 to 1 March; 400 x 0.01 / (1 - 1.01^-3) = 136.01.
    assert rows(repaid, "principal", "interest", "total", "balance") == [
        "600.00 6.00 606.00 0.00",
        "133.94 2.07 136.01 266.06",
        "133.35 2.66 136.01 132.71",
        "132.71 1.33 134.04 0.00",
    ]


def test_a_plan_on_the_approved_amount_is_kept_when_the_rest_is_paid_out():
    two = replace(FOUR, disbursements=TRANCHES, on_disbursement="instalment_on_approved_amount")
    assert rows(two, "principal", "balance") == ["250.00 350.00", "250.00 500.00", "250.00 250.00", "250.00 0.00"]


def test_the_remainder_first_last_or_spread():
    seven = replace(FOUR, principal=D("1000.02"), annual_rate_pct=D("0"))
    assert rows(seven, "principal") == ["250.01", "250.01", "250.01", "249.99"]
    assert rows(replace(seven, remainder="first"), "principal") == ["249.99", "250.01", "250.01", "250.01"]
    assert rows(replace(seven, remainder="spread"), "principal") == ["250.01", "250.00", "250.01", "250.00"]


def test_the_remainder_goes_to_the_first_row_that_repays():
    grace = replace(LEVEL, grace_principal=1, remainder="first")
    # Level 340.02 over the last three; 340.03 at the end moves to row 2.
    assert rows(grace, "principal", "interest", "total") == [
        "0.00 10.00 10.00",
        "330.03 10.00 340.03",
        "333.32 6.70 340.02",
        "336.65 3.37 340.02",
    ]


def test_a_fixed_instalment_runs_until_nothing_is_owed():
    fixed = replace(LEVEL, n=None, instalment_amount=D("400.00"))
    assert rows(fixed, "principal", "interest", "total") == [
        "390.00 10.00 400.00",
        "393.90 6.10 400.00",
        "216.10 2.16 218.26",
    ]


def test_a_fixed_instalment_that_never_repays_is_refused():
    with pytest.raises(ScheduleError, match="does not repay the loan"):
        build_schedule(replace(LEVEL, n=None, instalment_amount=D("10.00")))


def test_a_schedule_has_at_most_1200_rows():
    longest = replace(LEVEL, n=None, annual_rate_pct=D("0"), principal=D("1200.00"), instalment_amount=D("1.00"))
    assert len(build_schedule(longest).rows) == 1200
    with pytest.raises(ScheduleError, match="within 1200 rows"):
        build_schedule(replace(longest, principal=D("1200.01")))


def test_a_fixed_instalment_below_the_interest_leaves_the_principal_to_the_last_row():
    low = replace(LEVEL, n=2, instalment_amount=D("4.00"))
    assert rows(low) == ["0.00 10.00 1000.00", "1000.00 10.00 0.00"]


def test_weights_share_the_principal_out():
    weighted = replace(
        FOUR, method="declining_weighted_principal", principal_weights=tuple(map(D, ("0.1", "0.2", "0.3", "0.4")))
    )
    assert rows(weighted) == ["100.00 10.00 900.00", "200.00 9.00 700.00", "300.00 7.00 400.00", "400.00 4.00 0.00"]


# -- payments


@pytest.mark.parametrize(
    ("excess", "expected"),
    [
        ("reduce_instalment", ["400.00 10.00 600.00", "200.00 6.00 400.00", "200.00 4.00 200.00", "200.00 2.00 0.00"]),
        ("reduce_number", ["400.00 10.00 600.00", "250.00 6.00 350.00", "250.00 3.50 100.00", "100.00 1.00 0.00"]),
        ("next_instalments", ["400.00 10.00 600.00", "100.00 6.00 500.00", "250.00 5.00 250.00", "250.00 2.50 0.00"]),
    ],
)
def test_more_than_is_due_on_the_due_date(excess, expected):
    assert rows(replace(FOUR, **paid(("2024-02-01", "410.00"), excess=excess))) == expected


def test_two_payments_of_one_day_count_as_one():
    once = replace(FOUR, **paid(("2024-02-01", "410.00")))
    twice = replace(FOUR, **paid(("2024-02-01", "150.00"), ("2024-02-01", "260.00")))
    assert rows(once) == rows(twice)


def test_unpaid_principal_bears_interest_until_the_day_looked_at():
    short = replace(FOUR, **paid(("2024-02-01", "200.00")), as_of=date(2024, 2, 11))
    # Row 1 lacks 60.00: 810 x 1 % x 10/29 = 2.79, then 750 x 1 % x 19/29 = 4.91.
    assert rows(short) == ["250.00 10.00 750.00", "250.00 7.70 500.00", "250.00 5.00 250.00", "250.00 2.50 0.00"]


def test_nothing_paid_by_the_day_looked_at():
    unpaid = replace(FOUR, as_of=date(2024, 3, 11))
    # Row 2: 1000 for the whole month; row 3: 1000 x 1 % x 10/31 = 3.23, then 500 x 1 % x 21/31 = 3.39.
    assert rows(unpaid, "interest") == ["10.00", "10.00", "6.62", "2.50"]


def test_a_payment_settles_the_oldest_row_first():
    late = replace(FOUR, **paid(("2024-02-15", "260.00")), as_of=date(2024, 3, 1))
    # 1000 x 1 % x 14/29 = 4.83, then 750 x 1 % x 15/29 = 3.88.
    assert rows(late, "interest") == ["10.00", "8.71", "5.00", "2.50"]


def test_early_money_lowers_the_balance_that_day_once_what_is_late_is_paid():
    early = replace(FOUR, **paid(("2024-02-15", "100.00")), as_of=date(2024, 2, 15))
    # All of it goes to row 1, which was late: 1000 x 1 % x 14/29 = 4.83, then 750 x 1 % x 15/29 = 3.88.
    assert rows(early, "interest")[1] == "8.71"
    in_first = replace(FOUR, **paid(("2024-01-11", "310.00"), excess="reduce_number"))
    # 1000 x 1 % x 10/31 = 3.23, 690 x 1 % x 21/31 = 4.67; 310 is more than the planned 250.
    assert rows(in_first)[:2] == ["310.00 7.90 690.00", "250.00 6.90 440.00"]


def test_early_money_below_the_plan_is_a_part_of_the_row():
    early = replace(FOUR, **paid(("2024-01-11", "100.00")))
    # 3.23 and 900 x 1 % x 21/31 = 6.10.
    assert rows(early)[:2] == ["250.00 9.33 750.00", "250.00 7.50 500.00"]


def test_a_loan_repaid_in_its_first_month():
    # 1000 x 1 % x 15/31 = 4.84 to 16 January.
    assert rows(replace(FOUR, **paid(("2024-01-16", "1004.84")))) == ["1000.00 4.84 0.00"]
    with pytest.raises(ScheduleError, match=r"0\.16 more than the loan owes"):
        build_schedule(replace(FOUR, **paid(("2024-01-16", "1005.00"))))


def test_a_loan_repaid_within_its_grace_still_owes_the_deferred_interest():
    deferred = replace(LEVEL, grace_interest=2, grace_interest_kind="deferred")
    assert rows(replace(deferred, **paid(("2024-01-16", "1004.84")))) == ["1000.00 4.84 0.00"]
    assert rows(replace(deferred, **paid(("2024-02-01", "1010.00")))) == ["1000.00 10.00 0.00"]
    with pytest.raises(ScheduleError, match=r"0\.01 more than the loan owes"):
        build_schedule(replace(deferred, **paid(("2024-02-01", "1010.01"))))


def test_an_early_payment_below_the_interest_closes_no_row():
    low = replace(LEVEL, n=2, instalment_amount=D("4.00"))
    # 4.84 has accrued by 16 January, more than the instalment.
    assert rows(replace(low, **paid(("2024-01-16", "4.84"), early="next_instalment")))[0] == "0.00 4.84 1000.00"
    with pytest.raises(ScheduleError, match=r"less than the 4\.84"):
        build_schedule(replace(low, **paid(("2024-01-16", "4.83"), early="next_instalment")))


def test_an_early_instalment_closes_its_row_and_leaves_the_rest_of_the_month_to_the_next():
    level = replace(LEVEL, **paid(("2024-01-16", "256.28"), early="next_instalment", excess="reduce_number"))
    # 4.84 to 16 January, so 251.44 repaid; 748.56 x 1 % x 16/31 = 3.86 more in row 2, beside its own 7.49.
    assert rows(level)[:2] == ["251.44 4.84 748.56", "244.93 11.35 503.63"]


def test_an_early_payment_below_the_instalment_cannot_close_a_row():
    level = replace(LEVEL, **paid(("2024-01-16", "256.27"), early="next_instalment"))
    with pytest.raises(ScheduleError, match=r"256\.27 is left on 2024-01-16 before instalment 1") as refused:
        build_schedule(level)
    assert refused.value.field == "payments"


def test_a_row_closed_early_takes_no_second_payment_on_its_due_date():
    twice = paid(("2024-01-16", "256.28"), ("2024-02-01", "256.28"), early="next_instalment", excess="reduce_number")
    # Row 2 is closed on 1 February with the 3.86 of January; row 3 bears all of February and March.
    assert rows(replace(LEVEL, **twice))[:3] == ["251.44 4.84 748.56", "252.42 3.86 496.14", "246.36 9.92 249.78"]


@pytest.mark.parametrize("early", ["principal_first", "next_instalment"])
@pytest.mark.parametrize("excess", ["reduce_instalment", "reduce_number", "next_instalments"])
@pytest.mark.parametrize("request_", [FOUR, LEVEL, replace(LEVEL, annuity="solved", grace_principal=1)])
def test_paying_as_planned_changes_nothing(request_, early, excess):
    plan = build_schedule(request_)
    received = tuple(Payment(row.due, row.total) for row in plan.rows)
    assert build_schedule(replace(request_, payments=received, on_payment=OnPayment(early, excess))) == plan


def test_a_spread_remainder_makes_early_money_lower_the_instalment_where_it_should_make_fewer():
    """Why a product refuses the two together: an instalment found anew before every row does not stay."""
    twice = paid(("2024-02-01", "512.56"), excess="reduce_number")
    assert rows(replace(LEVEL, **twice)) == ["502.56 10.00 497.44", "251.31 4.97 246.13", "246.13 2.46 0.00"]
    # 497.44 in three instalments of 169.14 (the last of 169.13), and not in two of 256.28 and 248.59.
    assert rows(replace(LEVEL, remainder="spread", **twice)) == [
        "502.56 10.00 497.44",
        "164.17 4.97 333.27",
        "165.81 3.33 167.46",
        "167.46 1.67 0.00",
    ]


@pytest.mark.parametrize(("until", "interest"), [("date", "3.62"), ("period_end", "7.50")])
def test_a_payoff_stops_the_interest(until, interest):
    # 750 x 1 % x 14/29 = 3.62 to 15 February.
    closed = replace(FOUR, payoff=Payoff(date(2024, 2, 15), until))
    assert rows(closed, "principal", "interest") == [
        "250.00 10.00", f"250.00 {interest}", "250.00 0.00", "250.00 0.00"
    ]  # fmt: skip


def test_a_payoff_of_a_level_loan_on_a_due_date():
    closed = replace(LEVEL, payoff=Payoff(date(2024, 2, 1)))
    assert rows(closed, "principal", "interest", "balance") == [
        "246.28 10.00 753.72",
        "256.28 0.00 497.44",
        "256.28 0.00 241.16",
        "241.16 0.00 0.00",
    ]


def test_a_payoff_asks_for_all_that_is_left_whatever_was_paid_ahead():
    ahead = paid(("2024-02-01", "512.56"), excess="next_instalments")
    closed = replace(LEVEL, payoff=Payoff(date(2024, 2, 15)), **ahead)
    # 256.28 ahead lower no row: 497.44 and its interest to 15 February are asked for in instalments.
    assert rows(closed, "principal", "interest", "balance") == [
        "502.56 10.00 497.44",
        "253.88 2.40 243.56",
        "243.56 0.00 0.00",
    ]
