"""The report of a programme: all figures against the bare SQL of the main ones, then the PDF with its memory."""

import resource

from django.contrib.auth.hashers import make_password
from django.db import connection

from benchmarks.measure import Figure, interleaved, seconds
from demo.loading import load
from programmes.models import Programme
from reports import indicators
from reports.edition import compile_report
from reports.render_pdf import render

PROGRAMME = "msme-kosovo"
TIMES = 5
BARE = (
    "SELECT COUNT(*) FROM grants_award WHERE programme_id = %s AND state <> 'cancelled'",
    "SELECT COALESCE(SUM(l.amount), 0) FROM ledger_leg l JOIN ledger_account a ON a.id = l.account_id "
    "JOIN ledger_book b ON b.id = a.book_id JOIN programmes_programme p ON p.key = b.key "
    "WHERE p.id = %s AND a.code = '5000'",
    "SELECT COALESCE(SUM(c.accepted_amount), 0) FROM grants_contribution c JOIN grants_award g ON g.id = c.award_id "
    "WHERE g.programme_id = %s",
)


def run(quick):
    load(size="small", seed=1, only=[PROGRAMME], password_hash=make_password("bench"), say=print)
    programme = Programme.objects.get(key=PROGRAMME)
    return [_report(programme), _paper(programme)]


def _report(programme):
    ours, floor, _figures, _rows = interleaved(lambda: indicators.figures(programme), lambda: _bare(programme), TIMES)
    return Figure(name="all figures", unit="s", target="at most 3x", values=ours, floor=floor, floor_name="bare SQL")


def _bare(programme):
    with connection.cursor() as cursor:
        found = []
        for statement in BARE:
            cursor.execute(statement, [programme.pk])
            found.append(cursor.fetchone()[0])
    return found


def _paper(programme):
    report = compile_report(programme, internal=True)
    taken, _content = seconds(lambda: render(report))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return Figure(
        name="report as PDF",
        unit="s",
        target="within 5 s more, under 300 MiB",
        values=[taken],
        note=f"peak memory of the process {peak:.0f} MiB",
        met=taken <= 5 and peak < 300,
    )
