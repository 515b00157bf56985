"""Rows that go with a published report: single grants (360Giving), and lists of records for donors entitled to them.

They are read once, when the report is published, and kept with their hash. Amounts are minor units. People are numbers:
a keyed hash that cannot be turned back, another one in each report for the lists of records.
"""

import hashlib
import hmac
import json
import zlib

from django.conf import settings
from django.db.models import F, Q, Sum

from applicants.figures import run_by
from applicants.models import Consent, Party
from grants import figures as grants
from grants.models import Award
from ledger import postings
from ledger.models import Leg
from loans.models import Loan
from reports.models import IssueAnnex
from reports.suppression import LEAST

GRANTS, RECORDS = IssueAnnex.Kind.GRANTS, IssueAnnex.Kind.RECORDS
ORGANISATION, PUBLIC, INDIVIDUAL = "organisation", "public", "individual"
# Facts by which somebody could be known: one after the other is left out until five share every combination.
AWARD_FACTS = (("region", "sex", "window"), ("region", "sex"), ("sex",), ())
LOAN_FACTS = (("region", "sex", "cycle"), ("region", "sex"), ("sex",), ())


def annexes(scope, *, reference, record_lists):
    """{kind: rows} of a report; none of a confidential programme, where a single row would say who is in it."""
    if scope.programme.confidential:
        return {}
    found = {GRANTS: single_grants(scope)}
    if record_lists:
        found[RECORDS] = {"awards": award_records(scope, reference), "loans": loan_records(scope, reference)}
    return {kind: rows for kind, rows in found.items() if rows}


# Kept -----------------------------------------------------------------------------------------------------------------


def text_of(rows):
    return json.dumps(rows, sort_keys=True, ensure_ascii=False, separators=(",", ":"))


def digest_of(rows):
    """SHA-256 of the rows, as the body of the Issue names it."""
    return hashlib.sha256(text_of(rows).encode()).hexdigest()


def packed(rows):
    return zlib.compress(text_of(rows).encode())


def unpacked(blob):
    return json.loads(zlib.decompress(bytes(blob)))


def lists_of(issue, kinds=(GRANTS, RECORDS)):
    """{kind: rows} as they were kept with a published Issue; a grant has the `name` that may be told today, or ""."""
    kept = IssueAnnex.objects.filter(issue=issue, kind__in=kinds)
    return named({annex.kind: unpacked(annex.packed) for annex in kept}, issue.programme)


def named(found, programme):
    """Names of municipalities, and of businesses that agreed to be named and did not take it back."""
    if GRANTS not in found:
        return found
    parties = {row["party"] for row in found[GRANTS] if row["kind"] != INDIVIDUAL}
    agreed = Consent.objects.filter(programme=programme, purpose=Consent.Purpose.NAMING, withdrawn_on=None)
    may = Q(kind=Party.Kind.MUNICIPALITY) | Q(kind=Party.Kind.ENTERPRISE, pk__in=agreed.values("party"))
    names = dict(Party.objects.filter(may, pk__in=parties).values_list("pk", "name"))
    rows = [{**row, "name": names.get(row["party"], "")} for row in found[GRANTS]]
    return {**found, GRANTS: rows}


def pseudonym(*parts):
    """Twelve hex digits that stand for something; without the key of the office nobody can make or undo them."""
    text = ":".join(str(part) for part in ("pseudonym", *parts))
    return hmac.new(settings.INDEX_KEY.encode(), text.encode(), hashlib.sha256).hexdigest()[:12]


# Read -----------------------------------------------------------------------------------------------------------------


def _awards(scope):
    rows = Award.objects.filter(scope.line(window="window"), scope.days("approved_on"), programme=scope.programme)
    return rows.exclude(state=Award.State.CANCELLED).order_by("approved_on", "pk")


def _paid(scope):
    """{reference of the award: minor units paid and not come back by the last day}."""
    legs = Leg.objects.filter(
        scope.through("entry__value_on"),
        account__book__key=scope.programme.key,
        account__code__in=[postings.GRANTS_PAID, postings.RECOVERIES_DUE],
    )
    if scope.donor:
        legs = legs.filter(account__line__in=grants.lines_of(scope).values("key"))
    return dict(legs.order_by().values_list("account__subject").annotate(total=Sum("amount")))


