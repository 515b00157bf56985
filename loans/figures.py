"""Figures of loans: what was lent, what is out, what is late, what came back. Pure reads; amounts are minor units."""

from dataclasses import dataclass, replace
from decimal import Decimal
from functools import partial

from django.db.models import Case, CharField, Count, Exists, F, Min, OuterRef, Q, Subquery, Sum, Value, When
from django.db.models.functions import Cast, Coalesce, ExtractYear

from applicants.figures import Part, Tally, run_by, single, tally
from ledger import postings
from ledger.models import Leg
from loans.arrears import days_before_risk
from loans.fund import fund_statement
from loans.models import Allocation, Instalment, Loan, LoanTranche, ScheduleVersion
from loans.portfolio import rescheduled_by
from programmes.models import FundingLine

RUN_BY = run_by("business", "borrower")
CYCLE = Case(When(cycle=1, then=Value("first")), default=Value("repeat"), output_field=CharField())
DIMS = {"sex": RUN_BY, "region": "region__name", "cycle": CYCLE}
FIRST = Q(cycle=1)


def _loans(scope):
    return Loan.objects.filter(scope.line(), programme=scope.programme)


def _disbursed(scope):
    return _loans(scope).filter(scope.days("disbursed_on"))


def loans(scope):
    """Loans paid out."""
    return tally(_disbursed(scope), DIMS, units=FIRST)


def loans_by_year(scope):
    return tally(_disbursed(scope), {"year": ExtractYear("disbursed_on")})


def signed(scope):
    return tally(_loans(scope).filter(scope.days("signed_on")), DIMS, units=FIRST)


def paid_applications(scope):
    return _disbursed(scope).values("application")


def supported(scope):
    """Subquery: parties that are the business of a loan paid out in the scope."""
    return _disbursed(scope).values(party=Coalesce("business", "borrower")).values("party")


def recipients(scope):
    return _disbursed(scope).values("borrower")


def borrowers(scope):
    """Distinct borrowers of loans paid out in the scope; the records are their loans."""
    rows = _disbursed(scope)
    said = rows.aggregate(people=Count("borrower", distinct=True), number=Count("pk"))
    return single(said["people"], records=said["number"], units=said["people"], behind=(rows,))


def owing(scope):
    """Subquery: borrowers with principal to repay on the last day."""
    return _loans(scope).outstanding(scope.to_on).values("borrower")


def first_paid(scope):
    """(application id, party id of the business, day of the first payment) of loans paid out by the last day."""
    rows = _loans(scope).filter(scope.through("disbursed_on"))
    return rows.values(app=F("application"), party=Coalesce("business", "borrower")).annotate(first=Min("disbursed_on"))


MOVED = (postings.PRINCIPAL, postings.INTEREST, postings.WRITTEN_OFF, postings.RECOVERED)


def _legs(scope):
    legs = Leg.objects.filter(account__book__key=scope.programme.key)
    if scope.donor is None:
        return legs
    lines = FundingLine.objects.filter(programme=scope.programme, donor=scope.donor)
    return legs.filter(account__line__in=lines.values("key"))


def by_day(scope):
    """{(account code, currency): {day: [minor units moved, of it paid out, entries, of them pay-outs]}}.

    Days up to the last of the scope. One look at the ledger for every figure that reads it.
    """
    rows = _legs(scope).filter(scope.through("entry__value_on"), account__code__in=MOVED)
    rows = rows.order_by().values_list("account__code", "currency", "entry__value_on", "entry__kind")
    found = {}
    for code, currency, day, kind, total, number in rows.annotate(total=Sum("amount"), number=Count("pk")):
        sums = found.setdefault((code, currency), {}).setdefault(day, [0, 0, 0, 0])
        out = kind == "loan_disbursed"
        sums[0] += total
        sums[1] += total if out else 0
        sums[2] += number
        sums[3] += number if out else 0
    return found


def _within(scope, days):
    return [sums for day, sums in days.items() if scope.from_on is None or day >= scope.from_on]


