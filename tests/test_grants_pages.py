"""The pages of grants: who sees what, what comes next, and the whole way of an award through its pages."""

import csv
import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from applicants import cases
from applicants.models import Evidence, Party
from applicants.panels import panels_for
from audit.models import Event
from grants.models import Award
from grants.queues import queue_for, search_for
from payments.models import PaymentOrder
from payments.sources import sources_for
from tests.office import DAY, grant_office
from tests.steps_grants import (
    accepted_contribution,
    account_for,
    approved_award,
    certified_tranche,
    ordered_tranche,
    paid_tranche,
    ready_award,
    signed_award,
)

# Every page is opened on PostgreSQL in tests/test_urls.py.
pytestmark = pytest.mark.once

NAME = '=HYPERLINK("x") Smith & Sons <img src=x>'


def said(response, status=200):
    assert response.status_code == status, response.content.decode()[:3000]
    return " ".join(response.content.decode().replace("\u00a0", " ").split())


def hidden(response):
    """Version and key as the page carries them."""
    form = response.context["form"]
    return {name: form.initial[name] for name in ("version", "key") if name in form.initial}


def send(client, user, url, status=302, **data):
    """Open the page of a form, fill it in and send it."""
    client.force_login(user)
    page = client.get(url)
    assert page.status_code == 200, (url, page.status_code)
    response = client.post(url, {**hidden(page), **data})
    assert response.status_code == status, said(response, response.status_code)[:4000]
    return response


def urls(award):
    names = ("award", "agreement", "screen", "conditions", "plan", "pledge", "new_asset")
    tranche, contribution = award.tranches.kept().first(), award.contributions.first()
    deliverable = tranche.deliverables.first()
    return [
        *(reverse(f"grants:{name}", args=[award.ref]) for name in names),
        *(
            reverse("grants:move", args=[award.ref, verb])
            for verb in ("sign", "suspend", "close", "terminate", "cancel")
        ),
        *(
            reverse("grants:tranche_move", args=[award.ref, tranche.number, verb])
            for verb in ("request", "certify", "order")
        ),
        reverse("grants:evidence", args=[award.ref, contribution.pk]),
        reverse("grants:accept", args=[award.ref, contribution.pk]),
        reverse("grants:show", args=[award.ref, deliverable.pk]),
        reverse("grants:accept_deliverable", args=[award.ref, deliverable.pk]),
    ]


def test_another_programmes_award_is_not_there(office, client):
    award = signed_award(office)
    stranger = grant_office("autumn").people
    for user in (stranger.manager, stranger.maker, office.people.member1, office.people.secretary, office.people.donor):
        client.force_login(user)
        assert {client.get(url).status_code for url in urls(award)} == {404}
        assert award.ref not in said(client.get("/grants/"))
    client.logout()
    assert {client.get(url).status_code for url in [*urls(award), "/grants/"]} == {302}


def test_looking_changes_nothing_but_the_first_reading_of_the_agreement(office, client):
    award = ready_award(office)
    before = Event.objects.count()
    for who in ("adviser", "manager", "maker", "monitor"):
        client.force_login(getattr(office.people, who))
        for url in urls(award):
            assert client.get(url).status_code in (200, 403, 409), url
    assert Event.objects.count() == before


