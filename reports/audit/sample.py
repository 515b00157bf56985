"""Which cases an auditor looks at: the population of a period, and a sample that anybody can draw again."""

import hashlib
from dataclasses import dataclass

from django.db.models import F

from grants.models import Award
from loans.models import Loan
from payments.models import PaymentOrder

MOST = 60


@dataclass(frozen=True)
class Case:
    """One member of the population: its own reference, and the application whose dossier shows it."""

    ref: str
    application_ref: str


def population(kind, programme, start, end):
    """Every case of the kind in the programme from `start` to `end`, both days included, in the order of references.

    awards: signed in the period; loans: signed in the period; payments: settled with a value date in the period.
    """
    days = (start, end)
    rows = {
        "awards": lambda: Award.objects.filter(programme=programme, signed_on__range=days),
        "loans": lambda: Loan.objects.filter(programme=programme, signed_on__range=days),
        "payments": lambda: PaymentOrder.objects.filter(programme=programme, state="settled", value_on__range=days),
    }[kind]()
    pairs = rows.order_by("ref").values_list("ref", F("application__ref"))
    return [Case(ref, application) for ref, application in pairs]


def drawn(cases, size, seed):
    """`size` of the cases, chosen by the seed alone: those whose SHA-256 of "seed:reference" comes first.

    Whoever knows the seed and the population draws the same ones; nobody can choose a case without its hash.
    """
    order = sorted(cases, key=lambda case: hashlib.sha256(f"{seed}:{case.ref}".encode()).hexdigest())
    return order[:size]
