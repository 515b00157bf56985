"""Which loans are over: what the eligibility check of a borrower's next application asks.

A loan that was written off is still owed, so it is not over.
"""

from loans.models import Loan

OVER = (Loan.State.CLOSED, Loan.State.OVERPAID, Loan.State.CANCELLED)


def over(case_refs):
    """Those of the applications (references) whose loan is repaid or cancelled."""
    rows = Loan.objects.filter(application__ref__in=case_refs, state__in=OVER)
    open_rows = Loan.objects.filter(application__ref__in=case_refs).exclude(state__in=OVER)
    return set(rows.values_list("application__ref", flat=True)) - set(
        open_rows.values_list("application__ref", flat=True)
    )