def _lent(scope):
    """Loans of which something was paid out in the scope; `lent`: how much of it, in tranches or at once."""
    tranches = LoanTranche.objects.filter(loan=OuterRef("pk"))
    paid = tranches.paid().filter(scope.days("paid_on"))
    sums = paid.order_by().values("loan").annotate(total=Sum("amount")).values("total")
    at_once = scope.days("disbursed_on") & ~Exists(tranches)
    return _loans(scope).filter(at_once | Exists(paid)).annotate(lent=Coalesce(Subquery(sums), F("amount")))


def _days(scope, days, which, sign=1):
    """[(day, minor units)] within the scope: all that moved (0), or what was paid out of it (1)."""
    return [(day, sign * sums[which]) for day, sums in days.items() if scope.from_on is None or day >= scope.from_on]


def disbursed(scope, moved_by_day):
    """Principal paid out by the ledger (1100, pay-outs and their reversals): {currency: Tally}.

    The breakdowns come from the loans themselves; should they not add up to the ledger, the ledger is given alone.
    """
    found = {}
    for (code, currency), days in moved_by_day.items():
        if code != postings.PRINCIPAL:
            continue
        sums = _within(scope, days)
        total, number = sum(one[1] for one in sums), sum(one[3] for one in sums)
        rows = _disbursed(scope).filter(currency=currency)
        dims = {"year": Cast(ExtractYear("disbursed_on"), CharField()), **DIMS}
        whole = tally(rows, dims, amount="amount", currency=currency, units=FIRST)
        if whole.value != total:
            whole = tally(_lent(scope).filter(currency=currency), dims, amount="lent", currency=currency, units=FIRST)
        if whole.value != total:
            part = Part(("",) * len(dims), total, None, 0, number, number)
            paid_out = _moved_legs(scope, postings.PRINCIPAL, currency).filter(entry__kind="loan_disbursed")
            whole = Tally(tuple(dims), (part,), currency, (paid_out,))
        if number:
            found[currency] = replace(whole, by_day=partial(_days, scope, days, 1))
    return found


# The portfolio -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Portfolio:
    """Loans with principal to repay at the end of the last day, in one currency; `loans` is them, not read."""

    currency: str
    loans: object
    number: int = 0
    borrowers: int = 0
    outstanding: int = 0
    rescheduled: int = 0
    late: tuple = ()

    def at_risk(self, bound, *, rescheduled=False):
        """(minor units of the loans in PAR`bound`, how many); with `rescheduled` those too, late or not."""
        days = days_before_risk(bound)
        found = [row for row in self.late if (row[0] is not None and row[0] > days) or (rescheduled and row[2])]
        return sum(row[1] for row in found), len(found)


def portfolio(scope):
    """{currency: Portfolio} at the end of the last day; late and rescheduled loans one by one, the others summed."""
    rows = _loans(scope).outstanding(scope.to_on).with_first_overdue(scope.to_on).with_principal(scope.to_on).order_by()
    late = {}
    rows = rows.annotate(changed=rescheduled_by(scope.to_on))
    worth_telling = rows.filter(Q(first_overdue_on__isnull=False) | Q(changed=True))
    for currency, since, principal, changed in worth_telling.values_list(
        "currency", "first_overdue_on", "principal_on", "changed"
    ):
        days = (scope.to_on - since).days if since else None
        late.setdefault(currency, []).append((days, principal, changed))
    found = {}
    whole = _loans(scope).outstanding(scope.to_on).with_principal(scope.to_on).order_by()
    counted = whole.values("currency").annotate(
        number=Count("pk"), people=Count("borrower", distinct=True), total=Sum("principal_on")
    )
    for row in counted:
        rows_late = tuple(late.get(row["currency"], ()))
        found[row["currency"]] = Portfolio(
            currency=row["currency"],
            loans=_loans(scope).outstanding(scope.to_on).filter(currency=row["currency"]),
            number=row["number"],
            borrowers=row["people"],
            outstanding=row["total"],
            rescheduled=sum(principal for _days, principal, changed in rows_late if changed),
            late=rows_late,
        )
    return found


