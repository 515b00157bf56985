"""A schedule request that makes no sense gets one sentence: what, where, and what to do."""

import json
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from loans.management.commands.loan_schedule import MAX_BYTES, answer
from loans.schedule import ScheduleError, ScheduleRequest, build_schedule, request_from_json, schedule_as_json

GOOD = {
    "currency_digits": 2,
    "principal": "1000.00",
    "disbursed_on": "2024-01-01",
    "first_due": "2024-02-01",
    "n": 12,
    "frequency": {"every": 1, "unit": "month"},
    "method": "declining_equal_instalment",
    "annual_rate_pct": "12",
    "day_count": "30/360",
}
TRANCHE = {"date": "2024-01-01", "amount": "1000.00"}
PAID = {"date": "2024-02-01", "amount": "88.85"}


def refusal(request):
    with pytest.raises(ScheduleError) as refused:
        build_schedule(request_from_json(request))
    return refused.value


WEIGHTED = {"method": "declining_weighted_principal", "n": 3}
FAULTS = [
    # numbers of rows and graces
    ("n", {"n": 0}),
    ("n", {"n": -1}),
    ("n", {"n": 10000}),
    ("n", {"n": 1201}),
    ("n", {"n": "12"}),
    ("n", {"n": 12.0}),
    ("n", {"n": True}),
    ("n", {"n": None}),
    ("grace_principal", {"grace_principal": 12}),
    ("grace_principal", {"grace_principal": -1}),
    ("grace_interest", {"grace_interest": 13, "grace_interest_kind": "waived"}),
    ("grace_interest", {"grace_interest": 12, "grace_interest_kind": "deferred"}),
    ("grace_interest_kind", {"grace_interest": 1}),
    ("grace_interest_kind", {"grace_interest": 1, "grace_interest_kind": "forgotten"}),
    # money
    ("principal", {"principal": 1000}),
    ("principal", {"principal": 1000.5}),
    ("principal", {"principal": "0"}),
    ("principal", {"principal": "-1000.00"}),
    ("principal", {"principal": "1e3"}),
    ("principal", {"principal": "NaN"}),
    ("principal", {"principal": "1,000.00"}),
    ("principal", {"principal": "١٠٠٠"}),
    ("principal", {"principal": "1000.001"}),
    ("principal", {"principal": "1000.5", "currency_digits": 0}),
    ("principal", {"principal": "9999999999999999"}),
    ("principal", {"principal": "1" * 400}),
    ("currency_digits", {"currency_digits": 5}),
    ("currency_digits", {"currency_digits": -1}),
    ("currency_digits", {"currency_digits": "2"}),
    ("currency_multiple", {"currency_multiple": "0"}),
    ("rounding.instalment_multiple_of", {"rounding": {"mode": "half_up", "instalment_multiple_of": "-1"}}),
    ("rounding.mode", {"rounding": {"mode": "down"}}),
    ("rounding.mode", {"rounding": {}}),
    ("rounding.instalment_mode", {"rounding": {"mode": "half_up", "instalment_mode": "floor"}}),
    ("rounding", {"rounding": "half_up"}),
    ("instalment_amount", {"instalment_amount": "0"}),
    ("instalment_amount", {"instalment_amount": "100", "method": "flat"}),
    ("annuity", {"instalment_amount": "100", "annuity": "solved"}),
    # rates
    ("annual_rate_pct", {"annual_rate_pct": "-1"}),
    ("annual_rate_pct", {"annual_rate_pct": "1000"}),
    ("annual_rate_pct", {"annual_rate_pct": "500.01"}),
    ("annual_rate_pct", {"annual_rate_pct": 12}),
    ("annual_rate_pct", {"annual_rate_pct": "12", "period_rate_pct": "1"}),
    ("period_rate_pct", {"annual_rate_pct": ..., "period_rate_pct": "100.01"}),
    ("annual_rate_pct", {"annual_rate_pct": ...}),
    ("day_count", {"day_count": ...}),
    ("day_count", {"day_count": "30E/360"}),
    # days
    ("first_due", {"first_due": "2024-01-01"}),
    ("first_due", {"first_due": "2023-12-31"}),
    ("first_due", {"first_due": "2024-02-30"}),
    ("first_due", {"first_due": "20240201"}),
    ("first_due", {"first_due": "2024-02-01T00:00"}),
    ("first_due", {"first_due": "2200-02-01"}),
    ("disbursed_on", {"disbursed_on": "0001-01-01"}),
    ("disbursed_on", {"disbursed_on": 20240101}),
    ("frequency.every", {"frequency": {"every": 0, "unit": "month"}}),
    ("frequency.unit", {"frequency": {"every": 1, "unit": "year"}}),
    ("frequency", {"frequency": {"every": 1200, "unit": "month"}, "n": 1200}),
    ("frequency.unit", {"frequency": {"every": 1}}),
    ("non_working.weekend[1]", {"non_working": {"weekend": ["sat", "Sunday"]}}),
    ("non_working.weekend", {"non_working": {"weekend": ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]}}),
    ("non_working.holidays[0]", {"non_working": {"holidays": ["2024-13-01"]}}),
    # words and names
    ("method", {"method": "balloon"}),
    ("method", {"method": 1}),
    ("method", {"method": ...}),
    ("remainder", {"remainder": "middle"}),
    ("annuity", {"annuity": "guessed"}),
    ("first_period", {"first_period": "actual"}),
    ("interest", {"interest": "12"}),
    ("payments[0].value", {"payments": [{"date": "2024-02-01", "value": "1"}]}),
    ("payments[0].amount", {"payments": [{"date": "2024-02-01"}]}),
    ("payments", {"payments": {"date": "2024-02-01", "amount": "1"}}),
    # weights
    ("principal_weights", WEIGHTED),
    ("principal_weights", {**WEIGHTED, "principal_weights": ["0.3", "0.3", "0.3"]}),
    ("principal_weights", {**WEIGHTED, "principal_weights": ["0.5", "0.5"]}),
    ("principal_weights[1]", {**WEIGHTED, "principal_weights": ["1.5", "-0.5", "0"]}),
    ("principal_weights", {"principal_weights": ["1"]}),
    ("interest_weights", {"method": "flat", "n": 2, "interest_weights": ["0.5", "0.6"]}),
    ("interest_weights", {"interest_weights": ["1"]}),
    # tranches and changes
    ("disbursements", {"disbursements": [{"date": "2024-01-02", "amount": "1000.00"}]}),
    ("disbursements", {"disbursements": [{"date": "2024-01-01", "amount": "999.99"}]}),
    ("disbursements[0].amount", {"disbursements": [{"date": "2024-01-01", "amount": "0"}, TRANCHE]}),
    ("disbursements", {"principal": "2000", "disbursements": [TRANCHE, {"date": "2025-01-01", "amount": "1000"}]}),
    ("on_disbursement", {"method": "flat", "principal": "2000.00", "disbursements": [TRANCHE, TRANCHE]}),
    ("on_disbursement", {"on_disbursement": "never"}),
    ("rate_changes[0].annual_rate_pct", {"rate_changes": [{"from": "2024-03-01", "annual_rate_pct": "-1"}]}),
    ("rate_changes[1].from", {"rate_changes": [{"from": "2024-03-01", "annual_rate_pct": "1"}] * 2}),
    (
        "rate_changes",
        {
            "annual_rate_pct": ...,
            "period_rate_pct": "1",
            "rate_changes": [{"from": "2024-03-01", "annual_rate_pct": "1"}],
        },
    ),
    # payments and payoff
    ("payments[0].amount", {"payments": [{"date": "2024-02-01", "amount": "0"}]}),
    ("payments[0].amount", {"payments": [{"date": "2024-02-01", "amount": "-5.00"}]}),
    ("payments[0].date", {"payments": [{"date": "2023-12-31", "amount": "5.00"}]}),
    ("payments[0].date", {"payments": [PAID], "as_of": "2024-01-31"}),
    ("payments", {"payments": [PAID], "method": "flat"}),
    ("payments", {"payments": [{"date": "2024-02-01", "amount": "1010.01"}]}),
    ("remainder", {"payments": [PAID], "remainder": "first"}),
    ("as_of", {"as_of": "2023-12-31"}),
    ("on_payment.early", {"on_payment": {"early": "soon"}}),
    ("on_payment.excess", {"on_payment": {"excess": "keep"}}),
    ("payoff.date", {"payoff": {"date": "2023-12-31", "interest_until": "date"}}),
    ("payoff.date", {"payoff": {"date": "2025-01-02", "interest_until": "date"}}),
    ("payoff.date", {"payoff": {"date": "2024-01-15", "interest_until": "date"}, "payments": [PAID]}),
    ("payoff.interest_until", {"payoff": {"date": "2024-02-01", "interest_until": "tomorrow"}}),
    ("payoff", {"payoff": {"date": "2024-02-01", "interest_until": "date"}, "method": "flat"}),
]


