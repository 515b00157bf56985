"""What day it is. Days are those of the programme's time zone; the demo's clock stands still."""

import threading
from calendar import monthrange
from contextlib import contextmanager
from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.conf import settings

_standing = threading.local()


def today(programme=None):
    """Today in the programme's time zone (UTC without one), or the day on which the clock was made to stand."""
    day = getattr(_standing, "day", None) or getattr(settings, "STANDING_DAY", None)
    if day is not None:
        return day
    return datetime.now(ZoneInfo(programme.time_zone if programme else "UTC")).date()


@contextmanager
def standing_at(day):
    """Inside the block it is `day`: how the demo is lived through in order of dates."""
    before = getattr(_standing, "day", None)
    _standing.day = day
    try:
        yield
    finally:
        _standing.day = before


def months_after(day, months):
    """The same day of the month `months` later, cut to that month's end."""
    index = day.year * 12 + day.month - 1 + months
    year, month = divmod(index, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
