"""The report of all of MED (9,900 loans over 18 years): all figures against bare SQL, then the PDF with its memory.

Two floors. "bare SQL": statements written by hand for the headline figures, whose answers must be the report's. "its
own statements": everything that the report asks of the database, run again through the bare driver: what is above
that is the cost of the ORM, the arithmetic and the Figure objects.
"""

import os
import subprocess
import sys
from decimal import Decimal

from django.contrib.auth.hashers import make_password
from django.db import connection
from django.test.utils import CaptureQueriesContext

from benchmarks.measure import Figure, interleaved
from demo.loading import LAST_DAY, load
from programmes.clock import standing_at
from programmes.models import Programme
from reports import indicators

PROGRAMME = "med-armenia"
TIMES = 5
VISIT = "monitoring_monitoringvisit v ON v.id = "
# code of the figure -> a statement with the programme's id (and for money its last day) that gives its value.
BARE = {
    "trained_completed": "SELECT COUNT(DISTINCT p.person_id) FROM applicants_trainingplace p JOIN applicants_course c "
    "ON c.id = p.course_id WHERE c.programme_id = %(programme)s AND NOT c.orientation AND p.outcome = 'completed'",
    "training_waived": "SELECT COUNT(*) FROM applicants_waiver w JOIN applicants_application a ON a.id = "
    "w.application_id WHERE a.programme_id = %(programme)s",
    "applied": "SELECT COUNT(*) FROM applicants_application WHERE programme_id = %(programme)s "
    "AND submitted_on IS NOT NULL",
    "approved": "SELECT COUNT(*) FROM applicants_application WHERE programme_id = %(programme)s AND state = 'approved'",
    "loans": "SELECT COUNT(*) FROM loans_loan WHERE programme_id = %(programme)s AND disbursed_on IS NOT NULL",
    "loans_disbursed": "SELECT SUM(l.amount) FROM ledger_leg l JOIN ledger_entry e ON e.id = l.entry_id JOIN "
    "ledger_account a ON a.id = l.account_id JOIN ledger_book b ON b.id = a.book_id WHERE b.key = %(key)s "
    "AND a.code = '1100' AND e.kind = 'loan_disbursed'",
    "borrowers": "SELECT COUNT(DISTINCT borrower_id) FROM loans_loan WHERE programme_id = %(programme)s "
    "AND disbursed_on IS NOT NULL",
    "loans_outstanding": "SELECT SUM(l.amount) FROM ledger_leg l JOIN ledger_account a ON a.id = l.account_id "
    "JOIN ledger_book b ON b.id = a.book_id WHERE b.key = %(key)s AND a.code = '1100'",
    "par30": "SELECT SUM(balance) FROM (SELECT n.ref, (SELECT SUM(l.amount) FROM ledger_leg l JOIN ledger_account a "
    "ON a.id = l.account_id WHERE a.code = '1100' AND a.subject = n.ref) AS balance FROM loans_loan n "
    "WHERE n.programme_id = %(programme)s AND n.state = 'active' AND EXISTS (SELECT 1 FROM loans_instalment i "
    "WHERE i.loan_id = n.id AND i.version = n.current_version AND i.settled_on IS NULL "
    "AND i.due_on < %(month_ago)s)) x",
    "written_off": "SELECT COALESCE(SUM(l.amount), 0) FROM ledger_leg l JOIN ledger_account a ON a.id = l.account_id "
    "JOIN ledger_book b ON b.id = a.book_id WHERE b.key = %(key)s AND a.code = '5200'",
    "interest_received": "SELECT -SUM(l.amount) FROM ledger_leg l JOIN ledger_account a ON a.id = l.account_id "
    "JOIN ledger_book b ON b.id = a.book_id WHERE b.key = %(key)s AND a.code = '4000'",
    "fund_cash": "SELECT SUM(l.amount) FROM ledger_leg l JOIN ledger_account a ON a.id = l.account_id "
    "JOIN ledger_book b ON b.id = a.book_id WHERE b.key = %(key)s AND a.code = '1000'",
    "businesses_supported": "SELECT COUNT(DISTINCT COALESCE(business_id, borrower_id)) FROM loans_loan "
    "WHERE programme_id = %(programme)s AND disbursed_on IS NOT NULL",
    "women_run_share": "SELECT COUNT(DISTINCT p.id) FROM loans_loan n JOIN applicants_party p ON p.id = n.business_id "
    "WHERE n.programme_id = %(programme)s AND n.disbursed_on IS NOT NULL AND p.manager_sex = 'female'",
    "direct_beneficiaries": "SELECT COUNT(*) FROM (SELECT borrower_id FROM loans_loan WHERE programme_id = "
    "%(programme)s AND disbursed_on IS NOT NULL UNION SELECT e.person_id FROM monitoring_employment e JOIN "
    f"{VISIT}e.found_at_id WHERE v.programme_id = %(programme)s AND v.state = 'verified') x",
    "jobs_created": f"SELECT COUNT(*) FROM monitoring_jobplace j JOIN {VISIT}j.found_at_id "
    "WHERE v.programme_id = %(programme)s AND v.state = 'verified'",
    "employed_persons": f"SELECT COUNT(DISTINCT e.person_id) FROM monitoring_employment e JOIN {VISIT}e.found_at_id "
    "WHERE v.programme_id = %(programme)s AND v.state = 'verified'",
}


