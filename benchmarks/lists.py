"""A list page of 50 with its filters: bounded queries, and the same cost at 1,000 and at 200,000 rows."""

import statistics

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from benchmarks import ground
from benchmarks.measure import Figure, seconds

# Each finds more than a page of 50 in the small register as well, so that pages of one size are compared.
PAGES = ("/applications/", "/applications/?state=draft", "/applications/?q=Sargsyan+7&state=draft")
TIMES = 9


def run(quick):
    few, many = (200, 2_000) if quick else (1_000, 200_000)
    place = ground.office("lists")
    client = Client()
    client.force_login(place.people.manager)
    ground.applications(place, few)
    small = {page: _times(client, page) for page in PAGES}
    queries = {page: _queries(client, page) for page in PAGES}
    ground.applications(place, many - few, first=few)
    large = {page: _times(client, page) for page in PAGES}
    figures = []
    for page in PAGES:
        ratio = statistics.median(large[page]) / statistics.median(small[page])
        figure = Figure(
            name=f"{page} at {many:,} rows",
            unit="s",
            target=f"within 1.5 of {few:,} rows",
            values=large[page],
            floor=small[page],
            floor_name=f"{few:,} rows",
            note=f"{queries[page]} queries at {few:,} rows, {_queries(client, page)} at {many:,}",
            met=ratio <= 1.5,
        )
        figures.append(figure)
    return figures


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
