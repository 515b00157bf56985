"""The statement of a fund: every term a sum of ledger legs, so that opening plus all terms is closing, to the unit.

A leg counts when its entry moves the line's cash or what the line owes others: bank (1000), overpayments held (2000)
and receipts not claimed (2100). Each leg against them is a term; a reversal lowers the term that it undoes.
Write-offs, forgiveness and capitalised interest move neither, and are no term. Amounts are minor units of the line.
"""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from django.db.models import DateField, Exists, F, OuterRef, Q, Sum, Value
from django.utils.translation import gettext_lazy as _

from ledger import postings
from ledger.models import Account, Entry, Leg

ONE_DAY = timedelta(days=1)
MOVING = (postings.BANK, postings.OVERPAYMENTS, postings.UNCLAIMED)
SOURCES = (postings.CAPITAL, postings.CONVERSION)
# Entries whose legs lower the term that they undo; RECALLED names no entry, it undoes what held money had paid.
RECALLED = "overpayment_recalled"
UNDOING = Q(entry__reverses__isnull=False) | Q(entry__kind=RECALLED)

# (term, title, account code, side of the original leg). Credits bring cash, debits take it.
TERMS = (
    ("capital_received", _("Capital received from donors"), postings.CAPITAL, "credit"),
    ("capital_returned", _("Capital returned to donors"), postings.CAPITAL, "debit"),
    ("disbursed", _("Loans paid out"), postings.PRINCIPAL, "debit"),
    ("principal", _("Principal repaid"), postings.PRINCIPAL, "credit"),
    ("interest", _("Interest received"), postings.INTEREST, "both"),
    ("fees", _("Fees received"), postings.FEES, "both"),
    ("penalties", _("Penalties received"), postings.PENALTIES, "both"),
    ("recoveries", _("Recoveries after write-off"), postings.RECOVERED, "both"),
    ("grants", _("Grants paid"), postings.GRANTS_PAID, "both"),
    ("grant_recoveries", _("Grant money paid back"), postings.RECOVERIES_DUE, "both"),
    ("costs", _("Bank charges and costs"), postings.COSTS, "both"),
    ("conversions", _("Converted from and to other currencies"), postings.CONVERSION, "both"),
)
TRANSFERS = ("transfers", _("Transferred from and to other lines"))
OVERPAYMENTS = ("overpayments", _("Change in overpayments held"))
UNCLAIMED = ("unclaimed", _("Change in receipts not claimed"))
OTHER = ("other", _("Other entries"))


@dataclass(frozen=True)
class Term:
    code: str
    title: str
    amount: int


@dataclass(frozen=True)
class Sources:
    """Where the capital of a line is from since its beginning, each less what went the same way; minor units.

    given: by donors; transferred: with other lines; converted: with lines of other currencies, at what the bank gave.
    """

    given: int
    transferred: int
    converted: int

    @property
    def total(self):
        return self.given + self.transferred + self.converted


@dataclass(frozen=True)
class FundStatement:
    """`difference` is zero, or the ledger is broken. Days are posting days, both ends included."""

    line: object
    from_on: date
    to_on: date
    opening: int
    terms: tuple
    closing: int
    sources: Sources
    disbursed_ever: int

    @property
    def difference(self):
        return self.opening + sum(term.amount for term in self.terms) - self.closing

    def amount_of(self, code):
        """Minor units of one term; 0 when nothing of it happened."""
        return sum(term.amount for term in self.terms if term.code == code)

    @property
    def capital_ever(self):
        return self.sources.total

    @property
    def rotations(self):
        """How often the capital was lent: disbursed / capital since the beginning; None without capital."""
        return Decimal(self.disbursed_ever) / self.capital_ever if self.capital_ever > 0 else None

    def rows(self):
        """(title, minor units) from opening to closing: page, CSV and XLSX print the same."""
        return [
            (_("Opening cash"), self.opening),
            *((term.title, term.amount) for term in self.terms),
            (_("Closing cash"), self.closing),
        ]


