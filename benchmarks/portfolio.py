"""The portfolio: a hundred thousand schedules projected, PAR of many loans against bare SQL, and the dashboard.

SEEDBED_BENCH_LOANS is how many loans stand in the database, of twelve instalments each (100,000 when left out; above
20,000 a multiple of that).
"""

import os
import time
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import numpy as np
from django.db import connection, transaction
from django.test import Client

from applicants.models import Application, Party
from benchmarks import ground
from benchmarks.copies import copies
from benchmarks.ground import DAY
from benchmarks.measure import Figure, interleaved, seconds
from ledger.models import Account, Book, Entry, Leg
from loans.models import Instalment, Loan, LoanProduct, PortfolioCell, ScheduleVersion
from loans.portfolio import breakdown
from loans.projection import Columns, project
from loans.schedule import ScheduleRequest, build_schedule
from loans.services import count_loans, fold_cells
from loans.standings import dashboard
from loans.terms import month_after
from programmes.clock import standing_at
from programmes.models import District, Region, Village
from tests.office import make_user, seat

BY = ("officer", "district", "sex")
PLACES, OFFICERS, ROWS = 11, 20, 12
BATCH = 20_000
# What is owed and late by officer, district and sex on a day, as one would write it by hand.
BARE = """
WITH late AS (
  SELECT i.loan_id, MIN(i.due_on) AS since FROM loans_instalment i
  WHERE i.due_on < %(day)s AND (i.settled_on IS NULL OR i.settled_on > %(day)s)
    AND i.version = (SELECT MAX(v.number) FROM loans_scheduleversion v
                     WHERE v.loan_id = i.loan_id AND v.made_on <= %(day)s)
  GROUP BY i.loan_id
), owed AS (
  SELECT a.subject, SUM(l.amount) AS amount FROM ledger_leg l JOIN ledger_account a ON a.id = l.account_id
  JOIN ledger_entry e ON e.id = l.entry_id WHERE a.code = '1100' AND e.value_on <= %(day)s GROUP BY a.subject
)
SELECT p.adviser_id, w.district_id, b.sex, SUM(o.amount),
  SUM(CASE WHEN t.since < %(day)s THEN o.amount ELSE 0 END),
  SUM(CASE WHEN t.since < %(day30)s THEN o.amount ELSE 0 END),
  SUM(CASE WHEN t.since < %(day90)s THEN o.amount ELSE 0 END)
FROM loans_loan n JOIN owed o ON o.subject = n.ref LEFT JOIN late t ON t.loan_id = n.id
JOIN applicants_application p ON p.id = n.application_id JOIN applicants_party b ON b.id = n.borrower_id
JOIN programmes_village w ON w.id = b.village_id
WHERE n.disbursed_on <= %(day)s AND (n.closed_on IS NULL OR n.closed_on > %(day)s)
  AND (n.written_off_on IS NULL OR n.written_off_on > %(day)s)
  AND n.state NOT IN ('approved', 'signed', 'cancelled')
GROUP BY p.adviser_id, w.district_id, b.sex
"""