def test_an_award_goes_its_whole_way_through_its_pages(office, client):
    people = office.people
    award = approved_award(office)
    base = award.get_absolute_url()
    client.force_login(people.manager)
    assert "Before signing: Anahit Sargsyan has not been screened." in said(client.get(base))
    assert "Not yet" in said(client.get(f"{base}screening/"))
    send(client, people.manager, f"{base}screening/")
    send(client, people.adviser, f"{base}own-part/new/", source="own_cash", amount="5,000.00")
    row = {"amount_1": "20,000.01", "modality_1": "cash", "deliverables_1": "Quote of the supplier"}
    others = {f"modality_{number}": "cash" for number in (2, 3)}
    refused = send(client, people.manager, f"{base}plan/", 400, **row, **others)
    assert "The tranches add up to EUR 20,000.01" in said(refused, 400)
    two = {"amount_1": "12,000.00", "amount_2": "8,000.00"}
    send(client, people.manager, f"{base}plan/", **{**row, **others, **two})
    award.refresh_from_db()
    send(client, people.manager, f"{base}do/sign/", ends_on="31.12.2026")
    first = award.tranches.get(number=1)
    deliverable = first.deliverables.get()
    paper = SimpleUploadedFile("quote.txt", b"The quote.")
    send(client, people.adviser, f"{base}deliverables/{deliverable.pk}/show/", upload=paper)
    send(client, people.monitor, f"{base}deliverables/{deliverable.pk}/accept/")
    send(client, people.adviser, f"{base}tranches/1/do/request/")
    client.force_login(people.manager)
    assert "certify tranche 1" in said(client.get(base))
    send(client, people.manager, f"{base}tranches/1/do/certify/")
    client.force_login(people.maker)
    nowhere = said(client.get(f"{base}tranches/1/do/order/"))
    assert "has no account in EUR yet" in nowhere
    assert f'href="/money/accounts/new/?party={award.applicant.ref}"' in nowhere
    assert f'href="{base}">Back to G-2026-0001</a>' in nowhere
    account = account_for(office, award)
    waiting = sources_for(people.maker)
    assert [(row.ref, row.amount, row.url) for row in waiting] == [
        ("G-2026-0001/1", 1_200_000, f"{base}tranches/1/do/order/")
    ]
    response = send(client, people.maker, waiting[0].url, account=account.pk)
    order = PaymentOrder.objects.get()
    assert response.headers["Location"] == order.get_absolute_url()
    assert sources_for(people.maker) == []
    assert "on its way" in said(client.get(base))
    assert order.ref in said(client.get(base))
    client.force_login(people.adviser)
    assert order.get_absolute_url() not in said(client.get(base))


def test_the_own_part_is_evidenced_with_its_file_and_accepted_on_the_page(office, client):
    people = office.people
    award = signed_award(office)
    base, contribution = award.get_absolute_url(), award.contributions.get()
    url = f"{base}own-part/{contribution.pk}/evidence/"
    facts = {"amount": "5,000.00", "supplier": "Metal Works", "invoice_number": "INV-1"}
    bad = SimpleUploadedFile("x.svg", b"<svg onload=alert(1)>")
    assert "Only pictures" in said(send(client, people.adviser, url, 400, **facts, upload=bad), 400)
    send(client, people.adviser, url, **facts, upload=SimpleUploadedFile("inv.txt", b"Invoice 1"))
    evidence = Evidence.objects.get()
    assert (evidence.case_ref, evidence.purpose) == (award.ref, "invoice")
    for who, seen in (("monitor", True), ("maker", True), ("member1", False), ("donor", False)):
        assert cases.visible(getattr(people, who), evidence) is seen
    other = signed_award(office)
    again = f"{other.get_absolute_url()}own-part/{other.contributions.get().pk}/evidence/"
    assert "counts already" in said(send(client, people.adviser, again, 400, **facts), 400)
    assert Evidence.objects.count() == 1
    accept = f"{base}own-part/{contribution.pk}/accept/"
    send(client, people.monitor, accept, amount="4,500.00")
    page = said(client.get(base))
    assert "4,500.00" in page
    assert "Accepted: 18.4%, own part / (grant + own part). At least 20% is asked." in page
    client.force_login(people.adviser)
    assert client.get(accept).status_code == 403


def test_assets_are_registered_and_handed_over_on_the_page(office, client):
    people = office.people
    award = signed_award(office)
    base = award.get_absolute_url()
    facts = {"label": NAME, "amount": "1,200.00", "serial_number": "SN-7"}
    page = send(client, people.adviser, f"{base}assets/new/", **facts)
    asset = award.assets.get()
    send(client, people.monitor, f"{base}assets/{asset.pk}/hand-over/", on="12.03.2026")
    shown = said(client.get(base))
    assert "Smith &amp; Sons &lt;img src=x&gt;" in shown
    assert "<img src=x>" not in shown
    assert "1,200.00 handed over" in shown
    assert page.headers["Location"] == f"{base}#assets"