def legs_on(line):
    return Leg.objects.filter(
        account__book__key=line.programme.key, account__line=line.key, account__currency=line.currency
    )


def legs_of(line, **when):
    """The legs of the line whose entries the filters name, read from the entries on, which have an index of days.

    A period of a long life is then read without the rest of it.
    """
    entries = Entry.objects.filter(book__key=line.programme.key, **when)
    return Leg.objects.filter(entry__in=entries, account__line=line.key, account__currency=line.currency)


def balances_at(line, day):
    """{account code: minor units at the end of `day`, by posting days}: what stands today without what came later."""
    accounts = Account.objects.filter(book__key=line.programme.key, line=line.key, currency=line.currency)
    found = defaultdict(int, accounts.order_by().values_list("code").annotate(total=Sum("balance_amount")))
    later = legs_of(line, posted_on__gt=day).order_by().values_list("account__code")
    for code, amount in later.annotate(total=Sum("amount")):
        found[code] -= amount
    return found


def cash_at(line, day):
    """Minor units in the line's bank account at the end of `day`, by posting days."""
    return balances_at(line, day)[postings.BANK]


def lowest_cash(line):
    """(minor units, day) when the line's bank account stood lowest, by value dates; (0, None) without any entry."""
    moved = legs_on(line).on_code(postings.BANK).order_by("entry__value_on").values_list("entry__value_on")
    cash, lowest = 0, (0, None)
    for day, amount in moved.annotate(total=Sum("amount")):
        cash += amount
        lowest = min(lowest, (cash, day)) if lowest[1] else (cash, day)
    return lowest


def fund_statement(line, from_on, to_on):
    """The statement of a funding line from the morning of `from_on` to the evening of `to_on`."""
    return FundStatement(
        line=line,
        from_on=from_on,
        to_on=to_on,
        opening=cash_at(line, from_on - ONE_DAY),
        terms=tuple(terms_of(_sums(line, from_on, to_on))),
        closing=cash_at(line, to_on),
        sources=sources_by(line, to_on),
        disbursed_ever=_disbursed_by(line, to_on),
    )


def sources_by(line, day):
    """The Sources of the line's capital up to the end of `day`, by posting days."""
    legs = legs_on(line).filter(account__code__in=SOURCES, entry__posted_on__lte=day)
    given = transferred = converted = 0
    rows = legs.order_by().values_list("account__code", "entry__kind").annotate(total=Sum("amount"))
    for code, kind, amount in rows:
        if code == postings.CONVERSION:
            converted -= amount
        elif _is_transfer(code, kind):
            transferred -= amount
        else:
            given -= amount
    return Sources(given, transferred, converted)


def _disbursed_by(line, day):
    """Minor units lent up to the end of `day`: debits of principal in cash, less those that were reversed."""
    lent = legs_on(line).on_code(postings.PRINCIPAL).filter(~UNDOING, amount__gt=0)
    lent = lent.filter(_moving(line), entry__posted_on__lte=day).total_amount()
    undone = legs_of(line, reverses__isnull=False, posted_on__lte=day).on_code(postings.PRINCIPAL)
    return lent + undone.filter(_moving(line), amount__lt=0).total_amount()


def _moving(line):
    """Has the entry of the leg moved the line's cash, or what it owes others?"""
    legs = Leg.objects.filter(account__code__in=MOVING, account__line=line.key, account__currency=line.currency)
    return Exists(legs.filter(entry=OuterRef("entry")))


