"""After anything happened to its money, a loan is folded anew and brought to what the fold says.

Repayments whose parts stay as they were are left alone; those whose parts change are reversed in the ledger and
posted again with their old value dates, so that nothing that was booked disappears.
"""

from dataclasses import replace
from operator import attrgetter

from django.db.models import Sum
from django.utils.translation import gettext_lazy as _

from audit.moves import advance
from audit.refusals import Blocked
from audit.services import record
from ledger import postings
from ledger.services import post, reverse
from loans.allocation import COMPONENTS
from loans.allocation import Allocation as Parts
from loans.conditions import no_open_tranche
from loans.facts import facts_of, parts_of
from loans.models import Allocation, Instalment, Loan, Repayment
from loans.services.groups import divide_repayment
from loans.services.security import let_go, take_up
from loans.standing import OverdrawnError, Recalled, Receipt, Row, Waiver, fold
from loans.terms import terms_of

ASKED = ("principal", "interest", "penalty")
PART_COLUMNS = {name: f"{name}_amount" for name in COMPONENTS}


def row_of(instalment):
    return Row(
        instalment.number,
        instalment.due_on,
        instalment.planned_principal_amount,
        instalment.planned_interest_amount,
        instalment.fee_amount,
        instalment.penalty_brought_amount,
        instalment.recalled,
    )


def fold_loan(loan, through, **facts):
    """As `folded`. Raises Blocked when an overpayment was refunded that would not be there."""
    try:
        return folded(loan, through, **facts)
    except OverdrawnError as overdrawn:
        raise Blocked(_("An overpayment that came from this money was refunded already.")) from overdrawn


def folded(loan, through, *, added=(), without=None, recalls=(), facts=None, again=False):
    """(standing, instalments, pairs): the current schedule folded with its live money, read here without `facts`.

    To the end of `through`, or of the day to which the loan is reckoned already where that is later and it is not
    reckoned `again`. Nothing is changed.

    `pairs` are (Repayment, its new parts or None); None for money held that has nothing to pay any more. `added` are
    Repayments not stored yet, `without` is one that is being reversed, `recalls` are Recalls not stored yet. Raises
    OverdrawnError when an overpayment was refunded that would not be there.
    """
    facts = facts or facts_of([loan])[loan.pk]
    version, instalments = facts.version, facts.instalments
    stored = [row for row in facts.repayments if without is None or row.pk != without.pk]
    # Money of one day is divided in the order in which it was entered, whatever its own dates are.
    cash = [*sorted((row for row in stored if row.means != Repayment.Means.HELD), key=attrgetter("pk")), *added]
    receipts = [Receipt(number, row.pays_on, row.amount) for number, row in enumerate(cash)]
    receipts += [Receipt(refund.order_ref, refund.value_on, -refund.amount) for refund in facts.refunds]
    waivers = [Waiver(row.value_on, row.component, row.amount) for row in facts.waivers]
    if not again:
        through = reckoned_to(loan, through)
    rows = [row_of(instalment) for instalment in [*instalments, *(recall.instalment for recall in recalls)]]
    back = [Recalled(recall.due_on, recall.held_amount) for recall in [*facts.recalls, *recalls]]
    terms = terms_of(loan, version.request)
    standing = fold(rows, receipts, terms, through, held=version.held_amount, waivers=waivers, recalls=back)
    pairs = [(row, standing.parts[number]) for number, row in enumerate(cash)]
    held = {row.value_on: row for row in stored if row.means == Repayment.Means.HELD}
    for day in sorted(held.keys() | standing.applied.keys()):
        pairs.append((held.get(day) or _unsaved_held(loan, day), standing.applied.get(day)))
    return standing, instalments, pairs


def reckoned_to(loan, through):
    return max(through, loan.reckoned_on or through)


def fold_to_repay(loan, on, *, facts=None, again=False):
    """(standing before the money of `on`, minor units that came on `on`): together they say what repays the loan then.

    Money of one day acts as its sum: what came already would pay interest ahead alone, and none together with the rest.
    Where a refund left on that day too, the standing is the one after both.
    """
    facts = facts or facts_of([loan])[loan.pk]
    came = [row for row in facts.repayments if row.pays_on == on and row.means != Repayment.Means.HELD]
    if any(row.value_on == on for row in facts.refunds):
        came = []
    before = replace(facts, repayments=[row for row in facts.repayments if row not in came])
    standing, _instalments, _pairs = fold_loan(loan, on, facts=before, again=again)
    return standing, sum(row.amount for row in came)


def still_claimed(loan):
    """(minor units claimed, minor units recovered) of a loan that is written off.

    Claimed is what would have repaid it on the day of the write-off, and what was taken back after it of money that
    had paid before, less what was recovered since. Nothing else is added to a claim after that day.
    """
    return all_still_claimed([loan])[loan.pk]


