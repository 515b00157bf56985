"""Sixty grants wait for the bank, and eight people settle each of them at once by HTTP: each is paid once.

On PostgreSQL and on SQLite, with the application server that the README tells an office to run.
"""

import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest
from django.db import connection

from tests.web import open_page, press, served

pytestmark = [pytest.mark.soak, pytest.mark.django_db]

ROOT = Path(__file__).resolve().parents[1]
ORDERS, CLICKS = 60, 8
OFFICE = """
import sys
from tests import tables
tables.main()
from programmes.clock import standing_at
from tests.office import DAY, grant_office
from tests.steps_grants import account_for, certified_tranche, order_tranche, signed_award
from tests.steps_payments import sent_order
from tests.web import cookie_of
with standing_at(DAY):
    office = grant_office()
    refs = []
    for number in range(int(sys.argv[1])):
        award = signed_award(office, amount=50_000, own=12_500)
        tranche = certified_tranche(office, award.tranches.get())
        account = account_for(office, award)
        order = order_tranche(tranche=tranche, account=account, on=DAY, by=office.people.maker)
        refs.append(sent_order(office, order).ref)
print(cookie_of(office.people.checker), *refs)
"""
COUNT = """
import json
import django
django.setup()
from config.proof import faults
from grants.models import Tranche
from ledger.models import Entry
from payments.models import PaymentOrder
from programmes.models import FundingLine
from programmes.services import cash_on
print(json.dumps({
    "settled": PaymentOrder.objects.in_state("settled").count(),
    "paid": Tranche.objects.filter(state="paid").count(),
    "entries": Entry.objects.filter(kind="grant_paid").count(),
    "cash": cash_on(FundingLine.objects.get()),
    "faults": list(faults()),
}))
"""


@contextmanager
def installation(folder):
    """The surroundings of an installation of its own, on the kind of database that this run is on."""
    (folder / "static").mkdir()
    environment = {**os.environ, "SEEDBED_VAR": str(folder), "DATABASE_URL": f"sqlite:///{folder}/seedbed.sqlite3"}
    if connection.vendor == "sqlite":
        yield environment
        return
    url, name = os.environ["DATABASE_URL"], "seedbed_settling"
    with psycopg.connect(url, autocommit=True) as server:
        server.execute(f"CREATE DATABASE {name}")
        try:
            yield {**environment, "DATABASE_URL": urlsplit(url)._replace(path=f"/{name}").geturl()}
        finally:
            server.execute(f"DROP DATABASE {name} WITH (FORCE)")


def told(script, environment, *words):
    done = subprocess.run(
        [sys.executable, "-c", script, *words], env=environment, cwd=ROOT, capture_output=True, text=True, check=True
    )
    return done.stdout


def test_eight_clicks_on_each_of_sixty_payments_pay_sixty_times(tmp_path):
    with installation(tmp_path) as environment:
        cookie, *refs = told(OFFICE, environment, str(ORDERS)).split()
        answers = []
        with served(environment) as base, ThreadPoolExecutor(CLICKS) as people:
            for ref in refs:
                url = f"{base}/money/orders/{ref}/do/settle/"
                pages = list(people.map(lambda _one, url=url: open_page(url, cookie), range(CLICKS)))
                assert len({page.hidden["key"] for page in pages}) == CLICKS
                given = {"bank_reference": f"BANK-{ref}", "reason": "By the statement."}
                answers += people.map(lambda page, url=url, given=given: settle(url, cookie, page, given), pages)
        assert [code for code in answers if code not in (302, 409)] == []
        assert answers.count(302) == ORDERS
        found = json.loads(told(COUNT, environment))
    assert found == {"settled": ORDERS, "paid": ORDERS, "entries": ORDERS, "cash": -ORDERS * 50_000, "faults": []}


def settle(url, cookie, page, given):
    return press(url, cookie, page, value_on=value_of(page, "value_on"), **given)


def value_of(page, name):
    """What the form shows in a field."""
    field = page.text.partition(f'name="{name}"')[2]
    return field.partition('value="')[2].partition('"')[0]
