"""What the bank gets of a batch: pain.001 files that hold against the schema, exact to the cent, and lists; who may."""

import csv
import io
import xml.etree.ElementTree as ET

import pytest
from django.urls import reverse
from sepaxml.validation import try_valid_xml

from audit.models import Event
from audit.refusals import Blocked, Invalid, NotAllowed
from payments.bank_files import bank_letters, pain_001
from payments.checks import own_account_faults
from payments.models import Batch, OwnAccount, PayeeAccount, PaymentOrder
from payments.services import (
    change_account,
    close_own_account,
    confirm_own_account,
    file_for_bank,
    send_payments,
)
from programmes.clock import standing_at
from tests.office import DAY, grant_office
from tests.steps_grants import ordered_tranche, signed_award
from tests.steps_payments import (
    IBAN,
    KOSOVO_IBAN,
    OTHER_IBAN,
    another_line,
    approved_order,
    entered_own_account,
    own_account,
    payable_account,
)

LONG = "Shoqëria me përgjegjësi të kufizuar për prodhimin e qumështit dhe djathit në Suharekë"


def batch_of(own, currency, *paid):
    """A batch as rows that were never written: `paid` are (kind, number, holder, minor units)."""
    batch = Batch(
        ref="B-2026-017",
        currency=currency,
        control_amount=sum(amount for _kind, _number, _holder, amount in paid),
        made_on=DAY,
        own_account=OwnAccount(
            **{"holder": "Seedbed Agency", "bank": "Bank of the Agency", "currency": currency, **own},
        ),
    )
    orders = [
        PaymentOrder(
            ref=f"O-2026-{place:05d}",
            amount=amount,
            currency=currency,
            purpose=f"Programme spring G-2026-{place:04d}/1",
            account=PayeeAccount(kind=kind, number=number, holder=holder, bank="Ardshinbank", currency=currency),
        )
        for place, (kind, number, holder, amount) in enumerate(paid, 1)
    ]
    return batch, orders


def kosovo(*paid, **own):
    own = {"kind": "iban", "number": KOSOVO_IBAN, "country": "XK", "bic": "NLPRXK22", **own}
    return batch_of(own, "EUR", *[("iban", number, holder, amount) for number, holder, amount in paid])


def armenia(currency, *paid, **own):
    own = {"kind": "domestic", "number": "2470101234567000", "country": "AM", "bic": "ASHBAM22", **own}
    return batch_of(own, currency, *[("domestic", number, holder, amount) for number, holder, amount in paid])


def told(content):
    """Texts of a file by their path without the name space; the file must hold against the published schema."""
    try_valid_xml(content, "pain.001.001.03")
    found = {}

    def walk(node, path):
        here = f"{path}/{node.tag.split('}')[1]}" if path or node.tag.split("}")[1] != "Document" else ""
        if not len(node):
            found.setdefault(here.removeprefix("/CstmrCdtTrfInitn/"), []).append(node.text)
        for child in node:
            walk(child, here)

    walk(ET.fromstring(content), "")
    return found


# The file ------------------------------------------------------------------------------------------------------------


def test_a_batch_in_euro_between_ibans_is_a_sepa_file_that_adds_up_to_the_cent():
    batch, orders = kosovo(
        (IBAN, "Përparim Çela", 1), (OTHER_IBAN, "Smith & Sons <Ltd>", 2_000_000), (IBAN, LONG, 333_333_399)
    )
    found = told(pain_001(batch, orders))
    tx = "PmtInf/CdtTrfTxInf"
    assert found["GrpHdr/MsgId"] == found["PmtInf/PmtInfId"] == ["B-2026-017"]
    assert found["GrpHdr/CreDtTm"] == ["2026-03-12T00:00:00"]
    assert found["GrpHdr/NbOfTxs"] == found["PmtInf/NbOfTxs"] == ["3"]
    assert found["GrpHdr/CtrlSum"] == found["PmtInf/CtrlSum"] == ["3353334.00"]
    assert found[f"{tx}/Amt/InstdAmt"] == ["0.01", "20000.00", "3333333.99"]
    assert found["PmtInf/PmtTpInf/SvcLvl/Cd"] == ["SEPA"]
    assert found["PmtInf/DbtrAcct/Id/IBAN"] == [KOSOVO_IBAN]
    assert found["PmtInf/DbtrAgt/FinInstnId/BIC"] == ["NLPRXK22"]
    assert found["PmtInf/Dbtr/PstlAdr/Ctry"] == ["XK"]
    assert found["PmtInf/ReqdExctnDt"] == ["2026-03-12"]
    assert found[f"{tx}/PmtId/EndToEndId"] == ["O-2026-00001", "O-2026-00002", "O-2026-00003"]
    assert found[f"{tx}/CdtrAcct/Id/IBAN"] == [IBAN, OTHER_IBAN, IBAN]
    assert found[f"{tx}/Cdtr/Nm"] == [
        "Perparim Cela",
        "Smith + Sons Ltd",
        "Shoqeria me pergjegjesi te kufizuar per prodhimin e qumeshtit dhe djat",
    ]
    assert found[f"{tx}/RmtInf/Ustrd"][0] == "Programme spring G-2026-0001/1"


