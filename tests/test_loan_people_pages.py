"""The people and things behind a loan by their pages: what is typed, what is read, and who finds nothing there."""

import csv
import io
from datetime import date, timedelta
from types import SimpleNamespace

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from applicants.models import Evidence
from audit.models import Event
from loans.models import Handover, Moratorium
from loans.requests import facts_of, rows, told
from loans.services import leave_group, record_life_event, type_member_payments
from pages.sheets import read_table
from programmes.clock import standing_at
from programmes.roles import forget
from tests.markup import filled
from tests.office import DAY, grant_office, make_user, seat
from tests.steps_applicants import registered_person
from tests.steps_loans import FIRST_DUE, active_loan, approved_loan
from tests.steps_relief import asked, decided
from tests.test_loan_groups import constitute, group_loan, three_of_a_group
from tests.test_loan_people import paper

# Every page is opened on PostgreSQL in tests/test_urls.py.
pytestmark = [pytest.mark.django_db, pytest.mark.once]
HAIL = date(2026, 4, 20)


def file(name="paper.txt"):
    return SimpleUploadedFile(name, b"Signed by all.", "text/plain")


def send(client, name, *args, status=200, **typed):
    """Open the form, type into it, send it; the text of the page that follows, with plain spaces."""
    url = reverse(f"loans:{name}", args=args)
    answer = client.post(url, {**filled(client.get(url)), **typed}, follow=True)
    assert answer.status_code == status, answer.content.decode()[:3000]
    return answer.content.decode().replace("\u00a0", " ")


def test_a_guarantor_and_collateral_are_recorded_on_the_loans_page_and_let_go(lending, client):
    loan, person = approved_loan(lending), registered_person(lending, "Karen Petrosyan", birth_year=1971)
    day = f"{DAY:%d.%m.%Y}"
    client.force_login(lending.people.loan_officer)
    typed = {"party": person.ref, "amount": "500.00", "consented_on": day, "consent": file()}
    assert "nobody with the reference P-999999" in send(
        client, "new_guarantor", loan.ref, status=400, **{**typed, "party": "P-999999"}
    )
    said = send(client, "new_guarantor", loan.ref, status=400, **{**typed, "consent": file(), "amount": "1000.01"})
    assert "not more than the loan" in said
    assert not Evidence.objects.filter(case_ref=loan.ref).exists()
    said = send(client, "new_guarantor", loan.ref, **{**typed, "consent": file()})
    assert "The guarantor is recorded." in said
    assert "Karen Petrosyan" in said
    thing = {"kind": "vehicle", "description": "Tractor T-25", "owner": person.ref, "value_amount": "700.00"}
    thing |= {"valued_by": "A. Valuer", "valued_on": day, "registration": "LIEN-7", "paper": file()}
    assert "Tractor T-25" in send(client, "new_collateral", loan.ref, **thing)
    said = send(client, "release_guarantor", loan.ref, loan.guarantors.get().pk, reason="Moved away.")
    assert "released on 12 March 2026" in said
    send(client, "release_collateral", loan.ref, loan.collateral.get().pk, reason="Sold.")
    client.force_login(lending.people.adviser)
    assert client.get(reverse("loans:new_guarantor", args=[loan.ref])).status_code == 403
    assert client.get(reverse("loans:new_collateral", args=[loan.ref])).status_code == 403


def test_a_group_types_its_shares_and_who_leaves_on_its_pages(lending, client):
    loan, members = group_loan(lending, 30_000, 3)
    client.force_login(lending.people.loan_officer)
    assert "is not recorded yet" in client.get(loan.get_absolute_url()).content.decode()
    typed = {"constituted_on": f"{DAY:%d.%m.%Y}", "leader": members[0].pk, "act": file()}
    typed |= {f"member_{member.pk}": "100.00" for member in members}
    wrong = {**typed, f"member_{members[2].pk}": "99.99"}
    assert "The shares add up to USD 299.99" in send(client, "constitute_group", loan.ref, status=400, **wrong)
    said = send(client, "constitute_group", loan.ref, **{**typed, "act": file()})
    assert "led by Ana Aghajanyan" in said
    assert client.get(reverse("loans:leave_group", args=[loan.ref])).status_code == 200
    assert client.get(reverse("loans:claim_of_group", args=[loan.ref])).status_code == 200
    constitute(lending, loan, dict.fromkeys(members, 10_000), members[1])
    other = approved_loan(lending)
    assert client.get(reverse("loans:constitute_group", args=[other.ref])).status_code == 404


