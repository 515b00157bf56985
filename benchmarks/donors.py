"""The page of a donor's link, from the frozen Issue: under 100 ms, beside bare text of the same size.

And the protection of small cells: a report of 40 figures and ten regions after seven others, on the processor alone.
"""

import random
from datetime import date, timedelta

from django.http import HttpResponse
from django.template import engines
from django.test import Client, RequestFactory

from benchmarks import ground
from benchmarks.ground import DAY
from benchmarks.measure import Figure, interleaved, seconds
from programmes.clock import standing_at
from reports.figure import COUNT, Cell
from reports.figure import Figure as Told
from reports.links import make_link
from reports.services import draft_issue, publish_issue
from reports.suppression import for_donors, statement_of
from tests.steps_grants import accepted_contribution, paid_tranche, signed_award

TARGET = 0.1
TIMES = 15
REGIONS = 10
CODES = 40
QUARTERS = 8


def run(quick):
    return [_page(), _protection(4 if quick else QUARTERS)]


def _page():
    with standing_at(DAY):
        place = ground.office("donors")
        award = signed_award(place, amount=50_000, own=12_500)
        paid_tranche(place, award.tranches.get())
        accepted_contribution(place, award.contributions.get())
        manager = place.people.manager
        facts = {"title": "First quarter", "period_from": DAY.replace(month=1, day=1), "period_to": DAY, "on": DAY}
        issue = publish_issue(issue=draft_issue(programme=place.programme, by=manager, **facts), on=DAY, by=manager)
        link = make_link(issue=issue, label="Office", expires_on=DAY + timedelta(days=30), on=DAY, by=manager)
        client, address = Client(), f"/r/{link.token}/"
        size = len(client.get(address).content)
        # The floor: the same number of bytes through a template that only repeats a row.
        bare = engines["django"].from_string("{% for row in rows %}<tr><td>{{ row }}</td></tr>\n{% endfor %}")
        rows = ["x" * 40] * (size // 58)
        request = RequestFactory().get("/")
        ours, floor, answer, _base = interleaved(
            lambda: client.get(address), lambda: HttpResponse(bare.render({"rows": rows}, request)), TIMES
        )
        if answer.status_code != 200:
            raise RuntimeError(f"the link answered {answer.status_code}")
    middle = sorted(ours)[TIMES // 2]
    return Figure(
        name="page of a donor's link",
        unit="s",
        target=f"under {TARGET:g} s",
        values=ours,
        floor=floor,
        floor_name="bare rows of that size",
        note=f"{size:,} bytes, {len(issue.body['figures'])} figures",
        met=middle < TARGET,
    )


def _protection(quarters):
    chance = random.Random(6)
    earlier, taken = [], 0.0
    for number in range(quarters):
        first = date(2024 + number // 4, number % 4 * 3 + 1, 1)
        last = (first + timedelta(days=95)).replace(day=1) - timedelta(days=1)
        scope = {"first": first, "last": last, "donor": ""}
        told = [_figure(f"figure_{code}", chance) for code in range(CODES)]
        taken, shown = seconds(lambda told=told, scope=scope: for_donors(told, scope=scope, earlier=earlier))
        earlier.insert(0, statement_of(shown, **scope))
    return Figure(
        name=f"small cells of report number {quarters}",
        unit="s",
        target="under 5 s",
        values=[taken],
        note=f"{CODES} figures by {REGIONS} regions and sex",
        met=taken < 5,
    )


def _figure(code, chance):
    numbers = [chance.randint(0, 30) for _region in range(REGIONS)]
    whole = sum(numbers)
    women = chance.randint(0, whole)
    cells = [Cell("region", f"r{place}", "", number, units=number) for place, number in enumerate(numbers)]
    cells += [
        Cell("sex", "female", "", women, units=women),
        Cell("sex", "male", "", whole - women, units=whole - women),
    ]
    return Told(code, code, "people", COUNT, "", "v1", value=whole, units=whole, of_people=True, by=tuple(cells))
