"""Who did what on how many dossiers, and who met the same applicant in two duties. Reads only."""

from collections import defaultdict

from django.db.models import Count

from accounts.models import User
from applicants.models import Part

PARTS = tuple(Part.Name)


def duties(programme, references=None):
    """[(name of the user, {part: dossiers})], the busiest first; of these applications, or of all of the programme."""
    rows = _parts(programme, references).values("user", "part").annotate(dossiers=Count("application"))
    found = defaultdict(dict)
    for row in rows:
        found[row["user"]][row["part"]] = row["dossiers"]
    names = {user.pk: str(user) for user in User.objects.filter(pk__in=found)}
    ordered = sorted(found.items(), key=lambda pair: (-sum(pair[1].values()), pair[0]))
    return [(names[pk], parts) for pk, parts in ordered]


def met_twice(programme, references=None):
    """{(pk of the user, reference of the applicant): [(application, part)]}: two duties towards one applicant.

    On one dossier the five parts are five people; this shows who met the same applicant again in another part.
    """
    rows = _parts(programme, references).values_list("user", "application__applicant__ref", "application__ref", "part")
    found = defaultdict(list)
    for user, applicant, application, part in rows.order_by("user", "application__ref"):
        found[user, applicant].append((application, part))
    return {key: met for key, met in found.items() if len({part for _application, part in met}) > 1}


def combined(programme, references=None):
    """[(name of the user, reference of the applicant, [(application, part)])] of `met_twice`."""
    twice = met_twice(programme, references)
    names = {user.pk: str(user) for user in User.objects.filter(pk__in={user for user, _applicant in twice})}
    return [(names[user], applicant, met) for (user, applicant), met in sorted(twice.items(), key=lambda pair: pair[0])]


def _parts(programme, references):
    rows = Part.objects.filter(application__call__programme=programme).order_by()
    return rows if references is None else rows.filter(application__ref__in=references)
