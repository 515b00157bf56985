"""20,000 valid applications through the same import as the page: read, checked, written with history and events."""

import csv
import io

from applicants.importing import make_plan
from applicants.services import prepare_import, write_import
from benchmarks import ground
from benchmarks.ground import DAY
from benchmarks.measure import Figure, seconds
from pages.sheets import read_table
from programmes.clock import standing_at

TARGET = 3_000


def run(quick):
    count = 1_000 if quick else 20_000
    place = ground.office("imports")
    content = sheet(place, count)
    with standing_at(DAY):
        taken, _done = seconds(lambda: _import(place, content))
    rate = count / taken
    return [
        Figure(
            name=f"import of {count:,} applications",
            unit="rows/s",
            target=f"at least {TARGET:,}",
            values=[rate],
            note="reading, validation, history, consents and events included; one transaction",
            met=rate >= TARGET,
        )
    ]


def sheet(place, count):
    """A CSV file of `count` applicants with an application each."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(
        ["name", "sex", "birth_year", "region", "village", "consent", "window", "title", "amount", "adviser"]
    )
    for number in range(count):
        name = f"Gayane {_word(number)}"
        writer.writerow(
            [
                name,
                "woman",
                1950 + number % 50,
                place.region.name,
                place.village.name,
                "paper",
                place.window.key,
                "Milk cooler",
                "1200.00",
                place.people.adviser.email,
            ]
        )
    return text.getvalue().encode()


SYLLABLES = ("ba", "de", "gi", "ko", "lu", "ma", "ne", "pi", "ro", "su", "ta", "ve", "zi", "fo", "hu", "ja")


def _word(number):
    """A family name of four syllables, another for each number: nobody is taken for somebody else."""
    word = ""
    for _syllable in range(4):
        number, rest = divmod(number, len(SYLLABLES))
        word += SYLLABLES[rest]
    return word.capitalize() + "yan"


def _import(place, content):
    table = read_table(io.BytesIO(content))
    by = place.people.secretary
    plan = make_plan("applications", table, programme=place.programme, by=by, on=DAY)
    if plan.errors:
        raise RuntimeError(str(plan.errors[0]))
    batch = prepare_import(
        programme=place.programme,
        kind="applications",
        name="bench.csv",
        content=content,
        rows_total=plan.total,
        on=DAY,
        by=by,
    )
    return write_import(batch=batch, plan=plan, on=DAY, by=by)
