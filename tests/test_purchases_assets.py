"""What follows from a matched purchase: the supplier is paid, the goods are handed over, and belong to the grantee."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from applicants.services import add_evidence
from audit.refusals import Blocked, Invalid, NotAllowed
from config.proof import ledger_faults, state_faults
from grants.checks import checks
from grants.models import Asset, Purchase
from grants.services import (
    approve_purchase,
    certify_tranche,
    clawback_due,
    decide_clawback,
    dispose_asset,
    give_up_recovery,
    hand_over_asset,
    hand_over_purchase,
    match_purchase,
    order_purchase,
    order_tranche,
    receive_recovery,
    request_tranche,
)
from grants.services.awards import recovery_due
from programmes.clock import standing_at
from programmes.models import Window
from tests.markup import filled
from tests.office import DAY, grant_office
from tests.steps_grants import accounted_deliverables, certified_tranche, paid_tranche
from tests.steps_payments import KOSOVO_IBAN, payable_account
from tests.steps_purchases import buying_award, chosen, invoiced, matched, ordered, received, requested, tranche_of

# What it shows does not hang on the database: on PostgreSQL in the long setting.
pytestmark = [pytest.mark.django_db, pytest.mark.in_turn]


@pytest.fixture
def office():
    with standing_at(DAY):
        yield grant_office()


def certificate(office, award, text="signed"):
    return add_evidence(
        programme=office.programme,
        case_ref=award.ref,
        purpose="handover",
        content=b"%PDF-" + text.encode(),
        name="handover.pdf",
        on=DAY,
        by=office.people.adviser,
    )


def ready_to_certify(office, award):
    tranche = tranche_of(award)
    accounted_deliverables(office, tranche)
    return request_tranche(tranche=tranche, on=DAY, by=office.people.adviser)


def missing(act, **given):
    with pytest.raises(Blocked) as blocked:
        act(**given)
    return str(blocked.value.missing[0])


def test_a_supplier_is_paid_only_for_what_was_matched(office):
    award = buying_award(office)
    tranche, given = ready_to_certify(office, award), {"on": DAY, "by": office.people.manager}
    assert missing(certify_tranche, tranche=tranche, **given) == "Nothing was bought for it yet."
    purchase = requested(office, award)
    assert "Quotes are asked for" in missing(certify_tranche, tranche=tranche, **given)
    chosen(office, purchase, 1_999_999, 2_000_000, 2_000_001)
    received(office, ordered(office, purchase))
    purchase = invoiced(office, Purchase.objects.get())
    match_purchase(purchase=purchase, on=DAY, by=office.people.monitor)
    assert "Purchases of EUR 19,999.99 are matched, the tranche is EUR 20,000.00." in missing(
        certify_tranche, tranche=tranche, **given
    )


def test_the_payment_goes_to_the_supplier_of_the_purchase(office):
    award = buying_award(office)
    purchase = matched(office, award)
    tranche = certify_tranche(tranche=ready_to_certify(office, award), on=DAY, by=office.people.manager)
    tranche.payee = award.applicant
    tranche.save()
    assert any("purchases of 0 are matched" in fault for fault in checks())
    account = payable_account(office, award.applicant)
    pay = {"tranche": tranche, "account": account, "on": DAY, "by": office.people.maker}
    assert "is from" in missing(order_tranche, **pay)
    tranche.payee = purchase.supplier
    tranche.save()
    account = payable_account(office, purchase.supplier, number=KOSOVO_IBAN)
    order = order_tranche(**pay | {"account": account})
    assert (order.payee, order.amount) == (purchase.supplier, 2_000_000)
    assert not list(checks())


def test_a_window_that_does_not_ask_for_purchases_pays_as_before(office):
    award = buying_award(office)
    Window.objects.update(purchases_required=False)
    assert certified_tranche(office, tranche_of(award)).state == "certified"
    assert not list(checks())


def test_the_agency_buys_with_four_different_people(office):
    award, people = buying_award(office, modality="in_kind"), office.people
    purchase = chosen(office, requested(office, award), 400_000)
    assert purchase.buyer == "agency"
    with pytest.raises(NotAllowed, match="who did not choose"):
        approve_purchase(purchase=purchase, on=DAY, by=people.maker)
    approve_purchase(purchase=purchase, on=DAY, by=people.manager)
    order_purchase(purchase=purchase, on=DAY, by=people.checker)
    for person in (people.adviser, people.manager):
        with pytest.raises(NotAllowed, match="one who had no part"):
            received(office, purchase, by=person)
    received(office, purchase)
    for person in ("adviser", "maker", "manager", "checker"):
        with pytest.raises(IntegrityError), transaction.atomic():
            Purchase.objects.update(received_by=getattr(people, person))
    with pytest.raises(IntegrityError), transaction.atomic():
        Purchase.objects.update(approved_by=people.maker)


def test_goods_of_the_agency_are_the_grantees_when_handed_over(office):
    award = buying_award(office, modality="in_kind", title_months=24)
    purchase = matched(office, award)
    asset = purchase.assets.first()
    with pytest.raises(Invalid, match="handover certificate"):
        hand_over_asset(asset=asset, on=DAY, by=office.people.adviser)
    with pytest.raises(Invalid, match="arrived only on"):
        hand_over_asset(
            asset=asset, evidence=certificate(office, award), on=DAY - timedelta(days=1), by=office.people.adviser
        )
    hand_over_purchase(purchase=purchase, evidence=certificate(office, award), on=DAY, by=office.people.adviser)
    assert {row.title_passes_on for row in Asset.objects.all()} == {DAY}
    with pytest.raises(Blocked, match="Nothing of this purchase"):
        hand_over_purchase(purchase=purchase, evidence=certificate(office, award), on=DAY, by=office.people.adviser)
    gone = dispose_asset(asset=asset, reason="Sold for a larger one", on=DAY, by=office.people.adviser)
    assert gone.clawback_amount == 0
    assert not list(checks())


def test_what_the_grantee_bought_is_the_grantees_after_the_months(office):
    award = buying_award(office, title_months=24)
    purchase = matched(office, award)
    hand_over_purchase(purchase=purchase, evidence=certificate(office, award), on=DAY, by=office.people.adviser)
    asset = purchase.assets.first()
    assert (asset.title_passes_on, asset.amount) == (date(2028, 3, 12), 1_000_000)
    # 731 days from handover to title; what is left is rounded up to the cent.
    assert clawback_due(asset, DAY) == 1_000_000
    assert clawback_due(asset, DAY + timedelta(days=1)) == 998_633
    assert clawback_due(asset, date(2028, 3, 11)) == 1_368
    assert clawback_due(asset, date(2028, 3, 12)) == 0


def test_before_the_title_passes_only_the_manager_lets_an_asset_go(office):
    award = buying_award(office, title_months=24)
    purchase, people = matched(office, award), office.people
    asset = purchase.assets.first()
    with pytest.raises(Blocked, match="not at the grantee"):
        dispose_asset(asset=asset, reason="Lost", on=DAY, by=people.manager)
    hand_over_purchase(purchase=purchase, evidence=certificate(office, award), on=DAY, by=people.adviser)
    with pytest.raises(NotAllowed, match="only the manager"):
        dispose_asset(asset=asset, reason="Lost", on=DAY, by=people.adviser)
    with pytest.raises(Invalid, match="Say why"):
        dispose_asset(asset=asset, reason=" ", on=DAY, by=people.manager)
    with standing_at(date(2027, 3, 12)):
        gone = dispose_asset(asset=asset, reason="Sold", on=date(2027, 3, 12), by=people.manager)
        # 366 of 731 days are left.
        assert (gone.clawback_amount, gone.disposed_by) == (500_684, people.manager)
        with pytest.raises(Blocked):
            dispose_asset(asset=asset, reason="Sold", on=date(2027, 3, 12), by=people.manager)


def test_what_was_not_used_is_asked_back_by_a_second_person_and_comes_in_or_is_given_up(office, client):
    award, people = buying_award(office, title_months=24), office.people
    purchase = matched(office, award)
    hand_over_purchase(purchase=purchase, evidence=certificate(office, award), on=DAY, by=people.adviser)
    paid_tranche(office, award.tranches.get())
    first, second = purchase.assets.order_by("pk")
    for asset in (first, second):
        dispose_asset(asset=asset, reason="Sold", on=DAY, by=people.manager)
    facts = {"asset": first, "reason": "", "on": DAY}
    with pytest.raises(Blocked, match="nothing is asked back"):
        receive_recovery(award=award, amount=1, bank_reference="IN-1", on=DAY, by=people.maker)
    with pytest.raises(NotAllowed, match="Another person"):
        decide_clawback(**facts, amount=1_000_000, by=people.manager)
    with pytest.raises(NotAllowed):
        decide_clawback(**facts, amount=1_000_000, by=people.adviser)
    with pytest.raises(Invalid, match=r"At most EUR 10,000\.00"):
        decide_clawback(**facts, amount=1_000_001, by=people.checker)
    with pytest.raises(Invalid, match="Say why"):
        decide_clawback(**facts, amount=999_999, by=people.checker)
    url = reverse("grants:clawback", args=[award.ref, first.pk])
    client.force_login(people.manager)
    assert client.get(url).status_code == 403
    client.force_login(people.checker)
    assert url in client.get(award.get_absolute_url()).content.decode()
    assert client.post(url, filled(client.get(url).content.decode())).status_code == 302
    assert client.get(url).status_code == 409
    award.refresh_from_db()
    assert (award.state, award.recovery_amount, award.recovery_due_amount) == ("active", 1_000_000, 1_000_000)
    decide_clawback(asset=second, amount=0, reason="It burned.", on=DAY, by=people.checker)
    with pytest.raises(NotAllowed):
        give_up_recovery(award=award, amount=1, reason="Small.", on=DAY, by=people.checker)
    receive_recovery(award=award, amount=600_000, bank_reference="IN-1", on=DAY, by=people.maker)
    give_up_recovery(award=award, amount=100_000, reason="Letter 4.", on=DAY, by=people.manager)
    assert (recovery_due(award), award.recovery_due_amount) == (0, 300_000)
    assert [*checks(), *ledger_faults(), *state_faults()] == []
    with pytest.raises(IntegrityError), transaction.atomic():
        Asset.objects.filter(pk=first.pk).update(claimed_by=people.manager)
    Asset.objects.filter(pk=first.pk).update(claimed_amount=999_999)
    assert any("999999 is asked back, its entry says 1000000" in fault for fault in checks())


def test_verify_names_what_was_changed_behind_the_services(office):
    award = buying_award(office)
    purchase = matched(office, award)
    assert not list(checks())
    purchase.quotes.filter(amount__gt=purchase.amount).delete()
    assert any("has 1 quotes and no waiver" in fault for fault in checks())
    purchase.assets.first().delete()
    faults = list(checks())
    assert any("2 received, 1 on the register" in fault for fault in faults)
    assert any("its assets cost 1000000" in fault for fault in faults)
    purchase.quotes.all().delete()
    assert any("no quote in time" in fault for fault in checks())


def test_verify_finds_an_invoice_that_counts_twice_or_is_too_old(office):
    award = buying_award(office)
    purchase = matched(office, award)
    award.contributions.update(invoice_key=purchase.invoice_key)
    Purchase.objects.update(invoice_on=award.signed_on - timedelta(days=1))
    faults = list(checks())
    assert any("counts as another cost too" in fault for fault in faults)
    assert any("its paper counts without being taken by it" in fault for fault in faults)
    assert any("the invoice is from before the agreement" in fault for fault in faults)
