"""Money from borrowers: recorded, collected by the sheet, reversed."""

from django.utils.translation import gettext_lazy as _

from applicants.models import Application
from applicants.services import lock_application
from audit.refusals import Blocked, Invalid, Refusal
from audit.services import record, service
from ledger import postings
from ledger.money import Money
from ledger.services import post, reverse
from loans.matching import claimable
from loans.models import Loan, Repayment
from loans.services.access import demand, lock_loan, need_state, need_text
from loans.services.groups import divide_repayment
from loans.services.recalls import need_reversible, take_back
from loans.services.refunds import refunds_on_their_way
from loans.services.restating import fold_loan, mark_reversed, need_some_owed, restate, still_claimed
from payments.models import StatementLine
from programmes.clock import today
from programmes.services import check_date

REPAYING = (Loan.State.ACTIVE, Loan.State.CLOSED, Loan.State.OVERPAID, Loan.State.WRITTEN_OFF)


@service
def record_repayment(*, loan, amount, on, by, means="bank", reference="", receipt="", purse="", key=None, reason=""):
    """Record `amount` minor units received on the value date `on`. Returns the Repayment in its parts.

    Money of a day before the schedule in force is booked on its day, and pays from the day of that schedule on.

    `receipt` names a receipt on 2100 that the money is taken from, `purse` the cash box that it lies in.

    What is more than everything owed is kept as an overpayment. After a write-off the money is a recovery, and what a
    receipt brings above the claim an overpayment; by hand no more than the claim is taken. A value
    date before money that is recorded already folds the loan anew. Raises Invalid, Blocked, NotAllowed.
    """
    loan = lock_loan(loan)
    demand("loans.record_repayment", by, loan)
    check_receipt(loan, amount=amount, on=on, means=means, receipt=receipt)
    check_date(on=on, programme=loan.programme, by=by, reason=reason)
    if means == Repayment.Means.BANK:
        check_once(loan, amount=amount, on=on, reference=reference, claimed=bool(receipt))
    if loan.state == Loan.State.WRITTEN_OFF:
        return _recover(loan, amount, on, by, means=means, reference=reference, receipt=receipt, purse=purse)
    repayment = unsaved_repayment(
        loan, amount=amount, on=on, by=by, means=means, reference=reference, receipt=receipt, purse=purse
    )
    restate(loan, through=max(on, today(loan.programme)), on=on, by=by, added=[repayment], reason=reason)
    return repayment


def unsaved_repayment(loan, *, amount, on, by, **facts):
    return Repayment(
        loan=loan,
        amount=amount,
        currency=loan.currency,
        value_on=on,
        counts_on=late_for(loan, on),
        version=loan.current_version,
        recorded_by=by,
        **facts,
    )


def check_receipt(loan, *, amount, on, means="bank", receipt=""):
    """Raises Invalid or Blocked, in words, when this money cannot be taken for this loan on that day.

    `receipt` names a line of the bank: its money is here already, and is taken whole as long as something is claimed.
    """
    if isinstance(amount, bool) or not isinstance(amount, int) or amount <= 0:
        raise Invalid(_("A repayment is more than zero."), field="amount")
    if means not in Repayment.Means.values or means == Repayment.Means.HELD:
        raise Invalid(_("Choose how the money came."), field="means")
    need_state(loan, *REPAYING)
    if on < loan.disbursed_on:
        raise Invalid(
            _("The loan was paid out on %(date)s; no repayment comes before.")
            % {"date": loan.disbursed_on.strftime("%d.%m.%Y")},
            field="on",
        )
    if loan.forgiven_on:
        raise Blocked(_("The rest of this loan was forgiven; it takes no more money."))
    if loan.state == Loan.State.WRITTEN_OFF:
        claimed, _recovered = still_claimed(loan)
        if amount > claimed and not (receipt and claimed):
            sentence = _(
                "%(claimed)s is still claimed. Keep the rest as a receipt that is not claimed, or send it back."
            )
            raise Invalid(sentence % {"claimed": Money(claimed, loan.currency)}, field="amount")
        return
    if loan.closed_on and on > loan.closed_on:
        raise Blocked(
            _("This loan was repaid on %(date)s. Keep later money as a receipt that is not claimed, or send it back.")
            % {"date": loan.closed_on.strftime("%d.%m.%Y")}
        )


def late_for(loan, on):
    """The day of the schedule in force, or of the write-off, that was decided after `on`; None where neither was.

    The decision was taken on what was known: money of an earlier day pays from then on.
    """
    if loan.state == Loan.State.WRITTEN_OFF:
        return loan.written_off_on if on < loan.written_off_on else None
    made_on = loan.versions.get(number=loan.current_version).made_on
    return made_on if loan.current_version > 1 and on < made_on else None


def check_once(loan, *, amount, on, reference, claimed):
    """Raises Blocked or Invalid when this money of the bank is recorded for the loan already, or waits on a statement.

    `claimed`: it is taken from a line of a statement. Whatever comes by the bank stands there, so a line meets what was
    entered by hand by its day or by its reference; two payments that are entered by hand are one by their reference.
    """
    same = loan.repayments.live().filter(means=Repayment.Means.BANK, amount=amount, value_on=on)
    facts = {"amount": Money(amount, loan.currency), "day": f"{on:%d.%m.%Y}", "ref": loan.ref}
    if claimed:
        if same.filter(receipt="").exists():
            sentence = _("%(amount)s of %(day)s was entered for %(ref)s by hand. Reverse that, or set this line aside.")
            raise Blocked(sentence % facts)
        return
    if not reference:
        return
    if same.filter(reference__iexact=reference).exists():
        sentence = _("%(amount)s of %(day)s with this bank reference is recorded for %(ref)s already.")
        raise Invalid(sentence % facts, field="reference")
    lines = StatementLine.objects.filter(statement__programme=loan.programme, bank_reference__iexact=reference)
    if claimable(lines.filter(amount=amount, currency=loan.currency, value_on=on)).exists():
        sentence = _("%(amount)s of %(day)s stands on a bank statement. Claim it there, under “Repayments by bank”.")
        raise Invalid(sentence % facts, field="reference")


