"""An award that several donors share: each line has its part of every promise, payment and recovery, to the cent."""

import io
from datetime import date

import pytest
from django.db import connection, transaction
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st
from pypdf import PdfReader

from applicants.eligibility import live_award
from applicants.figures import applied
from audit import guards
from audit.refusals import Blocked, Stale
from config.proof import faults
from grants.agreement import draw_agreement
from grants.checks import checks as grant_checks
from grants.figures import awards, committed, contributed, disbursed, paid
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
from programmes.ahead import payments_of
from programmes.checks import checks as programme_checks
from programmes.forms_set_up import WindowForm
from programmes.models import Commitment, Donor, LineShare, Window
from programmes.services import available_on, reserve
from programmes.shares import next_parts, split_within, weights_of
from reports.indicators.collect import scope_of
from selection.ahead import lines_ahead
from selection.board import Board
from selection.reserve import reserve_lists
from selection.services import close_session, decide_all, decide_case
from tests.office import DAY
from tests.replay import replayed
from tests.steps_applicants import eligible_application
from tests.steps_grants import (
    accepted_contribution,
    account_for,
    certified_tranche,
    paid_tranche,
    signed_award,
)
from tests.steps_payments import another_line, settled_order
from tests.steps_selection import sitting_session, vote_all

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
    order = _order(office, first)
    with pytest.raises(Blocked, match="is prepared already"):
        order_tranche(tranche=first, account=account_for(office, award), on=DAY, by=people.maker)
    order = settled_order(office, order)
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


def test_a_payment_that_comes_back_after_the_end_is_asked_of_the_grantee_no_more_on_either_line(office):
    """By hand. 10,000.01 and 9,999.99 are paid: 7,000.01 and 3,000.00, then 6,999.99 and 3,000.00. The second comes
    back after the end: 6,999.99 and 3,000.00 of it are forgotten, the first is still asked back.
    """
    seed, water = shared_window(office)
    award = signed_award(office, parts=[1_000_001, 999_999])
    paid_tranche(office, award.tranches.get(number=1))
    second = award.tranches.get(number=2)
    order = settled_order(office, _order(office, second), "BANK-2")
    assert [part.amount for part in order.lines.all()] == [699_999, 300_000]
    award.refresh_from_db()
    terminate_award(award=award, reason="Business closed.", on=DAY, by=office.people.manager)
    assert balances(award, "1200") == {seed.key: 1_400_000, water.key: 600_000}
    return_payment(order=order, reason="account closed", on=DAY, by=office.people.maker)
    assert balances(award, "1200") == {seed.key: 700_001, water.key: 300_000}
    assert set(balances(award, "5000").values()) == {0}
    assert promised(award) == [(700_001, 700_001), (300_000, 300_000)]
    assert (available_on(seed), available_on(water)) == (9_299_999, 3_700_000)
    assert list(faults()) == []


def _order(office, tranche):
    tranche = certified_tranche(office, tranche)
    return order_tranche(tranche=tranche, account=account_for(office, tranche.award), on=DAY, by=office.people.maker)


# Before the committee ------------------------------------------------------------------------------------------------