def test_the_page_of_a_group_shows_who_left_owing_and_the_claim_form_names_that_one(lending, client):
    loan, (ana, bella, carine), first = three_of_a_group(lending)
    officer, later = lending.people.loan_officer, FIRST_DUE + timedelta(days=3)
    client.force_login(officer)
    with standing_at(later):
        parts = [(ana, 1333), (bella, 1332)]
        type_member_payments(repayment=first, reason="Carine did not pay.", on=later, by=officer, amounts=parts)
        leave_group(loan=loan, member=carine, reason="Ran away.", on=later, by=officer)
        page = client.get(loan.get_absolute_url()).content.decode()
        row = page[page.index("left the group") :].partition("</tr>")[0]
        assert [part.partition("<")[0] for part in row.split('">')[1:]] == ["0.00", "8.89", "0.00", "0.00", "8.89"]
        typed = {"member": carine.pk, "amount": "8.89", "reason": "The others paid."}
        assert "Carine Chobanyan: USD 8.89" in send(client, "claim_of_group", loan.ref, **typed)


def test_a_death_is_recorded_and_decided_by_two_people(lending, client):
    loan = active_loan(lending)
    client.force_login(lending.people.loan_officer)
    with standing_at(DAY):
        typed = {"kind": "death", "happened_on": f"{DAY:%d.%m.%Y}", "evidence": file()}
        said = send(client, "new_life_event", loan.ref, **typed)
        assert "Waits for a decision; penalties rest." in said
        assert "Next: another person decides what follows." in said
        assert "falls due on" not in said.partition('sb-figures"')[0]
        event = loan.life_events.get()
        url = reverse("loans:decide_life_event", args=[loan.ref, event.pk])
        assert client.get(url).status_code == 403
        client.force_login(lending.people.manager)
        home = client.get("/").content.decode()
        assert "Decide what becomes of the loan" in home
        decided = {"outcome": "continue", "decision_ref": "S-1"}
        assert "Say who pays" in send(client, "decide_life_event", loan.ref, event.pk, status=400, **decided)
        forgiven = {**decided, "outcome": "forgive"}
        assert "The committee decides that" in send(
            client, "decide_life_event", loan.ref, event.pk, status=409, **forgiven
        )
        payer = registered_person(lending, "Karen Petrosyan", birth_year=1971)
        said = send(client, "decide_life_event", loan.ref, event.pk, **decided, payer=payer.ref)
        assert "It is repaid as agreed, by the payer, S-1" in said


def test_the_committee_reads_of_the_death_for_which_it_is_asked(lending):
    loan, people = active_loan(lending), lending.people
    with standing_at(DAY):
        record_life_event(
            loan=loan, kind="death", happened_on=DAY, evidence=paper(lending, loan), on=DAY, by=people.loan_officer
        )
        request = asked(lending, loan, "forgive", reason="Nothing is left.")
        motion = SimpleNamespace(subject_ref=request.ref, asked_by="Officer", facts=facts_of(request, DAY))
        assert rows(motion)[:2] == [("Why", "Nothing is left."), ("The borrower died", "12.03.2026")]
        assert "The borrower died" not in dict(told(motion.facts))


def test_who_pays_for_a_borrower_abroad_does_so_until_the_power_of_attorney_ends(lending, client):
    loan, brother = active_loan(lending), registered_person(lending, "Karen Petrosyan", birth_year=1971)
    day = f"{DAY:%d.%m.%Y}"
    client.force_login(lending.people.loan_officer)
    typed = {"kind": "abroad", "happened_on": day, "evidence": file(), "payer": brother.ref, "attorney": file("a.txt")}
    assert "Karen Petrosyan pays." in send(client, "new_life_event", loan.ref, **typed)
    event = loan.life_events.get()
    ended = reverse("loans:end_attorney", args=[loan.ref, event.pk])
    assert "Decide first" in send(client, "end_attorney", loan.ref, event.pk, status=409, reason="She is back.")
    client.force_login(lending.people.manager)
    send(client, "decide_life_event", loan.ref, event.pk, outcome="continue", decision_ref="S-1")
    client.force_login(lending.people.adviser)
    assert ended in client.get(loan.get_absolute_url()).content.decode()
    assert "Say why" in send(client, "end_attorney", loan.ref, event.pk, status=400, reason="")
    said = send(client, "end_attorney", loan.ref, event.pk, reason="She is back.")
    assert "Karen Petrosyan paid until 12 March 2026." in said
    assert ended not in said
    assert "Nobody acts for the borrower" in send(
        client, "end_attorney", loan.ref, event.pk, status=409, reason="Twice."
    )
    client.force_login(lending.people.maker)
    assert client.get(ended).status_code == 403