def all_still_claimed(loans):
    """{loan id: as still_claimed} of loans that are written off, read together."""
    facts = facts_of(loans)
    sums = Repayment.objects.live().filter(loan__in=loans).order_by().values("loan")
    recovered = dict(sums.annotate(total=Sum("recovered_amount")).values_list("loan", "total"))
    found = {}
    for loan in loans:
        known = facts[loan.pk]
        standing, came = fold_to_repay(loan, loan.written_off_on, facts=known, again=True)
        whole = sum(standing.payoff_on(loan.written_off_on).values()) - standing.overpaid - came
        later = sum(recall.owed_amount for recall in known.recalls if recall.due_on > loan.written_off_on)
        since = recovered.get(loan.pk, 0)
        found[loan.pk] = whole + later - since, since
    return found


def _unsaved_held(loan, day):
    """Money held that pays what falls due on `day`, as a Repayment that brings no cash."""
    return Repayment(
        loan=loan,
        currency=loan.currency,
        value_on=day,
        means=Repayment.Means.HELD,
        version=loan.current_version,
    )


def restate(loan, *, through, on, by, added=(), without=None, reason="", refunded=False, batch=None):
    """Bring a locked, active or repaid loan to what its money says. Returns the Standing.

    With a `batch` the loan is read from it, and where penalties are all that changes, it is left to it to write them.

    `added` are unsaved Repayments (saved here, in their parts); `without` is reversed already by the caller.
    `through` is the day up to which penalties are reckoned, `on` the date of the act.
    """
    facts = batch and batch.facts[loan.pk]
    standing, instalments, pairs = fold_loan(loan, through, added=added, without=without, facts=facts)
    loan.reckoned_on = reckoned_to(loan, through)
    if added:
        need_some_owed(loan, standing, added)
    numbers = {instalment.number: instalment for instalment in instalments}
    why = reason or str(_("Money of an earlier date was entered."))
    pending = _pending(pairs, numbers, batch.parts if batch else parts_of([row for row, _parts in pairs]))
    for repayment, parts in reversed(pending):
        if repayment.entry_id and (parts is None or part_sums(parts) != _stored_sums(repayment)):
            reverse(entry=repayment.entry, reason=why, by=by, on=on)
            repayment.entry = None
        if parts is None:
            mark_reversed(repayment, on=on, reason=why)
    for repayment, parts in pending:
        if parts is not None:
            _book(loan, repayment, parts, numbers, by)
    changes, stays = _apply(loan, standing, instalments), _stays(loan, standing)
    if batch and stays and not pending and batch.takes(loan, changes):
        return standing
    _store(changes)
    _move(loan, standing, on=on, by=by, reason=reason, refunded=refunded)
    return standing


def _pending(pairs, numbers, kept):
    """The pairs whose parts are not what is stored, in the order of their value dates, unsaved ones last in a day.

    `kept` are the stored parts, as parts_of gives them.
    """
    ids = {number: instalment.pk for number, instalment in numbers.items()}
    different = [
        (row, parts)
        for row, parts in pairs
        if row.pk is None
        or parts is None
        or kept[row.pk] != {(ids[no], name): amount for (no, name), amount in shares_of(parts).items()}
    ]
    return sorted(different, key=lambda pair: (pair[0].value_on, pair[0].pk or 1 << 62))


def part_sums(parts):
    return (*(parts.total(name) for name in COMPONENTS), parts.overpayment)


def _stored_sums(repayment):
    return (*(getattr(repayment, column) for column in PART_COLUMNS.values()), repayment.overpaid_amount)


def shares_of(parts):
    """{(instalment number, component): minor units} of an allocation, zero parts left out."""
    return {
        (share.no, name): getattr(share, name) for share in parts.shares for name in COMPONENTS if getattr(share, name)
    }


def set_parts(repayment, parts):
    for name, column in PART_COLUMNS.items():
        setattr(repayment, column, parts.total(name))
    repayment.overpaid_amount = parts.overpayment
    repayment.amount = parts.amount


def legs_of(loan, repayment):
    """The legs of a repayment in its parts; money held is taken from what is owed to the borrower."""
    parts = {
        "penalty": repayment.penalty_amount,
        "fee": repayment.fee_amount,
        "interest": repayment.interest_amount,
        "principal": repayment.principal_amount,
        "line": loan.line.key,
        "loan": loan.ref,
    }
    if repayment.means == Repayment.Means.HELD:
        return postings.overpayment_applied(**parts)
    legs = postings.repayment(overpayment=repayment.overpaid_amount, receipt=repayment.receipt, **parts)
    return postings.from_purse(legs, repayment.purse) if repayment.purse else legs


def allocations_of(repayment, parts: Parts, numbers: dict[int, Instalment]):
    return [
        Allocation(repayment=repayment, instalment=numbers[no], component=component, amount=amount)
        for (no, component), amount in shares_of(parts).items()
    ]