def test_the_second_line_is_short_and_everybody_before_the_vote_reads_which(office):
    """20,000.00 each: 14,000 and 6,000. The Water Fund has 10,000.00: it reaches for one and is short of 2,000."""
    seed, water = shared_window(office, ceiling=1_000_000)
    session = vote_all(
        office, sitting_session(office, *(eligible_application(office, amount=2_000_000, own=500_000) for _ in "12"))
    )
    ahead = {row.line: row for row in lines_ahead(list(session.cases.order_by("position")), DAY)}
    assert (ahead[seed].count, ahead[seed].short) == (2, None)
    assert ahead[water].sentence == (
        "If you approve all 2, the line water-line is short by EUR 2,000.00 in March 2026."
    )
    board = Board(session, office.people.secretary)
    assert [(now.line, now.asked, now.short) for now in board.lines()] == [
        (seed, 2_800_000, 0),
        (water, 1_200_000, 200_000),
    ]
    assert [(row.left, row.cut) for row in board.ranking()] == [
        (400_000, ""),
        (-200_000, "The money of water-line ends here: EUR 4,000.00 is left, not enough for this case."),
    ]
    one, two = session.cases.order_by("position")
    decide_case(case=one, on=DAY, by=office.people.secretary)
    with pytest.raises(Blocked, match=r"The line water-line has EUR 4,000\.00 left; .* needs EUR 6,000\.00"):
        decide_case(case=two, on=DAY, by=office.people.secretary)
    assert Commitment.objects.count() == 2
    decide_all(session=session, on=DAY, by=office.people.secretary)
    close_session(session=session, on=DAY, by=office.people.secretary)
    (waiting,) = reserve_lists(office.people.secretary)
    assert (waiting.line, waiting.free, waiting.fitting) == (water, 400_000, [])
    water.ceiling_amount = 1_200_000
    water.save()
    (waiting,) = reserve_lists(office.people.secretary)
    assert (waiting.free, [row.left for row in waiting.fitting]) == (600_000, [0])
    assert list(faults()) == []


def test_a_case_on_two_lines_is_one_live_award_and_each_line_asks_for_its_own_days(office):
    _seed, water = shared_window(office)
    case = eligible_application(office)
    promise = {"window": office.window, "applicant_ref": case.applicant.ref, "by": None, "on": DAY}
    office.window.live_awards = 2
    office.window.save()
    reserve(**promise, case_ref="A-2025-00007", amount=80_000)
    case.refresh_from_db()
    assert live_award(case, {}, None, DAY) == ("passed", "No other live award in this window.")
    office.window.live_awards = 1
    office.window.save()
    case.refresh_from_db()
    assert live_award(case, {}, None, DAY)[1] == "Live in this window: A-2025-00007 (EUR 800.00)."
    water.ends_on = date(2026, 3, 11)
    water.save()
    with pytest.raises(Blocked, match="The line water-line is not eligible on that date"):
        reserve(**promise, case_ref="A-2025-00008", amount=80_000)
    assert Commitment.objects.count() == 2
    # Whoever decides has read the shares; meanwhile they became others.
    window = Window.objects.prefetch_related("shares__line").get(pk=office.window.pk)
    LineShare.objects.filter(line=office.line).update(weight=6_999)
    with pytest.raises(Stale):
        reserve(**{**promise, "window": window}, case_ref="A-2025-00009", amount=80_000)


# Figures -------------------------------------------------------------------------------------------------------------


def test_each_donor_reads_its_own_money_and_an_award_counts_once(office):
    """12,000 of 20,000 is paid, an own part of 5,000 accepted: 70% and 30% of each."""
    seed, water = shared_window(office)
    award = signed_award(office, parts=[1_200_000, 800_000])
    paid_tranche(office, award.tranches.get(number=1))
    accepted_contribution(office, award.contributions.get(), amount=500_000)

    def read(donor):
        scope = scope_of(office.programme, donor=donor)
        sums = [figure["EUR"].value for figure in (committed(scope), disbursed(scope), contributed(scope, "accepted"))]
        return [awards(scope).value, paid(scope).value, applied(scope).value, *sums]

    assert read(None) == [1, 1, 1, 2_000_000, 1_200_000, 500_000]
    assert read(seed.donor) == [1, 1, 1, 1_400_000, 840_000, 350_000]
    assert read(water.donor) == [1, 1, 1, 600_000, 360_000, 150_000]
    by_line = committed(scope_of(office.programme))["EUR"]
    assert [(part.key, part.value, part.units) for part in by_line.parts] == [
        (("Seed money",), 1_400_000, 1),
        (("water-line",), 600_000, 0),
    ]
    assert [sum(amount for _day, amount in payments_of(line, DAY)) for line in (seed, water)] == [560_000, 240_000]


