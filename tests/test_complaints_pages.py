"""The pages of complaints: open to anybody with a code, closed to whoever is complained of."""

from datetime import timedelta

import pytest

from applicants.models import Complaint, Knock
from applicants.services import answer_complaint
from tests.office import DAY, grant_office
from tests.steps_applicants import protector_of
from tests.steps_complaints import WORDS, complaint_of, contact_of, handled, root

# Every page is opened on PostgreSQL in tests/test_urls.py.
pytestmark = pytest.mark.once


def sent(client, **facts):
    facts = {"key": "k-1", "kind": "money", "text": WORDS, **facts}
    return client.post("/complaints/", facts)


def test_anybody_complains_without_an_account_and_sees_the_answer_with_the_code(office, client):
    page = client.get("/complaints/")
    assert page.status_code == 200
    assert "max-age=0" in page["Cache-Control"]
    assert "Programme spring" in page.content.decode()
    answer = sent(client, public_name="Programme spring", about="Karen")
    assert answer.status_code == 200
    complaint = Complaint.objects.get()
    shown = answer.context["complaint"]
    assert shown.code in answer.content.decode()
    assert (complaint.programme, complaint.received_by, complaint.anonymous) == (office.programme, None, True)
    again = sent(client, public_name="Programme spring", about="Karen").content.decode()
    assert shown.code not in again
    assert "This was sent before" in again
    wrong = client.post("/complaints/status/", {"ref": complaint.ref, "code": "AAAA-BBBB-CCCC"})
    nobody = client.post("/complaints/status/", {"ref": "C-22222222", "code": shown.code})
    for refused in (wrong, nobody):
        assert refused.status_code == 400
        assert "no complaint with this reference and this code" in refused.content.decode()
    page = client.post("/complaints/status/", {"ref": complaint.ref, "code": shown.code}).content.decode()
    assert "Received. Somebody will acknowledge it." in page
    assert WORDS not in page
    handled(office, complaint)
    answer_complaint(complaint=complaint, answer="<i>We asked</i>", on=DAY, by=office.people.loan_officer)
    page = client.post("/complaints/status/", {"ref": complaint.ref, "code": shown.code}).content.decode()
    assert "&lt;i&gt;We asked&lt;/i&gt;" in page
    assert "Arsen" not in page


def test_the_open_page_names_no_confidential_programme_in_no_attribute(office, client):
    quiet = grant_office("quiet", confidential=True)
    page = client.get("/complaints/").content.decode()
    assert "Small business support" in page
    assert "Programme quiet" not in page
    assert 'value="quiet"' not in page
    assert f'value="{quiet.programme.pk}"' not in page
    assert sent(client, public_name="Programme quiet").status_code == 400
    assert sent(client, public_name="Small business support").status_code == 200
    assert Complaint.objects.get().programme == quiet.programme


def test_what_is_missing_is_said_and_a_wrong_kind_is_refused(office, client):
    refused = client.post("/complaints/", {"key": "k-1"})
    assert refused.status_code == 400
    assert "Choose what the complaint is about." in refused.content.decode()
    assert sent(client, kind="weather").status_code == 400
    assert sent(client, text="\0").status_code == 400
    assert Complaint.objects.count() == 0


def test_ten_complaints_an_hour_from_one_address_and_the_eleventh_is_429(office, client):
    for number in range(10):
        assert sent(client, key=f"k-{number}").status_code == 200
    refused = sent(client, key="k-10")
    assert refused.status_code == 429
    assert "Try again in an hour" in refused.content.decode()
    assert Complaint.objects.count() == 10
    other = client.post("/complaints/", {"key": "k-11", "kind": "money", "text": WORDS}, REMOTE_ADDR="10.0.0.9")
    assert other.status_code == 200
    Knock.objects.update(at=Knock.objects.first().at - timedelta(minutes=61))
    assert sent(client, key="k-12").status_code == 200
    assert Knock.objects.count() == 1


def test_codes_cannot_be_tried_out(office, client):
    complaint = complaint_of(office)
    for number in range(30):
        tried = client.post("/complaints/status/", {"ref": complaint.ref, "code": f"AAAA-BBBB-{number:04d}"})
        assert tried.status_code == 400
    assert client.post("/complaints/status/", {"ref": complaint.ref, "code": complaint.code}).status_code == 429
    assert sent(client).status_code == 200


def test_addresses_are_counted_by_a_hash_that_no_complaint_carries(office, client):
    sent(client)
    knock = Knock.objects.get()
    assert "127" not in knock.mark
    assert {field.name for field in Knock._meta.fields} == {"id", "purpose", "mark", "at"}


def test_a_forwarded_address_counts_behind_our_proxy_alone(office, client, settings):
    def from_address(address, number):
        return client.post(
            "/complaints/",
            {"key": f"k-{address}-{number}", "kind": "money", "text": WORDS},
            HTTP_X_FORWARDED_FOR=f"6.6.6.6, {address}",
        ).status_code

    assert {from_address(f"10.0.0.{number}", number) for number in range(10)} == {200}
    assert from_address("10.0.0.99", 0) == 429
    settings.BEHIND_PROXY = True
    assert from_address("10.0.0.99", 1) == 200


