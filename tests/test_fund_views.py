"""The fund read by its donor: in the donor's currency, its integrity, its promises, the months to come, provisions."""

import csv
import io
import re
from datetime import date
from decimal import Decimal

import pytest
from django.conf import settings
from django.urls import reverse

from audit.refusals import Blocked, Invalid, NotAllowed
from ledger.money import shown
from loans.checks import arrears_faults
from loans.exchange import translated
from loans.forecast import promised_back_on_line, promised_on_line
from loans.fund import integrity
from loans.models import ProvisionRate
from loans.portfolio import BUCKETS
from loans.provisions import provisions
from loans.services import set_provision_rates, sign_loan, write_off_loan
from payments.services import book_charge, convert, receive_capital
from programmes.clock import standing_at
from programmes.models import ExchangeRate, FundingLine
from tests.office import DAY
from tests.steps_grants import paid_tranche, signed_award
from tests.steps_loans import active_loan, approved_loan, repay, signed_loan
from tests.steps_payments import screened
from tests.test_loan_papers import text as words_of

MARCH, APRIL = (date(2026, 3, 1), date(2026, 3, 31)), (date(2026, 4, 1), date(2026, 4, 30))
LATE = date(2026, 5, 20)
PERIOD = {"from_on": "01.03.2026", "to_on": "31.03.2026"}


def rate(on, value, base="EUR", quote="USD"):
    ExchangeRate.objects.create(base=base, quote=quote, on=on, rate=Decimal(value), source="bank")


def test_the_statement_in_the_donors_currency_closes_and_the_effect_of_the_rates_has_its_line(lending, client):
    """1 EUR is 1.25 USD, from 1 April 1.00, from 12 April 2.00. In April 78.85 and 10.00 come back on the 12th."""
    line = lending.line
    loan = active_loan(lending)
    repay(lending, loan, 8885, date(2026, 4, 12))
    with pytest.raises(Blocked, match="no rate of USD to EUR"):
        translated(line, *APRIL, "EUR")
    rate(date(2025, 1, 1), "1.25")
    rate(date(2026, 4, 1), "1")
    rate(date(2026, 4, 12), "0.5", base="USD", quote="EUR")
    april = translated(line, *APRIL, "EUR")
    # 9,000.00 USD stood at 1.25; 9,088.85 stand at 2.00; what came is kept at 2.00.
    assert (april.opening, april.closing, april.difference) == (720_000, 454_443, 0)
    assert {term.code: term.amount for term in april.terms} == {
        "principal": 3943,
        "interest": 500,
        "exchange": 454_443 - 720_000 - 4443,
    }
    line.translation = FundingLine.Translation.CLOSING
    march = translated(line, *MARCH, "EUR")
    assert {term.code: term.amount for term in march.terms} == {"disbursed": -80_000, "exchange": 0}
    client.force_login(lending.people.manager)
    query = {"from_on": "01.04.2026", "to_on": "30.04.2026", "currency": "EUR"}
    address = reverse("loans:fund", args=[line.key])
    said = client.get(address, query).content.decode()
    assert "Exchange effect" in said
    assert "4,544.43" in said
    rows = list(csv.reader(io.StringIO(client.get(address, {**query, "format": "csv"}).getvalue().decode("utf-8-sig"))))
    assert rows[-2][1:] == ["4544.43", "EUR"]
    assert rows[-1][1:] == ["0.00", "EUR"]
    assert client.get(address, {**query, "currency": "ZZZ"}).status_code == 400
    # The paper says what the page says, in the order of the page.
    page = client.get(address, query).context
    paper = words_of(client.get(address, {**query, "format": "pdf"}).content)
    at = 0
    for title, amount in page["shown"].rows():
        at = paper.index(f"{title} {shown(amount, 'EUR')}", at)
    for title, amount, _is_sum in page["integrity_rows"]:
        at = paper.index(f"{title} {shown(amount, 'USD')}", at)
    assert "From 1 April 2026 to 30 April 2026" in paper
    assert "The statement closes." in paper
    assert paper.index("Closing cash 4,544.43") < paper.index("Rotations 0.10")
    client.cookies.load({settings.LANGUAGE_COOKIE_NAME: "sq"})
    albanian = words_of(client.get(address, {**query, "format": "pdf"}).content)
    assert f"Closing cash {shown(454_443, 'EUR', 'sq')}".replace("\u00a0", " ") in albanian.replace("\u00a0", " ")
    assert "4,544.43" not in albanian