def test_a_moratorium_and_a_handover_go_through_two_people_by_their_pages(lending, client):
    loan, people = active_loan(lending), lending.people
    key = lending.programme.key
    taker = make_user("Second Adviser", "T-077")
    seat(taker, lending.programme, "adviser", region=lending.region)
    forget(taker)
    with standing_at(HAIL):
        client.force_login(people.loan_officer)
        typed = {"months": "3", "interest": "waived", "starts_on": f"{HAIL:%d.%m.%Y}"}
        said = send(client, "new_moratorium", key, **typed, reason="Hail.")
        assert loan.borrower.name in said
        row = Moratorium.objects.get()
        url, move = row.get_absolute_url(), ("move_moratorium", row.ref, "put_in_force")
        assert client.get(reverse("loans:move_moratorium", args=[row.ref, "put_in_force"])).status_code == 409
        told = b"".join(client.get(url, {"format": "csv"}).streaming_content).decode("utf-8-sig")
        lines = list(csv.DictReader(io.StringIO(told)))
        line = row.loans.get()
        assert [(one["Loan"], one["Principal owed"], one["Interest not charged"]) for one in lines] == [
            (loan.ref, "1000.00", f"{line.waived_amount / 100:.2f}")
        ]
        assert line.waived_amount > 0
        table = read_table(io.BytesIO(b"".join(client.get(url, {"format": "xlsx"}).streaming_content)))
        assert [one.cells["Last instalment now"] for one in table.rows] == [line.matures_on]
        assert Event.objects.filter(kind="list.export").count() == 2
        said = send(client, "new_handover", key, people.adviser.pk, taker=taker.pk, loans=[loan.pk], reason="Leave.")
        assert "Not signed yet." in said
        lists = Handover.objects.get()
        assert client.get(reverse("loans:sign_handover", args=[lists.pk])).status_code == 403
        assert "Hail" not in client.get(reverse("loans:areas")).content.decode()
        decided(lending, row)
        assert client.get(reverse("loans:move_moratorium", args=[row.ref, "put_in_force"])).status_code == 403
        client.force_login(people.manager)
        assert "Put it into effect" in client.get(url).content.decode()
        assert "In force" in send(client, *move)
        client.force_login(taker)
        assert "Signed on 20 April 2026." in send(client, "sign_handover", lists.pk)
        stranger = grant_office().people
        for user in (stranger.manager, people.adviser, people.maker):
            client.force_login(user)
            for name, args in (
                ("moratorium", [row.ref]),
                ("move_moratorium", [row.ref, "withdraw"]),
                ("handover", [lists.pk]),
                ("new_moratorium", [key]),
                ("new_handover", [key, people.adviser.pk]),
            ):
                assert client.get(reverse(f"loans:{name}", args=args)).status_code == 404, (user, name)


def test_the_set_up_takes_bands_limits_and_the_lender_under_a_product(lending, client):
    loan = approved_loan(lending)
    client.force_login(lending.people.manager)
    for kind, typed in (
        ("lending", {"lender": "Orchard Fund", "charge": "service", "guarantor_ceiling_amount": "900.00"}),
        ("security", {"from_amount": "1,000.00", "guarantors_number": "1", "collateral_pct": "50"}),
        ("cycle", {"cycle": "1", "limit_amount": "2,000.00"}),
    ):
        url = reverse("programmes:new_part", args=[lending.programme.key, kind]) + f"?under={loan.product_id}"
        page = client.get(url)
        answer = client.post(url, {**filled(page), **typed}, follow=True)
        assert answer.status_code == 200, answer.content.decode()[:2000]
        assert client.post(url, {**filled(page), **typed}).status_code == 400
    product = loan.product
    product.refresh_from_db()
    assert (product.lending_rules.guarantor_ceiling_amount, product.lending_rules.charge) == (90_000, "service")
    assert (product.security_bands.get().from_amount, product.cycle_limits.get().limit_amount) == (100_000, 200_000)
