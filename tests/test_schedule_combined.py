"""All settings that a schedule request knows, combined at random through the command: a schedule or one sentence."""

import json
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise

from hypothesis import event, given
from hypothesis import strategies as st

from loans.management.commands.loan_schedule import answer
from loans.schedule import ScheduleError
from loans.schedule import request as words

FIRST = date(2024, 1, 29)
days = st.integers(-3, 400).map(lambda number: f"{FIRST + timedelta(days=number)}")
rates = st.sampled_from(["0", "0.01", "12", "27.5", "100", "499.99", "500"])


def decimals(least, most, digits):
    return st.integers(least, most).map(lambda count: f"{Decimal(count).scaleb(-digits):f}")


def objects(**fields):
    return st.fixed_dictionaries({}, optional=fields)


@st.composite
def weights(draw, rows):
    parts = draw(st.lists(st.integers(0, 9), min_size=rows, max_size=rows).filter(any)) if rows > 0 else [1]
    shares = [Decimal(part * 1000 // sum(parts)).scaleb(-3) for part in parts]
    shares[-1] += 1 - sum(shares)
    return [f"{share:f}" for share in shares]


@st.composite
def requests(draw):
    """Mostly in order, so that most of them are answered; what is optional is there or not."""
    digits = draw(st.sampled_from([0, 2, 2, 2, 3, 4]))
    number, method = draw(st.sampled_from([1, 2, 3, 6, 12, 25])), draw(st.sampled_from(words.METHODS))
    amounts = decimals(1, 10**6, digits)
    asked = {
        "currency_digits": digits,
        "principal": draw(decimals(1, 10**7, digits)),
        "disbursed_on": f"{FIRST}",
        "first_due": f"{FIRST + timedelta(days=draw(st.integers(1, 62)))}",
        "frequency": {"every": draw(st.sampled_from([1, 2, 3, 14])), "unit": draw(st.sampled_from(words.UNITS))},
        "method": method,
        "n": number,
    }
    if draw(st.booleans()):
        asked |= {"annual_rate_pct": draw(rates), "day_count": draw(st.sampled_from(words.DAY_COUNTS))}
    else:
        asked["period_rate_pct"] = draw(st.sampled_from(["0", "1", "2.25", "100"]))
    rounding = objects(instalment_multiple_of=st.sampled_from(["0.05", "1", "10", "7.5"]))
    asked |= draw(
        objects(
            currency_multiple=st.sampled_from(["0.05", "1", "5"]),
            first_period=st.sampled_from(words.FIRST_PERIODS),
            remainder=st.sampled_from(words.REMAINDERS),
            annuity=st.sampled_from(words.ANNUITIES),
            on_disbursement=st.sampled_from(words.ON_DISBURSEMENT),
            grace_principal=st.integers(0, max(number // 2, 1)),
            non_working=objects(
                weekend=st.lists(st.sampled_from(words.WEEKDAYS), max_size=4, unique=True),
                holidays=st.lists(days, max_size=4),
                interest_moves=st.booleans(),
            ),
            rounding=st.builds(
                lambda mode, more: {"mode": mode, **more}, st.sampled_from(words.ROUNDING_MODES), rounding
            ),
        )
    )
    if draw(st.integers(0, 2)) == 0:
        asked |= {
            "grace_interest": draw(st.integers(0, number)),
            "grace_interest_kind": draw(st.sampled_from(words.GRACE_INTEREST_KINDS)),
        }
    rows = number - asked.get("grace_principal", 0)
    if method == "declining_weighted_principal" or (method == "flat" and draw(st.booleans())):
        asked["principal_weights"] = draw(weights(rows))
    if method == "flat" and draw(st.booleans()):
        asked["interest_weights"] = draw(weights(rows))
    if method == "declining_equal_instalment" and draw(st.integers(0, 3)) == 0:
        asked["instalment_amount"] = draw(amounts)
        asked.pop("annuity", None)
        if draw(st.booleans()):
            del asked["n"]
    return asked | draw(happenings(asked, amounts))


@st.composite
def happenings(draw, asked, amounts):
    """What comes while the loan lives: pay-outs in parts, other rates, money, a day to look from, a payoff."""
    found = {}
    if draw(st.integers(0, 9 if asked["method"] == "flat" else 3)) == 0:
        part = Decimal(asked["principal"]).scaleb(-1).quantize(Decimal(1).scaleb(-asked["currency_digits"]))
        if part:
            first = Decimal(asked["principal"]) - part
            found["disbursements"] = [
                {"date": asked["disbursed_on"], "amount": f"{first:f}"},
                {"date": draw(days), "amount": f"{part:f}"},
            ]
    if "annual_rate_pct" in asked and draw(st.integers(0, 3)) == 0:
        changes = draw(st.lists(st.tuples(days, rates), max_size=3, unique_by=lambda one: one[0]))
        found["rate_changes"] = [{"from": day, "annual_rate_pct": rate} for day, rate in changes]
    if draw(st.booleans()):
        received = draw(st.lists(st.tuples(days, amounts), max_size=3))
        found["payments"] = [{"date": day, "amount": amount} for day, amount in received]
        found["on_payment"] = draw(objects(early=st.sampled_from(words.EARLY), excess=st.sampled_from(words.EXCESS)))
    return found | draw(
        objects(
            as_of=days,
            payoff=st.fixed_dictionaries({"date": days, "interest_until": st.sampled_from(words.INTEREST_UNTIL)}),
        )
    )


@given(requests())
def test_every_request_is_answered_by_a_schedule_that_repays_the_loan_or_by_a_sentence(asked):
    try:
        given_back = json.loads(answer(json.dumps(asked).encode()))
    except ScheduleError as refused:
        refusal = refused
    else:
        refusal = None
    event(f"refused: {refusal.field.partition('[')[0]}" if refusal else "answered")
    if refusal:
        assert refusal.field
        assert refusal.sentence.endswith(".")
        return
    rows = given_back["rows"]
    principals, interests, totals, balances = (
        [Decimal(row[name]) for row in rows] for name in ("principal", "interest", "total", "balance")
    )
    assert [row["no"] for row in rows] == list(range(1, len(rows) + 1))
    assert len(rows) <= asked.get("n", words.MAX_ROWS)
    assert all(before["due"] <= after["due"] for before, after in pairwise(rows))
    assert min(principals + interests + balances) >= 0
    assert balances[-1] == 0
    # Where a unit is no coin, each row is rounded once more to be shown: by half a coin at most.
    coin, exact = Decimal(1).scaleb(-asked["currency_digits"]), not {"currency_multiple"} & set(asked)
    exact = exact and asked.get("rounding", {"mode": "half_up"})["mode"] != "none"
    exact = exact and "instalment_multiple_of" not in asked.get("rounding", {})
    slack = 0 if exact else coin * len(rows)
    assert abs(sum(principals) - Decimal(asked["principal"])) <= slack
    assert abs(sum(interests) - Decimal(given_back["total_interest"])) <= slack
    assert all(abs(p + i - t) <= (0 if exact else coin) for p, i, t in zip(principals, interests, totals, strict=True))