def test_the_line_of_grants_has_its_statement_and_the_gain_or_loss_by_the_rates(office, client):
    """60,000.00 EUR came at 1.25 USD, 20,000.00 of grant left at 1.00: what is left lost 0.25 USD for each EUR."""
    people, line = office.people, office.line
    with standing_at(date(2026, 3, 2)):
        receive_capital(line=line, amount=6_000_000, reference="SEED-2", on=date(2026, 3, 2), by=people.maker)
    award = signed_award(office)
    paid_tranche(office, award.tranches.get())
    paid = award.amount
    rate(date(2026, 1, 1), "1.25")
    rate(DAY, "1")
    found = translated(line, *MARCH, "USD")
    assert (found.opening, found.closing, found.difference) == (0, 6_000_000 - paid, 0)
    assert {term.code: term.amount for term in found.terms} == {
        "capital_received": 7_500_000,
        "grants": -paid,
        "exchange": -1_500_000,
    }
    client.force_login(people.manager)
    assert line.name in client.get(reverse("loans:funds")).content.decode()
    address = reverse("loans:fund", args=[line.key])
    said = client.get(address, {"from_on": "01.03.2026", "to_on": "31.03.2026", "currency": "USD"}).content.decode()
    assert "Exchange effect" in said
    assert "15,000.00" in said
    assert "Rotations" not in said


def test_the_capital_is_there_less_what_was_lost_and_the_page_says_what_is_promised(lending, client):
    """10,000.00 given; 3.00 of costs; 1,000.00 lent and repaid by 88.85 with 10.00 of interest; 1,000.00 lost."""
    people, line = lending.people, lending.line
    good, gone = active_loan(lending), active_loan(lending, bank_reference="BANK-2")
    book_charge(line=line, amount=300, reference="CH-1", on=DAY, by=people.maker)
    write_off_loan(loan=gone, decision_ref="S-1", reason="Gone.", on=DAY, by=people.manager)
    approved = approved_loan(lending, amount=30_000)
    signed_loan(lending, amount=50_000)
    repay(lending, good, 8885, date(2026, 4, 12))
    found = integrity(line, APRIL[1])
    assert (found.cash, found.outstanding, found.held) == (1_000_000 - 200_000 - 300 + 8885, 92_115, 0)
    assert (found.capital, found.earned, found.lost, found.costs) == (1_000_000, 1000, 100_000, 300)
    assert (found.worth, found.difference, found.share) == (900_700, 0, Decimal("0.9007"))
    assert integrity(line, DAY).worth == 1_000_000 - 300 - 100_000
    promised = promised_on_line(line)
    assert (promised.approved, promised.signed, promised.elsewhere, promised.total) == (30_000, 50_000, 0, 80_000)
    with standing_at(date(2026, 4, 20)):
        client.force_login(people.manager)
        said = client.get(reverse("loans:fund", args=[line.key])).content.decode()
    for words in ("9,007.00", "90.1%", "800.00", "To lend in the coming months", "May 2026"):
        assert words in said
    # April: 8,085.85 in the bank, 800.00 promised; May: 88.85 of 12 May, and the first instalments of what is promised:
    # 43.10 of the signed loan (44.43 less 8 of 30 days of interest) and 26.65 of the approved one.
    assert "7,285.85" in said
    assert "7,444.45" in said
    back = promised_back_on_line(line, date(2026, 4, 20))
    assert (dict(back)[date(2026, 5, 12)], dict(back)[date(2026, 5, 20)]) == (4310, 2665)
    # What is expected of the approved loan is what its contract books.
    with standing_at(date(2026, 4, 20)):
        screened(lending, approved.borrower, approved.business)
        given = {"first_due_on": date(2026, 5, 20), "on": date(2026, 4, 20), "by": people.loan_officer}
        sign_loan(loan=approved, **given)
    booked = approved.instalments.order_by("number")
    assert [(row.due_on, row.due_amount) for row in booked] == [row for row in back if row[0].day == 20]


