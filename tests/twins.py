"""Many applications like one that is ready for the committee, as rows: for pages and benchmarks that need a crowd."""

from applicants.models import (
    Application,
    BaselineJob,
    BusinessPlan,
    CashLine,
    Enrolment,
    FieldVerification,
    InvestmentItem,
    Opinion,
    Party,
)
from tests.office import DAY

SYLLABLES = ("ba", "de", "gi", "lo", "mu", "na", "re", "si", "to", "vu")


def names(count, start=0):
    """So many names of which none is like another; others with another `start`."""
    for number in range(start, start + count):
        first, second, third = number // 100 % 10, number // 10 % 10, number % 10
        yield f"{SYLLABLES[third].title()}{SYLLABLES[second]} {SYLLABLES[first].title()}{SYLLABLES[third]}yan"


def twins(place, model, count):
    """`count` applications like `model`, each of another applicant: consent, training, plan, visit, opinion, checks."""
    first = 1000 * (1 + Party.objects.count())
    parties = [
        Party(
            ref=f"P-{900000 + first + number}",
            kind="person",
            name=name,
            sex="female",
            village=place.village,
            registered_on=DAY,
        )
        for number, name in enumerate(names(count, Party.objects.count()))
    ]
    for party in parties:
        party.fold()
    Party.objects.bulk_create(parties)
    Enrolment.objects.bulk_create(
        Enrolment(party=party, programme=place.programme, region=place.region, enrolled_on=DAY) for party in parties
    )
    who = model.applicant
    for rows, name in ((who.consents, "party"), (who.training_places, "person")):
        stored = list(rows.all())
        rows.model.objects.bulk_create(copied(row, **{name: party}) for party in parties for row in stored)
    found = [copied(model, ref=f"A-2026-{90000 + first + n}", applicant=party) for n, party in enumerate(parties)]
    Application.objects.bulk_create(found)
    visit = model.verifications.get()
    visits = FieldVerification.objects.bulk_create(copied(visit, application=one) for one in found)
    jobs = list(visit.jobs.all())
    BaselineJob.objects.bulk_create(copied(job, verification=one) for one in visits for job in jobs)
    BusinessPlan.objects.bulk_create(copied(model.plan, application=one) for one in found)
    Opinion.objects.bulk_create(copied(model.opinions.get(), application=one) for one in found)
    for rows, kind in ((model.investments, InvestmentItem), (model.cash_lines, CashLine)):
        stored = list(rows.all())
        kind.objects.bulk_create(copied(row, application=one) for one in found for row in stored)
    checks = list(model.checks.all())
    type(checks[0]).objects.bulk_create(copied(check, application=one) for one in found for check in checks)
    return found


def copied(row, **changes):
    """An unsaved row like `row`, in the same state."""
    names = [field.attname for field in row._meta.concrete_fields if not field.primary_key]
    twin = type(row)(**{name: getattr(row, name) for name in names if name != "state"})
    if "state" in names:
        twin.__dict__["state"] = row.state
    for name, value in changes.items():
        setattr(twin, name, value)
    return twin
