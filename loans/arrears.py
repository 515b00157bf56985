"""Lateness of a loan: pure. Days are calendar days of the programme; the caller says which day it is there."""

from collections.abc import Iterable
from datetime import date
from typing import Protocol

# Each bucket with its last day: PAR1 is every bucket but the first, PAR30 and PAR90 those after 30 and after 90.
AGE_BUCKETS = (("current", 0), ("1-30", 30), ("31-60", 60), ("61-90", 90), ("91-180", 180), ("181-365", 365))
OLDEST_BUCKET = "over 365"
# The portfolio at risk that is reported: PAR1, PAR30, PAR90.
RISK_DAYS = (1, 30, 90)


class Outstanding(Protocol):
    """An instalment: its due date, and what is unpaid of it in minor units."""

    @property
    def due(self) -> date: ...

    @property
    def outstanding(self) -> int: ...


def days_past_due(instalments: Iterable[Outstanding], as_of: date) -> int:
    """Days from the due date of the oldest instalment not fully paid; 0 when none is late on `as_of`."""
    oldest = min((item.due for item in instalments if item.outstanding > 0), default=as_of)
    return max((as_of - oldest).days, 0)


def age_bucket(days: int) -> str:
    """The age group of a loan so many days late. ValueError for a negative number."""
    if days < 0:
        raise ValueError(f"{days} days cannot be past due; give zero or more.")
    return next((name for name, last in AGE_BUCKETS if days <= last), OLDEST_BUCKET)


def days_before_risk(bound: int) -> int:
    """Days that a loan may be late before it counts in PAR`bound`: none for PAR1, 30 for PAR30, 90 for PAR90."""
    return 0 if bound == 1 else bound
