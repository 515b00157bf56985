"""The portfolio of today from the table that every posting keeps up: reads of loans/models/standings.py."""

from django.db.models import CharField, Count, F, IntegerField, OuterRef, Subquery, Sum
from django.db.models.functions import Cast

from applicants.figures import run_by
from loans.models import KEY, Instalment, Loan, LoanStanding, PortfolioCell
from loans.portfolio import Portfolio


def shares_of(loans):
    """{loan id: (KEY.., principal)} of the active ones among `loans`: what each is now, by its own rows."""
    oldest = (
        Instalment.objects.filter(loan=OuterRef("pk"), version=OuterRef("current_version"), settled_on=None)
        .order_by("due_on")
        .values("due_on")[:1]
    )
    rows = (
        loans.filter(state=Loan.State.ACTIVE)
        .order_by()
        .annotate(
            officer=F("application__adviser_id"),
            district=F("borrower__village__district_id"),
            sex=Cast(run_by("business", "borrower"), CharField()),
            first_open_on=Subquery(oldest),
        )
        .values_list(
            "pk",
            "programme_id",
            "region_id",
            "currency",
            "officer",
            "district",
            "sex",
            "product_id",
            "first_open_on",
            "ever_rescheduled",
            "principal_amount",
        )
    )
    return {pk: tuple(share) for pk, *share in rows.iterator(chunk_size=5000)}


def standings_of(loans):
    """{loan id: (KEY.., principal)} as the loans were last counted."""
    rows = LoanStanding.objects.filter(pk__in=loans.order_by().values("pk")).values_list("pk", *KEY, "principal_amount")
    return {pk: tuple(share) for pk, *share in rows.iterator(chunk_size=5000)}


def dashboard(cells, as_of, by=()):
    """{(currency, value of each dimension): Portfolio} of PortfolioCells: `breakdown` of today, without its loans.

    `by` are names of loans.portfolio.DIMENSIONS.
    """
    rows = (
        cells.order_by()
        .values_list("currency", *by, "first_open_on", "rescheduled")
        .annotate(number=Sum("loans"), owed=Sum("principal_amount"))
        .exclude(number=0)
    )
    found = {}
    for *key, first_open_on, rescheduled, number, owed in rows.iterator(chunk_size=5000):
        one = found.setdefault(tuple(key), Portfolio(key[0], as_of))
        late = (as_of - first_open_on).days if first_open_on else 0
        one.add(owed, max(late, 0), rescheduled, number)
    return found


def standing_faults():
    """Yield a sentence for each loan that is not counted as it is, and for cells that its standings do not explain."""
    now, counted = shares_of(Loan.objects.all()), standings_of(Loan.objects.all())
    facts = slice(len(KEY) - 2, None)
    for pk in sorted(now.keys() | counted.keys()):
        # Officer, district and sex are brought up to date each day; what is owed and how late must be right now.
        own, kept = now.get(pk, ())[facts], counted.get(pk, ())[facts]
        if own != kept:
            yield f"loans_loanstanding {pk} is counted as {kept}, and the loan says {own}"
    said, cells = {}, {}
    for *key, number, owed in LoanStanding.objects.values_list(*KEY).annotate(n=Count("pk"), o=Sum("principal_amount")):
        said[tuple(key)] = (number, owed)
    rows = PortfolioCell.objects.order_by().values_list(*KEY)
    for *key, number, owed in rows.annotate(n=Sum("loans", output_field=IntegerField()), o=Sum("principal_amount")):
        if (number, owed) != (0, 0):
            cells[tuple(key)] = (number, owed)
    for key in said.keys() | cells.keys():
        if said.get(key) != cells.get(key):
            yield f"loans_portfoliocell {key}: {cells.get(key)}, and its loans make {said.get(key)}"
