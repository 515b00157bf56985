"""Papers on a loan: what they say, to the cent, in any script."""

import io
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.urls import reverse
from pypdf import PdfReader

from audit.models import Event
from audit.refusals import Blocked
from ledger.money import shown
from loans.contract import draw_contract
from loans.papers.account import schedule_paper, statement_paper
from loans.papers.cash import collection_paper, slips_paper
from loans.papers.frame import language_of
from loans.papers.letters import arrears_paper, payoff_paper
from loans.services import reverse_repayment, sign_loan, take_cash
from loans.what_if import what_if
from pages.paper_language import ENGLISH, languages_of_paper
from programmes.clock import standing_at, today
from programmes.models import Programme
from reports.paper_words import translated
from tests.steps_loans import FIRST_DUE, active_loan, approved_loan, repay
from tests.steps_tranches import planned_loan

ON = date(2027, 2, 15)


@pytest.fixture
def paid(lending):
    """A loan of twelve instalments over two years: two are paid, one of the payments was reversed and came again."""
    loan = active_loan(lending)
    loan.borrower.name_script, loan.borrower.script_language = "Անահիտ Սարգսյան", "hy"
    loan.borrower.save()
    first = repay(lending, loan, 8885, on=FIRST_DUE)
    with standing_at(FIRST_DUE):
        reverse_repayment(repayment=first, reason="Bounced.", on=FIRST_DUE, by=lending.people.loan_officer)
    loan.refresh_from_db()
    repay(lending, loan, 17_770, on=date(2026, 5, 12))
    with standing_at(ON):
        yield lending, loan


def text(content):
    pages = PdfReader(io.BytesIO(content)).pages
    return " ".join(" ".join(page.extract_text() for page in pages).split())


@pytest.mark.django_db
def test_contract_and_schedule_write_an_amount_in_the_one_way_of_the_borrowers_language(paid):
    _office, loan = paid
    loan.penalty_pct, loan.fee_amount = Decimal("12.5"), 2500
    contract, schedule = (
        paper.replace("\u00a0", " ") for paper in (text(draw_contract(loan)), text(schedule_paper(loan, ON)))
    )
    for amount in (100_000, 7885, 8885):
        assert shown(amount, "USD", "hy").replace("\u00a0", " ") in contract
        assert shown(amount, "USD", "hy").replace("\u00a0", " ") in schedule
    assert "12,5% a year of principal" in contract
    assert "USD 25,00" in contract
    assert not [said for said in ("1,000.00", "78.85", "25.00", "12.5%") if said in contract + schedule]


@pytest.mark.django_db
@pytest.mark.parametrize("lang", [lang for lang in languages_of_paper() if lang != ENGLISH])
def test_what_a_borrower_is_given_is_wholly_in_the_language_of_the_programme(paid, lang):
    _office, loan = paid
    loan.borrower.name_script = loan.borrower.script_language = ""
    loan.programme.language = lang
    said = {english: spoken for english, spoken in translated(lang).items() if isinstance(english, str)}
    papers = {
        "Repayment schedule": schedule_paper(loan, ON),
        "Statement of account": statement_paper(loan, ON),
        "Reminder": arrears_paper(loan, "first", ON),
        "Payoff letter": payoff_paper(loan, ON, ON),
    }
    for title, paper in papers.items():
        words = text(paper)
        assert said[title] in words
        assert said["Total"] in words
        assert not [word for word in ("Borrower", "Total", "Owed", "Page", "late", "Paid") if word in words]
    contract = text(draw_contract(loan))
    for sentence in (
        "Loan contract",
        "5. Who cannot pay in time says so early: a new schedule can be decided by the committee.",
    ):
        assert f"{said[sentence]} / {sentence}" in contract


@pytest.mark.django_db
def test_a_borrower_reads_the_own_language_where_the_programme_speaks_another(paid):
    _office, loan = paid
    loan.programme.language = "sq"
    assert language_of(loan) == "hy"
    loan.borrower.script_language = "ru"  # papers are not translated into it
    assert language_of(loan) == "sq"
    loan.programme.language = "sr-latn"
    assert language_of(loan) == "en"