def test_the_pages_of_a_complaint_are_404_for_everybody_kept_out_also_as_superuser(office, client):
    people, protector = office.people, protector_of(office)
    protector.is_superuser = protector.is_staff = True
    protector.save()
    complaint = complaint_of(office, about="Levon Arakelyan")
    here = complaint.get_absolute_url()
    acts = ["", "handler/", "about/", "do/acknowledge/", "do/give_answer/", "do/refer/", "do/pass_on/"]
    for user in (protector, people.adviser, people.administrator, root()):
        client.force_login(user)
        assert {client.get(here + act).status_code for act in acts} == {404}
        assert {client.post(here + act, {"reason": "x"}).status_code for act in acts[1:]} == {404}
        listed = client.get("/complaints/work/").content.decode()
        assert complaint.ref not in listed
        exported = b"".join(client.get("/complaints/work/?format=csv").streaming_content).decode()
        assert complaint.ref not in exported
        assert here not in client.get(f"/search/?q={complaint.ref}").content.decode()
        assert complaint.ref not in client.get("/").content.decode()
    client.force_login(people.manager)
    assert client.get(here).status_code == 200
    assert WORDS in client.get(here).content.decode()


def test_a_complaint_goes_its_way_through_the_pages(office, client):
    people = office.people
    complaint = complaint_of(office)
    here = complaint.get_absolute_url()
    client.force_login(people.manager)
    assert "Name who handles it" in client.get(here).content.decode()
    assert client.post(f"{here}handler/", {"handler": people.donor.pk}).status_code == 400
    assert client.post(f"{here}handler/", {"handler": people.loan_officer.pk}).status_code == 302
    assert client.post(f"{here}about/", {"users": [people.field_agent.pk]}).status_code == 302
    client.force_login(people.loan_officer)
    page = client.get(here).content.decode()
    assert "Karen Sahakyan" in page
    version = Complaint.objects.get().version
    move = {"version": version, "key": "k-1"}
    assert client.get(f"{here}do/acknowledge/").status_code == 200
    assert client.post(f"{here}do/acknowledge/", move).status_code == 302
    assert client.post(f"{here}do/acknowledge/", move).status_code == 409
    move = {"version": version + 1, "key": "k-2", "answer": "We asked her."}
    assert client.post(f"{here}do/give_answer/", {**move, "answer": ""}).status_code == 400
    assert client.post(f"{here}do/give_answer/", move).status_code == 302
    assert client.get(f"{here}do/create/").status_code == 404
    assert Complaint.objects.get().state == "answered"


def test_whoever_refers_or_names_themselves_is_led_away_from_it(office, client):
    people, protector = office.people, protector_of(office)
    contact_of(office)
    complaint = complaint_of(office)
    client.force_login(protector)
    refer = {"version": complaint.version, "key": "k-1", "kind": "abuse"}
    answer = client.post(f"{complaint.get_absolute_url()}do/refer/", refer)
    assert (answer.status_code, answer["Location"]) == (302, "/complaints/work/")
    other = complaint_of(office)
    answer = client.post(f"{other.get_absolute_url()}about/", {"users": [protector.pk]})
    assert (answer.status_code, answer["Location"]) == (302, "/complaints/work/")
    client.force_login(people.monitor)
    assert client.get(complaint.get_absolute_url()).status_code == 200


def test_staff_enter_a_letter_and_hand_over_the_code(office, client):
    client.force_login(office.people.field_agent)
    given = {"key": "k-1", "kind": "service", "text": WORDS, "means": "paper", "on": "12.03.2026"}
    assert client.post("/complaints/enter/", {**given, "on": "13.03.2026"}).status_code == 400
    page = client.post("/complaints/enter/", given)
    assert page.status_code == 200
    complaint = Complaint.objects.get()
    assert (complaint.means, complaint.received_by) == ("paper", office.people.field_agent)
    assert page.context["complaint"].code in page.content.decode()
    assert client.get(complaint.get_absolute_url()).status_code == 404
    client.force_login(office.people.donor)
    assert client.get("/complaints/enter/").status_code == 403


def test_contacts_are_named_and_ended_on_their_page(office, client):
    people = office.people
    here = f"/programmes/{office.programme.key}/contacts/"
    client.force_login(people.secretary)
    assert client.get(here).status_code == 403
    client.force_login(people.manager)
    assert "would reach nobody" in client.get(here).content.decode()
    assert client.post(here, {"user": people.monitor.pk, "position": 1}).status_code == 302
    contact = office.programme.safeguarding_contacts.get()
    assert client.get("/programmes/contacts/").status_code == 403
    assert client.post(f"/programmes/contacts/{contact.pk}/end/", {}).status_code == 400
    assert client.post(f"/programmes/contacts/{contact.pk}/end/", {"reason": "She left."}).status_code == 302
    client.force_login(grant_office("elsewhere").people.manager)
    assert client.get(here).status_code == 404
    assert client.get(f"/programmes/contacts/{contact.pk}/end/").status_code == 404
    client.force_login(people.administrator)
    assert client.post("/programmes/contacts/", {"user": people.checker.pk, "position": 1}).status_code == 302
