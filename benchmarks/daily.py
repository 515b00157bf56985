"""The day's work on all of MED (9,900 loans): an ordinary day, and forty days that were missed.

MED asks no penalty; here every contract has one, so that each late loan is reckoned.
"""

from datetime import timedelta
from decimal import Decimal
from io import StringIO

from django.contrib.auth.hashers import make_password
from django.core.management import call_command

from benchmarks.measure import Figure, seconds
from demo.loading import LAST_DAY, load
from loans.models import Loan
from programmes.clock import standing_at

TARGET = 20


def run(quick):
    size = "small" if quick else "full"
    load(size=size, seed=1, only=["med-armenia"], password_hash=make_password("bench"), say=print)
    Loan.objects.update(penalty_pct=Decimal("36.5"))
    count, late = Loan.objects.count(), Loan.objects.at_risk(LAST_DAY).count()
    figures = []
    for words, days in (
        ("the first day", 1),
        ("the next day", 2),
        ("forty missed days", 42),
        ("the same day again", 42),
    ):
        day = LAST_DAY + timedelta(days=days)
        with standing_at(day):
            taken, _said = seconds(lambda day=day: call_command("run_daily", date=f"{day}", stdout=StringIO()))
        figures.append(
            Figure(
                name=f"run_daily on {count:,} loans, {words}",
                unit="s",
                target=f"under {TARGET} s",
                values=[taken],
                note=f"{late:,} loans late",
                met=taken < TARGET,
            )
        )
    return figures