def run(quick):
    count = 2_000 if quick else int(os.environ.get("SEEDBED_BENCH_LOANS", "100000"))
    times = max(count // BATCH, 1)
    count = min(count, BATCH) * times
    with standing_at(DAY):
        figures = [_projection(quick)]
        place = ground.office("portfolio")
        started = time.perf_counter()
        add_loans(place, 0, count // times)
        count_loans(loans=Loan.objects.all(), on=DAY)
        fold_cells(on=DAY)
        copies(times)
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
        print(f"{count:,} loans in {time.perf_counter() - started:.0f} s", flush=True)
        return [*figures, _par(count), *_dashboard(place, count)]


def _projection(quick):
    """A hundred thousand loans of 24 instalments; beside it the exact engine on some of them."""
    count, sample = (10_000, 50) if quick else (100_000, 500)
    draw = np.random.default_rng(5)
    days = np.datetime64("2023-01-01") + draw.integers(0, 1500, count)
    loans = Columns(
        principal=draw.integers(10_000, 5_000_000, count),
        rate=draw.integers(60_000, 360_000, count),
        number=np.full(count, 24),
        grace=np.zeros(count, dtype=np.int64),
        starts_on=days,
        first_due=days + 31,
        method=np.zeros(count, dtype=np.int64),
        year=np.zeros(count, dtype=np.int64),
        annuity=np.ones(count, dtype=np.int64),
        on_top=np.ones(count, dtype=bool),
    )
    requests = [_request(loans, place) for place in range(sample)]
    ours, exact, found, rows = interleaved(
        lambda: project(loans), lambda: [build_schedule(one).rows for one in requests], 3
    )
    for place, schedule in enumerate(rows):
        told = [(int(row.principal.scaleb(2)), int(row.interest.scaleb(2))) for row in schedule]
        columns = zip(found.principal[place].tolist(), found.interest[place].tolist(), strict=True)
        if not found.doubtful[place] and told != list(columns):
            raise RuntimeError(f"loan {place}: {told} is projected as {found.principal[place]}")
    rates = count / min(ours), sample / min(exact)
    return Figure(
        name=f"projection of {count:,} loans x 24",
        unit="s",
        target="under 1 s",
        values=ours,
        note=f"{rates[0]:,.0f} schedules/s; the exact engine {rates[1]:,.0f}/s, equal on {sample} of them; "
        f"{int(found.doubtful.sum())} left to it",
        met=sorted(ours)[1] < (0.1 if quick else 1),
    )


def _request(loans, place):
    return ScheduleRequest(
        principal=Decimal(int(loans.principal[place])).scaleb(-2),
        currency_digits=2,
        disbursed_on=loans.starts_on[place].item(),
        first_due=loans.first_due[place].item(),
        n=24,
        method="declining_equal_instalment",
        annual_rate_pct=Decimal(int(loans.rate[place])).scaleb(-4),
        annuity="solved",
        first_period="actual_days_on_top",
    )


def _par(count):
    """PAR by officer, district and sex as of a past day, from the loans themselves."""
    day = DAY - timedelta(days=10)
    ours, bare, found, rows = interleaved(
        lambda: breakdown(Loan.objects.all(), day, BY), lambda: _bare(day), 3 if count < 500_000 else 2
    )
    told = {key[1:]: (one.principal, one.at_risk[1], one.at_risk[30], one.at_risk[90]) for key, one in found.items()}
    if told != rows:
        raise RuntimeError("the portfolio and the bare SQL disagree")
    figure = Figure(
        name=f"PAR by {' x '.join(BY)} of {count:,} loans",
        unit="s",
        target="within 3 of bare SQL",
        values=ours,
        floor=bare,
        floor_name="bare SQL",
        note=f"{len(found)} parts, {count * ROWS:,} instalments, {connection.vendor}",
    )
    figure.met = figure.ratio <= 3
    return figure


def _bare(day):
    days = {"day": day, "day30": day - timedelta(days=30), "day90": day - timedelta(days=90)}
    with connection.cursor() as cursor:
        cursor.execute(BARE, days)
        return {row[:3]: tuple(row[3:]) for row in cursor.fetchall()}


def _dashboard(place, count):
    """Today's portfolio from what the postings keep up: the arithmetic alone, and the whole page."""
    cells = PortfolioCell.objects.all()
    if dashboard(cells, DAY, BY) != breakdown(Loan.objects.all(), DAY, BY):
        raise RuntimeError("the dashboard and the loans disagree")
    client = Client()
    client.force_login(place.people.manager)
    query = {"as_of": f"{DAY:%d.%m.%Y}", "by": "district"}
    pages, alone = [], []
    client.get("/loans/portfolio/", query)
    for _turn in range(9):
        spent, answer = seconds(lambda: client.get("/loans/portfolio/", query))
        if answer.status_code != 200:
            raise RuntimeError(f"the portfolio answered {answer.status_code}")
        pages.append(spent)
        alone.append(seconds(lambda: dashboard(cells, DAY, BY))[0])
    note = f"{cells.count():,} cells for {count:,} loans"
    return [
        Figure(f"portfolio page of {count:,} loans", "s", "under 0.3 s", pages, note=note, met=max(pages) < 0.3),
        Figure(f"dashboard by {' x '.join(BY)}", "s", "under 0.3 s", alone, met=max(alone) < 0.3),
    ]


def add_loans(place, first, count):
    """Loans number `first` and on as rows only: paid month by month, every seventh late by days to years."""
    ground.applications(place, count, first=first)
    officers, villages, product = _around(place)
    rows = Application.objects.filter(ref__gte=f"A-2026-9{first:06d}", ref__lt=f"A-2026-9{first + count:06d}")
    applications = list(rows.order_by("ref").select_related("applicant"))
    for place_of, model, pks, values in (
        (OFFICERS, Application, [one.pk for one in applications], [{"adviser": one} for one in officers]),
        (PLACES, Party, [one.applicant_id for one in applications], [{"village": one} for one in villages]),
        (3, Party, [one.applicant_id for one in applications], [{"sex": one} for one in ("female", "male", "unknown")]),
    ):
        for rest in range(place_of):
            model.objects.filter(pk__in=pks[(rest - first) % place_of :: place_of]).update(**values[rest])
    plans = [_plan(number) for number in range(first, first + count)]
    loans = Loan.objects.bulk_create(
        (
            _loan(place, product, number, application, plan)
            for number, (application, plan) in enumerate(zip(applications, plans, strict=True), first)
        ),
        batch_size=2000,
    )
    ScheduleVersion.objects.bulk_create(
        (ScheduleVersion(loan=one, number=1, made_on=one.disbursed_on, starts_on=one.disbursed_on, request={})
         for one in loans),
        batch_size=2000,
    )  # fmt: skip
    Instalment.objects.bulk_create(
        (row for loan, plan in zip(loans, plans, strict=True) for row in _instalments(loan, plan)), batch_size=2000
    )
    _book(place, loans)


def _around(place):
    """The officers, villages and product, made when first asked for."""
    product, made = LoanProduct.objects.get_or_create(
        key="bench", defaults={"programme": place.programme, "name": "Bench", "currency": "EUR", "annual_rate_pct": 12}
    )
    if made:
        region = Region.objects.get(pk=place.region.pk)
        for number in range(PLACES):
            district = District.objects.create(region=region, name=f"District {number}")
            Village.objects.create(district=district, name=f"Village {number}")
        for number in range(OFFICERS):
            seat(make_user(f"Officer {number}", f"officer{number}"), place.programme, "adviser")
    villages = list(Village.objects.filter(name__startswith="Village ").order_by("pk"))
    officers = [seat_of.user for seat_of in place.programme.memberships.filter(role="adviser").order_by("pk")]
    return officers[-OFFICERS:], villages, product


def _plan(number):
    """(day of the pay-out, rows paid): what fell due is paid but for every seventh loan, which stopped somewhere."""
    paid_on = DAY - timedelta(days=number * 37 % 330 + 5)
    due = [month_after(paid_on, months) for months in range(1, ROWS + 1)]
    fallen = sum(day <= DAY - timedelta(days=20) for day in due)
    return paid_on, due, number * 31 % (fallen + 1) if number % 7 == 0 else sum(day <= DAY for day in due)


def _loan(place, product, number, application, plan):
    paid_on, due, paid = plan
    return Loan(
        ref=f"L-9{number:07d}", programme=place.programme, application=application, product=product,
        region=place.region, borrower=application.applicant, line=place.line, amount=ROWS * 10_000, currency="EUR",
        annual_rate_pct=12, method="declining_equal_principal", day_count="30/360", instalments_number=ROWS,
        decision_ref="S", approved_on=paid_on, signed_on=paid_on, disbursed_on=paid_on, first_due_on=due[0],
        matures_on=due[-1], principal_amount=(ROWS - paid) * 10_000, current_version=1,
        state="active" if paid < ROWS else "closed", closed_on=None if paid < ROWS else due[-1],
    )  # fmt: skip


def _instalments(loan, plan):
    _paid_on, due, paid = plan
    for number, day in enumerate(due, 1):
        done = number <= paid
        yield Instalment(
            loan=loan, version=1, number=number, due_on=day, principal_amount=10_000, interest_amount=100,
            planned_principal_amount=10_000, planned_interest_amount=100,
            principal_paid_amount=10_000 if done else 0, interest_paid_amount=100 if done else 0,
            settled_on=day if done else None,
        )  # fmt: skip


def _book(place, loans):
    """What each loan owes by the ledger: its pay-out in one entry, its repayments month by month in entries of all."""
    book, _made = Book.objects.get_or_create(key=place.programme.key)
    accounts = Account.objects.bulk_create(
        (Account(book=book, code="1100", currency="EUR", line=place.line.key, subject=loan.ref,
                 balance_amount=loan.principal_amount) for loan in loans),
        batch_size=2000,
    )  # fmt: skip
    bank, _made = Account.objects.get_or_create(book=book, code="1000", currency="EUR", line=place.line.key, subject="")
    moves = {}
    for loan, account in zip(loans, accounts, strict=True):
        moves.setdefault(loan.disbursed_on, []).append((account, loan.amount))
        for months in range(1, (loan.amount - loan.principal_amount) // 10_000 + 1):
            moves.setdefault(month_after(loan.disbursed_on, months), []).append((account, -10_000))
    seq = Entry.objects.filter(book=book).count()
    now = datetime.now(UTC)
    entries = [
        Entry(book=book, seq=seq + number, kind="bench", event_key=f"bench:{seq + number}", value_on=day, posted_on=day,
              booked_at=now)
        for number, day in enumerate(sorted(moves), 1)
    ]  # fmt: skip
    legs = []
    for entry in entries:
        rows = moves[entry.value_on]
        legs += [Leg(entry=entry, account=account, currency="EUR", amount=amount) for account, amount in rows]
        total = sum(amount for _account, amount in rows)
        if total:
            legs.append(Leg(entry=entry, account=bank, currency="EUR", amount=-total))
    with transaction.atomic():
        Leg.objects.bulk_create(legs, batch_size=5000)
        Entry.objects.bulk_create(entries, batch_size=2000)
