"""The bulk path of the full demo: thousands of loans carried from application to last visit, as rows in bulk.

It differs from the services in `bulk_create` alone. Schedules, allocation, legs, tallies, minutes and frozen plans are
made by the services' own pure functions, and a test carries the same cases both ways and compares every row.
"""

import gc

from audit.services import service
from demo.bulk import dossiers, money, visits
from demo.bulk import sittings as committees
from demo.bulk.dossiers import Dossiers
from demo.bulk.money import Lending, used
from demo.bulk.plans import LoanPlan, Sitting, as_due, check_plans
from demo.bulk.sittings import Sittings
from demo.bulk.store import Store
from demo.bulk.visits import Visits
from loans.fund import lowest_cash
from loans.models import Loan
from loans.services import count_loans
from programmes.models import Commitment

__all__ = ["LoanPlan", "Sitting", "as_due", "carry_loans"]


def carry_loans(*, cast, call, sittings, last_day, batch=500, say=None):
    """Carry the loans of these sittings (in order of days) up to `last_day`, about `batch` loans at a time.

    Call it outside any unit of work: each batch is one of its own, with one visit to the head of the audit chain.
    Returns how many loans were carried. Raises ValueError, naming the case, for a plan that the services would refuse.
    """
    check_plans(sittings, call)
    # Rows by the hundred thousand are made and dropped: looking for cycles among them costs a tenth of the time.
    was_on = gc.isenabled()
    gc.disable()
    try:
        return _carry(cast, call, sittings, last_day, batch, say)
    finally:
        if was_on:
            gc.enable()


def _carry(cast, call, sittings, last_day, batch, say):
    carried, waiting = 0, []
    for number, sitting in enumerate(sittings, 1):
        waiting.append(sitting)
        if sum(len(one.loans) for one in waiting) >= batch or number == len(sittings):
            carried += carry_batch(cast=cast, call=call, sittings=waiting, last_day=last_day, on=sitting.day, by=None)
            waiting = []
            if say:
                say(f"{carried} loans carried.")
    return carried


@service
def carry_batch(*, cast, call, sittings, last_day, on, by):
    """One batch of sittings, written at once. Returns how many loans it holds."""
    store = Store(cast.programme)
    committee = Sittings(store, cast, call)
    _dossiers(store, cast, call, committee, sittings)
    committee.decide()
    lending, visiting = Lending(store, cast, last_day), Visits(store, cast, last_day)
    lending.screen(sittings)
    for sitting in sittings:
        for loan in sitting.loans:
            paid_on = lending.add(loan, loan.decision, sitting.day)
            visiting.add(loan, paid_on)
    store.name()
    loans = [loan.loan for sitting in sittings for loan in sitting.loans]
    lending.finish(loans)
    used(store.rows[Commitment])
    store.write_rows(Commitment, *money.MODELS, *visits.MODELS, *dossiers.PARTS)
    store.write_acts()
    count_loans(loans=Loan.objects.filter(pk__in=[loan.pk for loan in loans]), on=on)
    for line in {loan.line for loan in loans}:
        cash, day = lowest_cash(line)
        if cash < 0:
            raise ValueError(f"{line.key}: {-cash} minor units are lent on {day} that are not in the bank.")
    return len(loans)


def _dossiers(store, cast, call, committee, sittings):
    """The applications up to the committee's votes, written."""
    writer = Dossiers(store, cast, call)
    for sitting in sittings:
        for loan in sitting.loans:
            writer.add(loan, sitting)
        committee.add(sitting)
    store.name()
    committee.name_decisions()
    store.write_rows(*dossiers.MODELS, *committees.MODELS)
    writer.finish([loan.application for sitting in sittings for loan in sitting.loans])
