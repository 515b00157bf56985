"""The packet of a committee member as a PDF: 40 cases with plans, cash flows, investments and photos.

Drawn in a process of its own, so that the memory is its alone. The floor is ReportLab by hand: the same words at the
same number of pages and the same photos, set line by line without tables, charts, wrapping or a database.
"""

import io
import os
import random
import subprocess
import sys
from datetime import date

from PIL import Image

from applicants.models import BusinessPlan, InvestmentItem, Opinion
from applicants.services import add_evidence
from benchmarks.ground import DAY, office
from benchmarks.measure import Figure
from programmes.clock import standing_at
from tests.steps_applicants import eligible_application, registered_person
from tests.steps_selection import declare_all, open_session

TIMES = 3
WORDS = ("milk", "cheese", "buyers", "winter", "the road to Vanadzor", "a cooler", "two cows", "fodder", "their field")


def run(quick):
    cases = 4 if quick else 40
    with standing_at(DAY):
        session, member = prepare(cases)
    ours, floor, peaks, said = [], [], [], ""
    for _turn in range(TIMES):
        (taken, processor, peak, pages, size), (base, *_rest) = _drawn(session, member)
        ours.append(taken)
        floor.append(base)
        peaks.append(peak)
        said = (
            f"{pages:.0f} pages, {size / 1024:.0f} KiB; {processor:.1f} s of the processor; "
            f"peak memory of the process {max(peaks):.0f} MiB"
        )
    return [
        Figure(
            name=f"packet of {cases} cases as PDF",
            unit="s",
            target="within 10 s, under 300 MiB",
            values=ours,
            floor=floor,
            floor_name="ReportLab by hand",
            note=said,
            met=max(ours) <= 10 and max(peaks) < 300,
        )
    ]


def prepare(cases):
    """(reference of the session, e-mail of a member who has declared) over so many whole plans."""
    place = office("packet")
    rng = random.Random(7)
    applications = [_application(place, number, rng) for number in range(cases)]
    session = declare_all(place, open_session(place, *applications))
    return session.ref, place.people.member1.email


def _application(place, number, rng):
    person = registered_person(place, f"Anahit Sargsyan {number}", name_script="Անահիտ Սարգսյան", script_language="hy")
    application = eligible_application(place, person)
    BusinessPlan.objects.filter(application=application).update(
        **{name: _text(rng, 150) for name in ("product", "market", "people", "risks")}, first_month=date(2026, 4, 1)
    )
    Opinion.objects.filter(application=application).update(text=_text(rng, 80))
    InvestmentItem.objects.bulk_create(
        InvestmentItem(application=application, label=_text(rng, 5), unit_amount=100, programme_amount=100)
        for _item in range(10)
    )
    for _photo in range(3):
        add_evidence(
            programme=place.programme,
            case_ref=application.ref,
            purpose="field_photo",
            content=_picture(rng),
            name="photo.jpg",
            on=DAY,
            by=place.people.adviser,
        )
    return application


def _text(rng, count):
    return " ".join(rng.choice(WORDS) for _word in range(count))


def _picture(rng):
    """As a telephone makes it: twelve million points, and no two alike."""
    picture = Image.effect_noise((40, 30), 90).convert("RGB").resize((4000, 3000))
    picture.putpixel((0, 0), (rng.randrange(256), rng.randrange(256), rng.randrange(256)))
    kept = io.BytesIO()
    picture.save(kept, "JPEG", quality=80)
    return kept.getvalue()


def _drawn(session, member):
    words = [sys.executable, "-m", "benchmarks.packet_drawn", session, member]
    found = []
    for what in ("ours", "floor"):
        done = subprocess.run([*words, what], env=dict(os.environ), capture_output=True, text=True, check=True)
        found.append([float(word) for word in done.stdout.split()[-5:]])
    return found
