"""An older portfolio in one workbook: checked row by row, reconciled to the office's totals, written whole or not."""

import io
import json
from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.urls import reverse
from python_calamine import CalamineWorkbook

from applicants.models import Application, Import, Party
from applicants.queues import queue_for
from audit.models import Event
from audit.refusals import Blocked, Invalid, NotAllowed
from config.proof import faults
from ledger.models import Entry
from loans.legacy import SHEETS, read_portfolio
from loans.models import Loan, LoanProduct, Repayment
from loans.services import import_portfolio
from pages.sheets import xlsx_bytes
from programmes.services import cash_on
from tests.office import DAY
from tests.steps_loans import loan_product

pytestmark = pytest.mark.django_db

PERSON = {
    "key": "B1",
    "name": "Anahit Sargsyan",
    "name_in_own_script": "Անահիտ Սարգսյան",
    "sex": "woman",
    "birth_year": "1984",
    "region": "Lori",
    "village": "Gyulagarak",
    "phone": "093 00 01 23",
    "adviser": "ORCHARD-01@seedbed.test",
    "consent": "paper",
    "consent_on": "10.03.2025",
}
OTHER = {
    **PERSON,
    "key": "B2",
    "name": "Ruben Melkonyan",
    "name_in_own_script": "",
    "sex": "man",
    "phone": "093 11 22 33",
}
LOAN = {
    "loan": "17/2025",
    "borrower": "B1",
    "product": "orchard-micro-1",
    "amount": "1,000.00",
    "paid_out_on": "12.03.2025",
    "first_due_on": "12.04.2025",
    "instalments": 12,
    "outstanding": "841.51",
}
SECOND = {**LOAN, "loan": "18/2025", "borrower": "B2", "amount": "500.00", "outstanding": "0"}
PAID = {"loan": "17/2025", "paid_on": "12.04.2025", "amount": "88.85", "reference": "K-1"}
REPAYMENTS = [
    PAID,
    {**PAID, "paid_on": "12.05.2025", "reference": "K-2"},
    {"loan": "18/2025", "paid_on": "12.03.2026", "amount": "533.10", "reference": "K-3"},
]
TOTALS = {"currency": "USD", "loans": 2, "lent": "1,500.00", "repaid": "710.80", "outstanding": "841.51"}


@pytest.fixture
def office(lending, settings, tmp_path):
    settings.VAR_DIR = tmp_path
    loan_product(lending)
    return lending


def workbook(**sheets):
    """The bytes of a workbook; `sheets` in place of the right ones."""
    right = {"borrowers": [PERSON, OTHER], "loans": [LOAN, SECOND], "repayments": REPAYMENTS, "totals": [TOTALS]}
    rows = {**right, **sheets}
    pages = [(name, list(rows[name][0]), [list(row.values()) for row in rows[name]]) for name in SHEETS]
    return xlsx_bytes(pages).read()


def read(office, content=None, by=None):
    return read_portfolio(content or workbook(), programme=office.programme, by=by or office.people.manager, on=DAY)


def written(office, content=None, by=None):
    content = content or workbook()
    by = by or office.people.manager
    given = {"programme": office.programme, "by": by, "on": DAY}
    return import_portfolio(portfolio=read_portfolio(content, **given), content=content, name="old.xlsx", **given)


def test_a_portfolio_that_reconciles_is_written_with_its_history(office):
    cash = cash_on(office.line)
    written(office)
    first, second = Loan.objects.order_by("pk")
    assert (first.state, first.principal_amount, first.disbursed_on) == ("active", 84_151, date(2025, 3, 12))
    assert (first.borrower.name, first.ref, first.decision_ref) == ("Anahit Sargsyan", "L-2025-0001", "before:17/2025")
    assert (second.state, second.principal_amount, second.closed_on) == ("closed", 0, date(2026, 3, 12))
    assert list(first.repayments.values_list("amount", "value_on", "reference")) == [
        (8885, date(2025, 4, 12), "K-1"),
        (8885, date(2025, 5, 12), "K-2"),
    ]
    assert cash_on(office.line) - cash == -150_000 + 71_080
    assert (first.application.state, Event.objects.filter(kind="portfolio.import").count()) == ("approved", 1)
    assert list(faults()) == []
    with pytest.raises((Blocked, Invalid)):
        written(office)