def test_page_and_paper_say_what_of_the_capital_was_converted(lending, client):
    """9,000.00 of 10,000.00 USD became 3,600,000.00 AMD: 1,000.00 USD is the capital of its line, all of it there."""
    drams = FundingLine.objects.create(
        programme=lending.programme,
        donor=lending.donor,
        key="drams",
        name="Drams",
        currency="AMD",
        kind="revolving",
        starts_on=date(2024, 1, 1),
    )
    facts = {"reference": "X-1", "on": DAY, "by": lending.people.maker}
    convert(from_line=lending.line, from_amount=900_000, to_line=drams, to_amount=360_000_000, **facts)
    client.force_login(lending.people.manager)
    for line, given, converted, capital in (
        (lending.line, "10,000.00", "-9,000.00", "1,000.00"),
        (drams, "0.00", "3,600,000.00", "3,600,000.00"),
    ):
        address = reverse("loans:fund", args=[line.key])
        answer = client.get(address, PERIOD)
        said = " ".join(re.sub("<[^>]+>", " ", answer.content.decode()).split())
        paper = words_of(client.get(address, {**PERIOD, "format": "pdf"}).content)
        rows = (
            f"Capital from donors, all years {given}",
            f"Converted from and to other currencies, all years {converted}",
            f"Capital of the line {capital}",
        )
        for text in (said, paper):
            text = text.replace("\u2212", "-")
            at = text.index("Is the capital still there?")
            assert [text[at:].count(row) for row in rows] == [1, 1, 1]
            assert "no data" not in text
        assert "Transferred from and to other lines, all years" not in said
        assert answer.context["integrity"].share == 1


def test_provisions_are_the_ageing_times_the_rates_in_force(lending, client):
    """On 20 May 921.15 are 8 days late and 1,000.00 are 38 days late: at 10% and 25%, 92.12 and 250.00."""
    people, programme = lending.people, lending.programme
    paid = active_loan(lending)
    active_loan(lending, bank_reference="BANK-2")
    repay(lending, paid, 8885, date(2026, 4, 12))
    rates = dict(zip(BUCKETS, map(Decimal, ("0", "10", "25", "50", "75", "100", "100")), strict=True))
    facts = {"programme": programme, "on": DAY, "by": people.manager}
    with pytest.raises(NotAllowed):
        set_provision_rates(rates=rates, effective_from=DAY, **{**facts, "by": people.adviser})
    for wrong in ({**rates, "1-30": Decimal("-1")}, {**rates, "over 365": Decimal("100.01")}, {"current": Decimal(0)}):
        with pytest.raises(Invalid):
            set_provision_rates(rates=wrong, effective_from=DAY, **facts)
    with pytest.raises(Invalid, match="not provided for by less"):
        set_provision_rates(rates={**rates, "61-90": Decimal("5")}, effective_from=DAY, **facts)
    set_provision_rates(rates=rates, effective_from=date(2026, 5, 1), **facts)
    with pytest.raises(Blocked, match="from that day or later"):
        set_provision_rates(rates=rates, effective_from=date(2026, 5, 1), **facts)
    assert ProvisionRate.objects.count() == 7
    before = provisions(programme, date(2026, 4, 30))["USD"]
    assert (before.total, before.rows[0].percent) == (0, None)
    found = provisions(programme, LATE)["USD"]
    assert {row.name: row.amount for row in found.rows if row.amount} == {"1-30": 9212, "31-60": 25_000}
    assert (found.owed, found.total) == (192_115, 34_212)
    assert integrity(lending.line, LATE, found.total).share == Decimal(1_001_000 - 34_212) / 1_000_000
    with standing_at(LATE):
        client.force_login(people.maker)
        address = reverse("loans:provisions")
        said = client.get(address, {"as_of": "20.05.2026"}).content.decode()
        assert "342.12" in said
        unset = client.get(address, {"as_of": "30.04.2026"}).content.decode()
        assert "the provision is not known" in unset
        assert "the provision is not known" not in said
        file = client.get(address, {"as_of": "20.05.2026", "format": "csv"}).getvalue().decode()
        assert "250.00" in file
        client.force_login(people.adviser)
        assert client.get(address).status_code == 403
        client.force_login(people.manager)
        form = {f"rate_{name.replace('-', '_').replace(' ', '_')}": "100" for name in BUCKETS}
        page = reverse("loans:provision_rates", args=[programme.key])
        assert client.get(page).status_code == 200
        answer = client.post(page, {**form, "effective_from": "01.06.2026", "key": "k"})
        assert answer.status_code == 302, answer.content.decode()
        assert client.post(page, {**form, "rate_current": "x", "effective_from": "", "key": "l"}).status_code == 400
    assert ProvisionRate.objects.filter(effective_from=date(2026, 6, 1), percent=100).count() == 7
    assert list(arrears_faults()) == []
    ProvisionRate.objects.filter(effective_from=date(2026, 6, 1), bucket="current").delete()
    assert list(arrears_faults()) == [f"loans_provisionrate of {programme.key} from 2026-06-01: 6 of 7 rates"]
