"""Every page of every role in a real browser: axe finds nothing (WCAG 2.2 AA), the policy is kept, nothing overflows.

Half of the pages are looked at in one look and half in the other, by two tests that can run side by side. The short
setting looks at one page of each address, as one of those who may open it, another one from address to address; the
long one at every page of everybody that is not built of the very same parts as one before it.
"""

import os
import re

from django.test import Client

from programmes.clock import standing_at
from tests.crawl import addresses, furnished_house, paths, people_known, reviewed_table
from tests.office import DAY
from tests.test_pages_browser import reader

LONG = "SEEDBED_SOAK" in os.environ
LOOKS = (("light", "wide"), ("dark", "small"))
TAG = re.compile(r"<([a-z0-9]+)((?:\s+[^<>]*?)?)/?>")
SHAPE = re.compile(r'\b(class|type|role|scope|aria-[a-z]+)="([^"]*)"')


def parts_of(html):
    """What the page below its frame is built of: each tag with its classes and roles once, no text and no values."""
    body = html.partition("<main")[2].partition("</main")[0]
    return frozenset(
        (tag, *(value if name in ("class", "type", "role", "scope") else name for name, value in SHAPE.findall(said)))
        for tag, said in TAG.findall(body)
    )


def pages_of(house, half):
    """(user, path): the first page of each role with its frame, and the pages that are looked at (see above).

    Every second of them; in the short setting those of every second address, so that nobody asks for the others.
    """
    found = [(user, "/" if user else "/accounts/login/") for user in house.cast.values()]
    found = found if LONG else found[half::2]
    reviewed, clients, seen = reviewed_table(), {}, set()
    for address in addresses() if LONG else addresses()[half::2]:
        for verb, path in paths(address, house.places):
            row = reviewed["GET", address.name, verb, "own" if address.takes else ""]
            roles = [role for role in house.cast if row[role] == "200"]
            for role in roles if LONG else roles[len(found) % max(1, len(roles)) :][:1]:
                if role not in clients:
                    clients[role] = Client()
                    if house.cast[role] is not None:
                        clients[role].force_login(house.cast[role])
                answer = clients[role].get(path)
                answer.close()
                if answer.status_code == 200 and answer["Content-Type"].startswith("text/html"):
                    built = parts_of(answer.content.decode()) if LONG else address.name
                    if built not in seen:
                        found.append((house.cast[role], path))
                    seen.add(built)
    return found[half::2] if LONG else found


def look_at_half(half, live_server, settings, live_browser):
    """({page: what is wrong with it}, complaints of the browser) of every second page, seen in LOOKS[half]."""
    settings.STANDING_DAY = DAY
    with standing_at(DAY):
        house = furnished_house(hidden=False)
    with people_known(house.cast.values()):
        pages = pages_of(house, half)
    look, readers, wrong = LOOKS[half], {}, {}
    for user, path in pages:
        if user not in readers:
            readers[user] = reader(live_browser, live_server.url, *look)
            if user is not None:
                readers[user].enter(user)
        one = readers[user].open(path)
        faults = one.faults()
        if one.overflow() > 0:
            faults.append(f"wider than the window by {one.overflow()} px")
        if faults:
            wrong[f"{getattr(user, 'name', 'anonymous')} {path} {look}"] = faults
    print(f"\n{len(pages)} pages of {len(house.cast)} roles looked at, {' and '.join(look)}")
    return wrong, [said for one in readers.values() for said in one.complaints]
