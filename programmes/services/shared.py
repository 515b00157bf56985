"""References, committed money, roles, rates: the writes that every layer above shares."""

import rules
from django.db import connection
from django.db.models import Sum
from django.utils.translation import gettext_lazy as _

from audit.refusals import Blocked, Invalid, NotAllowed, Stale
from audit.services import record, service
from ledger.models import Account
from ledger.money import Money
from programmes.clock import today
from programmes.models import (
    Commitment,
    Counter,
    Delegation,
    ExchangeRate,
    FundingLine,
    Membership,
    Role,
    Window,
)
from programmes.roles import forget, holds
from programmes.shares import WHOLE, parts_of, split_within, weights_of

WIDTHS = {
    "P": 6,
    "H": 6,
    "E": 6,
    "A": 5,
    "S": 2,
    "G": 4,
    "L": 4,
    "B": 3,
    "V": 5,
    "O": 5,
    "CA": 3,
    "CS": 3,
    "MO": 3,
    "R": 5,
}
WITHOUT_YEAR = frozenset("PHE")


def take_references(letter, count=1, year=None):
    """`count` new references such as "A-2026-00123" (or "P-000123"). The Counter row is locked until commit.

    Digits behind the letters make a series of their own, as R7 for the cash receipts of the programme 7.
    """
    key = letter if letter in WITHOUT_YEAR else f"{letter}-{year}"
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO programmes_counter (key, last) VALUES (%s, %s) "
            "ON CONFLICT (key) DO UPDATE SET last = programmes_counter.last + EXCLUDED.last",
            [key, count],
        )
    width = WIDTHS[letter.rstrip("0123456789")]
    last = Counter.objects.values_list("last", flat=True).get(pk=key)
    return [f"{key}-{number:0{width}d}" for number in range(last - count + 1, last + 1)]


def take_reference(letter, year=None):
    return take_references(letter, 1, year)[0]


def check_date(*, on, programme, by, reason=""):
    """Raises Invalid for a date in the future, and for one too long ago without the permission and a reason."""
    day = today(programme)
    if on > day:
        raise Invalid(_("%(date)s lies in the future.") % {"date": on.strftime("%d.%m.%Y")}, field="on")
    if (day - on).days <= programme.backdate_days:
        return
    if not rules.test_rule("programmes.backdate", by, programme):
        raise NotAllowed(
            _("%(date)s is more than %(days)s days ago. Only a person who may backdate can enter it.")
            % {"date": on.strftime("%d.%m.%Y"), "days": programme.backdate_days}
        )
    if not reason.strip():
        raise Invalid(_("Say why this is entered so late."), field="reason")


def lock_lines(*keys):
    """Lock FundingLines in the one order (by pk) and return them by key."""
    rows = FundingLine.objects.select_for_update(of=("self",)).select_related("programme")
    return {line.key: line for line in rows.filter(key__in=keys).order_by("pk")}


def cash_on(line):
    """Minor units of the line by the ledger: in the bank, and in cash with paymasters."""
    return _cash_accounts(line).aggregate(total=Sum("balance_amount", default=0))["total"]


def bank_on(line):
    """Minor units on the line's bank account by the ledger: what can leave it."""
    return _cash_accounts(line).filter(subject="").aggregate(total=Sum("balance_amount", default=0))["total"]


def _cash_accounts(line):
    return Account.objects.filter(book__key=line.programme.key, code="1000", currency=line.currency, line=line.key)


def available_on(line):
    """Minor units that may still be promised on the line: ceiling less live commitments, or cash less unused ones."""
    if line.kind == FundingLine.Kind.REVOLVING:
        return cash_on(line) - line.commitments.total_unused_amount()
    return line.ceiling_amount - line.commitments.total_live_amount()


def lines_short(parts):
    """[(FundingLine, minor units left)] of `parts` ({FundingLine: minor units}) that want more than their line has.

    The rows are locked in the one order, so what is left stays left until the end of the transaction.
    """
    locked = lock_lines(*{line.key for line in parts})
    left = {line: available_on(locked[line.key]) for line in parts}
    return [(line, left[line]) for line, part in parts.items() if part > left[line]]