@pytest.mark.django_db
def test_the_contract_says_how_many_days_late_cost_nothing_and_the_most_of_a_penalty(paid):
    _office, loan = paid
    loan.penalty_pct = Decimal("12.5")
    assert "without penalty" not in text(draw_contract(loan))
    loan.penalty_grace_days, loan.penalty_cap_pct = 5, Decimal("7.5")
    contract = text(draw_contract(loan))
    assert " / 12,5% a year of principal that is overdue; " in contract
    assert " / days late without penalty: 5; " in contract
    assert " / at most 7,5% of the principal of the instalment" in contract


@pytest.mark.django_db
def test_a_draft_says_what_the_contract_of_that_day_will_say_and_leaves_nothing_behind(lending, client):
    Programme.objects.update(language="en")
    loan = planned_loan(lending)
    client.force_login(lending.people.loan_officer)
    events = Event.objects.count()
    answer = client.post(reverse("loans:contract_draft", args=[loan.ref]), {"first_due_on": FIRST_DUE})
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/pdf")
    draft = text(answer.content)
    loan.refresh_from_db()
    assert (loan.state, loan.current_version, loan.signed_on, loan.first_due_on) == ("approved", 0, None, None)
    assert (loan.versions.count(), loan.instalments.count(), loan.tranches.count()) == (0, 0, 0)
    assert Event.objects.count() == events

    day = today(loan.programme)
    loan = sign_loan(loan=loan, first_due_on=FIRST_DUE, on=day, by=lending.people.loan_officer)
    contract = text(draw_contract(loan))
    assert "Draft of a loan contract To be read before signing. It binds nobody." in draft
    assert "Draft" not in contract
    start, end = "Number of the loan", "What the parties agree"
    signed = f" Signed on {loan.signed_on:%d.%m.%Y}"
    assert signed in contract
    same = _between(draft, start, end).replace("Draft of a loan contract", "Loan contract")
    assert same == _between(contract, start, end).replace(signed, "")


@pytest.mark.django_db
def test_a_draft_is_refused_where_the_contract_would_be_and_is_for_those_who_lend(lending, client):
    loan = approved_loan(lending)
    url = reverse("loans:contract_draft", args=[loan.ref])
    client.force_login(lending.people.loan_officer)
    late = client.post(url, {"first_due_on": today(loan.programme)})
    assert late.status_code == 400
    assert "The first instalment falls due after the day of signing." in late.content.decode()
    sign_loan(loan=loan, first_due_on=FIRST_DUE, on=today(loan.programme), by=lending.people.loan_officer)
    assert client.post(url, {"first_due_on": FIRST_DUE}).status_code == 409
    client.force_login(lending.people.maker)
    assert client.get(url).status_code == 403


def _between(said, start, end):
    return said[said.index(start) : said.index(end)]


@pytest.mark.django_db
def test_schedule_and_statement_add_up_by_year_and_in_all(paid):
    _office, loan = paid
    rows = list(loan.instalments.filter(version=1))
    said = text(schedule_paper(loan, ON))
    for year in (2026, 2027):
        of_year = [row for row in rows if row.due_on.year == year]
        for name in ("principal_amount", "interest_amount", "due_amount", "paid_amount"):
            assert shown(sum(getattr(row, name) for row in of_year), "USD", "hy") in said
    assert "Անահիտ Սարգսյան" in said
    assert shown(sum(row.open_amount for row in rows), "USD", "hy") in said
    said = text(statement_paper(loan, ON))
    assert said.count("88.85") + said.count("88,85") >= 2
    assert shown(loan.principal_amount, "USD", "hy") in said
    assert language_of(loan) == "hy"