def _book(loan, repayment, parts, numbers, by):
    born = repayment.pk is None
    set_parts(repayment, parts)
    repayment.save()
    repayment.allocations.all().delete()
    Allocation.objects.bulk_create(allocations_of(repayment, parts, numbers))
    if repayment.entry is None:
        repayment.entry = post(
            book_key=loan.programme.key,
            kind="overpayment_applied" if repayment.means == Repayment.Means.HELD else "repayment",
            event_key=f"repayment:{repayment.pk}",
            legs=legs_of(loan, repayment),
            currency=loan.currency,
            value_on=repayment.value_on,
            by=by,
        )
        repayment.save(update_fields=["entry"])
    if born:
        divide_repayment(loan, repayment)
    record(
        "repayment.record" if born else "repayment.restate",
        loan.ref,
        by=by,
        on=repayment.value_on,
        programme=loan.programme.key,
        body=event_body(repayment),
    )


def event_body(repayment):
    return {
        "repayment": repayment.pk,
        "amount": repayment.amount,
        "currency": repayment.currency,
        **{name: getattr(repayment, column) for name, column in PART_COLUMNS.items()},
        "overpaid": repayment.overpaid_amount,
    }


def mark_reversed(repayment, *, on, reason):
    repayment.reversed_on = on
    repayment.reversal_reason = reason[:300]
    repayment.save(update_fields=["reversed_on", "reversal_reason", "recalled"])


def _apply(loan, standing, instalments):
    """Set what the standing says on the loan and its instalments. Returns {row: names of the columns that differ}."""
    by_number = {row.row.no: row for row in standing.rows}
    changes = {instalment: apply_standing(instalment, by_number[instalment.number]) for instalment in instalments}
    values = {
        "matures_on": max((row.due for row in standing.rows if row.owes), default=loan.matures_on),
        "principal_amount": standing.principal,
        "overpaid_amount": standing.overpaid,
    }
    changes[loan] = {name for name, value in values.items() if getattr(loan, name) != value}
    for name in changes[loan]:
        setattr(loan, name, values[name])
    return changes


def _store(changes):
    dirty = {row: names for row, names in changes.items() if names and isinstance(row, Instalment)}
    # Most days change one column of one row: naming all of them took longer than everything else of a reckoning.
    if dirty:
        Instalment.objects.bulk_update(dirty, sorted(set().union(*dirty.values())))


def apply_standing(instalment, row):
    """Write a RowStanding onto its Instalment. Returns the names of the columns that differ from what was there."""
    values = {f"{name}_paid_amount": row.paid[name] for name in COMPONENTS}
    values |= {f"{name}_amount": row.asked(name) for name in ASKED} | {"settled_on": row.settled_on}
    differing = {name for name, value in values.items() if getattr(instalment, name) != value}
    for name in differing:
        setattr(instalment, name, values[name])
    return differing


def need_some_owed(loan, standing, added):
    """Raises Blocked where the Repayments `added` repay a loan of which a part is still promised.

    They may do so at once, by `standing`, or what is held of them as the instalments fall due: nothing would then be
    owed, with the next tranche to come.
    """
    if not loan.tranche_plan:
        return
    done = standing.settled_on
    if done is None and standing.overpaid:
        done = fold_loan(loan, loan.matures_on, added=added)[0].settled_on
    if done:
        need_no_open_tranche(loan)


def need_no_open_tranche(loan):
    """Raises Blocked for a loan that would be repaid while a part of it is still promised."""
    missing = no_open_tranche.missing(loan)
    if missing:
        raise Blocked(_("This would repay the whole loan."), [missing])


def _wanted(standing):
    if standing.settled_on is None:
        return Loan.State.ACTIVE
    return Loan.State.OVERPAID if standing.overpaid else Loan.State.CLOSED


def _stays(loan, standing):
    """Is the loan in the state already that the standing says?"""
    return loan.state == _wanted(standing) and loan.closed_on == standing.settled_on


def _move(loan, standing, *, on, by, reason, refunded):
    """Into the state that the standing says; a plain save where the state stays."""
    done = standing.settled_on
    if done is not None:
        need_no_open_tranche(loan)
    wanted = _wanted(standing)
    if _stays(loan, standing):
        loan.save()
        return
    if refunded and loan.closed_on == done is not None:
        if wanted == Loan.State.CLOSED:
            advance(loan, "refund", by=by, on=on)
        else:
            advance(loan, "return_refund", by=by, on=on, amount=standing.overpaid, reason=reason)
        return
    if loan.state != Loan.State.ACTIVE:
        advance(loan, "reopen", by=by, on=on, reason=reason, principal_amount=standing.principal)
    if wanted == Loan.State.ACTIVE:
        take_up(loan, on=on, by=by, reason=reason)
        return
    advance(loan, "finish" if wanted == Loan.State.CLOSED else "finish_overpaid", by=by, on=done)
    let_go(loan, day=done, on=on, by=by)
