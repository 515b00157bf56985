"""Who must be clear of sanctions lists before something is signed or paid, and whether they are. Reads only."""

from datetime import date, timedelta

from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from applicants.models import Party, PartyMember
from payments.models.screening import Match, Screening, ScreeningEntry, ScreeningList


def people_behind(parties, on):
    """The owners, managers, heads and members of these parties on that day, who are no parties of the list themselves.

    The people of a member that is itself an enterprise count as well, one step after the other.
    """
    found = {party.pk: party for party in parties if party is not None}
    asked = set(found)
    while asked:
        current = Q(since=None) | Q(since__lte=on), Q(until=None) | Q(until__gte=on)
        members = PartyMember.objects.filter(*current, party__in=asked).values_list("person", flat=True)
        managers = Party.objects.filter(pk__in=asked).exclude(manager=None).values_list("manager", flat=True)
        asked = (set(members) | set(managers)) - set(found)
        found |= {party.pk: party for party in Party.objects.filter(pk__in=asked)}
    return list(found.values())


def confirmed(parties, programme):
    """Pks of the parties that a second person has found on a list, as long as its newest version names the entry."""
    said = Match.objects.filter(
        screening__programme=programme, screening__party__in=parties, decision=Match.Decision.SAME
    ).values_list("screening__party", "entry__source_list__source", "entry__reference")
    rows = list(said)
    if not rows:
        return set()
    newest = {row.source: row.pk for row in ScreeningList.objects.newest(date.max)}
    return {
        party
        for party, source, reference in rows
        if ScreeningEntry.objects.filter(source_list=newest.get(source), reference=reference).exists()
    }


def current_screening(party, programme, on, days):
    """The screening that clears the party on that day, or None."""
    row = Screening.objects.latest(programme, [party], on).get(party.pk)
    if row is None or row.outcome != Screening.Outcome.CLEAR or row.clear_on > on:
        return None
    return row if row.on >= on - timedelta(days=days) and not confirmed([party], programme) else None


def is_clear(party, programme, on, days):
    """True when the party's last screening by that day is clear and at most `days` old, and no match is confirmed."""
    return current_screening(party, programme, on, days) is not None


def missing(parties, programme, on, days):
    """A sentence about the first of these parties and the people behind them who is not clear, or None.

    Sentences are for those who may see the programme's parties.
    """
    people = people_behind(parties, on)
    latest = Screening.objects.latest(programme, people, on)
    blocked = confirmed(people, programme)
    for party in people:
        row = latest.get(party.pk)
        if party.pk in blocked:
            return _("%(name)s stands on a sanctions list: a second person has confirmed it.") % {"name": party}
        if row is None and not ScreeningList.objects.filter(loaded_on__lte=on).exists():
            return _("No sanctions list is loaded. Load one under Payments, Screening.")
        if row is None:
            return _("%(name)s has not been screened.") % {"name": party}
        if row.outcome != Screening.Outcome.CLEAR or row.clear_on > on:
            return _("%(name)s may stand on a sanctions list: a second person must decide.") % {"name": party}
        if row.on < on - timedelta(days=days):
            return _("The screening of %(name)s of %(date)s is too old.") % {
                "name": party,
                "date": f"{row.on:%d.%m.%Y}",
            }
    return None


def old_lists(on, days):
    """The lists whose newest version is dated more than `days` before the day `on`; none where `days` is 0."""
    if not days:
        return []
    return [row for row in ScreeningList.objects.newest(on) if row.listed_on < on - timedelta(days=days)]


def first_list_on():
    """The day since which screenings are asked for: that on which the first list was loaded; None before it."""
    return ScreeningList.objects.order_by("loaded_on").values_list("loaded_on", flat=True).first()


def was_cleared(party, programme, on):
    """A condition on rows with these paths: a screening of theirs by the day `on` was clear that day. For `verify`."""
    day = OuterRef(on)
    rows = Screening.objects.filter(party=OuterRef(party), programme=OuterRef(programme), on__lte=day)
    return Exists(rows.filter(clear_on__lte=day))
