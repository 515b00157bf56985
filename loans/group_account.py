"""What each member of a group owes of its loan on a day, and paid. Reads only; amounts are minor units."""

from collections import Counter
from dataclasses import dataclass, replace

from django.db.models import F

from ledger.money import split
from loans.allocation import COMPONENTS
from loans.models import GroupClaim, MemberPayment


@dataclass(frozen=True, slots=True)
class MemberLine:
    """`due` is the member's part of all that has fallen due by the day, `paid` what came from the member by then.

    `claimed` is what the group claims of the member, settled or not, and `covered` what others of the group had paid
    ahead, of whom nobody said that it was theirs: that much of the shortfall is accounted for.
    `share` is 0 for a member who left: the account stays, and what falls due later is the others'.
    """

    member: object
    share: int
    due: int
    paid: int
    claimed: int
    covered: int = 0

    @property
    def short(self):
        """What the member owes, nobody claims yet and no money of the group covers."""
        return max(self.due - self.paid - self.claimed - self.covered, 0)


def account_of(loan, on, without=None):
    """MemberLines of the members on `on`, then of those who left by then; [] for a loan of no group that day.

    Their `due` adds up to `fallen_due`, their `paid` to what the members brought. `without`: a Repayment left out.
    """
    rows = list(loan.shares.filter(since__lte=on).select_related("member").order_by("pk"))
    if not _in_force(rows, on):
        return []
    payments = MemberPayment.objects.filter(
        repayment__loan=loan, repayment__reversed_on=None, repayment__value_on__lte=on
    )
    if without is not None:
        payments = payments.exclude(repayment=without)
    paid = list(payments.values_list("repayment__value_on", "member", "amount", "typed"))
    claims = GroupClaim.objects.filter(loan=loan, claimed_on__lte=on).values_list("claimed_on", "member", "amount")
    members = {row.member_id: row.member for row in rows}
    lines = lines_of(rows, _fallen(loan, on), paid, list(claims), on)
    return [replace(line, member=members[line.member]) for line in lines]


def lines_of(rows, fallen, paid, claims, on, *, before=False):
    """MemberLines by primary key of the member at the end of `on`, or `before` anything of that day.

    `rows` are GroupShares, `fallen` (day, amount), `paid` (day, member, amount, typed), `claims` (day, member, amount).
    Shares change, and cents are rounded at each payment: money of the group that is ahead and was not typed for
    somebody covers whoever of those who stay would be short meanwhile, so that nobody is on a loan that is not late.
    Of who left it covers what it covered on the last day.
    """

    def known(day):
        return day < on if before else day <= on

    rows = [row for row in rows if known(row.since)]
    shares = {row.member_id: row.amount for row in rows if row.until is None or not known(row.until)}
    sums, untyped, claimed, covered = Counter(), Counter(), Counter(), Counter()
    for day, member, amount, typed in paid:
        if known(day):
            sums[member] += amount
            untyped[member] += 0 if typed else amount
    for day, member, amount in claims:
        claimed[member] += amount if known(day) else 0
    dues = divide_due(rows, [(day, amount) for day, amount in fallen if known(day)], sums)
    last_days = {row.member_id: row.until for row in rows if row.member_id not in shares}
    for member, until in last_days.items():
        lines = lines_of(rows, fallen, paid, claims, until, before=True)
        covered[member] = next(line.covered for line in lines if line.member == member)
    members = [*shares, *last_days]
    ahead = sum(min(untyped[pk], max(sums[pk] - dues[pk], 0)) for pk in members) - covered.total()
    needs = [max(dues[pk] - sums[pk] - claimed[pk], 0) for pk in shares]
    covers = min(max(ahead, 0), sum(needs))
    if covers:
        covered.update(dict(zip(shares, _parts(covers, needs), strict=True)))
    return [MemberLine(pk, shares.get(pk, 0), dues[pk], sums[pk], claimed[pk], covered[pk]) for pk in members]


def fallen_due(loan, on):
    """All that the group had to pay by `on`: what it paid on earlier schedules, and what fell due on this one."""
    return sum(amount for _day, amount in _fallen(loan, on))


def _fallen(loan, on):
    """Pairs of day and amount: the instalments due by `on`, on its value date each payment of earlier schedules, and
    what was paid back to the group, whose members had paid it in."""
    now = loan.instalments.filter(version=loan.current_version, due_on__lte=on).select_related("recall__repayment")
    before = loan.repayments.live().filter(version__lt=loan.current_version, value_on__lte=on)
    # Money that was only held met nothing that was due: it counts when it is used, by its own row.
    met = before.annotate(met=F("amount") - F("overpaid_amount")).values_list("value_on", "met")
    back = loan.refunds.filter(returned_on=None, value_on__lte=on).values_list("value_on", "amount")
    return [*((row.due_on, row.due_amount - _counted_before(row)) for row in now), *met, *back]


def _counted_before(row):
    """What is asked again in a row of money taken back and stands in the account of the members already.

    The money itself does not any more; what it had met still fell due where it paid on the schedule in force, or was
    used or paid back after it had been held.
    """
    if not row.recalled:
        return 0
    recall = row.recall
    of_before = recall.repayment.recalled and recall.repayment.version != row.version
    return sum(map(recall.used_amount, COMPONENTS)) if of_before else recall.owed_amount


def _in_force(rows, day):
    return [row for row in rows if row.since <= day and (row.until is None or row.until > day)]


def divide_due(rows, fallen, paid):
    """Counter of minor units by pk of the member: what fell due between two changes goes by the shares of that time.

    It is divided as one sum, so that rounding costs the last member a cent once and not at each instalment. What a
    member who left had paid ahead stays with the loan and meets what falls due next, before the others owe of it.
    """
    starts = sorted({row.since for row in rows})
    sums = Counter()
    for day, amount in fallen:
        # Nothing falls due before the act; money that came before it is the first members'.
        sums[max((start for start in starts if start <= day), default=starts[0])] += amount
    dues = Counter()
    for start in starts:
        shares, rest = _in_force(rows, start), sums[start]
        present = {row.member_id for row in shares}
        for pk in dict.fromkeys(row.member_id for row in rows if row.since < start and row.member_id not in present):
            ahead = min(max(paid[pk] - dues[pk], 0), rest)
            dues[pk] += ahead
            rest -= ahead
        for row, part in zip(shares, split(rest, [row.amount for row in shares]), strict=True):
            dues[row.member_id] += part
    return dues


def divide_paid(account, amount):
    """Minor units by line of `account` that a payment counts for: what each owes, and by the shares what is more.

    Nothing is taken to come from a member who left: the others pay for that one until it is typed otherwise, and the
    default stays to be claimed.
    """
    owed = [max(line.due - line.paid, 0) if line.share else 0 for line in account]
    more = amount - sum(owed)
    if more < 0:
        return _parts(amount, owed)
    return [due + part for due, part in zip(owed, _parts(more, [line.share for line in account]), strict=True)]


def _parts(amount, weights):
    """`amount` by weights, each part what the running total adds: none is below zero, nor above its weight if all fit.

    The rest of a plain split may fall on who owes nothing, or be a cent below zero.
    """
    whole, run, parts = sum(weights), 0, []
    for weight in weights:
        before, run = amount * run // whole, run + weight
        parts.append(amount * run // whole - before)
    return parts
