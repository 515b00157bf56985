"""All figures of a programme of 100,000 awards and 10,000 loans, against the SQL that they take; and their memory.

"its own statements": everything that the figures ask of the database, through the bare driver: what is above that is
the cost of the ORM, the arithmetic and the Figure objects. Statements written by hand prove the values.
SEEDBED_BENCH_AWARDS is how many awards stand in the database (100,000 when left out); a tenth as many loans.
"""

import os
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta

from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from applicants.models import Application
from benchmarks import ground, portfolio
from benchmarks.ground import DAY
from benchmarks.measure import Figure, interleaved
from grants.models import Award, Contribution, Tranche
from ledger.models import Account, Book, Entry, Leg
from monitoring.models import JobPlace, Measurement, MonitoringVisit
from programmes.clock import standing_at
from reports import indicators

TIMES = 3
BATCH = 20_000
PAID = 250_000
# code of the figure -> its value by hand: of the one programme in the database.
BARE = {
    "awards": "SELECT COUNT(*) FROM grants_award WHERE state <> 'cancelled'",
    "grants_disbursed": "SELECT SUM(l.amount) FROM ledger_leg l JOIN ledger_account a ON a.id = l.account_id "
    "WHERE a.code IN ('5000', '1200')",
    "cofinancing_accepted": "SELECT SUM(accepted_amount) FROM grants_contribution",
    "loans": "SELECT COUNT(*) FROM loans_loan WHERE disbursed_on IS NOT NULL",
    "businesses_supported": "SELECT COUNT(*) FROM (SELECT COALESCE(a.business_id, a.applicant_id) FROM grants_award a "
    "JOIN grants_tranche t ON t.award_id = a.id WHERE t.paid_on IS NOT NULL UNION "
    "SELECT COALESCE(business_id, borrower_id) FROM loans_loan WHERE disbursed_on IS NOT NULL) x",
    "jobs_created": "SELECT COUNT(*) FROM monitoring_jobplace",
    "sales_latest": "SELECT SUM(amount) FROM monitoring_measurement WHERE code = 'sales'",
    "loans_outstanding": "SELECT SUM(l.amount) FROM ledger_leg l JOIN ledger_account a ON a.id = l.account_id "
    "WHERE a.code = '1100'",
}


def run(quick):
    count = 5_000 if quick else int(os.environ.get("SEEDBED_BENCH_AWARDS", "100000"))
    with standing_at(DAY):
        started = time.perf_counter()
        place = ground.office("reporting")
        loans = count // 10
        portfolio.add_loans(place, 0, loans)
        for first in range(loans, loans + count, BATCH):
            _awards(place, first, min(BATCH, loans + count - first))
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
        print(f"{count:,} awards, {loans:,} loans in {time.perf_counter() - started:.0f} s", flush=True)
        return [_figures(place.programme, count), _memory(place.programme)]


def _figures(programme, count):
    with CaptureQueriesContext(connection) as caught:
        figures = {figure.code: figure for figure in indicators.figures(programme)}
    statements = [query["sql"] for query in caught.captured_queries]
    different = {code: (by_hand, figures[code].value) for code, by_hand in _bare() if by_hand != figures[code].value}
    if different:
        raise RuntimeError(f"the figures and the bare SQL disagree: {different}")
    ours, own, _figures, _rows = interleaved(lambda: indicators.figures(programme), lambda: _again(statements), TIMES)
    figure = Figure(
        name=f"all {len(figures)} figures, {count:,} awards",
        unit="s",
        target="within 1.5 of bare SQL",
        values=ours,
        floor=own,
        floor_name="bare SQL",
        note=f"{len(statements)} statements; {len(BARE)} values equal statements written by hand",
    )
    figure.met = figure.ratio <= 1.5
    return figure


def _bare():
    with connection.cursor() as cursor:
        for code, statement in BARE.items():
            cursor.execute(statement)
            yield code, int(cursor.fetchone()[0])


def _again(statements):
    """The statements with their values in them, through the driver's own cursor."""
    cursor = connection.connection.cursor()
    for statement in statements:
        cursor.execute(statement).fetchall()
    cursor.close()


def _memory(programme):
    """The figures in a process of its own, so that the memory is theirs alone."""
    words = [sys.executable, "-m", "benchmarks.figures_alone", programme.key]
    done = subprocess.run(words, env=dict(os.environ), capture_output=True, text=True, check=True)
    before, peak = (float(word) for word in done.stdout.split()[-2:])
    return Figure(
        name="memory of all figures",
        unit="MiB",
        target="150 MiB",
        values=[peak],
        note=f"of it {before:.0f} MiB before the first figure",
        met=peak <= 150,
    )


