"""Buying by its pages: what people type, what they read, and whom each page is for."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from applicants.models import Party
from grants.models import Asset, Purchase
from grants.queues import queue_for
from programmes.clock import standing_at
from tests.markup import filled
from tests.office import DAY, grant_office
from tests.steps_purchases import buying_award, chosen, matched, ordered, requested, supplier

# Every page is opened on PostgreSQL in tests/test_urls.py.
pytestmark = [pytest.mark.django_db, pytest.mark.once]


@pytest.fixture
def office():
    with standing_at(DAY):
        yield grant_office()


def send(client, url, **typed):
    return client.post(url, {**filled(client.get(url)), **typed}, follow=True)


def at(name, purchase, *more):
    return reverse(f"grants:{name}", args=[purchase.award.ref, purchase.number, *more])


def read(client, url):
    return client.get(url).content.decode()


def test_a_supplier_is_found_bought_from_and_matched_page_by_page(client, office):
    award, people = buying_award(office), office.people
    shop = supplier(office)
    client.force_login(people.adviser)
    page = read(client, award.get_absolute_url())
    assert "Nothing is bought yet." in page
    assert f'href="{reverse("grants:assets")}"' in read(client, reverse("grants:awards"))
    assert "Next: buy what tranche 1 pays for. Nothing was bought for it yet." in page
    page = send(client, reverse("grants:new_purchase", args=[award.ref]), what="Oven", quantity="2")
    assert "The purchase is requested." in page.content.decode()
    purchase = Purchase.objects.get()
    page = send(client, at("new_quote", purchase), supplier="E-999999", amount="9,999.99")
    assert "No supplier of this reference" in page.content.decode()
    send(client, at("new_quote", purchase), supplier=shop.ref.lower(), amount="9,999.99")
    assert "Cheapest" in read(client, purchase.get_absolute_url())
    assert client.get(at("purchase_move", purchase, "choose")).status_code == 403
    client.force_login(people.maker)
    send(client, at("purchase_move", purchase, "choose"), quote=purchase.quotes.get().pk)
    client.force_login(people.manager)
    send(client, at("purchase_move", purchase, "approve"))
    client.force_login(people.adviser)
    send(client, at("purchase_move", purchase, "order"), order_number="PO 7")
    send(client, at("invoice", purchase), invoice_number="INV 7", amount="9,999.98")
    client.force_login(people.monitor)
    page = send(client, at("purchase_move", purchase, "receive"), quantity="2", serial_numbers="SN-1\nSN-2")
    assert "not as ordered" in page.content.decode()
    purchase.refresh_from_db()
    typed = {"version": purchase.version, "key": "again"}
    assert client.post(at("purchase_move", purchase, "match"), typed).status_code == 409
    assert "they differ by EUR 0.01" in read(client, at("purchase_move", purchase, "match"))
    client.force_login(people.adviser)
    send(client, at("invoice", purchase), amount="9,999.99")
    client.force_login(people.monitor)
    page = send(client, at("purchase_move", purchase, "match"))
    assert "Match order, goods and invoice. Done." in page.content.decode()
    paper = client.get(at("handover_certificate", purchase))
    assert paper["Content-Type"] == "application/pdf"
    scan = SimpleUploadedFile("signed.pdf", b"%PDF-signed")
    page = send(client, at("hand_over_all", purchase), upload=scan)
    assert "All pieces are handed over." in page.content.decode()
    assert set(Asset.objects.values_list("serial_number", "handed_over_on")) == {("SN-1", DAY), ("SN-2", DAY)}


def test_what_looks_odd_stands_on_the_page_and_is_answered_there(client, office):
    award, people = buying_award(office), office.people
    purchase = requested(office, award)
    purchase = chosen(office, purchase, 500_000)
    Party.objects.filter(pk=purchase.supplier_id).update(manager=award.applicant)
    client.force_login(people.adviser)
    assert "Another person than the one who requested the purchase answers" in read(client, purchase.get_absolute_url())
    assert client.get(at("answer", purchase, 1)).status_code == 403
    client.force_login(people.manager)
    assert client.get(at("answer", purchase, 2)).status_code == 404
    other = {"finding": "phone:P-000001", "answer": "Read beside another finding"}
    assert client.post(at("answer", purchase, 1), other).status_code == 409
    send(client, at("answer", purchase, 1), answer="The only dealer of the valley")
    assert "The only dealer of the valley" in read(client, purchase.get_absolute_url())
    assert client.get(at("answer", purchase, 1)).status_code == 409
    assert send(client, at("purchase_move", purchase, "approve")).status_code == 200


def test_a_waiver_stands_on_the_purchase_with_its_name(client, office):
    purchase = requested(office, buying_award(office))
    client.force_login(office.people.manager)
    send(client, at("waive_quotes", purchase), reason="The only dealer")
    page = read(client, purchase.get_absolute_url())
    assert "The only dealer" in page
    assert "Vahan Stepanyan" in page


def test_each_purchase_waits_in_the_queue_of_whose_turn_it_is(office):
    award, people = buying_award(office), office.people

    def waiting(person):
        return [item.verb_text for item in queue_for(person) if "/purchases/" in item.url]

    purchase = requested(office, award)
    assert waiting(people.adviser) == ["Enter quotes"]
    chosen(office, purchase, 500_000)
    assert (waiting(people.adviser), waiting(people.manager)) == ([], ["Approve a purchase"])
    ordered(office, purchase)
    assert (waiting(people.adviser), waiting(people.monitor)) == ([], ["Record what arrived"])


def test_the_register_of_assets_is_a_list_with_files(client, office):
    award = buying_award(office)
    purchase = matched(office, award)
    client.force_login(office.people.manager)
    url = reverse("grants:assets")
    assert f"{purchase.ref}-1" in read(client, url)
    lines = b"".join(client.get(url, {"format": "csv"}).streaming_content).decode("utf-8-sig").splitlines()
    assert len(lines) == 3
    assert f"{purchase.ref}-2" in lines[1] + lines[2]
    assert client.get(url, {"format": "xlsx"}).status_code == 200
    assert f"{purchase.ref}-1" not in read(client, f"{url}?where=gone")
    assert f"{purchase.ref}-1" in read(client, f"{url}?where=waits&q={purchase.ref}-1")
    client.force_login(office.people.donor)
    assert f"{purchase.ref}-1" not in read(client, url)
    asset = purchase.assets.first()
    dispose = reverse("grants:dispose", args=[award.ref, asset.pk])
    client.force_login(office.people.manager)
    assert client.get(dispose).status_code == 409