# Setting it up -------------------------------------------------------------------------------------------------------


def test_the_manager_shares_a_window_on_its_page_until_its_money_is_promised(office, client):
    water = Donor.objects.create(key="water", name="Water Fund")
    another_line(office, key="water-line", donor=water, ceiling_amount=4_000_000)
    another_line(office, key="dollars", currency="USD")
    window = office.window
    page = reverse("programmes:edit_part", args=[office.programme.key, "window", window.pk])
    client.force_login(office.people.maker)
    assert client.get(page).status_code == 403
    client.force_login(office.people.manager)

    def post(shares):
        window.refresh_from_db()
        form = WindowForm(instance=window, programme=office.programme)
        values = {name: form[name].value() for name in form.fields}
        values = {name: "" if value is None else value for name, value in values.items()}
        values |= {"tranche_plan": "100: Quote", "shares": shares, "ceiling_amount": "25,000", "floor_amount": "1"}
        return client.post(page, {**values, "aid_limit_amount": "", "reason": "Agreed with the donors."})

    for shares, sentence in (
        ("water-line", "Write the key of a line and its percentage"),
        ("river: 30", "is no funding line of this programme"),
        ("dollars: 30", "More is in USD, the window in EUR"),
        ("water-line: 99\nspring-line: 2", "the window&#x27;s own takes the rest"),
        ("water-line: 0", "the window&#x27;s own takes the rest"),
    ):
        answer = post(shares)
        assert (answer.status_code, sentence in answer.content.decode()) == (400, True), answer.content.decode()
    assert weights_of(Window.objects.get(pk=window.pk)) == {office.line: 10_000}
    assert post("water-line: 33.33").status_code == 302
    window = Window.objects.get(pk=window.pk)
    assert [(line.key, weight) for line, weight in weights_of(window).items()] == [
        ("spring-line", 6_667),
        ("water-line", 3_333),
    ]
    assert "water-line: 33.33" in client.get(page).content.decode()
    home = reverse("programmes:set_up", args=[office.programme.key])
    assert "Seed money + More, EUR" in client.get(home).content.decode()
    award = signed_award(office)
    assert promised(award) == [(1_333_400, 0), (666_600, 0)]
    assert post("water-line: 33.33").status_code == 302
    assert post("water-line: 30").status_code == post("").status_code == 409
    text = client.get(award.get_absolute_url()).content.decode()
    assert "6,666.00, of it paid 0.00" in text
    paper = "".join(page.extract_text() for page in PdfReader(io.BytesIO(draw_agreement(award))).pages)
    assert "Water Fund: EUR 6,666.00" in " ".join(paper.split())


# What verify finds ---------------------------------------------------------------------------------------------------

CHANGES = [
    ("UPDATE programmes_lineshare SET weight = 2999 WHERE weight = 3000", "its lines share 9999 of 10000"),
    (
        "UPDATE programmes_commitment SET amount = amount + CASE amount WHEN 600000 THEN 1 ELSE -1 END",
        "its lines have [600001, 1399999], not [600000, 1400000]",
    ),
    (
        "UPDATE programmes_commitment SET used_amount = used_amount + CASE amount WHEN 600000 THEN 1 ELSE -1 END",
        "360001 used on water-line, its payments drew 360000",
    ),
    ("UPDATE programmes_fundingline SET ceiling_amount = 599999 WHERE key = 'water-line'", "promised beyond its money"),
]


def test_verify_names_the_line_on_which_a_cent_is_wrong(office):
    shared_window(office)
    award = signed_award(office, parts=[1_200_000, 800_000])
    paid_tranche(office, award.tranches.get(number=1))
    assert [*programme_checks(), *grant_checks()] == []
    for sql, sentence in CHANGES:
        with guards.suspended(), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql)
            found = [*programme_checks(), *grant_checks()]
            transaction.set_rollback(True)
        assert any(sentence in fault for fault in found), (sentence, found)
