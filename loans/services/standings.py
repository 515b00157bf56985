"""Keeping up the portfolio of today. A change is only ever inserted, so that postings never wait for each other."""

from audit.services import service
from loans.models import KEY, Loan, LoanStanding, PortfolioCell
from loans.standings import shares_of, standings_of


@service
def count_loans(*, loans, on, by=None):
    """Bring the standings of the loans of a queryset to what they are now. Returns how many had changed."""
    now, counted = shares_of(loans), standings_of(loans)
    changed = [pk for pk in now.keys() | counted.keys() if now.get(pk) != counted.get(pk)]
    if not changed:
        return 0
    cells = [_cell(counted[pk], -1) for pk in changed if pk in counted]
    cells += [_cell(now[pk], 1) for pk in changed if pk in now]
    PortfolioCell.objects.bulk_create(_summed(cells), batch_size=5000)
    columns = [*KEY, "principal_amount"]
    LoanStanding.objects.filter(pk__in=[pk for pk in changed if pk not in now]).delete()
    LoanStanding.objects.bulk_create(
        [LoanStanding(pk=pk, **dict(zip(columns, now[pk], strict=True))) for pk in sorted(changed) if pk in now],
        update_conflicts=True,
        unique_fields=["loan"],
        update_fields=[name.removesuffix("_id") for name in columns],
        batch_size=5000,
    )
    return len(changed)


@service
def fold_cells(*, on, by=None):
    """Put the rows of each key together as one. Rows inserted meanwhile stay beside it and are folded next time."""
    rows = list(PortfolioCell.objects.select_for_update(skip_locked=True).order_by("pk"))
    found = _summed(rows)
    if len(found) == len(rows):
        return 0
    for first in range(0, len(rows), 5000):
        PortfolioCell.objects.filter(pk__in=[row.pk for row in rows[first : first + 5000]]).delete()
    PortfolioCell.objects.bulk_create(found, batch_size=5000)
    return len(rows) - len(found)


def note_standing(loan, on):
    """After money of a loan moved: its share of the portfolio is what it is now."""
    return count_loans(loans=Loan.objects.filter(pk=loan.pk), on=on)


def _cell(share, sign):
    *key, principal = share
    return PortfolioCell(**dict(zip(KEY, key, strict=True)), principal_amount=sign * principal, loans=sign)


def _summed(cells):
    """Unsaved cells, one for each key; those in which nothing is left are left out."""
    sums = {}
    for cell in cells:
        key = tuple(getattr(cell, name) for name in KEY)
        number, owed = sums.get(key, (0, 0))
        sums[key] = (number + cell.loans, owed + cell.principal_amount)
    return [
        PortfolioCell(**dict(zip(KEY, key, strict=True)), loans=number, principal_amount=owed)
        for key, (number, owed) in sums.items()
        if number or owed
    ]