def _awards(place, first, count):
    """Awards number `first` and on as rows only: paid in one part, own part accepted, half of them visited."""
    ground.applications(place, count, first=first)
    rows = Application.objects.filter(ref__gte=f"A-2026-9{first:06d}", ref__lt=f"A-2026-9{first + count:06d}")
    applications = list(rows.order_by("ref").only("pk", "ref", "applicant_id"))
    past = {"submitted_on": DAY - timedelta(days=700), "decided_on": DAY - timedelta(days=650)}
    rows.update(state="approved", approved_amount=100_000, decision_ref="S", **past)
    days = [DAY - timedelta(days=number * 37 % 600 + 10) for number in range(first, first + count)]
    awards = Award.objects.bulk_create(
        (
            Award(
                ref=f"G-9{number:07d}", programme=place.programme, application=application, window=place.window,
                region=place.region, applicant_id=application.applicant_id, line=place.line, amount=PAID,
                currency="EUR", decision_ref="S", approved_on=day - timedelta(days=9), signed_on=day, state="active",
            )
            for number, (application, day) in enumerate(zip(applications, days, strict=True), first)
        ),
        batch_size=2000,
    )  # fmt: skip
    Tranche.objects.bulk_create(
        (
            Tranche(
                ref=f"{one.ref}-1",
                award=one,
                number=1,
                amount=PAID,
                paid_on=day,
                state="paid",
                certified_by=place.people.manager,
            )
            for one, day in zip(awards, days, strict=True)
        ),
        batch_size=2000,
    )
    Contribution.objects.bulk_create(
        (
            Contribution(
                award=one, source=("own_cash", "own_in_kind")[number % 2], pledged_amount=50_000, pledged_on=day,
                evidenced_amount=40_000, evidenced_on=day, evidenced_by=place.people.adviser,
                accepted_amount=40_000, accepted_on=day, accepted_by=place.people.manager,
            )
            for number, (one, day) in enumerate(zip(awards, days, strict=True))
        ),
        batch_size=2000,
    )  # fmt: skip
    _visits(place, list(zip(applications, days, strict=True))[::2], first)
    _book(place, awards, days)


def _visits(place, paid, first):
    visits = MonitoringVisit.objects.bulk_create(
        (
            MonitoringVisit(
                ref=f"V-9{first + number:07d}", programme=place.programme, application=application,
                region=place.region, planned_on=day, made_on=day, made_by=place.people.adviser,
                verified_by=place.people.monitor, verified_on=day, business_state="open", state="verified",
            )
            for number, (application, day) in enumerate(paid)
        ),
        batch_size=2000,
    )  # fmt: skip
    JobPlace.objects.bulk_create(
        (
            JobPlace(application_id=one.application_id, title="Cook", created_on=one.made_on, found_at=one)
            for one in visits
        ),
        batch_size=2000,
    )
    Measurement.objects.bulk_create(
        (Measurement(visit=one, code="sales", amount=90_000, currency="EUR") for one in visits), batch_size=2000
    )


def _book(place, awards, days):
    """What each award was paid by the ledger: an entry for each day, with a leg for each award."""
    book, _made = Book.objects.get_or_create(key=place.programme.key)
    accounts = Account.objects.bulk_create(
        (
            Account(book=book, code="5000", currency="EUR", line=place.line.key, subject=one.ref, balance_amount=PAID)
            for one in awards
        ),
        batch_size=2000,
    )
    bank, _made = Account.objects.get_or_create(book=book, code="1000", currency="EUR", line=place.line.key, subject="")
    moves = {}
    for account, day in zip(accounts, days, strict=True):
        moves.setdefault(day, []).append(account)
    seq, now, entries, legs = Entry.objects.filter(book=book).count(), datetime.now(UTC), [], []
    for number, (day, paid) in enumerate(sorted(moves.items()), seq + 1):
        facts = {"seq": number, "event_key": f"bench:{number}", "value_on": day, "posted_on": day, "booked_at": now}
        entries.append(Entry(book=book, kind="bench", **facts))
        legs += [Leg(entry=entries[-1], account=account, currency="EUR", amount=PAID) for account in paid]
        legs.append(Leg(entry=entries[-1], account=bank, currency="EUR", amount=-PAID * len(paid)))
    with transaction.atomic():
        Leg.objects.bulk_create(legs, batch_size=5000)
        Entry.objects.bulk_create(entries, batch_size=2000)