@service
def reserve(*, window, applicant_ref, case_ref, amount, by, on):
    """Reserve `amount` minor units for a case on the lines of its window, each its share: lock them, sum, insert.

    Returns the Commitments. Raises Blocked, naming the line, when the money of one of them is short, and Stale when
    the lines of the window were changed at this moment.
    """
    parts = parts_of(window, amount)
    short = lines_short(parts)
    # Who changes them holds every line of the programme.
    if weights_of(Window.objects.select_related("line").get(pk=window.pk)) != weights_of(window):
        raise Stale()
    for line, left in short:
        raise Blocked(
            _("The line %(line)s has %(left)s left; %(case)s needs %(amount)s.")
            % {
                "line": line.name,
                "left": Money(left, line.currency),
                "case": case_ref,
                "amount": Money(parts[line], line.currency),
            }
        )
    for line in parts:
        if on < line.starts_on or (line.ends_on and on > line.ends_on):
            raise Blocked(_("The line %(line)s is not eligible on that date.") % {"line": line.name})
    made = []
    for line, part in parts.items():
        commitment = Commitment.objects.create(
            line=line,
            window=window,
            applicant_ref=applicant_ref,
            case_ref=case_ref,
            amount=part,
            currency=line.currency,
            made_on=on,
        )
        _note("commitment.reserve", commitment, by, on)
        made.append(commitment)
    return made


@service
def commit(*, case_ref, by, on):
    """A contract is signed: the reserved money is committed on each line. Returns the Commitments."""
    live = live_commitments(case_ref)
    for commitment in live:
        if not Commitment.objects.filter(pk=commitment.pk, state=Commitment.State.RESERVED).update(
            state=Commitment.State.COMMITTED
        ):
            raise Blocked(_("The money of %(case)s is not reserved.") % {"case": case_ref})
        _note("commitment.commit", commitment, by, on)
        commitment.state = Commitment.State.COMMITTED
    return live


@service
def use(*, case_ref, parts, by, on):
    """`parts` ({FundingLine pk: minor units}) were paid out (negative: came back). Used in full, the state is used."""
    live = live_commitments(case_ref)
    if set(parts) - {commitment.line_id for commitment in live}:
        raise Blocked(_("More would be paid than was promised to %(case)s.") % {"case": case_ref})
    for commitment in live:
        amount = parts.get(commitment.line_id, 0)
        if amount:
            _use(commitment, amount, by, on)
    return live


def _use(commitment, amount, by, on):
    used = commitment.used_amount + amount
    promised = commitment.amount - commitment.released_amount
    if used < 0 or used > promised:
        raise Blocked(_("More would be paid than was promised to %(case)s.") % {"case": commitment.case_ref})
    commitment.used_amount = used
    commitment.state = Commitment.State.USED if used == promised else Commitment.State.COMMITTED
    commitment.save(update_fields=["used_amount", "state"])
    _note("commitment.use", commitment, by, on, amount)


@service
def release(*, case_ref, by, on, amount=None):
    """Give `amount` minor units back to the lines, so that what stays is shared as the window says; without it, all
    that is not used. No line keeps less than was paid from it. Returns the Commitments."""
    live = live_commitments(case_ref)
    unused = sum(commitment.unused_amount for commitment in live)
    amount = unused if amount is None else amount
    if amount < 0 or amount > unused:
        raise Blocked(_("Only the part of %(case)s that is not paid can be released.") % {"case": case_ref})
    weights = weights_of(live[0].window)
    stays = split_within(
        sum(commitment.promised_amount for commitment in live) - amount,
        [weights.get(commitment.line, WHOLE) for commitment in live],
        [commitment.used_amount for commitment in live],
        [commitment.promised_amount for commitment in live],
    )
    for commitment, left in zip(live, stays, strict=True):
        _release(commitment, commitment.promised_amount - left, by, on)
    return live


def _release(commitment, amount, by, on):
    commitment.released_amount += amount
    if commitment.used_amount == 0 and commitment.released_amount == commitment.amount:
        commitment.state = Commitment.State.RELEASED
    elif commitment.unused_amount == 0:
        commitment.state = Commitment.State.USED
    commitment.save(update_fields=["released_amount", "state"])
    _note("commitment.release", commitment, by, on, amount)


def live_commitments(case_ref):
    """The live Commitments of a case in the order of their shares, their lines locked. Raises Blocked without any."""
    held = Commitment.objects.live().filter(case_ref=case_ref)
    locked = lock_lines(*held.values_list("line__key", flat=True))
    live = list(held.select_related("line__programme", "window__line").order_by("pk"))
    if not live:
        raise Blocked(_("No money is promised to %(case)s.") % {"case": case_ref})
    for commitment in live:
        commitment.line = locked[commitment.line.key]
    return live


def _note(kind, commitment, by, on, amount=None):
    record(
        kind,
        commitment.case_ref,
        by=by,
        on=on,
        programme=commitment.line.programme.key,
        body={
            "line": commitment.line.key,
            "amount": commitment.amount if amount is None else amount,
            "currency": commitment.currency,
        },
    )


