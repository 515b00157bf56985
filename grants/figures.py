"""Figures of grants: awards, what was paid, what the grantees brought. Pure reads; amounts are minor units."""

from functools import partial

from django.db.models import Count, Exists, F, Min, OuterRef, Q, Sum
from django.db.models.functions import Coalesce, ExtractMonth, ExtractYear

from applicants.figures import Part, Tally, median, run_by, single, tally
from applicants.models import Party
from grants.models import Asset, Award, Contribution, Tranche
from ledger import postings
from ledger.models import Leg
from ledger.money import split
from programmes.models import Commitment, FundingLine, LineShare

CHUNK = 2000
DIMS = {
    "window": "window__name",
    "region": "region__name",
    "sex": run_by("business", "applicant"),
}


def _awards(scope):
    return Award.objects.filter(scope.line(window="window"), programme=scope.programme)


def awards(scope):
    """Awards approved and not cancelled."""
    rows = _awards(scope).filter(scope.days("approved_on")).exclude(state=Award.State.CANCELLED)
    return tally(rows, DIMS)


def awards_of(scope, figure_code):
    """Awards of the windows whose figure this is."""
    rows = _awards(scope).filter(scope.days("approved_on"), window__figure_code=figure_code)
    return tally(rows.exclude(state=Award.State.CANCELLED), {"region": "region__name"})


def signed(scope):
    return tally(_awards(scope).filter(scope.days("signed_on")), DIMS)


def projects_completed(scope):
    """Closed awards in windows of community works."""
    rows = _awards(scope).filter(scope.days("closed_on"), state=Award.State.CLOSED, window__modality="works")
    return tally(rows, {"window": "window__name", "region": "region__name"})


def assets(scope):
    rows = Asset.objects.filter(
        scope.days("handed_over_on"), scope.line("award__line", "award__window"), award__programme=scope.programme
    )
    return tally(rows, {"region": "award__region__name"})


def _paid(scope):
    return Tranche.objects.filter(
        scope.line("award__line", "award__window"), award__programme=scope.programme, paid_on__isnull=False
    )


def first_paid(scope):
    """(application id, party id of the business, day of the first payment) of awards paid by the last day."""
    rows = _paid(scope).filter(scope.through("paid_on")).exclude(award__applicant__kind=Party.Kind.MUNICIPALITY)
    return rows.values(app=F("award__application"), party=_business("award__")).annotate(first=Min("paid_on"))


def _business(at=""):
    return Coalesce(F(f"{at}business"), F(f"{at}applicant"))


def paid_applications(scope):
    """Subquery: applications with money paid in the scope."""
    return _paid(scope).filter(scope.days("paid_on")).values("award__application")


def supported(scope):
    """Subquery: parties that are the business of an award paid in the scope, municipalities left out."""
    rows = _paid(scope).filter(scope.days("paid_on")).exclude(award__applicant__kind=Party.Kind.MUNICIPALITY)
    return rows.values(party=_business("award__")).values("party")


def recipients(scope):
    """Subquery: applicants of awards paid in the scope."""
    return _paid(scope).filter(scope.days("paid_on")).values("award__applicant")


def paid(scope):
    """Awards with a payment in the scope."""
    rows = _awards(scope).filter(Exists(_paid(scope).filter(scope.days("paid_on"), award=OuterRef("pk"))))
    return tally(rows, DIMS)


