"""The ground that the benchmarks stand on: an empty database of their own, one office, many rows."""

from datetime import date

from django.core.management import call_command
from django.db import connection

from applicants.models import Application, Enrolment, NameWord, Party
from tests.office import grant_office

DAY = date(2026, 3, 12)
# A step through the numbers below a prime that meets each of them once.
PRIME, STRIDE = 200_003, 77_711


def prepare():
    """Migrate the throwaway database."""
    call_command("migrate", verbosity=0)


def office(key="bench"):
    return grant_office(key, line_ceiling=10**13)


def applications(place, count, first=0):
    """`count` drafts of as many applicants, as rows only: what a list has to find its way through.

    The second word of a name is a number in no order, as names are in a register.
    """
    parties = [
        Party(
            ref=f"P-9{number:06d}",
            kind="person",
            name=f"Anahit Sargsyan {number * STRIDE % PRIME}",
            village=place.village,
            registered_on=DAY,
        )
        for number in range(first, first + count)
    ]
    for party in parties:
        party.fold()
    Party.objects.bulk_create(parties, batch_size=2000)
    NameWord.objects.write(parties)
    Enrolment.objects.bulk_create(
        (Enrolment(party=party, programme=place.programme, region=place.region, enrolled_on=DAY) for party in parties),
        batch_size=2000,
    )
    Application.objects.bulk_create(
        (
            Application(
                ref=f"A-2026-9{number:06d}",
                programme=place.programme,
                call=place.call,
                window=place.window,
                region=place.region,
                applicant=party,
                adviser=place.people.adviser,
                title="Milk cooler",
                asked_amount=100_000 + number,
                currency=place.window.currency,
                started_on=DAY,
            )
            for number, party in enumerate(parties, first)
        ),
        batch_size=2000,
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
