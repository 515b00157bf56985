"""The grantee's own part: each invoice counts once, a second person accepts it, the ledger keeps it as a memo."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, transaction

from applicants.services import add_evidence
from audit.refusals import Blocked, Invalid, NotAllowed
from grants.models import Contribution
from grants.services import accept_contribution, evidence_contribution, pledge_cofinancing
from grants.services.cofinancing import invoice_key
from ledger.models import Entry
from programmes.models import Window
from programmes.services import cash_on, enter_rate
from tests.office import DAY
from tests.steps_grants import accepted_contribution, approved_award, ready_award, signed_award


@pytest.fixture
def award(office):
    return signed_award(office)


def evidenced(office, contribution, amount=500_000, **facts):
    given = {"supplier": "Metal Works", "invoice_number": "INV-1", "on": DAY, "by": office.people.adviser, **facts}
    return evidence_contribution(contribution=contribution, amount=amount, **given)


def file_of(office, award, content=b"The invoice as text."):
    return add_evidence(
        programme=office.programme,
        case_ref=award.ref,
        purpose="invoice",
        content=content,
        name="invoice.txt",
        on=DAY,
        by=office.people.adviser,
    )


def test_what_is_accepted_is_a_memo_and_never_cash(office, award):
    contribution = accepted_contribution(office, award.contributions.get(), amount=450_000)
    entry = Entry.objects.get(event_key=f"cofinancing:{contribution.pk}")
    assert sorted(entry.legs.values_list("account__code", "account__subject", "amount")) == [
        ("9000", "G-2026-0001:own_cash", 450_000),
        ("9001", "G-2026-0001:own_cash", -450_000),
    ]
    assert cash_on(office.line) == 0
    assert (contribution.accepted_amount, contribution.accepted_on) == (450_000, DAY)


def test_a_contribution_goes_step_by_step_and_each_step_once(office, award):
    people, contribution = office.people, award.contributions.get()
    facts = {"contribution": contribution, "amount": 500_000, "on": DAY}
    with pytest.raises(Blocked, match="not evidenced"):
        accept_contribution(**facts, by=people.monitor)
    with pytest.raises(NotAllowed):
        evidenced(office, contribution, by=people.maker)
    evidenced(office, contribution)
    with pytest.raises(NotAllowed):
        accept_contribution(**facts, by=people.adviser)
    with pytest.raises(Invalid, match=r"Only EUR 5,000\.00 is evidenced"):
        accept_contribution(**{**facts, "amount": 500_001}, by=people.monitor)
    with pytest.raises(Invalid, match="above zero"):
        accept_contribution(**{**facts, "amount": 0}, by=people.monitor)
    first = accept_contribution(**facts, by=people.monitor, key="form")
    assert accept_contribution(**facts, by=people.monitor, key="form") == first
    with pytest.raises(Blocked, match="accepted already"):
        accept_contribution(**facts, by=people.monitor)
    with pytest.raises(Blocked, match="accepted already"):
        evidenced(office, contribution)
    assert Entry.objects.filter(kind="cofinancing_accepted").count() == 1


def test_who_evidenced_it_does_not_accept_it(office, award):
    contribution = evidenced(office, award.contributions.get(), by=office.people.manager)
    with pytest.raises(NotAllowed, match="Another person"):
        accept_contribution(contribution=contribution, amount=1, on=DAY, by=office.people.manager)


def test_the_same_invoice_counts_once_however_it_is_written_and_in_whichever_award(office, award):
    evidenced(office, award.contributions.get())
    other = signed_award(office)
    second = other.contributions.get()
    with pytest.raises(Invalid, match="counts already"):
        evidenced(office, second, supplier="metal works", invoice_number="inv 1")
    evidenced(office, second, amount=500_001)
    assert invoice_key("INV-1", "Metal Works", 5) == invoice_key(" inv 1", "METAL-WORKS", 5)
    assert invoice_key("INV-1", "Metal Works", 5) != invoice_key("INV-1", "Metal Works", 6)


def test_the_database_itself_holds_that_an_invoice_counts_once(office, award):
    first = evidenced(office, award.contributions.get())
    second = pledge_cofinancing(award=award, source="bank", amount=1, on=DAY, by=office.people.adviser)
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE grants_contribution SET invoice_key = %s WHERE id = %s", [first.invoice_key, second.pk])


def test_the_same_file_counts_once_and_only_for_its_own_award(office, award):
    paper = file_of(office, award)
    evidenced(office, award.contributions.get(), evidence=paper)
    other = signed_award(office)
    with pytest.raises(Invalid, match="does not belong"):
        evidenced(office, other.contributions.get(), invoice_number="INV-2", evidence=paper)
    copy = file_of(office, other)
    with pytest.raises(Invalid, match="This file counts already"):
        evidenced(office, other.contributions.get(), invoice_number="INV-2", evidence=copy)
    fresh = file_of(office, other, b"Another invoice.")
    assert evidenced(office, other.contributions.get(), invoice_number="INV-2", evidence=fresh).file_hash


def test_in_kind_counts_up_to_the_windows_cap_to_the_cent(office):
    award = ready_award(office, award=approved_award(office), own=300_000)
    Window.objects.update(in_kind_cap_pct=40)
    people = office.people
    in_kind = pledge_cofinancing(award=award, source="own_in_kind", amount=200_000, on=DAY, by=people.adviser)
    evidenced(office, in_kind, amount=250_000)
    with pytest.raises(Invalid, match=r"up to 40% of the own part: EUR 2,000\.00 more"):
        accept_contribution(contribution=in_kind, amount=200_001, on=DAY, by=people.monitor)
    accept_contribution(contribution=in_kind, amount=200_000, on=DAY, by=people.monitor)


def test_pledged_in_kind_above_the_cap_does_not_reach_the_minimum(office):
    award = ready_award(office, award=approved_award(office), own=250_000)
    Window.objects.update(in_kind_cap_pct=40)
    pledge_cofinancing(award=award, source="own_in_kind", amount=250_000, on=DAY, by=office.people.adviser)
    assert Contribution.objects.filter(award=award).total("pledged_amount") == 500_000
    with pytest.raises(Blocked, match="minimum is 20") as refused:
        signed_award(office, award=award, own=0)
    assert "EUR 4,500.00 is pledged" in str(refused.value)


def test_only_the_windows_sources_count(office):
    award = approved_award(office)
    Window.objects.update(cofinancing_sources=["remittance"])
    facts = {"award": award, "amount": 1, "on": DAY, "by": office.people.adviser}
    for source in ("own_cash", "gold"):
        with pytest.raises(Invalid, match="does not count"):
            pledge_cofinancing(**facts, source=source)
    with pytest.raises(Invalid, match="above zero"):
        pledge_cofinancing(**{**facts, "amount": 0}, source="remittance")
    with pytest.raises(NotAllowed):
        pledge_cofinancing(**{**facts, "by": office.people.maker}, source="remittance")
    pledge_cofinancing(**facts, source="remittance")


def test_a_paper_in_another_currency_counts_by_the_rate_of_its_day_and_names_it(office):
    award, people = signed_award(office), office.people
    pledge = award.contributions.get()
    facts = {"contribution": pledge, "amount": 1_000_000, "currency": "GEL", "on": DAY, "by": people.adviser}
    with pytest.raises(Invalid, match="No rate of"):
        evidence_contribution(**facts, invoice_number="G-1", supplier="Tbilisi Steel")
    source = award.line.rate_rule
    for days, rate in ((40, "2.5"), (10, "2.95"), (0, "3.1")):
        day = DAY - timedelta(days=days)
        enter_rate(base="EUR", quote="GEL", on=day, rate=Decimal(rate), source=source, by=people.maker)
    shown = evidence_contribution(**facts, paper_on=DAY - timedelta(days=3), invoice_number="G-1", supplier="Steel")
    assert (shown.evidenced_amount, shown.paper_amount, shown.paper_currency) == (338_983, 1_000_000, "GEL")
    assert (shown.rate.rate, shown.rate.on) == (Decimal("2.95"), DAY - timedelta(days=10))
    again = evidence_contribution(**{**facts, "currency": "EUR", "amount": 400_000}, invoice_number="G-1")
    assert (again.evidenced_amount, again.paper_amount, again.rate) == (400_000, None, None)


def test_a_remittance_is_proven_by_the_receipt_of_its_transfer(office):
    award = approved_award(office)
    day, people = DAY, office.people
    row = pledge_cofinancing(award=award, source="remittance", amount=500_000, on=day, by=people.adviser)
    with pytest.raises(Invalid, match="name the transfer service and the number"):
        evidence_contribution(contribution=row, amount=1, supplier="Sunny Transfer", on=day, by=people.adviser)
    facts = {"supplier": "Sunny Transfer", "invoice_number": "774-1", "on": day, "by": people.adviser}
    assert evidence_contribution(contribution=row, amount=1, **facts).evidenced_amount == 1
