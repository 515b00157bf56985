"""Works: from the tender to the last certificate, and what the builder is paid against."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from hypothesis import given
from hypothesis import strategies as st

from audit.refusals import Blocked, Invalid, NotAllowed
from config.proof import state_faults
from grants.checks import checks
from grants.models import Certificate, Tender, WorksContract
from grants.services import (
    accept_finally,
    accept_provisionally,
    approve_variation,
    cancel_tender,
    certify_tranche,
    certify_work,
    choose_bid,
    close_award,
    close_defect,
    decide_tender,
    draft_contract,
    hand_over_works,
    measure_work,
    note_defect,
    open_tender,
    propose_amendment,
    propose_variation,
    publish_tender,
    read_bid,
    receive_bid,
    reconsider_tender,
    refuse_variation,
    release_retention,
    request_tranche,
    sign_contract,
    terminate_contract,
    withdraw_certificate,
)
from grants.standing import standing
from grants.works_account import NOTHING, delay_days, interim, release
from programmes.clock import standing_at
from tests.office import DAY
from tests.steps_grants import paid_tranche
from tests.steps_works import builder, certified, decided, published, running_contract, with_bids, works_award

# What it shows does not hang on the database: on PostgreSQL in the long setting.
pytestmark = pytest.mark.in_turn

LATER = DAY + timedelta(days=110)


# The account ---------------------------------------------------------------------------------------------------------


def test_the_account_pays_what_was_done_less_what_is_held_back_and_gives_that_back_at_the_end():
    first = interim(NOTHING, 1_000_005, 10)
    assert (first.done, first.held, first.net) == (1_000_005, 100_001, 900_004)
    second = interim(first, 2_000_000, 10)
    assert (second.held, second.net) == (200_000, 899_996)
    assert release(second).net == 200_000
    with pytest.raises(ValueError, match="does not become less"):
        interim(second, 1_999_999, 10)


@given(steps=st.lists(st.integers(1, 10**9), min_size=1, max_size=20), percent=st.integers(0, 30))
def test_nothing_is_lost_between_certificates(steps, percent):
    lines, before = [], NOTHING
    for step in steps:
        before = interim(before, before.done + step, percent)
        lines.append(before)
    last = release(before)
    assert sum(line.net for line in lines) + last.net == sum(steps) == last.done
    assert all(line.net >= 0 and 0 <= line.held <= line.done for line in lines)
    assert last.held == 0
    # The nets up to any certificate are the same as with one certificate in their place.
    assert lines[-1].paid == interim(NOTHING, sum(steps), percent).net


def test_a_day_of_delay_is_counted_from_the_day_after_the_end():
    assert [delay_days(DAY, DAY + timedelta(days=days)) for days in (-3, 0, 1, 10)] == [0, 0, 1, 10]


# Tenders -------------------------------------------------------------------------------------------------------------


@pytest.fixture
def award(office):
    return works_award(office)


BIDS = (("Ararat Builders", 2_000_000, True), ("Kotayk Roads", 1_900_000, False), ("Lori Works", 2_100_000, True))


def test_bids_stay_closed_until_two_persons_open_them_after_the_deadline(office, award):
    people = office.people
    tender = published(office, award, days=1)
    bid = receive_bid(tender=tender, bidder=builder(office, "Ararat Builders"), on=DAY, by=people.adviser)
    with pytest.raises(Blocked, match=r"already"):
        receive_bid(tender=tender, bidder=bid.bidder, on=DAY, by=people.adviser)
    with pytest.raises(Blocked, match="open already"):
        publish_tender(award=award, subject="Again", deadline_on=LATER, on=DAY, by=people.adviser)
    with pytest.raises(Blocked, match="is Open for bids"):
        read_bid(bid=bid, amount=1, responsive=True, on=DAY, by=people.manager)
    with pytest.raises(Blocked) as refused:
        open_tender(tender=tender, opened_with=people.adviser, on=DAY, by=people.manager)
    assert refused.value.missing == ["Bids can be handed in until 12.03.2026."]
    with standing_at(DAY + timedelta(days=1)):
        day = DAY + timedelta(days=1)
        late = receive_bid(tender=tender, bidder=builder(office, "Lori Works"), on=day, by=people.adviser)
        assert late.late
        assert not bid.late
        with pytest.raises(NotAllowed, match="two persons"):
            open_tender(tender=tender, opened_with=people.manager, on=day, by=people.manager)
        with pytest.raises(NotAllowed):
            open_tender(tender=tender, opened_with=people.member1, on=day, by=people.manager)
        tender = open_tender(tender=tender, opened_with=people.adviser, on=day, by=people.manager)
        with pytest.raises(Blocked, match="stays closed"):
            read_bid(bid=late, amount=1, responsive=True, on=day, by=people.manager)
        with pytest.raises(Invalid, match="why it does not fit"):
            read_bid(bid=bid, amount=1, responsive=False, on=day, by=people.manager)
        with pytest.raises(Invalid, match="came in time and fits"):
            choose_bid(tender=tender, winner=bid, on=day, by=people.manager)


def test_the_lowest_bid_that_fits_wins_and_another_person_approves(office, award):
    people = office.people
    tender = with_bids(office, published(office, award), *BIDS)
    ararat, kotayk, lori = tender.bids.order_by("pk")
    with pytest.raises(Invalid, match="came in time and fits"):
        choose_bid(tender=tender, winner=kotayk, on=DAY, by=people.adviser)
    with pytest.raises(Invalid, match="not the lowest"):
        choose_bid(tender=tender, winner=lori, on=DAY, by=people.adviser)
    tender = choose_bid(tender=tender, winner=lori, why_not_lowest="Ararat is insolvent.", on=DAY, by=people.manager)
    assert tender.why_not_lowest == "Ararat is insolvent."
    with pytest.raises(NotAllowed, match="Another person"):
        decide_tender(tender=tender, on=DAY, by=people.manager)
    tender = reconsider_tender(tender=tender, reason="It is solvent.", on=DAY, by=people.maker)
    assert (tender.winner, tender.why_not_lowest, tender.state) == (None, "", "opened")
    tender = choose_bid(tender=tender, winner=ararat, on=DAY, by=people.adviser)
    with pytest.raises(IntegrityError), transaction.atomic():
        Tender.objects.filter(pk=tender.pk).update(decided_by=people.adviser, state="decided")
    tender = decide_tender(tender=tender, on=DAY, by=people.manager)
    assert (tender.state, tender.winner) == ("decided", ararat)
    with pytest.raises(Blocked):
        cancel_tender(tender=tender, reason="No.", on=DAY, by=people.manager)


def test_a_tender_without_a_bid_in_time_is_cancelled_and_published_anew(office, award):
    people = office.people
    tender = published(office, award)
    with pytest.raises(Blocked) as refused:
        open_tender(tender=tender, opened_with=people.adviser, on=DAY, by=people.manager)
    assert refused.value.missing == ["No bid came in time. Cancel the tender, and publish it anew."]
    with pytest.raises(Invalid, match="Say why"):
        cancel_tender(tender=tender, reason=" ", on=DAY, by=people.manager)
    cancel_tender(tender=tender, reason="No bids.", on=DAY, by=people.manager)
    assert published(office, award).ref == f"{award.ref}/T2"


# Contracts -----------------------------------------------------------------------------------------------------------


def test_a_contract_is_the_winning_bid_within_the_works_tranches(office, award):
    people = office.people
    tender = decided(office, award, ("Ararat Builders", 2_000_001, True))
    dates = {"starts_on": DAY, "ends_on": LATER, "on": DAY, "by": people.adviser}
    with pytest.raises(Invalid, match="end after they start"):
        draft_contract(tender=tender, **{**dates, "ends_on": DAY})
    with pytest.raises(Invalid, match="30 percent"):
        draft_contract(tender=tender, retention_pct=31, **dates)
    contract = draft_contract(tender=tender, **dates)
    assert (contract.ref, contract.contractor.name) == (f"{award.ref}/W1", "Ararat Builders")
    with pytest.raises(Blocked, match="drafted already"):
        draft_contract(tender=tender, **dates)
    with pytest.raises(Blocked) as refused:
        sign_contract(contract=contract, on=DAY, by=people.manager)
    assert refused.value.missing == [
        "The contracts would be EUR 20,000.01, the works tranches of the award are EUR 20,000.00."
    ]
    with pytest.raises(Blocked, match="is Drafted"):
        measure_work(contract=contract, work_done_amount=1, period_to=DAY, on=DAY, by=people.adviser)
    with pytest.raises(Invalid, match="Say why"):
        terminate_contract(contract=contract, reason="", on=DAY, by=people.manager)


def test_a_variation_is_approved_by_another_person_and_stays_within_the_tranches(office, award):
    people = office.people
    contract = running_contract(office, award, amount=1_900_000)
    given = {"contract": contract, "text": "More kerb", "on": DAY, "by": people.manager}
    with pytest.raises(Invalid, match="amount"):
        propose_variation(**given, amount=0)
    over = propose_variation(**given, amount=100_001)
    with pytest.raises(NotAllowed, match="Another person"):
        approve_variation(variation=over, on=DAY, by=people.manager)
    with pytest.raises(Blocked, match=r"would be EUR 20,000\.01"):
        approve_variation(variation=over, on=DAY, by=people.maker)
    with pytest.raises(Blocked, match="already"):
        propose_variation(**given, amount=1)
    refuse_variation(variation=over, reason="Too much.", on=DAY, by=people.maker)
    assert contract.total_amount == 1_900_000
    approve_variation(variation=propose_variation(**given, amount=100_000), on=DAY, by=people.maker)
    assert contract.total_amount == 2_000_000
    certified(office, contract, 1_950_000)
    with pytest.raises(Blocked, match="certified already"):
        approve_variation(variation=propose_variation(**given, amount=-50_001), on=DAY, by=people.maker)


def test_work_is_measured_by_one_person_and_certified_by_another_and_never_above_the_contract(office, award):
    people = office.people
    contract = running_contract(office, award)
    given = {"contract": contract, "period_to": DAY, "on": DAY, "by": people.monitor}
    for amount, sentence in ((2_000_001, r"variations is EUR 20,000\.00"), (0, "certified already")):
        with pytest.raises(Invalid, match=sentence):
            measure_work(**given, work_done_amount=amount)
    with pytest.raises(Invalid, match="start and today"):
        measure_work(**{**given, "period_to": DAY + timedelta(days=1)}, work_done_amount=1_000)
    with pytest.raises(NotAllowed):
        measure_work(**{**given, "by": people.maker}, work_done_amount=1_000)
    certificate = measure_work(**given, work_done_amount=1_000_000)
    assert (certificate.ref, certificate.held_amount, certificate.net_amount) == (
        f"{award.ref}/W1/C1",
        100_000,
        900_000,
    )
    with pytest.raises(Blocked, match="waits to be certified"):
        measure_work(**given, work_done_amount=1_000_000)
    with pytest.raises(NotAllowed, match="Another person"):
        certify_work(certificate=certificate, on=DAY, by=people.monitor)
    with pytest.raises(IntegrityError), transaction.atomic():
        Certificate.objects.filter(pk=certificate.pk).update(state="certified", certified_by=people.monitor)
    with pytest.raises(Blocked, match="not possible yet"):
        accept_provisionally(contract=contract, present="Mayor", on=DAY, by=people.adviser)
    withdraw_certificate(certificate=certificate, reason="The wall is not built.", on=DAY, by=people.monitor)
    again = measure_work(**given, work_done_amount=800_000)
    certify_work(certificate=again, on=DAY, by=people.manager)
    assert contract.account.paid == 720_000
    with pytest.raises(Invalid, match=r"EUR 8,000\.00 is certified already"):
        measure_work(**given, work_done_amount=800_000)


def test_a_works_tranche_is_paid_only_against_a_certificate_of_its_amount_and_builder(office, award):
    people = office.people
    first, second, last = award.tranches.order_by("number")
    contract = running_contract(office, award)
    request_tranche(tranche=first, on=DAY, by=people.adviser)
    for done in (None, 1_000_001):
        if done:
            certified(office, contract, done)
        with pytest.raises(Blocked) as refused:
            certify_tranche(tranche=first, on=DAY, by=people.manager)
        assert refused.value.missing == ["There is no certificate of the builder that pays exactly EUR 9,000.00."]
    assert not Certificate.objects.exclude(tranche=None).exists()
    assert list(checks()) == []
    assert second.amount + last.amount == 1_100_000


def test_an_amendment_leaves_what_was_contracted_within_the_works_tranches(office, award):
    contract = running_contract(office, award)
    rows = standing(award, ["tranches"])["tranches"]
    rows[2] = {**rows[2], "modality": "cash"}
    given = {"award": award, "why": "Benches", "on": DAY, "by": office.people.adviser}
    with pytest.raises(Invalid, match=r"need EUR 20,000\.00, the works tranches would be EUR 18,000\.00"):
        propose_amendment(after={"tranches": rows}, **given)
    terminate_contract(contract=contract, reason="Insolvent.", on=DAY, by=office.people.manager)
    assert propose_amendment(after={"tranches": rows}, **given).state == "proposed"


def test_awards_without_a_contract_are_paid_as_before(office, award):
    first = paid_tranche(office, award.tranches.get(number=1))
    assert first.state == "paid"


def test_a_project_from_its_contract_to_the_last_certificate(office, award):
    people = office.people
    contract = running_contract(office, award)
    first = certified(office, contract, 1_000_000)
    second = certified(office, contract, 2_000_000)
    assert [row.net_amount for row in (first, second)] == [900_000, 900_000]
    for number in (1, 2):
        paid_tranche(office, award.tranches.get(number=number), f"BANK-{number}")
    assert [row.tranche.number for row in Certificate.objects.order_by("pk")] == [1, 2]
    # Ten days late: ten times EUR 50.00.
    with standing_at(LATER):
        with pytest.raises(Invalid, match="who was present"):
            accept_provisionally(contract=contract, present="", on=LATER, by=people.adviser)
        contract = accept_provisionally(
            contract=contract,
            present="Mayor, builder",
            defects=[("Crack in the kerb", LATER + timedelta(days=30))],
            on=LATER,
            by=people.adviser,
        )
        assert (contract.delay_days(LATER), contract.damages_amount(LATER)) == (10, 50_000)
        gate = note_defect(contract=contract, text="Gate", due_on=LATER, on=LATER, by=people.monitor)
        close_defect(defect=gate, on=LATER, by=people.monitor)
        with pytest.raises(Blocked, match="put right already"):
            close_defect(defect=gate, on=LATER, by=people.monitor)
        with pytest.raises(Blocked, match="is Provisionally accepted"):
            release_retention(contract=contract, on=LATER, by=people.adviser)
        asset = hand_over_works(contract=contract, on=LATER, by=people.adviser)
        assert (asset.amount, asset.handed_over_on) == (2_000_000, LATER)
        with pytest.raises(Blocked, match="handed over already"):
            hand_over_works(contract=contract, on=LATER, by=people.adviser)
        with pytest.raises(Blocked) as refused:
            accept_finally(contract=contract, on=LATER, by=people.manager)
        assert refused.value.missing == ["The builder answers for defects until 30.12.2026.", "1 defect is open."]
    finish(office, award, contract)


def finish(office, award, contract):
    people, end = office.people, DAY.replace(month=12, day=30)
    with standing_at(end):
        close_defect(defect=contract.defects.get(closed_on=None), on=end, by=people.adviser)
        contract = accept_finally(contract=contract, on=end, by=people.manager)
        with pytest.raises(Blocked) as refused:
            close_award(award=award, reason="Done.", on=end, by=people.manager)
        assert "Every works contract is finished." not in refused.value.missing
        last = release_retention(contract=contract, on=end, by=people.adviser)
        with pytest.raises(NotAllowed):
            certify_work(certificate=last, on=end, by=people.adviser)
        certify_work(certificate=last, on=end, by=people.monitor)
        with pytest.raises(Blocked, match="Nothing is held back"):
            release_retention(contract=contract, on=end, by=people.adviser)
        paid_tranche(office, award.tranches.get(number=3), "BANK-3")
    nets = [row.net_amount for row in contract.certificates.all()]
    assert nets == [900_000, 900_000, 200_000]
    assert sum(nets) == contract.total_amount
    assert contract.account.held == 0
    assert list(checks()) == []
    assert list(state_faults()) == []


def test_a_contract_that_ends_early_leaves_its_tranches_to_another_builder(office, award):
    people = office.people
    contract = running_contract(office, award)
    certified(office, contract, 1_000_000)
    contract = terminate_contract(contract=contract, reason="Insolvent.", on=DAY, by=people.manager)
    assert contract.takes_amount == 900_000
    with pytest.raises(Blocked):
        release_retention(contract=contract, on=DAY, by=people.adviser)
    second = running_contract(office, award, amount=1_100_000)
    assert WorksContract.objects.get(pk=second.pk).state == "running"


def test_verify_names_the_row_that_does_not_fit(office, award):
    contract = running_contract(office, award)
    certificate = certified(office, contract, 1_000_000)
    rows = Certificate.objects.filter(pk=certificate.pk)
    tranche = award.tranches.get(number=1)
    paid_tranche(office, tranche)
    assert list(checks()) == []
    for change, sentence in (
        ({"net_amount": 900_001}, "pays 900001, its account says 900000"),
        ({"tranche": award.tranches.get(number=3)}, "does not fit the tranche"),
        ({"tranche": None}, "without a certificate of its works contract"),
        ({"work_done_amount": 2_000_001, "held_amount": 200_000, "net_amount": 1_800_001}, "2000001 is certified"),
    ):
        with transaction.atomic():
            rows.update(**change)
            Tender.objects.update(decided_on=DAY - timedelta(days=1))
            assert any(sentence in fault for fault in checks()), sentence
            transaction.set_rollback(True)
    Tender.objects.update(winner=contract.tender.bids.order_by("-amount").first())
    assert any("the lowest bid is 2000000" in fault for fault in checks())