def _moved_legs(scope, code, currency):
    return _legs(scope).filter(scope.days("entry__value_on"), account__code=code, currency=currency)


def moved(scope, moved_by_day, code, sign=1):
    """{currency: Tally} of what moved on an account in the scope, debits positive times `sign`; by its legs."""
    found = {}
    for (one, currency), days in moved_by_day.items():
        sums = _within(scope, days) if one == code else []
        if sums:
            total, number = sign * sum(row[0] for row in sums), sum(row[2] for row in sums)
            behind = (_moved_legs(scope, code, currency),)
            tally_ = single(total, records=number, currency=currency, behind=behind)
            found[currency] = replace(tally_, by_day=partial(_days, scope, days, 0, sign))
    return found


def lent_by_then(scope, currency):
    """Loans paid out by the last day: those that an average portfolio is made of. A count, by its loans."""
    return tally(_loans(scope).filter(scope.through("disbursed_on"), currency=currency))


def average_portfolio(scope, moved_by_day, currency):
    """Minor units: the mean of what was outstanding at the end of each month from the first loan on. None before it."""
    change = {}
    for day, sums in moved_by_day.get((postings.PRINCIPAL, currency), {}).items():
        month = day.year * 12 + day.month - 1
        change[month] = change.get(month, 0) + sums[0]
    if not change:
        return None
    last = scope.to_on.year * 12 + scope.to_on.month - 1
    # Months before the first loan have no portfolio that could be averaged.
    begins = max(scope.from_on.year * 12 + scope.from_on.month - 1, min(change)) if scope.from_on else min(change)
    balance, balances = sum(total for month, total in change.items() if month < begins), []
    for month in range(begins, last + 1):
        balance += change.get(month, 0)
        balances.append(balance)
    return Decimal(sum(balances)) / len(balances) if balances else None


# Repayment -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Repaid:
    """Of what fell due in the scope, in minor units: due, paid by its day, paid by the last day; `rows` not read."""

    due: int
    on_time: int
    by_now: int
    instalments: int
    rows: object


def repaid(scope, currency):
    """Principal, interest and fees of instalments due in the scope, by the schedule in force on their day."""
    rows = Instalment.objects.filter(
        scope.days("due_on"),
        scope.line("loan__line"),
        loan__programme=scope.programme,
        loan__currency=currency,
        loan__disbursed_on__isnull=False,
    )
    newer = ScheduleVersion.objects.filter(loan=OuterRef("loan"), number=OuterRef("version") + 1)
    rows = rows.filter(
        Q(version=F("loan__current_version"))
        | Q(version__lt=F("loan__current_version"), due_on__lt=Subquery(newer.values("made_on")[:1]))
    )
    said = rows.aggregate(
        due=Sum(F("principal_amount") + F("interest_amount") + F("fee_amount"), default=0), number=Count("pk")
    )
    live = (Q(repayment__reversed_on=None) | Q(repayment__recalled=True)) & ~Q(component=Allocation.Component.PENALTY)
    paid = Allocation.objects.filter(
        live, scope.through("repayment__value_on"), Exists(rows.filter(pk=OuterRef("instalment")))
    )
    came = paid.aggregate(
        by_now=Sum("amount", default=0),
        on_time=Sum("amount", filter=Q(repayment__value_on__lte=F("instalment__due_on")), default=0),
    )
    return Repaid(said["due"], came["on_time"], came["by_now"], said["number"], rows)


# The fund ------------------------------------------------------------------------------------------------------------


def funds(scope):
    """The statement of each revolving line from the first day of the scope to its last."""
    rows = FundingLine.objects.filter(programme=scope.programme, kind=FundingLine.Kind.REVOLVING)
    rows = rows.filter(donor=scope.donor) if scope.donor else rows
    return [
        fund_statement(line, scope.from_on or line.starts_on, scope.to_on)
        for line in rows.select_related("programme").order_by("key")
    ]
