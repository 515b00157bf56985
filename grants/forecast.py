"""What grants take from a funding line in the months to come."""

from grants.models import Award, Tranche
from programmes.ahead import Planned, register


def connect():
    """Called once, from AppConfig.ready()."""
    register(payments=planned_on_line)


def planned_on_line(line, on):
    """Tranches of live awards that are not paid, each in the month it is planned for; without a date in this one.

    An award whose tranches are not planned yet is left to its window's plan.
    """
    awards = Award.objects.filter(
        line=line, state__in=[Award.State.APPROVED, Award.State.ACTIVE, Award.State.SUSPENDED]
    ).select_related("application")
    return [row for award in awards.prefetch_related("tranches") for row in _planned(award, on)]


def _planned(award, on):
    kept = [tranche for tranche in award.tranches.all() if tranche.state != Tranche.State.DROPPED]
    ref = award.application.ref
    for tranche in kept:
        if tranche.state != Tranche.State.PAID:
            yield Planned(ref, tranche.due_on or on, tranche.amount)
    rest = award.amount - sum(tranche.amount for tranche in kept)
    if kept and rest > 0:
        yield Planned(ref, on, rest)