def test_an_end_says_what_is_asked_back_before_it_is_done(office, client):
    award = signed_award(office)
    paid_tranche(office, award.tranches.get())
    base = award.get_absolute_url()
    client.force_login(office.people.manager)
    assert "EUR 20,000.00 is asked back" in said(client.get(f"{base}do/terminate/"))
    send(client, office.people.manager, f"{base}do/terminate/", reason="Business closed.")
    assert "EUR 20,000.00 is asked back" in said(client.get(base))
    assert "Give it up" not in said(client.get(base))
    assert client.get(f"{base}recovery/given-up/").status_code == 403
    day = {"on": "12.03.2026", "amount": "5,000.00", "bank_reference": "IN-7"}
    send(client, office.people.checker, f"{base}recovery/received/", **day)
    gone = {"amount": "15,000.00", "reason": "The donor's letter 17."}
    send(client, office.people.checker, f"{base}recovery/given-up/", **gone)
    shown = said(client.get(base))
    assert "Nothing is asked back any more" in shown
    for act in ("received", "given-up"):
        assert client.get(f"{base}recovery/{act}/").status_code == 409
    assert "IN-7" in shown
    assert client.get(f"{base}do/undo/").status_code == 404
    assert client.get(f"{base}do/settle/").status_code == 404


def test_the_agreement_is_a_file_and_a_draft_says_so(office, client):
    award = ready_award(office)
    client.force_login(office.people.adviser)
    response = client.get(reverse("grants:agreement", args=[award.ref]))
    assert response.headers["Content-Type"] == "application/pdf"
    assert 'filename="G-2026-0001-draft.pdf"' in response.headers["Content-Disposition"]
    assert response.content.startswith(b"%PDF-")
    signed_award(office, award=award, own=0)
    first = client.get(reverse("grants:agreement", args=[award.ref]))
    assert 'filename="G-2026-0001.pdf"' in first.headers["Content-Disposition"]
    assert client.get(reverse("grants:agreement", args=[award.ref])).content == first.content


def test_the_list_finds_filters_and_comes_as_a_file_whose_cells_are_inert(office, client):
    award = signed_award(office)
    Party.objects.filter(pk=award.applicant_id).update(name=NAME, name_script="Անահիտ Սարգսյան")
    approved_award(office)
    client.force_login(office.people.manager)
    page = said(client.get("/grants/"))
    assert "2 awards" in page
    assert "Անահիտ Սարգսյան" in page
    assert "1 award" in said(client.get("/grants/?state=active"))
    assert "G-2026-0002" in said(client.get("/grants/?q=G-2026-0002"))
    response = client.get("/grants/?format=csv&state=active")
    rows = list(csv.reader(io.StringIO(b"".join(response).decode("utf-8-sig"))))
    assert rows[1][1] == "'" + NAME
    assert rows[1][-2:] == ["20000.00", "EUR"]


def test_a_page_of_awards_costs_as_many_queries_as_one(office, client):
    signed_award(office)
    client.force_login(office.people.manager)
    cost_of(client, "/grants/")
    cost = cost_of(client, "/grants/")
    for _time in range(2):
        approved_award(office)
    assert cost_of(client, "/grants/") == cost <= 14


def cost_of(client, url):
    with CaptureQueriesContext(connection) as queries:
        client.get(url)
    return len(queries)


def test_each_role_finds_its_own_steps_in_its_queue(office):
    people = office.people
    award = approved_award(office)
    assert [item.verb_text for item in queue_for(people.manager)] == ["Prepare and sign the agreement"]
    signed_award(office, award=award)
    assert [item.verb_text for item in queue_for(people.adviser)] == ["Request tranche 1"]
    tranche = award.tranches.get()
    certified_tranche(office, tranche)
    assert queue_for(people.manager) == queue_for(people.adviser) == []
    ordered_tranche_of_another(office)
    assert [hit.title for hit in search_for(people.manager, award.ref)] == [f"{award.ref}, {award.applicant.name}"]
    assert search_for(people.secretary, award.ref) == []
    assert queue_for(people.donor) == []


def ordered_tranche_of_another(office):
    return ordered_tranche(office, signed_award(office).tranches.get())


def test_application_and_party_show_the_award_to_those_who_see_it(office):
    award = signed_award(office)
    accepted_contribution(office, award.contributions.get())
    for on, row in (("application", award.application), ("party", award.applicant)):
        shown = {panel.title: panel.rows for panel in panels_for(on, office.people.manager, row)}
        assert [(line.title, line.figure) for line in shown["Award" if on == "application" else "Awards"]] == [
            (award.ref, "EUR 20,000.00")
        ]
        assert "Award" not in {panel.title for panel in panels_for(on, office.people.secretary, row)}
    assert Award.objects.get().approved_on == DAY