WRONG = [
    ({"totals": [{**TOTALS, "lent": "1,500.01"}]}, "“totals: lent”, “USD 1,500.01”: The rows make USD 1,500.00"),
    ({"totals": [{**TOTALS, "loans": 3}]}, "“totals: loans”, “3”: The rows make 2, -1 from"),
    ({"totals": [{**TOTALS, "outstanding": "0"}]}, "The rows make USD 841.51"),
    ({"totals": [{**TOTALS, "currency": "EUR"}]}, "No loan is in it."),
    ({"loans": [{**LOAN, "outstanding": "850"}, SECOND]}, "Its schedule and repayments leave USD 841.51"),
    ({"loans": [{**LOAN, "borrower": "B9"}, SECOND]}, "There is no such key among the borrowers."),
    ({"loans": [LOAN, {**SECOND, "loan": "17/2025"}]}, "This loan stands there twice."),
    ({"loans": [{**LOAN, "product": "x"}, SECOND]}, "There is no such product here."),
    ({"loans": [{**LOAN, "amount": "0"}, SECOND]}, "The amount must be above zero."),
    ({"loans": [{**LOAN, "amount": "2,000.01"}, SECOND]}, "The window lends at most USD 2,000.00."),
    ({"loans": [{**LOAN, "first_due_on": "12.03.2025"}, SECOND]}, "loans: first_due_on"),
    ({"loans": [{**LOAN, "instalments": 0}, SECOND]}, "17/2025"),
    ({"loans": [{**LOAN, "paid_out_on": "12.03.2027"}, SECOND]}, "lies in the future"),
    ({"repayments": [{**PAID, "paid_on": "11.03.2025"}]}, "The loan was paid out on 12.03.2025."),
    ({"repayments": [{**PAID, "loan": "99"}]}, "There is no such loan on the sheet of the loans."),
    ({"repayments": [{**PAID, "amount": "ten"}]}, "is not an amount"),
    ({"borrowers": [{**PERSON, "region": "Mars"}, OTHER]}, "There is no such region here."),
    ({"borrowers": [PERSON, {**OTHER, "key": "B1"}]}, "Each borrower has a key of its own."),
    ({"loans": [{"loan": "1"}]}, "This column is missing."),
]


def test_each_row_at_fault_is_named_and_nothing_is_written(office):
    for sheets, words in WRONG:
        found = read(office, workbook(**sheets))
        assert words in "\n".join(one.sentence for one in found.errors)
    # Money of a loan whose own row is wrong is not named too.
    assert len(read(office, workbook(loans=[{**LOAN, "amount": "0"}, SECOND])).errors) == 1
    before = Entry.objects.count()
    for sheets in (WRONG[0][0], WRONG[5][0], WRONG[16][0]):
        with pytest.raises(Invalid, match="has errors"):
            written(office, workbook(**sheets))
    assert (Loan.objects.count(), Party.objects.count(), Entry.objects.count()) == (0, 0, before)


def test_a_line_without_the_donors_capital_takes_no_portfolio_and_others_may_not_import(office):
    with pytest.raises(NotAllowed):
        written(office, by=office.people.secretary)
    with pytest.raises(Invalid):
        read(office, b"nothing of a workbook")
    many = [{**LOAN, "loan": str(number), "amount": "2,000.00", "outstanding": ""} for number in range(6)]
    totals = {"currency": "USD", "loans": 6, "lent": "12,000.00", "repaid": "20.00", "outstanding": "12,000.00"}
    content = workbook(
        loans=many,
        repayments=[{**PAID, "loan": "0", "amount": "20.00"}],
        totals=[totals],
    )
    with pytest.raises(Blocked, match=r"would be short of USD 1,980.00"):
        written(office, content)
    assert (Loan.objects.count(), Application.objects.count(), Repayment.objects.count()) == (0, 0, 0)


def test_the_command_checks_first_and_then_writes(office, tmp_path, capsys):
    file = tmp_path / "old.xlsx"
    file.write_bytes(workbook(totals=[{**TOTALS, "repaid": "1"}]))
    given = {"kind": "loans", "programme": office.programme.key, "by": office.people.manager.email, "json": True}
    with pytest.raises(CommandError, match="nothing was written"):
        call_command("import_file", str(file), **given)
    assert "repaid" in json.loads(capsys.readouterr().out)["errors"][0]["column"]
    file.write_bytes(workbook())
    call_command("import_file", str(file), dry_run=True, **given)
    assert (json.loads(capsys.readouterr().out)["written"], Loan.objects.count()) == (0, 0)
    call_command("import_file", str(file), **given)
    assert (json.loads(capsys.readouterr().out)["written"], Loan.objects.count()) == (8, 2)


# The page -------------------------------------------------------------------------------------------------------------


def sent(office, content, name="old.xlsx"):
    return {"programme": office.programme.pk, "content": SimpleUploadedFile(name, content)}