def disbursed(scope):
    """Grant money paid: legs on 5000, and what is due back on 1200 and not received. {currency: Tally}.

    Each payment lies in the quarter of its value date; money that came back lowers the quarter of its return. Its
    records are the legs, so that their amounts add up to the figure.
    """
    legs = Leg.objects.filter(
        scope.days("entry__value_on"),
        account__book__key=scope.programme.key,
        account__code__in=[postings.GRANTS_PAID, postings.RECOVERIES_DUE],
    )
    if scope.donor:
        legs = legs.filter(account__line__in=lines_of(scope).values("key"))
    # One business after the other, so that each counts once, in the first cell that it is met in.
    rows = legs.annotate(year=ExtractYear("entry__value_on"), month=ExtractMonth("entry__value_on"))
    rows = rows.order_by("account__subject", "year", "month").values_list(
        "account__subject", "account__line", "currency", "year", "month"
    )
    known = {
        ref: (window, region, sex)
        for ref, window, region, sex in Award.objects.filter(programme=scope.programme)
        .order_by()
        .values_list("ref", "window__name", "region__name", DIMS["sex"])
        .iterator(CHUNK)
    }
    lines = dict(FundingLine.objects.filter(programme=scope.programme).values_list("key", "name"))
    cells = Cells()
    grouped = rows.annotate(total=Sum("amount"), number=Count("pk")).iterator(CHUNK)
    for subject, line, currency, year, month, total, number in grouped:
        key = (quarter(year, month), lines.get(line, line), *known.get(subject, ("", "", "unknown")))
        cells.add(currency, key, total, number, subject)
    dims = ("quarter", "line", "window", "region", "sex")
    return {
        currency: Tally(dims, parts, currency, (own,), by_day=partial(_sums, own, "entry__value_on", "amount"))
        for currency, parts in cells.parts()
        for own in (legs.filter(currency=currency),)
    }


class Cells:
    """Sums by currency and by what a row is counted under, of rows that come one after the other."""

    def __init__(self):
        self._found, self._award, self._own = {}, None, {}

    def add(self, currency, key, total, number, award):
        """total: minor units; number: records; award: whose they are."""
        sums = self._found.setdefault(currency, {}).setdefault(key, [0, 0, 0, 0])
        sums[0] += total
        sums[1] += number
        if award != self._award:
            self._close()
            self._award = award
            sums[2] += 1
        own = self._own.setdefault(currency, [0, set()])
        own[0] += total
        own[1].add(key)

    def _close(self):
        """All of an award is known: what it brings stands in each cell that it is in, for the rule of dominance."""
        for currency, (total, keys) in self._own.items():
            for key in keys:
                sums = self._found[currency][key]
                sums[3] = max(sums[3], total)
        self._own = {}

    def parts(self):
        self._close()
        for currency, found in self._found.items():
            yield currency, tuple(Part(key, total, None, 0, *rest) for key, (total, *rest) in found.items())


def quarter(year, month):
    """ "2014-2": the quarter of a month."""
    return f"{year}-{(month + 2) // 3}"


def _sums(rows, day, amount):
    """[(day, minor units)] of money that moved."""
    return list(rows.order_by().values_list(day).annotate(total=Sum(amount)))


def lines_of(scope):
    """The funding lines of the programme, or of the donor in it."""
    rows = FundingLine.objects.filter(programme=scope.programme)
    return rows.filter(donor=scope.donor) if scope.donor else rows


def contributed(scope, step):
    """Co-financing `pledged`, `evidenced` or `accepted` in the scope: {currency: Tally} by source and quarter.

    Beside the money of one donor of a shared window stands as much of the own part as that donor has of the grant.
    """
    rows = Contribution.objects.filter(
        scope.days(f"{step}_on"), scope.line("award__line", "award__window"), award__programme=scope.programme
    ).exclude(award__state=Award.State.CANCELLED)
    # One award after the other, so that the businesses behind a cell are known.
    grouped = (
        rows.annotate(year=ExtractYear(f"{step}_on"), month=ExtractMonth(f"{step}_on"))
        .order_by("award", "year", "month")
        .values_list(
            "award", "source", "award__currency", "award__window__name", "award__window", "award__region__name", "year",
            "month",
        )
        .annotate(
            total=Sum(f"{step}_amount", default=0),
            number=Count("pk"),
            verified=Count("pk", filter=scope.through("accepted_on")),
        )
        .iterator(CHUNK)
    )  # fmt: skip
    cells, weights, verified = Cells(), _weights(scope), {}
    for award, source, currency, window, window_id, region, year, month, total, number, sure in grouped:
        own = _of_donor(total, weights.get(window_id), scope)
        cells.add(currency, (quarter(year, month), source, window, region), own, number, award)
        verified[currency] = verified.get(currency, 0) + sure
    dims = ("quarter", "source", "window", "region")

    def by_day(own):
        days = own.order_by().values_list("award__window", f"{step}_on").annotate(total=Sum(f"{step}_amount"))
        return [(day, _of_donor(total or 0, weights.get(window), scope)) for window, day, total in days]

    return {
        currency: Tally(dims, parts, currency, (own,), verified[currency], partial(by_day, own))
        for currency, parts in cells.parts()
        for own in (rows.filter(award__currency=currency),)
    }


