"""The pages of money among 100,000 payments: the tabs of the queue, the batches, one award. p95, and against 1,000."""

import math
import statistics

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from applicants.models import Application
from benchmarks import ground
from benchmarks.ground import DAY
from benchmarks.measure import Figure, seconds
from payments.models import Batch, PayeeAccount, PaymentLine, PaymentOrder
from programmes.clock import standing_at
from tests.steps_grants import paid_tranche, signed_award

TARGET = 0.3
TIMES = 20
# Of ten payments six are settled, and one each waits for the checker, for sending, for the bank, or came back.
STATES = ("settled",) * 6 + ("prepared", "approved", "sent", "returned")
TABS = ("prepare", "approve", "send", "sent", "returned", "settled")
IN_BATCH = 100


def run(quick):
    few, many = (200, 2_000) if quick else (1_000, 100_000)
    with standing_at(DAY):
        place = ground.office("queue")
        award = signed_award(place, amount=50_000, own=12_500)
        paid_tranche(place, award.tranches.get())
        pages = {**{f"/money/queue/?tab={tab}": "checker" for tab in TABS}, "/money/batches/": "checker"}
        pages |= {"/money/orders/": "checker", "/": "checker", award.get_absolute_url(): "manager"}
        clients = {who: Client() for who in pages.values()}
        for who, client in clients.items():
            client.force_login(getattr(place.people, who))
        payments(place, 0, few)
        small = {page: _times(clients[who], page) for page, who in pages.items()}
        queries = {page: _queries(clients[who], page) for page, who in pages.items()}
        payments(place, few, many)
        return [_figure(clients[who], page, small[page], queries[page], few, many) for page, who in pages.items()]


def _figure(client, page, small, before, few, many):
    large, after = _times(client, page), _queries(client, page)
    p95 = sorted(large)[math.ceil(0.95 * len(large)) - 1]
    ratio = statistics.median(large) / statistics.median(small)
    return Figure(
        name=f"{page} at {many:,} payments",
        unit="s",
        target=f"p95 under {TARGET:g} s",
        values=large,
        floor=small,
        floor_name=f"{few:,} payments",
        note=f"p95 {p95:.3f} s, median x{ratio:.2f}; {before} queries at {few:,}, {after} at {many:,}",
        met=p95 < TARGET and after <= before + 2,
    )


def _times(client, page):
    client.get(page)
    taken = []
    for _turn in range(TIMES):
        spent, answer = seconds(lambda: client.get(page))
        if answer.status_code != 200:
            raise RuntimeError(f"{page} answered {answer.status_code}")
        taken.append(spent)
    return taken


def _queries(client, page):
    with CaptureQueriesContext(connection) as caught:
        client.get(page)
    return len(caught)


def payments(place, first, last):
    """Payments number `first` to `last` with their accounts, lines and batches of a hundred, as rows only."""
    ground.applications(place, last - first, first=first)
    rows = Application.objects.filter(
        programme=place.programme, ref__gte=f"A-2026-9{first:06d}", ref__lt=f"A-2026-9{last:06d}"
    )
    applications = list(rows.order_by("ref").select_related("applicant"))
    maker, checker = place.people.maker, place.people.checker
    accounts = PayeeAccount.objects.bulk_create(
        (
            PayeeAccount(
                programme=place.programme, party=one.applicant, kind="iban", holder=one.applicant.name,
                number_tail="4917", currency="EUR", entered_by=maker, entered_on=DAY, confirmed_by=checker,
                confirmed_on=DAY,
            )
            for one in applications
        ),
        batch_size=2000,
    )  # fmt: skip
    batches = Batch.objects.bulk_create(
        Batch(
            ref=f"B-9{number:06d}", programme=place.programme, currency="EUR", control_amount=1, made_on=DAY,
            made_by=maker,
        )
        for number in range(first // IN_BATCH, math.ceil(last / IN_BATCH))
    )  # fmt: skip
    orders = PaymentOrder.objects.bulk_create(
        (
            _order(place, number, application, account, batches)
            for number, (application, account) in enumerate(zip(applications, accounts, strict=True), first)
        ),
        batch_size=2000,
    )
    PaymentLine.objects.bulk_create(
        (
            PaymentLine(order=order, line=place.line, debit_code="5000", subject="G", amount=order.amount)
            for order in orders
        ),
        batch_size=2000,
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def _order(place, number, application, account, batches):
    state = STATES[number % len(STATES)]
    approved = state != "prepared"
    return PaymentOrder(
        ref=f"O-2026-9{number:06d}", programme=place.programme, application=application, kind="grant",
        source_ref=f"G-2026-9{number:06d}/1", payee=application.applicant, account=account, account_version=1,
        amount=100_000 + number % 977, currency="EUR", purpose="Benchmark", prepared_by=place.people.maker,
        prepared_on=DAY, approved_by=place.people.checker if approved else None, approved_on=DAY if approved else None,
        batch=batches[number // IN_BATCH % len(batches)] if state not in ("prepared", "approved") else None,
        state=state, bank_reference=f"OLD-{number}" if state == "settled" else "",
        value_on=DAY if state == "settled" else None,
    )  # fmt: skip
