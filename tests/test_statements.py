"""Bank statements as files: three formats give the same facts; a file that is not right is refused with a sentence."""

from datetime import date
from pathlib import Path

import pytest

from audit.refusals import Invalid
from payments.statements import LARGEST, read_statement

# Pure functions: no database.
pytestmark = pytest.mark.once

DATA = Path(__file__).parent / "data"
DAY, NEXT = date(2026, 3, 12), date(2026, 3, 13)
OWN = "XK051212012345678906"


def content(name):
    return (DATA / f"statement_{name}").read_bytes()


def told(statement):
    return [
        (line.booked_on, line.value_on, line.amount, line.name, line.number[-4:], line.end_to_end, line.bank_reference)
        for line in statement.lines
    ]


PAID = (DAY, DAY, -2_000_000, "Arbnor Krasniqi", "0175", "O-2026-00001", "FT26071K3M9P")
CHARGE = (DAY, DAY, -350, "", "", "", "FT26071K3M9P-C")
SECOND = (DAY, NEXT, -100_000, "Teuta Gashi", "0272", "O-2026-00002", "FT26071K4A2B")
THIRD = (DAY, NEXT, -50_000, "Besim Berisha", "0369", "O-2026-00003", "FT26071K4A2B")
BACK = (DAY, NEXT, 100_000, "Teuta Gashi", "0272", "O-2026-00002", "FT26071R0001")
GIVEN = (DAY, DAY, 1_700_000, "Seed Foundation", "3000", "", "FT26071D0009")


@pytest.mark.parametrize(
    ("name", "form", "number", "closing", "lines"),
    [
        ("kosovo.xml", "camt053", "51", 5_649_650, [PAID, CHARGE, SECOND, THIRD, BACK, GIVEN]),
        ("kosovo.mt940", "mt940", "51/1–51/2", 5_699_650, [PAID, CHARGE, SECOND, BACK, GIVEN]),
        ("kosovo.csv", "csv", "2026/51", 5_699_650, [PAID, CHARGE, SECOND, BACK, GIVEN]),
    ],
)
def test_a_day_in_kosovo_reads_alike_in_each_format(name, form, number, closing, lines):
    statement = read_statement(content(name))
    assert (statement.form, statement.account, statement.currency, statement.number) == (form, OWN, "EUR", number)
    assert (statement.opening_amount, statement.closing_amount, statement.to_on) == (6_000_000, closing, DAY)
    assert told(statement) == lines
    by_reference = {line.bank_reference: line for line in statement.lines}
    assert by_reference["FT26071K3M9P"].text == "Small business support G-2026-0001/1"
    assert by_reference["FT26071D0009"].text == "Instalment 2 of the agreement 2025/17"
    assert [line.return_reason.lower() for line in statement.lines if line.return_reason] == ["ac04 account closed"]


@pytest.mark.parametrize(
    ("name", "form", "number"), [("armenia.xml", "camt053", "2026/0071"), ("armenia.csv", "csv", "71")]
)
def test_a_day_in_armenia_reads_alike_without_iban_in_drams(name, form, number):
    statement = read_statement(content(name))
    found = statement.form, statement.account, statement.currency, statement.number
    assert found == (form, "1930012345670100", "AMD", number)
    assert (statement.opening_amount, statement.closing_amount) == (1_250_000_000, 1_214_950_000)
    assert told(statement) == [
        (DAY, DAY, -35_000_000, "Անահիտ Սարգսյան", "1001", "O-2026-00001", "26031200017"),
        (DAY, DAY, -50_000, "", "", "", "8841"),
    ]
    assert [line.text for line in statement.lines] == ["Վարկ L-2026-0001", "Միջնորդավճար"]


def test_an_entry_of_several_payments_is_a_line_for_each_and_one_line_where_the_bank_does_not_give_their_amounts():
    batch = [line for line in read_statement(content("kosovo.xml")).lines if line.batch == "B-2026-002"]
    assert [line.amount for line in batch] == [-100_000, -50_000]
    whole = changed("kosovo.xml", '<AmtDtls><TxAmt><Amt Ccy="EUR">500.00</Amt></TxAmt></AmtDtls>', "")
    batch = [line for line in read_statement(whole).lines if line.batch == "B-2026-002"]
    assert [(line.amount, line.end_to_end) for line in batch] == [(-150_000, "")]


@pytest.mark.parametrize("version", ["02", "03", "04", "05", "06", "07", "08"])
def test_each_version_of_camt_is_read_and_another_message_is_named(version):
    assert len(read_statement(changed("kosovo.xml", "camt.053.001.02", f"camt.053.001.{version}")).lines) == 6
    refused = refusal(changed("kosovo.xml", "camt.053.001.02", f"camt.052.001.{version}"))
    assert f"This file is camt.052.001.{version}, and not camt.053 of version 02 to 08." in refused


def changed(name, old, new):
    text = content(name).decode()
    assert old in text
    return text.replace(old, new, 1).encode()


def refusal(given):
    with pytest.raises(Invalid) as refused:
        read_statement(given)
    assert refused.value.field == "content"
    return str(refused.value.sentence)


