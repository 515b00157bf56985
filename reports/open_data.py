"""What open data needs beside the figures: who publishes, lines and sectors, and the money by quarter. Frozen whole.

Money is added up by quarter, line and kind and never by case. All kinds of one figure add up to it (FIGURES).
"""

from dataclasses import dataclass, replace
from datetime import date, timedelta

from django.conf import settings
from django.db.models import Count, Exists, F, OuterRef, Sum
from django.db.models.functions import ExtractMonth, ExtractYear

from grants import figures as grants
from ledger import postings
from ledger.models import Leg
from loans.fund import MOVING
from programmes.models import Call, Commitment, FundingLine

INCOMING, GRANT, LOAN, COST = "incoming", "grant", "loan", "cost"
# What is promised to grantees and to borrowers.
COMMITTED, COMMITTED_LOAN = "committed", "committed_loan"
REPAID, INTEREST, FEES, RECOVERED, OWN = "repaid", "interest", "fees", "recovered", "own"
# The figure that each kind adds up to, in the currency of the programme; of another currency the code ends in it.
FIGURES = {
    COMMITTED: "committed",
    COMMITTED_LOAN: "committed",
    GRANT: "grants_disbursed",
    LOAN: "loans_disbursed",
    INTEREST: "interest_received",
    RECOVERED: "recovered",
    OWN: "cofinancing_accepted",
}
# Money of the programme itself, behind which no person stands.
IMPERSONAL = (INCOMING, COST)


@dataclass(frozen=True)
class Line:
    """A funding line: `ceiling` in minor units, 0 of a revolving fund; days as ISO text, "" without an end."""

    name: str
    donor: str
    donor_ref: str
    currency: str
    ceiling: int
    starts_on: str
    ends_on: str


@dataclass(frozen=True)
class Flow:
    """Money of one kind in one quarter: minor units; `on` is its last day. `line` is empty where it is of several."""

    kind: str
    on: str
    line: str
    currency: str
    amount: int


@dataclass(frozen=True)
class OpenData:
    """Sectors are (code, basis points); days are ISO text. `donor` is the key of the one donor it is about, or "".

    `giving_prefix`: of the publisher in 360Giving; `licence`: address of the licence of the data, or ""."""

    org: str
    org_type: str
    org_name: str
    country: str
    starts_on: str
    ends_on: str
    donor: str
    giving_prefix: str
    licence: str
    sectors: tuple
    regions: tuple
    lines: tuple
    flows: tuple


def open_data(scope, figures, *, strict):
    """The OpenData of a scope, beside the figures of the donor's edition.

    strict (a confidential programme): neither regions nor quarters of what stands for people; one sum for each kind,
    and none whose figure is hidden.
    """
    programme = scope.programme
    found = [*_incoming(scope), *_commitments(scope), *_paid(scope), *_lent_and_back(scope), *_own(scope)]
    return OpenData(
        org=settings.IATI_ORG,
        org_type=settings.IATI_ORG_TYPE,
        org_name=settings.OFFICE_NAME,
        country=programme.country,
        starts_on=programme.starts_on.isoformat(),
        ends_on=programme.ends_on.isoformat() if programme.ends_on else "",
        donor=scope.donor.key if scope.donor else "",
        giving_prefix=settings.GIVING_PREFIX,
        licence=settings.OPEN_LICENCE,
        sectors=tuple(tuple(one) for one in programme.sectors),
        regions=() if strict else tuple(programme.regions.order_by("name").values_list("name", flat=True)),
        lines=tuple(_lines(scope, strict=strict)),
        flows=tuple(_shown(_added_up(found), figures, scope, strict=strict)),
    )


def _lines(scope, *, strict):
    """The name of a line may say what a confidential programme is about: there it has none."""
    rows = grants.lines_of(scope).filter(scope.through("starts_on")).select_related("donor").order_by("key")
    for row in rows:
        yield Line(
            name="" if strict else row.name,
            donor=row.donor.name,
            donor_ref=row.donor_iati_ref,
            currency=row.currency,
            ceiling=row.ceiling_amount if row.kind == FundingLine.Kind.ALLOCATION else 0,
            starts_on=row.starts_on.isoformat(),
            ends_on=row.ends_on.isoformat() if row.ends_on else "",
        )


# From the records ----------------------------------------------------------------------------------------------------


def _legs(scope, *codes):
    legs = Leg.objects.filter(
        scope.days("entry__value_on"), account__book__key=scope.programme.key, account__code__in=codes
    )
    return legs.filter(account__line__in=grants.lines_of(scope).values("key")) if scope.donor else legs


