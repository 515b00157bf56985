"""Works by their pages: what people type, and what they read afterwards."""

from datetime import timedelta

import pytest
from django.urls import reverse

from grants.models import Certificate, WorksContract
from grants.queues import queue_for
from grants.services import (
    accept_finally,
    accept_provisionally,
    approve_variation,
    cancel_tender,
    certify_work,
    close_defect,
    measure_work,
    propose_variation,
    receive_bid,
)
from programmes.clock import standing_at
from tests.markup import filled
from tests.office import DAY
from tests.steps_grants import certified_tranche
from tests.steps_works import builder, certified, published, running_contract, works_award

# Every page is opened on PostgreSQL in tests/test_urls.py.
pytestmark = [pytest.mark.django_db, pytest.mark.once]


@pytest.fixture
def award(office):
    return works_award(office)


def send(client, url, **typed):
    """Open the form, type into it, send it; the text of the page that follows."""
    return client.post(url, {**filled(client.get(url)), **typed}, follow=True).content.decode()


def test_a_tender_goes_from_its_page_to_a_drafted_contract(client, office, award):
    people = office.people
    client.force_login(people.adviser)
    page = client.get(award.get_absolute_url()).content.decode()
    assert reverse("grants:new_tender", args=[award.ref]) in page
    text = send(
        client,
        reverse("grants:new_tender", args=[award.ref]),
        subject="School yard",
        deadline_on=f"{DAY + timedelta(days=2):%d.%m.%Y}",
    )
    assert "The tender is published." in text
    assert "No bid came in yet." in text
    url = reverse("grants:new_bid", args=[award.ref, 1])
    assert "There is no enterprise E-999999 on the register." in send(client, url, bidder="E-999999")
    assert "The bid is received." in send(client, url, bidder=builder(office, "Ararat Builders").ref)
    tender = award.tenders.get()
    move = f"{tender.get_absolute_url()}do/"
    assert "Bids can be handed in until" in client.get(f"{move}open/").content.decode()
    day = DAY + timedelta(days=3)
    with standing_at(day):
        send(client, f"{move}open/", opened_with=people.manager.pk)
        text = send(
            client,
            reverse("grants:read_bid", args=[award.ref, 1, tender.bids.get().pk]),
            amount="19,000.00",
            responsive="yes",
        )
        assert "The bid is examined." in text
        send(client, f"{move}choose/")
        assert client.get(f"{move}decide/").status_code == 403
        client.force_login(people.manager)
        text = send(client, f"{move}decide/")
        assert reverse("grants:draft_contract", args=[award.ref, 1]) in text
        text = send(
            client,
            reverse("grants:draft_contract", args=[award.ref, 1]),
            ends_on=f"{day + timedelta(days=90):%d.%m.%Y}",
            damages_per_day_amount="50.00",
        )
        assert "The contract is drafted." in text
        text = send(client, f"{WorksContract.objects.get().get_absolute_url()}do/sign/")
        assert "Next: measure the work done." in text


def test_the_work_is_measured_and_certified_on_the_contracts_page_and_printed(client, office, award):
    people, contract = office.people, running_contract(office, award)
    client.force_login(people.adviser)
    url = reverse("grants:measure", args=[award.ref, 1])
    assert "The contract with its variations is EUR 20,000.00." in send(client, url, work_done_amount="20,000.01")
    text = send(client, url, work_done_amount="10,000.00")
    assert "Next: certify the work that was measured." in text
    put = reverse("grants:certificate_move", args=[award.ref, 1, 1, "certify"])
    assert client.get(put).status_code == 403
    client.force_login(people.monitor)
    assert put in client.get(contract.get_absolute_url()).content.decode()
    assert "EUR\u00a09,000.00" in client.get(put).content.decode()
    send(client, put)
    assert Certificate.objects.get().state == "certified"
    certified_tranche(office, award.tranches.get(number=1))
    page = client.get(contract.get_absolute_url()).content.decode()
    assert f"{award.ref}/1" in page
    paper = client.get(reverse("grants:certificate_pdf", args=[award.ref, 1, 1]))
    assert paper.content.startswith(b"%PDF")
    assert client.get(reverse("grants:certificate", args=[award.ref, 1, 1])).status_code == 302
    page = client.get(award.get_absolute_url()).content.decode()
    assert "1,000.00" in page