@pytest.mark.parametrize(("field", "change"), FAULTS, ids=lambda value: value if isinstance(value, str) else None)
def test_a_fault_is_named_with_its_field_in_one_short_line(field, change):
    request = {name: value for name, value in {**GOOD, **change}.items() if value is not ...}
    error = refusal(json.dumps(request))
    assert error.field == field
    assert str(error).startswith(f"{field}: ")
    assert str(error).endswith(".")
    assert "\n" not in str(error)


def test_the_request_that_the_faults_are_made_of_is_good():
    assert len(build_schedule(request_from_json(GOOD)).rows) == 12


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (b"", "not JSON"),
        (b"{", "not JSON"),
        (b"[]", "must be one JSON object"),
        (b"null", "must be one JSON object"),
        (b'{"n": 1, "n": 2}', "n: is given twice"),
        (b"\xff\xfe{", "not UTF-8"),
        (b"[" * 100_000, "nested too deeply"),
        (b'{"n": ' + b"9" * 5000 + b"}", "a number that is too long"),
        (b"{}" + b" " * MAX_BYTES, "larger than"),
    ],
)
def test_a_text_that_is_no_request(text, sentence):
    with pytest.raises(ScheduleError, match=sentence):
        answer(text)


def test_a_request_saved_with_a_byte_order_mark_is_read():
    assert request_from_json(b"\xef\xbb\xbf" + json.dumps(GOOD).encode()) == request_from_json(GOOD)