def terms_of(sums):
    """The terms that are not zero, in the order of TERMS; what no term names is shown as "other", never left out.

    `sums`: {(account code, side of the original leg, entry kind): what the legs brought in cash}.
    """
    found = []
    transfers = sum(amount for (code, _side, kind), amount in sums.items() if _is_transfer(code, kind))
    for term, title, wanted, side in TERMS:
        amount = sum(
            amount
            for (code, leg_side, kind), amount in sums.items()
            if code == wanted and side in (leg_side, "both") and not _is_transfer(code, kind)
        )
        found.append(Term(term, title, amount))
    found.append(Term(*TRANSFERS, transfers))
    for (term, title), code in ((OVERPAYMENTS, postings.OVERPAYMENTS), (UNCLAIMED, postings.UNCLAIMED)):
        found.append(Term(term, title, sum(amount for key, amount in sums.items() if key[0] == code)))
    named = {code for _term, _title, code, _side in TERMS} | {*MOVING}
    found.append(Term(*OTHER, sum(amount for key, amount in sums.items() if key[0] not in named)))
    return [term for term in found if term.amount]


def _is_transfer(code, kind):
    return code == postings.CAPITAL and kind == "transfer"


def _sums(line, from_on, to_on):
    sums = defaultdict(int)
    for key, _day, amount in moved(line, from_on, to_on, by_day=False):
        sums[key] += amount
    return sums


def moved(line, from_on, to_on, *, by_day):
    """((account code, side of the original leg, entry kind), posting day or None, what it brought in cash).

    Legs of the bank itself are left out: what stands against them says why the cash moved.
    """
    day = F("entry__posted_on") if by_day else Value(None, output_field=DateField())
    rows = (
        legs_of(line, posted_on__range=(from_on, to_on))
        .filter(_moving(line))
        .exclude(account__code=postings.BANK)
        .order_by()
        .annotate(code=F("account__code"), kind=F("entry__kind"), reversal=UNDOING)
        .annotate(debit=Q(amount__gt=0), day=day)
        .values("code", "kind", "reversal", "debit", "day")
        .annotate(total=Sum("amount"))
    )
    for row in rows:
        side = "debit" if row["debit"] != row["reversal"] else "credit"
        yield (row["code"], side, row["kind"]), row["day"], -row["total"]


@dataclass(frozen=True)
class Integrity:
    """Is the capital still there? By posting days up to `as_of`, in minor units.

    Cash and loans owed, less what is held for others, are the capital, what it earned, less what it lost and cost.
    `allowance` is what the programme expects to lose of what is owed; None where it has set no rates for that.
    """

    as_of: date
    cash: int
    outstanding: int
    held: int
    sources: Sources
    earned: int
    lost: int
    costs: int
    other: int
    allowance: int | None = None

    @property
    def capital(self):
        return self.sources.total

    @property
    def worth(self):
        return self.cash + self.outstanding - self.held

    @property
    def difference(self):
        return self.worth - (self.capital + self.earned - self.lost - self.costs - self.other)

    @property
    def share(self):
        """What is there for each unit of capital, the allowance taken off where there is one; None without capital."""
        return Decimal(self.worth - (self.allowance or 0)) / self.capital if self.capital > 0 else None


EARNED = (postings.INTEREST, postings.INTEREST_CAPITALISED, postings.FEES, postings.PENALTIES, postings.RECOVERED)
LOST = (postings.WRITTEN_OFF, postings.FORGIVEN)
HELD = (postings.OVERPAYMENTS, postings.UNCLAIMED)


def integrity(line, as_of, allowance=None):
    """The Integrity of a line at the end of `as_of`."""
    balances = balances_at(line, as_of)
    known = {postings.BANK, postings.PRINCIPAL, *SOURCES, postings.COSTS, *HELD, *EARNED, *LOST}
    return Integrity(
        as_of=as_of,
        cash=balances[postings.BANK],
        outstanding=balances[postings.PRINCIPAL],
        held=-sum(balances[code] for code in HELD),
        sources=sources_by(line, as_of),
        earned=-sum(balances[code] for code in EARNED),
        lost=sum(balances[code] for code in LOST),
        costs=balances[postings.COSTS],
        other=sum(amount for code, amount in balances.items() if code not in known),
        allowance=allowance,
    )