def _recover(loan, amount, on, by, **facts):
    """Money after a write-off is income of its own; what was written off stays written off.

    What is above the claim is owed to the borrower, and finance refunds it.
    """
    claimed, _recovered = still_claimed(loan)
    repayment = unsaved_repayment(loan, amount=amount, on=on, by=by, **facts)
    repayment.version = None
    repayment.recovered_amount = min(amount, claimed)
    repayment.overpaid_amount = over = amount - repayment.recovered_amount
    repayment.save()
    if over:
        loan.overpaid_amount += over
        loan.save()
    divide_repayment(loan, repayment)
    legs = postings.recovered_after_write_off(
        repayment.recovered_amount, line=loan.line.key, loan=loan.ref, receipt=repayment.receipt, overpayment=over
    )
    repayment.entry = post(
        book_key=loan.programme.key,
        kind="loan_recovered",
        event_key=f"repayment:{repayment.pk}",
        legs=postings.from_purse(legs, repayment.purse) if repayment.purse else legs,
        currency=loan.currency,
        value_on=on,
        by=by,
    )
    repayment.save(update_fields=["entry"])
    record(
        "repayment.recover",
        loan.ref,
        by=by,
        on=on,
        programme=loan.programme.key,
        body={"repayment": repayment.pk, "amount": amount, "overpaid": over, "currency": loan.currency},
    )
    return repayment


@service
def record_collections(*, programme, rows, on, by, sheet="", means="bank", reason=""):
    """A collection sheet: (loan, amount in minor units, reference) for each, all or none. Returns the Repayments.

    With `sheet`, a text that is the same when the sheet is sent again, nothing is recorded twice. Raises Invalid
    naming the loan of the row at fault.
    """
    rows = list(rows)
    if not rows:
        raise Invalid(_("The sheet is empty: enter at least one amount."))
    wanted = [loan.application_id for loan, _amount, _reference in rows]
    for application in Application.objects.filter(pk__in=wanted).order_by("pk"):
        lock_application(application)
    found = []
    for number, (loan, amount, reference) in enumerate(rows):
        if loan.programme_id != programme.pk:
            raise Invalid(_("%(ref)s is not a loan of this programme.") % {"ref": loan.ref})
        key = f"{sheet}:{number}:{loan.pk}" if sheet else None
        try:
            found.append(
                record_repayment(
                    loan=loan, amount=amount, on=on, by=by, means=means, reference=reference, key=key, reason=reason
                )
            )
        except Refusal as refusal:
            refusal.sentence = _("%(ref)s: %(sentence)s") % {"ref": loan.ref, "sentence": refusal.sentence}
            raise
    return found


@service
def reverse_repayment(*, repayment, reason, on, by, key=None):
    """The money was not this borrower's, or never came: both rows stay, and the loan is as if it had not been.

    After a decision on the loan, and for an overpayment that was refunded, it is owed anew: loans/services/recalls.py.
    Returns the reversed Repayment.
    """
    loan = lock_loan(repayment.loan)
    repayment = Repayment.objects.select_for_update(of=("self",)).select_related("entry__book").get(pk=repayment.pk)
    repayment.loan = loan
    demand("loans.reverse_repayment", by, loan)
    need_text(reason, "reason", _("Say why the repayment is reversed."))
    check_date(on=on, programme=loan.programme, by=by, reason=reason)
    need_reversible(repayment, on)
    recovery = repayment.recovered_amount > 0
    if not recovery and take_back(loan, repayment, reason=reason, on=on, by=by):
        return repayment
    if recovery and repayment.overpaid_amount:
        loan.overpaid_amount -= repayment.overpaid_amount
        if loan.overpaid_amount < 0 or refunds_on_their_way(loan).exists():
            raise Blocked(_("What came above the claim is refunded, or its refund is on its way."))
        loan.save()
    reverse(entry=repayment.entry, reason=reason, by=by, on=on)
    mark_reversed(repayment, on=on, reason=reason)
    record(
        "repayment.reverse",
        loan.ref,
        by=by,
        on=on,
        programme=loan.programme.key,
        body={"repayment": repayment.pk, "amount": repayment.amount, "currency": repayment.currency},
        reason=reason,
    )
    if not recovery:
        restate(loan, through=max(on, today(loan.programme)), on=on, by=by, without=repayment, reason=reason)
    return repayment


def proposed_parts(loan, *, amount, on):
    """(parts, over): how `amount` received on `on` would be booked, and how much of it nothing is owed for.

    Money held for coming instalments is owed and not over. Parts are None for a recovery. Nothing is written. Raises
    like the service.
    """
    check_receipt(loan, amount=amount, on=on)
    if loan.state == Loan.State.WRITTEN_OFF:
        return None, 0
    asked = unsaved_repayment(loan, amount=amount, on=on, by=None)
    standing, _instalments, pairs = fold_loan(loan, on, added=[asked])
    need_some_owed(loan, standing, [asked])
    over = standing.overpaid - sum(row.outstanding for row in standing.rows)
    return next(parts for row, parts in pairs if row is asked), min(max(over, 0), amount)