def _weights(scope):
    """{window pk: [(donor pk, basis points)]} of the windows of the programme that are shared."""
    found = {}
    if scope.donor:
        rows = LineShare.objects.filter(line__programme=scope.programme).order_by("pk")
        for window, donor, weight in rows.values_list("window", "line__donor", "weight"):
            found.setdefault(window, []).append((donor, weight))
    return found


def _of_donor(amount, weights, scope):
    """The donor's part of an amount in a window that is shared by these weights; all of it in another."""
    if not weights:
        return amount
    parts = split(amount, [weight for _donor, weight in weights])
    return sum(part for (donor, _weight), part in zip(weights, parts, strict=True) if donor == scope.donor.pk)


def committed(scope):
    """Money promised and not released, by funding line: {currency: Tally}. Who is promised by two counts once."""
    rows = Commitment.objects.live().filter(scope.days("made_on"), line__in=lines_of(scope))
    first = ~Exists(rows.filter(case_ref=OuterRef("case_ref"), pk__lt=OuterRef("pk")))
    found = {}
    for row in (
        rows.order_by()
        .values("currency", name=F("line__name"))
        .annotate(total=Sum(F("amount") - F("released_amount")), number=Count("pk"), cases=Count("pk", filter=first))
    ):
        part = Part((row["name"],), row["total"], None, 0, row["number"], row["cases"])
        found.setdefault(row["currency"], []).append(part)
    return {
        currency: Tally(("line",), tuple(parts), currency, (rows.filter(currency=currency),))
        for currency, parts in found.items()
    }


def budget(scope):
    """Ceilings of the allocations, by funding line: {currency: Tally}. A revolving fund has no ceiling."""
    rows = lines_of(scope).filter(scope.through("starts_on"), kind=FundingLine.Kind.ALLOCATION, ceiling_amount__gt=0)
    found = {}
    for name, currency, ceiling in rows.values_list("name", "currency", "ceiling_amount"):
        found.setdefault(currency, []).append(Part((name,), ceiling, None, 0, 1, 1))
    return {
        currency: Tally(("line",), tuple(parts), currency, (rows.filter(currency=currency),))
        for currency, parts in found.items()
    }


def days_to_money(scope):
    """The median of the days from approval to the first payment, of awards first paid in the scope."""
    rows = _awards(scope).annotate(first=Min("tranches__paid_on")).filter(scope.days("first"))
    found = [(first - approved).days for approved, first in rows.values_list("approved_on", "first")]
    return single(median(found), records=len(found), behind=(rows,)) if found else Tally()


def in_kind_share(scope):
    """Accepted co-financing in kind, of all accepted, in the programme's currency."""
    rows = Contribution.objects.filter(
        scope.days("accepted_on"),
        scope.line("award__line", "award__window"),
        award__programme=scope.programme,
        award__currency=scope.programme.currency,
    )
    said = rows.aggregate(
        whole=Sum("accepted_amount", default=0),
        kind=Sum("accepted_amount", filter=Q(source="own_in_kind"), default=0),
        number=Count("pk"),
    )
    currency = scope.programme.currency
    return single(said["kind"], said["whole"], records=said["number"], currency=currency, behind=(rows,))