def test_variations_acceptance_defects_and_the_handover_have_their_pages(client, office, award):
    people, contract = office.people, running_contract(office, award, amount=1_900_000)
    client.force_login(people.manager)
    url = reverse("grants:new_variation", args=[award.ref, 1])
    send(client, url, text="More kerb", amount="1,000.00", direction="more")
    decide = reverse("grants:variation", args=[award.ref, 1, 1])
    assert client.get(decide).status_code == 403
    client.force_login(people.maker)
    assert "The variation is decided." in send(client, decide, decision="approve")
    certified(office, contract, 2_000_000)
    client.force_login(people.adviser)
    accept = f"{contract.get_absolute_url()}do/accept_provisionally/"
    assert "leave both empty" in send(client, accept, present="Mayor", text_1="Crack")
    soon = f"{DAY + timedelta(days=9):%d.%m.%Y}"
    text = send(client, accept, present="Mayor", text_1="Crack", due_on_1=soon)
    assert "Next: see whether the defects are put right." in text
    send(client, reverse("grants:new_defect", args=[award.ref, 1]), text="Gate", due_on=soon)
    for defect in contract.defects.all():
        send(client, reverse("grants:close_defect", args=[award.ref, 1, defect.pk]), seen="on")
    text = send(client, reverse("grants:hand_over_works", args=[award.ref, 1]), confirmed="on")
    assert "The works are handed over." in text
    late = DAY + timedelta(days=200)
    with standing_at(late):
        client.force_login(people.manager)
        send(client, f"{contract.get_absolute_url()}do/accept_finally/")
        client.force_login(people.adviser)
        text = send(client, reverse("grants:release_retention", args=[award.ref, 1]))
        assert "The last certificate waits for another person." in text


def test_the_list_of_contracts_is_also_a_file_and_strangers_see_none_of_it(client, office, award):
    contract = running_contract(office, award)
    certified(office, contract, 1_000_000)
    client.force_login(office.people.manager)
    page = client.get(reverse("grants:works_list")).content.decode()
    assert ("Ararat Builders" in page, "EUR 1,000.00" in page) == (True, True)
    file = b"".join(client.get(reverse("grants:works_list"), {"format": "csv"}))
    assert contract.ref.encode() in file
    client.force_login(office.people.member1)
    assert client.get(contract.get_absolute_url()).status_code == 404
    assert client.get(contract.tender.get_absolute_url()).status_code == 404


def test_a_bid_that_is_late_says_so(client, office, award):
    tender = published(office, award)
    receive_bid(tender=tender, bidder=builder(office, "Lori Works"), on=DAY, by=office.people.adviser)
    client.force_login(office.people.manager)
    assert "late, not opened" in client.get(tender.get_absolute_url()).content.decode()


def waiting(user):
    return [item.verb_text for item in queue_for(user) if "/W" in item.why or "/T" in item.why]


def test_each_step_waits_for_those_whose_it_is(office, award):
    people, late = office.people, DAY + timedelta(days=200)
    published(office, award)
    assert waiting(people.manager) == ["Open the bids"]
    assert waiting(people.maker) == []
    cancel_tender(tender=award.tenders.get(), reason="Anew.", on=DAY, by=people.manager)
    contract = running_contract(office, award, amount=1_900_000)
    measure_work(contract=contract, work_done_amount=900_000, period_to=DAY, on=DAY, by=people.adviser)
    propose_variation(contract=contract, amount=1_000, text="More kerb", on=DAY, by=people.adviser)
    assert waiting(people.manager) == ["Decide a variation", "Certify work"]
    assert (waiting(people.maker), waiting(people.monitor)) == (["Decide a variation"], ["Certify work"])
    approve_variation(variation=contract.variations.get(), on=DAY, by=people.manager)
    certify_work(certificate=contract.certificates.get(), on=DAY, by=people.manager)
    accept_provisionally(contract=contract, present="Mayor", defects=[("Crack", DAY)], on=DAY, by=people.adviser)
    assert waiting(people.adviser) == ["See whether a defect is put right"]
    with standing_at(late):
        assert waiting(people.manager) == []
        close_defect(defect=contract.defects.get(), on=late, by=people.monitor)
        assert waiting(people.manager) == ["Accept works finally"]
        accept_finally(contract=contract, on=late, by=people.manager)
        assert waiting(people.monitor) == ["Give back what was held back"]