@service
def grant_role(*, user, programme, role, by, on, region=None, donor=None, villages=(), ends_on=None):
    """Give a role. Nobody grants one to themselves, and an administrator holds no role that touches money."""
    if by is not None and by.pk == user.pk:
        raise NotAllowed(_("Nobody grants a role to themselves."))
    if by is not None and not rules.test_rule("programmes.grant_role", by, None):
        raise NotAllowed(_("Only an administrator grants roles."))
    if ends_on is not None and ends_on < on:
        raise Invalid(_("The last day lies before the first."), field="ends_on")
    same = Membership.objects.current(on).filter(user=user, programme=programme, role=role, region=region, donor=donor)
    if not villages and same.filter(ends_on=None, villages=None).exists():
        raise Blocked(_("%(name)s holds this role already.") % {"name": user})
    held = set(Membership.objects.current(on).filter(user=user).values_list("role", flat=True))
    if (role == Role.ADMINISTRATOR and held & MONEY_ROLES) or (role in MONEY_ROLES and Role.ADMINISTRATOR in held):
        raise Blocked(_("An administrator holds no role that decides or pays."))
    membership = Membership.objects.create(
        user=user,
        programme=programme,
        role=role,
        region=region,
        donor=donor,
        starts_on=on,
        ends_on=ends_on,
        granted_by=by,
    )
    membership.villages.set(villages)
    forget(user)
    record(
        "role.grant",
        user.ref,
        by=by,
        on=on,
        programme=programme.key if programme else "",
        body={"role": role, "region": region.pk if region else None},
    )
    return membership


MONEY_ROLES = {Role.MEMBER, Role.SECRETARY, Role.MANAGER, Role.LOAN_OFFICER, Role.FINANCE}


@service
def end_role(*, membership, by, on, reason):
    """A role ends on `on`; what was done under it stays."""
    if membership.user_id == by.pk or not rules.test_rule("programmes.grant_role", by, None):
        raise NotAllowed(_("Only another person, an administrator, ends a role."))
    membership.ends_on = on
    membership.save(update_fields=["ends_on"])
    forget(membership.user)
    programme = membership.programme
    record(
        "role.end",
        membership.user.ref,
        by=by,
        on=on,
        programme=programme.key if programme else "",
        body={"role": membership.role},
        reason=reason,
    )
    return membership


@service
def request_delegation(*, membership, delegate, starts_on, ends_on, by, on):
    """Ask that `delegate` covers a role for some days."""
    if membership.user_id != by.pk and not holds(by, [Role.MANAGER], membership.programme_id):
        raise NotAllowed(_("Only the holder of a role or the manager asks for cover."))
    if delegate.pk == membership.user_id:
        raise Invalid(_("The cover must be another person."), field="delegate")
    if ends_on < starts_on:
        raise Invalid(_("The last day lies before the first."), field="ends_on")
    delegation = Delegation.objects.create(
        membership=membership, delegate=delegate, starts_on=starts_on, ends_on=ends_on, requested_by=by
    )
    record(
        "delegation.request",
        delegate.ref,
        by=by,
        on=on,
        programme=membership.programme.key,
        body={"role": membership.role, "from": starts_on, "to": ends_on},
    )
    return delegation


@service
def approve_delegation(*, delegation, by, on):
    """A second person, neither the asker nor the delegate, approves the cover."""
    if by.pk in (delegation.requested_by_id, delegation.delegate_id):
        raise NotAllowed(_("A second person must approve the cover."))
    if not rules.test_rule("programmes.approve_delegation", by, delegation.membership):
        raise NotAllowed()
    if not Delegation.objects.filter(pk=delegation.pk, approved_by=None).update(approved_by=by):
        raise Blocked(_("This cover is approved already."))
    delegation.approved_by = by
    forget(delegation.delegate)
    record(
        "delegation.approve",
        delegation.delegate.ref,
        by=by,
        on=on,
        programme=delegation.membership.programme.key,
        body={"role": delegation.membership.role},
    )
    return delegation


@service
def enter_rate(*, base, quote, on, rate, source, by, note=""):
    """Record the rate of a day: units of `quote` for one `base`. A rate once entered is not changed."""
    if rate <= 0:
        raise Invalid(_("A rate is above zero."), field="rate")
    if ExchangeRate.objects.filter(base=base, quote=quote, on=on, source=source).exists():
        raise Blocked(_("There is a rate of that day and source already."))
    row = ExchangeRate.objects.create(base=base, quote=quote, on=on, rate=rate, source=source, note=note)
    record("rate.enter", f"rate:{base}{quote}", by=by, on=on, body={"rate": rate, "source": source})
    return row
