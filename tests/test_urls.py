"""Every address, opened by every role, with an own thing behind it and one of a confidential programme."""

import csv
import logging
import os
import zlib

import pytest
from django.core.signals import request_finished
from django.db import close_old_connections, transaction
from django.http import HttpResponse
from django.test import Client

from audit.models import Event
from config import urls
from pages import middleware
from programmes.clock import standing_at
from tests.crawl import OUTSIDERS, TABLE, VERBS, addresses, furnished_house, paths, people_known, reviewed_table
from tests.office import DAY

pytestmark = pytest.mark.django_db

HEAD = ("method", "address", "verb", "thing")
REFUSALS = {"login", "403", "404", "405", "409"}
# Who opens and posts to what they cannot see: those with the most power elsewhere. In the long setting all open it.
KNOCKING = ("adviser", "manager", "finance", "administrator", "superuser", "anonymous")
# How many of the roles that get the same answer the short setting asks, another one from address to address.
ASKED = 1
LONG = "SEEDBED_SOAK" in os.environ or "SEEDBED_WRITE_TABLE" in os.environ
OBJECTS = ("ref", "pk", "key", "token")


def outside(address, role):
    """True when `role` has nothing to do with the thing behind the address; administrators give and end roles."""
    if role == "administrator" and address.name.startswith(("accounts:", "programmes:")):
        return False
    return role in OUTSIDERS and any(word in address.takes for word in OBJECTS)


@pytest.fixture(scope="module")
def house(django_db_setup, django_db_blocker):
    """One house for the whole module, and nothing of it left behind."""
    with django_db_blocker.unblock(), standing_at(DAY), transaction.atomic():
        yield furnished_house()
        transaction.set_rollback(True)


def clients(house):
    found = {}
    for role, user in house.cast.items():
        client = Client(raise_request_exception=False)
        if user is not None:
            client.force_login(user)
        found[role] = client
    return found


def calls(house):
    """(method, address, verb, thing, path). A hidden thing is opened everywhere; what is posted to it are the moves."""
    for address in addresses():
        for verb, path in paths(address, house.places):
            for method in ("GET", "POST"):
                yield method, address, verb, "own" if address.takes else "", path
        if any(word in address.takes for word in OBJECTS):
            hidden = paths(address, house.hidden_places)
            yield "GET", address, "", "hidden", hidden[0][1]
            if "/do/" in address.route or address.name in VERBS:
                for verb, path in hidden:
                    yield "POST", address, verb, "hidden", path


def asked(key, row, roles):
    """The roles that are asked here: all in the long setting and of a new address, else some of each answer."""
    method, _name, _verb, thing = key
    if thing == "hidden":
        return roles if LONG and method == "GET" else KNOCKING
    if LONG or row is None:
        return roles
    turn, chosen = zlib.crc32(" ".join(key).encode()), {"stranger"}
    for answer in set(row.values()):
        alike = [role for role in roles if row[role] == answer]
        chosen |= {alike[(turn + step) % len(alike)] for step in range(ASKED)}
    return chosen


def answered(client, method, path):
    """The status of the answer, and what it wrote: undone at once."""
    before = Event.objects.count()
    with transaction.atomic():
        answer = client.get(path) if method == "GET" else client.post(path, {"note": "x", "reason": "x"})
        # To close an answer ends its request, which would close the connection of this transaction as well.
        request_finished.disconnect(close_old_connections)
        answer.close()
        status = "login" if answer.status_code == 302 and answer["Location"].startswith("/accounts/login/") else ""
        written = Event.objects.count() - before
        transaction.set_rollback(True)
    return status or str(answer.status_code), written


@pytest.fixture(scope="module")
def told(house):
    """{(method, address, verb, thing): {role: status}} as the house answers today, and the effects nobody wanted."""
    table, effects = {}, []
    visitors, reviewed = clients(house), reviewed_table()
    # Every effect is undone, so a person and their roles stay the same.
    with pytest.MonkeyPatch.context() as patch, people_known(house.cast.values()):
        # What the pages of a refusal look like is tested elsewhere; here they are only counted.
        patch.setattr(urls, "handler404", lambda request, exception: HttpResponse(status=404), raising=False)
        patch.setattr(logging.getLogger("django.request"), "disabled", True)
        patch.setattr(middleware, "refusal_page", lambda request, refusal: HttpResponse(status=refusal.status))
        for method, address, verb, thing, path in calls(house):
            key = method, address.name, verb, thing
            row, asking = table.setdefault(key, {}), asked(key, reviewed.get(key), list(visitors))
            for role, client in visitors.items():
                if role not in asking:
                    row[role] = ""
                    continue
                row[role], written = answered(client, method, path)
                stranger = outside(address, role) or thing == "hidden"
                refused = row[role] in REFUSALS
                # A file that leaves, or a paper drawn when it is first read, is logged for those who may have it.
                logged = method == "GET" and row[role] == "200" and not stranger
                if written and not logged and (refused or method == "GET" or stranger):
                    effects.append((address.name, method, thing, role, row[role], written))
    return table, effects


@pytest.mark.once
def test_every_address_answers_every_role_as_the_reviewed_table_says(told):
    table, _effects = told
    roles = list(next(iter(table.values())))
    rows = [(*key, *row.values()) for key, row in sorted(table.items())]
    if os.environ.get("SEEDBED_WRITE_TABLE"):
        with TABLE.open("w", newline="") as file:
            csv.writer(file, lineterminator="\n").writerows([(*HEAD, *roles), *rows])
    reviewed = {key: tuple(row.values()) for key, row in reviewed_table().items()}
    now = {row[:4]: row[4:] for row in rows}
    differences = [
        f"{' '.join(key)}, {role}: the table says {before}, the house {after}"
        for key in sorted(now.keys() & reviewed.keys())
        for role, before, after in zip(roles, reviewed[key], now[key], strict=True)
        if before != after and (after or LONG)
    ]
    differences += [f"{' '.join(key)}: not in the table" for key in sorted(now.keys() - reviewed.keys())]
    differences += [f"{' '.join(key)}: no such address" for key in sorted(reviewed.keys() - now.keys())]
    assert differences == []


@pytest.mark.once
def test_no_address_breaks(told):
    table, _effects = told
    assert [(key, role) for key, row in table.items() for role, status in row.items() if status.startswith("5")] == []


@pytest.mark.once
def test_nothing_is_written_by_opening_a_page_by_an_outsider_or_behind_a_refusal(told):
    _table, effects = told
    assert effects == []


@pytest.mark.postgres
def test_every_page_opens_on_postgresql_as_well(house):
    """Who may open what does not depend on the database; whether its queries run does."""
    visitors, reviewed, broken = clients(house), reviewed_table(), []
    for method, address, verb, thing, path in calls(house):
        row = reviewed[method, address.name, verb, thing]
        role = next((role for role, status in row.items() if status == "200"), None)
        if method == "GET" and role:
            status, _written = answered(visitors[role], method, path)
            if status != "200":
                broken.append(f"{path}, {role}: {status}")
    assert broken == []
