"""What grants take from a funding line in the months to come."""

from django.db.models import Q

from grants.models import Award, Tranche
from programmes.ahead import Planned, register
from programmes.shares import next_parts, weights_of


def connect():
    """Called once, from AppConfig.ready()."""
    register(payments=planned_on_line)


def planned_on_line(line, on):
    """Tranches of live awards that are not paid, each in the month it is planned for; without a date in this one.

    Of an award that several lines share, this line's part. An award whose tranches are not planned yet is left to its
    window's plan.
    """
    state = [Award.State.APPROVED, Award.State.ACTIVE, Award.State.SUSPENDED]
    awards = Award.objects.filter(Q(line=line) | Q(window__shares__line=line), state__in=state).distinct()
    awards = awards.select_related("application", "window__line").prefetch_related("tranches", "window__shares__line")
    return [row for award in awards for row in _planned(award, line, on)]


def _planned(award, line, on):
    kept = [tranche for tranche in award.tranches.all() if tranche.state != Tranche.State.DROPPED]
    rest = award.amount - sum(tranche.amount for tranche in kept)
    due = [(tranche.due_on or on, tranche.amount, tranche.state == Tranche.State.PAID) for tranche in kept]
    if kept and rest > 0:
        due.append((on, rest, False))
    weights = weights_of(award.window)
    if len(weights) < 2:
        return [Planned(award.application.ref, day, amount) for day, amount, paid in due if not paid]
    taken, found = [0] * len(weights), []
    at = list(weights).index(line)
    for day, amount, paid in sorted(due, key=lambda row: not row[2]):
        parts = next_parts(amount, list(weights.values()), taken, [award.amount] * len(weights))
        taken = [before + part for before, part in zip(taken, parts, strict=True)]
        if not paid:
            found.append(Planned(award.application.ref, day, parts[at]))
    return found
