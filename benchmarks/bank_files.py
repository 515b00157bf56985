"""A batch of 1,000 payments to a pain.001 file that holds against the schema, beside sepaxml and etree alone."""

import xml.etree.ElementTree as ET

import sepaxml

from applicants.models import Application
from benchmarks import ground
from benchmarks.ground import DAY
from benchmarks.measure import Figure, interleaved
from ledger.money import plain
from payments.bank_files import PAIN, SPACE
from payments.models import Batch, OwnAccount, PayeeAccount, PaymentOrder
from payments.numbers import check_digits
from payments.services import file_for_bank
from programmes.clock import standing_at

TARGET = 3.0
TIMES = 5


def run(quick):
    count = 100 if quick else 1_000
    place = ground.office("bank-files")
    ground.applications(place, count, first=900_000)
    with standing_at(DAY):
        return [
            _figure(place, _batch(place, currency, kind), count, kind, floor, floor_name)
            for currency, kind, floor, floor_name in (
                ("EUR", "iban", _sepaxml_alone, "sepaxml and its schema"),
                ("AMD", "domestic", _etree_alone, "etree without a schema"),
            )
        ]


def _figure(place, batch, count, kind, floor, floor_name):
    orders = list(batch.orders.select_related("account").order_by("pk"))
    ours, base, content, beside = interleaved(
        lambda: file_for_bank(batch=batch, on=DAY, by=place.people.maker),
        lambda: floor(batch, orders),
        TIMES,
    )
    for written in (content, beside):
        if written.count(b"<InstdAmt ") != count:
            raise RuntimeError("a payment is missing in the file")
    return Figure(
        name=f"pain.001 of {count:,} payments, {kind}",
        unit="s",
        target=f"under {TARGET:g}",
        values=ours,
        floor=base,
        floor_name=floor_name,
        note="ours reads and decrypts the accounts, writes, validates and records; the floor has the rows at hand",
        met=max(ours) < TARGET,
    )


def _number(kind, serial):
    if kind == "domestic":
        return f"DEMO{serial:012d}"
    return f"XK{check_digits('XK', f'9900{serial:012d}')}9900{serial:012d}"


def _batch(place, currency, kind):
    maker, checker = place.people.maker, place.people.checker
    seen = {"entered_by": maker, "entered_on": DAY, "confirmed_by": checker, "confirmed_on": DAY}
    shared = {"programme": place.programme, "kind": kind, "currency": currency, **seen}
    own = OwnAccount.objects.create(
        **shared, holder="Seedbed Agency", number=_number(kind, 0), bank="Demo Bank", country="XK"
    )
    applications = list(Application.objects.filter(programme=place.programme).select_related("applicant"))
    accounts = PayeeAccount.objects.bulk_create(
        PayeeAccount(
            **shared, party=one.applicant, holder=one.applicant.name, number=_number(kind, one.pk), bank="Demo Bank"
        )
        for one in applications
    )
    batch = Batch.objects.create(
        ref=f"B-{currency}",
        programme=place.programme,
        own_account=own,
        currency=currency,
        control_amount=sum(one.asked_amount for one in applications),
        made_on=DAY,
        made_by=maker,
    )
    PaymentOrder.objects.bulk_create(
        PaymentOrder(
            ref=f"O-{currency}-{number:05d}",
            programme=place.programme,
            application=one,
            kind="grant",
            source_ref=f"G-{currency}-{number:05d}/1",
            payee=one.applicant,
            account=account,
            account_version=1,
            amount=one.asked_amount,
            currency=currency,
            purpose=f"Programme bench G-2026-{number:05d}/1",
            prepared_by=maker,
            prepared_on=DAY,
            approved_by=checker,
            approved_on=DAY,
            batch=batch,
            state="sent",
        )
        for number, (one, account) in enumerate(zip(applications, accounts, strict=True), 1)
    )
    return batch


def _sepaxml_alone(batch, orders):
    own = batch.own_account
    config = {"name": own.holder, "IBAN": own.number, "currency": batch.currency, "batch": True}
    file = sepaxml.SepaTransfer(config, schema=PAIN, clean=False)
    for order in orders:
        file.add_payment(
            {
                "name": order.account.holder,
                "IBAN": order.account.number,
                "amount": order.amount,
                "execution_date": batch.made_on,
                "description": order.purpose,
                "endtoend_id": order.ref,
            }
        )
    return file.export(validate=True)


def _etree_alone(batch, orders):
    root = ET.Element("Document", xmlns=SPACE)
    for order in orders:
        transfer = ET.SubElement(root, "CdtTrfTxInf")
        amount = ET.SubElement(transfer, "InstdAmt", Ccy=order.currency)
        amount.text = plain(order.amount, order.currency)
        for name, text in (
            ("EndToEndId", order.ref),
            ("Nm", order.account.holder),
            ("Id", order.account.number),
            ("Ustrd", order.purpose),
        ):
            ET.SubElement(transfer, name).text = text
    return ET.tostring(root, encoding="utf-8", xml_declaration=True)