@pytest.mark.django_db
def test_a_payoff_letter_holds_to_a_day_and_asks_for_what_closes_the_loan(paid):
    office, loan = paid
    said = text(payoff_paper(loan, ON + timedelta(days=14), ON))
    owed = sum(row.open_amount for row in loan.instalments.filter(version=1))
    assert shown(owed, "USD", "hy") in said
    assert "01.03.2027" in said
    repay(office, loan, owed, on=ON)
    with pytest.raises(Blocked, match="Nothing is owed"):
        payoff_paper(loan, ON, ON)
    with pytest.raises(Blocked, match="No instalment of L-2026-0001 is late"):
        arrears_paper(loan, "first", ON)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("kind", "words"), [("first", "01.03.2027"), ("second", "22.02.2027"), ("guarantor", "Ծանուցում երաշխավորին")]
)
def test_letters_on_arrears_say_how_much_and_by_when(paid, kind, words):
    _office, loan = paid
    said = text(arrears_paper(loan, kind, ON, guarantor=loan.business))
    late = [row for row in loan.instalments.filter(version=1, settled_on=None) if row.due_on < ON]
    assert shown(sum(row.open_amount for row in late), "USD", "hy") in said
    assert words in said


@pytest.mark.django_db
def test_slips_and_sheets_name_each_borrower_and_a_void_receipt_says_so(paid):
    office, loan = paid
    receipt = take_cash(loan=loan, amount=1000, on=ON, by=office.people.loan_officer)
    assert receipt.ref in text(slips_paper([receipt]))
    reverse_repayment(repayment=receipt.repayment, reason="x", on=ON, by=office.people.loan_officer)
    receipt.repayment.refresh_from_db()
    slip = text(slips_paper([receipt]))
    assert "Անվավեր է 15.02.2027-ից" in slip
    assert not [word for word in ("Receipt", "Page") if word in slip]
    assert "Անահիտ" in text(collection_paper(office.programme, [(loan, 8885)], ON))


@pytest.mark.django_db
def test_papers_are_for_those_who_see_the_loan(paid, client):
    office, loan = paid
    pages = [
        reverse("loans:paper", args=[loan.ref, "schedule"]),
        reverse("loans:paper", args=[loan.ref, "statement"]),
        reverse("loans:letter", args=[loan.ref, "first"]),
        reverse("loans:payoff_letter", args=[loan.ref]),
    ]
    for who, status in ((office.people.loan_officer, 200), (office.people.adviser, 200), (office.people.member1, 404)):
        client.force_login(who)
        assert [client.get(url).status_code for url in pages] == [status] * 4
    client.force_login(office.people.loan_officer)
    assert client.get(pages[3], {"on": "01.01.2026"}).status_code == 400
    assert client.get(pages[3], {"on": "x"}).status_code == 400
    assert client.get(reverse("loans:paper", args=[loan.ref, "other"])).status_code == 404


@pytest.mark.django_db
def test_what_a_payment_would_do_is_reckoned_and_not_recorded(paid, client, visit):
    office, loan = paid
    url = reverse("loans:what_if", args=[loan.ref])
    owed = sum(row.open_amount for row in loan.instalments.filter(version=1))
    assert visit(office.people.loan_officer, loan.get_absolute_url()).one("section", id="what-if")
    page = visit(office.people.adviser, f"{url}?amount=100&on=15.02.2027")
    outcome = what_if(loan, amount=10_000, on=ON)
    assert [(line.number, line.before, line.after) for line in outcome.lines[:3]] == [
        (3, 8885, 0),
        (4, 8885, 7770),
        (5, 8885, 8885),
    ]
    assert (outcome.left, outcome.over, outcome.closes) == (owed - 10_000, 0, False)
    assert "Next: USD 77.70, due on 12 July 2026" in page.text
    assert "The loan is repaid." in visit(office.people.adviser, f"{url}?amount=5000&on=15.02.2027").text
    assert "is more than is owed" in visit(office.people.adviser, f"{url}?amount=5000&on=15.02.2027").text
    for query in ("amount=0&on=15.02.2027", "amount=x&on=15.02.2027", "amount=1&on=14.02.2027", "amount=1&on=1.1.2090"):
        visit(office.people.adviser, f"{url}?{query}", status=400)
    visit(office.people.member1, url, status=404)
    loan.refresh_from_db()
    assert (loan.repayments.live().count(), loan.state) == (1, "active")