@pytest.mark.parametrize(
    ("currency", "sums", "total"),
    [("AMD", ["1000000.00", "0.07"], "1000000.07"), ("USD", ["1000000.00", "0.07"], "1000000.07")],
)
def test_a_batch_without_ibans_is_written_by_us_and_adds_up_to_the_minor_unit(currency, sums, total):
    batch, orders = armenia(
        currency, ("1570012345678901", "Անահիտ Սարգսյան", 100_000_000), ("220-12/345", "Smith & Sons <Ltd>", 7)
    )
    content = pain_001(batch, orders)
    found = told(content)
    tx = "PmtInf/CdtTrfTxInf"
    assert found["GrpHdr/MsgId"] == ["B-2026-017"]
    assert found["GrpHdr/NbOfTxs"] == found["PmtInf/NbOfTxs"] == ["2"]
    assert found["GrpHdr/CtrlSum"] == found["PmtInf/CtrlSum"] == [total]
    assert found[f"{tx}/Amt/InstdAmt"] == sums
    assert f'Ccy="{currency}"'.encode() in content
    assert found["PmtInf/DbtrAcct/Id/Othr/Id"] == ["2470101234567000"]
    assert found[f"{tx}/CdtrAcct/Id/Othr/Id"] == ["1570012345678901", "220-12/345"]
    assert found[f"{tx}/Cdtr/Nm"] == ["Anahit Sargsyan", "Smith + Sons Ltd"]
    assert found["PmtInf/PmtTpInf/InstrPrty"] == ["NORM"]
    assert not [path for path in found if "SvcLvl" in path]


def test_dollars_between_ibans_and_euro_to_a_domestic_number_ask_for_no_sepa_transfer():
    batch, orders = batch_of(
        {"kind": "iban", "number": KOSOVO_IBAN, "country": "XK"}, "USD", ("iban", IBAN, "Arta Krasniqi", 500)
    )
    found = told(pain_001(batch, orders))
    assert found["PmtInf/CdtTrfTxInf/CdtrAcct/Id/IBAN"] == [IBAN]
    assert not [path for path in found if "SvcLvl" in path]
    batch, orders = kosovo((IBAN, "Arta Krasniqi", 500))
    orders[0].account.kind, orders[0].account.number = "domestic", "1570012345678901"
    found = told(pain_001(batch, orders))
    assert found["PmtInf/DbtrAcct/Id/IBAN"] == [KOSOVO_IBAN]
    assert found["PmtInf/CdtTrfTxInf/CdtrAcct/Id/Othr/Id"] == ["1570012345678901"]
    assert not [path for path in found if "SvcLvl" in path]


@pytest.mark.parametrize("made", [kosovo((IBAN, "A", 100)), armenia("AMD", ("157001", "A", 100))])
def test_the_same_batch_gives_the_same_bytes(made):
    assert pain_001(*made) == pain_001(*made)


def test_a_bank_without_a_code_is_told_by_what_the_rules_allow():
    assert told(pain_001(*kosovo((IBAN, "A", 1), bic="")))["PmtInf/DbtrAgt/FinInstnId/Othr/Id"] == ["NOTPROVIDED"]
    found = told(pain_001(*armenia("AMD", ("157001", "A", 1), bic="")))
    assert found["PmtInf/DbtrAgt/FinInstnId/Nm"] == ["Bank of the Agency"]


@pytest.mark.parametrize(
    "made", [kosovo((IBAN, "A", 100), country="X1"), armenia("AMD", ("157001", "A", 1), country="")]
)
def test_a_file_that_breaks_the_schema_is_not_made_and_the_schema_says_why(made):
    with pytest.raises(Blocked, match=r"rules of ISO 20022 and was not made: .*Dbtr/PstlAdr/Ctry"):
        pain_001(*made)