def single_grants(scope):
    """A dict for each award, in the order of approval. Where fewer than five individuals got one, theirs are left out.

    The region stands only with organisations, and where five of them are in it.
    """
    paid, found = _paid(scope), []
    rows = _awards(scope).select_related("window__call", "region", "applicant", "business")
    for award in rows.iterator(chunk_size=2000):
        party = award.business or award.applicant
        found.append(
            {
                "id": pseudonym("grant", award.ref),
                "recipient": pseudonym("recipient", scope.programme.key, party.pk),
                "party": party.pk,
                "kind": _kind(party),
                "window": award.window.name,
                "window_code": award.window.key,
                "call": award.window.call.name,
                "currency": award.currency,
                "amount": award.amount,
                "paid": paid.get(award.ref, 0),
                "awarded_on": award.approved_on.isoformat(),
                "starts_on": award.signed_on.isoformat() if award.signed_on else "",
                "ends_on": award.ends_on.isoformat() if award.ends_on else "",
                "region": award.region.name,
            }
        )
    people = {row["party"] for row in found if row["kind"] == INDIVIDUAL}
    if len(people) < LEAST:
        found = [row for row in found if row["kind"] != INDIVIDUAL]
    return _without_places(found)


def _kind(party):
    if party.kind == Party.Kind.MUNICIPALITY:
        return PUBLIC
    return ORGANISATION if party.kind == Party.Kind.ENTERPRISE else INDIVIDUAL


def _without_places(rows):
    behind = {}
    for row in rows:
        if row["kind"] == ORGANISATION:
            behind.setdefault(row["region"], set()).add(row["party"])
    seen = {region for region, parties in behind.items() if len(parties) >= LEAST}
    for row in rows:
        if row["kind"] == INDIVIDUAL or (row["kind"] == ORGANISATION and row["region"] not in seen):
            row["region"] = ""
    for row in rows:
        if row["kind"] == INDIVIDUAL:
            # Nobody looks an individual up from a published report.
            row["party"] = 0
    return rows


def award_records(scope, reference):
    """Awards under pseudonyms: {"columns", "rows"}."""
    paid = _paid(scope)
    rows = _awards(scope).annotate(
        who=F("applicant"), place=F("region__name"), told=F("window__name"), by=run_by("business", "applicant")
    )
    found = [
        {
            "record": pseudonym(reference, row.ref),
            "recipient": pseudonym(reference, row.who),
            "region": row.place,
            "sex": row.by,
            "window": row.told,
            "quarter": _quarter(row.approved_on),
            "currency": row.currency,
            "amount": row.amount,
            "paid": paid.get(row.ref, 0),
            "state": row.get_state_display(),
        }
        for row in rows.iterator(chunk_size=2000)
    ]
    return coarsened(found, AWARD_FACTS)


def loan_records(scope, reference):
    """Loans paid out, under pseudonyms: {"columns", "rows"}."""
    rows = Loan.objects.filter(scope.line(), scope.days("disbursed_on"), programme=scope.programme)
    rows = rows.annotate(place=F("region__name"), by=run_by("business", "borrower")).order_by("disbursed_on", "pk")
    found = [
        {
            "record": pseudonym(reference, row.ref),
            "recipient": pseudonym(reference, row.borrower_id),
            "region": row.place,
            "sex": row.by,
            "cycle": "1" if row.cycle == 1 else "2+",
            "quarter": _quarter(row.disbursed_on),
            "currency": row.currency,
            "amount": row.amount,
            "instalments": row.instalments_number,
            "state": row.get_state_display(),
        }
        for row in rows.iterator(chunk_size=2000)
    ]
    return coarsened(found, LOAN_FACTS)


def _quarter(day):
    return f"{day.year}-{(day.month + 2) // 3}"


def coarsened(rows, levels):
    """The rows with as many of the telling facts as five recipients share in every combination.

    A fact is left out of all rows or of none, so that nothing follows from where it is missing. Fewer than five
    recipients in all: no list.
    """
    if len({row["recipient"] for row in rows}) < LEAST:
        return {"columns": [], "rows": []}
    for facts in levels:
        groups = {}
        for row in rows:
            groups.setdefault(tuple(row[fact] for fact in facts), set()).add(row["recipient"])
        if all(len(parties) >= LEAST for parties in groups.values()):
            break
    gone = set(levels[0]) - set(facts)
    columns = [name for name in rows[0] if name not in gone]
    # In an order that says nothing about the order of payment.
    ordered = sorted(rows, key=lambda row: row["record"])
    return {"columns": columns, "rows": [[row[name] for name in columns] for row in ordered]}
