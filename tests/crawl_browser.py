"""Every page of every role in a real browser: axe finds nothing (WCAG 2.2 AA), the policy is kept, nothing overflows.

Half of the pages are looked at in one look and half in the other, by two tests that can run side by side. In the short
setting a page is looked at when it is the first of its address or has three parts that no page before it had; in the
long one, whenever no page before it was built of the very same parts.
"""

import os
import re

from django.test import Client

from programmes.clock import standing_at
from tests.crawl import addresses, furnished_house, paths, people_known, reviewed_table
from tests.office import DAY
from tests.test_pages_browser import reader

NEW_PARTS = 3
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


def pages_of(house):
    """(user, path): for each role its first page with its frame, and each page unlike those before (see above)."""
    found, seen, known = [], set(), set()
    reviewed = reviewed_table()
    for role, user in house.cast.items():
        found.append((user, "/" if user else "/accounts/login/"))
        client = Client()
        if user is not None:
            client.force_login(user)
        for address in addresses():
            for verb, path in paths(address, house.places):
                if reviewed["GET", address.name, verb, "own" if address.takes else ""][role] != "200":
                    continue
                answer = client.get(path)
                answer.close()
                if answer.status_code == 200 and answer["Content-Type"].startswith("text/html"):
                    parts = parts_of(answer.content.decode())
                    if os.environ.get("SEEDBED_SOAK"):
                        unlike = parts not in seen
                    else:
                        unlike = address.name not in seen or len(parts - known) >= NEW_PARTS
                    if unlike:
                        found.append((user, path))
                    seen |= {parts, address.name}
                    known |= parts
    return found


def look_at_half(half, live_server, settings, live_browser):
    """({page: what is wrong with it}, complaints of the browser) of every second page, seen in LOOKS[half]."""
    settings.STANDING_DAY = DAY
    with standing_at(DAY):
        house = furnished_house(hidden=False)
    with people_known(house.cast.values()):
        pages = pages_of(house)[half::2]
    look, readers, wrong = LOOKS[half], {}, {}
    for user, path in pages:
        if user not in readers:
            readers[user] = reader(live_browser, live_server.url, *look)
            if user is not None:
                readers[user].sign_in(user)
        one = readers[user].open(path)
        faults = one.faults()
        if one.overflow() > 0:
            faults.append(f"wider than the window by {one.overflow()} px")
        if faults:
            wrong[f"{getattr(user, 'name', 'anonymous')} {path} {look}"] = faults
    print(f"\n{len(pages)} pages of {len(house.cast)} roles looked at, {' and '.join(look)}")
    return wrong, [said for one in readers.values() for said in one.complaints]