def run(quick):
    size = "small" if quick else "full"
    load(size=size, seed=1, only=[PROGRAMME], password_hash=make_password("bench"), say=print)
    programme = Programme.objects.get(key=PROGRAMME)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    with standing_at(LAST_DAY):
        return [*_report(programme), _paper(programme)]


def _report(programme):
    def ours():
        return indicators.figures(programme)

    with CaptureQueriesContext(connection) as caught:
        figures = {figure.code: figure for figure in ours()}
    statements = [query["sql"] for query in caught.captured_queries]
    told = {code: _value(figures[code]) if code in figures else 0 for code in BARE}
    different = {code: (found, told[code]) for code, found in _bare(programme).items() if found != told[code]}
    if different:
        raise RuntimeError(f"the report and the bare SQL disagree: {different}")
    again, own, _figures, _rows = interleaved(ours, lambda: _again(statements), TIMES)
    headline, bare, _figures, _rows = interleaved(ours, lambda: _bare(programme), TIMES)
    loans = figures["loans"].records
    return [
        Figure(
            name=f"all {len(figures)} figures, {loans:,} loans",
            unit="s",
            target="at most 3x",
            values=again,
            floor=own,
            floor_name="its own statements",
            note=f"{len(statements)} queries; {len(BARE)} headline figures equal the bare SQL",
            met=_ratio(again, own) <= 3,
        ),
        Figure(
            name=f"all figures against {len(BARE)} headlines",
            unit="s",
            target="printed",
            values=headline,
            floor=bare,
            floor_name="bare SQL",
            note="the bare SQL gives the headline values alone: no breakdown, no unknowns, no record counts",
        ),
    ]


def _ratio(ours, floor):
    ratios = sorted(one / base for one, base in zip(ours, floor, strict=True))
    return ratios[len(ratios) // 2]


def _value(figure):
    """What the bare SQL gives of a figure: its numerator where it is a share, whole minor units where it is money."""
    value = figure.numerator if figure.denominator is not None else figure.value
    return int(Decimal(value))


def _bare(programme):
    arguments = {
        "programme": programme.pk,
        "key": programme.key,
        "month_ago": LAST_DAY.fromordinal(LAST_DAY.toordinal() - 30),
    }
    with connection.cursor() as cursor:
        found = {}
        for code, statement in BARE.items():
            cursor.execute(statement, arguments)
            found[code] = int(cursor.fetchone()[0] or 0)
        return found


def _again(statements):
    """The statements with their values in them, through the driver's own cursor."""
    cursor = connection.connection.cursor()
    for statement in statements:
        cursor.execute(statement).fetchall()
    cursor.close()


def _paper(programme):
    """Report and PDF in a process of its own, so that the memory is theirs alone."""
    words = [sys.executable, "-m", "benchmarks.paper", programme.key]
    done = subprocess.run(words, env=dict(os.environ), capture_output=True, text=True, check=True)
    compiled, drawn, peak, pages = (float(word) for word in done.stdout.split()[-4:])
    return Figure(
        name="report as PDF",
        unit="s",
        target="within 5 s more, under 300 MiB",
        values=[drawn],
        note=f"{pages:.0f} pages; figures {compiled:.1f} s before it; peak memory of the process {peak:.0f} MiB",
        met=drawn <= 5 and peak < 300,
    )