def test_a_request_made_in_code_is_checked_too():
    request = request_from_json(GOOD)
    for change, field in (
        ({"principal": 1000.0}, "principal"),
        ({"principal": Decimal("NaN")}, "principal"),
        ({"annual_rate_pct": 12}, "annual_rate_pct"),
        ({"annual_rate_pct": Decimal("Infinity")}, "annual_rate_pct"),
        ({"annual_rate_pct": Decimal("0.0000000000001")}, "annual_rate_pct"),
        ({"currency_multiple": Decimal("1e-13")}, "currency_multiple"),
        ({"first_due": "2024-02-01"}, "first_due"),
        ({"n": None}, "n"),
        ({"n": None, "instalment_amount": Decimal(100), "remainder": "spread"}, "remainder"),
    ):
        with pytest.raises(ScheduleError) as refused:
            build_schedule(replace(request, **change))
        assert refused.value.field == field


def test_the_answer_is_written_with_all_its_digits():
    request = ScheduleRequest(
        principal=Decimal("1e3"),
        currency_digits=3,
        disbursed_on=date(2024, 1, 1),
        first_due=date(2024, 2, 1),
        n=1,
        method="flat",
        annual_rate_pct=Decimal("0"),
    )
    row = {"no": 1, "due": "2024-02-01", "principal": "1000.000", "interest": "0.000", "total": "1000.000"}
    assert schedule_as_json(build_schedule(request)) == {
        "rows": [{**row, "balance": "0.000"}],
        "total_interest": "0.000",
    }