@pytest.mark.parametrize(
    ("text", "letters"),
    [
        ("Անահիտ Սարգսյան", "Anahit Sargsyan"),
        ("ციცინო ყვირიკაშვილი", "tsitsino q'virik'ashvili"),
        ("Shpëtim Çoçaj", "Shpetim Cocaj"),
        ("=cmd|' /C calc'!A0", "cmd ' /C calc' A0"),
        ("//A//B/", "A/B"),
        ("«Արև» ՍՊԸ", "Arev SPY"),
        ("   ", ""),
        ("\u200b|", ""),
    ],
)
def test_names_and_texts_leave_in_the_letters_that_banks_accept(text, letters):
    assert bank_letters(text, 70) == letters
    assert len(bank_letters("Բ" * 200, 70)) == 70


# The batch -----------------------------------------------------------------------------------------------------------


def order_to(office, holder="", **account):
    """An approved payment to an account of its own."""
    award = signed_award(office)
    payable_account(office, award.applicant, holder=holder, **account)
    return approved_order(office, ordered_tranche(office, award.tranches.get()))


def sent(office, *orders):
    return send_payments(orders=orders, on=DAY, by=office.people.maker)


def test_a_batch_is_paid_from_the_confirmed_account_of_its_lines(office):
    waiting = entered_own_account(office)
    assert sent(office, order_to(office)).own_account is None
    confirm_own_account(account=waiting, on=DAY, by=office.people.checker)
    batch = sent(office, order_to(office))
    assert batch.own_account == waiting
    close_own_account(account=waiting, reason="Another bank.", on=DAY, by=office.people.maker)
    assert sent(office, order_to(office)).own_account is None
    assert list(own_account_faults()) == []


def test_orders_that_are_paid_from_different_accounts_do_not_share_a_batch(office):
    first = own_account(office)
    one, two = order_to(office), order_to(office)
    more = another_line(office)
    two.lines.update(line=more)
    with pytest.raises(
        Invalid, match="O-2026-00001 is paid from Bank of the Agency EUR ···8906, and O-2026-00002 is not"
    ):
        sent(office, one, two)
    second = own_account(office, number=OTHER_IBAN, lines=[more])
    with pytest.raises(Invalid, match="Send them as batches of their own"):
        sent(office, one, two)
    assert not Batch.objects.exists()
    assert (sent(office, one).own_account, sent(office, two).own_account) == (first, second)


@pytest.mark.once
def test_a_file_leaves_for_finance_alone_and_is_written_down(office, client):
    account = own_account(office)
    batch = sent(office, order_to(office, holder="Shpëtim & Bijtë"), order_to(office, number=OTHER_IBAN))
    url = reverse("payments:pain_001", args=[batch.ref])
    for who, status in (("manager", 403), ("adviser", 404), ("monitor", 404), ("donor", 404), ("administrator", 404)):
        client.force_login(getattr(office.people, who))
        assert client.get(url).status_code == status
    client.force_login(grant_office("autumn").people.maker)
    assert client.get(url).status_code == 404
    with pytest.raises(NotAllowed):
        file_for_bank(batch=batch, on=DAY, by=office.people.manager)
    assert not Event.objects.filter(kind="batch.file").exists()
    client.force_login(office.people.checker)
    response = client.get(url)
    assert response["Content-Disposition"] == 'attachment; filename="B-2026-001.pain.001.xml"'
    found = told(response.content)
    assert found["GrpHdr/CtrlSum"] == ["40000.00"]
    assert found["PmtInf/DbtrAcct/Id/IBAN"] == [KOSOVO_IBAN]
    assert found["PmtInf/CdtTrfTxInf/Cdtr/Nm"][0] == "Shpetim + Bijte"
    event = Event.objects.get(kind="batch.file")
    assert (event.subject, event.actor_id) == (batch.ref, office.people.checker.pk)
    assert KOSOVO_IBAN not in event.body
    assert client.get(url).content == response.content
    client.force_login(office.people.manager)
    page = client.get(batch.get_absolute_url()).content.decode()
    assert account.get_absolute_url() in page
    assert url not in page


