"""The day's reckoning: penalties, and money held that pays what fell due; many loans in one unit of work."""

from django.db.models import F

from audit.services import record, service
from loans.facts import facts_of, parts_of
from loans.models import Instalment, Loan
from loans.services.access import lock_loans
from loans.services.restating import fold_loan, restate


class Batch:
    """Locked loans that are restated one after the other: read together, and written together where it is plain."""

    def __init__(self, loans):
        self.facts = facts_of(loans)
        self.parts = parts_of([row for facts in self.facts.values() for row in facts.repayments])
        self._dirty, self._loans = [], []

    def takes(self, loan, changes):
        """Keep what changed of a loan to be written with the others; False where more than penalties changed.

        Nothing is taken by which a loan is counted in the portfolio.
        """
        changed = [row for row, names in changes.items() if names]
        if any(changes[row] != {"penalty_amount"} for row in changed):
            return False
        self._dirty += changed
        self._loans.append(loan)
        return True

    def write(self, on):
        """The penalties of all loans taken, and that they are reckoned to the end of `on`."""
        Instalment.objects.bulk_update(self._dirty, ["penalty_amount"], batch_size=500)
        reckoned = Loan.objects.filter(pk__in=[loan.pk for loan in self._loans])
        reckoned.update(reckoned_on=on, version=F("version") + 1)


@service
def reckon_loans(*, keys, on, by=None):
    """Penalties up to the end of `on`, and money held applied to what fell due, of the loans with these primary keys.

    Doing it twice changes nothing. Returns the Loans that were reckoned; one that was already, that is not active or
    that waits for a tranche is left out. Raises Blocked for a loan that cannot be folded: then none is reckoned.
    """
    loans = [
        loan
        for loan in lock_loans(keys)
        if loan.state == Loan.State.ACTIVE and not (loan.reckoned_on and loan.reckoned_on >= on)
    ]
    batch = Batch(loans)
    done = [loan for loan in loans if _reckoned(loan, batch, on, by)]
    batch.write(on)
    return done


def _reckoned(loan, batch, on, by):
    facts = batch.facts[loan.pk]
    if loan.tranche_plan and fold_loan(loan, on, facts=facts)[0].settled_on and loan.tranches.open().exists():
        # What is held would repay everything: it waits until the tranche is paid out or given up.
        return False
    before = sum(row.penalty_amount for row in facts.instalments)
    restate(loan, through=on, on=on, by=by, batch=batch)
    after = sum(row.penalty_amount for row in facts.instalments)
    if after != before:
        record(
            "loan.reckon",
            loan.ref,
            by=by,
            on=on,
            programme=loan.programme.key,
            body={"penalty": after, "before": before, "currency": loan.currency},
        )
    return True