def _by_quarter(scope, legs, kind, sign=1):
    """Flows of the legs, an amount by currency, line and quarter; without `line` in the ledger it has none."""
    names = dict(FundingLine.objects.filter(programme=scope.programme).values_list("key", "name"))
    rows = (
        legs.order_by()
        .values(
            "currency",
            line=F("account__line"),
            year=ExtractYear("entry__value_on"),
            month=ExtractMonth("entry__value_on"),
        )
        .annotate(total=Sum("amount"), number=Count("pk"))
    )
    for row in rows:
        line = names.get(row["line"], row["line"])
        yield Flow(
            kind,
            _last_day(scope, grants.quarter(row["year"], row["month"])),
            line,
            row["currency"],
            sign * row["total"],
        )


def _last_day(scope, quarter):
    """The last day of a quarter "2014-2", or of the scope when that comes first."""
    year, number = (int(part) for part in quarter.split("-"))
    last = date(year + (number == 4), number * 3 % 12 + 1, 1) - timedelta(days=1)
    return min(last, scope.to_on).isoformat()


def _incoming(scope):
    """Capital of donors, less what went back to them. What moved between lines is no money of a donor."""
    legs = _legs(scope, postings.CAPITAL).exclude(entry__kind="transfer")
    yield from _by_quarter(scope, legs, INCOMING, -1)
    yield from _by_quarter(scope, _legs(scope, postings.COSTS), COST)


def _commitments(scope):
    rows = Commitment.objects.live().filter(scope.days("made_on"), line__in=grants.lines_of(scope))
    rows = rows.order_by().values(
        "currency",
        name=F("line__name"),
        instrument=F("window__call__instrument"),
        year=ExtractYear("made_on"),
        month=ExtractMonth("made_on"),
    )
    for row in rows.annotate(total=Sum(F("amount") - F("released_amount"))):
        kind = COMMITTED_LOAN if row["instrument"] == Call.Instrument.LOAN else COMMITTED
        yield Flow(
            kind,
            _last_day(scope, grants.quarter(row["year"], row["month"])),
            row["name"],
            row["currency"],
            row["total"],
        )


def _paid(scope):
    return _by_quarter(scope, _legs(scope, postings.GRANTS_PAID, postings.RECOVERIES_DUE), GRANT)


def _lent_and_back(scope):
    """Loans paid out, and what came back of them in money: principal, interest, fees, recoveries."""
    principal = _legs(scope, postings.PRINCIPAL)
    out = {"entry__kind": "loan_disbursed"}
    yield from _by_quarter(scope, principal.filter(**out), LOAN)
    in_money = Exists(Leg.objects.filter(entry=OuterRef("entry"), account__code__in=MOVING))
    yield from _by_quarter(scope, principal.filter(in_money).exclude(**out), REPAID, -1)
    yield from _by_quarter(scope, _legs(scope, postings.INTEREST), INTEREST, -1)
    yield from _by_quarter(scope, _legs(scope, postings.FEES, postings.PENALTIES), FEES, -1)
    yield from _by_quarter(scope, _legs(scope, postings.RECOVERED), RECOVERED, -1)


def _own(scope):
    for currency, found in grants.contributed(scope, "accepted").items():
        for quarter, part in found.split("quarter").items():
            yield Flow(OWN, _last_day(scope, quarter), "", currency, part.value)


def _added_up(flows):
    sums = {}
    for flow in flows:
        key = (flow.kind, flow.on, flow.line, flow.currency)
        sums[key] = sums.get(key, 0) + flow.amount
    return [Flow(*key, amount) for key, amount in sorted(sums.items()) if amount]


# For donors ----------------------------------------------------------------------------------------------------------


def _shown(flows, figures, scope, *, strict):
    known = {one.code for one in figures if one.has_data and not one.hidden}
    shown = [one for one in flows if _open(one, known, scope.programme, strict=strict)]
    if not strict:
        return shown
    whole = _added_up(
        Flow(one.kind, scope.to_on.isoformat(), "", one.currency, one.amount)
        for one in shown
        if one.kind not in IMPERSONAL
    )
    return _added_up(replace(one, line="") for one in shown if one.kind in IMPERSONAL) + whole


def _open(flow, known, programme, *, strict):
    """What a hidden figure adds up must not be added up from its parts."""
    if flow.kind in IMPERSONAL:
        return True
    code = FIGURES.get(flow.kind)
    if code is None:
        return not strict
    return (code if flow.currency == programme.currency else f"{code}_{flow.currency.lower()}") in known


# Frozen --------------------------------------------------------------------------------------------------------------


def thawed_open(body):
    """The OpenData that was frozen as JSON; None where a report has none."""
    if not body:
        return None
    return OpenData(
        **{
            **body,
            "sectors": tuple(tuple(one) for one in body["sectors"]),
            "regions": tuple(body["regions"]),
            "lines": tuple(Line(**one) for one in body["lines"]),
            "flows": tuple(Flow(**one) for one in body["flows"]),
        }
    )