BOMB = b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY a "lol"><!ENTITY b "&a;&a;&a;&a;&a;">]><Document>&b;</Document>'
OUTSIDE = b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><Document>&x;</Document>'


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        (BOMB, "declares a document type or entities"),
        (OUTSIDE, "declares a document type or entities"),
        (b"", "The file is empty"),
        (b" " * (LARGEST + 1), "larger than 10 MB"),
        (b"PK\x03\x04\x00\x00", "not a bank statement that can be read here"),
        (b"name,amount\nAni,5\n", "no line has the columns"),
        (b"<html><body>Please sign in</body></html>", "no bank statement (camt.053)"),
        (b"<Document><BkToCstmrStmt></BkToCstmrStmt></Document>", "There is no statement in this file"),
        (content("kosovo.xml")[:3000], "breaks off or is damaged at line 50, column 87"),
        (content("kosovo.mt940")[:600], "breaks off before its closing balance"),
        (content("kosovo.mt940").rpartition(b":62F:")[0] + b"-}", "breaks off before its closing balance"),
        (
            content("kosovo.csv").rpartition(b"12.03.2026;;")[0],
            "4 lines make EUR 39,996.50, and the closing balance is EUR 56,996.50",
        ),
        (content("kosovo.csv").replace(b"12.03.2026;;17", b"12.03.2026;17"), "Line 14 has 8 columns and the table 9"),
        (content("kosovo.csv").replace(b"Closing balance", b"Balance"), "Above the table “Closing balance” is missing"),
        (content("kosovo.csv").replace(b"-3,50", b"-3,505"), "Line 11: 3.505 has more decimals than EUR"),
        (content("kosovo.csv").replace(b"-3,50", b"-1,003.50"), "Line 11: “1,003.50” is not an amount"),
        (content("kosovo.csv").replace(b"-3,50", b"-3.50"), "Line 11: “3.50” is not an amount"),
        (content("kosovo.csv").replace(b"-3,50", b"three"), "Line 11: “three” is not an amount"),
        (content("kosovo.csv").replace(b"-3,50", b"Infinity"), "Line 11: “Infinity” is not an amount"),
        (content("kosovo.csv").replace(b"\n12.03.2026;12", b"\n32.03.2026;12"), "Line 10: “32.03.2026” is not a date"),
        (content("kosovo.csv").replace(b"-3,50", b"-9000000000000000,00"), "“9000000000000000.00” is not an amount"),
        (
            content("kosovo.csv").replace(b"To;12.03", b"To;11.03"),
            "on 12.03.2026 and ends on 11.03.2026, before it began",
        ),
        (content("kosovo.csv").replace(b"EUR", b"EURO"), "EURO is not a currency code"),
        (content("armenia.csv").replace(b"500.00,,", b"500.00,500.00,"), "Line 11 has both a debit and a credit"),
        (content("kosovo.mt940").replace(b"D3,5N", b"D3,505N"), "Line 9: 3.505 has more decimals than EUR"),
        (content("kosovo.mt940").replace(b":61:2603120312D3", b":61:2613120312D3"), "Line 9: “261312” is not a date"),
        (content("kosovo.mt940").replace(b"D3,5N", b"X3,5N"), "Line 9: “2603120312X3,5N"),
        (content("kosovo.mt940").replace(b":62F:C260312EUR", b":62F:C260312USD"), "The closing balance is in USD"),
        (
            content("kosovo.mt940").replace(b":60M:C260312EUR39996,50", b":60M:C260312EUR39996,51"),
            "is missing: ask the bank",
        ),
        (content("kosovo.mt940").replace(b":28C:51/1", b":99Z:51/1"), "Line 4: field :99Z: does not belong to MT940"),
    ],
)
def test_a_file_that_is_not_right_is_refused_with_what_where_and_what_to_do(given, sentence):
    assert sentence in refusal(given)


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        (">3.50<", ">3.505<", "Entry 2: 3.505 has more decimals than EUR"),
        (">3.50<", ">-3.50<", "Entry 2: “-3.50” is not an amount"),
        ('"EUR">3.50<', '"USD">3.50<', "Entry 2 is in USD and the account in EUR"),
        ("<Cd>CLBD</Cd>", "<Cd>CLAV</Cd>", "no closing balance (CLBD)"),
        ("<Cd>OPBD</Cd>", "<Cd>OPAV</Cd>", "no opening balance (OPBD)"),
        (">3.50<", ">3.51<", "the 6 lines make EUR 56,496.49, and the closing balance is EUR 56,496.50"),
        ("<IBAN>XK051212012345678906</IBAN></Id>\n        <Ccy>", "</Id><Ccy>", "does not name its account"),
        ("<CdtDbtInd>DBIT</CdtDbtInd><Sts>BOOK", "<Sts>BOOK", "Entry 1 does not say whether money came or went"),
        ("<BookgDt><Dt>2026-03-12<", "<BookgDt><Dt>12.03.2026<", "Entry 1: “12.03.2026” is not a date"),
    ],
)
def test_an_entry_that_is_not_right_is_named(old, new, sentence):
    assert sentence in refusal(changed("kosovo.xml", old, new))


def test_statements_of_two_accounts_in_one_file_are_refused():
    second = content("kosovo.mt940").decode()
    head, _tag, rest = second.rpartition(":25:XK051212012345678906")
    assert "several accounts" in refusal(f"{head}:25:XK051301000000000175{rest}".encode())