def test_a_workbook_is_checked_confirmed_and_written_on_its_pages(office, client, visit):
    manager, url = office.people.manager, reverse("loans:portfolio_imports")
    assert visit(manager, reverse("loans:loans")).all("a", href=url)
    assert not visit(office.people.loan_officer, reverse("loans:loans")).all("a", href=url)
    for stranger in (office.people.loan_officer, office.people.secretary, office.people.adviser):
        visit(stranger, url, status=403)
    wrong = visit(manager, url, sent(office, workbook(totals=[{**TOTALS, "repaid": "700.00"}])), status=400).text
    assert "1 thing in old.xlsx must be mended first" in wrong
    assert "Repaid, USD USD 700.00 USD 710.80 USD 10.80" in wrong.replace("\u00a0", " ")
    visit(manager, url, sent(office, b"no workbook"), status=400)
    assert (Import.objects.count(), Loan.objects.count()) == (0, 0)
    visit(manager, url, sent(office, workbook()))
    batch = Import.objects.get()
    page = visit(manager, batch.get_absolute_url())
    assert "8 rows were checked and are right. Nothing is written yet." in page.text
    assert "Outstanding principal, USD USD 841.51 USD 841.51 USD 0.00" in page.text.replace("\u00a0", " ")
    assert Loan.objects.count() == 0
    assert [item.url for item in queue_for(manager)] == [batch.get_absolute_url()]
    # The file is its maker's own, and this page is the only one that writes it.
    visit(office.people.secretary, batch.get_absolute_url(), status=404)
    visit(manager, reverse("applicants:confirm_import", args=[batch.pk]), {}, status=404)
    assert visit(manager, reverse("applicants:import", args=[batch.pk]), status=302)
    confirm = reverse("loans:confirm_portfolio", args=[batch.pk])
    visit(manager, confirm, {})
    visit(manager, confirm, {}, status=409)
    assert "Done: 8 rows are written." in visit(manager, batch.get_absolute_url()).text
    assert [loan.principal_amount for loan in Loan.objects.order_by("pk")] == [84_151, 0]
    assert list(faults()) == []


def test_what_no_longer_reconciles_when_it_is_written_leaves_nothing_half_done(office, client, visit):
    """Between the check and the confirmation the product's window lowered its ceiling: all of it stays out."""
    manager, before = office.people.manager, Entry.objects.count()
    visit(manager, reverse("loans:portfolio_imports"), sent(office, workbook()))
    batch = Import.objects.get()
    office.window.ceiling_amount = 99_999
    office.window.save()
    visit(manager, reverse("loans:confirm_portfolio", args=[batch.pk]), {})
    said = visit(manager, batch.get_absolute_url()).text
    assert "Nothing was written" in said
    assert "The window lends at most USD 999.99." in said.replace("\u00a0", " ")
    counts = Loan.objects.count(), Party.objects.count(), Application.objects.count(), Entry.objects.count()
    assert counts == (0, 0, 0, before)


def test_the_template_filled_in_is_what_the_page_takes(office, client, visit):
    client.force_login(office.people.manager)
    answer = client.get(reverse("loans:portfolio_template", args=[office.programme.key]))
    book = CalamineWorkbook.from_filelike(io.BytesIO(b"".join(answer.streaming_content)))
    assert book.sheet_names == [*SHEETS, "Columns", "Allowed values"]
    heads = [book.get_sheet_by_index(number).to_python()[0] for number in range(4)]
    rows = ([PERSON, OTHER], [LOAN, SECOND], REPAYMENTS, [TOTALS])
    sheets = [
        (name, head, [[row.get(column, "") for column in head] for row in filled])
        for name, head, filled in zip(SHEETS, heads, rows, strict=True)
    ]
    assert read(office, xlsx_bytes(sheets).read()).errors == []
    assert ["loans", "product", "orchard-micro-1", "Micro loan, USD"] in book.get_sheet_by_index(5).to_python()
    client.force_login(office.people.loan_officer)
    assert client.get(reverse("loans:portfolio_template", args=[office.programme.key])).status_code == 404


def test_a_workbook_without_a_loan_is_not_right(office, client):
    """The template as it came was called right, and waited to be confirmed."""
    client.force_login(office.people.manager)
    template = b"".join(client.get(reverse("loans:portfolio_template", args=[office.programme.key])))
    found = read(office, template)
    assert [(one.row, one.column, one.reason) for one in found.errors] == [
        (1, "loans: loan", "No loan stands on this sheet.")
    ]


def test_an_older_loan_whose_multiple_is_above_its_instalment_is_named(office):
    """88.85 a month is nothing in multiples of 200.00: one instalment would repay the loan, as no office agreed."""
    LoanProduct.objects.update(multiple_amount=20_000)
    said = [one.sentence.replace("\u00a0", " ") for one in read(office).errors]
    assert any(
        "“loans: instalments”, “12”: In multiples of USD 200.00, one of the 12 instalments" in one for one in said
    )
