"""An award that several donors share: each line has its part of every promise, payment and recovery, to the cent."""


import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.proof import faults
from grants.funding import promises_of
from grants.services import (
    approve_amendment,
    give_up_recovery,
    order_tranche,
    propose_amendment,
    receive_recovery,
    terminate_award,
)
from grants.standing import standing
from ledger.models import Account
from payments.services import return_payment
from programmes.models import Donor, LineShare
from programmes.services import available_on
from programmes.shares import next_parts, split_within
from tests.office import DAY
from tests.replay import replayed
from tests.steps_grants import (
    account_for,
    certified_tranche,
    signed_award,
)
from tests.steps_payments import another_line, settled_order

THIRDS = [3_333, 3_333, 3_334]
SEVEN_THREE = [7_000, 3_000]


# The arithmetic ------------------------------------------------------------------------------------------------------


def in_turn(amounts, weights, most):
    taken, found = [0] * len(weights), []
    for amount in amounts:
        parts = next_parts(amount, weights, taken, most)
        taken = [before + part for before, part in zip(taken, parts, strict=True)]
        found.append(parts)
    return found


@pytest.mark.once
def test_three_tranches_of_100_01_over_three_thirds_add_up_to_the_split_of_the_whole():
    """By hand: 10,001 x 0.3333 = 3,333.3 twice, the last takes 3,335. After 33.33: 1,110.9, so 1,111, 1,111 and 1,111.
    After 66.66: 2,221.8, so 2,222 each. The third tranche, 33.35, brings each line from there to its part of the whole.
    """
    whole = split_within(10_001, THIRDS)
    assert whole == [3_333, 3_333, 3_335]
    assert in_turn([3_333, 3_333, 3_335], THIRDS, whole) == [[1_111] * 3, [1_111] * 3, [1_111, 1_111, 1_113]]
    # Three times 10.00 split alone would be 9.99, 9.99 and 10.02.
    whole = split_within(3_000, THIRDS)
    assert whole == [1_000, 1_000, 1_000]
    assert in_turn([1_000] * 3, THIRDS, whole) == [[333, 333, 334], [334, 334, 332], [333, 333, 334]]


@pytest.mark.once
def test_a_cent_goes_to_a_line_that_still_has_room():
    # Half up would give 0.01 to each of three lines, and the last would owe one.
    assert split_within(2, [3_000, 3_000, 3_000, 1_000]) == [1, 1, 0, 0]
    assert split_within(100, SEVEN_THREE, most=[60, 40]) == [60, 40]
    assert split_within(100, SEVEN_THREE, least=[0, 45], most=[100, 100]) == [55, 45]
    with pytest.raises(ValueError, match="does not fit"):
        split_within(100, SEVEN_THREE, most=[60, 39])


WEIGHTS = st.lists(st.integers(1, 9_999), min_size=2, max_size=5)
AMOUNTS = st.lists(st.integers(1, 10**9) | st.integers(1, 20), min_size=1, max_size=8)


@pytest.mark.once
@given(weights=WEIGHTS, amounts=AMOUNTS)
def test_whatever_the_tranches_each_line_pays_its_part_and_never_more(weights, amounts):
    whole = split_within(sum(amounts), weights)
    assert sum(whole) == sum(amounts)
    due = [sum(amounts) * weight / sum(weights) for weight in weights]
    assert all(abs(part - exact) <= len(weights) for part, exact in zip(whole, due, strict=True))
    parts = in_turn(amounts, weights, whole)
    assert [sum(tranche) for tranche in parts] == amounts
    assert [sum(line) for line in zip(*parts, strict=True)] == whole
    assert all(part >= 0 for tranche in parts for part in tranche)


# What a shared award lives through -----------------------------------------------------------------------------------


@replayed
def shared_window(office, weights=(7_000, 3_000), ceiling=4_000_000):
    """The window is shared by its own line (Seed Foundation) and, from the second on, lines of the Water Fund."""
    donor = Donor.objects.create(key="water", name="Water Fund")
    lines = [office.line]
    for number in range(1, len(weights)):
        key = "water-line" if number == 1 else f"water-line-{number}"
        lines.append(another_line(office, key=key, name=key, donor=donor, ceiling_amount=ceiling))
    LineShare.objects.bulk_create(
        LineShare(window=office.window, line=line, weight=weight) for line, weight in zip(lines, weights, strict=True)
    )
    return lines


def promised(award):
    return [(row.promised_amount, row.used_amount) for row in promises_of(award)]


def balances(award, code):
    """{key of the line: minor units} of the award's account."""
    return dict(Account.objects.filter(code=code, subject=award.ref).values_list("line", "balance_amount"))


def test_a_70_30_award_is_paid_returned_lowered_ended_and_asked_back_line_by_line(office):
    """By hand. 20,000.00: 14,000 and 6,000. First tranche 12,000.01: 8,400.01 and 3,600.00. Lowered by 0.03 to
    19,999.97: 13,999.98 and 5,999.99. Asked back 12,000.01; 100.01 of it comes: 70.01 and 30.00.
    """
    seed, water = shared_window(office)
    people = office.people
    award = signed_award(office, parts=[1_200_001, 799_999])
    assert promised(award) == [(1_400_000, 0), (600_000, 0)]
    first = award.tranches.get(number=1)
    order = settled_order(office, _order(office, first))
    assert [(part.line, part.amount) for part in order.lines.all()] == [(seed, 840_001), (water, 360_000)]
    assert promised(award) == [(1_400_000, 840_001), (600_000, 360_000)]
    assert balances(award, "5000") == {seed.key: 840_001, water.key: 360_000}

    return_payment(order=order, reason="account closed", on=DAY, by=people.maker)
    assert promised(award) == [(1_400_000, 0), (600_000, 0)]
    assert set(balances(award, "5000").values()) == {0}
    first.refresh_from_db()
    account = account_for(office, award)
    settled_order(office, order_tranche(tranche=first, account=account, on=DAY, by=people.maker), "BANK-2")

    award.refresh_from_db()
    (row,) = standing(award, ["tranches"])["tranches"]
    (line,) = standing(award, ["budget"])["budget"]
    after = {
        "amount": 1_999_997,
        "tranches": [{**row, "amount": 799_996}],
        "budget": [{**line, "grant_amount": line["grant_amount"] - 3}],
    }
    amendment = propose_amendment(award=award, after=after, why="Cheaper.", on=DAY, by=people.adviser)
    approve_amendment(amendment=amendment, on=DAY, by=people.manager)
    assert promised(award) == [(1_399_998, 840_001), (599_999, 360_000)]
    assert (available_on(seed), available_on(water)) == (8_600_002, 3_400_001)

    award.refresh_from_db()
    terminate_award(award=award, reason="Business closed.", on=DAY, by=people.manager)
    assert promised(award) == [(840_001, 840_001), (360_000, 360_000)]
    assert balances(award, "1200") == {seed.key: 840_001, water.key: 360_000}
    receive_recovery(award=award, amount=10_001, bank_reference="IN-1", on=DAY, by=people.maker)
    assert balances(award, "1200") == {seed.key: 833_000, water.key: 357_000}
    award.refresh_from_db()
    give_up_recovery(award=award, amount=1_190_000, reason="Insolvent.", on=DAY, by=people.checker)
    assert set(balances(award, "1200").values()) == {0}
    assert balances(award, "5000") == {seed.key: 833_000, water.key: 357_000}
    assert list(faults()) == []


def _order(office, tranche):
    tranche = certified_tranche(office, tranche)
    return order_tranche(
        tranche=tranche, account=account_for(office, tranche.award), on=DAY, by=office.people.maker
    )