def test_what_is_missing_for_a_file_is_said_on_the_page_and_at_its_address(office, visit):
    maker = office.people.maker
    own_account(office)
    batch = sent(office, order_to(office))
    url = reverse("payments:pain_001", args=[batch.ref])
    page = visit(maker, batch.get_absolute_url())
    assert page.one("a", href=url).text == "File for the bank (pain.001)"
    confirmed = {"confirmed_by": office.people.checker, "closed_on": None}
    bank = {"kind": "iban", "holder": "Arta Krasniqi"}
    for model, facts, before, sentence in (
        (PayeeAccount, {"kind": "cash"}, bank, "O-2026-00001 does not go to a bank account: Cash against signature"),
        (PayeeAccount, {"kind": "mobile"}, bank, "O-2026-00001 does not go to a bank account: Mobile money"),
        (PayeeAccount, {"holder": "|||"}, bank, "The name of the account holder of O-2026-00001 is missing"),
        (
            OwnAccount,
            {"holder": "|||"},
            {"holder": "Agency"},
            "The name of the holder of Bank of the Agency EUR ···8906",
        ),
        (OwnAccount, {"closed_on": DAY}, confirmed, "from which this batch is paid, is closed"),
        (Batch, {"own_account": None}, {}, "its lines were not paid from one confirmed account"),
        (
            OwnAccount,
            {"confirmed_by": None},
            confirmed,
            "the programme's account at the bank, waits for a second person",
        ),
        (OwnAccount, {"closed_on": DAY}, confirmed, "No account of the programme at the bank is entered"),
    ):
        model.objects.update(**facts)
        with pytest.raises(Blocked, match=sentence):
            file_for_bank(batch=batch, on=DAY, by=maker)
        if before:
            model.objects.update(**before)
    page = visit(maker, batch.get_absolute_url())
    assert not page.all("a", href=url)
    assert "Not offered: File for the bank (pain.001). When this batch was sent" in page.text
    visit(maker, url, status=409)
    assert not Event.objects.filter(kind="batch.file").exists()


@pytest.mark.once
def test_no_file_and_no_list_pays_to_an_account_that_changed_after_it_was_approved(office, client):
    own_account(office)
    order = order_to(office)
    batch = sent(office, order)
    change_account(
        account=order.account, version=1, number=OTHER_IBAN, reason="Letter.", on=DAY, by=office.people.checker
    )
    with pytest.raises(Blocked, match="account of O-2026-00001 changed after it was sent"):
        file_for_bank(batch=batch, on=DAY, by=office.people.maker)
    client.force_login(office.people.maker)
    assert client.get(reverse("payments:bank_list", args=[batch.ref])).status_code == 409


@pytest.mark.once
def test_mobile_money_leaves_as_a_list_of_its_own(office, client, visit):
    batch = sent(office, order_to(office, holder="=Անահիտ", kind="mobile", number="+374 91 123456"))
    page = visit(office.people.maker, batch.get_absolute_url())
    url = reverse("payments:mobile_list", args=[batch.ref])
    assert page.one("a", href=url).text == "Payment list for mobile money"
    client.force_login(office.people.manager)
    assert client.get(url).status_code == 403
    client.force_login(office.people.maker)
    response = client.get(url)
    rows = list(csv.reader(io.StringIO(b"".join(response).decode("utf-8-sig"))))
    assert rows == [
        ["number", "amount", "name", "reference"],
        ["37491123456", "20000.00", "'=Անահիտ", "O-2026-00001"],
    ]
    assert Event.objects.get(kind="batch.list").body == '{"orders":1,"profile":"mobile-money"}'


@pytest.mark.once
def test_cash_does_not_go_to_the_bank_and_the_pages_say_so(office, visit):
    order = order_to(office, kind="cash", number="")
    page = visit(office.people.maker, f"/money/send/?order={order.ref}")
    assert "Cash does not go to the bank" in page.text
    batch = sent(office, order)
    page = visit(office.people.maker, batch.get_absolute_url())
    assert "Paid in cash against signature: O-2026-00001" in page.text
    assert not page.all("a", href=reverse("payments:mobile_list", args=[batch.ref]))


@pytest.mark.once
def test_a_confidential_programme_is_called_by_its_public_name_in_the_file(db):
    with standing_at(DAY):
        office = grant_office("shelter", confidential=True)
        own_account(office)
        content = file_for_bank(batch=sent(office, order_to(office)), on=DAY, by=office.people.maker)
    assert b"Small business support G-2026-0001/1" in content
    assert b"shelter" not in content.lower()


def test_verify_names_a_batch_whose_account_is_not_the_one_of_its_lines(office):
    account = own_account(office)
    batch = sent(office, order_to(office))
    assert list(own_account_faults()) == []
    account.lines.clear()
    assert list(own_account_faults()) == [f"payments_batch {batch.ref}: its account does not pay the line spring-line"]
    account.lines.set([office.line])
    OwnAccount.objects.update(confirmed_by=None)
    assert list(own_account_faults()) == [f"payments_batch {batch.ref} is paid from an account that nobody confirmed"]
    OwnAccount.objects.update(confirmed_by=office.people.checker, currency="USD")
    assert list(own_account_faults()) == [
        f"payments_batch {batch.ref}: its account is of another programme or currency"
    ]
    OwnAccount.objects.update(currency="EUR")
    twin = own_account(office, number=OTHER_IBAN, lines=[another_line(office)])
    twin.lines.add(office.line)
    assert list(own_account_faults()) == ["programmes_fundingline spring-line is paid from 2 open accounts"]
