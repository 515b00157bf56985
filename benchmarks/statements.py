"""A bank statement of 1,000 lines read, kept and matched with the payments it settles, among 100,000 settled ones."""

from datetime import timedelta

from defusedxml.ElementTree import fromstring

from accounts.encryption import blind_index
from applicants.models import Application
from benchmarks import ground
from benchmarks.ground import DAY
from benchmarks.measure import Figure, interleaved
from ledger.money import plain
from payments.matching import proposals_for
from payments.models import Batch, PayeeAccount, PaymentOrder
from payments.services import load_statement
from programmes.clock import standing_at
from tests.steps_payments import KOSOVO_IBAN, own_account

TARGET = 5.0
TURNS = 3
HEAD = '<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.02"><BkToCstmrStmt><Stmt>'
TAIL = "</Stmt></BkToCstmrStmt></Document>"


def run(quick):
    count, settled = (100, 10_000) if quick else (1_000, 100_000)
    place = ground.office("statements")
    with standing_at(DAY):
        account = own_account(place)
        orders = payments(place, count, settled)
        files = [statement(orders, turn) for turn in range(TURNS)]
        contents, floor = iter(files), iter(files)
        ours, base, sure, _tree = interleaved(
            lambda: _matched(account, next(contents), place.people.maker), lambda: fromstring(next(floor)), TURNS
        )
    return [
        Figure(
            name=f"statement of {count:,} lines, read, kept, matched",
            unit="s",
            target=f"under {TARGET:g} s",
            values=ours,
            floor=base,
            floor_name="the XML parsed and nothing else",
            note=f"{sure:,} of {count:,} lines sure, among {settled:,} settled payments; events of each line included",
            met=max(ours) < TARGET and sure == count,
        )
    ]


def _matched(account, content, by):
    """How many lines have a sure proposal."""
    row = load_statement(own_account=account, content=content, name="bench.xml", on=DAY, by=by)
    return sum(one.sure for one in proposals_for(row).values())


def payments(place, count, settled):
    """`count` payments with the bank and `settled` older ones, as rows only. Returns the first with their numbers."""
    ground.applications(place, count)
    applications = list(Application.objects.filter(programme=place.programme).select_related("applicant"))
    people = {"entered_by": place.people.maker, "confirmed_by": place.people.checker}
    numbers = [f"XK0512120{number:011d}" for number in range(count)]
    accounts = PayeeAccount.objects.bulk_create(
        PayeeAccount(
            programme=place.programme,
            party=application.applicant,
            kind="iban",
            holder=application.applicant.name,
            number=number,
            number_index=blind_index(number),
            number_tail=number[-4:],
            currency="EUR",
            entered_on=DAY,
            confirmed_on=DAY,
            **people,
        )
        for application, number in zip(applications, numbers, strict=True)
    )
    batch = Batch.objects.create(
        ref="B-2026-901",
        programme=place.programme,
        currency="EUR",
        control_amount=1,
        made_on=DAY - timedelta(days=1),
        made_by=place.people.maker,
    )
    rows = []
    for number in range(settled + count):
        which = number % count
        waits = number >= settled
        rows.append(
            PaymentOrder(
                ref=f"O-2026-{number:06d}",
                programme=place.programme,
                application=applications[which],
                kind="grant",
                source_ref=f"G-2026-{number:06d}/1",
                payee=applications[which].applicant,
                account=accounts[which],
                account_version=1,
                amount=100_000 + number % 977,
                currency="EUR",
                purpose="Benchmark",
                prepared_by=place.people.maker,
                prepared_on=DAY,
                approved_by=place.people.checker,
                approved_on=DAY,
                batch=batch,
                state="sent" if waits else "settled",
                bank_reference="" if waits else f"OLD-{number}",
                value_on=None if waits else DAY,
            )
        )
    PaymentOrder.objects.bulk_create(rows, batch_size=2000)
    return list(zip(rows[settled:], numbers, strict=True))


def statement(orders, turn):
    """A camt.053 of one line for each payment: by end-to-end reference, by text, by account number in turn."""
    total = sum(order.amount for order, _number in orders)
    lines = [_balance("OPBD", total), _balance("CLBD", 0)]
    for position, (order, number) in enumerate(orders):
        told = position % 3
        reference = order.ref if told == 0 else "NOTPROVIDED"
        text = f"Support {order.ref}" if told == 1 else "Support"
        lines.append(
            f'<Ntry><Amt Ccy="EUR">{plain(order.amount, "EUR")}</Amt><CdtDbtInd>DBIT</CdtDbtInd><Sts>BOOK</Sts>'
            f"<BookgDt><Dt>{DAY}</Dt></BookgDt><ValDt><Dt>{DAY}</Dt></ValDt><AcctSvcrRef>F{turn}-{position}</AcctSvcrRef>"
            f"<NtryDtls><TxDtls><Refs><EndToEndId>{reference}</EndToEndId></Refs><RltdPties><Cdtr>"
            f"<Nm>{order.account.holder}</Nm></Cdtr><CdtrAcct><Id><IBAN>{number}</IBAN></Id></CdtrAcct></RltdPties>"
            f"<RmtInf><Ustrd>{text}</Ustrd></RmtInf></TxDtls></NtryDtls></Ntry>"
        )
    account = f"<Id>{turn}</Id><Acct><Id><IBAN>{KOSOVO_IBAN}</IBAN></Id><Ccy>EUR</Ccy></Acct>"
    return f"{HEAD}{account}{''.join(lines)}{TAIL}".encode()


def _balance(code, amount):
    return (
        f'<Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp><Amt Ccy="EUR">{plain(amount, "EUR")}</Amt>'
        f"<CdtDbtInd>CRDT</CdtDbtInd><Dt><Dt>{DAY}</Dt></Dt></Bal>"
    )
