"""Buying under an award: as many quotes as the amount asks for, second persons, three papers that say the same."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from audit.refusals import Blocked, Invalid, NotAllowed, Stale
from config.proof import state_faults
from grants.checks import checks
from grants.models import Asset, Purchase
from grants.services import (
    approve_purchase,
    cancel_purchase,
    choose_quote,
    enter_expense,
    match_purchase,
    order_purchase,
    send_purchase_back,
    terminate_award,
    waive_quotes,
)
from programmes.clock import standing_at
from tests.office import DAY, grant_office
from tests.steps_purchases import (
    THRESHOLD,
    buying_award,
    chosen,
    invoiced,
    ordered,
    quoted,
    received,
    requested,
    supplier,
    tranche_of,
)

# What it shows does not hang on the database: on PostgreSQL in the long setting.
pytestmark = [pytest.mark.django_db, pytest.mark.in_turn]


@pytest.fixture
def office():
    with standing_at(DAY):
        yield grant_office()


@pytest.fixture
def award(office):
    return buying_award(office)


def test_a_purchase_belongs_to_a_tranche_that_is_bought_for(office, award):
    purchase = requested(office, award)
    assert (purchase.ref, purchase.buyer, purchase.state) == (f"{award.ref}/P1", "grantee", "requested")
    assert requested(office, award).ref == f"{award.ref}/P2"
    for quantity in (0, 201):
        with pytest.raises(Invalid, match="from 1 to 200"):
            requested(office, award, quantity=quantity)
    with pytest.raises(Invalid, match="Enter what is to be bought"):
        requested(office, award, what=" ")
    with pytest.raises(Invalid, match="lies before today"):
        requested(office, award, quotes_until=DAY - timedelta(days=1))
    with pytest.raises(NotAllowed):
        requested(office, award, by=office.people.monitor)
    award.tranches.update(modality="cash")
    with pytest.raises(Invalid, match="paid otherwise"):
        requested(office, award)


@pytest.mark.parametrize(("amount", "quotes"), [(THRESHOLD - 1, 1), (THRESHOLD, 3), (THRESHOLD + 1, 3)])
def test_the_cheapest_quote_says_how_many_are_needed(office, award, amount, quotes):
    purchase = requested(office, award)
    for number in range(1, quotes):
        quoted(office, purchase, supplier(office, f"Dear supplier {number}"), amount + number)
        with pytest.raises(Blocked) as blocked:
            choose_quote(purchase=purchase, quote=purchase.quotes.first(), on=DAY, by=office.people.maker)
        assert f"{number} quote" in str(blocked.value.missing[0])
    assert chosen(office, purchase, amount).state == "chosen"
    purchase.refresh_from_db()
    assert purchase.amount == amount
    assert purchase.chosen_by == office.people.maker


def test_a_late_quote_is_kept_and_does_not_count(office, award):
    purchase = requested(office, award, quotes_until=DAY)
    quoted(office, purchase, supplier(office, "In time"), 500_000)
    with standing_at(DAY + timedelta(days=1)):
        late = quoted(office, purchase, supplier(office, "Too late"), 400_000)
        assert late.late
        with pytest.raises(Invalid, match="came too late"):
            choose_quote(purchase=purchase, quote=late, on=late.entered_on, by=office.people.maker)
    with pytest.raises(Invalid, match="entered already"):
        quoted(office, purchase, late.supplier, 1)


def test_not_the_cheapest_needs_a_reason(office, award):
    purchase = requested(office, award)
    quoted(office, purchase, supplier(office), 400_000)
    with pytest.raises(Invalid, match="not the cheapest") as refused:
        chosen(office, purchase, 400_001)
    assert refused.value.field == "choice_reason"
    quote = purchase.quotes.get(amount=400_001)
    done = choose_quote(
        purchase=purchase, quote=quote, choice_reason="Two years of guarantee", on=DAY, by=office.people.maker
    )
    assert (done.amount, done.choice_reason) == (400_001, "Two years of guarantee")


def test_fewer_quotes_only_with_a_waiver_by_a_second_person(office, award):
    purchase, people = requested(office, award), office.people
    quote = quoted(office, purchase, supplier(office), THRESHOLD)
    with pytest.raises(Invalid, match="Say why"):
        waive_quotes(purchase=purchase, reason=" ", on=DAY, by=people.manager)
    with pytest.raises(NotAllowed):
        waive_quotes(purchase=purchase, reason="The only dealer", on=DAY, by=people.adviser)
    waive_quotes(purchase=purchase, reason="The only dealer", on=DAY, by=people.manager)
    with pytest.raises(NotAllowed, match="Who waived"):
        choose_quote(purchase=purchase, quote=quote, on=DAY, by=people.manager)
    assert choose_quote(purchase=purchase, quote=quote, on=DAY, by=people.maker).state == "chosen"
    with pytest.raises(IntegrityError), transaction.atomic():
        Purchase.objects.update(waived_by=people.maker)


def test_who_requested_neither_chooses_nor_waives_nor_approves(office, award):
    manager = office.people.manager
    purchase = requested(office, award, by=manager)
    quote = quoted(office, purchase, supplier(office), 1_000)
    with pytest.raises(NotAllowed, match="requested"):
        choose_quote(purchase=purchase, quote=quote, on=DAY, by=manager)
    with pytest.raises(NotAllowed):
        waive_quotes(purchase=purchase, reason="Hurry", on=DAY, by=manager)
    choose_quote(purchase=purchase, quote=quote, on=DAY, by=office.people.monitor)
    with pytest.raises(NotAllowed):
        approve_purchase(purchase=purchase, on=DAY, by=manager)
    for name in ("chosen_by", "approved_by"):
        with pytest.raises(IntegrityError), transaction.atomic():
            Purchase.objects.update(**{name: manager})


def test_a_choice_that_is_sent_back_is_chosen_anew(office, award):
    purchase = chosen(office, requested(office, award), 300_000)
    with pytest.raises(Blocked):
        quoted(office, purchase, supplier(office), 200_000)
    back = send_purchase_back(purchase=purchase, reason="Ask one more", on=DAY, by=office.people.manager)
    assert (back.state, back.amount, back.supplier) == ("requested", None, None)
    assert chosen(office, purchase, 200_000).amount == 200_000


def test_the_order_names_the_payee_of_the_tranche(office, award):
    purchase = chosen(office, requested(office, award), 300_000)
    with pytest.raises(Blocked):
        order_purchase(purchase=purchase, on=DAY, by=office.people.adviser)
    done = ordered(office, purchase)
    assert done.order_number == purchase.ref
    assert tranche_of(award).payee == done.supplier
    other = chosen(office, requested(office, award), 400_000)
    approve_purchase(purchase=other, on=DAY, by=office.people.manager)
    with pytest.raises(Blocked) as blocked:
        order_purchase(purchase=other, on=DAY, by=office.people.adviser)
    assert "is paid to" in str(blocked.value.missing[0])


@pytest.mark.parametrize(("amount", "fits"), [(1_700_000, True), (1_700_001, False)])
def test_nothing_is_approved_that_the_tranche_does_not_pay_for(office, award, amount, fits):
    ordered(office, chosen(office, requested(office, award), 300_000))
    purchase = chosen(office, requested(office, award), amount, amount + 1, amount + 2)
    if fits:
        assert approve_purchase(purchase=purchase, on=DAY, by=office.people.manager).state == "approved"
        return
    with pytest.raises(Blocked) as blocked:
        approve_purchase(purchase=purchase, on=DAY, by=office.people.manager)
    assert "Purchases of EUR 20,000.01 would be approved" in str(blocked.value.missing[0])


def test_nothing_is_received_or_matched_under_an_award_that_ended(office, award):
    purchase = ordered(office, chosen(office, requested(office, award), 300_000))
    terminate_award(award=award, reason="Given up", on=DAY, by=office.people.manager)
    with pytest.raises(Blocked) as blocked:
        received(office, purchase)
    assert str(blocked.value.missing[0]) == "The award is Terminated."
    cancel_purchase(purchase=purchase, reason="The award ended", on=DAY, by=office.people.manager)


def test_goods_are_counted_by_another_person_with_a_number_for_each(office, award):
    purchase = ordered(office, chosen(office, requested(office, award), 300_000))
    with pytest.raises(NotAllowed, match="Another person than the one who ordered"):
        received(office, purchase, by=office.people.adviser)
    for serials, sentence in ((["A"], "1 serial numbers for 2 pieces"), (["A", "A"], "twice")):
        with pytest.raises(Invalid, match=sentence):
            received(office, purchase, serials=serials)
    assert received(office, purchase, 1, ["A"]).received_quantity == 1
    assert received(office, purchase, 2, ["A", "B"]).serial_numbers == ["A", "B"]
    with pytest.raises(IntegrityError), transaction.atomic():
        Purchase.objects.update(received_by=office.people.adviser)


def test_an_invoice_counts_once_and_is_not_older_than_the_agreement(office, award):
    purchase = ordered(office, chosen(office, requested(office, award), 300_000))
    with pytest.raises(Invalid, match="from before the agreement"):
        invoiced(office, purchase, invoice_on=award.signed_on - timedelta(days=1))
    with pytest.raises(Invalid, match="in the future"):
        invoiced(office, purchase, invoice_on=DAY + timedelta(days=1))
    purchase = invoiced(office, purchase, number="No. 12")
    with pytest.raises(Invalid, match="counts already"):
        enter_expense(
            award=award,
            line=award.budget.first(),
            supplier=purchase.supplier.name.upper(),
            invoice_number="no 12",
            invoice_on=DAY,
            net_amount=300_000,
            on=DAY,
            by=office.people.adviser,
        )
    assert invoiced(office, purchase, number="No. 12").invoice_amount == 300_000
    cancel_purchase(purchase=purchase, reason="The dealer closed", on=DAY, by=office.people.manager)
    purchase.refresh_from_db()
    assert (purchase.state, purchase.invoice_key, purchase.papers.count()) == ("cancelled", None, 0)


@pytest.mark.parametrize(
    ("quantity", "amount", "sentence"),
    [
        (2, 299_999, "they differ by EUR 0.01"),
        (2, 300_001, "they differ by EUR 0.01"),
        (1, 300_000, "2 were ordered and 1 received: they differ by 1"),
        (3, 300_000, "they differ by 1"),
    ],
)
def test_order_goods_and_invoice_match_to_the_cent_or_not_at_all(office, award, quantity, amount, sentence):
    purchase = ordered(office, chosen(office, requested(office, award), 300_000))
    purchase = received(office, purchase, quantity, ())
    with pytest.raises(Blocked) as blocked:
        match_purchase(purchase=purchase, on=DAY, by=office.people.monitor)
    assert "not entered yet" in str(blocked.value.missing[0])
    purchase = invoiced(office, purchase, amount)
    with pytest.raises(Blocked) as blocked:
        match_purchase(purchase=purchase, on=DAY, by=office.people.monitor)
    assert sentence in str(blocked.value.missing[0])
    assert not Asset.objects.exists()


def test_a_matched_purchase_is_on_the_register_piece_by_piece(office, award):
    purchase = received(office, ordered(office, chosen(office, requested(office, award), 300_001)))
    purchase = invoiced(office, purchase, by=office.people.manager)
    with pytest.raises(NotAllowed, match="entered the invoice"):
        match_purchase(purchase=purchase, on=DAY, by=office.people.manager)
    with pytest.raises(Stale):
        match_purchase(purchase=purchase, on=DAY, by=office.people.monitor, version=1)
    match_purchase(purchase=purchase, on=DAY, by=office.people.monitor)
    rows = [(row.label, row.serial_number, row.amount, row.tranche_id) for row in purchase.assets.all()]
    tranche = purchase.tranche_id
    assert sorted(rows) == [("Oven", "SN-1", 150_001, tranche), ("Oven", "SN-2", 150_000, tranche)]
    with pytest.raises(Blocked):
        match_purchase(purchase=purchase, on=DAY, by=office.people.monitor)
    assert not list(checks())
    assert not list(state_faults())
